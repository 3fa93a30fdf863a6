//! Read replicas.

use aws::Rds;
use domain::replica::{Instance, Member, Replica, Replication, Role};
use domain::seconds::Seconds;
use serde_json::{Value, json};
use workflow::ports::Replicas;

use crate::support::{Answer, Aws, Script};

pub(crate) const DESCRIBE_INSTANCES: &str = "DescribeDBInstances";
const DESCRIBE_CLUSTERS: &str = "DescribeDBClusters";

/// What is told of these instances: a page, and the marker of the next one.
pub(crate) fn instances(inside: &str) -> Answer {
    told("DescribeDBInstances", inside)
}

fn told(call: &str, inside: &str) -> Answer {
    Answer::xml(format!(
        "<{call}Response xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\
         <{call}Result>{inside}</{call}Result></{call}Response>"
    ))
}

fn listed(instances: &[String]) -> String {
    format!("<DBInstances>{}</DBInstances>", instances.concat())
}

fn instance(name: &str, engine: &str, more: &str) -> String {
    format!(
        "<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier><Engine>{engine}</Engine>\
         <DBInstanceArn>arn:aws:rds:eu-central-1:111122223333:db:{name}</DBInstanceArn>\
         <DBInstanceStatus>available</DBInstanceStatus>{more}</DBInstance>"
    )
}

fn cluster(name: &str, members: &[(&str, bool)]) -> String {
    let member = |(name, writes): &(&str, bool)| {
        format!(
            "<DBClusterMember><DBInstanceIdentifier>{name}</DBInstanceIdentifier>\
             <IsClusterWriter>{writes}</IsClusterWriter></DBClusterMember>"
        )
    };
    let members: String = members.iter().map(member).collect();
    format!(
        "<DBClusters><DBCluster><DBClusterIdentifier>{name}</DBClusterIdentifier>\
         <DBClusterMembers>{members}</DBClusterMembers></DBCluster></DBClusters>"
    )
}

fn plain(name: &str, engine: &str) -> Instance {
    Instance {
        name: name.into(),
        engine: engine.into(),
        status: "available".into(),
        source: None,
        replication: None,
        member: None,
        replicas: None,
        every: Seconds::minutes(1),
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn found(name: &str, instance: Instance) -> Replica {
    Replica { name: name.into(), instance: Some(instance) }
}

async fn play(script: Script) -> (Aws, Rds) {
    let aws = script.play().await;
    let rds = Rds::new(&aws.config());
    (aws, rds)
}

#[tokio::test]
async fn instances_are_found_by_one_call_and_a_missing_one_is_missing() {
    let replica = instance(
        "shop-2",
        "postgres",
        "<ReadReplicaSourceDBInstanceIdentifier>shop-1</ReadReplicaSourceDBInstanceIdentifier>\
         <StatusInfos><DBInstanceStatusInfo><StatusType>read replication</StatusType>\
         <Normal>true</Normal><Status>replicating</Status><Message></Message>\
         </DBInstanceStatusInfo></StatusInfos>",
    );
    let source = "<ReadReplicaDBInstanceIdentifiers>\
         <ReadReplicaDBInstanceIdentifier>shop-2</ReadReplicaDBInstanceIdentifier>\
         </ReadReplicaDBInstanceIdentifiers>";
    let both = listed(&[replica, instance("shop-1", "postgres", source)]);
    let (aws, rds) = play(Script::new().on(DESCRIBE_INSTANCES, move |_| instances(&both))).await;

    let replicas = rds.replicas(&names(&["Shop-1", "shop-2", "shop-3"])).await;

    let expected = vec![
        found("Shop-1", plain("shop-1", "postgres")),
        found(
            "shop-2",
            Instance {
                source: Some("shop-1".into()),
                replicas: Some(1),
                replication: Some(Replication {
                    normal: true,
                    status: "replicating".into(),
                    message: None,
                }),
                ..plain("shop-2", "postgres")
            },
        ),
        Replica { name: "shop-3".into(), instance: None },
    ];
    assert_eq!(replicas, Ok(expected));
    let asked = json!({
        "Filters.Filter.1.Name": "db-instance-id",
        "Filters.Filter.1.Values.Value.1": "shop-1",
        "Filters.Filter.1.Values.Value.2": "shop-2",
        "Filters.Filter.1.Values.Value.3": "shop-3",
        "MaxRecords": "100",
    });
    assert_eq!(aws.only_call().body, asked, "no cluster is asked for where there is none");
}

#[tokio::test]
async fn who_is_followed_is_asked_how_many_replicas_it_has() {
    let replica = |name: &str, source: &str| {
        let source = format!(
            "<ReadReplicaSourceDBInstanceIdentifier>{source}</ReadReplicaSourceDBInstanceIdentifier>"
        );
        instance(name, "mysql", &source)
    };
    let elsewhere = "arn:aws:rds:us-east-1:111122223333:db:shop-1";
    let replicas = listed(&[replica("shop-2", "shop-1"), replica("shop-9", elsewhere)]);
    let two = "<ReadReplicaDBInstanceIdentifiers>\
         <ReadReplicaDBInstanceIdentifier>shop-2</ReadReplicaDBInstanceIdentifier>\
         <ReadReplicaDBInstanceIdentifier>shop-3</ReadReplicaDBInstanceIdentifier>\
         </ReadReplicaDBInstanceIdentifiers>";
    let source = listed(&[instance("shop-1", "mysql", two)]);
    let script = Script::new().on(DESCRIBE_INSTANCES, move |call| {
        match call.body["Filters.Filter.1.Values.Value.1"] == "shop-1" {
            true => instances(&source),
            false => instances(&replicas),
        }
    });
    let (aws, rds) = play(script).await;

    let told = rds.replicas(&names(&["shop-2", "shop-9"])).await.expect("they are told");

    let counted: Vec<_> =
        told.iter().map(|it| it.instance.as_ref().and_then(|it| it.replicas)).collect();
    assert_eq!(counted, [Some(2), None], "of another region nobody can be asked here");
    assert_eq!(aws.calls().len(), 2);
}

#[tokio::test]
async fn a_replication_that_is_not_called_normal_is_not() {
    for (normal, status, message) in [
        ("<Normal>false</Normal>", "error", Some("Fatal error 1236")),
        ("<Normal>false</Normal>", "terminated", None),
        ("", "a word of tomorrow", None),
    ] {
        let said = message.map(|message| format!("<Message>{message}</Message>"));
        let replica = instance(
            "shop-2",
            "mysql",
            &format!(
                "<StatusInfos><DBInstanceStatusInfo><StatusType>read replication</StatusType>{normal}\
                 <Status>{status}</Status>{}</DBInstanceStatusInfo></StatusInfos>",
                said.unwrap_or_default()
            ),
        );
        let script = Script::new()
            .on(DESCRIBE_INSTANCES, move |_| instances(&listed(std::slice::from_ref(&replica))));
        let (_aws, rds) = play(script).await;

        let replicas = rds.replicas(&names(&["shop-2"])).await.expect("they are told");

        let replication = Replication {
            normal: false,
            status: status.into(),
            message: message.map(str::to_owned),
        };
        let expected = Instance { replication: Some(replication), ..plain("shop-2", "mysql") };
        assert_eq!(replicas, [found("shop-2", expected)]);
    }
}

#[tokio::test]
async fn members_of_a_cluster_are_its_writer_or_its_readers() {
    let of = "<DBClusterIdentifier>shop</DBClusterIdentifier>";
    let three = listed(&[
        instance("shop-a", "aurora-postgresql", of),
        instance("shop-b", "aurora-postgresql", of),
        instance(
            "outside",
            "postgres",
            "<ReadReplicaSourceDBClusterIdentifier>shop</ReadReplicaSourceDBClusterIdentifier>",
        ),
    ]);
    let script = Script::new()
        .on(DESCRIBE_INSTANCES, move |_| instances(&three))
        .on(DESCRIBE_CLUSTERS, |_| {
            told("DescribeDBClusters", &cluster("shop", &[("shop-b", false), ("shop-a", true)]))
        });
    let (aws, rds) = play(script).await;

    let replicas = rds.replicas(&names(&["shop-a", "shop-b", "outside"])).await;

    let member = |name: &str, role| {
        let member = Some(Member { cluster: "shop".into(), role });
        found(name, Instance { member, replicas: Some(1), ..plain(name, "aurora-postgresql") })
    };
    let outside = Instance { source: Some("shop".into()), ..plain("outside", "postgres") };
    let expected = vec![
        member("shop-a", Role::Writer),
        member("shop-b", Role::Reader),
        found("outside", outside),
    ];
    assert_eq!(replicas, Ok(expected));
    let asked = json!({
        "Filters.Filter.1.Name": "db-cluster-id", "Filters.Filter.1.Values.Value.1": "shop",
        "MaxRecords": "100",
    });
    assert_eq!(aws.actions(), [DESCRIBE_INSTANCES, DESCRIBE_CLUSTERS]);
    assert_eq!(aws.calls()[1].body, asked, "once, however many members it has");
}

#[tokio::test]
async fn a_member_that_its_cluster_does_not_list_yet_is_not_known() {
    let of = "<DBClusterIdentifier>shop</DBClusterIdentifier>";
    for clusters in [String::new(), cluster("shop", &[]), cluster("shop", &[("other", true)])] {
        let one = listed(&[instance("shop-a", "aurora-mysql", of)]);
        let script = Script::new()
            .on(DESCRIBE_INSTANCES, move |_| instances(&one))
            .on(DESCRIBE_CLUSTERS, move |_| told("DescribeDBClusters", &clusters));
        let (_aws, rds) = play(script).await;

        let failure = rds.replicas(&names(&["shop-a"])).await.expect_err("it is not known");

        let said = "RDS tells that shop-a is in the cluster shop, and not yet what it does there";
        assert_eq!((failure.name(), failure.to_string().as_str()), ("Unavailable", said));
    }
}

#[tokio::test]
async fn every_page_is_read_and_a_hundred_names_are_asked_at_once() {
    let script = Script::new().on(DESCRIBE_INSTANCES, |call| {
        let fields = call.body.as_object().expect("fields");
        let asked: Vec<&Value> =
            fields.iter().filter(|(name, _)| name.contains(".Values.")).map(|it| it.1).collect();
        assert!(asked.len() <= 100);
        let (first, second) = asked.split_at(asked.len() / 2);
        let (page, marker) = match call.body.get("Marker") {
            None => (first, "<Marker>more</Marker>"),
            Some(marker) => {
                assert_eq!(marker, "more");
                (second, "")
            }
        };
        let name = |name: &&Value| instance(name.as_str().expect("a name"), "mysql", "");
        instances(&format!("{marker}{}", listed(&page.iter().map(name).collect::<Vec<_>>())))
    });
    let (aws, rds) = play(script).await;
    let asked: Vec<String> = (0..150).map(|number| format!("shop-{number}")).collect();

    let replicas = rds.replicas(&asked).await.expect("they are told");

    assert_eq!(aws.calls().len(), 4);
    assert_eq!(replicas.iter().map(|replica| replica.name.clone()).collect::<Vec<_>>(), asked);
    let missing: Vec<&Replica> = replicas.iter().filter(|it| it.instance.is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn an_instance_may_be_named_by_its_arn_and_without_names_nothing_is_asked() {
    let one = listed(&[instance("shop-1", "mysql", "")]);
    let (aws, rds) = play(Script::new().on(DESCRIBE_INSTANCES, move |_| instances(&one))).await;
    let arn = "arn:aws:rds:eu-central-1:111122223333:db:shop-1";

    let replicas = rds.replicas(&names(&[arn])).await;

    assert_eq!(replicas, Ok(vec![found(arn, plain("shop-1", "mysql"))]));
    assert_eq!(rds.replicas(&[]).await, Ok(vec![]));
    assert_eq!(aws.calls().len(), 1, "RDS would tell every instance of the account");
}

#[tokio::test]
async fn a_status_that_is_not_told_is_said() {
    let bare = "<DBInstance><DBInstanceIdentifier>shop-1</DBInstanceIdentifier></DBInstance>";
    let one = listed(&[bare.to_owned()]);
    let (_aws, rds) = play(Script::new().on(DESCRIBE_INSTANCES, move |_| instances(&one))).await;

    let failure = rds.replicas(&names(&["shop-1"])).await.expect_err("it is not told");

    let said = "RDS did not tell the status of the instance shop-1";
    assert_eq!((failure.name(), failure.to_string().as_str()), ("Unavailable", said));
}
