//! A model of the account: what it is told it remembers, and what it is asked it looks up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use domain::attribution;
use domain::desk::Desk;
use domain::name::DeploymentId;
use domain::outcome::End;
use domain::record::{Dated, Record};
use domain::request::Request as Wanted;
use domain::trigger::GoBack;
use serde_json::{Value, json};

use super::cbor;
use super::http::{Request, Response, serve};
use super::registry::manifest;
use super::world::{self, DOCUMENT, MACHINES, digest, revision, rollout, settings};
use crate::world::{Run, World};

/// The account. Clones are the same one.
#[derive(Clone)]
pub(super) struct Aws {
    pub(super) endpoint: String,
    state: Arc<Mutex<State>>,
}

/// What is in the account.
#[derive(Default)]
pub(super) struct State {
    pub(super) parameters: BTreeMap<String, String>,
    /// Oldest first.
    pub(super) records: Vec<Record>,
    pub(super) desk: Option<Desk>,
    /// Of an execution that runs, what its steps still have to write; one entry at each look.
    pub(super) running: Option<(String, Vec<Dated>)>,
    /// Green's share, while ECS moves traffic.
    pub(super) share: Option<f64>,
    /// How the next deployment ends.
    pub(super) end: Option<End>,
    /// What AWS refuses: the action, its status, code and message.
    pub(super) refuses: BTreeMap<String, (u16, &'static str, &'static str)>,
    /// Everything that was asked.
    pub(super) asked: Vec<(String, Value)>,
    /// By whom, and where.
    pub(super) credentials: Vec<String>,
}

impl Aws {
    /// An account in which `checkout` serves `v1.0.0`, deployed by Cutover.
    pub(super) fn new() -> Self {
        let parameters = BTreeMap::from([
            ("/cutover/settings".to_owned(), settings().to_string()),
            ("/cutover/services/checkout".to_owned(), DOCUMENT.to_owned()),
        ]);
        let records = vec![world::record("v0.9.0", "v1.0.0", 0, "push", End::Deployed)];
        let state = Arc::new(Mutex::new(State { parameters, records, ..State::default() }));
        let answering = Arc::clone(&state);
        let endpoint = serve(move |request| {
            answering.lock().expect("no panic while it is held").answer(request)
        });
        Self { endpoint, state }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while it is held")
    }

    /// What was asked of an action.
    pub(super) fn asked(&self, action: &str) -> Vec<Value> {
        let state = self.state();
        let asked = state.asked.iter().filter(|(name, _)| name.ends_with(action));
        asked.map(|(_, body)| body.clone()).collect()
    }

    /// What the rollback machine was asked, once.
    pub(super) fn asked_to_go_back(&self) -> Value {
        let started = self.asked("StartExecution");
        let [start] = started.as_slice() else { panic!("{started:?}") };
        assert_eq!(start["stateMachineArn"], format!("{MACHINES}cutover-rollback"));
        serde_json::from_str(start["input"].as_str().expect("an input")).expect("JSON")
    }

    /// An account in which the image is in a registry that can be asked, and which is deployed as
    /// `strategy` says.
    pub(super) fn with(strategy: &Value) -> Self {
        let aws = Self::new();
        let registry = aws.endpoint.trim_start_matches("http://").to_owned();
        let mut document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
        document["image"] = json!(format!("{registry}/acme/checkout"));
        document["strategy"] = strategy.clone();
        if strategy.get("rolling").is_some() {
            document["checks"]["smoke"] = json!([]);
        }
        let name = "/cutover/services/checkout".to_owned();
        aws.state().parameters.insert(name, document.to_string());
        aws
    }

    /// Runs the program with a key of this account.
    pub(super) fn run(&self, line: &str) -> Run {
        self.run_with(
            line,
            &[("AWS_ACCESS_KEY_ID", "AKIAADA"), ("AWS_SECRET_ACCESS_KEY", "secret")],
        )
    }

    /// Runs the program with these in its environment, and nothing else of AWS.
    pub(super) fn run_with(&self, line: &str, environment: &[(&str, &str)]) -> Run {
        let world = World::new();
        let mut program = world.program();
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            program.env_remove(name);
        }
        let output = program
            .args(line.split_whitespace())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("HOME", world.path())
            .env("USER", "ada")
            .env("TZ", "UTC")
            .envs(environment.iter().copied())
            .output()
            .expect("the program");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Run { code: output.status.code(), out: text(output.stdout), errors: text(output.stderr) }
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Response {
        let body = match request.action.as_str() {
            registry if registry.starts_with("/v2/") => Value::Null,
            cloudwatch if cloudwatch.starts_with("Granite") => cbor::read(&request.body),
            _ => serde_json::from_slice(&request.body).expect("JSON"),
        };
        self.asked.push((request.action.clone(), body.clone()));
        self.credentials.push(request.credential.clone());
        if let Some((status, code, message)) = self.refuses.get(&request.action) {
            return refusal(*status, code, message);
        }

        match request.action.as_str() {
            "AmazonSSM.GetParameter" => self.parameter(&body),
            "AmazonSSM.GetParametersByPath" => self.parameters(&body),
            "DynamoDB_20120810.GetItem" | "DynamoDB_20120810.Query" => self.read(&body),
            "DynamoDB_20120810.UpdateItem" => self.write_desk(&body),
            "DynamoDB_20120810.PutItem" => self.write_entry(&body),
            "AWSEvents.PutEvents" => {
                ok(&json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "1" }] }))
            }
            "AWSStepFunctions.StartExecution" => self.start(&body),
            "AWSStepFunctions.DescribeExecution" => self.execution(&body),
            "AWSStepFunctions.StopExecution" => ok(&json!({ "stopDate": 1_772_334_000.0 })),
            "AmazonEC2ContainerServiceV20141113.DescribeServices" => self.service(&body),
            "AmazonEC2ContainerServiceV20141113.DescribeServiceRevisions" => revisions(&body),
            "AmazonEC2ContainerServiceV20141113.DescribeServiceDeployments" => self.deployment(),
            "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition" => task_definition(),
            "GraniteServiceVersion20100801.DescribeAlarms" => alarms(&body),
            registry if registry.starts_with("/v2/acme/checkout/manifests/") => manifest(registry),
            other => refusal(501, "NotImplemented", &format!("the model does not know {other}")),
        }
    }

    fn parameter(&self, body: &Value) -> Response {
        let name = body["Name"].as_str().expect("a name");
        match self.parameters.get(name) {
            Some(value) => ok(&json!({ "Parameter": { "Name": name, "Value": value } })),
            None => refusal(400, "ParameterNotFound", ""),
        }
    }

    fn parameters(&self, body: &Value) -> Response {
        let path = format!("{}/", body["Path"].as_str().expect("a path").trim_end_matches('/'));
        let below = self.parameters.iter().filter(|(name, _)| name.starts_with(&path));
        let below = below.map(|(name, value)| json!({ "Name": name, "Value": value }));
        ok(&json!({ "Parameters": below.collect::<Vec<_>>() }))
    }

    /// Reads of the ledger: a desk, all desks, a record, the list of records.
    fn read(&mut self, body: &Value) -> Response {
        assert_eq!(body["TableName"], "cutover-ledger");
        if let Some(key) = body.get("Key") {
            assert_eq!(key, &json!({ "pk": { "S": "desk" }, "sk": { "S": "checkout" } }));
            let desk = self.desk.as_ref().map(desk);
            return ok(&desk.map_or_else(|| json!({}), |item| json!({ "Item": item })));
        }
        let values = body["ExpressionAttributeValues"].as_object().expect("values");
        let value = values.values().next().and_then(|it| it["S"].as_str()).expect("a key");
        let items: Vec<Value> = match value.strip_prefix("deployment#") {
            _ if body["IndexName"] == "history" => self.list(value),
            Some(id) => self.record(id),
            None => self.desk.iter().map(desk).collect(),
        };
        ok(&json!({ "Items": items, "Count": items.len() }))
    }

    fn list(&self, service: &str) -> Vec<Value> {
        let records = self.records.iter().filter(|it| it.service.as_str() == service).rev();
        let item = |it: &Record| json!({ "pk": { "S": format!("deployment#{}", it.deployment) }, "sk": { "S": "000001" } });
        records.map(item).collect()
    }

    /// A record as it is now; of the execution that runs, the next step has written its entry.
    fn record(&mut self, id: &str) -> Vec<Value> {
        if let Some((running, left)) = &mut self.running
            && running == id
            && !left.is_empty()
        {
            let entry = left.remove(0);
            let record = self.records.iter_mut().find(|it| it.deployment.as_str() == id);
            record.expect("it was started").entries.push(entry);
        }
        let record = self.records.iter().find(|it| it.deployment.as_str() == id);
        let entries = record.into_iter().flat_map(|it| it.entries.iter());
        let item = |(place, dated): (usize, &Dated)| {
            json!({
                "pk": { "S": format!("deployment#{id}") }, "sk": { "S": format!("{:06}", place + 1) },
                "service": { "S": "checkout" }, "at": { "S": dated.at.to_string() },
                "key": { "S": dated.entry.key() }, "body": { "S": json!(dated.entry).to_string() }
            })
        };
        entries.enumerate().map(item).collect()
    }

    fn start(&mut self, body: &Value) -> Response {
        let machine = body["stateMachineArn"].as_str().and_then(|it| it.strip_prefix(MACHINES));
        let name = body["name"].as_str().expect("a name");
        let input = body["input"].as_str().expect("an input");
        match machine {
            Some("cutover-deployment") => {
                let wanted: Wanted = serde_json::from_str(input).expect("a request");
                let deployment = wanted.execution(0);
                assert_eq!(name, deployment.as_str(), "an execution is named by its request");
                self.deploy(deployment, wanted);
            }
            Some("cutover-rollback") => {
                self.go_back(serde_json::from_str(input).expect("a wish to go back"));
            }
            other => panic!("there is no machine {other:?}"),
        }
        let arn = format!(
            "{}{}:{name}",
            MACHINES.replace("stateMachine", "execution"),
            machine.unwrap_or_default()
        );
        ok(&json!({ "executionArn": arn, "startDate": 1_772_334_000.0 }))
    }

    fn deploy(&mut self, deployment: DeploymentId, wanted: Wanted) {
        let end = self.end.unwrap_or(End::Deployed);
        let left = world::entries(&deployment, &wanted, "v1.0.0", end);
        self.running = Some((deployment.to_string(), left));
        self.records.push(Record::new(deployment, wanted.service));
    }

    /// What the rollback machine does, as its first step decides it.
    fn go_back(&mut self, mut ask: GoBack) {
        let brought = |it: &&Record| Some(it.deployment.as_str()) == ask.to.as_deref();
        let named = self.records.iter().find(brought).and_then(Record::plan);
        let named = named.map(|plan| plan.digest.to_string());
        ask.to = named.or(ask.to);
        let desk = self.desk.clone().unwrap_or_else(|| Desk::new(ask.service.clone()));
        let found = attribution::of_person(&ask, &desk, world::at(60)).expect("it can be done");
        if found.stops {
            // ECS takes green back; the execution sees it, and writes down how it ended.
            self.share = None;
        }
        if let Some(way) = found.deploy {
            self.deploy(way.name, way.input);
        }
    }

    fn execution(&self, body: &Value) -> Response {
        let arn = body["executionArn"].as_str().expect("an ARN");
        assert!(arn.contains(":execution:cutover-deployment:"), "{arn}");
        let runs = self.running.as_ref().is_some_and(|(name, _)| arn.ends_with(name));
        let status = if runs { "RUNNING" } else { "SUCCEEDED" };
        ok(&json!({
            "executionArn": arn, "stateMachineArn": format!("{MACHINES}cutover-deployment"),
            "status": status, "startDate": 1_772_334_000.0
        }))
    }

    fn service(&self, body: &Value) -> Response {
        assert_eq!(body, &json!({ "cluster": "shop", "services": ["checkout"] }));
        let current = self.share.map(|_| rollout());
        ok(&json!({ "services": [{
            "status": "ACTIVE", "serviceName": "checkout", "desiredCount": 2, "runningCount": 2,
            "taskDefinition": "arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout:1",
            "currentServiceDeployment": current,
            "currentServiceRevisions": [{ "arn": revision("v1.0.0") }]
        }] }))
    }

    fn deployment(&self) -> Response {
        let (status, weight) = match self.share {
            Some(share) => ("IN_PROGRESS", share),
            None => ("SUCCESSFUL", 100.0),
        };
        ok(&json!({ "serviceDeployments": [{
            "serviceDeploymentArn": rollout(), "status": status, "createdAt": 1_772_334_000.0,
            "lifecycleStage": "POST_PRODUCTION_TRAFFIC_SHIFT",
            "targetServiceRevision": {
                "arn": revision("v1.1.0"), "requestedTaskCount": 2,
                "requestedProductionTrafficWeight": weight
            }
        }] }))
    }

    /// A desk is written if nobody wrote since it was read.
    fn write_desk(&mut self, body: &Value) -> Response {
        let body = body["ExpressionAttributeValues"][":body"]["S"].as_str().expect("a desk");
        let desk: Desk = serde_json::from_str(body).expect("a desk");
        assert_eq!(desk.version, self.desk.as_ref().map_or(0, |desk| desk.version) + 1);
        self.desk = Some(desk);
        ok(&json!({}))
    }

    fn write_entry(&mut self, body: &Value) -> Response {
        let text = |field: &str| body["Item"][field]["S"].as_str().expect("a text");
        let id = text("pk").strip_prefix("deployment#").expect("the key of a record");
        let entry = serde_json::from_str(text("body")).expect("an entry");
        let record = self.records.iter_mut().find(|it| it.deployment.as_str() == id);
        let dated = Dated { at: text("at").parse().expect("a moment"), entry };
        record.expect("it is known").entries.push(dated);
        ok(&json!({}))
    }
}

fn desk(desk: &Desk) -> Value {
    json!({
        "pk": { "S": "desk" }, "sk": { "S": desk.service.to_string() },
        "version": { "N": desk.version.to_string() }, "body": { "S": json!(desk).to_string() }
    })
}

fn task_definition() -> Response {
    ok(&json!({ "taskDefinition": {
        "taskDefinitionArn": "arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout:1",
        "family": "checkout", "revision": 1, "networkMode": "awsvpc",
        "containerDefinitions": [{ "name": "app", "image": "acme/checkout", "essential": true }]
    } }))
}

fn revisions(body: &Value) -> Response {
    let arns = body["serviceRevisionArns"].as_array().expect("revisions");
    let revision = |arn: &Value| {
        json!({
            "serviceRevisionArn": arn,
            "taskDefinition": "arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout:1",
            "containerImages": [{ "containerName": "app", "imageDigest": digest("v1.0.0") }]
        })
    };
    ok(&json!({ "serviceRevisions": arns.iter().map(revision).collect::<Vec<_>>() }))
}

fn alarms(body: &Value) -> Response {
    assert_eq!(body["AlarmNames"], json!(["checkout-errors"]));
    let body = cbor::alarms("checkout-errors", "OK", 1_772_334_000);
    let headers = vec![
        ("content-type", "application/cbor".to_owned()),
        ("smithy-protocol", "rpc-v2-cbor".to_owned()),
    ];
    Response { status: 200, headers, body }
}

fn ok(body: &Value) -> Response {
    let headers = vec![("content-type", "application/x-amz-json-1.1".to_owned())];
    Response { status: 200, headers, body: body.to_string().into_bytes() }
}

fn refusal(status: u16, code: &str, message: &str) -> Response {
    Response { status, ..ok(&json!({ "__type": code, "message": message })) }
}
