# Where events go that nobody took. A letter says by its attributes which rule it was for, and why.

locals {
  queues = {
    dead-letters = "Events that could not be handed over: of every rule and every schedule."
    failed       = "Events that were handed over to a function, and failed there."
  }
}

resource "aws_sqs_queue" "this" {
  for_each = local.queues

  name                      = "${local.name}-${each.key}"
  message_retention_seconds = 1209600 # 14 days, the most there is.
  sqs_managed_sse_enabled   = true
}

# Functions write into `failed` by their own role; EventBridge has none when it gives up.
resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.this["dead-letters"].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TakeWhatTheRulesGiveUp"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.this["dead-letters"].arn
      Condition = { ArnEquals = { "aws:SourceArn" = concat(
        [for rule in aws_cloudwatch_event_rule.this : rule.arn],
        [for rule in aws_cloudwatch_event_rule.told : rule.arn],
      ) } }
    }]
  })
}
