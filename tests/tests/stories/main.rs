//! Deployments, told from start to end on a simulated account.

mod blue_green;
