//! `cutover execute`: what would this definition do?

mod answer;
mod follow;
mod input;
mod progress;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use asl::script::Script;
use asl::{Clock, Machine, Start, Status, Tokens};
use clap::Args;
use domain::name::DeploymentId;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::console::{Console, End};
use crate::definition::{self, Setting};
use crate::problem::{Problem, Trouble};
use crate::source::Source;
use input::Input;
use progress::Progress;

/// Run a state machine definition here, with nothing behind it
///
/// Its tasks answer from a script. Time passes only when everything waits, so waits, retries and
/// time-outs are over at once, and still take on the execution's clock what they would take.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Execute {
    /// The definition, a file in the Amazon States Language; - for standard input
    definition: Source,
    /// The input: JSON, @FILE, or - for standard input
    #[arg(long, short, value_name = "JSON", default_value = "{}")]
    input: Input,
    /// What the tasks answer, in turn: see below
    #[arg(long, value_name = "FILE")]
    tasks: Option<Source>,
    /// Write every event there, as `GetExecutionHistory` returns them
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// The execution's name; it also decides what $random and $uuid answer
    #[arg(long, default_value = "once")]
    name: DeploymentId,
    /// Fill the definition's ${NAME}; otherwise it is taken for its own name
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<Setting>,
    /// When the execution begins, on its own clock [default: now]
    #[arg(long, value_name = "TIMESTAMP")]
    at: Option<Timestamp>,
    /// Really wait where the definition waits
    #[arg(long)]
    real_time: bool,
    /// Answer in JSON: {"status", "output", "error", "cause", "path", "transitions"}
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = r#"Example:
  cutover execute statemachines/release.asl.json --tasks tasks.json --input '{"tag": "v1.4.0"}'
where tasks.json has, for each task state, one answer for each visit and each retry:
  {"Resolve": [{"error": "Unavailable", "cause": "the registry is away"},
               {"result": {"Payload": {"waves": []}}, "after_seconds": 2}]}
An answer is a result, an error with its cause, or {"hang": true}. The result of a lambda:invoke is
all of its answer, with Payload; that of a task with a token is what its token is answered with.

The exit code is 0 only if the execution succeeds."#;

impl Execute {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let tokens = Tokens::new();
        let (machine, input, script) = self.read(&tokens)?;

        let runtime = self.runtime().map_err(Trouble::system("start"))?;
        // From here on it is the runtime's clock that tells the time, paused or not.
        let _inside = runtime.enter();
        let clock = Clock::starting_at(self.at.unwrap_or_else(Timestamp::now));
        let start = Start::new(self.name.to_string(), machine_arn(&self.definition), input, clock);
        let execution = asl::start(Arc::clone(&machine), start, script.into(), tokens);
        let progress = Progress::of(&machine, execution.identity().start);
        let progress = (!self.json).then_some(progress);
        let following = follow::follow(&execution, self.real_time, progress, console);
        let outcome = runtime.block_on(following)?;

        if let Some(path) = &self.history {
            let events = json!({ "events": execution.history() });
            fs::write(path, format!("{events:#}\n"))
                .map_err(Trouble::system(format!("write {}", path.display())))?;
        }
        match self.json {
            true => console.json(&answer::json(&execution, &outcome))?,
            false => answer::tell(&execution, &outcome, console)?,
        }
        Ok(if outcome.status == Status::Succeeded { End::Good } else { End::Failed })
    }

    /// Reads all that the execution needs, or says everything that is wrong with any of it.
    fn read(&self, tokens: &Tokens) -> Result<(Arc<Machine>, Value, Script), Trouble> {
        let standard = [
            self.definition == Source::Standard,
            self.input == Input::Of(Source::Standard),
            self.tasks == Some(Source::Standard),
        ];
        if standard.iter().filter(|asked| **asked).count() > 1 {
            return Err(Problem::with(Source::Standard, "this is asked for more than once")
                .remedy("give - only once, and files for the others")
                .into());
        }

        let machine = definition::read(&self.definition, &self.set);
        let input = self.input.read();
        let script = match &self.tasks {
            Some(source) => read_script(source, machine.as_ref().ok(), tokens),
            None => Ok(Script::empty(tokens.clone())),
        };
        match (machine, input, script) {
            (Ok(machine), Ok(input), Ok(script)) => Ok((Arc::new(machine), input, script)),
            (machine, input, script) => {
                let mut problems = machine.err().unwrap_or_default();
                problems.extend(input.err());
                problems.extend(script.err().unwrap_or_default());
                Err(Trouble::Wrong(problems))
            }
        }
    }

    /// A runtime whose clock stands still while there is something to do.
    fn runtime(&self) -> io::Result<Runtime> {
        Builder::new_current_thread().enable_all().start_paused(!self.real_time).build()
    }
}

fn setting(text: &str) -> Result<Setting, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give a name and a value, as in `plan=arn:aws:lambda:…`".to_owned()),
    }
}

fn read_script(
    source: &Source,
    machine: Option<&Machine>,
    tokens: &Tokens,
) -> Result<Script, Vec<Problem>> {
    let text = source.read().map_err(|problem| vec![problem])?;
    let script =
        Script::read(&text, tokens.clone()).map_err(|report| Problem::all_of(source, &report))?;
    let Some(machine) = machine else { return Ok(script) };

    let states = machine.states();
    let tasks: Vec<_> =
        states.iter().filter(|state| state.kind() == "Task").map(asl::StateView::name).collect();
    let remedy = match tasks.as_slice() {
        [] => "it has no tasks at all; leave `--tasks` out".to_owned(),
        names => format!("its task states are {}", names.join(", ")),
    };
    let stranger = |name: String| {
        Problem::with(source, format!("the definition has no task state `{name}`")).remedy(&remedy)
    };
    let strangers: Vec<_> = script.strangers(&tasks).into_iter().map(stranger).collect();
    if strangers.is_empty() { Ok(script) } else { Err(strangers) }
}

/// An ARN for the machine, named as its file is.
fn machine_arn(definition: &Source) -> String {
    let name = match definition {
        Source::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        Source::Standard => "definition".to_owned(),
    };
    let name: String = name
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    format!("arn:aws:states:local:000000000000:stateMachine:{name}")
}
