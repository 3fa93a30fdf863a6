//! A running daemon with the service `checkout`, in a folder of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use github::signature::sign;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::slack;
use crate::world::World;

/// How long anything may take on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(40);

pub(super) const ALERT_TOKEN: &str = "hush-alert-token";

pub(super) const SECRET: &str = "It's a Secret to Everybody";

/// A folder with a configuration, and the address that its daemon will have.
pub(super) struct Host {
    pub(super) world: World,
    pub(super) address: SocketAddr,
    pub(super) client: Client,
}

/// A daemon that runs; killed if a test forgets it.
pub(super) struct Running {
    child: Child,
    /// What it told first: where it listens, and what was left.
    pub(super) greeting: Value,
}

impl Host {
    /// With quick checks, and a bake of so many seconds. `change` changes the configuration.
    pub(super) fn with(bake: u64, change: impl FnOnce(&mut Value)) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address");
        let world = World::new();
        let mark = world.path().to_str().expect("text").to_owned();
        let mut config = json!({
            "listen": address,
            "state": "state/cutover.redb",
            "webhook_secrets": [{ "environment": "CUTOVER_WEBHOOK_SECRET" }],
            "images": { "ghcr.io/acme/checkout": { "v1.0.0": {
                "command": ["cutover", "service-checkout"], "env": { "MARK": mark }
            } } },
            "services": [{
                "document": {
                    "name": "checkout", "image": "ghcr.io/acme/checkout", "cluster": "shop",
                    "tags": { "semver": ">=1.0.0" }, "strategy": { "blue_green": {} },
                    "bake": bake, "checks": { "smoke": [{ "path": "/smoke" }], "within": 2 }
                },
                "first": "v1.0.0",
                "tasks": 1,
                "settings": {
                    "health": { "interval": "50ms" },
                    "deregistration_delay": "1s", "stop_timeout": "2s"
                }
            }]
        });
        change(&mut config);
        let world = world.with("cutover.json", config.to_string());
        Self {
            world,
            address,
            client: outbound::http()
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()
                .expect("a client"),
        }
    }

    pub(super) fn new(bake: u64) -> Self {
        Self::with(bake, |_| {})
    }

    /// Starts the daemon, and waits until it greets.
    pub(super) fn start(&self) -> Running {
        self.start_with(&[])
    }

    /// The same with more options.
    pub(super) fn start_with(&self, options: &[&str]) -> Running {
        self.start_where(options, "CUTOVER_SLACK_TOKEN", slack::TOKEN)
    }

    /// The same with one more word in its environment.
    pub(super) fn start_where(&self, options: &[&str], name: &str, value: &str) -> Running {
        let mut command = self.program();
        command.args(["local", "--config", "cutover.json", "--json"]).args(options);
        command.env(name, value);
        command.env("CUTOVER_SLACK_SIGNING_SECRET", slack::SIGNING);
        let errors = fs::File::create(self.world.path().join("errors")).expect("a file");
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().expect("it starts");

        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let first = lines.next().and_then(Result::ok);
        let greeting = first.and_then(|line| serde_json::from_str(&line).ok());
        let greeting = greeting.unwrap_or_else(|| {
            let errors = fs::read_to_string(self.world.path().join("errors"));
            panic!("it does not greet: {errors:?}")
        });
        // The rest is read so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Running { child, greeting }
    }

    /// The program, which finds the daemon of this host.
    pub(super) fn program(&self) -> Command {
        let mut command = self.world.program();
        command
            .env("CUTOVER_WEBHOOK_SECRET", SECRET)
            .env("CUTOVER_ALERT_TOKEN", ALERT_TOKEN)
            .env("CUTOVER_SERVER", format!("http://{}", self.address))
            .env("USER", "ada")
            .env_remove("CUTOVER_TOKEN");
        command
    }

    /// Runs the program to its end: exit code, standard output, standard error.
    pub(super) async fn run(&self, line: &str) -> (i32, String, String) {
        let mut command = tokio::process::Command::from(self.program());
        let output = command.args(line.split_whitespace()).output().await.expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let code = output.status.code().expect("an exit code");
        (code, text(output.stdout), text(output.stderr))
    }

    /// Runs the program, which has to succeed.
    pub(super) async fn do_it(&self, line: &str) -> String {
        let (code, out, errors) = self.run(line).await;
        assert_eq!(code, 0, "{line}\n{out}\n{errors}");
        out
    }

    /// Pushes an image; `options` are `--quiet` and `--env NAME=VALUE`.
    pub(super) async fn push(&self, tag: &str, options: &str) -> String {
        let mark = self.world.path().display();
        let line = format!(
            "push ghcr.io/acme/checkout:{tag} --json --env MARK={mark} --env RELEASE={tag} \
             {options} -- cutover service-checkout"
        );
        let pushed: Value = serde_json::from_str(&self.do_it(&line).await).expect("JSON");
        pushed["digest"].as_str().expect("a digest").to_owned()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(path)).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// Delivers a webhook with a signature made with `secret`: the status and the body.
    pub(super) async fn deliver(&self, event: &str, secret: &str, body: &str) -> (u16, Value) {
        let request = self.client.post(self.url("/webhooks/github")).body(body.to_owned());
        let request = request
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
            .header("x-hub-signature-256", sign(secret, body.as_bytes()));
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// How `checkout` stands, as soon as it is as `is` asks for.
    pub(super) async fn until(&self, is: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let stands = self.get("/api/services/checkout").await;
            if is(&stands) {
                return stands;
            }
            assert!(began.elapsed() < SOON, "still {stands:#}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until all of `checkout` is healthy and nothing goes on.
    pub(super) async fn settled(&self) -> Value {
        self.until(|it| {
            let healthy = it["tasks"]["healthy"] == it["tasks"]["desired"];
            healthy
                && it["lease"].is_null()
                && it["rollout"].is_null()
                && it["traffic"][0].is_object()
        })
        .await
    }

    /// The digest that answers where clients connect.
    pub(super) async fn answering(&self) -> Option<String> {
        let stands = self.get("/api/services/checkout").await;
        let production = stands["production"].as_str().expect("an address");
        let answer = self.client.get(format!("http://{production}/")).send().await.ok()?;
        let answer: Value = answer.error_for_status().ok()?.json().await.ok()?;
        answer["digest"].as_str().map(str::to_owned)
    }

    /// The processes that are tasks of this host.
    pub(super) fn tasks(&self) -> Vec<u32> {
        let mark = format!("MARK={}", self.world.path().display());
        let processes = fs::read_dir("/proc").expect("processes");
        let pid = |name: std::ffi::OsString| name.to_str()?.parse::<u32>().ok();
        let is_task = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        let pids = processes.filter_map(|entry| pid(entry.ok()?.file_name()));
        pids.filter(is_task).collect()
    }
}

impl Running {
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM: the exit code.
    pub(super) fn terminate(mut self) -> Option<i32> {
        let pid = self.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("a signal");
        assert!(sent.success());
        self.child.wait().expect("it ends").code()
    }

    /// Ends it as a power cut does.
    pub(super) fn kill(mut self) {
        self.child.kill().expect("a signal");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let pid = self.child.id().to_string();
            let _ = Command::new("kill").args(["-TERM", &pid]).status();
            let _ = self.child.wait();
        }
    }
}
