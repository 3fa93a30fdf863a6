//! When windows are open.

use super::*;
use jiff::tz::AmbiguousOffset;
use proptest::prelude::*;
use serde_json::{Value, json};

fn window(window: &Value) -> Window {
    serde_json::from_value(window.clone()).expect("a window")
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn again(cron: &str, length: &str) -> Window {
    window(&json!({ "cron": cron, "for": length, "zone": "Europe/Berlin", "why": "weekend" }))
}

/// When the window that is open then ends, in UTC.
fn ends(window: &Window, now: &str) -> Option<String> {
    window.open(moment(now)).expect("it can be read").map(|open| open.until.to_string())
}

#[test]
fn a_weekend_is_over_on_monday_morning_also_when_clocks_change() {
    let weekend = again("0 16 * * FRI", "62h");
    for (now, until) in [
        ("2026-11-27T14:59:59Z", None),
        ("2026-11-27T15:00:00Z", Some("2026-11-30T05:00:00Z")),
        ("2026-11-27T15:00:00.5Z", Some("2026-11-30T05:00:00Z")),
        ("2026-11-30T04:59:59.9Z", Some("2026-11-30T05:00:00Z")),
        ("2026-11-30T05:00:00Z", None),
        // In the night to Sunday, 29 March 2026, an hour is missing: it begins in CET and ends in CEST.
        ("2026-03-27T15:00:00Z", Some("2026-03-30T04:00:00Z")),
        ("2026-03-30T04:00:00Z", None),
        // On 25 October 2026 an hour comes twice.
        ("2026-10-23T14:00:00Z", Some("2026-10-26T05:00:00Z")),
        ("2026-10-26T04:59:59Z", Some("2026-10-26T05:00:00Z")),
    ] {
        assert_eq!(ends(&weekend, now).as_deref(), until, "{now}");
    }
}

#[test]
fn what_begins_in_an_hour_that_is_missing_begins_when_it_is_over() {
    let night = again("30 2 * * *", "1h");

    assert_eq!(ends(&night, "2026-03-29T00:59:59Z"), None);
    assert_eq!(ends(&night, "2026-03-29T01:00:00Z").as_deref(), Some("2026-03-29T02:00:00Z"));
    // Of an hour that comes twice it begins in the first, and is over after the second.
    assert_eq!(ends(&night, "2026-10-25T00:30:00Z").as_deref(), Some("2026-10-25T02:30:00Z"));
}

#[test]
fn two_dates_are_those_of_the_clock_on_the_wall() {
    let christmas = window(&json!({
        "from": "2026-12-20T00:00", "to": "2027-01-02T00:00", "zone": "America/New_York", "why": "x"
    }));

    assert_eq!(ends(&christmas, "2026-12-20T04:59:59Z"), None);
    let until = Some("2027-01-02T05:00:00Z");
    assert_eq!(ends(&christmas, "2026-12-20T05:00:00Z").as_deref(), until);
    assert_eq!(ends(&christmas, "2027-01-02T05:00:00Z"), None);
}

#[test]
fn what_no_team_can_mean_is_told_for_what_it_is() {
    let cron = |cron: &str, length: Value| json!({ "cron": cron, "for": length, "zone": "UTC", "why": "x" });
    let dates = |from: &str, to: &str| json!({ "from": from, "to": to, "zone": "UTC", "why": "x" });
    for (wrong, field, says) in [
        (
            cron("0 0 * * *", json!("24h")),
            "for",
            "it never ends: it lasts 24h, and begins again every 24h",
        ),
        (
            cron("* * * * *", json!("1h")),
            "for",
            "it never ends: it lasts 1h, and begins again every 1m",
        ),
        (
            cron("0 16 * * FRI,SAT", json!("62h")),
            "for",
            "it overlaps itself: it lasts 62h, and may begin again after 24h",
        ),
        (cron("0 0 30 2 *", json!("1h")), "cron", "it never begins"),
        (cron("0 16 * * FRI", json!(0)), "for", "choose 1 second at least"),
        (cron("0 16 * * FRY", json!("1h")), "cron", "is no cron expression"),
        (cron("0 0 16 * * FRI", json!("1h")), "cron", "is no cron expression"),
        (json!({ "cron": "0 16 * * FRI", "zone": "UTC", "why": "x" }), "for", "say how long"),
        (json!({ "zone": "UTC", "why": "x" }), "", "say when"),
        (json!({ "from": "2026-12-20T00:00", "zone": "UTC", "why": "x" }), "", "say when"),
        (dates("2027-01-02T00:00", "2026-12-20T00:00"), "to", "it is over before it begins"),
        (dates("2026-12-20T00:00", "2072-01-02T00:00"), "to", "days; choose at most 90"),
        (
            json!({ "cron": "0 16 * * FRI", "for": "1h", "zone": "Europe/Berlim", "why": "x" }),
            "zone",
            "there is no time zone \"Europe/Berlim\"",
        ),
        (
            json!({ "cron": "0 16 * * FRI", "for": "1h", "zone": "UTC", "why": " " }),
            "why",
            "say why",
        ),
    ] {
        let told = window(&wrong).nonsense();
        let [(at, what)] = told.as_slice() else { panic!("{wrong}: {told:?}") };
        assert_eq!(*at, field, "{wrong}");
        assert!(what.contains(says), "{wrong}: {what}");
    }
}

#[test]
fn what_touches_itself_and_has_an_end_is_no_mistake() {
    for (cron, length) in [
        ("0 0 * * MON-FRI", "24h"),
        ("0 22 * * *", "8h"),
        ("0 0 29 2 *", "24h"),
        ("0 9-17 * * *", "30m"),
    ] {
        assert_eq!(again(cron, length).nonsense(), [], "{cron} for {length}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    for written in [
        json!({ "cron": "0 16 * * FRI", "for": 223_200, "zone": "Europe/Berlin", "why": "weekend" }),
        json!({
            "from": "2026-12-20T00:00:00", "to": "2027-01-02T00:00:00", "zone": "UTC", "why": "x"
        }),
    ] {
        assert_eq!(json!(window(&written)), written);
    }
}

const ZONES: [&str; 5] =
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

proptest! {
    /// Found by counting days, without any cron.
    #[test]
    fn a_moment_is_in_a_window_if_the_last_start_and_its_length_are_after_it(
        second in 1_700_000_000_i64..1_900_000_000,
        weekday in 0_i8..7,
        (hour, minute) in (0_i8..24, 0_i8..60),
        length in 1_u64..(7 * 24 * 60),
        zone in proptest::sample::select(&ZONES[..]),
    ) {
        let window = window(&json!({
            "cron": format!("{minute} {hour} * * {weekday}"), "for": length * 60, "zone": zone,
            "why": "x",
        }));
        let now = Timestamp::from_second(second).expect("a moment");
        let zone = TimeZone::get(zone).expect("a zone");
        let today = now.to_zoned(zone.clone()).date();
        let starts = (-1..9).filter_map(|days| {
            let day = today.checked_sub(jiff::Span::new().days(days)).ok()?;
            let ambiguous = zone.to_ambiguous_timestamp(day.at(hour, minute, 0, 0));
            let begins = match ambiguous.offset() {
                // What begins in a gap begins with its end.
                AmbiguousOffset::Gap { .. } => {
                    zone.following(ambiguous.earlier().ok()?).next()?.timestamp()
                }
                _ => ambiguous.compatible().ok()?,
            };
            let is_it = day.weekday().to_sunday_zero_offset() == weekday;
            (is_it && begins <= now).then_some(begins)
        });

        let open = starts.max().map(|since| {
            let wall = since.to_zoned(zone.clone()).datetime();
            let until = last(&zone, wall.saturating_add(duration(Seconds(length * 60))));
            Open { since, until }
        });

        let found = window.open(now).expect("it can be read");
        prop_assert_eq!(found, open.filter(|open| now < open.until));
    }
}
