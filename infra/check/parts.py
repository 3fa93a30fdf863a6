"""The parts of the check, in their order: what is cheap first, what breaks things last."""

import queue
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import alerting
import breaking
import costs
import dashboards
import definitions
import events
import handbook
import metrics
import permissions
import posture
import provider
import searching
import state
import texts
import values
import watching
from account import Account
from roots import ROOTS
from terraform import Copy, Failed

# What has tests of its own (`*.tftest.hcl`).
TESTED = ("cutover", "platform")


class Report:
    """What was found, told as it is found."""

    def __init__(self):
        self.began, self.problems = time.monotonic(), 0

    def part(self, name, found):
        began, wrong = time.monotonic(), list(found)
        self.problems += len(wrong)
        says = f"{len(wrong)} wrong" if wrong else "as it should be"
        print(f"{time.monotonic() - began:6.1f} s  {name}: {says}", flush=True)
        for problem in wrong:
            print(f"          {problem}", flush=True)

    def end(self):
        says = f"{self.problems} wrong" if self.problems else "all as it should be"
        print(f"infra: {says}, in {time.monotonic() - self.began:.0f} s")
        sys.exit(1 if self.problems else 0)


def check(repository, tell):
    """Everything; with `tell`, also by what each way to break it is noticed."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="cutover-infra.") as folder:
        server, where = provider.serve(Path(folder) / "provider.sock", repository / "infra")
        copy = Copy(repository, Path(folder) / "copy", where)
        written(report, copy, repository)
        if not report.problems:
            made(report, copy, repository)
        if not report.problems:
            ways = breaking.possible()
            report.part(f"{len(ways)} ways to break it", broken(ways, copy, repository, tell))
        server.stop(0)
    report.end()


def written(report, copy, repository):
    """What can be told without making anything."""
    report.part("format", failing(copy.terraform, ".", "fmt", "-check", "-recursive", "-diff"))
    report.part("backends and versions", texts.wrong(copy.folder / "infra"))
    report.part("rules and dashboards", watching.wrong(repository))
    report.part("dashboards as Grafana knows them", dashboards.wrong(repository / "infra" / "observability"))
    report.part("what OpenSearch is told", searching.wrong(repository / "infra"))
    report.part("tests of the rules", chain(alerting.absent(), alerting.rules_wrong(copy.folder / "infra")))
    for root in ROOTS:
        report.part(f"{root}: initialised", failing(copy.init, root))
    for root in ROOTS:
        report.part(f"{root}: valid", failing(copy.validate, root))


def made(report, copy, repository):
    """What can be told of what was applied."""
    readme = (repository / "infra" / "README.md").read_text()
    accounts = {}
    for root in ROOTS:
        report.part(f"{root}: applied, read and applied again", applied(accounts, copy, root, repository, readme))
    if "observability" not in accounts:
        return
    report.part("handbook", handbook.wrong(accounts.values(), repository / "infra"))
    # It waits for Prometheus most of the time, so something else is done meanwhile.
    with ThreadPoolExecutor(1) as beside:
        watched = beside.submit(lambda: list(metrics.wrong(accounts["observability"], repository)))
        for root in TESTED:
            report.part(f"{root}: its own tests", failing(copy.terraform, root, "test", "-no-color"))
        other = copy.again(f"{copy.folder}-state")
        report.part("state and lock in S3", state.wrong(other, other.inputs(state.ROOT, ROOTS[state.ROOT]), repository))
        report.part("posture", posture.wrong(repository / "infra"))
        report.part("rules, dashboards and letters with a real Prometheus", watched.result())


def failing(step, *arguments):
    """A step of Terraform finds at most one thing wrong."""
    try:
        step(*arguments)
    except Failed as failed:
        yield str(failed)


def applied(accounts, copy, root, repository, readme):
    inputs = f"-var-file={copy.inputs(root, ROOTS[root])}"
    try:
        accounts[root] = Account(copy.apply(root, inputs))
        copy.nothing_to_do(root, inputs)
        settled(copy, root, inputs)
    except Failed as failed:
        yield str(failed)
        return
    yield from wrong(root, accounts[root], repository, readme)


def settled(copy, root, inputs):
    """Terraform leaves alone what Cutover deployed."""
    if root == "platform":
        copy.deployed(root)
        copy.nothing_to_do(root, inputs)


def wrong(root, account, repository, readme=None):
    """What is wrong with what there is after an apply."""
    yield from values.wrong(account)
    yield from permissions.analysed(account)
    yield from alerting.manager_wrong(account, repository / "infra")
    if root == "bootstrap":
        yield from permissions.workflows_wrong(account)
    if root == "cutover":
        yield from permissions.tried(account, repository)
        yield from costs.wrong(account, readme)
    if account.all("aws_sfn_state_machine"):
        yield from events.wrong(account, repository)
        yield from definitions.wrong(account, repository)


def broken(ways, copy, repository, tell):
    """What nobody notices. Two at a time, each in a copy of its own."""
    copies = queue.SimpleQueue()
    for number in range(2):
        copies.put(copy.again(f"{copy.folder}-{number}"))

    def one(mutation):
        own = copies.get()
        mend = breaking.break_it(own, mutation)
        try:
            return noticed(own, mutation.root, repository)
        finally:
            mend()
            copies.put(own)

    with ThreadPoolExecutor(2) as threads:
        for mutation, problem in zip(ways, threads.map(one, ways)):
            if problem is None:
                yield f"nobody notices that {mutation.says} ({mutation.file})"
            elif tell:
                print(f"          noticed that {mutation.says}: {' '.join(problem.split())}", flush=True)


def noticed(copy, root, repository):
    """The first thing that is wrong with a broken copy, if anything."""
    copy.forget(root)
    infra = copy.folder / "infra"
    rules = alerting.rules_wrong(infra) if root == "observability" else ()
    if problem := next(chain(texts.wrong(infra), rules), None):
        return problem
    try:
        inputs = f"-var-file={copy.inputs(root, ROOTS[root])}"
        account = Account(copy.apply(root, inputs))
        if problem := next(wrong(root, account, repository), None):
            return problem
        settled(copy, root, inputs)
    except Failed as failed:
        return str(failed)
