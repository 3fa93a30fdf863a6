# Who can reach whom, and which group is which.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }
}

variables {
  domain = "example.com"
  # Ephemeral: a test has to say it even where it does not matter.
  database_password = "not-to-be-found"
  certificates      = { edge = "arn:aws:acm:us-east-1:123456789012:certificate/e", balancer = "arn:aws:acm:eu-west-1:123456789012:certificate/b" }
  services = {
    catalog  = { image = "ghcr.io/acme/catalog:v1", port = 8081 }
    checkout = { image = "ghcr.io/acme/checkout:v1", port = 8080 }
  }
}

run "both_groups_stand_in_both_rules_of_every_service" {
  assert {
    condition = alltrue([
      for key, rule in aws_lb_listener_rule.this : toset([for group in rule.action[0].forward[0].target_group : group.arn]) == toset([
        for colour in ["blue", "green"] : aws_lb_target_group.this["${local.rules[key].service}-${colour}"].arn
      ])
    ])
    error_message = "A rule does not have blue and green of its own service."
  }
  assert {
    condition = alltrue([
      for name, service in aws_ecs_service.this :
      one(service.load_balancer).target_group_arn == aws_lb_target_group.this["${name}-blue"].arn &&
      one(service.load_balancer).advanced_configuration[0].alternate_target_group_arn == aws_lb_target_group.this["${name}-green"].arn &&
      one(service.load_balancer).advanced_configuration[0].test_listener_rule == aws_lb_listener_rule.this["${name}-test"].arn
    ])
    error_message = "A service is not wired to its own target groups and rules."
  }
}

run "nothing_but_gateways_is_in_a_public_subnet" {
  assert {
    condition     = aws_lb.this.internal && toset(aws_lb.this.subnets) == toset([for subnet in aws_subnet.private : subnet.id])
    error_message = "The load balancer can be reached from outside."
  }
  assert {
    condition     = toset(aws_db_subnet_group.this.subnet_ids) == toset([for subnet in aws_subnet.data : subnet.id])
    error_message = "The database is not in the subnets without a way out."
  }
  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.network_configuration[0].assign_public_ip != true])
    error_message = "Tasks have public addresses."
  }
}

run "the_database_is_reached_by_the_services_alone" {
  assert {
    condition = [
      for rule in aws_vpc_security_group_ingress_rule.way : rule.referenced_security_group_id
      if rule.security_group_id == aws_security_group.this["database"].id
    ] == [aws_security_group.this["service"].id]
    error_message = "Others than the services reach the database."
  }
}

run "three_gateways_serve_their_own_zones" {
  variables {
    gateways = 3
  }

  assert {
    condition     = alltrue([for zone, route in aws_route.private : route.nat_gateway_id == aws_nat_gateway.this[zone].id])
    error_message = "A zone uses the gateway of another."
  }
}

run "two_gateways_are_refused" {
  command = plan

  variables {
    gateways = 2
  }

  expect_failures = [var.gateways]
}

run "a_network_that_is_too_small_is_refused" {
  command = plan

  variables {
    address_range = "10.0.0.0/24"
  }

  expect_failures = [var.address_range]
}
