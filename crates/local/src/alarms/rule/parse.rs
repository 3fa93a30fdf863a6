//! Reads the rule of a composite alarm.
//!
//! ```text
//! any   = all ("OR" all)*
//! all   = one ("AND" one)*
//! one   = "NOT" one | "(" any ")" | "TRUE" | "FALSE" | state "(" name ")"
//! state = "ALARM" | "OK" | "INSUFFICIENT_DATA"
//! ```

use thiserror::Error;

use super::{AlarmState, Rule};

/// The longest rule that AWS takes, in characters.
const LONGEST: usize = 10_240;

/// How deep parentheses and `NOT`s may nest. Far more than a person reads, and few enough that a
/// hostile rule cannot exhaust the stack.
const DEEPEST: usize = 64;

/// Why a rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {at}: {problem}")]
pub struct RuleError {
    /// Which character of the rule, the first being 1.
    pub at: usize,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

pub(super) fn parse(text: &str) -> Result<Rule, RuleError> {
    let mut parser = Parser { text, position: 0, depth: 0 };
    if text.chars().count() > LONGEST {
        return Err(parser.error(format!("a rule has at most {LONGEST} characters")));
    }

    let rule = parser.any()?;

    parser.skip_blanks();
    match parser.rest().chars().next() {
        None => Ok(rule),
        Some(')') => Err(parser.error("this `)` closes nothing; remove it")),
        Some(_) => Err(parser.error("expected `AND`, `OR` or the end of the rule")),
    }
}

struct Parser<'a> {
    text: &'a str,
    /// In bytes, always at the start of a character.
    position: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Rule, RuleError> {
        let mut rules = vec![self.all()?];
        while self.takes_word("OR") {
            rules.push(self.all()?);
        }
        Ok(one_or(rules, Rule::Any))
    }

    fn all(&mut self) -> Result<Rule, RuleError> {
        let mut rules = vec![self.one()?];
        while self.takes_word("AND") {
            rules.push(self.one()?);
        }
        Ok(one_or(rules, Rule::All))
    }

    fn one(&mut self) -> Result<Rule, RuleError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(format!("nested more than {DEEPEST} deep; simplify the rule")));
        }

        let rule = if self.takes('(') {
            let rule = self.any()?;
            self.expects(')')?;
            rule
        } else {
            self.operand()?
        };

        self.depth -= 1;
        Ok(rule)
    }

    fn operand(&mut self) -> Result<Rule, RuleError> {
        self.skip_blanks();
        let start = self.position;

        let state = match self.word() {
            "TRUE" => return Ok(Rule::Constant(true)),
            "FALSE" => return Ok(Rule::Constant(false)),
            "NOT" => return Ok(Rule::Not(Box::new(self.one()?))),
            "ALARM" => AlarmState::Alarm,
            "OK" => AlarmState::Ok,
            "INSUFFICIENT_DATA" => AlarmState::InsufficientData,
            other => {
                self.position = start;
                return Err(self.error(match other {
                    "" => "expected `ALARM(name)`, `OK(name)`, `INSUFFICIENT_DATA(name)`, \
                           `NOT`, `TRUE`, `FALSE` or `(`"
                        .to_owned(),
                    "AND" | "OR" => format!("`{other}` needs a condition before it"),
                    _ => format!(
                        "`{other}` is not known; write `ALARM(name)`, `OK(name)`, \
                         `INSUFFICIENT_DATA(name)`, `NOT`, `TRUE` or `FALSE`, in capitals"
                    ),
                }));
            }
        };

        self.expects('(')?;
        let name = self.name()?;
        self.expects(')')?;
        Ok(Rule::Is(state, name))
    }

    fn name(&mut self) -> Result<String, RuleError> {
        self.skip_blanks();
        let start = self.position;

        let name = if self.rest().starts_with('"') {
            self.quoted()?
        } else {
            let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '"');
            let name = &self.rest()[..self.rest().find(ends).unwrap_or(self.rest().len())];
            self.position += name.len();
            name.to_owned()
        };

        if name.is_empty() {
            self.position = start;
            return Err(self.error("expected the name of an alarm"));
        }
        Ok(bare(name))
    }

    fn quoted(&mut self) -> Result<String, RuleError> {
        let mut name = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((index, character)) = characters.next() {
            match character {
                '"' => {
                    self.position += index + 1;
                    return Ok(name);
                }
                '\\' => {
                    let Some((_, escaped @ ('"' | '\\'))) = characters.next() else {
                        self.position += index;
                        return Err(self.error(r#"after `\` comes `"` or another `\`"#));
                    };
                    name.push(escaped);
                }
                other => name.push(other),
            }
        }
        Err(self.error("this quote is never closed"))
    }

    /// The letters and underscores that follow, which are taken.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.position += word.len();
        word
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        self.skip_blanks();
        let start = self.position;
        let taken = self.word() == wanted;
        if !taken {
            self.position = start;
        }
        taken
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.skip_blanks();
        let taken = self.rest().starts_with(wanted);
        if taken {
            self.position += wanted.len_utf8();
        }
        taken
    }

    fn expects(&mut self, wanted: char) -> Result<(), RuleError> {
        if self.takes(wanted) {
            return Ok(());
        }
        let quote = if wanted == ')' { "; a name with spaces stands in double quotes" } else { "" };
        Err(self.error(format!("expected `{wanted}`{quote}")))
    }

    fn skip_blanks(&mut self) {
        self.position += self.rest().len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn error(&self, problem: impl Into<String>) -> RuleError {
        RuleError { at: self.text[..self.position].chars().count() + 1, problem: problem.into() }
    }
}

fn one_or(mut rules: Vec<Rule>, several: impl Fn(Vec<Rule>) -> Rule) -> Rule {
    match (rules.pop(), rules.is_empty()) {
        (Some(only), true) => only,
        (last, _) => several(rules.into_iter().chain(last).collect()),
    }
}

/// The name in `arn:aws:cloudwatch:region:account:alarm:name`; anything else is a name already.
fn bare(name: String) -> String {
    match name.splitn(7, ':').collect::<Vec<_>>()[..] {
        ["arn", _, "cloudwatch", _, _, "alarm", bare] if !bare.is_empty() => bare.to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is(state: AlarmState, name: &str) -> Rule {
        Rule::Is(state, name.to_owned())
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closest() {
        let rule = parse(r#"ALARM("a b") OR NOT OK(c) AND INSUFFICIENT_DATA(d-1.x)"#).unwrap();

        assert_eq!(
            rule,
            Rule::Any(vec![
                is(AlarmState::Alarm, "a b"),
                Rule::All(vec![
                    Rule::Not(Box::new(is(AlarmState::Ok, "c"))),
                    is(AlarmState::InsufficientData, "d-1.x"),
                ]),
            ])
        );
    }

    #[test]
    fn names_may_be_quoted_escaped_or_arns() {
        for (text, name) in [
            ("ALARM(a:b)", "a:b"),
            (r#"ALARM("say \"no\" \\ (now)")"#, r#"say "no" \ (now)"#),
            ("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)", "a"),
            (r#"ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a: b")"#, "a: b"),
            ("ALARM(größe)", "größe"),
        ] {
            assert_eq!(parse(text), Ok(is(AlarmState::Alarm, name)), "{text}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_the_remedy() {
        for (text, expected) in [
            ("", "at character 1: expected `ALARM(name)`"),
            ("ALARM(a) OR", "at character 12: expected `ALARM(name)`"),
            ("alarm(a)", "at character 1: `alarm` is not known; write `ALARM(name)`"),
            ("AND OK(a)", "at character 1: `AND` needs a condition before it"),
            ("OK(a) or OK(b)", "at character 7: expected `AND`, `OR` or the end"),
            ("ALARM(a b)", "at character 9: expected `)`; a name with spaces stands in double"),
            ("ALARM()", "at character 7: expected the name of an alarm"),
            (r#"ALARM("")"#, "at character 7: expected the name of an alarm"),
            (r#"OK("ä"#, "at character 4: this quote is never closed"),
            (r#"OK("ä\n")"#, "at character 6: after `\\` comes"),
            ("OK(ä) )", "at character 7: this `)` closes nothing"),
            ("(OK(a)", "at character 7: expected `)`"),
            ("ALARM a", "at character 7: expected `(`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_hostile_rule_is_refused_before_it_hurts() {
        for text in ["(".repeat(10_000), "NOT ".repeat(2_000), "TRUE OR ".repeat(2_000)] {
            assert!(parse(&text).is_err());
        }
        assert!(parse(&format!("{}TRUE", "NOT ".repeat(60))).is_ok());
    }

    fn rules() -> impl Strategy<Value = Rule> {
        let state = prop_oneof![
            Just(AlarmState::Ok),
            Just(AlarmState::Alarm),
            Just(AlarmState::InsufficientData)
        ];
        let leaf = prop_oneof![
            any::<bool>().prop_map(Rule::Constant),
            (state, "[a-z \"()\\\\ö]{1,8}").prop_map(|(state, name)| Rule::Is(state, name)),
        ];
        leaf.prop_recursive(5, 40, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|rule| Rule::Not(Box::new(rule))),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Rule::All),
                prop::collection::vec(inner, 2..4).prop_map(Rule::Any),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_rule_written_and_read_again_is_the_same(rule in rules()) {
            prop_assert_eq!(parse(&rule.to_string()), Ok(rule));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = parse(&text);
        }

        #[test]
        fn no_heap_of_words_makes_the_parser_panic(
            words in prop::collection::vec(
                prop_oneof![
                    Just("ALARM"), Just("OK("), Just("a"), Just(")"), Just("("), Just("NOT "),
                    Just(" AND "), Just(" OR "), Just("\""), Just("\\"), Just("ö"), Just("TRUE"),
                ],
                0..200,
            )
        ) {
            let _ = parse(&words.concat());
        }
    }
}
