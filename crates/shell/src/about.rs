//! What an event is about, found in the input of whichever step it is.

use serde_json::Value;
use tracing::Span;
use tracing::field::Empty;

/// Where the inputs have the execution: most steps, those with a plan alone, an execution's end, a
/// deployment that waits for replicas.
const EXECUTION: &[&str] = &["/deployment", "/plan/deployment", "/name", "/asked/lease/holder"];
/// Where the inputs have the service.
const SERVICE: &[&str] =
    &["/plan/service/name", "/request/service", "/service", "/asked/lease/service"];
/// Where the inputs have the digest.
const DIGEST: &[&str] = &["/plan/digest", "/request/digest", "/digest"];

/// No name is longer. What is, is no name, and would fill the log.
const LONGEST: usize = 200;

/// The span of one event: every line of its log says what it is about, so it can be read alone.
pub(crate) fn span(step: &'static str, input: &Value, request_id: &str) -> Span {
    let span = tracing::info_span!(
        "step",
        step,
        execution = Empty,
        service = Empty,
        digest = Empty,
        request_id
    );
    for (field, places) in [("execution", EXECUTION), ("service", SERVICE), ("digest", DIGEST)] {
        if let Some(found) = find(input, places) {
            span.record(field, found);
        }
    }
    span
}

/// The first of these places at which there is a name.
fn find<'i>(input: &'i Value, places: &[&str]) -> Option<&'i str> {
    places
        .iter()
        .filter_map(|place| input.pointer(place)?.as_str())
        .find(|name| !name.is_empty() && name.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_input_tells_what_it_is_about() {
        let plan = json!({
            "deployment": "checkout-1", "service": { "name": "checkout" }, "digest": "sha256:1"
        });
        let all = [Some("checkout-1"), Some("checkout"), Some("sha256:1")];
        for (step, input, expected) in [
            (
                "resolve",
                json!({ "image": "ghcr.io/a/b", "tag": "v1", "digest": "sha256:1" }),
                [None, None, Some("sha256:1")],
            ),
            (
                "plan",
                json!({ "deployment": "checkout-1", "request": { "service": "checkout", "tag": "v1" } }),
                [Some("checkout-1"), Some("checkout"), None],
            ),
            ("claim", json!({ "plan": plan, "token": "t" }), all),
            ("judge", json!({ "plan": plan, "rollout": null }), all),
            (
                "conclude",
                json!({ "deployment": "checkout-1", "request": { "service": "checkout" }, "plan": null }),
                [Some("checkout-1"), Some("checkout"), None],
            ),
            (
                "observe",
                json!({ "name": "checkout-1", "status": "ABORTED" }),
                [Some("checkout-1"), None, None],
            ),
            (
                "replicas",
                json!({ "asked": { "lease": { "service": "checkout", "holder": "checkout-1" } } }),
                [Some("checkout-1"), Some("checkout"), None],
            ),
            ("resume", json!({ "detail-type": "ECS Hook State Change" }), [None; 3]),
            ("any", json!({ "deployment": 7, "name": "x".repeat(201), "digest": "" }), [None; 3]),
            ("any", json!("text"), [None; 3]),
        ] {
            let found = [EXECUTION, SERVICE, DIGEST].map(|places| find(&input, places));
            assert_eq!(found, expected, "{step}");
        }
    }
}
