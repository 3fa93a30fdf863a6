# What the actions of functions.tf may be done to. A function gets one statement for each scope that
# its actions have, named after the step and the scope: `JudgeLedger`, `JudgeRollouts`.

locals {
  ecs = "arn:${local.partition}:ecs:${local.here}"
  # `cluster/service`, as the ARNs of ECS have it, of every service that is under Cutover.
  places = toset([for document in var.services : "${document.cluster}/${try(document.ecs_service, null) == null ? document.name : document.ecs_service}"])
  # `bucket/key`, as the ARNs of S3 have it, of every Terraform state there that one of them stands on.
  states = toset([
    for document in var.services : "${document.terraform.bucket}/${document.terraform.key}"
    if try(document.terraform.bucket, null) != null
  ])

  scopes = {
    # One table; nothing is ever deleted from it.
    ledger = { resources = [aws_dynamodb_table.ledger.arn] }
    bus    = { resources = [aws_cloudwatch_event_bus.this.arn] }
    # What GitHub and HCP Terraform sign with for `receive`, Alertmanager's token for `alert`, the
    # registry's login for `plan`, the login to GitHub for `mark`, the token of HCP Terraform for
    # `compare`, the way into Slack for `post`, Slack's signature for `press`: each reads only its own.
    webhook  = { resources = [for arn in [aws_secretsmanager_secret.webhook.arn, var.hcp_signing_secret] : arn if arn != null] }
    hcp      = { resources = [for arn in [var.hcp_secret] : arn if arn != null] }
    alert    = { resources = [for arn in [var.alertmanager_secret] : arn if arn != null] }
    registry = { resources = [for arn in [var.registry_secret] : arn if arn != null] }
    github   = { resources = [for arn in [var.github_secret] : arn if arn != null] }
    slack    = { resources = [for arn in [var.slack_secret] : arn if arn != null] }
    signing  = { resources = [for arn in [var.slack_signing_secret] : arn if arn != null] }
    # Those who follow, and those who are called.
    topics = { resources = [for topic in aws_sns_topic.this : topic.arn] }
    # The path itself is what GetParametersByPath is asked for.
    documents = { resources = [local.documents_arn, "${local.documents_arn}/*"] }
    # A callback is answered by its token, which is the permission: these actions know no resource.
    callbacks = { resources = ["*"] }
    # Whether a holder of the lease still runs, and an end to it; what the sweep and a person begin.
    executions = { resources = ["arn:${local.partition}:states:${local.here}:execution:${local.name}-deployment:*"] }
    # What broke off without a word.
    deployments = { resources = [for name, arn in local.machine_arns : arn if name == "deployment"] }
    recovery    = { resources = [for name, arn in local.machine_arns : arn if name == "recovery"] }
    rollback    = { resources = [for name, arn in local.machine_arns : arn if name == "rollback"] }
    # The services under Cutover, no other.
    services  = { resources = [for place in local.places : "${local.ecs}:service/${place}"] }
    rollouts  = { resources = [for place in local.places : "${local.ecs}:service-deployment/${place}/*"] }
    revisions = { resources = [for place in local.places : "${local.ecs}:service-revision/${place}/*"] }
    tasks     = { resources = [for cluster in distinct([for place in local.places : dirname(place)]) : "${local.ecs}:task/${cluster}/*"] }
    # Listing tasks knows no resource but container instances; the cluster is a condition.
    clusters = {
      resources = length(local.places) == 0 ? [] : ["*"]
      condition = { ArnEquals = { "ecs:cluster" = [for cluster in distinct([for place in local.places : dirname(place)]) : "${local.ecs}:cluster/${cluster}"] } }
    }
    # A migration is a task of whatever task definition was registered last, and so of none that is
    # known by name; the cluster is a condition.
    migrations = {
      resources = length(local.places) == 0 ? [] : ["${local.ecs}:task-definition/*:*"]
      condition = { ArnEquals = { "ecs:cluster" = [for cluster in distinct([for place in local.places : dirname(place)]) : "${local.ecs}:cluster/${cluster}"] } }
    }
    # The workspaces of Amazon Managed Prometheus that documents ask.
    workspaces = { resources = var.prometheus_workspaces }
    # These two actions of ECS know no resource.
    task_definitions = { resources = ["*"] }
    # The tags of the task definition that is replaced go along, when it is registered and never else.
    tags = {
      resources = ["${local.ecs}:task-definition/*"]
      condition = { StringEquals = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
    }
    roles = {
      resources = var.task_roles
      condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    }
    # Whether there are the roles that services name, which may be called anything. Reading only.
    any_role = { resources = ["arn:${local.partition}:iam::${data.aws_caller_identity.this.account_id}:role/*"] }
    # Replicas are asked for by a filter, which counts as all. Reading only.
    databases = { resources = ["arn:${local.partition}:rds:${local.here}:db:*", "arn:${local.partition}:rds:${local.here}:cluster:*"] }
    # The states that services stand on, each with the lock beside it; no other object. Reading only.
    states = { resources = flatten([for state in local.states : [for end in ["", ".tflock"] : "arn:${local.partition}:s3:::${state}${end}"]]) }
    # Who may not list a bucket is refused what is not there, and is not told that it is not there.
    buckets = { resources = distinct([for state in local.states : "arn:${local.partition}:s3:::${split("/", state)[0]}"]) }
    # Reading only. Composite alarms are told only to who may read all; the others know no resource.
    readings = { resources = ["*"] }
    # Whether there are secrets and logs that tasks need, which may be called anything. No value is told.
    vault      = { resources = ["arn:${local.partition}:secretsmanager:*:${data.aws_caller_identity.this.account_id}:secret:*"] }
    log_groups = { resources = ["arn:${local.partition}:logs:*:${data.aws_caller_identity.this.account_id}:log-group:*"] }
    logs       = { resources = [for group in var.log_groups : "arn:${local.partition}:logs:${local.here}:log-group:${group}:log-stream:*"] }
  }

  upon = {
    "aps:QueryMetrics"                                   = "workspaces"
    "cloudwatch:DescribeAlarms"                          = "readings"
    "cloudwatch:GetMetricData"                           = "readings"
    "dynamodb:GetItem"                                   = "ledger"
    "dynamodb:PutItem"                                   = "ledger"
    "dynamodb:Query"                                     = "ledger"
    "dynamodb:UpdateItem"                                = "ledger"
    "ecs:ContinueServiceDeployment"                      = "rollouts"
    "ecs:DescribeServiceDeployments"                     = "rollouts"
    "ecs:DescribeServiceRevisions"                       = "revisions"
    "ecs:DescribeServices"                               = "services"
    "ecs:DescribeTaskDefinition"                         = "task_definitions"
    "ecs:DescribeTasks"                                  = "tasks"
    "ecs:ListServiceDeployments"                         = "services"
    "ecs:ListTasks"                                      = "clusters"
    "ecs:RegisterTaskDefinition"                         = "task_definitions"
    "ecs:RunTask"                                        = "migrations"
    "ecs:StopServiceDeployment"                          = "rollouts"
    "ecs:StopTask"                                       = "tasks"
    "ecs:TagResource"                                    = "tags"
    "ecs:UpdateService"                                  = "services"
    "elasticloadbalancing:DescribeListeners"             = "readings"
    "elasticloadbalancing:DescribeRules"                 = "readings"
    "elasticloadbalancing:DescribeTargetGroupAttributes" = "readings"
    "elasticloadbalancing:DescribeTargetGroups"          = "readings"
    "elasticloadbalancing:DescribeTargetHealth"          = "readings"
    "events:PutEvents"                                   = "bus"
    "iam:GetRole"                                        = "any_role"
    "iam:PassRole"                                       = "roles"
    "logs:DescribeLogGroups"                             = "log_groups"
    "logs:GetLogEvents"                                  = "logs"
    "rds:DescribeDBClusters"                             = "databases"
    "rds:DescribeDBInstances"                            = "databases"
    "s3:GetObject"                                       = "states"
    "s3:ListBucket"                                      = "buckets"
    "secretsmanager:DescribeSecret"                      = "vault"
    "secretsmanager:GetSecretValue"                      = "secrets"
    "sns:Publish"                                        = "topics"
    "ssm:DescribeParameters"                             = "readings"
    "ssm:GetParameter"                                   = "documents"
    "ssm:GetParametersByPath"                            = "documents"
    "states:DescribeExecution"                           = "executions"
    "states:ListExecutions"                              = "deployments"
    "states:SendTaskFailure"                             = "callbacks"
    "states:SendTaskSuccess"                             = "callbacks"
    "states:StartExecution"                              = "machines"
    "states:StopExecution"                               = "executions"
  }

  # Which secret a function reads is what its wiring asks for.
  secret = {
    for name in local.functions :
    name => one([
      for setting, secret in { WEBHOOK = "webhook", ALERT = "alert", REGISTRY = "registry", GITHUB = "github", HCP = "hcp", SLACK = "slack", SLACK_SIGNING = "signing" } :
      secret if contains(local.wiring[name], "CUTOVER_${setting}_SECRET")
    ])
  }
  # Which machine it starts, likewise.
  begun = {
    for name in local.functions :
    name => one([for machine in ["recovery", "rollback"] : machine if contains(local.wiring[name], "CUTOVER_${upper(machine)}_MACHINE")])
  }
  scope = {
    for name in local.functions : name => {
      for action in local.row[name].may :
      action => try({ secrets = local.secret[name], machines = local.begun[name] }[local.upon[action]], local.upon[action], "unknown")
    }
  }

  # What a function may do as its row says, by scope; nothing upon nothing.
  granted = {
    for name in local.functions : name => [
      for scope, what in local.scopes : merge(
        {
          Sid      = replace(title(replace("${name} ${scope}", "/[_-]/", " ")), " ", "")
          Effect   = "Allow"
          Action   = sort([for action, on in local.scope[name] : action if on == scope])
          Resource = sort(what.resources)
        },
        { for condition in [try(what.condition, null)] : "Condition" => condition if condition != null },
      )
      if contains(values(local.scope[name]), scope) && length(what.resources) > 0
    ]
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name                 = "${local.name}-${each.key}"
  description          = "What the step ${each.key} runs as."
  assume_role_policy   = local.trust.lambda
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name = each.key
  role = aws_iam_role.function[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.granted[each.key],
      [
        {
          Sid      = "WriteItsOwnLog"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
        },
        { # X-Ray knows no resource.
          Sid      = "SendItsTrace"
          Effect   = "Allow"
          Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
          Resource = ["*"]
        },
      ],
      [
        for queue in [aws_sqs_queue.this["failed"].arn] : {
          Sid      = "KeepEventsThatFailed"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = [queue]
        } if contains(local.woken, each.key)
      ],
      [
        # Lambda makes the interfaces itself, by this role; none of these actions knows a resource
        # that exists before.
        for network in [var.network] : {
          Sid    = "StandInTheNetwork"
          Effect = "Allow"
          Action = [
            "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
          ]
          Resource = ["*"]
        } if network != null && local.row[each.key].inside
      ],
    )
  })
}

# Who may take a role: one service of AWS, for something of this account.
locals {
  trust = {
    for service in ["events", "lambda", "scheduler", "states"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [
        merge(
          {
            Effect    = "Allow"
            Action    = "sts:AssumeRole"
            Principal = { Service = "${service}.amazonaws.com" }
          },
          # Lambda does not say for whom it asks.
          service == "lambda" ? {} : { Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } } },
        ),
      ]
    })
  }
}
