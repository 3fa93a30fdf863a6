//! Health checks.

use http::{HeaderValue, Request, Uri, header};
use http_body_util::Empty;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

use crate::proxy::connect::connect;

/// Asks a target for its health path over a fresh connection. Healthy is an answer from 200 to 299;
/// anything else is why not, in a sentence.
pub(crate) async fn probe(
    target: SocketAddr,
    path: &Uri,
    patience: Duration,
) -> Result<(), String> {
    let status = timeout(patience, ask(target, path))
        .await
        .map_err(|_| format!("no answer from {path} within {patience:?}"))??;
    if (200..300).contains(&status) { Ok(()) } else { Err(format!("{path} answered {status}")) }
}

async fn ask(target: SocketAddr, path: &Uri) -> Result<u16, String> {
    let mut connection = connect::<Empty<&'static [u8]>>(target)
        .await
        .map_err(|error| format!("cannot connect to {target}: {error}"))?;

    let mut request = Request::new(Empty::new());
    *request.uri_mut() = path.clone();
    let headers = request.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("cutover-health-check"));
    if let Ok(host) = HeaderValue::from_str(&target.to_string()) {
        headers.insert(header::HOST, host);
    }

    let answer = connection.send_request(request).await;
    answer.map(|it| it.status().as_u16()).map_err(|error| format!("{path} failed: {error}"))
}

/// What a row of health checks says of a target.
#[derive(Debug)]
pub(crate) struct Health {
    healthy_after: u32,
    unhealthy_after: u32,
    /// Equal results in a row, the last one included.
    row: u32,
    last: Option<bool>,
    healthy: Option<bool>,
}

impl Health {
    /// Nothing is known yet.
    pub(crate) fn new(healthy_after: u32, unhealthy_after: u32) -> Self {
        Self { healthy_after, unhealthy_after, row: 0, last: None, healthy: None }
    }

    /// Takes one result. Answers with the new verdict, if this result changed it.
    pub(crate) fn observe(&mut self, passed: bool) -> Option<bool> {
        self.row = if self.last == Some(passed) { self.row.saturating_add(1) } else { 1 };
        self.last = Some(passed);

        let enough = if passed { self.healthy_after } else { self.unhealthy_after };
        if self.row < enough || self.healthy == Some(passed) {
            return None;
        }
        self.healthy = Some(passed);
        Some(passed)
    }

    /// Forgets failures so far: they were within the time in which they do not count.
    pub(crate) fn excuse(&mut self) {
        if self.last == Some(false) {
            self.row = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_enough_equal_results_in_a_row_change_the_verdict() {
        let mut health = Health::new(2, 3);

        let verdicts: String = "pp-ff-p-fff-f-p-pp"
            .chars()
            .filter(|result| *result != '-')
            .map(|result| match health.observe(result == 'p') {
                Some(true) => 'H',
                Some(false) => 'U',
                None => '.',
            })
            .collect();

        assert_eq!(verdicts, ".H.....U..H.");
    }

    #[test]
    fn an_excused_failure_does_not_count() {
        let mut health = Health::new(1, 2);
        health.observe(true);

        for _ in 0..5 {
            assert_eq!(health.observe(false), None);
            health.excuse();
        }
        assert_eq!(health.observe(false), None);
        assert_eq!(health.observe(false), Some(false));
    }
}
