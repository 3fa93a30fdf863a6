//! Events about a service, whatever is deployed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::freeze::Freeze;
use crate::name::ServiceName;
use crate::quarantine::{self, Quarantine};
use crate::terraform::{Seen, Terraform};

/// A service in which nothing new begins, or does again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Frozen {
    /// Which.
    pub service: ServiceName,
    /// By what, and until when.
    pub freeze: Freeze,
}

/// A release that may not be deployed again until a person lifts that, or it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quarantined {
    /// Of which service.
    pub service: ServiceName,
    /// What, why and until when.
    pub quarantine: Quarantine,
}

/// A release that may be deployed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lifted {
    /// Of which service.
    pub service: ServiceName,
    /// What, by whom and why.
    pub lifted: quarantine::Lifted,
}

/// A Terraform state that was read and is another than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Applied {
    /// The service that stands on it.
    pub service: ServiceName,
    /// Where it is: `s3://acme-terraform/shop.tfstate`, `hcp://acme/shop`.
    pub state: String,
    /// Which state it is: the same as long as it is not begun anew.
    pub lineage: String,
    /// Rises with every change.
    pub serial: u64,
    /// When it was read.
    pub at: Timestamp,
}

impl Applied {
    /// The event of a state that `service` stands on, if it was not `before` what it is now.
    pub fn since(
        before: Option<&Seen>,
        seen: &Seen,
        service: &ServiceName,
        terraform: &Terraform,
        at: Timestamp,
    ) -> Option<Self> {
        let known =
            before.is_some_and(|it| (&it.lineage, it.serial) == (&seen.lineage, seen.serial));
        (!known).then(|| Self {
            service: service.clone(),
            state: terraform.address(),
            lineage: seen.lineage.clone(),
            serial: seen.serial,
            at,
        })
    }
}
