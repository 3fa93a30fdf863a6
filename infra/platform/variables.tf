variable "name" {
  description = "What everything of the platform is called: also the ECS cluster."
  type        = string
  default     = "shop"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.name))
    error_message = "The name has 2 to 16 lower-case letters, digits and hyphens: longer names of load balancers and target groups are made from it."
  }
}

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

variable "services" {
  description = "The services, by name. The first deployment runs `image`; Cutover deploys what is pushed after it."
  type = map(object({
    image    = string
    port     = number
    health   = optional(string, "/healthz")
    cpu      = optional(number, 256)
    memory   = optional(number, 512)
    tasks    = optional(object({ least = number, most = number }), { least = 2, most = 10 })
    settings = optional(map(string), {})
  }))

  validation {
    condition     = alltrue([for name, _ in var.services : can(regex("^[a-z][a-z0-9-]{1,11}$", name))])
    error_message = "A service's name has 2 to 12 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = alltrue([for it in var.services : it.tasks.least >= 1 && it.tasks.least <= it.tasks.most])
    error_message = "A service has at least one task, and at most as many as `most`."
  }

  validation {
    condition     = alltrue([for it in var.services : contains([256, 512, 1024, 2048, 4096, 8192, 16384], it.cpu)])
    error_message = "Fargate has 256, 512, 1024, 2048, 4096, 8192 or 16384 units of CPU."
  }
}

variable "registry_login" {
  description = "Whether the images are private: a secret for GHCR's login is made then, whose value is put in by hand."
  type        = bool
  default     = true
}

variable "address_range" {
  description = "The addresses of the network, a /16."
  type        = string
  default     = "10.64.0.0/16"

  validation {
    condition     = can(regex("/16$", var.address_range)) && can(cidrhost(var.address_range, 0))
    error_message = "The network is a /16."
  }
}

variable "gateways" {
  description = "How many NAT gateways there are: 1 costs a third, 3 outlive the loss of a zone."
  type        = number
  default     = 1

  validation {
    condition     = contains([1, 3], var.gateways)
    error_message = "There are 1 or 3 NAT gateways."
  }
}

variable "database" {
  description = "The PostgreSQL database: the class of primary and replica, and its storage in GiB."
  type = object({
    class        = optional(string, "db.t4g.medium")
    storage      = optional(number, 50)
    most_storage = optional(number, 200)
    backup_days  = optional(number, 14)
  })
  default = {}

  validation {
    condition     = var.database.backup_days >= 1 && var.database.backup_days <= 35
    error_message = "Backups are kept for 1 to 35 days; without any, there can be no replica."
  }
}

variable "database_password" {
  description = "The password of the database's owner. It is needed when the database is made, and when its version is raised; it is kept in no state."
  type        = string
  default     = null
  ephemeral   = true
}

variable "database_password_version" {
  description = "Raised when the password is to be another."
  type        = number
  default     = 1
}

variable "cache" {
  description = "The class of the nodes of the cache."
  type        = string
  default     = "cache.t4g.small"
}

variable "requests" {
  description = "The most requests that one address may make in five minutes."
  type        = number
  default     = 2000

  validation {
    condition     = var.requests >= 10 && var.requests <= 2000000000
    error_message = "WAF takes rates from 10 to 2,000,000,000."
  }
}

variable "log_days" {
  description = "For how many days logs are kept."
  type        = number
  default     = 90
}

variable "sidecars" {
  description = "Container definitions that tasks get besides their service, by service: the collector of infra/observability."
  type        = any
  default     = {}
}

variable "sidecar_policies" {
  description = "What task roles may do besides, for the sidecars: policies as JSON, by name."
  type        = map(string)
  default     = {}
}

variable "boundary" {
  description = "The ARN of the boundary of all roles: the one of infra/bootstrap, or null where none is asked for."
  type        = string
  default     = null
}

variable "protected" {
  description = "Whether database, load balancer and buckets are protected against being destroyed."
  type        = bool
  default     = true
}
