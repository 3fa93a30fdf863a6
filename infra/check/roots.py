"""The roots of `infra/`, each with the inputs that it is tried with."""

ACCOUNT = "arn:aws:{}:eu-west-1:123456789012:{}".format

ROLE = "arn:aws:iam::123456789012:role/checkout"
CERTIFICATES = {
    "edge": "arn:aws:acm:us-east-1:123456789012:certificate/edge",
    "balancer": ACCOUNT("acm", "certificate/balancer"),
}

CHECKOUT = {
    "name": "checkout",
    "image": "ghcr.io/acme/checkout",
    "tags": {"semver": ">=1.0.0"},
    "cluster": "shop",
    "strategy": {"blue_green": {}},
    "checks": {"test_url": "https://checkout.example.com:8443", "smoke": [{"path": "/healthz"}]},
    "terraform": {"bucket": "acme-terraform-123456789012", "key": "shop/terraform.tfstate", "outputs": ["database"]},
}
CATALOG = {**CHECKOUT, "name": "catalog", "image": "ghcr.io/acme/catalog", "cluster": "books", "ecs_service": "list"}

SEARCH = {**CHECKOUT, "name": "search", "terraform": {"organization": "acme", "workspace": "shop", "outputs": ["database"]}}

CUTOVER = {
    "services": {"checkout": CHECKOUT, "catalog": CATALOG, "search": SEARCH},
    "alertmanager_secret": ACCOUNT("secretsmanager", "secret:shop/alertmanager-c7d8e9"),
    "prometheus_workspaces": [ACCOUNT("aps", "workspace/ws-0a1b2c3d")],
    "alert_topic": {"arn": ACCOUNT("sns", "shop-firing")},
    "github_secret": ACCOUNT("secretsmanager", "secret:shop/github-d4e5f6"),
    "hcp_secret": ACCOUNT("secretsmanager", "secret:shop/hcp-e5f6a7"),
    "hcp_signing_secret": ACCOUNT("secretsmanager", "secret:shop/hcp-signing-f6a7b8"),
    "registry_secret": ACCOUNT("secretsmanager", "secret:shop/ghcr-a1b2c3"),
    "slack_signing_secret": ACCOUNT("secretsmanager", "secret:cutover/slack-signing-b2c3d4"),
    "slack_secret": ACCOUNT("secretsmanager", "secret:cutover/slack-a1b2c3"),
    "task_roles": [ROLE],
    "log_groups": ["/ecs/shop/checkout"],
    "network": {"subnets": ["subnet-1"], "security_groups": ["sg-1"]},
    "operators": ["ada@example.com"],
    "followers": ["grace@example.com"],
}

ROOTS = {
    "bootstrap": {"repository": "acme/shop", "bucket": "acme-terraform-123456789012"},
    "platform": {
        "domain": "example.com",
        "certificates": CERTIFICATES,
        "services": {
            "checkout": {"image": "ghcr.io/acme/checkout:v1", "port": 8080},
            "catalog": {"image": "ghcr.io/acme/catalog:v1", "port": 8081, "settings": {"LOG": "info"}},
        },
        "gateways": 3,
        "database_password": "not-to-be-found",
    },
    "observability": {
        "services": {"checkout": {"port": 8080}},
        "balancer": "app/shop/1",
        "target_groups": {"checkout": ["targetgroup/blue/1", "targetgroup/green/1"]},
        "replicas": ["shop-replica"],
        "log_groups": {"checkout": "/ecs/shop/checkout"},
        "network": {"vpc": "vpc-1", "range": "10.64.0.0/16", "subnets": ["subnet-1", "subnet-2"]},
        "readers": [ROLE],
    },
    "cutover": CUTOVER,
    "examples/whole": {
        "domain": "example.com",
        "certificates": CERTIFICATES,
        "owner": "acme",
        "operators": ["ada@example.com"],
        "database_password": "not-to-be-found",
        "slack": {"team": "T0123", "channel": "C0123"},
        "boundary": "arn:aws:iam::123456789012:policy/terraform-boundary",
    },
    "examples/beside": {
        "cluster": "shop",
        "service": "checkout",
        "image": "ghcr.io/acme/checkout",
        "test_url": "https://test.example.com:8443",
        "task_roles": [ROLE],
        "operators": ["ada@example.com"],
    },
}
