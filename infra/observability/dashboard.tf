# A row for each service: how many requests, how many failed, how slow, how many healthy tasks.

locals {
  rows = {
    RequestCount              = { title = "requests", stat = "Sum" }
    HTTPCode_Target_5XX_Count = { title = "failed requests", stat = "Sum" }
    TargetResponseTime        = { title = "p99, seconds", stat = "p99" }
    HealthyHostCount          = { title = "healthy tasks", stat = "Minimum" }
  }
  colours = ["#1f77b4", "#2ca02c"] # Blue and green.
}

resource "aws_cloudwatch_dashboard" "services" {
  dashboard_name = "${var.name}-services"
  dashboard_body = jsonencode({
    widgets = concat(
      flatten([
        for row, service in keys(var.services) : [
          for column, metric in keys(local.rows) : {
            type   = "metric"
            x      = column * 6
            y      = row * 6
            width  = 6
            height = 6
            properties = {
              title  = "${service}: ${local.rows[metric].title}"
              region = data.aws_region.this.region
              view   = "timeSeries"
              period = 60
              stat   = local.rows[metric].stat
              metrics = [
                for index, group in var.target_groups[service] : [
                  "AWS/ApplicationELB", metric, "LoadBalancer", var.balancer, "TargetGroup", group,
                  { label = index == 0 ? "blue" : "green", color = local.colours[index % 2] },
                ]
              ]
            }
          }
        ]
      ]),
      [{
        type   = "metric"
        x      = 0
        y      = length(var.services) * 6
        width  = 12
        height = 6
        properties = {
          title   = "how far the replicas are behind, seconds"
          region  = data.aws_region.this.region
          view    = "timeSeries"
          period  = 60
          stat    = "Maximum"
          metrics = [for replica in var.replicas : ["AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", replica]]
        }
      }],
    )
  })
}
