"""What AWS takes for a value, where the provider's schema does not say: names, numbers, words.

Sources: the API references of the services, and their pages of quotas.
"""

import json
import re


def words(*allowed):
    return lambda value: value in allowed, f"one of {', '.join(map(str, allowed))}"


def between(least, most):
    return lambda value: least <= value <= most, f"from {least} to {most}"


def like(pattern):
    return lambda value: re.fullmatch(pattern, value) is not None, f"like {pattern}"


KEPT = (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
PROSE = r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{0,255}"

RULES = {
    "aws_appautoscaling_policy": {"policy_type": words("TargetTrackingScaling", "StepScaling")},
    "aws_appautoscaling_target": {
        "service_namespace": words("ecs"),
        "scalable_dimension": words("ecs:service:DesiredCount"),
        "resource_id": like(r"service/[^/]+/[^/]+"),
    },
    "aws_cloudfront_distribution": {
        "price_class": words("PriceClass_100", "PriceClass_200", "PriceClass_All"),
        "http_version": words("http1.1", "http2", "http2and3", "http3"),
        "default_cache_behavior.viewer_protocol_policy": words("redirect-to-https", "https-only"),
        "viewer_certificate.minimum_protocol_version": words("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"),
        "viewer_certificate.acm_certificate_arn": like(r"arn:[^:]+:acm:us-east-1:.*"),
    },
    "aws_cloudwatch_event_bus": {"name": like(r"[A-Za-z0-9._-]{1,256}")},
    "aws_cloudwatch_event_archive": {"name": like(r"[A-Za-z0-9._-]{1,48}")},
    "aws_cloudwatch_event_rule": {"name": like(r"[A-Za-z0-9._-]{1,64}")},
    "aws_cloudwatch_event_target": {
        "retry_policy.maximum_event_age_in_seconds": between(60, 86400),
        "retry_policy.maximum_retry_attempts": between(0, 185),
    },
    "aws_cloudwatch_log_group": {
        "name": like(r"[A-Za-z0-9._/#-]{1,512}"),
        "retention_in_days": words(*KEPT[1:]),
    },
    "aws_cloudwatch_metric_alarm": {
        "alarm_name": like(r".{1,255}"),
        "comparison_operator": words(
            "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"
        ),
        "treat_missing_data": words("breaching", "notBreaching", "ignore", "missing"),
        "statistic": words("Average", "Maximum", "Minimum", "SampleCount", "Sum"),
        "period": words(10, 20, 30, *range(60, 86401, 60)),
        "evaluation_periods": between(1, 1440),
        "metric_query.id": like(r"[a-z][A-Za-z0-9_]{0,254}"),
        "metric_query.metric.period": words(10, 20, 30, *range(60, 86401, 60)),
    },
    "aws_db_instance": {
        "identifier": like(r"[a-z](-?[a-z0-9]){0,62}"),
        "engine": words("postgres"),
        "db_name": like(r"[a-zA-Z_]\w{0,62}"),
        "storage_type": words("gp2", "gp3", "io1", "io2"),
        "backup_retention_period": between(0, 35),
        "monitoring_interval": words(0, 1, 5, 10, 15, 30, 60),
    },
    "aws_dynamodb_table": {
        "name": like(r"[A-Za-z0-9._-]{3,255}"),
        "billing_mode": words("PAY_PER_REQUEST", "PROVISIONED"),
        "attribute.type": words("S", "N", "B"),
        "global_secondary_index.projection_type": words("ALL", "KEYS_ONLY", "INCLUDE"),
    },
    "aws_ecs_cluster": {"name": like(r"[A-Za-z0-9_-]{1,255}")},
    "aws_ecs_service": {
        "name": like(r"[A-Za-z0-9_-]{1,255}"),
        "launch_type": words("EC2", "EXTERNAL", "FARGATE"),
        "deployment_controller.type": words("ECS"),
        "deployment_configuration.strategy": words("BLUE_GREEN", "CANARY", "LINEAR", "ROLLING"),
        "deployment_configuration.bake_time_in_minutes": like(r"\d{1,4}"),
    },
    "aws_ecs_task_definition": {
        "family": like(r"[A-Za-z0-9_-]{1,255}"),
        "network_mode": words("awsvpc"),
        "requires_compatibilities": words("FARGATE"),
        "runtime_platform.cpu_architecture": words("ARM64", "X86_64"),
    },
    "aws_elasticache_replication_group": {
        "replication_group_id": like(r"[a-z](-?[a-z0-9]){0,39}"),
        "engine": words("redis", "valkey"),
        "transit_encryption_mode": words("preferred", "required"),
    },
    "aws_iam_policy": {"name": like(r"[\w+=,.@-]{1,128}")},
    "aws_iam_role": {
        "name": like(r"[\w+=,.@-]{1,64}"),
        "description": like(r"[\x20-\x7e]{0,1000}"),
        "max_session_duration": between(3600, 43200),
    },
    "aws_iam_role_policy": {"name": like(r"[\w+=,.@-]{1,128}")},
    "aws_lambda_function": {
        "function_name": like(r"[A-Za-z0-9_-]{1,64}"),
        "runtime": words("provided.al2023", "python3.13"),
        "architectures": words("arm64", "x86_64"),
        "memory_size": between(128, 10240),
        "timeout": between(1, 60),  # The machines wait 60.
        "logging_config.log_format": words("JSON", "Text"),
        "tracing_config.mode": words("Active"),
    },
    "aws_lambda_function_event_invoke_config": {
        "maximum_event_age_in_seconds": between(60, 21600),
        "maximum_retry_attempts": between(0, 2),
    },
    "aws_lambda_function_url": {"authorization_type": words("AWS_IAM", "NONE")},
    "aws_lb": {"name": like(r"(?!internal-)[A-Za-z0-9](-?[A-Za-z0-9]){0,31}")},
    "aws_lb_listener": {"port": between(1, 65535), "protocol": words("HTTPS"), "ssl_policy": like(r"ELBSecurityPolicy-TLS13-1-2-.*")},
    "aws_lb_listener_rule": {"priority": between(1, 50000), "action.forward.target_group.weight": between(0, 999)},
    "aws_lb_target_group": {
        "name": like(r"(?=.{1,32}$)[A-Za-z0-9](-?[A-Za-z0-9])*"),
        "target_type": words("ip"),
        "deregistration_delay": like(r"\d{1,4}"),
        "health_check.interval": between(5, 300),
        "health_check.timeout": between(2, 120),
        "health_check.healthy_threshold": between(2, 10),
        "health_check.unhealthy_threshold": between(2, 10),
    },
    "aws_opensearch_domain": {
        "domain_name": like(r"[a-z][a-z0-9-]{2,27}"),
        "engine_version": like(r"OpenSearch_\d+\.\d+"),
        "domain_endpoint_options.tls_security_policy": words("Policy-Min-TLS-1-2-PFS-2023-10"),
    },
    "aws_s3_bucket": {"bucket": like(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")},
    "aws_scheduler_schedule": {
        "name": like(r"[A-Za-z0-9._-]{1,64}"),
        "schedule_expression": like(r"rate\([1-9]\d* (minutes?|hours?|days?)\)|cron\(.+\)|at\(.+\)"),
        "flexible_time_window.mode": words("OFF", "FLEXIBLE"),
        "target.retry_policy.maximum_event_age_in_seconds": between(60, 86400),
        "target.retry_policy.maximum_retry_attempts": between(0, 185),
    },
    "aws_security_group": {"name": like(r"(?!sg-).{1,255}"), "description": like(PROSE)},
    "aws_vpc_security_group_egress_rule": {"description": like(PROSE)},
    "aws_vpc_security_group_ingress_rule": {"description": like(PROSE)},
    "aws_secretsmanager_secret": {"name": like(r"[A-Za-z0-9/_+=.@-]{1,512}"), "recovery_window_in_days": between(7, 30)},
    "aws_sfn_state_machine": {
        "name": like(r"[A-Za-z0-9_-]{1,80}"),
        "logging_configuration.level": words("ALL", "ERROR", "FATAL", "OFF"),
        "logging_configuration.include_execution_data": words(False),
        "logging_configuration.log_destination": like(r".*:\*"),
    },
    "aws_sns_topic": {"name": like(r"[A-Za-z0-9_-]{1,256}")},
    "aws_sns_topic_subscription": {"protocol": words("email", "https"), "endpoint": like(r"[^@\s]+@[^@\s]+|https://[^@\s]+")},
    "aws_sqs_queue": {"name": like(r"[A-Za-z0-9_-]{1,80}"), "message_retention_seconds": between(60, 1209600)},
    "aws_ssm_parameter": {
        "name": like(r"/[A-Za-z0-9._/-]{1,1010}"),
        "type": words("String"),
        "tier": words("Standard", "Advanced", "Intelligent-Tiering"),
    },
    "aws_wafv2_web_acl": {
        "scope": words("CLOUDFRONT"),
        "region": words("us-east-1"),
        "rule.statement.rate_based_statement.limit": between(10, 2_000_000_000),
        "rule.statement.rate_based_statement.aggregate_key_type": words("IP"),
    },
}
# Fargate's memory, in MiB, by CPU.
FARGATE = {"256": (512, 2048), "512": (1024, 4096), "1024": (2048, 8192), "2048": (4096, 16384), "4096": (8192, 30720)}


def wrong(account):
    for it in account.resources:
        for path, (right, says) in RULES.get(it.type, {}).items():
            for value in found(it.values, path.split(".")):
                if value is not None and value != "" and not chosen(it.type, value) and not right(value):
                    yield f"{it.address}: {path} is {value!r}, and AWS takes {says}"
        if "not-to-be-found" in json.dumps(it.values):
            yield f"{it.address}: a password is kept in the state"
    yield from ledger_wrong(account)
    yield from tasks_wrong(account)
    yield from rules_wrong(account)
    yield from settings_wrong(account)


def chosen(type, value):
    """Whether nobody but AWS, for which the stand-in stands, chose the value."""
    return re.fullmatch(f"{type.removeprefix('aws_').replace('_', '-')}-[0-9a-f]{{8}}", str(value)) is not None


def found(value, path):
    """Every value at a path, through lists of blocks."""
    if isinstance(value, list):
        return [it for inner in value for it in found(inner, path)]
    if not path:
        return [value]
    return found(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


def ledger_wrong(account):
    """The table's keys, index and expiry are those that crates/aws/src/dynamodb asks for."""
    for it in account.all("aws_dynamodb_table", "ledger"):
        index = it.values["global_secondary_index"]
        has = [
            it.values["hash_key"],
            it.values["range_key"],
            *[(at["name"], at["hash_key"], at["range_key"]) for at in index],
            *[(at["attribute_name"], at["enabled"]) for at in it.values["ttl"]],
        ]
        if has != ["pk", "sk", ("history", "listed", "began"), ("expires", True)]:
            yield f"{it.address} is not the table of crates/aws/src/dynamodb: {has}"
        keys = {"pk", "sk", "listed", "began"}
        if {at["name"] for at in it.values["attribute"]} != keys:
            yield f"{it.address} has to say the type of {', '.join(sorted(keys))}, and of nothing else"


def tasks_wrong(account):
    for it in account.all("aws_ecs_task_definition"):
        least, most = FARGATE.get(str(it.values["cpu"]), (0, 0))
        if not least <= int(it.values["memory"]) <= most:
            yield f"{it.address}: Fargate has no {it.values['memory']} MiB with {it.values['cpu']} units of CPU"
        for container in json.loads(it.values["container_definitions"]):
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", container["name"]):
                yield f"{it.address}: a container is called {container['name']}"


def rules_wrong(account):
    """Both target groups stand in every rule of a blue/green service, and priorities are all different."""
    seen = set()
    for it in account.all("aws_lb_listener_rule"):
        place = (it.values["listener_arn"], it.values["priority"])
        if place in seen:
            yield f"{it.address}: another rule of the listener has the priority {place[1]}"
        seen.add(place)
        groups = found(it.values, ["action", "forward", "target_group"])
        weights = sorted(group["weight"] for group in groups)
        if weights != [0, 100] or len({group["arn"] for group in groups}) != 2:
            yield f"{it.address}: ECS begins only with two target groups, of which one has all"
    for it in account.all("aws_ecs_service"):
        for at in found(it.values, ["load_balancer"]):
            if found(at, ["advanced_configuration", "alternate_target_group_arn"]) == [at["target_group_arn"]]:
                yield f"{it.address}: blue and green are the same target group"


def settings_wrong(account):
    """A function is called for no longer than AWS, or GitHub, waits."""
    receive = account.one("aws_lambda_function", "this", "receive")
    if receive is not None and receive.values["timeout"] > 10:
        yield f"{receive.address}: GitHub waits 10 s, not {receive.values['timeout']}"
