# Prometheus, its rules (rules/), and its Alertmanager, which tells by the topic.

resource "aws_prometheus_workspace" "this" {
  alias = var.name

  logging_configuration {
    log_group_arn = "${aws_cloudwatch_log_group.prometheus.arn}:*"
  }
}

resource "aws_cloudwatch_log_group" "prometheus" {
  name              = "/aws/vendedlogs/prometheus/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_prometheus_rule_group_namespace" "this" {
  for_each = fileset("${path.module}/rules", "*.yaml")

  name         = trimsuffix(each.key, ".yaml")
  workspace_id = aws_prometheus_workspace.this.id
  data         = file("${path.module}/rules/${each.key}")
}

locals {
  # By the alert's `severity`: how often what goes on is told again.
  severities = { page = "4h", note = "24h" }

  # As the webhook of an Alertmanager writes it, which Amazon's has not: what Cutover reads. Labels that
  # Go quotes otherwise than JSON, with characters that cannot be seen, make it unreadable, and that is
  # told by Cutover's log.
  moment  = "2006-01-02T15:04:05.999Z07:00"
  message = <<-END
    {"version":"4","alerts":[{{ range $at, $alert := .Alerts }}{{ if $at }},{{ end }}
    {"status":{{ printf "%q" .Status }},"fingerprint":{{ printf "%q" .Fingerprint }},
    "startsAt":"{{ .StartsAt.Format "${local.moment}" }}","endsAt":"{{ .EndsAt.Format "${local.moment}" }}",
    "labels":{ {{- range $at, $label := .Labels.SortedPairs }}{{ if $at }},{{ end }}{{ printf "%q:%q" .Name .Value }}{{ end -}} }}
    {{- end }}]}
  END
}

resource "aws_prometheus_alert_manager_definition" "this" {
  workspace_id = aws_prometheus_workspace.this.id
  definition = yamlencode({
    alertmanager_config = yamlencode({
      route = {
        receiver        = "page" # What says nothing else is urgent.
        group_by        = ["service", "alertname"]
        group_wait      = "30s"
        group_interval  = "5m"
        repeat_interval = local.severities["page"]
        routes = [for severity, again in local.severities : {
          receiver        = severity
          matchers        = ["severity=\"${severity}\""]
          repeat_interval = again
        }]
      }
      # What fails is often slow, too. One letter is enough.
      inhibit_rules = [{
        source_matchers = ["alertname=\"ServiceErrors\""]
        target_matchers = ["alertname=\"ServiceSlow\""]
        equal           = ["service"]
      }]
      receivers = [for severity, _ in local.severities : {
        name = severity
        sns_configs = [for topic, message in {
          (aws_sns_topic.alerts.arn) = "{{ range .Alerts }}{{ .Status }} since {{ .StartsAt }}: {{ .Annotations.summary }}\n{{ end }}"
          (aws_sns_topic.firing.arn) = local.message
          } : {
          topic_arn     = topic
          sigv4         = { region = data.aws_region.this.region }
          send_resolved = true
          subject       = "${severity}: {{ .CommonLabels.service }} {{ .CommonLabels.alertname }} {{ .Status }}"
          message       = message
        }]
      }]
    })
  })
}
