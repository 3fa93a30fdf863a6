//! Letters: one for each end, to choose from by what they are about.

use std::time::Duration;

use domain::outcome::End;
use local::account::Fault;
use local::plant::Share;
use local::simulated::Behaviour;

use crate::world::{checkout, telling};

#[tokio::test(start_paused = true)]
async fn each_end_is_one_letter_though_its_event_comes_twice() {
    let (mut world, _) = telling(vec![checkout(|_| {})]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    let bad = Behaviour { error_rate: Share::ALL, ..Behaviour::default() };
    world.push("checkout", "v1.2.0", bad).await;
    world.settle().await;
    for record in world.history("checkout") {
        let again = serde_json::json!({ "deployment": record.deployment, "service": "checkout" });
        for name in ["again", "and-again"] {
            let name = format!("{}-{name}", record.deployment);
            world.account.start("notification", &name, again.clone()).expect("a new name");
        }
    }
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::RolledBack]);
    let letters = world.account.letters();
    let told: Vec<_> = letters
        .iter()
        .map(|letter| {
            let of = |name: &str| letter.attributes[name].as_str();
            (of("service"), of("end"), of("severity"))
        })
        .collect();
    assert_eq!(told, [("checkout", "Deployed", "good"), ("checkout", "RolledBack", "warning")]);
    for letter in &letters {
        assert_eq!(letter.text.lines().next(), Some(letter.subject.as_str()));
        assert!(letter.text.lines().count() <= 12, "{}", letter.text);
    }
    let way_back = "cutover release-quarantine checkout";
    assert!(letters[1].text.contains(way_back), "{}", letters[1].text);
}

#[tokio::test(start_paused = true)]
async fn mail_that_is_down_for_an_hour_is_told_after_it_and_holds_up_nothing_else() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    let over = world.account.now() + Duration::from_secs(3_600);
    let account = world.account.clone();
    world.account.calls().disturb(move |call| {
        let out = call.name == "mailbox.send" && account.now() < over;
        out.then_some(Fault::Before)
    });
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(600)).await;

    assert_eq!(world.ends("checkout"), [End::Deployed]);
    assert!(fake.seen(crate::fake::CHANNEL).contains("🟢 Deployed"));
    assert_eq!(world.account.letters().len(), 0);
    world.settle().await;
    assert_eq!(world.account.letters().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_down_for_good_is_told_by_the_end_of_the_execution() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world.account.calls().disturb(|call| (call.name == "mailbox.send").then_some(Fault::Before));
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed]);
    assert!(fake.seen(crate::fake::CHANNEL).contains("🟢 Deployed"));
    let executions = world.account.executions();
    let told =
        executions.iter().filter(|it| it.identity().machine_name() == "cutover-notification");
    let partly: Vec<_> =
        told.filter(|it| it.path().iter().any(|state| state == "Partly")).collect();
    assert_eq!(partly.len(), 1, "the one of the end");
    let output = partly[0].output().expect("an output").to_string();
    assert!(output.contains(r#""by":"mail","told":false"#), "{output}");
    assert!(output.contains("mailbox.send did not answer"), "{output}");
}
