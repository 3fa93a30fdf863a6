"""IAM's decisions, for the policies that we write; what we do not use is refused, not guessed.

Source: the IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements".
"""

import json
import re
from fnmatch import fnmatchcase

from terraform import Failed


def statements(text):
    found = json.loads(text)["Statement"]
    return found if isinstance(found, list) else [found]


def listed(value):
    return value if isinstance(value, list) else [value]


def matches(pattern, value):
    """IAM knows `*` and `?`; brackets mean themselves."""
    return fnmatchcase(value, re.sub(r"([\[\]])", r"[\1]", pattern))


def applies(statement, action, resource, context):
    known = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"}
    if unknown := set(statement) - known:
        raise Failed(f"a statement has {unknown}, which this check does not know")
    if "Action" in statement:
        acts = any(matches(it.lower(), action.lower()) for it in listed(statement["Action"]))
    else:
        acts = not any(matches(it.lower(), action.lower()) for it in listed(statement["NotAction"]))
    if "NotResource" in statement:
        upon = not any(matches(it, resource) for it in listed(statement["NotResource"]))
    else:
        upon = any(matches(it, resource) for it in listed(statement.get("Resource", "*")))
    return acts and upon and holds(statement.get("Condition", {}), context)


def holds(condition, context):
    for operator, keys in condition.items():
        if operator not in ("StringEquals", "ArnEquals", "Bool"):
            raise Failed(f"the condition {operator} is not known to this check")
        for key, wanted in keys.items():
            has = context.get(key)
            same = matches if operator == "ArnEquals" else lambda want, value: want == value
            if has is None or not any(same(want, has) for want in listed(wanted)):
                return False
    return True


def allowed(policies, action, resource, context=None):
    """Whether the policies together allow it: something allows it, and nothing denies it."""
    found = [it for text in policies for it in statements(text) if applies(it, action, resource, context or {})]
    effects = {it["Effect"] for it in found}
    return "Allow" in effects and "Deny" not in effects
