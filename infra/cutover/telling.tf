# Who is told what, by e-mail.
#
# An alarm on every machine would cost more than the rest of Cutover at idle. A rule costs nothing,
# comes sooner, takes in machines that are added, and says which execution it is about.

locals {
  topics = {
    operators = var.operators
    followers = var.followers
  }

  # Machines that only answer who started them: to fail is one of their answers.
  answering = toset(["replica-check"])

  # Its cause may hold quotes, which a template does not survive; the page behind the link has it.
  execution = {
    paths    = { execution = "$.detail.executionArn", status = "$.detail.status", region = "$.region" }
    template = "\"<status>: https://<region>.console.aws.amazon.com/states/home?region=<region>#/v2/executions/details/<execution>\""
  }

  told = {
    # What nobody foresaw ends so, and a rollback that is stuck.
    failed = {
      topic = "operators"
      bus   = "default"
      pattern = {
        source        = ["aws.states"]
        "detail-type" = ["Step Functions Execution Status Change"]
        detail = {
          stateMachineArn = sort([for name, arn in local.machine_arns : arn if !contains(local.answering, name) && name != "deployment"])
          status          = ["FAILED", "TIMED_OUT"]
        }
      }
      paths    = local.execution.paths
      template = local.execution.template
    }
    # A deployment that is stuck is told by a letter of `mail`, which says more.
    unforeseen = {
      topic = "operators"
      bus   = "default"
      pattern = {
        source        = ["aws.states"]
        "detail-type" = ["Step Functions Execution Status Change"]
        detail = {
          stateMachineArn = [local.machine_arns["deployment"]]
          status          = ["FAILED", "TIMED_OUT"]
          error           = [{ "anything-but" = ["Stuck"] }]
        }
      }
      paths    = local.execution.paths
      template = local.execution.template
    }
  }
}

resource "aws_sns_topic" "this" {
  for_each = local.topics

  name = "${local.name}-${each.key}"
}

resource "aws_sns_topic_subscription" "this" {
  for_each = merge([
    for topic, addresses in local.topics : { for address in addresses : "${topic} ${address}" => { topic = topic, address = address } }
  ]...)

  topic_arn = aws_sns_topic.this[each.value.topic].arn
  protocol  = "email"
  endpoint  = each.value.address
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.topics

  arn = aws_sns_topic.this[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TellByRulesAndAlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this[each.key].arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "told" {
  for_each = local.told

  name           = "${local.name}-told-${each.key}"
  description    = "Told to the ${each.value.topic}."
  event_bus_name = each.value.bus
  event_pattern  = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "told" {
  for_each = local.told

  rule           = aws_cloudwatch_event_rule.told[each.key].name
  event_bus_name = aws_cloudwatch_event_rule.told[each.key].event_bus_name
  arn            = aws_sns_topic.this[each.value.topic].arn

  input_transformer {
    input_paths    = each.value.paths
    input_template = each.value.template
  }

  dead_letter_config {
    arn = aws_sqs_queue.this["dead-letters"].arn
  }
}
