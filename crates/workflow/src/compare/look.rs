//! What the lock and the state of a service are, wherever they are kept.

use domain::Failure;
use domain::terraform::{
    Backend, Heard, Lock, Look, Seen, Terraform, Unreadable, Watch, Workspace, read,
};
use jiff::Timestamp;

use crate::ports::{ObjectName, Objects, Workspaces};

/// The largest state that is read.
const LARGEST: u64 = 100 * 1024 * 1024;
/// The largest lock: a few hundred bytes are usual.
const LARGEST_LOCK: u64 = 64 * 1024;

/// Looks at the lock, then at the state.
pub(super) async fn look(
    objects: &impl Objects,
    workspaces: &impl Workspaces,
    terraform: &Terraform,
    heard: &Heard,
    now: Timestamp,
) -> Result<Look, Failure> {
    match &terraform.backend {
        Backend::S3 { bucket, key } => in_s3(objects, terraform, (bucket, key), now).await,
        Backend::Hcp(workspace) => in_hcp(workspaces, terraform, workspace, heard, now).await,
    }
}

async fn in_s3(
    objects: &impl Objects,
    terraform: &Terraform,
    (bucket, key): (&str, &str),
    now: Timestamp,
) -> Result<Look, Failure> {
    let name = |key: String| ObjectName { bucket: bucket.to_owned(), key, version: None };
    let lock = objects.object(&name(Backend::lock(key)), LARGEST_LOCK).await?;
    if let Some(lock) = lock.and_then(|lock| Lock::read(&lock, now)) {
        return Ok(Look::Locked(lock));
    }

    let watch = Watch::of(terraform);
    let state = name(key.to_owned());
    let seen = objects.stream(&state, LARGEST, move |state| read(state, &watch)).await?;
    found(terraform, seen)
}

/// The run that changes a workspace is its lock; one of which it is told that it is over is none,
/// though the workspace may not tell so yet.
async fn in_hcp(
    workspaces: &impl Workspaces,
    terraform: &Terraform,
    workspace: &Workspace,
    heard: &Heard,
    now: Timestamp,
) -> Result<Look, Failure> {
    let standing = workspaces.standing(workspace).await?;
    if let Some(run) = standing.applying.as_deref().filter(|run| !heard.ended(run)) {
        return Ok(Look::Locked(Lock::of_run(run, now)));
    }

    let watch = Watch::of(terraform);
    let reader = move |state: &mut dyn std::io::Read| read(state, &watch);
    found(terraform, workspaces.state(&standing, LARGEST, reader).await?)
}

/// What was made of a state.
fn found(terraform: &Terraform, seen: Option<Result<Seen, Unreadable>>) -> Result<Look, Failure> {
    Ok(match seen {
        None => Look::Absent(format!("there is no state {}", terraform.address())),
        Some(Ok(seen)) => Look::Read(seen),
        // It broke off on its way, and the next try may have it.
        Some(Err(why @ Unreadable::Broken)) => {
            return Err(Failure::Unavailable(format!("{} {why}", terraform.address())));
        }
        Some(Err(why)) => Look::Unreadable(format!("{} {why}", terraform.address())),
    })
}
