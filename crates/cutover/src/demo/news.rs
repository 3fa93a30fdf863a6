//! What the players tell while they play.

use domain::name::Digest;
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use super::script::{Act, Again};

/// Something that a player did.
#[derive(Debug, Clone)]
pub(super) enum News {
    /// An image was pushed to the registry of this machine.
    Pushed {
        /// When.
        at: Timestamp,
        /// Of which service.
        service: &'static str,
        /// Its tag, and what is special about it.
        act: Box<Act>,
        /// Its digest.
        digest: Digest,
    },
    /// GitHub delivered a webhook.
    Delivered {
        /// When it was answered.
        at: Timestamp,
        /// The image: `catalog v1.1.0`.
        title: String,
        /// The event.
        event: &'static str,
        /// Why, if not for the first time.
        again: Option<Again>,
        /// The status that the door answered.
        status: u16,
        /// How long it took.
        millis: u128,
    },
}

/// Who is told.
pub(super) type Teller = UnboundedSender<News>;
