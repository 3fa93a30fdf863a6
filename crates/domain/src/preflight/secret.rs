//! Secrets, as task definitions name them. Their values are never read.

use std::fmt;

/// A secret that a container is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secret {
    /// One of Secrets Manager.
    Manager {
        /// Its ARN, or its name.
        id: String,
        /// The region that its ARN names.
        region: Option<String>,
        /// The label of the version that is wanted; `AWSCURRENT` if nothing is said.
        stage: Option<String>,
        /// The id of the version that is wanted.
        version: Option<String>,
    },
    /// A parameter of Systems Manager.
    Parameter {
        /// Its name.
        name: String,
        /// The region that its ARN names.
        region: Option<String>,
    },
}

/// Whether a secret can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is there.
    Yes,
    /// There is none of that name.
    No,
    /// It is going to be deleted, and cannot be read any more.
    Deleted,
    /// It has no value of the version that is wanted.
    Empty,
}

impl Secret {
    /// Reads `valueFrom`: the ARN of a secret, with what of it is wanted behind it
    /// (`arn:…:secret:<name>-<random>:<json key>:<stage>:<version>`), or a parameter by its ARN or
    /// name.
    ///
    /// Source: the ECS API reference, `Secret.valueFrom`, and the ECS developer guide, "Pass Secrets
    /// Manager secrets through Amazon ECS environment variables".
    pub fn value_from(text: &str) -> Self {
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            ["arn", _, "secretsmanager", ..] => Self::credentials(text),
            ["arn", _, "ssm", region, _, resource] => Self::Parameter {
                // `parameter/db/password` is called `/db/password`, and `parameter/token` `token`.
                name: match resource.strip_prefix("parameter/") {
                    Some(path) if path.contains('/') => format!("/{path}"),
                    Some(name) => name.to_owned(),
                    None => resource.to_owned(),
                },
                region: Some(region.to_owned()),
            },
            _ => Self::Parameter { name: text.to_owned(), region: None },
        }
    }

    /// Reads `credentialsParameter`: a secret by its ARN or name.
    pub fn credentials(text: &str) -> Self {
        let parts: Vec<&str> = text.split(':').collect();
        if parts.len() < 7 {
            return Self::Manager { id: text.to_owned(), region: None, stage: None, version: None };
        }
        let wanted = |place: usize| {
            parts.get(place).filter(|part| !part.is_empty()).map(|part| (*part).to_owned())
        };
        Self::Manager {
            id: parts[..7].join(":"),
            region: wanted(3),
            stage: wanted(8),
            version: wanted(9),
        }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manager { id, .. } => write!(f, "secret {id}"),
            Self::Parameter { name, .. } => write!(f, "parameter {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_what_a_task_definition_says() {
        let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
        let manager = |stage: Option<&str>, version: Option<&str>| Secret::Manager {
            id: arn.into(),
            region: Some("eu-west-1".into()),
            stage: stage.map(str::to_owned),
            version: version.map(str::to_owned),
        };
        let parameter = |name: &str, region: Option<&str>| Secret::Parameter {
            name: name.into(),
            region: region.map(str::to_owned),
        };
        let ssm = "arn:aws:ssm:eu-west-1:111122223333:parameter";

        for (text, secret) in [
            (arn.to_owned(), manager(None, None)),
            (format!("{arn}:password::"), manager(None, None)),
            (format!("{arn}:password:AWSPREVIOUS:"), manager(Some("AWSPREVIOUS"), None)),
            (format!("{arn}:::0a1b"), manager(None, Some("0a1b"))),
            (format!("{ssm}/db/password"), parameter("/db/password", Some("eu-west-1"))),
            (format!("{ssm}/token"), parameter("token", Some("eu-west-1"))),
            ("/db/password".to_owned(), parameter("/db/password", None)),
            ("token".to_owned(), parameter("token", None)),
        ] {
            assert_eq!(Secret::value_from(&text), secret, "{text}");
        }
        let named = Secret::Manager { id: "ghcr".into(), region: None, stage: None, version: None };
        assert_eq!(Secret::credentials("ghcr"), named);
        assert_eq!(Secret::credentials(arn), manager(None, None));
    }
}
