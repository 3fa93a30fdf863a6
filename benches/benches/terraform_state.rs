//! How long a state of 100 MB takes to be read, and how much memory.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::time::Duration;

use benches::states::{Large, WATCHED};
use domain::terraform::{Backend, Terraform, Watch, read};
use tokio::time::Instant;

const BYTES: usize = 100 * 1024 * 1024;
/// What a function may use, and how long it may take.
const MOST_KILOBYTES: u64 = 128 * 1024;
const LONGEST: Duration = Duration::from_secs(5);

fn main() {
    let (bucket, key) = ("state".into(), "a".into());
    let resources = vec![WATCHED.into()];
    let watch = Terraform {
        backend: Backend::S3 { bucket, key },
        template: None,
        outputs: vec![],
        resources,
    };

    let began = Instant::now();
    let seen = read(Large::of(BYTES), &Watch::of(&watch)).expect("it is a state");
    let took = began.elapsed();

    assert_eq!(seen.resources.len(), 1);
    let peak = peak();
    println!("a state of 100 MB: {:.2} s, {:.1} MB at most", took.as_secs_f64(), megabytes(peak));
    assert!(took <= LONGEST && peak <= MOST_KILOBYTES, "5 s and 128 MB are what it may take");
}

/// The most memory that the process had, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    peak.and_then(|peak| peak.trim().parse().ok()).expect("a number of kilobytes")
}

fn megabytes(kilobytes: u64) -> f64 {
    u32::try_from(kilobytes).map_or(f64::INFINITY, f64::from) / 1024.0
}
