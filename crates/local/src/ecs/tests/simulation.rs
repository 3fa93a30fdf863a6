//! A service on simulated tasks, with nobody to help it.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

use super::tale::{create, task_definition, with};
use crate::ecs::{Service, ServiceDeploymentStatus, Strategy, UpdateService};
use crate::plant::{Plant, Share};
use crate::simulated::{Behaviour, Simulated};

/// Tends and looks until the newest deployment is over; how long that took.
async fn finish(service: &mut Service, plant: &impl Plant, clock: impl Fn() -> Timestamp) -> u64 {
    let begin = Instant::now();
    loop {
        plant.tend("checkout", service.orders());
        service.observe(&plant.standing("checkout"), &[], clock());
        plant.tend("checkout", service.orders());
        let Some(wake) = service.next_wake() else {
            return begin.elapsed().as_secs();
        };
        let wait = Duration::try_from(wake.duration_since(clock())).unwrap_or_default();
        tokio::select! {
            () = plant.changed("checkout") => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_runs_by_itself_and_loses_no_request() {
    let (begin, start) = ("2026-03-01T10:00:00Z".parse::<Timestamp>().unwrap(), Instant::now());
    let clock = move || begin + SignedDuration::try_from(start.elapsed()).unwrap();
    let plant = Simulated::new(clock);
    let starts_in = Duration::from_secs(20);
    let slow = Behaviour { starts_in, ..Behaviour::default() };
    plant.behave(&format!("sha256:{:064}", 2), slow);
    let mut service = Service::create(create(), clock()).unwrap();
    assert_eq!(finish(&mut service, &plant, clock).await, 2);

    let update = UpdateService {
        task_definition: Some(task_definition(2)),
        deployment_configuration: Some(with(Strategy::Canary)),
        ..Default::default()
    };
    let deployed = clock();
    service.update(update, deployed).unwrap();
    let seconds = finish(&mut service, &plant, clock).await;

    assert_eq!(seconds, 20 + 10 * 60 + 5 * 60, "start, canary, bake");
    let deployment = &service.deployments()[0];
    assert_eq!(deployment.status, ServiceDeploymentStatus::Successful);
    let green = &deployment.target_service_revision;
    assert_eq!(green.requested_production_traffic_weight, Share::ALL);
    let all = plant.traffic("checkout", None, deployed, clock()).unwrap();
    assert_eq!((all.requests, all.unanswered), (seconds * 100, 0));
    let served = plant.traffic("checkout", Some(&green.arn), deployed, clock()).unwrap();
    assert_eq!(served.requests, 10 * 60 * 5 + 5 * 60 * 100, "5 % of the canary, all of the bake");
}
