//! What happens in a world, as a value.

use std::fmt;
use std::time::Duration;

use asl::Keep;
use futures_util::future::join_all;
use local::account::MACHINES;
use serde::{Deserialize, Serialize};

use crate::act::{Act, Deed, Image};
use crate::disturbance::{disturb, leave_undisturbed};
use crate::world::LONGEST;
use crate::{Disturbance, Scenario, World, WorldBuilder, alarms};

/// What happens in a world: the same schedule always tells the same story.
///
/// In a file it is JSON:
/// `{"scenario": "good_image", "disturbances": [{"call": {"number": 7, "fails": "after"}}]}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// What is going on.
    pub scenario: Scenario,
    /// What people do besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
    /// What breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disturbances: Vec<Disturbance>,
}

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Mistake {
    /// Where in the document: `disturbances[0].call.fails`; empty for all of it.
    pub path: String,
    /// What is wrong there.
    pub what: String,
}

impl Schedule {
    /// The scenario, and nothing else.
    pub fn of(scenario: Scenario) -> Self {
        Self { scenario, acts: Vec::new(), disturbances: Vec::new() }
    }

    /// And this is done.
    #[must_use]
    pub fn act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    /// And this breaks.
    #[must_use]
    pub fn disturbed(mut self, disturbance: Disturbance) -> Self {
        self.disturbances.push(disturbance);
        self
    }

    /// And all that happens in another schedule of the same scenario.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.acts.extend_from_slice(&other.acts);
        self.disturbances.extend_from_slice(&other.disturbances);
        self
    }

    /// Reads a schedule.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let json = &mut serde_json::Deserializer::from_str(text);
        let read: Result<Self, _> = serde_path_to_error::deserialize(&mut *json);
        let schedule = read.map_err(|error| {
            // What cannot be read has no name: `acts[0].?`.
            let path = error.path().to_string();
            let path = path.trim_end_matches('?').trim_end_matches('.').to_owned();
            Mistake { path, what: error.into_inner().to_string() }
        })?;
        let rest = json.end().map_err(|error| error.to_string());
        rest.map_err(|what| Mistake { path: String::new(), what })?;
        schedule.check()?;
        Ok(schedule)
    }

    /// Whether everything is there that is named.
    fn check(&self) -> Result<(), Mistake> {
        let services = self.scenario.services();
        let alarms = alarms::of(&services);
        for (index, act) in self.acts.iter().enumerate() {
            let wrong = |field: &str, what: String| {
                Err(Mistake { path: format!("acts[{index}].does.{field}"), what })
            };
            match &act.does {
                Deed::Push { service, .. } if !services.iter().any(|it| it.name == *service) => {
                    return wrong(
                        "push.service",
                        format!("this scenario has no service {service}"),
                    );
                }
                Deed::Stop { machine } if !is_machine(machine) => {
                    return wrong("stop.machine", format!("there is no state machine {machine}"));
                }
                Deed::Ring { alarm } if !alarms.names().any(|it| it == alarm) => {
                    return wrong("ring.alarm", format!("this scenario has no alarm {alarm}"));
                }
                _ => {}
            }
        }
        for (index, disturbance) in self.disturbances.iter().enumerate() {
            if let Disturbance::Stop { machine, .. } = disturbance
                && !is_machine(machine)
            {
                let path = format!("disturbances[{index}].stop.machine");
                return Err(Mistake { path, what: format!("there is no state machine {machine}") });
            }
        }
        Ok(())
    }

    /// How the image of a tag behaves; `None` if nobody pushes it.
    pub fn image(&self, service: &str, tag: &str) -> Option<Image> {
        let pushed = self.all_acts().find_map(|act| match act.does {
            Deed::Push { service: of, tag: its, image } => {
                (of.as_str() == service && its.as_str() == tag).then_some(image)
            }
            _ => None,
        });
        pushed.or_else(|| (tag == "v1.0.0").then_some(Image::Good))
    }

    /// What people do, in the scenario and besides.
    fn all_acts(&self) -> impl Iterator<Item = Act> {
        self.scenario.acts().into_iter().chain(self.acts.clone())
    }

    /// Lets it happen, until nothing moves any more, or for the longest that anything may take.
    pub async fn play(&self) -> World {
        let services = self.scenario.services().into_iter();
        let builder = services.fold(World::builder(), WorldBuilder::with);
        let mut world = builder.keeping(Keep::Counts).begin().await;
        let acts: Vec<Act> = self.all_acts().collect();
        for act in &acts {
            if let Deed::Push { service, tag, image } = &act.does
                && !world.knows(service.as_str(), tag.as_str())
            {
                world.image(service.as_str(), tag.as_str(), image.behaviour());
            }
        }

        disturb(&world, &self.disturbances);
        let whole = async {
            join_all(acts.iter().map(|act| perform(&world, act))).await;
            world.settled().await;
        };
        // What still runs then is told as a broken promise.
        let _ = tokio::time::timeout(LONGEST, whole).await;
        leave_undisturbed(&world);
        world
    }
}

fn is_machine(name: &str) -> bool {
    MACHINES.iter().any(|(machine, _)| *machine == name)
}

async fn perform(world: &World, act: &Act) {
    world.pass(Duration::from_secs(act.at)).await;
    match &act.does {
        Deed::Push { service, tag, .. } => world.deliver(service.as_str(), tag.as_str()).await,
        Deed::Stop { machine } => world.teller().stop(machine),
        Deed::Ring { alarm } => world.teller().ring(alarm),
    }
}

impl fmt::Display for Schedule {
    /// The JSON of a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}
