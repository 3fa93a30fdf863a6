//! How a login is shown to GitHub, and what is told of one that is none.

use domain::Failure;
use reqwest::header::HeaderValue;

/// The header that shows a token.
pub(super) fn bearer(token: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// What is wrong with a login, which is never quoted.
pub(super) fn invalid(what: &str) -> Failure {
    Failure::Invalid(format!(
        "the login to GitHub {what}: write {{\"token\": \"…\"}} or {{\"app\": \"…\", \"private_key\": \"…\"}}"
    ))
}
