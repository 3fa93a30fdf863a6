"""What Prometheus' own tools say of its rules and of its Alertmanager.

`promtool` plays the rules' tests, `amtool` the routes. Both are in Debian's packages `prometheus` and
`prometheus-alertmanager`; where they are not, this says so.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

PROGRAMS = ("prometheus", "promtool", "prometheus-alertmanager", "amtool")

# Amazon's Alertmanager tells again after five days at the latest, whatever is said.
# Source: https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-alertmanager-config.html
LONGEST = 5 * 24


def missing():
    """The programs that are not there."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def absent():
    """What is left out for want of a program, said once; a problem where `CI` is set."""
    if programs := missing():
        says = f"there is no {', no '.join(programs)}: apt-get install prometheus prometheus-alertmanager"
        if os.environ.get("CI"):
            yield says
        else:
            print(f"          skipped: {says}", flush=True)


def rules_wrong(infra):
    """The rules as they are written, and what their tests say of them."""
    if "promtool" in missing():
        return
    for file in rules(infra):
        yield from said("promtool", "check", "rules", file)
        tests = file.parent / "tests" / file.name
        if not tests.exists():
            yield f"nothing tries the rules of {file.name}: there is no rules/tests/{file.name}"
            continue
        tried = [it for test in yaml.safe_load(tests.read_text())["tests"] for it in test.get("alert_rule_test", [])]
        for alert in alerts(file):
            if not any(it["alertname"] == alert["alert"] and it.get("exp_alerts") for it in tried):
                yield f"no test in rules/tests/{file.name} sees {alert['alert']} fire"
        yield from said("promtool", "test", "rules", tests)


def rules(infra):
    return sorted((infra / "observability" / "rules").glob("*.yaml"))


def alerts(*files):
    """The alerts of some files of rules."""
    for file in files:
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from (rule for rule in group["rules"] if "alert" in rule)


def definition(account):
    """The configuration within Amazon's definition, which is what an Alertmanager reads; if there is one."""
    made = account.one("aws_prometheus_alert_manager_definition", "this")
    return made and yaml.safe_load(made.values["definition"])["alertmanager_config"]


def manager_wrong(account, infra):
    """The Alertmanager takes its configuration, and every alert finds the receiver that its severity names."""
    text = definition(account)
    if text is None or "amtool" in missing():
        return
    config = yaml.safe_load(text)
    topics = {it.values["arn"] for it in account.all("aws_sns_topic")}
    for receiver in config["receivers"]:
        kinds = set(receiver) - {"name"}
        if kinds != {"sns_configs"}:
            yield f"Amazon's Alertmanager tells by SNS only, and {receiver['name']} by {', '.join(sorted(kinds)) or 'nothing'}"
        for told in receiver.get("sns_configs", []):
            if told["topic_arn"] not in topics:
                yield f"the receiver {receiver['name']} tells {told['topic_arn']}, which is no topic of ours"
    for route in [config["route"], *config["route"].get("routes", [])]:
        if not route["repeat_interval"].endswith("h") or int(route["repeat_interval"][:-1]) > LONGEST:
            yield f"the route to {route['receiver']} tells again after {route['repeat_interval']}: say hours, {LONGEST} at most"

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "alertmanager.yaml"
        file.write_text(text)
        yield from said("amtool", "check-config", file)
        for alert in alerts(*rules(infra)):
            labels = {**alert["labels"], "alertname": alert["alert"], "service": "checkout"}
            yield from routed(file, labels, alert["labels"]["severity"])
        # What nobody thought of is urgent.
        yield from routed(file, {"alertname": "Unheard", "severity": "unknown"}, "page")


def routed(file, labels, receiver):
    pairs = [f"{name}={value}" for name, value in labels.items()]
    yield from said("amtool", "config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receiver}", *pairs)


def said(*command):
    """What a program complains of."""
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode:
        yield f"{' '.join(map(str, command[:3]))}:\n{(ran.stdout + ran.stderr).strip()}"
