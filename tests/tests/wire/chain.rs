//! From a webhook to an end, over the wire.

use domain::outcome::End;
use domain::record::Entry;

use crate::stage::{Stage, digest};

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_push_is_deployed() {
    let Some(stage) = Stage::set(|_| {}).await else { return };
    let push = stage.push("v1.1.0");

    stage.deliver(&push).await;
    let ended = stage.ended(1).await;

    let name = ended[0]["name"].as_str().expect("a name");
    let record = stage.record(name).await;
    for entry in &record {
        eprintln!("{entry}");
    }
    let Some(Entry::Ended { outcome }) = record.last() else { panic!("{record:#?}") };
    assert_eq!(outcome.end, End::Deployed, "{}", outcome.why);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
}
