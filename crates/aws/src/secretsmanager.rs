//! Secrets, with the ones they were before: Secrets Manager.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use domain::Failure;

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// The secrets of the account.
#[derive(Debug, Clone)]
pub struct SecretsManager {
    client: Client,
}

/// The version that is in force.
const CURRENT: &str = "AWSCURRENT";
/// The version before it, from the first rotation on.
const PREVIOUS: &str = "AWSPREVIOUS";

impl SecretsManager {
    /// Secrets Manager of the account and region that `config` names.
    pub fn new(config: &Config) -> Self {
        Self { client: client!(config, aws_sdk_secretsmanager) }
    }

    /// The current value of a secret, then the previous one if there is one: what was signed just
    /// before a rotation is still good.
    ///
    /// # Errors
    /// [`Failure::Refused`] when there is no such secret. No message has a value in it.
    pub async fn secrets(&self, id: &str) -> Result<Vec<String>, Failure> {
        let current = self.value(id, CURRENT).await?;
        let current = current
            .ok_or_else(|| Failure::Refused(format!("there is no secret {id} with a value")))?;
        let previous = self.value(id, PREVIOUS).await?;

        Ok([Some(current), previous].into_iter().flatten().collect())
    }

    /// The value of the version with the label `stage`, if there is one.
    async fn value(&self, id: &str, stage: &str) -> Result<Option<String>, Failure> {
        let found = self.client.get_secret_value().secret_id(id).version_stage(stage).send().await;

        match found {
            Ok(found) => match found.secret_string {
                Some(value) => Ok(Some(value)),
                None => Err(Failure::Refused(format!(
                    "the secret {id} ({stage}) is binary; a text was expected"
                ))),
            },
            Err(error) => match error.as_service_error() {
                Some(GetSecretValueError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(failure(&format!("read the secret {id} ({stage})"), &error)),
            },
        }
    }
}
