//! CBOR, as far as one answer of CloudWatch needs it.

use ciborium::Value as Cbor;
use serde_json::Value;

/// An alarm that is in a state since so many seconds after 1970.
pub(super) fn alarms(name: &str, state: &str, since: i64) -> Vec<u8> {
    let field = |name: &str, value: Cbor| (Cbor::from(name), value);
    let alarm = Cbor::Map(vec![
        field("AlarmName", name.into()),
        field("StateValue", state.into()),
        // A moment is a number with the tag 1.
        field("StateTransitionedTimestamp", Cbor::Tag(1, Box::new(since.into()))),
    ]);
    let answer = Cbor::Map(vec![field("MetricAlarms", Cbor::Array(vec![alarm]))]);
    let mut bytes = Vec::new();
    ciborium::into_writer(&answer, &mut bytes).expect("a value can be written");
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Value {
    ciborium::from_reader(bytes).expect("RPC v2 CBOR sends CBOR")
}
