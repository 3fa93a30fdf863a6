//! A GitHub on loopback that keeps deployments, and takes nothing that GitHub would not take.
//!
//! What it refuses it also remembers, so that a test that did not mean to be refused sees it.

// The stories over the wire take this file in from elsewhere.
#[path = "tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use workflow::ports::Clock;

/// The client id of the App that is known there.
pub(crate) const APP: &str = "Iv23liCutover";
/// The number of its installation.
const INSTALLATION: u64 = 4711;
/// What a person's token has to be.
pub(crate) const TOKEN: &str = "github_pat_hush";

/// The clock of GitHub and of whoever asks it.
#[derive(Debug, Clone)]
pub(crate) struct Hands(Arc<Mutex<Timestamp>>);

impl Hands {
    pub(crate) fn forward(&self, by: SignedDuration) {
        *self.0.lock() += by;
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    async fn until(&self, moment: Timestamp) {
        let mut now = self.0.lock();
        *now = moment.max(*now);
    }
}

/// A GitHub.
#[derive(Debug, Clone)]
pub(crate) struct GitHub {
    pub(crate) url: String,
    pub(crate) clock: Hands,
    state: Arc<Mutex<Kept>>,
}

/// What it keeps.
#[derive(Debug)]
struct Kept {
    /// The public key of the App, and its private one in PEM.
    public_key: Vec<u8>,
    private_key: Vec<u8>,
    /// Where the App is installed, and what a token of its installation may do.
    installed: BTreeSet<String>,
    /// The repositories and their branches and tags.
    refs: BTreeMap<String, BTreeSet<String>>,
    /// The tokens of installations: for which repository, until when.
    tokens: BTreeMap<String, (String, Timestamp)>,
    deployments: Vec<Deployment>,
    next: u64,
    /// How many requests are left, and from when on there are more.
    left: u32,
    reset: Timestamp,
    /// What the next answers are instead.
    instead: Vec<Instead>,
    /// Every request, as a line.
    asked: Vec<String>,
    /// What was not taken, and why.
    refused: Vec<String>,
}

/// An answer whatever was asked: status, headers, message.
pub(crate) type Instead = (u16, Vec<(&'static str, String)>, &'static str);

#[derive(Debug)]
struct Deployment {
    id: u64,
    repository: String,
    asked: Value,
    statuses: Vec<Value>,
}

/// A refusal: status and message.
type Refused = (u16, String);

impl GitHub {
    /// A GitHub with the repository `acme/checkout`, whose tags are `v1.0.0` and `v1.1.0`, and an
    /// App that is installed there.
    pub(crate) async fn open() -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let refs = ["main", "v1.0.0", "v1.1.0"].map(str::to_owned);
        let clock = Hands(Arc::new(Mutex::new("2026-03-01T03:00:00Z".parse().expect("a moment"))));
        let kept = Kept {
            public_key: key.public_key().as_ref().to_vec(),
            private_key: key.as_der().expect("a key").as_ref().to_vec(),
            installed: BTreeSet::from(["acme/checkout".to_owned()]),
            refs: BTreeMap::from([("acme/checkout".to_owned(), BTreeSet::from(refs))]),
            tokens: BTreeMap::new(),
            deployments: vec![],
            next: 1,
            left: 5_000,
            reset: clock.now() + SignedDuration::from_hours(1),
            instead: vec![],
            asked: vec![],
            refused: vec![],
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let github = Self { url, clock, state: Arc::new(Mutex::new(kept)) };
        let app = Router::new().fallback(answer).with_state(github.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        github
    }

    /// The private key of the App: in PKCS#8, or as GitHub gives it, in PKCS#1.
    pub(crate) fn private_key(&self, pkcs8: bool) -> String {
        let der = self.state.lock().private_key.clone();
        // A key of PKCS#8 is one of PKCS#1 behind 26 bytes that say so, at this length.
        let (what, der) = if pkcs8 { ("PRIVATE", &der[..]) } else { ("RSA PRIVATE", &der[26..]) };
        format!("-----BEGIN {what} KEY-----\n{}\n-----END {what} KEY-----\n", STANDARD.encode(der))
    }

    /// The same, believed to be elsewhere.
    pub(crate) fn at(&self, url: String) -> Self {
        Self { url, ..self.clone() }
    }

    /// Takes the App away from a repository.
    pub(crate) fn uninstall(&self, repository: &str) {
        self.state.lock().installed.remove(repository);
    }

    /// Calls every token of an installation back.
    pub(crate) fn revoke(&self) {
        self.state.lock().tokens.clear();
    }

    /// Lets so many requests through until the hour is over.
    pub(crate) fn leave(&self, left: u32) {
        self.state.lock().left = left;
    }

    /// Answers the next request so, whatever it is.
    pub(crate) fn instead(&self, answer: Instead) {
        self.state.lock().instead.push(answer);
    }

    /// What somebody else shows in the environment: a deployment that serves.
    pub(crate) fn shown_by_others(&self, environment: &str, payload: &Value) {
        let mut kept = self.state.lock();
        let asked = json!({ "ref": "main", "environment": environment, "payload": payload });
        let (id, status) = (kept.next, json!({ "id": 1, "state": "success" }));
        kept.next += 1;
        let repository = "acme/checkout".to_owned();
        kept.deployments.push(Deployment { id, repository, asked, statuses: vec![status] });
    }

    /// Every request so far, as lines.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().asked.clone()
    }

    /// What was refused so far.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.state.lock().refused.clone()
    }

    /// What a person sees on the page of the repository's deployments, the newest first.
    pub(crate) fn seen(&self) -> String {
        let mut page = String::new();
        for deployment in self.state.lock().deployments.iter().rev() {
            let asked = |name: &str| deployment.asked[name].as_str().unwrap_or_default();
            let (environment, reference) = (asked("environment"), asked("ref"));
            writeln!(page, "{environment} {reference}").expect("a text can be written to");
            for status in deployment.statuses.iter().rev() {
                let told = |name: &str| status[name].as_str().unwrap_or_default();
                let links = ["environment_url", "log_url"].map(told);
                let links = links.into_iter().filter(|link| !link.is_empty());
                let mut line = format!("  {:<12}{}", told("state"), told("description"));
                links.for_each(|link| line.push_str(&[" <", link, ">"].concat()));
                writeln!(page, "{}", line.trim_end()).expect("a text can be written to");
            }
        }
        page
    }
}

async fn answer(State(github): State<GitHub>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut kept = github.state.lock();
    kept.asked.push(format!("{} {target}", parts.method));

    if !kept.instead.is_empty() {
        let (status, headers, message) = kept.instead.remove(0);
        return respond(status, &headers, &json!({ "message": message }));
    }
    let now = github.clock.now();
    if now >= kept.reset {
        (kept.left, kept.reset) = (5_000, now + SignedDuration::from_hours(1));
    }
    let reset = ("x-ratelimit-reset", kept.reset.as_second().to_string());
    let Some(left) = kept.left.checked_sub(1) else {
        let headers = [("x-ratelimit-remaining", "0".into()), reset];
        return respond(403, &headers, &json!({ "message": "API rate limit exceeded" }));
    };
    kept.left = left;

    let answered = kept.take(&parts.method, &target, &parts.headers, &body, now);
    let headers = [("x-ratelimit-remaining", left.to_string()), reset];
    match answered {
        Ok((status, body)) => respond(status, &headers, &body),
        Err((status, message)) => {
            kept.refused.push(format!("{} {target}: {status} {message}", parts.method));
            respond(status, &headers, &json!({ "message": message }))
        }
    }
}

fn respond(status: u16, headers: &[(&'static str, String)], body: &Value) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(status).expect("a status"));
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(body.to_string())).expect("an answer")
}

impl Kept {
    fn take(
        &mut self,
        method: &Method,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(u16, Value), Refused> {
        let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("");
        if header("user-agent").is_empty() {
            return Err((403, "Request forbidden by administrative rules".into()));
        }
        if header("x-github-api-version") != "2022-11-28" {
            return Err((400, "the version of the API is not said".into()));
        }
        let shown = header("authorization").strip_prefix("Bearer ").unwrap_or_default().to_owned();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let json: Value = serde_json::from_slice(body).unwrap_or_default();

        match (method.as_str(), parts.as_slice()) {
            ("GET", ["repos", owner, name, "installation"]) => {
                self.is_app(&shown, now)?;
                match self.installed.contains(&format!("{owner}/{name}")) {
                    true => Ok((200, json!({ "id": INSTALLATION, "app_slug": "cutover" }))),
                    false => Err((404, "Not Found".into())),
                }
            }
            ("POST", ["app", "installations", id, "access_tokens"]) => {
                self.is_app(&shown, now)?;
                self.give_token(id, &json, now)
            }
            (method, ["repos", owner, name, "deployments", rest @ ..]) => {
                let repository = format!("{owner}/{name}");
                self.may(&shown, &repository, now)?;
                match (method, rest) {
                    ("GET", []) => Ok((200, self.list(&repository, query))),
                    ("POST", []) => self.create(&repository, json),
                    ("GET", [id, "statuses"]) => {
                        let statuses = &self.known(&repository, id)?.statuses;
                        Ok((200, statuses.iter().rev().cloned().collect()))
                    }
                    ("POST", [id, "statuses"]) => self.add(&repository, id, json),
                    _ => Err((404, "Not Found".into())),
                }
            }
            _ => Err((404, "Not Found".into())),
        }
    }

    fn list(&self, repository: &str, query: &str) -> Value {
        let wanted: BTreeMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let fits = |it: &&Deployment| {
            let is = |name: &str| wanted.get(name).is_none_or(|value| it.asked[name] == **value);
            it.repository == repository && is("environment") && is("task")
        };
        let most = wanted.get("per_page").and_then(|most| most.parse().ok()).unwrap_or(30);
        let found = self.deployments.iter().rev().filter(fits).take(most);
        found.map(|it| json!({ "id": it.id, "payload": it.asked["payload"] })).collect()
    }

    fn create(&mut self, repository: &str, asked: Value) -> Result<(u16, Value), Refused> {
        let reference = asked["ref"].as_str().unwrap_or_default();
        if !self.refs[repository].contains(reference) {
            return Err((422, format!("No ref found for: {reference}")));
        }
        if asked["auto_merge"] != json!(false) {
            return Err((409, "Conflict merging main into it".into()));
        }
        if asked["required_contexts"] != json!([]) {
            return Err((409, "Conflict: Commit status checks failed".into()));
        }
        checked(&asked)?;
        let id = self.next;
        self.next += 1;
        let (repository, payload) = (repository.to_owned(), asked["payload"].clone());
        self.deployments.push(Deployment { id, repository, asked, statuses: vec![] });
        Ok((201, json!({ "id": id, "payload": payload })))
    }

    fn add(
        &mut self,
        repository: &str,
        id: &str,
        mut status: Value,
    ) -> Result<(u16, Value), Refused> {
        self.known(repository, id)?;
        let known = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];
        if !known.contains(&status["state"].as_str().unwrap_or_default()) {
            return Err((422, "state is not included in the list".into()));
        }
        checked(&status)?;
        let number = self.next;
        self.next += 1;
        status["id"] = json!(number);
        let succeeds = status["state"] == "success" && status["auto_inactive"] != json!(false);
        let of = self.known(repository, id)?;
        of.statuses.push(status.clone());
        let (own, environment) = (of.id, of.asked["environment"].clone());
        let others = self.deployments.iter_mut().filter(|it| it.id != own);
        for other in others.filter(|it| succeeds && it.asked["environment"] == environment) {
            other.statuses.push(json!({ "id": number, "state": "inactive" }));
        }
        Ok((201, status))
    }

    fn known(&mut self, repository: &str, id: &str) -> Result<&mut Deployment, Refused> {
        let mut all = self.deployments.iter_mut();
        let known = all.find(|it| it.id.to_string() == id && it.repository == repository);
        known.ok_or((404, "Not Found".into()))
    }
}

fn checked(asked: &Value) -> Result<(), Refused> {
    let description = asked["description"].as_str().unwrap_or_default();
    match description.chars().count() {
        0..=140 => Ok(()),
        _ => Err((422, "description is too long (maximum is 140 characters)".into())),
    }
}
