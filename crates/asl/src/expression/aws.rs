//! The functions an expression may call: JSONata's own, and those that Step Functions adds
//! (Developer Guide, "Transforming data", "Step Functions-provided JSONata functions").

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;
use sha2::Digest;

use super::Environment;
use crate::clock::iso;

/// JSONata 2.0's functions. `$eval` is left out: Step Functions does not support it.
const BUILT_IN: &[&str] = &[
    "string",
    "length",
    "substring",
    "substringBefore",
    "substringAfter",
    "uppercase",
    "lowercase",
    "trim",
    "pad",
    "contains",
    "split",
    "join",
    "match",
    "replace",
    "base64encode",
    "base64decode",
    "encodeUrlComponent",
    "encodeUrl",
    "decodeUrlComponent",
    "decodeUrl",
    "number",
    "abs",
    "floor",
    "ceil",
    "round",
    "power",
    "sqrt",
    "formatNumber",
    "formatBase",
    "formatInteger",
    "parseInteger",
    "sum",
    "max",
    "min",
    "average",
    "boolean",
    "not",
    "exists",
    "count",
    "append",
    "sort",
    "reverse",
    "shuffle",
    "distinct",
    "zip",
    "keys",
    "lookup",
    "spread",
    "merge",
    "sift",
    "each",
    "error",
    "assert",
    "type",
    "toMillis",
    "fromMillis",
    "map",
    "filter",
    "single",
    "reduce",
];

/// Answered by us: added by Step Functions, or following the execution's clock and seed.
const HOSTED: &[&str] = &["partition", "range", "hash", "random", "uuid", "parse", "now", "millis"];

/// The most items `$range` may make, "must not contain more than 1000" as `States.ArrayRange` has it.
const LONGEST_RANGE: usize = 1000;

pub(super) fn exists(name: &str) -> bool {
    BUILT_IN.contains(&name) || HOSTED.contains(&name)
}

pub(super) fn hosted(name: &str) -> Option<&'static str> {
    HOSTED.iter().copied().find(|&hosted| hosted == name)
}

/// Makes the named functions callable.
pub(super) fn install(
    evaluator: &mut Evaluator,
    names: &[&'static str],
    environment: &Environment<'_>,
) -> Result<(), EvaluatorError> {
    for &name in names {
        match name {
            "partition" => evaluator.register_fn(name, partition)?,
            "range" => evaluator.register_fn(name, range)?,
            "hash" => evaluator.register_fn(name, hash)?,
            "parse" => evaluator.register_fn(name, parse)?,
            "uuid" => {
                let dice = environment.dice.clone();
                evaluator.register_fn(name, move |_: &[JValue]| {
                    Ok(JValue::from(dice.uuid().to_string()))
                })?;
            }
            "random" => {
                let dice = environment.dice.clone();
                evaluator.register_fn_override(name, move |args: &[JValue]| {
                    Ok(JValue::from(match args.first().and_then(JValue::as_f64) {
                        Some(seed) => crate::dice::Dice::new(seed.to_bits()).unit(),
                        None => dice.unit(),
                    }))
                })?;
            }
            "now" => {
                let now = iso(environment.clock.now());
                // A picture or a time zone needs JSONata's own formatting.
                evaluator.register_fn_override(name, move |args: &[JValue]| match args {
                    [] => Ok(JValue::from(now.as_str())),
                    _ => Err(wrong("$now takes no arguments here; use $fromMillis($millis(), …)")),
                })?;
            }
            "millis" => {
                let millis = environment.clock.now().as_millisecond();
                evaluator
                    .register_fn_override(name, move |_: &[JValue]| Ok(JValue::from(millis)))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn wrong(message: impl Into<String>) -> EvaluatorError {
    EvaluatorError::EvaluationError(message.into())
}

/// `$partition(array, size)`: the array in pieces of `size` items.
fn partition(args: &[JValue]) -> Result<JValue, EvaluatorError> {
    let [array, size] = args else { return Err(wrong("$partition takes an array and a size")) };
    if array.is_undefined() {
        return Ok(JValue::Undefined);
    }
    let size = whole(size).and_then(|size| usize::try_from(size).ok()).filter(|&size| size > 0);
    let (Some(items), Some(size)) = (array.as_array(), size) else {
        return Err(wrong("$partition takes an array and a positive whole size"));
    };
    Ok(JValue::array(items.chunks(size).map(|piece| JValue::array(piece.to_vec())).collect()))
}

/// `$range(first, last, delta)`: from `first` up or down to at most `last`.
fn range(args: &[JValue]) -> Result<JValue, EvaluatorError> {
    let whole = |index: usize| args.get(index).and_then(whole);
    let (Some(first), Some(last), Some(delta), 3) = (whole(0), whole(1), whole(2), args.len())
    else {
        return Err(wrong("$range takes three whole numbers: first, last and delta"));
    };
    if delta == 0 {
        return Err(wrong("the delta of $range must not be 0"));
    }
    let mut items = Vec::new();
    let mut next = Some(first);
    while let Some(value) =
        next.filter(|&value| if delta > 0 { value <= last } else { value >= last })
    {
        if items.len() == LONGEST_RANGE {
            return Err(wrong(format!("$range would make more than {LONGEST_RANGE} items")));
        }
        items.push(JValue::from(value));
        next = value.checked_add(delta);
    }
    Ok(JValue::array(items))
}

/// `$hash(data, algorithm)`: the digest in hexadecimal.
fn hash(args: &[JValue]) -> Result<JValue, EvaluatorError> {
    let data = match args.first() {
        None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
        Some(JValue::String(text)) => text.to_string(),
        Some(other) => other.to_json_string().map_err(|error| wrong(error.to_string()))?,
    };
    let data = data.as_bytes();
    let digest = match args.get(1).and_then(JValue::as_str) {
        Some("MD5") => hex::encode(md5::Md5::digest(data)),
        Some("SHA-1") => hex::encode(sha1::Sha1::digest(data)),
        Some("SHA-256") => hex::encode(sha2::Sha256::digest(data)),
        Some("SHA-384") => hex::encode(sha2::Sha384::digest(data)),
        Some("SHA-512") => hex::encode(sha2::Sha512::digest(data)),
        _ => return Err(wrong("$hash knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512")),
    };
    Ok(JValue::from(digest))
}

/// `$parse(text)`: the value of JSON text.
fn parse(args: &[JValue]) -> Result<JValue, EvaluatorError> {
    match args {
        [JValue::Undefined] => Ok(JValue::Undefined),
        [JValue::String(text)] => JValue::from_json_str(text)
            .map_err(|error| wrong(format!("$parse was given text that is not JSON: {error}"))),
        _ => Err(wrong("$parse takes one string")),
    }
}

/// A whole number that `f64` holds exactly.
fn whole(value: &JValue) -> Option<i64> {
    let number = value.as_f64()?;
    let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0;
    #[expect(clippy::cast_possible_truncation, reason = "just seen to be whole and in range")]
    exact.then_some(number as i64)
}
