"""Starts ministack with seven of its answers replaced by those of AWS.

The state machines, rules and functions that run on it are the ones that are deployed; nothing of
them is changed for it. Where ministack 1.5.33 answers otherwise than AWS and our definitions would
notice, its answer is replaced here, each with what it does and what AWS does. Everything else is
ministack's own.
"""

import json
import os
import signal
import sys
import threading
import time
from importlib.metadata import version

EXPECTED = "1.5.33"
if version("ministack") != EXPECTED:
    raise SystemExit(f"these answers were compared with ministack {EXPECTED}, not {version('ministack')}")

from ministack import app  # noqa: E402
from ministack.services import eventbridge, lambda_svc, stepfunctions as sfn  # noqa: E402


def replaces(module, name):
    """Puts a function in the place of ministack's, which it is given as its first argument."""

    def place(ours):
        theirs = getattr(module, name)
        setattr(module, name, lambda *given, **named: ours(theirs, *given, **named))

    return place


@replaces(sfn, "_execute_task")
def timeout_by_expression(theirs, state, given, execution, context):
    """`TimeoutSeconds` may be a JSONata expression; ministack waits for that text and fails.

    Source: Developer Guide, "Task workflow state", `TimeoutSeconds`.
    """
    if isinstance(state.get("TimeoutSeconds"), str):
        seconds = sfn._jsonata_state_field(state, "TimeoutSeconds", "number", given, context)
        state = {**state, "TimeoutSeconds": seconds}
    return theirs(state, given, execution, context)


@replaces(sfn, "_apply_output_path")
def output_of_succeed(theirs, state, data, context=None):
    """A Succeed state has an `Output` in JSONata; ministack passes its input on.

    Source: Developer Guide, "Succeed workflow state".
    """
    if state.get("Type") == "Succeed" and sfn._state_query_language(state, context) == "JSONata":
        return sfn._apply_jsonata_output(state, data, context, default=data)
    return theirs(state, data, context)


waiting = threading.local()


@replaces(sfn, "_invoke_with_callback")
def remember_the_token(theirs, resource, given, token, state):
    """See `failure_before_the_callback`."""
    waiting.token = token
    try:
        return theirs(resource, given, token, state)
    finally:
        waiting.token = None


@replaces(sfn, "_call_lambda")
def failure_before_the_callback(theirs, function, event):
    """A function that fails fails the task, whose token nobody will answer any more; ministack
    takes no notice and waits for the answer until the task times out.

    Source: Developer Guide, "Wait for a Callback with Task Token"; the errors of "Lambda invoke".
    """
    try:
        return theirs(function, event)
    except sfn._ExecutionError as error:
        told = sfn._task_tokens.get(getattr(waiting, "token", None))
        if told:
            told["error"] = {"Error": error.error, "Cause": error.cause}
            told["event"].set()
        raise


@replaces(sfn, "_start_execution")
def start_once(theirs, asked):
    """The same name with the same input as a running execution is that execution; ministack
    refuses.

    Source: API Reference, `StartExecution`.
    """
    machine = sfn._state_machines.get(asked.get("stateMachineArn", ""))
    name = asked.get("name")
    if machine and name:
        arn = f"arn:aws:states:{sfn.get_region()}:{sfn.get_account_id()}:execution:{machine['name']}:{name}"
        known = sfn._executions.get(arn)
        if known and known["status"] == "RUNNING" and known["input"] == asked.get("input", "{}"):
            return sfn.json_response({"executionArn": arn, "startDate": known["startDate"]})
    return theirs(asked)


@replaces(sfn, "_start_sync_execution")
def nested_execution(_theirs, asked):
    """`startExecution.sync:2` starts an execution as `StartExecution` does, with a name that is used
    once and with status events, and waits for it; ministack runs it as an express workflow, which
    may have any name any number of times and tells nobody.

    Source: Developer Guide, "Start a new AWS Step Functions execution"; API Reference,
    `StartExecution`.
    """
    status, headers, body = sfn._start_execution(asked)
    answer = json.loads(body)
    if status >= 400:
        answer["__type"] = f"StepFunctions.{answer['__type']}Exception"
        return status, headers, json.dumps(answer).encode()
    execution = sfn._executions[answer["executionArn"]]
    while execution["status"] == "RUNNING":
        time.sleep(0.05)
    return sfn.json_response({
        key: execution.get(key)
        for key in ("executionArn", "stateMachineArn", "name", "startDate", "stopDate", "status",
                    "input", "output", "error", "cause")
    })


@replaces(eventbridge, "_put_events")
def events_of_aws(theirs, data, allow_aws_source=False):
    """Nobody but AWS itself may put events of `aws.*` on a bus. Here the test is AWS: what our ECS
    model and our alarms tell comes from outside, marked by an id that no client sends."""
    emitted = any(entry.pop("EmittedByAws", False) for entry in data.get("Entries", []))
    return theirs(data, allow_aws_source=allow_aws_source or emitted)


def end_with_the_test():
    """Ends this process and its functions when the test, which holds the other end of our input, is
    gone, however it went."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_test, daemon=True).start()
    app.main()
