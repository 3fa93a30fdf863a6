//! A build without TLS: there is none to speak.

use std::io;
use std::path::PathBuf;

use tokio::net::TcpStream;
use tokio_postgres::{Client, Config};

use super::Stream;
use crate::trouble::Trouble;

/// Nothing.
#[derive(Debug, Clone)]
pub(crate) enum Tls {}

impl Tls {
    pub(crate) fn open(_: &[PathBuf]) -> Result<Self, Trouble> {
        Err(Trouble::Refused("this build speaks no TLS, which a URL asks for".to_owned()))
    }

    #[expect(clippy::unused_async, reason = "as where there is TLS")]
    pub(crate) async fn wrap(&self, _: &str, _: TcpStream) -> io::Result<Box<dyn Stream>> {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "as where there is TLS")]
    pub(crate) async fn postgres(&self, _: &Config) -> Result<Client, tokio_postgres::Error> {
        match *self {}
    }
}
