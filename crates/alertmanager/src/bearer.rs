//! The bearer token that Alertmanager shows.

use domain::secrets::Secrets;
use subtle::ConstantTimeEq;

use crate::Refusal;

/// Checks the header `Authorization`, in a time that tells nothing of how much of it fits.
pub fn check(tokens: &Secrets, authorization: Option<&str>) -> Result<(), Refusal> {
    let shown = authorization.ok_or(Refusal::Unauthorized)?.trim();
    let (scheme, shown) = shown.split_once(' ').ok_or(Refusal::Forged)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Forged);
    }
    let shown = shown.trim().as_bytes();
    // A file that a token is kept in often ends with a line feed.
    let fits = |token: &&[u8]| bool::from(token.trim_ascii().ct_eq(shown));
    match tokens.each().filter(fits).count() {
        0 => Err(Refusal::Forged),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_or_it_does_not() {
        let ours = Secrets::new("new\n").and_then(|it| it.accepting("old")).expect("tokens");
        for (shown, fits) in [
            (Some("Bearer new"), Ok(())),
            (Some("bearer  old "), Ok(())),
            (Some("Bearer older"), Err(Refusal::Forged)),
            (Some("Bearer ne"), Err(Refusal::Forged)),
            (Some("Bearer "), Err(Refusal::Forged)),
            (Some("Basic new"), Err(Refusal::Forged)),
            (Some("new"), Err(Refusal::Forged)),
            (None, Err(Refusal::Unauthorized)),
        ] {
            assert_eq!(check(&ours, shown), fits, "{shown:?}");
        }
    }
}
