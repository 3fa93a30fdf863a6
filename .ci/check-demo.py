"""Checks the report of `cutover demo --json FILE`.

The demo judges itself by its exit code; this looks at what it tells, as a reader would.
"""

import collections
import json
import sys

TRANSITIONS = 40
ENDS = {"Deployed": 2, "RolledBack": 2}


def complaints(report):
    """Yields what is wrong with a report, in sentences."""
    deployments = report["deployments"]
    requests = report["requests"]
    served = requests["served_by_digest"]

    ends = collections.Counter(deployment["end"] for deployment in deployments)
    if not set(ends) <= set(ENDS):
        yield f"a deployment ended otherwise than {' or '.join(ENDS)}: {dict(ends)}"
    for end, least in ENDS.items():
        if ends[end] < least:
            yield f"{ends[end]} deployments ended as {end}, expected at least {least}"

    pushes = collections.Counter((it["service"], it["digest"]) for it in deployments)
    for (service, digest), times in pushes.items():
        if times > 1:
            yield f"{service} was deployed {times} times from {digest}"
    if len({service for service, _ in pushes}) < 2:
        yield "only one service was deployed"

    for deployment in deployments:
        name = f"{deployment['service']} {deployment['digest']}"
        path = deployment["path"]
        if not path or path[0] != "Plan" or path[-1] != deployment["end"]:
            yield f"{name} did not go from Plan to {deployment['end']}: {path}"
        if "Launch" not in path or "Judge" not in path:
            yield f"{name} was never launched or never judged: {path}"
        if not 0 < deployment["transitions"] <= TRANSITIONS:
            yield f"{name} took {deployment['transitions']} transitions, at most {TRANSITIONS} are fine"
        if not deployment["seconds"] > 0:
            yield f"{name} took {deployment['seconds']} s"
        if deployment["end"] == "Deployed" and not served.get(deployment["digest"], 0) > 0:
            yield f"{name} was deployed and never served"

    taken_back = [it["digest"] for it in deployments if it["end"] == "RolledBack"]
    if all(served.get(digest, 0) > 0 for digest in taken_back):
        yield "every image that was taken back served production, also the one that failed its smoke test"
    if not any(served.get(digest, 0) > 0 for digest in taken_back):
        yield "no image was taken back out of production"

    if requests["failed_by_shift"] != 0:
        yield f"{requests['failed_by_shift']} requests failed because of a shift"
    if not 0 < sum(served.values()) <= requests["total"]:
        yield f"{sum(served.values())} requests were served, of {requests['total']}"
    if report["duplicates_ignored"] < 2:
        yield f"{report['duplicates_ignored']} duplicates were ignored, two were sent"


def main(path):
    """Reads the report at `path`; answers the exit code."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        wrong = list(complaints(report))
    except (OSError, ValueError) as error:
        wrong = [f"it cannot be read: {error}"]
    except (KeyError, TypeError, AttributeError) as error:
        wrong = [f"it is not shaped as documented: {type(error).__name__} {error}"]
    for sentence in wrong:
        print(f"demo report: {sentence}", file=sys.stderr)
    if not wrong:
        requests = report["requests"]
        print(
            f"demo report: {len(report['deployments'])} deployments ended as expected, "
            f"{requests['total']} requests, {requests['failed_by_shift']} failed by a shift, "
            f"{report['duplicates_ignored']} duplicates ignored"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
