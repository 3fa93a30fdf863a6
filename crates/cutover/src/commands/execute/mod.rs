//! `cutover execute`: what would this definition do?

mod follow;
mod input;
mod progress;

use std::fs;
use std::sync::Arc;

use asl::script::{SCRIPT_ENDED, Script};
use asl::{Clock, Execution, Machine, Outcome, Start, Status, Tokens};
use clap::Args;
use clap::builder::styling::{AnsiColor, Style};
use domain::name::DeploymentId;
use domain::seconds::Seconds;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::console::{Console, End};
use crate::definition::{self, Setting};
use crate::problem::{Problem, Trouble, visible};
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
    /// What the tasks answer: {"State": [{"result": …}, {"error": "…", "cause": "…"}, …]}
    ///
    /// Each visit and each retry of a state takes its next answer: {"result": JSON},
    /// {"error": NAME, "cause": TEXT} or {"hang": true}, each with "after_seconds" if it takes
    /// time. The result of a lambda:invoke is its whole answer, {"Payload": …}.
    #[arg(long, value_name = "FILE")]
    tasks: Option<Source>,
    /// Write every event there, as GetExecutionHistory returns them
    #[arg(long, value_name = "FILE")]
    history: Option<std::path::PathBuf>,
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
where tasks.json says what the state Resolve answers:
  {"Resolve": [{"result": {"Payload": {"waves": []}}}]}
The exit code is 0 only if the execution succeeds."#;

impl Execute {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let tokens = Tokens::new();
        let (machine, input, script) = self.read(&tokens)?;

        let runtime = self.runtime().map_err(Trouble::system("start"))?;
        let clock = {
            let _inside = runtime.enter();
            Clock::starting_at(self.at.unwrap_or_else(Timestamp::now))
        };
        let start = Start::new(self.name.to_string(), machine_arn(&self.definition), input, clock);
        let mut progress = (!self.json).then(|| Progress::of(&machine, clock.now()));
        let (execution, outcome) = runtime.block_on(async {
            let execution = asl::start(machine, start, script.into(), tokens);
            let outcome =
                follow::follow(&execution, self.real_time, progress.as_mut(), console).await;
            outcome.map(|outcome| (execution, outcome))
        })?;

        if let Some(path) = &self.history {
            let events = json!({ "events": execution.history() });
            fs::write(path, format!("{events:#}\n"))
                .map_err(Trouble::system(format!("write {}", path.display())))?;
        }
        match self.json {
            true => console.json(&answer(&execution, &outcome))?,
            false => tell(&execution, &outcome, console)?,
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
            return Err(Problem::with(Source::Standard, "it is to be read twice")
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
    fn runtime(&self) -> std::io::Result<Runtime> {
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
    let stranger = |name: String| {
        Problem::with(source, format!("the definition has no task state `{name}`"))
            .remedy(format!("its task states are {}", tasks.join(", ")))
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

fn answer(execution: &Execution, outcome: &Outcome) -> Value {
    json!({
        "status": outcome.status.as_str(),
        "output": outcome.output,
        "error": outcome.error,
        "cause": outcome.cause,
        "path": execution.path(),
        "transitions": execution.transitions(),
    })
}

fn tell(execution: &Execution, outcome: &Outcome, console: &mut Console) -> Result<(), Trouble> {
    let good = outcome.status == Status::Succeeded;
    let colour = if good { AnsiColor::Green } else { AnsiColor::Red };
    let style: Style = colour.on_default().bold();
    let last = execution.history().last().map(asl::HistoryEvent::timestamp);
    let began = execution.identity().start;
    let took = Seconds::between(began, last.unwrap_or(began));

    console.line(format_args!(
        "{style}{}{style:#} after {took}, {} state transitions",
        outcome.status,
        execution.transitions()
    ))?;
    if let Some(output) = &outcome.output {
        console.line(format_args!("{output:#}"))?;
    }
    if let Some(error) = &outcome.error {
        console.line(format_args!("error: {}", visible(error)))?;
    }
    if let Some(cause) = outcome.cause.as_deref().filter(|cause| !cause.is_empty()) {
        console.line(format_args!("cause: {}", visible(cause)))?;
    }
    if outcome.error.as_deref() == Some(SCRIPT_ENDED) {
        console.line("help: give the state one more answer in the file of --tasks")?;
    }
    Ok(())
}
