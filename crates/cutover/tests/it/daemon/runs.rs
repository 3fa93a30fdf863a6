//! A daemon that HCP Terraform tells of runs.

use hcp::signature::{HEADER, sign};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

use super::host::{Host, SECRET, SOON};
use super::rooms::{Behaviour, TOKEN, Terraform};

const APPLIED: &str = include_str!("../../../../../events/samples/hcp/run-applied.json");
const VERIFICATION: &str = include_str!("../../../../../events/samples/hcp/verification.json");

/// Has HCP Terraform tell, and answers the status and the body of the answer.
async fn notify(host: &Host, body: &str, signed_by: &str) -> (u16, Value) {
    let signed = sign(signed_by, body.as_bytes());
    let post = host.client.post(host.url("/webhooks/terraform"));
    let answer = post.header(HEADER, signed).body(body.to_owned()).send().await;
    let answer = answer.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_run_that_is_applied_has_the_state_of_its_workspace_read() {
    let state = json!({ "version": 4, "serial": 1, "lineage": "3f2a", "resources": [] });
    let state = Some(state.to_string().into_bytes());
    let terraform = Terraform::open(Behaviour { state, ..Behaviour::default() }).await;
    let host = Host::with(1, |config| {
        config["hcp_signing_secrets"] = json!([{ "environment": "CUTOVER_WEBHOOK_SECRET" }]);
        config["services"][0]["document"]["terraform"] =
            json!({ "organization": "acme", "workspace": "shop", "outputs": ["database"] });
    });
    let _running = host.start_where(&["--hcp-url", &terraform.url], "CUTOVER_HCP_TOKEN", TOKEN);
    host.settled().await;
    let applied = APPLIED.replace("shop-production", "shop");

    assert_eq!(notify(&host, VERIFICATION, SECRET).await, (200, json!({ "verified": true })));
    assert_eq!(notify(&host, &applied, "a guess").await.0, 401);
    let (status, told) = notify(&host, &applied.replace("\"acme\"", "7"), SECRET).await;
    assert_eq!(status, 400, "{told}");
    assert!(told["message"].as_str().is_some_and(|it| it.starts_with("organization_name: ")));
    assert!(terraform.asked().is_empty(), "nothing was believed");

    assert_eq!(notify(&host, &applied, SECRET).await.0, 202);
    let began = Instant::now();
    while !terraform.asked().iter().any(|it| it.host == "archive" && it.shown.is_none()) {
        assert!(began.elapsed() < SOON, "still {:#?}", terraform.asked());
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn without_a_signing_secret_no_run_is_believed() {
    let host = Host::with(1, |_| ());
    let _running = host.start_with(&[]);

    let (status, told) = notify(&host, APPLIED, SECRET).await;
    assert_eq!((status, &told["error"]), (503, &json!("Unavailable")), "{told}");
}
