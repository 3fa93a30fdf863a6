//! What an alarm looks at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::traffic::Traffic;

/// One number about one service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric {
    /// The service, by its name in the local configuration.
    pub service: String,
    /// Which number.
    pub measure: Measure,
}

/// Which number an alarm looks at, per period.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Measure {
    /// Requests answered with 500 and above, or not at all, as a share of 0 to 1 of all requests.
    /// Reasons and events show it in percent.
    #[serde(rename = "error_rate")]
    ErrorRate,
    /// How many requests were answered with 500 and above, or not at all.
    #[serde(rename = "server_errors")]
    ServerErrors,
    /// How many requests there were.
    #[serde(rename = "requests")]
    Requests,
    /// The mean time to answer, in milliseconds.
    #[serde(rename = "latency_mean_ms")]
    LatencyMean,
    /// The time within which half of the requests were answered, in milliseconds.
    #[serde(rename = "latency_p50_ms")]
    LatencyP50,
    /// The time within which 90 % of the requests were answered, in milliseconds.
    #[serde(rename = "latency_p90_ms")]
    LatencyP90,
    /// The time within which 99 % of the requests were answered, in milliseconds.
    #[serde(rename = "latency_p99_ms")]
    LatencyP99,
    /// The most targets that were found unhealthy at once.
    #[serde(rename = "unhealthy_targets")]
    UnhealthyTargets,
}

impl Measure {
    /// Reads the number from counted traffic. `None` where no request was counted, and for
    /// [`Measure::UnhealthyTargets`], which traffic does not tell.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn read(self, traffic: &Traffic) -> Option<f64> {
        let counted = |count: u64| (traffic.requests > 0).then_some(count as f64);

        match self {
            Self::ErrorRate => traffic.error_rate(),
            Self::ServerErrors => counted(traffic.server_errors.saturating_add(traffic.unanswered)),
            Self::Requests => counted(traffic.requests),
            Self::LatencyMean => traffic.mean_millis(),
            Self::LatencyP50 => traffic.quantile_millis(0.5),
            Self::LatencyP90 => traffic.quantile_millis(0.9),
            Self::LatencyP99 => traffic.quantile_millis(0.99),
            Self::UnhealthyTargets => None,
        }
    }

    /// The metric's name in events.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ErrorRate => "ErrorRate",
            Self::ServerErrors => "ServerErrorCount",
            Self::Requests => "RequestCount",
            Self::LatencyMean | Self::LatencyP50 | Self::LatencyP90 | Self::LatencyP99 => {
                "ResponseTime"
            }
            Self::UnhealthyTargets => "UnHealthyHostCount",
        }
    }

    /// The statistic in events, in CloudWatch's words.
    pub(super) fn statistic(self) -> &'static str {
        match self {
            Self::ErrorRate | Self::LatencyMean => "Average",
            Self::ServerErrors | Self::Requests => "Sum",
            Self::LatencyP50 => "p50",
            Self::LatencyP90 => "p90",
            Self::LatencyP99 => "p99",
            Self::UnhealthyTargets => "Maximum",
        }
    }

    /// The value as a person reads it: shares in percent, everything else as it is.
    pub(super) fn shown(self, value: f64) -> f64 {
        match self {
            // A share like 0.07 times 100 is 7.000000000000001, which nobody wants to read.
            Self::ErrorRate => (value * 100.0 * 1e9).round() / 1e9,
            _ => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_but_the_targets_is_read_from_traffic() {
        let mut traffic = Traffic::default();
        traffic.count(Some(200), 10_000);
        traffic.count(Some(200), 10_000);
        traffic.count(Some(500), 50_000);
        traffic.count(None, 90_000);

        let read = |measure: Measure| measure.read(&traffic);
        assert_eq!(read(Measure::ErrorRate), Some(0.5));
        assert_eq!(read(Measure::ServerErrors), Some(2.0), "an unanswered request is an error too");
        assert_eq!(read(Measure::Requests), Some(4.0));
        assert_eq!(read(Measure::LatencyMean), Some(40.0));
        assert_eq!(read(Measure::LatencyP50), Some(13.0));
        assert_eq!(read(Measure::LatencyP90), Some(100.0));
        assert_eq!(read(Measure::LatencyP99), Some(100.0));
        assert_eq!(read(Measure::UnhealthyTargets), None);
    }

    #[test]
    fn without_requests_every_measure_is_missing() {
        for measure in [Measure::ErrorRate, Measure::ServerErrors, Measure::Requests] {
            assert_eq!(measure.read(&Traffic::default()), None, "{measure:?}");
        }
    }

    #[test]
    fn an_error_rate_is_shown_in_percent() {
        assert!((Measure::ErrorRate.shown(0.07) - 7.0).abs() < f64::EPSILON);
        assert!((Measure::LatencyP99.shown(0.07) - 0.07).abs() < f64::EPSILON);
    }
}
