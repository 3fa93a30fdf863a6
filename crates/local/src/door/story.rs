//! What happens, as it happens.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use uuid::Uuid;

use super::read::Query;
use super::reception::Desk;
use super::view::Chapter;

/// How long a follower waits for news before it gets an empty answer and asks again.
const WAIT: Duration = Duration::from_secs(20);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follow {
    after: Option<u64>,
    life: Option<Uuid>,
}

/// `GET /api/story?after=N&life=ID`: what happened after line N, as soon as there is something.
/// Without `after`, only where the story is now. To a follower of another life it is told at once
/// that this one began, for its numbers mean nothing here.
pub(super) async fn follow(
    State(desk): State<Desk>,
    Query(Follow { after, life }): Query<Follow>,
) -> Json<Chapter> {
    let story = &desk.story;
    if life.is_some_and(|life| life != story.life()) {
        return Json(Chapter { life: story.life(), next: 0, lines: Vec::new() });
    }
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
