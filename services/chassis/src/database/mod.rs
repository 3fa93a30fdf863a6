//! The database of a service: a PostgreSQL with a replica, or one in this process.
//!
//! Statements are written in what both have in common: `$1`, `$2`, … in this order, columns of type
//! `TEXT` and `BIGINT`.

#[cfg(feature = "embedded")]
mod embedded;
mod migration;
mod server;
mod value;

use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub use migration::Migration;
pub use value::Value;

#[cfg(feature = "embedded")]
use embedded::Embedded;
use server::Server;
use value::Row;

use crate::dependency::Dependency;
use crate::ready::Standing;
use crate::settings::DatabasePlace;
use crate::tls::Tls;
use crate::trouble::Trouble;

/// The database of a service.
#[derive(Debug)]
pub struct Database {
    service: &'static str,
    migrations: &'static [Migration],
    kind: Kind,
    /// How many reads the primary answered because the replica could not.
    fallbacks: AtomicU64,
}

#[derive(Debug)]
#[cfg_attr(feature = "embedded", expect(clippy::large_enum_variant, reason = "a process has one"))]
enum Kind {
    #[cfg(feature = "embedded")]
    Embedded {
        database: Embedded,
        lasts: bool,
    },
    Postgres {
        primary: Server,
        replica: Option<Server>,
    },
}

impl Database {
    /// The database in that place. A PostgreSQL is not asked yet, so that a service begins without it,
    /// and says that it is missing.
    pub(crate) fn open(
        service: &'static str,
        migrations: &'static [Migration],
        place: &DatabasePlace,
        tls: Option<&Tls>,
    ) -> Result<Self, Trouble> {
        let kind = match place {
            DatabasePlace::Postgres { primary, replica } => Kind::Postgres {
                primary: Server::new("primary", service, primary, tls),
                replica: replica.as_ref().map(|it| Server::new("replica", service, it, tls)),
            },
            #[cfg(feature = "embedded")]
            DatabasePlace::File(file) => {
                Kind::Embedded { database: Embedded::in_file(file)?, lasts: true }
            }
            #[cfg(feature = "embedded")]
            DatabasePlace::Memory => {
                let database = Embedded::in_memory()?;
                // Nobody else can have done it.
                database.migrate(service, migrations)?;
                Kind::Embedded { database, lasts: false }
            }
            #[cfg(not(feature = "embedded"))]
            DatabasePlace::File(_) | DatabasePlace::Memory => {
                let what = "DATABASE_URL: this build has no database of its own; give postgres://host/name";
                return Err(Trouble::Refused(what.to_owned()));
            }
        };
        Ok(Self { service, migrations, kind, fallbacks: AtomicU64::new(0) })
    }

    /// Reads what may be as old as the replica is behind. What the replica cannot tell, the primary is
    /// asked: it is gone, has no such table yet, or was told to forget what it was reading.
    pub async fn read<T: DeserializeOwned>(
        &self,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<T>, Trouble> {
        let Kind::Postgres { replica: Some(replica), .. } = &self.kind else {
            return self.read_newest(sql, values).await;
        };
        match replica.ask(sql, values).await {
            Err(_) => {
                self.fallbacks.fetch_add(1, Ordering::Relaxed);
                self.read_newest(sql, values).await
            }
            Ok(rows) => typed(rows),
        }
    }

    /// Reads what was written last.
    pub async fn read_newest<T: DeserializeOwned>(
        &self,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<T>, Trouble> {
        typed(self.ask_primary(sql, values).await?)
    }

    /// Writes. Where it is gone meanwhile, it may have been done or not.
    pub async fn write(&self, sql: &'static str, values: &[Value]) -> Result<(), Trouble> {
        self.ask_primary(sql, values).await.map(drop)
    }

    async fn ask_primary(&self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, Trouble> {
        match &self.kind {
            #[cfg(feature = "embedded")]
            Kind::Embedded { database, .. } => database.ask(sql, values).await,
            Kind::Postgres { primary, .. } => primary.ask(sql, values).await,
        }
    }

    /// Whether what is written outlives this process.
    pub fn lasts(&self) -> bool {
        match &self.kind {
            #[cfg(feature = "embedded")]
            Kind::Embedded { lasts, .. } => *lasts,
            Kind::Postgres { .. } => true,
        }
    }

    /// Whether somebody else than the primary is asked first.
    pub fn has_replica(&self) -> bool {
        matches!(self.kind, Kind::Postgres { replica: Some(_), .. })
    }

    /// Applies what is left to apply, all of it or nothing, and tells what that was.
    pub(crate) async fn migrate(&self) -> Result<Vec<&'static str>, Trouble> {
        match &self.kind {
            #[cfg(feature = "embedded")]
            Kind::Embedded { database, .. } => database.migrate(self.service, self.migrations),
            Kind::Postgres { primary, .. } => primary.migrate(self.service, self.migrations).await,
        }
    }

    /// How it stands by now. A service that only reads can do without the primary while there is a
    /// replica.
    pub(crate) async fn standings(&self, writes: bool) -> Vec<Standing> {
        let (service, migrations) = (self.service, self.migrations);
        match &self.kind {
            #[cfg(feature = "embedded")]
            Kind::Embedded { database, .. } => {
                let found = database.check(service, migrations).await;
                vec![Standing::new("embedded", true, found)]
            }
            Kind::Postgres { primary, replica: None } => {
                let found = primary.check(service, migrations).await;
                vec![Standing::new("primary", true, found)]
            }
            Kind::Postgres { primary, replica: Some(replica) } => {
                let found = tokio::join!(
                    primary.check(service, migrations),
                    replica.check(service, migrations)
                );
                let needed = writes || found.1.is_err();
                let primary = Standing::new("primary", needed, found.0);
                vec![primary, Standing::new("replica", false, found.1)]
            }
        }
    }

    pub(crate) fn dependencies(&self) -> impl Iterator<Item = &Dependency> {
        let (first, second) = match &self.kind {
            #[cfg(feature = "embedded")]
            Kind::Embedded { database, .. } => (&database.dependency, None),
            Kind::Postgres { primary, replica } => {
                (&primary.dependency, replica.as_ref().map(|it| &it.dependency))
            }
        };
        std::iter::once(first).chain(second)
    }

    pub(crate) fn fallbacks(&self) -> u64 {
        self.fallbacks.load(Ordering::Relaxed)
    }
}

fn typed<T: DeserializeOwned>(rows: Vec<Row>) -> Result<Vec<T>, Trouble> {
    let read = rows.into_iter().map(|row| serde_json::from_value(Json::Object(row)));
    let read: Result<Vec<T>, _> = read.collect();
    read.map_err(|error| Trouble::Refused(format!("a row is not understood: {error}")))
}

/// The column `name` of rows.
fn names(rows: Vec<Row>) -> Vec<String> {
    let names = rows.into_iter().filter_map(|mut row| match row.remove("name") {
        Some(Json::String(name)) => Some(name),
        _ => None,
    });
    names.collect()
}
