//! Whole simulated deployments per second, on one core.

use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

/// From the push of an image to `Deployed`, with a bake of ten minutes: every service its own.
#[divan::bench(args = [1, 100], sample_count = 20, sample_size = 1)]
fn deployments(bencher: Bencher<'_, '_>, services: usize) {
    bencher.counter(ItemsCount::new(services)).bench_local(|| {
        let deployed = tests::run(benches::deploy(services));
        assert_eq!(deployed, services);
    });
}
