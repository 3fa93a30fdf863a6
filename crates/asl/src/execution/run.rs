//! From state to state.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::definition::{Flow, Kind, Next, State};
use crate::dice::Dice;
use crate::error::{QUERY_EVALUATION_ERROR, TaskError};
use crate::expression::Environment;
use crate::history::{Journal, Record, Trail};
use crate::identity::Identity;
use crate::resources::Resources;
use crate::scope::Scope;
use crate::tokens::Tokens;

/// What an execution carries with it.
pub(super) struct Run<R> {
    pub(super) identity: Arc<Identity>,
    pub(super) journal: Arc<Journal>,
    pub(super) clock: Clock,
    pub(super) dice: Dice,
    pub(super) resources: Arc<R>,
    pub(super) tokens: Tokens,
}

/// One visit of a state.
pub(super) struct Visit<'a> {
    pub(super) state: &'a State,
    pub(super) input: Arc<Value>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) entered: Instant,
    pub(super) retries: u32,
}

/// How a state is left.
pub(super) struct Exit {
    pub(super) output: Arc<Value>,
    pub(super) assigned: Vec<(Arc<str>, Arc<Value>)>,
    pub(super) next: Next,
}

/// A failed attempt.
pub(super) struct Broken {
    pub(super) error: TaskError,
    /// Whether a branch of a Parallel state ended with it.
    pub(super) by_branch: bool,
}

impl From<TaskError> for Broken {
    fn from(error: TaskError) -> Self {
        Self { error, by_branch: false }
    }
}

/// The end of a flow; boxed, since flows contain states that contain flows.
pub(super) type Ending<'a> =
    Pin<Box<dyn Future<Output = Result<Arc<Value>, TaskError>> + Send + 'a>>;

impl<R: Resources> Run<R> {
    pub(super) fn new(
        identity: Arc<Identity>,
        journal: Arc<Journal>,
        clock: Clock,
        resources: Arc<R>,
        tokens: Tokens,
    ) -> Self {
        let dice = Dice::named(&identity.arn);
        Self { identity, journal, clock, dice, resources, tokens }
    }

    /// Runs `flow` from its start to an end.
    pub(super) fn flow<'a>(
        &'a self,
        flow: &'a Flow,
        mut input: Arc<Value>,
        mut scope: Scope<'a>,
        trail: &'a mut Trail,
    ) -> Ending<'a> {
        Box::pin(async move {
            let mut place = flow.start;
            loop {
                // States that wait for nothing would never let go of the thread.
                tokio::task::consume_budget().await;
                let state = &flow.states[place];
                let (kind, name) = (state.kind.name(), &state.name);
                self.journal.enter(name);
                self.journal.record(trail, || Record::StateEntered {
                    kind,
                    name: Arc::clone(name),
                    input: Arc::clone(&input),
                })?;

                let exit = self.visit(state, input, &scope, trail).await?;

                self.journal.record(trail, || Record::StateExited {
                    kind,
                    name: Arc::clone(name),
                    output: Arc::clone(&exit.output),
                    assigned: exit.assigned.clone(),
                })?;
                scope.assign(exit.assigned);
                match exit.next {
                    Next::End => return Ok(exit.output),
                    Next::State(next) => place = next,
                }
                input = exit.output;
            }
        })
    }

    pub(super) fn environment<'a>(&'a self, visit: &'a Visit<'_>) -> Environment<'a> {
        Environment {
            scope: visit.scope,
            input: &visit.input,
            result: None,
            error: None,
            identity: &self.identity,
            clock: &self.clock,
            dice: &self.dice,
            state: &visit.state.name,
            entered: visit.entered,
            retries: visit.retries,
            token: None,
            item: None,
        }
    }

    /// Writes down an expression that failed.
    pub(super) fn note_evaluation(
        &self,
        state: &State,
        error: &TaskError,
        trail: &mut Trail,
    ) -> Result<(), TaskError> {
        let of_expression = error.error == QUERY_EVALUATION_ERROR;
        if !of_expression || matches!(state.kind, Kind::Parallel { .. } | Kind::Map(_)) {
            return Ok(());
        }
        self.journal.record(trail, || Record::EvaluationFailed {
            state: Arc::clone(&state.name),
            error: error.clone(),
        })
    }
}
