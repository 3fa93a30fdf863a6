# The bus, its archive, and what each rule starts.

resource "aws_cloudwatch_event_bus" "this" {
  name        = local.name
  description = "What Cutover hears at its door and what it tells."
}

# What was heard can be played again.
resource "aws_cloudwatch_event_archive" "this" {
  name             = local.name
  description      = "The events of Cutover, for thirty days."
  event_source_arn = aws_cloudwatch_event_bus.this.arn
  retention_days   = 30
}

locals {
  # What AWS tells is on the default bus, what Cutover tells on its own.
  bus = {
    for name, pattern in local.patterns :
    name => contains(try(pattern.source, []), local.name) ? aws_cloudwatch_event_bus.this.name : "default"
  }
  targets = {
    for name, target in local.rules : name => {
      kind = keys(target)[0]
      name = values(target)[0]
      arn  = try({ machine = local.machine_arns, function = local.function_arns }[keys(target)[0]][values(target)[0]], "")
    }
  }
  # Functions that are started by an event, which nobody waits for.
  woken = toset([for target in local.targets : target.name if target.kind == "function"])
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name           = "${local.name}-${each.key}"
  description    = "events/patterns/${each.key}.json starts the ${local.targets[each.key].kind} ${local.targets[each.key].name}."
  event_bus_name = try(local.bus[each.key], "")
  event_pattern  = jsonencode(try(local.patterns[each.key], {}))

  lifecycle {
    precondition {
      condition     = contains(keys(local.patterns), each.key)
      error_message = "events/rules.json has the rule ${each.key}, and there is no events/patterns/${each.key}.json."
    }
    precondition {
      condition     = local.targets[each.key].arn != ""
      error_message = "The rule ${each.key} starts the ${local.targets[each.key].kind} ${local.targets[each.key].name}, and there is none."
    }
  }
}

# A machine gets the event's detail, a function the whole event.
resource "aws_cloudwatch_event_target" "this" {
  for_each = local.targets

  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = aws_cloudwatch_event_rule.this[each.key].event_bus_name
  arn            = each.value.kind == "machine" ? aws_sfn_state_machine.this[each.value.name].arn : aws_lambda_function.this[each.value.name].arn
  input_path     = each.value.kind == "machine" ? "$.detail" : null
  role_arn       = each.value.kind == "machine" ? aws_iam_role.rules.arn : null

  # What a function would wake has looked for itself after five minutes.
  retry_policy {
    maximum_event_age_in_seconds = each.value.kind == "machine" ? 86400 : 300
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.this["dead-letters"].arn
  }
}

resource "aws_lambda_permission" "rule" {
  for_each = { for name, target in local.targets : name => target if target.kind == "function" }

  statement_id  = "rule-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.value.name].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}

# Five minutes and two more tries; what fails then is kept.
resource "aws_lambda_function_event_invoke_config" "woken" {
  for_each = local.woken

  function_name                = aws_lambda_function.this[each.key].function_name
  maximum_event_age_in_seconds = 300
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.this["failed"].arn
    }
  }
}

resource "aws_iam_role" "rules" {
  name                 = "${local.name}-rules"
  description          = "What the rules start state machines as."
  assume_role_policy   = local.trust.events
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "rules" {
  name = "start"
  role = aws_iam_role.rules.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "StartTheMachinesOfTheRules"
      Effect   = "Allow"
      Action   = ["states:StartExecution"]
      Resource = distinct([for target in local.targets : target.arn if target.kind == "machine"])
    }]
  })
}
