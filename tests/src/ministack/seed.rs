//! What Terraform puts into an account, put into the emulator.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::process::{Pid, Signal, getpgid, kill_process};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::api::{CLOUDWATCH, DYNAMODB, EVENTS, SECRETS, SSM, STATES};
use super::archive::archive;
use super::{ACCOUNT, Ministack, REGION};

/// The role of everything. Nobody asks what it may do.
const ROLE: &str = "arn:aws:iam::210987654321:role/cutover";

/// A function to be made.
#[derive(Debug)]
pub struct Function<'a> {
    /// Its name.
    pub name: &'a str,
    /// The program that it is.
    pub program: &'a Path,
    /// What it is told.
    pub environment: &'a BTreeMap<String, String>,
}

impl Ministack {
    /// Makes the table of the ledger.
    pub async fn table(&self, name: &str) {
        let text = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
        let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
        let table = json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [text("pk"), text("sk"), text("listed"), text("began")],
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
            "GlobalSecondaryIndexes": [{
                "IndexName": "history",
                "KeySchema": [key("listed", "HASH"), key("began", "RANGE")],
                "Projection": { "ProjectionType": "KEYS_ONLY" }
            }]
        });
        self.api.call(DYNAMODB, "CreateTable", &table).await;
    }

    /// The items of a table under one key, in order.
    pub async fn items(&self, table: &str, key: &str) -> Vec<Value> {
        let (mut items, mut from) = (Vec::new(), Value::Null);
        loop {
            let mut page = json!({
                "TableName": table,
                "KeyConditionExpression": "pk = :key",
                "ExpressionAttributeValues": { ":key": { "S": key } },
                "ConsistentRead": true
            });
            if !from.is_null() {
                page["ExclusiveStartKey"] = from;
            }
            let mut page = self.api.call(DYNAMODB, "Query", &page).await;
            if let Value::Array(found) = page["Items"].take() {
                items.extend(found);
            }
            from = page["LastEvaluatedKey"].take();
            if from.is_null() {
                return items;
            }
        }
    }

    /// Sets an attribute of an item to a text.
    pub async fn set(&self, table: &str, (pk, sk): (&str, &str), attribute: &str, text: &str) {
        let update = json!({
            "TableName": table,
            "Key": { "pk": { "S": pk }, "sk": { "S": sk } },
            "UpdateExpression": "SET #attribute = :text",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeNames": { "#attribute": attribute },
            "ExpressionAttributeValues": { ":text": { "S": text } }
        });
        self.api.call(DYNAMODB, "UpdateItem", &update).await;
    }

    /// Writes a parameter.
    pub async fn parameter(&self, name: &str, value: &str) {
        let parameter =
            json!({ "Name": name, "Value": value, "Type": "String", "Overwrite": true });
        self.api.call(SSM, "PutParameter", &parameter).await;
    }

    /// Makes a bucket with one object.
    pub async fn bucket(&self, bucket: &str, key: &str, object: &Value) {
        self.empty_bucket(bucket).await;
        self.object(bucket, key, object).await;
    }

    /// Writes an object into a bucket that there is.
    pub async fn object(&self, bucket: &str, key: &str, object: &Value) {
        self.api.put(&format!("/{bucket}/{key}"), object.to_string().into_bytes()).await;
    }

    pub(super) async fn empty_bucket(&self, bucket: &str) {
        let here = format!(
            "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint>\
             </CreateBucketConfiguration>"
        );
        self.api.put(&format!("/{bucket}"), here.into_bytes()).await;
    }

    /// Keeps a secret.
    pub async fn secret(&self, id: &str, value: &str) {
        let secret = json!({ "Name": id, "SecretString": value });
        self.api.call(SECRETS, "CreateSecret", &secret).await;
    }

    /// Makes a topic and answers its ARN.
    pub async fn topic(&self, name: &str) -> String {
        let form = format!("Action=CreateTopic&Version=2010-03-31&Name={name}");
        self.api.form("sns", form).await;
        format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}")
    }

    /// Makes an alarm, which is quiet.
    pub async fn alarm(&self, name: &str) {
        let alarm = json!({
            "AlarmName": name,
            "Namespace": "Shop",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold"
        });
        self.api.call(CLOUDWATCH, "PutMetricAlarm", &alarm).await;
        self.set_alarm(name, "OK").await;
    }

    /// Puts an alarm into a state. Who waits for that has to be told by [`Ministack::emit`].
    pub async fn set_alarm(&self, name: &str, state: &str) {
        let state =
            json!({ "AlarmName": name, "StateValue": state, "StateReason": "the test says so" });
        self.api.call(CLOUDWATCH, "SetAlarmState", &state).await;
    }

    /// Has the lag of a replica be so many seconds or milliseconds, for a while back and a while on.
    pub async fn lag(&self, metric: &str, instance: &str, lag: f64) {
        let now = jiff::Timestamp::now().as_second();
        let datum = |minute: i64| {
            json!({
                "MetricName": metric,
                "Dimensions": [{ "Name": "DBInstanceIdentifier", "Value": instance }],
                "Timestamp": now - now % 60 + minute * 60,
                "Value": lag
            })
        };
        let data: Vec<_> = (-30..5).map(datum).collect();
        let data = json!({ "Namespace": "AWS/RDS", "MetricData": data });
        self.api.call(CLOUDWATCH, "PutMetricData", &data).await;
    }

    /// Makes a function and answers its ARN. Its bootstrap becomes the program, so the function is
    /// that very process; it leaves word of its number, and its log, in the emulator's folder.
    pub async fn function(&self, function: &Function<'_>) -> String {
        let Function { name, program, environment } = function;
        let folder = self.folder_of(name);
        std::fs::create_dir_all(&folder).expect("a folder for a function");
        let (folder, program) = (folder.display(), program.display());
        let bootstrap =
            format!("#!/bin/sh\n: > '{folder}'/$$\nexec '{program}' >> '{folder}'/log 2>&1\n");
        let made = json!({
            "FunctionName": name,
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": ROLE,
            "Timeout": 50,
            "Code": { "ZipFile": STANDARD.encode(archive("bootstrap", bootstrap.as_bytes())) },
            "Environment": { "Variables": environment }
        });
        let made = self.api.lambda("", &made).await;
        text(&made, "FunctionArn")
    }

    /// Calls a function, which must not fail, and answers what it answers.
    pub async fn invoke(&self, function: &str, input: &Value) -> Value {
        let answer = self.api.lambda(&format!("/{function}/invocations"), input).await;
        assert_eq!(answer.get("errorType"), None, "{function}: {answer}");
        answer
    }

    /// Gives a function a URL, and answers it.
    pub async fn function_url(&self, function: &str) -> String {
        let path = format!("/{function}/url");
        let made = self.api.lambda(&path, &json!({ "AuthType": "NONE" })).await;
        let url = text(&made, "FunctionUrl");
        let id = url.trim_start_matches("https://").trim_start_matches("http://");
        let id = id.split('.').next().unwrap_or_default();
        format!("{}/_aws/lambda-url/{id}/", self.endpoint())
    }

    /// Kills the processes that a function is, and answers how many that were.
    pub fn kill(&self, function: &str) -> usize {
        let folder = std::fs::read_dir(self.folder_of(function)).into_iter().flatten();
        let numbers = folder.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let ours = numbers.filter(|number| self.runs(*number)).filter_map(Pid::from_raw);
        ours.filter(|process| kill_process(*process, Signal::KILL).is_ok()).count()
    }

    /// What a function logged, all its processes one after the other.
    pub fn logged(&self, function: &str) -> String {
        let log = std::fs::read_to_string(self.folder_of(function).join("log"));
        log.unwrap_or_default()
    }

    fn folder_of(&self, function: &str) -> PathBuf {
        self.folder().join("functions").join(function)
    }

    /// Whether a process is one of the emulator's: numbers are used again by others.
    fn runs(&self, number: i32) -> bool {
        let group = Pid::from_raw(number).and_then(|process| getpgid(Some(process)).ok());
        group.is_some_and(|group| group == self.group())
    }

    /// Makes a state machine and answers its ARN.
    pub async fn machine(&self, name: &str, definition: &str) -> String {
        let machine = json!({
            "name": name, "definition": definition, "roleArn": ROLE, "type": "STANDARD"
        });
        text(&self.api.call(STATES, "CreateStateMachine", &machine).await, "stateMachineArn")
    }

    /// Makes a bus.
    pub async fn bus(&self, name: &str) {
        self.api.call(EVENTS, "CreateEventBus", &json!({ "Name": name })).await;
    }

    /// Makes a rule on a bus, with one target. A machine gets the detail of an event, a function all
    /// of it.
    pub async fn rule(&self, bus: &str, name: &str, pattern: &str, target: &str) {
        let rule = json!({ "Name": name, "EventBusName": bus, "EventPattern": pattern });
        self.api.call(EVENTS, "PutRule", &rule).await;
        let mut target = json!({ "Id": name, "Arn": target, "RoleArn": ROLE });
        if target["Arn"].as_str().is_some_and(|arn| arn.contains(":stateMachine:")) {
            target["InputPath"] = json!("$.detail");
        }
        let targets = json!({ "Rule": name, "EventBusName": bus, "Targets": [target] });
        let put = self.api.call(EVENTS, "PutTargets", &targets).await;
        assert_eq!(put["FailedEntryCount"], 0, "{name}: {put}");
    }

    /// Has a rule start nothing any more.
    pub async fn disable(&self, bus: &str, rule: &str) {
        let rule = json!({ "Name": rule, "EventBusName": bus });
        self.api.call(EVENTS, "DisableRule", &rule).await;
    }

    /// Puts an event of AWS itself on the default bus, as ECS and CloudWatch do.
    pub async fn emit(&self, event: &Value) {
        let entry = json!({
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Resources": event["resources"],
            "Detail": event["detail"].to_string(),
            "EmittedByAws": true
        });
        let put = self.api.call(EVENTS, "PutEvents", &json!({ "Entries": [entry] })).await;
        assert_eq!(put["FailedEntryCount"], 0, "{put}");
    }

    /// The executions of a machine, newest first, each as `DescribeExecution` has it.
    pub async fn executions(&self, machine: &str) -> Vec<Value> {
        let listed = json!({ "stateMachineArn": machine_arn(machine) });
        let listed = self.api.call(STATES, "ListExecutions", &listed).await;
        let mut executions = Vec::new();
        for execution in listed["executions"].as_array().into_iter().flatten() {
            let arn = json!({ "executionArn": execution["executionArn"] });
            executions.push(self.api.call(STATES, "DescribeExecution", &arn).await);
        }
        executions
    }

    /// The states that an execution entered, in order.
    pub async fn path(&self, execution: &str) -> Vec<String> {
        let history = json!({ "executionArn": execution, "maxResults": 1000 });
        let history = self.api.call(STATES, "GetExecutionHistory", &history).await;
        let events = history["events"].as_array().into_iter().flatten();
        let entered = events.filter(|event| event["type"].as_str().is_some_and(is_entry));
        entered.map(|event| text(&event["stateEnteredEventDetails"], "name")).collect()
    }

    /// Waits until as many executions of a machine as were expected have ended, and answers them.
    pub async fn ended(&self, machine: &str, expected: usize, within: Duration) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let executions = self.executions(machine).await;
            let running = executions.iter().any(|it| it["status"] == "RUNNING");
            if executions.len() >= expected && !running {
                return executions;
            }
            assert!(
                began.elapsed() < within,
                "after {within:?} the executions of {machine} are {executions:#?}\n{}",
                self.log()
            );
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Starts an execution, as a person does at the console.
    pub async fn execute(&self, machine: &str, name: &str, input: &Value) {
        let start = json!({
            "stateMachineArn": machine_arn(machine), "name": name, "input": input.to_string()
        });
        self.api.call(STATES, "StartExecution", &start).await;
    }

    /// Stops an execution, as a person does at the console.
    pub async fn stop(&self, execution: &str) {
        self.api.call(STATES, "StopExecution", &json!({ "executionArn": execution })).await;
    }
}

/// The ARN of a machine of ours.
pub(super) fn machine_arn(machine: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{machine}")
}

fn is_entry(kind: &str) -> bool {
    kind.ends_with("StateEntered")
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}
