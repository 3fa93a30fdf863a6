//! What is found before anything is touched: refused with every reason at once, or begun with a word
//! about what makes it slow.

use domain::name::Arn;
use domain::outcome::{End, Outcome};
use domain::platform::Platform;
use domain::preflight::{Forward, LoadBalancer, Role, Rule, Warning};
use domain::record::Entry;
use domain::seconds::Seconds;
use domain::service::Place;
use local::alarms::AlarmState;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

fn place() -> Place {
    document("checkout", |_| {}).place()
}

/// What stands before `checkout`.
fn balancer(world: &World) -> LoadBalancer {
    let balancers = world.account.wiring(&place()).balancers;
    balancers.into_iter().next().expect("a load balancer")
}

fn named(name: Option<Arn>) -> Arn {
    name.expect("it is set up whole")
}

/// Changes what the tasks of `checkout` ask for.
fn redefine(world: &World, change: impl FnOnce(&mut serde_json::Value)) {
    let serves = world.account.ecs(&place(), |service| service.describe().task_definition.arn);
    world.account.redefine(&serves.expect("a service of this world"), change);
}

/// Pushes a release, and tells how it ended.
async fn push(world: &mut World) -> Outcome {
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    world.outcome("checkout")
}

fn warnings(world: &World) -> Vec<Warning> {
    let record = world.history("checkout").remove(0);
    let checked = record.entries.into_iter().find_map(|dated| match dated.entry {
        Entry::Checked { warnings, .. } => Some(warnings),
        _ => None,
    });
    checked.expect("it was looked at")
}

const TASK_ROLE: &str = "arn:aws:iam::000000000000:role/shop/checkout-tasks";

type Mistake = (&'static str, fn(&World));

/// Mistakes, each with a part of the sentence that tells it.
const MISTAKES: &[Mistake] = &[
    ("is deployed by CODE_DEPLOY", |world| {
        world.account.rewire(&place(), |it| "CODE_DEPLOY".clone_into(&mut it.controller));
    }),
    ("set `advancedConfiguration.roleArn`", |world| {
        world.account.rewire(&place(), |it| it.balancers[0].role = None);
    }),
    ("targetgroup/checkout-2/2 does not exist", |world| {
        world.account.take_away(named(balancer(world).alternate).as_str());
    }),
    ("the target group checkout-1 takes targets by instance", |world| {
        let group = named(balancer(world).group);
        world.account.set_group(&group, |it| "instance".clone_into(&mut it.target_type));
    }),
    ("/443/checkout gives checkout-1 and checkout-2 the weights 1 and 1", |world| {
        let balancer = balancer(world);
        let groups = [balancer.group, balancer.alternate];
        let forwards = groups.map(|group| Forward { group: named(group), weight: 1 });
        let rule = Rule { forwards: forwards.into(), sticks: None };
        world.account.set_rule(&named(balancer.production), rule);
    }),
    ("/8443/checkout does not exist", |world| {
        world.account.take_away(named(balancer(world).test).as_str());
    }),
    ("the parameter /checkout/token of the container checkout does not exist", |world| {
        redefine(world, |it| {
            it["containerDefinitions"][0]["secrets"] =
                json!([{ "name": "TOKEN", "valueFrom": "/checkout/token" }]);
        });
        world.account.take_away("/checkout/token");
    }),
    ("has no execution role", |world| {
        redefine(world, |it| it["executionRoleArn"] = json!(null));
    }),
    ("the task role checkout-tasks does not exist; create it", |world| {
        redefine(world, |it| it["taskRoleArn"] = json!(TASK_ROLE));
        world.account.take_away(TASK_ROLE);
    }),
    ("the log group /ecs/checkout of the container checkout does not exist", |world| {
        world.account.take_away("/ecs/checkout");
    }),
    ("the alarm checkout-errors rings since", |world| {
        let rings = world.account.set_alarm("checkout-errors", AlarmState::Alarm, "by hand");
        rings.expect("it exists");
    }),
];

#[tokio::test(start_paused = true)]
async fn every_single_mistake_refuses_before_anything_is_touched() {
    for (told, make) in MISTAKES {
        let mut world = World::begin().await;
        make(&world);

        let outcome = push(&mut world).await;

        assert_eq!(outcome.end, End::Refused, "{told}: {}", outcome.why);
        assert!(outcome.why.contains(told), "{told}: {}", outcome.why);
        let record = world.history("checkout").remove(0);
        assert_eq!(record.green(), None, "{told}");
        assert!(world.desk("checkout").lease.is_none(), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn everything_that_is_wrong_is_told_at_once() {
    let mut world = World::begin().await;
    for (_, make) in MISTAKES {
        make(&world);
    }

    let outcome = push(&mut world).await;

    assert_eq!(outcome.end, End::Refused);
    for (told, _) in MISTAKES {
        assert!(outcome.why.contains(told), "{told} is missing in\n{}", outcome.why);
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_ecs_may_not_take_on_refuses_until_it_may() {
    let mut world = World::begin().await;
    let role = named(balancer(&world).role);
    world.account.set_role(&role, Role { trusts: vec!["lambda.amazonaws.com".to_owned()] });

    let outcome = push(&mut world).await;
    assert_eq!(outcome.end, End::Refused);
    let told = "the infrastructure role ecs-infrastructure does not trust ecs.amazonaws.com";
    assert!(outcome.why.contains(told), "{}", outcome.why);

    world.account.set_role(&role, Role { trusts: vec!["ecs.amazonaws.com".to_owned()] });
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_quota_without_room_for_green_is_told_and_refuses_nothing() {
    for (left, told) in [(0.25, 1), (64.0, 0)] {
        let mut world = World::begin().await;
        world.account.leave_vcpus(left);

        let outcome = push(&mut world).await;

        assert_eq!(outcome.end, End::Deployed, "{}", outcome.why);
        let short = |it: &Warning| it.what.contains("vCPUs of Fargate beside blue");
        let warnings = warnings(&world);
        assert_eq!(warnings.iter().filter(|it| short(it)).count(), told, "{warnings:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_image_for_another_machine_is_refused() {
    let mut world = World::begin().await;
    let digest = world.image("checkout", "v1.1.0", Behaviour::default());
    let image = document("checkout", |_| {}).image;
    world.account.build_for(&image, &digest, vec![Platform::new("linux", "arm64")]);

    let outcome = push(&mut world).await;

    assert_eq!(outcome.end, End::Refused);
    let told = "is built for linux/arm64, and its tasks run on linux/amd64";
    assert!(outcome.why.contains(told), "{}", outcome.why);
}

#[tokio::test(start_paused = true)]
async fn what_makes_it_slow_is_told_with_the_seconds_and_refuses_nothing() {
    let mut world = World::begin().await;
    world.account.set_group(&named(balancer(&world).alternate), |group| {
        (group.interval, group.threshold, group.drains) = (Seconds(30), 5, Seconds(300));
    });

    let outcome = push(&mut world).await;

    assert_eq!(outcome.end, End::Deployed, "{}", outcome.why);
    let costs: Vec<_> = warnings(&world).iter().map(|it| it.costs).collect();
    assert_eq!(costs, [Some(Seconds(140)), Some(Seconds(295))]);
}

#[tokio::test(start_paused = true)]
async fn a_way_back_waits_for_none_of_it() {
    let mut world = World::begin().await;
    assert_eq!(push(&mut world).await.end, End::Deployed);
    world.account.take_away(named(balancer(&world).test).as_str());
    world.account.take_away("/ecs/checkout");

    let back = json!({ "service": "checkout", "tag": "v1.0.0", "cause": "rollback" });
    world.account.start("deployment", "back", back).expect("a new name");
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed], "{}", world.story());
}
