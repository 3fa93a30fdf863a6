//! `cutover push`: puts an image into a daemon's registry, and announces it as GitHub does.

use std::str::FromStr;

use clap::Args;
use domain::name::{Image, Tag};
use github::signature::sign;
use jiff::Timestamp;
use local::door::view::{NewImage, Pushed};
use local::processes::Artifact;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::console::{Console, End};
use crate::problem::{Problem, Trouble};
use crate::server::{At, run};

/// Put an image into the registry of this machine, and announce it by a signed webhook
///
/// An image is a command here: it has to serve HTTP on 127.0.0.1 at the port in PORT. The webhook is
/// signed as GitHub signs it; what follows from it, follows from a push to GHCR.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Push {
    /// The image and its tag
    #[arg(value_name = "IMAGE:TAG")]
    image: Tagged,
    /// A variable in the environment of its tasks
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Who pushes
    #[arg(long, env = "USER", default_value = "somebody", value_name = "NAME")]
    by: String,
    /// The secret that webhooks are signed with
    #[arg(long, env = "CUTOVER_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    secret: Option<String>,
    /// Announce nothing: it is deployed when somebody asks for it
    #[arg(long)]
    quiet: bool,
    /// Answer in JSON: {"image", "tag", "digest"}
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
    /// The program and its arguments; `cutover` is this program
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

const EXAMPLE: &str = "\
Example: cutover push ghcr.io/acme/checkout:v1.1.0 --env GREETING=hello -- ./checkout --fast";

/// An image and its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tagged {
    image: Image,
    tag: Tag,
}

impl FromStr for Tagged {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (image, tag) = text
            .rsplit_once(':')
            .filter(|(_, tag)| !tag.contains('/'))
            .ok_or("give an image and a tag, as in ghcr.io/acme/checkout:v1.0.0")?;
        let image = image.parse().map_err(|error: domain::name::NotAName| error.to_string())?;
        let tag = tag.parse().map_err(|error: domain::name::NotAName| error.to_string())?;
        Ok(Self { image, tag })
    }
}

impl Push {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { image: Tagged { image, tag }, env, by, secret, quiet, json, at, command } = self;
        let server = at.server()?;
        let package = package(&image);
        let announcing = match (quiet, secret, package) {
            (true, _, _) => None,
            (false, Some(secret), Some(package)) => Some((secret, package)),
            (false, None, _) => {
                return Err(Problem::with("--secret", "there is no secret to sign with")
                    .remedy("set CUTOVER_WEBHOOK_SECRET, or say --quiet to announce nothing")
                    .into());
            }
            (false, Some(_), None) => {
                return Err(Problem::with(
                    &image,
                    "GitHub announces only images of ghcr.io/<owner>/",
                )
                .remedy("name it so, or say --quiet and use `cutover deploy`")
                .into());
            }
        };
        let artifact = Artifact { command, env: env.into_iter().collect(), directory: None };
        let new = NewImage { image, tag, artifact };

        run(async {
            let what = format!("push {}:{}", new.image, new.tag);
            let pushed = server.post::<Pushed>(&["images"], &new).await;
            let pushed = pushed.map_err(|error| server.trouble(&what, error))?;
            let mut answer = Value::Null;
            if let Some((secret, (owner, name))) = &announcing {
                let body = announcement(&pushed, owner, name, &by, Timestamp::now());
                let headers = [
                    ("content-type", "application/json".to_owned()),
                    ("x-github-event", "package".to_owned()),
                    ("x-github-delivery", Uuid::new_v4().to_string()),
                    ("x-hub-signature-256", sign(secret, body.as_bytes())),
                ];
                let heard = server.deliver(&["webhooks", "github"], &headers, body).await;
                answer = heard.map_err(|error| server.trouble("announce it", error))?;
            }
            match json {
                true => console.json(&pushed)?,
                false => {
                    console.line(format_args!(
                        "{}:{} is {}",
                        pushed.image, pushed.tag, pushed.digest
                    ))?;
                    if let Some(why) = answer["ignored"].as_str() {
                        console.line(format_args!("nothing follows: {why}"))?;
                    }
                }
            }
            Ok(End::Good)
        })
    }
}

/// Owner and name of a package of GitHub.
fn package(image: &Image) -> Option<(String, String)> {
    let (owner, name) = image.as_str().strip_prefix("ghcr.io/")?.split_once('/')?;
    Some((owner.to_owned(), name.to_owned()))
}

/// The body that GitHub would send, as far as anybody reads it.
fn announcement(pushed: &Pushed, owner: &str, name: &str, by: &str, at: Timestamp) -> String {
    json!({
        "action": "published",
        "package": {
            "name": name,
            "package_type": "CONTAINER",
            "owner": { "login": owner },
            "updated_at": at,
            "package_version": {
                "version": pushed.digest,
                "container_metadata": { "tag": { "name": pushed.tag, "digest": pushed.digest } },
                "package_url": format!("{}:{}", pushed.image, pushed.tag),
            }
        },
        "sender": { "login": by }
    })
    .to_string()
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give a name and a value, as in GREETING=hello".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::secrets::Secrets;
    use github::webhook::{Heard, LIMIT, read};

    #[test]
    fn an_announcement_is_heard_as_githubs() {
        let Tagged { image, tag } = "ghcr.io/acme/checkout:v1.1.0".parse().unwrap();
        let digest = format!("sha256:{}", "0a".repeat(32)).parse().unwrap();
        let (owner, name) = package(&image).unwrap();
        let pushed = Pushed { image, tag, digest };
        let body = announcement(&pushed, &owner, &name, "ada", Timestamp::UNIX_EPOCH);
        let headers = [
            ("x-github-event", "package".to_owned()),
            ("x-github-delivery", "1".to_owned()),
            ("x-hub-signature-256", sign("hush", body.as_bytes())),
        ];

        let heard = read(&Secrets::new("hush").unwrap(), LIMIT, headers, body.as_bytes());

        let Ok(Heard::Pushed(push)) = heard else { panic!("{heard:?}") };
        assert_eq!((push.image, push.tag), ("ghcr.io/acme/checkout".into(), "v1.1.0".into()));
        assert_eq!(push.pushed_by.as_deref(), Some("ada"));
    }

    #[test]
    fn an_image_needs_a_tag() {
        assert!("ghcr.io/acme/checkout".parse::<Tagged>().is_err());
        assert!("localhost:5000/acme/checkout".parse::<Tagged>().is_err());
        assert!("localhost:5000/acme/checkout:v1".parse::<Tagged>().is_ok());
    }
}
