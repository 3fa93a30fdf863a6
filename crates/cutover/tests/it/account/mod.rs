//! The command line against an AWS account: a model of it on loopback, which the real program asks
//! with the real SDK.

mod aws;
mod cbor;
mod http;
mod looking;
mod moving;
mod quarantine;
mod refused;
mod registry;
mod world;
