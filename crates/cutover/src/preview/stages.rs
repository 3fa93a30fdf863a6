//! The stages of a deployment: what production sees in each, how long it lasts, what is judged there.

use domain::migration::Migration;
use domain::seconds::Seconds;
use domain::service::{ServiceDocument, Smoke};
use domain::strategy::{Stage as At, Strategy};
use serde::Serialize;

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Stage {
    /// What happens.
    pub(super) what: String,
    /// Where ECS pauses and asks, if it does.
    pub(super) pause: Option<At>,
    /// How often it comes, one after the other.
    pub(super) times: u32,
    /// Green's share of production traffic meanwhile, in percent: the first time, and the last.
    pub(super) share: (f64, f64),
    /// How long it lasts at least, each time.
    pub(super) at_least: Seconds,
    /// How long at most: then green is taken back, or not even begun.
    pub(super) at_most: Option<Seconds>,
    /// What is judged in it.
    pub(super) judged: Vec<&'static str>,
}

/// A check, and what a good answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// Which.
    pub(super) check: String,
    /// What is good.
    pub(super) good: String,
}

/// The stages of a deployment of this service, in order.
pub(super) fn stages(service: &ServiceDocument) -> Vec<Stage> {
    let checks = &service.checks;
    let judged = |unseen: bool| {
        let smoke = (unseen && !checks.smoke.is_empty()).then_some("smoke");
        let alarms = (!checks.alarms.is_empty()).then_some("alarms");
        let replicas = checks.replicas.as_ref().map(|_| "replicas");
        let metrics = (!unseen && !checks.metrics.is_empty()).then_some("metrics");
        [smoke, Some("targets"), alarms, metrics, replicas]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    let alarms: Vec<_> = (!checks.alarms.is_empty()).then_some("alarms").into_iter().collect();
    let moving = |what: &str, share: f64, at_most, judged: &[&'static str]| Stage {
        what: what.to_owned(),
        pause: None,
        times: 1,
        share: (share, share),
        at_least: Seconds(0),
        at_most,
        judged: judged.to_vec(),
    };
    let waited = checks.replicas.as_ref();
    let mut stages: Vec<_> = waited
        .map(|it| moving("replicas are waited for", 0.0, Some(it.within), &["replicas"]))
        .into_iter()
        .collect();
    let migration = service.migration.as_ref();
    let migrates = |it: &Migration| moving("the migration runs", 0.0, Some(it.within), &[]);
    stages.extend(migration.map(migrates));
    if service.strategy == (Strategy::Rolling {}) {
        stages.push(Stage {
            share: (0.0, 100.0),
            ..moving("ECS replaces task by task", 0.0, None, &alarms)
        });
        return stages;
    }

    let healthy = [["tasks"].as_slice(), &alarms].concat();
    stages.push(moving("green starts", 0.0, Some(checks.start_within), &healthy));
    for pause in service.strategy.pauses(service.bake) {
        let asked = |what: &str, times, share, at_least| Stage {
            what: what.to_owned(),
            pause: Some(pause.stage),
            times,
            share,
            at_least,
            at_most: Some(pause.gives_up),
            judged: judged(pause.stage == At::PostTestTrafficShift),
        };
        match pause.stage {
            At::PostTestTrafficShift => {
                stages.push(asked("green is asked", 1, (0.0, 0.0), Seconds(0)));
            }
            At::PreProductionTrafficShift => {
                stages.push(asked("before the first step", 1, (0.0, 0.0), Seconds(0)));
                if let Some((times, share)) = steps(&service.strategy) {
                    stages.push(asked("a step is watched", times, share, pause.hold));
                }
            }
            At::PostProductionTrafficShift => {
                stages.push(asked("the bake, blue is warm", 1, (100.0, 100.0), pause.hold));
            }
        }
    }
    stages.push(moving("blue goes", 100.0, None, &[]));
    stages
}

/// How many steps there are before all of the traffic, and the first and the last of their shares.
fn steps(strategy: &Strategy) -> Option<(u32, (f64, f64))> {
    match strategy {
        // A canary is two steps, even one of 100 %.
        Strategy::Canary { percent, .. } => Some((1, (percent.value(), percent.value()))),
        Strategy::Linear { step, .. } => {
            let times = 1000_u16.div_ceil(step.tenths()) - 1;
            let last = f64::from(step.tenths() * times) / 10.0;
            (times > 0).then_some((times.into(), (step.value(), last)))
        }
        Strategy::BlueGreen {} | Strategy::Rolling {} => None,
    }
}

/// The checks of this service.
pub(super) fn checks(service: &ServiceDocument) -> Vec<Check> {
    let checks = &service.checks;
    let check = |check: String, good: &str| Check { check, good: good.to_owned() };
    let rolling = service.strategy == (Strategy::Rolling {});
    let smoke = checks.smoke.iter().map(|smoke| {
        check(format!("smoke {} {}", smoke.method.as_str(), smoke.path), &answer(smoke))
    });
    let targets = (!rolling).then(|| {
        check("targets".to_owned(), "as many healthy targets of green as the service wants tasks")
    });
    let alarms = checks.alarms.iter().map(|alarm| {
        let good = match rolling {
            true => "does not begin to ring; ECS itself watches it",
            false => "does not begin to ring; it wakes the deployment at once",
        };
        check(format!("alarm {alarm}"), good)
    });
    let replicas = checks.replicas.iter().flat_map(|replicas| {
        replicas.instances.iter().map(|name| {
            let good = format!("replicates, and lags {} at most", replicas.max_lag);
            check(format!("replica {name}"), &good)
        })
    });
    let freezes = service.freezes.iter().map(|window| {
        check(format!("freeze {}", window.why), &format!("is not open: {window}; pushes wait"))
    });
    freezes.chain(smoke).chain(targets).chain(alarms).chain(replicas).collect()
}

/// What a good answer is.
fn answer(smoke: &Smoke) -> String {
    let body = smoke.contains.as_ref().map(|text| format!(" with {text:?} in it"));
    let body = body.unwrap_or_default();
    format!(
        "answers {}{body} within {} ms, through the test listener",
        smoke.status, smoke.within_ms
    )
}
