//! The nouns of the domain that a state of the world stands for.

use domain::desk::{Desk, Watcher};
use domain::rollout::{Progress, RolloutState, Status, WaitingHook};
use domain::seconds::Seconds;
use domain::signal::Signal;
use domain::strategy::Stage;
use domain::verdict::Watch;
use jiff::Timestamp;
use serde_json::json;

const ROLLOUT: &str = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/checkout/1";
const ANOTHER: &str = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/checkout/0";
const SERVICE: &str = "arn:aws:ecs:eu-west-1:123456789012:service/shop/checkout";

/// Which pause: 1 or 2; 0 is none.
pub(crate) type Pause = u8;

/// How the rollout stands at ECS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rollout {
    /// It works, and passed this pause. It may still show it as waiting.
    Moves { passed: Pause, shows: bool },
    /// It waits for an answer to this pause.
    Pauses(Pause),
    /// Green is taken back.
    GoesBack,
    /// It is over.
    Ended,
}

/// Whether an execution sleeps with a callback token, or did once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Token {
    Now,
    Gone,
}

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum News {
    /// Of a hook of our rollout.
    Hook,
    /// Of a deployment of our service.
    Service,
    /// Of a hook of another rollout.
    Another,
}

impl Rollout {
    /// What the execution takes from what ECS tells, which `answered` this pause last.
    pub(crate) fn progress(self, answered: Pause) -> Progress {
        let (status, shown) = match self {
            Self::Moves { passed, shows } => (Status::InProgress, if shows { passed } else { 0 }),
            Self::Pauses(pause) => (Status::InProgress, pause),
            Self::GoesBack => (Status::RollbackInProgress, 0),
            Self::Ended => (Status::Successful, 0),
        };
        let hook = |pause: Pause| format!("hook-{pause}").parse().expect("an id");
        let waiting = (shown > 0).then(|| WaitingHook {
            id: hook(shown),
            stage: Stage::PostTestTrafficShift,
            expires_at: Timestamp::UNIX_EPOCH,
        });
        let state = RolloutState {
            status,
            stage: None,
            waiting: waiting.into_iter().collect(),
            green: None,
            share: 0.0,
            wanted: 1,
            began: Timestamp::UNIX_EPOCH,
            reason: None,
        };
        state.progress(&[], Some(&hook(answered)))
    }
}

/// What an execution watches for that saw the rollout like this, and `answered` this pause last.
pub(crate) fn watch(seen: Option<Rollout>, answered: Pause) -> Watch {
    let seen = seen.map(|rollout| rollout.progress(answered));
    Watch { seen, seconds: Seconds::minutes(5), ..Watch::first() }
}

/// A desk at which somebody is to be woken by this token.
pub(crate) fn desk(token: Option<Token>) -> Desk {
    let desk = Desk::new("checkout".parse().expect("a name"));
    Desk { watcher: token.map(watcher), ..desk }
}

/// By which token somebody is to be woken at this desk.
pub(crate) fn token(desk: &Desk) -> Option<Token> {
    let written = desk.watcher.as_ref()?;
    let now = written.token == watcher(Token::Now).token;
    Some(if now { Token::Now } else { Token::Gone })
}

/// Who is to be woken by this token.
pub(crate) fn watcher(token: Token) -> Watcher {
    let token = match token {
        Token::Now => "now",
        Token::Gone => "gone",
    };
    let watcher = json!({
        "deployment": "checkout-1", "rollout": ROLLOUT, "alarms": [], "token": token,
        "place": { "cluster": "shop", "service": "checkout" },
    });
    serde_json::from_value(watcher).expect("as the ledger has it")
}

/// The event as `resume` reads it.
pub(crate) fn signal(news: News) -> Signal {
    match news {
        News::Hook => Signal::Hook(ROLLOUT.parse().expect("an ARN")),
        News::Service => Signal::Service(SERVICE.parse().expect("an ARN")),
        News::Another => Signal::Hook(ANOTHER.parse().expect("an ARN")),
    }
}
