//! A webhook delivery of Alertmanager: a group of alerts.
//!
//! Source: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>.

use std::collections::BTreeMap;

use domain::alert::Alert;
use domain::secrets::Secrets;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Refusal, bearer, decode};

/// The largest body read: what a Lambda function URL takes. An alert has about 1 kB.
pub const LIMIT: usize = 6 * 1024 * 1024;

/// The version of the message that is read. Source: `version: "4"`, the same since 2017.
const VERSION: &str = "4";

/// What was told of a group of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The alerts, in the order they were told.
    pub alerts: Vec<Alert>,
    /// How many had no name, and are left out: a rule always gives one.
    pub unnamed: usize,
    /// How many Alertmanager left out, because its receiver says `max_alerts`.
    pub truncated: u64,
}

impl Told {
    /// The answer, for whoever reads Alertmanager's log at debug.
    pub fn answer(&self) -> Value {
        json!({ "heard": self.alerts.len(), "unnamed": self.unnamed, "truncated": self.truncated })
    }
}

/// A message as Alertmanager writes it, with only what we read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    /// Left out by templates that others wrote.
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    truncated_alerts: u64,
    alerts: Vec<Item>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    status: Status,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    starts_at: Timestamp,
    /// Of one that fires, the moment at which it would be taken for over.
    #[serde(default)]
    ends_at: Option<Timestamp>,
    fingerprint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Firing,
    Resolved,
}

/// Reads a delivery: what was told, or why it is refused. Nothing of the body is looked at before the
/// token in the header `Authorization` fits.
pub fn read(
    tokens: &Secrets,
    limit: usize,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<Told, Refusal> {
    bearer::check(tokens, authorization)?;
    if body.len() > limit {
        return Err(Refusal::TooLarge { length: body.len(), limit });
    }

    told(body)
}

/// What a message tells that is believed.
pub(crate) fn told(body: &[u8]) -> Result<Told, Refusal> {
    let message: Message = decode(body)?;
    if let Some(version) = message.version.filter(|version| version != VERSION) {
        let problem = format!("is {version:?}, and {VERSION:?} is read");
        return Err(Refusal::unreadable("version", problem));
    }
    let told = message.alerts.len();
    let alerts: Vec<Alert> = message.alerts.into_iter().filter_map(Item::alert).collect();
    Ok(Told { unnamed: told - alerts.len(), alerts, truncated: message.truncated_alerts })
}

impl Item {
    fn alert(self) -> Option<Alert> {
        let name = self.labels.get("alertname")?.clone();
        let over = (self.status == Status::Resolved).then_some(self.starts_at);
        let resolved = over.map(|since| self.ends_at.map_or(since, |at| at.max(since)));
        let Self { labels, fingerprint, starts_at, .. } = self;
        Some(Alert { name, labels, fingerprint, since: starts_at, resolved }.cut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As Alertmanager 0.27 posts it.
    const SAMPLE: &str = include_str!("../../../events/samples/alertmanager/firing.json");
    const TOKEN: Option<&str> = Some("Bearer hush");

    fn hear(body: &[u8]) -> Result<Told, Refusal> {
        read(&Secrets::new("hush").expect("a token"), LIMIT, TOKEN, body)
    }

    fn changed(pointer: &str, value: Value) -> Vec<u8> {
        let mut body: Value = serde_json::from_str(SAMPLE).expect("a sample");
        *body.pointer_mut(pointer).expect("a field") = value;
        body.to_string().into_bytes()
    }

    #[test]
    fn a_group_is_heard_alert_by_alert() {
        let told = hear(SAMPLE.as_bytes()).expect("alerts");

        assert_eq!((told.unnamed, told.truncated), (0, 0));
        let [fires, over] = &told.alerts[..] else { panic!("two") };
        assert_eq!(fires.name, "CheckoutErrors");
        assert_eq!(fires.labels["service"], "checkout");
        assert_eq!(
            (fires.since.to_string().as_str(), fires.resolved),
            ("2026-05-04T09:22:10.412Z", None)
        );
        assert_eq!(
            over.resolved.map(|it| it.to_string()).as_deref(),
            Some("2026-05-04T09:24:10.412Z")
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_field() {
        for (body, path) in [
            (changed("/version", json!("3")), "version"),
            (changed("/alerts/1/status", json!("singing")), "alerts[1].status"),
            (changed("/alerts/0/startsAt", json!("noon")), "alerts[0].startsAt"),
            (changed("/alerts", json!(7)), "alerts"),
            (b"<html>".to_vec(), "body"),
            (b"\xff\xfe".to_vec(), "body"),
        ] {
            let refusal = hear(&body).expect_err("unreadable");
            assert_eq!((refusal.status(), refusal.name()), (400, "Invalid"));
            assert!(refusal.to_string().starts_with(&format!("{path}: ")), "{refusal}");
        }
    }

    #[test]
    fn an_alert_without_a_name_is_left_out_and_counted() {
        let told = hear(&changed("/alerts/0/labels", json!({}))).expect("the other");
        assert_eq!((told.alerts.len(), told.unnamed), (1, 1));
    }

    #[test]
    fn the_token_comes_before_the_body() {
        let tokens = Secrets::new("hush").expect("a token");
        assert_eq!(read(&tokens, LIMIT, None, b"{"), Err(Refusal::Unauthorized));
        assert_eq!(read(&tokens, 3, Some("Bearer no"), SAMPLE.as_bytes()), Err(Refusal::Forged));
        let large = read(&tokens, 3, TOKEN, b"1234").expect_err("too large");
        assert_eq!(large.status(), 413);
    }

    #[test]
    fn labels_of_any_script_and_length_are_only_labels() {
        let labels = json!({
            "alertname": "<!channel> *Fehler* エラー \u{202e}", "service": "x".repeat(100_000)
        });
        let told = hear(&changed("/alerts/0/labels", labels)).expect("alerts");
        assert_eq!(told.alerts[0].name, "<!channel> *Fehler* エラー \u{202e}");
        assert!(told.alerts[0].labels["service"].chars().count() <= 101);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_heard_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = hear(&body);
        }

        #[test]
        fn what_breaks_off_is_refused(end in 0..SAMPLE.trim_end().len() - 1) {
            prop_assert!(hear(&SAMPLE.as_bytes()[..end]).is_err());
        }
    }
}
