//! Connections to one server: as many as are needed at a time, up to a limit.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::dependency::Dependency;
use crate::trouble::Trouble;

/// How many connections a task has to one server at most. Whoever wants one more waits.
const MOST: usize = 8;

/// How a server is reached.
pub(crate) trait Connect: Send + Sync {
    /// A connection to it.
    type Connection: Send;
    /// How long connecting may take.
    const PATIENCE: Duration;

    /// Connects; why not otherwise.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Trouble>> + Send;

    /// Whether an idle connection is still one.
    fn stands(connection: &Self::Connection) -> bool;
}

/// Connections to one server.
#[derive(Debug)]
pub(crate) struct Pool<C: Connect> {
    server: C,
    idle: Mutex<Vec<C::Connection>>,
    permits: Arc<Semaphore>,
}

/// A connection that nobody else uses meanwhile. It is closed if it is not given back: what was
/// asked over it may still be answered, and the next one would take that for the answer to theirs.
#[derive(Debug)]
pub(crate) struct Lent<T> {
    connection: T,
    /// Given back with the connection, or when it is closed.
    _permit: OwnedSemaphorePermit,
}

impl<C: Connect> Pool<C> {
    pub(crate) fn new(server: C) -> Self {
        Self { server, idle: Mutex::default(), permits: Arc::new(Semaphore::new(MOST)) }
    }

    /// Lends a connection, a new one if none is idle and `dependency` is not left alone just now.
    pub(crate) async fn lend(
        &self,
        dependency: &Dependency,
    ) -> Result<Lent<C::Connection>, Trouble> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|closed| Trouble::Gone(closed.to_string()))?;

        if let Some(connection) = self.idle() {
            return Ok(Lent { connection, _permit: permit });
        }
        if let Some(why) = dependency.resting() {
            return Err(Trouble::Gone(why));
        }
        // Boxed: it is large and rare, and every request would carry room for it.
        match timeout(C::PATIENCE, Box::pin(self.server.connect())).await {
            Ok(connection) => Ok(Lent { connection: connection?, _permit: permit }),
            Err(_) => Err(Trouble::Gone(format!("not connected in {:?}", C::PATIENCE))),
        }
    }

    fn idle(&self) -> Option<C::Connection> {
        let mut idle = self.idle.lock();
        std::iter::from_fn(|| idle.pop()).find(C::stands)
    }

    /// Takes a connection back over which all was answered.
    pub(crate) fn keep(&self, lent: Lent<C::Connection>) {
        self.idle.lock().push(lent.connection);
    }

    /// Closes what is idle, since the server that it goes to is gone.
    pub(crate) fn forget(&self) {
        self.idle.lock().clear();
    }
}

impl<T> Deref for Lent<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.connection
    }
}

impl<T> DerefMut for Lent<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.connection
    }
}
