//! What is found before anything is touched.

mod mistakes;

use super::*;
use crate::metric::{Point, Series};
use crate::platform::Platform;
use crate::seconds::Seconds;
use crate::service::ServiceDocument;
use serde_json::{Value, json};

fn digest(byte: &str) -> Digest {
    format!("sha256:{}", byte.repeat(32)).parse().unwrap()
}

fn arn(name: &str) -> Arn {
    let service = if name.starts_with("task-") { "ecs" } else { "elasticloadbalancing" };
    format!("arn:aws:{service}:eu-west-1:111122223333:{name}").parse().unwrap()
}

fn plan_of(strategy: &Value, request: &Value) -> Plan {
    let smoke =
        if strategy.get("rolling").is_some() { json!([]) } else { json!([{ "path": "/" }]) };
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
        "cluster": "shop", "strategy": strategy, "checks": { "smoke": smoke }
    });
    Plan::decide(
        "checkout-1".parse().unwrap(),
        ServiceDocument::read(&document.to_string()).unwrap(),
        &serde_json::from_value(request.clone()).unwrap(),
        digest("aa"),
        &Desk::new("checkout".parse().unwrap()),
        Timestamp::UNIX_EPOCH,
    )
    .unwrap()
}

fn plan() -> Plan {
    plan_of(&json!({ "blue_green": {} }), &json!({ "service": "checkout", "tag": "v1.0.0" }))
}

fn blue() -> Serving {
    Serving {
        task_definition: arn("task-definition/checkout:1"),
        revision: None,
        digest: Some(digest("bb")),
        desired: 2,
        running: 2,
        in_progress: None,
    }
}

fn alarm(state: AlarmState) -> Alarm {
    Alarm { name: "5xx".into(), state, since: Timestamp::UNIX_EPOCH }
}

fn group(name: &str) -> Arn {
    arn(&format!("targetgroup/{name}/1"))
}

fn rule(name: &str) -> Arn {
    arn(&format!("listener-rule/app/shop/1/2/{name}"))
}

fn secret() -> Secret {
    Secret::value_from("/db/password")
}

fn log() -> LogGroup {
    LogGroup { name: "/ecs/checkout".into(), region: None }
}

fn balancer() -> LoadBalancer {
    LoadBalancer {
        group: Some(group("one")),
        alternate: Some(group("two")),
        production: Some(rule("production")),
        test: Some(rule("test")),
        role: Some(arn("role/balancing")),
    }
}

fn forward(name: &str, weight: u64) -> Forward {
    Forward { group: group(name), weight }
}

fn trusting(service: &str) -> Role {
    Role { trusts: vec![service.to_owned()] }
}

fn vcpus(left: f64) -> Series {
    Series::Complete(vec![Point { at: Timestamp::UNIX_EPOCH, value: left }])
}

/// A service of which nothing is wrong, and nothing slow.
fn ground() -> Ground {
    let quick =
        Group { target_type: "ip".into(), interval: Seconds(5), threshold: 2, drains: Seconds(5) };
    let rules = [
        (rule("production"), vec![forward("one", 100), forward("two", 0)]),
        (rule("test"), vec![forward("one", 100)]),
    ];
    let rule = |forwards| Ok(Some(Rule { forwards, sticks: None }));
    Ground {
        wiring: Ok(Wiring {
            controller: "ECS".into(),
            capacity: Capacity::Fargate(Some(Purchase::OnDemand)),
            percent: (100, 200),
            balancers: vec![balancer()],
            connects: false,
            hooks: vec![],
        }),
        blueprint: Ok(Some(Blueprint {
            platform: Some(Platform::new("linux", "amd64")),
            fargate: true,
            awsvpc: true,
            execution_role: Some(arn("role/execution")),
            task_role: Some(arn("role/app")),
            cpu: Some(512),
            secrets: vec![SecretUse { container: "app".into(), secret: secret() }],
            logs: vec![LogUse { container: "app".into(), group: log(), creates: false }],
        })),
        groups: ["one", "two"].map(|name| (group(name), Ok(Some(quick.clone())))).into(),
        rules: rules.map(|(arn, forwards)| (arn, rule(forwards))).into(),
        roles: [("execution", role::TASKS), ("app", role::TASKS), ("balancing", role::ECS)]
            .map(|(name, service)| (arn(&format!("role/{name}")), Ok(Some(trusting(service)))))
            .into(),
        vcpus: Some(Ok(vcpus(1.0))),
        secrets: [(secret(), Ok(Held::Yes))].into(),
        logs: [(log(), Ok(true))].into(),
    }
}

fn look(plan: &Plan, blue: Serving, alarms: Vec<Alarm>, ground: Option<Ground>) -> Report {
    let desk = Desk::new("checkout".parse().unwrap());
    inspect(plan, &Facts { blue, alarms, alerts: vec![], ground }, &desk, Timestamp::UNIX_EPOCH)
}

fn look_at(ground: Ground) -> Report {
    look(&plan(), blue(), vec![], Some(ground))
}

fn wiring(ground: &mut Ground) -> &mut Wiring {
    ground.wiring.as_mut().unwrap()
}

fn blueprint(ground: &mut Ground) -> &mut Blueprint {
    ground.blueprint.as_mut().unwrap().as_mut().unwrap()
}

fn group_of<'a>(ground: &'a mut Ground, name: &str) -> &'a mut Group {
    let known = ground.groups.get_mut(&group(name)).unwrap();
    known.as_mut().unwrap().as_mut().unwrap()
}

fn rule_of<'a>(ground: &'a mut Ground, name: &str) -> &'a mut Rule {
    let known = ground.rules.get_mut(&rule(name)).unwrap();
    known.as_mut().unwrap().as_mut().unwrap()
}

#[test]
fn nothing_speaks_against_what_is_set_up_well() {
    let quiet = vec![alarm(AlarmState::Quiet), alarm(AlarmState::NoData)];

    assert_eq!(look(&plan(), blue(), quiet, Some(ground())), Report::default());
}

#[test]
fn what_serves_and_what_rings_speak_against_it() {
    let busy = Some(arn("service-deployment/shop/checkout/9"));
    let worst = Serving { digest: Some(digest("aa")), desired: 0, in_progress: busy, ..blue() };
    let loud = vec![alarm(AlarmState::Ringing), alarm(AlarmState::Missing)];

    let said = look(&plan(), worst, loud, None).objections.join("\n");

    for expected in
        ["serves already", "in progress", "desired count 0", "rings since", "does not exist"]
    {
        assert!(said.contains(expected), "{expected} is missing in\n{said}");
    }
}

#[test]
fn a_release_that_is_to_mend_an_alarm_is_not_refused_for_it() {
    let request = json!({ "service": "checkout", "tag": "v1.0.0", "fix_forward": "mends totals" });
    let plan = plan_of(&json!({ "blue_green": {} }), &request);

    let report = look(&plan, blue(), vec![alarm(AlarmState::Ringing)], None);

    assert_eq!(report.objections, Vec::<String>::new());
    let told = report.warnings[0].to_string();
    assert!(told.contains("must fall silent by the end of the bake: mends totals"), "{told}");
    let report = look(&plan, blue(), vec![alarm(AlarmState::Missing)], None);
    assert_eq!(report.objections.len(), 1, "an alarm that is not there mends nothing");
}

type Slow = (&'static str, u64, fn(&mut Ground));

#[test]
fn what_is_slow_is_told_with_the_seconds_that_it_costs() {
    let cases: &[Slow] = &[
        (
            "two is healthy after 2m 30s (5 times 30s); where a service answers quickly AWS suggests 2 times 5s",
            140,
            |it| {
                let group = group_of(it, "two");
                (group.interval, group.threshold) = (Seconds(30), 5);
            },
        ),
        ("one drains for 5m", 295, |it| group_of(it, "one").drains = Seconds(300)),
        ("turn its stickiness off", 3600, |it| {
            rule_of(it, "production").sticks = Some(Seconds(3600));
        }),
    ];
    for (told, costs, make) in cases {
        let mut ground = ground();
        make(&mut ground);

        let report = look_at(ground);

        assert_eq!(report.objections, Vec::<String>::new(), "{told}");
        let [warning] = &report.warnings[..] else { panic!("{told}: {report:#?}") };
        assert!(warning.what.contains(told), "{told}:\n{warning}");
        assert_eq!(warning.costs, Some(Seconds(*costs)), "{told}");
    }
    let many = look(&plan(), Serving { desired: 250, ..blue() }, vec![], Some(ground()));
    assert_eq!(many.warnings[0].costs, Some(Seconds(8)), "{many:#?}");
}

#[test]
fn what_may_not_be_looked_at_is_told_and_refuses_nothing() {
    let denied = || "ssm:DescribeParameters is not allowed".to_owned();
    let cases: &[fn(&mut Ground, String)] = &[
        |it, why| it.wiring = Err(why),
        |it, why| it.blueprint = Err(why),
        |it, why| _ = it.groups.insert(group("one"), Err(why)),
        |it, why| _ = it.rules.insert(rule("test"), Err(why)),
        |it, why| _ = it.roles.insert(arn("role/app"), Err(why)),
        |it, why| it.vcpus = Some(Err(why)),
        |it, why| _ = it.secrets.insert(secret(), Err(why)),
        |it, why| _ = it.logs.insert(log(), Err(why)),
    ];
    for make in cases {
        let mut ground = ground();
        make(&mut ground, denied());

        let report = look_at(ground);

        assert_eq!(report.objections, Vec::<String>::new());
        let [warning] = &report.warnings[..] else { panic!("{report:#?}") };
        assert!(warning.what.ends_with("ssm:DescribeParameters is not allowed"), "{warning}");
    }
}

#[test]
fn what_others_set_and_what_instances_must_hold_is_told() {
    let mut ground = ground();
    wiring(&mut ground).hooks = vec!["arn:aws:lambda:eu-west-1:1:function:audit".into()];
    wiring(&mut ground).capacity = Capacity::Instances;

    let told: Vec<String> = look_at(ground).warnings.iter().map(Warning::to_string).collect();

    assert!(told[0].contains("must hold 2 tasks more"), "{told:#?}");
    assert!(told[1].contains("function:audit is not kept"), "{told:#?}");
}

#[test]
fn a_green_for_which_the_quota_has_no_room_is_told_of_and_may_try() {
    let asked = |plan: &Plan, vcpus: Option<Known<Series>>| {
        let ground = Ground { vcpus, ..ground() };
        let report = look(plan, blue(), vec![], Some(ground));
        assert_eq!(report.objections, Vec::<String>::new(), "it was told minutes late");
        report.warnings.iter().map(Warning::to_string).collect::<String>()
    };
    let told = |plan: &Plan, left: Option<Series>| asked(plan, left.map(Ok));
    let short = told(&plan(), Some(vcpus(0.75)));

    let says = "green needs 1 vCPUs of Fargate beside blue, and by what was told last 0.75 of the";
    assert!(short.starts_with(says), "{short}");
    for enough in [Some(vcpus(1.0)), Some(Series::NoData), None] {
        assert_eq!(told(&plan(), enough.clone()), "", "{enough:?}");
    }
    let ask = json!({ "service": "checkout", "tag": "v1.0.0" });
    let rolling = plan_of(&json!({ "rolling": {} }), &ask);
    assert_eq!(told(&rolling, Some(vcpus(0.0))), "", "one task is replaced after the other");
    assert_eq!(asked(&rolling, Some(Err("denied".into()))), "", "nor has it to be known");
}

#[test]
fn each_strategy_needs_what_it_moves() {
    let ask = json!({ "service": "checkout", "tag": "v1.0.0" });
    let canary = plan_of(&json!({ "canary": { "percent": 10, "hold": "5m" } }), &ask);
    let rolling = plan_of(&json!({ "rolling": {} }), &ask);
    let said = |plan: &Plan, make: fn(&mut Ground)| {
        let mut ground = ground();
        make(&mut ground);
        look(plan, blue(), vec![], Some(ground)).objections.join("\n")
    };

    let alone = |it: &mut Ground| wiring(it).balancers.clear();
    assert!(said(&canary, alone).contains("could be shifted in steps"));
    assert_eq!(said(&plan(), alone), "", "workers have no load balancer");
    let meshed = |it: &mut Ground| {
        wiring(it).balancers.clear();
        wiring(it).connects = true;
    };
    assert_eq!(said(&canary, meshed), "");

    let plain = |it: &mut Ground| {
        wiring(it).balancers =
            vec![LoadBalancer { group: Some(group("one")), ..Default::default() }];
    };
    assert_eq!(said(&rolling, plain), "", "nothing is shifted");
    let stuck = |it: &mut Ground| wiring(it).percent = (100, 100);
    assert!(said(&rolling, stuck).contains("no task of 2 can be replaced"));
    assert_eq!(said(&plan(), stuck), "");
}
