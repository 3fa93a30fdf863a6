//! A notification: signature, and what it says about a run.
//!
//! Source: <https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations>,
//! "Notification Payload".

use std::time::Duration;

use domain::secrets::Secrets;
use domain::terraform::{Run, RunStatus};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Refusal, signature};

/// The largest body read: what a Lambda function URL takes. A notification has about 1 kB.
pub const LIMIT: usize = 6 * 1024 * 1024;

/// How long hearing a notification may take.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// The version of the payload that tells of runs. The second one tells of the health of a workspace.
const RUNS: u32 = 1;

/// What was heard in a notification that is HCP Terraform's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The notification was set up, and HCP Terraform asks whether somebody is at home.
    Verification,
    /// A run changes something, or has ended.
    Run(Run),
    /// Nothing that a look at the state could follow from.
    NotForUs {
        /// Why.
        reason: String,
    },
}

impl Heard {
    /// The HTTP status that tells HCP Terraform: a notification whose verification is not answered
    /// well cannot be switched on.
    pub fn status(&self) -> u16 {
        match self {
            Self::Verification => 200,
            Self::Run(_) | Self::NotForUs { .. } => 202,
        }
    }

    /// The body of the answer, for whoever looks at it in HCP Terraform.
    pub fn answer(&self) -> Value {
        match self {
            Self::Verification => json!({ "verified": true }),
            Self::Run(run) => json!({ "accepted": run }),
            Self::NotForUs { reason } => json!({ "ignored": reason }),
        }
    }

    fn not_for_us(reason: impl Into<String>) -> Self {
        Self::NotForUs { reason: reason.into() }
    }
}

#[derive(Deserialize)]
struct Versioned {
    payload_version: u32,
}

/// A notification as HCP Terraform writes it, with only what we read. A verification is of no run.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    run_id: Option<String>,
    #[serde(default)]
    workspace_name: Option<String>,
    #[serde(default)]
    organization_name: Option<String>,
    notifications: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    trigger: String,
    #[serde(default)]
    run_status: Option<String>,
    #[serde(default)]
    run_updated_at: Option<Timestamp>,
}

/// Reads a notification: what was heard at `now`, or why it is refused. Nothing of the body is looked
/// at before the signature fits.
pub fn read(
    secrets: &Secrets,
    limit: usize,
    signed: Option<&str>,
    body: &[u8],
    now: Timestamp,
) -> Result<Heard, Refusal> {
    if body.len() > limit {
        return Err(Refusal::TooLarge { length: body.len(), limit });
    }
    signature::check(secrets, signed, body)?;

    let Versioned { payload_version } = decode(body)?;
    if payload_version != RUNS {
        let why = format!("version {payload_version} of the payload tells of no run");
        return Ok(Heard::not_for_us(why));
    }
    let message: Message = decode(body)?;
    // There is one; of several the newest is the last, and each would only wake.
    let Some(item) = message.notifications.last() else {
        return Ok(Heard::not_for_us("it tells of nothing"));
    };
    if item.trigger == "verification" {
        return Ok(Heard::Verification);
    }
    match status(item) {
        Ok(status) => message.run(item, status, now).map(Heard::Run),
        Err(why) => Ok(Heard::not_for_us(why)),
    }
}

/// How the run stands, or why that is nothing to us. `run:completed` is told of plans, too, that
/// changed nothing.
fn status(item: &Item) -> Result<RunStatus, String> {
    match (item.trigger.as_str(), item.run_status.as_deref()) {
        ("run:applying", _) => Ok(RunStatus::Applying),
        ("run:completed", Some("applied")) => Ok(RunStatus::Applied),
        ("run:errored", _) => Ok(RunStatus::Errored),
        ("run:completed", status) => {
            Err(format!("the run ended as {}, and applied nothing", status.unwrap_or("nothing")))
        }
        (other, _) => Err(format!("the trigger {other} changes nothing")),
    }
}

impl Message {
    fn run(&self, item: &Item, status: RunStatus, now: Timestamp) -> Result<Run, Refusal> {
        let text = |field: &'static str, value: &Option<String>| {
            let value = value.clone().filter(|value| !value.is_empty());
            value.ok_or_else(|| Refusal::unreadable(field, "is missing, where a run is told of"))
        };
        Ok(Run {
            organization: text("organization_name", &self.organization_name)?,
            workspace: text("workspace_name", &self.workspace_name)?,
            run: text("run_id", &self.run_id)?,
            status,
            at: item.run_updated_at.unwrap_or(now),
        })
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "body".to_owned() } else { path };
        Refusal::unreadable(path, error.into_inner().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const APPLIED: &str = include_str!("../../../events/samples/hcp/run-applied.json");
    const SAMPLES: [(&str, &str); 7] = [
        ("accepted applied", APPLIED),
        ("accepted applying", include_str!("../../../events/samples/hcp/run-applying.json")),
        ("accepted errored", include_str!("../../../events/samples/hcp/run-errored.json")),
        (
            "ignored the run ended as planned_and_finished, and applied nothing",
            include_str!("../../../events/samples/hcp/run-planned-and-finished.json"),
        ),
        (
            "ignored the trigger run:needs_attention changes nothing",
            include_str!("../../../events/samples/hcp/run-needs-attention.json"),
        ),
        (
            "ignored version 2 of the payload tells of no run",
            include_str!("../../../events/samples/hcp/assessment-drifted.json"),
        ),
        ("verified", include_str!("../../../events/samples/hcp/verification.json")),
    ];

    fn hear(body: &[u8]) -> Result<Heard, Refusal> {
        let secrets = Secrets::new("hush").expect("a secret");
        let signed = signature::sign("hush", body);
        read(&secrets, LIMIT, Some(&signed), body, Timestamp::UNIX_EPOCH)
    }

    fn changed(pointer: &str, value: Value) -> Vec<u8> {
        let mut body: Value = serde_json::from_str(APPLIED).expect("a sample");
        *body.pointer_mut(pointer).expect("a field") = value;
        body.to_string().into_bytes()
    }

    #[test]
    fn what_matters_is_told_from_what_does_not() {
        for (is, sample) in SAMPLES {
            let heard = hear(sample.as_bytes()).expect(is);
            let told = match &heard {
                Heard::Verification => "verified".to_owned(),
                Heard::Run(run) => format!("accepted {}", json!(run.status).as_str().unwrap()),
                Heard::NotForUs { reason } => format!("ignored {reason}"),
            };
            assert_eq!(told, is);
            assert_eq!(heard.status(), if is == "verified" { 200 } else { 202 });
            assert!(heard.answer().get(is.split(' ').next().unwrap()).is_some(), "{is}");
        }
    }

    #[test]
    fn a_run_is_told_in_our_words() {
        let Ok(Heard::Run(run)) = hear(APPLIED.as_bytes()) else { panic!("a run") };
        let told = json!(run);
        assert_eq!(
            told,
            json!({
                "organization": "acme", "workspace": "shop-production",
                "run": "run-CZcmD7eagjhyX0vN", "status": "applied", "at": "2026-05-04T10:03:47Z"
            })
        );
        let without = hear(&changed("/notifications/0/run_updated_at", json!(null)));
        let Ok(Heard::Run(run)) = without else { panic!("a run") };
        assert_eq!(run.at, Timestamp::UNIX_EPOCH, "it is heard now");
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_field() {
        for (body, path) in [
            (changed("/payload_version", json!("one")), "payload_version"),
            (changed("/notifications", json!(7)), "notifications"),
            (changed("/notifications/0/trigger", json!(null)), "notifications[0].trigger"),
            (
                changed("/notifications/0/run_updated_at", json!("noon")),
                "notifications[0].run_updated_at",
            ),
            (changed("/workspace_name", json!(null)), "workspace_name"),
            (changed("/organization_name", json!("")), "organization_name"),
            (changed("/run_id", json!(null)), "run_id"),
            (b"<html>".to_vec(), "body"),
        ] {
            let refusal = hear(&body).expect_err("unreadable");
            assert_eq!((refusal.status(), refusal.name()), (400, "Invalid"));
            assert!(refusal.to_string().starts_with(&format!("{path}: ")), "{refusal}");
        }
    }

    #[test]
    fn the_signature_comes_before_the_body() {
        let secrets = Secrets::new("hush").expect("a secret");
        let heard = |signed: Option<&str>, limit| {
            read(&secrets, limit, signed, b"<html>", Timestamp::UNIX_EPOCH)
        };
        assert_eq!(heard(None, LIMIT), Err(Refusal::Unsigned));
        assert_eq!(heard(Some("00"), LIMIT), Err(Refusal::Forged));
        assert_eq!(heard(Some("00"), 3), Err(Refusal::TooLarge { length: 6, limit: 3 }));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_heard_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = hear(&body);
        }

        #[test]
        fn what_breaks_off_is_refused(end in 0..APPLIED.trim_end().len() - 1) {
            prop_assert!(hear(&APPLIED.as_bytes()[..end]).is_err());
        }
    }
}
