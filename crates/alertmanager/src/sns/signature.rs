//! Whether SNS signed a message.
//!
//! Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use webpki::EndEntityCert;
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;

use crate::Refusal;

/// Checks the signature of a text by a certificate in PEM, as SNS keeps it.
pub(super) fn check(text: &str, signature: &str, certificate: &[u8]) -> Result<(), Refusal> {
    let unreadable = |problem: String| Refusal::unreadable("SigningCertURL", problem);
    let der = CertificateDer::from_pem_slice(certificate)
        .map_err(|error| unreadable(format!("leads to no certificate: {error}")))?;
    let certificate = EndEntityCert::try_from(&der)
        .map_err(|error| unreadable(format!("leads to a certificate that is none: {error}")))?;
    let signature = STANDARD
        .decode(signature)
        .map_err(|error| Refusal::unreadable("Signature", format!("is no base64: {error}")))?;

    certificate
        .verify_signature(RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature)
        .map_err(|_| Refusal::Unsigned)
}
