//! A GitHub App, and what it says of itself: a JSON web token, signed with its private key.
//!
//! Source: <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::Failure;
use jiff::Timestamp;
use reqwest::header::HeaderValue;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;

use super::login::{bearer, invalid};

/// A token begins a minute ago, because clocks differ.
const BEGAN: i64 = 60;
/// How long a token is good, in seconds. GitHub takes ten minutes at most.
const GOOD_FOR: i64 = 540;

/// A GitHub App.
#[derive(Clone)]
pub struct App {
    id: String,
    key: Arc<KeyPair>,
}

impl App {
    /// The App of this client id or number, with a private key of it as GitHub gives it: in PEM.
    ///
    /// # Errors
    /// [`Failure::Invalid`], which never quotes the key.
    pub fn new(id: &str, private_key: &str) -> Result<Self, Failure> {
        if id.trim().is_empty() {
            return Err(invalid("has an `app` that is empty"));
        }
        let pem = PrivateKeyDer::from_pem_slice(private_key.as_bytes())
            .map_err(|_| invalid("has a `private_key` that is no PEM of a private key"))?;
        let key = match &pem {
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return Err(invalid("has a `private_key` that is no RSA key")),
        };
        let key = key.map_err(|_| invalid("has a `private_key` that is no RSA key"))?;
        Ok(Self { id: id.trim().into(), key: Arc::new(key) })
    }

    /// What shows, for a few minutes from now, that we are this App.
    pub(super) fn shows(&self, now: Timestamp) -> Result<HeaderValue, Failure> {
        let part = |json: serde_json::Value| BASE64.encode(json.to_string());
        let (began, ends) = (now.as_second() - BEGAN, now.as_second() + GOOD_FOR);
        let claims = json!({ "iat": began, "exp": ends, "iss": self.id });
        let said = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));

        let mut signature = vec![0; self.key.public().modulus_len()];
        let (random, said_bytes) = (SystemRandom::new(), said.as_bytes());
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &random, said_bytes, &mut signature);
        let token = signed.ok().map(|()| format!("{said}.{}", BASE64.encode(signature)));
        token
            .and_then(|token| bearer(&token))
            .ok_or_else(|| Failure::Unavailable("could not sign as the GitHub App".into()))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "App({}, its key redacted)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_told_without_quoting_it() {
        let elliptic = "-----BEGIN EC PRIVATE KEY-----\naHVzaA==\n-----END EC PRIVATE KEY-----\n";
        let broken = "-----BEGIN RSA PRIVATE KEY-----\naHVzaA==\n-----END RSA PRIVATE KEY-----\n";
        for (id, key, says) in [
            ("7", "hush", "has a `private_key` that is no PEM of a private key"),
            ("7", elliptic, "has a `private_key` that is no RSA key"),
            ("7", broken, "has a `private_key` that is no RSA key"),
            (" ", broken, "has an `app` that is empty"),
        ] {
            let failure = App::new(id, key).expect_err(says);
            assert_eq!(failure.name(), "Invalid");
            assert!(failure.to_string().contains(says), "{failure}");
            assert!(!failure.to_string().contains("hush"), "{failure}");
        }
    }
}
