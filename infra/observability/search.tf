# OpenSearch, with the logs: CloudWatch calls a function with their lines, which delivers them. How they
# are indexed and looked at is in search/, and put there by search/put.py.
#
# Not by Firehose: what CloudWatch hands over has many lines in a record, and OpenSearch takes one.
# Source: https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs.html

resource "aws_security_group" "search" {
  name        = "${var.name}-search"
  description = "OpenSearch."
  vpc_id      = var.network.vpc
}

resource "aws_vpc_security_group_ingress_rule" "search" {
  description       = "From inside the network"
  security_group_id = aws_security_group.search.id
  cidr_ipv4         = var.network.range
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group" "delivery" {
  name        = "${var.name}-log-delivery"
  description = "What delivers logs to OpenSearch."
  vpc_id      = var.network.vpc
}

resource "aws_vpc_security_group_egress_rule" "delivery" {
  description                  = "To OpenSearch"
  security_group_id            = aws_security_group.delivery.id
  referenced_security_group_id = aws_security_group.search.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

locals {
  # Its own policy names it, and so does the role that the policy lets in.
  domain = "arn:${data.aws_partition.this.partition}:es:${local.here}:domain/${var.name}-logs"
}

resource "aws_opensearch_domain" "logs" {
  domain_name    = "${var.name}-logs"
  engine_version = "OpenSearch_2.19"
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "Deliver"
        Effect    = "Allow"
        Principal = { AWS = [aws_iam_role.delivery.arn] }
        Action    = ["es:ESHttpPost"]
        Resource  = "${local.domain}/_bulk"
      }],
      [for readers in [tolist(var.readers)] : {
        Sid       = "SearchAndSayHow"
        Effect    = "Allow"
        Principal = { AWS = readers }
        Action    = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"]
        Resource  = "${local.domain}/*"
      } if length(readers) > 0],
    )
  })

  cluster_config {
    instance_type          = var.search.node
    instance_count         = var.search.nodes
    zone_awareness_enabled = true

    zone_awareness_config {
      availability_zone_count = 2
    }
  }

  ebs_options {
    ebs_enabled = true
    volume_type = "gp3"
    volume_size = var.search.storage
  }

  vpc_options {
    subnet_ids         = slice(var.network.subnets, 0, 2)
    security_group_ids = [aws_security_group.search.id]
  }

  encrypt_at_rest {
    enabled = true
  }

  node_to_node_encryption {
    enabled = true
  }

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }

  log_publishing_options {
    log_type                 = "ES_APPLICATION_LOGS"
    cloudwatch_log_group_arn = aws_cloudwatch_log_group.search.arn
  }

  depends_on = [aws_cloudwatch_log_resource_policy.search]
}

resource "aws_cloudwatch_log_group" "search" {
  name              = "/aws/opensearch/${var.name}-logs"
  retention_in_days = var.log_days
}

resource "aws_cloudwatch_log_resource_policy" "search" {
  policy_name = "${var.name}-search"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OpenSearchWritesItsLog"
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.search.arn}:*"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
    }]
  })
}

resource "aws_lambda_function" "delivery" {
  function_name    = "${var.name}-log-delivery"
  description      = "Delivers logs to OpenSearch."
  role             = aws_iam_role.delivery.arn
  filename         = "${var.packages}/deliver/deliver.zip"
  source_code_hash = filebase64sha256("${var.packages}/deliver/deliver.zip")
  runtime          = "python3.13"
  handler          = "deliver.handler"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 60

  environment {
    variables = { SEARCH = "https://${aws_opensearch_domain.logs.endpoint}" }
  }

  logging_config {
    log_format = "Text" # The lines are JSON already.
    log_group  = aws_cloudwatch_log_group.delivery.name
  }

  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = slice(var.network.subnets, 0, 2)
    security_group_ids = [aws_security_group.delivery.id]
  }

  depends_on = [aws_iam_role_policy.delivery]
}

# Its own lines stay here: delivered, each would make another.
resource "aws_cloudwatch_log_group" "delivery" {
  name              = "/aws/lambda/${var.name}-log-delivery"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "delivery" {
  name                 = "${var.name}-log-delivery"
  description          = "What delivers logs to OpenSearch."
  assume_role_policy   = local.trust["lambda"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "delivery" {
  name = "deliver"
  role = aws_iam_role.delivery.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "DeliverToOpenSearch"
        Effect   = "Allow"
        Action   = ["es:ESHttpPost"]
        Resource = ["${local.domain}/_bulk"]
      },
      {
        Sid      = "WriteItsOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.delivery.arn}:*"]
      },
      { # X-Ray knows no resource.
        Sid      = "SendItsTrace"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      },
      { # Lambda makes the interfaces itself, by this role; none of these knows a resource that exists before.
        Sid    = "StandInTheNetwork"
        Effect = "Allow"
        Action = [
          "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = ["*"]
      },
    ]
  })
}

# Once for all log groups: a statement for each would soon be more than a policy holds.
resource "aws_lambda_permission" "delivery" {
  statement_id   = "DeliverLogs"
  function_name  = aws_lambda_function.delivery.function_name
  action         = "lambda:InvokeFunction"
  principal      = "logs.amazonaws.com"
  source_account = data.aws_caller_identity.this.account_id
  source_arn     = "arn:${data.aws_partition.this.partition}:logs:${local.here}:log-group:*"
}

resource "aws_cloudwatch_log_subscription_filter" "service" {
  for_each = var.log_groups

  name            = "${var.name}-search"
  log_group_name  = each.value
  filter_pattern  = "" # Every line.
  destination_arn = aws_lambda_function.delivery.arn

  depends_on = [aws_lambda_permission.delivery]
}
