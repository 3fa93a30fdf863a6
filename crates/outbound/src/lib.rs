//! How we ask others: who we say we are, and whom we trust.

#[cfg(feature = "http")]
mod cause;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "http")]
pub use cause::cause;
#[cfg(feature = "http")]
pub use http::http;
#[cfg(feature = "tls")]
pub use rustls::ClientConfig;
#[cfg(feature = "tls")]
pub use tls::{tls, trusting};
