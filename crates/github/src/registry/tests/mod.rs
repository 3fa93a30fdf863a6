//! The client against registries that follow a script.

mod access;
mod answers;
mod script;
mod tls;
mod trouble;

use std::time::Duration;

use domain::Failure;
use domain::name::{Digest, Tag};
use workflow::ports::Registry as _;

use super::wire::Patience;
use super::{Login, Registry};
use script::Script;

const ONE: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const TWO: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// What a token of the script's realm is asked with.
const TOKEN: &str = "TOKEN service=registry&scope=repository%3Aacme%2Fcheckout%3Apull";

fn digest(text: &str) -> Digest {
    text.parse().expect("a digest")
}

/// A registry client that loses patience early.
fn impatient(login: Option<Login>) -> Registry {
    let second = Duration::from_secs(1);
    let patience = Patience { connect: second, whole: second, wait: second };
    Registry::with(outbound::http(), login, patience)
}

/// Asks what `v1` is, and makes sure that the script was followed to its end.
async fn ask(registry: &Registry, script: &Script) -> Result<Digest, Failure> {
    let tag: Tag = "v1".parse().expect("a tag");
    let answer = registry.digest_of(&script.image(), &tag).await;
    script.end();
    answer
}

/// Asks what `v1` is, with no login, and expects a failure of this name that says this.
async fn fails(script: &Script, name: &str, says: &[&str]) {
    expect(ask(&impatient(None), script).await, name, says);
}

fn expect(answer: Result<Digest, Failure>, name: &str, says: &[&str]) {
    let failure = answer.expect_err(name);
    assert_eq!(failure.name(), name, "{failure}");
    for words in says {
        assert!(failure.to_string().contains(words), "{words:?} is not in: {failure}");
    }
}
