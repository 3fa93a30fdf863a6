# The collector: a container beside each service, which reads its metrics and takes its traces.

locals {
  collector = {
    for name, service in var.services : name => [{
      name                   = "collector"
      image                  = var.collector
      essential              = false # A service lives on without it.
      readonlyRootFilesystem = true
      environment = [{
        name = "AOT_CONFIG_CONTENT"
        value = yamlencode({
          extensions = { sigv4auth = { region = data.aws_region.this.region, service = "aps" } }
          receivers = {
            otlp = { protocols = { grpc = { endpoint = "127.0.0.1:4317" }, http = { endpoint = "127.0.0.1:4318" } } }
            prometheus = { config = { scrape_configs = [{
              job_name        = name
              scrape_interval = "15s"
              static_configs  = [{ targets = ["127.0.0.1:${service.port}"] }]
            }] } }
          }
          processors = { resourcedetection = { detectors = ["ecs"] } }
          exporters = {
            awsxray = { region = data.aws_region.this.region }
            prometheusremotewrite = {
              endpoint                         = "${aws_prometheus_workspace.this.prometheus_endpoint}api/v1/remote_write"
              auth                             = { authenticator = "sigv4auth" }
              resource_to_telemetry_conversion = { enabled = true } # Tasks are told apart by it.
            }
          }
          service = {
            extensions = ["sigv4auth"]
            pipelines = {
              metrics = { receivers = ["prometheus"], processors = ["resourcedetection"], exporters = ["prometheusremotewrite"] }
              traces  = { receivers = ["otlp"], processors = ["resourcedetection"], exporters = ["awsxray"] }
            }
          }
        })
      }]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = var.log_groups[name]
          awslogs-region        = data.aws_region.this.region
          awslogs-stream-prefix = "collector"
        }
      }
    }]
  }

  collector_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteMetrics"
        Effect   = "Allow"
        Action   = ["aps:RemoteWrite"]
        Resource = [aws_prometheus_workspace.this.arn]
      },
      { # X-Ray knows no resource.
        Sid      = "SendTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      },
    ]
  })
}
