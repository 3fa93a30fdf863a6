"""Wakes the executions that wait for news: what `resume` does, in Python with boto3.

It does what `crates/workflow/src/resume.rs` does and no more: the clients are built before the
first event, then each event costs one Query, and one call for everybody whom it concerns.
"""

import json
import os

import boto3

TABLE = os.environ["CUTOVER_TABLE"]

dynamodb = boto3.client("dynamodb")
stepfunctions = boto3.client("stepfunctions")


def handler(event, context):
    heeds = reader(event)
    woken = []
    for watcher in watchers():
        if heeds(watcher) and succeed(watcher["token"]):
            woken.append(watcher["deployment"])
    return {"deployments": woken}


def reader(event):
    """Whether an event concerns a watcher."""
    kind = event["detail-type"]
    if kind == "ECS Hook State Change":
        rollout = event["detail"]["serviceDeploymentArn"]
        return lambda watcher: watcher["rollout"] == rollout
    if kind == "ECS Deployment State Change":
        service = event["resources"][0]
        return lambda watcher: service.endswith(
            ":service/{cluster}/{service}".format(**watcher["place"])
        )
    if kind == "CloudWatch Alarm State Change":
        alarm = event["detail"]["alarmName"]
        return lambda watcher: alarm in watcher["alarms"]
    raise ValueError(f"nobody waits for {kind!r}")


def watchers():
    """Everybody who waits, by the desks of the ledger."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "desk"}},
        ConsistentRead=True,
    )
    for page in pages:
        for item in page["Items"]:
            watcher = json.loads(item["body"]["S"]).get("watcher")
            if watcher:
                yield watcher


def succeed(token):
    """Answers for a waiting task, and says whether somebody was there."""
    try:
        stepfunctions.send_task_success(taskToken=token, output="{}")
        return True
    except (
        stepfunctions.exceptions.TaskDoesNotExist,
        stepfunctions.exceptions.TaskTimedOut,
    ):
        return False
