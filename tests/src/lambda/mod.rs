//! Lambda, as far as a function sees of it: a process with an environment, and the Runtime API.
//!
//! The binaries are those that run on AWS
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>). Each process has an API of
//! its own on loopback, is given one event at a time, is killed when it takes too long, and is
//! started anew for the next event when it died.

mod api;
mod instance;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tempfile::NamedTempFile;

use self::instance::Instance;

/// How long a function may take with an event, unless a test says otherwise: what it has on AWS.
pub const TIME_LIMIT: Duration = Duration::from_secs(50);

/// A function.
#[derive(Debug)]
pub struct Function {
    binary: PathBuf,
    environment: Vec<(String, OsString)>,
    running: tokio::sync::Mutex<Option<Instance>>,
    kept: Arc<Kept>,
}

/// What is kept of a function's processes, also after their end.
#[derive(Debug)]
struct Kept {
    /// A file, not a pipe: what was written before an answer is there when the answer is.
    output: NamedTempFile,
    measured: Mutex<Measured>,
    pid: Mutex<Option<u32>>,
}

/// What the newest process took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// From its start to its first question for an event: Lambda's *Init Duration*.
    pub ready: Option<Duration>,
    /// From its start to its first answer.
    pub answered: Option<Duration>,
    /// From the newest event to its answer: Lambda's *Duration*.
    pub took: Option<Duration>,
    /// The most memory it had, in bytes, when it answered last; before that, when it first asked.
    pub peak_memory: Option<u64>,
}

/// The error of a function, as Step Functions reads it from the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// `errorType`: the name that a `Retry` or `Catch` matches.
    pub name: String,
    /// `errorMessage`: what a person reads.
    pub message: String,
}

impl FunctionError {
    fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into() }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl std::error::Error for FunctionError {}

impl Function {
    /// Starts a function with these variables and Lambda's own in its environment, and nothing else.
    ///
    /// It does not wait until the function is ready: that is [`Function::ready`], and an event is
    /// kept until then.
    pub async fn start(binary: impl AsRef<Path>, environment: &[(&str, &str)]) -> Self {
        let function = Self {
            binary: binary.as_ref().to_owned(),
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect(),
            running: tokio::sync::Mutex::default(),
            kept: Arc::new(Kept {
                output: NamedTempFile::new().expect("a file for the output"),
                measured: Mutex::default(),
                pid: Mutex::default(),
            }),
        };
        let mut running = function.running.lock().await;
        *running = Some(function.launch().await);
        drop(running);
        function
    }

    /// Waits until it asks for its first event, or is dead.
    pub async fn ready(&self) -> Result<Measured, FunctionError> {
        let mut running = self.running.lock().await;
        let instance = self.alive(&mut running).await;
        let ready = instance.ready(TIME_LIMIT).await;
        if ready.is_err() {
            *running = None;
        }
        ready.map(|()| self.measured())
    }

    /// Hands it an event and waits for its answer.
    pub async fn invoke(&self, event: &Value) -> Result<Value, FunctionError> {
        self.invoke_within(TIME_LIMIT, event.to_string()).await
    }

    /// The same with an event that need not be JSON, and with another time limit.
    pub async fn invoke_within(
        &self,
        limit: Duration,
        event: impl Into<Vec<u8>>,
    ) -> Result<Value, FunctionError> {
        let mut running = self.running.lock().await;
        let instance = self.alive(&mut running).await;
        let answer = instance.invoke(limit, event.into()).await;
        // A process that died, or was too slow, gets no second event.
        let gone = instance.is_gone();
        if gone {
            *running = None;
        }
        answer
    }

    /// Every line that its processes wrote, to standard output and standard error.
    pub fn logs(&self) -> Vec<String> {
        let output = std::fs::read(self.kept.output.path()).expect("the file of the output");
        String::from_utf8_lossy(&output).lines().map(str::to_owned).collect()
    }

    /// What the newest process took.
    pub fn measured(&self) -> Measured {
        *self.kept.measured.lock()
    }

    /// Kills its process at once, also while it works. The next event starts another.
    pub fn kill(&self) {
        instance::kill(&self.kept);
    }

    /// The process that runs, or a new one.
    async fn alive<'r>(&self, running: &'r mut Option<Instance>) -> &'r mut Instance {
        let runs = running.as_mut().is_some_and(|instance| !instance.is_gone());
        if !runs {
            *running = None;
            *running = Some(self.launch().await);
        }
        running.as_mut().expect("it was just started")
    }

    async fn launch(&self) -> Instance {
        Instance::start(&self.binary, &self.environment, Arc::clone(&self.kept)).await
    }
}
