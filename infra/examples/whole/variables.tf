variable "domain" {
  description = "The domain of the services. Each answers at `<service>.<domain>`."
  type        = string
}

variable "certificates" {
  description = "ARNs of certificates for `*.<domain>`: one in us-east-1 for CloudFront, one in this region for the load balancer."
  type = object({
    edge     = string
    balancer = string
  })
}

variable "owner" {
  description = "The owner of the images: they are `ghcr.io/<owner>/<service>`."
  type        = string
}

variable "operators" {
  description = "E-mail addresses of those who are told when a person is needed."
  type        = set(string)
}

variable "readers" {
  description = "The ARNs of the roles of people who search the logs."
  type        = set(string)
  default     = []
}

variable "slack" {
  description = "The Slack workspace and channel that are told of alarms."
  type = object({
    team    = string
    channel = string
  })
  default = null
}

variable "boundary" {
  description = "The ARN of the boundary of all roles, from infra/bootstrap."
  type        = string
  default     = null
}

variable "database_password" {
  description = "The password of the database's owner. It is needed when the database is made, and when its version is raised; it is kept in no state."
  type        = string
  default     = null
  ephemeral   = true
}
