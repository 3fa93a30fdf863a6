//! Prometheus servers, and workspaces of Amazon Managed Prometheus among them.
//!
//! A server needs no permission of AWS, only a way to it. A workspace is asked with the credentials of
//! whoever asks.

mod workspace;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use domain::Failure;
use prometheus::{Header, Servers, Url};
use workflow::ports::{Clock, Prometheus};

use crate::{Config, SystemClock};

/// Who asks Prometheus servers.
#[derive(Debug)]
pub struct PrometheusServers {
    servers: Servers,
    credentials: Option<SharedCredentialsProvider>,
}

impl PrometheusServers {
    /// A client for whatever servers the documents name.
    pub fn new(config: &Config) -> Self {
        Self { servers: Servers::default(), credentials: config.sdk().credentials_provider() }
    }

    async fn signature(&self, address: &Url, region: &str) -> Result<Vec<Header>, String> {
        let known = self.credentials.as_ref().ok_or("nobody says with whose credentials to ask")?;
        let credentials = known.provide_credentials().await.map_err(|error| error.to_string())?;
        workspace::signature(address, region, credentials, SystemClock.now().into())
    }
}

impl Prometheus for PrometheusServers {
    async fn ask(&self, server: &str, query: &str) -> Result<Vec<f64>, Failure> {
        let sign = async |address: &Url| match workspace::region(address) {
            Some(region) => {
                tracing::debug!(call = "aps:QueryMetrics", "asked {server}");
                self.signature(address, region).await
            }
            None => {
                tracing::debug!(call = "prometheus:query", "asked {server}");
                Ok(Vec::new())
            }
        };
        self.servers.ask(server, query, sign).await
    }
}
