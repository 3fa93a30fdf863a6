//! An account with one service, and somebody who asks after it: in process or over the wire.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use asl::Clock;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use domain::name::Digest;
use domain::service::Place;
use jiff::Timestamp;
use local::account::{Account, Settings, Store, World, images};
use local::alarms::Alarms;
use local::simulated::{Behaviour, Simulated};
use tests::Plant;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One way to ask, and what it was told.
pub(crate) struct Side<F, B> {
    pub(crate) account: Account<Plant>,
    pub(crate) fleet: F,
    pub(crate) balancer: B,
    pub(crate) serving: Option<JoinHandle<std::io::Result<()>>>,
    pub(crate) tale: Vec<String>,
}

/// Where the service is.
pub(crate) fn place() -> Place {
    Place { cluster: "shop".to_owned(), service: "checkout".to_owned() }
}

/// The image of a release: all digits of its digest are the release's.
pub(crate) fn image(release: u32) -> String {
    format!("ghcr.io/acme/checkout@{}", digest(release))
}

fn digest(release: u32) -> Digest {
    let digest = format!("sha256:{}", release.to_string().repeat(64));
    digest.parse().expect("64 digits")
}

/// Who asks in process.
pub(crate) async fn in_process() -> Side<World<Plant>, World<Plant>> {
    let account = account().await;
    let (fleet, balancer) = (account.world(), account.world());
    Side { account, fleet, balancer, serving: None, tale: Vec::new() }
}

/// Who asks as the functions do on AWS, of an account that is elsewhere.
pub(crate) async fn over_the_wire() -> Side<aws::Ecs, aws::Elbv2> {
    let account = account().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let serving = tokio::spawn(local::wire::serve(account.clone(), listener));

    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2));
    let retries =
        RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("AKIATEST", "secret", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .timeout_config(timeouts.build())
        .retry_config(retries)
        .load()
        .await;
    let config = aws::Config::from(config);
    let (fleet, balancer) = (aws::Ecs::new(&config), aws::Elbv2::new(&config));
    Side { account, fleet, balancer, serving: Some(serving), tale: Vec::new() }
}

/// An account where release 1 serves on two tasks.
async fn account() -> Account<Plant> {
    let clock = Clock::starting_at(Timestamp::now());
    let now: Box<dyn Fn() -> Timestamp + Send + Sync> = Box::new(move || clock.now());
    let store = Arc::new(Store::none());
    let account = Account::open(
        Settings { rules: false, ..Settings::default() },
        Arc::new(Simulated::new(now)),
        Arc::clone(&store),
        images(&store).expect("an empty store"),
        Alarms::check(&[], "alarms", |_| true).expect("no alarms make sense"),
        clock,
    )
    .expect("an empty store");
    for release in 1..=9 {
        let behaviour = Behaviour { starts_in: Duration::from_millis(50), ..Behaviour::default() };
        account.plant().behave(digest(release).as_str(), behaviour);
    }
    account.add(tests::document("checkout", |_| {}), &digest(1), 2).expect("a new service");

    let serves = async || {
        while account.ecs(&place(), |it| it.deployments()[0].status.is_final()) != Some(true) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), serves()).await.expect("release 1 starts");
    account
}

impl<F, B> Drop for Side<F, B> {
    fn drop(&mut self) {
        self.account.close();
    }
}
