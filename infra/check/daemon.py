"""A daemon of Cutover, with a week of deployments in some seconds: good ones, a way back, one that waits."""

import json
import os
import subprocess
import threading
import time
import urllib.request

# How long one deployment may take, in seconds.
PATIENCE = 60

IMAGE = "ghcr.io/acme/checkout"

DOCUMENT = {
    "name": "checkout",
    "image": IMAGE,
    "cluster": "shop",
    "tags": {"semver": ">=1.0.0"},
    "strategy": {"blue_green": {}},
    "bake": "1s",
    "checks": {"smoke": [{"path": "/smoke"}], "within": "5s"},
}
SETTINGS = {"health": {"interval": "50ms"}, "deregistration_delay": "1s", "stop_timeout": "1s"}


class Daemon:
    """A daemon that listens when it is made, and is to be ended by `end`."""

    def __init__(self, folder, program, port):
        self.program, self.url = str(program), f"http://127.0.0.1:{port}"
        self.command = [self.program, "service-checkout"]
        first = {"v1.0.0": {"command": self.command, "env": {"RELEASE": "v1.0.0"}}}
        service = {"document": DOCUMENT, "first": "v1.0.0", "tasks": 1, "settings": SETTINGS}
        config = {
            "listen": f"127.0.0.1:{port}",
            "state": "cutover.redb",
            "webhook_secrets": [{"environment": "CUTOVER_WEBHOOK_SECRET"}],
            "images": {IMAGE: first},
            "services": [service],
        }
        (folder / "cutover.json").write_text(json.dumps(config))
        self.environment = {"PATH": os.environ["PATH"], "CUTOVER_SERVER": self.url, "CUTOVER_WEBHOOK_SECRET": "for the check alone", "USER": "ada"}
        self.log = open(folder / "cutover.log", "wb")
        command = [self.program, "local", "--config", "cutover.json"]
        self.process = subprocess.Popen(command, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.until("it listens", lambda: self.ask("")["tasks"]["healthy"] == 1)
        except AssertionError:
            self.end()
            raise

    def end(self):
        """Its tasks end with it, if it is asked."""
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def play(self):
        self.push("v1.1.0", 1)
        self.say("rollback", "checkout", "--reason", "receipts are empty")
        self.ended(2)
        self.push("v1.2.0", 3)
        self.push("v1.3.0", 4)
        self.say("freeze", "checkout", "--for", "1h", "--reason", "the fair")
        self.say("push", f"{IMAGE}:v1.4.0", "--env", "RELEASE=v1.4.0", "--", *self.command)
        self.until("a push waits", lambda: self.ask("")["waiting"])

    def push(self, tag, number):
        self.say("push", f"{IMAGE}:{tag}", "--env", f"RELEASE={tag}", "--", *self.command)
        self.ended(number)

    def ended(self, number):
        """Waits for the end of a deployment, and until its service is free."""
        self.until(f"deployment {number} ends", lambda: len(self.outcomes()) == number and not self.ask("")["lease"])
        if (last := self.outcomes()[0]) != "Deployed":
            raise AssertionError(f"deployment {number} ended as {last}")

    def outcomes(self):
        """How deployments ended, the newest first."""
        ends = ([it["outcome"]["end"] for it in record["entries"] if it["what"] == "ended"] for record in self.ask("/history"))
        return [end for ended in ends for end in ended]

    def say(self, *words):
        subprocess.run([self.program, *words], env=self.environment, check=True, capture_output=True, timeout=PATIENCE)

    def ask(self, path):
        with urllib.request.urlopen(f"{self.url}/api/services/checkout{path}", timeout=5) as answer:
            return json.load(answer)

    def until(self, what, is_so):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if is_so():
                    return
            except OSError:
                pass  # It does not listen yet.
            if time.monotonic() > end:
                raise AssertionError(f"it takes too long until {what}")
            time.sleep(0.1)


class Week(threading.Thread):
    """What a daemon is asked to do, beside what watches it."""

    def __init__(self, asked, port):
        super().__init__(daemon=True)
        self.asked, self.port, self.problem = asked, port, None

    def run(self):
        try:
            self.asked.play()
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            self.problem = f"a week of deployments on a daemon came to nothing: {error!r} {getattr(error, 'stderr', '') or ''}"
