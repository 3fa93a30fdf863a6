//! The times at which nothing new begins, as a team writes them.

use std::fmt;

use croner::Cron;
use croner::parser::{CronParser, Seconds as SecondsField, Year};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::seconds::Seconds;

/// The longest window of two dates. A year that was mistyped is longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// So many starts of a `cron` are looked at to find out whether it overlaps itself: a year of days.
const LOOKED_AT: usize = 400;

/// When nothing new begins: again and again by `cron` and `for`, or once by `from` and `to`.
///
/// Both go by the clock on the wall in `zone`. A weekend from Friday at 16:00 for 62 hours is over
/// on Monday at 6:00 also when clocks change in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// When it begins, again and again: minute, hour, day of the month, month, day of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = "0 16 * * FRI")]
    pub cron: Option<String>,
    /// How long it lasts each time.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub length: Option<Seconds>,
    /// When it begins, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", example = "2026-12-20T00:00")]
    pub from: Option<DateTime>,
    /// When it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", example = "2027-01-02T00:00")]
    pub to: Option<DateTime>,
    /// In which time zone, by its name in the IANA database.
    #[schemars(example = "Europe/Berlin")]
    pub zone: String,
    /// Why, for people who have to wait.
    pub why: String,
}

/// A window while it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// When it began.
    pub since: Timestamp,
    /// When it is over.
    pub until: Timestamp,
}

/// What is wrong with a window: the field, and what would be right.
pub(crate) type Wrong = (&'static str, String);

/// When a window is open, by the clock on the wall.
enum When {
    Again { cron: Box<Cron>, length: Seconds },
    Once { from: DateTime, to: DateTime },
}

impl Window {
    /// The window that is open at `now`: its last start at or before that, if it lasts beyond it.
    ///
    /// # Errors
    /// What is wrong with it. A document that was read has no such window.
    pub fn open(&self, now: Timestamp) -> Result<Option<Open>, String> {
        let told = |(field, what): Wrong| format!("`{field}`: {what}");
        let zone = self.zone().map_err(told)?;
        let (since, until) = match self.when().map_err(told)? {
            When::Once { from, to } => (first(&zone, from), last(&zone, to)),
            When::Again { cron, length } => {
                let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
                let here = second.to_zoned(zone.clone());
                let Ok(start) = cron.find_previous_occurrence(&here, true) else {
                    return Ok(None);
                };
                let end = start.datetime().saturating_add(duration(length));
                (start.timestamp(), last(&zone, end))
            }
        };
        Ok((since <= now && now < until).then_some(Open { since, until }))
    }

    /// What does not make sense though each field is well formed.
    pub(crate) fn nonsense(&self) -> Vec<Wrong> {
        let mut mistakes = Vec::new();
        mistakes.extend(self.zone().err());
        if self.why.trim().is_empty() {
            mistakes.push(("why", "say why, for people who have to wait".to_owned()));
        }
        match self.when() {
            Err(wrong) => mistakes.push(wrong),
            Ok(When::Once { from, to }) => {
                let length = to.duration_since(from);
                if length <= SignedDuration::ZERO {
                    mistakes.push(("to", "it is over before it begins".to_owned()));
                } else if length > LONGEST {
                    let what = format!(
                        "it lasts {} days; choose at most {}",
                        length.as_hours() / 24,
                        LONGEST.as_hours() / 24
                    );
                    mistakes.push(("to", what));
                }
            }
            Ok(When::Again { cron, length }) => mistakes.extend(recurs(&cron, length)),
        }
        mistakes
    }

    fn zone(&self) -> Result<TimeZone, Wrong> {
        TimeZone::get(&self.zone).map_err(|_| {
            let what = format!(
                "there is no time zone {:?}; take a name of the IANA database, such as \"Europe/Berlin\"",
                self.zone
            );
            ("zone", what)
        })
    }

    fn when(&self) -> Result<When, Wrong> {
        match (&self.cron, self.length, self.from, self.to) {
            (Some(cron), Some(length), None, None) => {
                Ok(When::Again { cron: Box::new(read(cron)?), length })
            }
            (None, None, Some(from), Some(to)) => Ok(When::Once { from, to }),
            (Some(_), None, None, None) => Err(("for", "say how long it lasts: \"62h\"".into())),
            _ => Err(("", "say when: `cron` and `for`, or `from` and `to`".into())),
        }
    }
}

impl fmt::Display for Window {
    /// When it is: `0 16 * * FRI for 62h (Europe/Berlin)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.cron, self.length, self.from, self.to) {
            (Some(cron), Some(length), _, _) => write!(f, "{cron} for {length}")?,
            (_, _, Some(from), Some(to)) => write!(f, "{from} to {to}")?,
            _ => f.write_str("never")?,
        }
        write!(f, " ({})", self.zone)
    }
}

/// Reads a cron expression of five fields.
fn read(cron: &str) -> Result<Cron, Wrong> {
    let parser = CronParser::builder().seconds(SecondsField::Disallowed).year(Year::Disallowed);
    parser.build().parse(cron).map_err(|error| {
        let why = error.to_string();
        let what = format!(
            "{cron:?} is no cron expression ({}); write minute, hour, day of the month, month and day of the week, such as \"0 16 * * FRI\"",
            why.trim_end_matches('.')
        );
        ("cron", what)
    })
}

/// What is wrong with how a window comes again. Clocks that change have no part in it.
fn recurs(cron: &Cron, length: Seconds) -> Option<Wrong> {
    let starts: Vec<_> =
        cron.iter_after(DateTime::constant(2024, 1, 1, 0, 0, 0, 0)).take(LOOKED_AT).collect();
    let gaps = starts.windows(2).map(|pair| pair[1].duration_since(pair[0]));
    let (shortest, longest) = (gaps.clone().min(), gaps.max());
    let (Some(shortest), Some(longest)) = (shortest, longest) else {
        return Some(("cron", "it never begins: there is no such day".to_owned()));
    };
    let apart = |gap: SignedDuration| Seconds(u64::try_from(gap.as_secs()).unwrap_or(0));
    if length.0 == 0 {
        return Some(("for", "choose 1 second at least".to_owned()));
    }
    if duration(length) >= longest {
        let what =
            format!("it never ends: it lasts {length}, and begins again every {}", apart(longest));
        return Some(("for", what));
    }
    (duration(length) > shortest).then(|| {
        let what = format!(
            "it overlaps itself: it lasts {length}, and may begin again after {}",
            apart(shortest)
        );
        ("for", what)
    })
}

/// When the clock on the wall shows this; of an hour that comes twice, the first time.
fn first(zone: &TimeZone, wall: DateTime) -> Timestamp {
    zone.to_ambiguous_timestamp(wall).compatible().unwrap_or(Timestamp::MAX)
}

/// When the clock on the wall shows this; of an hour that comes twice, the second time, so that
/// nothing is over before it began.
fn last(zone: &TimeZone, wall: DateTime) -> Timestamp {
    zone.to_ambiguous_timestamp(wall).later().unwrap_or(Timestamp::MAX)
}

fn duration(length: Seconds) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(length.0).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
