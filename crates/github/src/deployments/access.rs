//! What shows GitHub that we may show deployments.

use std::fmt;

use domain::Failure;
use reqwest::header::HeaderValue;
use serde_json::Value;

#[cfg(feature = "app")]
use super::app::App;
use super::login::{bearer, invalid};

/// What shows GitHub that we may show deployments: a token of a person, or a GitHub App.
#[derive(Clone)]
pub enum Access {
    /// A token: fine-grained, with *Deployments: read and write* on the repositories.
    Token(HeaderValue),
    /// An App that is installed where the repositories are, with the same permission.
    #[cfg(feature = "app")]
    App(App),
}

impl Access {
    /// A token.
    ///
    /// # Errors
    /// [`Failure::Invalid`], which never quotes it.
    pub fn token(token: &str) -> Result<Self, Failure> {
        let token = token.trim();
        match bearer(token).filter(|_| !token.is_empty()) {
            Some(header) => Ok(Self::Token(header)),
            None => Err(invalid("has a `token` that is empty or no word")),
        }
    }

    /// Reads the JSON of a secret: `{"token": "…"}`, or of a GitHub App
    /// `{"app": "Iv23li…", "private_key": "-----BEGIN RSA PRIVATE KEY-----…"}`, where `app` is its
    /// client id or its number.
    ///
    /// # Errors
    /// [`Failure::Invalid`], which never quotes a value.
    pub fn read(secret: &str) -> Result<Self, Failure> {
        // What is wrong is told by its place only: serde would quote the value.
        let json: Value = serde_json::from_str(secret).map_err(|error| {
            invalid(&format!("is not JSON (line {}, column {})", error.line(), error.column()))
        })?;
        let fields = json.as_object().ok_or_else(|| invalid("is not a JSON object"))?;
        if let Some(other) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            let known = FIELDS.map(|name| format!("`{name}`")).join(", ");
            return Err(invalid(&format!("has a field `{other}`; known are {known}")));
        }
        let text = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            // GitHub shows the number of an App as a number.
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        match (text("token"), text("app"), text("private_key")) {
            (Some(token), None, None) => Self::token(&token),
            (None, Some(app), Some(key)) => as_app(&app, &key),
            (Some(_), _, _) => Err(invalid("has a `token` and fields of an App beside it")),
            (None, None, _) => Err(invalid("has neither a `token` nor an `app`")),
            (None, Some(_), None) => Err(invalid("has an `app` without its `private_key`")),
        }
    }
}

#[cfg(feature = "app")]
fn as_app(id: &str, private_key: &str) -> Result<Access, Failure> {
    App::new(id, private_key).map(Access::App)
}

#[cfg(not(feature = "app"))]
fn as_app(_: &str, _: &str) -> Result<Access, Failure> {
    Err(invalid("is that of a GitHub App, and this program takes a `token` only"))
}

const FIELDS: [&str; 3] = ["token", "app", "private_key"];

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(redacted)"),
            #[cfg(feature = "app")]
            Self::App(app) => app.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let access = Access::read(r#"{"token": " hush\n"}"#).unwrap();

        assert!(matches!(&access, Access::Token(header) if header == "Bearer hush"));
        assert_eq!(format!("{access:?}"), "Token(redacted)");
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_said_without_quoting_it() {
        for (secret, says) in [
            ("hush", "is not JSON (line 1, column 1)"),
            ("[\"hush\"]", "is not a JSON object"),
            ("{}", "has neither a `token` nor an `app`"),
            (r#"{"token": ""}"#, "has a `token` that is empty"),
            (r#"{"token": "hu\nsh"}"#, "has a `token` that is empty or no word"),
            (r#"{"token": "hush", "app": 7}"#, "has a `token` and fields of an App beside it"),
            (r#"{"app": 7}"#, "has an `app` without its `private_key`"),
            (r#"{"password": "hush"}"#, "has a field `password`; known are `token`, `app`"),
        ] {
            let failure = Access::read(secret).expect_err(secret);

            assert_eq!(failure.name(), "Invalid");
            assert!(failure.to_string().contains(says), "{failure}");
            assert!(!failure.to_string().contains("hush"), "{failure}");
        }
    }
}
