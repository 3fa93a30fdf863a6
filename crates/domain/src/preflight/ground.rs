//! What a service stands on.

use std::collections::BTreeMap;

use super::known::{Each, Known};
use super::role::Role;
use super::routing::{Group, Rule};
use super::secret::{Held, Secret};
use super::task::{Blueprint, LogGroup};
use super::wiring::Wiring;
use crate::metric::Series;

/// What a service stands on, as far as it could be looked at. What is not there is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// How it is set up.
    pub wiring: Known<Wiring>,
    /// What the task definition asks for from which green is made.
    pub blueprint: Known<Option<Blueprint>>,
    /// Its target groups.
    pub groups: Each<Group>,
    /// The rules, or listeners, before them.
    pub rules: Each<Rule>,
    /// The roles that AWS takes on for it.
    pub roles: Each<Role>,
    /// How many vCPUs of Fargate are left to the account; not asked where others carry its tasks.
    pub vcpus: Option<Known<Series>>,
    /// The secrets that its tasks are given.
    pub secrets: BTreeMap<Secret, Known<Held>>,
    /// The logs that they print to.
    pub logs: BTreeMap<LogGroup, Known<bool>>,
}
