//! Verdicts, and what they rest on.

use super::*;

fn period(blue: (u64, u64), green: (u64, u64)) -> Period {
    let count = |(requests, errors)| Count { requests, errors };
    Period { blue: count(blue), green: count(green) }
}

/// The same for so many minutes.
fn minutes(many: usize, blue: (u64, u64), green: (u64, u64)) -> Vec<Period> {
    vec![period(blue, green); many]
}

fn compare(periods: &[Period]) -> Compared {
    Comparison::default().compare(periods)
}

#[test]
fn each_verdict_has_its_evidence() {
    let before = || minutes(10, (6_000, 60), (0, 0));
    let after = |more: Vec<Period>| [before(), more].concat();
    for (story, periods, compared) in [
        ("nothing was counted", vec![], Compared::NoData),
        ("green saw nothing", before(), Compared::NoData),
        ("there was never a blue", minutes(5, (0, 0), (6_000, 0)), Compared::NoData),
        ("one minute", minutes(1, (540, 5), (60, 1)), Compared::NotEnough),
        ("as often, side by side", minutes(10, (5_400, 54), (600, 6)), Compared::BetterOrSame),
        ("twice as often, side by side", minutes(5, (5_400, 54), (600, 12)), Compared::Worse),
        ("as often, alone", after(minutes(3, (0, 0), (6_000, 60))), Compared::BetterOrSame),
        ("twice as often, alone", after(minutes(2, (0, 0), (6_000, 120))), Compared::Worse),
        ("no errors at all", after(minutes(1, (0, 0), (6_000, 0))), Compared::BetterOrSame),
        ("all errors", after(minutes(1, (0, 0), (100, 100))), Compared::Worse),
        ("only errors, but few", after(minutes(1, (0, 0), (2, 2))), Compared::NotEnough),
        ("more errors than requests", after(minutes(1, (0, 0), (100, 900))), Compared::Worse),
    ] {
        assert_eq!(compare(&periods), compared, "{story}");
    }
}

#[test]
fn what_makes_both_err_blames_nobody() {
    let calm = minutes(5, (5_400, 5), (600, 1));
    let storm = minutes(5, (5_400, 1_620), (600, 180));

    assert_eq!(compare(&[calm, storm].concat()), Compared::BetterOrSame);
}

#[test]
fn a_green_that_breaks_late_is_caught_although_it_was_good_for_long() {
    let good = minutes(60, (5_400, 54), (600, 6));
    let broken = minutes(1, (5_400, 54), (600, 300));

    assert_eq!(compare(&good), Compared::BetterOrSame);
    assert_eq!(compare(&[good, broken].concat()), Compared::Worse);
}

#[test]
fn what_is_tolerated_is_never_worse() {
    let periods = minutes(60, (54_000, 5), (6_000, 24));

    assert_eq!(compare(&periods), Compared::BetterOrSame, "0.4% against 0.01%");
    let strict = Comparison { tolerated: Percent::new(0.1).unwrap(), ..Comparison::default() };
    assert_eq!(strict.compare(&periods), Compared::Worse);
}

#[test]
fn more_is_needed_of_a_small_share_and_for_a_small_difference() {
    let needs = |times, beside| Comparison { times, ..Comparison::default() }.needs(0.01, beside);

    let tenth = needs(2.0, Beside::Share(0.1)).unwrap();
    assert!((1_000..6_000).contains(&tenth), "{tenth}");
    assert!(needs(1.5, Beside::Share(0.1)).unwrap() > 2 * tenth);
    assert!(needs(2.0, Beside::Share(0.5)).unwrap() > tenth, "blue has fewer requests");
    let before = |requests| needs(2.0, Beside::Before(requests)).unwrap();
    assert!(before(600_000) < before(60_000), "what blue did is known better");
    assert_eq!(needs(2.0, Beside::Before(100)), None, "blue said too little");
}
