//! What a function is told by its environment.

use std::env;
use std::env::VarError;

use crate::Error;

/// Every setting there is, and what to set it to. `functions/README.md` says which function reads
/// which.
pub const SETTINGS: [(&str, &str); 22] = [
    ("CUTOVER_TABLE", "the name of the DynamoDB table that is the ledger"),
    ("CUTOVER_BUS", "the name of the EventBridge bus"),
    ("CUTOVER_SERVICES", "what the names of the service documents begin with in Parameter Store"),
    ("CUTOVER_DEPLOYMENT_MACHINE", "the ARN of the deployment state machine"),
    ("CUTOVER_RECOVERY_MACHINE", "the ARN of the recovery state machine"),
    ("CUTOVER_ROLLBACK_MACHINE", "the ARN of the rollback state machine"),
    ("CUTOVER_WEBHOOK_SECRET", "the id of GitHub's webhook secret in Secrets Manager"),
    ("CUTOVER_ALERT_SECRET", "the id of Alertmanager's bearer token in Secrets Manager"),
    ("CUTOVER_ALERT_TOPIC", "the ARN of the SNS topic that Amazon Managed Prometheus tells"),
    ("CUTOVER_REGISTRY_SECRET", "the id of the registry's login in Secrets Manager"),
    ("CUTOVER_GITHUB_SECRET", "the id of the login to GitHub in Secrets Manager"),
    ("CUTOVER_GITHUB_URL", "where GitHub answers"),
    ("CUTOVER_HCP_SIGNING_SECRET", "the id of what HCP Terraform signs with in Secrets Manager"),
    ("CUTOVER_HCP_SECRET", "the id of the token of HCP Terraform in Secrets Manager"),
    ("CUTOVER_HCP_URL", "where HCP Terraform answers"),
    ("CUTOVER_SLACK_SECRET", "the id of Slack's token or webhook address in Secrets Manager"),
    (
        "CUTOVER_SLACK_SIGNING_SECRET",
        "the id of the signing secret of Slack's app in Secrets Manager",
    ),
    ("CUTOVER_SLACK_BUTTONS", "anything, where the buttons of messages are answered"),
    ("CUTOVER_SLACK_URL", "where Slack's methods are, where that is not Slack"),
    ("CUTOVER_FOLLOWERS_TOPIC", "the ARN of the SNS topic of those who follow"),
    ("CUTOVER_OPERATORS_TOPIC", "the ARN of the SNS topic of those who are called"),
    ("CUTOVER_LOG", "the level of the log: off, error, warn, info, debug or trace"),
];

/// Reads a setting that has to be there, or says what to set.
pub fn setting(name: &str) -> Result<String, Error> {
    required(name, env::var(name))
}

/// Reads a setting that may be left out.
pub fn optional(name: &str) -> Result<Option<String>, Error> {
    match env::var(name) {
        Err(VarError::NotPresent) => Ok(None),
        found => required(name, found).map(Some),
    }
}

fn required(name: &str, found: Result<String, VarError>) -> Result<String, Error> {
    let problem = match found {
        Ok(value) if !value.trim().is_empty() => return Ok(value),
        Ok(_) => "is empty",
        Err(VarError::NotPresent) => "is not set",
        Err(VarError::NotUnicode(_)) => "is no text",
    };
    let listed = SETTINGS.iter().find(|(listed, _)| *listed == name);
    let what = listed.map_or("a value", |(_, what)| what);
    Err(Error(format!("the environment variable {name} {problem}: set it to {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_is_missing_is_told_with_what_to_set() {
        let name = "CUTOVER_TABLE";
        for (found, says) in [
            (Err(VarError::NotPresent), "CUTOVER_TABLE is not set: set it to the name of the Dyn"),
            (Ok(" ".to_owned()), "CUTOVER_TABLE is empty: set it to the name of the DynamoDB"),
            (Err(VarError::NotUnicode("x".into())), "CUTOVER_TABLE is no text: set it to"),
        ] {
            let error = required(name, found).expect_err("must be told").to_string();
            assert!(error.contains(says), "{error}");
        }
        assert_eq!(required(name, Ok("ledger".into())).unwrap(), "ledger");
    }

    #[test]
    fn a_setting_that_may_be_left_out_is_left_out() {
        assert!(setting("CUTOVER_NOWHERE_SET").is_err());
        assert_eq!(optional("CUTOVER_NOWHERE_SET").unwrap(), None);
    }
}
