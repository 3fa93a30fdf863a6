# A row for each service: how many requests, how many failed, how slow, how many healthy tasks. Below,
# what Cutover measures of deployments (crates/aws/src/emf.rs): what there is of it is searched for, so
# that nothing is asked that was not measured yet.

locals {
  rows = {
    RequestCount              = { title = "requests", stat = "Sum" }
    HTTPCode_Target_5XX_Count = { title = "failed requests", stat = "Sum" }
    TargetResponseTime        = { title = "p99, seconds", stat = "p99" }
    HealthyHostCount          = { title = "healthy tasks", stat = "Minimum" }
  }
  colours = ["#1f77b4", "#2ca02c"] # Blue and green.

  day = 86400
  # DORA's four, then the rest; each a SEARCH by the labels of what is measured.
  measures = [
    { title = "changes deployed a day", of = "Deployments", by = "Service,Cause,End", where = "End=\"Deployed\" NOT Cause=\"rollback\"", stat = "Sum" },
    { title = "from push to production, median, seconds", of = "LeadTime", by = "Service", where = "", stat = "p50" },
    { title = "changes that production saw, a day", of = "Changes", by = "Service", where = "", stat = "Sum" },
    { title = "changes that failed there, a day", of = "ChangeFailures", by = "Service", where = "", stat = "Sum" },
    { title = "until failures were taken back, median, seconds", of = "TimeToRestore", by = "Service", where = "", stat = "p50" },
    { title = "deployments a day, by end", of = "Deployments", by = "Service,Cause,End", where = "", stat = "Sum" },
    { title = "time in each stage, seconds", of = "StageTime", by = "Stage", where = "", stat = "Average" },
    { title = "what checks said, a day", of = "Verdicts", by = "Check,Answer", where = "", stat = "Sum" },
  ]
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
      [
        for place, measure in local.measures : {
          type   = "metric"
          x      = place % 2 * 12
          y      = (length(var.services) + 1 + floor(place / 2)) * 6
          width  = 12
          height = 6
          properties = {
            title   = measure.title
            region  = data.aws_region.this.region
            view    = "timeSeries"
            period  = local.day
            metrics = [[{ expression = "SEARCH('{Cutover,${measure.by}} MetricName=\"${measure.of}\" ${measure.where}', '${measure.stat}', ${local.day})" }]]
          }
        }
      ],
    )
  })
}
