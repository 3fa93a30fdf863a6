# Where others knock: the URLs of `receive` (GitHub, HCP Terraform), `alert` (Alertmanager, SNS) and `press` (Slack),
# which are public. Who may come in is decided by the signature of a delivery, or the token that it
# shows, before anything of it is read.

locals {
  # The functions with a URL: that for alerts, and Slack's, only where somebody knocks.
  alerts = var.alertmanager_secret != null || var.alert_topic != null
  doors = toset([
    for door, open in { receive = true, alert = local.alerts, press = var.slack_signing_secret != null } :
    door if open
  ])
}

resource "aws_lambda_function_url" "door" {
  for_each = local.doors

  function_name      = aws_lambda_function.this[each.key].function_name
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "anybody_by_url" {
  for_each = local.doors

  statement_id           = "anybody-by-url"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.this[each.key].function_name
  principal              = "*"
  function_url_auth_type = "NONE"
}

# Since October 2025 a URL needs both; this one holds for calls by the URL only.
resource "aws_lambda_permission" "anybody_calls_by_url" {
  for_each = local.doors

  statement_id             = "anybody-calls-by-url"
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.this[each.key].function_name
  principal                = "*"
  invoked_via_function_url = true
}

# It is confirmed by the function itself, which believes what SNS signed.
resource "aws_sns_topic_subscription" "alerts" {
  for_each = { for topic in [var.alert_topic] : "alerts" => topic.arn if topic != null }

  topic_arn              = each.value
  protocol               = "https"
  endpoint               = aws_lambda_function_url.door["alert"].function_url
  endpoint_auto_confirms = true
  depends_on             = [aws_lambda_permission.anybody_by_url, aws_lambda_permission.anybody_calls_by_url]
}

# Its value is put in by hand, so that no state and no plan ever holds it.
resource "aws_secretsmanager_secret" "webhook" {
  name                    = "${local.name}/webhook"
  description             = "What GitHub signs its deliveries with."
  recovery_window_in_days = 7
}
