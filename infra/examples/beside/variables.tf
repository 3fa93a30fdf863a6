variable "cluster" {
  description = "The name of the ECS cluster that exists."
  type        = string
}

variable "service" {
  description = "The name of the ECS service that exists. It has the controller `ECS`, and blue/green with a test listener rule."
  type        = string
}

variable "image" {
  description = "Its image, without tag: `ghcr.io/acme/checkout`."
  type        = string
}

variable "test_url" {
  description = "Where its test listener answers: `https://test.example.com:8443`."
  type        = string
}

variable "alarms" {
  description = "The names of the CloudWatch alarms that must not ring."
  type        = list(string)
  default     = []
}

variable "task_roles" {
  description = "The ARNs of its task role and its execution role."
  type        = set(string)
}

variable "log_groups" {
  description = "The names of its log groups."
  type        = set(string)
  default     = []
}

variable "network" {
  description = "Where `judge` has to stand to reach the test listener. Null if it is public."
  type = object({
    subnets         = list(string)
    security_groups = list(string)
  })
  default = null
}

variable "operators" {
  description = "E-mail addresses of those who are told when a person is needed."
  type        = set(string)
}
