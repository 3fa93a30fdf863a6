//! Tells the bus that an image was pushed.

use domain::Failure;
use domain::event::Event;
use domain::release::ImagePushed;

use crate::ports::Bus;

/// Tells the bus that an image was pushed, and answers at once: GitHub waits 10 seconds and never
/// delivers again by itself. Whether the push was told before is found out by those who listen.
pub async fn receive(bus: &impl Bus, pushed: ImagePushed) -> Result<(), Failure> {
    tracing::info!(image = %pushed.image, tag = %pushed.tag, digest = %pushed.digest, "received {}:{}", pushed.image, pushed.tag);

    bus.publish(&[Event::ImagePushed(pushed)]).await
}
