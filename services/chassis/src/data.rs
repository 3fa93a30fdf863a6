//! What a service keeps its data in.

use tokio_postgres::config::SslMode;

use crate::cache::Cache;
use crate::database::{Database, Migration};
use crate::dependency::Dependency;
use crate::ready::Readiness;
use crate::settings::{CachePlace, DatabasePlace, Places};
use crate::tls::Tls;
use crate::trouble::Trouble;

/// What a service keeps its data in.
#[derive(Debug)]
pub struct Data {
    /// Where what was written is found again.
    pub database: Database,
    /// Where what is read often is found quickly.
    pub cache: Cache,
}

impl Data {
    /// What the service `name` has in those places, whose tables came to be by `migrations`. Nothing
    /// is connected yet.
    pub fn open(
        name: &'static str,
        migrations: &'static [Migration],
        places: &Places,
    ) -> Result<Self, Trouble> {
        let tls = if needs_tls(places) { Some(Tls::open(&places.roots)?) } else { None };
        let database = Database::open(name, migrations, &places.database, tls.as_ref())?;
        let cache = Cache::open(name, &places.cache, tls.as_ref());
        Ok(Self { database, cache })
    }

    pub(crate) async fn readiness(&self, writes: bool) -> Readiness {
        let (mut all, cache) = tokio::join!(self.database.standings(writes), self.cache.standing());
        all.push(cache);
        Readiness::of(all)
    }

    pub(crate) fn dependencies(&self) -> impl Iterator<Item = &Dependency> {
        self.database.dependencies().chain([self.cache.dependency()])
    }

    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        let database = Database::open("a", &[], &DatabasePlace::Memory, None).unwrap();
        Self { database, cache: Cache::open("a", &CachePlace::Memory, None) }
    }
}

fn needs_tls(places: &Places) -> bool {
    let database = match &places.database {
        DatabasePlace::Postgres { primary, replica } => [Some(primary), replica.as_ref()]
            .into_iter()
            .flatten()
            .any(|config| config.get_ssl_mode() == SslMode::Require),
        DatabasePlace::Memory | DatabasePlace::File(_) => false,
    };
    database || matches!(&places.cache, CachePlace::Redis(place) if place.tls)
}
