//! What a registry asks for before it answers: `WWW-Authenticate`.
//!
//! Source: RFC 9110, section 11.6.1, and the token specification of `distribution/distribution`.

use std::iter::Peekable;
use std::str::Chars;

/// The ways in that a registry offers, of those that we know.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    /// A token, to be had elsewhere.
    pub(super) bearer: Option<Bearer>,
    /// User and password themselves.
    pub(super) basic: bool,
}

/// Where a token is to be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    /// The address that gives it.
    pub(super) realm: String,
    /// What the registry calls itself there.
    pub(super) service: Option<String>,
}

impl Challenge {
    /// Reads the values of all `WWW-Authenticate` headers. What is not understood is passed over.
    pub(super) fn read<'a>(headers: impl Iterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        for (scheme, parameters) in headers.flat_map(challenges) {
            let parameter = |name: &str| {
                let mut all = parameters.iter();
                all.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
            };
            match (scheme.to_ascii_lowercase().as_str(), parameter("realm")) {
                ("basic", _) => found.basic = true,
                // Its `scope` is not read: we ask for what we need, whatever is offered.
                ("bearer", Some(realm)) if found.bearer.is_none() => {
                    found.bearer = Some(Bearer { realm, service: parameter("service") });
                }
                _ => {}
            }
        }
        found
    }
}

type Parameters = Vec<(String, String)>;

/// Each challenge of one header: its scheme and its parameters.
fn challenges(header: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    let mut rest = header.chars().peekable();

    loop {
        // The `=` are those behind a token in Base64, which some schemes have instead of parameters.
        while rest.next_if(|c| matches!(c, ' ' | '\t' | ',' | '=')).is_some() {}
        let word = word(&mut rest);
        if word.is_empty() {
            return found;
        }
        while rest.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
        match (rest.next_if_eq(&'='), found.last_mut()) {
            (Some(_), Some((_, parameters))) => parameters.push((word, value(&mut rest))),
            // A parameter of no challenge.
            (Some(_), None) => return found,
            (None, _) => found.push((word, Vec::new())),
        }
    }
}

/// Characters up to one that separates.
fn word(rest: &mut Peekable<Chars<'_>>) -> String {
    std::iter::from_fn(|| rest.next_if(|c| !matches!(c, ' ' | '\t' | ',' | '=' | '"'))).collect()
}

/// A value, in quotes or not.
fn value(rest: &mut Peekable<Chars<'_>>) -> String {
    while rest.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
    if rest.next_if_eq(&'"').is_none() {
        return word(rest);
    }
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => text.extend(rest.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(header: &str) -> Challenge {
        Challenge::read(std::iter::once(header))
    }

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        let bearer = Bearer { realm: realm.into(), service: service.map(str::to_owned) };
        Challenge { bearer: Some(bearer), basic: false }
    }

    #[test]
    fn what_ghcr_asks_for_is_read() {
        let header = r#"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/checkout:pull""#;

        assert_eq!(read(header), bearer("https://ghcr.io/token", Some("ghcr.io")));
    }

    #[test]
    fn however_it_is_written_it_means_the_same() {
        for header in [
            r#"bearer Realm = "https://a/t" , service="s""#,
            r#"BEARER service=s, realm="https:\/\/a/t""#,
            r#"Negotiate, Bearer realm="https://a/t", scope="x,y", service="s""#,
            r#"Newer abc==, Bearer realm="https://a/t",service="s""#,
        ] {
            assert_eq!(read(header), bearer("https://a/t", Some("s")), "{header}");
        }
    }

    #[test]
    fn a_password_itself_may_be_asked_for() {
        let asked = read(r#"Basic realm="Registry""#);

        assert_eq!(asked, Challenge { bearer: None, basic: true });
    }

    #[test]
    fn two_headers_offer_two_ways() {
        let headers = [r#"Basic realm="x""#, r#"Bearer realm="https://a/t""#];

        let asked = Challenge::read(headers.into_iter());

        assert!(asked.basic && asked.bearer.is_some());
    }

    #[test]
    fn what_is_not_understood_offers_nothing() {
        for header in
            ["", ",", "=", "realm=x", "Bearer", "Bearer service=s", "\"", "Digest realm=x"]
        {
            assert_eq!(read(header), Challenge::default(), "{header}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read(header in "[ -~]{0,200}") {
            let _ = read(&header);
        }
    }
}
