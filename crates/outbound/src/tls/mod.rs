//! Whom we trust, and by what cryptography.
//!
//! One configuration for AWS, the registry, GitHub, Slack, HCP Terraform, Prometheus and green, so
//! that a process reads the system's certificates once and carries one library of cryptography. That
//! is *ring*: `aws-lc-rs`, which `rustls` has by default, is several times as large, and a function is
//! loaded before it starts. What it has and *ring* has not is a post-quantum key exchange.

mod crypto;

use std::sync::{Arc, LazyLock};

use rustls::client::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::{DEFAULT_VERSIONS, RootCertStore};

/// TLS 1.2 and 1.3, with whoever can show a certificate that this system trusts.
///
/// The certificates are where the system has them, or where `SSL_CERT_FILE` or `SSL_CERT_DIR` say, as a
/// company says whose proxy reads along.
pub fn tls() -> ClientConfig {
    static SYSTEM: LazyLock<ClientConfig> = LazyLock::new(|| trusting(system()));
    SYSTEM.clone()
}

/// The same, with whoever can show one that these have signed, and nobody else.
pub fn trusting(roots: impl IntoIterator<Item = CertificateDer<'static>>) -> ClientConfig {
    let mut trusted = RootCertStore::empty();
    // Some systems keep certificates that no library reads; the others are good nevertheless.
    trusted.add_parsable_certificates(roots);
    ClientConfig::builder_with_provider(Arc::new(crypto::provider()))
        .with_protocol_versions(DEFAULT_VERSIONS)
        .expect("ring speaks both versions")
        .with_root_certificates(trusted)
        .with_no_client_auth()
}

/// What the system trusts. Without any, nobody is trusted: each connection fails, and says why.
fn system() -> Vec<CertificateDer<'static>> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "could not read the system's certificates");
    }
    if found.certs.is_empty() {
        tracing::warn!("the system trusts nobody: set SSL_CERT_FILE to a file of certificates");
    }
    found.certs
}
