//! Where an expression stands, and what it can see from there.

/// What an expression can see of `$states` where it stands, besides `input` and `context`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing more.
    Plain,
    /// The `Arguments` of a task with a token: `context.Task.Token`.
    Token,
    /// An `ItemSelector`: `context.Map.Item`.
    Item,
    /// After a task, branches or iterations: `result`.
    Result,
    /// A catcher: `errorOutput`.
    Catch,
}

/// What is wrong with `$states.` followed by `path`, and what would be right.
pub(super) fn states_field(path: &[String], place: Place) -> Option<(String, String)> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let what = |why: &str| format!("`$states.{}` {why}", path.join("."));
    let (why, remedy) = match names.as_slice() {
        []
        | ["input", ..]
        | ["context"]
        | ["context", "Execution" | "State" | "StateMachine"]
        | ["context", "Execution", "Id" | "Name" | "StartTime" | "RoleArn" | "RedriveCount"]
        | ["context", "Execution", "Input", ..]
        | ["context", "State", "Name" | "EnteredTime" | "RetryCount"]
        | ["context", "StateMachine", "Id" | "Name"] => return None,
        ["result", ..] if place == Place::Result => return None,
        ["result", ..] => (
            "does not exist here",
            "there is a result only in `Assign` and `Output` of Task, Parallel and Map states",
        ),
        ["errorOutput"] | ["errorOutput", "Error" | "Cause", ..] if place == Place::Catch => {
            return None;
        }
        ["errorOutput", ..] if place == Place::Catch => {
            ("does not exist", "it has `Error` and `Cause`")
        }
        ["errorOutput", ..] => {
            ("exists only in a Catch", "use it in `Assign` or `Output` of a catcher")
        }
        ["context", "Task"] | ["context", "Task", "Token"] if place == Place::Token => return None,
        ["context", "Task"] | ["context", "Task", "Token"] => (
            "exists only in `Arguments` of a `.waitForTaskToken` task",
            "end `Resource` with `.waitForTaskToken`",
        ),
        ["context", "Map"]
        | ["context", "Map", "Item"]
        | ["context", "Map", "Item", "Index"]
        | ["context", "Map", "Item", "Value", ..]
            if place == Place::Item =>
        {
            return None;
        }
        ["context", "Map", ..] => (
            "exists only in `ItemSelector`, as `Map.Item.Index` and `Map.Item.Value`",
            "put it into the iteration's input with `ItemSelector`",
        ),
        ["context", ..] => (
            "does not exist",
            "the context has Execution.{Id, Input, Name, RedriveCount, RoleArn, StartTime}, \
             State.{EnteredTime, Name, RetryCount}, StateMachine.{Id, Name}, Task.Token, Map.Item",
        ),
        _ => ("does not exist", "`$states` has `input`, `result`, `errorOutput` and `context`"),
    };
    Some((what(why), remedy.to_owned()))
}
