//! The executions of the account's state machines, with names that are used once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use asl::{Execution, Keep, Start, Status, StatusChange};
use domain::Failure;
use domain::event::ExecutionEnded;
use domain::name::DeploymentId;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::definitions::{Machines, machine_arn, machines};
use super::steps::{Payload, invoke};
use super::store::{Kind, StoreError};
use super::{Inner, Settings};
use crate::plant::Plant;

/// All executions, ended ones too: a name is used once.
#[derive(Debug)]
pub(super) struct Executions {
    machines: Arc<Machines>,
    by_name: Mutex<BTreeMap<String, Known>>,
    keep: Keep,
    /// Counts those that were given no name.
    unnamed: AtomicU64,
}

/// An execution that is or was.
#[derive(Debug)]
struct Known {
    kept: Kept,
    /// `None` for one of an earlier life of the account.
    execution: Option<Execution>,
}

/// What is kept of an execution over a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    machine: String,
    name: String,
    input: Value,
    running: bool,
    /// How it ended, if otherwise than by its own word.
    #[serde(default)]
    broken_off: Option<BrokenOff>,
}

/// How an execution ended that did not come to its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct BrokenOff {
    at: Timestamp,
    status: String,
    error: Option<String>,
    cause: Option<String>,
}

impl BrokenOff {
    fn of(change: &StatusChange) -> Option<Self> {
        let outcome = change.outcome.as_ref().filter(|it| it.status != Status::Succeeded)?;
        Some(Self {
            at: change.stop?,
            status: outcome.status.to_string(),
            error: outcome.error.clone(),
            cause: outcome.cause.clone(),
        })
    }
}

/// Why an execution was not started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    /// The name was used before: by an execution that ended, or for another input.
    #[error("ExecutionAlreadyExists: the name {0} was used before")]
    AlreadyExists(String),
    /// There is no such state machine.
    #[error("StateMachineDoesNotExist: there is no state machine {0}")]
    NoMachine(String),
}

impl Executions {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            machines: machines(&settings.region, &settings.account),
            by_name: Mutex::default(),
            keep: settings.keep,
            unnamed: AtomicU64::default(),
        }
    }

    pub(super) fn runs(&self, name: &str) -> bool {
        let known = self.by_name.lock();
        known.values().any(|known| {
            known.kept.name == name
                && known.execution.as_ref().is_some_and(|it| it.status() == Status::Running)
        })
    }

    /// The deployments whose execution broke off from a moment until before another.
    pub(super) fn broken_off(&self, from: Timestamp, to: Timestamp) -> Vec<DeploymentId> {
        let known = self.by_name.lock();
        let within = known.values().map(|known| &known.kept).filter(|kept| {
            let broken_off = kept.broken_off.as_ref().filter(|_| kept.machine == "deployment");
            broken_off.is_some_and(|it| (from..to).contains(&it.at))
        });
        within.filter_map(|kept| kept.name.parse().ok()).collect()
    }

    /// How the execution of a deployment broke off, if it did.
    pub(super) fn ended(&self, deployment: &DeploymentId) -> Option<ExecutionEnded> {
        let known = self.by_name.lock();
        let kept = &known.get(&key("deployment", deployment.as_str()))?.kept;
        let BrokenOff { status, error, cause, .. } = kept.broken_off.clone()?;
        let input = Some(kept.input.to_string());
        Some(ExecutionEnded { name: deployment.clone(), status, input, error, cause })
    }

    pub(super) fn get(&self, machine: &str, name: &str) -> Option<Execution> {
        self.by_name.lock().get(&key(machine, name))?.execution.clone()
    }

    /// A name that was never used.
    fn unused(&self, machine: &str) -> String {
        loop {
            let number = self.unnamed.fetch_add(1, Ordering::Relaxed);
            let name = format!("unnamed-{number}");
            if !self.by_name.lock().contains_key(&key(machine, &name)) {
                return name;
            }
        }
    }

    /// All executions of this life of the account, by machine and name.
    pub(super) fn all(&self) -> Vec<Execution> {
        self.by_name.lock().values().filter_map(|known| known.execution.clone()).collect()
    }
}

fn key(machine: &str, name: &str) -> String {
    format!("{machine}/{name}")
}

impl<P: Plant> Inner<P> {
    /// Starts an execution, or finds the running one of the same name and input, as
    /// `StartExecution` does.
    pub(super) fn start(
        self: &Arc<Self>,
        machine: &str,
        name: &str,
        input: Value,
    ) -> Result<Execution, NotStarted> {
        let mut by_name = self.executions.by_name.lock();
        if let Some(known) = by_name.get(&key(machine, name)) {
            let same = known.kept.input == input;
            return match &known.execution {
                Some(it) if same && it.status() == Status::Running => Ok(it.clone()),
                _ => Err(NotStarted::AlreadyExists(name.to_owned())),
            };
        }

        let (machine, name) = (machine.to_owned(), name.to_owned());
        let kept = Kept { machine, name, input, running: true, broken_off: None };
        let execution = self.run(&kept)?;
        let key = key(&kept.machine, &kept.name);
        self.store.put(Kind::Execution, &key, &kept);
        by_name.insert(key, Known { kept, execution: Some(execution.clone()) });
        Ok(execution)
    }

    /// Carries on what ran when the account stopped: each execution begins again under its own name
    /// and finds what it did before, because every step may run twice.
    pub(super) fn carry_on(self: &Arc<Self>) -> Result<usize, StoreError> {
        let mut carried_on = 0;
        for (key, kept) in self.store.load::<Kept>(Kind::Execution)? {
            let execution = match kept.running {
                true => self.run(&kept).ok(),
                false => None,
            };
            carried_on += usize::from(execution.is_some());
            self.executions.by_name.lock().insert(key, Known { kept, execution });
        }
        Ok(carried_on)
    }

    fn run(self: &Arc<Self>, kept: &Kept) -> Result<Execution, NotStarted> {
        let machine = self.executions.machines.get(&kept.machine);
        let machine = machine.ok_or_else(|| NotStarted::NoMachine(kept.machine.clone()))?;
        let arn = machine_arn(&self.settings.region, &self.settings.account, &kept.machine);
        let (account, kept) = (Arc::downgrade(self), kept.clone());

        let start = Start::new(kept.name.as_str(), arn, kept.input.clone(), self.clock)
            .keeping(self.executions.keep)
            .telling(move |change| {
                if let Some(account) = account.upgrade() {
                    account.execution_changed(&kept, change);
                }
            });
        let resources = Arc::new(Resources(Arc::downgrade(self)));
        Ok(asl::start(Arc::clone(machine), start, resources, self.tokens.clone()))
    }

    fn execution_changed(&self, kept: &Kept, change: &StatusChange) {
        // A stop of the account is no end of its executions: they are carried on.
        if self.closing.is_cancelled() {
            return;
        }
        if change.status != Status::Running {
            let key = key(&kept.machine, &kept.name);
            let broken_off = BrokenOff::of(change);
            let ended = Kept { running: false, broken_off, ..kept.clone() };
            self.store.put(Kind::Execution, &key, &ended);
            if let Some(known) = self.executions.by_name.lock().get_mut(&key) {
                known.kept = ended;
            }
        }
        let arn = change.execution.arn.clone();
        let event = self.bus().event(
            "aws.states",
            "Step Functions Execution Status Change",
            self.clock.now(),
            change.detail(),
        );
        self.bus().put(event.about([arn]));
    }
}

/// What the states of a machine call.
struct Resources<P: Plant>(std::sync::Weak<Inner<P>>);

impl<P: Plant> asl::Resources for Resources<P> {
    async fn request(&self, request: asl::Request) -> Result<Value, asl::TaskError> {
        let Some(account) = self.0.upgrade() else {
            return Err(asl::TaskError::new("States.TaskFailed", "the account is closed"));
        };
        let arguments = &request.arguments;

        match (&request.integration, request.pattern) {
            (asl::Integration::LambdaInvoke, _) => {
                let verb = arguments["FunctionName"].as_str().unwrap_or_default();
                let payload = Payload::OfState(Arc::clone(arguments));
                match invoke(&account, verb, payload).await {
                    Ok(answer) => Ok(json!({ "Payload": answer, "StatusCode": 200 })),
                    Err(error) => Err(asl::TaskError::new(error.name.clone(), error.answer())),
                }
            }
            (asl::Integration::StartExecution, asl::Pattern::Sync { .. }) => {
                nested(&account, arguments).await
            }
            (other, _) => Err(asl::TaskError::new(
                "States.TaskFailed",
                format!("{other:?} is not to be had on this machine"),
            )),
        }
    }
}

/// `states:startExecution.sync:2`.
async fn nested<P: Plant>(
    account: &Arc<Inner<P>>,
    arguments: &Value,
) -> Result<Value, asl::TaskError> {
    let arn = arguments["StateMachineArn"].as_str().unwrap_or_default();
    let machine = arn.rsplit(":cutover-").next().unwrap_or_default();
    let named = arguments["Name"].as_str().map(str::to_owned);
    let name = named.unwrap_or_else(|| account.executions.unused(machine));

    let started = account.start(machine, &name, arguments["Input"].clone());
    let execution = started.map_err(|error| match error {
        NotStarted::AlreadyExists(_) => {
            asl::TaskError::new("StepFunctions.ExecutionAlreadyExistsException", error.to_string())
        }
        NotStarted::NoMachine(_) => asl::TaskError::new(
            "StepFunctions.StateMachineDoesNotExistException",
            error.to_string(),
        ),
    })?;
    let outcome = execution.wait().await;
    let told = json!({
        "ExecutionArn": execution.identity().arn,
        "StateMachineArn": arn,
        "Name": name,
        "Status": outcome.status.as_str(),
        "Output": outcome.output.as_deref(),
        "Error": outcome.error,
        "Cause": outcome.cause,
    });
    match outcome.status {
        Status::Succeeded => Ok(told),
        _ => Err(asl::TaskError::new("States.TaskFailed", told.to_string())),
    }
}

/// What a step's failure means to whoever called it outside of a state machine.
pub(super) fn failed(error: &super::steps::FunctionError) -> Failure {
    let message = error.message.clone();
    match error.name.as_str() {
        "Refused" => Failure::Refused(message),
        "Busy" => Failure::Busy(message),
        "Invalid" => Failure::Invalid(message),
        _ => Failure::Unavailable(message),
    }
}
