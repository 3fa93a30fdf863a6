//! `cutover replay`: how does it go when this breaks?

use clap::Args;
use drill::{Mistake, Schedule, promises};
use serde_json::json;

use crate::console::{Console, End};
use crate::problem::{Problem, Trouble};
use crate::source::Source;

/// Play a schedule in simulation: what people do, what breaks, and what comes of it
///
/// A schedule is a scenario and what is disturbed in it. The tests write one whenever a promise is
/// broken. It is played with the state machines and steps that run on AWS, on a clock of its own,
/// and always goes the same way. Lines with a ! tell what was done from outside.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover replay schedule.json")]
pub(crate) struct Replay {
    /// The schedule; - for standard input
    #[arg(value_name = "FILE")]
    schedule: Source,
    /// Answer in JSON: {"schedule", "story": [line], "promises": [{"promise", "broken"}]}
    #[arg(long)]
    json: bool,
}

impl Replay {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let text = self.schedule.read()?;
        let schedule = Schedule::read(&text).map_err(|mistake| self.problem(mistake))?;

        let (story, promises) = drill::run(async {
            let world = schedule.play().await;
            (world.story(), promises::judge(&schedule, &world))
        });

        if self.json {
            let story: Vec<_> = story.lines().collect();
            let answer = json!({ "schedule": schedule, "story": story, "promises": promises });
            console.json(&answer)?;
        } else {
            console.line(story)?;
            for promise in &promises {
                console.line(promise)?;
            }
        }
        let good = promises.iter().all(promises::Promise::holds);
        Ok(if good { End::Good } else { End::Failed })
    }

    fn problem(&self, mistake: Mistake) -> Problem {
        let problem = Problem::with(&self.schedule, &mistake.what)
            .remedy(r#"a schedule is JSON, as in {"scenario": "good_image", "disturbances": [{"call": {"number": 7, "fails": "after"}}]}"#);
        if mistake.path.is_empty() { problem } else { problem.at(mistake.path) }
    }
}
