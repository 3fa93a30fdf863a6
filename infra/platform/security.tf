# Who may talk to whom: groups that name groups, and one line for each way there is.

data "aws_ec2_managed_prefix_list" "cloudfront" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}

locals {
  groups = {
    balancer = "The load balancer."
    service  = "The tasks of the services."
    judge    = "The function judge, which sends the smoke requests."
    database = "PostgreSQL, primary and replica."
    cache    = "The cache."
  }

  # from -> to, at a port.
  ways = merge(
    {
      "judge to the test listener" = { from = "judge", to = "balancer", port = local.test_port }
      "services to the database"   = { from = "service", to = "database", port = 5432 }
      "services to the cache"      = { from = "service", to = "cache", port = 6379 }
    },
    { for name, service in var.services : "balancer to ${name}" => { from = "balancer", to = "service", port = service.port } },
  )
}

resource "aws_security_group" "this" {
  for_each = local.groups

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "way" {
  for_each = local.ways

  description                  = each.key
  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "way" {
  for_each = local.ways

  description                  = each.key
  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# CloudFront comes through the network, from addresses that are its own.
resource "aws_vpc_security_group_ingress_rule" "edge" {
  description       = "CloudFront to the load balancer"
  security_group_id = aws_security_group.this["balancer"].id
  prefix_list_id    = data.aws_ec2_managed_prefix_list.cloudfront.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# ghcr.io and the APIs of AWS have addresses that nobody can list.
resource "aws_vpc_security_group_egress_rule" "out" {
  for_each = toset(["service", "judge"])

  description       = "ghcr.io and the APIs of AWS"
  security_group_id = aws_security_group.this[each.key].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
