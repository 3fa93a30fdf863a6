"""Checks `infra/` without AWS: `python3 infra/check`.

It installs what it needs (requirements.txt) below `target/`, or in the folder that INFRA_CHECK_TOOLS
names, and runs on a copy of the repository. `--install` does only the former, `--tell` tells by what
each way to break it is noticed. What only AWS can tell is listed in infra/README.md.
"""

import hashlib
import os
import queue
import subprocess
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
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
    check()


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


def check():
    # These need what was installed.
    import account
    import breaking
    import costs
    import definitions
    import events
    import permissions
    import posture
    import provider
    import roots
    import state
    import texts
    import values
    from terraform import Copy, Failed

    began = time.monotonic()
    readme = (REPOSITORY / "infra" / "README.md").read_text()
    problems = []

    def part(name, found):
        started = time.monotonic()
        wrong = list(found)
        problems.extend(wrong)
        print(f"{time.monotonic() - started:6.1f} s  {name}: {'as it should be' if not wrong else f'{len(wrong)} wrong'}", flush=True)
        for problem in wrong:
            print(f"          {problem}", flush=True)

    def tell(step):
        """A step of Terraform as a part that finds at most one thing wrong."""
        try:
            step()
        except Failed as failed:
            yield str(failed)

    def wrong_with(root, made, whole=False):
        yield from values.wrong(made)
        yield from permissions.analysed(made)
        if root == "bootstrap":
            yield from permissions.workflows_wrong(made)
        if root == "cutover":
            yield from events.wrong(made, REPOSITORY)
            yield from permissions.tried(made, REPOSITORY)
            yield from costs.wrong(made, readme if whole else None)
            yield from definitions.wrong(made, REPOSITORY)

    def apply(copy, root):
        return account.Account(copy.apply(root, f"-var-file={copy.inputs(root, roots.ROOTS[root])}"))

    def applied(copy, root):
        try:
            made = apply(copy, root)
            copy.nothing_to_do(root, f"-var-file={copy.inputs(root, roots.ROOTS[root])}")
        except Failed as failed:
            yield str(failed)
            return
        yield from wrong_with(root, made, whole=True)

    def noticed(copy, mutation):
        """What is wrong with a broken copy, if anything."""
        copy.forget(mutation.root)
        if problem := next(texts.wrong(copy.folder / "infra"), None):
            return problem
        try:
            return next(wrong_with(mutation.root, apply(copy, mutation.root)), None)
        except Failed as failed:
            return str(failed)

    def broken(copy):
        """Two at a time, each in a copy of its own."""
        copies = queue.SimpleQueue()
        for number in range(2):
            copies.put(copy.again(f"{copy.folder}-{number}"))

        def one(mutation):
            own = copies.get()
            mend = breaking.break_it(own, mutation)
            try:
                return noticed(own, mutation)
            finally:
                mend()
                copies.put(own)

        with ThreadPoolExecutor(2) as threads:
            for mutation, problem in zip(breaking.MUTATIONS, threads.map(one, breaking.MUTATIONS)):
                if problem is None:
                    yield f"nobody notices that {mutation.says} ({mutation.file})"
                elif "--tell" in sys.argv:
                    print(f"          noticed that {mutation.says}: {' '.join(problem.split())}", flush=True)

    with tempfile.TemporaryDirectory(prefix="cutover-infra.") as folder:
        server, where = provider.serve(Path(folder) / "provider.sock", REPOSITORY / "infra")
        copy = Copy(REPOSITORY, Path(folder) / "copy", where)

        part("format", tell(lambda: copy.terraform(".", "fmt", "-check", "-recursive", "-diff")))
        part("backends and versions", texts.wrong(REPOSITORY / "infra"))
        for root in roots.ROOTS:
            part(f"{root}: initialised", tell(lambda root=root: copy.init(root)))
        for root in roots.ROOTS:
            part(f"{root}: valid", tell(lambda root=root: copy.validate(root)))
        if not problems:
            for root in roots.ROOTS:
                part(f"{root}: applied, read and applied again", applied(copy, root))
            for root in ("cutover", "platform"):
                part(f"{root}: its own tests", tell(lambda root=root: copy.terraform(root, "test", "-no-color")))
            beside = copy.again(f"{copy.folder}-state")
            inputs = beside.inputs(state.ROOT, roots.ROOTS[state.ROOT])
            part("state and lock in S3", state.wrong(beside, inputs, REPOSITORY))
            part("posture", posture.wrong(REPOSITORY / "infra"))
        if not problems:
            part(f"{len(breaking.MUTATIONS)} ways to break it", broken(copy))
        server.stop(0)

    print(f"infra: {'all as it should be' if not problems else f'{len(problems)} wrong'}, in {time.monotonic() - began:.0f} s")
    sys.exit(1 if problems else 0)


main()
