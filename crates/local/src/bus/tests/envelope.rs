//! Events as JSON, and as patterns see them.

use uuid::Uuid;

use super::*;

#[test]
fn an_event_is_written_and_read_with_the_names_of_aws() {
    let id = Uuid::from_u128(7);
    let event = event(1).with_id(id).about(["arn:aws:ecs:local:000000000000:service/a/b"]);
    let written = serde_json::to_value(&event).unwrap();

    assert_eq!(
        written,
        json!({
            "version": "0",
            "id": "00000000-0000-0000-0000-000000000007",
            "detail-type": "Counted",
            "source": "test",
            "account": "000000000000",
            "time": "1970-01-01T00:00:00Z",
            "region": "local",
            "resources": ["arn:aws:ecs:local:000000000000:service/a/b"],
            "detail": {"n": 1},
        })
    );
    assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
}

#[test]
fn a_pattern_sees_an_event_as_it_sees_its_json() {
    let event = event(1).about(["arn:one", "arn:two"]);
    let json = serde_json::to_value(&event).unwrap();
    let patterns = [
        json!({"version": ["0"]}),
        json!({"id": [event.id.to_string()]}),
        json!({"detail-type": ["Counted"], "source": ["test"]}),
        json!({"account": [{"wildcard": "0*0"}], "region": ["local"]}),
        json!({"time": [{"prefix": "1970-01-01T"}]}),
        json!({"resources": ["arn:two"]}),
        json!({"detail": {"n": [1]}}),
        json!({"resources": {"a": [{"exists": false}]}, "nothing": [{"exists": false}]}),
        json!({"resources": ["arn:three"]}),
        json!({"source": {"a": ["test"]}}),
        json!({"detail": [{"exists": true}]}),
    ];

    let answers: Vec<bool> = patterns
        .iter()
        .map(|pattern| {
            let pattern = Pattern::read(pattern).unwrap();
            assert_eq!(pattern.matches(&event), pattern.matches_json(&json), "{pattern:?}");
            pattern.matches(&event)
        })
        .collect();
    assert_eq!(answers, [true, true, true, true, true, true, true, true, false, false, false]);
}
