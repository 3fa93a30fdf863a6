output "webhook_url" {
  description = "What GitHub's webhook is pointed at."
  value       = aws_lambda_function_url.door["receive"].function_url
}

output "terraform_url" {
  description = "What the notifications of HCP Terraform are pointed at; null without `hcp_signing_secret`."
  value       = var.hcp_signing_secret == null ? null : "${aws_lambda_function_url.door["receive"].function_url}terraform"
}

output "webhook_secret" {
  description = "The id of the secret that GitHub's webhook signs with. Put its value in by hand."
  value       = aws_secretsmanager_secret.webhook.id
}

output "alert_url" {
  description = "What the webhook of an Alertmanager is pointed at; null without `alertmanager_secret` and `alert_topic`."
  value       = try(aws_lambda_function_url.door["alert"].function_url, null)
}

output "press_url" {
  description = "What the interactivity and the command of the Slack app are pointed at; null without `slack_signing_secret`."
  value       = try(aws_lambda_function_url.door["press"].function_url, null)
}

output "machines" {
  description = "The ARNs of the state machines, by name."
  value       = { for name, machine in aws_sfn_state_machine.this : name => machine.arn }
}

output "functions" {
  description = "The ARNs of the functions, by name."
  value       = { for name, function in aws_lambda_function.this : name => function.arn }
}

output "table" {
  description = "The name of the ledger's table."
  value       = aws_dynamodb_table.ledger.name
}

output "bus" {
  description = "The name of the bus."
  value       = aws_cloudwatch_event_bus.this.name
}

output "topics" {
  description = "The ARNs of the topics: of those who are told when a person is needed, and of those who follow."
  value       = { for name, topic in aws_sns_topic.this : name => topic.arn }
}

output "log_groups" {
  description = "The names of the functions' log groups, by function."
  value       = { for name, group in aws_cloudwatch_log_group.function : "cutover-${name}" => group.name }
}
