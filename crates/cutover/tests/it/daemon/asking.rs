//! Commands and programs that ask a daemon.

use std::fs;

use serde_json::{Value, json};

use super::host::Host;

#[tokio::test]
async fn a_person_deploys_looks_and_goes_back() {
    let host = Host::new(1);
    let running = host.start();
    host.settled().await;
    host.push("v1.1.0", "--quiet").await;
    host.push("v1.2.0", "--quiet --env FAIL_SMOKE=1").await;

    let told = host.do_it("deploy checkout v1.1.0 --reason receipts").await;
    assert!(told.contains("production traffic: 100% v1.1.0"), "{told}");
    assert!(told.contains("Deployed: ECS tells that this release serves"), "{told}");

    let (code, told, _) = host.run("deploy checkout v1.2.0 --json").await;
    assert_eq!(code, 1);
    let outcome: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&outcome["end"], &outcome["by"]), (&json!("RolledBack"), &json!("ada")));

    host.do_it("rollback checkout").await;
    let status = host.do_it("status").await;
    assert!(status.contains("100% v1.0.0") && status.contains("1/1"), "{status}");
    let history = host.do_it("history checkout").await;
    for word in ["rollback", "manual", "RolledBack", "smoke GET /smoke: answered 500"] {
        assert!(history.contains(word), "{word} is missing in\n{history}");
    }

    let (code, _, errors) = host.run("rollback checkout").await;
    assert_eq!(code, 1);
    assert!(errors.contains("nothing that Cutover knows was good before"), "{errors}");
    let (code, _, errors) = host.run("deploy chekout v1.1.0").await;
    assert_eq!(code, 2);
    assert!(
        errors.contains("there is no service chekout under Cutover, only checkout"),
        "{errors}"
    );
    assert_eq!(running.terminate(), Some(0));
    assert_eq!(host.tasks(), [] as [u32; 0], "SIGTERM leaves no process");
    let (code, _, errors) = host.run("status").await;
    assert_eq!(code, 1);
    assert!(errors.contains("no daemon answers at"), "{errors}");
}

#[tokio::test]
async fn going_back_in_the_middle_stops_the_deployment_and_takes_it_back() {
    let host = Host::new(20);
    let _running = host.start();
    let first = host.settled().await;
    host.push("v1.1.0", "").await;
    host.until(|it| it["traffic"][0]["release"]["tags"] == json!(["v1.1.0"])).await;

    let told = host.do_it("rollback checkout --reason slow").await;

    assert!(told.contains("RolledBack"), "{told}");
    assert_eq!(host.settled().await["traffic"], first["traffic"]);
}

#[tokio::test]
async fn what_a_person_stops_is_in_quarantine_until_a_person_lifts_it() {
    let host = Host::new(20);
    let _running = host.start();
    let first = host.settled().await;
    let digest = host.push("v1.1.0", "").await;
    let short = &digest["sha256:".len()..][..12];
    host.until(|it| it["traffic"][0]["release"]["tags"] == json!(["v1.1.0"])).await;

    let told = host.do_it("stop checkout --reason slow").await;

    assert!(told.contains("is stopped and taken back") && told.contains("RolledBack"), "{told}");
    assert_eq!(host.settled().await["traffic"], first["traffic"]);
    let (code, _, errors) = host.run("stop checkout").await;
    assert_eq!(code, 1);
    assert!(errors.contains("nothing of checkout is under way"), "{errors}");

    let table = host.do_it("quarantine checkout").await;
    assert!(table.contains(short) && table.contains("ada stopped it: slow"), "{table}");
    assert!(host.do_it("status").await.contains(&format!("quarantine: {short}")));
    let (code, told, _) = host.run("deploy checkout v1.1.0").await;
    assert_eq!(code, 1);
    assert!(told.contains("Refused") && told.contains("is in quarantine since"), "{told}");

    let lift = format!("release-quarantine checkout {short} --reason network");
    assert!(host.do_it(&lift).await.contains("ada stopped it: slow"));
    let (code, _, errors) = host.run(&lift).await;
    assert_eq!(code, 1);
    assert!(errors.contains("is not in quarantine, and nothing of checkout is"), "{errors}");

    let put = host.do_it(&format!("quarantine checkout {digest} --reason receipts --json")).await;
    let put: Value = serde_json::from_str(&put).expect("JSON");
    assert_eq!((&put["digest"], &put["already"]), (&json!(digest), &json!(false)));
    assert_eq!(host.get("/api/services/checkout/quarantine").await[0]["why"], "receipts");
    let (code, _, errors) = host.run("quarantine checkout v9.9.9 --reason receipts").await;
    assert_eq!(code, 2);
    assert!(errors.contains("no release of checkout that Cutover knows is called"), "{errors}");
}

#[tokio::test]
async fn bad_input_is_told_with_its_place() {
    let host = Host::with(1, |config| config["api_token"] = json!({ "file": "token" }));
    fs::write(host.world.path().join("token"), "open sesame\n").expect("a file");
    let _running = host.start();
    let post = |path: &str| host.client.post(host.url(path));
    let asked = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };

    let deploy = json!({ "service": "checkout", "tag": 1 });
    let (status, _) = asked(post("/api/deployments").json(&deploy)).await;
    assert_eq!(status, 401);
    let authorised = |path| post(path).bearer_auth("open sesame");
    let (status, answer) = asked(authorised("/api/deployments").json(&deploy)).await;
    assert_eq!(status, 400);
    let message = answer["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("at `tag`: invalid type: integer `1`"), "{answer}");
    let (status, _) = asked(authorised("/api/deployments").body("{}")).await;
    assert_eq!(status, 415);
    let (status, _) = asked(authorised("/api/deployment").json(&deploy)).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_wrong_configuration_is_told_in_full_and_starts_nothing() {
    let host = Host::with(1, |config| {
        config["services"][0]["first"] = json!("v9.9.9");
        config["services"][0]["document"]["bake"] = json!("48h");
        config["webhook_secrets"] = json!([{ "file": "missing" }]);
    });

    for command in ["local --config cutover.json", "validate cutover.json"] {
        let (code, out, errors) = host.run(command).await;

        let told = out + &errors;
        assert_eq!(code, 2, "{told}");
        for place in ["cutover.json: webhook_secrets[0]", "cutover.json: services[0].document"] {
            assert!(told.contains(place), "{place} is missing in\n{told}");
        }
        assert!(told.contains("48h is longer than 23h"), "{told}");
    }
    assert_eq!(host.tasks(), [] as [u32; 0]);
}

#[tokio::test]
async fn a_slack_without_a_token_is_told_what_is_missing_and_starts_nothing() {
    let host = Host::new(0);

    let slack = "local --config cutover.json --slack-url http://127.0.0.1:9/api";
    let (code, out, errors) = host.run(slack).await;

    let told = out + &errors;
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("set CUTOVER_SLACK_TOKEN to the bot's token"), "{told}");
    assert_eq!(host.tasks(), [] as [u32; 0]);
}

#[tokio::test]
async fn a_deployment_waits_for_a_person_and_goes_on_by_their_word() {
    let host = Host::with(0, |config| {
        config["services"][0]["document"]["approval"] = json!({ "of": ["ada", "cy"] });
    });
    let _running = host.start();
    host.settled().await;
    host.push("v1.1.0", "--quiet").await;
    host.do_it("deploy checkout v1.1.0 --no-wait").await;
    host.until(|it| it["asks"].is_object()).await;

    let status = host.do_it("status checkout").await;
    assert!(status.contains("waits for 1 more to approve of ada, cy"), "{status}");
    let (code, _, errors) = host.run("approve checkout").await;
    assert_eq!(code, 1);
    assert!(errors.contains("ada asked for this deployment, so somebody else"), "{errors}");
    let told = host.do_it("approve checkout --by cy --reason receipts").await;
    assert!(told.contains("heard it: cy approves: receipts"), "{told}");

    host.until(|it| it["last"]["end"] == "Deployed").await;
    let history = host.do_it("history checkout").await;
    assert!(history.contains("v1.1.0"), "{history}");
    let (code, _, errors) = host.run("approve checkout --by cy").await;
    assert_eq!(code, 1);
    assert!(errors.contains("nothing of checkout is under way"), "{errors}");
}

#[tokio::test]
async fn nothing_new_begins_in_a_freeze_but_a_hotfix() {
    let host = Host::new(0);
    let _running = host.start();
    host.settled().await;
    host.push("v1.1.0", "--quiet").await;
    host.push("v1.2.0", "--quiet").await;

    let told = host.do_it("freeze checkout --for 2h --reason fair").await;
    assert!(told.starts_with("checkout is frozen until "), "{told}");
    host.do_it("deploy checkout v1.1.0 --no-wait").await;
    host.until(|it| it["waiting"].is_object()).await;
    let status = host.do_it("status").await;
    assert!(status.contains("fair") && status.contains("waiting: checkout v1.1.0"), "{status}");
    let told = host.do_it("deploy checkout v1.2.0 --hotfix --reason receipts").await;
    assert!(told.contains("Deployed: ECS tells that this release serves"), "{told}");

    // It was asked for by a person, so it follows though it is older.
    let told = host.do_it("thaw checkout --reason over").await;
    assert!(told.contains("checkout is frozen no more") && told.contains("fair"), "{told}");
    host.until(|it| it["traffic"][0]["release"]["tags"] == json!(["v1.1.0"])).await;
    let (code, _, errors) = host.run("thaw checkout --reason again").await;
    assert_eq!(code, 1);
    assert!(errors.contains("checkout is not frozen"), "{errors}");
}
