"""What checkov finds, less what is as it is on purpose. An exception that nothing needs is a mistake too."""

import json
import re
import subprocess
import sys
from pathlib import Path

# `examples/whole` has platform, observability and cutover in it.
FOLDERS = ("examples/whole", "bootstrap")

OWN_KEYS = "AWS's own keys encrypt it. A key of ours costs a dollar a month each, and who may use it would be said in a second place"
BOUNDARY = "a boundary allows nothing; it limits what others allow"

# Check -> resources (a pattern) -> why it is as it is.
EXCEPTIONS = {
    "CKV_AWS_18": (r"aws_s3_bucket\.", "objects are reached by roles of ours only, whose calls CloudTrail can log; buckets of logs would log themselves"),
    "CKV_AWS_26": (r"aws_sns_topic\.", "CloudWatch and EventBridge may not use AWS's own key for SNS; what is told names services and executions, no secret"),
    "CKV_AWS_31": (r"aws_elasticache_replication_group", "a password would stand in Terraform's state; only the tasks can reach the cache, over TLS"),
    "CKV_AWS_115": (r"aws_lambda_function\.", "a reserve is taken from the account's own limit, which may be as low as ten"),
    "CKV_AWS_116": (r"aws_lambda_function\.", "functions that nobody waits for have an on-failure destination; the others answer who called; lines that are not delivered are in CloudWatch"),
    "CKV_AWS_119": (r"aws_dynamodb_table\.ledger", OWN_KEYS),
    "CKV_AWS_133": (r"aws_db_instance\.primary", "it has backups, for 14 days; checkov does not see the default of an optional field"),
    "CKV_AWS_144": (r"aws_s3_bucket\.", "one region; what matters is in the images, the ledger's backups and the database's"),
    "CKV_AWS_145": (r"aws_s3_bucket\.", OWN_KEYS),
    "CKV_AWS_149": (r"aws_secretsmanager_secret\.", OWN_KEYS),
    "CKV_AWS_157": (r"aws_db_instance\.replica", "it is the replica; the primary has its standby in another zone"),
    "CKV_AWS_158": (r"aws_cloudwatch_log_group\.", OWN_KEYS),
    "CKV_AWS_173": (r"aws_lambda_function\.", "the environment holds names and ARNs, no secret"),
    "CKV_AWS_191": (r"aws_elasticache_replication_group", OWN_KEYS),
    "CKV_AWS_192": (r"aws_wafv2_web_acl\.edge", "the rules are there; checkov does not see them in a dynamic block"),
    "CKV_AWS_247": (r"aws_opensearch_domain", OWN_KEYS),
    "CKV_AWS_258": (r"aws_lambda_function_url\.door", "GitHub, Alertmanager and Slack knock there; who may come in is decided by the signature or the token of each delivery"),
    "CKV_AWS_272": (r"aws_lambda_function\.", "archives are built and deployed by one workflow, and each is compared by its hash"),
    "CKV_AWS_285": (r"aws_sfn_state_machine\.this", "inputs and outputs stay out of the log; the history has them, for who may read it"),
    "CKV_AWS_297": (r"aws_scheduler_schedule", OWN_KEYS),
    "CKV_AWS_301": (r"aws_lambda_permission\.anybody", "GitHub, Alertmanager and Slack knock there; who may come in is decided by the signature or the token of each delivery"),
    "CKV_AWS_305": (r"aws_cloudfront_distribution", "what is at `/` is for the services to say"),
    "CKV_AWS_310": (r"aws_cloudfront_distribution", "there is one origin, in three zones"),
    "CKV_AWS_317": (r"aws_opensearch_domain", "needs fine-grained access control; see CKV2_AWS_52"),
    "CKV_AWS_318": (r"aws_opensearch_domain", "two nodes of logs that CloudWatch has, too"),
    "CKV_AWS_338": (r"aws_cloudwatch_log_group\.", "90 days, as long as Step Functions keeps histories; the ledger keeps what was decided"),
    "CKV_AWS_354": (r"aws_db_instance\.", OWN_KEYS),
    "CKV_AWS_286": (r"aws_iam_policy\.boundary", BOUNDARY),
    "CKV_AWS_287": (r"aws_iam_policy\.boundary", BOUNDARY),
    "CKV_AWS_288": (r"aws_iam_policy\.boundary", BOUNDARY),
    "CKV_AWS_289": (r"aws_iam_policy\.boundary", BOUNDARY),
    "CKV_AWS_290": (r"aws_iam_role_policy\.delivery|aws_iam_policy\.boundary", "traces and interfaces know no resource; and a boundary allows nothing"),
    "CKV_AWS_355": (r"aws_iam_role_policy\.(grafana|delivery)|aws_iam_policy\.boundary", "lists, metrics, traces and interfaces know no resource; and a boundary allows nothing"),
    "CKV_AWS_374": (r"aws_cloudfront_distribution", "customers are anywhere"),
    "CKV_AWS_378": (r"aws_lb_target_group", "TLS ends at the load balancer; the tasks' group lets in nobody else"),
    "CKV_AWS_394": (r"data\.aws_availability_zones|aws_availability_zones", "only the first three are used"),
    "CKV2_AWS_5": (r"aws_security_group\.this", "judge's group is given to the function by another module"),
    "CKV2_AWS_32": (r"aws_cloudfront_distribution", "it has AWS's own policy of security headers, by its id"),
    "CKV2_AWS_34": (r"aws_ssm_parameter\.", "service documents and settings are no secrets"),
    "CKV2_AWS_46": (r"aws_cloudfront_distribution", "its origin is the load balancer, not S3"),
    "CKV2_AWS_47": (r"aws_cloudfront_distribution", "the rules are there; checkov does not see them in a dynamic block"),
    "CKV2_AWS_52": (r"aws_opensearch_domain", "the domain's policy lets in the delivery and named roles; roles inside the domain would be kept outside Terraform"),
    "CKV2_AWS_57": (r"aws_secretsmanager_secret\.", "GitHub's secret and login are rotated by people; both values are accepted meanwhile"),
    "CKV2_AWS_59": (r"aws_opensearch_domain", "two nodes of logs that CloudWatch has, too"),
    "CKV2_AWS_62": (r"aws_s3_bucket\.", "nobody waits for what is put there"),
    "CKV2_AWS_65": (r"aws_s3_bucket_ownership_controls\.this\[\"edge-logs\"\]", "CloudFront writes its log by an ACL"),
}  # fmt: skip


def wrong(infra):
    needed = set()
    for folder in FOLDERS:
        for check in failed(infra / folder):
            pattern, _ = EXCEPTIONS.get(check["check_id"], ("(?!)", ""))
            if re.search(pattern, check["resource"]):
                needed.add(check["check_id"])
            else:
                yield f"{check['check_id']} {check['resource']}: {check['check_name']}"
    for unneeded in sorted(set(EXCEPTIONS) - needed):
        yield f"{unneeded} is excepted, and nothing needs it"


def failed(folder):
    command = [Path(sys.executable).parent / "checkov", "--directory", folder, "--framework", "terraform", "--compact"]
    ran = subprocess.run([*command, "--skip-download", "--output", "json"], capture_output=True, text=True)
    if not ran.stdout.startswith(("{", "[")):
        return [{"check_id": "checkov", "resource": str(folder), "check_name": ran.stdout + ran.stderr}]
    told = json.loads(ran.stdout)
    return told["results"]["failed_checks"]
