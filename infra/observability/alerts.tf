# Whom alarms and alerts tell: one topic, read by e-mail and by Slack.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  here = "${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}"
  trust = {
    for service in ["chatbot", "grafana", "lambda"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [merge(
        {
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = "${service}.amazonaws.com" }
        },
        # Neither Chatbot nor Lambda says for whom it asks.
        contains(["chatbot", "lambda"], service) ? {} : { Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } } },
      )]
    })
  }
}

resource "aws_sns_topic" "alerts" {
  name = "${var.name}-alerts"
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TellByAlarmsAndAlertsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["aps.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = ["sns:GetTopicAttributes", "sns:Publish"]
      Resource  = aws_sns_topic.alerts.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }]
  })
}

# What Cutover hears: the same alerts, for a program.
resource "aws_sns_topic" "firing" {
  name              = "${var.name}-firing"
  signature_version = 2 # By SHA-256; Cutover believes no other.
}

resource "aws_sns_topic_policy" "firing" {
  arn = aws_sns_topic.firing.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TellByAlertsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "aps.amazonaws.com" }
      Action    = ["sns:GetTopicAttributes", "sns:Publish"]
      Resource  = aws_sns_topic.firing.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "alerts" {
  for_each = var.addresses

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = each.key
}

locals {
  slack = { for slack in [var.slack] : "slack" => slack if slack != null }
}

resource "aws_chatbot_slack_channel_configuration" "alerts" {
  for_each = local.slack

  configuration_name    = "${var.name}-alerts"
  slack_team_id         = each.value.team
  slack_channel_id      = each.value.channel
  sns_topic_arns        = [aws_sns_topic.alerts.arn]
  iam_role_arn          = aws_iam_role.slack[each.key].arn
  guardrail_policy_arns = ["arn:${data.aws_partition.this.partition}:iam::aws:policy/CloudWatchReadOnlyAccess"]
  logging_level         = "ERROR"
}

# Slack is told, and shown graphs; it may change nothing.
resource "aws_iam_role" "slack" {
  for_each = local.slack

  name                 = "${var.name}-slack"
  description          = "What is shown of an alarm in Slack."
  assume_role_policy   = local.trust["chatbot"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "slack" {
  for_each = local.slack

  name = "show"
  role = aws_iam_role.slack[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ # Metrics know no resource.
      Sid      = "ShowTheGraphOfAnAlarm"
      Effect   = "Allow"
      Action   = ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricWidgetImage"]
      Resource = ["*"]
    }]
  })
}
