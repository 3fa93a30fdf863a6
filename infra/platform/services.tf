# The cluster and its services. Terraform makes them; from then on Cutover deploys them. So the task
# definition, how traffic moves and which group serves are not Terraform's to put back.

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enhanced"
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE"]
}

resource "aws_cloudwatch_log_group" "service" {
  for_each = var.services

  name              = "/ecs/${var.name}/${each.key}"
  retention_in_days = var.log_days
}

resource "aws_ecs_task_definition" "service" {
  for_each = var.services

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution[each.key].arn
  task_role_arn            = aws_iam_role.task[each.key].arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  container_definitions = jsonencode(concat(
    [merge(
      {
        name                   = each.key
        image                  = each.value.image
        essential              = true
        readonlyRootFilesystem = true
        user                   = "65532"
        portMappings           = [{ containerPort = each.value.port, protocol = "tcp" }]
        environment = [
          for name, value in merge(local.told, { PORT = tostring(each.value.port) }, each.value.settings) : { name = name, value = value }
        ]
        secrets = [
          { name = "DATABASE_USER", valueFrom = "${local.database_secret}:username::" },
          { name = "DATABASE_PASSWORD", valueFrom = "${local.database_secret}:password::" },
        ]
        logConfiguration = {
          logDriver = "awslogs"
          options = {
            awslogs-group         = aws_cloudwatch_log_group.service[each.key].name
            awslogs-region        = data.aws_region.this.region
            awslogs-stream-prefix = each.key
          }
        }
      },
      { for login in local.logins : "repositoryCredentials" => { credentialsParameter = login } },
    )],
    try(var.sidecars[each.key], []),
  ))

  lifecycle {
    # Those of before are what a way back runs.
    create_before_destroy = true
  }

  skip_destroy = true
}

locals {
  # Where a service finds its data. As whom it asks for it, the secrets tell.
  told = {
    DATABASE_URL         = "postgres://${aws_db_instance.primary.address}/${aws_db_instance.primary.db_name}?sslmode=require"
    DATABASE_REPLICA_URL = "postgres://${aws_db_instance.replica.address}/${aws_db_instance.primary.db_name}?sslmode=require"
    CACHE_URL            = "rediss://${aws_elasticache_replication_group.this.primary_endpoint_address}"
    BUCKET               = aws_s3_bucket.this["files"].id
  }
  database_secret = aws_secretsmanager_secret.database.arn
  logins          = [for secret in aws_secretsmanager_secret.registry : secret.arn]
}

resource "aws_ecs_service" "this" {
  for_each = var.services

  name                              = each.key
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.service[each.key].arn
  desired_count                     = each.value.tasks.least
  launch_type                       = "FARGATE"
  platform_version                  = "LATEST"
  health_check_grace_period_seconds = 30
  availability_zone_rebalancing     = "ENABLED"
  enable_ecs_managed_tags           = true
  propagate_tags                    = "SERVICE"

  deployment_controller {
    type = "ECS"
  }

  deployment_configuration {
    strategy             = "BLUE_GREEN"
    bake_time_in_minutes = 0 # Cutover holds the pause before it.
  }

  network_configuration {
    subnets         = [for subnet in aws_subnet.private : subnet.id]
    security_groups = [aws_security_group.this["service"].id]
  }

  load_balancer {
    container_name   = each.key
    container_port   = each.value.port
    target_group_arn = aws_lb_target_group.this["${each.key}-blue"].arn

    advanced_configuration {
      alternate_target_group_arn = aws_lb_target_group.this["${each.key}-green"].arn
      production_listener_rule   = aws_lb_listener_rule.this["${each.key}-production"].arn
      test_listener_rule         = aws_lb_listener_rule.this["${each.key}-test"].arn
      role_arn                   = aws_iam_role.infrastructure.arn
    }
  }

  lifecycle {
    ignore_changes = [task_definition, desired_count, deployment_configuration, load_balancer]
  }

  depends_on = [aws_iam_role_policy_attachment.infrastructure, aws_iam_role_policy.execution]
}

# As many tasks as their CPU asks for.
resource "aws_appautoscaling_target" "service" {
  for_each = var.services

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.this[each.key].name}"
  min_capacity       = each.value.tasks.least
  max_capacity       = each.value.tasks.most
}

resource "aws_appautoscaling_policy" "cpu" {
  for_each = var.services

  name               = "${var.name}-${each.key}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service[each.key].service_namespace
  scalable_dimension = aws_appautoscaling_target.service[each.key].scalable_dimension
  resource_id        = aws_appautoscaling_target.service[each.key].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
