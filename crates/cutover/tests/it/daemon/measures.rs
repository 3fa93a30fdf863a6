//! What a daemon counts, as Prometheus reads it, and as a person asks for it.

use serde_json::json;

use super::host::Host;

/// The value of a metric with these labels.
fn value(text: &str, of: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(of)?.strip_prefix(' ')?.parse().ok())
}

/// The metrics, each line of which has to be one that the text format knows.
async fn metrics(host: &Host) -> String {
    let answer = host.client.get(host.url("/metrics")).send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text().await.expect("text");
    let mut typed = "";
    for line in text.lines() {
        if let Some(about) = line.strip_prefix("# TYPE ") {
            typed = about.split(' ').next().expect("a name");
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').expect("a series and its value");
            let name = series.split('{').next().expect("a name");
            let suffix = name.strip_prefix(typed).expect("a series of the type above it");
            assert!(["", "_bucket", "_sum", "_count"].contains(&suffix), "{line}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
    text
}

#[tokio::test]
async fn deployments_are_counted_and_told_by_the_four_measures() {
    let host = Host::new(1);
    let running = host.start();
    host.settled().await;
    let failures = r#"cutover_change_failures_total{service="checkout"}"#;
    let deployed = r#"cutover_deployments_total{service="checkout",cause="push",end="Deployed"}"#;
    let before = metrics(&host).await;
    assert_eq!((value(&before, deployed), value(&before, failures)), (Some(0.0), Some(0.0)));

    host.push("v1.1.0", "").await;
    host.until(|it| it["last"]["end"] == "Deployed").await;
    host.settled().await;
    host.do_it("rollback checkout --reason empty-receipts").await;
    host.until(|it| it["last"]["cause"] == "rollback").await;

    let after = metrics(&host).await;
    assert_eq!((value(&after, deployed), value(&after, failures)), (Some(1.0), Some(1.0)));
    for (of, count) in [
        (r#"cutover_changes_total{service="checkout"}"#, 1.0),
        (r#"cutover_lead_time_seconds_count{service="checkout"}"#, 1.0),
        (r#"cutover_time_to_restore_seconds_count{service="checkout"}"#, 1.0),
        (r#"cutover_stage_seconds_count{stage="bake"}"#, 1.0),
        (r#"cutover_waiting_requests{service="checkout"}"#, 0.0),
        ("cutover_dead_letters", 0.0),
    ] {
        assert_eq!(value(&after, of), Some(count), "{of} in\n{after}");
    }

    let told = host.do_it("measures checkout --json").await;
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(
        (&told["deployed"], &told["changes"], &told["failures"]),
        (&json!(1), &json!(1), &json!(1)),
        "{told:#}"
    );
    let told = host.do_it("measures checkout --days 7").await;
    assert!(told.contains("1 in 7 days") && told.contains("1 of 1"), "{told}");
    drop(running);
}
