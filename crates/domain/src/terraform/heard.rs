//! What starts the terraform machine: an object of S3, a run of HCP Terraform, or a person.

use serde::Deserialize;
use serde_json::Value;

use crate::failure::{Failure, decode};
use crate::name::ServiceName;
use crate::service::ServiceDocument;
use crate::terraform::Run;

/// What may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A state, or the lock of one, was written or is gone.
    Object {
        /// The bucket it is in.
        bucket: String,
        /// Its key.
        key: String,
    },
    /// A run of HCP Terraform changes a workspace, or has ended.
    Run(Run),
    /// A person asks for a look at what a service stands on.
    Person {
        /// The service.
        service: ServiceName,
        /// Why the state is to be taken as it is, and the service to be frozen no more.
        accept: Option<String>,
    },
}

impl Heard {
    /// Reads the detail of an event of S3 or of a run, or what a person typed:
    /// `{"service": "checkout"}`.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with the path of the field that is wrong.
    pub fn read(input: &Value) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Detail {
            bucket: Bucket,
            object: Object,
        }
        #[derive(Deserialize)]
        struct Bucket {
            name: String,
        }
        #[derive(Deserialize)]
        struct Object {
            key: String,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Person {
            service: ServiceName,
            #[serde(default)]
            accept: Option<String>,
        }
        if input.get("bucket").is_some() {
            let Detail { bucket: Bucket { name: bucket }, object: Object { key } } = decode(input)?;
            return Ok(Self::Object { bucket, key });
        }
        if input.get("workspace").is_some() {
            return decode(input).map(Self::Run);
        }
        let Person { service, accept } = decode(input)?;
        Ok(Self::Person { service, accept })
    }

    /// Whether it is about what a service stands on.
    pub fn concerns(&self, service: &ServiceDocument) -> bool {
        let backend = service.terraform.as_ref().map(|terraform| &terraform.backend);
        match self {
            Self::Person { service: name, .. } => service.name == *name,
            Self::Object { bucket, key } => backend.is_some_and(|it| it.is_object((bucket, key))),
            Self::Run(run) => backend.is_some_and(|it| it.is_workspace(&run.of())),
        }
    }

    /// Whether it tells that this run of HCP Terraform is over.
    pub fn ended(&self, run: &str) -> bool {
        matches!(self, Self::Run(told) if told.ended(run))
    }
}
