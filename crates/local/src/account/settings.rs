//! What kind of account it is.

use asl::Keep;

use crate::bus;

/// What kind of account it is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The region that its ARNs name.
    pub region: String,
    /// The account number that its ARNs name.
    pub account: String,
    /// How much of each execution is remembered.
    pub keep: Keep,
    /// How deliveries of the bus are tried again, and what seeds their jitter.
    pub bus: bus::Settings,
    /// Whether events start what the rules name. Without, the state machines stand still, and only
    /// whoever [hears](bus::Bus::hear) the bus does something about an event: for an account whose
    /// machines run elsewhere.
    pub rules: bool,
    /// Whether people are told. Without, nothing starts the machine that tells them, which a
    /// simulation of thousands of deployments can do without.
    pub telling: bool,
    /// What task tokens begin with; by default something that was never used before.
    pub tokens: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: "local".to_owned(),
            account: "000000000000".to_owned(),
            keep: Keep::default(),
            bus: bus::Settings::default(),
            rules: true,
            telling: true,
            tokens: None,
        }
    }
}
