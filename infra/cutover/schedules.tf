# What is called again and again, from events/schedules.json.

resource "aws_scheduler_schedule_group" "this" {
  name = local.name
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.schedules

  name                = "${local.name}-${each.key}"
  group_name          = aws_scheduler_schedule_group.this.name
  description         = "Calls the function ${each.value.function}."
  schedule_expression = each.value.schedule

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = try(local.function_arns[each.value.function], "")
    role_arn = aws_iam_role.schedules.arn
    input    = jsonencode(each.value.input)

    # The next call comes soon, and finds what this one would have found.
    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 5
    }

    dead_letter_config {
      arn = aws_sqs_queue.this["dead-letters"].arn
    }
  }

  lifecycle {
    precondition {
      condition     = contains(local.functions, each.value.function)
      error_message = "The schedule ${each.key} calls the function ${each.value.function}, and there is none."
    }
  }

  depends_on = [aws_lambda_function.this]
}

resource "aws_iam_role" "schedules" {
  name                 = "${local.name}-schedules"
  description          = "What the schedules call functions as."
  assume_role_policy   = local.trust.scheduler
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "schedules" {
  name = "call"
  role = aws_iam_role.schedules.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "CallTheFunctionsOfTheSchedules"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = distinct([for schedule in local.schedules : try(local.function_arns[schedule.function], "")])
      },
      {
        Sid      = "KeepCallsThatFailed"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.this["dead-letters"].arn]
      },
    ]
  })
}
