//! What may be told besides.

use serde::Deserialize;

/// What a call wants to be told besides.
#[derive(Deserialize)]
pub(super) enum Include {
    #[serde(rename = "TAGS")]
    Tags,
}
