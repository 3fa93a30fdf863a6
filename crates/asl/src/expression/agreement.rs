//! Plain paths lead where JSONata leads.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::plain::Led;
use super::{Environment, Expression};
use crate::clock::Clock;
use crate::dice::Dice;
use crate::identity::Identity;
use crate::scope::Scope;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(json!(0.5)),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => prop::collection::btree_map("[a-c]", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn with_environment<T>(value: Value, look: impl FnOnce(&Environment<'_>) -> T) -> T {
    let value = Arc::new(value);
    let mut scope = Scope::default();
    scope.assign(vec![("v".into(), Arc::clone(&value))]);
    let start = jiff::Timestamp::UNIX_EPOCH;
    let clock = Clock::starting_at(start);
    let identity = Identity {
        name: "n".to_owned(),
        arn: "a:n".to_owned(),
        machine_arn: "m:m".to_owned(),
        role_arn: None,
        input: Arc::clone(&value),
        start,
    };
    look(&Environment {
        scope: &scope,
        input: &value,
        result: Some(&value),
        error: Some(&value),
        identity: &identity,
        clock: &clock,
        dice: &Dice::new(1),
        state: "s",
        entered: Instant::now(),
        retries: 0,
        token: None,
        item: None,
    })
}

/// What following finds, unless it leaves the path to JSONata, and what computing finds; each as
/// the values found, at most one.
fn both(expression: &str, value: Value) -> (Option<Vec<Value>>, Vec<Value>) {
    let expression = Expression::parse(expression, "Output").expect("it is right");
    with_environment(value, |environment| {
        let followed = match expression.follow(environment) {
            Led::To(value) => Some(vec![Arc::unwrap_or_clone(value)]),
            Led::Nowhere => Some(Vec::new()),
            Led::IntoArray => None,
        };
        let computed = expression.compute(environment).expect("a path does not fail");
        (followed, computed.into_iter().collect())
    })
}

proptest! {
    #[test]
    fn a_plain_path_leads_where_jsonata_leads(
        value in value(),
        root in prop::sample::select(vec!["v", "states.input", "states.result", "states.errorOutput", "states.context.Execution.Input"]),
        path in "(\\.[a-c]){0,4}",
    ) {
        let (followed, computed) = both(&format!("${root}{path}"), value);
        if let Some(followed) = followed {
            prop_assert_eq!(followed, computed);
        }
    }
}

#[test]
fn arrays_on_the_way_are_left_to_jsonata_and_at_the_end_are_not() {
    let value = json!({ "a": [{ "b": 1 }, { "b": 2 }], "c": { "d": [[1], []] } });

    assert_eq!(both("$v.a.b", value.clone()), (None, vec![json!([1, 2])]));
    for path in ["$v.a", "$v.c.d", "$states.input.c.d"] {
        let (followed, computed) = both(path, value.clone());
        assert_eq!(followed, Some(computed), "{path}");
    }
}
