//! A function that does what its event says, for the tests of the shell around it.

use domain::Failure;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let table = shell::setting("CUTOVER_TABLE")?;
    let panicky = |why: &str| -> Value { panic!("{why}") };

    shell::run("fallible", async |event: Order| match event {
        Order::Answer(answer) => Ok(answer),
        Order::Tell(name) if name == "table" => Ok(json!(table)),
        Order::Tell(name) => Err(Failure::Invalid(format!("nothing is known of {name}"))),
        Order::Refuse(why) => Err(Failure::Refused(why)),
        Order::BeBusy(why) => Err(Failure::Busy(why)),
        Order::BeUnavailable(why) => Err(Failure::Unavailable(why)),
        Order::Panic(why) => Ok(panicky(&why)),
        Order::Exit(code) => std::process::exit(code),
        Order::Sleep(seconds) => {
            tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
            Ok(Value::Null)
        }
    })
    .await
}

/// What it is to do.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Answer(Value),
    Tell(String),
    Refuse(String),
    BeBusy(String),
    BeUnavailable(String),
    Panic(String),
    Exit(i32),
    Sleep(u64),
}
