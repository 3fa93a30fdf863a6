//! Tells the bus what a webhook told.

use domain::Failure;
use domain::event::Event;
use domain::release::ImagePushed;
use domain::terraform::Run;
use serde::{Deserialize, Serialize};

use crate::ports::Bus;

/// What a webhook told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Received {
    /// GitHub, that an image was pushed.
    Image(ImagePushed),
    /// HCP Terraform, that a run changes something, or has ended.
    Run(Run),
}

/// Tells the bus what a webhook told, and answers at once: GitHub waits 10 seconds and never delivers
/// again by itself. Whether it was told before is found out by those who listen.
pub async fn receive(bus: &impl Bus, received: Received) -> Result<(), Failure> {
    let event = match received {
        Received::Image(pushed) => {
            tracing::info!(image = %pushed.image, tag = %pushed.tag, digest = %pushed.digest, "received {}:{}", pushed.image, pushed.tag);
            Event::ImagePushed(pushed)
        }
        Received::Run(run) => {
            tracing::info!(workspace = %run.of(), run = run.run, status = ?run.status, "received {} of {}", run.run, run.of());
            Event::TerraformRunTold(run)
        }
    };

    bus.publish(&[event]).await
}
