//! A daemon that is killed, and the next one.

use std::fs;

use serde_json::json;

use super::host::Host;

/// Who started a process.
fn parent(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

#[tokio::test]
async fn after_a_crash_in_the_middle_the_next_start_carries_on() {
    let host = Host::new(3);
    let first = host.start();
    host.settled().await;
    let digest = host.push("v1.1.0", "--quiet").await;
    let deploying = host.run("deploy checkout v1.1.0");
    let crashing = async {
        host.until(|it| it["traffic"][0]["release"]["tags"] == json!(["v1.1.0"])).await;
        let left = host.tasks();
        assert_eq!(left.len(), 2, "blue and green stand");
        first.kill();
        assert_eq!(host.tasks(), left, "nobody ended them");
        host.start()
    };

    let ((code, told, errors), second) = tokio::join!(deploying, crashing);

    assert_eq!(second.greeting["reaped"], 2);
    assert_eq!(second.greeting["carried_on"], 1);
    let strangers: Vec<_> =
        host.tasks().into_iter().filter(|task| parent(*task) != Some(second.id())).collect();
    assert_eq!(strangers, [] as [u32; 0], "what was left is ended");
    let stands = host.settled().await;
    assert!(!stands["last"].is_null(), "it came to an end");
    let serving = stands["serving"]["digest"].as_str().map(str::to_owned);
    assert_eq!(host.answering().await, serving, "what ECS says serves, serves");
    // Whoever followed it was told the end, over the restart.
    match stands["last"]["end"].as_str() {
        Some("Deployed") => assert_eq!((code, serving), (0, Some(digest)), "{told}\n{errors}"),
        Some("RolledBack") => assert_eq!(code, 1, "{told}\n{errors}"),
        other => panic!("{other:?}\n{told}\n{errors}"),
    }
    assert_eq!(second.terminate(), Some(0));
    assert_eq!(host.tasks(), [] as [u32; 0]);
}

#[tokio::test]
async fn a_clean_stop_in_the_middle_is_carried_on_too() {
    let host = Host::new(3);
    let first = host.start();
    host.settled().await;
    let digest = host.push("v1.1.0", "").await;
    host.until(|it| it["traffic"][0]["release"]["tags"] == json!(["v1.1.0"])).await;

    assert_eq!(first.terminate(), Some(0));
    assert_eq!(host.tasks(), [] as [u32; 0]);
    let second = host.start();

    assert_eq!(second.greeting["reaped"], 0);
    host.until(|it| it["last"]["end"] == "Deployed").await;
    host.settled().await;
    assert_eq!(host.answering().await, Some(digest));
}

#[tokio::test]
async fn a_way_back_that_is_killed_in_the_middle_is_carried_on() {
    for (bake, ends) in [(20, "RolledBack"), (0, "Deployed")] {
        let host = Host::new(bake);
        let first = host.start();
        let blue = host.settled().await["serving"]["digest"].clone();
        host.push("v1.1.0", "--quiet").await;
        host.do_it("deploy checkout v1.1.0 --no-wait").await;
        host.until(|it| it["traffic"][0]["release"]["tags"] == json!(["v1.1.0"])).await;
        if bake == 0 {
            host.until(|it| it["last"]["end"] == "Deployed").await;
            host.settled().await;
        }

        host.do_it("rollback checkout --no-wait").await;
        if bake == 0 {
            host.until(|it| it["lease"].is_object()).await;
        }
        first.kill();
        let second = host.start();

        let stands = host.settled().await;
        assert_eq!(stands["serving"]["digest"], blue);
        assert_eq!(stands["last"]["end"], ends);
        assert_eq!(json!(host.answering().await), blue, "what ECS says serves, serves");
        assert_eq!(second.terminate(), Some(0));
    }
}
