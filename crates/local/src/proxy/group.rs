//! The target group of one revision.

use http::HeaderValue;
use parking_lot::RwLock;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::target::{InFlight, Target};

/// The targets that run one revision.
#[derive(Debug)]
pub(crate) struct Group {
    /// The service revision's ARN.
    pub(crate) revision: Arc<str>,
    /// The image it runs, by digest.
    pub(crate) image: Arc<str>,
    /// What answers carry as `x-cutover-revision`.
    pub(crate) revision_header: HeaderValue,
    /// What answers carry as `x-cutover-image`.
    pub(crate) image_header: HeaderValue,
    targets: RwLock<Vec<Arc<Target>>>,
    turn: AtomicUsize,
}

impl Group {
    /// A group without targets.
    pub(crate) fn new(revision: &str, image: &str) -> Arc<Self> {
        // The ARN's last part is what the console shows and what fits in a line of `curl -i`.
        let short = revision.rsplit('/').next().unwrap_or(revision);
        let header = |text: &str| {
            HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unprintable"))
        };
        Arc::new(Self {
            revision: revision.into(),
            image: image.into(),
            revision_header: header(short),
            image_header: header(image),
            targets: RwLock::default(),
            turn: AtomicUsize::new(0),
        })
    }

    /// Lets a target receive requests as soon as it is healthy.
    pub(crate) fn register(&self, target: Arc<Target>) {
        self.targets.write().push(target);
    }

    /// Lets a target receive nothing more. When this returns, every request it was given is counted
    /// as in flight: [`Group::pick`] counts under the lock that is taken here.
    pub(crate) fn deregister(&self, target: &Arc<Target>) {
        self.targets.write().retain(|it| !Arc::ptr_eq(it, target));
    }

    /// The healthy target with the fewest requests in flight, equals in turn. When none is healthy,
    /// any: a load balancer that trusts broken health checks takes down what still works ("fail
    /// open", <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>).
    /// `None` when no target is registered.
    pub(crate) fn pick(&self) -> Option<InFlight> {
        let targets = self.targets.read();
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % targets.len().max(1);
        let in_turn = || targets[first..].iter().chain(&targets[..first]);

        in_turn()
            .filter(|target| target.is_healthy())
            .min_by_key(|target| target.in_flight())
            .or_else(|| in_turn().min_by_key(|target| target.in_flight()))
            .map(InFlight::begin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, SocketAddr};

    fn target(port: u16, healthy: bool) -> Arc<Target> {
        let target = Target::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        target.set_healthy(healthy);
        target
    }

    fn port(pick: Option<&InFlight>) -> Option<u16> {
        pick.map(|pick| pick.target().address.port())
    }

    #[test]
    fn the_least_busy_healthy_target_is_picked() {
        let group = Group::new("arn:r/1", "image");
        for it in [target(1, true), target(2, true), target(3, false)] {
            group.register(it);
        }

        let held: Vec<_> = (0..4).map(|_| group.pick()).collect();

        let mut ports: Vec<_> = held.iter().map(|pick| port(pick.as_ref()).unwrap()).collect();
        ports.sort_unstable();
        assert_eq!(ports, [1, 1, 2, 2]);
    }

    #[test]
    fn when_none_is_healthy_all_are_tried_and_an_empty_group_has_nobody() {
        let group = Group::new("arn:r/1", "image");
        assert!(group.pick().is_none());

        let sick = target(1, false);
        group.register(Arc::clone(&sick));
        assert_eq!(port(group.pick().as_ref()), Some(1));

        group.deregister(&sick);
        assert!(group.pick().is_none());
    }

    #[tokio::test]
    async fn a_target_is_drained_when_its_last_request_ends() {
        let group = Group::new("arn:r/1", "image");
        let target = target(1, true);
        group.register(Arc::clone(&target));
        let request = group.pick();
        group.deregister(&target);

        let drained = tokio::spawn({
            let target = Arc::clone(&target);
            async move { target.drained().await }
        });
        tokio::task::yield_now().await;
        assert!(!drained.is_finished());

        drop(request);
        drained.await.unwrap();
    }
}
