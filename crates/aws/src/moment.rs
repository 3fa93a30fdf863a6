//! Moments, as the SDK has them and as we do.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// The moment that the SDK read; none beyond the year 9999.
pub(crate) fn timestamp(moment: &DateTime) -> Option<Timestamp> {
    let nanoseconds = i32::try_from(moment.subsec_nanos()).ok()?;
    Timestamp::new(moment.secs(), nanoseconds).ok()
}
