output "topic" {
  description = "The ARN of the topic that alarms and alerts tell."
  value       = aws_sns_topic.alerts.arn
}

output "alert_topic" {
  description = "The topic by which Cutover hears of alerts."
  value       = { arn = aws_sns_topic.firing.arn }
}

output "alarms" {
  description = "The names of the alarms that a service's document may list, by service."
  value = {
    for name, _ in var.services : name => [
      aws_cloudwatch_metric_alarm.errors[name].alarm_name,
      aws_cloudwatch_metric_alarm.latency[name].alarm_name,
    ]
  }
}

output "sidecars" {
  description = "The container definitions of the collector, by service."
  value       = local.collector
}

output "sidecar_policies" {
  description = "What task roles may do besides, for the collector."
  value       = { collector = local.collector_policy }
}

output "grafana" {
  description = "Where Grafana answers."
  value       = aws_grafana_workspace.this.endpoint
}

output "prometheus" {
  description = "Where Prometheus answers."
  value       = aws_prometheus_workspace.this.prometheus_endpoint
}

output "prometheus_workspace" {
  description = "The ARN of the workspace."
  value       = aws_prometheus_workspace.this.arn
}

output "search" {
  description = "Where OpenSearch's dashboards answer, inside the network."
  value       = aws_opensearch_domain.logs.dashboard_endpoint
}
