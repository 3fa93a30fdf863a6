# Alarms on Cutover itself. Each costs 10 cents a month; executions that fail are told by a rule
# (telling.tf), which costs nothing.

locals {
  door_alarms = {
    for name, says in {
      receive = "The door could not take a delivery of GitHub: redeliver it there within three days."
      alert   = "The door could not take what Alertmanager told; it tells it again for a while."
      } : name == "receive" ? "door" : "alerts" => {
      says       = says
      namespace  = "AWS/Lambda"
      metric     = "Url5xxCount"
      dimensions = { FunctionName = aws_lambda_function.this[name].function_name }
      statistic  = "Sum"
    } if contains(local.doors, name)
  }
  alarms = merge(local.door_alarms, {
    dead-letters = {
      says       = "An event could not be handed over. Letters of machines are to be sent again."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = aws_sqs_queue.this["dead-letters"].name }
      statistic  = "Maximum"
    }
    failed = {
      says       = "A function failed with an event three times. Its letters may be thrown away, once the reason is known."
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = aws_sqs_queue.this["failed"].name }
      statistic  = "Maximum"
    }
    # Who stands on a desk and is gone is found by it; nobody else would miss it.
    sweep = {
      says       = "For an hour the sweep failed, or was not called at all."
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = aws_lambda_function.this["sweep"].function_name }
      statistic  = "Minimum"
      period     = 3600
      missing    = "breaching"
    }
  })
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = try(each.value.period, 300)
  evaluation_periods  = 1
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [aws_sns_topic.this["operators"].arn]
  ok_actions          = [aws_sns_topic.this["operators"].arn]
}
