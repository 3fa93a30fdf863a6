"""Rules and dashboards of Prometheus are about metrics that somebody counts."""

import json
import re
from dataclasses import dataclass

import yaml

# What PromQL calls its own.
OWN = {
    "and", "by", "bool", "clamp_min", "count", "group_left", "group_right", "histogram_quantile", "ignoring", "increase",
    "irate", "job", "label_replace", "le", "max", "min", "offset", "on", "or", "rate", "sum", "unless", "up", "version",
    "without", "service", "status", "answer", "cause", "check", "end", "stage",
}  # fmt: skip


@dataclass
class Question:
    """What is asked of Prometheus somewhere, and the labels that its answer is shown by."""

    place: str
    expression: str
    labels: set[str]


def wrong(repository):
    folder = repository / "infra" / "observability"
    counting = [*(repository / "services" / "chassis" / "src").rglob("*.rs"), repository / "crates" / "local" / "src" / "account" / "meter.rs"]
    counted = "".join(file.read_text() for file in counting)
    rules = [rule for group in groups(folder) for rule in group["rules"]]
    recorded = {rule["record"] for rule in rules if "record" in rule}

    for question in questions(folder):
        for metric in metrics(question.expression) - recorded:
            if re.sub(r"_(bucket|sum|count)$", "", metric) not in counted:
                yield f"{question.place} asks for {metric}, which nobody counts"
    for rule in rules:
        if "alert" in rule and not ("severity" in rule["labels"] and "summary" in rule["annotations"]):
            yield f"the alert {rule['alert']} does not say how urgent it is, or what it is about"


def groups(folder):
    for file in sorted((folder / "rules").glob("*.yaml")):
        yield from yaml.safe_load(file.read_text())["groups"]


def boards(folder):
    """Grafana's dashboards, by the names of their files."""
    return {file.name: json.loads(file.read_text()) for file in sorted((folder / "dashboards").glob("*.json"))}


def questions(folder):
    """Everything that is asked of Prometheus."""
    for group in groups(folder):
        for rule in group["rules"]:
            shown = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule.get("annotations", {}))))
            yield Question(f"rules: {rule.get('record') or rule['alert']}", rule["expr"], shown)
    for file, board in boards(folder).items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                shown = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
                yield Question(f"{file}: {panel['title']}", target["expr"], shown)
        for variable in board["templating"]["list"]:
            if listed := re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]):
                metric, label = listed.groups()
                yield Question(f"{file}: {variable['name']}", f"count by ({label}) ({metric})", {label})


def metrics(expression):
    """The names of an expression that are neither PromQL's nor inside braces, brackets or quotes."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", "", expression)
    return set(re.findall(r"\b[a-z_][a-z0-9_:]*\b", bare)) - OWN
