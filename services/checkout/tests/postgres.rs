//! Orders in a real PostgreSQL: a primary, and the replica that reads are asked of.

use serde_json::{Value, json};
use servers::postgres::{connect, url};
use servers::task::{answer, migrate};
use servers::{Pair, Task};

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");
const TEA: &str = r#"{"good": "tea", "quantity": 2}"#;

/// A service, and the pair that its orders are in.
struct Shop {
    pair: Pair,
    task: Task,
}

fn variables(pair: &Pair) -> [(&'static str, String); 2] {
    [("DATABASE_URL", url(&pair.primary)), ("DATABASE_REPLICA_URL", url(&pair.replica))]
}

impl Shop {
    /// `None` where there is no PostgreSQL. Its tables are as they should be, on the replica too.
    async fn open() -> Option<Self> {
        let pair = Pair::start().await?;
        let variables = variables(&pair);
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        migrate(CHECKOUT, &variables);
        let task = Task::start(CHECKOUT, &variables);
        task.until_up("replica").await;
        Some(Self { pair, task })
    }

    fn place(&self) -> Value {
        let placed = self.task.ask("POST", "/orders", TEA);
        assert_eq!(placed.status, 201, "{placed:?}");
        placed.json
    }

    fn find(&self, order: &Value) -> servers::task::Answer {
        self.task.get(&format!("/orders/{}", order["id"].as_str().expect("an id")))
    }

    fn answered(&self, server: &str) -> u64 {
        self.task.metric(&format!(
            r#"dependency_requests_total{{service="checkout",dependency="{server}",outcome="answered"}}"#
        ))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_written_to_the_primary_is_read_from_the_replica() {
    let Some(mut shop) = Shop::open().await else { return };
    let order = shop.place();
    let replica = connect(&shop.pair.replica).await;
    let arrived = "SELECT FROM orders";
    shop.task
        .until("it arrived", async |_| {
            !replica.query(arrived, &[]).await.expect("a table").is_empty()
        })
        .await;

    let (primary, replica) = (shop.answered("primary"), shop.answered("replica"));
    assert_eq!(shop.find(&order).json, order);
    assert_eq!((shop.answered("primary"), shop.answered("replica")), (primary, replica + 1));

    // What the replica has is read without the primary, and nothing is written.
    shop.pair.end_primary().await;
    assert_eq!(shop.find(&order).json, order);
    let refused = shop.task.ask("POST", "/orders", TEA);
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(shop.task.get("/readyz").status, 503);
    assert_eq!(shop.task.standing("primary")["up"], false);
    assert_eq!(shop.task.get("/healthz").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_at_once_though_the_replica_is_behind() {
    let Some(shop) = Shop::open().await else { return };
    shop.pair.tell_replica(&["SELECT pg_wal_replay_pause()"]).await;

    let order = shop.place();

    assert_eq!(shop.find(&order).json, order);
    let nobodys = shop.task.get("/orders/00000000-0000-4000-8000-000000000000");
    assert_eq!(nobodys.status, 404, "{nobodys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_replica_reads_go_to_the_primary_and_readiness_says_so() {
    let Some(mut shop) = Shop::open().await else { return };
    let order = shop.place();

    shop.pair.end_replica().await;

    assert_eq!(shop.find(&order).json, order);
    assert!(shop.task.metric(r#"database_fallbacks_total{service="checkout"}"#) >= 1);
    assert_eq!(shop.task.metric(r#"dependency_up{service="checkout",dependency="replica"}"#), 0);
    let ready = shop.task.get("/readyz");
    assert_eq!((ready.status, &ready.json["ready"]), (200, &json!(true)), "{ready:?}");
    let replica = shop.task.standing("replica");
    assert_eq!((&replica["up"], &replica["needed"]), (&json!(false), &json!(false)));
    assert!(replica["trouble"].as_str().is_some_and(|why| !why.is_empty()), "{replica}");

    // And it can tell somebody who reads its log.
    let mut task = shop.task;
    task.terminate();
    while !task.message().starts_with("replica is gone") {
        task.listen();
    }
    assert_eq!(task.said["level"], "WARN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_runs_again_changes_nothing() {
    let Some(pair) = Pair::start().await else { return };
    let variables = variables(&pair);
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut task = Task::start(CHECKOUT, &variables);
    let unready = task.get("/readyz");
    assert_eq!(unready.status, 503);
    assert!(unready.body.contains("not migrated: 0001_orders was not applied"), "{unready:?}");

    // Several at a time, as when a person and a deployment do it.
    let said = std::thread::scope(|scope| {
        let all = [(); 3].map(|()| scope.spawn(|| migrate(CHECKOUT, &variables)));
        all.map(|one| one.join().expect("it ends").concat())
    });

    let applied = said.iter().filter(|said| *said == "applied 0001_orders").count();
    let nothing = said.iter().filter(|said| *said == "nothing was left to apply").count();
    assert_eq!((applied, nothing), (1, 2), "{said:?}");
    assert_eq!(task.get("/readyz").status, 200);

    let order = task.ask("POST", "/orders", TEA).json;
    assert_eq!(migrate(CHECKOUT, &variables), ["nothing was left to apply"]);
    let found = task.get(&format!("/orders/{}", order["id"].as_str().expect("an id")));
    assert_eq!(found.json, order);

    task.terminate();
    assert_eq!(task.exit_code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_the_database_works_on_is_finished_after_sigterm() {
    let Some(mut shop) = Shop::open().await else { return };
    let other = connect(&shop.pair.primary).await;
    other.batch_execute("BEGIN; LOCK TABLE orders IN EXCLUSIVE MODE").await.expect("a lock");
    let in_flight = shop.task.send("POST", "/orders", "", TEA);
    let waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    shop.task
        .until("it waits", async |_| !other.query(waiting, &[]).await.expect("a view").is_empty())
        .await;

    shop.task.terminate();
    shop.task.listen();
    assert_eq!(shop.task.message(), "stops: finishes what was begun");
    other.batch_execute("COMMIT").await.expect("an end");

    let placed = answer(in_flight);
    assert_eq!(placed.status, 201, "{placed:?}");
    assert_eq!(shop.task.exit_code(), Some(0));
    let rows = other.query("SELECT id FROM orders", &[]).await.expect("a table");
    let [row] = &rows[..] else { panic!("{} orders", rows.len()) };
    assert_eq!(placed.json["id"], row.get::<_, String>(0));
}
