//! What is answered where we could not do what we are asked for.

use domain::Failure;
use shell::url::Response;

/// Whatever the reason, it is ours: who sent it shows it as failed, and may send it again.
pub(crate) fn late(failure: &Failure) -> Response {
    tracing::error!(failure = failure.name(), "lost a delivery: {failure}");
    Response::error(503, "Unavailable", &failure.to_string())
}
