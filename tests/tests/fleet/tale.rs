//! The vocabulary of the tales: what is asked, and how what came back is written down.

use std::fmt::Debug;
use std::time::Duration;

use domain::Failure;
use domain::name::{Arn, HookId};
use domain::rollout::RolloutState;
use domain::service::Place;
use domain::strategy::Strategy;
use jiff::SignedDuration;
use workflow::ports::{Balancer, Deployment, Fleet, Reply};

use crate::side::{Side, image, place};

/// How long a deployment may take to its next pause, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// An ARN of this account.
pub(crate) fn arn(kind: &str, name: &str) -> Arn {
    format!("arn:aws:ecs:local:000000000000:{kind}/{name}").parse().expect("an ARN")
}

impl<F: Fleet, B: Balancer> Side<F, B> {
    /// Writes down what came back. Of a failure it is the name: each side has its own words.
    fn tell<T: Debug>(&mut self, question: &str, answer: &Result<T, Failure>) {
        let answer = match answer {
            Ok(answer) => format!("{answer:?}"),
            Err(failure) => failure.name().to_owned(),
        };
        self.tale.push(format!("{question}: {answer}"));
    }

    /// What serves, in the words of the port.
    pub(crate) async fn serving(&mut self, place: &Place) {
        let serving = self.fleet.serving(place, None).await;
        self.tell(&format!("serving {place}"), &serving);
    }

    /// Registers a release after another task definition.
    pub(crate) async fn register(&mut self, blue: &Arn, image: &str) -> Option<Arn> {
        let registered = self.fleet.register(blue, None, image).await;
        self.tell("register", &registered);
        registered.ok()
    }

    /// Finds the newest deployment to a task definition.
    pub(crate) async fn find(&mut self, green: &Arn) -> Option<Arn> {
        let found = self.fleet.find(&place(), green).await;
        self.tell("find", &found);
        found.ok().flatten()
    }

    /// Begins a deployment.
    pub(crate) async fn launch(&mut self, place: &Place, launch: &Deployment) {
        let launched = self.fleet.launch(place, launch).await;
        self.tell("launch", &launched);
    }

    /// Answers a pause.
    pub(crate) async fn answer(&mut self, rollout: &Arn, hook: &HookId, reply: Reply) {
        let answered = self.fleet.answer(rollout, hook, reply).await;
        self.tell(&format!("answer {reply:?}"), &answered);
    }

    /// Stops a deployment.
    pub(crate) async fn stop(&mut self, rollout: &Arn) {
        let stopped = self.fleet.stop(rollout).await;
        self.tell("stop", &stopped);
    }

    /// How the targets of a revision stand.
    pub(crate) async fn targets(&mut self, revision: &Arn) {
        let groups = self.fleet.target_groups(std::slice::from_ref(revision)).await;
        let groups: Result<Vec<Arn>, _> =
            groups.map(|groups| groups.concat().into_iter().map(|group| group.arn).collect());
        self.tell("target groups", &groups);
        let Ok(groups) = groups else { return };
        let targets = self.balancer.targets(&groups).await;
        self.tell("targets", &targets);
        let each = self.balancer.each(&groups).await;
        self.tell("each", &each.map(|each| each.len()));
    }

    /// The tasks of a task definition, and where they log.
    pub(crate) async fn tasks(&mut self, green: &Arn) {
        let tasks = self.fleet.tasks(&place(), green).await;
        // When a task stopped is another moment on each side.
        let tasks = tasks.map(|mut tasks| {
            tasks.iter_mut().filter_map(|it| it.stop.as_mut()).for_each(|stop| stop.at = None);
            tasks.sort_by(|one, other| one.id.cmp(&other.id));
            tasks
        });
        self.tell("tasks", &tasks);
        let log = self.fleet.log_place(green, None).await;
        let log = log.map(|log| format!("{} {}", log.group, log.stream("<task>")));
        self.tell("log", &log);
    }

    /// How a rollout stands that may not be there.
    pub(crate) async fn rollout(&mut self, rollout: &Arn) {
        let state = self.fleet.rollout(rollout).await;
        self.tell("rollout", &state.map(|state| state.status));
    }

    /// How a rollout stands once it waits for an answer or is over.
    pub(crate) async fn settled(&mut self, rollout: &Arn) -> RolloutState {
        let settling = async {
            loop {
                let state = self.fleet.rollout(rollout).await.expect("the rollout is there");
                let asks = !state.waiting.is_empty() && !state.status.is_going_back();
                if asks || state.status.is_end() {
                    break state;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let state = tokio::time::timeout(SOON, settling).await;
        let state =
            state.unwrap_or_else(|_| panic!("it goes on for ever:\n{}", self.tale.join("\n")));

        let now = self.account.now();
        assert!(now.duration_since(state.began) < SignedDuration::from_secs(60), "{state:?}");
        let waiting = state.waiting.iter().map(|hook| {
            let left = hook.expires_at.duration_since(now).as_secs_f64() / 60.0;
            format!("{} {} for {left:.0} minutes", hook.id, hook.stage)
        });
        self.tale.push(format!(
            "rollout: {} at {:?}, waits {:?}, green {:?}, {} %, {} tasks, {:?}",
            state.status,
            state.stage,
            waiting.collect::<Vec<_>>(),
            state.green,
            state.share,
            state.wanted,
            state.reason,
        ));
        state
    }

    /// Registers a release and begins its deployment.
    pub(crate) async fn begin(&mut self, release: u32, strategy: Strategy, alarms: &[&str]) -> Arn {
        let blue = arn("task-definition", "checkout:1");
        let green = self.register(&blue, &image(release)).await.expect("a task definition");
        let launch = Deployment {
            green: green.clone(),
            pauses: strategy.pauses(domain::seconds::Seconds::minutes(10)),
            strategy,
            alarms: alarms.iter().map(|&alarm| alarm.to_owned()).collect(),
        };
        self.launch(&place(), &launch).await;
        self.launch(&place(), &launch).await;
        self.find(&green).await.expect("a deployment")
    }

    /// Answers every pause alike until the deployment is over.
    pub(crate) async fn carry_on(&mut self, rollout: &Arn, reply: Reply) {
        loop {
            let state = self.settled(rollout).await;
            let Some(hook) = state.waiting.first() else { break };
            self.targets(&state.green.clone().expect("green has a revision")).await;
            self.serving(&place()).await;
            self.answer(rollout, &hook.id, reply).await;
            // Once more: the answer to the first may have been lost.
            self.answer(rollout, &hook.id, reply).await;
        }
        self.serving(&place()).await;
    }
}
