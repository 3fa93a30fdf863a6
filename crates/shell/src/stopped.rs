//! A step that failed, as the state machines get to know it.

use std::any::Any;

use domain::Failure;
use lambda_runtime::Diagnostic;

/// The error of a function that died. `lambda_runtime` would answer a panic under a Rust type's
/// name, which no `Retry` matches; this one is tried again, as everything that may pass.
const LOST: &str = "Lambda.Unknown";

/// The longest message, in characters. What is wrong with an input may quote the input.
const LONGEST: usize = 1000;

/// The answer to an event that was not worked off.
#[derive(Debug)]
pub(crate) struct Stopped {
    name: &'static str,
    message: String,
}

impl Stopped {
    /// A step that failed. This is where failures are logged: once, and as loud as they are.
    pub(crate) fn by(failure: &Failure) -> Self {
        let (name, message) = (failure.name(), readable(&failure.to_string()));
        match failure {
            Failure::Refused(_) => tracing::info!(failure = name, "{message}"),
            Failure::Busy(_) | Failure::Unavailable(_) => {
                tracing::warn!(failure = name, "{message}");
            }
            Failure::Invalid(_) => tracing::error!(failure = name, "{message}"),
        }
        Self { name, message }
    }

    /// A step that panicked. The log has it from the panic's hook, which knows where.
    pub(crate) fn lost(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let message = format!("the step panicked: {}", text.unwrap_or("no message"));
        Self { name: LOST, message: readable(&message) }
    }
}

impl From<Stopped> for Diagnostic {
    fn from(stopped: Stopped) -> Self {
        Self { error_type: stopped.name.to_owned(), error_message: stopped.message }
    }
}

/// A text, cut where nobody would read on.
pub(crate) fn readable(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_answered_by_its_name_and_sentence() {
        let failures = [Failure::Refused, Failure::Busy, Failure::Unavailable, Failure::Invalid];

        for (name, failure) in Failure::NAMES.into_iter().zip(failures) {
            let answer = Diagnostic::from(Stopped::by(&failure("it rains".into())));

            assert_eq!((&*answer.error_type, &*answer.error_message), (name, "it rains"));
        }
    }

    #[test]
    fn a_panic_is_answered_by_a_name_that_is_tried_again() {
        let lost = |panic: Box<dyn Any + Send>| Diagnostic::from(Stopped::lost(panic.as_ref()));

        assert_eq!(lost(Box::new("index")).error_type, "Lambda.Unknown");
        assert_eq!(lost(Box::new("index")).error_message, "the step panicked: index");
        assert_eq!(lost(Box::new("a".to_owned())).error_message, "the step panicked: a");
        assert_eq!(lost(Box::new(7)).error_message, "the step panicked: no message");
    }

    #[test]
    fn a_message_has_a_readable_length() {
        let answer = Stopped::by(&Failure::Invalid("ä".repeat(1_000_000)));

        assert_eq!(answer.message.chars().count(), LONGEST + 1);
        assert!(answer.message.ends_with('…'));
    }
}
