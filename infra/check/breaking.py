"""Breaks `infra/` in many ways, each of which has to be noticed."""

import shutil
from dataclasses import dataclass


@dataclass
class Mutation:
    says: str
    file: str
    old: str
    new: str
    root: str = "cutover"
    noticed_by: str | None = None  # A program that may be missing.


MUTATIONS = [
    Mutation("an argument is misspelt", "infra/cutover/ledger.tf", "billing_mode ", "biling_mode "),
    Mutation("a reference leads nowhere", "infra/cutover/bus.tf", "role_arn       = each.value.kind == \"machine\" ? aws_iam_role.rules.arn", "role_arn       = each.value.kind == \"machine\" ? aws_iam_role.rule.arn"),
    Mutation("a function has no row", "infra/cutover/functions.tf", "    unwind = {", "    unwound = {"),
    Mutation("a row allows one action more", "infra/cutover/functions.tf", 'may     = ["dynamodb:Query", "dynamodb:GetItem"]', 'may     = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem"]'),
    Mutation("a row lacks an action", "infra/cutover/functions.tf", '"ecs:UpdateService", ', ""),
    Mutation("an action is upon every table", "infra/cutover/permissions.tf", "resources = [aws_dynamodb_table.ledger.arn]", 'resources = ["*"]'),
    Mutation("every role of the account may be handed on", "infra/cutover/permissions.tf", "resources = var.task_roles", 'resources = ["*"]'),
    Mutation("services of other clusters are included", "infra/cutover/permissions.tf", '"${local.ecs}:service/${place}"', '"${local.ecs}:service/*"'),
    Mutation("every state of a bucket may be read", "infra/cutover/permissions.tf", 's3:::${state}${end}"', 's3:::${split("/", state)[0]}/*"'),
    Mutation("what HCP Terraform signs with may not be read", "infra/cutover/permissions.tf", "[aws_secretsmanager_secret.webhook.arn, var.hcp_signing_secret]", "[aws_secretsmanager_secret.webhook.arn]"),
    Mutation("a lock may not be looked at", "infra/cutover/permissions.tf", '["", ".tflock"]', '[""]'),
    Mutation("a machine may call every function", "infra/cutover/machines.tf", "Resource = [for name in functions : local.function_arns[name]]", "Resource = values(local.function_arns)"),
    Mutation("a definition is broken", "statemachines/release.asl.json", '"StartAt": "Resolve",', '"StartAt": "Resolve"'),
    Mutation("inputs get into the log", "infra/cutover/machines.tf", "include_execution_data = false", "include_execution_data = true"),
    Mutation("every state calls the same function", "infra/cutover/machines.tf", "=> function.arn },", '=> aws_lambda_function.this["judge"].arn },'),
    Mutation("rules listen to the wrong bus", "infra/cutover/bus.tf", "name => contains(try(pattern.source, []), local.name)", "name => !contains(try(pattern.source, []), local.name)"),
    Mutation("a machine gets the whole event", "infra/cutover/bus.tf", '? "$.detail" : null', '? "$" : null'),
    Mutation("events of machines are given up after five minutes", "infra/cutover/bus.tf", '"machine" ? 86400 : 300', '"machine" ? 300 : 300'),
    Mutation("letters of rules are turned away", "infra/cutover/queues.tf", "[for rule in aws_cloudwatch_event_rule.this : rule.arn]", "[]"),
    Mutation("the ledger expires by another attribute", "infra/cutover/ledger.tf", 'attribute_name = "expires"', 'attribute_name = "began"'),
    Mutation("a function is waited for longer than GitHub waits", "infra/cutover/functions.tf", "timeout = 10\n", "timeout = 20\n"),
    Mutation("a schedule calls with nothing", "infra/cutover/schedules.tf", "jsonencode(each.value.input)", "jsonencode({})"),
    Mutation("documents are put where nobody looks", "infra/cutover/services.tf", 'name        = "${local.documents}/${each.key}"', 'name        = "${local.documents}${each.key}"'),
    Mutation("an alarm is about a period that does not exist", "infra/cutover/alarms.tf", "try(each.value.period, 300)", "try(each.value.period, 45)"),
    Mutation("an alarm more costs more than a dollar", "infra/cutover/alarms.tf", "for_each = local.alarms\n", 'for_each = merge(local.alarms, { for name in ["a", "b", "c", "d"] : name => local.alarms.door })\n'),
    Mutation("a pull request may apply", "infra/bootstrap/github.tf", "repo:${var.repository}:environment:${var.environment}", "repo:${var.repository}:pull_request", "bootstrap"),
    Mutation("roles are made outside the boundary", "infra/bootstrap/github.tf", 'Condition = { ArnEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }\n', "", "bootstrap"),
    Mutation("the backend has an argument that there is not", "infra/examples/whole/terraform.tf", "use_lockfile ", "use_lock_file ", "examples/whole"),
    Mutation("the provider's version is another", "infra/cutover/terraform.tf", '"~> 6.0"', '"~> 5.0"'),
    Mutation("blue and green are one target group", "infra/platform/services.tf", 'alternate_target_group_arn = aws_lb_target_group.this["${each.key}-green"].arn', 'alternate_target_group_arn = aws_lb_target_group.this["${each.key}-blue"].arn', "platform"),
    Mutation("Terraform takes a deployment back", "infra/platform/services.tf", "ignore_changes = [task_definition, ", "ignore_changes = [", "platform"),
    Mutation("Terraform sends the traffic back", "infra/platform/balancer.tf", "  lifecycle {\n    ignore_changes = [action]\n  }\n", "", "platform"),
    Mutation("a password is kept in the state", "infra/platform/data.tf", "password_wo                         = var.database_password\n", "password                            = var.database_password\n", "platform"),
    Mutation("Fargate does not have so much memory", "infra/platform/variables.tf", "memory   = optional(number, 512)", "memory   = optional(number, 4096)", "platform"),
    Mutation("an alert is a hundred times as patient", "infra/observability/rules/services.yaml", "share1m > 0.01", "share1m > 1", "observability", "promtool"),
    Mutation("an alert forgets which service it is about", "infra/observability/rules/services.yaml", "sum by (service, le)", "sum by (le)", "observability", "promtool"),
    Mutation("Alertmanager routes by a label that no alert has", "infra/observability/prometheus.tf", 'matchers        = ["severity=', 'matchers        = ["urgency=', "observability", "amtool"),
    Mutation("Alertmanager's configuration cannot be read", "infra/observability/prometheus.tf", 'source_matchers = ["alertname=\\"ServiceErrors\\""]', 'source_matchers = ["ServiceErrors"]', "observability", "amtool"),
]  # fmt: skip


def possible():
    """The ways that can be noticed here."""
    return [it for it in MUTATIONS if it.noticed_by is None or shutil.which(it.noticed_by)]


def break_it(copy, mutation):
    """Breaks a copy, and answers how to mend it."""
    file = copy.folder / mutation.file
    whole = file.read_text()
    if whole.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.file} does not have {mutation.old!r} exactly once: mend breaking.py")
    file.write_text(whole.replace(mutation.old, mutation.new))
    return lambda: file.write_text(whole)
