//! ECS and its load balancer: our model of them, on the wire, with simulated tasks that live in real
//! time.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::Duration;

use asl::Clock;
use domain::name::Digest;
use domain::service::{Place, ServiceDocument};
use jiff::Timestamp;
use local::account::{Account, Settings, Store, images};
use local::alarms::Alarms;
use local::bus::Event;
use local::ecs::Service;
use local::simulated::{Behaviour, Simulated};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tests::Plant;
use tests::ministack::{ACCOUNT, Ministack, REGION};
use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

/// What is asked about every event that ECS tells: how often it arrives.
type Copies = dyn Fn(&Value) -> usize + Send;

/// ECS with one service.
pub(crate) struct Ecs {
    pub(crate) account: Account<Plant>,
    pub(crate) address: SocketAddr,
    copies: Arc<Mutex<Box<Copies>>>,
    tasks: Vec<AbortHandle>,
}

impl Ecs {
    /// A service that serves `blue` on two tasks, and tells its events to `aws`.
    pub(crate) async fn begin(
        document: ServiceDocument,
        blue: &Digest,
        aws: &Arc<Ministack>,
    ) -> Self {
        let clock = Clock::starting_at(Timestamp::now());
        let now: Box<dyn Fn() -> Timestamp + Send + Sync> = Box::new(move || clock.now());
        let store = Arc::new(Store::none());
        let account = Account::open(
            Settings {
                region: REGION.to_owned(),
                account: ACCOUNT.to_owned(),
                // The machines run elsewhere.
                rules: false,
                ..Settings::default()
            },
            Arc::new(Simulated::new(now)),
            Arc::clone(&store),
            images(&store).expect("an empty store"),
            Alarms::check(&[], "alarms", |_| true).expect("no alarms make sense"),
            clock,
        )
        .expect("an empty store");
        let place = document.place();
        account.add(document, blue, 2).expect("a new service");
        stands(&account, &place).await;

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let wire = tokio::spawn(local::wire::serve(account.clone(), listener)).abort_handle();
        let copies: Arc<Mutex<Box<Copies>>> = Arc::new(Mutex::new(Box::new(|_| 1)));
        let post = forward(&account, Arc::downgrade(aws), Arc::clone(&copies));
        Self { account, address, copies, tasks: vec![wire, post] }
    }

    /// Says how often each event arrives from now on: not at all, once, or more often.
    pub(crate) fn copies(&self, copies: impl Fn(&Value) -> usize + Send + 'static) {
        *self.copies.lock() = Box::new(copies);
    }

    /// Says how tasks of an image behave.
    pub(crate) fn behave(&self, digest: &Digest, behaviour: Behaviour) {
        self.account.plant().behave(digest.as_str(), behaviour);
    }

    /// How many rollouts of an image there ever were.
    pub(crate) fn rollouts(&self, document: &ServiceDocument, digest: &Digest) -> usize {
        let of_image = |service: &Service| {
            let deployments = service.deployments().into_iter();
            let revisions = deployments.filter_map(|it| {
                service
                    .revision(&it.target_service_revision.arn)
                    .map(|it| it.task_definition.image.clone())
            });
            revisions.filter(|image| image.ends_with(digest.as_str())).count()
        };
        self.account.ecs(&document.place(), of_image).expect("a service")
    }

    /// The image that has all of production, if one has.
    pub(crate) fn serves(&self, document: &ServiceDocument) -> Option<String> {
        let orders = self.account.ecs(&document.place(), Service::orders)?;
        let [(revision, local::plant::Share::ALL)] = &orders.production[..] else { return None };
        let known = orders.revisions.iter().find(|it| it.revision == *revision)?;
        known.image.split_once('@').map(|(_, digest)| digest.to_owned())
    }
}

impl Drop for Ecs {
    fn drop(&mut self) {
        self.account.close();
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Waits until the service has begun: what it began with is a deployment too.
async fn stands(account: &Account<Plant>, place: &Place) {
    let over = |service: &Service| service.deployments().iter().all(|it| it.status.is_final());
    let waiting = async {
        while account.ecs(place, over) != Some(true) {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(60), waiting).await.expect("a service that stands");
}

/// Tells the bus of AWS what ECS tells its own, in order.
fn forward(
    account: &Account<Plant>,
    aws: Weak<Ministack>,
    copies: Arc<Mutex<Box<Copies>>>,
) -> AbortHandle {
    let (sender, mut events) = unbounded_channel::<Arc<Event>>();
    account.bus().hear(move |event| {
        // Nobody listens any more when the story is over.
        let _ = sender.send(Arc::clone(event));
    });
    let posting = async move {
        while let Some(event) = events.recv().await {
            if event.source != "aws.ecs" {
                continue;
            }
            let event = json!(&*event);
            let times = copies.lock()(&event);
            for _ in 0..times {
                let Some(aws) = aws.upgrade() else { return };
                aws.emit(&event).await;
            }
        }
    };
    tokio::spawn(posting).abort_handle()
}
