# The functions: what each needs, and what each may do.
#
# `may` repeats the row of functions/README.md. What an action may be done to, and why to no less, is
# said once, in permissions.tf.

locals {
  rows = {
    receive = { # GitHub waits 10 seconds for its answer.
      timeout = 10
      memory  = 256
      may     = ["secretsmanager:GetSecretValue", "events:PutEvents"]
    }
    alert = {
      timeout = 15
      memory  = 256
      may     = ["secretsmanager:GetSecretValue", "events:PutEvents"]
    }
    resolve = {
      timeout = 50
      memory  = 256
      may     = ["ssm:GetParametersByPath", "dynamodb:Query"]
    }
    plan = {
      timeout = 50
      memory  = 256
      may     = ["secretsmanager:GetSecretValue", "ssm:GetParameter", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "events:PutEvents"]
    }
    claim = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:PutItem", "states:DescribeExecution", "states:SendTaskSuccess", "states:SendTaskFailure", "events:PutEvents"]
    }
    replicas = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "rds:DescribeDBInstances", "rds:DescribeDBClusters", "cloudwatch:GetMetricData"]
    }
    check = { # What it may look at it looks at; what it may not it tells.
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:DescribeServices", "ecs:DescribeServiceDeployments", "ecs:DescribeTaskDefinition", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeListeners", "secretsmanager:DescribeSecret", "ssm:DescribeParameters", "iam:GetRole", "logs:DescribeLogGroups", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"]
    }
    migrate = { # The last two are needed for what it registers and runs; it calls neither.
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:PutItem", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition", "ecs:DescribeServices", "ecs:RunTask", "ecs:DescribeTasks", "ecs:StopTask", "logs:GetLogEvents", "ecs:TagResource", "iam:PassRole"]
    }
    launch = { # The last two are needed for what it registers; it calls neither.
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition", "ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:UpdateService", "ecs:TagResource", "iam:PassRole"]
    }
    watch = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:UpdateItem", "ecs:DescribeServiceDeployments", "states:SendTaskSuccess", "events:PutEvents"]
    }
    judge = { # It sends the smoke requests and asks Prometheus, so it stands where it reaches them.
      timeout = 50
      memory  = 256
      inside  = true
      may     = ["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "elasticloadbalancing:DescribeTargetHealth", "cloudwatch:DescribeAlarms", "rds:DescribeDBInstances", "rds:DescribeDBClusters", "cloudwatch:GetMetricData", "aps:QueryMetrics", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"]
    }
    proceed = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "ecs:ContinueServiceDeployment", "ecs:DescribeServiceDeployments", "events:PutEvents"]
    }
    restore = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "dynamodb:PutItem", "ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:DescribeServiceDeployments", "ecs:ContinueServiceDeployment", "ecs:StopServiceDeployment", "events:PutEvents"]
    }
    preserve = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "dynamodb:PutItem", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "elasticloadbalancing:DescribeTargetHealth", "ecs:ListTasks", "ecs:DescribeTasks", "ecs:DescribeTaskDefinition", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "logs:GetLogEvents"]
    }
    conclude = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:DescribeServiceDeployments", "ecs:DescribeServices", "ecs:ListTasks", "ecs:DescribeTasks", "ecs:StopTask", "states:SendTaskSuccess", "states:SendTaskFailure", "events:PutEvents"]
    }
    heed = {
      timeout = 50
      memory  = 256
      may     = ["ssm:GetParametersByPath", "dynamodb:GetItem", "dynamodb:UpdateItem"]
    }
    resume = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "states:SendTaskSuccess"]
    }
    observe = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "dynamodb:GetItem", "ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:DescribeServiceDeployments"]
    }
    attribute = {
      timeout = 50
      memory  = 256
      may     = ["cloudwatch:DescribeAlarms", "ssm:GetParameter", "dynamodb:Query", "dynamodb:GetItem"]
    }
    spare = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:PutItem"]
    }
    stop = {
      timeout = 50
      memory  = 256
      may     = ["ecs:DescribeServiceDeployments", "ecs:ContinueServiceDeployment", "ecs:StopServiceDeployment", "dynamodb:Query", "dynamodb:PutItem", "states:SendTaskSuccess"]
    }
    quarantine = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:PutItem", "events:PutEvents"]
    }
    sweep = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "states:DescribeExecution", "states:ListExecutions", "states:StartExecution"]
    }
    approve = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:PutItem", "states:SendTaskSuccess"]
    }
    press = { # Slack waits three seconds for its answer, so it has more of a processor.
      timeout = 15
      memory  = 512
      may     = ["secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParametersByPath", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:PutItem", "states:DescribeExecution", "states:StopExecution", "states:StartExecution", "states:SendTaskSuccess", "states:SendTaskFailure", "events:PutEvents"]
    }
    mark = {
      timeout = 50
      memory  = 256
      may     = ["secretsmanager:GetSecretValue", "dynamodb:Query", "dynamodb:GetItem"]
    }
    unwind = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "dynamodb:GetItem"]
    }
    compare = { # The last is needed to be told that there is no lock; it does not call it.
      timeout = 50
      memory  = 256
      may     = ["ssm:GetParametersByPath", "ssm:GetParameter", "secretsmanager:GetSecretValue", "s3:GetObject", "dynamodb:GetItem", "dynamodb:UpdateItem", "states:SendTaskSuccess", "events:PutEvents", "s3:ListBucket"]
    }
    post = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem", "ssm:GetParameter", "secretsmanager:GetSecretValue"]
    }
    mail = {
      timeout = 50
      memory  = 256
      may     = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem", "ssm:GetParameter", "sns:Publish"]
    }
  }

  # A function without a row gets nothing, so that the precondition below can say what is missing.
  row = {
    for name in local.functions :
    name => merge({ timeout = 1, memory = 128, inside = false, may = [] }, try(local.rows[name], {}))
  }

  # The settings that a function reads are those that its wiring names.
  wiring = {
    for name in local.functions : name => toset(regexall("CUTOVER_[A-Z_]+", join("", [
      for file in fileset("${local.root}/functions/${name}/src", "**/*.rs") : file("${local.root}/functions/${name}/src/${file}")
    ])))
  }
  settings = merge(
    {
      CUTOVER_TABLE                = local.name
      CUTOVER_BUS                  = local.name
      CUTOVER_SERVICES             = local.documents
      CUTOVER_WEBHOOK_SECRET       = aws_secretsmanager_secret.webhook.arn
      CUTOVER_ALERT_SECRET         = var.alertmanager_secret
      CUTOVER_ALERT_TOPIC          = try(var.alert_topic.arn, null)
      CUTOVER_REGISTRY_SECRET      = var.registry_secret
      CUTOVER_GITHUB_SECRET        = var.github_secret
      CUTOVER_GITHUB_URL           = var.github_url
      CUTOVER_HCP_SIGNING_SECRET   = var.hcp_signing_secret
      CUTOVER_HCP_SECRET           = var.hcp_secret
      CUTOVER_HCP_URL              = var.hcp_url
      CUTOVER_SLACK_SECRET         = var.slack_secret
      CUTOVER_SLACK_URL            = null # Slack itself.
      CUTOVER_SLACK_BUTTONS        = var.slack_signing_secret == null ? null : "on"
      CUTOVER_SLACK_SIGNING_SECRET = var.slack_signing_secret
      CUTOVER_FOLLOWERS_TOPIC      = aws_sns_topic.this["followers"].arn
      CUTOVER_OPERATORS_TOPIC      = aws_sns_topic.this["operators"].arn
    },
    { for name, arn in local.machine_arns : "CUTOVER_${upper(replace(name, "-", "_"))}_MACHINE" => arn },
  )
}

resource "aws_lambda_function" "this" {
  for_each = local.functions

  function_name    = "${local.name}-${each.key}"
  role             = aws_iam_role.function[each.key].arn
  filename         = "${var.packages}/${each.key}/bootstrap.zip"
  source_code_hash = filebase64sha256("${var.packages}/${each.key}/bootstrap.zip")
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = local.row[each.key].memory
  timeout          = local.row[each.key].timeout

  environment {
    variables = merge(
      { CUTOVER_LOG = var.log_level },
      {
        for setting in local.wiring[each.key] : setting => local.settings[setting]
        if try(local.settings[setting], null) != null
      },
      local.row[each.key].inside && try(var.network.proxy, null) != null ? { HTTPS_PROXY = var.network.proxy } : {},
    )
  }

  logging_config {
    log_format = "Text" # The lines are JSON already.
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  tracing_config {
    mode = "Active"
  }

  dynamic "vpc_config" {
    for_each = local.row[each.key].inside && var.network != null ? [var.network] : []

    content {
      subnet_ids         = vpc_config.value.subnets
      security_group_ids = vpc_config.value.security_groups
    }
  }

  lifecycle {
    precondition {
      condition     = contains(keys(local.rows), each.key)
      error_message = "functions/${each.key} has no row in infra/cutover/functions.tf: say how long it may take, how much memory it gets, and what it may do."
    }
    precondition {
      condition     = length(setsubtract(local.wiring[each.key], keys(local.settings))) == 0
      error_message = "functions/${each.key} reads ${join(", ", setsubtract(local.wiring[each.key], keys(local.settings)))}: give it a value in infra/cutover/functions.tf."
    }
    precondition {
      condition     = length(setsubtract(local.row[each.key].may, keys(local.upon))) == 0
      error_message = "functions/${each.key} may do ${join(", ", setsubtract(local.row[each.key].may, keys(local.upon)))}: say upon what in infra/cutover/permissions.tf."
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${local.name}-${each.key}"
  retention_in_days = var.log_days
}

# Rows are for functions that exist.
check "rows" {
  assert {
    condition     = length(setsubtract(keys(local.rows), local.functions)) == 0
    error_message = "infra/cutover/functions.tf has rows for functions that there are not: ${join(", ", setsubtract(keys(local.rows), local.functions))}."
  }
}
