//! The calls that functions make, against the table in `functions/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use local::account::VERBS;
use serde_json::Value;
use tests::ministack::Ministack;

use crate::{
    chain, going_back, lost, migration, people, preflight, presses, queue, replicas, taken_back,
    telling, terraform,
};

const README: &str = include_str!("../../../functions/README.md");

/// How often each call was made.
type Count = BTreeMap<String, usize>;

/// The calls of a story: of each function, those of each of its runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(BTreeMap<&'static str, Vec<Count>>);

impl Calls {
    /// Reads them from the logs of the functions.
    pub(crate) fn read(aws: &Ministack) -> Self {
        let runs = |verb: &'static str| (verb, runs(&aws.logged(&format!("cutover-{verb}"))));
        Self(VERBS.into_iter().map(runs).collect())
    }

    /// Makes sure that no run made a call that the table does not have, or one too often.
    pub(crate) fn within(self, table: &Table) -> Self {
        for (verb, runs) in &self.0 {
            let Row { calls, most } = &table.0[*verb];
            for run in runs {
                for (call, times) in run {
                    let allowed = calls.get(call).copied().unwrap_or_default();
                    assert!(*times <= allowed, "{verb} made {call} {times} times: {run:?}");
                }
                assert!(run.values().sum::<usize>() <= *most, "{verb}: {run:?}");
            }
        }
        self
    }
}

/// The calls of each run, which is told by its request. What a process asks when it starts is one
/// more. A write that came too late, and the reading before it, are not counted, as in the table.
fn runs(log: &str) -> Vec<Count> {
    let mut runs: BTreeMap<String, Count> = BTreeMap::new();
    for line in log.lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
        let request = line["span"]["request_id"].as_str().unwrap_or_default();
        let run = runs.entry(request.to_owned()).or_default();
        if let Some(call) = line["call"].as_str().filter(|call| is_of_aws(call)) {
            *run.entry(call.to_owned()).or_default() += 1;
        }
        if line["again"].is_string() {
            for made in ["dynamodb:GetItem", "dynamodb:UpdateItem"] {
                *run.get_mut(made).expect("a desk that was read and written") -= 1;
            }
        }
    }
    runs.into_values().collect()
}

/// The registry, GitHub, HCP Terraform, the test listener, Prometheus and Slack are asked too, and need
/// no permission.
fn is_of_aws(call: &str) -> bool {
    let others = ["registry:", "github:", "hcp:", "listener:", "prometheus:", "slack:"];
    !others.iter().any(|other| call.starts_with(other))
}

/// What the table says: of each function, which calls it makes how often, and how many at most.
#[derive(Debug)]
pub(crate) struct Table(BTreeMap<String, Row>);

#[derive(Debug)]
struct Row {
    calls: Count,
    most: usize,
}

impl Table {
    /// Reads it.
    pub(crate) fn read() -> Self {
        let (_, table) = README.split_once("| function | AWS calls").expect("the table");
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        let row = |line: &str| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [verb, calls, most] = cells[..] else { panic!("three columns: {line}") };
            let call = |call: &str| {
                let (call, times) = call.trim().split_once(' ').expect(call);
                (call.trim_matches('`').to_owned(), times.parse().expect(times))
            };
            let calls = calls.split(',').map(call).collect();
            (verb.trim_matches('`').to_owned(), Row { calls, most: most.parse().expect(most) })
        };
        let table = Self(rows.map(row).collect());
        let told: BTreeSet<_> = table.0.keys().map(String::as_str).collect();
        assert_eq!(told, BTreeSet::from(VERBS), "the functions in functions/README.md");
        table
    }
}

/// Every story there is.
fn stories() -> Vec<&'static crate::story::Story> {
    let taken_back = [taken_back::STORIES, going_back::STORIES, people::STORIES].concat();
    let standing = [
        migration::STORIES,
        preflight::STORIES,
        presses::STORIES,
        replicas::STORIES,
        terraform::STORIES,
        telling::STORIES,
    ]
    .concat();
    [chain::STORIES, lost::STORIES, queue::STORIES, &standing, &taken_back].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_that_the_readme_tells_of_is_made_in_some_story() {
    let played = join_all(stories().into_iter().map(crate::story::Story::play)).await;
    let Some(played) = played.into_iter().collect::<Option<Vec<_>>>() else { return };

    let mut missing = Vec::new();
    for (verb, row) in Table::read().0 {
        let runs = played.iter().filter_map(|calls| calls.0.get(verb.as_str())).flatten();
        let made: BTreeSet<&str> = runs.flat_map(|run| run.keys().map(String::as_str)).collect();
        let told = row.calls.keys().map(String::as_str);
        missing.extend(told.filter(|it| !made.contains(it)).map(|it| format!("{verb}: {it}")));
    }
    assert_eq!(missing, Vec::<String>::new(), "no story has these calls");
}
