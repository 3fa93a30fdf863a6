//! A Redis, or what speaks like one.

use std::time::Duration;

use tokio::io::BufStream;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::resp::command;
use crate::dependency::Dependency;
use crate::pool::{Connect, Pool};
use crate::settings::RedisPlace;
use crate::tls::{Stream, Tls};
use crate::trouble::{Trouble, told};

/// How long it may take to answer. The database is not much slower.
const PATIENCE: Duration = Duration::from_millis(250);

/// A Redis.
#[derive(Debug)]
pub(super) struct Redis {
    pool: Pool<Place>,
}

/// How it is reached.
#[derive(Debug)]
struct Place {
    place: RedisPlace,
    tls: Option<Tls>,
}

type Connection = BufStream<Box<dyn Stream>>;

impl Connect for Place {
    type Connection = Connection;
    const PATIENCE: Duration = PATIENCE;

    async fn connect(&self) -> Result<Connection, Trouble> {
        let Self { place, tls } = self;
        let gone = |error| Trouble::Gone(told(&error));
        let stream = TcpStream::connect((place.host.as_str(), place.port)).await.map_err(gone)?;
        stream.set_nodelay(true).map_err(gone)?;

        let stream: Box<dyn Stream> = match tls {
            Some(tls) => tls.wrap(&place.host, stream).await.map_err(gone)?,
            None => Box::new(stream),
        };
        let mut connection = BufStream::new(stream);
        if let Some((user, password)) = &place.login {
            command(&mut connection, &[b"AUTH", user.as_bytes(), password.as_bytes()]).await?;
        }
        Ok(connection)
    }

    /// Who was closed meanwhile is found out when it is asked.
    fn stands(_: &Connection) -> bool {
        true
    }
}

impl Redis {
    /// Nothing is connected yet.
    pub(super) fn new(place: &RedisPlace, tls: Option<&Tls>) -> Self {
        let (place, tls) = (place.clone(), tls.filter(|_| place.tls).cloned());
        Self { pool: Pool::new(Place { place, tls }) }
    }

    /// Has it do a command.
    pub(super) async fn ask(
        &self,
        dependency: &Dependency,
        words: &[&[u8]],
    ) -> Result<Option<Vec<u8>>, Trouble> {
        let mut connection = self.pool.lend(dependency).await?;
        let answer = timeout(PATIENCE, command(&mut *connection, words)).await;
        let answer =
            answer.unwrap_or_else(|_| Err(Trouble::Gone(format!("no answer in {PATIENCE:?}"))));
        match &answer {
            Err(Trouble::Gone(_)) => self.pool.forget(),
            _ => self.pool.keep(connection),
        }
        answer
    }
}
