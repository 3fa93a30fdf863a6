//! Whether secrets are there that tasks are given: those of Secrets Manager, and parameters.
//!
//! Nothing is asked that would tell a value. So whether the task's execution role may read a secret,
//! or its JSON has a key, is not known: `iam:SimulatePrincipalPolicy` would tell of the role's own
//! policies, but neither of those of the secret nor of its key, and a wrong "yes" is worse than none.
//!
//! Sources: the Secrets Manager API reference, `DescribeSecret`; the Systems Manager API reference,
//! `DescribeParameters` (`GetParameter` would tell the value of what is not encrypted).

use aws_sdk_secretsmanager::operation::describe_secret::{
    DescribeSecretError, DescribeSecretOutput,
};
use aws_sdk_ssm::types::ParameterStringFilter;
use domain::Failure;
use domain::preflight::{Held, Secret};

use crate::Config;
use crate::config::client;
use crate::failure::unread;

/// The secrets that tasks are given.
#[derive(Debug, Clone)]
pub struct Vault {
    secrets: aws_sdk_secretsmanager::Client,
    parameters: aws_sdk_ssm::Client,
}

/// How many pages are read. One may be empty though there are more behind it.
const PAGES: usize = 10;

/// The label of the version that is in force.
const CURRENT: &str = "AWSCURRENT";

impl Vault {
    /// The secrets of this account, in the region that each names.
    pub fn new(config: &Config) -> Self {
        Self {
            secrets: client!(config, aws_sdk_secretsmanager),
            parameters: client!(config, aws_sdk_ssm),
        }
    }

    async fn secret(
        &self,
        id: &str,
        region: Option<&str>,
        wanted: impl Fn(&DescribeSecretOutput) -> bool,
    ) -> Result<Held, Failure> {
        let mut elsewhere = aws_sdk_secretsmanager::config::Builder::default();
        if let Some(region) = region {
            let region = aws_sdk_secretsmanager::config::Region::new(region.to_owned());
            elsewhere.set_region(Some(region));
        }
        let asked = self.secrets.describe_secret().secret_id(id).customize();
        match asked.config_override(elsewhere).send().await {
            Ok(told) if told.deleted_date().is_some() => Ok(Held::Deleted),
            Ok(told) => Ok(if wanted(&told) { Held::Yes } else { Held::Empty }),
            Err(error) => match error.as_service_error() {
                Some(DescribeSecretError::ResourceNotFoundException(_)) => Ok(Held::No),
                _ => {
                    let what = format!("describe the secret {id}");
                    Err(unread(&what, "secretsmanager:DescribeSecret", &error))
                }
            },
        }
    }

    async fn parameter(&self, name: &str, region: Option<&str>) -> Result<Held, Failure> {
        let what = format!("look for the parameter {name}");
        let called = ParameterStringFilter::builder().key("Name").option("Equals").values(name);
        let called = called
            .build()
            .map_err(|error| Failure::Invalid(format!("could not {what}: {error}")))?;
        let mut next = None;
        for _ in 0..PAGES {
            let mut elsewhere = aws_sdk_ssm::config::Builder::default();
            if let Some(region) = region {
                elsewhere.set_region(Some(aws_sdk_ssm::config::Region::new(region.to_owned())));
            }
            let asked = self.parameters.describe_parameters().parameter_filters(called.clone());
            let asked = asked.set_next_token(next).customize().config_override(elsewhere);
            let told = asked.send().await;
            let told = told.map_err(|error| unread(&what, "ssm:DescribeParameters", &error))?;
            if told.parameters().iter().any(|it| it.name() == Some(name)) {
                return Ok(Held::Yes);
            }
            next = told.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(Held::No);
            }
        }
        Err(Failure::Refused(format!("could not {what}: it is on none of the first {PAGES} pages")))
    }
}

impl workflow::ports::Vault for Vault {
    async fn holds(&self, secret: &Secret) -> Result<Held, Failure> {
        match secret {
            Secret::Manager { id, region, stage, version } => {
                let stage = stage.as_deref().unwrap_or(CURRENT);
                let wanted = |told: &DescribeSecretOutput| {
                    let versions = told.version_ids_to_stages().into_iter().flatten();
                    versions.into_iter().any(|(id, stages)| match version {
                        Some(version) => id == version,
                        None => stages.iter().any(|it| it == stage),
                    })
                };
                self.secret(id, region.as_deref(), wanted).await
            }
            Secret::Parameter { name, region } => self.parameter(name, region.as_deref()).await,
        }
    }
}
