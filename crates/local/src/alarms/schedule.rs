//! When alarms are evaluated.

use jiff::Timestamp;

/// How often an alarm is evaluated, in seconds. CloudWatch evaluates alarms with periods of a minute
/// or longer every minute, shorter ones every 10 seconds; below that, which only we allow, the
/// period itself.
pub(super) fn cadence(period_seconds: u32) -> i64 {
    match period_seconds {
        0..10 => i64::from(period_seconds.max(1)),
        10..60 => 10,
        _ => 60,
    }
}

/// The last whole multiple of `cadence` seconds that is over.
pub(super) fn last_end(now: Timestamp, cadence: i64) -> Timestamp {
    let now = now.as_second();
    second(now - now.rem_euclid(cadence))
}

/// A whole second, as far as time goes.
pub(super) fn second(second: i64) -> Timestamp {
    let second = second.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(second).unwrap_or_default()
}
