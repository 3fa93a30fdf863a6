//! Plays a small world in every order there is, and not only in some.
//!
//! A [`Model`] says how its world begins and what may happen next; [`explore`] goes through every
//! state that can be reached, breadth first, so that what it finds is told by a shortest story.
//!
//! Why not the crate `stateright`: its *eventually* looks only at paths that end, "a path ending in
//! a cycle is not viewed as terminating in that cycle" (its documentation of `Property`), and who
//! waits here asks again and again. It also keeps a hash of each state where this keeps the state,
//! and brings 45 crates along, an HTTP server among them.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::io::Write;

/// A world in which things happen one at a time, in any order.
pub trait Model {
    /// Everything that matters at a moment.
    type State: Copy + Eq + Hash;
    /// What may happen, as a person would tell it.
    type Action: Copy + fmt::Display;

    /// How it begins.
    fn begin(&self) -> Self::State;
    /// Everything that may happen next, and what is then.
    fn next(&self, state: &Self::State) -> Vec<(Self::Action, Self::State)>;
    /// The same state by fewer names: two of which nobody can tell apart are one.
    fn canonical(&self, state: Self::State) -> Self::State {
        state
    }
    /// What happening broke, if anything.
    fn broken(
        &self,
        before: &Self::State,
        action: &Self::Action,
        after: &Self::State,
    ) -> Option<&'static str>;
    /// Whether all is over, and well.
    fn is_over(&self, state: &Self::State) -> bool;
    /// Whether this is something that nobody may rely on: a fault, or the passing of time.
    fn is_luck(&self, action: &Self::Action) -> bool;
}

/// How much there was to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explored {
    /// The states that can be reached.
    pub states: usize,
    /// The ways that lead from one to another.
    pub ways: usize,
}

/// A story in which something is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// What is broken.
    pub broken: &'static str,
    /// What happened, from the beginning on.
    pub story: Vec<String>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.broken)?;
        self.story.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// Nothing more can happen, and it is not over.
pub const STUCK: &str = "nothing more can happen, and it is not over";

/// No way leads to an end that is well, unless by luck.
pub const FOR_EVER: &str = "it never comes to an end, unless by luck";

/// Goes through every state that can be reached. From each of them an end must be in reach without
/// luck, which is what "eventually" means where whoever may go on at last does.
///
/// # Errors
/// A shortest story in which something is broken.
pub fn explore<M: Model>(model: &M) -> Result<Explored, Counterexample> {
    let mut seen = Seen::default();
    let mut ways = 0;
    let (mut over, mut onward) = (Vec::new(), Vec::new());
    let mut due = VecDeque::from([(seen.first(model.begin()), model.begin())]);

    while let Some((at, state)) = due.pop_front() {
        let next = model.next(&state);
        if model.is_over(&state) {
            over.push(at);
        } else if next.is_empty() {
            return Err(seen.counterexample(STUCK, at, None));
        }
        ways += next.len();
        for (action, after) in next {
            if let Some(broken) = model.broken(&state, &action, &after) {
                return Err(seen.counterexample(broken, at, Some(action)));
            }
            let after = model.canonical(after);
            let (to, new) = seen.reach(after, at, action);
            if new {
                due.push_back((to, after));
            }
            if !model.is_luck(&action) {
                onward.push((to, at));
            }
        }
    }

    match lost(seen.came.len(), over, onward) {
        Some(at) => Err(seen.counterexample(FOR_EVER, at, None)),
        None => Ok(Explored { states: seen.came.len(), ways }),
    }
}

/// Says how much was explored, also when the tests pass and their output is kept back.
pub fn report(explored: Explored, what: &str) {
    let Explored { states, ways } = explored;
    let _ = writeln!(std::io::stderr(), "{states} states of {what} explored, by {ways} ways");
}

/// The first state from which no way leads on to an end.
fn lost(states: usize, over: Vec<u32>, mut onward: Vec<(u32, u32)>) -> Option<u32> {
    onward.sort_unstable();
    let mut saved = vec![false; states];
    let mut due = over;
    while let Some(at) = due.pop() {
        if !std::mem::replace(&mut saved[at as usize], true) {
            let from = onward.partition_point(|(to, _)| *to < at);
            due.extend(onward[from..].iter().take_while(|(to, _)| *to == at).map(|(_, from)| from));
        }
    }
    saved.iter().position(|saved| !saved).map(number)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a model small enough to be explored")
}

/// Makes hashes in one multiplication a word. Nobody sends us states that collide on purpose.
pub type Quickly = BuildHasherDefault<Quick>;

/// See [`Quickly`].
#[derive(Default)]
pub struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u8(*byte);
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(word.into());
    }

    fn write_u16(&mut self, word: u16) {
        self.write_u64(word.into());
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word.cast_unsigned() as u64);
    }
}

/// The states that were seen, and how each was come to first.
struct Seen<S, A> {
    numbers: HashMap<S, u32, Quickly>,
    came: Vec<Option<(u32, A)>>,
}

impl<S, A> Default for Seen<S, A> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), came: Vec::new() }
    }
}

impl<S: Eq + Hash, A: Copy + fmt::Display> Seen<S, A> {
    fn first(&mut self, state: S) -> u32 {
        self.numbers.insert(state, 0);
        self.came.push(None);
        0
    }

    /// The number of a state, and whether it was not seen before.
    fn reach(&mut self, state: S, from: u32, action: A) -> (u32, bool) {
        let next = number(self.came.len());
        let at = *self.numbers.entry(state).or_insert(next);
        if at == next {
            self.came.push(Some((from, action)));
        }
        (at, at == next)
    }

    fn counterexample(&self, broken: &'static str, at: u32, last: Option<A>) -> Counterexample {
        let mut story: Vec<String> = last.iter().map(ToString::to_string).collect();
        let mut at = at;
        while let Some((from, action)) = self.came[at as usize] {
            story.push(action.to_string());
            at = from;
        }
        story.reverse();
        Counterexample { broken, story }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A walk over numbers: these ways, and the end at 9.
    struct Walk(&'static [(u8, u8)]);

    /// A step to a number. Tens are reached by luck, and 7 must not be reached at all.
    #[derive(Clone, Copy)]
    struct To(u8);

    impl fmt::Display for To {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "to {}", self.0)
        }
    }

    impl Model for Walk {
        type State = u8;
        type Action = To;

        fn begin(&self) -> u8 {
            0
        }

        fn next(&self, state: &u8) -> Vec<(To, u8)> {
            let ways = self.0.iter().filter(|(from, _)| from == state);
            ways.map(|(_, to)| (To(*to), *to)).collect()
        }

        fn broken(&self, _: &u8, _: &To, after: &u8) -> Option<&'static str> {
            (*after == 7).then_some("reached 7")
        }

        fn is_over(&self, state: &u8) -> bool {
            *state == 9
        }

        fn is_luck(&self, action: &To) -> bool {
            action.0.is_multiple_of(10)
        }
    }

    fn told(ways: &'static [(u8, u8)]) -> String {
        explore(&Walk(ways)).expect_err("a counterexample").to_string()
    }

    #[test]
    fn every_state_and_every_way_is_counted_once() {
        let explored = explore(&Walk(&[(0, 1), (0, 2), (1, 3), (2, 3), (3, 1), (3, 9)]));

        assert_eq!(explored, Ok(Explored { states: 5, ways: 6 }));
    }

    #[test]
    fn what_is_broken_is_told_by_a_shortest_story() {
        let story = told(&[(0, 1), (1, 2), (2, 7), (0, 3), (3, 7), (0, 9)]);

        assert_eq!(story, "reached 7:\n  to 3\n  to 7");
    }

    #[test]
    fn a_state_without_a_way_on_is_an_end_only_where_all_is_well() {
        assert_eq!(told(&[(0, 9), (0, 4)]), format!("{STUCK}:\n  to 4"));
    }

    #[test]
    fn going_in_a_circle_is_no_end_and_neither_is_luck() {
        assert_eq!(told(&[(0, 9), (0, 1), (1, 2), (2, 1)]), format!("{FOR_EVER}:\n  to 1"));
        assert_eq!(
            told(&[(0, 9), (0, 1), (1, 2), (2, 1), (2, 10), (10, 9)]),
            format!("{FOR_EVER}:\n  to 1")
        );
        assert!(explore(&Walk(&[(0, 9), (0, 1), (1, 2), (2, 1), (2, 9)])).is_ok());
    }
}
