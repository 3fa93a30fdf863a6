//! What metrics were.
//!
//! Source: the CloudWatch API reference, `GetMetricData` and `MetricDataResult`.

use std::collections::HashMap;

use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::types::{
    Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy,
};
use aws_smithy_types::DateTime;
use domain::Failure;
use domain::metric::{Formula, Point, Query, Series, Statistic};
use jiff::Timestamp;
use workflow::ports::Metrics;

use super::CloudWatch;
use crate::failure::failure;
use crate::moment::timestamp;

/// The most queries of one call.
const AT_ONCE: usize = 500;

impl Metrics for CloudWatch {
    async fn series(
        &self,
        queries: &[Query],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Series>, Failure> {
        let mut series = Vec::with_capacity(queries.len());
        for queries in queries.chunks(AT_ONCE) {
            let asked = queries.iter().enumerate().map(query).collect();
            let mut told = self.told(asked, from, to).await?;
            for (index, query) in queries.iter().enumerate() {
                series.push(read(query, told.remove(&id(index)))?);
            }
        }
        Ok(series)
    }

    async fn computed(
        &self,
        formulas: &[Formula],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Series>, Failure> {
        let mut series = Vec::with_capacity(formulas.len());
        for formula in formulas {
            let mut told = self.told(formula_queries(formula), from, to).await?;
            series.push(read(&formula.math, told.remove(COMPUTED))?);
        }
        Ok(series)
    }
}

/// The id of what is computed.
const COMPUTED: &str = "computed_by_cutover";

/// What was told of one query so far.
#[derive(Default)]
pub(super) struct Told {
    pub(super) points: Vec<Point>,
    /// What was said last: a page may be partial when the next one completes it.
    status: Option<String>,
}

impl CloudWatch {
    /// What CloudWatch tells of each query, by its id.
    pub(super) async fn told(
        &self,
        queries: Vec<MetricDataQuery>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<HashMap<String, Told>, Failure> {
        let mut pages = self
            .0
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(date_time(from))
            .end_time(date_time(to))
            .scan_by(ScanBy::TimestampAscending)
            .into_paginator()
            .send();
        let mut told = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failure("read the metrics", &error))?;
            warn(&page);
            for result in page.metric_data_results.unwrap_or_default() {
                let told: &mut Told =
                    told.entry(result.id.clone().unwrap_or_default()).or_default();
                told.status = result.status_code.as_ref().map(|status| status.as_str().to_owned());
                told.points.extend(points(result)?);
            }
        }
        Ok(told)
    }
}

/// CloudWatch answers as much as it can, and says in words what it could not.
fn warn(page: &GetMetricDataOutput) {
    for message in page.messages() {
        let (code, said) =
            (message.code().unwrap_or_default(), message.value().unwrap_or_default());
        tracing::warn!(code, "CloudWatch says of the metrics: {said}");
    }
}

/// What is computed, and what it is computed of. Ids count within one call, and those of a formula
/// are the document's, so each formula is a call of its own.
fn formula_queries(formula: &Formula) -> Vec<MetricDataQuery> {
    let of = formula.of.iter().map(|(id, query)| {
        let statistic = metric_stat(query);
        MetricDataQuery::builder().id(id).metric_stat(statistic).return_data(false).build()
    });
    let computed = MetricDataQuery::builder().id(COMPUTED).expression(&formula.math).build();
    of.chain([computed]).collect()
}

fn query((index, query): (usize, &Query)) -> MetricDataQuery {
    MetricDataQuery::builder().id(id(index)).metric_stat(metric_stat(query)).build()
}

fn metric_stat(query: &Query) -> MetricStat {
    let dimension =
        |(name, value): (&String, &String)| Dimension::builder().name(name).value(value).build();
    let metric = Metric::builder()
        .namespace(&query.namespace)
        .metric_name(&query.name)
        .set_dimensions(Some(query.dimensions.iter().map(dimension).collect()));
    let statistic = MetricStat::builder()
        .metric(metric.build())
        .period(i32::try_from(query.period.0).unwrap_or(i32::MAX))
        .stat(statistic(query.statistic));
    statistic.build()
}

/// An id begins with a lower-case letter.
fn id(index: usize) -> String {
    format!("q{index}")
}

fn statistic(statistic: Statistic) -> String {
    match statistic {
        Statistic::Average => "Average".into(),
        Statistic::Sum => "Sum".into(),
        Statistic::Minimum => "Minimum".into(),
        Statistic::Maximum => "Maximum".into(),
        Statistic::SampleCount => "SampleCount".into(),
        Statistic::Percentile(percent) => format!("p{}", percent.value()),
    }
}

fn points(result: MetricDataResult) -> Result<Vec<Point>, Failure> {
    let times = result.timestamps.unwrap_or_default();
    let values = result.values.unwrap_or_default();
    let points = times.iter().zip(&values);
    let points = points.filter_map(|(at, value)| Some(Point { at: timestamp(at)?, value: *value }));
    let points: Vec<Point> = points.collect();
    match points.len() == times.len() && points.len() == values.len() {
        true => Ok(points),
        false => Err(Failure::Unavailable(format!(
            "CloudWatch told {} values at {} moments",
            values.len(),
            times.len()
        ))),
    }
}

fn read(query: &impl std::fmt::Display, told: Option<Told>) -> Result<Series, Failure> {
    let Some(Told { points, status }) = told else {
        return Err(Failure::Unavailable(format!("CloudWatch did not answer for {query}")));
    };
    match status.as_deref() {
        Some("Complete") if points.is_empty() => Ok(Series::NoData),
        Some("Complete") => Ok(Series::Complete(points)),
        Some("Forbidden") => {
            Err(Failure::Refused(format!("CloudWatch does not let us read {query}")))
        }
        Some("InternalError") => {
            Err(Failure::Unavailable(format!("CloudWatch could not read {query}")))
        }
        // `PartialData`, and whatever else is not said to be complete.
        _ => Ok(Series::Partial(points)),
    }
}

fn date_time(moment: Timestamp) -> DateTime {
    let nanoseconds = u32::try_from(moment.subsec_nanosecond()).unwrap_or(0);
    DateTime::from_secs_and_nanos(moment.as_second(), nanoseconds)
}
