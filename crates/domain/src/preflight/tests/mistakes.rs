//! What refuses, mistake by mistake.

use super::*;

type Mistake = (&'static str, fn(&mut Ground));

/// Every single mistake, by a part of the sentence that tells it.
const MISTAKES: &[Mistake] = &[
    ("is deployed by CODE_DEPLOY, not by ECS", |it| {
        wiring(it).controller = "CODE_DEPLOY".into();
    }),
    ("behind a Classic Load Balancer", |it| wiring(it).balancers[0].group = None),
    (
        "the target group one of the service has no other target group; set `advancedConfiguration.alternateTargetGroupArn`",
        |it| {
            wiring(it).balancers[0].alternate = None;
        },
    ),
    ("set `advancedConfiguration.productionListenerRule`", |it| {
        wiring(it).balancers[0].production = None;
    }),
    ("set `advancedConfiguration.testListenerRule`", |it| wiring(it).balancers[0].test = None),
    ("set `advancedConfiguration.roleArn`", |it| wiring(it).balancers[0].role = None),
    ("two target groups are both one", |it| {
        wiring(it).balancers[0].alternate = Some(group("one"));
    }),
    ("is the production rule and the test rule", |it| {
        wiring(it).balancers[0].test = Some(rule("production"));
    }),
    ("targetgroup/two/1 does not exist", |it| _ = it.groups.insert(group("two"), Ok(None))),
    ("one takes targets by instance, and tasks", |it| {
        group_of(it, "one").target_type = "instance".into();
    }),
    (
        "the production rule arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/shop/1/2/production does not exist",
        |it| {
            _ = it.rules.insert(rule("production"), Ok(None));
        },
    ),
    ("does not know the target group two; add it with the weight 0", |it| {
        rule_of(it, "production").forwards.pop();
    }),
    ("gives one and two the weights 50 and 50", |it| {
        rule_of(it, "production").forwards = vec![forward("one", 50), forward("two", 50)];
    }),
    ("gives one and two the weights 0 and 0", |it| {
        rule_of(it, "production").forwards = vec![forward("one", 0), forward("two", 0)];
    }),
    ("/production sends traffic to three, which is no target group", |it| {
        rule_of(it, "production").forwards.push(forward("three", 0));
    }),
    ("the test rule listener-rule/app/shop/1/2/test sends traffic to no target group", |it| {
        rule_of(it, "test").forwards.clear();
    }),
    ("/test sends traffic to three", |it| rule_of(it, "test").forwards[0] = forward("three", 1)),
    (
        "there is no task definition arn:aws:ecs:eu-west-1:111122223333:task-definition/checkout:1",
        |it| {
            it.blueprint = Ok(None);
        },
    ),
    ("is built for linux/amd64 and linux/arm64, and its tasks run on windows/amd64", |it| {
        blueprint(it).platform = Some(Platform::new("windows", "amd64"));
    }),
    (
        "the execution role execution does not exist; create it, or name another by `executionRoleArn`",
        |it| _ = it.roles.insert(arn("role/execution"), Ok(None)),
    ),
    ("the task role app does not trust ecs-tasks.amazonaws.com", |it| {
        _ = it.roles.insert(arn("role/app"), Ok(Some(trusting("ec2.amazonaws.com"))));
    }),
    ("the infrastructure role balancing does not trust ecs.amazonaws.com", |it| {
        _ = it.roles.insert(arn("role/balancing"), Ok(Some(Role::default())));
    }),
    ("no execution role, and needs one to read the parameter /db/password", |it| {
        blueprint(it).execution_role = None;
    }),
    ("no execution role, and needs one to write to the log group /ecs/checkout", |it| {
        (blueprint(it).execution_role, blueprint(it).secrets) = (None, vec![]);
    }),
    ("the parameter /db/password of the container app does not exist", |it| {
        _ = it.secrets.insert(secret(), Ok(Held::No));
    }),
    ("is marked for deletion", |it| _ = it.secrets.insert(secret(), Ok(Held::Deleted))),
    ("has no value of the version", |it| _ = it.secrets.insert(secret(), Ok(Held::Empty))),
    ("the log group /ecs/checkout of the container app does not exist", |it| {
        _ = it.logs.insert(log(), Ok(false));
    }),
];

fn built_for_two() -> Plan {
    let platforms = ["amd64", "arm64"].map(|cpu| Platform::new("linux", cpu)).to_vec();
    Plan { platforms, ..plan() }
}

#[test]
fn every_single_mistake_is_told_with_its_remedy() {
    for (told, make) in MISTAKES {
        let mut ground = ground();
        make(&mut ground);

        let report = look(&built_for_two(), blue(), vec![], Some(ground));

        let [said] = &report.objections[..] else { panic!("{told}: {report:#?}") };
        assert!(said.contains(told), "{told}:\n{said}");
        assert_eq!(report.warnings, vec![], "{told}");
    }
}

#[test]
fn mistakes_are_told_all_at_once() {
    let mut ground = ground();
    for (_, make) in MISTAKES.iter().filter(|(told, _)| {
        ["by CODE_DEPLOY", "`advancedConfiguration.roleArn`", "weights 50", "marked for deletion"]
            .iter()
            .any(|it| told.contains(it))
    }) {
        make(&mut ground);
    }

    let report = look(&plan(), Serving { desired: 0, ..blue() }, vec![], Some(ground));

    assert_eq!(report.objections.len(), 5, "{report:#?}");
}
