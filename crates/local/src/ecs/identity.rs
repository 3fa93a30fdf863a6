//! Names: the service's ARNs, and the ids of what it makes.
//!
//! Ids are made from the service's ARN and a number, so that a model told the same gives the same
//! names, whichever process runs it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a service lives and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub name: String,
    pub cluster: String,
    pub region: String,
    pub account: String,
    pub service_arn: String,
    pub cluster_arn: String,
    space: Uuid,
}

impl Identity {
    pub(super) fn new(name: String, cluster: String, region: String, account: String) -> Self {
        let service_arn = format!("arn:aws:ecs:{region}:{account}:service/{cluster}/{name}");
        let cluster_arn = format!("arn:aws:ecs:{region}:{account}:cluster/{cluster}");
        let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, service_arn.as_bytes());
        Self { name, cluster, region, account, service_arn, cluster_arn, space }
    }

    /// `arn:aws:ecs:…:service-revision/cluster/service/4980306466373577095`.
    pub(super) fn revision_arn(&self, number: u32) -> String {
        self.arn("service-revision", &digits(self.id('r', number)))
    }

    /// `arn:aws:ecs:…:service-deployment/cluster/service/NCWGC2ZRtaawPAYrIaU53`.
    pub(super) fn deployment_arn(&self, number: u32) -> String {
        self.arn("service-deployment", &letters(self.id('d', number), 21))
    }

    /// `ecs-svc/0123456789012345678`: what *ECS Deployment State Change* calls a deployment.
    pub(super) fn deployment_id(&self, number: u32) -> String {
        format!("ecs-svc/{}", digits(self.id('e', number)))
    }

    /// `ecs-pause-…`.
    pub(super) fn hook_id(&self, number: u32) -> String {
        format!("ecs-pause-{}", letters(self.id('h', number), 22))
    }

    fn arn(&self, kind: &str, id: &str) -> String {
        let Self { region, account, cluster, name, .. } = self;
        format!("arn:aws:ecs:{region}:{account}:{kind}/{cluster}/{name}/{id}")
    }

    fn id(&self, kind: char, number: u32) -> u128 {
        let [a, b, c, d] = number.to_be_bytes();
        // The kind is an ASCII letter; ids of different kinds never come from the same bytes.
        let kind = u8::try_from(kind).unwrap_or_default();
        Uuid::new_v5(&self.space, &[kind, a, b, c, d]).as_u128()
    }
}

/// Nineteen digits, as AWS numbers revisions.
fn digits(id: u128) -> String {
    format!("{:019}", id % 10_u128.pow(19))
}

/// So many letters and digits.
fn letters(mut id: u128, length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::with_capacity(length);
    for _ in 0..length {
        let place = usize::try_from(id % 62).unwrap_or_default();
        text.push(char::from(ALPHABET[place]));
        id /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_look_like_aws_and_are_the_same_in_every_process() {
        let identity = Identity::new(
            "checkout".into(),
            "shop".into(),
            "eu-central-1".into(),
            "000000000000".into(),
        );

        insta::assert_snapshot!(
            [
                identity.service_arn.clone(),
                identity.revision_arn(1),
                identity.deployment_arn(1),
                identity.deployment_id(1),
                identity.hook_id(1),
            ]
            .join("\n"),
            @"
        arn:aws:ecs:eu-central-1:000000000000:service/shop/checkout
        arn:aws:ecs:eu-central-1:000000000000:service-revision/shop/checkout/6673735091502512057
        arn:aws:ecs:eu-central-1:000000000000:service-deployment/shop/checkout/2eISaqfIPPsAHCGreXWvc
        ecs-svc/0382495885319838121
        ecs-pause-onrJoem0uZSAyX3vZcgfJ1
        "
        );
    }
}
