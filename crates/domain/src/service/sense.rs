//! What no type can rule out in a service document.

use super::{Mistake, ServiceDocument};
use crate::approval::Approval;
use crate::migration::Migration;
use crate::people;
use crate::replica::ReplicaCheck;
use crate::seconds::Seconds;
use crate::strategy::Strategy;

/// The longest bake: ECS gives a stage 24 hours before it rolls back, and a pause needs patience
/// beyond the bake.
const LONGEST_BAKE: Seconds = Seconds(23 * 3600);

/// The longest that people have, for the same reason.
const LONGEST_APPROVAL: Seconds = Seconds(22 * 3600);

/// The most freeze windows: who waits carries them along, on a desk that has to fit into 400 KB.
const MOST_WINDOWS: usize = 20;

fn too_long(length: Seconds) -> String {
    format!("{length} is longer than {LONGEST_BAKE}; ECS ends a stage after 24 hours")
}

impl ServiceDocument {
    /// What does not make sense though each field is well formed.
    pub(super) fn nonsense(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut unless = |right: bool, path: &str, what: String| {
            if !right {
                mistakes.push(Mistake::at(path, what));
            }
        };

        for (path, name) in
            [("cluster", Some(&self.cluster)), ("ecs_service", self.ecs_service.as_ref())]
        {
            let what = "an ECS name has 1 to 255 letters, digits, hyphens and underscores";
            unless(name.is_none_or(|name| is_ecs_name(name)), path, what.into());
        }
        unless(self.bake <= LONGEST_BAKE, "bake", too_long(self.bake));
        match self.strategy {
            Strategy::Canary { hold, .. } => {
                unless(hold <= LONGEST_BAKE, "strategy.canary.hold", too_long(hold));
            }
            Strategy::Linear { step, hold } => {
                unless(hold <= LONGEST_BAKE, "strategy.linear.hold", too_long(hold));
                let what = format!("{step} is less than 3 %, the smallest that ECS takes");
                unless(step.tenths() >= 30, "strategy.linear.step", what);
            }
            Strategy::BlueGreen {} => {}
            Strategy::Rolling {} => {
                let what = "a rolling deployment has no test listener to ask; remove the requests or choose another strategy";
                unless(self.checks.smoke.is_empty(), "checks.smoke", what.into());
                let what = "a rolling deployment does not pause to look at metrics; use alarms or choose another strategy";
                unless(self.checks.metrics.is_empty(), "checks.metrics", what.into());
            }
        }

        for (index, smoke) in self.checks.smoke.iter().enumerate() {
            let path = |field: &str| format!("checks.smoke[{index}].{field}");
            let right =
                smoke.path.starts_with('/') && smoke.path.chars().all(|c| c.is_ascii_graphic());
            unless(right, &path("path"), "a path starts with \"/\" and has no spaces".into());
            let what = format!("{} is not an HTTP status of 100 to 599", smoke.status);
            unless((100..=599).contains(&smoke.status), &path("status"), what);
            let what = "choose 1 to 60000 milliseconds".into();
            unless((1..=60_000).contains(&smoke.within_ms), &path("within_ms"), what);
            for name in smoke.headers.keys() {
                unless(is_header(name), &path("headers"), format!("{name:?} is not a header name"));
            }
        }
        for (index, alarm) in self.checks.alarms.iter().enumerate() {
            let path = format!("checks.alarms[{index}]");
            let right = (1..=255).contains(&alarm.len());
            unless(right, &path, "an alarm's name has 1 to 255 characters".into());
            let twice = self.checks.alarms[..index].contains(alarm);
            unless(!twice, &path, format!("{alarm:?} is listed twice"));
        }
        for (index, check) in self.checks.alerts.iter().enumerate() {
            let path = format!("checks.alerts[{index}]");
            let twice = self.checks.alerts[..index].contains(check);
            unless(!twice, &path, format!("{check} is listed twice"));
            for (field, what) in check.nonsense() {
                unless(false, &format!("{path}.{field}"), what);
            }
        }
        for (field, what) in self.checks.replicas.iter().flat_map(ReplicaCheck::nonsense) {
            unless(false, &format!("checks.replicas.{field}"), what);
        }
        for (index, check) in self.checks.metrics.iter().enumerate() {
            let at = format!("checks.metrics[{index}]");
            let twice = self.checks.metrics[..index].iter().any(|it| it.name() == check.name());
            unless(!twice, &at, format!("\"{}\" is listed twice", check.name()));
            for (field, what) in check.nonsense() {
                unless(false, &format!("{at}.{field}"), what);
            }
        }
        let what = "20 windows say enough".to_owned();
        unless(self.freezes.len() <= MOST_WINDOWS, "freezes", what);
        for (index, window) in self.freezes.iter().enumerate() {
            for (field, what) in window.nonsense() {
                let path = format!("freezes[{index}].{field}");
                unless(false, path.trim_end_matches('.'), what);
            }
        }
        let terraform = self.terraform.iter().flat_map(|terraform| terraform.nonsense());
        let terraform = terraform.map(|(field, what)| (format!("terraform.{field}"), what));
        let migration = self.migration.iter().flat_map(Migration::nonsense);
        let migration = migration.map(|(field, what)| (format!("migration.{field}"), what));
        for (path, what) in terraform.chain(migration) {
            unless(false, path.trim_end_matches('.'), what);
        }
        for (field, what) in people::nonsense(&self.people) {
            unless(false, &format!("people.{field}"), what);
        }
        for (field, what) in self.tell.iter().flat_map(|tell| tell.nonsense()) {
            unless(false, &format!("tell.{field}"), what);
        }
        for (index, name) in self.after.iter().enumerate() {
            let path = format!("after[{index}]");
            unless(*name != self.name, &path, "a service does not come after itself".into());
            let twice = self.after[..index].contains(name);
            unless(!twice, &path, format!("`{name}` is listed twice"));
        }

        mistakes.extend(self.approval.iter().flat_map(|approval| self.unapprovable(approval)));
        mistakes
    }

    /// What does not make sense about who is asked.
    fn unapprovable(&self, approval: &Approval) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut unless = |right: bool, path: &str, what: String| {
            if !right {
                mistakes.push(Mistake::at(path, what));
            }
        };
        let stops = self.strategy.pauses(self.bake);
        let there = stops.iter().any(|pause| pause.stage == approval.before.stage());
        let what = "this strategy has no such pause; choose another one, or another strategy";
        unless(there, "approval.before", what.into());
        let long = approval.within <= LONGEST_APPROVAL;
        let what = format!("choose at most {LONGEST_APPROVAL}: ECS ends a stage after 24 hours");
        unless(long && approval.within.0 > 0, "approval.within", what);
        let named = approval.of.len();
        let what = match named {
            0 => "choose 1 to 20 people".to_owned(),
            _ => format!("`of` names {named}; choose 1 to {named}"),
        };
        let most = if named == 0 { 20 } else { named };
        unless((1..=most).contains(&usize::from(approval.count)), "approval.count", what);
        for (index, name) in approval.of.iter().enumerate() {
            let path = format!("approval.of[{index}]");
            unless(!name.trim().is_empty(), &path, "a name is missing".into());
            let twice = approval.of[..index].contains(name);
            unless(!twice, &path, format!("{name:?} is listed twice"));
        }
        mistakes
    }
}

fn is_ecs_name(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_header(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}
