# What there is, read from the folders that say so. Nothing of it is typed a second time.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  # The pattern `execution-ended`, the command line and the local account know this name.
  name = "cutover"
  root = "${path.module}/../.."

  functions = toset([for file in fileset("${local.root}/functions", "*/Cargo.toml") : dirname(file)])
  machines  = toset([for file in fileset("${local.root}/statemachines", "*.asl.json") : trimsuffix(file, ".asl.json")])
  patterns = {
    for file in fileset("${local.root}/events/patterns", "*.json") :
    trimsuffix(file, ".json") => jsondecode(file("${local.root}/events/patterns/${file}"))
  }
  rules     = jsondecode(file("${local.root}/events/rules.json"))
  schedules = jsondecode(file("${local.root}/events/schedules.json"))

  # Machines start one another and functions ask after machines that call them, so that ARNs are made
  # from names: references would go round in circles.
  here          = "${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}"
  partition     = data.aws_partition.this.partition
  function_arns = { for name in local.functions : name => "arn:${local.partition}:lambda:${local.here}:function:${local.name}-${name}" }
  machine_arns  = { for name in local.machines : name => "arn:${local.partition}:states:${local.here}:stateMachine:${local.name}-${name}" }
}
