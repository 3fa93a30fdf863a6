//! `X-TFE-Notification-Signature`: that a body comes from someone who knows the secret
//! (<https://developer.hashicorp.com/terraform/cloud-docs/workspaces/settings/notifications>,
//! "Notification Authenticity").

use domain::secrets::Secrets;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;

use crate::Refusal;

/// The header.
pub const HEADER: &str = "x-tfe-notification-signature";

/// Checks the header against the raw bytes of the body, in constant time.
///
/// It comes before any parsing: whoever does not know the secret gets at nothing but this.
pub fn check(secrets: &Secrets, header: Option<&str>, body: &[u8]) -> Result<(), Refusal> {
    let header = header.ok_or(Refusal::Unsigned)?.trim();
    let signature = hex::decode(header).map_err(|_| Refusal::Forged)?;

    if secrets.each().any(|secret| mac(secret, body).verify_slice(&signature).is_ok()) {
        Ok(())
    } else {
        Err(Refusal::Forged)
    }
}

/// The header that HCP Terraform would send with a body.
pub fn sign(secret: &str, body: &[u8]) -> String {
    hex::encode(mac(secret.as_bytes(), body).finalize().into_bytes())
}

fn mac(secret: &[u8], body: &[u8]) -> Hmac<Sha512> {
    let mut mac = Hmac::<Sha512>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const SECRET: &str = "Jefe";
    const BODY: &[u8] = b"what do ya want for nothing?";
    const SIGNATURE: &str = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";

    #[test]
    fn the_example_of_the_standard_is_accepted() {
        let secrets = Secrets::new(SECRET).unwrap();
        assert_eq!(sign(SECRET, BODY), SIGNATURE);
        assert_eq!(check(&secrets, Some(SIGNATURE), BODY), Ok(()));
    }

    #[test]
    fn what_does_not_fit_is_told_from_what_is_missing() {
        let secrets = Secrets::new(SECRET).unwrap();
        assert_eq!(check(&secrets, None, BODY), Err(Refusal::Unsigned));
        let of_github = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        for header in ["", "zz", &SIGNATURE[..64], of_github, &sign("guess", BODY)] {
            assert_eq!(check(&secrets, Some(header), BODY), Err(Refusal::Forged), "{header}");
        }
        assert_eq!(check(&secrets, Some(SIGNATURE), b"another body"), Err(Refusal::Forged));
    }

    #[test]
    fn both_secrets_are_accepted_while_they_are_changed() {
        let secrets = Secrets::new("new").unwrap().accepting(SECRET).unwrap();
        assert_eq!(check(&secrets, Some(&sign("new", BODY)), BODY), Ok(()));
        assert_eq!(check(&secrets, Some(SIGNATURE), BODY), Ok(()));
    }
}
