output "webhook_url" {
  description = "What GitHub's webhook is pointed at."
  value       = module.cutover.webhook_url
}

output "webhook_secret" {
  description = "The id of the secret that GitHub's webhook signs with. Put its value in by hand."
  value       = module.cutover.webhook_secret
}
