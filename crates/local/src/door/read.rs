//! Reads what was sent, or says which field is wrong.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::str::FromStr;

use super::answer::Refusal;

/// A JSON body. It has to say that it is JSON, which a page in a browser cannot make it do
/// elsewhere unasked.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let media = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
        if !media.trim().eq_ignore_ascii_case("application/json") {
            let message = "send the body as `Content-Type: application/json`";
            return Err(Refusal::new(415, "Invalid", message));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        decode(&bytes).map(Self)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "this is how `map_err` hands it over")]
fn unread(rejection: BytesRejection) -> Refusal {
    Refusal::new(rejection.status().as_u16(), "Invalid", rejection.body_text())
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        Refusal::invalid(match path.as_str() {
            "." => error.into_inner().to_string(),
            _ => format!("at `{path}`: {}", error.into_inner()),
        })
    })?;
    json.end().map_err(|error| Refusal::invalid(error.to_string()))?;
    Ok(read)
}

/// A name in the path: `/services/{service}`.
pub(super) struct Named<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Named<T>
where
    T: FromStr<Err: std::fmt::Display>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|error| Refusal::invalid(error.body_text()))?;
        text.parse().map(Self).map_err(|error: T::Err| Refusal::invalid(error.to_string()))
    }
}

/// Reads a query: `?most=20`.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| Refusal::invalid(error.body_text()))
    }
}
