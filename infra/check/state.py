"""The state in S3, for real but for AWS: Terraform's own backend against an emulator of S3.

What it writes has to be what the patterns `state-*` of `events/` hear of.
"""

import json
import logging

import boto3
from moto.server import ThreadedMotoServer
from terraform import Failed

ROOT, BUCKET, REGION = "examples/beside", "acme-terraform-123456789012", "eu-west-1"
# What an emulator needs besides. Not by `-backend-config`: with it, a misspelt argument is accepted.
EMULATED = f"""
    bucket                      = "{BUCKET}"
    region                      = "{REGION}"
    use_path_style              = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
"""


def wrong(copy, inputs, repository):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    copy.environment = {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated",
    }
    s3 = boto3.client("s3", REGION, endpoint_url=endpoint, aws_access_key_id="emulated", aws_secret_access_key="emulated")
    try:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield from kept(copy, s3, inputs, repository)
    except Failed as failed:
        yield str(failed)
    finally:
        server.stop()


def kept(copy, s3, inputs, repository):
    folder = copy.folder / "infra" / ROOT
    copy.forget(ROOT)
    (folder / "zz_override.tf").unlink()
    text = (folder / "terraform.tf").read_text()
    (folder / "terraform.tf").write_text(text.replace('backend "s3" {', 'backend "s3" {' + EMULATED))
    copy.terraform(ROOT, "init", "-no-color", "-input=false", "-reconfigure")
    copy.terraform(ROOT, "apply", "-no-color", "-input=false", "-auto-approve", f"-var-file={inputs}")

    there = {it["Key"] for it in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
    written = {it["Key"] for it in listed(s3, "Versions")}
    deleted = {it["Key"] for it in listed(s3, "DeleteMarkers")}
    state, lock = heard(repository, "state-written"), heard(repository, "state-locked")
    if len(there) != 1 or not all(key.endswith(state) for key in there):
        yield f"after an apply there is {sorted(there)} in the bucket, and not one state that {state} is the end of"
    locks = {key for key in written if key.endswith(lock)}
    if len(locks) != 1 or locks != deleted or heard(repository, "state-unlocked") != lock:
        yield f"the lock of an apply was written as {sorted(locks)} and deleted as {sorted(deleted)}"
        return

    # Somebody else applies.
    held = {"ID": "1", "Operation": "OperationTypeApply", "Who": "grace@elsewhere", "Version": "1.15.5", "Path": "", "Info": ""}
    s3.put_object(Bucket=BUCKET, Key=locks.pop(), Body=json.dumps({**held, "Created": "2026-05-04T09:12:20Z"}))
    try:
        copy.terraform(ROOT, "plan", "-no-color", "-input=false", f"-var-file={inputs}")
    except Failed as failed:
        if "Error acquiring the state lock" not in str(failed):
            yield f"a state that is locked is refused for another reason: {failed}"
    else:
        yield "a state that somebody else has locked is planned all the same"


def listed(s3, kind):
    return s3.list_object_versions(Bucket=BUCKET).get(kind, [])


def heard(repository, pattern):
    """How the keys end that a pattern hears of."""
    told = json.loads((repository / "events" / "patterns" / f"{pattern}.json").read_text())
    return told["detail"]["object"]["key"][0]["suffix"]
