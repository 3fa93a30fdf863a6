//! `X-Hub-Signature-256`: that a body comes from someone who knows the secret
//! (<https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>).

use domain::secrets::Secrets;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Refusal;

/// Checks the header against the raw bytes of the body, in constant time.
///
/// It comes before any parsing: whoever does not know the secret gets at nothing but this.
pub fn check(secrets: &Secrets, header: Option<&str>, body: &[u8]) -> Result<(), Refusal> {
    let header = header.ok_or(Refusal::Unsigned)?.trim();
    let signature = header
        .strip_prefix("sha256=")
        .and_then(|digits| hex::decode(digits).ok())
        .ok_or(Refusal::Forged)?;

    if secrets.each().any(|secret| mac(secret, body).verify_slice(&signature).is_ok()) {
        Ok(())
    } else {
        Err(Refusal::Forged)
    }
}

/// The header that GitHub would send with a body.
pub fn sign(secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(mac(secret.as_bytes(), body).finalize().into_bytes()))
}

fn mac(secret: &[u8], body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub's own example, from the page above.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const HEADER: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn secrets() -> Secrets {
        Secrets::new(SECRET).unwrap()
    }

    #[test]
    fn the_example_of_github_is_accepted() {
        assert_eq!(sign(SECRET, BODY), HEADER);
        assert_eq!(check(&secrets(), Some(HEADER), BODY), Ok(()));
    }

    #[test]
    fn a_missing_signature_is_told_from_a_wrong_one() {
        assert_eq!(check(&secrets(), None, BODY), Err(Refusal::Unsigned));
        for header in ["", "sha256=", "sha256=zz", "sha1=00", &HEADER[7..], &HEADER[..70]] {
            assert_eq!(check(&secrets(), Some(header), BODY), Err(Refusal::Forged), "{header}");
        }
    }

    #[test]
    fn one_changed_byte_is_noticed() {
        assert_eq!(check(&secrets(), Some(HEADER), b"Hello, World?"), Err(Refusal::Forged));
        assert_eq!(
            check(&Secrets::new("guess").unwrap(), Some(HEADER), BODY),
            Err(Refusal::Forged)
        );
    }

    #[test]
    fn both_secrets_are_accepted_while_they_are_changed() {
        let secrets = Secrets::new("new").unwrap().accepting(SECRET).unwrap();

        assert_eq!(check(&secrets, Some(&sign("new", BODY)), BODY), Ok(()));
        assert_eq!(check(&secrets, Some(HEADER), BODY), Ok(()));
        assert_eq!(check(&secrets, Some(&sign("older", BODY)), BODY), Err(Refusal::Forged));
    }
}
