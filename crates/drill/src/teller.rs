//! Who does something to a world from outside, and tells it in the story.

use std::fmt;

use asl::Status;
use local::account::Account;
use local::alarms::AlarmState;

use crate::{Plant, Story};

/// Who does something to a world from outside, and tells it in the story.
pub(crate) struct Teller {
    account: Account<Plant>,
    story: Story,
}

impl Teller {
    pub(crate) fn new(account: Account<Plant>, story: Story) -> Self {
        Self { account, story }
    }

    pub(crate) fn remark(&self, what: fmt::Arguments<'_>) {
        self.story.remark(self.account.now(), what.to_string());
    }

    /// Stops everything that runs of a state machine.
    pub(crate) fn stop(&self, machine: &str) {
        let name = format!("cutover-{machine}");
        for execution in self.account.executions() {
            if execution.identity().machine_name() == name
                && execution.status() == Status::Running
                && execution.stop(None, Some("somebody pressed stop".to_owned()))
            {
                self.remark(format_args!("somebody stops the {machine} machine"));
            }
        }
    }

    /// Puts an alarm into ALARM.
    pub(crate) fn ring(&self, alarm: &str) {
        match self.account.set_alarm(alarm, AlarmState::Alarm, "somebody put it into ALARM") {
            Ok(()) => self.remark(format_args!("somebody lets {alarm} ring")),
            Err(failure) => self.remark(format_args!("{failure}")),
        }
    }
}
