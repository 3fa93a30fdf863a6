//! What a person is told when AWS does not do what it is asked.

use std::io;

use domain::Failure;

use crate::problem::{Problem, Trouble};

/// What a person is told. `what` is what was tried: `deploy checkout v1.4.2`.
pub(super) fn trouble(what: &str, failure: &Failure) -> Trouble {
    let told = failure.to_string();
    if let Some(remedy) = remedy(&told) {
        return Problem::with(what, told).remedy(remedy).into();
    }
    match failure {
        Failure::Refused(_) | Failure::Invalid(_) => Problem::with(what, told).into(),
        Failure::Unavailable(_) | Failure::Busy(_) => {
            let told = format!("{told}; it may pass, so try again in a minute");
            Trouble::system(what)(io::Error::other(told))
        }
    }
}

/// What a person is told when nothing was wrong with what was asked, and it cannot be done as things
/// stand.
pub(super) fn unsuccessful(what: &str, failure: &Failure) -> Trouble {
    match failure {
        Failure::Refused(why) => Trouble::system(what)(io::Error::other(why.clone())),
        other => trouble(what, other),
    }
}

/// What would help, by what AWS or its SDK says.
fn remedy(told: &str) -> Option<&'static str> {
    const LOGIN: &str =
        "log in, as with `aws sso login --profile NAME`, and name the profile with --profile";
    const EXPIRED: &str = "these credentials are not, or no longer, those of this account: log in again, as \
                           with `aws sso login --profile NAME`";
    const DENIED: &str = "have it allowed for the role that is named there, or name another profile with \
                          --profile";
    let says = |words: &[&str]| words.iter().any(|word| told.contains(word));

    // Codes of the common errors of AWS APIs.
    if says(&["ExpiredToken", "UnrecognizedClient", "InvalidClientTokenId", "InvalidSignature"]) {
        return Some(EXPIRED);
    }
    if says(&["AccessDenied", "NotAuthorized", "UnauthorizedOperation"]) {
        return Some(DENIED);
    }
    // The words of the SDK's chain of credential providers, and of its SSO provider.
    says(&["credential", "SSO"]).then_some(LOGIN)
}
