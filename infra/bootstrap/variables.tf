variable "repository" {
  description = "The GitHub repository whose workflows plan and apply: `owner/name`."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "The repository is given as `owner/name`."
  }
}

variable "environment" {
  description = "The GitHub environment from which may be applied. Protect it: who applies may change everything here."
  type        = string
  default     = "production"
}

variable "bucket" {
  description = "What the bucket of the states is called. Names of buckets are worldwide, so the account's number belongs into it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}
