//! A service of this machine, as its configuration says.

use domain::name::Tag;
use domain::service::ServiceDocument;

use crate::real::ServiceSettings;

/// A service of this machine.
#[derive(Debug, Clone)]
pub struct Hosted {
    /// Its document.
    pub document: ServiceDocument,
    /// The tag it begins with, the first time.
    pub first: Tag,
    /// How many tasks it begins with.
    pub tasks: u32,
    /// How it stands. The name is that of the ECS service.
    pub settings: ServiceSettings,
}
