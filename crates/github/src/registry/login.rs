//! The login to a registry, and who may be shown it.

use std::fmt;

use domain::Failure;
use serde_json::Value;

/// The registry that a login is for when it does not say.
const GHCR: &str = "ghcr.io";

/// A login to one registry.
///
/// It says which one, because a service document names the registry of its image: a login that went
/// to any would be read by whoever may write a document.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    username: String,
    password: String,
    registry: String,
    realm: Option<String>,
}

impl Login {
    /// A login to GHCR: a user, and a personal access token (classic) with `read:packages`.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            registry: GHCR.into(),
            realm: None,
        }
    }

    /// The same for another registry: its name as it stands in images, `registry.example.com:5000`.
    #[must_use]
    pub fn to(self, registry: impl Into<String>) -> Self {
        Self { registry: registry.into(), ..self }
    }

    /// The same, with the host that gives tokens for the registry where that is another.
    #[must_use]
    pub fn with_realm(self, host: impl Into<String>) -> Self {
        Self { realm: Some(host.into()), ..self }
    }

    /// Reads the JSON of a secret: `{"username": "…", "password": "…"}`, as ECS has it, and what
    /// ECS does not need: `registry` where it is not GHCR, and `realm`, the host that gives its
    /// tokens, where that is another.
    ///
    /// # Errors
    /// [`Failure::Invalid`], which never quotes a value.
    pub fn read(secret: &str) -> Result<Self, Failure> {
        let json: Value = serde_json::from_str(secret)
            .map_err(|error| invalid(&format!("is not JSON: {error}")))?;
        let fields = json.as_object().ok_or_else(|| invalid("is not a JSON object"))?;
        if let Some(other) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            let known = FIELDS.map(|name| format!("`{name}`")).join(", ");
            return Err(invalid(&format!("has a field `{other}`; known are {known}")));
        }
        let text = |name: &str| match fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(invalid(&format!("has a `{name}` that is empty or not a text"))),
        };
        let required = |name: &str| text(name)?.ok_or_else(|| invalid(&format!("has no `{name}`")));

        let login = Self {
            username: required("username")?,
            password: required("password")?,
            registry: text("registry")?.unwrap_or_else(|| GHCR.into()),
            realm: text("realm")?,
        };
        // RFC 7617, section 2: the first colon ends the user's name.
        match login.username.contains(':') {
            true => Err(invalid("has a `username` with a colon, which no registry can be told")),
            false => Ok(login),
        }
    }

    pub(super) fn username(&self) -> &str {
        &self.username
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// The registry that it is for.
    pub(super) fn registry(&self) -> &str {
        &self.registry
    }

    /// The host that it names for tokens, if it names one.
    pub(super) fn realm(&self) -> Option<&str> {
        self.realm.as_deref()
    }
}

const FIELDS: [&str; 4] = ["username", "password", "registry", "realm"];

fn invalid(what: &str) -> Failure {
    Failure::Invalid(format!(
        "the registry's login {what}: write {{\"username\": \"…\", \"password\": \"…\"}}"
    ))
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login(for {}, redacted)", self.registry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_as_ecs_has_it_is_a_login_to_ghcr() {
        let login = Login::read(r#"{"username": "robot", "password": "hush"}"#).unwrap();

        assert_eq!(login, Login::new("robot", "hush"));
        assert_eq!(login.registry(), "ghcr.io");
    }

    #[test]
    fn a_secret_may_name_another_registry_and_its_realm() {
        let secret = r#"{"username": "robot", "password": "hush",
                         "registry": "registry.example.com", "realm": "git.example.com"}"#;

        let login = Login::read(secret).unwrap();

        let written = Login::new("robot", "hush").to("registry.example.com");
        assert_eq!(login, written.with_realm("git.example.com"));
    }

    #[test]
    fn a_login_is_not_shown() {
        let shown = format!("{:?}", Login::new("robot", "hush"));

        assert_eq!(shown, "Login(for ghcr.io, redacted)");
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_said_without_quoting_it() {
        for (secret, says) in [
            ("hush", "is not JSON: expected value at line 1 column 1"),
            ("[\"hush\"]", "is not a JSON object"),
            (r#"{"password": "hush"}"#, "has no `username`"),
            (r#"{"username": "robot"}"#, "has no `password`"),
            (
                r#"{"username": "robot", "password": 4242}"#,
                "has a `password` that is empty or not a text",
            ),
            (r#"{"username": " ", "password": "hush"}"#, "has a `username` that is empty"),
            (r#"{"username": "a:b", "password": "hush"}"#, "has a `username` with a colon"),
            (
                r#"{"username": "robot", "password": "hush", "host": "x"}"#,
                "has a field `host`; known are `username`, `password`, `registry`, `realm`",
            ),
        ] {
            let failure = Login::read(secret).expect_err(secret);

            assert_eq!(failure.name(), "Invalid");
            assert!(failure.to_string().contains(says), "{failure}");
            assert!(!failure.to_string().contains("hush"), "{failure}");
            assert!(!failure.to_string().contains("4242"), "{failure}");
        }
    }
}
