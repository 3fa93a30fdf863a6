//! A daemon that shows what it deploys at GitHub.

use serde_json::json;
use tokio::time::{Duration, Instant, sleep};

use super::forge::{GitHub, TOKEN};
use super::host::{Host, SOON};

#[tokio::test]
async fn what_serves_and_what_was_taken_back_is_seen_at_github() {
    let github = GitHub::open().await;
    let host = Host::with(1, |config| {
        config["services"][0]["document"]["tell"] =
            json!({ "github": { "repository": "acme/checkout", "environment": "production" } });
    });
    let _running = host.start_where(&["--github-url", &github.url], "CUTOVER_GITHUB_TOKEN", TOKEN);
    host.settled().await;

    host.push("v1.1.0", "--env FAIL_SMOKE=1").await;
    host.until(|it| it["last"]["end"] == "RolledBack").await;

    let began = Instant::now();
    while !github.seen().contains("failure") {
        assert!(began.elapsed() < SOON, "still {}", github.seen());
        sleep(Duration::from_millis(50)).await;
    }
    let seen = github.seen();
    assert!(seen.starts_with("production v1.1.0\n  failure     RolledBack: "), "{seen}");
    assert!(seen.contains("  in_progress "), "{seen}");
    assert!(github.refused().is_empty(), "{:?}", github.refused());
}
