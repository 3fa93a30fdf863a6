//! What tasks print: Amazon CloudWatch Logs.
//!
//! Source: the CloudWatch Logs API reference, `GetLogEvents` and `DescribeLogGroups`.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::{Builder, Region};
use domain::Failure;
use domain::excerpt::Excerpt;
use domain::preflight::LogGroup;
use domain::preserved::LogPlace;
use workflow::ports::Logs;

use crate::Config;
use crate::config::client;
use crate::failure::{failure, unread};

/// How many pages are read until there is a line. A page may be empty though there are lines before
/// it.
const PAGES: usize = 3;

/// What tasks print, kept by CloudWatch Logs.
#[derive(Debug, Clone)]
pub struct CloudWatchLogs(Client);

impl CloudWatchLogs {
    /// A client for the logs of this account, in the region that each log names.
    pub fn new(config: &Config) -> Self {
        Self(client!(config, aws_sdk_cloudwatchlogs))
    }
}

impl Logs for CloudWatchLogs {
    async fn has_group(&self, group: &LogGroup) -> Result<bool, Failure> {
        let LogGroup { name, region } = group;
        let asked = self
            .0
            .describe_log_groups()
            .log_group_name_prefix(name)
            // In the order of their names: what is called so comes first.
            .limit(1)
            .customize()
            .config_override(elsewhere(region.as_deref()));
        let told = asked.send().await.map_err(|error| {
            unread(&format!("look for the log group {name}"), "logs:DescribeLogGroups", &error)
        })?;
        Ok(told.log_groups().iter().any(|it| it.log_group_name() == Some(name)))
    }

    async fn last_lines(
        &self,
        place: &LogPlace,
        task: &str,
        most: usize,
    ) -> Result<Vec<Excerpt>, Failure> {
        let stream = place.stream(task);
        let mut earlier: Option<String> = None;
        for _ in 0..PAGES {
            let asked = self
                .0
                .get_log_events()
                .log_group_name(&place.group)
                .log_stream_name(&stream)
                .limit(i32::try_from(most).unwrap_or(i32::MAX))
                .start_from_head(false)
                .set_next_token(earlier.clone())
                .customize()
                .config_override(elsewhere(place.region.as_deref()));
            let told = asked.send().await.map_err(|error| {
                failure(&format!("read the stream {stream} of the log {}", place.group), &error)
            })?;

            let messages = told.events().iter().filter_map(|event| event.message());
            let lines: Vec<Excerpt> = messages.map(Excerpt::of).collect();
            let further = told.next_backward_token;
            // The same token again says that there is nothing before.
            if !lines.is_empty() || further.is_none() || further == earlier {
                return Ok(lines);
            }
            earlier = further;
        }
        Ok(Vec::new())
    }
}

/// The region that a log is in may be another than ours.
fn elsewhere(region: Option<&str>) -> Builder {
    let mut builder = Builder::default();
    if let Some(region) = region {
        builder.set_region(Some(Region::new(region.to_owned())));
    }
    builder
}
