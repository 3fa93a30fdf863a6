//! Who may use the API.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

use super::answer::Refusal;
use super::reception::Desk;

/// Lets in whoever shows the token, or where none is asked for, whoever is on this machine and no
/// page of the web in its browser.
pub(super) async fn admit(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let refused = match &desk.token {
        Some(token) if shown(headers).is_some_and(|shown| token.is(shown)) => None,
        Some(_) => {
            Some(Refusal::new(401, "Unauthorized", "send `Authorization: Bearer` and the token"))
        }
        None if is_of_the_web(headers) => Some(Refusal::new(
            403,
            "Forbidden",
            "without an API token, only programs of this machine may ask, by its address",
        )),
        None => None,
    };
    match refused {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

fn shown(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a page in a browser asks: one of another origin says so itself, and one whose name was
/// made to point to this machine (DNS rebinding) still sends that name.
fn is_of_the_web(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_here = name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok();
    !is_here || headers.contains_key(ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_web_are_told_from_programs_of_this_machine() {
        let asks = |host: &'static str, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            is_of_the_web(&headers)
        };

        for host in ["127.0.0.1:8420", "localhost:8420", "LOCALHOST", "[::1]:8420"] {
            assert!(!asks(host, None), "{host}");
        }
        assert!(asks("rebound.example.com:8420", None));
        assert!(asks("127.0.0.1:8420", Some("https://example.com")));
    }

    #[test]
    fn a_token_is_found_in_its_header() {
        let header = |value: &'static str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            shown(&headers).map(str::to_owned)
        };

        assert_eq!(header("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(header("bearer  abc").as_deref(), Some("abc"));
        assert_eq!(header("Basic abc"), None);
    }
}
