//! Requests of Slack, and what only looks like one.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use domain::people::{Act, Ask, Wish};

/// Slack's own example, from the page about verifying requests.
const KEY: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const MOMENT: i64 = 1_531_420_618;
const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

fn keys() -> Secrets {
    Secrets::new(KEY).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_second(MOMENT).unwrap()
}

/// What is heard in a body that Slack signed just now.
fn signed(body: &[u8]) -> Result<Heard, Refusal> {
    read(&keys(), now(), signature::sign(KEY, now(), body), body)
}

fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields).finish().into_bytes()
}

fn pressed(change: impl FnOnce(&mut Value)) -> Result<Heard, Refusal> {
    let mut payload = json!({
        "type": "block_actions",
        "user": { "id": "U024BE7LH", "username": "mia", "team_id": "T1" },
        "api_app_id": "A1", "token": "old", "trigger_id": "1.2",
        "container": { "type": "message", "channel_id": "C1", "message_ts": "1.0" },
        "response_url": "https://hooks.slack.com/actions/T1/1/x",
        "actions": [{
            "type": "button", "action_id": "approve", "block_id": "b", "action_ts": "1.1",
            "text": { "type": "plain_text", "text": "Approve" },
            "value": "{\"deployment\":\"checkout-1\",\"service\":\"checkout\"}"
        }]
    });
    change(&mut payload);
    signed(&form(&[("payload", &payload.to_string())]))
}

fn said(text: &str) -> Heard {
    let fields = [("command", "/cutover"), ("user_id", "U024BE7LH"), ("text", text)];
    signed(&form(&fields)).expect("Slack signed it")
}

fn wanted(heard: Heard) -> Act {
    let (Heard::Pressed { wish, .. } | Heard::Asked(Ask::Wish(wish))) = heard else {
        panic!("{heard:?}")
    };
    let Wish { user, service, act } = wish;
    assert_eq!((user.as_str(), service.as_str()), ("U024BE7LH", "checkout"));
    act
}

#[test]
fn the_example_of_slack_is_accepted() {
    let [(_, signature), (_, moment)] = signature::sign(KEY, now(), BODY);
    assert_eq!((signature.as_str(), moment.as_str()), (SIGNATURE, "1531420618"));

    let headers = [("X-Slack-Signature", SIGNATURE), ("X-Slack-Request-Timestamp", &moment)];
    let heard = read(&keys(), now(), headers, BODY).expect("Slack signed it");

    assert!(matches!(&heard, Heard::Lost(said) if said.contains("/cutover status")), "{heard:?}");
}

#[test]
fn what_is_not_signed_or_by_somebody_else_is_refused() {
    let moment = MOMENT.to_string();
    let unsigned: [(&str, &str); 0] = [];
    assert_eq!(read(&keys(), now(), unsigned, BODY), Err(Refusal::Unsigned));
    let half = [("x-slack-signature", SIGNATURE)];
    assert_eq!(read(&keys(), now(), half, BODY), Err(Refusal::Unsigned));

    let upper = format!("V0={}", &SIGNATURE[3..]);
    for signature in ["", "v0=", "v0=zz", "v1=00", &SIGNATURE[3..], &SIGNATURE[..66], &upper] {
        let headers = [("x-slack-signature", signature), ("x-slack-request-timestamp", &moment)];
        assert_eq!(read(&keys(), now(), headers, BODY), Err(Refusal::Forged), "{signature}");
    }
    let other = signature::sign("guess", now(), BODY);
    assert_eq!(read(&keys(), now(), other, BODY), Err(Refusal::Forged));
}

#[test]
fn both_secrets_are_accepted_while_they_are_changed() {
    let keys = Secrets::new("new").unwrap().accepting(KEY).unwrap();
    for key in ["new", KEY] {
        assert!(read(&keys, now(), signature::sign(key, now(), BODY), BODY).is_ok(), "{key}");
    }
    let older = signature::sign("older", now(), BODY);
    assert_eq!(read(&keys, now(), older, BODY), Err(Refusal::Forged));
}

#[test]
fn what_was_recorded_is_not_taken_again() {
    let headers = signature::sign(KEY, now(), BODY);
    for (second, taken) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
        let later = Timestamp::from_second(MOMENT + second).unwrap();
        let heard = read(&keys(), later, headers.clone(), BODY);
        match taken {
            true => assert!(heard.is_ok(), "{second}"),
            false => assert_eq!(heard, Err(Refusal::Stale { seconds: 301, most: 300 }), "{second}"),
        }
    }
    // Its moment is signed too.
    let moved = [headers[0].clone(), ("x-slack-request-timestamp", (MOMENT + 301).to_string())];
    let later = Timestamp::from_second(MOMENT + 301).unwrap();
    assert_eq!(read(&keys(), later, moved, BODY), Err(Refusal::Forged));
}

#[test]
fn each_button_is_what_stands_on_it() {
    let deployment = || "checkout-1".parse().expect("a name");
    let back = Act::RollBack { deployment: Some(deployment()), to: None, reason: None };
    for (button, act) in [
        ("approve", Act::Approve { deployment: deployment() }),
        ("reject", Act::Reject { deployment: deployment() }),
        ("roll_back", back),
        ("hold", Act::Hold),
        ("release_quarantine", Act::ReleaseQuarantine { deployment: deployment() }),
    ] {
        let heard = pressed(|it| it["actions"][0]["action_id"] = json!(button));
        assert_eq!(wanted(heard.expect("Slack signed it")), act);
    }
}

#[test]
fn where_who_pressed_is_answered_is_what_slack_says() {
    let at = |heard| match heard {
        Ok(Heard::Pressed { answer_at, .. }) => answer_at,
        other => panic!("{other:?}"),
    };
    let address = "https://hooks.slack.com/actions/T1/1/x".to_owned();
    assert_eq!(at(pressed(|_| {})), Some(address));
    assert_eq!(at(pressed(|it| it["response_url"] = json!(null))), None);
}

#[test]
fn what_nothing_follows_from_is_passed_by() {
    let passed = |heard: Result<Heard, Refusal>| match heard {
        Ok(Heard::NotForUs(why)) => why,
        other => panic!("{other:?}"),
    };

    assert!(passed(pressed(|it| it["type"] = json!("view_submission"))).contains("no button"));
    let link = |it: &mut Value| it["actions"][0] = json!({ "action_id": "open" });
    assert_eq!(passed(pressed(link)), "the button \"open\" asks for nothing");
    let long = passed(pressed(|it| it["actions"][0]["action_id"] = json!("ä".repeat(10_000))));
    assert_eq!(long.chars().count(), 120);
    assert!(passed(signed(b"ssl_check=1&token=x")).contains("at home"));
}

#[test]
fn a_command_is_understood_or_answered_with_how_it_goes() {
    assert!(matches!(said(" status "), Heard::Asked(Ask::Status { service: None, .. })));
    assert!(matches!(said("STATUS checkout"), Heard::Asked(Ask::Status { service: Some(_), .. })));
    assert!(matches!(said("history  checkout"), Heard::Asked(Ask::History { .. })));
    let back = |to: Option<&str>, reason: Option<&str>| Act::RollBack {
        deployment: None,
        to: to.map(str::to_owned),
        reason: reason.map(str::to_owned),
    };
    assert_eq!(wanted(said("rollback checkout")), back(None, None));
    assert_eq!(wanted(said("rollback checkout to v1.0.0")), back(Some("v1.0.0"), None));
    let both = said("rollback checkout to v1.0.0 receipts are  wrong");
    assert_eq!(wanted(both), back(Some("v1.0.0"), Some("receipts are  wrong")));
    assert_eq!(wanted(said("rollback checkout too slow")), back(None, Some("too slow")));
    let Act::Freeze { length, reason } = wanted(said("freeze checkout 2h the fair")) else {
        panic!("a freeze")
    };
    assert_eq!((length.0, reason.as_str()), (7_200, "the fair"));
    assert_eq!(wanted(said("thaw checkout over")), Act::Thaw { reason: "over".into() });

    for (text, says) in [
        ("", "this is what you can say"),
        ("help", "this is what you can say"),
        ("explode", "\"explode\" is nothing that I know"),
        ("history", "say which service"),
        ("history <@U1>", "is not a service name"),
        ("rollback checkout to", "say where to"),
        ("freeze checkout", "\"\" is no time such as 2h or 30m"),
        ("freeze checkout soon x", "\"soon\" is no time such as 2h or 30m"),
        ("freeze checkout 2h", "say why, after the time"),
        ("thaw checkout", "say why, after the service"),
    ] {
        let Heard::Lost(told) = said(text) else { panic!("{text} was understood") };
        assert!(told.starts_with(says) || told.contains(says), "{text}: {told}");
        assert!(told.ends_with(USAGE), "{told}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let place = |heard: Result<Heard, Refusal>| match heard {
        Err(Refusal::Unreadable { path, .. }) => path,
        other => panic!("{other:?}"),
    };
    let value = |value: Value| pressed(|it| it["actions"][0]["value"] = value);

    assert_eq!(place(signed(b"")), "payload");
    assert_eq!(place(signed(&[0xff, 0xfe])), "body");
    assert_eq!(place(signed(b"payload=")), "payload");
    assert_eq!(place(signed(b"payload=%7B%7D%7B%7D")), "payload");
    assert_eq!(place(signed(b"command=%2Fcutover&text=status")), "user_id");
    assert_eq!(place(signed(b"command=%2Fcutover&user_id=U1")), "text");
    assert_eq!(place(signed(b"command=%2Fcutover&user_id=mia&text=")), "user_id");
    assert_eq!(place(pressed(|it| it["user"]["id"] = json!("mia"))), "payload.user.id");
    assert_eq!(place(pressed(|it| it["actions"] = json!([]))), "payload.actions");
    assert_eq!(place(value(json!(7))), "payload.actions[0].value");
    assert_eq!(place(value(json!("7"))), "payload.actions[0].value");
    let strange = json!({ "deployment": "a b", "service": "checkout" }).to_string();
    assert_eq!(place(value(json!(strange))), "payload.actions[0].value.deployment");
}

#[test]
fn each_refusal_has_its_status() {
    let long = vec![b'a'; LIMIT + 1];
    assert_eq!(signed(&long), Err(Refusal::TooLarge { length: LIMIT + 1, limit: LIMIT }));
    for (refusal, status, name) in [
        (Refusal::Unsigned, 401, "Unauthorized"),
        (Refusal::Forged, 401, "Unauthorized"),
        (Refusal::Stale { seconds: 301, most: 300 }, 401, "Unauthorized"),
        (Refusal::TooLarge { length: 2, limit: 1 }, 413, "TooLarge"),
        (Refusal::unreadable("payload", "x".repeat(1_000_000)), 400, "Invalid"),
    ] {
        assert_eq!((refusal.status(), refusal.name()), (status, name));
        assert!(refusal.to_string().len() < 400);
    }
}

/// A body that Slack might send, or somebody else.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let value = "[ -~]{0,60}";
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        value.prop_map(|text| form(&[("payload", &text)])),
        value.prop_map(|text| {
            form(&[("command", "/cutover"), ("user_id", "U024BE7LH"), ("text", &text)])
        }),
        value.prop_map(|text| {
            let json = json!({ "type": "block_actions", "user": { "id": text }, "actions": [] });
            form(&[("payload", &json.to_string())])
        }),
        (0..3_usize).prop_map(|times| vec![b'='; times * 500_000]),
    ]
}

proptest! {
    #[test]
    fn what_nobody_signed_never_passes(body in body(), signature in "(v0=)?[0-9a-f]{0,64}", second: i64) {
        let moment = second.to_string();
        let headers = [("x-slack-signature", signature), ("x-slack-request-timestamp", moment)];
        prop_assert!(read(&keys(), now(), headers, &body).is_err());
    }

    #[test]
    fn one_changed_byte_never_passes(body in body(), place: prop::sample::Index, by in 1_u8..) {
        prop_assume!(!body.is_empty() && body.len() <= LIMIT);
        let headers = signature::sign(KEY, now(), &body);
        let mut changed = body;
        let place = place.index(changed.len());
        changed[place] = changed[place].wrapping_add(by);
        prop_assert_eq!(read(&keys(), now(), headers, &changed), Err(Refusal::Forged));
    }

    #[test]
    fn a_body_that_breaks_off_never_passes(body in body(), end: prop::sample::Index) {
        prop_assume!(!body.is_empty() && body.len() <= LIMIT);
        let headers = signature::sign(KEY, now(), &body);
        let half = &body[..end.index(body.len())];
        prop_assert_eq!(read(&keys(), now(), headers, half), Err(Refusal::Forged));
    }

    #[test]
    fn whatever_is_signed_is_heard_or_refused(body in body()) {
        match signed(&body) {
            Ok(Heard::Lost(told)) => prop_assert!(told.len() < 1_000),
            Ok(_) => {}
            Err(refusal) => prop_assert!(refusal.to_string().len() < 1_000),
        }
    }
}
