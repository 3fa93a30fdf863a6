"""The handbook has a section for whatever can ring, and for nothing else."""

import re

import alerting

# What `mail` writes, by its subject.
LETTERS = {"Stuck: …"}


def wrong(accounts, infra):
    sections = read((infra / "HANDBOOK.md").read_text())
    rings = LETTERS | {alert["alert"] for alert in alerting.alerts(*alerting.rules(infra))}
    for account in accounts:
        rings |= {it.values["alarm_name"] for it in account.all("aws_cloudwatch_metric_alarm")}
        rings |= {f"told-{it.key}" for it in account.all("aws_cloudwatch_event_rule", "told")}
    for name in sorted(rings):
        if not any(is_about(title, name) for title in sections):
            yield f"infra/HANDBOOK.md has no section for {name}"
    for title, text in sections.items():
        if not any(is_about(title, name) for name in rings):
            yield f"infra/HANDBOOK.md has a section for {title}, which nothing is called"
        if not re.search(r"^\*\*Means:\*\* .+$.*^\*\*Do:\*\*", text, re.MULTILINE | re.DOTALL):
            yield f"infra/HANDBOOK.md does not say what {title} means, and then what to do"


def read(handbook):
    """The sections about one thing each: `### `name``."""
    parts = re.split(r"^### `([^`]+)`$", handbook, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def is_about(title, name):
    """Capitals stand for any name: `SERVICE-errors`."""
    return re.fullmatch(re.sub(r"^[A-Z]+(?=-)", "[a-z0-9-]+", title), name) is not None
