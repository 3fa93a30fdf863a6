//! Everything that a deployment meets, put together as Terraform does it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::name::Digest;
use domain::record::Entry;
use domain::service::ServiceDocument;
use domain::verdict::Decision;
use local::account::VERBS;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::ministack::{Function, Ministack};

use crate::calls::Calls;
use crate::ecs::Ecs;
use crate::forge::{self, GitHub};
use crate::ghcr::{self, Ghcr, LOGIN};
use crate::github::{Push, SECRET};
use crate::listener::TestListener;
use crate::rooms::{self, Behaviour, Terraform};
use crate::slack::{self, Slack};
use crate::wiring::{BUS, machine_arn, machines, rules};

/// The longest that a story takes.
pub(crate) const LONGEST: Duration = Duration::from_secs(90);

const TABLE: &str = "cutover";
const SERVICES: &str = "/cutover/services/";
const WEBHOOK_SECRET: &str = "cutover/webhook";
const SIGNING_SECRET: &str = "cutover/slack-signing";
const ALERT_SECRET: &str = "cutover/alertmanager";
pub(crate) const ALERT_TOKEN: &str = "hush-alert-token";
const REGISTRY_SECRET: &str = "cutover/registry";
const SLACK_SECRET: &str = "cutover/slack";
const GITHUB_SECRET: &str = "cutover/github";
const HCP_SECRET: &str = "cutover/hcp";
const HCP_SIGNING_SECRET: &str = "cutover/hcp-signing";
/// What HCP Terraform signs with.
pub(crate) const HCP_SIGNING: &str = "hush-hcp-signing";
const ALARM: &str = "checkout-errors";
/// What CloudWatch tells when an alarm rings.
const RANG: &str =
    include_str!("../../../events/samples/cloudwatch/single-metric-ok-to-alarm.json");
/// What ECS tells when a deployment ended.
const COMPLETED: &str = include_str!("../../../events/samples/ecs/deployment-completed.json");

/// One deployment of Cutover, and the world around it, for one story.
pub(crate) struct Stage {
    pub(crate) aws: Arc<Ministack>,
    pub(crate) ecs: Ecs,
    pub(crate) listener: TestListener,
    pub(crate) slack: Slack,
    pub(crate) forge: GitHub,
    pub(crate) hcp: Terraform,
    pub(crate) document: ServiceDocument,
    ghcr: Ghcr,
    webhook: String,
    /// Where Alertmanager tells.
    alerts: String,
    /// Where Slack tells what people want.
    door: String,
}

impl Stage {
    /// Everything deployed, and `checkout` serving `v1.0.0`; `None` where there is no emulator.
    pub(crate) async fn set(change: impl FnOnce(&mut Value)) -> Option<Self> {
        let aws = Arc::new(Ministack::start().await?);
        let (listener, address) = TestListener::bind().await;
        let document = tests::document("checkout", |document| {
            document["bake"] = "5s".into();
            document["checks"]["test_url"] = format!("http://{address}").into();
            document["checks"]["within"] = "3s".into();
            change(document);
        });
        let ghcr = Ghcr::open(aws.folder()).await;
        let ecs = Ecs::begin(document.clone(), &digest("v1.0.0"), &aws).await;
        let listener = TestListener::open(listener, address, &ecs.account, "checkout");

        aws.table(TABLE).await;
        aws.secret(WEBHOOK_SECRET, SECRET).await;
        aws.secret(ALERT_SECRET, ALERT_TOKEN).await;
        aws.secret(REGISTRY_SECRET, LOGIN).await;
        aws.secret(SLACK_SECRET, slack::TOKEN).await;
        aws.secret(SIGNING_SECRET, slack::SIGNING).await;
        let login = serde_json::json!({ "token": forge::TOKEN }).to_string();
        aws.secret(GITHUB_SECRET, &login).await;
        aws.secret(HCP_SECRET, rooms::TOKEN).await;
        aws.secret(HCP_SIGNING_SECRET, HCP_SIGNING).await;
        let topics = [aws.topic("cutover-followers").await, aws.topic("cutover-operators").await];
        let text = serde_json::to_string(&document).expect("a document");
        aws.parameter(&format!("{SERVICES}checkout"), &text).await;
        for alarm in &document.checks.alarms {
            aws.alarm(alarm).await;
        }
        let slack = Slack::open().await;
        let forge = GitHub::open().await;
        let hcp = Terraform::open(Behaviour::default()).await;
        let arns = functions(&aws, &ecs, &ghcr, (&slack, &forge, &hcp), topics).await;
        let arns = machines(&aws, arns).await;
        rules(&aws, &arns).await;
        let webhook = aws.function_url("cutover-receive").await;
        let alerts = aws.function_url("cutover-alert").await;
        let door = aws.function_url("cutover-press").await;
        introduce(&aws, &ecs, &ghcr, &listener);
        Some(Self { aws, ecs, listener, slack, forge, hcp, document, ghcr, webhook, alerts, door })
    }

    /// Pushes an image of `checkout`: it is in the registry from then on.
    pub(crate) fn push(&self, tag: &str) -> Push {
        let digest = digest(tag);
        self.ghcr.push("acme/checkout", tag, digest.as_str());
        Push { owner: "acme".to_owned(), tag: tag.to_owned(), digest: digest.to_string() }
    }

    /// Has GitHub tell of a push.
    pub(crate) async fn deliver(&self, push: &Push) {
        let status = push.deliver(&self.webhook, SECRET).await;
        assert_eq!(status, 202, "{}", self.aws.log());
    }

    /// Has somebody tell of a push who does not know the secret, and answers the status.
    pub(crate) async fn deliver_forged(&self, push: &Push) -> u16 {
        push.deliver(&self.webhook, "a guess").await
    }

    /// Has HCP Terraform tell of a run of `acme/shop`, as `status`; answers what it is answered.
    pub(crate) async fn notify(&self, signed_by: &str, trigger: &str, status: &str) -> u16 {
        let told = json!({
            "payload_version": 1, "run_id": "run-1", "workspace_name": "shop",
            "organization_name": "acme",
            "notifications": [{ "trigger": trigger, "run_status": status }]
        });
        let told = told.to_string();
        let post = outbound::http()
            .build()
            .expect("a client")
            .post(format!("{}terraform", self.webhook))
            .header("content-type", "application/json")
            .header(hcp::signature::HEADER, hcp::signature::sign(signed_by, told.as_bytes()))
            .body(told);
        post.send().await.expect("the door answers").status().as_u16()
    }

    /// Has Alertmanager tell of alerts, as its webhook has them; answers the status.
    pub(crate) async fn alert(&self, token: &str, alerts: &Value) -> u16 {
        let told = json!({ "version": "4", "alerts": alerts });
        let post = outbound::http()
            .build()
            .expect("a client")
            .post(&self.alerts)
            .bearer_auth(token)
            .json(&told);
        post.send().await.expect("the door answers").status().as_u16()
    }

    /// Has somebody press a button of the newest message, as soon as it is there.
    pub(crate) async fn press(&self, user: &str, button: &str) {
        let found = self.find(button, async || self.slack.button(button)).await;
        self.slack.press(&self.door, user, &found).await;
    }

    /// Has somebody say `/cutover`, again if it took too long, and answers what they see.
    pub(crate) async fn say(&self, user: &str, text: &str) -> String {
        let said = async || {
            let seen = slack::say(&self.door, user, text).await;
            (!seen.contains("it took too long")).then_some(seen)
        };
        self.find(text, said).await
    }

    /// Waits until so many deployments have ended, and answers them as Step Functions has them.
    pub(crate) async fn ended(&self, deployments: usize) -> Vec<Value> {
        self.aws.ended("cutover-deployment", deployments, LONGEST).await
    }

    /// The name of the first deployment, as soon as there is one.
    pub(crate) async fn first(&self) -> String {
        self.find("a deployment", async || {
            let deployments = self.aws.executions("cutover-deployment").await;
            deployments.first().map(|it| text(it, "name"))
        })
        .await
    }

    /// The record of a deployment, as the table has it.
    pub(crate) async fn record(&self, deployment: &str) -> Vec<Entry> {
        let items = self.aws.items(TABLE, &format!("deployment#{deployment}")).await;
        let entry = |item: &Value| {
            let body = item["body"]["S"].as_str().unwrap_or_else(|| panic!("no body in {item}"));
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
        };
        items.iter().map(entry).collect()
    }

    /// The same, of an execution.
    pub(crate) async fn record_of(&self, execution: &Value) -> Vec<Entry> {
        self.record(&text(execution, "name")).await
    }

    /// The service's desk, as the table has it.
    pub(crate) async fn desk(&self) -> Value {
        let items = self.aws.items(TABLE, "desk").await;
        let [desk] = &items[..] else { panic!("one desk: {items:#?}") };
        serde_json::from_str(&text(&desk["body"], "S")).expect("a desk")
    }

    /// Has the lease that is held expire.
    pub(crate) async fn expire(&self) {
        let mut desk = self.desk().await;
        let until = desk["lease"]["expires_at"].as_str().expect("a lease").to_owned();
        desk["lease"]["expires_at"] = json!("2026-01-01T00:00:00Z");
        assert_ne!(desk["lease"]["expires_at"], until);
        self.aws.set(TABLE, ("desk", "checkout"), "body", &desk.to_string()).await;
    }

    /// How each of so many deployments ended, by the tag that was asked for.
    pub(crate) async fn ends(&self, deployments: usize) -> Vec<(String, String)> {
        let end = |execution: Value| {
            let [input, output] = ["input", "output"].map(|it| text(&execution, it));
            let [input, output]: [Value; 2] =
                [input, output].map(|it| serde_json::from_str(&it).expect("JSON"));
            (text(&input, "tag"), text(&output, "end"))
        };
        self.ended(deployments).await.into_iter().map(end).collect()
    }

    /// Waits until a first rollout has all of production and is watched.
    pub(crate) async fn bakes(&self) {
        let name = self.first().await;
        self.find("the bake", async || {
            let record = self.record(&name).await;
            let watched = |entry: &Entry| match entry {
                Entry::Judged { verdict } => {
                    verdict.decision == Decision::Wait && verdict.share > 99.0
                }
                _ => false,
            };
            record.iter().any(watched).then_some(())
        })
        .await;
    }

    /// Waits until a push of this tag waits for its turn.
    pub(crate) async fn waits(&self, tag: &str) {
        let waits = async || {
            let desk = self.desk().await;
            let title = desk["waiting"]["title"].as_str().unwrap_or_default();
            title.contains(tag).then_some(())
        };
        self.find(&format!("{tag} in the queue"), waits).await;
    }

    /// Waits until the first deployment enters a state.
    pub(crate) async fn enters(&self, state: &str) {
        let entered = async || {
            let deployments = self.aws.executions("cutover-deployment").await;
            let path = self.aws.path(&text(deployments.first()?, "executionArn")).await;
            path.iter().any(|it| it == state).then_some(())
        };
        self.find(state, entered).await;
    }

    /// Looks for something until it is there.
    pub(crate) async fn find<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let looking = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let found = tokio::time::timeout(LONGEST, looking).await;
        found.unwrap_or_else(|_| panic!("{what} did not come:\n{}", self.aws.log()))
    }

    /// Has the alarm ring, and tells of it.
    pub(crate) async fn ring(&self) {
        // The emulator's alarms know whole seconds only, and one that rang before a rollout began
        // is not held against it.
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.aws.set_alarm(ALARM, "ALARM").await;
        self.ring_late().await;
    }

    /// Tells that the alarm rang, whether or not it does by now.
    pub(crate) async fn ring_late(&self) {
        let event = RANG.replace("checkout-5xx", ALARM);
        self.aws.emit(&serde_json::from_str(&event).expect("a sample")).await;
    }

    /// Tells that a deployment of `shop/checkout` ended, though none did.
    pub(crate) async fn tell_of_an_end(&self) {
        self.aws.emit(&serde_json::from_str(COMPLETED).expect("a sample")).await;
    }

    /// The digest that serves, if one has all of production.
    pub(crate) fn serves(&self) -> Option<Digest> {
        self.ecs.serves(&self.document).and_then(|digest| digest.parse().ok())
    }

    /// What a function logged, all its runs one after the other.
    pub(crate) fn logged(&self, verb: &str) -> String {
        self.aws.logged(&format!("cutover-{verb}"))
    }

    /// The calls that the functions made.
    pub(crate) fn calls(&self) -> Calls {
        Calls::read(&self.aws)
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

/// The digest of a tag, which a story may know before there is such an image.
pub(crate) fn digest(tag: &str) -> Digest {
    let digest = format!("sha256:{}", hex::encode(Sha256::digest(ghcr::index(tag))));
    digest.parse().expect("64 digits")
}

/// Makes the functions, each the binary of its step, and answers their ARNs by verb.
async fn functions(
    aws: &Ministack,
    ecs: &Ecs,
    ghcr: &Ghcr,
    (slack, forge, hcp): (&Slack, &GitHub, &Terraform),
    [followers, operators]: [String; 2],
) -> BTreeMap<String, String> {
    let environment: BTreeMap<String, String> = [
        ("AWS_ENDPOINT_URL", aws.endpoint().to_owned()),
        ("AWS_ENDPOINT_URL_ECS", format!("http://{}", ecs.address)),
        ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", format!("http://{}", ecs.address)),
        ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", format!("http://{}", ecs.address)),
        ("AWS_ENDPOINT_URL_RDS", format!("http://{}", ecs.address)),
        ("AWS_ENDPOINT_URL_IAM", format!("http://{}", ecs.address)),
        ("CUTOVER_BUS", BUS.to_owned()),
        ("CUTOVER_DEPLOYMENT_MACHINE", machine_arn("deployment")),
        ("CUTOVER_FOLLOWERS_TOPIC", followers),
        ("CUTOVER_LOG", "debug".to_owned()),
        ("CUTOVER_OPERATORS_TOPIC", operators),
        ("CUTOVER_RECOVERY_MACHINE", machine_arn("recovery")),
        ("CUTOVER_REGISTRY_SECRET", REGISTRY_SECRET.to_owned()),
        ("CUTOVER_ROLLBACK_MACHINE", machine_arn("rollback")),
        ("CUTOVER_SERVICES", SERVICES.to_owned()),
        ("CUTOVER_SLACK_BUTTONS", "on".to_owned()),
        ("CUTOVER_SLACK_SIGNING_SECRET", SIGNING_SECRET.to_owned()),
        ("CUTOVER_GITHUB_SECRET", GITHUB_SECRET.to_owned()),
        ("CUTOVER_GITHUB_URL", forge.url.clone()),
        ("CUTOVER_HCP_SECRET", HCP_SECRET.to_owned()),
        ("CUTOVER_HCP_SIGNING_SECRET", HCP_SIGNING_SECRET.to_owned()),
        ("CUTOVER_HCP_URL", hcp.url.clone()),
        ("CUTOVER_SLACK_SECRET", SLACK_SECRET.to_owned()),
        ("CUTOVER_SLACK_URL", slack.url.clone()),
        ("CUTOVER_TABLE", TABLE.to_owned()),
        ("CUTOVER_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ("CUTOVER_ALERT_SECRET", ALERT_SECRET.to_owned()),
    ]
    .into_iter()
    .chain(ghcr.environment())
    .map(|(name, value)| (name.to_owned(), value))
    .collect();

    let mut arns = BTreeMap::new();
    for verb in VERBS {
        let program = tests::functions::binary(verb);
        let name = format!("cutover-{verb}");
        let function = Function { name: &name, program: &program, environment: &environment };
        arns.insert(verb.to_owned(), aws.function(&function).await);
    }
    arns
}

/// Says once what is where.
fn introduce(aws: &Ministack, ecs: &Ecs, ghcr: &Ghcr, listener: &TestListener) {
    static SAID: OnceLock<()> = OnceLock::new();
    SAID.get_or_init(|| {
        let [(_, proxy), _] = ghcr.environment();
        let _ = writeln!(
            std::io::stderr(),
            "one story's services, the others have their own:\n\
             \x20 {}  ministack 1.5.33: Step Functions, Lambda (processes), EventBridge, DynamoDB, Parameter Store, Secrets Manager, CloudWatch\n\
             \x20 http://{}  our model of ECS, its load balancer, its logs and the databases\n\
             \x20 {proxy}  the way to ghcr.io, by TLS\n\
             \x20 http://{}  the test listener",
            aws.endpoint(), ecs.address, listener.address,
        );
    });
}
