//! Servers as they are met: with certificates of each kind, in either version of TLS.

use std::sync::Arc;

use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PKCS_RSA_SHA512,
    SignatureAlgorithm,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_rustls::{TlsAcceptor, TlsConnector};

const NAME: &str = "aws.example";

/// Who shows a certificate that is signed in this way, and speaks this version.
fn server(
    signed: &'static SignatureAlgorithm,
    version: &'static SupportedProtocolVersion,
) -> (ServerConfig, CertificateDer<'static>) {
    let key = KeyPair::generate_for(signed).expect("a key");
    let wanted = rcgen::CertificateParams::new([NAME.to_owned()]).expect("a name");
    let certificate = wanted.self_signed(&key).expect("a certificate").der().clone();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .expect("ring speaks it")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .expect("the key fits the certificate");
    (config, certificate)
}

/// What is heard from the server, or why nothing is.
async fn heard(server: ServerConfig, client: ClientConfig) -> Result<String, String> {
    let (near, far) = duplex(64 * 1024);
    tokio::spawn(async move {
        // Who does not trust the certificate breaks off here.
        let Ok(mut stream) = TlsAcceptor::from(Arc::new(server)).accept(far).await else { return };
        let _ = stream.write_all(b"fine").await;
        let _ = stream.shutdown().await;
    });
    let name = NAME.try_into().expect("a name");
    let connected = TlsConnector::from(Arc::new(client)).connect(name, near).await;
    let mut stream = connected.map_err(|error| error.to_string())?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await.map_err(|error| error.to_string())?;
    Ok(said)
}

#[tokio::test]
async fn whoever_is_trusted_is_understood_however_the_certificate_is_signed() {
    for signed in
        [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_RSA_SHA256, &PKCS_RSA_SHA512]
    {
        for version in [&TLS12, &TLS13] {
            let (server, certificate) = server(signed, version);

            let said = heard(server, outbound::trusting([certificate])).await;

            assert_eq!(said.as_deref(), Ok("fine"), "{signed:?} {version:?}");
        }
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_not_listened_to() {
    for trusts in [outbound::tls(), outbound::trusting([])] {
        let (server, _) = server(&PKCS_RSA_SHA256, &TLS13);

        let error = heard(server, trusts).await.expect_err("nobody vouches for it");

        assert!(error.contains("UnknownIssuer"), "{error}");
    }
}

/// What is left out of *ring* is left out on purpose: what a newer version has besides is told here.
#[test]
fn nothing_is_missing_but_a_second_cipher_and_one_curve() {
    let ours = outbound::trusting([]);
    let (ours, all) = (ours.crypto_provider(), ring::default_provider());

    let missing = |name: String, have: &[String]| (!have.contains(&name)).then_some(name);
    let suites: Vec<_> = ours.cipher_suites.iter().map(|it| format!("{:?}", it.suite())).collect();
    let theirs = all.cipher_suites.iter().map(|it| format!("{:?}", it.suite()));
    let left: Vec<_> = theirs.filter_map(|it| missing(it, &suites)).collect();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(left.iter().all(|it| it.contains("CHACHA20_POLY1305_SHA256")), "{left:?}");

    let signed = |of: &rustls::crypto::CryptoProvider| {
        let schemes = of.signature_verification_algorithms.supported_schemes();
        schemes.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>()
    };
    let schemes = signed(ours);
    let left: Vec<_> = signed(&all).into_iter().filter_map(|it| missing(it, &schemes)).collect();
    assert_eq!(left, ["ED25519"], "no authority issues such certificates");
}
