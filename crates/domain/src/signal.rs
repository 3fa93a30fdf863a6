//! What an event of somebody else's means to those who wait.
//!
//! Events only wake. What is done next comes from reading the world, so little of an event counts:
//! these structs take the fields we use and let everything else be.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::failure::{Failure, decode};
use crate::name::{Arn, shortened};

/// Something happened that somebody may wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// A hook of this ECS service deployment changed.
    Hook(Arn),
    /// Something about the deployments of this ECS service changed. Which deployment is not told:
    /// `deploymentId` is not the ARN of a service deployment.
    Service(Arn),
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hook(rollout) => write!(f, "a hook of {}", shortened(rollout.to_string())),
            Self::Service(service) => {
                write!(f, "a deployment of {}", shortened(service.to_string()))
            }
        }
    }
}

/// The envelope of every event.
#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    detail_type: String,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    detail: Value,
}

impl Signal {
    /// Reads an event of the bus.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is not one that may wake somebody, or lacks what says whom.
    pub fn read(event: &Value) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Hook {
            service_deployment_arn: Arn,
        }

        let envelope: Envelope = decode(event)?;
        match envelope.detail_type.as_str() {
            "ECS Hook State Change" => {
                Ok(Self::Hook(decode::<Hook>(&envelope.detail)?.service_deployment_arn))
            }
            "ECS Deployment State Change" => {
                match envelope.resources.first().map(|arn| arn.parse()) {
                    Some(Ok(service)) => Ok(Self::Service(service)),
                    _ => Err(Failure::Invalid(
                        "at `resources[0]`: expected the ARN of an ECS service".into(),
                    )),
                }
            }
            other => Err(Failure::Invalid(format!(
                "at `detail-type`: nobody waits for {:?}",
                shortened(other.to_owned())
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_wakes_whom_it_concerns_or_is_refused_with_the_reason() {
        let service = "arn:aws:ecs:eu-west-1:123456789012:service/shop/checkout";
        let deployment = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/checkout/1";
        let read = |event: Value| Signal::read(&event).map_err(|failure| failure.to_string());

        assert_eq!(
            read(
                json!({ "detail-type": "ECS Hook State Change", "detail": { "serviceDeploymentArn": deployment, "new": 1 } })
            ),
            Ok(Signal::Hook(deployment.parse().unwrap()))
        );
        assert_eq!(
            read(
                json!({ "detail-type": "ECS Deployment State Change", "resources": [service], "detail": {} })
            ),
            Ok(Signal::Service(service.parse().unwrap()))
        );
        for (event, says) in [
            (json!({ "detail-type": "Coffee Ready" }), "nobody waits for \"Coffee Ready\""),
            // Alarms start the rollback machine.
            (
                json!({ "detail-type": "CloudWatch Alarm State Change", "detail": {} }),
                "nobody waits for \"CloudWatch Alarm State Change\"",
            ),
            (
                json!({ "detail-type": "ECS Hook State Change", "detail": {} }),
                "missing field `serviceDeploymentArn`",
            ),
            (json!({ "detail-type": "ECS Deployment State Change" }), "at `resources[0]`"),
            (json!(7), "invalid type: integer `7`"),
        ] {
            let error = read(event.clone()).expect_err("must be refused");
            assert!(error.contains(says), "{event}: {error}");
        }
    }
}
