//! Whom we ask for a token, and whether they may see the login.
//!
//! A registry says in its answer where tokens are to be had. Whoever can change that answer, or
//! write it, could name a server of their own and read the password there. So the login is shown
//! to the registry itself, to the realms that are known to be another host of the same registry,
//! and to the one that the login names: to nobody because a registry says so. A shared parent
//! domain is not enough: under `azurecr.io` or `amazonaws.com` everybody may have a host.

use domain::Failure;
use reqwest::Url;

use super::login::Login;
use super::repository::{Repository, is_loopback};
use crate::http::shortened;

/// Registries whose tokens are given by another host of theirs.
const KNOWN: [(&str, &str); 2] =
    [("docker.io", "auth.docker.io"), ("registry.gitlab.com", "gitlab.com")];

/// The realm that a registry named, if it may be asked: with `login`, which is for this registry,
/// or by nobody in particular.
pub(super) fn trusted(
    repository: &Repository,
    login: Option<&Login>,
    named: &str,
) -> Result<Url, Failure> {
    let registry = &repository.registry;
    let unreadable = || {
        Failure::Unavailable(format!(
            "{registry} says that tokens are to be had from {:?}, which cannot be asked safely",
            shortened(named)
        ))
    };
    let realm = Url::parse(named).map_err(|_| unreadable())?;
    let host = realm.host_str().unwrap_or_default().to_owned();
    let plain = !realm.username().is_empty() || realm.password().is_some();
    let private = match repository.is_local() {
        // A registry on this machine may have its realm there too, and only there without TLS.
        true => realm.scheme() == "https" || (realm.scheme() == "http" && is_loopback(&realm)),
        false => realm.scheme() == "https" && !is_loopback(&realm),
    };
    if plain || !private {
        return Err(unreadable());
    }

    let local = repository.is_local() && is_loopback(&realm);
    let known = KNOWN.contains(&(registry.as_str(), host.as_str()));
    let may_see = |login: &Login| {
        host == repository.host || local || known || login.realm() == Some(host.as_str())
    };
    match login {
        Some(login) if !may_see(login) => Err(Failure::Refused(format!(
            "{registry} wants its login sent to {host}, and it was not: if tokens of {registry} are given there, add `\"realm\": \"{host}\"` to the login"
        ))),
        _ => Ok(realm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(image: &str) -> Repository {
        Repository::of(&image.parse().expect("an image")).expect("a repository")
    }

    fn with_login(image: &str, named: &str) -> Result<Url, Failure> {
        let repository = repository(image);
        let login = Login::new("robot", "hush").to(&repository.registry);
        trusted(&repository, Some(&login), named)
    }

    #[test]
    fn a_login_is_shown_to_the_registry_and_to_known_realms() {
        for (image, realm) in [
            ("ghcr.io/a/b", "https://ghcr.io/token"),
            ("docker.io/a/b", "https://auth.docker.io/token"),
            ("registry.gitlab.com/a/b", "https://gitlab.com/jwt/auth"),
            ("registry.example.com:5000/a", "https://registry.example.com/auth?x=1"),
            ("localhost:5000/a", "http://127.0.0.1:5001/token"),
        ] {
            assert!(with_login(image, realm).is_ok(), "{image} {realm}");
        }
    }

    #[test]
    fn a_login_is_shown_to_nobody_else() {
        for (image, realm) in [
            ("ghcr.io/a/b", "https://evil.example/token"),
            ("ghcr.io/a/b", "https://ghcr.io.evil.example/token"),
            ("ghcr.io/a/b", "https://auth.docker.io/token"),
            ("acme.azurecr.io/a", "https://evil.azurecr.io/token"),
            ("registry.example.com/a", "https://git.example.com/jwt/auth"),
            ("localhost:5000/a", "https://evil.example/token"),
        ] {
            let failure = with_login(image, realm).expect_err(realm);

            assert_eq!(failure.name(), "Refused", "{failure}");
            assert!(failure.to_string().contains("add `\"realm\": \""), "{failure}");
        }
    }

    #[test]
    fn a_login_may_name_the_realm() {
        let repository = repository("registry.example.com/a");
        let login =
            Login::new("robot", "hush").to("registry.example.com").with_realm("git.example.com");

        let asked = |realm: &str| trusted(&repository, Some(&login), realm);

        assert!(asked("https://git.example.com/jwt/auth").is_ok());
        assert!(asked("https://evil.example/jwt/auth").is_err());
    }

    #[test]
    fn nobody_in_particular_may_ask_any_realm_that_has_tls() {
        let repository = repository("ghcr.io/a/b");

        assert!(trusted(&repository, None, "https://tokens.example/").is_ok());
    }

    #[test]
    fn nothing_is_asked_where_others_listen_or_on_this_machine() {
        for realm in [
            "http://ghcr.io/token",
            "https://localhost/token",
            "https://127.0.0.1/token",
            "https://[::1]/token",
            "https://robot:x@ghcr.io/token",
            "file:///etc/passwd",
            "/token",
            "",
        ] {
            let repository = repository("ghcr.io/a/b");
            let failure = trusted(&repository, None, realm).expect_err(realm);

            assert_eq!(failure.name(), "Unavailable", "{failure}");
        }
    }
}
