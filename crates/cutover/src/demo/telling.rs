//! Plays the demo and tells it: the story as it happens, the picture below it, the table at its end.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use domain::outcome::End;
use domain::record::{Entry, Record};
use futures_util::future::join_all;
use jiff::Timestamp;
use local::account::Told;
use local::load::Load;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::news::News;
use super::picture::{Picture, Release, legend};
use super::play::{Done, play};
use super::report::{Deployed, Played, Report};
use super::screen::Screen;
use super::script::{FIRST, Part};
use super::stage::Stage;
use super::story::Story;
use super::table;
use crate::problem::Trouble;

/// How often the picture is drawn.
const FRAME: Duration = Duration::from_millis(250);

/// How long the services are asked before the first and after the last act.
const BESIDE: Duration = Duration::from_secs(2);

/// Plays all parts side by side and tells what happens, to the table at the end.
pub(super) async fn tell(
    stage: &Stage,
    parts: &[Part],
    rate: u32,
    screen: &mut Screen<'_>,
) -> Result<Report, Trouble> {
    let began = Instant::now();
    screen.line(&format!(
        "Two services on this machine, two tasks each, {rate} requests a second on each."
    ))?;
    stage.ready(parts).await;
    let loads: Result<Vec<Load>, Trouble> =
        parts.iter().map(|part| stage.load(part, rate)).collect();
    let mut telling = Telling::of(stage, parts, loads?, screen);

    let (teller, mut news) = mpsc::unbounded_channel();
    let playing = async {
        sleep(BESIDE).await;
        let done = join_all(parts.iter().map(|part| play(stage, part, teller.clone()))).await;
        stage.calm().await;
        sleep(BESIDE).await;
        done
    };
    let mut playing = std::pin::pin!(playing);
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let done = loop {
        tokio::select! {
            biased;
            Some(news) = news.recv() => telling.heard(&news)?,
            lines = stage.story().next(telling.told) => {
                for line in lines {
                    telling.told = line.number;
                    telling.follow(&line.told)?;
                }
            }
            _ = frames.tick() => telling.draw()?,
            done = &mut playing => break done,
        }
    };

    telling.end(done, began).await
}

/// What is told, and how far.
struct Telling<'a, 'c> {
    stage: &'a Stage,
    parts: &'a [Part],
    loads: Vec<Load>,
    screen: &'a mut Screen<'c>,
    story: Story,
    /// The number of the account's last line that was told.
    told: u64,
    began: Timestamp,
    /// The releases of each part, in the order in which they were pushed.
    releases: Vec<Vec<Release>>,
}

impl<'a, 'c> Telling<'a, 'c> {
    fn of(
        stage: &'a Stage,
        parts: &'a [Part],
        loads: Vec<Load>,
        screen: &'a mut Screen<'c>,
    ) -> Self {
        let began = stage.now();
        let mut tags = BTreeMap::new();
        let first = |part: &Part| {
            let digest = stage.first(part);
            let image = format!("{}@{digest}", part.image());
            tags.insert(digest.to_string(), FIRST.to_owned());
            vec![Release { tag: FIRST.to_owned(), image, settled: Some(0) }]
        };
        let releases = parts.iter().map(first).collect();
        let story = Story::new(began, screen.ink(), tags);
        // What the account told until now was only how the services came to stand.
        let told = stage.story().newest();
        Self { stage, parts, loads, screen, story, told, began, releases }
    }

    /// Tells what a player did.
    fn heard(&mut self, news: &News) -> io::Result<()> {
        let line = match news {
            News::Pushed { at, service, act, digest } => {
                self.story.knows(digest, act.tag);
                if let Some(at) = self.parts.iter().position(|part| part.service == *service) {
                    let image = format!("{}@{digest}", self.parts[at].image());
                    self.releases[at].push(Release {
                        tag: act.tag.to_owned(),
                        image,
                        settled: None,
                    });
                }
                let what = format!("{} is pushed: {}", act.tag, act.what);
                self.story.line(*at, service, &self.screen.ink().strong(what))
            }
            News::Delivered { at, title, event, again, status, millis } => {
                let again = again.map_or_else(String::new, |again| format!(", {}", again.as_str()));
                let what =
                    format!("tells of {title} by {event}{again}: {status} after {millis} ms");
                self.story.line(*at, "GitHub", &what)
            }
        };
        self.screen.line(&line)
    }

    /// Tells what the account did.
    fn follow(&mut self, told: &Told) -> io::Result<()> {
        if let Told::Recorded { at, entry: Entry::Ended { outcome }, .. } = told
            && outcome.end == End::Deployed
            && let Some(digest) = &outcome.digest
        {
            let second = at.duration_since(self.began).as_secs();
            let deployed = self.releases.iter_mut().flatten();
            for release in deployed.filter(|release| release.image.ends_with(digest.as_str())) {
                release.settled = usize::try_from(second).ok();
            }
        }
        match self.story.told(told) {
            Some(line) => self.screen.line(&line),
            None => Ok(()),
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let loads: Vec<_> = self.loads.iter().map(Load::report).collect();
        let lines = self.picture(&loads);
        self.screen.draw(lines)
    }

    /// The traffic of all services until now.
    fn picture(&self, loads: &[local::load::LoadReport]) -> Vec<String> {
        let mut lines = vec![String::new()];
        let width = self.screen.width();
        for ((part, releases), load) in self.parts.iter().zip(&self.releases).zip(loads) {
            let picture = Picture::of(part.service, releases, load, width);
            lines.extend(picture.lines(self.screen.ink()));
            lines.push(self.screen.ink().faint(picture.axis()));
        }
        lines.push(legend(self.screen.ink()));
        lines
    }

    /// Stops the load, and shows what became of it all.
    async fn end(mut self, done: Vec<Done>, began: Instant) -> Result<Report, Trouble> {
        let loads = join_all(std::mem::take(&mut self.loads).into_iter().map(Load::stop)).await;
        self.screen.clear()?;
        let picture = self.picture(&loads);

        let mut played = Vec::new();
        for ((part, done), load) in self.parts.iter().zip(done).zip(loads) {
            let answers = load.total.by_image.values().sum();
            let totals = self.stage.totals(part, answers).await;
            let deployments = self.stage.history(part).len();
            let acts = part.acts.iter().zip(done.digests).map(|(act, digest)| {
                let record = self.stage.record(part, &digest);
                let path = record.as_ref().map(|record: &Record| self.stage.path(record));
                let (path, transitions) = path.unwrap_or_default();
                Deployed { act: act.clone(), digest, record, path, transitions }
            });
            played.push(Played {
                part: part.clone(),
                acts: acts.collect(),
                deployments,
                answers: done.answers,
                load,
                totals,
            });
        }

        let report = Report::of(&played, began.elapsed().as_secs_f64());
        let ink = self.screen.ink();
        for line in picture.into_iter().chain([String::new()]).chain(table::lines(&report, ink)) {
            self.screen.line(&line)?;
        }
        Ok(report)
    }
}
