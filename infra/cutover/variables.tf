variable "services" {
  description = "The service documents, by name: what teams write to put a service under Cutover (events/schemas/service.json)."
  type        = any
  default     = {}

  validation {
    condition = alltrue([
      for name, document in var.services : try(document.name == name, false)
    ])
    error_message = "Each service document stands under its own `name`."
  }

  validation {
    condition = alltrue([
      for document in var.services : can(regex("^[A-Za-z0-9_-]{1,255}$", document.cluster))
    ])
    error_message = "Each service document names its `cluster`, by name and not by ARN."
  }

  # `compare` may read what is named there; IAM would take these characters for more than themselves.
  validation {
    condition = alltrue([
      for document in var.services :
      can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^*?$]+$", "${document.terraform.bucket}/${document.terraform.key}"))
      if try(document.terraform, null) != null && try(document.terraform.workspace, null) == null
    ])
    error_message = "Each `terraform` of a service document names the `bucket` and the `key` of one state, without `*`, `?` and `$`, or an `organization` and a `workspace` of HCP Terraform."
  }
}

variable "packages" {
  description = "The folder of the functions' archives: `<function>/bootstrap.zip`, as `cargo lambda build --output-format zip` writes them."
  type        = string
  default     = "../../target/lambda"
}

variable "architecture" {
  description = "What the functions were built for: arm64 (which costs a fifth less) or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture is arm64 or x86_64."
  }
}

variable "registry_secret" {
  description = "The ARN of the secret with the registry's login, as ECS has it for private registries. Null for public images."
  type        = string
  default     = null
}

variable "alertmanager_secret" {
  description = "The ARN of the secret with the bearer token that an Alertmanager shows. Null where none tells of alerts; then there is no door for it."
  type        = string
  default     = null
}

variable "alert_topic" {
  description = "The topic of SNS that the alert manager of Amazon Managed Prometheus tells, as `infra/observability` has it. Null where there is none."
  type        = object({ arn = string })
  default     = null
}

variable "prometheus_workspaces" {
  description = "The ARNs of the workspaces of Amazon Managed Prometheus that metrics of documents ask."
  type        = list(string)
  default     = []
}

variable "github_secret" {
  description = "The ARN of the secret with the login to GitHub: a token, or a GitHub App. Null where no document names `tell.github`."
  type        = string
  default     = null
}

variable "github_url" {
  description = "Where GitHub answers: `https://github.example.com/api/v3` of a GitHub Enterprise Server. Null for github.com."
  type        = string
  default     = null
}

variable "hcp_secret" {
  description = "The ARN of the secret with the token of HCP Terraform by which the states of workspaces are read. Null where no document names a `workspace`."
  type        = string
  default     = null
}

variable "hcp_signing_secret" {
  description = "The ARN of the secret with the token by which HCP Terraform signs its notifications. Null where none tells of runs."
  type        = string
  default     = null
}

variable "hcp_url" {
  description = "Where HCP Terraform answers: `https://tfe.example.com` of a Terraform Enterprise. Null for app.terraform.io."
  type        = string
  default     = null
}

variable "slack_secret" {
  description = "The ARN of the secret with the way into Slack: a bot's token, or the address of an incoming webhook. Null where nothing is told in Slack."
  type        = string
  default     = null
}

variable "slack_signing_secret" {
  description = "The ARN of the secret with the signing secret of the Slack app. Null where nobody acts from Slack; then there is no door for it, and messages have no buttons."
  type        = string
  default     = null
}

variable "task_roles" {
  description = "The ARNs of the task roles and execution roles of the services. `launch` hands them to the task definitions that it registers."
  type        = set(string)
  default     = []
}

variable "log_groups" {
  description = "The names of the services' log groups. `preserve` reads in them what a green that is taken back said last, `migrate` what a migration did."
  type        = set(string)
  default     = []
}

variable "network" {
  description = "Where `judge` has to stand to reach the test listener, and the Prometheus servers that service documents name. Null if all are public. The subnets need a way to the APIs of AWS; where that is a proxy, `proxy` is its address: \"http://proxy.example.com:3128\"."
  type = object({
    subnets         = list(string)
    security_groups = list(string)
    proxy           = optional(string)
  })
  default = null

  validation {
    condition     = try(var.network.proxy, null) == null || can(regex("^http://", var.network.proxy))
    error_message = "The proxy has to begin with http://, for example http://proxy.example.com:3128: AWS is asked by TLS through it."
  }
}

variable "operators" {
  description = "E-mail addresses of those who are told when a person is needed."
  type        = set(string)
  default     = []
}

variable "followers" {
  description = "E-mail addresses of those who are told how each deployment ended."
  type        = set(string)
  default     = []
}

variable "log_level" {
  description = "The level of the functions' own lines."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["off", "error", "warn", "info", "debug", "trace"], var.log_level)
    error_message = "The level is off, error, warn, info, debug or trace."
  }
}

variable "log_days" {
  description = "For how many days logs are kept; one of the numbers that CloudWatch allows."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365 days, or one of some longer times."
  }
}

variable "protected" {
  description = "Whether the ledger is protected against being destroyed."
  type        = bool
  default     = true
}

variable "boundary" {
  description = "The ARN of the boundary of all roles: the one of infra/bootstrap, or null where none is asked for."
  type        = string
  default     = null
}
