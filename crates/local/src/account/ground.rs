//! What services stand on beside ECS: what Terraform made, until somebody makes it otherwise.
//!
//! Whatever is named is there, unless it was taken away.

use std::collections::{BTreeMap, BTreeSet};

use domain::Failure;
use domain::name::Arn;
use domain::preflight::{
    Capacity, Forward, Group, Held, LoadBalancer, LogGroup, Purchase, Role, Rule, Secret, Wiring,
};
use domain::seconds::Seconds;
use domain::service::Place;
use parking_lot::RwLock;
use workflow::ports::{Roles, Vault};

use super::world::World;
use super::{Account, Inner, Settings};
use crate::plant::Plant;

/// What is not as it was made.
#[derive(Debug, Default)]
pub(super) struct Changes(RwLock<Changed>);

#[derive(Debug, Default)]
struct Changed {
    wirings: BTreeMap<Place, Wiring>,
    groups: BTreeMap<Arn, Group>,
    rules: BTreeMap<Arn, Rule>,
    roles: BTreeMap<Arn, Role>,
    gone: BTreeSet<String>,
    vcpus: Option<f64>,
}

impl<P: Plant> Vault for World<P> {
    async fn holds(&self, secret: &Secret) -> Result<Held, Failure> {
        let answer = async {
            let (Secret::Manager { id: name, .. } | Secret::Parameter { name, .. }) = secret;
            Ok(if self.0.is_there(name) { Held::Yes } else { Held::No })
        };
        self.0.calls.make("vault.holds", answer).await
    }
}

impl<P: Plant> Roles for World<P> {
    async fn role(&self, role: &Arn) -> Result<Option<Role>, Failure> {
        let answer = async { Ok(self.0.role(role)) };
        self.0.calls.make("roles.role", answer).await
    }
}

impl<P: Plant> Account<P> {
    /// Sets a service up otherwise.
    pub fn rewire(&self, place: &Place, change: impl FnOnce(&mut Wiring)) {
        let mut wiring = self.0.wiring(place);
        change(&mut wiring);
        self.0.ground.0.write().wirings.insert(place.clone(), wiring);
    }

    /// How a service is set up.
    pub fn wiring(&self, place: &Place) -> Wiring {
        self.0.wiring(place)
    }

    /// Sets a target group up otherwise.
    pub fn set_group(&self, group: &Arn, change: impl FnOnce(&mut Group)) {
        let mut changed = self.0.ground.0.write();
        change(changed.groups.entry(group.clone()).or_insert_with(quick));
    }

    /// Has a rule send traffic elsewhere.
    pub fn set_rule(&self, rule: &Arn, is: Rule) {
        self.0.ground.0.write().rules.insert(rule.clone(), is);
    }

    /// Has a role trust others.
    pub fn set_role(&self, role: &Arn, is: Role) {
        self.0.ground.0.write().roles.insert(role.clone(), is);
    }

    /// Leaves the account so many vCPUs of its quota of Fargate; nobody counts them otherwise.
    pub fn leave_vcpus(&self, left: f64) {
        self.0.ground.0.write().vcpus = Some(left);
    }

    /// Takes away what is called so: a target group, a rule, a role by its ARN, a secret, a log group.
    pub fn take_away(&self, name: impl Into<String>) {
        self.0.ground.0.write().gone.insert(name.into());
    }

    pub(crate) fn group(&self, group: &Arn) -> Option<Group> {
        self.0.group(group)
    }

    pub(crate) fn rule(&self, rule: &Arn) -> Option<Rule> {
        self.0.rule(rule)
    }

    /// The ARN of the role that is called so, if anything may be.
    pub(crate) fn role_arn(&self, name: &str) -> Option<Arn> {
        let Settings { account, .. } = &self.0.settings;
        let named = !name.is_empty() && !name.contains(['/', ':']);
        named.then(|| format!("arn:aws:iam::{account}:role/{name}").parse().ok())?
    }

    pub(crate) fn role(&self, role: &Arn) -> Option<Role> {
        self.0.role(role)
    }

    pub(crate) fn has_log_group(&self, name: &str) -> bool {
        self.0.is_there(name)
    }
}

impl<P: Plant> Inner<P> {
    fn is_there(&self, name: &str) -> bool {
        !self.ground.0.read().gone.contains(name)
    }

    pub(super) fn has_group(&self, group: &LogGroup) -> bool {
        self.is_there(&group.name)
    }

    /// Two target groups, a production rule and a test rule before them, on Fargate.
    pub(super) fn wiring(&self, place: &Place) -> Wiring {
        if let Some(changed) = self.ground.0.read().wirings.get(place) {
            return changed.clone();
        }
        let Place { cluster, service } = place;
        let Settings { account, .. } = &self.settings;
        let name = |resource: String| self.balancing(&resource);
        let role = format!("arn:aws:iam::{account}:role/ecs-infrastructure");
        let balancer = LoadBalancer {
            group: Some(name(format!("targetgroup/{service}-1/1"))),
            alternate: Some(name(format!("targetgroup/{service}-2/2"))),
            production: Some(name(format!("listener-rule/app/{cluster}/1/443/{service}"))),
            test: Some(name(format!("listener-rule/app/{cluster}/1/8443/{service}"))),
            role: Some(role.parse().expect("it has six parts")),
        };
        Wiring {
            controller: "ECS".to_owned(),
            capacity: Capacity::Fargate(Some(Purchase::OnDemand)),
            percent: (100, 200),
            balancers: vec![balancer],
            connects: false,
            hooks: Vec::new(),
        }
    }

    pub(super) fn group(&self, group: &Arn) -> Option<Group> {
        let changed = self.ground.0.read();
        let there = !changed.gone.contains(group.as_str());
        there.then(|| changed.groups.get(group).cloned().unwrap_or_else(quick))
    }

    /// One that nobody changed gives the first of its service's groups everything.
    pub(super) fn rule(&self, rule: &Arn) -> Option<Rule> {
        let changed = self.ground.0.read();
        if changed.gone.contains(rule.as_str()) {
            return None;
        }
        let known = changed.rules.get(rule).cloned();
        known.or_else(|| {
            let service = rule.as_str().rsplit('/').next()?;
            let forward = |number: u64, weight| Forward {
                group: self.balancing(&format!("targetgroup/{service}-{number}/{number}")),
                weight,
            };
            Some(Rule { forwards: vec![forward(1, 100), forward(2, 0)], sticks: None })
        })
    }

    /// One that nobody changed trusts whoever takes roles on for services.
    pub(super) fn role(&self, role: &Arn) -> Option<Role> {
        let changed = self.ground.0.read();
        let there = !changed.gone.contains(role.as_str());
        there.then(|| changed.roles.get(role).cloned().unwrap_or_else(trusting))
    }

    /// What is left of the account's quota of Fargate, if anybody counts it.
    pub(super) fn vcpus(&self) -> Option<f64> {
        self.ground.0.read().vcpus
    }

    /// The ARN of something of the load balancer.
    fn balancing(&self, resource: &str) -> Arn {
        let Settings { region, account, .. } = &self.settings;
        let arn = format!("arn:aws:elasticloadbalancing:{region}:{account}:{resource}");
        arn.parse().expect("service names and clusters have no spaces")
    }
}

/// A role that ECS takes on, for itself and for tasks.
fn trusting() -> Role {
    Role { trusts: ["ecs.amazonaws.com", "ecs-tasks.amazonaws.com"].map(str::to_owned).into() }
}

/// A target group that lets nobody wait.
fn quick() -> Group {
    Group { target_type: "ip".to_owned(), interval: Seconds(5), threshold: 2, drains: Seconds(5) }
}
