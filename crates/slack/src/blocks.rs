//! A telling as Slack draws it: Block Kit.
//!
//! Every text that may have something of others in it is `plain_text`, which Slack shows as it is.
//! The one exception is `text`, which notifications show: there `&`, `<` and `>` are escaped, so that
//! nobody is called by what stands in a tag or a reason.

use domain::outcome::End;
use domain::telling::{Line, Press, State, Telling};
use serde_json::{Value, json};

/// The longest text of a header. Source: Slack, "Blocks reference".
const HEADER: usize = 150;
/// The longest text of a section, and of one of its fields. Source: as above.
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
/// The most blocks of a message. Source: as above.
const BLOCKS: usize = 50;
/// How many squares the bar of traffic has.
const SQUARES: u8 = 20;

/// How a message offers what may be done now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Offer {
    /// As commands to type.
    #[default]
    Commands,
    /// As buttons; only where a door of ours answers them.
    Buttons,
}

/// The message of a deployment: `text` and `blocks`.
pub fn message(telling: &Telling, offer: Offer) -> Value {
    let title = format!("{}: {}", telling.standing(), telling.title);
    let mut blocks = vec![
        json!({ "type": "header", "text": plain(&format!("{}{title}", mark(telling)), HEADER) }),
        json!({ "type": "section", "text": plain(&telling.why, SECTION) }),
    ];
    if let Some(share) = telling.share {
        blocks.push(json!({ "type": "section", "text": plain(&bar(share), SECTION) }));
    }
    let fields: Vec<Value> = fields(telling).iter().map(|field| plain(field, FIELD)).collect();
    blocks.push(json!({ "type": "section", "fields": fields }));
    if !telling.presses.is_empty() {
        blocks.push(match offer {
            Offer::Commands => commands(telling),
            Offer::Buttons => buttons(telling),
        });
    }
    json!({ "text": escaped(&title), "blocks": blocks })
}

/// A text of ours that may quote others: `text` and `blocks`.
pub fn said(text: &str) -> Value {
    let section = json!({ "type": "section", "text": plain(text, SECTION) });
    json!({ "text": escaped(text), "blocks": [section] })
}

/// Lines of a story, below the message: `text` and `blocks`.
pub fn below(lines: &[Line]) -> Value {
    let text = lines.last().map(|line| line.text.as_str()).unwrap_or_default();
    let mut sections = vec![String::new()];
    for line in lines.iter().map(ToString::to_string) {
        let section = sections.last_mut().expect("there is one");
        match section.chars().count() + line.chars().count() < SECTION {
            true if section.is_empty() => *section = line,
            true => *section = format!("{section}\n{line}"),
            false => sections.push(line),
        }
    }
    if sections.len() > BLOCKS {
        sections.truncate(BLOCKS - 1);
        sections.push("… and more, which `cutover history` has".into());
    }
    let blocks: Vec<Value> = sections
        .iter()
        .map(|section| json!({ "type": "section", "text": plain(section, SECTION) }))
        .collect();
    json!({ "text": escaped(text), "blocks": blocks })
}

/// Red where something was bad and green where it is good; nothing else has a colour.
fn mark(telling: &Telling) -> &'static str {
    match &telling.state {
        State::Ended { end: End::Deployed } => "🟢 ",
        State::Ended { end: End::RolledBack | End::Stuck } => "🔴 ",
        State::Ended { end: End::Refused }
        | State::Waiting
        | State::UnderWay
        | State::Asks { .. }
        | State::GoingBack => "",
    }
}

/// Green's share of production as a bar: `█████░░░░░░░░░░░░░░░ 25% of production`.
fn bar(share: f64) -> String {
    let full = f64::from(SQUARES) * share.clamp(0.0, 100.0) / 100.0;
    // A little is not nothing, and not quite all is not all.
    let full = if share < 50.0 { full.ceil() } else { full.floor() };
    let bar: String =
        (0..SQUARES).map(|square| if f64::from(square) < full { '█' } else { '░' }).collect();
    format!("{bar} {share}% of production")
}

fn fields(telling: &Telling) -> Vec<String> {
    let serves = telling.serves.as_deref().unwrap_or("not known");
    let mut fields = vec![
        format!("Service\n{}", telling.service),
        format!("Wanted by\n{}", telling.who),
        match telling.end() {
            Some(_) => format!("Serves now\n{serves}"),
            None => format!("Served before\n{serves}"),
        },
        format!("Deployment\n{}", telling.deployment),
    ];
    fields.extend(telling.reason.as_ref().map(|reason| format!("Reason\n{reason}")));
    fields.extend(telling.took().map(|took| format!("Took\n{took}")));
    fields
}

fn commands(telling: &Telling) -> Value {
    let commands: Vec<String> =
        telling.presses.iter().map(|press| press.command(telling)).collect();
    let text = format!("What may be typed now\n{}", commands.join("\n"));
    json!({ "type": "section", "text": plain(&text, SECTION) })
}

fn buttons(telling: &Telling) -> Value {
    let buttons: Vec<Value> = telling.presses.iter().map(|it| button(*it, telling)).collect();
    json!({ "type": "actions", "elements": buttons })
}

/// A button. Its value says of what it is: the message may be old when it is pressed.
fn button(press: Press, telling: &Telling) -> Value {
    let value = json!({ "deployment": telling.deployment, "service": telling.service });
    let mut button = json!({
        "type": "button",
        "action_id": press.as_str(),
        "text": plain(press.label(), 75),
        "value": value.to_string(),
    });
    match press {
        Press::Approve => button["style"] = "primary".into(),
        Press::Reject | Press::RollBack => {
            button["style"] = "danger".into();
            button["confirm"] = json!({
                "title": plain(&format!("{}?", press.label()), 100),
                "text": plain(&format!("This takes {} back.", telling.title), 300),
                "confirm": plain(press.label(), 30),
                "deny": plain("Leave it", 30),
            });
        }
        Press::Hold | Press::ReleaseQuarantine => {}
    }
    button
}

fn plain(text: &str, most: usize) -> Value {
    json!({ "type": "plain_text", "text": cut(text, most), "emoji": false })
}

/// A text of at most so many characters, which says when it was cut. Slack counts as JavaScript
/// does.
fn cut(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut left = most - 1;
    let fits = |c: &char| {
        let enough = left >= c.len_utf16();
        left = left.saturating_sub(c.len_utf16());
        enough
    };
    format!("{}…", text.chars().take_while(fits).collect::<String>())
}

/// Source: Slack, "Formatting text for app surfaces", "Escaping text".
fn escaped(text: &str) -> String {
    cut(&text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"), SECTION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_that_a_little_is_not_nothing_and_not_quite_all_is_not_all() {
        for (share, squares) in [(0.0, 0), (0.1, 1), (10.0, 2), (50.0, 10), (99.9, 19), (100.0, 20)]
        {
            let bar = bar(share);
            assert_eq!(bar.matches('█').count(), squares, "{bar}");
            assert_eq!(bar.matches(['█', '░']).count(), 20);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(cut("checkout", 8), "checkout");
        assert_eq!(cut("checkout", 7), "checko…");
        assert_eq!(cut("🟢🟢", 3), "🟢…");
    }

    #[test]
    fn nobody_is_called_by_what_others_wrote() {
        assert_eq!(escaped("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
    }

    #[test]
    fn a_long_story_stays_within_the_limits() {
        let at = "2026-03-01T03:00:00Z".parse().unwrap();
        let line = Line { at, text: "x".repeat(300) };
        let below = below(&vec![line; 1_000]);

        let blocks = below["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), BLOCKS);
        assert!(blocks.iter().all(|it| it["text"]["text"].as_str().unwrap().len() <= SECTION));
        assert!(blocks[49].to_string().contains("cutover history"));
    }
}
