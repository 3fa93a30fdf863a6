//! Goods in a real PostgreSQL and a real Redis.

use std::time::Duration;

use serde_json::{Value, json};
use servers::postgres::{connect, url};
use servers::task::migrate;
use servers::{Pair, Redis, Task};
use tokio::time::sleep;

const CATALOG: &str = env!("CARGO_BIN_EXE_catalog");

fn lookups(task: &Task, outcome: &str) -> u64 {
    task.metric(&format!(r#"cache_lookups_total{{service="catalog",outcome="{outcome}"}}"#))
}

fn standing(task: &Task, name: &str) -> Value {
    let all = task.get("/readyz").json;
    let mut all = all["dependencies"].as_array().expect("dependencies").iter();
    all.find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name} is not told")).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_come_from_the_cache_and_without_it_from_the_database() {
    let Some(pair) = Pair::start().await else { return };
    let Some(mut redis) = Redis::start().await else { return };
    let (primary, replica, cache) = (url(&pair.primary), url(&pair.replica), redis.url());
    let variables = [
        ("DATABASE_URL", primary.as_str()),
        ("DATABASE_REPLICA_URL", &replica),
        ("CACHE_URL", &cache),
    ];
    assert_eq!(migrate(CATALOG, &variables), ["applied 0001_goods"]);
    let task = Task::start(CATALOG, &variables);
    while standing(&task, "replica")["up"] != true {
        sleep(Duration::from_millis(50)).await;
    }

    // The first who asks has it put into the cache; the next finds it there.
    assert_eq!(task.get("/goods/tea").json["price"], 750);
    let owner = connect(&pair.primary).await;
    owner.batch_execute("UPDATE goods SET price = 800 WHERE id = 'tea'").await.expect("a table");
    assert_eq!(task.get("/goods/tea").json["price"], 750);
    assert_eq!((lookups(&task, "hit"), lookups(&task, "miss")), (1, 1));
    assert_eq!(task.get("/goods/gold").status, 404);

    redis.end().await;

    while task.get("/goods/tea").json["price"] != 800 {
        // The replica has it in a moment.
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(task.get("/goods").json["goods"].as_array().map(Vec::len), Some(4));
    assert!(lookups(&task, "failed") >= 2);
    let ready = task.get("/readyz");
    assert_eq!((ready.status, &ready.json["ready"]), (200, &json!(true)), "{ready:?}");
    assert_eq!(standing(&task, "cache")["up"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_are_read_without_the_primary_while_there_is_a_replica() {
    let Some(mut pair) = Pair::start().await else { return };
    let (primary, replica) = (url(&pair.primary), url(&pair.replica));
    let variables = [("DATABASE_URL", primary.as_str()), ("DATABASE_REPLICA_URL", &replica)];
    migrate(CATALOG, &variables);
    let task = Task::start(CATALOG, &variables);
    while standing(&task, "replica")["up"] != true {
        sleep(Duration::from_millis(50)).await;
    }

    pair.end_primary().await;

    assert_eq!(task.get("/goods").status, 200);
    assert_eq!(task.get("/readyz").status, 200);
    assert_eq!(standing(&task, "primary")["up"], false);

    pair.end_replica().await;
    assert_eq!(task.get("/readyz").status, 503);
    // For a while the cache has it still.
    assert_eq!(task.get("/goods").status, 200);
    assert_eq!(task.get("/goods/tea").status, 503);
}
