//! The metrics of the account, by the names that CloudWatch has for them: what its proxies counted,
//! and what its databases measured.

use domain::Failure;
use domain::metric::{Formula, Point, Query, Series, Statistic};
use domain::preflight::{Purchase, quota};
use domain::rollout::TargetGroup;
use domain::seconds::Seconds;
use jiff::Timestamp;
use workflow::ports::Metrics;

use super::fleet::service_of;
use super::math::Arithmetic;
use super::world::World;
use crate::plant::Plant;
use crate::traffic::Traffic;

impl<P: Plant> Metrics for World<P> {
    async fn series(
        &self,
        queries: &[Query],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Series>, Failure> {
        let answer =
            async { Ok(queries.iter().map(|query| self.points(query, from, to)).collect()) };
        self.0.calls.make("metrics.series", answer).await
    }

    async fn computed(
        &self,
        formulas: &[Formula],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Series>, Failure> {
        let answer =
            async { formulas.iter().map(|formula| self.result(formula, from, to)).collect() };
        self.0.calls.make("metrics.computed", answer).await
    }
}

impl<P: Plant> World<P> {
    /// What is computed of several metrics.
    fn result(&self, formula: &Formula, from: Timestamp, to: Timestamp) -> Result<Series, Failure> {
        if [Purchase::OnDemand, Purchase::Spot].map(quota::left).contains(formula) {
            let point = |value| Series::Complete(vec![Point { at: from, value }]);
            return Ok(self.0.vcpus().map_or(Series::NoData, point));
        }
        let math = Arithmetic::read(&formula.math).map_err(|why| {
            let math = &formula.math;
            Failure::Refused(format!(
                "this machine cannot compute {math:?} as CloudWatch does: {why}"
            ))
        })?;
        let points = |(id, query): (&'_ String, &Query)| (id.clone(), self.points(query, from, to));
        Ok(math.of(&formula.of.iter().map(points).collect()))
    }

    /// A metric, period by period. Of what nobody counts here there is no data.
    fn points(&self, query: &Query, from: Timestamp, to: Timestamp) -> Series {
        match query.namespace.as_str() {
            TargetGroup::NAMESPACE => self.answered(query, from, to),
            _ => self.0.databases.series(query, from, to),
        }
    }

    /// What a target group answered.
    fn answered(&self, query: &Query, from: Timestamp, to: Timestamp) -> Series {
        let group = query.dimensions.get("TargetGroup").filter(|_| query.period > Seconds(0));
        let group = group.and_then(|group| group.strip_prefix("targetgroup/"));
        let Some(group) = group else { return Series::NoData };
        let settings = &self.0.settings;
        let (region, account) = (&settings.region, &settings.account);
        let revision = format!("arn:aws:ecs:{region}:{account}:service-revision/{group}");

        let (mut points, mut at) = (Vec::new(), from);
        while at < to {
            let end = query.period.after(at);
            let service = service_of(&revision);
            let traffic = self.0.plant.traffic(service, Some(&revision), at, end.min(to));
            let value = traffic.and_then(|traffic| measure(query, &traffic));
            points.extend(value.map(|value| Point { at, value }));
            at = end;
        }
        match points.is_empty() {
            true => Series::NoData,
            false => Series::Complete(points),
        }
    }
}

/// A metric of a target group, in CloudWatch's own unit. There is a point of errors only where there
/// were some.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn measure(query: &Query, traffic: &Traffic) -> Option<f64> {
    let some = |count: u64| (count > 0).then_some(count as f64);
    match (query.name.as_str(), query.statistic) {
        ("RequestCount", Statistic::Sum) => some(traffic.requests),
        ("HTTPCode_Target_5XX_Count", Statistic::Sum) => some(traffic.server_errors),
        ("TargetConnectionErrorCount", Statistic::Sum) => some(traffic.unanswered),
        ("TargetResponseTime", Statistic::Average) => traffic.mean_millis().map(|it| it / 1_000.0),
        ("TargetResponseTime", Statistic::Percentile(percent)) => {
            traffic.quantile_millis(percent.value() / 100.0).map(|millis| millis / 1_000.0)
        }
        _ => None,
    }
}
