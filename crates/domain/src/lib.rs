//! What a deployment is, and every decision made during one.
