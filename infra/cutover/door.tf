# Where GitHub knocks: the URL of `receive`, which is public. Who may come in is decided by the
# signature of each delivery, over its raw bytes, before it is read.

resource "aws_lambda_function_url" "receive" {
  function_name      = aws_lambda_function.this["receive"].function_name
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "anybody_by_url" {
  statement_id           = "anybody-by-url"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.this["receive"].function_name
  principal              = "*"
  function_url_auth_type = "NONE"
}

# Since October 2025 a URL needs both; this one holds for calls by the URL only.
resource "aws_lambda_permission" "anybody_calls_by_url" {
  statement_id             = "anybody-calls-by-url"
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.this["receive"].function_name
  principal                = "*"
  invoked_via_function_url = true
}

# Its value is put in by hand, so that no state and no plan ever holds it.
resource "aws_secretsmanager_secret" "webhook" {
  name                    = "${local.name}/webhook"
  description             = "What GitHub signs its deliveries with."
  recovery_window_in_days = 7
}
