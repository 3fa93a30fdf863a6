//! One PostgreSQL server.

use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls};

use super::migration::{self, Migration};
use super::value::{Row, Value};
use crate::dependency::Dependency;
use crate::pool::{Connect, Pool};
use crate::tls::Tls;
use crate::trouble::{Trouble, told};

/// How long a statement may take. The server keeps to it too, so that it works for nobody who left.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a server says that can do no more, by SQLSTATE or the class of it: the connection broke, it
/// only reads since another became the primary, it is full, it was told to stop.
const GOING: [&str; 4] = ["08", "25006", "53", "57"];

/// Taken for the time of a migration, so that two at a time are one after the other. Any number will do
/// that no other program takes.
const ONE_AT_A_TIME: &str = "SET LOCAL statement_timeout = 0; \
     SELECT pg_advisory_xact_lock(7310574230188)";

/// All who use a table queue up behind a migration that waits for it, so it does not wait for long.
const NOT_FOR_LONG: &str = "SET LOCAL lock_timeout = '10s'";

/// One PostgreSQL server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) dependency: Dependency,
    pool: Pool<Place>,
}

/// How it is reached.
#[derive(Debug)]
struct Place {
    config: Config,
    /// For whoever asks for `sslmode=require`.
    tls: Option<Tls>,
}

impl Connect for Place {
    type Connection = Client;
    const PATIENCE: Duration = Duration::from_secs(2);

    async fn connect(&self) -> Result<Client, Trouble> {
        let connected = match &self.tls {
            Some(tls) => tls.postgres(&self.config).await,
            None => self.config.connect(NoTls).await.map(|(client, connection)| {
                tokio::spawn(connection);
                client
            }),
        };
        connected.map_err(|error| Trouble::Gone(told(&error)))
    }

    fn stands(client: &Client) -> bool {
        !client.is_closed()
    }
}

impl Server {
    /// Nothing is connected yet.
    pub(super) fn new(
        name: &'static str,
        service: &str,
        config: &Config,
        tls: Option<&Tls>,
    ) -> Self {
        let mut config = config.clone();
        let limit = format!("-c statement_timeout={}", PATIENCE.as_millis());
        let options = config.get_options().map(|said| format!("{said} {limit}")).unwrap_or(limit);
        config
            .application_name(service)
            .options(options)
            // A network that swallows everything is noticed, too.
            .keepalives_idle(Duration::from_secs(30))
            .tcp_user_timeout(PATIENCE);
        let tls = tls.filter(|_| config.get_ssl_mode() == SslMode::Require).cloned();
        Self { dependency: Dependency::new(name), pool: Pool::new(Place { config, tls }) }
    }

    /// Has it do one statement.
    pub(super) async fn ask(
        &self,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<Row>, Trouble> {
        let what = sql.split(' ').next().unwrap_or(sql);
        let answer = self.dependency.asked(what, self.try_ask(sql, values)).await;
        if matches!(answer, Err(Trouble::Gone(_))) {
            self.pool.forget();
        }
        answer
    }

    async fn try_ask(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Trouble> {
        let client = self.pool.lend(&self.dependency).await?;

        let given: Vec<_> = values.iter().map(given).collect();
        // The server is the first to lose patience, if it is there.
        let answer = timeout(PATIENCE + PATIENCE / 5, client.query_typed(sql, &given)).await;
        let answer = answer.map_err(|_| Trouble::Gone(format!("no answer in {PATIENCE:?}")))?;
        let answer = answer.map_err(|error| trouble(&error));

        if !matches!(answer, Err(Trouble::Gone(_))) {
            self.pool.keep(client);
        }
        answer?.iter().map(row).collect()
    }

    /// Whether it answers, and all was applied.
    pub(super) async fn check(&self, service: &str, all: &[Migration]) -> Result<(), Trouble> {
        match self.ask(migration::APPLIED, &[service.into()]).await {
            Ok(rows) => migration::complete(all, &super::names(rows)),
            // Nothing was ever applied.
            Err(Trouble::Refused(_)) => migration::complete(all, &[]),
            Err(gone) => Err(gone),
        }
    }

    /// Applies what is left to apply, all of it or nothing, and tells what that was.
    pub(super) async fn migrate(
        &self,
        service: &'static str,
        all: &'static [Migration],
    ) -> Result<Vec<&'static str>, Trouble> {
        let mut client = self.pool.lend(&self.dependency).await?;
        let migrated = async {
            let transaction = client.transaction().await?;
            transaction.batch_execute(ONE_AT_A_TIME).await?;
            transaction.batch_execute(NOT_FOR_LONG).await?;
            transaction.batch_execute(migration::TABLE).await?;

            let rows = transaction.query(migration::APPLIED, &[&service]).await?;
            let applied = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<_>, _>>()?;
            let mut names = Vec::new();
            for migration in migration::left(all, &applied) {
                transaction.batch_execute(migration.sql).await?;
                transaction.execute(migration::REMEMBER, &[&service, &migration.name]).await?;
                names.push(migration.name);
            }
            transaction.commit().await?;
            Ok(names)
        };
        migrated.await.map_err(|error| trouble(&error))
    }
}

fn trouble(error: &tokio_postgres::Error) -> Trouble {
    match error.code().map(tokio_postgres::error::SqlState::code) {
        Some(code) if !GOING.iter().any(|going| code.starts_with(going)) => {
            Trouble::Refused(told(error))
        }
        _ => Trouble::Gone(told(error)),
    }
}

fn given(value: &Value) -> (&(dyn ToSql + Sync), Type) {
    match value {
        Value::Text(text) => (text, Type::TEXT),
        Value::Number(number) => (number, Type::INT8),
    }
}

fn row(row: &tokio_postgres::Row) -> Result<Row, Trouble> {
    let columns = row.columns().iter().enumerate();
    let columns = columns.map(|(index, column)| {
        let value = match *column.type_() {
            Type::TEXT => row.try_get::<_, String>(index).map(Json::from),
            Type::INT8 => row.try_get::<_, i64>(index).map(Json::from),
            ref other => {
                let what = format!("the column {} is {other}, not text or bigint", column.name());
                return Err(Trouble::Refused(what));
            }
        };
        let value = value.map_err(|error| Trouble::Refused(told(&error)))?;
        Ok((column.name().to_owned(), value))
    });
    columns.collect()
}
