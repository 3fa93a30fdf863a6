//! A text of others, made harmless for every channel.

use crate::excerpt::redact;
use crate::name::beginning;

/// So much of a text is looked at: more than is ever shown of one.
const LOOKED_AT: usize = 2_000;

/// A text as one line of at most `most` visible characters: whitespace and what controls a terminal
/// become a space, what turns the direction of writing is left out, and so are credentials. What a
/// channel takes for markup stays, for the channel to escape.
pub fn line(text: &str, most: usize) -> String {
    let text = discreet(&text.chars().take(LOOKED_AT).collect::<String>());
    let mut shown = String::new();
    for c in text.chars().filter(|c| !turns(*c)) {
        match c.is_whitespace() || c.is_control() {
            true if shown.ends_with(' ') || shown.is_empty() => {}
            true => shown.push(' '),
            false => shown.push(c),
        }
    }
    beginning(shown.trim_end().to_owned(), most)
}

/// A text without credentials. An ARN is none, though its end may look like one, and whoever is
/// called has to know what is left where.
fn discreet(text: &str) -> String {
    let mut told = String::new();
    let mut others = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        match word.starts_with("arn:aws") {
            true => {
                told.push_str(&redact(&std::mem::take(&mut others)));
                told.push_str(word);
            }
            false => others.push_str(word),
        }
    }
    told + &redact(&others)
}

/// Whether a character is not seen but changes how others are.
///
/// Source: Unicode Standard Annex #9, "Directional Formatting Characters"; tag characters and the
/// byte order mark besides. Joiners stay: scripts need them.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_others_is_one_visible_line() {
        for (text, shown) in [
            ("receipts are empty", "receipts are empty"),
            ("  two\n\nlines\tand \u{7}a bell ", "two lines and a bell"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred [0m"),
            ("abc\u{202e}gpj.exe\u{2066}", "abcgpj.exe"),
            ("<!channel> *bold* & @here", "<!channel> *bold* & @here"),
            ("قيد الخدمة 服务 سرویس\u{200c}ها", "قيد الخدمة 服务 سرویس\u{200c}ها"),
            ("password=hunter2 failed", "password=[redacted] failed"),
            (
                "ECS left arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/checkout/wJalrXUtnFEMI7K as FAILED",
                "ECS left arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/checkout/wJalrXUtnFEMI7K as FAILED",
            ),
            ("", ""),
        ] {
            assert_eq!(line(text, 120), shown, "{text:?}");
        }
    }

    #[test]
    fn a_million_characters_are_cut() {
        let shown = line(&"ß".repeat(1_000_000), 300);

        assert_eq!(shown.chars().count(), 301);
        assert!(shown.ends_with('…'));
    }
}
