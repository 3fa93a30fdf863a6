//! The alarms of a world.

use std::collections::BTreeSet;

use domain::service::ServiceDocument;
use local::alarms::{AlarmDefinition, Alarms};
use serde_json::{Value, json};

/// One alarm a service, named `<service>-errors`: more than 5 % of the requests of a minute fail.
/// An alarm of any other name rings while that of a service rings that lists it.
pub(crate) fn of(documents: &[ServiceDocument]) -> Alarms {
    let own = |document: &ServiceDocument| format!("{}-errors", document.name);
    let names: BTreeSet<_> = documents.iter().map(own).collect();
    let listed: BTreeSet<_> = documents.iter().flat_map(|it| &it.checks.alarms).collect();

    let metric = documents.iter().map(|document| {
        json!({
            "name": own(document),
            "service": document.place().service,
            "metric": "error_rate",
            "comparison": "GreaterThanThreshold",
            "threshold": 0.05,
            "period_seconds": 60,
            "evaluation_periods": 1,
            "treat_missing_data": "notBreaching"
        })
    });
    let composite = listed.into_iter().filter(|name| !names.contains(*name)).map(|name| {
        let listing = documents.iter().filter(|it| it.checks.alarms.contains(name));
        let rules: Vec<_> = listing.map(|it| format!("ALARM({})", own(it))).collect();
        json!({ "name": name, "rule": rules.join(" OR ") })
    });
    let definition =
        |alarm: Value| -> AlarmDefinition { serde_json::from_value(alarm).expect("an alarm") };
    let definitions: Vec<_> = metric.chain(composite).map(definition).collect();
    Alarms::check(&definitions, "alarms", |_| true).expect("alarms that make sense")
}
