//! Where everything is: the parameter that Terraform writes for the command line.

use ::aws::{Config, Ssm};
use domain::name::{DeploymentId, ServiceName};
use serde::Deserialize;

use super::trouble::trouble;
use crate::problem::{Problem, Trouble};

/// The parameter, where nobody names another.
const USUAL: &str = "/cutover/settings";

/// What the parameter says. It says more, of which the command line needs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Settings {
    /// The table of the ledger.
    pub(super) table: String,
    /// The bus.
    pub(super) bus: String,
    /// What the parameters of the service documents begin with.
    pub(super) services: String,
    /// The secret with the login to the registry, if there is one.
    #[serde(default)]
    pub(super) registry: Option<String>,
    /// The state machines.
    pub(super) machines: Machines,
}

/// The ARNs of the state machines.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Machines {
    /// The one that deploys.
    pub(super) deployment: String,
    /// The one that goes back.
    pub(super) rollback: String,
}

impl Settings {
    /// Reads the settings of the Cutover in this account and region.
    pub(super) async fn find(
        config: &Config,
        region: &str,
        parameter: Option<&str>,
    ) -> Result<Self, Trouble> {
        let parameter = parameter.unwrap_or(USUAL);
        let place = format!("the parameter {parameter} in {region}");
        let text = Ssm::new(config, "/").parameter(parameter).await;
        let text = text.map_err(|failure| trouble("find Cutover in this account", &failure))?;
        let Some(text) = text else {
            return Err(Problem::with(place, "there is no such parameter: Cutover is not here")
                .remedy("say with --region, --profile or --settings where it is, or apply its Terraform")
                .into());
        };
        serde_json::from_str(&text).map_err(|error| {
            Problem::with(place, format!("these are no settings of Cutover: {error}"))
                .remedy("apply its Terraform, which writes them, or name another with --settings")
                .into()
        })
    }

    /// The parameter of a service's document.
    pub(super) fn document(&self, service: &ServiceName) -> String {
        format!("{}/{service}", self.services.trim_end_matches('/'))
    }

    /// Where a browser shows an execution: `…/states/home?region=…#/v2/executions/details/<arn>`.
    pub(super) fn link(&self, deployment: &DeploymentId) -> Option<String> {
        let begins = ::aws::log_address(&self.machines.deployment)?;
        Some(format!("{begins}{deployment}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(machine: &str) -> Settings {
        let settings = serde_json::json!({
            "table": "cutover", "bus": "cutover", "services": "/cutover/services/",
            "machines": { "release": "a", "deployment": machine, "rollback": "b", "recovery": "c" }
        });
        serde_json::from_value(settings).unwrap()
    }

    #[test]
    fn an_execution_is_shown_by_the_console_of_its_partition() {
        let link = |machine: &str| settings(machine).link(&"checkout-1".parse().unwrap());

        assert_eq!(
            link("arn:aws:states:eu-central-1:123456789012:stateMachine:cutover-deployment")
                .unwrap(),
            "https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/\
             details/arn:aws:states:eu-central-1:123456789012:execution:cutover-deployment:checkout-1"
        );
        let china =
            link("arn:aws-cn:states:cn-north-1:123456789012:stateMachine:cutover-deployment");
        assert!(china.unwrap().starts_with("https://cn-north-1.console.amazonaws.cn/states/"));
        assert_eq!(link("cutover-deployment"), None);
    }

    #[test]
    fn a_document_is_found_whether_or_not_the_prefix_ends_with_a_slash() {
        let mut settings = settings("a");
        for prefix in ["/cutover/services/", "/cutover/services"] {
            settings.services = prefix.to_owned();
            let name = "checkout".parse().unwrap();
            assert_eq!(settings.document(&name), "/cutover/services/checkout");
        }
    }
}
