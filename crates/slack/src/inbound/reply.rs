//! What is said to whoever pressed a button or gave a command.
//!
//! It is told as the body of the answer to a command, or sent to the address that came with the
//! press of a button (<https://docs.slack.dev/interactivity/handling-user-interaction>).

use domain::Failure;
use domain::people::Answer;
use serde_json::{Value, json};

use crate::blocks::said;

/// What is shown of an answer, or of why there is none.
pub fn reply(answered: &Result<Answer, Failure>) -> Value {
    match answered {
        Ok(Answer { text, aloud: false }) => shown("ephemeral", text),
        Ok(Answer { text, aloud: true }) => shown("in_channel", text),
        Err(Failure::Refused(why) | Failure::Invalid(why)) => shown("ephemeral", why),
        Err(Failure::Unavailable(why) | Failure::Busy(why)) => {
            let text = format!("this came to no end, so look before you try again: {why}");
            shown("ephemeral", &text)
        }
    }
}

/// What is shown to who said it wrong.
pub fn usage(text: &str) -> Value {
    shown("ephemeral", text)
}

/// The message that the button is on stays as it is: it is changed when its deployment moves.
fn shown(whom: &str, text: &str) -> Value {
    let mut body = said(text);
    body["response_type"] = json!(whom);
    body["replace_original"] = json!(false);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asked_is_told_and_the_channel_only_what_no_message_shows() {
        let failed = |failure| reply(&Err(failure));
        for (body, whom, says) in [
            (reply(&Ok(Answer::quiet("it goes back"))), "ephemeral", "it goes back"),
            (reply(&Ok(Answer::aloud("mia froze it"))), "in_channel", "mia froze it"),
            (failed(Failure::Refused("ben may not".into())), "ephemeral", "ben may not"),
            (failed(Failure::Invalid("say why".into())), "ephemeral", "say why"),
            (failed(Failure::Unavailable("no answer".into())), "ephemeral", "this came to no end"),
            (usage("/cutover status"), "ephemeral", "/cutover status"),
        ] {
            assert_eq!(body["response_type"], whom, "{body}");
            assert_eq!(body["replace_original"], false);
            for text in [&body["text"], &body["blocks"][0]["text"]["text"]] {
                assert!(text.as_str().is_some_and(|text| text.starts_with(says)), "{body}");
            }
        }
    }

    #[test]
    fn what_others_wrote_calls_nobody_and_is_cut() {
        let body = reply(&Ok(Answer::quiet("<!channel> froze it")));
        assert_eq!(body["text"], "&lt;!channel&gt; froze it");
        assert_eq!(body["blocks"][0]["text"]["type"], "plain_text");

        let long = reply(&Ok(Answer::quiet("ä".repeat(1_000_000))));
        assert!(long.to_string().len() < 20_000);
    }
}
