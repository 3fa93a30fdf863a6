//! The repository's own rules: what may depend on what, and what every file keeps to.

mod dependencies;
mod manifests;
mod sources;
mod texts;
mod tree;
