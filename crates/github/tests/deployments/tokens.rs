//! Who shows which token, and what it is good for.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{APP, INSTALLATION, Kept, Refused, TOKEN};

impl Kept {
    /// Whether it is the App who asks: its signature, its name, and a token of minutes.
    pub(super) fn is_app(&self, shown: &str, now: Timestamp) -> Result<(), Refused> {
        let wrong = |what: &str| (401, format!("a JSON web token could not be decoded: {what}"));
        let (said, signature) = shown.rsplit_once('.').ok_or_else(|| wrong("no signature"))?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| wrong("no base64"))?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key)
            .verify(said.as_bytes(), &signature)
            .map_err(|_| wrong("the signature does not fit"))?;

        let (header, claims) = said.split_once('.').ok_or_else(|| wrong("no claims"))?;
        let read = |part: &str| -> Option<Value> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let (header, claims) = (read(header), read(claims));
        if header != Some(json!({ "alg": "RS256", "typ": "JWT" })) {
            return Err(wrong("the algorithm"));
        }
        let claims = claims.ok_or_else(|| wrong("no claims"))?;
        let second = |name: &str| claims[name].as_i64().unwrap_or_default();
        let now = now.as_second();
        match () {
            () if claims["iss"] != APP => Err(wrong("no such App")),
            () if second("iat") > now => Err(wrong("it is of the future")),
            () if second("exp") <= now => Err(wrong("it is over")),
            () if second("exp") > now + 600 => Err(wrong("it is good for too long")),
            () => Ok(()),
        }
    }

    /// A token for one repository, that may do nothing but show deployments.
    pub(super) fn give_token(
        &mut self,
        id: &str,
        json: &Value,
        now: Timestamp,
    ) -> Result<(u16, Value), Refused> {
        if id != INSTALLATION.to_string() {
            return Err((404, "Not Found".into()));
        }
        if json["permissions"] != json!({ "deployments": "write" }) {
            return Err((422, "this asks for more, or less, than it needs".into()));
        }
        let wanted = json["repositories"].as_array().map(Vec::as_slice);
        let Some([Value::String(name)]) = wanted else {
            return Err((422, "this is not for one repository".into()));
        };
        let (token, end) = (format!("ghs_{}", self.next), now + SignedDuration::from_hours(1));
        self.next += 1;
        self.tokens.insert(token.clone(), (format!("acme/{name}"), end));
        Ok((201, json!({ "token": token, "expires_at": end })))
    }

    /// Whether who shows this may show deployments of a repository.
    pub(super) fn may(&self, shown: &str, repository: &str, now: Timestamp) -> Result<(), Refused> {
        if shown == "github_pat_reader" {
            return Err((403, "Resource not accessible by personal access token".into()));
        }
        let for_it = match self.tokens.get(shown) {
            Some((of, end)) if now < *end => of == repository,
            _ if shown == TOKEN => self.refs.contains_key(repository),
            _ => return Err((401, "Bad credentials".into())),
        };
        if for_it { Ok(()) } else { Err((404, "Not Found".into())) }
    }
}
