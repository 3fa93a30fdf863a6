# The whole platform: two services behind CloudFront, WAF and a load balancer, with a database, its
# replica and a cache; watched by CloudWatch, Prometheus and OpenSearch; deployed by Cutover.

locals {
  services = {
    checkout = { image = "ghcr.io/${var.owner}/checkout:latest", port = 8080, settings = local.traced }
    catalog  = { image = "ghcr.io/${var.owner}/catalog:latest", port = 8080, settings = local.traced }
  }
  # The collector that stands beside each.
  traced = { OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4318" }
}

module "platform" {
  source = "../../platform"

  domain            = var.domain
  certificates      = var.certificates
  services          = local.services
  database_password = var.database_password
  sidecars          = module.observability.sidecars
  sidecar_policies  = module.observability.sidecar_policies
  boundary          = var.boundary
}

module "observability" {
  source = "../../observability"

  services      = { for name, service in local.services : name => { port = service.port } }
  balancer      = module.platform.balancer
  target_groups = module.platform.target_groups
  replicas      = [module.platform.databases.replica]
  log_groups    = merge(module.platform.log_groups, module.cutover.log_groups)
  packages      = "../../../target/lambda"
  network       = module.platform.network
  addresses     = var.operators
  slack         = var.slack
  readers       = var.readers
  boundary      = var.boundary
}

module "cutover" {
  source = "../../cutover"

  packages        = "../../../target/lambda"
  registry_secret = module.platform.registry_secret
  alert_topic     = module.observability.alert_topic

  prometheus_workspaces = [module.observability.prometheus_workspace]

  task_roles = module.platform.roles
  log_groups = values(module.platform.log_groups)
  network    = module.platform.judge
  operators  = var.operators
  boundary   = var.boundary

  services = {
    for name, _ in local.services : name => {
      name      = name
      image     = "ghcr.io/${var.owner}/${name}"
      tags      = { semver = ">=1.0.0" }
      cluster   = module.platform.cluster
      container = name # The collector stands beside it.
      strategy  = { blue_green = {} }
      bake      = "10m"
      migration = { command = ["migrate"] }
      checks = {
        test_url = module.platform.test_urls[name]
        smoke    = [{ path = "/smoke" }, { path = "/readyz" }]
        alarms   = module.observability.alarms[name]
      }
    }
  }
}
