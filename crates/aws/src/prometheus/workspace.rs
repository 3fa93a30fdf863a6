//! Workspaces of Amazon Managed Prometheus, which answer only who signs, and may ask.
//!
//! Source: the user guide of Amazon Managed Service for Prometheus, "Query using Prometheus-compatible
//! APIs": service `aps`, IAM action `aps:QueryMetrics`.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use prometheus::Url;

/// The region of a workspace, if an address is in one:
/// `https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-0a1b2c3d`. To nobody else is
/// shown who we are.
pub(super) fn region(address: &Url) -> Option<&str> {
    let host = address.host_str().filter(|_| address.scheme() == "https")?;
    let rest = host.strip_prefix("aps-workspaces.")?;
    let rest = rest.strip_suffix(".amazonaws.com").or(rest.strip_suffix(".amazonaws.com.cn"))?;
    (!rest.contains('.')).then_some(rest)
}

/// The headers by which a `GET` is signed.
pub(super) fn signature(
    address: &Url,
    region: &str,
    credentials: Credentials,
    now: SystemTime,
) -> Result<Vec<(String, String)>, String> {
    let identity = credentials.into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("aps")
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let request =
        SignableRequest::new("GET", address.as_str(), std::iter::empty(), SignableBody::Bytes(&[]))
            .map_err(|error| error.to_string())?;
    let signed = sign(request, &params).map_err(|error| error.to_string())?;
    let (instructions, _) = signed.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const WORKSPACE: &str = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/query?query=up%20%3D%3D%201";

    fn address(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn only_a_workspace_is_told_who_asks() {
        assert_eq!(region(&address(WORKSPACE)), Some("eu-central-1"));
        assert_eq!(
            region(&address("https://aps-workspaces.cn-north-1.amazonaws.com.cn/workspaces/ws-1")),
            Some("cn-north-1")
        );
        for other in [
            "http://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1",
            "https://aps-workspaces.eu-central-1.amazonaws.com.evil.example/workspaces/ws-1",
            "https://aps-workspaces.evil.example.amazonaws.com/workspaces/ws-1",
            "http://prometheus.shop.internal:9090",
        ] {
            assert_eq!(region(&address(other)), None, "{other}");
        }
    }

    #[test]
    fn a_query_is_signed_for_its_region_as_of_now() {
        let credentials =
            Credentials::new("AKIAADA", "secret", Some("an hour".into()), None, "test");
        let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_888_800);

        let headers = signature(&address(WORKSPACE), "eu-central-1", credentials, noon);

        let headers = headers.expect("it can be signed");
        let header = |name: &str| {
            let found = headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        assert_eq!(header("x-amz-date"), "20260504T100000Z");
        assert_eq!(header("x-amz-security-token"), "an hour");
        let authorization = header("authorization");
        assert!(
            authorization.starts_with(
                "AWS4-HMAC-SHA256 Credential=AKIAADA/20260504/eu-central-1/aps/aws4_request, \
                 SignedHeaders=host;x-amz-date;x-amz-security-token, Signature="
            ),
            "{authorization}"
        );
    }
}
