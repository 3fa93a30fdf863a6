//! What may happen next: what executions, their calls and their recoveries do.

use model::Model;

use crate::action::{Action, What};
use crate::desks::{Answer, Came, DeskNumber, Desks, Facts, NOW, Order};
use crate::promises::{Promise, promised};
use crate::rules::{Flaw, Rules, Who, explicit, height};
use crate::world::{ALL, Call, Did, Execution, World, number};

/// The model.
pub(crate) struct Lease {
    pub(crate) desks: Desks,
    pub(crate) rules: Rules,
    promises: &'static [Promise],
    begin: [Execution; ALL],
}

impl Lease {
    /// Three deployments under these rules, and everything that is promised.
    pub(crate) fn new(rules: Rules) -> Self {
        Self::promising(rules, Promise::EVERY)
    }

    /// The same, and only these promises.
    pub(crate) fn promising(rules: Rules, promises: &'static [Promise]) -> Self {
        Self { desks: Desks::new(rules), rules, promises, begin: [Execution::Due; ALL] }
    }

    /// The same, and one deployment less.
    pub(crate) fn without(mut self, who: Who) -> Self {
        self.begin[usize::from(who)] = Execution::Ended;
        self
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.rules.flaw == Some(flaw)
    }

    /// What the execution of `who` may do while no call of its is under way.
    fn begin(&self, world: World, who: usize, next: &mut Next) {
        let (caller, execution) = (number(who), world.executions[who]);
        let (now, read) = (NOW, world.desk);
        let mut may = |what, after| next.push((Action { caller, what }, after));
        match execution {
            Execution::Due => {
                may(What::Begins, self.claim(world, who).becoming(who, Execution::Waits));
            }
            Execution::Waits if self.is(Flaw::NeverAsksAgain) => {}
            Execution::Waits => may(What::AsksAgain, self.claim(self.forget(world, caller), who)),
            Execution::Holds { token, did: Did::Nothing } => {
                let checked = Execution::Holds { token, did: Did::Checked };
                let refused = Execution::Concludes { deployed: false };
                let check = self.desks.decide(world.desk, Order::Check { who: caller }).1;
                let then = if check == Came::May(true) { checked } else { refused };
                may(What::Checks, world.becoming(who, then));
            }
            Execution::Holds { token, did } => {
                let mut concludes = |deployed| {
                    let releases = Call::Releases { deployed, now, read };
                    let after = world.becoming(who, Execution::Concludes { deployed });
                    may(What::Concludes { deployed }, after.with(who, releases));
                };
                concludes(false);
                if did == Did::Acted {
                    concludes(true);
                    may(What::Watches, world.with(who, Call::Renews { token, now, read }));
                }
                if self.is(Flaw::OutlastsItsLease) || !self.has_run_out(world, caller) {
                    may(What::Fences, self.fence(world, who, token));
                }
            }
            Execution::Concludes { deployed } => {
                may(What::Reads, world.with(who, Call::Releases { deployed, now, read }));
            }
            Execution::Gone { .. } | Execution::Recovers { .. } | Execution::Ended => {}
        }
    }

    /// What the call of `caller` does next.
    fn go_on(&self, world: World, caller: usize, next: &mut Next) {
        let (who, call) = (caller % ALL, world.calls[caller]);
        let name = number(who);
        let mut may = |what, after| next.push((Action { caller: number(caller), what }, after));
        match call {
            Call::None => return,
            Call::Asks { holder, now } => {
                let runs = world.executions[usize::from(holder)].runs();
                let gone = (!runs).then_some(holder);
                let claims = Call::Claims { gone, now, read: None };
                may(What::Asks, world.with(caller, claims));
            }
            Call::Claims { gone, now, read: None } => {
                let read = Some(world.desk);
                let claims = Call::Claims { gone, now, read };
                may(What::Reads, world.with(caller, claims));
            }
            Call::Claims { gone, now, read: Some(read) } => {
                let order = Order::Claim { who: name, gone, now };
                self.write(world, caller, read, order, &mut may);
            }
            Call::Renews { token, now, read } => {
                let order = Order::Renew { who: name, token, now };
                self.write(world, caller, read, order, &mut may);
            }
            Call::Releases { deployed, now, read } => {
                let order = Order::Release { who: name, deployed, now };
                self.write(world, caller, read, order, &mut may);
            }
            Call::Acts { token } => {
                let acted = Execution::Holds { token, did: Did::Acted };
                let after = world.with(caller, Call::None);
                match world.executions[who] {
                    Execution::Holds { .. } => may(What::Acts, after.becoming(who, acted)),
                    _ => may(What::Acts, after),
                }
            }
            Call::Tells { whom, hears, answer, ends } => {
                let mut heard = world;
                if hears && world.executions[usize::from(whom)] == Execution::Waits {
                    heard = self.forget(world, whom).told(whom, answer);
                }
                may(What::Tells, heard.finish(caller, ends));
                may(What::TellsAndFails, self.again(heard, caller));
                may(What::TellsUnheard, world.finish(caller, ends));
            }
        }
        may(What::Fails, self.again(world, caller));
    }

    /// `claim`: who holds the lease, and must that one's execution be asked after?
    fn claim(&self, world: World, who: usize) -> World {
        let (now, read) = (NOW, Some(world.desk));
        let call = match self.desks.facts(world.desk).lease {
            Some(lease) if lease.expires <= now => Call::Asks { holder: lease.holder, now },
            _ => Call::Claims { gone: None, now, read },
        };
        world.with(who, call)
    }

    /// `proceed`: on with it, or is the lease lost?
    fn fence(&self, world: World, who: usize, token: u8) -> World {
        let order = Order::Honour { who: number(who), token };
        match self.desks.decide(world.desk, order).1 {
            Came::May(true) => world.with(who, Call::Acts { token }),
            _ => world.becoming(who, Execution::Concludes { deployed: false }),
        }
    }

    /// Decides on the desk that was read, and writes it if nobody wrote in between.
    fn write(
        &self,
        world: World,
        caller: usize,
        read: DeskNumber,
        order: Order,
        may: &mut impl FnMut(What, World),
    ) {
        let (decided, came) = self.desks.decide(read, order);
        let mut written = world;
        if decided != read {
            written.desk = decided;
            if !self.is(Flaw::WritesBlindly) {
                // Whoever read before finds another version, and so reads again.
                written.calls = written.calls.map(Call::unread);
            }
        }

        let ends = matches!(order, Order::Release { .. });
        let answered = match came {
            Came::Tell { whom, hears: true, answer } => {
                written.with(caller, Call::Tells { whom, hears: true, answer, ends })
            }
            Came::Refused if world.executions[caller] == Execution::Waits => {
                let refused = Execution::Concludes { deployed: false };
                let after = self.forget(written, number(caller)).becoming(caller, refused);
                after.with(caller, Call::None)
            }
            _ => written.finish(caller, ends),
        };
        may(What::Writes, answered);
        if decided != read {
            may(What::WritesUnheard, self.again(written, caller));
        }
    }

    /// The call of `caller` failed: its step runs again, with a new token if it waits with one.
    fn again(&self, world: World, caller: usize) -> World {
        let failed = world.with(caller, Call::None);
        match failed.executions[caller % ALL] {
            Execution::Waits => self.forget(failed, number(caller)),
            _ => failed,
        }
    }

    /// From here on the execution of `who` waits with another token, or not at all.
    fn forget(&self, mut world: World, who: Who) -> World {
        let forget = |desk| self.desks.decide(desk, Order::Forget { who }).0;
        world.desk = forget(world.desk);
        for call in &mut world.calls {
            match call {
                Call::Tells { whom, hears, .. } if *whom == who => *hears = false,
                Call::Claims { read, .. } => *read = read.map(forget),
                Call::Renews { read, .. } | Call::Releases { read, .. } => *read = forget(*read),
                _ => {}
            }
        }
        world
    }

    /// The length of a lease passes: everything is that much longer ago.
    fn age(&self, mut world: World) -> World {
        let age = |desk| self.desks.decide(desk, Order::Age).0;
        world.desk = age(world.desk);
        for call in &mut world.calls {
            match call {
                Call::Asks { now, .. } => *now = now.saturating_sub(1),
                Call::Claims { now, read, .. } => {
                    *now = now.saturating_sub(1);
                    *read = read.map(age);
                }
                Call::Renews { now, read, .. } | Call::Releases { now, read, .. } => {
                    *now = now.saturating_sub(1);
                    *read = age(*read);
                }
                _ => {}
            }
        }
        world
    }

    /// Whether `who` holds the lease of the desk, and it has run out.
    fn has_run_out(&self, world: World, who: Who) -> bool {
        let lease = self.desks.facts(world.desk).lease;
        lease.is_some_and(|lease| lease.holder == who && lease.expires <= NOW)
    }
}

type Next = Vec<(Action, World)>;

impl Model for Lease {
    type State = World;
    type Action = Action;

    fn begin(&self) -> World {
        World { desk: 0, executions: self.begin, calls: [Call::None; 2 * ALL] }
    }

    fn next(&self, world: &World) -> Next {
        let mut next = Vec::new();
        for who in 0..ALL {
            let caller = number(who);
            if world.calls[who] == Call::None {
                self.begin(*world, who, &mut next);
            }
            match world.executions[who] {
                Execution::Waits | Execution::Holds { .. } | Execution::Concludes { .. } => {
                    let mut after = self.forget(*world, caller);
                    after.executions[who] = world.executions[who].gone();
                    next.push((Action { caller, what: What::Stops }, after));
                }
                Execution::Gone { deployed }
                    if world.calls[who] == Call::None || self.is(Flaw::RecoversAtOnce) =>
                {
                    let after = world.becoming(who, Execution::Recovers { deployed });
                    next.push((Action { caller, what: What::IsRecovered }, after));
                }
                Execution::Recovers { deployed } if world.calls[who + ALL] == Call::None => {
                    let releases = Call::Releases { deployed, now: NOW, read: world.desk };
                    let after = world.with(who + ALL, releases);
                    next.push((Action { caller: number(who + ALL), what: What::Reads }, after));
                }
                _ => {}
            }
        }
        for caller in 0..2 * ALL {
            self.go_on(*world, caller, &mut next);
        }
        let acts = |call: &Call| matches!(call, Call::Acts { .. });
        let may_pass = self.is(Flaw::OutlastsItsLease) || !world.calls.iter().any(acts);
        if may_pass {
            next.push((Action { caller: 0, what: What::TimePasses }, self.age(*world)));
        }
        next
    }

    fn broken(&self, before: &World, action: &Action, after: &World) -> Option<&'static str> {
        promised(self, self.promises, before, *action, after)
    }

    fn is_over(&self, world: &World) -> bool {
        world.everyone_ended()
    }

    fn canonical(&self, mut world: World) -> World {
        if self.is(Flaw::WritesBlindly) {
            return world;
        }
        let Facts { token: last, deployed, .. } = self.desks.facts(world.desk);
        let is_behind = |who: usize, mark| height(number(who)).is_below(&height(mark));
        let minds = |(who, execution): (usize, &Execution)| {
            *execution != Execution::Ended
                && !explicit(number(who))
                && deployed.is_some_and(|mark| is_behind(who, mark))
        };
        let order = Order::Tidy {
            looks_back: world.calls.iter().any(|call| call.looks_back()),
            minds: world.executions.iter().enumerate().any(minds),
        };
        let tidy = |desk| self.desks.decide(desk, order).0;
        let renumber = |token: &mut u8| *token = u8::from(*token == last);

        world.desk = tidy(world.desk);
        for execution in &mut world.executions {
            if let Execution::Holds { token, .. } = execution {
                renumber(token);
            }
        }
        for call in &mut world.calls {
            match call {
                Call::Acts { token } | Call::Tells { answer: Answer::Granted(token), .. } => {
                    renumber(token);
                }
                Call::Claims { read, .. } => *read = read.map(tidy),
                Call::Releases { read, .. } => *read = tidy(*read),
                Call::Renews { token, read, .. } => {
                    renumber(token);
                    *read = tidy(*read);
                }
                _ => {}
            }
        }
        world
    }

    fn is_luck(&self, action: &Action) -> bool {
        matches!(
            action.what,
            What::WritesUnheard
                | What::TellsUnheard
                | What::TellsAndFails
                | What::Fails
                | What::Stops
                | What::TimePasses
        )
    }
}
