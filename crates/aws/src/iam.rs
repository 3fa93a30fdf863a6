//! The roles that AWS takes on: IAM.
//!
//! Source: the IAM API reference, `GetRole`; the IAM user guide, "IAM JSON policy elements".

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_role::GetRoleError;
use domain::Failure;
use domain::name::Arn;
use domain::preflight::Role;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use workflow::ports::Roles;

use crate::Config;
use crate::config::client;
use crate::failure::unread;

/// The roles of this account. IAM is the same in all regions.
#[derive(Debug, Clone)]
pub struct Iam(Client);

impl Iam {
    /// A client for the roles of this account.
    pub fn new(config: &Config) -> Self {
        Self(client!(config, aws_sdk_iam))
    }
}

impl Roles for Iam {
    async fn role(&self, role: &Arn) -> Result<Option<Role>, Failure> {
        // `arn:aws:iam::123456789012:role/path/name`: the path is no part of the name.
        let name = role.as_str().rsplit('/').next().unwrap_or_default();
        let what = format!("look at the role {name}");
        let told = match self.0.get_role().role_name(name).send().await {
            Ok(told) => told.role,
            Err(error) => match error.as_service_error() {
                Some(GetRoleError::NoSuchEntityException(_)) => None,
                _ => return Err(unread(&what, "iam:GetRole", &error)),
            },
        };
        // A role of that name on another path is another role.
        let Some(told) = told.filter(|told| told.arn() == role.as_str()) else { return Ok(None) };
        let document = told.assume_role_policy_document().unwrap_or_default();
        let trusts = trusted(document).map_err(|error| {
            Failure::Refused(format!("could not {what}: its trust policy cannot be read: {error}"))
        })?;
        Ok(Some(Role { trusts }))
    }
}

/// A trust policy, as far as it tells which services may take a role on. What it denies, and under
/// which conditions it allows, is not looked at: that is known only when it happens.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    statement: OneOrMore<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: String,
    /// `{"Service": …}`, `{"AWS": …}`, or `"*"`.
    principal: Value,
    action: OneOrMore<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    More(Vec<T>),
    One(T),
}

impl<T> OneOrMore<T> {
    fn all(self) -> Vec<T> {
        match self {
            Self::More(all) => all,
            Self::One(one) => vec![one],
        }
    }
}

/// The services that a trust policy allows to take the role on. The policy is JSON, with percent
/// signs as in an address.
fn trusted(document: &str) -> Result<Vec<String>, serde_json::Error> {
    let document = percent_decode_str(document).decode_utf8_lossy();
    let policy: Policy = serde_json::from_str(&document)?;
    let lets = |action: &String| {
        matches!(action.to_ascii_lowercase().as_str(), "sts:assumerole" | "sts:*" | "*")
    };
    let mut trusted = Vec::new();
    for Statement { effect, mut principal, action } in policy.statement.all() {
        if effect != "Allow" || !action.all().iter().any(lets) {
            continue;
        }
        if let Some(services) = principal.get_mut("Service") {
            let services: OneOrMore<String> = serde_json::from_value(services.take())?;
            trusted.extend(services.all());
        }
    }
    Ok(trusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trust_policy_tells_which_services_may_take_the_role_on() {
        for (policy, services) in [
            (
                r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#,
                vec!["ecs.amazonaws.com"],
            ),
            (
                r#"{"Statement": {"Effect": "Allow", "Principal": {"Service": ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]}, "Action": ["sts:TagSession", "sts:AssumeRole"]}}"#,
                vec!["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"],
            ),
            (
                "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ecs.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3A%2A%22%7D%5D%7D",
                vec!["ecs.amazonaws.com"],
            ),
            (
                r#"{"Statement": [{"Effect": "Deny", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#,
                vec![],
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}, {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}"#,
                vec![],
            ),
            (
                r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:TagSession"}]}"#,
                vec![],
            ),
        ] {
            assert_eq!(trusted(policy).expect(policy), services, "{policy}");
        }
        for unreadable in ["", "{}", r#"{"Statement": [{"Effect": "Allow"}]}"#, "<xml/>"] {
            assert!(trusted(unreadable).is_err(), "{unreadable}");
        }
    }
}
