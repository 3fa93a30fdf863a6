//! The start of every function, and what each weighs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use benches::comparison::Spread;
use comfy_table::{CellAlignment, Table, presets};

use crate::ledger::Ledger;
use crate::race::{self, Ready};
use crate::{peers, table};

/// A function, as it is packaged.
struct Function {
    name: String,
    program: PathBuf,
    starts: Vec<Ready>,
}

/// What a function may be told by its environment: all of it, so that each finds its part.
const SETTINGS: [(&str, &str); 20] = [
    ("CUTOVER_TABLE", "cutover-ledger"),
    ("CUTOVER_BUS", "cutover-bus"),
    ("CUTOVER_SERVICES", "/cutover/services/"),
    ("CUTOVER_DEPLOYMENT_MACHINE", "arn:aws:states:eu-central-1:123456789012:stateMachine:one"),
    ("CUTOVER_RECOVERY_MACHINE", "arn:aws:states:eu-central-1:123456789012:stateMachine:two"),
    ("CUTOVER_ROLLBACK_MACHINE", "arn:aws:states:eu-central-1:123456789012:stateMachine:three"),
    ("CUTOVER_WEBHOOK_SECRET", "cutover/webhook"),
    ("CUTOVER_ALERT_SECRET", "cutover/alert"),
    ("CUTOVER_ALERT_TOPIC", "arn:aws:sns:eu-central-1:123456789012:alerts"),
    ("CUTOVER_REGISTRY_SECRET", "cutover/registry"),
    ("CUTOVER_GITHUB_SECRET", "cutover/github"),
    ("CUTOVER_GITHUB_URL", "https://api.github.com"),
    ("CUTOVER_HCP_SIGNING_SECRET", "cutover/hcp-signing"),
    ("CUTOVER_HCP_SECRET", "cutover/hcp"),
    ("CUTOVER_HCP_URL", "https://app.terraform.io"),
    ("CUTOVER_SLACK_SECRET", "cutover/slack"),
    ("CUTOVER_SLACK_SIGNING_SECRET", "cutover/slack-signing"),
    ("CUTOVER_SLACK_BUTTONS", "on"),
    ("CUTOVER_FOLLOWERS_TOPIC", "arn:aws:sns:eu-central-1:123456789012:followers"),
    ("CUTOVER_OPERATORS_TOPIC", "arn:aws:sns:eu-central-1:123456789012:operators"),
];

/// Starts all of them, in turn, and answers a row for each.
pub(crate) async fn measured(target: &Path, ledger: &Ledger, runs: usize) -> Result<Table, String> {
    let mut functions = functions(target)?;
    // Which refuses all but what one step asks. Who asks for a secret before the first event is told
    // at once that there is none, and goes on.
    let aws = [("AWS_ENDPOINT_URL", &*ledger.url)];
    for run in 0..=runs {
        for function in &mut functions {
            let environment = [&race::LAMBDA[..], &aws, &SETTINGS].concat();
            let ready = race::ready(&function.name, &function.program, &environment).await?;
            // The first start reads from the disk what all others find in memory.
            if run > 0 {
                function.starts.push(ready);
            }
        }
    }
    rows(&functions)
}

/// All that are there, each built alone as it is packaged: together they would have what one of them
/// needs.
fn functions(target: &Path) -> Result<Vec<Function>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    let trouble = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let built = names.into_iter().map(|name| {
        let program = peers::built(target, &name)?.join(&name);
        Ok(Function { name, program, starts: Vec::new() })
    });
    built.collect()
}

fn rows(functions: &[Function]) -> Result<Table, String> {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["", "first event asked for, ms", "memory then, MB", "compressed, MB"]);
    for function in functions {
        let spread = |figure: fn(&Ready) -> f64| {
            let spread = Spread::of(function.starts.iter().map(figure));
            spread.map_or_else(String::new, table::spread)
        };
        table.add_row([
            function.name.clone(),
            spread(|start| start.after),
            spread(|start| start.memory),
            format!("{:.2}", compressed(&function.program)?),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Ok(table)
}

/// What the archive of a program weighs, in megabytes: Lambda's are compressed in the same way.
fn compressed(program: &Path) -> Result<f64, String> {
    let mut gzip = Command::new("gzip");
    let gzip = gzip.args(["-9", "--stdout"]).arg(program).output();
    let output = gzip.map_err(|error| format!("`gzip` cannot be run: {error}"))?;
    match output.status.success() {
        #[expect(clippy::cast_precision_loss, reason = "no program is that large")]
        true => Ok(output.stdout.len() as f64 / 1e6),
        false => Err(format!("`gzip` failed with {}", output.status)),
    }
}
