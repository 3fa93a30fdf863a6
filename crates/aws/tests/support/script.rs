//! What the scripted AWS does when it is asked.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use super::{Answer, Aws, Call};

/// What is answered to each action.
pub(crate) struct Script {
    parts: HashMap<String, Part>,
    patience: Duration,
    unscripted: Mutex<Vec<String>>,
}

type Part = Box<dyn Fn(&Call) -> Answer + Send + Sync>;

impl Script {
    /// One that answers nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            parts: HashMap::new(),
            patience: Duration::from_secs(5),
            unscripted: Mutex::default(),
        }
    }

    /// Lets clients wait no longer than this for one try, instead of the usual five seconds.
    pub(crate) fn waiting_only(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Answers an action by what was asked. [`Call::action`] says how an action is named.
    pub(crate) fn on(
        mut self,
        action: &str,
        answer: impl Fn(&Call) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.parts.insert(action.to_owned(), Box::new(answer));
        self
    }

    /// Answers an action with these in turn, and with the last one from then on.
    pub(crate) fn turns(self, action: &str, answers: impl Into<Vec<Answer>>) -> Self {
        let mut left = answers.into();
        left.reverse();
        let left = Mutex::new(left);
        self.on(action, move |_| {
            let mut left = left.lock().expect("no panic while it is held");
            let last = left.last().expect("there is an answer").clone();
            if left.len() > 1 {
                left.pop();
            }
            last
        })
    }

    /// Listens on a free port of loopback, until the test drops it.
    pub(crate) async fn play(self) -> Aws {
        Aws::listen(self).await
    }

    pub(super) fn answer(&self, call: &Call) -> Answer {
        match self.parts.get(&call.action) {
            Some(part) => part(call),
            None => {
                self.unscripted
                    .lock()
                    .expect("no panic while it is held")
                    .push(call.action.clone());
                Answer::json_error(501, "NotScripted", &format!("nobody scripted {}", call.action))
            }
        }
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    pub(super) fn unscripted(&self) -> Vec<String> {
        self.unscripted.lock().expect("no panic while it is held").clone()
    }
}
