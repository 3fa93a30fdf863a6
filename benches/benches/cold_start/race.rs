//! Starts them one after the other, again and again, and measures each.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tests::lambda::{self, Function};

use crate::ledger::{Ledger, TABLE};
use crate::peers::Runner;

/// An event that ECS sends, and nobody waits for.
const EVENT: &str = include_str!("../../../events/samples/ecs/hook-awaiting-action.json");

/// Between two starts, so that one that ends takes nothing from the next.
const PAUSE: Duration = Duration::from_millis(100);

/// What was measured of one of them.
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) starts: Vec<Start>,
}

/// What was measured of one start.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    /// Until it asked for its first event.
    pub(crate) ready: Ready,
    /// Milliseconds until it had answered its first event.
    pub(crate) answered: f64,
}

/// A start until the first event is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Ready {
    /// Milliseconds until then.
    pub(crate) after: f64,
    /// The most memory it had until then, in megabytes.
    pub(crate) memory: f64,
}

/// What Lambda tells every function by its environment.
pub(crate) const LAMBDA: [(&str, &str); 6] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_REGION", "eu-central-1"),
    ("LANG", "C.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
];

/// Measures each of them so many times, in turn: what the machine does besides hurts all alike.
pub(crate) async fn run(
    runners: &[Runner],
    ledger: &Ledger,
    runs: usize,
) -> Result<Vec<Measured>, String> {
    let event: Value = serde_json::from_str(EVENT).map_err(|error| error.to_string())?;
    // The first start of each reads from the disk what all others find in memory.
    for runner in runners {
        start(runner, ledger, &event).await?;
    }

    let mut measured: Vec<Measured> = runners
        .iter()
        .map(|runner| Measured { name: runner.name.clone(), starts: vec![] })
        .collect();
    for _ in 0..runs {
        for (runner, measured) in runners.iter().zip(&mut measured) {
            measured.starts.push(start(runner, ledger, &event).await?);
        }
    }
    Ok(measured)
}

/// One cold start, up to its first answer.
async fn start(runner: &Runner, ledger: &Ledger, event: &Value) -> Result<Start, String> {
    let (name, root) = (&runner.name, runner.root.to_string_lossy());
    let told =
        [("AWS_ENDPOINT_URL", &*ledger.url), ("CUTOVER_TABLE", TABLE), ("LAMBDA_TASK_ROOT", &root)];
    let environment = [&LAMBDA[..], &told].concat();
    tokio::time::sleep(PAUSE).await;
    let before = ledger.asked();

    let function = Function::start(&runner.program, &environment).await;
    let failed = |error| format!("{name}: {error}\n{}", function.logs().join("\n"));
    let at_first = function.ready().await.map_err(failed)?;
    let answer = function.invoke(event).await.map_err(failed)?;

    let asked = ledger.asked() - before;
    if (asked, &answer) != (1, &json!({ "deployments": [] })) {
        return Err(format!("{name} asked the ledger {asked} times and answered {answer}"));
    }
    let answered = function.measured().answered.ok_or("its answer was not measured")?;
    Ok(Start { ready: Ready::of(&at_first)?, answered: milliseconds(answered) })
}

/// One cold start, until it asks for its first event.
pub(crate) async fn ready(
    name: &str,
    program: &Path,
    environment: &[(&str, &str)],
) -> Result<Ready, String> {
    tokio::time::sleep(PAUSE).await;
    let function = Function::start(program, environment).await;
    let failed = |error| format!("{name}: {error}\n{}", function.logs().join("\n"));
    Ready::of(&function.ready().await.map_err(failed)?)
}

impl Ready {
    fn of(measured: &lambda::Measured) -> Result<Self, String> {
        let memory = measured
            .peak_memory
            .ok_or("this system does not tell how much memory a process had (there is no /proc)")?;
        #[expect(clippy::cast_precision_loss, reason = "nobody has that much memory")]
        let memory = memory as f64 / 1e6;
        let after = measured.ready.ok_or("its start was not measured")?;
        Ok(Self { after: milliseconds(after), memory })
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
