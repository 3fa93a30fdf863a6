"""Checks `infra/` without AWS: `python3 infra/check`.

It installs what it needs (requirements.txt) below `target/`, or in the folder that INFRA_CHECK_TOOLS
names, and runs on a copy of the repository. `--install` does only the former, `--tell` tells by what
each way to break it is noticed. What only AWS can tell is listed in infra/README.md.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def main():
    python = installed()
    if python is None:
        # Where everything has to be checked, nothing is left out quietly.
        sys.exit("nothing could be installed" if os.environ.get("CI") else 0)
    if "--install" in sys.argv:
        return
    if Path(sys.executable) != python:
        sys.exit(subprocess.run([python, Path(__file__).parent, *sys.argv[1:]]).returncode)

    # Needs what was installed.
    from parts import check

    check(REPOSITORY, tell="--tell" in sys.argv)


def installed():
    """The Python that has everything, made if there is none yet."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = Path(os.environ.get("INFRA_CHECK_TOOLS") or REPOSITORY / "target" / "infra-check").resolve() / digest
    python = folder / "bin" / "python"
    done = folder / "done"
    if not done.exists():
        print(f"installing what the check of infra/ needs into {folder}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS]
        ran = subprocess.run(pip, capture_output=True, text=True)
        if ran.returncode:
            print(f"skipped: Terraform and the scanners could not be installed:\n{ran.stderr.strip()}")
            return None
        done.touch()
    return python


main()
