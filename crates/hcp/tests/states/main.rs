//! The states of workspaces, from an HCP Terraform on this machine.

mod terraform;

use std::io::Read;

use domain::Failure;
use domain::terraform::Workspace;
use hcp::Hcp;
use workflow::ports::{Standing, Workspaces};

use terraform::{Asked, Behaviour, SIGNED, TOKEN, Terraform};

const STATE: &[u8] = br#"{ "version": 4, "serial": 9, "lineage": "3f2a" }"#;

fn shop() -> Workspace {
    Workspace { organization: "acme".into(), name: "shop".into() }
}

fn applied() -> Behaviour {
    Behaviour { state: Some(STATE.to_vec()), run: Some("applied"), ..Behaviour::default() }
}

fn client(terraform: &Terraform) -> Hcp {
    Hcp::new(&terraform.url, TOKEN).expect("a client")
}

/// What there is, up to so many bytes.
async fn read(hcp: &Hcp, most: u64) -> Result<Option<Vec<u8>>, Failure> {
    let standing = hcp.standing(&shop()).await?;
    let all = |state: &mut dyn Read| {
        let mut bytes = Vec::new();
        let _ = state.read_to_end(&mut bytes);
        bytes
    };
    hcp.state(&standing, most, all).await
}

/// How the answer to a question fails.
async fn fails(behaviour: Behaviour) -> (&'static str, String) {
    let terraform = Terraform::open(behaviour).await;
    let failure = read(&client(&terraform), 1_000).await.expect_err("it fails");
    let (name, told) = (failure.name(), failure.to_string());
    assert!(!told.contains(TOKEN) && !told.contains(SIGNED), "{told}");
    (name, told)
}

#[tokio::test]
async fn a_state_is_read_from_where_it_is_kept_and_the_token_is_shown_to_nobody_there() {
    let terraform = Terraform::open(applied()).await;

    assert_eq!(read(&client(&terraform), 1_000).await.unwrap().as_deref(), Some(STATE));

    let api = |path: &str| Asked {
        host: "api",
        path: path.into(),
        shown: Some(format!("Bearer {TOKEN}")),
    };
    let archive = Asked { host: "archive", path: format!("/v1/object/{SIGNED}"), shown: None };
    assert_eq!(
        terraform.asked(),
        [
            api("/api/v2/organizations/acme/workspaces/shop"),
            api("/api/v2/runs/run-1"),
            api("/api/v2/workspaces/ws-1/current-state-version"),
            api("/api/state-versions/sv-1/hosted_state"),
            archive,
        ]
    );
}

#[tokio::test]
async fn a_run_that_applies_is_told_and_one_that_waits_or_is_over_is_none() {
    let terraform = Terraform::open(applied()).await;
    let hcp = client(&terraform);
    for (run, applying) in [
        (None, None),
        (Some("planned"), None),
        (Some("applying"), Some("run-1".to_owned())),
        (Some("applied"), None),
        (Some("errored"), None),
    ] {
        terraform.behave(|it| it.run = run);
        let standing = hcp.standing(&shop()).await.unwrap();
        let expected = Standing { workspace: shop(), id: "ws-1".into(), applying };
        assert_eq!(standing, expected, "{run:?}");
    }
}

#[tokio::test]
async fn a_workspace_without_a_state_has_none() {
    let terraform = Terraform::open(Behaviour::default()).await;
    assert_eq!(read(&client(&terraform), 1_000).await, Ok(None));
}

#[tokio::test]
async fn a_name_is_no_path() {
    let terraform = Terraform::open(applied()).await;
    let sly = Workspace { organization: "acme".into(), name: "../../../account/details?".into() };
    let failure = client(&terraform).standing(&sly).await.expect_err("there is none");
    assert_eq!(failure.name(), "Refused");
    let asked = &terraform.asked()[0].path;
    assert!(asked.starts_with("/api/v2/organizations/acme/workspaces/"), "{asked}");
}

#[tokio::test]
async fn what_is_not_for_us_is_refused_with_what_would_be_right() {
    let answers = |status| Behaviour { answers: Some(status), ..applied() };
    for (behaviour, told) in [
        (answers(401), "does not know the token any more (401)"),
        (answers(403), "the token lacks the right to read its runs and state versions (403)"),
        (answers(404), "has no workspace acme/shop, or the token lacks the right"),
    ] {
        let (name, why) = fails(behaviour).await;
        assert_eq!(name, "Refused", "{why}");
        assert!(why.contains(told), "{why}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let answers = |status| Behaviour { answers: Some(status), ..applied() };
    let kept = |status| Behaviour { kept: Some(status), ..applied() };
    for (behaviour, told) in [
        (answers(429), "takes no more requests for the next 7 s (429)"),
        (answers(503), "answered 503 Service Unavailable"),
        (answers(200), "is not what was expected (line 1, column 1)"),
        (answers(302), "answered 302 Found"),
        (kept(403), "does not give the state: 127.0.0.1 answered 403 Forbidden"),
        (kept(503), "127.0.0.1 answered 503"),
        (
            Behaviour { breaks_off: true, ..applied() },
            "could not read the state of acme/shop to its end",
        ),
    ] {
        let (name, why) = fails(behaviour).await;
        assert_eq!(name, "Unavailable", "{why}");
        assert!(why.contains(told), "{why}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_without_an_address() {
    let terraform = Terraform::open(applied()).await;
    let hcp = client(&terraform);
    drop(terraform);
    tokio::task::yield_now().await;

    let failure = read(&hcp, 1_000).await.expect_err("nobody listens");
    assert_eq!(failure.name(), "Unavailable");
    assert!(failure.to_string().starts_with("could not reach HCP Terraform: "), "{failure}");
}

#[tokio::test]
async fn nobody_is_followed_to_where_others_could_read_along() {
    for (sends_on, told) in [
        ("http://archive.example.com/state", "it sends us on to where others could read it"),
        ("file:///etc/passwd", "it sends us on to where others could read it"),
        ("/api/state-versions/sv-1/hosted_state", "it sends us on again and again"),
    ] {
        let (name, why) = fails(Behaviour { sends_on: Some(sends_on.into()), ..applied() }).await;
        assert_eq!(name, "Unavailable", "{why}");
        assert!(why.ends_with(told), "{why}");
    }
}

#[tokio::test]
async fn a_state_that_is_too_large_is_refused() {
    let terraform = Terraform::open(applied()).await;
    let failure = read(&client(&terraform), 20).await.expect_err("it is longer");
    assert_eq!(failure.name(), "Refused");
    assert!(failure.to_string().contains("the state of acme/shop is too large"), "{failure}");
}

#[test]
fn a_token_is_shown_by_tls_only_and_in_no_message() {
    for (url, token, told) in [
        ("http://tfe.example.com", TOKEN, "its address has to begin with https://"),
        ("tfe.example.com", TOKEN, "its address is none"),
        (hcp::HCP, " \n", "the token is empty"),
        (hcp::HCP, "hush\nhush", "the token is no word"),
    ] {
        let failure = Hcp::new(url, token).expect_err(told);
        assert_eq!(failure.name(), "Invalid");
        assert!(failure.to_string().contains(told), "{failure}");
        assert!(!failure.to_string().contains("hush"), "{failure}");
    }
    let client = Hcp::new(hcp::HCP, " hush-hcp-token\n").expect("a client");
    assert!(!format!("{client:?}").contains("hush"));
}
