//! Reads a body, and tells what is wrong by the field.

use serde::de::DeserializeOwned;

use crate::Refusal;

pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { "body".to_owned() } else { path };
        Refusal::unreadable(path, error.into_inner().to_string())
    })
}
