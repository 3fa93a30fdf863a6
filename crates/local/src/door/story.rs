//! What happens, as it happens.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::Desk;
use super::read::Query;
use super::view::Chapter;

/// How long a follower waits for news before it gets an empty answer and asks again.
const WAIT: Duration = Duration::from_secs(20);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follow {
    after: Option<u64>,
}

/// `GET /api/story?after=N`: what happened after line N, as soon as there is something. Without
/// `after`, only where the story is now.
pub(super) async fn follow(
    State(desk): State<Desk>,
    Query(Follow { after }): Query<Follow>,
) -> Json<Chapter> {
    let story = &desk.story;
    let lines = match after {
        None => Vec::new(),
        Some(after) => tokio::select! {
            lines = story.next(after) => lines,
            () = tokio::time::sleep(WAIT) => Vec::new(),
            () = desk.closing.cancelled() => Vec::new(),
        },
    };
    let newest = lines.last().map(|line| line.number);
    let next = newest.or(after).unwrap_or_else(|| story.newest());
    Json(Chapter { life: story.life(), next, lines })
}
