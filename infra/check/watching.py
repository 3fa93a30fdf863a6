"""Rules and dashboards of Prometheus are about metrics that somebody counts."""

import json
import re

import yaml

# What PromQL calls its own.
OWN = {
    "and", "by", "bool", "clamp_min", "count", "group_left", "group_right", "histogram_quantile", "ignoring", "increase",
    "irate", "job", "label_replace", "label_values", "le", "max", "min", "offset", "on", "or", "rate", "sum", "unless", "up", "version", "without", "service", "status",
}  # fmt: skip


def wrong(repository):
    folder = repository / "infra" / "observability"
    counted = (repository / "services" / "chassis" / "src" / "metrics.rs").read_text()
    rules = [rule for group in groups(folder) for rule in group["rules"]]
    recorded = {rule["record"] for rule in rules if "record" in rule}

    asked = {f"rules: {rule.get('record') or rule['alert']}": rule["expr"] for rule in rules}
    for file in sorted((folder / "dashboards").glob("*.json")):
        board = json.loads(file.read_text())
        for panel in board["panels"]:
            asked |= {f"{file.name}: {panel['title']}": target["expr"] for target in panel["targets"]}
        asked |= {f"{file.name}: {it['name']}": it["query"] for it in board["templating"]["list"] if it["type"] == "query"}

    for place, expression in asked.items():
        for metric in metrics(expression) - recorded:
            if re.sub(r"_(bucket|sum|count)$", "", metric) not in counted:
                yield f"{place} asks for {metric}, which nobody counts"
    for rule in rules:
        if "alert" in rule and not ("severity" in rule["labels"] and "summary" in rule["annotations"]):
            yield f"the alert {rule['alert']} does not say how urgent it is, or what it is about"


def groups(folder):
    for file in sorted((folder / "rules").glob("*.yaml")):
        yield from yaml.safe_load(file.read_text())["groups"]


def metrics(expression):
    """The names of an expression that are neither PromQL's nor inside braces, brackets or quotes."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", "", expression)
    return set(re.findall(r"\b[a-z_][a-z0-9_:]*\b", bare)) - OWN
