//! Where on the web the repository of an image is.

use std::fmt;
use std::net::Ipv4Addr;

use domain::Failure;
use domain::name::Image;
use reqwest::Url;

/// One repository of one registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Repository {
    /// The registry as images name it: `ghcr.io`, `docker.io`, `localhost:5000`.
    pub(super) registry: String,
    /// Its path there: `acme/checkout`.
    pub(super) path: String,
    /// The host that answers, without its port.
    pub(super) host: String,
    /// The registry's address: `https://ghcr.io/`.
    base: Url,
}

impl Repository {
    /// Reads an image's name as Docker and ECS do: the first part is a registry if it looks like a
    /// host, else the image is Docker Hub's.
    ///
    /// Source: `ParseDockerRef` and `splitDockerDomain` of `distribution/reference`.
    pub(super) fn of(image: &Image) -> Result<Self, Failure> {
        let invalid = |what: &str| Failure::Invalid(format!("the image {image:?} {what}"));
        let (first, rest) = image.as_str().split_once('/').unwrap_or((image.as_str(), ""));
        let is_host = first.contains(['.', ':']) || first == "localhost";
        let (registry, path) = match is_host {
            true => (first, rest),
            false => ("docker.io", image.as_str()),
        };
        let path = match (registry, path.contains('/')) {
            ("docker.io", false) => format!("library/{path}"),
            _ => path.to_owned(),
        };
        // The path becomes part of an address, where `..` would lead elsewhere.
        if !path.split('/').all(is_component) {
            return Err(invalid("has a part that does not begin and end with a letter or digit"));
        }
        let answers = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
        let base = |scheme: &str| Url::parse(&format!("{scheme}://{answers}/"));
        let mut address =
            base("https").map_err(|error| invalid(&format!("names no registry: {error}")))?;
        if is_loopback(&address) {
            address = base("http").map_err(|error| invalid(&error.to_string()))?;
        }
        let host = address.host_str().unwrap_or_default().to_owned();
        Ok(Self { registry: registry.to_owned(), path, host, base: address })
    }

    /// The address of a manifest, by tag or digest.
    ///
    /// Source: the OCI distribution specification, "Pulling manifests".
    pub(super) fn manifest(&self, reference: &str) -> Url {
        let mut address = self.base.clone();
        address.set_path(&format!("/v2/{}/manifests/{reference}", self.path));
        address
    }

    /// Whether the registry is on this machine, where nobody listens between it and us.
    pub(super) fn is_local(&self) -> bool {
        is_loopback(&self.base)
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

/// Whether an address leads to this machine: the only one that is spoken to without TLS, as Docker
/// does.
pub(super) fn is_loopback(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    host == "localhost"
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn is_component(part: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    part.starts_with(plain) && part.ends_with(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(image: &str) -> Result<Repository, Failure> {
        Repository::of(&image.parse().expect("an image"))
    }

    #[test]
    fn an_image_is_asked_for_where_docker_and_ecs_would_pull_it() {
        for (image, address) in [
            ("ghcr.io/acme/checkout", "https://ghcr.io/v2/acme/checkout/manifests/v1"),
            ("docker.io/nginx", "https://registry-1.docker.io/v2/library/nginx/manifests/v1"),
            ("acme/checkout", "https://registry-1.docker.io/v2/acme/checkout/manifests/v1"),
            (
                "registry.example.com:5000/a/b/c",
                "https://registry.example.com:5000/v2/a/b/c/manifests/v1",
            ),
            ("localhost/a", "http://localhost/v2/a/manifests/v1"),
            ("localhost:5000/a", "http://localhost:5000/v2/a/manifests/v1"),
            ("127.0.0.1:5000/a", "http://127.0.0.1:5000/v2/a/manifests/v1"),
            ("10.0.0.1:5000/a", "https://10.0.0.1:5000/v2/a/manifests/v1"),
            ("127.0.0.1.example.com/a", "https://127.0.0.1.example.com/v2/a/manifests/v1"),
        ] {
            let found = repository(image).unwrap().manifest("v1");

            assert_eq!(found.as_str(), address, "{image}");
        }
    }

    #[test]
    fn an_image_that_leads_elsewhere_is_invalid() {
        for image in
            ["ghcr.io/../token", "ghcr.io/acme/..", "ghcr.io/acme/-x", "ghcr.io:x/acme", "a:b:c/d"]
        {
            let failure = repository(image).expect_err(image);

            assert_eq!(failure.name(), "Invalid", "{image}");
            assert!(failure.to_string().contains(image), "{failure}");
        }
    }
}
