//! Asks whether the read replicas keep up.

use domain::Failure;
use domain::desk::Lease;
use domain::finding::Finding;
use domain::replica::{self, Instance, Look, Measured, Replica, ReplicaCheck};
use domain::seconds::Seconds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ports::{Clock, Ledger, Metrics, Replicas};

/// Replicas to look at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeepUp {
    /// What was asked: the input of the replica check.
    pub asked: Asked,
    /// When it was asked.
    pub since: Timestamp,
}

/// What was asked: by a person, or by a deployment that waits for the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Which replicas, and what of them.
    #[serde(flatten)]
    pub check: ReplicaCheck,
    /// The right of the deployment that waits.
    #[serde(default)]
    pub lease: Option<Lease>,
}

/// Looks whether every replica exists, replicates, and kept up over a whole window; answers whether
/// to look again. A deployment that has to make way waits no longer.
pub async fn replicas(
    clock: &impl Clock,
    replicas: &impl Replicas,
    metrics: &impl Metrics,
    ledger: &impl Ledger,
    input: KeepUp,
) -> Result<Look, Failure> {
    let KeepUp { asked: Asked { check, lease }, since } = input;
    if let Some((field, what)) = check.nonsense().into_iter().next() {
        return Err(Failure::Invalid(format!("at `{field}`: {what}")));
    }
    if let Some(lease) = &lease {
        let desk = ledger.desk(&lease.service).await?;
        if let Some(by) = desk.gives_way(&lease.holder) {
            return Ok(Look::superseded(by));
        }
    }
    let now = clock.now();
    let (measured, every) = measure(replicas, metrics, &check, now).await?;

    let findings = replica::findings(&check, &measured, since, now);
    let look = Look::decide(&check, findings, every, since, now);
    tracing::info!(
        healthy = look.healthy,
        waits = look.waits,
        "looked at {}: {}",
        check.instances.join(", "),
        look.why
    );
    Ok(look)
}

/// What is found of the replicas of a rollout that began at `began`. That nobody can tell is found
/// too: it is no reason to go on, and none to take green back at once.
pub(crate) async fn find(
    replicas: &impl Replicas,
    metrics: &impl Metrics,
    check: &ReplicaCheck,
    began: Timestamp,
    now: Timestamp,
) -> Vec<Finding> {
    match measure(replicas, metrics, check, now).await {
        Ok((measured, _)) => replica::findings(check, &measured, began, now),
        Err(failure) => vec![replica::unanswered(check, &failure)],
    }
}

/// What every replica is, its lag, and how often that is measured.
async fn measure(
    replicas: &impl Replicas,
    metrics: &impl Metrics,
    check: &ReplicaCheck,
    now: Timestamp,
) -> Result<(Vec<Measured>, Seconds), Failure> {
    let told = replicas.replicas(&check.instances).await?;
    let instances = || told.iter().filter_map(|replica| replica.instance.as_ref());
    let every = instances().map(|it| it.every).max().unwrap_or(Seconds::minutes(1));
    let queries: Vec<_> = instances().map(Instance::lag_query).collect();
    let (from, to) = replica::span(check, every, now);
    let mut lags = match queries.is_empty() {
        true => Vec::new(),
        false => metrics.series(&queries, from, to).await?,
    }
    .into_iter();

    let measured = |replica: Replica| {
        let lag = replica.instance.as_ref().and_then(|_| lags.next());
        Measured { replica, lag: lag.unwrap_or(domain::metric::Series::NoData) }
    };
    Ok((told.into_iter().map(measured).collect(), every))
}

#[cfg(test)]
mod tests {
    use domain::failure::decode;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_person_and_a_deployment_ask_for_the_same_in_their_own_words() {
        let typed = json!({
            "since": "2026-05-04T09:12:20Z",
            "asked": {
                "instances": ["orders-replica"], "max_lag_seconds": 30, "within_seconds": 600
            }
        });
        let mut waiting = typed.clone();
        waiting["asked"]["lease"] = json!({
            "service": "checkout", "holder": "checkout-1", "token": 3,
            "expires_at": "2099-01-01T00:00:00Z"
        });
        let mut wrong = typed.clone();
        wrong["asked"]["instance"] = json!("orders-replica");

        let typed: KeepUp = decode(&typed).expect("what is typed");
        let waiting: KeepUp = decode(&waiting).expect("what a deployment asks");
        assert_eq!(typed.asked.check, waiting.asked.check);
        assert!(typed.asked.lease.is_none() && waiting.asked.lease.is_some());
        let failure = decode::<KeepUp>(&wrong).expect_err("a field that there is not");
        assert!(failure.to_string().contains("unknown field `instance`"), "{failure}");
    }
}
