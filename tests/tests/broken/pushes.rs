//! Hundreds of pushes, alarms and stops in random order, over services that share an alarm; their
//! events doubled, and delayed for days.

use drill::{Act, Arrival, Dice, Disturbance, Image, Scenario, Schedule};

use crate::hold;

const SEEDS: u64 = 100;
const DAY: u64 = 24 * 3600;

/// What people do in two hours of such a storm, and what becomes of the events.
pub(crate) fn storm(seed: u64) -> Schedule {
    let dice = |kind, number| Dice::of(&[seed, kind, number]);
    let services = ["checkout", "catalog", "search"];
    let images = [Image::Good, Image::Good, Image::Good, Image::BadSmoke, Image::BadUnderTraffic];

    let acts = 100 + dice(0, 0).below(300);
    let acts = (0..acts).map(|number| {
        let at = dice(1, number).below(2 * 3600);
        let service = dice(2, number).pick(&services);
        let machine = dice(4, number).pick(&["deployment", "release"]);
        match dice(3, number).below(20) {
            0 => Act::stop(at, machine),
            1 => Act::ring(at, &format!("{service}-errors")),
            2 => Act::ring(at, "shop-errors"),
            _ => {
                // A tag that is drawn twice is a push that is delivered twice.
                let version = dice(5, number).below(200);
                let image = *Dice::of(&[seed, 6, version]).pick(&images);
                Act::push(at, service, &format!("v1.{}.0", version + 1), image)
            }
        }
    });
    let events = (0..3_000).filter_map(|number| {
        let arrives = match dice(7, number).below(10) {
            0 => Arrival::Twice,
            1 => Arrival::Late(dice(8, number).below(60)),
            2 => Arrival::Late(dice(8, number).below(3 * DAY)),
            _ => return None,
        };
        Some(Disturbance::Event { number, arrives })
    });
    let quiet = Schedule::of(Scenario::QuietShop);
    events.fold(acts.fold(quiet, Schedule::act), Schedule::disturbed)
}

pub(crate) fn all() -> Vec<Schedule> {
    (0..SEEDS).map(storm).collect()
}

#[test]
fn whatever_is_pushed_and_stopped_in_whatever_order_the_promises_hold() {
    hold(&all(), &format!("storms of pushes (seeds 0 to {})", SEEDS - 1));
}
