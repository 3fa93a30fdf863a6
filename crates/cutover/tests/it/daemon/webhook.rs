//! GitHub's webhook, from the wire to the traffic.

use serde_json::{Value, json};

use super::host::{Host, SECRET};

#[tokio::test]
async fn a_signed_webhook_moves_live_traffic_once() {
    let host = Host::new(1);
    let _running = host.start();
    let before = host.settled().await;
    assert_eq!(before["traffic"][0]["release"]["tags"], json!(["v1.0.0"]));

    let digest = host.push("v1.1.0", "").await;
    host.until(|it| it["last"]["end"] == "Deployed").await;
    let after = host.settled().await;

    assert_eq!(host.answering().await.as_deref(), Some(&*digest));
    assert_eq!(
        after["traffic"][0],
        json!({
            "release": { "digest": digest, "tags": ["v1.1.0"] }, "percent": 100.0
        })
    );
    assert_eq!(after["last"]["by"], "ada");

    // The same push, told again: by the same delivery and by the other event.
    let body = include_str!("../../../../../events/samples/github/registry-package-published.json");
    let mut body: Value = serde_json::from_str(body).expect("JSON");
    let package = &mut body["registry_package"];
    package["name"] = json!("checkout");
    package["owner"]["login"] = json!("Acme");
    package["package_version"]["version"] = json!(digest);
    package["package_version"]["container_metadata"]["tag"] =
        json!({ "name": "v1.1.0", "digest": digest });
    let (status, answer) = host.deliver("registry_package", SECRET, &body.to_string()).await;
    assert_eq!((status, &answer["accepted"]["tag"]), (202, &json!("v1.1.0")), "{answer}");
    host.push("v1.1.0", "").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let history = host.get("/api/services/checkout/history").await;
    assert_eq!(history.as_array().map(Vec::len), Some(1), "{history:#}");
}

#[tokio::test]
async fn the_door_says_what_it_makes_of_a_delivery() {
    let host = Host::new(1);
    let _running = host.start();

    let ping = include_str!("../../../../../events/samples/github/ping.json");
    assert_eq!(host.deliver("ping", SECRET, ping).await.0, 200);
    let push = include_str!("../../../../../events/samples/github/push.json");
    let (status, answer) = host.deliver("push", SECRET, push).await;
    assert_eq!(status, 202);
    assert!(answer["ignored"].as_str().is_some_and(|why| why.contains("tells of no image")));

    let (status, answer) = host.deliver("package", "a guess", "{}").await;
    assert_eq!((status, &answer["error"]), (401, &json!("Unauthorized")));
    let large = format!("\"{}\"", "x".repeat(7 * 1024 * 1024));
    assert_eq!(host.deliver("package", SECRET, &large).await.0, 413);
    assert_eq!(host.get("/api/dead-letters").await, json!([]), "a stranger leaves no letters");

    let (status, answer) = host.deliver("package", SECRET, r#"{ "action": 7 }"#).await;
    assert_eq!(status, 400);
    let message = answer["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("action: invalid type: integer `7`"), "{answer}");
    let letters = host.get("/api/dead-letters").await;
    assert_eq!(letters[0]["EVENT"]["detail"]["body"], r#"{ "action": 7 }"#);
    assert_eq!(letters[0]["ERROR_MESSAGE"], answer["message"]);

    let again = host.url("/api/dead-letters/1/redrive");
    let again = host.client.post(again).send().await.expect("an answer");
    assert_eq!(again.status().as_u16(), 400, "it still cannot be read");
    let letters = host.get("/api/dead-letters").await;
    assert_eq!(letters[0]["ID"], 2, "and is kept again");
}
