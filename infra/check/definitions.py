"""What is written for others to read: definitions, service documents, settings, dashboards.

The project's own command line reads them as it reads those of a user.
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path


def wrong(account, repository):
    """Everything wrong with what Terraform filled in, a sentence each."""
    with tempfile.TemporaryDirectory() as folder:
        machines = {it.key: it.values["definition"] for it in account.all("aws_sfn_state_machine")}
        yield from machines_wrong(machines, repository)
        yield from asked("check", repository, folder, {f"{name}.asl.json": text for name, text in machines.items()})
        documents = {it.key: it.values["value"] for it in account.all("aws_ssm_parameter", "service")}
        yield from asked("validate", repository, folder, {f"{name}.json": text for name, text in documents.items()})
    yield from settings_wrong(account, machines)
    for it in account.all("aws_cloudwatch_dashboard"):
        if not json.loads(it.values["dashboard_body"])["widgets"]:
            yield f"{it.address} shows nothing"
        yield from unmeasured(it, repository)


def unmeasured(dashboard, repository):
    """What is searched for among Cutover's metrics and is never written."""
    # The same names in the domain and in the log: `What::Deployments => "Deployments"`.
    source = (repository / "crates" / "aws" / "src" / "emf.rs").read_text()
    names = dict(re.findall(r'What::(\w+) => "(\w+)"', source)), dict(re.findall(r'Label::(\w+) => "(\w+)"', source))
    domain = (repository / "crates" / "domain" / "src" / "measure" / "mod.rs").read_text()
    arms = re.findall(r"((?:Self::\w+[ |\n]*)+) => (?:\{\s*)?&\[([\w:, ]+)\]", domain)
    written = {
        names[0][what]: [names[1][label] for label in re.findall(r"Label::(\w+)", labels)]
        for whats, labels in arms
        for what in re.findall(r"Self::(\w+)", whats)
    }
    searches = re.findall(r"SEARCH\('\{Cutover,([\w,]+)\} MetricName=\\*\"(\w+)\\*\" ", dashboard.values["dashboard_body"])
    for by, name in searches:
        if written.get(name) != by.split(","):
            yield f"{dashboard.address} searches for {name} by {by}, which nobody writes"
    if "services" in dashboard.address and {name for _, name in searches} != set(written):
        yield f"{dashboard.address} does not show {', '.join(sorted(set(written) - {name for _, name in searches}))}"


def machines_wrong(machines, repository):
    for file in sorted((repository / "statemachines").glob("*.asl.json")):
        if file.name.removesuffix(".asl.json") not in machines:
            yield f"there is no state machine for statemachines/{file.name}"
    for name, text in machines.items():
        if "${" in text:
            yield f"the machine {name} has a placeholder that nobody filled in"
        # A step is called by the function of its name, whatever the table says.
        source = (repository / "statemachines" / f"{name}.asl.json").read_text()
        named = re.findall(r'"(?:FunctionName|StateMachineArn)": "\$\{([^}]+)\}"', source)
        filled = re.findall(r'"(?:FunctionName|StateMachineArn)": "([^"]+)"', text)
        for want, arn in zip(named, filled, strict=True):
            if not arn.endswith(f":cutover-{want.replace('_', '-')}"):
                yield f"the machine {name} calls {arn} where its definition says ${{{want}}}"


def settings_wrong(account, machines):
    """The parameter that the command line reads names what there is."""
    settings = account.one("aws_ssm_parameter", "settings")
    if settings is None or settings.values["name"] != "/cutover/settings":
        yield "there is no parameter /cutover/settings, which the command line reads"
        return
    told = json.loads(settings.values["value"])
    if told["table"] != account.one("aws_dynamodb_table", "ledger").values["name"]:
        yield "/cutover/settings names another table than the ledger's"
    if set(told["machines"]) != set(machines):
        yield "/cutover/settings does not name every state machine"
    for it in account.all("aws_ssm_parameter", "service"):
        if it.values["name"] != f"{told['services']}/{it.key}":
            yield f"{it.values['name']} is not where /cutover/settings says that service documents are"


def asked(command, repository, folder, texts):
    """Asks `cutover check` or `cutover validate`."""
    if not texts:
        return
    files = []
    for name, text in texts.items():
        files.append(Path(folder) / name)
        files[-1].write_text(text)
    ran = subprocess.run([program(repository), command, *files], capture_output=True, text=True)
    if ran.returncode:
        yield f"cutover {command}:\n{ran.stdout}{ran.stderr}"


def program(repository):
    """The command line: the one that `CUTOVER` names, or that was built last."""
    if named := os.environ.get("CUTOVER"):
        return Path(named).resolve()
    built = [repository / "target" / profile / "cutover" for profile in ("release", "debug")]
    built = sorted((it for it in built if it.exists()), key=lambda it: it.stat().st_mtime)
    if not built:
        raise SystemExit("there is no command line yet: cargo build --package cutover")
    return built[-1]
