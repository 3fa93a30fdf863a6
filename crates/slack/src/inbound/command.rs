//! The slash command `/cutover`
//! (<https://docs.slack.dev/interactivity/implementing-slash-commands>).

use domain::name::{ServiceName, SlackUser};
use domain::people::{Act, Ask, Wish};
use domain::seconds::Seconds;

use super::form::Form;
use super::{Heard, Refusal};

/// What can be said.
pub const USAGE: &str = "\
/cutover status [service]
/cutover history service
/cutover rollback service [to v1.4.2] [reason]
/cutover freeze service 2h reason
/cutover thaw service reason";

/// Reads a command. What was typed wrong is no refusal: whoever typed it is told how it goes.
pub(super) fn read(form: &Form) -> Result<Heard, Refusal> {
    let field = |name: &str| {
        form.get(name).ok_or_else(|| Refusal::unreadable(name, "is missing from the command"))
    };
    let user: SlackUser = field("user_id")?
        .parse()
        .map_err(|error| Refusal::unreadable("user_id", format!("{error}")))?;
    let text = field("text")?;

    let mut words = Words(text.trim());
    let asked = match words.next().to_ascii_lowercase().as_str() {
        "status" if words.0.is_empty() => Ok(Ask::Status { user, service: None }),
        "status" => service(&mut words).map(|it| Ask::Status { user, service: Some(it) }),
        "history" => service(&mut words).map(|service| Ask::History { user, service }),
        "rollback" => wish(user, &mut words, roll_back),
        "freeze" => wish(user, &mut words, freeze),
        "thaw" => {
            wish(user, &mut words, |words| Ok(Act::Thaw { reason: reason(words, "the service")? }))
        }
        "" | "help" => Err("this is what you can say".into()),
        other => Err(format!("{:?} is nothing that I know", beginning(other))),
    };
    let lost = |why| Heard::Lost(format!("{why}:\n{USAGE}"));
    Ok(asked.map_or_else(lost, Heard::Asked))
}

/// What is still to be read of a text.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    /// The next word; empty at the end.
    fn next(&mut self) -> &'a str {
        let (word, rest) = self.0.split_once(char::is_whitespace).unwrap_or((self.0, ""));
        self.0 = rest.trim_start();
        word
    }
}

fn wish(
    user: SlackUser,
    words: &mut Words<'_>,
    act: impl FnOnce(&mut Words<'_>) -> Result<Act, String>,
) -> Result<Ask, String> {
    let service = service(words)?;
    Ok(Ask::Wish(Wish { user, service, act: act(words)? }))
}

fn service(words: &mut Words<'_>) -> Result<ServiceName, String> {
    match words.next() {
        "" => Err("say which service".into()),
        name => name.parse().map_err(|error| format!("{error}")),
    }
}

fn roll_back(words: &mut Words<'_>) -> Result<Act, String> {
    let rest = words.0;
    let to = match words.next() {
        "to" => match words.next() {
            "" => return Err("say where to, after `to`".into()),
            to => Some(to.to_owned()),
        },
        _ => {
            words.0 = rest;
            None
        }
    };
    let reason = Some(words.0.to_owned()).filter(|reason| !reason.is_empty());
    Ok(Act::RollBack { deployment: None, to, reason })
}

fn freeze(words: &mut Words<'_>) -> Result<Act, String> {
    let word = words.next();
    let length: Seconds = serde_json::from_value(word.into()).map_err(|_| {
        format!("say for how long: {:?} is no time such as 2h or 30m", beginning(word))
    })?;
    Ok(Act::Freeze { length, reason: reason(words, "the time")? })
}

fn reason(words: &Words<'_>, after: &str) -> Result<String, String> {
    match words.0 {
        "" => Err(format!("say why, after {after}")),
        reason => Ok(reason.to_owned()),
    }
}

/// Enough of a word for whoever typed it to know it again.
fn beginning(word: &str) -> String {
    word.chars().take(40).collect()
}
