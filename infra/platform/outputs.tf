output "cluster" {
  description = "The name of the ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "distribution" {
  description = "The domain name of CloudFront: what the services' names point to in the public DNS."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "judge" {
  description = "Where the function judge stands to reach the test listener."
  value = {
    subnets         = [for subnet in aws_subnet.private : subnet.id]
    security_groups = [aws_security_group.this["judge"].id]
  }
}

output "test_urls" {
  description = "Where the test listener answers, by service."
  value       = { for name, _ in var.services : name => "https://${name}.${var.domain}:${local.test_port}" }
}

output "roles" {
  description = "The ARNs of the task roles and execution roles of the services."
  value       = concat([for role in aws_iam_role.task : role.arn], [for role in aws_iam_role.execution : role.arn])
}

output "log_groups" {
  description = "The names of the services' log groups, by service."
  value       = { for name, group in aws_cloudwatch_log_group.service : name => group.name }
}

output "registry_secret" {
  description = "The ARN of the secret with GHCR's login, if the images are private."
  value       = one(local.logins)
}

output "balancer" {
  description = "How the load balancer's metrics name it."
  value       = aws_lb.this.arn_suffix
}

output "target_groups" {
  description = "How the load balancer's metrics name the target groups, by service."
  value = {
    for name, _ in var.services : name => [for colour in ["blue", "green"] : aws_lb_target_group.this["${name}-${colour}"].arn_suffix]
  }
}

output "databases" {
  description = "The identifiers of the database instances."
  value = {
    primary = aws_db_instance.primary.identifier
    replica = aws_db_instance.replica.identifier
  }
}

output "files" {
  description = "The name of the bucket of the services' files."
  value       = aws_s3_bucket.this["files"].id
}

output "network" {
  description = "The network, its range of addresses, and its subnets without a way out."
  value = {
    vpc     = aws_vpc.this.id
    range   = aws_vpc.this.cidr_block
    subnets = [for subnet in aws_subnet.data : subnet.id]
  }
}
