"""Puts into OpenSearch how logs are indexed, how long they are kept, and how they are looked at.

Once after the first apply, and whenever a file beside this one has changed, from inside the network and
as one of the `readers`:

    SEARCH=https://… AWS_REGION=eu-west-1 python3 infra/observability/search/put.py

What is there already is put anew. An index that exists keeps its mapping until the next day's.
"""

import json
from pathlib import Path

from deliver import Refused, ask

HERE = Path(__file__).parent


def main():
    ask("PUT", "/_index_template/logs", (HERE / "template.json").read_bytes())
    keep((HERE / "retention.json").read_bytes())
    show((HERE / "objects.ndjson").read_bytes())
    print("the template, the retention and the dashboard of the logs are in place")


def keep(policy):
    path = "/_plugins/_ism/policies/logs"
    try:
        there = ask("GET", path)
    except Refused as missing:
        if ": 404 " not in str(missing):
            raise
    else:  # Only who names what is there may change it.
        path += f"?if_seq_no={there['_seq_no']}&if_primary_term={there['_primary_term']}"
    ask("PUT", path, policy)


def show(objects):
    """The dashboards take a file as a form has it."""
    line = "--logs"
    head = f'--{line}\r\ncontent-disposition: form-data; name="file"; filename="objects.ndjson"\r\ncontent-type: application/ndjson\r\n\r\n'
    form = head.encode() + objects + f"\r\n--{line}--\r\n".encode()
    path = "/_dashboards/api/saved_objects/_import?overwrite=true"
    answer = ask("POST", path, form, f"multipart/form-data; boundary={line}", **{"osd-xsrf": "true"})
    if not answer["success"]:
        raise SystemExit(f"not everything was taken: {json.dumps(answer.get('errors'))}")


if __name__ == "__main__":
    main()
