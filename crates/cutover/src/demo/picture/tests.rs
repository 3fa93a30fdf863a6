//! The picture, as a terminal shows it.

use super::*;
use local::load::Tally;

/// Seconds of traffic: how many requests each release answered, and how many of them with 500.
fn load(seconds: &[&[(&str, u64, u64)]]) -> LoadReport {
    let tally = |shares: &&[(&str, u64, u64)]| {
        let mut tally = Tally::default();
        for (image, answers, errors) in *shares {
            tally.by_image.insert((*image).to_owned(), *answers);
            if *errors > 0 {
                tally.status_500_by_image.insert((*image).to_owned(), *errors);
            }
        }
        tally
    };
    LoadReport { total: Tally::default(), seconds: seconds.iter().map(tally).collect() }
}

fn release(tag: &str, settled: Option<usize>) -> Release {
    Release { tag: tag.to_owned(), image: tag.to_owned(), settled }
}

/// A canary that is deployed, then one that is taken back, and one that nobody ever saw.
fn story() -> (Vec<Release>, LoadReport) {
    let releases = vec![
        release("v1.0.0", Some(0)),
        release("v1.1.0", Some(8)),
        release("v1.2.0", None),
        release("v1.3.0", None),
    ];
    let (old, canary) = (&[("v1.0.0", 600, 0)][..], &[("v1.0.0", 540, 0), ("v1.1.0", 60, 0)][..]);
    let shift: &[_] = &[("v1.0.0", 1, 0), ("v1.1.0", 599, 0)];
    let (new, bad) = (&[("v1.1.0", 600, 0)][..], &[("v1.1.0", 590, 0), ("v1.3.0", 10, 3)][..]);
    let load = load(&[old, old, canary, canary, canary, shift, new, new, new, bad, bad, new, &[]]);
    (releases, load)
}

#[test]
fn without_colours_a_share_is_its_tens_of_percent() {
    let (releases, load) = story();

    insta::assert_snapshot!(Picture::of("checkout", &releases, &load, 80), @"
    checkout  v1.0.0  ##9991.......
              v1.1.0  ..1119###99#.
              v1.2.0  .............
              v1.3.0  .........11..
                      0s        10s
    ");
}

#[test]
fn on_a_terminal_a_share_is_a_coloured_bar() {
    let (releases, load) = story();

    let drawn = Picture::of("checkout", &releases, &load, 80).lines(Ink::Colours).join("\n");

    for (escape, name) in [
        ("\x1b[94m", "<b>"),
        ("\x1b[32m", "<g>"),
        ("\x1b[31m", "<r>"),
        ("\x1b[2m", ""),
        ("\x1b[0m", ""),
    ] {
        assert!(drawn.contains(escape), "{name}");
    }
    let named = drawn
        .replace("\x1b[94m", "b")
        .replace("\x1b[32m", "g")
        .replace("\x1b[31m", "r")
        .replace("\x1b[2m", "")
        .replace("\x1b[0m", "");
    insta::assert_snapshot!(named, @"
    checkout  v1.0.0  b█b█b▇b▇b▇b▁·······
              v1.1.0  ··g▁g▁g▁g▇g█g█b█b▇b▇b█·
              v1.2.0  ·············
              v1.3.0  ·········r▁r▁··
    ");
}

#[test]
fn a_long_story_fits_a_narrow_terminal() {
    let second: &[_] = &[("v1.0.0", 1, 0)];
    let load = load(&vec![second; 65]);

    let picture = Picture::of("catalog", &[release("v1.0.0", Some(0))], &load, 50);

    insta::assert_snapshot!(picture, @"
    catalog   v1.0.0  ######################
                      0s        30s       60s
    ");
    assert!(picture.to_string().lines().all(|line| line.len() <= 50));
}

#[test]
fn nobody_is_rounded_away() {
    assert_eq!(percent(0, 100), 0);
    assert_eq!(percent(1, 10_000), 1);
    assert_eq!(percent(9_999, 10_000), 99);
    assert_eq!(percent(10_000, 10_000), 100);
    assert_eq!(percent(0, 0), 0);
}
