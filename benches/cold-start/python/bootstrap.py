"""Hands the handler to AWS's own Runtime Interface Client, as Lambda's Python runtime does."""

import os
import sys

sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])

from awslambdaric.__main__ import main  # noqa: E402

main(["bootstrap", "handler.handler"])
