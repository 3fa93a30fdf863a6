//! Leaves alone what may be at fault while a newer change is taken back.

use domain::Failure;
use domain::attribution::Watched;
use domain::desk::Desk;
use domain::record::Entry;
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::ports::{Clock, Ledger};

/// Who is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spare {
    /// Each deployment, and why.
    pub watched: Vec<Watched>,
}

/// Writes down who is left alone and why, and spares what is in flight of it for a while.
///
/// This comes after the call that moves traffic back: a ledger that answers late holds up nothing.
pub async fn spare(clock: &impl Clock, ledger: &impl Ledger, input: Spare) -> Result<(), Failure> {
    for Watched { service, deployment, why, spared } in input.watched {
        if spared {
            let now = clock.now();
            let spare = |desk: Desk| (desk.spare(&deployment, now), ());
            fence::rewrite(ledger, &service, spare).await?;
        }
        tracing::info!(%service, %deployment, "leaves {deployment} alone: {why}");
        ledger.append(&deployment, &service, Entry::Attributed { why }).await?;
    }
    Ok(())
}
