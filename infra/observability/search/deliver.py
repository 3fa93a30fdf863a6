"""Delivers logs to OpenSearch: CloudWatch calls it with lines, many at a time (../search.tf).

A line of JSON is a document as it stands, any other one with its text as `message`. What CloudWatch knows
of a line is put beside it: when it was written, and where. A line that is delivered again is there once.
What is measured is in CloudWatch's metrics, and is left out.
"""

import base64
import gzip
import json
import os
import urllib.error
import urllib.request
from datetime import UTC, datetime

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session

# How OpenSearch's indices begin: one a day.
INDEX = "logs-"


class Refused(Exception):
    """OpenSearch does not take it. Lambda calls twice more."""


def handler(event, _):
    batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if batch["messageType"] != "DATA_MESSAGE":  # CloudWatch asks only whether somebody is there.
        return
    told = "".join(orders(batch))
    if not told:
        return
    answer = ask("POST", "/_bulk", told.encode(), "application/x-ndjson")
    results = [it["create"] for it in answer["items"]]
    if any(it["status"] in (429, 503) for it in results):
        raise Refused("OpenSearch is too busy for some of these lines")
    # Nothing would be better the next time.
    for refused in (it for it in results if it["status"] not in (201, 409)):
        print(json.dumps({"level": "ERROR", "message": f"a line was not taken: {refused['error']}"}))


def orders(batch):
    """What OpenSearch's bulk interface is told."""
    for line in batch["logEvents"]:
        said = read(line["message"])
        if "_aws" in said:  # The embedded metric format.
            continue
        written = datetime.fromtimestamp(line["timestamp"] / 1000, UTC)
        place = {"group": batch["logGroup"], "stream": batch["logStream"]}
        document = {**said, "@timestamp": written.isoformat(), "log": place}
        # `create` leaves alone what is there.
        yield json.dumps({"create": {"_index": f"{INDEX}{written:%Y.%m.%d}", "_id": line["id"]}}) + "\n"
        yield json.dumps(document) + "\n"


def read(text):
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    return line if isinstance(line, dict) else {"message": text.rstrip("\n")}


def ask(method, path, body=None, kind="application/json", **headers):
    """Asks OpenSearch at `SEARCH`, as whoever this runs as."""
    session = Session()
    request = AWSRequest(method, os.environ["SEARCH"] + path, data=body, headers={"content-type": kind, **headers})
    SigV4Auth(session.get_credentials(), "es", os.environ["AWS_REGION"]).add_auth(request)
    try:
        signed = urllib.request.Request(request.url, body, dict(request.headers), method=method)
        with urllib.request.urlopen(signed, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            raise Refused(f"{method} {path}: {refused.status} {refused.read(500).decode(errors='replace')}") from None
