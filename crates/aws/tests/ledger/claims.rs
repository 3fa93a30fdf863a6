//! Fifty who want the same lease at once, on a bad line, with clocks that differ by minutes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws::DynamoDb;
use domain::Failure;
use domain::desk::Lease;
use domain::freeze::ASKS_AGAIN;
use domain::name::{CallbackToken, DeploymentId, ServiceName};
use domain::outcome::Caught;
use domain::plan::Plan;
use domain::policy::Height;
use domain::record::Entry;
use domain::request::Cause;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet};
use workflow::ports::{Clock, Ledger};
use workflow::{Claim, Conclude};

use crate::account::Account;
use crate::line::{Call, Fault};
use crate::town::{Fate, Skewed, Town, skew};

/// How many want the lease.
const CLAIMERS: usize = 50;
/// The longest that anybody waits for its fate before the test says that it was lost.
const PATIENCE: Duration = Duration::from_secs(20);

fn checkout() -> ServiceName {
    "checkout".parse().expect("a service name")
}

/// The n-th request, which is newer than all with a smaller number.
fn plan(claimer: usize) -> Plan {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "branch": "main" },
        "cluster": "shop", "strategy": { "blue_green": {} }
    });
    let pushed_at = Timestamp::from_second(1_000_000 + i64::try_from(claimer).expect("small"));
    Plan {
        deployment: format!("checkout-{claimer:02}").parse().expect("a name"),
        service: ServiceDocument::read(&document.to_string()).expect("a document"),
        digest: format!("sha256:{}", format!("{claimer:02x}").repeat(32))
            .parse()
            .expect("a digest"),
        platforms: vec![],
        tag: None,
        template: None,
        height: Height { version: None, pushed_at: pushed_at.expect("a moment") },
        cause: Cause::Push,
        by: None,
        hotfix: false,
        fix_forward: None,
        at: skew(claimer).now(),
        pauses: vec![],
        asks_replicas: false,
        migrates: false,
        irreversible: false,
    }
}

/// Runs a step as its state does: again when it was busy or did not get an answer.
async fn retried<T>(step: impl AsyncFn() -> Result<T, Failure>) -> Result<T, Failure> {
    for _ in 0..300 {
        match step().await {
            Err(Failure::Busy(_) | Failure::Unavailable(_)) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            other => return other,
        }
    }
    panic!("300 tries were not enough");
}

/// One execution: asks for the lease, waits for its fate, works under the lease, gives it back.
/// Every seventh is stopped while it holds the lease, and its recovery gives it back for it.
async fn execute(claimer: usize, ledger: DynamoDb, town: Town) -> (usize, Fate) {
    let (plan, clock) = (plan(claimer), skew(claimer));
    let deployment = plan.deployment.clone();

    let fate = Box::pin(ask(plan, &clock, &ledger, &town)).await;
    if let Ok(lease) = &fate {
        work(lease, &ledger, &town).await;
        if claimer % 7 == 3 {
            town.with(|town| town.running.insert(deployment.clone(), false));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Box::pin(conclude(&deployment, &fate, &clock, &ledger, &town)).await;
    town.with(|town| town.running.insert(deployment, false));
    (claimer, fate)
}

/// Asks for the lease until its fate is told.
async fn ask(plan: Plan, clock: &Skewed, ledger: &DynamoDb, town: &Town) -> Fate {
    let deployment = plan.deployment.clone();
    let token: CallbackToken = format!("token-{deployment}").parse().expect("a token");
    let (tell, told) = oneshot::channel();
    town.with(|town| {
        town.waiting.insert(token.clone(), tell);
        town.running.insert(deployment.clone(), true);
    });

    let claim = Claim { plan, token: token.clone(), patience: ASKS_AGAIN };
    let claim =
        async || Box::pin(workflow::claim(clock, ledger, town, town, town, claim.clone())).await;
    let claimed = retried(claim).await;

    match claimed {
        // The step itself failed: so did the task that waits, and nobody answers for it any more.
        Err(failure) => {
            town.with(|town| town.waiting.remove(&token));
            Err(failure.to_string())
        }
        Ok(()) => tokio::time::timeout(PATIENCE, told)
            .await
            .unwrap_or_else(|_| panic!("{deployment} was never told its fate"))
            .expect("a fate"),
    }
}

/// Holds the lease for a while, as far as its holder knows.
async fn work(lease: &Lease, ledger: &DynamoDb, town: &Town) {
    let before = town.with(|town| {
        town.leases.push(lease.clone());
        town.holder.replace(lease.clone())
    });
    assert_eq!(before, None, "{lease:?} was given out while another one was held");

    tokio::time::sleep(Duration::from_millis(3)).await;
    let stands = retried(async || ledger.desk(&checkout()).await).await.expect("a desk");
    assert!(stands.honours(lease), "{lease:?} was lost while its holder ran: {stands:?}");
    town.with(|town| town.holder = None);
}

async fn conclude(
    deployment: &DeploymentId,
    fate: &Fate,
    clock: &Skewed,
    ledger: &DynamoDb,
    town: &Town,
) {
    let failure =
        fate.as_ref().err().map(|why| Caught { error: "Refused".into(), cause: why.clone() });
    let conclude = Conclude {
        deployment: deployment.clone(),
        request: json!({ "service": "checkout" }),
        plan: None,
        blue: None,
        rollout: None,
        failure,
    };
    let conclude = async || {
        Box::pin(workflow::conclude(clock, town, ledger, town, town, town, conclude.clone())).await
    };
    retried(conclude).await.expect("it is concluded");
}

/// Every fifth try goes wrong, each time in another way, and no call more often than twice: its third
/// try goes through.
fn bad_line() -> impl FnMut(&Call) -> Fault + Send {
    let faults = [
        Fault::Lost,
        Fault::Says(400, "ProvisionedThroughputExceededException", "slow down"),
        Fault::Torn,
        Fault::Cut,
        Fault::Says(500, "InternalServerError", "try again"),
        Fault::Lost,
        Fault::Says(400, "ThrottlingException", "slow down"),
    ];
    let (mut tries, mut faulted, mut next) = (0, BTreeMap::<String, usize>::new(), 0);
    move |call| {
        tries += 1;
        let of_this_call = faulted.entry(call.invocation.clone()).or_default();
        if tries % 5 != 0 || *of_this_call == 2 {
            return Fault::None;
        }
        *of_this_call += 1;
        next += 1;
        faults[next % faults.len()].clone()
    }
}

#[tokio::test]
async fn fifty_who_claim_at_once_hold_it_one_after_the_other_and_each_is_told_its_fate() {
    let account = Account::new().await;
    let town = Town::default();
    let faults = Arc::new(AtomicUsize::new(0));
    account.line.fails({
        let (mut bad, faults) = (bad_line(), faults.clone());
        move |call| {
            let fault = bad(call);
            faults.fetch_add(usize::from(!matches!(fault, Fault::None)), Ordering::Relaxed);
            fault
        }
    });

    // They come in no order of their age; 37 and 50 have no divisor in common.
    let mut executions = JoinSet::new();
    let here = LocalSet::new();
    for turn in 0..CLAIMERS {
        let (claimer, ledger, town) = (turn * 37 % CLAIMERS, account.ledger(), town.clone());
        let comes = async move {
            tokio::time::sleep(Duration::from_millis(turn as u64)).await;
            Box::pin(execute(claimer, ledger, town)).await
        };
        executions.spawn_local_on(comes, &here);
    }
    let fates: BTreeMap<usize, Fate> =
        here.run_until(executions.join_all()).await.into_iter().collect();

    let granted: Vec<_> = fates.iter().filter(|(_, fate)| fate.is_ok()).collect();
    let leases = town.with(|town| town.leases.clone());
    let tokens: Vec<_> = leases.iter().map(|lease| lease.token).collect();
    let expected: Vec<_> = (1..).take(granted.len()).collect();
    assert_eq!(tokens, expected, "the token only grows, and every lease was held by somebody");
    assert!(
        fates[&(CLAIMERS - 1)].is_ok(),
        "nobody is newer than the last: {:?}",
        fates[&(CLAIMERS - 1)]
    );
    assert!(granted.len() > 1, "somebody waited and got it: {fates:?}");
    for (claimer, fate) in &fates {
        let Err(why) = fate else { continue };
        let newer = (claimer + 1..CLAIMERS).any(|other| why.contains(&plan(other).title()));
        assert!(newer, "{claimer} made way for something newer: {why}");
    }

    let ledger = account.ledger();
    let desk = ledger.desk(&checkout()).await.expect("a desk");
    assert_eq!((&desk.lease, &desk.waiting, desk.token), (&None, &None, granted.len() as u64));
    for claimer in 0..CLAIMERS {
        let record = ledger.record(&plan(claimer).deployment).await.expect("an answer");
        let entries = record.expect("a record").entries;
        assert!(
            matches!(&entries[..], [ended] if matches!(ended.entry, Entry::Ended { .. })),
            "{claimer}: {entries:?}"
        );
    }
    assert_eq!(town.with(|town| town.unheard), 0, "nobody was told twice");
    assert!(town.with(|town| town.waiting.is_empty()), "and nobody was forgotten");
    let faults = faults.load(Ordering::Relaxed);
    assert!(
        faults > 50,
        "the line was bad: {faults} of {} tries failed",
        account.line.calls().len()
    );
}

#[tokio::test]
async fn a_clock_that_is_ahead_takes_the_lease_from_who_is_gone_and_never_from_who_runs() {
    let account = Account::new().await;
    let (ledger, town) = (account.ledger(), Town::default());
    let (slow, fast) = (Skewed(0), Skewed(31));
    let stands = async || ledger.desk(&checkout()).await.expect("a desk");

    let first = Box::pin(ask(plan(1), &slow, &ledger, &town)).await.expect("it was free");
    let second = ask(plan(2), &fast, &ledger, &town);
    let rest = async {
        while stands().await.waiting.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(stands().await.honours(&first), "its holder runs");

        town.with(|town| town.running.insert(first.holder.clone(), false));
        let third =
            Box::pin(ask(plan(3), &fast, &ledger, &town)).await.expect("its holder is gone");
        let gone = Err("it was stopped".into());
        Box::pin(conclude(&first.holder, &gone, &slow, &ledger, &town)).await;
        assert!(stands().await.honours(&third), "it is another's now");

        Box::pin(conclude(&third.holder, &Ok(third.clone()), &fast, &ledger, &town)).await;
        third
    };
    let (second, third) = tokio::join!(Box::pin(second), Box::pin(rest));

    let second = second.expect("it is its turn");
    assert_eq!([first.token, third.token, second.token], [1, 2, 3]);
}
