//! A registry that speaks TLS, as all do that are not on this machine.

use std::sync::Arc;

use domain::Failure;
use domain::name::Digest;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use workflow::ports::Registry as _;

use super::super::wire::Patience;
use super::script::{heard, manifest, say};
use super::{ONE, Registry, digest, expect};

/// A registry `registry.example` on this machine, with a certificate for `name`.
async fn registry(name: &str) -> (u16, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .expect("the key fits the certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Who does not trust the certificate breaks off here.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let asked = heard(&mut stream).await;
                assert_eq!(asked, "HEAD v1");
                say(&mut stream, "", &asked, manifest(ONE)).await;
            });
        }
    });
    (port, certificate)
}

/// Asks `registry.example` what `v1` is, trusting `certificate` if there is one.
async fn ask(port: u16, certificate: Option<&CertificateDer<'static>>) -> Result<Digest, Failure> {
    let address = ([127, 0, 0, 1], port).into();
    let mut builder = outbound::http().resolve("registry.example", address);
    if let Some(certificate) = certificate {
        builder = builder.tls_backend_preconfigured(outbound::trusting([certificate.clone()]));
    }
    let image = format!("registry.example:{port}/acme/checkout").parse().expect("an image");
    let registry = Registry::with(builder, None, Patience::default());
    registry.digest_of(&image, &"v1".parse().expect("a tag")).await
}

#[tokio::test]
async fn a_registry_is_spoken_to_by_tls() {
    let (port, certificate) = registry("registry.example").await;

    assert_eq!(ask(port, Some(&certificate)).await, Ok(digest(ONE)));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told() {
    let (port, _) = registry("registry.example").await;

    expect(ask(port, None).await, "Unavailable", &["registry.example", "UnknownIssuer"]);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_told() {
    let (port, certificate) = registry("other.example").await;

    expect(ask(port, Some(&certificate)).await, "Unavailable", &["not valid for name"]);
}
