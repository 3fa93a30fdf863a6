//! What becomes of a service when Terraform was at work.

use jiff::Timestamp;

use super::{Change, Frozen, Lock, Memory, Onto, Seen, Terraform, changes};
use crate::desk::{Desk, Waiter};
use crate::request::{Cause, Request};
use crate::seconds::Seconds;

/// For how long what follows from a change is asked for again. Step Functions knows the names of
/// executions for longer.
const ASKED: Seconds = Seconds(24 * 3600);

/// What a look at the lock and the state of a service found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Somebody changes it. What is written meanwhile counts when the lock is gone.
    Locked(Lock),
    /// There is no state: which.
    Absent(String),
    /// It cannot be read: why.
    Unreadable(String),
    /// The state.
    Read(Seen),
}

/// What is done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// What serves is deployed again, on this task definition.
    pub redeploy: Option<Onto>,
    /// Since when the data layer is another one: the read replicas are asked whether they keep up.
    pub moved: Option<Timestamp>,
    /// Who waits for its turn, and is to ask again, because nothing is frozen any more.
    pub asks: Option<Waiter>,
    /// What people are to know, each in a sentence.
    pub told: Vec<String>,
    /// Whether the service is frozen now.
    pub frozen: bool,
    /// Whether what is under way waits at its next pause.
    pub held: bool,
}

impl Desk {
    /// Remembers what was found of what the service stands on, and tells what is to be done. Doing it
    /// again changes nothing, and asks for the same.
    #[must_use]
    pub fn sees(
        mut self,
        watch: &Terraform,
        look: &Look,
        accepts: bool,
        now: Timestamp,
    ) -> (Self, Answer) {
        let known = self.terraform.take().unwrap_or_default();
        if known.looked.is_some_and(|looked| looked > now) {
            let frozen = known.frozen.is_some();
            self.terraform = Some(known);
            let held = self.holds(now).is_some();
            return (self, Answer { frozen, held, ..Answer::default() });
        }
        let mut memory = known.clone();
        let mut answer = Answer::default();
        let mut broken: Vec<String> = Vec::new();
        let is_read = matches!(look, Look::Read(_));
        let mut moved = false;

        match look {
            Look::Locked(lock) => {
                // Seen again at every write of the state, which is no reason to write each time.
                let same =
                    memory.lock.as_ref().is_some_and(|it| it.id == lock.id && it.stands(now));
                if !same {
                    memory.lock = Some(lock.clone());
                }
                answer.told.push(lock.to_string());
            }
            // Before the first apply there is none.
            Look::Absent(why) if memory.seen.is_none() => {
                memory.lock = None;
                answer.told.push(why.clone());
            }
            Look::Absent(why) | Look::Unreadable(why) => {
                memory.lock = None;
                broken.push(why.clone());
            }
            Look::Read(seen) => {
                memory.lock = None;
                if accepts {
                    *memory = Memory::default();
                }
                for change in changes(watch, memory.seen.as_ref(), seen) {
                    match change {
                        Change::Template(template) => {
                            memory.onto = Some(Onto { template, since: now });
                        }
                        Change::Output(name) => {
                            answer.told.push(format!("the output {name} changed"));
                            moved = true;
                        }
                        Change::Broken(why) if accepts => answer.told.push(why),
                        Change::Broken(why) => broken.push(why),
                    }
                }
                if broken.is_empty() && is_newer(memory.seen.as_ref(), seen) {
                    memory.seen = Some(seen.clone());
                    memory.moved = moved.then_some(now).or(memory.moved);
                }
            }
        }
        if !broken.is_empty() && memory.frozen.is_none() {
            memory.frozen = Some(Frozen { why: broken.join("; "), since: now });
        }
        memory.found = match look {
            Look::Locked(_) => memory.found.take(),
            Look::Read(seen) if memory.frozen.is_some() => Some(seen.clone()),
            _ => None,
        };

        answer.told.extend(broken);
        answer.frozen = memory.frozen.is_some();
        if memory != known {
            memory.looked = Some(now);
        }
        self.terraform = Some(memory);
        answer.held = self.holds(now).is_some();
        // Asked for again at every look, in case the first was not answered; its name makes it one.
        let memory = self.terraform.as_ref().filter(|_| !answer.frozen && is_read);
        let fresh = |since: Timestamp| now < ASKED.after(since);
        answer.redeploy = memory.and_then(|it| it.onto.clone()).filter(|it| fresh(it.since));
        answer.moved = memory.and_then(|it| it.moved).filter(|since| fresh(*since));
        let waits = accepts && is_read && self.lease.is_none();
        answer.asks = self.waiting.clone().filter(|_| waits);
        (self, answer)
    }

    /// The request to deploy what serves again on another task definition, if anything serves that
    /// Cutover deployed.
    pub fn onto(&self, onto: &Onto, seen: &Seen, now: Timestamp) -> Option<Request> {
        let deployed = self.deployed.as_ref()?;
        Some(Request {
            service: self.service.clone(),
            tag: None,
            digest: Some(deployed.digest.clone()),
            template: Some(onto.template.clone()),
            cause: Cause::Template,
            by: Some("terraform".into()),
            at: Some(now),
            hotfix: false,
            fix_forward: None,
            reason: Some(format!("the task definition changed (state {})", seen.serial)),
        })
    }
}

fn is_newer(before: Option<&Seen>, now: &Seen) -> bool {
    before.is_none_or(|before| before.lineage == now.lineage && before.serial < now.serial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn watch() -> Terraform {
        let watch = json!({ "bucket": "state", "key": "a", "template": "t", "resources": ["a.b"] });
        serde_json::from_value(watch).unwrap()
    }

    fn seen(serial: u64, resource: Option<&str>) -> Look {
        let template = format!("arn:aws:ecs:x:1:task-definition/checkout:{serial}");
        let resources = resource.map(|id| ("a.b".to_owned(), id.to_owned()));
        Look::Read(Seen {
            lineage: "l".into(),
            serial,
            template: Some(template.parse().unwrap()),
            outputs: [].into(),
            resources: resources.into_iter().collect(),
        })
    }

    fn sees(desk: Desk, look: &Look) -> (Desk, Answer) {
        desk.sees(&watch(), look, false, at(100))
    }

    #[test]
    fn the_first_look_remembers_and_a_newer_template_is_asked_for_a_day() {
        let desk = Desk::new("checkout".parse().unwrap());

        let (desk, first) = sees(desk, &seen(1, Some("x")));
        assert_eq!(first, Answer::default());
        let (desk, second) = sees(desk, &seen(2, Some("x")));
        assert!(second.redeploy.is_some_and(|it| it.template.as_str().ends_with("checkout:2")));
        let (again, third) = sees(desk.clone(), &seen(2, Some("x")));
        assert_eq!((&again, third.redeploy.is_some()), (&desk, true), "the same, asked for again");
        let (_, later) = desk.sees(&watch(), &seen(2, Some("x")), false, at(100 + 24 * 3_600));
        assert_eq!(later.redeploy, None);
    }

    #[test]
    fn what_is_destroyed_freezes_until_a_person_accepts_it() {
        let (desk, _) = sees(Desk::new("checkout".parse().unwrap()), &seen(1, Some("x")));

        let (desk, answer) = sees(desk, &seen(2, None));
        assert_eq!((answer.frozen, answer.held, answer.redeploy), (true, true, None));
        assert!(desk.barred().is_some_and(|why| why.contains("a.b was destroyed")));
        let (desk, healed) = sees(desk, &seen(3, Some("x")));
        assert!(healed.frozen, "only a person's word lifts it");

        let (desk, accepted) = desk.sees(&watch(), &seen(3, Some("y")), true, at(200));
        assert!(!accepted.frozen && desk.barred().is_none() && desk.holds(at(200)).is_none());
    }

    #[test]
    fn what_was_never_there_is_only_told_and_what_a_person_accepts_is_taken_as_it_is() {
        let absent = Look::Absent("there is no state".into());
        let (desk, answer) = sees(Desk::new("checkout".parse().unwrap()), &absent);
        assert_eq!((answer.frozen, answer.told.len()), (false, 1));

        let (desk, answer) = sees(desk, &seen(1, None));
        assert!(answer.frozen, "the document names what is not there");
        let (desk, answer) = desk.sees(&watch(), &seen(1, None), true, at(200));
        assert!(!answer.frozen && answer.told == ["a.b is not in the state"]);
        let (_, answer) = desk.sees(&watch(), &absent, false, at(300));
        assert!(answer.frozen, "the state was there");
    }

    #[test]
    fn a_lock_holds_what_is_under_way_and_its_end_lets_go() {
        let lock = json!({ "ID": "1", "Operation": "OperationTypeApply", "Who": "ada@laptop" });
        let lock = Lock::read(lock.to_string().as_bytes(), at(100)).unwrap();

        let desk = Desk::new("checkout".parse().unwrap());
        let (desk, answer) = sees(desk, &Look::Locked(lock));
        assert_eq!((answer.held, answer.frozen), (true, false));
        assert!(desk.holds(at(101)).is_some_and(|why| why.starts_with("ada@laptop changes")));
        assert_eq!(desk.holds(at(100 + 3_600)), None, "it was left behind");

        let late = Look::Locked(desk.terraform.clone().unwrap().lock.unwrap());
        let (desk, answer) = desk.sees(&watch(), &seen(1, Some("x")), false, at(130));
        assert!(!answer.held && desk.holds(at(131)).is_none());
        let (overtaken, _) = desk.clone().sees(&watch(), &late, false, at(129));
        assert_eq!(overtaken, desk, "the lock was gone by then");
    }
}
