//! The client of GitHub's deployments against a GitHub on loopback, and what people see there.

mod access;
mod github;
mod seen;
mod trouble;

use domain::marking::{Light, Mark, Status};
use github::{GitHub, Hands};
use serde_json::json;

use ::github::deployments::{Access, Deployments};

/// A client that shows a person's token.
fn client(github: &GitHub) -> Deployments<Hands> {
    let access = Access::token(github::TOKEN).expect("a token");
    Deployments::new(&github.url, Some(access), github.clock.clone())
}

/// What is to be shown of a deployment of `checkout`, which brings this tag.
fn mark(deployment: &str, tag: &str, light: Light, why: &str) -> Mark {
    let mark = json!({
        "deployment": deployment, "service": "checkout", "title": format!("checkout {tag}"),
        "shown": {
            "repository": "acme/checkout", "environment": "production",
            "url": "https://shop.example.com"
        },
        "reference": tag, "status": Status::new(light, why)
    });
    serde_json::from_value(mark).expect("a mark")
}

/// The same of another repository.
fn elsewhere(mark: Mark, repository: &str) -> Mark {
    let mut mark = mark;
    mark.shown.repository = repository.parse().expect("a repository");
    mark
}

fn begins() -> Mark {
    mark("checkout-1", "v1.0.0", Light::InProgress, "is about to begin")
}
