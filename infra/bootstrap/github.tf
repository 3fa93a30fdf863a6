# Who may plan and apply from GitHub Actions: by OIDC, so that no key of AWS is ever kept there.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

locals {
  issuer = "token.actions.githubusercontent.com"
  roles  = "arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:role"

  workflows = {
    # Pull requests, also those that nobody has read yet: reading only, and no data.
    plan = "repo:${var.repository}:pull_request"
    # The protected environment.
    apply = "repo:${var.repository}:environment:${var.environment}"
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "workflow" {
  for_each = local.workflows

  name                 = "terraform-${each.key}"
  description          = "What GitHub Actions runs terraform ${each.key} as."
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheWorkflowAndNoOther"
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "${local.issuer}:aud" = "sts.amazonaws.com", "${local.issuer}:sub" = each.value } }
    }]
  })
}

# A plan reads what there is, with AWS's own list of what is reading, less what is data.
resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.workflow["plan"].name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "plan" {
  name = "plan"
  role = aws_iam_role.workflow["plan"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid         = "NoDataButTheState"
        Effect      = "Deny"
        Action      = ["s3:GetObject", "s3:GetObjectVersion"]
        NotResource = ["${aws_s3_bucket.state.arn}/*"]
      },
      {
        Sid    = "NoData"
        Effect = "Deny"
        Action = [
          "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan",
          "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery",
          "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "states:GetExecutionHistory",
        ]
        Resource = ["*"]
      },
      {
        Sid      = "HoldTheLockOfTheState"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:PutObject"]
        Resource = ["${aws_s3_bucket.state.arn}/*.tflock"]
      },
    ]
  })
}

# Applying makes anything but people, and roles only inside the boundary: whoever takes over the
# workflow cannot make a role that may more than the boundary.
resource "aws_iam_policy" "boundary" {
  name        = "terraform-boundary"
  description = "The most that a role made by terraform apply may do."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AnythingButAccounts"
        Effect    = "Allow"
        NotAction = ["account:*", "iam:*", "organizations:*"]
        Resource  = ["*"]
      },
      {
        Sid       = "HandRolesToTasks"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["${local.roles}/*"]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "apply" {
  role       = aws_iam_role.workflow["apply"].name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_role_policy" "apply" {
  name = "apply"
  role = aws_iam_role.workflow["apply"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "MakeRolesInsideTheBoundary"
        Effect = "Allow"
        Action = [
          "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
          "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
        ]
        Resource  = ["${local.roles}/*"]
        Condition = { ArnEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }
      },
      {
        Sid    = "TidyRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
          "iam:ListRolePolicies", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole",
        ]
        Resource = ["${local.roles}/*"]
      },
      {
        Sid      = "HandRolesToServices"
        Effect   = "Allow"
        Action   = ["iam:PassRole"]
        Resource = ["${local.roles}/*"]
        Condition = { StringEquals = { "iam:PassedToService" = [
          "ecs-tasks.amazonaws.com", "ecs.amazonaws.com", "events.amazonaws.com", "firehose.amazonaws.com", "grafana.amazonaws.com",
          "lambda.amazonaws.com", "logs.amazonaws.com", "monitoring.rds.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com",
          "chatbot.amazonaws.com", "vpc-flow-logs.amazonaws.com",
        ] } }
      },
      {
        Sid    = "NotItself"
        Effect = "Deny"
        Action = [
          "iam:AttachRolePolicy", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
          "iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy",
        ]
        Resource = [for name in keys(local.workflows) : "${local.roles}/terraform-${name}"]
      },
    ]
  })
}
