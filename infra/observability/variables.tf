variable "name" {
  description = "What everything here is called: also the ECS cluster that is watched."
  type        = string
  default     = "shop"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.name))
    error_message = "The name has 2 to 16 lower-case letters, digits and hyphens."
  }
}

variable "services" {
  description = "The services, by name: where the collector reads their metrics, and how many healthy tasks are too few."
  type = map(object({
    port  = number
    least = optional(number, 2)
  }))
}

variable "balancer" {
  description = "How the load balancer's metrics name it."
  type        = string
}

variable "target_groups" {
  description = "How the load balancer's metrics name the target groups, by service: blue and green."
  type        = map(list(string))
}

variable "replicas" {
  description = "The identifiers of the database replicas."
  type        = set(string)
  default     = []
}

variable "log_groups" {
  description = "The names of the log groups that are delivered to OpenSearch: of the services by their names, and of whatever else."
  type        = map(string)
}

variable "packages" {
  description = "The folder of the functions' archives; `just functions` puts `deliver/deliver.zip` there."
  type        = string
  default     = "../../target/lambda"
}

variable "network" {
  description = "Where OpenSearch stands: the network, its range of addresses, and private subnets in at least two zones."
  type = object({
    vpc     = string
    range   = string
    subnets = list(string)
  })
}

variable "limits" {
  description = "When alarms ring: the share of requests that fail, the 99th percentile in seconds, the lag of a replica in seconds."
  type = object({
    errors  = optional(number, 0.01)
    latency = optional(number, 1)
    lag     = optional(number, 30)
  })
  default = {}

  validation {
    condition     = var.limits.errors > 0 && var.limits.errors <= 1
    error_message = "The share of requests that fail is above 0 and at most 1."
  }
}

variable "addresses" {
  description = "E-mail addresses of those who are told of alarms."
  type        = set(string)
  default     = []
}

variable "slack" {
  description = "The Slack workspace and channel that are told of alarms. The workspace is authorised once, in the console."
  type = object({
    team    = string
    channel = string
  })
  default = null
}

variable "readers" {
  description = "The ARNs of the roles of people who search the logs in OpenSearch, and say how they are indexed (search/put.py)."
  type        = set(string)
  default     = []
}

variable "search" {
  description = "The OpenSearch domain: the type of its nodes, how many (an even number, over two zones), and GiB of each."
  type = object({
    node    = optional(string, "t3.small.search")
    nodes   = optional(number, 2)
    storage = optional(number, 20)
  })
  default = {}

  validation {
    condition     = var.search.nodes >= 2 && var.search.nodes % 2 == 0
    error_message = "Nodes stand in two zones, the same number in each."
  }
}

variable "collector" {
  description = "The image of the collector of the AWS Distro for OpenTelemetry."
  type        = string
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
}

variable "log_days" {
  description = "For how many days logs are kept."
  type        = number
  default     = 90
}

variable "boundary" {
  description = "The ARN of the boundary of all roles: the one of infra/bootstrap, or null where none is asked for."
  type        = string
  default     = null
}
