# What ECS, and the tasks, run as.

locals {
  trust = {
    for service in ["ecs", "ecs-tasks", "monitoring.rds"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [merge(
        {
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { Service = "${service}.amazonaws.com" }
        },
        # ECS itself does not say for whom it asks.
        service == "ecs" ? {} : { Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } } },
      )]
    })
  }
}

# ECS moves the weights of the listener rules by it.
resource "aws_iam_role" "infrastructure" {
  name                 = "${var.name}-infrastructure"
  description          = "What ECS changes the load balancer as."
  assume_role_policy   = local.trust["ecs"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy_attachment" "infrastructure" {
  role       = aws_iam_role.infrastructure.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}

resource "aws_iam_role" "execution" {
  for_each = var.services

  name                 = "${var.name}-${each.key}-execution"
  description          = "What ECS starts the tasks of ${each.key} as."
  assume_role_policy   = local.trust["ecs-tasks"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "execution" {
  for_each = var.services

  name = "start"
  role = aws_iam_role.execution[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadWhatTheTaskIsGiven"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = concat([local.database_secret], local.logins)
      },
      {
        Sid      = "WriteItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.service[each.key].arn}:*"]
      },
    ]
  })
}

resource "aws_iam_role" "task" {
  for_each = var.services

  name                 = "${var.name}-${each.key}"
  description          = "What the tasks of ${each.key} run as."
  assume_role_policy   = local.trust["ecs-tasks"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "task" {
  for_each = var.services

  name = "files"
  role = aws_iam_role.task[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "KeepItsFiles"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["${aws_s3_bucket.this["files"].arn}/${each.key}/*"]
    }]
  })
}

resource "aws_iam_role_policy" "sidecar" {
  for_each = {
    for pair in setproduct(keys(var.services), keys(var.sidecar_policies)) : "${pair[0]}-${pair[1]}" => { service = pair[0], policy = pair[1] }
  }

  name   = each.value.policy
  role   = aws_iam_role.task[each.value.service].name
  policy = var.sidecar_policies[each.value.policy]
}

# The login to ghcr.io: `{"username": "…", "password": "…"}`, put in by hand.
resource "aws_secretsmanager_secret" "registry" {
  for_each = toset(var.registry_login ? ["ghcr"] : [])

  name                    = "${var.name}/${each.key}"
  description             = "The login by which images are pulled, and asked after."
  recovery_window_in_days = 7
}
