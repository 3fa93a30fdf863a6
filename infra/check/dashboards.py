"""Grafana's dashboards, held against Grafana's own schema.

Its foundation SDK is generated from that schema, and reads a dashboard without a word about what it does
not know. So what it read has to be all that there was, and each value of the type that the SDK says.
"""

import enum
import json
import types
import typing

import watching
from grafana_foundation_sdk.cog import encoder, plugins, runtime
from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

plugins.register_default_plugins()


def wrong(folder):
    for file, board in watching.boards(folder).items():
        read = Dashboard.from_json(board)
        written = json.loads(encoder.JSONEncoder().encode(read))
        for place in lost(board, written):
            yield f"{file}: Grafana does not know{place}"
        for place, says in mistyped(read):
            yield f"{file}:{place} is {says}"
        for panel in (it for it in read.panels if isinstance(it, Panel)):
            if runtime.Runtime().panelcfg_config(panel.type_val) is None:
                yield f"{file}: Grafana has no panel of the type {panel.type_val}"
            if any(isinstance(target, runtime.UnknownDataquery) for target in panel.targets):
                yield f"{file}: Grafana has no data source of the type {panel.datasource.type_val}"
        ids = [panel["id"] for panel in board["panels"]]
        if len(ids) != len(set(ids)):
            yield f"{file}: two panels have the same id"


def lost(before, after, place=""):
    """Where something was that is not there any more."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            yield from lost(value, after[name], f"{place} {name}") if name in after else [f"{place} {name}"]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after)):
            yield from lost(*pair, f"{place} {index}")
    elif before != after:
        yield place


def mistyped(it, place=""):
    """Where a value is of another type than its class says."""
    if isinstance(it, list):
        for index, inner in enumerate(it):
            yield from mistyped(inner, f"{place} {index}")
    elif type(it).__module__.startswith(runtime.__name__.split(".")[0]) and not isinstance(it, enum.Enum):
        for name, kind in typing.get_type_hints(type(it)).items():
            value = getattr(it, name, None)
            # What is left out keeps its default.
            if value is not None and not fits(value, kind):
                yield f"{place} {name}", f"{value!r}"
            yield from mistyped(value, f"{place} {name}")


def fits(value, kind):
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in (object, typing.Any):
        return True
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in inner)
    if origin is typing.Literal:
        return value in inner
    if origin is list:
        return isinstance(value, list) and all(fits(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(one, inner[1]) for one in value.values())
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return value in [one.value for one in kind]
    if kind in (int, float):
        return isinstance(value, (int, kind)) and not isinstance(value, bool)
    return isinstance(value, kind)
