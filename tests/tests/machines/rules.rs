//! What every state of every machine keeps to.

use asl::Integration;
use domain::Failure;
use local::account::VERBS;
use serde_json::Value;

use super::definition::all;

/// The order in which the keys of a state are written, so that any two states read alike.
const KEYS: [&str; 21] = [
    "Comment",
    "Type",
    "Resource",
    "Arguments",
    "Items",
    "ItemSelector",
    "MaxConcurrency",
    "ItemProcessor",
    "Branches",
    "Seconds",
    "Choices",
    "Default",
    "Error",
    "Cause",
    "Output",
    "Assign",
    "TimeoutSeconds",
    "Retry",
    "Catch",
    "Next",
    "End",
];

/// The errors of the language itself that a state may match.
const LANGUAGE: [&str; 4] =
    ["States.ALL", "States.TaskFailed", asl::TIMEOUT, asl::QUERY_EVALUATION_ERROR];

/// The errors of AWS services that a state may match, and the page of the Step Functions Developer
/// Guide that tells of them.
const SERVICES: [(&str, &str); 12] = [
    ("Lambda.ServiceException", "bp-lambda-serviceexception"),
    ("Lambda.AWSLambdaException", "bp-lambda-serviceexception"),
    ("Lambda.SdkClientException", "bp-lambda-serviceexception"),
    ("Lambda.TooManyRequestsException", "bp-lambda-serviceexception"),
    ("Lambda.Unknown", "bp-lambda-serviceexception"),
    // What Lambda answers for a process that ended. The guide calls it `Lambda.Unknown`; but the
    // name of a function's error is its `errorType`, and this is the one that Lambda puts there.
    ("Runtime.ExitError", "bp-lambda-serviceexception"),
    // Lambda's newer name for a function that ran out of time; the guide has only `Lambda.Unknown`.
    ("Sandbox.Timedout", "concepts-error-handling"),
    ("StepFunctions.SdkClientException", "connect-stepfunctions"),
    ("StepFunctions.ExecutionLimitExceeded", "connect-stepfunctions"),
    ("StepFunctions.ThrottlingException", "connect-stepfunctions"),
    // `StartExecution` answers `ExecutionAlreadyExists`; which of both names the service
    // integration makes of it is not written down, so both are caught.
    ("StepFunctions.ExecutionAlreadyExistsException", "connect-stepfunctions"),
    ("StepFunctions.ExecutionAlreadyExists", "connect-stepfunctions"),
];

#[test]
fn every_state_says_what_it_is_for() {
    for definition in all() {
        let name = definition.name;
        assert!(definition.machine.comment().is_some_and(|it| it.ends_with('.')), "{name}");
        for state in definition.machine.states() {
            let comment = state.comment().unwrap_or_default();
            assert!(comment.ends_with('.'), "{name}, {}: {comment:?}", state.name());
            assert!(!comment.contains(['|', '\n']), "{name}, {}: {comment:?}", state.name());
        }
    }
}

#[test]
fn every_state_that_calls_a_step_is_named_after_it() {
    for definition in all() {
        for state in definition.machine.states() {
            if !matches!(state.resource(), Some((Integration::LambdaInvoke, _))) {
                continue;
            }
            let verb = state.argument("FunctionName").unwrap_or_default();
            assert!(VERBS.contains(&verb), "{}: there is no step {verb:?}", definition.name);
            // Where two states call it, one has a word more.
            assert!(state.name().to_lowercase().starts_with(verb), "{}: {verb}", definition.name);
        }
    }
}

#[test]
fn every_step_that_a_machine_waits_for_is_called_by_one() {
    // These are called by webhooks, by rules, by a schedule and by people.
    let outside = ["receive", "alert", "heed", "resume", "sweep", "approve", "press"];
    let definitions = all();

    for verb in VERBS {
        let called = definitions.iter().any(|definition| {
            let states = definition.machine.states();
            states.iter().any(|state| state.argument("FunctionName") == Some(verb))
        });
        assert_eq!(called, !outside.contains(&verb), "{verb}");
    }
}

#[test]
fn every_error_matched_is_one_that_can_be_raised() {
    for definition in all() {
        let states = definition.states();
        let raised_here: Vec<&str> =
            states.iter().filter_map(|(_, state)| state.get("Error")?.as_str()).collect();

        for state in definition.machine.states() {
            for error in state.caught().concat().into_iter().chain(state.retried().concat()) {
                assert!(
                    Failure::NAMES.contains(&error)
                        || LANGUAGE.contains(&error)
                        || SERVICES.iter().any(|(name, _)| *name == error)
                        || raised_here.contains(&error),
                    "{}, {}: nothing raises {error}",
                    definition.name,
                    state.name()
                );
            }
        }
    }
}

#[test]
fn every_error_that_we_expect_of_a_service_is_matched() {
    let definitions = all();
    let matched: Vec<&str> = definitions
        .iter()
        .flat_map(|definition| definition.machine.states())
        .flat_map(|state| [state.caught().concat(), state.retried().concat()].concat())
        .collect();

    for (error, page) in SERVICES {
        assert!(matched.contains(&error), "nobody matches {error} of {page} any more");
    }
}

#[test]
fn the_keys_of_every_state_come_in_the_same_order() {
    for definition in all() {
        for (name, state) in definition.states() {
            let places: Vec<usize> = state
                .keys()
                .map(|key| KEYS.iter().position(|known| known == key).expect(key))
                .collect();
            assert!(places.is_sorted(), "{}, {name}: write them as {KEYS:?}", definition.name);
        }
    }
}

/// The definition is read from top to bottom, so it begins at the top.
#[test]
fn every_flow_begins_with_the_state_written_first() {
    for definition in all() {
        let mut flows = vec![&definition.json];
        while let Some(value) = flows.pop() {
            if let (Some(start), Some(states)) = (value.get("StartAt"), value.get("States")) {
                let first = states.as_object().and_then(|states| states.keys().next());
                assert_eq!(first.map(String::as_str), start.as_str(), "{}", definition.name);
            }
            flows.extend(value.as_object().into_iter().flat_map(|fields| fields.values()));
            flows.extend(value.as_array().into_iter().flatten());
        }
    }
}

/// Without a limit of its own a task is waited for up to a year.
#[test]
fn nothing_is_waited_for_without_end() {
    let definitions = all();
    let limited = |machine: &str| {
        let known = definitions.iter().find(|it| it.name == machine);
        known.is_some_and(|it| it.machine.timeout_seconds().is_some())
    };

    for definition in &definitions {
        assert!(limited(definition.name), "{} has no TimeoutSeconds", definition.name);
        for (name, state) in definition.states() {
            let machine = state.get("Arguments").and_then(|it| it["StateMachineArn"].as_str());
            // Another machine keeps its own time, and cutting the wait short would not stop it.
            let nested = machine.map(|it| it.trim_start_matches("${").trim_end_matches('}'));
            let nested = nested.map(|it| it.replace('_', "-"));
            assert!(
                state["Type"] != "Task"
                    || state.contains_key("TimeoutSeconds")
                    || nested.is_some_and(|nested| limited(&nested)),
                "{}, {name}: a task needs TimeoutSeconds",
                definition.name
            );
        }
    }
}

/// A retry multiplies: without a ceiling and jitter a fleet of executions asks in step.
#[test]
fn every_retry_has_a_ceiling_and_jitter() {
    for definition in all() {
        for (name, state) in definition.states() {
            for retrier in state.get("Retry").and_then(Value::as_array).into_iter().flatten() {
                let place = format!("{}, {name}", definition.name);
                assert_eq!(retrier["JitterStrategy"], "FULL", "{place}");
                assert!(retrier["MaxDelaySeconds"].is_u64(), "{place}");
                // 300 times five minutes is a day: the recovery is the last to give up, and who is
                // told holds up nobody.
                let patient = ["recovery", "notification"].contains(&definition.name);
                let most = if patient { 300 } else { 10 };
                assert!(retrier["MaxAttempts"].as_u64().is_some_and(|it| it <= most), "{place}");
            }
        }
    }
}
