//! The client against the registry that Docker's own is made of: Debian's package `docker-registry`.

mod program;
mod push;

use github::registry::{Login, Registry};
use program::Program;
use workflow::ports::Registry as _;

use domain::name::{Digest, Image, Tag};

fn tag(text: &str) -> Tag {
    text.parse().expect("a tag")
}

/// No registry has anything of this digest.
fn nowhere() -> Digest {
    format!("sha256:{}", "0".repeat(64)).parse().expect("a digest")
}

fn image(program: &Program, path: &str) -> Image {
    format!("{}/{path}", program.address).parse().expect("an image")
}

#[tokio::test]
async fn what_was_pushed_is_found_by_tag_and_by_digest() {
    let Some(program) = Program::open().await else { return };
    let (registry, image) = (Registry::new(None), image(&program, "acme/checkout"));

    let pushed = push::manifest(&program, "acme/checkout", "v1", "one").await;

    assert_eq!(registry.digest_of(&image, &tag("v1")).await, Ok(pushed.clone()));
    assert_eq!(registry.has(&image, &pushed).await, Ok(()));
}

#[tokio::test]
async fn an_image_for_several_architectures_is_its_index() {
    let Some(program) = Program::open().await else { return };
    let (registry, image) = (Registry::new(None), image(&program, "acme/checkout"));
    let amd64 = push::manifest(&program, "acme/checkout", "amd64", "one").await;
    let arm64 = push::manifest(&program, "acme/checkout", "arm64", "two").await;

    let index = push::index(&program, "acme/checkout", "v1", [&amd64, &arm64]).await;

    assert_eq!(registry.digest_of(&image, &tag("v1")).await, Ok(index.clone()));
    assert!(index != amd64 && index != arm64);
    assert_eq!(registry.has(&image, &arm64).await, Ok(()));
}

#[tokio::test]
async fn a_tag_that_moves_is_followed() {
    let Some(program) = Program::open().await else { return };
    let (registry, image) = (Registry::new(None), image(&program, "acme/checkout"));

    let first = push::manifest(&program, "acme/checkout", "latest", "one").await;
    assert_eq!(registry.digest_of(&image, &tag("latest")).await, Ok(first.clone()));
    let second = push::manifest(&program, "acme/checkout", "latest", "two").await;

    assert_ne!(first, second);
    assert_eq!(registry.digest_of(&image, &tag("latest")).await, Ok(second));
    assert_eq!(registry.has(&image, &first).await, Ok(()));
}

#[tokio::test]
async fn what_was_never_pushed_is_refused_by_its_name() {
    let Some(program) = Program::open().await else { return };
    let registry = Registry::new(None);
    push::manifest(&program, "acme/checkout", "v1", "one").await;
    let (known, unknown) = (image(&program, "acme/checkout"), image(&program, "acme/nothing"));

    for (answer, name) in [
        (registry.digest_of(&known, &tag("v2")).await.map(drop), format!("{known}:v2")),
        (registry.has(&known, &nowhere()).await, known.at(&nowhere())),
        (registry.digest_of(&unknown, &tag("v1")).await.map(drop), format!("{unknown}:v1")),
    ] {
        let failure = answer.expect_err("nothing was pushed");
        assert_eq!(failure.name(), "Refused", "{failure}");
        assert!(failure.to_string().starts_with(&format!("there is no {name} (")), "{failure}");
    }
}

#[tokio::test]
async fn a_registry_with_a_lock_opens_to_its_login_alone() {
    let Some(program) = Program::locked().await else { return };
    let image = image(&program, "acme/checkout");
    let pushed = push::manifest(&program, "acme/checkout", "v1", "one").await;
    let asked = async |login| Registry::new(login).digest_of(&image, &tag("v1")).await;
    let login = |password: &str| Login::new(program::USER, password).to(&program.address);

    assert_eq!(asked(Some(login(program::PASSWORD))).await, Ok(pushed));
    let wrong = asked(Some(login("guess"))).await.expect_err("a wrong password");
    let none = asked(None).await.expect_err("no login");

    assert_eq!((wrong.name(), none.name()), ("Refused", "Refused"));
    assert!(wrong.to_string().contains("the login lacks the right"), "{wrong}");
    assert!(!wrong.to_string().contains("guess"), "{wrong}");
    assert!(none.to_string().contains("no login was given"), "{none}");
}
