//! Plays a part: pushes image after image, tells of them as GitHub does, and sees each to its end.

use std::time::Duration;

use domain::name::Digest;
use tokio::time::{Instant, timeout};

use super::github::Delivery;
use super::news::{News, Teller};
use super::script::{Act, Again, Part};
use super::stage::{Stage, tag};

/// How long a deployment of the demo may take. One that takes longer is told as one without an end.
const LONGEST: Duration = Duration::from_mins(1);

/// What was done in a part.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The digest of each act's image.
    pub(super) digests: Vec<Digest>,
    /// What the door answered to each delivery; 0 where it did not answer.
    pub(super) answers: Vec<u16>,
}

/// Plays one part, act after act.
pub(super) async fn play(stage: &Stage, part: &Part, teller: Teller) -> Done {
    let mut player = Player { stage, part, teller, done: Done::default() };
    for act in &part.acts {
        player.act(act).await;
    }
    player.done
}

struct Player<'a> {
    stage: &'a Stage,
    part: &'a Part,
    teller: Teller,
    done: Done,
}

impl Player<'_> {
    async fn act(&mut self, act: &Act) {
        let service = self.part.service;
        let digest = self.stage.push(self.part, &tag(act.tag), act.environment);
        let at = self.stage.now();
        let act_told = Box::new(act.clone());
        self.tell(News::Pushed { at, service, act: act_told, digest: digest.clone() });

        let delivery = Delivery::of(service, &tag(act.tag), &digest, at);
        self.deliver(act, &delivery, None).await;
        // GitHub sends both events of a push at once; a person redelivers what is over.
        if act.again.contains(&Again::OtherEvent) {
            self.deliver(act, &delivery.by_the_other_event(), Some(Again::OtherEvent)).await;
        }
        let _ = timeout(LONGEST, self.stage.ended(self.part, &digest)).await;
        if act.again.contains(&Again::SameDelivery) {
            self.deliver(act, &delivery, Some(Again::SameDelivery)).await;
        }
        self.done.digests.push(digest);
    }

    async fn deliver(&mut self, act: &Act, delivery: &Delivery, again: Option<Again>) {
        let began = Instant::now();
        let answer = self.stage.github.deliver(delivery).await;
        let status = answer.unwrap_or_default();
        self.done.answers.push(status);
        self.tell(News::Delivered {
            at: self.stage.now(),
            title: format!("{} {}", self.part.service, act.tag),
            event: delivery.event(),
            again,
            status,
            millis: began.elapsed().as_millis(),
        });
    }

    fn tell(&self, news: News) {
        // Nobody listens any more when the demo is being taken down.
        let _ = self.teller.send(news);
    }
}
