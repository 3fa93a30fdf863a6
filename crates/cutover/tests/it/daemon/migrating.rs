//! A reference service whose release brings its database up to what it needs.

use serde_json::{Value, json};

use super::host::Host;

#[tokio::test]
async fn a_release_is_migrated_before_it_starts_and_finds_what_the_one_before_wrote() {
    let host = Host::with(1, |config| {
        config["services"][0]["document"]["migration"] =
            json!({ "command": ["cutover", "service-checkout", "migrate"] });
    });
    let _running = host.start();
    let orders =
        host.settled().await["production"].as_str().map(|it| format!("http://{it}/orders"));
    let orders = orders.expect("an address");
    let database = "--quiet --env DATABASE_URL=sqlite:state/orders.db";
    host.push("v1.1.0", database).await;
    host.push("v1.2.0", database).await;

    host.do_it("deploy checkout v1.1.0").await;

    let wish = json!({ "good": "tea", "quantity": 2 });
    let placed = host.client.post(&orders).json(&wish).send().await.expect("an answer");
    assert_eq!(placed.status(), 201);
    let placed: Value = placed.json().await.expect("JSON");

    host.do_it("deploy checkout v1.2.0").await;

    let order = format!("{orders}/{}", placed["id"].as_str().expect("an id"));
    let found = host.client.get(order).send().await.expect("an answer");
    assert_eq!(found.json::<Value>().await.expect("JSON"), placed);
}
