//! A real PostgreSQL primary and its streaming replica, asked again and again.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::Failure;
use domain::replica::{Instance, Replication};
use domain::seconds::Seconds;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Config, NoTls};

use super::Database;

/// What is kept of the past: longer than anybody waits for a replica.
const KEPT: usize = 2 * 3600;
/// After this a database that does not answer counts as one that cannot be reached.
const PATIENCE: Duration = Duration::from_secs(2);
/// What was just written is on its way for a moment; that is no lag yet.
const ON_ITS_WAY: Duration = Duration::from_millis(100);

/// How far the primary is, and how many replicas stream from it.
const PRIMARY: &str = "SELECT pg_current_wal_lsn()::text, \
     (SELECT count(*) FROM pg_stat_replication)";
/// How a replica stands towards a place in the primary's log. Where all of it was replayed there is
/// no lag, however long ago the primary wrote: unlike RDS, which cannot know that.
const REPLICA: &str = "SELECT pg_is_in_recovery(), \
     EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'), \
     coalesce(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false), \
     extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8";

/// Where a pair is. Neither text is ever shown: each holds a password.
#[derive(Clone)]
pub struct Pair {
    /// The name of the replica, by which documents ask for it.
    pub name: String,
    /// How the primary is reached: `postgres://…` or `host=… user=…`.
    pub primary: Config,
    /// How the replica is reached.
    pub replica: Config,
    /// How often both are asked.
    pub every: Seconds,
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A real PostgreSQL primary and its streaming replica.
#[derive(Debug)]
pub struct Postgres {
    pair: Pair,
    seen: Mutex<Seen>,
}

/// What was found so far.
#[derive(Debug)]
struct Seen {
    instance: Instance,
    /// The lag in seconds, oldest first; −1 where it did not replicate.
    lags: VecDeque<(Timestamp, f64)>,
}

/// Why a look found nothing. What is connected with is never told.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}{reason}", reason = reason(.0))]
    Asked(#[from] tokio_postgres::Error),
    #[error("it did not answer in time")]
    Late,
}

/// What the database itself, or the network, says.
fn reason(error: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map(|source| format!(": {source}")).unwrap_or_default()
}

/// What one look found.
struct Look {
    recovers: bool,
    streams: bool,
    replicas: u32,
    lag: f64,
}

impl Postgres {
    /// Asks a pair from now on, until nobody has it any more; `now` tells the time.
    pub fn watch(pair: Pair, now: impl Fn() -> Timestamp + Send + 'static) -> Arc<Self> {
        let instance = Instance {
            name: pair.name.clone(),
            engine: "postgres".to_owned(),
            status: "not asked yet".to_owned(),
            source: Some("its primary".to_owned()),
            replication: None,
            member: None,
            replicas: None,
            every: pair.every,
        };
        let every = Duration::from_secs(pair.every.0.max(1));
        let seen = Mutex::new(Seen { instance, lags: VecDeque::new() });
        let database = Arc::new(Self { pair: pair.clone(), seen });
        tokio::spawn(ask(Arc::downgrade(&database), pair, every, now));
        database
    }

    fn saw(&self, look: Result<Look, Trouble>, at: Timestamp) {
        let mut seen = self.seen.lock();
        let look = match look {
            Ok(look) => look,
            Err(error) => {
                tracing::warn!(
                    replica = self.pair.name,
                    "{} is unreachable: {error}",
                    self.pair.name
                );
                "unreachable".clone_into(&mut seen.instance.status);
                return;
            }
        };
        "available".clone_into(&mut seen.instance.status);
        seen.instance.source = look.recovers.then(|| "its primary".to_owned());
        seen.instance.replicas = Some(look.replicas);
        let status = if look.streams { "replicating" } else { "stopped" };
        seen.instance.replication =
            Some(Replication { normal: look.streams, status: status.to_owned(), message: None });
        seen.lags.push_back((at, if look.streams { look.lag } else { -1.0 }));
        if seen.lags.len() > KEPT {
            seen.lags.pop_front();
        }
    }
}

impl Database for Postgres {
    fn instance(&self) -> Result<Instance, Failure> {
        Ok(self.seen.lock().instance.clone())
    }

    fn lag(&self, from: Timestamp, to: Timestamp) -> Option<f64> {
        let seen = self.seen.lock();
        let then = seen.lags.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, lag)| *lag);
        then.reduce(|worst, lag| if worst < 0.0 || lag < 0.0 { -1.0 } else { worst.max(lag) })
    }
}

async fn ask(
    database: Weak<Postgres>,
    pair: Pair,
    every: Duration,
    now: impl Fn() -> Timestamp + Send,
) {
    let mut clients = None;
    loop {
        let look = look(&pair, &mut clients).await;
        if look.is_err() {
            clients = None;
        }
        match database.upgrade() {
            Some(database) => database.saw(look, now()),
            None => return,
        }
        sleep(every).await;
    }
}

/// Asks the primary first: what it tells is what the replica is held against.
async fn look(pair: &Pair, clients: &mut Option<(Client, Client)>) -> Result<Look, Trouble> {
    let (primary, replica) = match clients {
        Some(clients) => clients,
        None => clients.insert((connect(&pair.primary).await?, connect(&pair.replica).await?)),
    };
    let row = in_time(primary.query_one(PRIMARY, &[])).await?;
    let (place, replicas): (String, i64) = (row.try_get(0)?, row.try_get(1)?);

    let mut row = in_time(replica.query_one(REPLICA, &[&place])).await?;
    if !row.try_get::<_, bool>(2)? {
        sleep(ON_ITS_WAY).await;
        row = in_time(replica.query_one(REPLICA, &[&place])).await?;
    }

    let (caught_up, since): (bool, Option<f64>) = (row.try_get(2)?, row.try_get(3)?);
    Ok(Look {
        recovers: row.try_get(0)?,
        streams: row.try_get(1)?,
        replicas: u32::try_from(replicas).unwrap_or(u32::MAX),
        // It never replayed a transaction, so nobody can say how far it is behind.
        lag: if caught_up { 0.0 } else { since.unwrap_or(-1.0) },
    })
}

async fn connect(config: &Config) -> Result<Client, Trouble> {
    let mut config = config.clone();
    config.connect_timeout(PATIENCE);
    let (client, connection) = in_time(config.connect(NoTls)).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn in_time<T>(
    asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Trouble> {
    match timeout(PATIENCE, asked).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Trouble::Late),
    }
}
