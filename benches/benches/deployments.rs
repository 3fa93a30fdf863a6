//! Whole simulated deployments per second, on one core.

use benches::Fleet;
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

/// From the push of an image to `Deployed`, with a bake of ten minutes: every service its own.
#[divan::bench(args = [1, 20, 100], sample_count = 50, sample_size = 1)]
fn deployments(bencher: Bencher<'_, '_>, services: usize) {
    bencher
        .counter(ItemsCount::new(services))
        .with_inputs(|| Fleet::of(services))
        .bench_local_refs(|fleet| assert_eq!(fleet.deploy(), services));
}
