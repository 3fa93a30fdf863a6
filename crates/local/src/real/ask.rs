//! One request through the test listener.

use http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use http_body_util::Empty;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{Instant, timeout};

use crate::plant::{Answer, Ask};
use crate::proxy::connect::{connect, reachable, read_up_to};

/// What of a body is kept.
const BODY: usize = 64 * 1024;

/// Sends `ask` to what listens on `listener`, and says why not in a sentence.
pub(super) async fn ask(listener: SocketAddr, service: &str, ask: &Ask) -> Result<Answer, String> {
    let request = request(service, ask)?;
    let began = Instant::now();

    let (status, body) =
        timeout(Duration::from_millis(ask.timeout_ms), exchange(reachable(listener), request))
            .await
            .map_err(|_| format!("no whole answer within {} ms", ask.timeout_ms))??;

    Ok(Answer {
        status,
        body: String::from_utf8_lossy(&body).into_owned(),
        millis: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

fn request(service: &str, ask: &Ask) -> Result<Request<Empty<&'static [u8]>>, String> {
    if !ask.path.starts_with('/') {
        return Err(format!("the path `{}` must begin with `/`", ask.path));
    }
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::from_bytes(ask.method.as_bytes())
        .map_err(|_| format!("`{}` is no HTTP method", ask.method))?;
    *request.uri_mut() = ask
        .path
        .parse::<Uri>()
        .map_err(|error| format!("the path `{}` cannot be asked for: {error}", ask.path))?;

    let headers = request.headers_mut();
    for (name, value) in &ask.headers {
        let parsed = (name.parse::<HeaderName>().ok()).zip(HeaderValue::from_str(value).ok());
        let (name, value) = parsed.ok_or_else(|| format!("the header `{name}` cannot be sent"))?;
        headers.append(name, value);
    }
    if let (None, Ok(host)) = (headers.get(header::HOST), HeaderValue::from_str(service)) {
        headers.insert(header::HOST, host);
    }
    Ok(request)
}

async fn exchange(
    listener: SocketAddr,
    request: Request<Empty<&'static [u8]>>,
) -> Result<(u16, Vec<u8>), String> {
    let mut connection = connect(listener)
        .await
        .map_err(|error| format!("cannot connect to {listener}: {error}"))?;
    let response = connection.send_request(request).await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = read_up_to(response.into_body(), BODY)
        .await
        .map_err(|error| format!("the answer broke off: {error}"))?;
    Ok((status, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_sent_is_said() {
        let good = Ask { method: "GET".into(), path: "/".into(), headers: vec![], timeout_ms: 1 };
        assert!(request("checkout", &good).is_ok());

        let method = Ask { method: "GE T".into(), ..good.clone() };
        let path = Ask { path: "orders".into(), ..good.clone() };
        let space = Ask { path: "/a b".into(), ..good.clone() };
        let header = Ask { headers: vec![("x".into(), "a\nb".into())], ..good };
        for wrong in [method, path, space, header] {
            assert!(request("checkout", &wrong).is_err(), "{wrong:?}");
        }
    }
}
