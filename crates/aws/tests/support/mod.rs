//! A scripted AWS on loopback: it answers the real requests of the real SDK with bytes that a test
//! wrote down, and keeps what was asked.
//!
//! ```ignore
//! let aws = Script::new()
//!     .on("AmazonEC2ContainerServiceV20141113.DescribeServices", |call| {
//!         assert_eq!(call.body["cluster"], "shop");
//!         Answer::json(json!({ "services": [] }))
//!     })
//!     .play()
//!     .await;
//! let ecs = aws::Ecs::new(&aws.config());
//! // …
//! assert_eq!(aws.actions(), ["AmazonEC2ContainerServiceV20141113.DescribeServices"]);
//! ```
//!
//! What nobody scripted is answered with 501, and fails the test by its name when the scripted AWS is
//! dropped.

mod answer;
mod cbor;
mod script;
mod server;
mod wire;

pub(crate) use answer::Answer;
pub(crate) use cbor::epoch;
pub(crate) use script::Script;
pub(crate) use server::Aws;
pub(crate) use wire::Call;
