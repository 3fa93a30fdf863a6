# What Cutover remembers. Its keys are those of crates/aws/src/dynamodb.

resource "aws_dynamodb_table" "ledger" {
  name                        = local.name
  billing_mode                = "PAY_PER_REQUEST" # Nothing while nothing happens.
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.protected

  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  attribute {
    name = "listed"
    type = "S"
  }
  attribute {
    name = "began"
    type = "S"
  }

  # For people: the deployments of a service, newest first.
  global_secondary_index {
    name            = "history"
    hash_key        = "listed"
    range_key       = "began"
    projection_type = "KEYS_ONLY"
  }

  # Desks have no such attribute, and never expire.
  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }
}
