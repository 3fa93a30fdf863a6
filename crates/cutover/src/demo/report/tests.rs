//! The report, from what was played and counted.

use super::*;
use crate::demo::script::script;
use local::load::Tally;
use local::proxy::Failed;
use serde_json::json;

const BEGAN: &str = "2026-01-01T00:00:00Z";

/// The script as it is to be played: every end as expected.
pub(in crate::demo) fn played() -> Vec<Played> {
    script().into_iter().enumerate().map(|(at, part)| play(at, part)).collect()
}

fn play(at: usize, part: Part) -> Played {
    let mut second = Tally { sent: 600, ..Tally::default() };
    second.answered.insert("2xx".to_owned(), 600);
    (0..600).for_each(|_| second.traffic.count(Some(200), 1_500));
    let mut total = Tally { sent: 1_800, ..Tally::default() };
    (0..1_800).for_each(|_| total.traffic.count(Some(200), 1_500));

    let act = |(number, act): (usize, &Act)| {
        let digest: Digest =
            format!("sha256:{}", format!("{at}{number}").repeat(32)).parse().unwrap();
        Deployed {
            record: Some(record(&part, act, &digest)),
            digest,
            act: act.clone(),
            path: vec!["Plan".to_owned(), "Conclude".to_owned()],
            transitions: 14,
        }
    };
    let acts: Vec<Deployed> = part.acts.iter().enumerate().map(act).collect();
    for deployed in acts.iter().filter(|deployed| deployed.act.is_seen) {
        let image = format!("{}@{}", part.image(), deployed.digest);
        total.by_image.insert(image.clone(), 500);
        if deployed.act.fails_on_purpose() {
            total.status_500_by_image.insert(image, 30);
            (0..30).for_each(|_| total.traffic.count(Some(500), 1_500));
            total.sent += 30;
        }
    }
    let again = part.acts.iter().map(|act| 1 + act.again.len()).sum();
    let totals = Totals { served_by_image: total.by_image.clone(), ..Totals::default() };
    let load = LoadReport { total, seconds: vec![second; 3] };
    Played { deployments: acts.len(), answers: vec![202; again], part, acts, load, totals }
}

fn record(part: &Part, act: &Act, digest: &Digest) -> Record {
    let end = act.end.to_string();
    let request = json!({ "service": part.service, "tag": act.tag, "cause": "push" });
    serde_json::from_value(json!({
        "deployment": format!("{}-1", part.service),
        "service": part.service,
        "entries": [
            { "at": BEGAN, "what": "requested", "request": request },
            { "at": "2026-01-01T00:00:07.34Z", "what": "ended", "outcome": {
                "deployment": format!("{}-1", part.service), "end": end, "why": "it had to",
                "settled": true, "digest": digest, "at": "2026-01-01T00:00:07.34Z"
            } }
        ]
    }))
    .unwrap()
}

/// The same, with everything wrong that can be.
pub(in crate::demo) fn went_wrong() -> Vec<Played> {
    let mut played = played();
    let [catalog, checkout] = &mut played[..] else { panic!("two parts") };

    catalog.acts[0].record = None;
    let hidden = catalog.image(&catalog.acts[1].digest);
    catalog.load.total.by_image.insert(hidden, 7);
    catalog.deployments += 1;
    catalog.answers[1] = 500;

    checkout.acts[1].act.end = End::Deployed;
    checkout.load.total.traffic.count(None, 1_000);
    checkout.load.total.failed.insert("connection refused".to_owned(), 1);
    checkout.totals.failed.insert(Failed::Unavailable, 2);
    played
}

#[test]
fn errors_on_purpose_are_no_failures_of_a_shift() {
    let report = Report::of(&played(), 20.0);

    assert!(report.as_expected, "{:?}", report.unexpected);
    assert_eq!((report.requests.failed_by_shift, report.requests.failed_on_purpose), (0, 60));
    assert_eq!((report.deliveries, report.duplicates_ignored), (7, 2));
}

#[test]
fn an_error_of_a_good_image_is_one() {
    let mut played = played();
    let good = played[0].image(&played[0].acts[0].digest);
    played[0].load.total.status_500_by_image.insert(good, 1);
    played[0].load.total.traffic.count(Some(500), 1_000);

    let report = Report::of(&played, 20.0);

    assert_eq!(report.requests.failed_by_shift, 1);
    assert!(!report.as_expected);
}

#[test]
fn a_second_deployment_is_noticed() {
    let mut played = played();
    played[1].deployments += 1;

    let report = Report::of(&played, 20.0);

    assert_eq!(report.duplicates_ignored, 1);
    assert_eq!(report.unexpected, ["checkout had 3 deployments where 2 images were pushed"]);
}

#[test]
fn a_program_reads_the_report() {
    let report = serde_json::to_value(Report::of(&played(), 20.0)).unwrap();

    let first = &report["deployments"][0];
    for (field, value) in [
        ("service", json!("catalog")),
        ("digest", json!(format!("sha256:{}", "00".repeat(32)))),
        ("cause", json!("push")),
        ("end", json!("Deployed")),
        ("path", json!(["Plan", "Conclude"])),
        ("transitions", json!(14)),
        ("seconds", json!(7.3)),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(report["requests"]["failed_by_shift"], 0);
    assert!(report["requests"]["served_by_digest"].is_object());
}
