//! The operating curve of the comparison of green with blue: how often it says what.
//!
//! Not a measurement of time. Asked every minute, until green is blamed or so much traffic was seen.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use benches::releases::{BEFORE, Release};
use comfy_table::Table;
use domain::comparison::{Beside, Compared, Comparison};

/// Simulated releases for each figure.
const PLAYS: u64 = 10_000;

fn main() {
    let comparison = Comparison::default();
    let stated = comparison.false_alarms.value();
    println!("10,000 releases for each row; blue errs at 1 %, 6,000 requests a minute.");
    println!("Good ones may be blamed in {stated} % at most, also after 10 times the traffic.\n");

    let mut table = Table::new();
    table.set_header([
        "green has",
        "green errs",
        "needs",
        "blamed",
        "good",
        "undecided",
        "10 times on",
    ]);
    for share in [10, 50, 100] {
        let beside = match share {
            100 => Beside::Before(6_000 * BEFORE as u64),
            #[expect(clippy::cast_precision_loss, reason = "a percentage")]
            share => Beside::Share(share as f64 / 100.0),
        };
        let needed = comparison.needs(0.01, beside).expect("it can be told");
        for times in [0.5, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0] {
            let release = Release { traffic: 6_000, share, blue: 0.01, times };
            let percent = |most, is: Compared| {
                100.0 * release.share_of(&comparison, most, PLAYS, |it| it == is)
            };
            let (blamed, good) =
                (percent(needed, Compared::Worse), percent(needed, Compared::BetterOrSame));
            // What is to be blamed may be blamed as late as it likes.
            let later = (times <= 1.0).then(|| percent(10 * needed, Compared::Worse));
            table.add_row([
                format!("{share} %"),
                format!("{times} times"),
                needed.to_string(),
                format!("{blamed:.2} %"),
                format!("{good:.2} %"),
                format!("{:.2} %", 100.0 - blamed - good),
                later.map_or_else(String::new, |later| format!("{later:.2} % blamed")),
            ]);
            let most = later.unwrap_or_default().max(blamed);
            assert!(times > 1.0 || most <= stated, "a good release is blamed");
        }
    }
    println!("{table}");
}
