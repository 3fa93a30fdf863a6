//! Says how the deployment ended, and makes way for the next.

use domain::Failure;
use domain::desk::{Deployed, Next};
use domain::event::{Event, Quarantined};
use domain::freeze::ASKS_AGAIN;
use domain::measure;
use domain::migration::Migrated;
use domain::name::{DeploymentId, ServiceName};
use domain::outcome::{self, Caught, End, Facts, Outcome};
use domain::plan::Plan;
use domain::preflight::Serving;
use domain::quarantine::{QUARANTINE, Quarantine};
use domain::record::{Entry, Record};
use domain::request::Request;
use domain::rollout::Rollout;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::claim::Answered;
use crate::fence;
use crate::migrate;
use crate::ports::{Bus, Callbacks, Clock, Fleet, Ledger, Meter, OneOffs};
use crate::restore::find;

/// A deployment that is over, with all that is known of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Conclude {
    /// The execution that carried it.
    pub deployment: DeploymentId,
    /// Its input, whatever it was.
    pub request: Value,
    /// What was planned, if it came that far.
    pub plan: Option<Plan>,
    /// What served before, if it came that far.
    pub blue: Option<Serving>,
    /// Its rollout, if it came that far.
    pub rollout: Option<Rollout>,
    /// What went wrong, if anything did.
    pub failure: Option<Caught>,
}

/// Reads back from ECS what serves, decides how the deployment ended, records it, gives the lease
/// back, wakes who waits for it, and tells the bus.
///
/// What it measures is counted by the run that finds no end in the record, once that stands there: a
/// run that breaks off in between counts it never, and only two at the same time count it twice.
pub async fn conclude(
    clock: &impl Clock,
    fleet: &(impl Fleet + OneOffs),
    ledger: &impl Ledger,
    callbacks: &impl Callbacks,
    bus: &impl Bus,
    meter: &impl Meter,
    input: Conclude,
) -> Result<Outcome, Failure> {
    let record = ledger.record(&input.deployment).await?;
    let recorded = record.as_ref().and_then(|record| record.outcome().cloned());

    let is_told = recorded.is_some();
    let outcome = match recorded {
        Some(outcome) => outcome,
        None => {
            let why = input.failure.as_ref().map(Caught::to_string);
            let migrated =
                migrate::leave(clock, fleet, ledger, record.as_ref(), why.as_deref()).await?;
            let outcome = read_back(clock, fleet, record.as_ref(), &input).await?;
            match migrated.as_ref().and_then(Migrated::remark) {
                Some(remark) if outcome.end != End::Deployed => {
                    Outcome { why: format!("{}; {remark}", outcome.why), ..outcome }
                }
                _ => outcome,
            }
        }
    };

    let mut news = vec![Event::DeploymentEnded(outcome.clone())];
    if let Some(service) = &outcome.service {
        let left = match is_told {
            true => None,
            false => left(ledger, service, &outcome).await?,
        };
        let entry = Entry::Ended { outcome: outcome.clone() };
        ledger.append(&outcome.deployment, service, entry.clone()).await?;
        if !is_told {
            let begun = || Record::new(outcome.deployment.clone(), service.clone());
            let mut whole = record.clone().unwrap_or_else(begun);
            whole.append(entry, outcome.at);
            meter.count(&outcome.deployment, outcome.at, &measure::of(&whole, left.as_ref()));
        }
        let plan = input.plan.as_ref().or_else(|| record.as_ref().and_then(Record::plan));
        let quarantine = quarantine(record.as_ref(), plan, &outcome);
        if let Some(quarantine) = quarantine.clone() {
            let told = Quarantined { service: service.clone(), quarantine: quarantine.clone() };
            news.push(Event::ReleaseQuarantined(told));
            let entry = Entry::Quarantined { quarantine };
            ledger.append(&outcome.deployment, service, entry).await?;
        }
        let mark = plan
            .filter(|_| outcome.end == End::Deployed)
            .map(|plan| deployed(plan, &input, record.as_ref(), &outcome));
        let now = clock.now();
        let next = fence::rewrite(ledger, service, |desk| {
            let desk = match &quarantine {
                Some(quarantine) => desk.quarantine(quarantine.clone()),
                None => desk,
            };
            desk.release(&outcome.deployment, mark.clone(), now)
        })
        .await?;
        tell(callbacks, next).await?;
    }
    bus.publish(&news).await?;
    match outcome.end {
        End::Stuck => {
            tracing::error!(deployment = %outcome.deployment, "stuck: {}", outcome.why);
        }
        end => {
            tracing::info!(deployment = %outcome.deployment, %end, "ended as {end}: {}", outcome.why);
        }
    }
    Ok(outcome)
}

/// Decides the end from what ECS tells now.
async fn read_back(
    clock: &impl Clock,
    fleet: &impl Fleet,
    record: Option<&Record>,
    input: &Conclude,
) -> Result<Outcome, Failure> {
    let plan = input.plan.as_ref().or_else(|| record.and_then(Record::plan));
    let blue = input.blue.as_ref().or_else(|| record.and_then(Record::blue));
    let rollout = match (&input.rollout, plan) {
        (Some(rollout), _) => Some(rollout.clone()),
        (None, Some(plan)) => find(fleet, plan, record.and_then(Record::green)).await?,
        (None, None) => None,
    };
    // Somebody else than its own execution may have taken it back.
    let back = record.and_then(Record::taking_back);
    let rollout = rollout.map(|rollout| Rollout {
        taking_back: rollout.taking_back.or_else(|| back.cloned()),
        ..rollout
    });
    let state = match &rollout {
        Some(rollout) => Some(fleet.rollout(&rollout.arn).await?),
        None => None,
    };
    let serving = match plan {
        Some(Plan { service, .. }) => {
            match fleet.serving(&service.place(), service.container.as_deref()).await {
                Ok(serving) => Some(serving),
                // The service is gone from ECS, which is a fact to tell, not a reason to ask again.
                Err(Failure::Refused(_)) => None,
                Err(failure) => return Err(failure),
            }
        }
        None => None,
    };

    let (end, why) = outcome::conclude(&Facts {
        plan,
        blue: blue.map(|blue| &blue.task_definition),
        rollout: rollout.as_ref().zip(state.as_ref()),
        serving: serving.as_ref(),
        failure: input.failure.as_ref(),
    });

    let request = serde_json::from_value::<Request>(input.request.clone()).ok();
    let named = input.request["service"].as_str().and_then(|name| name.parse::<ServiceName>().ok());
    let digest = plan.map(|plan| plan.digest.clone());
    let serves = serving.and_then(|serving| serving.digest);
    Ok(Outcome {
        deployment: input.deployment.clone(),
        service: plan.map(|plan| plan.service.name.clone()).or(named),
        end,
        why,
        settled: digest.is_some() && digest == serves,
        digest: digest.or_else(|| request.as_ref().and_then(|request| request.digest.clone())),
        tag: plan.map_or_else(|| request.as_ref()?.tag.clone(), |plan| plan.tag.clone()),
        serving: serves,
        cause: request.as_ref().map(|request| request.cause).unwrap_or_default(),
        by: request.and_then(|request| request.by),
        at: clock.now(),
    })
}

/// The record of the deployment that this one leaves, if it went back.
async fn left(
    ledger: &impl Ledger,
    service: &ServiceName,
    outcome: &Outcome,
) -> Result<Option<Record>, Failure> {
    if !outcome.cause.is_urgent() || outcome.end != End::Deployed {
        return Ok(None);
    }
    match ledger.desk(service).await?.deployed {
        Some(served) => ledger.record(&served.deployment).await,
        None => Ok(None),
    }
}

/// What must not be deployed again: a green that was taken back and is at fault.
fn quarantine(
    record: Option<&Record>,
    plan: Option<&Plan>,
    outcome: &Outcome,
) -> Option<Quarantine> {
    let back = record?.taking_back().filter(|back| back.fault && outcome.end != End::Deployed)?;
    Some(Quarantine {
        digest: plan?.digest.clone(),
        why: back.why.clone(),
        by: None,
        deployment: Some(outcome.deployment.clone()),
        since: outcome.at,
        until: QUARANTINE.after(outcome.at),
    })
}

/// What a deployment that went all the way leaves on the desk.
fn deployed(plan: &Plan, input: &Conclude, record: Option<&Record>, outcome: &Outcome) -> Deployed {
    let blue = input.blue.as_ref().or_else(|| record.and_then(Record::blue));
    let began = record.and_then(Record::began).unwrap_or(plan.at);
    Deployed {
        deployment: outcome.deployment.clone(),
        digest: plan.digest.clone(),
        tag: plan.tag.clone(),
        blue: blue.and_then(|blue| blue.digest.clone()),
        height: plan.height.clone(),
        liability: plan.liability(began, outcome.at),
    }
}

/// Tells who gets the lease next. If nobody hears it, the one who waits asks again by itself, or its
/// recovery gives the lease on.
pub(crate) async fn tell(callbacks: &impl Callbacks, next: Next) -> Result<(), Failure> {
    match next {
        Next::Nobody => {}
        Next::Granted(waiter, lease) => {
            callbacks.succeed(&waiter.token, json!(Answered::granted(lease))).await?;
        }
        Next::Asks(waiter) => {
            let again = Answered::ask_again(ASKS_AGAIN);
            callbacks.succeed(&waiter.token, json!(again)).await?;
        }
        Next::Behind(waiter, why) => {
            callbacks.fail(&waiter.token, &Failure::Refused(why)).await?;
        }
    }
    Ok(())
}
