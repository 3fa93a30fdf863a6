# The service documents, and where the command line finds everything.

locals {
  documents     = "/${local.name}/services"
  documents_arn = "arn:${local.partition}:ssm:${local.here}:parameter${local.documents}"
}

resource "aws_ssm_parameter" "service" {
  for_each = var.services

  name        = "${local.documents}/${each.key}"
  description = "How ${each.key} is deployed."
  type        = "String"
  value       = jsonencode(each.value)
  # 4 KiB are free; a document that is larger costs 5 cents a month.
  tier = "Intelligent-Tiering"
}

resource "aws_ssm_parameter" "settings" {
  name        = "/${local.name}/settings"
  description = "Where Cutover is: read by its command line."
  type        = "String"
  tier        = "Standard"
  value = jsonencode({
    table    = aws_dynamodb_table.ledger.name
    bus      = aws_cloudwatch_event_bus.this.name
    services = local.documents
    registry = var.registry_secret
    machines = { for name, machine in aws_sfn_state_machine.this : name => machine.arn }
  })
}
