//! The secrets that GitHub may sign with.

use domain::Failure;
use github::Secrets;

/// The secrets of these values: the current one, and during a rotation the previous.
pub(crate) fn secrets(values: Vec<String>) -> Result<Secrets, Failure> {
    let unusable = |error: github::Unusable| Failure::Refused(error.to_string());
    let mut values = values.into_iter();
    let current = Secrets::new(values.next().unwrap_or_default()).map_err(unusable)?;
    // A previous secret that nobody can sign with is no reason to hear nobody.
    match values.next().filter(|previous| !previous.trim().is_empty()) {
        Some(previous) => current.accepting(previous).map_err(unusable),
        None => Ok(current),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use github::signature::{check, sign};

    fn fits(values: &[&str], key: &str) -> bool {
        let secrets = secrets(values.iter().map(ToString::to_string).collect());
        check(&secrets.expect("secrets"), Some(&sign(key, b"body")), b"body").is_ok()
    }

    #[test]
    fn both_secrets_of_a_rotation_fit() {
        assert!(fits(&["new", "old"], "new") && fits(&["new", "old"], "old"));
        assert!(!fits(&["new", "old"], "older"));
        assert!(fits(&["new", " "], "new"));
    }

    #[test]
    fn an_empty_secret_is_refused() {
        for values in [vec![], vec![" ".to_owned()]] {
            assert_eq!(secrets(values).unwrap_err().name(), "Refused");
        }
    }
}
