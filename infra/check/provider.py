"""A stand-in for terraform-provider-aws: its schema, and nothing of AWS.

It speaks Terraform's plugin protocol, so that Terraform itself holds every argument, block, type and
reference of `infra/` against what the real provider takes. Applying gives each value that AWS would
choose a plausible one, the same every time, so that a second plan has to be empty.
"""

import gzip
import hashlib
import json
import os
import re
from concurrent import futures
from pathlib import Path

import grpc
import msgpack
import tf.gen.tfplugin_pb2 as wire
import tf.gen.tfplugin_pb2_grpc as service

NAME = "registry.terraform.io/hashicorp/aws"
SCHEMA = Path(__file__).parent / "schema.json.gz"
VERSION = "6.66.0"  # The provider's, of which that is the schema.

PARTITION, REGION, ACCOUNT = "aws", "eu-west-1", "123456789012"
UNKNOWN = msgpack.ExtType(0, b"\0")
NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}

# What AWS calls things, where somebody reads it again: policies, definitions, patterns.
ARNS = {
    "aws_cloudwatch_event_bus": "events:{region}:{account}:event-bus/{name}",
    "aws_cloudwatch_event_rule": "events:{region}:{account}:rule/{event_bus_name}/{name}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_db_instance": "rds:{region}:{account}:db:{identifier}",
    "aws_dynamodb_table": "dynamodb:{region}:{account}:table/{name}",
    "aws_ecs_cluster": "ecs:{region}:{account}:cluster/{name}",
    "aws_iam_policy": "iam::{account}:policy/{name}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_lambda_function": "lambda:{region}:{account}:function:{function_name}",
    "aws_s3_bucket": "s3:::{bucket}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}-a1b2c3",
    "aws_sfn_state_machine": "states:{region}:{account}:stateMachine:{name}",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
    "aws_ssm_parameter": "ssm:{region}:{account}:parameter{name}",
}


def schema(infra):
    """The provider, and the resources and data sources that `infra/` names: it has thousands more."""
    with gzip.open(SCHEMA) as file:
        told = json.load(file)["provider_schemas"][NAME]
    text = "".join(file.read_text() for file in Path(infra).rglob("*.tf"))
    named = set(re.findall(r'^(?:resource|data) "(\w+)"', text, re.MULTILINE))
    for kind in ("resource_schemas", "data_source_schemas"):
        told[kind] = {name: it for name, it in told[kind].items() if name in named}
    return told


# -- from the form of `terraform providers schema -json` to the plugin protocol


# `write_only`, field 11 of the protocol's attribute, is newer than the stubs.
WRITE_ONLY = bytes([11 << 3, 1])


def attribute(name, told):
    made = wire.Schema.Attribute(name=name)
    for flag in ("required", "optional", "computed"):
        setattr(made, flag, told.get(flag, False))
    if "type" in told:
        made.type = json.dumps(told["type"]).encode()
    else:
        made.nested_type.nesting = NESTING[told["nested_type"]["nesting_mode"]]
        made.nested_type.attributes.extend(attribute(*it) for it in told["nested_type"]["attributes"].items())
    if write_only(name, told):
        made.MergeFromString(WRITE_ONLY)
    return made


def type_of(told):
    """A type as one expression, also where it is told as attributes within an attribute."""
    if "type" in told:
        return told["type"]
    nested = told["nested_type"]
    inner = ["object", {name: type_of(it) for name, it in nested["attributes"].items()}]
    return inner if nested["nesting_mode"] == "single" else [nested["nesting_mode"], inner]


def write_only(name, told):
    return name.endswith("_wo") and not told.get("computed")


def block(told):
    return wire.Schema.Block(
        attributes=[
            attribute(name, it)
            for name, it in told.get("attributes", {}).items()
        ],
        block_types=[
            wire.Schema.NestedBlock(
                type_name=name,
                block=block(it["block"]),
                nesting=NESTING[it["nesting_mode"]],
                min_items=it.get("min_items", 0),
                max_items=it.get("max_items", 0),
            )
            for name, it in told.get("block_types", {}).items()
        ],
    )


def schemas(told):
    return {name: wire.Schema(version=it["version"], block=block(it["block"])) for name, it in told.items()}


def read(value):
    if value.msgpack:
        return msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False, ext_hook=lambda *_: UNKNOWN)
    return json.loads(value.json) if value.json else None


def written(value):
    return wire.DynamicValue(msgpack=msgpack.packb(value, use_bin_type=True))


# -- what AWS would choose


def planned(told, value, before):
    """Marks as unknown what AWS chooses, or keeps what it chose before."""
    if not isinstance(value, dict):
        return value
    before = before if isinstance(before, dict) else {}
    for name, it in told.get("attributes", {}).items():
        if write_only(name, it):
            value[name] = None
        elif value.get(name) is None and it.get("computed"):
            value[name] = before[name] if before.get(name) is not None else UNKNOWN
    return within(told, value, lambda inner, item, place: planned(inner, item, at(before, *place)))


def at(value, name, index):
    value = value.get(name)
    if isinstance(value, list):
        return value[index] if index is not None and index < len(value) else None
    return value


def settled(told, value, kind, key):
    """Chooses what is unknown."""
    if not isinstance(value, dict):
        return value
    for name, it in told.get("attributes", {}).items():
        if isinstance(value.get(name), msgpack.ExtType):
            value[name] = chosen(type_of(it), name, kind, key + name, value)
    return within(told, value, lambda inner, item, place: settled(inner, item, kind, f"{key}{place}"))


def within(told, value, each):
    for name, it in told.get("block_types", {}).items():
        inner = value.get(name)
        if isinstance(inner, list):
            value[name] = [each(it["block"], item, (name, index)) for index, item in enumerate(inner)]
        elif isinstance(inner, dict):
            value[name] = each(it["block"], inner, (name, None))
    return value


def chosen(kind, name, resource, key, value):
    if kind == "string":
        return text(name, resource, key, value)
    if kind in ("number", "bool"):
        return {"number": 0, "bool": False}[kind]
    if kind[0] in ("list", "set"):
        if (resource, name) == ("aws_availability_zones", "names"):
            return [REGION + letter for letter in "abc"]
        return [] if isinstance(kind[1], str) else [chosen(kind[1], name, resource, key, value)]
    if kind[0] == "object":
        return {inner: chosen(it, inner, resource, key + inner, {}) for inner, it in kind[1].items()}
    if name == "tags_all":
        return value.get("tags") or {}
    return {}


def text(name, resource, key, value):
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    known = {"region": REGION, "partition": PARTITION, "account_id": ACCOUNT, "owner_id": ACCOUNT}
    if name in known:
        return known[name]
    if name == "arn" and resource in ARNS:
        fields = {field: it for field, it in value.items() if isinstance(it, str)}
        return f"arn:{PARTITION}:" + ARNS[resource].format(**{**fields, "region": REGION, "account": ACCOUNT})
    short = resource.removeprefix("aws_").replace("_", "-")
    if name == "arn" or name.endswith("_arn"):
        return f"arn:{PARTITION}:{short.split('-')[0]}:{REGION}:{ACCOUNT}:{short}/{digest}"
    if name.endswith("_url") or name == "url":
        return f"https://{digest}.example.internal/"
    if name in ("dns_name", "domain_name", "address") or name.endswith("endpoint"):
        return f"{digest}.example.internal"
    if name == "id":
        return next((value[it] for it in ("name", "bucket") if isinstance(value.get(it), str)), f"{short}-{digest}")
    return f"{short}-{digest}"


# -- the plugin


class Provider(service.ProviderServicer):
    def __init__(self, infra):
        told = schema(infra)
        self.resources, self.sources = told["resource_schemas"], told["data_source_schemas"]
        self.answer = wire.GetProviderSchema.Response(
            provider=wire.Schema(version=0, block=block(told["provider"]["block"])),
            provider_meta=wire.Schema(block=wire.Schema.Block()),
            resource_schemas=schemas(self.resources),
            data_source_schemas=schemas(self.sources),
        )

    def GetProviderSchema(self, *_):
        return self.answer

    def GetMetadata(self, *_):
        return wire.GetMetadata.Response(
            resources=[wire.GetMetadata.ResourceMetadata(type_name=name) for name in self.resources],
            data_sources=[wire.GetMetadata.DataSourceMetadata(type_name=name) for name in self.sources],
        )

    def ValidateProviderConfig(self, *_):
        return wire.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, *_):
        return wire.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, *_):
        return wire.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, *_):
        return wire.ConfigureProvider.Response()

    def GetFunctions(self, *_):
        return wire.GetFunctions.Response()

    def StopProvider(self, *_):
        return wire.StopProvider.Response()

    def UpgradeResourceState(self, asked, _):
        return wire.UpgradeResourceState.Response(upgraded_state=written(json.loads(asked.raw_state.json)))

    def ReadResource(self, asked, _):
        return wire.ReadResource.Response(new_state=asked.current_state, private=asked.private)

    def PlanResourceChange(self, asked, _):
        after, before = read(asked.proposed_new_state), read(asked.prior_state)
        told = self.resources[asked.type_name]["block"]
        return wire.PlanResourceChange.Response(planned_state=written(planned(told, after, before)))

    def ApplyResourceChange(self, asked, _):
        after, told = read(asked.planned_state), self.resources[asked.type_name]["block"]
        key = asked.type_name + json.dumps(read(asked.config), default=str, sort_keys=True)
        return wire.ApplyResourceChange.Response(new_state=written(settled(told, after, asked.type_name, key)))

    def ReadDataSource(self, asked, _):
        value, told = read(asked.config), self.sources[asked.type_name]["block"]
        key = asked.type_name + json.dumps(value, default=str, sort_keys=True)
        value = settled(told, planned(told, value, None), asked.type_name, key)
        return wire.ReadDataSource.Response(state=written(value))


def serve(socket, infra):
    """Serves the provider at a socket, and says in Terraform's words where it is."""
    server = grpc.server(
        futures.ThreadPoolExecutor(8),
        options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
    )
    service.add_ProviderServicer_to_server(Provider(infra), server)
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    return server, json.dumps(
        {
            NAME: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": os.getpid(),
                "Test": True,
                "Addr": {"Network": "unix", "String": str(socket)},
            }
        }
    )
