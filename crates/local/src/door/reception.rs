//! What the door needs to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::slack::Replies;
use domain::name::ServiceName;
use domain::secrets::Secrets;
use tokio_util::sync::CancellationToken;

use crate::account::{Account, Images};
use crate::daemon::secret::Token;
use crate::daemon::story::Story;
use crate::real::{Addresses, Real};

/// What the door needs to know.
pub(crate) struct Reception {
    pub(crate) account: Account<Real>,
    pub(crate) images: Arc<Images>,
    pub(crate) story: Arc<Story>,
    pub(crate) addresses: BTreeMap<ServiceName, Addresses>,
    pub(crate) secrets: Option<Secrets>,
    pub(crate) alert_tokens: Option<Secrets>,
    /// What HCP Terraform signs with.
    pub(crate) hcp_secrets: Option<Secrets>,
    /// What Slack signs with, and who answers whom it tells of.
    pub(crate) slack: Option<(Secrets, Replies)>,
    pub(crate) token: Option<Token>,
}

/// The reception, and whether it is about to close.
pub(super) type Desk = Arc<Open>;

pub(super) struct Open {
    pub(super) reception: Reception,
    pub(super) closing: CancellationToken,
}

impl std::ops::Deref for Open {
    type Target = Reception;

    fn deref(&self) -> &Reception {
        &self.reception
    }
}
