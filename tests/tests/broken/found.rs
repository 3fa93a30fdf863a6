//! A broken promise is found, shrunk, kept, and told again.

use std::fs;

use domain::outcome::End;
use drill::{Promise, Schedule, World, explore, judged, promises};

use crate::{keep, pushes, storms};

/// Promises too much: that whatever is pushed to `checkout` is deployed.
fn braggart(schedule: &Schedule, world: &World) -> Vec<Promise> {
    let undone = world.ends("checkout").into_iter().find(|end| *end != End::Deployed);
    let broken = undone.map(|end| format!("there is one that ended as {end}"));
    let mut promises = promises::judge(schedule, world);
    promises.push(Promise { promise: "whatever is pushed is deployed", broken });
    promises
}

#[test]
fn a_broken_promise_is_found_shrunk_and_told_again() {
    let broken = explore(&[pushes::storm(0)], &braggart).expect("it promises too much");

    let Schedule { acts, disturbances, .. } = &broken.schedule;
    assert!(acts.len() <= 2 && disturbances.is_empty(), "{}", broken.schedule);
    assert!(acts.iter().all(|act| act.at <= 60), "{}", broken.schedule);
    let [promise] = &broken.promises[..] else { panic!("{broken}") };
    assert_eq!(promise.promise, "whatever is pushed is deployed");

    let kept = fs::read_to_string(keep(&broken.schedule)).expect("it was kept");
    let replayed = judged(&Schedule::read(&kept).expect("a schedule"), &braggart);
    assert_eq!(replayed.as_ref(), Some(&broken), "the same story, and the same broken promise");
}

#[test]
fn a_schedule_tells_the_same_story_each_time() {
    let storm = &storms::all(drill::Scenario::ThreePushes)[7];
    for schedule in [storm, &pushes::storm(7)] {
        let story = || drill::run(async { schedule.play().await.story() });

        assert_eq!(story(), story());
    }
}
