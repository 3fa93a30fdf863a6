//! Real counterparts: Prometheus scrapes the service and answers what a document asks of it, its rule
//! fires, Alertmanager posts and mails, and the release is taken back.

use std::fs;
use std::io::{self, Write as _};
use std::net::TcpListener as Port;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::host::{ALERT_TOKEN, Host, SOON};

/// A server of Debian's, killed at the end.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program of Debian's; `None` where there is none and nobody promised one.
fn start(program: &str, folder: &Path, arguments: &[String]) -> Option<Server> {
    let log = fs::File::create(folder.join(format!("{program}.log"))).expect("a file");
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    match command.stderr(log).spawn() {
        Ok(child) => Some(Server(child)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let promised = std::env::var_os("CI").is_some();
            assert!(!promised, "{program}, which CI installs, is not there");
            let _ = writeln!(io::stderr(), "skipped: there is no {program}; apt-get install it");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

fn free_port() -> u16 {
    let port = Port::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    port.expect("a free port").port()
}

/// An Alertmanager and a Prometheus, each at its port, by their files in the folder.
fn servers(folder: &Path, told_by: u16, asked: u16) -> Option<[Server; 2]> {
    let local = |port: u16| format!("--web.listen-address=127.0.0.1:{port}");
    let alertmanager = [
        "--config.file=alertmanager.yml".to_owned(),
        "--storage.path=alertmanager".to_owned(),
        "--cluster.listen-address=".to_owned(),
        local(told_by),
    ];
    let prometheus = [
        "--config.file=prometheus.yml".to_owned(),
        "--storage.tsdb.path=prometheus".to_owned(),
        local(asked),
    ];
    Some([
        start("prometheus-alertmanager", folder, &alertmanager)?,
        start("prometheus", folder, &prometheus)?,
    ])
}

/// A mail server that takes one letter and answers it as it came.
async fn mailbox(listening: TcpListener) -> io::Result<String> {
    let (stream, _) = listening.accept().await?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut letter, mut inside) = (String::new(), false);
    write.write_all(b"220 mailbox\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.split(' ').next() {
            Some(".") if inside => {
                inside = false;
                b"250 taken\r\n"
            }
            _ if inside => {
                letter.push_str(&line);
                letter.push('\n');
                continue;
            }
            Some("DATA") => {
                inside = true;
                b"354 go on\r\n"
            }
            Some("QUIT") => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(letter);
            }
            _ => b"250 mailbox\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(letter)
}

/// Waits until a server answers questions. It listens before that, and refuses them with 503.
async fn ready(client: &Client, port: u16) {
    let began = Instant::now();
    loop {
        let told = client.get(format!("http://127.0.0.1:{port}/-/ready")).send().await;
        if told.as_ref().is_ok_and(|it| it.status().is_success()) {
            return;
        }
        assert!(began.elapsed() < SOON, "nothing is ready at {port}: {told:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until a Prometheus has seen the service.
async fn scraped(client: &Client, port: u16) {
    let began = Instant::now();
    loop {
        let asked = client.get(format!("http://127.0.0.1:{port}/api/v1/query?query=up")).send();
        let told: Value = asked.await.expect("an answer").json().await.expect("JSON");
        if told["data"]["result"][0]["value"][1] == "1" {
            return;
        }
        assert!(began.elapsed() < SOON, "nothing was scraped: {told}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Asks the service again and again, as its clients do, until told to stop.
fn clients(client: Client, address: String) -> Arc<AtomicBool> {
    let going = Arc::new(AtomicBool::new(true));
    let goes = Arc::clone(&going);
    tokio::spawn(async move {
        while goes.load(Ordering::Relaxed) {
            let _ = client.get(format!("http://{address}/")).send().await;
            sleep(Duration::from_millis(10)).await;
        }
    });
    going
}

#[tokio::test]
async fn a_rule_of_a_real_prometheus_takes_a_release_back() {
    let (told_by, asked) = (free_port(), free_port());
    let host = Host::with(600, |config| {
        config["services"][0]["document"]["checks"]["metrics"] = json!([{ "prometheus": {
            "name": "scraped", "url": format!("http://127.0.0.1:{asked}"),
            "query": r#"sum(up{job="checkout"}) + 0.5"#, "at_least": 1
        } }]);
        config["alert_tokens"] = json!([{ "environment": "CUTOVER_ALERT_TOKEN" }]);
        config["services"][0]["document"]["checks"]["alerts"] =
            json!([{ "name": "CheckoutErrors", "labels": { "service": "checkout" } }]);
    });
    let _running = host.start();
    let before = host.settled().await;
    let production = before["production"].as_str().expect("an address").to_owned();
    let folder = host.world.path();
    let mail = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mail_port = mail.local_addr().expect("an address").port();

    let write = |name: &str, text: &Value| {
        // YAML is JSON and more.
        fs::write(folder.join(name), text.to_string()).expect("a file");
    };
    write(
        "alertmanager.yml",
        &json!({
            "global": {
                "smtp_smarthost": format!("127.0.0.1:{mail_port}"),
                "smtp_from": "alerts@example.com", "smtp_require_tls": false
            },
            "route": {
                "receiver": "cutover", "group_by": ["alertname"],
                "group_wait": "0s", "group_interval": "1s", "repeat_interval": "1h"
            },
            "receivers": [{
                "name": "cutover",
                "webhook_configs": [{
                    "url": host.url("/webhooks/alertmanager"),
                    "http_config": { "authorization": { "credentials": ALERT_TOKEN } }
                }],
                "email_configs": [{ "to": "people@example.com" }]
            }]
        }),
    );
    write(
        "prometheus.yml",
        &json!({
            "global": { "scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms" },
            "rule_files": ["rules.yml"],
            "alerting": { "alertmanagers": [{ "static_configs": [{ "targets": [format!("127.0.0.1:{told_by}")] }] }] },
            "scrape_configs": [{
                "job_name": "checkout", "static_configs": [{ "targets": [production] }]
            }]
        }),
    );
    write(
        "rules.yml",
        &json!({ "groups": [{ "name": "shop", "rules": [{
        "alert": "CheckoutErrors",
        "expr": r#"http_requests_total{service="checkout",status="500"} > 150"#,
        "annotations": { "summary": "checkout answers with errors" }
    }] }] }),
    );
    let Some(_servers) = servers(folder, told_by, asked) else { return };
    ready(&host.client, told_by).await;
    ready(&host.client, asked).await;
    scraped(&host.client, asked).await;
    let letter = tokio::spawn(mailbox(mail));
    let going = clients(host.client.clone(), production);

    host.push("v1.1.0", "--env FAIL_RATE=0.5").await;
    let after = host.until(|it| it["last"]["end"] == "RolledBack").await;

    let alert = &after["alarms"][0];
    assert_eq!(
        (&alert["name"], &alert["state"]),
        (&json!("alert CheckoutErrors{service=\"checkout\"}"), &json!("ALARM"))
    );
    let why = after["last"]["why"].as_str().expect("a reason");
    assert!(why.starts_with("alert CheckoutErrors rings since"), "{why}");
    assert_eq!(after["traffic"][0]["release"]["tags"], json!(["v1.0.0"]));
    let deployment = after["last"]["deployment"].as_str().expect("its name");
    let told = host.do_it(&format!("history checkout --deployment {deployment}")).await;
    assert!(told.contains("metric scraped: 1.5"), "{told}");
    going.store(false, Ordering::Relaxed);
    let letter = tokio::time::timeout(SOON, letter).await.expect("in time").expect("it ends");
    let letter = letter.expect("a letter");
    assert!(letter.contains("CheckoutErrors") && letter.contains("people@example.com"), "{letter}");

    let forged = host.client.post(host.url("/webhooks/alertmanager")).bearer_auth("a guess");
    let refused = forged.body("{}").send().await.expect("an answer");
    assert_eq!(refused.status().as_u16(), 401);
}
