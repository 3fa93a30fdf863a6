//! States, what changed between two of them, and locks.

use super::*;
use crate::desk::Desk;
use jiff::Timestamp;
use serde_json::{Value, json};

const TEMPLATE: &str = "arn:aws:ecs:eu-west-1:123456789012:task-definition/checkout:7";

fn terraform() -> Terraform {
    serde_json::from_value(json!({
        "bucket": "acme-state", "key": "shop/terraform.tfstate", "template": "task_definition",
        "outputs": ["replica"],
        "resources": ["aws_lb_target_group.fleet[\"green\"]", "module.edge.aws_lb_listener.production"]
    }))
    .unwrap()
}

fn state() -> Value {
    json!({
        "version": 4, "terraform_version": "1.14.0", "serial": 7, "lineage": "3f2a",
        "outputs": {
            "task_definition": { "value": TEMPLATE, "type": "string" },
            "replica": { "value": "orders-replica", "type": "string" },
            "password": { "value": "hunter2", "type": "string", "sensitive": true }
        },
        "resources": [
            { "mode": "managed", "type": "aws_lb_target_group", "name": "fleet", "each": "map",
              "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [
                { "index_key": "blue", "attributes": { "id": "tg-blue", "password": "hunter2" } },
                { "index_key": "green", "attributes": { "id": "tg-green" } },
                { "index_key": "green", "deposed": "1a2b", "attributes": { "id": "tg-older" } }
            ] },
            { "module": "module.edge", "mode": "managed", "type": "aws_lb_listener",
              "name": "production", "provider": "p", "instances": [
                { "attributes": { "id": "listener-1", "arn": "arn:x" } }
            ] },
            { "mode": "managed", "type": "aws_db_instance", "name": "orders", "provider": "p",
              "instances": [{ "attributes": null }] }
        ],
        "check_results": null
    })
}

fn seen(state: &Value) -> Result<Seen, Unreadable> {
    read(state.to_string().as_bytes(), &Watch::of(&terraform()))
}

/// What changed since [`state`] when the next one is changed like this.
fn after(change: impl FnOnce(&mut Value)) -> Vec<Change> {
    let mut next = state();
    next["serial"] = json!(8);
    change(&mut next);
    changes(&terraform(), Some(&seen(&state()).unwrap()), &seen(&next).unwrap())
}

#[test]
fn only_what_is_watched_is_kept_and_of_that_no_value() {
    let seen = seen(&state()).unwrap();

    assert_eq!((seen.lineage.as_str(), seen.serial), ("3f2a", 7));
    assert_eq!(seen.template.as_ref().map(crate::name::Arn::as_str), Some(TEMPLATE));
    assert_eq!(seen.outputs.keys().collect::<Vec<_>>(), ["replica", "task_definition"]);
    assert_eq!(seen.resources.len(), 2);
    let kept = serde_json::to_string(&seen).unwrap();
    for secret in ["hunter2", "orders-replica", "tg-green", "listener-1"] {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[test]
fn every_change_has_its_answer() {
    let broken = |why: &str| vec![Change::Broken(why.into())];
    let green = "aws_lb_target_group.fleet[\"green\"]";
    let newer = TEMPLATE.replace(":7", ":8");

    assert_eq!(after(|_| ()), vec![], "nothing of ours");
    assert_eq!(after(|it| it["outputs"]["password"]["value"] = json!("other")), vec![]);
    assert_eq!(
        after(|it| it["outputs"]["task_definition"]["value"] = json!(newer)),
        [Change::Template(newer.parse().unwrap())]
    );
    assert_eq!(
        after(|it| it["outputs"]["replica"]["value"] = json!("other")),
        [Change::Output("replica".into())]
    );
    assert_eq!(
        after(|it| it["resources"][0]["instances"][1]["attributes"]["id"] = json!("tg-2")),
        broken(&format!("{green} was replaced"))
    );
    assert_eq!(
        after(|it| drop(it["resources"].as_array_mut().unwrap().remove(0))),
        broken(&format!("{green} was destroyed"))
    );
    assert_eq!(
        after(|it| it["lineage"] = json!("9d1c")),
        broken(
            "s3://acme-state/shop/terraform.tfstate is another state by now: its lineage was 3f2a and is 9d1c"
        )
    );
    let newer = |it: &mut Value| it["outputs"]["replica"]["value"] = json!("other");
    assert_eq!(after(|it| (newer(it), it["serial"] = json!(6)).1), vec![], "an older one");
}

#[test]
fn what_is_missing_from_the_first_state_is_told() {
    let mut first = state();
    first["resources"] = json!([]);

    let told = changes(&terraform(), None, &seen(&first).unwrap());

    assert_eq!(told.len(), 2);
    assert_eq!(changes(&terraform(), None, &seen(&state()).unwrap()), vec![]);
}

#[test]
fn a_state_that_cannot_be_read_is_told_for_what_it_is() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut state = state();
        change(&mut state);
        state.to_string()
    };
    let whole = state().to_string();
    for (text, says) in [
        (with(&|it| it["version"] = json!(3)), "is of version 3 of the format, and only 4 is read"),
        (whole[..whole.len() / 2].to_owned(), "ends in the middle"),
        (String::new(), "ends in the middle"),
        (format!("{whole}{whole}"), "is not JSON"),
        ("<html>hunter2</html>".into(), "is not JSON"),
        ("\u{1f}\u{8b}hunter2".into(), "is not JSON"),
        (
            json!({ "serial": 1, "lineage": "a", "encrypted_data": "aHVudGVyMg==" }).to_string(),
            "is encrypted, so nothing of it can be compared",
        ),
        ("{}".into(), "is no state of Terraform: it has no `version`"),
        (
            with(&|it| it["lineage"] = json!({ "hunter2": 1 })),
            "is no state of Terraform: another kind of value at line 1, column",
        ),
        (
            with(&|it| it["outputs"]["task_definition"]["value"] = json!("hunter2")),
            "does not tell the task definition: the output task_definition is not the ARN",
        ),
        (
            with(&|it| it["outputs"]["task_definition"]["sensitive"] = json!(true)),
            "does not tell the task definition: the output task_definition is sensitive",
        ),
    ] {
        let told = read(text.as_bytes(), &Watch::of(&terraform())).expect_err(&text).to_string();
        assert!(told.starts_with(says), "{text}: {told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn a_lock_holds_unless_it_is_only_planned_and_is_not_believed_for_ever() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let lock = |operation: &str| {
        let lock = json!({ "ID": "1", "Operation": operation, "Who": "ada@laptop", "Path": "p" });
        Lock::read(lock.to_string().as_bytes(), at(0))
    };

    let apply = lock("OperationTypeApply").unwrap();
    assert!(apply.to_string().starts_with("ada@laptop changes what it stands on"), "{apply}");
    assert!(apply.stands(at(60)) && !apply.stands(at(3_600)));
    assert_eq!(lock("OperationTypePlan"), None);
    assert!(Lock::read(b"<html>", at(0)).unwrap().to_string().starts_with("somebody changes"));
}

#[test]
fn an_object_is_ours_if_it_is_the_state_or_its_lock() {
    let backend = terraform().backend;
    let is = |key| backend.is_object(("acme-state", key));

    assert!(is("shop/terraform.tfstate") && is("shop/terraform.tfstate.tflock"));
    assert!(!is("env:/test/shop/terraform.tfstate"), "another workspace");
    assert!(!backend.is_object(("acme-reports", "shop/terraform.tfstate")));
}

/// Where a document says that its state is, or what is wrong.
fn backend(written: Value) -> Result<String, String> {
    let read = serde_json::from_value::<Terraform>(written).map_err(|error| error.to_string())?;
    let mistakes = read.nonsense();
    match mistakes.is_empty() {
        true => Ok(read.address()),
        false => Err(format!("{mistakes:?}")),
    }
}

#[test]
fn a_state_is_in_one_place_which_is_said_whole() {
    let hcp = json!({ "organization": "acme", "workspace": "shop-prod", "template": "t" });
    assert_eq!(backend(hcp.clone()).as_deref(), Ok("hcp://acme/shop-prod"));
    let read: Terraform = serde_json::from_value(hcp.clone()).unwrap();
    assert_eq!(json!(read), hcp, "it is written as it was read");
    assert_eq!(json!(terraform())["bucket"], "acme-state");

    for (written, says) in [
        (json!({}), "say where the state is: `bucket` and `key` in S3, or `organization`"),
        (json!({ "bucket": "state" }), "say its `key`, too"),
        (json!({ "key": "a" }), "say its `bucket`, too"),
        (json!({ "organization": "acme" }), "say its `workspace`, too"),
        (json!({ "workspace": "shop" }), "say its `organization`, too"),
        (json!({ "bucket": "state", "key": "a", "workspace": "shop" }), "is in one place"),
        (json!({ "bucket": "state", "organization": "acme" }), "is in one place"),
        (json!({ "organisation": "acme" }), "unknown field `organisation`"),
        (
            json!({ "organization": "app.terraform.io/acme", "workspace": "", "template": "t" }),
            "[(\"organization\", \"a name in HCP Terraform has letters",
        ),
    ] {
        let told = backend(written.clone()).expect_err("a mistake");
        assert!(told.contains(says), "{written}: {told}");
    }
}

#[test]
fn a_run_concerns_who_stands_on_its_workspace_and_ends_as_its_own_lock_only() {
    let heard = |status: &str| {
        Heard::read(&json!({
            "organization": "acme", "workspace": "shop", "run": "run-1", "status": status,
            "at": "2026-05-04T09:12:20Z"
        }))
    };
    let service = |terraform: Value| {
        let document = json!({
            "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": "*" },
            "cluster": "shop", "strategy": { "blue_green": {} }, "terraform": terraform
        });
        serde_json::from_value::<crate::service::ServiceDocument>(document).unwrap()
    };
    let applied = heard("applied").unwrap();

    let ours = json!({ "organization": "Acme", "workspace": "shop", "template": "t" });
    let other = json!({ "organization": "acme", "workspace": "shop-test", "template": "t" });
    assert!(applied.concerns(&service(ours)), "whatever the case of a letter");
    assert!(!applied.concerns(&service(other)) && !applied.concerns(&service(json!(terraform()))));
    assert!(applied.ended("run-1") && !applied.ended("run-2"));
    assert!(heard("errored").unwrap().ended("run-1") && !heard("applying").unwrap().ended("run-1"));
    let told = heard("planned").unwrap_err().to_string();
    assert!(told.starts_with("at `status`: unknown variant"), "{told}");
}

#[test]
fn what_follows_from_a_change_is_named_by_its_moment_whatever_is_applied_later() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let look = |serial: u64, change: &dyn Fn(&mut Value)| {
        let mut state = state();
        state["serial"] = json!(serial);
        change(&mut state);
        Look::Read(seen(&state).unwrap())
    };
    let newer = TEMPLATE.replace(":7", ":8");
    let moves = |it: &mut Value| {
        it["outputs"]["replica"]["value"] = json!("orders-2");
        it["outputs"]["task_definition"]["value"] = json!(newer);
    };
    let sees = |desk: Desk, look: &Look, now| desk.sees(&terraform(), look, false, at(now));

    let (desk, first) = sees(Desk::new("checkout".parse().unwrap()), &look(7, &|_| ()), 0);
    assert_eq!((first.redeploy, first.moved), (None, None));
    let (desk, changed) = sees(desk, &look(8, &moves), 60);
    let (desk, again) = sees(desk, &look(8, &moves), 120);
    let (desk, other) = sees(desk, &look(9, &moves), 180);
    for answer in [&changed, &again, &other] {
        assert_eq!(answer.moved, Some(at(60)));
        assert_eq!(answer.redeploy.as_ref().map(|onto| onto.since), Some(at(60)));
    }
    let (desk, back) = sees(desk, &look(10, &|_| ()), 240);
    assert_eq!(back.moved, Some(at(240)), "the replica of before is another one than that of now");
    let (_, late) = sees(desk, &look(10, &|_| ()), 240 + 24 * 3_600);
    assert_eq!((late.redeploy, late.moved), (None, None));

    let request: crate::request::Request =
        serde_json::from_value(json!({ "service": "checkout" })).unwrap();
    let named = |answer: &Answer| request.onto_template(answer.redeploy.as_ref().unwrap());
    assert_eq!(named(&changed), named(&other));
    assert_ne!(named(&changed), named(&back), "the one of before, which is one more change");
}

#[test]
fn who_waits_asks_again_when_a_person_accepts_what_there_is() {
    let now = Timestamp::from_second(100).unwrap();
    let look = Look::Read(seen(&state()).unwrap());
    let waiter: crate::desk::Waiter = serde_json::from_value(json!({
        "deployment": "checkout-2", "title": "checkout v1.2.0", "explicit": false,
        "height": { "version": "1.2.0", "pushed_at": now }, "since": now, "token": "token"
    }))
    .unwrap();
    let desk = Desk { waiting: Some(waiter.clone()), ..Desk::new("checkout".parse().unwrap()) };
    let lease = crate::desk::Lease {
        service: desk.service.clone(),
        holder: "checkout-1".parse().unwrap(),
        token: 1,
        expires_at: now,
    };
    let busy = Desk { lease: Some(lease), ..desk.clone() };

    let asks = |desk: Desk, accepts| desk.sees(&terraform(), &look, accepts, now).1.asks;
    assert_eq!(asks(desk.clone(), true), Some(waiter));
    assert_eq!(asks(desk, false), None, "nobody ended anything");
    assert_eq!(asks(busy, true), None, "who works gives the lease on");
}
