//! Asks for the right to change the service.

use domain::Failure;
use domain::desk::{Claimed, Desk, Lease, Watcher};
use domain::event::{Event, Superseded};
use domain::freeze::{self, ASKS_AGAIN, LONGEST_FREEZE};
use domain::name::CallbackToken;
use domain::plan::{LONGEST_QUEUE, Plan};
use domain::record::Entry;
use domain::seconds::Seconds;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fence;
use crate::ports::{Bus, Callbacks, Clock, Executions, Ledger};
use crate::progress;

/// A deployment that wants the lease of its service, and how it is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    /// What it is about.
    pub plan: Plan,
    /// Who waits for the answer: an [`Answered`].
    pub token: CallbackToken,
    /// How long the answer is waited for before it is asked again.
    #[serde(default = "asks_again")]
    pub patience: Seconds,
}

/// What who waits for the lease is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The lease.
    pub lease: Option<Lease>,
    /// Whether there is none yet, so that it is asked for again.
    pub waits: bool,
    /// How long the next answer is waited for: until the end of a freeze, where there is one.
    pub patience: Seconds,
}

impl Answered {
    /// The lease is yours.
    pub(crate) fn granted(lease: Lease) -> Self {
        Self { lease: Some(lease), waits: false, patience: ASKS_AGAIN }
    }

    /// Ask again, and wait for that answer so long.
    pub(crate) fn ask_again(patience: Seconds) -> Self {
        Self { lease: None, waits: true, patience }
    }
}

/// Asks for the lease. The answer comes by the token: at once, or when it is this request's turn.
/// Who has to sleep for another time than it would is told so at once, and asks again.
pub async fn claim(
    clock: &impl Clock,
    ledger: &impl Ledger,
    executions: &impl Executions,
    callbacks: &impl Callbacks,
    bus: &impl Bus,
    input: Claim,
) -> Result<(), Failure> {
    let Claim { plan, token, patience } = input;
    let service = &plan.service.name;
    let now = clock.now();
    let desk = ledger.desk(service).await?;
    let waiter = plan.waiter(token.clone());
    if Seconds::between(desk.waits_since(&waiter, now), now) > LONGEST_QUEUE {
        return Err(Failure::Refused(format!("it waited {LONGEST_QUEUE} for its turn")));
    }
    if let Some(frozen) = desk.holds_up(&waiter, now)
        && Seconds::between(plan.at, now) > LONGEST_FREEZE
    {
        let days = LONGEST_FREEZE.0 / (24 * 3600);
        return Err(Failure::Refused(format!("it waited {days} days and is still {frozen}")));
    }
    let gone = match desk.lease {
        Some(lease) if lease.expires_at <= now && !executions.runs(&lease.holder).await? => {
            Some(lease.holder)
        }
        _ => None,
    };

    let (claimed, giving_way, news) = fence::rewrite(ledger, service, |desk| {
        let holder_runs = desk.holder_may_run(gone.as_ref());
        let gave_way = giving_way(&desk).is_some();
        let (desk, claimed) = desk.claim(waiter.clone(), holder_runs, now);
        let giving_way = giving_way(&desk).cloned();
        let news = giving_way.clone().filter(|_| !gave_way);
        (desk, (claimed, giving_way, news))
    })
    .await?;
    let superseded = |deployment| {
        let superseded = Superseded::by(&plan, deployment, now);
        progress::tell(clock, bus, Event::DeploymentSuperseded(superseded))
    };
    if let Some(news) = news {
        superseded(news.deployment).await;
    }

    match claimed {
        Claimed::Granted(lease) => {
            tracing::info!(%service, deployment = %plan.deployment, token = lease.token, "claimed {service}");
            callbacks.succeed(&token, json!(Answered::granted(lease))).await?;
        }
        Claimed::Parked { superseded: other, frozen } => {
            tracing::info!(%service, deployment = %plan.deployment, "waiting for {service}");
            if let Some(other) = other {
                let why = format!("superseded by {} ({})", plan.title(), plan.deployment);
                callbacks.fail(&other.token, &Failure::Refused(why)).await?;
                superseded(other.deployment).await;
            }
            // Who has to give way need not wait for its next look to find out.
            if let Some(watcher) = giving_way {
                callbacks.succeed(&watcher.token, json!({})).await?;
            }
            let sleeps = freeze::sleeps(frozen.as_ref(), patience, now);
            if let Some(freeze) = frozen {
                ledger.append(&plan.deployment, service, Entry::Frozen { freeze }).await?;
            }
            if let Some(patience) = sleeps {
                callbacks.succeed(&token, json!(Answered::ask_again(patience))).await?;
            }
        }
        Claimed::Behind(why) => return Err(Failure::Refused(why)),
    }
    Ok(())
}

/// Who has to give way to who waits.
fn giving_way(desk: &Desk) -> Option<&Watcher> {
    desk.watcher.as_ref().filter(|it| desk.gives_way(&it.deployment).is_some())
}

fn asks_again() -> Seconds {
    ASKS_AGAIN
}
