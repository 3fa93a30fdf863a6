//! Deployments, told from start to end on a simulated account.

mod alerts;
mod blue_green;
mod coverage;
mod duplicates;
mod evidence;
mod fix_forward;
mod freezes;
mod lost_answers;
mod marks;
mod measures;
mod metrics;
mod migration;
mod news;
mod people;
mod preflight;
mod queue;
mod refusals;
mod replicas;
mod rollback;
mod runs;
mod steps;
mod stopped;
mod strange_events;
mod terraform;
mod waves;
