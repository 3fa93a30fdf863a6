"""OpenSearch: what is looked for is indexed, and what delivers the logs does as CloudWatch wants it.

OpenSearch itself is not to be had here, so a server stands for it that keeps what it is told.
"""

import base64
import contextlib
import gzip
import http.server
import json
import os
import re
import sys
import threading

# What a field of a query is called: `level: ERROR`, `span.step: *`.
FIELD = re.compile(r"([\w.@]+)\s*:")


def wrong(infra):
    folder = infra / "observability" / "search"
    fields = indexed(folder)
    objects = [json.loads(line) for line in (folder / "objects.ndjson").read_text().splitlines()]
    there = {(it["type"], it["id"]) for it in objects}
    if len(there) != len(objects):
        yield "two saved objects have the same type and id"
    for it in objects:
        name = f"the {it['type']} {it['id']}"
        for reference in it["references"]:
            if (reference["type"], reference["id"]) not in there:
                yield f"{name} refers to the {reference['type']} {reference['id']}, which there is not"
        for missing in named(it["attributes"]) - {reference["name"] for reference in it["references"]}:
            yield f"{name} has no reference {missing}"
        for field in asked(it):
            if field not in fields:
                yield f"{name} asks for {field}, which template.json does not index"
            elif fields[field] == "text" and it["type"] == "visualization":
                yield f"{name} counts by {field}, which is text"
    yield from delivered(folder, fields)


def indexed(folder):
    """The fields of the template, with their types."""
    template = json.loads((folder / "template.json").read_text())
    return dict(leaves(template["template"]["mappings"]["properties"]))


def leaves(properties, prefix=""):
    for name, told in properties.items():
        if "properties" in told:
            yield from leaves(told["properties"], f"{prefix}{name}.")
        else:
            yield prefix + name, told["type"]


def fields_of(line, prefix=""):
    """The fields that a line has."""
    for name, value in line.items():
        if isinstance(value, dict):
            yield from fields_of(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def named(attributes):
    """The references that an object names, also in what it keeps as text."""
    text = json.dumps(attributes).replace("\\", "")
    return set(re.findall(r'"(?:indexRefName|panelRefName)": "([^"]+)"', text))


def asked(it):
    """The fields that an object asks for."""
    attributes = it["attributes"]
    if it["type"] == "index-pattern":
        yield attributes["timeFieldName"]
        return
    yield from FIELD.findall(json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"])
    yield from attributes.get("columns", [])
    yield from (field for field, _ in attributes.get("sort", []))
    for aggregation in json.loads(attributes.get("visState", "{}")).get("aggs", []):
        if "field" in aggregation["params"]:
            yield aggregation["params"]["field"]


# -- what delivers, and what says how


class OpenSearch(contextlib.AbstractContextManager):
    """Keeps what it is told, and answers each line of a bulk with a status."""

    def __init__(self, *statuses):
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers["content-length"] or 0)).decode()
                asked.append((self.command, self.path, body, self.headers))
                items = [{"create": {"status": status, "error": "refused"}} for status in statuses]
                missing = self.command == "GET"
                answer = json.dumps({"items": items, "success": True}).encode()
                self.send_response(404 if missing else 200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_PUT = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        os.environ |= {
            "SEARCH": f"http://127.0.0.1:{self.server.server_port}",
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def batch(*lines, kind="DATA_MESSAGE"):
    """What CloudWatch calls with.

    Source: the CloudWatch Logs User Guide, "Subscription filters with AWS Lambda".
    """
    told = {
        "messageType": kind,
        "owner": "123456789012",
        "logGroup": "/ecs/shop/checkout",
        "logStream": "checkout/checkout/1",
        "subscriptionFilters": ["shop-search"],
        "logEvents": [{"id": f"3{n}", "timestamp": 1772323199000 + n * 1000, "message": line} for n, line in enumerate(lines)],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(told).encode())).decode()}}


def programs(folder):
    """What delivers, and what says how."""
    sys.path.insert(0, str(folder))
    import deliver
    import put

    return deliver, put


def read(folder, text):
    """A line as it is delivered."""
    return programs(folder)[0].read(text)


def delivered(folder, fields):
    deliver, put = programs(folder)
    line = {"timestamp": "2026-02-28T23:59:59Z", "level": "INFO", "message": "judged", "span": {"step": "judge"}}
    with OpenSearch(201, 409) as search:
        deliver.handler(batch(json.dumps(line), "checkout listens\n"), None)
    [(method, path, body, headers)] = search.asked
    orders = [json.loads(it) for it in body.splitlines()]
    place = {"group": "/ecs/shop/checkout", "stream": "checkout/checkout/1"}
    wanted = [
        {"create": {"_index": "logs-2026.02.28", "_id": "30"}},
        {**line, "@timestamp": "2026-02-28T23:59:59+00:00", "log": place},
        {"create": {"_index": "logs-2026.03.01", "_id": "31"}},
        {"message": "checkout listens", "@timestamp": "2026-03-01T00:00:00+00:00", "log": place},
    ]
    if (method, path, orders) != ("POST", "/_bulk", wanted) or "/eu-west-1/es/aws4_request" not in headers["authorization"]:
        yield f"two lines are delivered as {method} {path} {orders}"
    for document in orders[1::2]:
        for field in set(fields_of(document)) - set(fields):
            yield f"a line is delivered with {field}, which template.json does not index"

    with OpenSearch() as search:
        deliver.handler(batch("are you there?", kind="CONTROL_MESSAGE"), None)
        deliver.handler(batch(json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": []}, "Changes": 1})), None)
    if search.asked:
        yield "what is no line, or measured, is delivered"
    try:
        with OpenSearch(201, 429):
            deliver.handler(batch("one", "another"), None)
        yield "a line that OpenSearch has no time for is not delivered again"
    except deliver.Refused:
        pass

    with OpenSearch() as search, contextlib.redirect_stdout(None):
        put.main()
    asked = [f"{method} {path.partition('?')[0]}" for method, path, *_ in search.asked]
    policy = "/_plugins/_ism/policies/logs"
    if asked != ["PUT /_index_template/logs", f"GET {policy}", f"PUT {policy}", "POST /_dashboards/api/saved_objects/_import"]:
        yield f"put.py asks {asked}"
    for file, (*_, body, _) in zip(("template.json", "retention.json", "objects.ndjson"), (search.asked[n] for n in (0, 2, 3))):
        if (folder / file).read_text() not in body:
            yield f"put.py does not put {file}"
    patterns = [*json.loads((folder / "template.json").read_text())["index_patterns"]]
    patterns += [it for told in json.loads((folder / "retention.json").read_text())["policy"]["ism_template"] for it in told["index_patterns"]]
    if set(patterns) != {f"{deliver.INDEX}*"}:
        yield f"{patterns} are not the indices that deliver.py makes"
