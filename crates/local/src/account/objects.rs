//! The objects of the account: states of Terraform and their locks, kept in memory.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use domain::Failure;
use parking_lot::Mutex;
use serde_json::json;
use workflow::ports::{ObjectName, Objects};

use super::Account;
use super::world::World;
use crate::plant::Plant;

/// The objects, by bucket and key.
#[derive(Default)]
pub(super) struct Bucketful(Mutex<BTreeMap<Place, Arc<[u8]>>>);

/// A bucket and a key.
type Place = (String, String);

impl Bucketful {
    fn find(&self, name: &ObjectName, most: u64) -> Result<Option<Arc<[u8]>>, Failure> {
        let found = self.0.lock().get(&(name.bucket.clone(), name.key.clone())).cloned();
        match found.as_ref().filter(|bytes| bytes.len() as u64 > most) {
            None => Ok(found),
            Some(_) => Err(Failure::Refused(format!("{name} is too large to be read"))),
        }
    }
}

impl<P: Plant> Objects for World<P> {
    async fn object(&self, name: &ObjectName, most: u64) -> Result<Option<Vec<u8>>, Failure> {
        let answer = async { Ok(self.0.objects.find(name, most)?.map(|bytes| bytes.to_vec())) };
        self.0.calls.make("objects.object", answer).await
    }

    async fn stream<T: Send + 'static>(
        &self,
        name: &ObjectName,
        most: u64,
        reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let answer = async {
            let found = self.0.objects.find(name, most)?;
            Ok(found.map(|bytes| reader(&mut &bytes[..])))
        };
        self.0.calls.make("objects.stream", answer).await
    }
}

impl<P: Plant> Account<P> {
    /// Writes an object and tells of it on the bus, as S3 does.
    pub fn put_object(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let name = (bucket.to_owned(), key.to_owned());
        self.0.objects.0.lock().insert(name, bytes.into());
        let object = json!({ "key": key, "size": bytes.len() });
        self.tell_of("Object Created", bucket, &object, "PutObject");
    }

    /// Deletes an object and tells of it on the bus, as S3 does.
    pub fn delete_object(&self, bucket: &str, key: &str) {
        self.0.objects.0.lock().remove(&(bucket.to_owned(), key.to_owned()));
        self.tell_of("Object Deleted", bucket, &json!({ "key": key }), "DeleteObject");
    }

    fn tell_of(&self, what: &str, bucket: &str, object: &serde_json::Value, reason: &str) {
        let detail = json!({
            "version": "0", "bucket": { "name": bucket }, "object": object, "reason": reason
        });
        let event = self.bus().event("aws.s3", what, self.now(), detail);
        self.bus().put(event);
    }
}
