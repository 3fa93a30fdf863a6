"""Prometheus and Alertmanager for real: they watch the reference services and a daemon on loopback.

Everything that rules and dashboards ask has to find something, every alert has to be told by SNS under
its severity, and what the services log meanwhile has to be indexed. Rules and routes are those that AWS
gets, but that nothing is waited for. SNS is a server of our own, which keeps what it is told.
"""

import contextlib
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import alerting
import searching
import watching
import yaml
from daemon import Daemon, Week
from definitions import program

# How long anything may take, in seconds.
PATIENCE = 60

# What the services are told: both are slow, and one fails, too.
SERVICES = {"checkout": {"FAIL_RATE": "0.5", "SLOW_MS": "1200"}, "catalog": {"SLOW_MS": "1200"}}


def wrong(account, repository):
    if any(shutil.which(it) is None for it in ("prometheus", "prometheus-alertmanager")):
        return  # Said by `alerting.absent`.
    observability = repository / "infra" / "observability"
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="cutover-metrics.")))
        topic = running.enter_context(Topic())
        ports = {name: started(running, folder, program(repository), name, told) for name, told in SERVICES.items()}
        deploying = deployments(running, folder, program(repository))
        ports["cutover"] = deploying.port
        manager = alertmanager(running, folder, alerting.definition(account), topic)
        asked = prometheus(running, folder, observability, ports, manager)
        for name in SERVICES:
            running.enter_context(Clients(ports[name]))
        # What was counted before it was first read cannot be seen to rise.
        yield from unanswered(asked, [watching.Question("a daemon", "cutover_changes_total", {"service"})])
        deploying.start()

        yield from unanswered(asked, watching.questions(observability))
        yield from untold(topic, list(alerting.alerts(*alerting.rules(repository / "infra"))))
        yield from unreadable(topic)
        yield from uninhibited(manager)
        yield from unindexed(folder, observability / "search")
        deploying.join()
        yield from filter(None, [deploying.problem])


# -- what runs


class Topic(contextlib.AbstractContextManager):
    """SNS: keeps the letters that it is told."""

    def __init__(self):
        letters = self.letters = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                letters.append({name: values[0] for name, values in urllib.parse.parse_qs(body).items()})
                answer = b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Clients(contextlib.AbstractContextManager):
    """Some who ask a service again and again."""

    def __init__(self, port):
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(f"http://127.0.0.1:{port}/",)) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def ask(self, url):
        while not self.over.is_set():
            # That some requests fail is what they are for.
            with contextlib.suppress(OSError):
                urllib.request.urlopen(url, timeout=5).read()

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def started(running, folder, command, service, told):
    """A reference service, which the command line carries, and its port."""
    port = free_port()
    run(running, folder, service, [command, f"service-{service}"], {"PORT": str(port), **told})
    return port


def deployments(running, folder, program):
    """What a daemon is to do, which listens already."""
    (folder / "daemon").mkdir()
    port = free_port()
    daemon = Daemon(folder / "daemon", program, port)
    running.callback(daemon.end)
    return Week(daemon, port)


def alertmanager(running, folder, definition, topic):
    config = yaml.safe_load(definition)
    for route in [config["route"], *config["route"]["routes"]]:
        route |= {"group_wait": "1s", "group_interval": "1s"}
    for receiver in config["receivers"]:
        for told in receiver["sns_configs"]:
            told["api_url"] = topic.url
    (folder / "alertmanager.yaml").write_text(yaml.safe_dump(config))
    port = free_port()
    arguments = ["--config.file=alertmanager.yaml", "--storage.path=alerts", "--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{port}"]
    login = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}
    run(running, folder, "alertmanager", ["prometheus-alertmanager", *arguments], login)
    return port


def prometheus(running, folder, observability, ports, manager):
    for file in sorted((observability / "rules").glob("*.yaml")):
        rules = yaml.safe_load(file.read_text())
        for group in rules["groups"]:
            group["interval"] = "200ms"
            for rule in group["rules"]:
                rule.pop("for", None)
        (folder / file.name).write_text(yaml.safe_dump(rules))
    # Each service as its collector reads it (collector.tf); and a task that does not answer.
    jobs = {name: [f"127.0.0.1:{port}"] for name, port in ports.items()}
    jobs["checkout"].append(f"127.0.0.1:{free_port()}")
    config = {
        "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"},
        "rule_files": [file.name for file in (observability / "rules").glob("*.yaml")],
        "scrape_configs": [{"job_name": name, "static_configs": [{"targets": targets}]} for name, targets in jobs.items()],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{manager}"]}]}]},
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    port = free_port()
    arguments = ["--config.file=prometheus.yaml", "--storage.tsdb.path=series", f"--web.listen-address=127.0.0.1:{port}"]
    run(running, folder, "prometheus", ["prometheus", *arguments], {})
    return port


def run(running, folder, name, command, environment):
    """Runs a program until everything is over."""
    log = running.enter_context(open(folder / f"{name}.log", "wb"))
    environment = {"PATH": os.environ["PATH"], **environment}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    running.callback(process.wait)
    running.callback(process.kill)


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


# -- what has to come of it


def unanswered(port, questions):
    """What is asked and finds nothing, or nothing that it could be shown by."""
    open_ones = list(questions)
    for question in retried(open_ones, lambda it: answered(port, it)):
        yield f"{question.place} finds nothing that has {', '.join(sorted(question.labels)) or 'a value'}: {question.expression}"


def answered(port, question):
    # Grafana's own variables stand for all that there is.
    expression = re.sub(r"\$\w+", ".*", question.expression) if "$service" in question.expression else question.expression
    asked = urllib.parse.urlencode({"query": expression})
    answer = told(port, f"/api/v1/query?{asked}")
    found = answer["data"]["result"] if answer else []
    return any(question.labels <= set(series["metric"]) for series in found)


def untold(topic, alerts):
    """Alerts of which no letter tells, or not as urgent as they are."""
    for alert in retried(alerts, lambda it: any(tells(letter, it) for letter in list(topic.letters))):
        yield f"no letter tells of {alert['alert']} as {alert['labels']['severity']}: {topic.letters}"


def unreadable(topic):
    """What Cutover is told, which is JSON as the webhook of an Alertmanager has it."""
    letters = [letter["Message"] for letter in list(topic.letters) if letter["TopicArn"].endswith("-firing")]
    if not letters:
        yield "nothing is told to Cutover"
    for letter in letters:
        try:
            alerts = json.loads(letter)["alerts"]
            assert alerts and all({"alertname", "service"} <= set(it["labels"]) for it in alerts)
            assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)", it["startsAt"]) for it in alerts)
        except (ValueError, KeyError, AssertionError) as error:
            yield f"Cutover could not read what it is told ({error!r}): {letter}"


def tells(letter, alert):
    says = f"{alert['labels']['severity']}: (checkout|catalog) {alert['alert']} firing"
    return re.fullmatch(says, letter["Subject"]) is not None and re.match("firing since .*: (checkout|catalog): ", letter["Message"]) is not None


def uninhibited(port):
    """checkout fails and is slow, which is told once; catalog is slow only."""

    def held_back(service):
        asked = urllib.parse.urlencode([("filter", 'alertname="ServiceSlow"'), ("filter", f'service="{service}"')])
        return [bool(alert["status"]["inhibitedBy"]) for alert in told(port, f"/api/v2/alerts?{asked}") or []]

    wanted = {"checkout": [True], "catalog": [False]}
    for service in retried(list(wanted), lambda it: held_back(it) == wanted[it]):
        yield f"ServiceSlow of {service} is {'told' if wanted[service] == [True] else 'not told'}, beside what fails there"


def unindexed(folder, search):
    """Fields of the services' lines that nobody could search for."""
    indexed = set(searching.indexed(search))
    for service in SERVICES:
        for text in (folder / f"{service}.log").read_text().splitlines():
            for field in set(searching.fields_of(searching.read(search, text))) - indexed:
                yield f"{service} logs {field}, which template.json does not index"
                indexed.add(field)  # Once is enough.


def told(port, path):
    """What a server answers; nothing as long as it does not, or where it does not understand."""
    try:
        return json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5))
    except OSError:
        return None


def retried(things, done):
    """What is not done when patience is at an end."""
    end = time.monotonic() + PATIENCE
    while things := [it for it in things if not done(it)]:
        if time.monotonic() > end:
            return things
        time.sleep(0.2)
    return []
