//! A person who reads a channel, presses the buttons that are there and gives commands.

use domain::secrets::Secrets;
use jiff::Timestamp;
use serde_json::{Value, json};
use slack::inbound::{self, Heard, Refusal, signature};
use tests::World;

use crate::fake::{CHANNEL, Fake};

/// What Slack signs with.
pub(crate) const SIGNING: &str = "hush-signing-secret";

/// A request as Slack sends it.
pub(crate) struct Request {
    headers: [(&'static str, String); 2],
    body: Vec<u8>,
}

impl Request {
    fn signed(now: Timestamp, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.extend_pairs(fields).finish().into_bytes();
        Self { headers: signature::sign(SIGNING, now, &body), body }
    }

    /// Whoever has recorded it, or made it up, sends it.
    pub(crate) async fn arrive(&self, world: &World) -> Result<Value, Refusal> {
        let secrets = Secrets::new(SIGNING).expect("a secret");
        let now = world.account.now();
        let headers = self.headers.iter().map(|(name, value)| (*name, value));

        let ask = match inbound::read(&secrets, now, headers, &self.body)? {
            Heard::Asked(ask) => ask,
            Heard::Pressed { wish, .. } => domain::people::Ask::Wish(wish),
            Heard::Lost(usage) => return Ok(inbound::usage(&usage)),
            Heard::NotForUs(why) => panic!("{why}"),
        };
        Ok(inbound::reply(&world.account.press(ask).await))
    }

    /// The same with another signature.
    pub(crate) fn forged(mut self) -> Self {
        self.headers = signature::sign("a guess", self.moment(), &self.body);
        self
    }

    fn moment(&self) -> Timestamp {
        let second = self.headers[1].1.parse().expect("seconds");
        Timestamp::from_second(second).expect("a moment")
    }
}

/// Presses a button of the newest message, which has to be there.
pub(crate) fn press(world: &World, fake: &Fake, user: &str, button: &str) -> Request {
    let messages = fake.messages(CHANNEL);
    let (message, _) = messages.last().expect("a message");
    let found = buttons(message).into_iter().find(|it| it["action_id"] == button);
    let found = found.unwrap_or_else(|| panic!("no button {button}: {}", fake.seen(CHANNEL)));
    press_old(world, user, &found)
}

/// Presses a button that was seen before.
pub(crate) fn press_old(world: &World, user: &str, button: &Value) -> Request {
    let payload = json!({
        "type": "block_actions",
        "user": { "id": user },
        "response_url": "https://hooks.slack.com/actions/T1/1/x",
        "actions": [button]
    });
    Request::signed(world.account.now(), &[("payload", &payload.to_string())])
}

/// The buttons of a message.
pub(crate) fn buttons(message: &Value) -> Vec<Value> {
    let blocks = message["blocks"].as_array().expect("blocks");
    let actions = blocks.iter().filter(|block| block["type"] == "actions");
    actions.flat_map(|block| block["elements"].as_array().expect("elements")).cloned().collect()
}

/// Gives the command `/cutover`.
pub(crate) fn say(world: &World, user: &str, text: &str) -> Request {
    let fields = [("command", "/cutover"), ("user_id", user), ("text", text)];
    Request::signed(world.account.now(), &fields)
}
