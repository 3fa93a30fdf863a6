//! A button that was pressed
//! (<https://docs.slack.dev/reference/interaction-payloads/block_actions-payload>).

use domain::name::{DeploymentId, ServiceName, SlackUser};
use domain::people::{Act, Wish};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Heard, Refusal};

/// What Slack sends; it sends much more.
#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Pressed {
    user: User,
    actions: Vec<Action>,
    #[serde(default)]
    response_url: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: SlackUser,
}

#[derive(Deserialize)]
struct Action {
    action_id: String,
    #[serde(default)]
    value: String,
}

/// What we write into a button.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Value {
    deployment: DeploymentId,
    service: ServiceName,
}

pub(super) fn read(payload: &str) -> Result<Heard, Refusal> {
    let Payload { kind } = json("payload", payload)?;
    if kind != "block_actions" {
        return Ok(Heard::not_for_us(&format!("{kind:?} is no button of a message")));
    }
    let Pressed { user, actions, response_url } = json("payload", payload)?;
    // One press is one action; there are several only where somebody fills in a form.
    let [action] = actions.as_slice() else {
        let problem = format!("has {} entries, where a press is one", actions.len());
        return Err(Refusal::unreadable("payload.actions", problem));
    };
    let act: fn(DeploymentId) -> Act = match action.action_id.as_str() {
        "approve" => |deployment| Act::Approve { deployment },
        "reject" => |deployment| Act::Reject { deployment },
        "roll_back" => {
            |deployment| Act::RollBack { deployment: Some(deployment), to: None, reason: None }
        }
        "hold" => |_| Act::Hold,
        "release_quarantine" => |deployment| Act::ReleaseQuarantine { deployment },
        // A button that only opens an address is told of too.
        other => return Ok(Heard::not_for_us(&format!("the button {other:?} asks for nothing"))),
    };
    let Value { deployment, service } = json("payload.actions[0].value", &action.value)?;

    let wish = Wish { user: user.id, service, act: act(deployment) };
    Ok(Heard::Pressed { wish, answer_at: response_url })
}

/// Reads a JSON that is the text of a field.
fn json<T: DeserializeOwned>(field: &str, text: &str) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = match error.path().to_string().as_str() {
            "." => field.to_owned(),
            path => format!("{field}.{path}"),
        };
        Refusal::unreadable(path, error.into_inner().to_string())
    })?;
    json.end().map_err(|error| Refusal::unreadable(field, error.to_string()))?;
    Ok(read)
}
