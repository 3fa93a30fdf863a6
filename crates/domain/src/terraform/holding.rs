//! Whether Terraform holds up what is under way.

use jiff::Timestamp;

use crate::desk::Desk;

impl Desk {
    /// Why what is under way is to wait at its next pause.
    pub fn holds(&self, now: Timestamp) -> Option<String> {
        let memory = self.terraform.as_ref()?;
        let lock = memory.lock.as_ref().filter(|lock| lock.stands(now)).map(ToString::to_string);
        lock.or_else(|| memory.frozen.as_ref().map(|frozen| frozen.why.clone()))
    }
}
