//! Whether a service can do its work, and what it lacks.

use serde::Serialize;

use crate::trouble::Trouble;

/// How something stands that a service depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Standing {
    name: &'static str,
    /// Whether the service can do nothing without it. What else is gone makes it slower.
    needed: bool,
    up: bool,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

/// Whether a service can do its work, and what it lacks.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Readiness {
    pub(crate) ready: bool,
    dependencies: Vec<Standing>,
}

impl Standing {
    pub(crate) fn new(name: &'static str, needed: bool, found: Result<(), Trouble>) -> Self {
        let trouble = found.err().map(|trouble| trouble.to_string());
        Self { name, needed, up: trouble.is_none(), trouble }
    }
}

impl Readiness {
    /// It is ready when all is there that it needs. It must not be taken out of service for what it
    /// can do without: all its tasks lack that at the same time.
    pub(crate) fn of(dependencies: Vec<Standing>) -> Self {
        Self { ready: dependencies.iter().all(|it| it.up || !it.needed), dependencies }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_needed_may_be_missing() {
        let gone = || Err(Trouble::Gone("no route".to_owned()));
        let ready = |primary, replica| {
            let primary = Standing::new("primary", true, primary);
            Readiness::of(vec![primary, Standing::new("replica", false, replica)]).ready
        };

        assert!(ready(Ok(()), Ok(())));
        assert!(ready(Ok(()), gone()));
        assert!(!ready(gone(), Ok(())));
    }
}
