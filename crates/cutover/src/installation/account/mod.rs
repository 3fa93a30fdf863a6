//! The Cutover in an AWS account, asked with the credentials of whoever asks.

mod following;
mod going_back;
mod outlook;
mod people;
mod quarantine;
mod settings;
mod standing;
mod trouble;

use std::io;

use ::aws::{
    CloudWatch, Config, DynamoDb, Ecs, EventBridge, Ssm, StateMachine, StepFunctions, SystemClock,
};
use domain::Failure;
use domain::name::{DeploymentId, ServiceName};
use domain::record::Record;
use domain::request::Request;
use domain::service::ServiceDocument;
use local::door::view::Started;
use serde_json::json;
use tracing_subscriber::EnvFilter;
use workflow::ports::{Catalog, Clock, Ledger};

pub(crate) use self::following::Following;
use self::settings::Settings;
use self::trouble::trouble;
use crate::console::errors_have_colours;
use crate::problem::{Problem, Trouble};

/// Beside what goes wrong: a service whose document cannot be read is left out, and a bus that does
/// not take an event is not waited for; both are told.
const LOGGED: &str = "error,aws::ssm=warn,workflow::progress=warn";

/// The Cutover in an AWS account.
#[derive(Debug)]
pub(crate) struct Account {
    config: Config,
    settings: Settings,
    catalog: Ssm,
    ledger: DynamoDb,
    deployments: StateMachine,
    rollbacks: StateMachine,
    fleet: Ecs,
    alarms: CloudWatch,
    callbacks: StepFunctions,
    bus: EventBridge,
}

impl Account {
    /// Finds it by its settings.
    pub(crate) async fn open(
        profile: Option<&str>,
        region: Option<&str>,
        settings: Option<&str>,
    ) -> Result<Self, Trouble> {
        log();

        let config = ::aws::Config::of_profile(profile, region).await;
        let Some(region) = config.region() else {
            return Err(Problem::with("the settings of AWS", "no region is set")
                .remedy("give one with --region, in AWS_REGION, or in the profile")
                .into());
        };
        let settings = Settings::find(&config, region, settings).await?;
        Ok(Self {
            catalog: Ssm::new(&config, settings.services.as_str()),
            ledger: DynamoDb::new(&config, settings.table.as_str()),
            deployments: StateMachine::new(&config, settings.machines.deployment.as_str()),
            rollbacks: StateMachine::new(&config, settings.machines.rollback.as_str()),
            fleet: Ecs::new(&config),
            alarms: CloudWatch::new(&config),
            callbacks: StepFunctions::new(&config),
            bus: EventBridge::new(&config, settings.bus.as_str()),
            settings,
            config,
        })
    }

    /// The text of a service's document, and the parameter it is in.
    async fn document_text(&self, service: &ServiceName) -> Result<(String, String), Trouble> {
        let what = format!("read the document of {service}");
        let parameter = self.settings.document(service);
        let text = self.catalog.parameter(&parameter).await;
        match text.map_err(|failure| trouble(&what, &failure))? {
            Some(text) => Ok((parameter, text)),
            None => Err(self.unknown(&what, service).await),
        }
    }

    /// A service's document.
    async fn document(
        &self,
        what: &str,
        service: &ServiceName,
    ) -> Result<ServiceDocument, Trouble> {
        match self.catalog.service(service).await {
            Ok(document) => Ok(document),
            Err(Failure::Refused(why)) if why.starts_with("there is no service") => {
                Err(self.unknown(what, service).await)
            }
            Err(failure) => Err(trouble(what, &failure)),
        }
    }

    /// There is no such service; which are there?
    async fn unknown(&self, what: &str, service: &ServiceName) -> Trouble {
        let services = match self.catalog.services().await {
            Ok(services) => services,
            Err(failure) => return trouble(what, &failure),
        };
        let known: Vec<_> = services.iter().map(|it| it.name.to_string()).collect();
        let known = match known.as_slice() {
            [] => "none at all".to_owned(),
            some => format!("only {}", some.join(", ")),
        };
        let parameter = self.settings.document(service);
        Problem::with(what, format!("there is no service {service} under Cutover, {known}"))
            .remedy(format!("correct the name, or put its document into the parameter {parameter}"))
            .into()
    }

    pub(super) async fn history(
        &self,
        service: &ServiceName,
        most: u16,
    ) -> Result<Vec<Record>, Trouble> {
        let what = format!("look up the history of {service}");
        let records = self.ledger.history(service, most.into()).await;
        let records = records.map_err(|failure| trouble(&what, &failure))?;
        if records.is_empty() {
            // No deployments, or no such service?
            self.document(&what, service).await?;
        }
        Ok(records)
    }

    pub(super) async fn record(&self, deployment: &DeploymentId) -> Result<Record, Trouble> {
        let what = format!("look up {deployment}");
        let record = self.ledger.record(deployment).await;
        record.map_err(|failure| trouble(&what, &failure))?.ok_or_else(|| {
            let nothing = format!("nothing is recorded of a deployment {deployment}");
            let remedy = "`cutover history SERVICE` shows which there are";
            Problem::with(what, nothing).remedy(remedy).into()
        })
    }

    pub(super) async fn deploy(&self, request: Request) -> Result<Started, Trouble> {
        let what = format!("deploy {}", request.title());
        self.document(&what, &request.service).await?;
        self.start(&what, request).await
    }

    /// Starts a deployment of a service that there is.
    async fn start(&self, what: &str, request: Request) -> Result<Started, Trouble> {
        // The moment makes the name of what a person asks for: asking twice is meant.
        let request = Request { at: request.at.or(Some(SystemClock.now())), ..request };
        let deployment = request.execution(0);

        let started = self.deployments.start(deployment.as_str(), &json!(request)).await;

        // A name of the same moment is that of the same request, which is under way.
        started.map_err(|failure| trouble(what, &failure))?;
        Ok(Started { deployment, request })
    }

    /// Where a browser shows the execution of a deployment.
    pub(super) fn link(&self, deployment: &DeploymentId) -> Option<String> {
        self.settings.link(deployment)
    }
}

/// Tells on standard error, beside the answer. `RUST_LOG=aws::log=debug` tells every call.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let logging = tracing_subscriber::fmt().with_env_filter(filter);
    let logging = logging.without_time().with_target(false).with_ansi(errors_have_colours());
    // A second one would be a mistake of ours, and the first is good enough.
    let _ = logging.with_writer(io::stderr).try_init();
}
