//! The rule of a composite alarm.

mod parse;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::state::AlarmState;

pub use parse::RuleError;

/// When a composite alarm rings: a boolean expression over the states of other alarms.
///
/// `ALARM("checkout 5xx") OR (ALARM(catalog-5xx) AND NOT OK(catalog-p99))`; also
/// `INSUFFICIENT_DATA(name)`, `TRUE` and `FALSE`. `NOT` binds closest, then `AND`, then `OR`.
/// A name with spaces, parentheses or commas stands in double quotes, where `\"` is a quote and
/// `\\` a backslash. An alarm's ARN may stand for its name.
///
/// Source: `PutCompositeAlarm`, `AlarmRule`. `AT_LEAST` is not known here, and refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Always, or never.
    Constant(bool),
    /// The named alarm is in this state.
    Is(AlarmState, String),
    /// The other way round.
    Not(Box<Rule>),
    /// All of them; two at least.
    All(Vec<Rule>),
    /// One of them; two at least.
    Any(Vec<Rule>),
}

impl Rule {
    /// Whether the rule holds. An alarm that `state` does not know is in no state at all.
    pub fn holds(&self, state: &impl Fn(&str) -> Option<AlarmState>) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Is(wanted, alarm) => state(alarm) == Some(*wanted),
            Self::Not(rule) => !rule.holds(state),
            Self::All(rules) => rules.iter().all(|rule| rule.holds(state)),
            Self::Any(rules) => rules.iter().any(|rule| rule.holds(state)),
        }
    }

    /// The names of the alarms it looks at.
    pub fn alarms(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.collect(&mut names);
        names
    }

    fn collect<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            Self::Constant(_) => {}
            Self::Is(_, alarm) => {
                names.insert(alarm);
            }
            Self::Not(rule) => rule.collect(names),
            Self::All(rules) | Self::Any(rules) => {
                for rule in rules {
                    rule.collect(names);
                }
            }
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        parse::parse(text)
    }
}

/// As it would be written, so that reading it again gives the same rule.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, rules: &[Rule], word: &str| {
            for (index, rule) in rules.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                match rule {
                    Self::All(_) | Self::Any(_) => write!(f, "({rule})")?,
                    _ => write!(f, "{rule}")?,
                }
            }
            Ok(())
        };

        match self {
            Self::Constant(true) => f.write_str("TRUE"),
            Self::Constant(false) => f.write_str("FALSE"),
            Self::Is(state, alarm) => {
                let escaped = alarm.replace('\\', r"\\").replace('"', r#"\""#);
                write!(f, r#"{state}("{escaped}")"#)
            }
            Self::Not(rule) => match **rule {
                Self::All(_) | Self::Any(_) => write!(f, "NOT ({rule})"),
                _ => write!(f, "NOT {rule}"),
            },
            Self::All(rules) => join(f, rules, "AND"),
            Self::Any(rules) => join(f, rules, "OR"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let rule: Rule = text.parse().expect("the rule is well formed");
        rule.holds(&|alarm| match alarm {
            "rings" => Some(AlarmState::Alarm),
            "well" => Some(AlarmState::Ok),
            "dark" => Some(AlarmState::InsufficientData),
            _ => None,
        })
    }

    #[test]
    fn a_rule_holds_when_its_alarms_are_as_it_says() {
        for rule in [
            "TRUE",
            "ALARM(rings)",
            r#"OK ( "well" )"#,
            "INSUFFICIENT_DATA(dark)",
            "NOT ALARM(well)",
            "NOT (ALARM(rings) AND OK(rings))",
            "ALARM(well) OR ALARM(rings) AND OK(well)",
            "NOT FALSE AND TRUE",
            "NOT NOT TRUE",
        ] {
            assert!(holds(rule), "{rule}");
        }
        for rule in [
            "FALSE",
            "ALARM(well)",
            "NOT TRUE OR FALSE",
            "(TRUE OR TRUE) AND FALSE",
            "OK(nobody) OR ALARM(nobody) OR INSUFFICIENT_DATA(nobody)",
        ] {
            assert!(!holds(rule), "{rule}");
        }
    }

    #[test]
    fn a_rule_tells_which_alarms_it_looks_at() {
        let rule: Rule = "OK(b) OR (ALARM(a) AND NOT OK(b)) OR FALSE".parse().unwrap();
        assert_eq!(rule.alarms().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }
}
