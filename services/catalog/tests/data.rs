//! Goods in a real PostgreSQL and a real Redis.

use serde_json::json;
use servers::postgres::{connect, url};
use servers::task::migrate;
use servers::{Pair, Redis, Task};

const CATALOG: &str = env!("CARGO_BIN_EXE_catalog");

fn lookups(task: &Task, outcome: &str) -> u64 {
    task.metric(&format!(r#"cache_lookups_total{{service="catalog",outcome="{outcome}"}}"#))
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
    task.until_up("replica").await;

    // The first who asks has it put into the cache; the next finds it there.
    assert_eq!(task.get("/goods/tea").json["price"], 750);
    let owner = connect(&pair.primary).await;
    owner.batch_execute("UPDATE goods SET price = 800 WHERE id = 'tea'").await.expect("a table");
    assert_eq!(task.get("/goods/tea").json["price"], 750);
    assert_eq!((lookups(&task, "hit"), lookups(&task, "miss")), (1, 1));
    assert_eq!(task.get("/goods/gold").status, 404);

    redis.end().await;

    // The replica has the new price in a moment.
    task.until("a new price", async |task| task.get("/goods/tea").json["price"] == 800).await;
    assert_eq!(task.get("/goods").json["goods"].as_array().map(Vec::len), Some(4));
    assert!(lookups(&task, "failed") >= 2);
    let ready = task.get("/readyz");
    assert_eq!((ready.status, &ready.json["ready"]), (200, &json!(true)), "{ready:?}");
    assert_eq!(task.standing("cache")["up"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_are_read_without_the_primary_while_there_is_a_replica() {
    let Some(mut pair) = Pair::start().await else { return };
    let (primary, replica) = (url(&pair.primary), url(&pair.replica));
    let variables = [("DATABASE_URL", primary.as_str()), ("DATABASE_REPLICA_URL", &replica)];
    migrate(CATALOG, &variables);
    let task = Task::start(CATALOG, &variables);
    task.until_up("replica").await;

    pair.end_primary().await;

    assert_eq!(task.get("/goods").status, 200);
    assert_eq!(task.get("/readyz").status, 200);
    assert_eq!(task.standing("primary")["up"], false);

    pair.end_replica().await;
    assert_eq!(task.get("/readyz").status, 503);
    // For a while the cache has it still.
    assert_eq!(task.get("/goods").status, 200);
    assert_eq!(task.get("/goods/tea").status, 503);
}
