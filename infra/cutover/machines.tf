# The state machines, from statemachines/. What one may call is what its definition names.

locals {
  definitions = { for name in local.machines : name => file("${local.root}/statemachines/${name}.asl.json") }
  # `$${judge}` is the function of that name, `$${replica_check}` the machine `replica-check`.
  placeholders = { for name in setunion(local.functions, local.machines) : name => replace(name, "-", "_") }
  named = {
    for machine, text in local.definitions : machine => [
      for name, placeholder in local.placeholders : name
      if contains(flatten(regexall("\\$\\{([A-Za-z0-9_-]+)\\}", text)), placeholder)
    ]
  }
  integration = { for name, text in local.definitions : name => toset(flatten(regexall("\"Resource\": *\"arn:aws:states:::([^\"]+)\"", text))) }
  permitted   = toset(["lambda:invoke", "lambda:invoke.waitForTaskToken", "states:startExecution.sync:2"])
}

resource "aws_sfn_state_machine" "this" {
  for_each = local.machines

  name     = "${local.name}-${each.key}"
  role_arn = aws_iam_role.machine[each.key].arn
  definition = templatefile("${local.root}/statemachines/${each.key}.asl.json", merge(
    { for name, arn in local.machine_arns : local.placeholders[name] => arn },
    { for name, function in aws_lambda_function.this : local.placeholders[name] => function.arn },
  ))

  # Inputs and outputs stay out of the log: the history has them, for who may read it.
  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.machine[each.key].arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  lifecycle {
    precondition {
      condition     = length(setsubtract(local.integration[each.key], local.permitted)) == 0
      error_message = "statemachines/${each.key}.asl.json calls ${join(", ", setsubtract(local.integration[each.key], local.permitted))}: give its role what that needs in infra/cutover/machines.tf."
    }
  }

  depends_on = [aws_iam_role_policy.machine]
}

resource "aws_cloudwatch_log_group" "machine" {
  for_each = local.machines

  # Names that begin so do not count against the size of the resource policy of CloudWatch Logs.
  name              = "/aws/vendedlogs/states/${local.name}-${each.key}"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "machine" {
  for_each = local.machines

  name                 = "${local.name}-machine-${each.key}"
  description          = "What the state machine ${each.key} runs as."
  assume_role_policy   = local.trust.states
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "machine" {
  for_each = local.machines

  name = each.key
  role = aws_iam_role.machine[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for functions in [setintersection(local.named[each.key], local.functions)] : {
          Sid      = "CallItsSteps"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [for name in functions : local.function_arns[name]]
        } if length(functions) > 0
      ],
      flatten([
        for machines in [setintersection(local.named[each.key], local.machines)] : [
          {
            Sid      = "StartOtherMachines"
            Effect   = "Allow"
            Action   = ["states:StartExecution"]
            Resource = [for name in machines : local.machine_arns[name]]
          },
          {
            Sid      = "FollowWhatItStarted"
            Effect   = "Allow"
            Action   = ["states:DescribeExecution", "states:StopExecution"]
            Resource = [for name in machines : "${replace(local.machine_arns[name], ":stateMachine:", ":execution:")}:*"]
          },
          { # Step Functions hears of the end by a rule of its own making, one in the account.
            Sid      = "HearOfItsEnd"
            Effect   = "Allow"
            Action   = ["events:DescribeRule", "events:PutRule", "events:PutTargets"]
            Resource = ["arn:${local.partition}:events:${local.here}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"]
          },
        ] if length(machines) > 0
      ]),
      [
        { # Deliveries of logs know no resource.
          Sid    = "WriteItsLog"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
          ]
          Resource = ["*"]
        },
        { # X-Ray knows no resource.
          Sid      = "SendItsTrace"
          Effect   = "Allow"
          Action   = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
          Resource = ["*"]
        },
      ],
    )
  })
}
