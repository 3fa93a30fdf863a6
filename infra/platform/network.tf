# Three zones. What answers requests and what keeps data is in private subnets; the public ones hold
# nothing but NAT gateways, which ghcr.io needs: there is no endpoint for it.

data "aws_availability_zones" "here" {
  state = "available"
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  zones = slice(data.aws_availability_zones.here.names, 0, 3)
  # `private` gets most addresses: every task has its own.
  private = { for index, zone in local.zones : zone => cidrsubnet(var.address_range, 3, index) }
  data    = { for index, zone in local.zones : zone => cidrsubnet(var.address_range, 8, 192 + index) }
  public  = { for index, zone in local.zones : zone => cidrsubnet(var.address_range, 8, 224 + index) }
  # Zone by zone, the zone whose gateway is used.
  gateway  = { for index, zone in local.zones : zone => local.zones[index % var.gateways] }
  gateways = toset(values(local.gateway))
}

resource "aws_vpc" "this" {
  cidr_block           = var.address_range
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = var.name }
}

# What belongs to no group may nothing.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = var.name }
}

resource "aws_subnet" "public" {
  for_each = local.public

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each = local.private

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-private-${each.key}" }
}

# No way out at all.
resource "aws_subnet" "data" {
  for_each = local.data

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-data-${each.key}" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-public" }
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = local.public

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "gateway" {
  for_each = local.gateways

  domain = "vpc"

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each = local.gateways

  subnet_id     = aws_subnet.public[each.key].id
  allocation_id = aws_eip.gateway[each.key].id

  tags = { Name = "${var.name}-${each.key}" }

  depends_on = [aws_route.out]
}

resource "aws_route_table" "private" {
  for_each = local.private

  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route" "private" {
  for_each = local.private

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[local.gateway[each.key]].id
}

resource "aws_route_table_association" "private" {
  for_each = local.private

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# These two cost nothing, and keep the ledger and the buckets off the NAT gateways. Endpoints of the
# other kind cost more than the traffic they would save here.
resource "aws_vpc_endpoint" "gateway" {
  for_each = toset(["s3", "dynamodb"])

  vpc_id            = aws_vpc.this.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${data.aws_region.this.region}.${each.key}"
  route_table_ids   = [for table in aws_route_table.private : table.id]

  tags = { Name = "${var.name}-${each.key}" }
}

# Who talked to whom.
resource "aws_flow_log" "this" {
  vpc_id               = aws_vpc.this.id
  traffic_type         = "REJECT"
  log_destination_type = "s3"
  log_destination      = "${aws_s3_bucket.this["logs"].arn}/flow"

  depends_on = [aws_s3_bucket_policy.logs]
}
