//! Where a service keeps its data.

use std::fmt;
use std::path::PathBuf;

use hyper::Uri;
use tokio_postgres::Config;

use super::reader::Reader;

/// What an operating system trusts. `TLS_ROOTS` names other files, with `:` between them.
const ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Where a service keeps its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// `DATABASE_URL` and, of a PostgreSQL that reads are asked of, `DATABASE_REPLICA_URL`.
    /// `DATABASE_USER` and `DATABASE_PASSWORD` are the login where a URL has none.
    pub database: DatabasePlace,
    /// `CACHE_URL`.
    pub cache: CachePlace,
    /// `TLS_ROOTS`: files of the certificates by which servers are known, in PEM.
    pub roots: Vec<PathBuf>,
}

/// Where the database is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum DatabasePlace {
    /// In this process, and gone with it.
    #[default]
    Memory,
    /// `sqlite:FILE`: in a file, which all processes of this machine may share.
    File(PathBuf),
    /// `postgres://…`: in a PostgreSQL.
    Postgres {
        /// Where writes go.
        primary: Box<Config>,
        /// Where reads go, if not to the primary.
        replica: Option<Box<Config>>,
    },
}

/// Where the cache is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CachePlace {
    /// In this process.
    #[default]
    Memory,
    /// `redis://…`, or `rediss://…` for TLS: in a Redis, or what speaks like one.
    Redis(RedisPlace),
}

/// Where a Redis is.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisPlace {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is spoken to in TLS.
    pub tls: bool,
    /// User and password, where it asks for them.
    pub login: Option<(String, String)>,
}

impl fmt::Debug for RedisPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, tls, login: _ } = self;
        f.debug_struct("RedisPlace")
            .field("host", host)
            .field("port", port)
            .field("tls", tls)
            .finish_non_exhaustive()
    }
}

impl Default for Places {
    fn default() -> Self {
        let (database, cache) = (DatabasePlace::default(), CachePlace::default());
        Self { database, cache, roots: vec![ROOTS.into()] }
    }
}

impl Places {
    pub(super) fn read<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>) -> Self {
        let remedy = "postgres://host/name or sqlite:FILE";
        let mut database = reader.secret("DATABASE_URL", remedy, database).unwrap_or_default();
        let other = reader.secret("DATABASE_REPLICA_URL", "postgres://host/name", postgres);
        if let DatabasePlace::Postgres { replica, .. } = &mut database {
            *replica = other;
        } else if other.is_some() {
            let what = "DATABASE_REPLICA_URL: there is no primary; give DATABASE_URL a PostgreSQL";
            reader.mistakes.push(what.to_owned());
        }
        if let DatabasePlace::Postgres { primary, replica } = &mut database {
            let login = ["DATABASE_USER", "DATABASE_PASSWORD"].map(|name| reader.text(name));
            [Some(primary), replica.as_mut()]
                .into_iter()
                .flatten()
                .for_each(|it| log_in(it, &login));
        }

        let remedy = "redis://host or, for TLS, rediss://host";
        let cache = reader.secret("CACHE_URL", remedy, redis).unwrap_or_default();
        let roots = reader.text("TLS_ROOTS").unwrap_or_else(|| ROOTS.to_owned());
        Self { database, cache, roots: roots.split(':').map(PathBuf::from).collect() }
    }
}

fn database(url: &str) -> Option<DatabasePlace> {
    match url.strip_prefix("sqlite:") {
        Some("") => None,
        Some(file) => Some(DatabasePlace::File(file.into())),
        None => postgres(url).map(|primary| DatabasePlace::Postgres { primary, replica: None }),
    }
}

fn postgres(url: &str) -> Option<Box<Config>> {
    let config = Some(url).filter(|url| url.starts_with("postgres"))?.parse::<Config>().ok()?;
    (!config.get_hosts().is_empty()).then(|| Box::new(config))
}

fn log_in(config: &mut Config, [user, password]: &[Option<String>; 2]) {
    if config.get_user().is_none() {
        if let Some(user) = user {
            config.user(user);
        }
        if let Some(password) = password {
            config.password(password);
        }
    }
}

fn redis(url: &str) -> Option<CachePlace> {
    let url: Uri = url.parse().ok()?;
    let tls = match url.scheme_str()? {
        "redis" => false,
        "rediss" => true,
        _ => return None,
    };
    let host = url.host().filter(|host| !host.is_empty())?.to_owned();
    let login = match url.authority()?.as_str().rsplit_once('@') {
        Some((login, _)) => {
            let (user, password) = login.split_once(':')?;
            Some((user.to_owned(), password.to_owned()))
        }
        None => None,
    };
    let port = url.port_u16().unwrap_or(6379);
    Some(CachePlace::Redis(RedisPlace { host, port, tls, login }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Places, String> {
        let find = |name: &str| {
            variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned())
        };
        let mut reader = Reader::of(find);
        let places = Places::read(&mut reader);
        reader.finish(places).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn nothing_has_to_be_said() {
        assert_eq!(read(&[]), Ok(Places::default()));
    }

    #[test]
    fn a_login_is_used_where_a_url_has_none() {
        let places = read(&[
            ("DATABASE_URL", "postgres://primary/shop?sslmode=require"),
            ("DATABASE_REPLICA_URL", "postgres://reader:r@replica:5433/shop"),
            ("DATABASE_USER", "owner"),
            ("DATABASE_PASSWORD", "o:/@"),
        ]);

        let Ok(Places { database: DatabasePlace::Postgres { primary, replica }, .. }) = places
        else {
            panic!("{places:?}")
        };
        let replica = replica.expect("it was given");
        let login =
            |it: &Config| (it.get_user().map(str::to_owned), it.get_password().map(<[u8]>::to_vec));
        assert_eq!(login(&primary), (Some("owner".to_owned()), Some(b"o:/@".to_vec())));
        assert_eq!(login(&replica), (Some("reader".to_owned()), Some(b"r".to_vec())));
        assert_eq!(replica.get_ports(), [5433]);
    }

    #[test]
    fn a_redis_is_found_by_its_url() {
        let place = |host: &str, port, tls, login: Option<(&str, &str)>| {
            let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
            Some(CachePlace::Redis(RedisPlace { host: host.to_owned(), port, tls, login }))
        };

        assert_eq!(redis("redis://cache"), place("cache", 6379, false, None));
        assert_eq!(
            redis("rediss://me:secret@cache:7000"),
            place("cache", 7000, true, Some(("me", "secret")))
        );
        for wrong in ["cache", "redis://", "http://cache", "redis://me@cache"] {
            assert_eq!(redis(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_mistake_shows_a_password() {
        let replica_alone = read(&[("DATABASE_REPLICA_URL", "postgres://a:secret@b/c")]);
        let place = redis("redis://me:secret@cache");

        assert!(
            replica_alone.unwrap_err().starts_with("DATABASE_REPLICA_URL: there is no primary")
        );
        assert!(!format!("{place:?}").contains("secret"));
        for wrong in ["host=db", "sqlite:", "postgres://a:secret@:x/", "mysql://a:secret@b/c"] {
            let mistake = read(&[("DATABASE_URL", wrong)]).unwrap_err();
            assert!(mistake.starts_with("DATABASE_URL: is not") && !mistake.contains("secret"));
        }
    }
}
