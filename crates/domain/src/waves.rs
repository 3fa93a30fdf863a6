//! In which order the services of one image are deployed.

use std::collections::{BTreeSet, VecDeque};

use crate::name::ServiceName;
use crate::service::ServiceDocument;

/// Services in their order.
#[derive(Debug, Default)]
pub struct Order<'a> {
    /// Wave after wave; those of one wave go side by side.
    pub waves: Vec<Vec<&'a ServiceDocument>>,
    /// Services that have no place in any, and why, in a sentence.
    pub left_out: Vec<(&'a ServiceDocument, String)>,
}

impl<'a> Order<'a> {
    /// Puts services in waves: by their wave numbers, and of one number each in the first wave after
    /// all that it names in `after`. Names of others than these services are passed over.
    ///
    /// A service that comes after itself, by whatever way round, has no place; nor has one that comes
    /// after a service of a later wave number, or after one that has no place.
    pub fn of(services: &[&'a ServiceDocument]) -> Self {
        let mut order = Self::default();
        let mut left = services.to_vec();
        left.sort_by(|a, b| (a.wave, &a.name).cmp(&(b.wave, &b.name)));

        while let Some(number) = left.first().map(|service| service.wave) {
            let (next, later): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|service| service.wave == number);
            let (ready, mut rest): (Vec<_>, Vec<_>) =
                next.into_iter().partition(|service| order.obstacle(service, services).is_none());
            if ready.is_empty() {
                // Whoever is left waits for what does not come.
                let lost: Vec<_> = rest.drain(..).map(|it| (it, order.why(it, services))).collect();
                order.left_out.extend(lost);
            } else {
                order.waves.push(ready);
            }
            left = rest.into_iter().chain(later).collect();
        }
        order
    }

    /// The first service that another one waits for.
    fn obstacle(
        &self,
        service: &ServiceDocument,
        services: &[&'a ServiceDocument],
    ) -> Option<&'a ServiceDocument> {
        let placed =
            |name: &ServiceName| self.waves.iter().flatten().any(|placed| placed.name == *name);
        named(service, services).find(|earlier| !placed(&earlier.name))
    }

    /// Why a service has no place.
    fn why(&self, service: &'a ServiceDocument, services: &[&'a ServiceDocument]) -> String {
        let later = named(service, services).find(|earlier| earlier.wave > service.wave);
        if let Some(ServiceDocument { name, wave, .. }) = later {
            return format!(
                "it is of wave {} and comes after {name}, which is of wave {wave}",
                service.wave
            );
        }
        if let Some(circle) = circle(service, services) {
            return format!("`after` goes round in a circle: {}", circle.join(" after "));
        }
        match self.obstacle(service, services) {
            Some(ServiceDocument { name, .. }) => {
                format!("it comes after {name}, which has no place in the order itself")
            }
            None => "it has no place in the order".into(),
        }
    }
}

/// Those of `services` that one comes after.
fn named<'a>(
    service: &ServiceDocument,
    services: &[&'a ServiceDocument],
) -> impl Iterator<Item = &'a ServiceDocument> {
    service.after.iter().filter_map(|name| services.iter().find(|it| it.name == *name).copied())
}

/// The shortest way from a service back to itself, if there is one.
fn circle<'a>(
    service: &'a ServiceDocument,
    services: &[&'a ServiceDocument],
) -> Option<Vec<&'a str>> {
    let mut seen: BTreeSet<&ServiceName> = BTreeSet::new();
    let mut ways = VecDeque::from([vec![service]]);
    while let Some(way) = ways.pop_front() {
        for next in way.last().into_iter().flat_map(|last| named(last, services)) {
            let longer = [&way[..], &[next]].concat();
            if next.name == service.name {
                return Some(longer.into_iter().map(|it| it.name.as_str()).collect());
            }
            if seen.insert(&next.name) {
                ways.push_back(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn service(name: &str, wave: u16, after: &[&str]) -> ServiceDocument {
        let document = json!({
            "name": name, "image": "ghcr.io/acme/shop", "tags": { "semver": "*" },
            "cluster": "shop", "strategy": { "blue_green": {} }, "wave": wave
        });
        let document = ServiceDocument::read(&document.to_string()).expect("a document");
        // Past the check of a single document, which does not let a service name itself.
        let after = after.iter().map(|name| name.parse().expect("a name")).collect();
        ServiceDocument { after, ..document }
    }

    /// The waves as `a b | c`, and who is left out with the reason.
    fn told(services: &[ServiceDocument]) -> (String, Vec<String>) {
        let order = Order::of(&services.iter().collect::<Vec<_>>());
        let names = |wave: &Vec<&ServiceDocument>| {
            wave.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(" ")
        };
        let waves: Vec<String> = order.waves.iter().map(names).collect();
        let left_out = order.left_out.iter().map(|(it, why)| format!("{}: {why}", it.name));
        (waves.join(" | "), left_out.collect())
    }

    #[test]
    fn numbers_come_first_and_names_order_those_of_one_number() {
        for (services, waves) in [
            (vec![], ""),
            (vec![service("web", 2, &[]), service("worker", 1, &[])], "worker | web"),
            (vec![service("web", 0, &["api"]), service("api", 0, &[])], "api | web"),
            (
                vec![
                    service("a", 0, &["d", "b"]),
                    service("b", 0, &["c"]),
                    service("c", 0, &[]),
                    service("d", 0, &[]),
                    service("e", 1, &["a"]),
                    service("f", 0, &["c"]),
                ],
                "c d | b f | a | e",
            ),
            (vec![service("web", 0, &["elsewhere"])], "web"),
        ] {
            assert_eq!(told(&services), (waves.into(), vec![]));
        }
    }

    #[test]
    fn who_goes_round_in_a_circle_has_no_place_nor_has_who_comes_after() {
        let services = [
            service("a", 0, &["b"]),
            service("b", 0, &["c"]),
            service("c", 0, &["a"]),
            service("free", 0, &[]),
            service("last", 1, &["b"]),
            service("self", 3, &["self"]),
        ];

        let (waves, left_out) = told(&services);

        assert_eq!(waves, "free");
        assert_eq!(
            left_out,
            [
                "a: `after` goes round in a circle: a after b after c after a",
                "b: `after` goes round in a circle: b after c after a after b",
                "c: `after` goes round in a circle: c after a after b after c",
                "last: it comes after b, which has no place in the order itself",
                "self: `after` goes round in a circle: self after self",
            ]
        );
    }

    #[test]
    fn a_name_that_contradicts_the_numbers_has_no_place() {
        let services = [service("web", 1, &["worker"]), service("worker", 2, &[])];

        let (waves, left_out) = told(&services);

        assert_eq!(waves, "worker");
        assert_eq!(left_out, ["web: it is of wave 1 and comes after worker, which is of wave 2"]);
    }
}
