//! What alerts are meant, and what a desk remembers of them.

use super::*;
use crate::desk::Desk;
use crate::evidence::AlarmState;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("a moment")
}

fn alert(service: &str, since: i64, resolved: Option<i64>) -> Alert {
    Alert {
        name: "HighErrorRate".into(),
        labels: [("service".to_owned(), service.to_owned())].into(),
        fingerprint: format!("f-{service}"),
        since: at(since),
        resolved: resolved.map(at),
    }
}

fn check(service: Option<&str>) -> AlertCheck {
    let labels = service.map(|service| ("service".to_owned(), service.to_owned()));
    AlertCheck { name: "HighErrorRate".into(), labels: labels.into_iter().collect() }
}

fn desk() -> Desk {
    Desk::new("checkout".parse().expect("a name"))
}

/// How the alert of `checkout` stands on a desk, and since which minute if it rings.
fn stands(desk: &Desk, minute: i64) -> Option<i64> {
    let [alarm] = &desk.alerts(&[check(Some("checkout"))], at(minute))[..] else { panic!("one") };
    (alarm.state == AlarmState::Ringing).then_some(alarm.since.as_second() / 60)
}

#[test]
fn a_check_means_an_alert_by_its_name_and_the_labels_that_it_names() {
    let fires = alert("checkout", 0, None);
    assert!(check(None).means(&fires) && check(Some("checkout")).means(&fires));
    assert!(!check(Some("cart")).means(&fires));
    assert!(!AlertCheck { name: "Other".into(), ..check(None) }.means(&fires));
    assert_eq!(check(Some("checkout")).to_string(), r#"HighErrorRate{service="checkout"}"#);
}

#[test]
fn however_late_and_often_it_is_told_the_latest_time_counts() {
    let fires = alert("checkout", 10, None);
    let over = alert("checkout", 10, Some(20));
    let again = alert("checkout", 30, None);
    for (told, stood) in [
        (vec![&fires], Some(10)),
        (vec![&fires, &fires], Some(10)),
        (vec![&fires, &over], None),
        (vec![&over, &fires], None),
        (vec![&fires, &over, &again], Some(30)),
        (vec![&again, &fires, &over], Some(30)),
        (vec![&again, &over, &fires, &over], Some(30)),
    ] {
        let desk = told.iter().fold(desk(), |desk, alert| desk.heed(&[(*alert).clone()], at(40)));
        assert_eq!(stands(&desk, 40), stood, "{told:?}");
        assert_eq!(desk.is_over(&fires), told.contains(&&over) && !told.contains(&&again));
    }
}

#[test]
fn what_is_not_told_again_for_a_day_is_forgotten() {
    let day = 24 * 60;
    let desk = desk().heed(&[alert("checkout", 0, None)], at(1));
    assert_eq!((stands(&desk, day), stands(&desk, day + 1)), (Some(0), None));

    let told_again = desk.clone().heed(&[alert("checkout", 0, None)], at(day));
    assert_eq!(stands(&told_again, day + 1), Some(0));
    let later = desk.heed(&[alert("cart", 0, None)], at(day + 1));
    assert_eq!(later.alerts.len(), 1, "the desk does not grow");
}

#[test]
fn a_storm_of_alerts_fits_on_a_desk() {
    let many = (0..1_000).map(|it| alert(&format!("{it}-{}", "x".repeat(9_999)), 0, None));
    let cut: Vec<_> = many.map(Alert::cut).collect();

    let desk = desk().heed(&cut, at(1));

    let size = serde_json::to_string(&desk).expect("JSON").len();
    assert!(size < 100_000, "{size}");
}
