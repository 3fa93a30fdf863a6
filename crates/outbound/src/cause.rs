//! Why a request came to nothing, in words for people.

use std::error::Error;
use std::iter;

/// The innermost cause of an error, which is the one that tells: `Connection refused (os error 111)`
/// where the outermost says `error sending request` and repeats the address, which may be a secret.
pub fn cause(error: &reqwest::Error) -> String {
    let causes = iter::successors(Some(error as &dyn Error), |&it| it.source());
    match causes.last().filter(|innermost| !innermost.is::<reqwest::Error>()) {
        Some(innermost) => innermost.to_string(),
        // One of its own, which has the address in it.
        None if error.is_timeout() => "it took too long".to_owned(),
        None => "the request failed".to_owned(),
    }
}
