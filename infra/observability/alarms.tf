# What a deployment is judged by, and taken back for. A service's document names them: `checkout-errors`.
#
# While a deployment is under way both target groups serve, so each alarm is about the two together.

locals {
  groups = merge([
    for service, groups in var.target_groups : { for index, group in groups : "${service}-${index}" => { service = service, group = group } }
  ]...)
  # `m0` and `m1` are the two groups.
  numbers = { for service, groups in var.target_groups : service => range(length(groups)) }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = var.services

  alarm_name          = "${each.key}-errors"
  alarm_description   = "More than ${var.limits.errors * 100} % of the requests to ${each.key} failed for two minutes."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.limits.errors
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  # Of fewer than twenty requests in a minute, one proves nothing.
  metric_query {
    id          = "share"
    label       = "share of failed requests"
    expression  = "IF(${join(" + ", [for i in local.numbers[each.key] : "FILL(r${i}, 0)"])} < 20, 0, (${join(" + ", [for i in local.numbers[each.key] : "FILL(e${i}, 0)"])}) / (${join(" + ", [for i in local.numbers[each.key] : "FILL(r${i}, 0)"])}))"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = merge([
      for index, group in var.target_groups[each.key] : {
        "e${index}" = { metric = "HTTPCode_Target_5XX_Count", group = group }
        "r${index}" = { metric = "RequestCount", group = group }
      }
    ]...)

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value.metric
        stat        = "Sum"
        period      = 60
        dimensions  = { LoadBalancer = var.balancer, TargetGroup = metric_query.value.group }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  for_each = var.services

  alarm_name          = "${each.key}-latency"
  alarm_description   = "One of a hundred requests to ${each.key} took more than ${var.limits.latency} s for three minutes."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.limits.latency
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  metric_query {
    id          = "slowest"
    label       = "p99 of the slower group"
    expression  = "MAX(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { for index, group in var.target_groups[each.key] : "m${index}" => group }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = "TargetResponseTime"
        stat        = "p99"
        period      = 60
        dimensions  = { LoadBalancer = var.balancer, TargetGroup = metric_query.value }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "hosts" {
  for_each = var.services

  alarm_name          = "${each.key}-hosts"
  alarm_description   = "Neither group of ${each.key} had ${each.value.least} healthy tasks for three minutes."
  comparison_operator = "LessThanThreshold"
  threshold           = each.value.least
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  metric_query {
    id          = "most"
    label       = "healthy tasks of the group that has more"
    expression  = "MAX(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { for index, group in var.target_groups[each.key] : "m${index}" => group }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = "HealthyHostCount"
        stat        = "Minimum"
        period      = 60
        dimensions  = { LoadBalancer = var.balancer, TargetGroup = metric_query.value }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "lag" {
  for_each = var.replicas

  alarm_name          = "${each.key}-lag"
  alarm_description   = "The replica ${each.key} was more than ${var.limits.lag} s behind for three minutes, or said nothing."
  namespace           = "AWS/RDS"
  metric_name         = "ReplicaLag"
  dimensions          = { DBInstanceIdentifier = each.key }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.limits.lag
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

# What is not delivered is still in CloudWatch.
resource "aws_cloudwatch_metric_alarm" "delivery" {
  alarm_name          = "${var.name}-log-delivery"
  alarm_description   = "For half an hour logs could not be delivered to OpenSearch."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.delivery.function_name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 6
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}
