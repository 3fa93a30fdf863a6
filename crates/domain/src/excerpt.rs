//! What somebody else wrote, as it may be kept: short, and without what looks like a credential.

use std::fmt;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde::{Deserialize, Serialize};

use crate::name::beginning;

/// How much is kept of one text, in characters.
pub const LONGEST: usize = 500;

/// Stands where a credential was.
const HIDDEN: &str = "[redacted]";

/// A line of a log or a reason that a service gave: cut to [`LONGEST`], with [`redact`]ed
/// credentials. There is no other way to make one, so nothing else gets into a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Excerpt(String);

impl Excerpt {
    /// What may be kept of a text.
    pub fn of(text: &str) -> Self {
        Self(beginning(redact(text.trim_end()), LONGEST))
    }

    /// It.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Excerpt {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<Excerpt> for String {
    fn from(excerpt: Excerpt) -> Self {
        excerpt.0
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What goes by a name or a form of its own. `$1` is what is kept before it, `$2` after it.
static KNOWN: LazyLock<[(Regex, &str); 6]> = LazyLock::new(|| {
    let known = |pattern: &str, kept: &'static str| {
        (Regex::new(pattern).expect("it is tested below"), kept)
    };
    [
        // Headers whose whole value is one, whatever words are in it.
        known(r#"(?i)(\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?)[^"'\r\n]+"#, "$1[redacted]"),
        known(r#"(?i)(\b(?:set-)?cookie["']?\s*[:=]\s*["']?)[^"'\r\n]+"#, "$1[redacted]"),
        // `password=…`, `"apiKey": "…"`, `AWS_SECRET_ACCESS_KEY=…`, `X-Amz-Signature=…`.
        known(
            r#"(?ix)
            ([\w.-]*(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|
            private[_-]?key|credential|signature)[\w.-]*["']?\s*[:=]\s*)
            (?:\[redacted\]|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&"'}\])]+)"#,
            "$1[redacted]",
        ),
        known(r"(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", "$1[redacted]"),
        // `postgres://shop:hunter2@db/orders`.
        known(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(@)", "$1[redacted]$2"),
        // Keys of AWS, tokens of GitHub and Slack, JSON web tokens.
        known(
            r"\b(?:A(?:KIA|SIA)[A-Z0-9]{16}|gh[a-z]_\w{20,}|github_pat_\w{20,}|xox[a-z]-[\w-]{10,}|eyJ[\w-]+\.[\w-]+\.[\w-]*)",
            HIDDEN,
        ),
    ]
});

/// Long enough for a secret access key of AWS, which has no form but that of chance.
static RUN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[A-Za-z0-9/+]{40,}=*").expect("it is tested below"));

/// A text without what looks like a credential. It errs on the side of hiding.
pub fn redact(text: &str) -> String {
    let known = KNOWN.iter().fold(text.to_owned(), |text, (pattern, kept)| {
        pattern.replace_all(&text, *kept).into_owned()
    });
    let run = |run: &Captures<'_>| match is_random(&run[0]) {
        true => HIDDEN.to_owned(),
        false => run[0].to_owned(),
    };
    RUN.replace_all(&known, run).into_owned()
}

/// Whether it is mixed as chance mixes: neither a digest in hexadecimal digits nor most paths.
fn is_random(run: &str) -> bool {
    let count = |kind: fn(&char) -> bool| run.chars().filter(kind).count();
    count(char::is_ascii_uppercase) >= 5
        && count(char::is_ascii_lowercase) >= 5
        && count(char::is_ascii_digit) >= 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_looks_like_a_credential_is_hidden_and_the_rest_stays() {
        for (written, kept) in [
            ("GET /orders 500 in 12 ms", "GET /orders 500 in 12 ms"),
            ("Authorization: Bearer abc.def-ghi", "Authorization: [redacted]"),
            (
                r#"{"authorization": "Basic c2hvcDpodW50ZXI3", "a": 1}"#,
                r#"{"authorization": "[redacted]", "a": 1}"#,
            ),
            (
                "authorization=AWS4-HMAC-SHA256 Credential=A/b, Signature=c0ffee",
                "authorization=[redacted]",
            ),
            ("Set-Cookie: session=abc; HttpOnly", "Set-Cookie: [redacted]"),
            ("sent Bearer 0123456789abcdef to it", "sent Bearer [redacted] to it"),
            (
                "cannot log in: password=hunter2 user=shop",
                "cannot log in: password=[redacted] user=shop",
            ),
            ("DB_PASSWORD='hun ter2' PORT=80", "DB_PASSWORD=[redacted] PORT=80"),
            (r#"{"apiKey":"k-1\"2","n":1}"#, r#"{"apiKey":[redacted],"n":1}"#),
            ("passwd: hunter2, retrying", "passwd: [redacted], retrying"),
            ("GET /?access_token=abc&page=2", "GET /?access_token=[redacted]&page=2"),
            ("X-Amz-Signature=0a0b&X-Amz-Date=1", "X-Amz-Signature=[redacted]&X-Amz-Date=1"),
            ("postgres://shop:hunter2@db:5432/orders", "postgres://shop:[redacted]@db:5432/orders"),
            ("postgres://shop:hunt/er2@db/orders", "postgres://shop:[redacted]@db/orders"),
            ("key AKIAIOSFODNN7EXAMPLE is refused", "key [redacted] is refused"),
            ("found wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1", "found [redacted]"),
            ("ghp_0123456789abcdefghijABCDEFGHIJ", "[redacted]"),
            ("xoxb-1234567890-abcdef", "[redacted]"),
            ("eyJhbGciOiJI.eyJzdWIi.c2lnbmF0dXJl", "[redacted]"),
            // What explains a failure must not be hidden with it.
            (
                "image sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
                "image sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            ),
            (
                "at com.acme.shop.CheckoutController.pay(Checkout.java:42)",
                "at com.acme.shop.CheckoutController.pay(Checkout.java:42)",
            ),
            (
                "no such file: /usr/src/app/node/modules/checkout/dist/server",
                "no such file: /usr/src/app/node/modules/checkout/dist/server",
            ),
            ("the author: ada", "the author: ada"),
        ] {
            assert_eq!(redact(written), kept);
        }
    }

    #[test]
    fn a_text_is_cut_after_its_credentials_are_hidden() {
        let secret = format!("{} password=hunter2", "x".repeat(LONGEST - 15));

        let excerpt = Excerpt::of(&secret);

        assert!(!excerpt.as_str().contains("hunt"), "{excerpt}");
        assert_eq!(excerpt.as_str().chars().count(), LONGEST + 1, "with an ellipsis");
        assert_eq!(Excerpt::of("short \n").as_str(), "short");
    }

    #[test]
    fn what_is_read_from_a_record_is_an_excerpt_too() {
        let read: Excerpt = serde_json::from_str(r#""token: abc""#).unwrap();

        assert_eq!(read.as_str(), "token: [redacted]");
        assert_eq!(serde_json::to_string(&read).unwrap(), r#""token: [redacted]""#);
    }

    proptest! {
        #[test]
        fn a_password_is_hidden_wherever_it_stands(before in ".{0,40}", secret in "[a-zA-Z0-9]{6,30}") {
            let before = before.replace(&secret, "");
            let told = redact(&format!("{before} password={secret}"));
            prop_assert!(!told.contains(&secret), "{}", told);
        }

        /// A record is read and written again and again.
        #[test]
        fn what_was_hidden_stays_as_it_is(text in r#"([a-z ]{0,9}(password|Authorization|token)[=: "]{1,3}[a-zA-Z0-9\]"' ]{0,20})*"#) {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), once);
        }
    }
}
