//! A world whose people read Slack.

use std::sync::Arc;

use domain::Failure;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use domain::telling::{Message, Telling};
use local::account::{Account, Speaker};
use serde_json::{Value, json};
use slack::blocks::{self, Offer};
use tests::{Plant, World, WorldBuilder, document};
use workflow::ports::Said;

use crate::fake::{CHANNEL, Fake, TOKEN};

/// `checkout`, which tells its channel.
pub(crate) fn checkout(change: impl FnOnce(&mut Value)) -> ServiceDocument {
    document("checkout", |document| {
        document["tell"] = json!({ "slack": { "channel": CHANNEL } });
        document["bake"] = json!("2m");
        change(document);
    })
}

/// A world with these services, and the Slack that it tells.
pub(crate) async fn telling(services: Vec<ServiceDocument>) -> (World, Arc<Fake>) {
    let world = services.into_iter().fold(World::builder().telling(), WorldBuilder::with);
    let world = world.begin().await;
    let fake = Arc::new(Fake::with(&[CHANNEL]));
    world.account.let_speak(speaker(&world.account, &fake));
    (world, fake)
}

/// Says it in the fake, as the client would, on the account's clock.
fn speaker(account: &Account<Plant>, fake: &Arc<Fake>) -> Speaker {
    let (account, fake) = (account.clone(), Arc::clone(fake));
    Speaker::new(move |channel: String, telling: Telling, message: Message| {
        let (account, fake) = (account.clone(), Arc::clone(&fake));
        Box::pin(async move { say(&fake, &account, &channel, &telling, &message) })
    })
}

fn say(
    fake: &Fake,
    account: &Account<Plant>,
    channel: &str,
    telling: &Telling,
    message: &Message,
) -> Result<Said, Failure> {
    let mut body = match message {
        Message::First | Message::Changed(_) => blocks::message(telling, Offer::Buttons),
        Message::Below(_, lines) => blocks::below(lines),
    };
    body["channel"] = channel.into();
    let method = match message {
        Message::First => "chat.postMessage",
        Message::Changed(ts) => {
            body["ts"] = json!(ts);
            "chat.update"
        }
        Message::Below(ts, _) => {
            body["thread_ts"] = json!(ts);
            body["reply_broadcast"] = json!(telling.calls());
            "chat.postMessage"
        }
    };
    let answer = fake.call(method, TOKEN, &body, account.now());
    match (answer.status, answer.body["ts"].as_str(), answer.body["error"].as_str()) {
        (429, ..) => Ok(Said::NotBefore(Seconds(answer.retry_after.unwrap_or(1)))),
        (_, Some(ts), _) => Ok(Said::As(ts.to_owned())),
        (_, None, Some("message_not_found" | "thread_not_found")) => Ok(Said::Gone),
        (_, None, error) => Err(Failure::Refused(format!("{error:?}"))),
    }
}
