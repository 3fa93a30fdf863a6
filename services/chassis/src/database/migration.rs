//! How the tables of a service came to be.

use crate::trouble::Trouble;

/// One step in how the tables of a service came to be. Once released it is never changed: what is to
/// be different is another step. While it runs, and until the deployment is over, tasks of the release
/// before use the tables too, so a step only adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its name, which is remembered when it was applied.
    pub name: &'static str,
    /// Its statements, in what PostgreSQL and SQLite have in common.
    pub sql: &'static str,
}

/// Where it is remembered what was applied. Services share a database, so each has its own rows.
pub(super) const TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (\
     service TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (service, name))";

/// What of a service was applied.
pub(super) const APPLIED: &str = "SELECT name FROM migrations WHERE service = $1";

/// Remembers that one was applied.
pub(super) const REMEMBER: &str = "INSERT INTO migrations (service, name) VALUES ($1, $2)";

/// What is left to apply, in order.
pub(super) fn left<'a>(
    all: &'a [Migration],
    applied: &'a [String],
) -> impl Iterator<Item = &'a Migration> {
    all.iter().filter(|migration| applied.iter().all(|name| name != migration.name))
}

/// Nothing if all was applied. What a later release applied besides does not matter.
pub(super) fn complete(all: &[Migration], applied: &[String]) -> Result<(), Trouble> {
    let names: Vec<_> = left(all, applied).map(|migration| migration.name).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(Trouble::Refused(format!("not migrated: {} was not applied", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_keeps_its_order() {
        let all = ["1", "2", "3"].map(|name| Migration { name, sql: "" });
        let applied =
            |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();

        let names: Vec<_> = left(&all, &applied(&["2"])).map(|it| it.name).collect();

        assert_eq!(names, ["1", "3"]);
        assert!(complete(&all, &applied(&["3", "2", "1", "later"])).is_ok());
        let why = complete(&all, &applied(&["1"])).unwrap_err().to_string();
        assert_eq!(why, "not migrated: 2, 3 was not applied");
    }
}
