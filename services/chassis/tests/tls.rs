//! TLS with a real PostgreSQL and a real Redis: with whom the roots know, and with nobody else.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chassis::{
    App, CachePlace, Call, Data, DatabasePlace, Migration, Places, RedisPlace, Reply, Trouble,
};
use servers::{Pair, Redis};
use tempfile::TempDir;

/// It is never asked anything.
struct Mute;

impl App for Mute {
    const NAME: &'static str = "mute";
    const VERSION: &'static str = "1.0.0";
    const MIGRATIONS: &'static [Migration] = &[];
    const WRITES: bool = false;

    fn new(_: Arc<Data>) -> Self {
        Self
    }

    async fn answer(&self, _: &Call<'_>) -> Result<Reply, Trouble> {
        Ok(Reply::not_found())
    }
}

/// Somebody whom their own certificate tells to be 127.0.0.1.
struct Somebody {
    certificate: PathBuf,
    key: PathBuf,
    _folder: TempDir,
}

fn somebody() -> Somebody {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    fs::write(&certificate, made.cert.pem()).expect("a file");
    fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
    Somebody { certificate, key, _folder: folder }
}

/// How the connection is spoken over that this is asked over.
const SPOKEN: &str = "SELECT version AS name FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

#[derive(Debug, serde::Deserialize)]
struct Spoken {
    name: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_is_spoken_to_in_tls_if_it_is_known() {
    let (known, unknown) = (somebody(), somebody());
    let Some(pair) = Pair::start_with_tls(&known.certificate, &known.key).await else { return };
    let mut primary = Box::new(pair.primary.clone());
    primary.ssl_mode(tokio_postgres::config::SslMode::Require);
    let database = DatabasePlace::Postgres { primary, replica: None };
    let open = |root: &Somebody| {
        let roots = vec![root.certificate.clone()];
        Data::open(
            Mute::NAME,
            Mute::MIGRATIONS,
            &Places { database: database.clone(), roots, ..Places::default() },
        )
    };

    let data = open(&known).expect("roots");
    let spoken: Vec<Spoken> = data.database.read(SPOKEN, &[]).await.expect("a connection");
    assert_eq!(spoken[0].name, "TLSv1.3");

    let data = open(&unknown).expect("roots");
    let refused = data.database.read::<Spoken>(SPOKEN, &[]).await;
    assert!(matches!(refused, Err(Trouble::Gone(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_is_spoken_to_in_tls_if_it_is_known() {
    let (known, unknown) = (somebody(), somebody());
    let Some(redis) = Redis::start_with_tls(&known.certificate, &known.key).await else { return };
    let host = "127.0.0.1".to_owned();
    let cache = CachePlace::Redis(RedisPlace { host, port: redis.port, tls: true, login: None });
    let open = |root: &Somebody| {
        let roots = vec![root.certificate.clone()];
        Data::open(
            Mute::NAME,
            Mute::MIGRATIONS,
            &Places { cache: cache.clone(), roots, ..Places::default() },
        )
    };

    let data = open(&known).expect("roots");
    data.cache.put("tea", &750, Duration::from_secs(60)).await;
    assert_eq!(data.cache.get::<u32>("tea").await, Some(750));

    let data = open(&unknown).expect("roots");
    data.cache.put("cup", &900, Duration::from_secs(60)).await;
    assert_eq!(data.cache.get::<u32>("cup").await, None);
    assert_eq!(data.cache.get::<u32>("tea").await, None);
}

#[test]
fn roots_that_are_not_there_are_named() {
    let place = RedisPlace { host: "cache".to_owned(), port: 6379, tls: true, login: None };
    let (cache, roots) = (CachePlace::Redis(place), vec![PathBuf::from("/none.pem")]);

    let opened =
        Data::open(Mute::NAME, Mute::MIGRATIONS, &Places { cache, roots, ..Places::default() });

    let why = opened.expect_err("there is no such file").to_string();
    assert!(why.starts_with("TLS_ROOTS: /none.pem: "), "{why}");
}
