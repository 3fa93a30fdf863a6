//! How long an alarm needs to bring traffic back, on real processes and under load.
//!
//! `cargo bench -p benches --bench way_back`, on a machine that does nothing else; with `-- --runs 10`
//! for a first look. It ends with exit code 1 if a goal is missed. An alarm is put into ALARM by
//! hand, so what is measured begins with its event: how long it takes to notice is its own matter.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it found")]

mod stage;

use std::process::ExitCode;
use std::time::Duration;

use comfy_table::{Table, presets};

use self::stage::{BAKES, ENDS, Stage};

/// From the event to all of production on blue, which is warm: 95 of 100.
const IN_FLIGHT: Duration = Duration::from_secs(2);
/// From the event to all of production on the last good release, beside what its tasks need to start.
const OF_OURS: Duration = Duration::from_secs(5);
/// Requests in a second meanwhile.
const RATE: u32 = 200;

fn main() -> ExitCode {
    // The tasks are this program too.
    if std::env::var_os(stage::TASK).is_some() {
        return chassis::run::<checkout::Checkout>([]);
    }
    let runs = runs(std::env::args().skip(1));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match runtime.block_on(measure(runs)) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// How many ways back of each kind. Cargo itself says `--bench`.
fn runs(arguments: impl Iterator<Item = String>) -> usize {
    let words: Vec<String> = arguments.filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => 100,
        ["--runs", runs] => runs.parse().expect("a number of runs"),
        _ => panic!("{words:?}: only --runs N is known"),
    }
}

/// Measures, tells, and answers whether every goal was reached.
async fn measure(runs: usize) -> bool {
    let stage = Stage::set().await;
    let loads = [BAKES, ENDS].map(|service| stage.load(service, RATE));
    let (mut in_flight, mut after) = (Vec::new(), Vec::new());
    for run in 0..runs {
        in_flight.push(back_in_flight(&stage, run).await);
    }
    for run in 0..runs.div_ceil(5) {
        after.push(back_after_the_end(&stage, run).await);
    }
    let mut requests = (0, 0);
    for load in loads {
        let total = load.stop().await.total;
        requests = (requests.0 + total.sent, requests.1 + total.lost());
    }
    stage.strike().await;

    tell(&mut in_flight, &mut after, requests)
}

/// A release is baked when its alarm rings.
async fn back_in_flight(stage: &Stage, run: usize) -> Duration {
    let blue = stage.serving(BAKES).await;
    let green = stage.push(BAKES, run).await;
    stage.until_serving(BAKES, &green).await;

    let rang = stage.ring(BAKES);
    stage.until_serving(BAKES, &blue).await;
    let back = rang.elapsed();
    stage.silence(BAKES).await;
    back
}

/// A release has ended well when its alarm rings. What the tasks of the earlier one need until they
/// are healthy is not counted.
async fn back_after_the_end(stage: &Stage, run: usize) -> Duration {
    let blue = stage.serving(ENDS).await;
    let green = stage.push(ENDS, run).await;
    stage.until_serving(ENDS, &green).await;
    stage.ended(ENDS).await;

    let rang = stage.ring(ENDS);
    stage.until_ordered(ENDS, &blue).await;
    let ordered = rang.elapsed();
    stage.until_healthy(ENDS, &blue).await;
    let healthy = rang.elapsed();
    stage.until_serving(ENDS, &blue).await;
    let back = rang.elapsed();
    stage.silence(ENDS).await;
    ordered + back.saturating_sub(healthy)
}

fn tell(in_flight: &mut [Duration], after: &mut [Duration], (sent, lost): (u64, u64)) -> bool {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["an alarm rings", "runs", "median", "95 of 100", "most", "goal"]);
    let mut reached = true;
    for (what, times, goal) in
        [("in flight", in_flight, IN_FLIGHT), ("after the end, of ours", after, OF_OURS)]
    {
        times.sort_unstable();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        let cells = [at(50), at(95), at(100)].map(|it| format!("{} ms", it.as_millis()));
        let runs = times.len().to_string();
        let goal_of = format!("{} ms", goal.as_millis());
        let [median, most_of, most] = cells;
        table.add_row([what.to_owned(), runs, median, most_of, most, goal_of]);
        reached &= at(95) <= goal;
    }
    println!("\n{table}\n{sent} requests meanwhile, {lost} of them lost\n");
    reached && lost == 0
}
