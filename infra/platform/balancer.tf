# The load balancer, and for each service two target groups, a rule for production and one for tests.
# ECS moves the traffic: it changes the weights, and nobody else does.

locals {
  test_port = 8443
  listeners = { production = 443, test = local.test_port }
  colours   = { for pair in setproduct(keys(var.services), ["blue", "green"]) : "${pair[0]}-${pair[1]}" => { service = pair[0], colour = pair[1] } }
  rules     = { for pair in setproduct(keys(var.services), keys(local.listeners)) : "${pair[0]}-${pair[1]}" => { service = pair[0], listener = pair[1] } }
}

resource "aws_lb" "this" {
  name                       = var.name
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = [for subnet in aws_subnet.private : subnet.id]
  security_groups            = [aws_security_group.this["balancer"].id]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.protected

  access_logs {
    bucket  = aws_s3_bucket.this["logs"].id
    prefix  = "balancer"
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_lb_listener" "this" {
  for_each = local.listeners

  load_balancer_arn = aws_lb.this.arn
  port              = each.value
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificates.balancer

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "No such service."
      status_code  = "404"
    }
  }
}

resource "aws_lb_target_group" "this" {
  for_each = local.colours

  name                 = "${var.name}-${each.key}"
  vpc_id               = aws_vpc.this.id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.services[each.value.service].port
  deregistration_delay = 30

  health_check {
    path                = var.services[each.value.service].health
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

# Both groups stand in each rule from the beginning: ECS refuses to begin otherwise.
resource "aws_lb_listener_rule" "this" {
  for_each = local.rules

  listener_arn = aws_lb_listener.this[each.value.listener].arn
  priority     = 1 + index(keys(var.services), each.value.service)

  condition {
    host_header {
      values = ["${each.value.service}.${var.domain}"]
    }
  }

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this["${each.value.service}-blue"].arn
        weight = 100
      }
      target_group {
        arn    = aws_lb_target_group.this["${each.value.service}-green"].arn
        weight = 0
      }
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}

# Inside the network the services' names lead to the load balancer itself: `judge` asks
# `https://<service>.<domain>:8443`.
resource "aws_route53_zone" "inside" {
  name    = var.domain
  comment = "The load balancer, from inside."

  vpc {
    vpc_id = aws_vpc.this.id
  }
}

resource "aws_route53_record" "inside" {
  for_each = var.services

  zone_id = aws_route53_zone.inside.zone_id
  name    = "${each.key}.${var.domain}"
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
