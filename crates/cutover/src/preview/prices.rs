//! What AWS asks for what a deployment uses: list prices of `us-east-1`, in US dollars.
//!
//! Free tiers are not counted: a small shop pays nothing of this at all. Each price has the page
//! that tells it; [`AS_OF`] says when they were last compared.

use serde::Serialize;

/// When the prices were last compared with their pages.
pub(super) const AS_OF: &str = "2026-05";
/// Where they hold.
pub(super) const REGION: &str = "us-east-1";

/// So many dollars for so many of something.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Price {
    /// Dollars.
    pub(super) usd: f64,
    /// For so many.
    pub(super) per: f64,
    /// Of what.
    pub(super) unit: &'static str,
    /// The page that tells it.
    pub(super) page: &'static str,
}

impl Price {
    /// What so many of it cost.
    pub(super) fn of(self, amount: f64) -> f64 {
        amount / self.per * self.usd
    }
}

/// Standard workflows: "each time a step of your workflow is executed", retries included.
pub(super) const TRANSITION: Price = Price {
    usd: 0.025,
    per: 1e3,
    unit: "transitions",
    page: "https://aws.amazon.com/step-functions/pricing/",
};

/// A call of a function.
pub(super) const FUNCTION_CALL: Price =
    Price { usd: 0.20, per: 1e6, unit: "requests", page: "https://aws.amazon.com/lambda/pricing/" };

/// The time of a function on arm64, the first tier. Since August 2025 its start is paid for, too.
pub(super) const FUNCTION_TIME: Price = Price {
    usd: 0.000_013_333_4,
    per: 1.0,
    unit: "GB-s",
    page: "https://aws.amazon.com/lambda/pricing/",
};

/// DynamoDB on demand: reading up to 4 KB, strongly consistent. Halved in November 2024.
pub(super) const READ: Price = Price {
    usd: 0.125,
    per: 1e6,
    unit: "read units",
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
};

/// DynamoDB on demand: writing up to 1 KB. Halved in November 2024.
pub(super) const WRITE: Price = Price {
    usd: 0.625,
    per: 1e6,
    unit: "write units",
    page: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
};

/// EventBridge: a custom event of up to 64 KB. Events of AWS services are free.
pub(super) const EVENT: Price = Price {
    usd: 1.0,
    per: 1e6,
    unit: "events",
    page: "https://aws.amazon.com/eventbridge/pricing/",
};

/// A call of CloudWatch's API. The page names no price for `DescribeAlarms`; it is counted as one
/// that is paid for.
pub(super) const ALARM_READ: Price = Price {
    usd: 0.01,
    per: 1e3,
    unit: "requests",
    page: "https://aws.amazon.com/cloudwatch/pricing/",
};

/// CloudWatch Logs: taking a gigabyte in.
pub(super) const LOG: Price =
    Price { usd: 0.50, per: 1e6, unit: "KB", page: "https://aws.amazon.com/cloudwatch/pricing/" };

/// CloudWatch: a custom metric costs 30 cents a month of 730 hours, "prorated by the hour and metered only when you
/// send metrics".
pub(super) const METRIC: Price = Price {
    usd: 0.411,
    per: 1e3,
    unit: "metric hours",
    page: "https://aws.amazon.com/cloudwatch/pricing/",
};

/// Secrets Manager: reading a secret.
pub(super) const SECRET: Price = Price {
    usd: 0.05,
    per: 1e4,
    unit: "requests",
    page: "https://aws.amazon.com/secrets-manager/pricing/",
};

/// SNS: a letter to a topic. Its delivery by e-mail is two cents for a thousand.
pub(super) const LETTER: Price =
    Price { usd: 0.50, per: 1e6, unit: "letters", page: "https://aws.amazon.com/sns/pricing/" };

/// Fargate, Linux on x86: a task of 1 vCPU and 2 GB for an hour.
pub(super) const TASK: Price = Price {
    usd: 0.040_48 + 2.0 * 0.004_445,
    per: 3600.0,
    unit: "seconds of a task",
    page: "https://aws.amazon.com/fargate/pricing/",
};
