//! An account with the service `checkout` of the cluster `shop`, and a client that speaks HTTP.

use std::sync::Arc;
use std::time::Duration;

use asl::Clock;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::{Account, Settings, Store, images};
use crate::alarms::Alarms;
use crate::simulated::Simulated;
use crate::wire;

pub(super) type Plant = Simulated<Box<dyn Fn() -> Timestamp + Send + Sync>>;

/// The digest of a release: all of its digits are its number.
pub(super) fn image(number: u32) -> String {
    format!("ghcr.io/acme/checkout@sha256:{}", number.to_string().repeat(64))
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The name and the sentence of a refusal.
    pub(super) fn refusal(&self) -> String {
        let body = self.json();
        let (name, message) = (body["__type"].as_str(), body["message"].as_str());
        assert_eq!(self.status, 400, "{}", self.body);
        assert_eq!(self.headers["x-amzn-errortype"], name.unwrap());
        format!("{}: {}", name.unwrap(), message.unwrap())
    }
}

pub(super) struct World {
    pub(super) account: Account<Plant>,
}

impl World {
    /// Release 1 serves on two tasks.
    pub(super) async fn begin() -> Self {
        let clock = Clock::starting_at("2026-03-01T03:00:00Z".parse().unwrap());
        let now: Box<dyn Fn() -> Timestamp + Send + Sync> = Box::new(move || clock.now());
        let store = Arc::new(Store::none());
        let account = Account::open(
            Settings { rules: false, ..Settings::default() },
            Arc::new(Simulated::new(now)),
            Arc::clone(&store),
            images(&store).unwrap(),
            Alarms::check(&[], "alarms", |_| true).unwrap(),
            clock,
        );
        let account = account.unwrap();
        let document = json!({
            "name": "checkout",
            "image": "ghcr.io/acme/checkout",
            "tags": { "semver": ">=1.0.0" },
            "cluster": "shop",
            "strategy": { "blue_green": {} }
        });
        let document = ServiceDocument::read(&document.to_string()).unwrap();
        let digest = image(1).split_once('@').unwrap().1.parse().unwrap();
        account.add(document, &digest, 2).unwrap();
        let world = Self { account };
        world.pass(600).await;
        world
    }

    pub(super) async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    pub(super) async fn send(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method("POST").uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = wire::answer(&self.account, request.body(body.into()).unwrap()).await;

        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Asks ECS, whatever it says.
    pub(super) async fn ask(&self, operation: &str, input: Value) -> Answer {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let headers =
            [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.1")];
        self.send(&headers, input.to_string()).await
    }

    /// Asks ECS for something it does.
    pub(super) async fn ecs(&self, operation: &str, input: Value) -> Value {
        let answer = self.ask(operation, input).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
        answer.json()
    }

    /// Asks the load balancer.
    pub(super) async fn elb(&self, form: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        self.send(&headers, form.to_owned()).await
    }

    /// Registers the task definition of a release, and begins its deployment.
    pub(super) async fn launch(&self, release: u32, configuration: Value) -> String {
        let registered = self
            .ecs(
                "RegisterTaskDefinition",
                json!({
                    "family": "checkout",
                    "containerDefinitions": [{ "name": "checkout", "image": image(release) }],
                }),
            )
            .await;
        self.ecs(
            "UpdateService",
            json!({
                "cluster": "shop",
                "service": "checkout",
                "taskDefinition": registered["taskDefinition"]["taskDefinitionArn"],
                "deploymentConfiguration": configuration,
            }),
        )
        .await;
        let listed = self
            .ecs("ListServiceDeployments", json!({ "cluster": "shop", "service": "checkout" }))
            .await;
        listed["serviceDeployments"][0]["serviceDeploymentArn"].as_str().unwrap().to_owned()
    }

    /// How a deployment stands.
    pub(super) async fn deployment(&self, arn: &str) -> Value {
        let arns = json!({ "serviceDeploymentArns": [arn] });
        let told = self.ecs("DescribeServiceDeployments", arns).await;
        told["serviceDeployments"][0].clone()
    }

    /// The pause that waits.
    pub(super) async fn pause(&self, arn: &str) -> String {
        let deployment = self.deployment(arn).await;
        let hooks = deployment["lifecycleHookDetails"].as_array().unwrap();
        let waiting = hooks.iter().find(|hook| hook["status"] == "AWAITING_ACTION");
        waiting.unwrap()["hookId"].as_str().unwrap().to_owned()
    }
}

/// Blue/green with a pause before production moves, and one while blue is still warm.
pub(super) fn blue_green() -> Value {
    let pause = |stage: &str| {
        json!({
            "targetType": "PAUSE",
            "lifecycleStages": [stage],
            "timeoutConfiguration": { "timeoutInMinutes": 30, "action": "ROLLBACK" },
        })
    };
    json!({
        "strategy": "BLUE_GREEN",
        "bakeTimeInMinutes": 0,
        "lifecycleHooks": [
            pause("POST_TEST_TRAFFIC_SHIFT"),
            pause("POST_PRODUCTION_TRAFFIC_SHIFT"),
        ],
    })
}
