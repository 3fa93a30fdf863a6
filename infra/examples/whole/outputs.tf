output "webhook_url" {
  description = "What GitHub's webhook is pointed at."
  value       = module.cutover.webhook_url
}

output "webhook_secret" {
  description = "The id of the secret that GitHub's webhook signs with. Put its value in by hand."
  value       = module.cutover.webhook_secret
}

output "registry_secret" {
  description = "The ARN of the secret with GHCR's login. Put its value in by hand."
  value       = module.platform.registry_secret
}

output "distribution" {
  description = "What the services' names point to in the public DNS."
  value       = module.platform.distribution
}

output "grafana" {
  description = "Where Grafana answers."
  value       = module.observability.grafana
}
