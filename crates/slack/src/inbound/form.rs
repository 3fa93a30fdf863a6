//! The body of a request: a form.

use super::Refusal;

/// The fields of a form; of one that is given twice, the first counts.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`, which is text.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        if str::from_utf8(body).is_err() {
            return Err(Refusal::unreadable("body", "is no text, where Slack sends a form"));
        }
        Ok(Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}
