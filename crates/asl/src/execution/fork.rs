//! Parallel and Map: flows inside a state, all carried by the execution's own task, so that the
//! failure of one stops the others at once.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;

use super::attempt::items_of;
use super::leaving::limited;
use super::run::{Broken, Run, Visit};
use crate::definition::{Flow, Map};
use crate::error::TaskError;
use crate::expression::{Environment, Item, Template};
use crate::history::{Iteration, Record, Trail};
use crate::resources::Resources;
use crate::scope::Scope;

/// "A Map in inline mode supports up to 40 concurrent iterations" (Developer Guide).
const MOST_CONCURRENT: usize = 40;

impl<R: Resources> Run<R> {
    /// The outputs of all branches, in their order.
    pub(super) async fn parallel(
        &self,
        visit: &Visit<'_>,
        arguments: Option<&Template>,
        branches: &[Flow],
        trail: &mut Trail,
    ) -> Result<Arc<Value>, Broken> {
        let environment = self.environment(visit);
        let input = match arguments {
            Some(template) => {
                limited(template.evaluate(&environment)?, &visit.state.name, "arguments")?
            }
            None => Arc::clone(&visit.input),
        };
        self.journal.record(trail, || Record::ParallelStateStarted)?;

        let mut running: FuturesUnordered<_> = branches
            .iter()
            .enumerate()
            .map(|(place, branch)| {
                let (input, scope) = (Arc::clone(&input), Scope::inside(visit.scope));
                let mut trail = *trail;
                async move { (place, self.flow(branch, input, scope, &mut trail).await, trail) }
            })
            .collect();
        let mut outputs = vec![Value::Null; branches.len()];
        while let Some((place, ended, of_branch)) = running.next().await {
            trail.join(of_branch);
            match ended {
                Ok(output) => outputs[place] = Arc::unwrap_or_clone(output),
                Err(error) => {
                    drop(running);
                    self.journal.record(trail, || Record::ParallelStateFailed)?;
                    return Err(Broken { error, by_branch: true });
                }
            }
        }

        self.journal.record(trail, || Record::ParallelStateSucceeded)?;
        Ok(limited(Arc::new(Value::Array(outputs)), &visit.state.name, "result")?)
    }

    /// The outputs of all iterations, in the order of the items.
    pub(super) async fn map(
        &self,
        visit: &Visit<'_>,
        map: &Map,
        trail: &mut Trail,
    ) -> Result<Arc<Value>, TaskError> {
        let name = &visit.state.name;
        let environment = self.environment(visit);
        let items = match &map.items {
            Some(template) => items_of(&template.evaluate(&environment)?, name)?,
            None => items_of(&visit.input, name)?,
        };
        let width = match &map.concurrency {
            Some(amount) => {
                usize::try_from(amount.evaluate(&environment, 0)?).unwrap_or(usize::MAX)
            }
            None => 0,
        };
        let width = if width == 0 { MOST_CONCURRENT } else { width.min(MOST_CONCURRENT) };
        self.journal.record(trail, || Record::MapStateStarted { length: items.len() })?;

        let started = *trail;
        let mut waiting = items.iter().enumerate();
        let mut running = FuturesUnordered::new();
        let mut going = Vec::new();
        let mut outputs = vec![Value::Null; items.len()];
        loop {
            while running.len() < width
                && let Some((index, item)) = waiting.next()
            {
                let selecting =
                    Environment { item: Some(Item { index, value: item }), ..environment };
                let input = match &map.selector {
                    Some(template) => {
                        limited(template.evaluate(&selecting)?, name, "selected item")?
                    }
                    None => Arc::clone(item),
                };
                let mut trail = started;
                self.iteration(&mut trail, visit, Iteration::Started, index)?;
                let scope = Scope::inside(visit.scope);
                running.push(async move {
                    let ended = self.flow(&map.processor, input, scope, &mut trail).await;
                    (index, ended, trail)
                });
                going.push(index);
            }
            let Some((index, ended, of_iteration)) = running.next().await else { break };
            *trail = of_iteration;
            going.retain(|&other| other != index);
            match ended {
                Ok(output) => {
                    outputs[index] = Arc::unwrap_or_clone(output);
                    self.iteration(trail, visit, Iteration::Succeeded, index)?;
                }
                Err(error) => {
                    drop(running);
                    self.iteration(trail, visit, Iteration::Failed, index)?;
                    for index in going {
                        self.iteration(trail, visit, Iteration::Aborted, index)?;
                    }
                    self.journal.record(trail, || Record::MapStateFailed)?;
                    return Err(error);
                }
            }
        }

        self.journal.record(trail, || Record::MapStateSucceeded)?;
        limited(Arc::new(Value::Array(outputs)), name, "result")
    }

    fn iteration(
        &self,
        trail: &mut Trail,
        visit: &Visit<'_>,
        what: Iteration,
        index: usize,
    ) -> Result<(), TaskError> {
        let name = &visit.state.name;
        self.journal.record(trail, || Record::MapIteration { what, name: Arc::clone(name), index })
    }
}
