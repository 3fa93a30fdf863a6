//! A story that is played once, whoever asks for it: its own test, or the count of all calls.

use std::pin::Pin;

use tokio::sync::{OnceCell, Semaphore};

use crate::calls::Calls;

/// A story is mostly waiting, but each has an emulator and fourteen processes.
static SEATS: Semaphore = Semaphore::const_new(3);

type Play = Pin<Box<dyn Future<Output = Option<Calls>>>>;

/// A story, which tells the calls that were made in it; `None` where there is no emulator.
pub(crate) struct Story {
    play: fn() -> Play,
    played: OnceCell<Option<Calls>>,
}

impl Story {
    pub(crate) const fn new(play: fn() -> Play) -> Self {
        Self { play, played: OnceCell::const_new() }
    }

    /// Plays it, unless it was played.
    pub(crate) async fn play(&self) -> Option<&Calls> {
        let play = async {
            let _seat = SEATS.acquire().await.expect("nobody closes the house");
            (self.play)().await
        };
        self.played.get_or_init(|| play).await.as_ref()
    }
}

/// Makes each story a test.
macro_rules! stories {
    ($($(#[$doc:meta])* $name:ident, $story:path;)*) => {
        $(
            $(#[$doc])*
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $story.play().await;
            }
        )*
    };
}
pub(crate) use stories;
