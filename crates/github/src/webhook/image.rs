//! The names of images, tags and digests, as registries allow them
//! (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>).

/// The registry GitHub's packages are in.
const REGISTRY: &str = "ghcr.io";

/// `ghcr.io/owner/name` in lower case, as registries want it; GitHub keeps the case of the owner.
/// `None` when that is no name of an image.
pub(super) fn name(owner: &str, package: &str) -> Option<String> {
    let path = format!("{owner}/{package}").to_lowercase();
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    (path.len() <= 255 && path.split('/').all(part)).then(|| format!("{REGISTRY}/{path}"))
}

/// Takes `ghcr.io/Owner/name:tag` apart, into the image (as [`name`] gives it) and the tag, either
/// of which may be missing: an untagged version is written `ghcr.io/Owner/name:`.
pub(super) fn from_url(url: &str) -> (Option<String>, Option<&str>) {
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let Some((host, rest)) = url.split_once('/') else { return (None, None) };
    if !host.eq_ignore_ascii_case(REGISTRY) {
        return (None, None);
    }
    let rest = rest.split_once('@').map_or(rest, |(rest, _digest)| rest);
    let (path, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag)));

    let image = path.split_once('/').and_then(|(owner, package)| name(owner, package));
    (image, tag.filter(|tag| is_tag(tag)))
}

/// Whether a text can be a tag.
pub(super) fn is_tag(text: &str) -> bool {
    let mut characters = text.chars();
    text.len() <= 128
        && characters.next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// Whether a text is `sha256:` and 64 lower-case hex digits.
pub(super) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(is_sha256)
}

/// Whether a tag names a signature, an attestation or a bill of materials of another image, as
/// cosign writes them: `sha256-<hex>`, alone or with `.sig`, `.att` or `.sbom`.
pub(super) fn is_attachment(tag: &str) -> bool {
    let Some(rest) = tag.strip_prefix("sha256-") else { return false };
    let digits = rest.split_once('.').map_or(rest, |(digits, kind)| {
        if matches!(kind, "sig" | "att" | "sbom") { digits } else { "" }
    });
    is_sha256(digits)
}

fn is_sha256(digits: &str) -> bool {
    digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_in_lower_case() {
        assert_eq!(name("Octo-Org", "Shop/Checkout").unwrap(), "ghcr.io/octo-org/shop/checkout");
    }

    #[test]
    fn what_no_registry_would_take_is_no_name() {
        for (owner, package) in [("", "a"), ("a", ""), ("a", "b:c"), ("a", "../b"), ("a b", "c")] {
            assert_eq!(name(owner, package), None, "{owner}/{package}");
        }
    }

    #[test]
    fn a_package_url_is_taken_apart() {
        let image = Some("ghcr.io/octo/checkout".to_owned());
        let cases = [
            ("ghcr.io/Octo/checkout:v1", (image.clone(), Some("v1"))),
            ("https://ghcr.io/octo/checkout:v1", (image.clone(), Some("v1"))),
            ("ghcr.io/octo/checkout:", (image.clone(), None)),
            ("ghcr.io/octo/checkout", (image.clone(), None)),
            ("ghcr.io/octo/checkout:v1@sha256:00", (image.clone(), Some("v1"))),
            ("ghcr.io/octo/checkout@sha256:00", (image.clone(), None)),
            ("ghcr.io/octo/checkout:sha256:00", (image, None)),
            ("ghcr.io/octo", (None, None)),
            ("docker.pkg.github.com/octo/shop/checkout:v1", (None, None)),
            ("", (None, None)),
        ];
        for (url, expected) in cases {
            assert_eq!(from_url(url), expected, "{url}");
        }
    }

    #[test]
    fn attachments_are_told_from_tags() {
        let hex = "0123456789abcdef".repeat(4);
        for tag in ["", ".sig", ".att", ".sbom"].map(|kind| format!("sha256-{hex}{kind}")) {
            assert!(is_tag(&tag) && is_attachment(&tag), "{tag}");
        }
        for tag in ["v1", "sha256-abc", "sha256-abc.sig", &format!("sha256-{hex}.txt")] {
            assert!(is_tag(tag) && !is_attachment(tag), "{tag}");
        }
    }

    #[test]
    fn a_digest_has_64_lower_case_hex_digits() {
        let hex = "0123456789abcdef".repeat(4);
        assert!(is_digest(&format!("sha256:{hex}")));
        for text in [hex.clone(), format!("sha256:{}", hex.to_uppercase()), "sha256:00".to_owned()]
        {
            assert!(!is_digest(&text), "{text}");
        }
    }
}
