//! The headers that matter.

use crate::Refusal;

/// What was found of the headers we read. Values that are not text count as missing.
#[derive(Debug, Default)]
pub(super) struct Headers {
    pub(super) signature: Option<String>,
    event: Option<String>,
    delivery: Option<String>,
    content_type: Option<String>,
}

impl Headers {
    pub(super) fn pick<N, V>(headers: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<[u8]>,
    {
        let mut picked = Self::default();
        for (name, value) in headers {
            let place = match name.as_ref().to_ascii_lowercase().as_str() {
                "x-hub-signature-256" => &mut picked.signature,
                "x-github-event" => &mut picked.event,
                "x-github-delivery" => &mut picked.delivery,
                "content-type" => &mut picked.content_type,
                _ => continue,
            };
            *place = str::from_utf8(value.as_ref()).ok().map(|value| value.trim().to_owned());
        }
        picked
    }

    pub(super) fn event(&self) -> Result<&str, Refusal> {
        required("X-GitHub-Event", self.event.as_deref(), "package")
    }

    /// The delivery's GUID, which a redelivery keeps. Like every header it is not signed.
    pub(super) fn delivery(&self) -> Result<&str, Refusal> {
        required("X-GitHub-Delivery", self.delivery.as_deref(), "a GUID")
    }

    pub(super) fn is_form(&self) -> bool {
        let media = self.content_type.as_deref().and_then(|value| value.split(';').next());
        media.is_some_and(|media| {
            media.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
    }
}

/// A header that GitHub always sends: visible ASCII, and short enough to log and to store.
fn required<'h>(name: &str, value: Option<&'h str>, example: &str) -> Result<&'h str, Refusal> {
    let value = value.ok_or_else(|| {
        Refusal::unreadable(name, format!("is missing, where GitHub sends {example}"))
    })?;
    if value.is_empty() || value.len() > 100 || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::unreadable(name, format!("is not a word such as {example}")));
    }
    Ok(value)
}
