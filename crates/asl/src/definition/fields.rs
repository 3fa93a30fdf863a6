//! Which fields a state may have, and what to write instead of those it may not.

/// The fields of each type of state in its JSONata form.
pub(super) fn of_state(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "Task" => &[
            "Type",
            "Comment",
            "QueryLanguage",
            "Resource",
            "Arguments",
            "TimeoutSeconds",
            "HeartbeatSeconds",
            "Assign",
            "Output",
            "Retry",
            "Catch",
            "Next",
            "End",
        ],
        "Pass" => &["Type", "Comment", "QueryLanguage", "Assign", "Output", "Next", "End"],
        "Choice" => &["Type", "Comment", "QueryLanguage", "Choices", "Default", "Assign", "Output"],
        "Wait" => &[
            "Type",
            "Comment",
            "QueryLanguage",
            "Seconds",
            "Timestamp",
            "Assign",
            "Output",
            "Next",
            "End",
        ],
        "Parallel" => &[
            "Type",
            "Comment",
            "QueryLanguage",
            "Branches",
            "Arguments",
            "Assign",
            "Output",
            "Retry",
            "Catch",
            "Next",
            "End",
        ],
        "Map" => &[
            "Type",
            "Comment",
            "QueryLanguage",
            "Items",
            "ItemSelector",
            "ItemProcessor",
            "MaxConcurrency",
            "Assign",
            "Output",
            "Retry",
            "Catch",
            "Next",
            "End",
        ],
        "Succeed" => &["Type", "Comment", "QueryLanguage", "Output"],
        "Fail" => &["Type", "Comment", "QueryLanguage", "Error", "Cause"],
        _ => return None,
    })
}

pub(super) const MACHINE: &[&str] =
    &["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"];
pub(super) const BRANCH: &[&str] = &["Comment", "StartAt", "States"];
pub(super) const PROCESSOR: &[&str] = &["Comment", "StartAt", "States", "ProcessorConfig"];
pub(super) const PROCESSOR_CONFIG: &[&str] = &["Mode"];
pub(super) const RULE: &[&str] = &["Condition", "Next", "Assign", "Output", "Comment"];
pub(super) const RETRIER: &[&str] = &[
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
];
pub(super) const CATCHER: &[&str] = &["ErrorEquals", "Next", "Assign", "Output", "Comment"];

/// What is wrong with a field that is not among `allowed`, and what to write instead. `owner` names
/// where it stands: "a Pass state".
pub(super) fn refusal(owner: &str, field: &str, allowed: &[&str]) -> (String, String) {
    if let Some(instead) = jsonpath(owner, field) {
        return (format!("`{field}` is a JSONPath field"), instead.to_owned());
    }
    if let Some((what, instead)) = unsupported(field) {
        return (format!("`{field}` {what}"), instead.to_owned());
    }
    let close = allowed.iter().find(|known| is_close(known, field));
    let remedy = match close {
        Some(close) => format!("write `{close}`"),
        None => format!("remove it; allowed are {}", allowed.join(", ")),
    };
    (format!("{owner} has no field `{field}`"), remedy)
}

/// The JSONata counterpart of a field that only JSONPath has.
fn jsonpath(owner: &str, field: &str) -> Option<&'static str> {
    let map = owner.contains("Map");
    Some(match field {
        "InputPath" => {
            "pick what is needed from `$states.input` in `Arguments`, `Output` or `Assign`"
        }
        "Parameters" if map => "use `ItemSelector` with `{% … %}` values",
        "Parameters" => "use `Arguments` with `{% … %}` values",
        "ResultSelector" | "OutputPath" => "use `Output`, e.g. `{% $states.result.Payload %}`",
        "ResultPath" => "keep the result in a variable with `Assign`, or build it into `Output`",
        "Result" => "use `Output`",
        "Variable" | "And" | "Or" | "Not" => "use `Condition`, e.g. `{% $plan.steps > 0 %}`",
        "ItemsPath" => "use `Items`, e.g. `{% $states.input.items %}`",
        "SecondsPath" => "use `Seconds`, e.g. `{% $wait %}`",
        "TimestampPath" => "use `Timestamp`, e.g. `{% $until %}`",
        "TimeoutSecondsPath" => "use `TimeoutSeconds`, e.g. `{% $timeout %}`",
        "HeartbeatSecondsPath" => "use `HeartbeatSeconds`, e.g. `{% $heartbeat %}`",
        "MaxConcurrencyPath" => "use `MaxConcurrency`, e.g. `{% $width %}`",
        "ErrorPath" => "use `Error`, e.g. `{% $error.Error %}`",
        "CausePath" => "use `Cause`, e.g. `{% $error.Cause %}`",
        _ if is_comparison(field) => "use `Condition`, e.g. `{% $plan.steps > 0 %}`",
        _ => return None,
    })
}

fn is_comparison(field: &str) -> bool {
    ["String", "Numeric", "Boolean", "Timestamp"].iter().any(|kind| {
        field.strip_prefix(kind).is_some_and(|rest| {
            ["Equals", "LessThan", "GreaterThan", "Matches"].iter().any(|how| rest.starts_with(how))
        })
    }) || ["IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"]
        .contains(&field)
}

/// Fields of Step Functions that this interpreter does not model.
fn unsupported(field: &str) -> Option<(&'static str, &'static str)> {
    Some(match field {
        "Iterator" => ("is the old name of `ItemProcessor`", "use `ItemProcessor`"),
        "ToleratedFailureCount" | "ToleratedFailurePercentage" => (
            "belongs to a Map in distributed mode, which is not supported",
            "remove it; catch the error inside the ItemProcessor",
        ),
        "ItemReader" | "ItemBatcher" | "ResultWriter" | "Label" => (
            "belongs to a Map in distributed mode, which is not supported",
            "remove it; give the items in `Items`",
        ),
        "Credentials" => ("is not supported: roles cannot be assumed", "remove it"),
        "ExecutionType" => {
            ("belongs to a Map in distributed mode, which is not supported", "remove it")
        }
        "Retry" | "Catch" => (
            "is not allowed here",
            "only Task, Parallel and Map states have it; put this state into a Parallel state",
        ),
        "TimeoutSeconds" | "HeartbeatSeconds" => {
            ("is not allowed here", "only Task states have it")
        }
        "Arguments" => {
            ("is not allowed here", "only Task and Parallel states have it; use `Output`")
        }
        "Assign" => ("is not allowed here", "nothing follows that could read a variable"),
        "Next" | "End" => ("is not allowed here", "remove it"),
        _ => return None,
    })
}

/// The same but for case, or one letter more, less or other, or two neighbours exchanged.
pub(super) fn is_close(known: &str, given: &str) -> bool {
    if known.eq_ignore_ascii_case(given) {
        return true;
    }
    let (known, given): (Vec<char>, Vec<char>) = (known.chars().collect(), given.chars().collect());
    if known.len() < 4 || known.len().abs_diff(given.len()) > 1 {
        return false;
    }
    let start = known.iter().zip(&given).take_while(|(a, b)| a == b).count();
    let end = |skip_known: usize, skip_given: usize| {
        known[(start + skip_known).min(known.len())..]
            == given[(start + skip_given).min(given.len())..]
    };
    let exchanged = || {
        start + 1 < known.len()
            && start + 1 < given.len()
            && known[start] == given[start + 1]
            && known[start + 1] == given[start]
            && end(2, 2)
    };
    end(1, 1) || end(1, 0) || end(0, 1) || exchanged()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_slips_are_close() {
        for given in ["catch", "Cach", "Catchh", "Cacth", "Cutch"] {
            assert!(is_close("Catch", given), "{given}");
        }
        for given in ["Match2", "Retry", "", "Ca"] {
            assert!(!is_close("Catch", given), "{given}");
        }
    }
}
