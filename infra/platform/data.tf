# PostgreSQL with a replica, the cache, and the files.

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Subnets without a way out."
  subnet_ids  = [for subnet in aws_subnet.data : subnet.id]
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-postgres17"
  description = "TLS only; slow statements are logged."
  family      = "postgres17"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
}

locals {
  # The same of primary and replica.
  postgres_logs = ["postgresql", "upgrade"]
}

resource "aws_iam_role" "monitoring" {
  name                 = "${var.name}-database-monitoring"
  description          = "What RDS writes its metrics as."
  assume_role_policy   = local.trust["monitoring.rds"]
  permissions_boundary = var.boundary
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "primary" {
  identifier                          = "${var.name}-primary"
  engine                              = "postgres"
  engine_version                      = "17"
  instance_class                      = var.database.class
  allocated_storage                   = var.database.storage
  max_allocated_storage               = var.database.most_storage
  storage_type                        = "gp3"
  storage_encrypted                   = true
  db_name                             = replace(var.name, "-", "_")
  username                            = "owner"
  password_wo                         = var.database_password
  password_wo_version                 = var.database_password_version
  iam_database_authentication_enabled = true
  multi_az                            = true
  db_subnet_group_name                = aws_db_subnet_group.this.name
  parameter_group_name                = aws_db_parameter_group.this.name
  vpc_security_group_ids              = [aws_security_group.this["database"].id]
  publicly_accessible                 = false
  backup_retention_period             = var.database.backup_days
  copy_tags_to_snapshot               = true
  deletion_protection                 = var.protected
  skip_final_snapshot                 = !var.protected
  final_snapshot_identifier           = "${var.name}-last"
  auto_minor_version_upgrade          = true
  monitoring_interval                 = 60
  monitoring_role_arn                 = aws_iam_role.monitoring.arn
  performance_insights_enabled        = true
  enabled_cloudwatch_logs_exports     = local.postgres_logs
}

# RDS makes no replica of a database whose password it keeps itself. So the password is handed in, and
# written to both places without being kept in the state.
resource "aws_secretsmanager_secret" "database" {
  name                    = "${var.name}/database"
  description             = "The login of the database's owner."
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id                = aws_secretsmanager_secret.database.id
  secret_string_wo         = jsonencode({ username = aws_db_instance.primary.username, password = var.database_password })
  secret_string_wo_version = var.database_password_version
}

# Its lag is a gate of every deployment that asks for it.
resource "aws_db_instance" "replica" {
  identifier                          = "${var.name}-replica"
  replicate_source_db                 = aws_db_instance.primary.identifier
  instance_class                      = var.database.class
  storage_encrypted                   = true
  iam_database_authentication_enabled = true
  parameter_group_name                = aws_db_parameter_group.this.name
  vpc_security_group_ids              = [aws_security_group.this["database"].id]
  publicly_accessible                 = false
  copy_tags_to_snapshot               = true
  deletion_protection                 = var.protected
  skip_final_snapshot                 = true # The primary has all of it.
  auto_minor_version_upgrade          = true
  monitoring_interval                 = 60
  monitoring_role_arn                 = aws_iam_role.monitoring.arn
  performance_insights_enabled        = true
  enabled_cloudwatch_logs_exports     = local.postgres_logs
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Subnets without a way out."
  subnet_ids  = [for subnet in aws_subnet.data : subnet.id]
}

# Valkey, which speaks Redis and costs a fifth less. Only the tasks can reach it: a password would be
# kept in Terraform's state.
resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = var.name
  description                = "The cache of the services."
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = var.cache
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this["cache"].id]
  snapshot_retention_limit   = 1
}
