"""Who may do what: every policy is analysed, and what the functions may do is tried out."""

import re

from cloudsplaining.shared.constants import PRIVILEGE_ESCALATION_METHODS
from policies import allowed, listed, statements
from policy_sentry.querying.actions import get_action_data

HERE = "eu-west-1:123456789012"
GITHUB = "token.actions.githubusercontent.com"

# Actions that are newer than the data they are held against.
NEWER = {
    "ecs:ContinueServiceDeployment",
    "ecs:StopServiceDeployment",
    "aps:ListWorkspaces",
}
# Actions upon everything, although they could name a resource, and why.
UPON_ANYTHING = {
    "cloudwatch:DescribeAlarms": "composite alarms are told only to who may read all alarms",
    "ecs:ListTasks": "its only resource is a container instance; the cluster is a condition",
    "ec2:AssignPrivateIpAddresses": "Lambda makes the interface itself",
    "ec2:CreateNetworkInterface": "Lambda makes the interface itself",
    "ec2:DeleteNetworkInterface": "Lambda made the interface itself",
    "ec2:UnassignPrivateIpAddresses": "Lambda made the interface itself",
    "logs:DescribeLogGroups": "Step Functions looks for the log group among all",
    "aps:ListWorkspaces": "a list",
}
# Policies that are allowed more, and why.
EXCEPTIONS = {
    "aws_iam_policy.boundary": "a boundary allows nothing; it limits what others allow",
    'aws_iam_role_policy.workflow["plan"]': "it only denies, but for the lock of the state",
    "aws_iam_role_policy.apply": "roles are made inside the boundary only",
}
# Actions that every function, or those in the network, have besides those of its row: its log, its
# trace, its dead letters, its interfaces; and what functions/README.md says below its table: what `launch`
# and `migrate` need for what they register, what `compare` reads when a person asks, and needs to be told of no lock.
BESIDES = re.compile(r"^(logs:CreateLogStream|logs:PutLogEvents|xray:Put\w+|sqs:SendMessage|ec2:\w+)$")
BELOW = {"launch": {"iam:PassRole", "ecs:TagResource"}, "migrate": {"iam:PassRole", "ecs:TagResource"}, "compare": {"ssm:GetParameter", "s3:ListBucket"}, "judge": {"aps:QueryMetrics"}}

# What each action is done to when a function does it, with what is known of the call then.
SERVICE = "shop/checkout"
TABLE = f"arn:aws:dynamodb:{HERE}:table/cutover"
BUCKET = "arn:aws:s3:::acme-terraform-123456789012"
CALLS = {
    "dynamodb:GetItem": TABLE,
    "dynamodb:PutItem": TABLE,
    "dynamodb:Query": TABLE,
    "dynamodb:UpdateItem": TABLE,
    "ecs:ListServiceDeployments": f"arn:aws:ecs:{HERE}:service/{SERVICE}",
    "ecs:DescribeServices": f"arn:aws:ecs:{HERE}:service/{SERVICE}",
    "ecs:UpdateService": f"arn:aws:ecs:{HERE}:service/{SERVICE}",
    "ecs:DescribeServiceRevisions": f"arn:aws:ecs:{HERE}:service-revision/{SERVICE}/1",
    "ecs:DescribeServiceDeployments": f"arn:aws:ecs:{HERE}:service-deployment/{SERVICE}/1",
    "ecs:ContinueServiceDeployment": f"arn:aws:ecs:{HERE}:service-deployment/{SERVICE}/1",
    "ecs:StopServiceDeployment": f"arn:aws:ecs:{HERE}:service-deployment/{SERVICE}/1",
    "ecs:DescribeTasks": f"arn:aws:ecs:{HERE}:task/shop/1",
    "ecs:RunTask": (f"arn:aws:ecs:{HERE}:task-definition/checkout:1", {"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/shop"}),
    "ecs:StopTask": f"arn:aws:ecs:{HERE}:task/shop/1",
    "ecs:ListTasks": ("*", {"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/shop"}),
    "ecs:TagResource": (f"arn:aws:ecs:{HERE}:task-definition/checkout:1", {"ecs:CreateAction": "RegisterTaskDefinition"}),
    "iam:GetRole": "arn:aws:iam::123456789012:role/service/ecs-execution",
    "iam:PassRole": ("arn:aws:iam::123456789012:role/checkout", {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
    "aps:QueryMetrics": f"arn:aws:aps:{HERE}:workspace/ws-0a1b2c3d",
    "events:PutEvents": f"arn:aws:events:{HERE}:event-bus/cutover",
    "logs:DescribeLogGroups": f"arn:aws:logs:{HERE}:log-group:/ecs/shop/checkout",
    "logs:GetLogEvents": f"arn:aws:logs:{HERE}:log-group:/ecs/shop/checkout:log-stream:1",
    "rds:DescribeDBClusters": f"arn:aws:rds:{HERE}:cluster:*",
    "rds:DescribeDBInstances": f"arn:aws:rds:{HERE}:db:*",
    "s3:GetObject": [f"{BUCKET}/shop/terraform.tfstate", f"{BUCKET}/shop/terraform.tfstate.tflock"],
    "s3:ListBucket": BUCKET,
    "secretsmanager:DescribeSecret": f"arn:aws:secretsmanager:{HERE}:secret:shop/database-a1b2c3",
    "sns:Publish": [f"arn:aws:sns:{HERE}:cutover-followers", f"arn:aws:sns:{HERE}:cutover-operators"],
    "ssm:GetParameter": f"arn:aws:ssm:{HERE}:parameter/cutover/services/checkout",
    "ssm:GetParametersByPath": f"arn:aws:ssm:{HERE}:parameter/cutover/services",
    "states:DescribeExecution": f"arn:aws:states:{HERE}:execution:cutover-deployment:1",
    "states:ListExecutions": f"arn:aws:states:{HERE}:stateMachine:cutover-deployment",
    "states:StopExecution": f"arn:aws:states:{HERE}:execution:cutover-deployment:1",
}
SECRETS = {
    "receive": [f"arn:aws:secretsmanager:{HERE}:secret:cutover/webhook-a1b2c3", f"arn:aws:secretsmanager:{HERE}:secret:shop/hcp-signing-f6a7b8"],
    "alert": f"arn:aws:secretsmanager:{HERE}:secret:shop/alertmanager-c7d8e9",
    "plan": f"arn:aws:secretsmanager:{HERE}:secret:shop/ghcr-a1b2c3",
    "mark": f"arn:aws:secretsmanager:{HERE}:secret:shop/github-d4e5f6",
    "compare": f"arn:aws:secretsmanager:{HERE}:secret:shop/hcp-e5f6a7",
    "post": f"arn:aws:secretsmanager:{HERE}:secret:cutover/slack-a1b2c3",
    "press": f"arn:aws:secretsmanager:{HERE}:secret:cutover/slack-signing-b2c3d4",
}
# The machine that each of these starts.
MACHINES = {
    "press": f"arn:aws:states:{HERE}:stateMachine:cutover-rollback",
    "sweep": f"arn:aws:states:{HERE}:stateMachine:cutover-recovery",
}
# What no function may do.
NEVER = {
    "dynamodb:DeleteItem": TABLE,
    "dynamodb:Query": f"arn:aws:dynamodb:{HERE}:table/other",
    "dynamodb:PutItem": f"arn:aws:dynamodb:{HERE}:table/other",
    "ecs:UpdateService": f"arn:aws:ecs:{HERE}:service/shop/other",
    "ecs:StopServiceDeployment": f"arn:aws:ecs:{HERE}:service-deployment/other/checkout/1",
    "ecs:DeleteService": f"arn:aws:ecs:{HERE}:service/{SERVICE}",
    "elasticloadbalancing:ModifyRule": f"arn:aws:elasticloadbalancing:{HERE}:listener-rule/app/shop/1/1/1",
    "rds:PromoteReadReplica": f"arn:aws:rds:{HERE}:db:shop-replica",
    "s3:DeleteObject": f"{BUCKET}/shop/terraform.tfstate.tflock",
    "s3:GetObject": f"{BUCKET}/other/terraform.tfstate",
    "s3:ListBucket": "arn:aws:s3:::other",
    "s3:PutObject": f"{BUCKET}/shop/terraform.tfstate",
    "secretsmanager:GetSecretValue": f"arn:aws:secretsmanager:{HERE}:secret:other-a1b2c3",
    "states:StartExecution": f"arn:aws:states:{HERE}:stateMachine:other",
    "iam:PassRole": ("arn:aws:iam::123456789012:role/admin", {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
    "sts:AssumeRole": "arn:aws:iam::123456789012:role/admin",
}


def analysed(account):
    """Everything wrong with any policy, whoever it is for."""
    for it in account.resources:
        for field in ("policy", "access_policies", "policy_document", "assume_role_policy"):
            text = it.values.get(field)
            if isinstance(text, str) and text.startswith("{"):
                yield from (f"{it.address}: {problem}" for problem in policy_wrong(it, field, text))


def policy_wrong(it, field, text):
    own = re.sub(r"^(module\.\w+\.)*", "", it.address)
    identity = it.type in ("aws_iam_role_policy", "aws_iam_policy")
    if it.type == "aws_iam_role_policy" and len(text.replace(" ", "")) > 10240:
        yield "a role's own policies have at most 10,240 characters"
    for statement in statements(text):
        name = statement.get("Sid", "")
        if field != "assume_role_policy" and not re.fullmatch(r"[A-Za-z0-9]+", name):
            yield f"the statement {name!r} does not say by its Sid what it is for"
        if statement["Effect"] == "Deny" or own in EXCEPTIONS:
            continue
        if "NotAction" in statement or "NotResource" in statement:
            yield f"{name} allows everything but something"
            continue
        if not identity and statement.get("Principal") in ("*", {"AWS": "*"}) and "Condition" not in statement:
            yield f"{name} lets in everybody"
        for action in listed(statement["Action"]):
            yield from (f"{name}: {problem}" for problem in action_wrong(action, statement, identity))
        if identity and not listed(statement["Resource"]):
            yield f"{name} is about nothing"
    if identity and own not in EXCEPTIONS:
        yield from escalation(text)


def action_wrong(action, statement, identity):
    if "*" in action:
        yield f"{action} is more than one action"
        return
    service, _, name = action.partition(":")
    known = get_action_data(service, name)
    if not known and action not in NEWER:
        yield f"there is no action {action}"
    if identity and "*" in listed(statement["Resource"]) and action not in UPON_ANYTHING:
        could = [it for it in (known or {}).get(service, []) if it["resource_arn_format"] != "*"]
        if could or not known:
            yield f"{action} upon everything, and it could name {could[0]['resource_arn_format'] if could else 'a resource'}"


def escalation(text):
    """The known ways by which somebody who may this could come to may more."""
    anywhere = {
        action.lower()
        for it in statements(text)
        if it["Effect"] == "Allow" and "*" in listed(it["Resource"])
        for action in listed(it["Action"])
    }
    for method, needs in PRIVILEGE_ESCALATION_METHODS.items():
        if set(map(str.lower, needs)) <= anywhere:
            yield f"it leads to more rights by {method}"


def tried(account, repository):
    """Whether each function may do what functions/README.md says, and nothing else."""
    rows = documented((repository / "functions" / "README.md").read_text())
    policies = {it.key: it.values["policy"] for it in account.all("aws_iam_role_policy", "function")}
    for name in set(rows) ^ set(policies):
        yield f"the function {name} is only in one of functions/README.md and Terraform"
    for name in set(rows) & set(policies):
        yield from (f"{name} {problem}" for problem in function_wrong(name, rows[name], policies[name]))
    yield from machines_wrong(account)


def documented(readme):
    table = readme.split("## What they may do")[1].split("\n## ")[0]
    return {
        row[1]: set(re.findall(r"`([a-z0-9-]+:[A-Za-z]+)`", row[2]))
        for row in re.finditer(r"^\| `([a-z-]+)` \| (.*) \| \d+ \|$", table, re.MULTILINE)
    }


def function_wrong(name, says, policy):
    grants = {
        action for it in statements(policy) for action in listed(it["Action"]) if not BESIDES.match(action)
    }
    says = says | BELOW.get(name, set())
    for action in sorted(grants - says):
        yield f"may do {action}, which functions/README.md does not say"
    for action in sorted(says):
        for resource, context in calls(name, action):
            if not allowed([policy], action, resource, context):
                yield f"may not do {action} upon {resource}"
    for action, upon in NEVER.items():
        resource, context = upon if isinstance(upon, tuple) else (upon, {})
        if allowed([policy], action, resource, context):
            yield f"may do {action} upon {resource}"
    # Its own secret, and not the other's.
    for other, secrets in SECRETS.items():
        for secret in listed(secrets):
            if other != name and allowed([policy], "secretsmanager:GetSecretValue", secret):
                yield f"may read the secret of {other}"
    for other, machine in MACHINES.items():
        if other != name and allowed([policy], "states:StartExecution", machine):
            yield f"may start the machine of {other}"


def calls(name, action):
    if action == "secretsmanager:GetSecretValue":
        return [(secret, {}) for secret in listed(SECRETS.get(name, "a secret that permissions.py does not know"))]
    if action == "states:StartExecution":
        return [(MACHINES.get(name, "a machine that permissions.py does not know"), {})]
    return [upon if isinstance(upon, tuple) else (upon, {}) for upon in listed(CALLS.get(action, "*"))]


def machines_wrong(account):
    """A machine may call the functions and machines that its definition names, and no others."""
    policies = {it.key: it.values["policy"] for it in account.all("aws_iam_role_policy", "machine")}
    functions = [it.values["arn"] for it in account.all("aws_lambda_function")]
    machines = {it.key: it.values for it in account.all("aws_sfn_state_machine")}
    for name, machine in machines.items():
        for arn in functions:
            calls = f'"{arn}"' in machine["definition"]
            if allowed([policies[name]], "lambda:InvokeFunction", arn) != calls:
                yield f"the machine {name} {'may not' if calls else 'may'} call {arn}"
        for other in machines.values():
            starts = f'"{other["arn"]}"' in machine["definition"]
            if allowed([policies[name]], "states:StartExecution", other["arn"]) != starts:
                yield f"the machine {name} {'may not' if starts else 'may'} start {other['arn']}"


def workflows_wrong(account):
    """Whether pull requests may only read, and whoever applies stays inside the boundary."""
    trusts = {it.key: it.values["assume_role_policy"] for it in account.all("aws_iam_role", "workflow")}
    subjects = {"plan": "repo:acme/shop:pull_request", "apply": "repo:acme/shop:environment:production"}
    for role, trust in trusts.items():
        for whose, subject in subjects.items():
            token = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subject}
            if allowed([trust], "sts:AssumeRoleWithWebIdentity", "*", token) != (role == whose):
                yield f"terraform-{role} may{' not' if role == whose else ''} be taken by {subject}"
        stranger = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": "repo:other/shop:environment:production"}
        if allowed([trust], "sts:AssumeRoleWithWebIdentity", "*", stranger):
            yield f"terraform-{role} may be taken by other repositories"

    # Whatever AWS's own list allows besides, this must be denied.
    anything = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    plan = [anything, account.one("aws_iam_role_policy", "plan").values["policy"]]
    for action in ("secretsmanager:GetSecretValue", "dynamodb:Query", "s3:GetObject", "logs:GetLogEvents"):
        if allowed(plan, action, "arn:aws:s3:::other/secret"):
            yield f"terraform-plan may {action}"

    apply = [account.one("aws_iam_role_policy", "apply").values["policy"]]
    boundary = {"iam:PermissionsBoundary": account.one("aws_iam_policy", "boundary").values["arn"]}
    role, itself = "arn:aws:iam::123456789012:role/new", "arn:aws:iam::123456789012:role/terraform-apply"
    if not allowed(apply, "iam:CreateRole", role, boundary):
        yield "terraform-apply may make no roles"
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"):
        if allowed(apply, action, role):
            yield f"terraform-apply may {action} outside the boundary"
    for action, context in (("iam:PutRolePolicy", boundary), ("iam:PassRole", {"iam:PassedToService": "lambda.amazonaws.com"})):
        if allowed([anything, *apply], action, itself, context):
            yield f"terraform-apply may {action} upon itself"
