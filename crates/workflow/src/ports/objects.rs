//! What others keep.

use std::fmt;
use std::io::Read;

use domain::Failure;

/// The objects of others: S3.
pub trait Objects {
    /// The bytes of an object, if it is there. [`Failure::Refused`] if they are more than `most`.
    async fn object(&self, name: &ObjectName, most: u64) -> Result<Option<Vec<u8>>, Failure>;
    /// What `reader` makes of an object, if it is there, which is handed to it piece by piece, so
    /// that it is never in memory as a whole. An object that breaks off is told to `reader` as an
    /// error; one that has more than `most` bytes is [`Failure::Refused`].
    async fn stream<T: Send + 'static>(
        &self,
        name: &ObjectName,
        most: u64,
        reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure>;
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// The bucket it is in.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Which version of it; the newest if nothing is said.
    pub version: Option<String>,
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)?;
        match &self.version {
            Some(version) => write!(f, " (version {version})"),
            None => Ok(()),
        }
    }
}
