//! A SQLite in this process: what there is where no PostgreSQL is named.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement, TransactionBehavior};
use serde_json::Value as Json;

use super::migration::{self, Migration};
use super::value::{Row, Value};
use crate::dependency::Dependency;
use crate::trouble::Trouble;

/// How long one process waits for another that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(5);

/// A SQLite in this process.
#[derive(Debug)]
pub(super) struct Embedded {
    pub(super) dependency: Dependency,
    connection: Arc<Mutex<Connection>>,
}

impl Embedded {
    /// One that is gone with this process.
    pub(super) fn in_memory() -> Result<Self, Trouble> {
        Ok(Self::new(Connection::open_in_memory().map_err(refused)?))
    }

    /// One in a file, which other processes may use at the same time.
    pub(super) fn in_file(file: &Path) -> Result<Self, Trouble> {
        let what = |error| Trouble::Refused(format!("{}: {error}", file.display()));
        let connection = Connection::open(file).map_err(what)?;
        connection.busy_timeout(PATIENCE).map_err(what)?;
        // Who reads does not wait for who writes.
        connection.pragma_update(None, "journal_mode", "wal").map_err(what)?;
        connection.pragma_update(None, "synchronous", "normal").map_err(what)?;
        Ok(Self::new(connection))
    }

    fn new(connection: Connection) -> Self {
        let connection = Arc::new(Mutex::new(connection));
        Self { dependency: Dependency::new("embedded"), connection }
    }

    /// Does one statement.
    pub(super) async fn ask(
        &self,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<Row>, Trouble> {
        let (connection, values) = (Arc::clone(&self.connection), values.to_vec());
        let asking = async {
            // A file may take its time; nobody else is to wait for it.
            let asked = tokio::task::spawn_blocking(move || ask(&connection.lock(), sql, &values));
            asked.await.map_err(|died| Trouble::Gone(died.to_string()))?.map_err(refused)
        };
        self.dependency.asked(sql.split(' ').next().unwrap_or(sql), asking).await
    }

    /// Whether all was applied.
    pub(super) async fn check(&self, service: &str, all: &[Migration]) -> Result<(), Trouble> {
        match self.ask(migration::APPLIED, &[service.into()]).await {
            Ok(rows) => migration::complete(all, &super::names(rows)),
            // Nothing was ever applied.
            Err(_) => migration::complete(all, &[]),
        }
    }

    /// Applies what is left to apply, all of it or nothing, and tells what that was.
    pub(super) fn migrate(
        &self,
        service: &str,
        all: &[Migration],
    ) -> Result<Vec<&'static str>, Trouble> {
        let mut connection = self.connection.lock();
        let mut migrated = || {
            // Not two at a time, in whatever processes.
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(migration::TABLE)?;

            let service = &[service.into()];
            let applied = super::names(ask(&transaction, migration::APPLIED, service)?);
            let mut names = Vec::new();
            for migration in migration::left(all, &applied) {
                transaction.execute_batch(migration.sql)?;
                let [service] = service;
                ask(&transaction, migration::REMEMBER, &[service.clone(), migration.name.into()])?;
                names.push(migration.name);
            }
            transaction.commit()?;
            Ok(names)
        };
        migrated().map_err(refused)
    }
}

fn ask(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    // `$1` is a name to SQLite, whose names have their places in the order in which they come.
    for (index, value) in values.iter().enumerate() {
        match value {
            Value::Text(text) => statement.raw_bind_parameter(index + 1, text)?,
            Value::Number(number) => statement.raw_bind_parameter(index + 1, number)?,
        }
    }
    rows(&mut statement)
}

fn rows(statement: &mut Statement<'_>) -> rusqlite::Result<Vec<Row>> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let values = names.iter().enumerate().map(|(index, name)| {
            let value = match row.get_ref(index)? {
                ValueRef::Integer(number) => Json::from(number),
                other => Json::from(other.as_str()?),
            };
            Ok((name.clone(), value))
        });
        found.push(values.collect::<rusqlite::Result<Row>>()?);
    }
    Ok(found)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn refused(error: rusqlite::Error) -> Trouble {
    Trouble::Refused(error.to_string())
}
