//! What may happen next: what ECS, the bus, the steps and the execution do.

use domain::rollout::Progress;
use jiff::Timestamp;
use model::Model;

use crate::account::{News, Rollout, Token, desk, signal, token, watch, watcher};
use crate::action::Action;
use crate::rules::{ASLEEP, Flaw, Rules, STALE, TWICE};
use crate::world::{Call, EVENTS, Execution, LAST, World, kind};

/// All of it happens at one moment: no decision here looks at the clock.
const MOMENT: Timestamp = Timestamp::UNIX_EPOCH;

/// The model.
pub(crate) struct Wake(Rules);

type Next = Vec<(Action, World)>;

impl Wake {
    pub(crate) fn new(rules: Rules) -> Self {
        Self(rules)
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.0.flaw == Some(flaw)
    }

    /// What ECS does.
    fn ecs(world: World, next: &mut Next) {
        let [hooks, services] = world.events;
        let becomes = |rollout| World { rollout, ..world };
        match world.rollout {
            Rollout::Moves { passed: LAST, .. } | Rollout::GoesBack if services < EVENTS => {
                next.push((Action::Moves, becomes(Rollout::Ended).tells(News::Service)));
            }
            Rollout::Moves { passed, .. } if passed < LAST && hooks < EVENTS => {
                next.push((Action::Moves, becomes(Rollout::Pauses(passed + 1)).tells(News::Hook)));
            }
            Rollout::Pauses(_) if hooks < EVENTS => {
                next.push((Action::GivesUp, becomes(Rollout::GoesBack).tells(News::Hook)));
            }
            _ => {}
        }
        if let Rollout::Moves { passed, shows: true } = world.rollout {
            next.push((Action::ShowsNoMore, becomes(Rollout::Moves { passed, shows: false })));
        }
    }

    /// What the bus and `resume` do.
    fn events(&self, world: World, next: &mut Next) {
        for news in [News::Hook, News::Service, News::Another] {
            let Some(taken) = world.without(news) else { continue };
            if self.0.loses {
                next.push((Action::Loses, taken));
            }
            if world.events[kind(news)] < EVENTS && news != News::Another {
                next.push((Action::Doubles, world.tells(news)));
            }
            if self.is(Flaw::ReadsLate) {
                next.push((Action::Misses, taken));
            }
            let found = world.desk.filter(|found| (self.0.heeds)(&watcher(*found), &signal(news)));
            match (found, world.resumes.iter().position(Option::is_none)) {
                (None, _) => next.push((Action::Resumes(news), taken)),
                (Some(_), Some(free)) => {
                    let mut after = taken;
                    after.resumes[free] = found;
                    next.push((Action::Resumes(news), after));
                }
                (Some(_), None) => {}
            }
        }
        for (at, found) in world.resumes.iter().enumerate() {
            let Some(found) = *found else { continue };
            let mut after = world;
            after.resumes[at] = None;
            next.push((Action::Wakes(found), self.woken_by(found, after)));
            if self.0.loses {
                next.push((Action::FailsToWake, after));
            }
        }
    }

    /// What the call of `watch` does, and one that comes too late.
    fn calls(&self, world: World, next: &mut Next) {
        let write = |token_written| {
            let desk = (self.0.watch)(desk(world.desk), watcher(token_written), MOMENT);
            token(&desk)
        };
        let then = |call| match (call, self.is(Flaw::LooksFirst)) {
            (Call::Writes, false) => Call::Looks,
            (Call::Looks, true) => Call::Writes,
            _ => Call::None,
        };
        let call = then(world.call);
        match world.call {
            Call::None => {}
            Call::Writes => {
                next.push((Action::Writes, World { desk: write(Token::Now), call, ..world }));
            }
            Call::Looks if self.has_news(world) => {
                next.push((Action::Looks, self.woken_by(Token::Now, world)));
            }
            Call::Looks => next.push((Action::Looks, World { call, ..world })),
        }
        if let (Execution::Watches(seen), true) = (world.execution, world.call != Call::None) {
            next.push((Action::Fails, self.watches(world, seen)));
        }

        let late = then(world.late);
        match world.late {
            Call::None => return,
            Call::Writes => {
                next.push((Action::WritesLate, World { desk: write(Token::Gone), late, ..world }));
            }
            Call::Looks => next.push((Action::LooksLate, World { late, ..world })),
        }
        next.push((Action::EndsLate, World { late: Call::None, ..world }));
    }

    /// What the execution does, and what is done to it.
    fn execution(&self, world: World, next: &mut Next) {
        match world.execution {
            Execution::Looks => match world.rollout.progress(world.answered) {
                Progress::Ended { .. } => {
                    next.push((Action::Judges, World { execution: Execution::Ended, ..world }));
                }
                Progress::Moving { .. } => {
                    next.push((Action::Judges, self.watches(world, Some(world.rollout))));
                }
                Progress::Paused { .. } => {
                    let Rollout::Pauses(pause) = world.rollout else { return };
                    let execution = Execution::Answers(pause);
                    next.push((Action::Judges, World { execution, ..world }));
                    next.push((Action::Bakes, self.watches(world, Some(world.rollout))));
                }
            },
            Execution::Answers(pause) => {
                let mut after = world;
                if world.rollout == Rollout::Pauses(pause) {
                    after.rollout = Rollout::Moves { passed: pause, shows: true };
                }
                next.push((Action::AnswersUnheard, after));
                after.answered = pause;
                next.push((Action::Answers, self.watches(after, None)));
            }
            Execution::Watches(_) => {
                if world.call == Call::None && !self.is(Flaw::NeverTimesOut) {
                    next.push((Action::TimesOut, world.wakes().forgets()));
                }
            }
            Execution::Gone => {
                if world.late == Call::None || self.is(Flaw::RecoversAtOnce) {
                    let mut after = World { recovers: true, answered: 0, ..world };
                    if world.rollout != Rollout::Ended {
                        after.rollout = Rollout::GoesBack;
                    }
                    next.push((Action::IsRecovered, self.watches(after, None)));
                }
                return;
            }
            Execution::Ended => return,
        }
        if !world.recovers {
            let late = world.call;
            let stopped = World { execution: Execution::Gone, call: Call::None, late, ..world };
            next.push((Action::Stops, stopped.forgets()));
        }
    }

    /// Enters `Watch`: with a new token, and a call.
    fn watches(&self, world: World, seen: Option<Rollout>) -> World {
        let call = if self.is(Flaw::LooksFirst) { Call::Looks } else { Call::Writes };
        // How the rollout was seen to move is all the same.
        let seen = seen.map(|rollout| match rollout {
            Rollout::Pauses(_) => rollout,
            _ => Rollout::Moves { passed: 0, shows: false },
        });
        World { execution: Execution::Watches(seen), call, told: 0, ..world.forgets() }
    }

    /// A token is answered.
    fn woken_by(&self, token: Token, world: World) -> World {
        let sleeps = matches!(world.execution, Execution::Watches(_));
        let works = token == Token::Now || self.is(Flaw::WakesWhoever);
        match (works, sleeps) {
            (true, _) if self.is(Flaw::HearsTwice) => {
                World { told: world.told + 1, ..world.wakes() }
            }
            (true, true) => World { told: world.told + 1, ..world.wakes().forgets() },
            _ => world,
        }
    }

    /// Whether there is something to decide for the execution that watches.
    fn has_news(&self, world: World) -> bool {
        let Execution::Watches(seen) = world.execution else { return false };
        let progress = world.rollout.progress(world.answered);
        (self.0.is_news)(&watch(seen, world.answered), &progress)
    }

    /// Whether it sleeps through news, whatever the rules say is news.
    fn sleeps_through(world: &World) -> bool {
        let Execution::Watches(seen) = world.execution else { return false };
        let progress = world.rollout.progress(world.answered);
        let nothing_comes = world.events == [0, 0] && world.resumes == [None, None];
        nothing_comes && watch(seen, world.answered).is_news(&progress)
    }
}

impl Model for Wake {
    type State = World;
    type Action = Action;

    fn begin(&self) -> World {
        let world = World {
            rollout: Rollout::Moves { passed: 0, shows: false },
            events: [0, 0],
            resumes: [None, None],
            desk: None,
            execution: Execution::Looks,
            answered: 0,
            recovers: false,
            call: Call::None,
            late: Call::None,
            told: 0,
        };
        self.watches(world, None)
    }

    fn next(&self, world: &World) -> Next {
        let mut next = Vec::new();
        Self::ecs(*world, &mut next);
        self.events(*world, &mut next);
        self.calls(*world, &mut next);
        self.execution(*world, &mut next);
        next
    }

    fn canonical(&self, mut world: World) -> World {
        // Which of two calls does something makes no difference.
        world.resumes.sort_unstable_by_key(|found| found.map(|found| found as u8));
        world
    }

    fn broken(&self, before: &World, action: &Action, after: &World) -> Option<&'static str> {
        let woke = before.execution != after.execution;
        match action {
            Action::TimesOut if !self.0.loses && Self::sleeps_through(before) => Some(ASLEEP),
            Action::Wakes(Token::Gone) if woke => Some(STALE),
            _ if after.told > 1 => Some(TWICE),
            _ => None,
        }
    }

    fn is_over(&self, world: &World) -> bool {
        world.execution == Execution::Ended && world.rollout == Rollout::Ended
    }

    fn is_luck(&self, action: &Action) -> bool {
        matches!(
            action,
            Action::GivesUp
                | Action::Doubles
                | Action::Loses
                | Action::Misses
                | Action::FailsToWake
                | Action::Fails
                | Action::AnswersUnheard
                | Action::Stops
                | Action::EndsLate
        )
    }
}
