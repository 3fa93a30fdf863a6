# Grafana, for people who sign in by IAM Identity Center. Its dashboards are files (dashboards/), which
# are imported by its API once it is there; infra/README.md says how.

resource "aws_grafana_workspace" "this" {
  name                     = var.name
  description              = "How the services do."
  account_access_type      = "CURRENT_ACCOUNT"
  authentication_providers = ["AWS_SSO"]
  permission_type          = "SERVICE_MANAGED"
  data_sources             = ["CLOUDWATCH", "PROMETHEUS"]
  role_arn                 = aws_iam_role.grafana.arn
  grafana_version          = "10.4" # infra/check holds the dashboards against its schema.
}

resource "aws_iam_role" "grafana" {
  name                 = "${var.name}-grafana"
  description          = "What Grafana reads metrics as."
  assume_role_policy   = local.trust["grafana"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "grafana" {
  name = "read"
  role = aws_iam_role.grafana.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadPrometheus"
        Effect   = "Allow"
        Action   = ["aps:DescribeWorkspace", "aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"]
        Resource = [aws_prometheus_workspace.this.arn]
      },
      { # The list of workspaces, and metrics, know no resource.
        Sid      = "ReadMetrics"
        Effect   = "Allow"
        Action   = ["aps:ListWorkspaces", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
        Resource = ["*"]
      },
    ]
  })
}
