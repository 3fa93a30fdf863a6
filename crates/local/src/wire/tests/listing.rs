//! Lists of deployments: pages and filters.

use serde_json::{Value, json};

use super::world::{World, blue_green};

async fn list(world: &World, input: Value) -> (Vec<String>, Option<String>) {
    let mut input = input;
    input["cluster"] = "shop".into();
    input["service"] = "checkout".into();
    let told = world.ecs("ListServiceDeployments", input).await;
    let arns = told["serviceDeployments"].as_array().unwrap().iter();
    let arns = arns.map(|it| it["serviceDeploymentArn"].as_str().unwrap().to_owned());
    (arns.collect(), told["nextToken"].as_str().map(str::to_owned))
}

/// Seven deployments: the first ever, five that went well, one that waits. Newest first.
async fn seven() -> (World, Vec<String>) {
    let world = World::begin().await;
    for release in 2..=6 {
        world.launch(release, json!({ "strategy": "BLUE_GREEN" })).await;
        world.pass(600).await;
    }
    world.launch(7, blue_green()).await;
    world.pass(600).await;
    let (all, next) = list(&world, json!({})).await;
    assert_eq!((all.len(), next), (7, None));
    (world, all)
}

#[tokio::test(start_paused = true)]
async fn pages_together_are_the_whole_list() {
    let (world, all) = seven().await;

    for size in 1..=8 {
        let (mut told, mut token) = (Vec::new(), None::<String>);
        loop {
            let (page, next) =
                list(&world, json!({ "maxResults": size, "nextToken": token })).await;
            assert!((1..=size).contains(&page.len()), "{page:?}");
            told.extend(page);
            assert!(told.len() <= all.len(), "the pages of {size} do not end: {told:#?}");
            token = next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(told, all, "in pages of {size}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_begins_between_two_pages_moves_none() {
    let (world, all) = seven().await;
    let (first, token) = list(&world, json!({ "maxResults": 3 })).await;

    world.launch(8, blue_green()).await;

    let (second, _) = list(&world, json!({ "maxResults": 3, "nextToken": token })).await;
    assert_eq!([first, second].concat(), all[..6]);
}

#[tokio::test(start_paused = true)]
async fn a_list_is_narrowed_by_status_and_time() {
    let (world, all) = seven().await;

    let (waiting, _) = list(&world, json!({ "status": ["PENDING", "IN_PROGRESS"] })).await;
    assert_eq!(waiting, all[..1]);
    let (page, token) = list(&world, json!({ "status": ["SUCCESSFUL"], "maxResults": 4 })).await;
    assert_eq!(page, all[1..5]);
    assert!(token.is_some());

    let began = world.deployment(&all[2]).await["createdAt"].as_f64().unwrap();
    let (after, _) = list(&world, json!({ "createdAt": { "after": began } })).await;
    assert_eq!(after, all[..2]);
    let (before, _) = list(&world, json!({ "createdAt": { "before": began } })).await;
    assert_eq!(before, all[3..]);
    let (none, _) = list(&world, json!({ "status": ["ROLLBACK_FAILED"] })).await;
    assert!(none.is_empty());
}
