//! Every step runs twice.

use tests::explore;

use crate::promises;
use crate::scenarios::ALL;

#[test]
fn every_step_may_run_twice() {
    let explored = explore(ALL.iter(), async |scenario| {
        let mut undisturbed = scenario.begin().await;
        scenario.play(&mut undisturbed).await;
        let mut world = scenario.begin().await;
        world.account.repeat_steps(true);

        scenario.play(&mut world).await;

        promises::hold(scenario, &world, "every step runs twice");
        assert_eq!(world.ends("checkout"), undisturbed.ends("checkout"), "{}", scenario.name);
    });
    assert_eq!(explored, ALL.len());
}
