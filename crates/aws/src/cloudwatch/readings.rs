//! What alarms measured that ring.
//!
//! Source: the CloudWatch API reference, `DescribeAlarms`, `MetricAlarm` and `GetMetricData`.

use aws_sdk_cloudwatch::types::{
    AlarmType, CompositeAlarm, Metric, MetricAlarm, MetricDataQuery, MetricStat, StateValue,
};
use domain::Failure;
use domain::metric::Point;
use domain::preserved::Readings;
use jiff::Timestamp;

use super::{AT_ONCE, CloudWatch};
use crate::failure::failure;

impl CloudWatch {
    /// What those of these alarms measured that ring, and those that composite ones are made of.
    pub(super) async fn ringing(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Readings>, Failure> {
        let mut readings = Vec::new();
        let (metric, composite) = self.described(names).await?;
        for alarm in metric {
            readings.push(self.measured(&alarm, from, to).await);
        }
        for alarm in composite {
            let name = alarm.alarm_name().unwrap_or_default();
            let reason = alarm.state_reason().unwrap_or_default();
            match self.children(name).await {
                Ok(children) => {
                    let made = Failure::Refused("it is made of other alarms".into());
                    readings.push(Readings::new(name, reason, Err(made)));
                    for child in children {
                        readings.push(self.measured(&child, from, to).await);
                    }
                }
                Err(failure) => readings.push(Readings::new(name, reason, Err(failure))),
            }
        }
        Ok(readings)
    }

    /// Those of these alarms that ring. Alarms on logs have no metric, and are left out.
    async fn described(
        &self,
        names: &[String],
    ) -> Result<(Vec<MetricAlarm>, Vec<CompositeAlarm>), Failure> {
        if names.is_empty() {
            return Ok(Default::default());
        }
        let asked = self
            .0
            .describe_alarms()
            .set_alarm_names(Some(names.iter().take(AT_ONCE).cloned().collect()))
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm)
            .state_value(StateValue::Alarm)
            .max_records(super::PAGE);
        let told = asked.send().await.map_err(|error| {
            failure(&format!("describe the alarms {}", names.join(", ")), &error)
        })?;
        Ok((told.metric_alarms.unwrap_or_default(), told.composite_alarms.unwrap_or_default()))
    }

    /// The alarms that ring of those that a composite alarm is made of. CloudWatch tells of them no
    /// more than their names and states when it is asked for children.
    async fn children(&self, composite: &str) -> Result<Vec<MetricAlarm>, Failure> {
        let asked = self.0.describe_alarms().children_of_alarm_name(composite);
        let told = asked.send().await.map_err(|error| {
            failure(&format!("describe the alarms that {composite} is made of"), &error)
        })?;
        let children = told.metric_alarms.unwrap_or_default().into_iter();
        let ring = children.filter(|it| it.state_value() == Some(&StateValue::Alarm));
        let names: Vec<String> = ring.filter_map(|it| it.alarm_name).collect();
        Ok(self.described(&names).await?.0)
    }

    async fn measured(&self, alarm: &MetricAlarm, from: Timestamp, to: Timestamp) -> Readings {
        let name = alarm.alarm_name().unwrap_or_default();
        let points = self.points(name, alarm, from, to).await;
        Readings::new(name, alarm.state_reason().unwrap_or_default(), points)
    }

    async fn points(
        &self,
        name: &str,
        alarm: &MetricAlarm,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Point>, Failure> {
        let queries = match alarm.metrics() {
            [] => vec![query(alarm)],
            // An alarm on an expression has the queries that it is evaluated by.
            queries => queries.to_vec(),
        };
        let told = self.told(queries, from, to).await?;

        // The band of an anomaly detection is no measurement.
        let band = alarm.threshold_metric_id();
        let measured = told.into_iter().find(|(id, _)| Some(id.as_str()) != band);
        let measured = measured.map(|(_, told)| told.points);
        measured.ok_or_else(|| {
            Failure::Unavailable(format!("CloudWatch did not tell what {name} measures"))
        })
    }
}

/// What an alarm on one metric looks at.
fn query(alarm: &MetricAlarm) -> MetricDataQuery {
    let metric = Metric::builder()
        .set_namespace(alarm.namespace.clone())
        .set_metric_name(alarm.metric_name.clone())
        .set_dimensions(alarm.dimensions.clone());
    let statistic = alarm.statistic().map(|statistic| statistic.as_str().to_owned());
    let statistic = MetricStat::builder()
        .metric(metric.build())
        .set_period(alarm.period)
        .set_stat(statistic.or_else(|| alarm.extended_statistic.clone()))
        .set_unit(alarm.unit.clone());
    MetricDataQuery::builder().id("measured").metric_stat(statistic.build()).build()
}
