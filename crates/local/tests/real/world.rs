//! A machine with one service, `shop`, whose images are kinds of the test target.

use jiff::Timestamp;
use local::plant::{Ask, Orders, Plant, RevisionOrders, Share, Standing};
use local::processes::{Artifact, Record};
use local::real::{Addresses, Real, ServiceSettings};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::target::artifact;

/// How long anything may take here on a busy machine.
pub const SOON: Duration = Duration::from_secs(30);

pub struct World {
    pub plant: Real,
    pub addresses: Addresses,
    pub record: Remembered,
}

/// Every process that was started, and whether it was told to have ended.
#[derive(Clone, Default)]
pub struct Remembered(Arc<Mutex<Vec<(u32, String, bool)>>>);

impl Record for Remembered {
    fn started(&self, pid: u32, task: &str) {
        self.0.lock().expect("no test panics here").push((pid, task.to_owned(), false));
    }

    fn ended(&self, pid: u32) {
        let mut started = self.0.lock().expect("no test panics here");
        started.iter_mut().filter(|it| it.0 == pid).for_each(|it| it.2 = true);
    }
}

impl Remembered {
    pub fn started_tasks(&self) -> Vec<(u32, String)> {
        let started = self.0.lock().expect("no test panics here");
        started.iter().map(|(pid, task, _)| (*pid, task.clone())).collect()
    }

    pub fn all_ended(&self) -> bool {
        self.0.lock().expect("no test panics here").iter().all(|it| it.2)
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut ServiceSettings)) -> Self {
        let mut settings = ServiceSettings::named("shop");
        settings.health.interval = Duration::from_millis(50);
        settings.stop_timeout = Duration::from_secs(2);
        change(&mut settings);

        let record = Remembered::default();
        let images = |image: &str, command: Option<Vec<String>>| {
            let own = (image != "unknown").then(|| artifact(image))?;
            Some(Artifact { command: command.unwrap_or_else(|| own.command.clone()), ..own })
        };
        let plant = Real::new(images, record.clone(), Timestamp::now);
        let addresses = plant.add(settings).await.expect("free ports can be listened on");
        Self { plant, addresses, record }
    }

    /// Orders tasks `(revision, image, count)` and production shares.
    pub fn order(&self, tasks: &[(&str, &str, u32)], production: &[(&str, u16)]) {
        let revision = |(revision, image, tasks): &(&str, &str, u32)| RevisionOrders {
            revision: (*revision).to_owned(),
            image: (*image).to_owned(),
            tasks: *tasks,
        };
        let orders = Orders {
            revisions: tasks.iter().map(revision).collect(),
            production: production
                .iter()
                .map(|(of, share)| ((*of).into(), Share(*share)))
                .collect(),
            test: tasks.last().map(|(of, ..)| ((*of).into(), Share::ALL)).into_iter().collect(),
        };
        self.plant.tend("shop", orders);
    }

    /// Waits until what stands is as `is` asks for, and answers with it.
    pub async fn until(&self, is: impl Fn(&[Standing]) -> bool) -> Vec<Standing> {
        let waited = tokio::time::timeout(SOON, async {
            loop {
                let standing = self.plant.standing("shop");
                if is(&standing) {
                    return standing;
                }
                self.plant.changed("shop").await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("still {:?}", self.plant.standing("shop")))
    }

    /// Waits until `revision` has this many healthy tasks and nothing starts any more.
    pub async fn until_healthy(&self, revision: &str, tasks: u32) {
        self.until(|standing| {
            let of = standing.iter().find(|it| it.revision == revision);
            of.is_some_and(|it| it.healthy == tasks && it.pending == 0)
        })
        .await;
    }

    pub async fn ask(&self, path: &str) -> Result<local::plant::Answer, String> {
        let ask =
            Ask { method: "GET".into(), path: path.into(), headers: vec![], timeout_ms: 10_000 };
        self.plant.ask("shop", &ask).await
    }
}

/// Whether a process of this pid runs.
pub fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).expect("a pid");
    rustix::process::test_kill_process(pid).is_ok()
}
