//! The story as a person reads it: one line for each thing that happens.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::builder::styling::{AnsiColor, Style};
use domain::name::{Digest, Tag};
use domain::outcome::End;
use domain::record::Entry;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use local::account::Told;
use local::door::view;
use local::plant::Share;

use crate::problem::visible;

const TIME: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const BACK: Style = AnsiColor::Yellow.on_default().bold();

/// The tags by which people know digests.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Learns what `tag` means.
    pub(crate) fn learn(&mut self, digest: &Digest, tag: &Tag) {
        self.0.insert(digest.to_string(), tag.to_string());
    }

    /// Learns what a service serves.
    pub(crate) fn learn_of(&mut self, service: &view::Service) {
        let traffic = service.traffic.iter().map(|portion| &portion.release);
        for release in service.serving.iter().chain(traffic) {
            if let Some(tag) = release.tags.last() {
                self.learn(&release.digest, tag);
            }
        }
    }

    fn of(&self, digest: &str) -> String {
        let short = || digest.trim_start_matches("sha256:").chars().take(12).collect();
        self.0.get(digest).cloned().unwrap_or_else(short)
    }

    /// What was told, as a line.
    pub(crate) fn tell(&mut self, told: &Told) -> String {
        match told {
            Told::Recorded { at, service, entry, .. } => {
                if let Entry::Planned { plan } = entry
                    && let Some(tag) = &plan.tag
                {
                    self.learn(&plan.digest, tag);
                }
                format!("{} {service}: {}", time(*at), worded(entry))
            }
            Told::Wrote { text, .. } => letter(text),
            Told::Shifted { at, place, production } => {
                format!("{} {}: {}", time(*at), visible(&place.service), self.split(production))
            }
        }
    }

    fn split(&self, production: &[(String, Share)]) -> String {
        if production.is_empty() {
            return "nobody gets production traffic".to_owned();
        }
        let mut split = "production traffic:".to_owned();
        for (digest, share) in production {
            let _ = write!(split, " {share} {}", self.of(digest));
        }
        split
    }
}

/// A letter, below the line that tells of the end: what that line does not say.
fn letter(text: &str) -> String {
    let told = text.lines().skip(1).filter(|line| !line.starts_with("  why "));
    let told: Vec<_> = told.map(|line| format!("         {}", visible(line))).collect();
    told.join("\n")
}

/// An entry of a record, as a line of its own.
pub(crate) fn entry(at: Timestamp, entry: &Entry) -> String {
    format!("{} {}", time(at), worded(entry))
}

fn worded(entry: &Entry) -> String {
    match entry {
        Entry::Ended { outcome } => {
            let style = style(outcome.end);
            format!("{style}{}{style:#}: {}", outcome.end, visible(&outcome.why))
        }
        other => visible(&other.to_string()),
    }
}

/// The colour of an end.
pub(crate) fn style(end: End) -> Style {
    match end {
        End::Deployed => GOOD,
        End::RolledBack => BACK,
        End::Refused | End::Stuck => BAD,
    }
}

/// The time of day, where the reader is.
fn time(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::system());
    format!("{TIME}{}{TIME:#}", at.strftime("%H:%M:%S"))
}

/// Day and time, where the reader is.
pub(crate) fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
