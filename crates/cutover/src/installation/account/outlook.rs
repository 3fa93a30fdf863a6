//! What a deployment would meet if it began now: asked of AWS with the credentials of whoever asks.

use ::aws::SystemClock;
use domain::Failure;
use domain::name::ServiceName;
use domain::outlook::{Outlook, Reference};
use github::registry::{Login, Registry};

use super::Account;
use super::trouble::trouble;
use crate::commands::validate;
use crate::problem::Trouble;

impl Account {
    /// What a deployment of a service would meet if it began now: of an image, or of what serves.
    pub(crate) async fn outlook(
        &self,
        service: &ServiceName,
        image: Option<&Reference>,
    ) -> Result<Outlook, Trouble> {
        let (parameter, text) = self.document_text(service).await?;
        let place = format!("the parameter {parameter}");
        let document = validate::service_in(&place, &text).map_err(Trouble::Wrong)?;
        let what = format!("plan a deployment of {service}");
        let login = self.login().await.map_err(|failure| trouble(&what, &failure))?;

        let config = &self.config;
        let (registry, prometheus) =
            (Registry::new(login), ::aws::PrometheusServers::new(&self.config));
        let (balancer, replicas) = (::aws::Elbv2::new(config), ::aws::Rds::new(config));
        let (vault, roles) = (::aws::Vault::new(config), ::aws::Iam::new(config));
        let logs = ::aws::CloudWatchLogs::new(config);
        let (fleet, cloudwatch, ledger) = (&self.fleet, &self.alarms, &self.ledger);
        let outlook = workflow::outlook(
            &SystemClock,
            &registry,
            fleet,
            &balancer,
            &vault,
            &roles,
            &logs,
            cloudwatch,
            &prometheus,
            &replicas,
            ledger,
            document,
            image,
        );
        Box::pin(outlook).await.map_err(|failure| trouble(&what, &failure))
    }

    /// The login to the registry, if Cutover has one.
    async fn login(&self) -> Result<Option<Login>, Failure> {
        let Some(secret) = &self.settings.registry else { return Ok(None) };
        let values = ::aws::SecretsManager::new(&self.config).secrets(secret).await?;
        values.first().map(|current| Login::read(current)).transpose()
    }
}
