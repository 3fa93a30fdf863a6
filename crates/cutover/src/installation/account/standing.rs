//! How services stand, by what the ledger, ECS and CloudWatch tell.

use domain::Failure;
use domain::desk::Desk;
use domain::freeze::Freeze;
use domain::name::{Digest, ServiceName, Tag};
use domain::preflight::Serving;
use domain::record::Record;
use domain::rollout::RolloutState;
use domain::service::ServiceDocument;
use futures_util::future::try_join_all;
use local::door::view;
use workflow::ports::{Alarms, Catalog, Clock, Fleet, Ledger};

use super::trouble::trouble;
use super::{Account, SystemClock};
use crate::problem::Trouble;

/// So many of the newest deployments are read to know tags by which people know digests.
const RECENT: usize = 5;

impl Account {
    /// How a service stands, or how all do.
    pub(crate) async fn services(
        &self,
        one: Option<&ServiceName>,
    ) -> Result<Vec<view::Service>, Trouble> {
        let what = "ask how services stand";
        let mut documents = match one {
            Some(service) => vec![self.document(what, service).await?],
            None => self.catalog.services().await.map_err(|failure| trouble(what, &failure))?,
        };
        documents.sort_by(|a, b| a.name.cmp(&b.name));
        let desks = self.ledger.desks().await.map_err(|failure| trouble(what, &failure))?;

        let stands = documents.iter().map(|document| {
            let desk = desks.iter().find(|desk| desk.service == document.name);
            self.stands(document, desk)
        });
        try_join_all(stands).await.map_err(|failure| trouble(what, &failure))
    }

    async fn stands(
        &self,
        document: &ServiceDocument,
        desk: Option<&Desk>,
    ) -> Result<view::Service, Failure> {
        let place = document.place();
        let serving = self.fleet.serving(&place, document.container.as_deref()).await?;
        let rollout = match &serving.in_progress {
            Some(arn) => Some((arn, self.fleet.rollout(arn).await?)),
            None => None,
        };
        let names = &document.checks.alarms;
        let alarms = match names.is_empty() {
            true => Vec::new(),
            false => self.alarms.states(names).await?,
        };
        let alerts = desk
            .map(|desk| desk.alerts(&document.checks.alerts, SystemClock.now()))
            .unwrap_or_default()
            .into_iter()
            .map(view::Alarm::alert);
        let records = self.ledger.history(&document.name, RECENT).await?;

        let named = |digest: &Digest| release(digest, &records);
        let state = rollout.as_ref().map(|(_, state)| state);
        Ok(view::Service {
            name: document.name.clone(),
            image: document.image.clone(),
            production: None,
            test: None,
            serving: serving.digest.as_ref().map(named),
            tasks: view::Tasks {
                desired: serving.desired,
                running: serving.running,
                healthy: None,
            },
            traffic: traffic(&serving, state, green(desk, &records).as_ref(), &records),
            alarms: alarms.into_iter().map(Into::into).chain(alerts).collect(),
            rollout: rollout.as_ref().map(|(arn, state)| view::Rollout {
                arn: arn.to_string(),
                status: state.status.to_string(),
                stage: state.stage.clone(),
            }),
            lease: desk.and_then(|desk| desk.lease.as_ref()).map(Into::into),
            waiting: desk.and_then(|desk| desk.waiting.as_ref()).map(Into::into),
            urgent: desk.and_then(|desk| desk.urgent.as_ref()).map(Into::into),
            asks: desk.and_then(Desk::asks).cloned(),
            frozen: frozen(document, desk),
            quarantined: desk
                .map(|desk| view::Quarantined::of(desk, SystemClock.now()))
                .unwrap_or_default(),
            last: records.iter().find_map(Record::outcome).cloned().map(Into::into),
            place,
        })
    }
}

/// Why nothing new begins: a window is open also where Cutover never touched the service.
fn frozen(document: &ServiceDocument, desk: Option<&Desk>) -> Option<Freeze> {
    let untouched = || Desk::new(document.name.clone());
    let desk = desk.cloned().unwrap_or_else(untouched);
    desk.frozen(&document.freezes, SystemClock.now())
}

/// A digest with the tags by which it was deployed.
fn release(digest: &Digest, records: &[Record]) -> view::Release {
    let plans = records.iter().filter_map(Record::plan).filter(|plan| plan.digest == *digest);
    let mut tags: Vec<Tag> = plans.filter_map(|plan| plan.tag.clone()).collect();
    tags.sort();
    tags.dedup();
    view::Release { digest: digest.clone(), tags }
}

/// What is being deployed by whoever holds the lease.
fn green(desk: Option<&Desk>, records: &[Record]) -> Option<Digest> {
    let holder = &desk?.lease.as_ref()?.holder;
    let record = records.iter().find(|record| record.deployment == *holder)?;
    Some(record.plan()?.digest.clone())
}

/// Who gets which share of production traffic: all of it goes to what serves, except for what a
/// rollout has given to green.
fn traffic(
    serving: &Serving,
    rollout: Option<&RolloutState>,
    green: Option<&Digest>,
    records: &[Record],
) -> Vec<view::Portion> {
    let share = rollout.map_or(0.0, |rollout| rollout.share);
    let blue = serving.digest.as_ref().filter(|digest| Some(*digest) != green);
    let portions = [(blue, if green.is_some() { 100.0 - share } else { 100.0 }), (green, share)];
    let portion = |(digest, percent): (Option<&Digest>, f64)| {
        let digest = digest.filter(|_| percent > 0.0)?;
        Some(view::Portion { release: release(digest, records), percent })
    };
    portions.into_iter().filter_map(portion).collect()
}
