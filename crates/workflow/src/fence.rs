//! The lease, asked for and checked before anything is changed under it.

use domain::Failure;
use domain::desk::{Desk, Lease};
use domain::name::ServiceName;

use crate::ports::Ledger;

/// How often a desk is decided on anew because somebody wrote in between.
const TRIES: usize = 10;

/// Makes sure that `lease` is in force, and that its holder need not give way.
pub(crate) async fn hold(ledger: &impl Ledger, lease: &Lease) -> Result<(), Failure> {
    let desk = ledger.desk(&lease.service).await?;
    if let Some(to) = desk.gives_way(&lease.holder) {
        return Err(Failure::Refused(format!("superseded by {to}")));
    }
    match desk.honours(lease) {
        true => Ok(()),
        false => Err(Failure::Busy(format!(
            "{} lost the lease of {} (token {})",
            lease.holder, lease.service, lease.token
        ))),
    }
}

/// Changes a service's desk by a pure decision; decides again when somebody wrote in between.
pub(crate) async fn rewrite<T>(
    ledger: &impl Ledger,
    service: &ServiceName,
    decide: impl Fn(Desk) -> (Desk, T),
) -> Result<T, Failure> {
    for _ in 0..TRIES {
        let desk = ledger.desk(service).await?;
        let (decided, answer) = decide(desk.clone());
        if decided == desk || ledger.replace(decided).await? {
            return Ok(answer);
        }
        tracing::debug!(again = %service, "the desk of {service} was written in between, decided anew");
    }
    Err(Failure::Busy(format!("the desk of {service} is written to all the time")))
}
