# OpenSearch, with the services' logs: CloudWatch hands each line to Firehose, which delivers it.

resource "aws_security_group" "search" {
  name        = "${var.name}-search"
  description = "OpenSearch, and Firehose before it."
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

resource "aws_vpc_security_group_egress_rule" "search" {
  description                  = "Firehose to OpenSearch"
  security_group_id            = aws_security_group.search.id
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
    Statement = [
      {
        Sid       = "FirehoseDelivers"
        Effect    = "Allow"
        Principal = { AWS = concat([aws_iam_role.delivery.arn], tolist(var.readers)) }
        Action    = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"]
        Resource  = "${local.domain}/*"
      },
    ]
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

# What could not be delivered is kept here.
resource "aws_s3_bucket" "undelivered" {
  bucket = "${var.name}-undelivered-logs-${data.aws_caller_identity.this.account_id}"
}

resource "aws_s3_bucket_public_access_block" "undelivered" {
  bucket                  = aws_s3_bucket.undelivered.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "undelivered" {
  bucket = aws_s3_bucket.undelivered.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "undelivered" {
  bucket = aws_s3_bucket.undelivered.id

  rule {
    id     = "tidy"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "logs" {
  name        = "${var.name}-logs"
  destination = "opensearch"

  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }

  opensearch_configuration {
    domain_arn            = aws_opensearch_domain.logs.arn
    role_arn              = aws_iam_role.delivery.arn
    index_name            = "services"
    index_rotation_period = "OneDay"
    buffering_interval    = 60
    buffering_size        = 5
    s3_backup_mode        = "FailedDocumentsOnly"

    # CloudWatch hands over compressed batches; one document is made of each line.
    processing_configuration {
      enabled = true

      processors {
        type = "Decompression"

        parameters {
          parameter_name  = "CompressionFormat"
          parameter_value = "GZIP"
        }
      }

      processors {
        type = "CloudWatchLogProcessing"

        parameters {
          parameter_name  = "DataMessageExtraction"
          parameter_value = "true"
        }
      }
    }

    s3_configuration {
      bucket_arn         = aws_s3_bucket.undelivered.arn
      role_arn           = aws_iam_role.delivery.arn
      compression_format = "GZIP"
    }

    vpc_config {
      role_arn           = aws_iam_role.delivery.arn
      subnet_ids         = slice(var.network.subnets, 0, 2)
      security_group_ids = [aws_security_group.search.id]
    }
  }

  depends_on = [aws_iam_role_policy.delivery]
}

resource "aws_iam_role" "delivery" {
  name                 = "${var.name}-log-delivery"
  description          = "What Firehose delivers logs as."
  assume_role_policy   = local.trust["firehose"]
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
        Action   = ["es:DescribeDomain", "es:DescribeDomainConfig", "es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"]
        Resource = [local.domain, "${local.domain}/*"]
      },
      {
        Sid      = "KeepWhatCouldNotBeDelivered"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:PutObject"]
        Resource = [aws_s3_bucket.undelivered.arn, "${aws_s3_bucket.undelivered.arn}/*"]
      },
      { # None of these knows a resource that exists before.
        Sid    = "StandInTheNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs",
        ]
        Resource = ["*"]
      },
    ]
  })
}

resource "aws_iam_role" "subscription" {
  name                 = "${var.name}-log-subscription"
  description          = "What CloudWatch Logs hands lines to Firehose as."
  assume_role_policy   = local.trust["logs"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy" "subscription" {
  name = "hand-over"
  role = aws_iam_role.subscription.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "HandLinesToFirehose"
      Effect   = "Allow"
      Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
      Resource = [aws_kinesis_firehose_delivery_stream.logs.arn]
    }]
  })
}

resource "aws_cloudwatch_log_subscription_filter" "service" {
  for_each = var.log_groups

  name            = "${var.name}-search"
  log_group_name  = each.value
  filter_pattern  = "" # Every line.
  destination_arn = aws_kinesis_firehose_delivery_stream.logs.arn
  role_arn        = aws_iam_role.subscription.arn

  depends_on = [aws_iam_role_policy.subscription]
}
