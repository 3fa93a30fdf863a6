//! Where an account keeps what must survive a restart.

use std::fmt;
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is kept, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Desks, by service.
    Desk,
    /// Records of deployments, by execution.
    Record,
    /// What was told of deployments, by execution and medium.
    Thread,
    /// Executions, by machine and name.
    Execution,
    /// Services as ECS has them, by place.
    Service,
    /// Task definitions, by ARN.
    TaskDefinition,
    /// Images, by repository and tag or digest.
    Image,
    /// Processes that run tasks, by process id.
    Process,
    /// How alarms stand, by name.
    Alarm,
}

impl Kind {
    fn table(self) -> TableDefinition<'static, &'static str, &'static str> {
        TableDefinition::new(match self {
            Self::Desk => "desks",
            Self::Record => "records",
            Self::Thread => "threads",
            Self::Execution => "executions",
            Self::Service => "services",
            Self::TaskDefinition => "task-definitions",
            Self::Image => "images",
            Self::Process => "processes",
            Self::Alarm => "alarms",
        })
    }
}

/// Keeps JSON by kind and key: in a file, or, for a simulation, not at all.
pub struct Store {
    file: Option<Database>,
}

/// Why something cannot be kept or read back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened.
    #[error("{path} cannot be opened as Cutover's store: {error}; another Cutover may be using it")]
    Open {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        error: Box<redb::DatabaseError>,
    },
    /// The file cannot be read or written.
    #[error("the store cannot be used: {0}")]
    Use(#[from] Box<redb::Error>),
    /// What was kept is not what this version of Cutover keeps.
    #[error("the store holds a {kind:?} {key:?} that cannot be read: {error}")]
    Content {
        /// Its kind.
        kind: Kind,
        /// Its key.
        key: String,
        /// What is wrong with it.
        #[source]
        error: serde_json::Error,
    },
}

impl Store {
    /// A store that forgets: everything that is kept lives in memory elsewhere.
    pub fn none() -> Self {
        Self { file: None }
    }

    /// A store in a file, which is made if there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let opened = Database::create(path).map_err(|error| StoreError::Open {
            path: path.display().to_string(),
            error: Box::new(error),
        });
        Ok(Self { file: Some(opened?) })
    }

    /// Keeps `value`. When this returns it is on the disk.
    ///
    /// # Panics
    /// When the disk cannot be written: going on without memory could hand out a lease twice.
    pub fn put(&self, kind: Kind, key: &str, value: &impl Serialize) {
        let Some(file) = &self.file else { return };
        let text = serde_json::to_string(value).expect("what we keep is plain data");
        let written = write(file, |transaction| {
            transaction.open_table(kind.table())?.insert(key, text.as_str())?;
            Ok(())
        });
        written.unwrap_or_else(|error| panic!("the store cannot be written: {error}"));
    }

    /// Forgets what was kept under `key`.
    ///
    /// # Panics
    /// When the disk cannot be written, as [`Store::put`].
    pub fn remove(&self, kind: Kind, key: &str) {
        let Some(file) = &self.file else { return };
        let written = write(file, |transaction| {
            transaction.open_table(kind.table())?.remove(key)?;
            Ok(())
        });
        written.unwrap_or_else(|error| panic!("the store cannot be written: {error}"));
    }

    /// Everything of a kind that was kept, by key.
    pub fn load<T: DeserializeOwned>(&self, kind: Kind) -> Result<Vec<(String, T)>, StoreError> {
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        let texts = read(file, kind).map_err(|error| StoreError::Use(Box::new(error)))?;

        let read = |(key, text): (String, String)| match serde_json::from_str(&text) {
            Ok(value) => Ok((key, value)),
            Err(error) => Err(StoreError::Content { kind, key, error }),
        };
        texts.into_iter().map(read).collect()
    }
}

fn write(
    file: &Database,
    change: impl FnOnce(&redb::WriteTransaction) -> Result<(), redb::Error>,
) -> Result<(), redb::Error> {
    let transaction = file.begin_write()?;
    change(&transaction)?;
    transaction.commit()?;
    Ok(())
}

fn read(file: &Database, kind: Kind) -> Result<Vec<(String, String)>, redb::Error> {
    let transaction = file.begin_read()?;
    let table = match transaction.open_table(kind.table()) {
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        opened => opened?,
    };
    let mut found = Vec::new();
    for entry in table.iter()? {
        let (key, value) = entry?;
        found.push((key.value().to_owned(), value.value().to_owned()));
    }
    Ok(found)
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("file", &self.file.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        {
            let store = Store::open(&path).unwrap();
            store.put(Kind::Desk, "checkout", &1);
            store.put(Kind::Desk, "catalog", &2);
            store.put(Kind::Desk, "checkout", &3);
            store.remove(Kind::Desk, "catalog");
        }

        let store = Store::open(&path).unwrap();

        assert_eq!(store.load::<u32>(Kind::Desk).unwrap(), [("checkout".to_owned(), 3)]);
        assert!(store.load::<u32>(Kind::Record).unwrap().is_empty());
        assert!(matches!(store.load::<String>(Kind::Desk), Err(StoreError::Content { .. })));
        assert!(matches!(Store::open(&path), Err(StoreError::Open { .. })), "one at a time");
    }
}
