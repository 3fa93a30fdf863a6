//! Lists page by page. What comes next is told by naming the last of the page before, not by a
//! number, so that what begins between two pages moves none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::wire::refusal::Refusal;

/// How many are told on a page.
pub(super) fn size(asked: Option<usize>, usual: usize, most: usize) -> Result<usize, Refusal> {
    match asked.unwrap_or(usual) {
        size if (1..=most).contains(&size) => Ok(size),
        other => {
            Err(Refusal::invalid(format!("maxResults is {other} and must be from 1 to {most}")))
        }
    }
}

/// What comes after the page that gave `token`.
pub(super) fn after<T>(
    mut all: Vec<T>,
    token: Option<&str>,
    name: impl Fn(&T) -> &str,
) -> Result<Vec<T>, Refusal> {
    let Some(token) = token else { return Ok(all) };
    let last = BASE64.decode(token).ok().and_then(|last| String::from_utf8(last).ok());
    let last = last.and_then(|last| all.iter().position(|it| name(it) == last));
    let last = last.ok_or_else(|| {
        Refusal::invalid(format!("nextToken {token:?} was not given by an earlier page"))
    })?;
    Ok(all.split_off(last + 1))
}

/// The first page of what is left, and the token for what comes after it. Its form is nobody's
/// business.
pub(super) fn first<T>(
    mut rest: Vec<T>,
    size: usize,
    name: impl Fn(&T) -> &str,
) -> (Vec<T>, Option<String>) {
    let token = (rest.len() > size).then(|| BASE64.encode(name(&rest[size - 1])));
    rest.truncate(size);
    (rest, token)
}
