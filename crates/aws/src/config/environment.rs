//! What Lambda tells a function by its environment.
//!
//! `aws-config` looks in a dozen places more, and brings clients of STS and of metadata services for
//! them: a fifth of a megabyte in each function, for what Lambda never uses.

use std::env;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use domain::Failure;

use super::{Config, behavior, retries, timeouts};
use crate::http;

impl Config {
    /// Reads the credentials of the function's role, its region, and where AWS answers if that is
    /// elsewhere (`AWS_ENDPOINT_URL`, and by service `AWS_ENDPOINT_URL_ECS`).
    ///
    /// Source: the Lambda developer guide, "Defined runtime environment variables"; the AWS SDKs and
    /// Tools reference guide, "Service-specific endpoints".
    ///
    /// # Errors
    /// [`Failure::Invalid`] with the variable that is not set.
    pub fn from_env() -> Result<Self, Failure> {
        Self::read(|name| env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let needed = |name: &str| {
            let why = "Lambda sets it to what the function's role may use";
            set(name).ok_or_else(|| {
                Failure::Invalid(format!("the environment variable {name} is not set: {why}"))
            })
        };
        let credentials = Credentials::new(
            needed("AWS_ACCESS_KEY_ID")?,
            needed("AWS_SECRET_ACCESS_KEY")?,
            set("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let is_true = |name: &str| set(name).map(|value| value.eq_ignore_ascii_case("true"));

        let mut config = SdkConfig::builder()
            .behavior_version(behavior())
            .http_client(http::client())
            .timeout_config(timeouts())
            .retry_config(retries())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new(needed("AWS_REGION")?))
            .service_config(Environment);
        config.set_endpoint_url(set("AWS_ENDPOINT_URL"));
        config.set_use_fips(is_true("AWS_USE_FIPS_ENDPOINT"));
        config.set_use_dual_stack(is_true("AWS_USE_DUALSTACK_ENDPOINT"));
        Ok(Self(config.build()))
    }
}

/// What the environment says about one service: `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
#[derive(Debug)]
struct Environment;

impl LoadServiceConfig for Environment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        env::var(variable(key.env(), key.service_id())).ok().filter(|value| !value.is_empty())
    }
}

/// The name of a setting that is about one service.
fn variable(setting: &str, service: &str) -> String {
    format!("{setting}_{}", service.to_uppercase().replace(' ', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Lambda sets, but for what is left out.
    fn lambda(without: &str, name: &str) -> Option<String> {
        let set = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "ASIAROLE"),
            ("AWS_SECRET_ACCESS_KEY", "kept"),
            ("AWS_SESSION_TOKEN", "for an hour"),
            ("AWS_USE_FIPS_ENDPOINT", "true"),
            ("AWS_ENDPOINT_URL", ""),
        ];
        let set = set.into_iter().filter(|(it, _)| *it != without);
        set.map(|(it, value)| (it, value.to_owned())).find(|(it, _)| *it == name).map(|it| it.1)
    }

    #[test]
    fn a_function_is_who_lambda_says_it_is() {
        let config = Config::read(|name| lambda("", name)).expect("all is set");

        assert_eq!(config.region(), Some("eu-central-1"));
        assert_eq!(config.sdk().use_fips(), Some(true));
        assert_eq!(config.sdk().use_dual_stack(), None);
        assert_eq!(config.sdk().endpoint_url(), None, "an empty one is none");
        assert!(!format!("{config:?}").contains("kept"), "a secret is not shown");
    }

    #[test]
    fn what_is_missing_is_told_by_name() {
        for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            let failure = Config::read(|it| lambda(name, it)).expect_err("it is missing");
            assert!(failure.to_string().contains(&format!("{name} is not set")), "{failure}");
        }
        assert!(Config::read(|it| lambda("AWS_SESSION_TOKEN", it)).is_ok(), "a user's has none");
    }

    #[test]
    fn the_endpoint_of_one_service_has_its_name() {
        for (service, name) in [
            ("ECS", "AWS_ENDPOINT_URL_ECS"),
            ("CloudWatch Logs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"),
            ("Elastic Load Balancing v2", "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2"),
        ] {
            assert_eq!(variable("AWS_ENDPOINT_URL", service), name);
        }
    }
}
