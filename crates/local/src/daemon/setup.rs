//! A configuration that makes sense.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::name::{Image, Tag};
use domain::secrets::Secrets;
use github::deployments::Access;
use hcp::Hcp;

use super::config::Config;
use super::findings::Findings;
use super::hosted::Hosted;
use super::secret::{SecretSource, Token};
use super::sense::{alarms, images, replicas, secrets, services};
use crate::account::Speaker;
use crate::alarms::{Alarms, Mistakes};
use crate::databases::Pair;
use crate::processes::Artifact;

/// Everything a daemon needs to begin: a [`Config`] that was checked, with its secrets and service
/// documents read.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where the webhook and the API listen.
    pub listen: SocketAddr,
    /// The file that remembers; without one, everything is forgotten at the end.
    pub state: Option<PathBuf>,
    /// What the paths in images are relative to.
    pub home: PathBuf,
    /// What GitHub signs with. Without, every delivery is refused.
    pub secrets: Option<Secrets>,
    /// What Alertmanager shows. Without, nothing that it tells is believed.
    pub alert_tokens: Option<Secrets>,
    /// What Slack signs with. Without, nobody is heard there.
    pub slack_secrets: Option<Secrets>,
    /// What HCP Terraform signs with. Without, no run that it tells of is believed.
    pub hcp_secrets: Option<Secrets>,
    /// What the API asks for.
    pub token: Option<Token>,
    /// What is put into the registry at the start.
    pub images: Vec<(Image, Tag, Artifact)>,
    /// The services.
    pub services: Vec<Hosted>,
    /// The alarms.
    pub alarms: Alarms,
    /// The read replicas.
    pub replicas: Vec<Pair>,
    /// Who says in a chat what people are told; without, it is kept.
    pub speaker: Option<Speaker>,
    /// Where Slack is, where that is not Slack: whoever presses a button is answered there.
    pub slack_url: Option<String>,
    /// Where GitHub answers that shows deployments, and what it is shown; without, they are kept.
    pub github: Option<(String, Access)>,
    /// The HCP Terraform whose workspaces documents name; without, there are none but in memory.
    pub hcp: Option<Arc<Hcp>>,
}

impl Setup {
    /// Checks a configuration and reads what it names: secrets by `environment` and from files,
    /// service documents from files. Its paths are relative to `home`.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn of(
        config: &Config,
        home: &Path,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Mistakes> {
        let mut findings = Findings::default();

        let read = |source: &SecretSource| source.read(home, &environment);
        let webhook_secrets =
            secrets(&mut findings, "webhook_secrets", &config.webhook_secrets, read);
        let alert_tokens = secrets(&mut findings, "alert_tokens", &config.alert_tokens, read);
        let slack_secrets =
            secrets(&mut findings, "slack_signing_secrets", &config.slack_signing_secrets, read);
        let hcp_secrets =
            secrets(&mut findings, "hcp_signing_secrets", &config.hcp_signing_secrets, read);
        let token = config.api_token.as_ref().and_then(|source| {
            read(source).map_err(|(what, remedy)| findings.add("api_token", what, remedy)).ok()
        });
        if !config.listen.ip().is_loopback() && config.api_token.is_none() {
            let what = format!("{} can be reached by others, who could deploy", config.listen);
            findings.add("listen", what, "listen on 127.0.0.1, or say where an `api_token` is");
        }
        let images = images(&mut findings, config);
        let services = services(&mut findings, config, home);
        let alarms = alarms(&mut findings, config, &services);
        let replicas = replicas(&mut findings, config, &services, read);

        match findings.0.is_empty() {
            false => Err(Mistakes(findings.0)),
            true => Ok(Self {
                listen: config.listen,
                state: Some(home.join(&config.state)),
                home: home.to_owned(),
                secrets: webhook_secrets,
                alert_tokens,
                slack_secrets,
                hcp_secrets,
                token: token.map(Token::new),
                images,
                services,
                alarms,
                replicas,
                speaker: None,
                slack_url: None,
                github: None,
                hcp: None,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn config(change: impl FnOnce(&mut Value)) -> Result<Setup, Mistakes> {
        let mut config = json!({
            "state": "cutover.redb",
            "webhook_secrets": [{ "environment": "SECRET" }],
            "images": { "ghcr.io/acme/checkout": { "v1.0.0": { "command": ["./checkout"] } } },
            "services": [{
                "document": {
                    "name": "checkout", "image": "ghcr.io/acme/checkout", "cluster": "shop",
                    "tags": { "semver": "*" }, "strategy": { "blue_green": {} },
                    "ecs_service": "shop-checkout", "checks": { "alarms": ["errors"] }
                },
                "first": "v1.0.0"
            }],
            "alarms": [{
                "name": "errors", "service": "checkout", "metric": "error_rate",
                "comparison": "GreaterThanThreshold", "threshold": 0.05,
                "period_seconds": 1, "evaluation_periods": 2
            }]
        });
        change(&mut config);
        let config = Config::read(&config.to_string()).expect("it can be read");
        Setup::of(&config, Path::new("/srv"), |name| (name == "SECRET").then(|| "hush".into()))
    }

    #[test]
    fn what_makes_sense_is_taken() {
        let setup = config(|_| {}).unwrap();

        assert_eq!(setup.state.unwrap(), Path::new("/srv/cutover.redb"));
        assert_eq!(setup.services[0].settings.name, "shop-checkout");
        assert_eq!(setup.alarms.names().collect::<Vec<_>>(), ["errors"]);
        assert!(setup.secrets.is_some() && setup.token.is_none());
    }

    #[test]
    fn all_mistakes_are_told_at_once_with_their_paths_and_remedies() {
        let mistakes = config(|it| {
            it["listen"] = json!("0.0.0.0:80");
            it["webhook_secrets"] = json!([{ "environment": "OTHER" }, { "file": "missing" }]);
            it["images"]["ghcr.io/acme/checkout"]["v2"] = json!({ "command": [] });
            it["services"][0]["tasks"] = json!(0);
            it["services"][0]["first"] = json!("v3");
            it["services"][0]["settings"] = json!({
                "name": "catalog", "production_listener": "0.0.0.0:80", "idle_timeout": "0s"
            });
            let copy = it["services"][0].clone();
            it["services"].as_array_mut().unwrap().push(copy);
            it["services"].as_array_mut().unwrap().push(json!({
                "document": { "name": "Catalog" }, "first": "v1"
            }));
            it["alarms"] = json!([]);
        })
        .expect_err("many mistakes");

        let paths: Vec<_> = mistakes.0.iter().map(|mistake| mistake.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "webhook_secrets[0]",
                "webhook_secrets[1]",
                "listen",
                "images.ghcr.io/acme/checkout.v2.command",
                "services[0].settings.idle_timeout",
                "services[0].settings.production_listener",
                "services[0].tasks",
                "services[0].first",
                "services[0].settings.name",
                "services[1].settings.idle_timeout",
                "services[1].settings.production_listener",
                "services[1].tasks",
                "services[1].document",
                "services[1].first",
                "services[1].settings.name",
                "services[2].document.name",
                "services[2].document",
                "services[2].document",
                "services[2].document",
                "services[2].document",
                "the document of checkout: checks.alarms[0]",
                "the document of checkout: checks.alarms[0]",
            ],
            "{mistakes}"
        );
        assert!(mistakes.to_string().contains("\"Catalog\" is not a service name"));
    }

    #[test]
    fn a_replica_is_named_where_it_is_and_its_password_is_never_told() {
        let with = |replicas: Value| {
            let setup = config(|it| {
                it["services"][0]["document"]["checks"]["replicas"] =
                    json!({ "instances": ["orders-replica"] });
                it["replicas"] = replicas;
            });
            setup.map(|setup| format!("{:?}", setup.replicas)).map_err(|it| it.to_string())
        };
        let replica = |name: &str| {
            json!({ "name": name, "primary": { "environment": "SECRET" }, "every": "0s",
                    "replica": { "environment": "OTHER" } })
        };

        let none = with(json!([])).expect_err("it is listed");
        assert!(none.contains("checks.replicas: there is no replica `orders-replica`"), "{none}");
        let wrong = with(json!([replica("orders-replica"), replica("orders-replica")]));
        let wrong = wrong.expect_err("nothing of it is right");
        for told in [
            "replicas[0].primary: this is no connection string",
            "replicas[0].replica: the environment variable `OTHER` is not set",
            "replicas[0].every: 0s is not",
            "replicas[1].name: `orders-replica` is listed twice",
        ] {
            assert!(wrong.contains(told), "{told} is missing in\n{wrong}");
        }
        assert!(!wrong.contains("hush"), "{wrong}");
    }

    #[test]
    fn an_order_that_there_cannot_be_is_a_mistake() {
        let mistakes = config(|it| it["services"][0]["document"]["after"] = json!(["catalog"]));

        let told = mistakes.expect_err("there is no catalog").to_string();
        assert!(told.contains("after[0]: there is no service `catalog`"), "{told}");
    }
}
