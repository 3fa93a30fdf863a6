"""What Cutover costs while nothing happens: list prices of us-east-1, free tiers not counted."""

MOST = 1.00
MONTH = 730  # hours

# US dollars, and the page that tells it; last compared in 2026-05.
SECRET = 0.40  # a month; https://aws.amazon.com/secrets-manager/pricing/
ALARM = 0.10  # a metric and month; https://aws.amazon.com/cloudwatch/pricing/
SCHEDULED = 1.00 / 1e6  # a call; https://aws.amazon.com/eventbridge/pricing/
CALL, GIGABYTE_SECOND = 0.20 / 1e6, 0.0000133334  # https://aws.amazon.com/lambda/pricing/, arm64
READ = 0.125 / 1e6  # of 4 KB; https://aws.amazon.com/dynamodb/pricing/on-demand/
TRACE = 5.00 / 1e6  # https://aws.amazon.com/xray/pricing/
LOG = 0.50 / 1e6  # a KB; https://aws.amazon.com/cloudwatch/pricing/

# A sweep of nothing: measured sizes are in functions/README.md; these are upper bounds.
SECONDS, LINES = 0.5, 1.0

# What costs something each hour that it is there, whether or not anything happens.
IDLE = {
    "aws_nat_gateway", "aws_lb", "aws_db_instance", "aws_elasticache_replication_group", "aws_opensearch_domain",
    "aws_kms_key", "aws_eip", "aws_ecs_service", "aws_wafv2_web_acl", "aws_grafana_workspace", "aws_cloudwatch_dashboard",
}  # fmt: skip


def items(account):
    """Each item with what it costs a month."""
    alarms = sum(max(1, sum(bool(q["metric"]) for q in it.values["metric_query"])) for it in account.all("aws_cloudwatch_metric_alarm"))
    calls = sum(MONTH * 60 / minutes(it.values["schedule_expression"]) for it in account.all("aws_scheduler_schedule"))
    secrets = len(account.all("aws_secretsmanager_secret"))
    memory = max(it.values["memory_size"] for it in account.all("aws_lambda_function") if it.key == "sweep") / 1024
    yield f"{secrets} secret: what GitHub signs with", secrets * SECRET
    yield f"{alarms} alarms", alarms * ALARM
    yield f"{calls:,.0f} calls by the scheduler", calls * SCHEDULED
    yield "their time and requests", calls * (CALL + memory * SECONDS * GIGABYTE_SECOND)
    yield "their reads of the ledger", calls * READ
    yield "their traces", calls * TRACE
    yield "their lines in the log", calls * LINES * LOG


def minutes(schedule):
    number, unit = schedule.removeprefix("rate(").removesuffix(")").split()
    return int(number) * {"minute": 1, "hour": 60, "day": 1440}[unit.rstrip("s")]


def table(account):
    rows = [f"| {what} | {usd:.3f} |" for what, usd in items(account)]
    total = sum(usd for _, usd in items(account))
    return "\n".join(["| what | US dollars a month |", "|---|---|", *rows, f"| **together** | **{total:.2f}** |"])


def wrong(account, readme=None):
    if paid := sorted({it.type for it in account.resources} & IDLE):
        yield f"Cutover costs something each hour by {', '.join(paid)}"
    total = sum(usd for _, usd in items(account))
    if total > MOST:
        yield f"Cutover costs {total:.2f} US dollars a month while nothing happens, and may cost {MOST:.2f}:\n{table(account)}"
    if readme is not None and table(account) not in readme:
        yield f"infra/README.md tells other costs than these:\n{table(account)}"
