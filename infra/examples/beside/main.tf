# Only Cutover, beside an ECS service that exists already. Nothing of the service is changed by it.

module "cutover" {
  source = "../../cutover"

  packages   = "../../../target/lambda"
  task_roles = var.task_roles
  log_groups = var.log_groups
  network    = var.network
  operators  = var.operators

  services = {
    (var.service) = {
      name     = var.service
      image    = var.image
      tags     = { semver = ">=1.0.0" }
      cluster  = var.cluster
      strategy = { blue_green = {} }
      checks   = { test_url = var.test_url, smoke = [{ path = "/healthz" }], alarms = var.alarms }
    }
  }
}
