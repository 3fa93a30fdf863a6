//! Asks for the right to change the service.

use domain::Failure;
use domain::desk::Claimed;
use domain::name::CallbackToken;
use domain::plan::{LONGEST_QUEUE, Plan};
use domain::seconds::Seconds;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fence;
use crate::ports::{Callbacks, Clock, Executions, Ledger};

/// A deployment that wants the lease of its service, and how it is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    /// What it is about.
    pub plan: Plan,
    /// Who waits for the answer: the lease.
    pub token: CallbackToken,
}

/// Asks for the lease. The answer comes by the token: at once, or when it is this request's turn.
pub async fn claim(
    clock: &impl Clock,
    ledger: &impl Ledger,
    executions: &impl Executions,
    callbacks: &impl Callbacks,
    input: Claim,
) -> Result<(), Failure> {
    let Claim { plan, token } = input;
    let service = &plan.service.name;
    let now = clock.now();
    let desk = ledger.desk(service).await?;
    // While the service is frozen nobody's turn comes.
    let since = desk.thawed(now).map_or(plan.at, |thawed| plan.at.max(thawed));
    if Seconds::between(since, now) > LONGEST_QUEUE {
        return Err(Failure::Refused(format!("it waited {LONGEST_QUEUE} for its turn")));
    }
    let gone = match desk.lease {
        Some(lease) if lease.expires_at <= now && !executions.runs(&lease.holder).await? => {
            Some(lease.holder)
        }
        _ => None,
    };

    let (claimed, giving_way) = fence::rewrite(ledger, service, |desk| {
        let holder_runs = desk.holder_may_run(gone.as_ref());
        let (desk, claimed) = desk.claim(plan.waiter(token.clone()), holder_runs, now);
        let watcher = desk.watcher.as_ref().filter(|it| desk.gives_way(&it.deployment).is_some());
        let giving_way = watcher.map(|watcher| watcher.token.clone());
        (desk, (claimed, giving_way))
    })
    .await?;

    match claimed {
        Claimed::Granted(lease) => {
            tracing::info!(%service, deployment = %plan.deployment, token = lease.token, "claimed {service}");
            callbacks.succeed(&token, json!(lease)).await?;
        }
        Claimed::Parked { superseded } => {
            tracing::info!(%service, deployment = %plan.deployment, "waiting for {service}");
            if let Some(other) = superseded {
                let why = format!("superseded by {} ({})", plan.title(), plan.deployment);
                callbacks.fail(&other.token, &Failure::Refused(why)).await?;
            }
            // Who has to give way need not wait for its next look to find out.
            if let Some(watcher) = giving_way {
                callbacks.succeed(&watcher, json!({})).await?;
            }
        }
        Claimed::Behind(why) => return Err(Failure::Refused(why)),
    }
    Ok(())
}
