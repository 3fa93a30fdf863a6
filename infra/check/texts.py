"""What Terraform does not look at without AWS: the backend's arguments, and the provider's version."""

import re

from provider import VERSION

# Source: Terraform's page of the S3 backend; of its arguments, those that anybody here would write.
BACKEND = {"bucket", "key", "region", "encrypt", "kms_key_id", "use_lockfile", "profile", "workspace_key_prefix"}


def wrong(infra):
    major = VERSION.split(".")[0]
    for file in sorted(infra.rglob("*.tf")):
        text = file.read_text()
        place = file.relative_to(infra)
        for body in re.findall(r'backend "s3" \{\n(.*?)\n  \}', text, re.DOTALL):
            for argument in set(re.findall(r"^\s*(\w+)\s*=", body, re.MULTILINE)) - BACKEND:
                yield f"{place}: the backend has no argument {argument}"
            if "use_lockfile = true" not in re.sub(r" +", " ", body):
                yield f"{place}: the state is not locked"
        for source, version in re.findall(r'source\s*=\s*"(hashicorp/\w+)"\s*version\s*=\s*"([^"]+)"', text):
            if (source, version) != ("hashicorp/aws", f"~> {major}.0"):
                yield f"{place} asks for {source} {version}, and is checked against hashicorp/aws {VERSION}"
