"""Rules, their targets and schedules, against the folder `events/`.

That a pattern matches its samples and no others is tested in Rust on the files; here it is held that
AWS gets the files as they stand, and that each leads where it should.
"""

import json

DAY = 86400


def wrong(account, repository):
    events = repository / "events"
    starts = json.loads((events / "rules.json").read_text())
    yield from rules_wrong(account, events, starts)
    yield from targets_wrong(account, starts)
    yield from woken_wrong(account, starts)
    yield from schedules_wrong(account, json.loads((events / "schedules.json").read_text()))
    yield from letters_wrong(account)
    archive = account.one("aws_cloudwatch_event_archive", "this")
    if archive is None or not archive.values["event_source_arn"].endswith(":event-bus/cutover"):
        yield "the bus has no archive"


def rules_wrong(account, events, starts):
    made = {it.key: it for it in account.all("aws_cloudwatch_event_rule", "this")}
    for name in set(starts) ^ set(made):
        yield f"the rule {name} is only in one of events/rules.json and Terraform"
    told = {it.key: it for it in account.all("aws_cloudwatch_event_rule", "told")}
    made |= {name: rule for name, rule in told.items() if (events / "patterns" / f"{name}.json").exists()}
    for name, rule in made.items():
        pattern = json.loads((events / "patterns" / f"{name}.json").read_text())
        if json.loads(rule.values["event_pattern"]) != pattern:
            yield f"the rule {name} has another pattern than events/patterns/{name}.json"
        bus = "cutover" if pattern["source"] == ["cutover"] else "default"
        if rule.values["event_bus_name"] != bus:
            yield f"the rule {name} listens to the bus {rule.values['event_bus_name']}, and its events are on {bus}"
        if rule.values["state"] not in (None, "ENABLED") and not rule.values["state"].startswith("cloudwatch"):
            yield f"the rule {name} is not enabled"


def targets_wrong(account, starts):
    targets = {it.key: it.values for it in account.all("aws_cloudwatch_event_target", "this")}
    for name, start in starts.items():
        (kind, who), target = next(iter(start.items())), targets.get(name)
        if target is None:
            yield f"the rule {name} starts nothing"
            continue
        made = {"machine": "stateMachine", "function": "function"}[kind]
        if not target["arn"].endswith(f":{made}:cutover-{who}"):
            yield f"the rule {name} starts {target['arn']} instead of the {kind} {who}"
        # A machine gets the event's detail, a function the whole event.
        if target["input_path"] != {"machine": "$.detail", "function": None}[kind]:
            yield f"the rule {name} hands over {target['input_path'] or 'the whole event'} to a {kind}"
        if (kind == "machine") != bool(target["role_arn"]):
            yield f"the rule {name} starts a {kind} with the wrong kind of permission"
        age = target["retry_policy"][0]["maximum_event_age_in_seconds"] if target["retry_policy"] else DAY
        if age != {"machine": DAY, "function": 300}[kind]:
            yield f"the rule {name} is tried for {age} s"


def woken_wrong(account, starts):
    """A function that nobody waits for may be called by its rule, and keeps what it fails with."""
    permissions = {it.key: it.values for it in account.all("aws_lambda_permission", "rule")}
    configured = {it.key: it.values for it in account.all("aws_lambda_function_event_invoke_config")}
    for name, start in starts.items():
        if "function" not in start:
            continue
        if permissions.get(name, {}).get("function_name") != f"cutover-{start['function']}":
            yield f"the rule {name} may not call {start['function']}"
        elif not permissions[name]["source_arn"].endswith(f"/cutover-{name}"):
            yield f"another rule than {name} may call {start['function']}"
        destination = configured.get(start["function"], {}).get("destination_config")
        if not destination or not destination[0]["on_failure"][0]["destination"].endswith(":cutover-failed"):
            yield f"nothing is kept of an event that {start['function']} fails with"


def schedules_wrong(account, schedules):
    made = {it.key: it.values for it in account.all("aws_scheduler_schedule")}
    for name in set(schedules) ^ set(made):
        yield f"the schedule {name} is only in one of events/schedules.json and Terraform"
    for name in set(schedules) & set(made):
        want, target = schedules[name], made[name]["target"][0]
        if made[name]["schedule_expression"] != want["schedule"] or json.loads(target["input"]) != want["input"]:
            yield f"the schedule {name} is another than that of events/schedules.json"
        if not target["arn"].endswith(f":function:cutover-{want['function']}"):
            yield f"the schedule {name} calls {target['arn']}"


def letters_wrong(account):
    """Every target has a dead-letter queue, and the queue takes the letters of every rule."""
    queue = account.one("aws_sqs_queue", "this", "dead-letters")
    for it in account.all("aws_cloudwatch_event_target"):
        if [at["arn"] for at in it.values["dead_letter_config"]] != [queue.values["arn"]]:
            yield f"{it.address} has no dead-letter queue"
    for it in account.all("aws_scheduler_schedule"):
        if [at["arn"] for at in it.values["target"][0]["dead_letter_config"]] != [queue.values["arn"]]:
            yield f"{it.address} has no dead-letter queue"
    policy = json.loads(account.one("aws_sqs_queue_policy", "dead_letters").values["policy"])
    let_in = set(policy["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"])
    for it in account.all("aws_cloudwatch_event_rule"):
        if it.values["arn"] not in let_in:
            yield f"the dead-letter queue takes no letters of {it.address}"
