//! What the SDK is told of a request that got no answer.

use std::error::Error;
use std::{io, iter};

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;
use hyper_util::client::legacy;
use tokio::time::error::Elapsed;

/// Sorts a failure: after what took too long and what broke on the way another try may help, after a
/// request that cannot be sent none does.
pub(super) fn told(error: legacy::Error) -> ConnectorError {
    let all = || causes(&error);
    let of_http = all().find_map(|cause| cause.downcast_ref::<hyper::Error>());
    let is = |question: fn(&hyper::Error) -> bool| of_http.is_some_and(question);

    if all().any(<dyn Error>::is::<Elapsed>) || is(hyper::Error::is_timeout) {
        ConnectorError::timeout(error.into())
    } else if is(hyper::Error::is_user) {
        ConnectorError::user(error.into())
    } else if is(hyper::Error::is_incomplete_message) {
        // The other side hung up: on a connection that was kept, perhaps before it heard us.
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    } else if error.is_connect()
        || is(hyper::Error::is_closed)
        || is(hyper::Error::is_canceled)
        || all().any(<dyn Error>::is::<io::Error>)
    {
        ConnectorError::io(error.into())
    } else {
        ConnectorError::other(error.into(), None)
    }
}

/// An error, and what it comes of.
fn causes(error: &legacy::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source())
}
