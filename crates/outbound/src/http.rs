//! The client of HTTP with which we ask.

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

/// A client that says who we are, and goes where it is sent and nowhere else: who follows is led, with
/// what it carries, to where an answer says. It speaks TLS where that is built in.
pub fn http() -> ClientBuilder {
    #[expect(clippy::disallowed_methods, reason = "this is where all others find it")]
    let builder = Client::builder()
        .redirect(Policy::none())
        .user_agent(concat!("cutover/", env!("CARGO_PKG_VERSION")));
    #[cfg(feature = "tls")]
    let builder = builder.tls_backend_preconfigured(crate::tls());
    builder
}
