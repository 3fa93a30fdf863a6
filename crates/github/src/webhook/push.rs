//! From a package event to an image that was given a tag.

use jiff::Timestamp;
use serde_json::Value;

use super::headers::Headers;
use super::heard::{Heard, Push};
use super::image;
use super::wire::{Package, PackageEvent, Version};
use crate::Refusal;

/// Labels that name the commit, the newest convention first.
const REVISION_LABELS: [&str; 3] =
    ["org.opencontainers.image.revision", "org.label-schema.vcs-ref", "vcs-ref"];

/// What a `package` or `registry_package` event says.
pub(super) fn read(headers: &Headers, event: &PackageEvent) -> Result<Heard, Refusal> {
    if !matches!(event.action.as_str(), "published" | "updated") {
        return Ok(Heard::not_for_us(format!("the action {} pushes no image", event.action)));
    }
    // Both names are read, whichever event it is: one hook may be set to either.
    let (root, package) = match (&event.package, &event.registry_package) {
        (Some(package), _) => ("package", package),
        (None, Some(package)) => ("registry_package", package),
        (None, None) => {
            return Err(Refusal::unreadable(
                headers.event()?,
                "is missing, where the event tells of a package",
            ));
        }
    };
    let kind = package.kind.as_deref().unwrap_or_default();
    if !kind.eq_ignore_ascii_case("container") {
        return Ok(Heard::not_for_us(format!("the package is of type {kind:?}, no container")));
    }
    let Some(version) = &package.version else {
        return Ok(Heard::not_for_us("the event names no version of the package"));
    };

    let Some(tag) = tag(version) else {
        return Ok(Heard::not_for_us(
            "the version has no tag: it is part of an image with several platforms, or untagged",
        ));
    };
    if !image::is_tag(tag) {
        let path = format!("{root}.package_version.container_metadata.tag.name");
        return Err(Refusal::unreadable(path, format!("{tag:?} cannot be a tag")));
    }
    if image::is_attachment(tag) {
        return Ok(Heard::not_for_us(format!(
            "the tag {tag} is a signature or an attestation of another image"
        )));
    }
    let Some(image) = image(root, package, version)? else {
        return Ok(Heard::not_for_us(
            "the event names neither owner and package nor their address",
        ));
    };
    let Some(digest) = digest(root, version)? else {
        return Ok(Heard::not_for_us("the event names no digest"));
    };

    Ok(Heard::Pushed(Box::new(Push {
        image,
        tag: tag.to_owned(),
        digest: digest.to_owned(),
        pushed_by: pushed_by(event, version),
        delivery: headers.delivery()?.to_owned(),
        revision: revision(version),
        source: event.repository.as_ref().and_then(|repository| repository.full_name.clone()),
        at: at(package, version),
    })))
}

/// The tag, from the metadata, or where there is none, from the address.
fn tag(version: &Version) -> Option<&str> {
    let metadata = version.container_metadata.as_ref().and_then(|metadata| metadata.tag.as_ref());
    match metadata.and_then(|tag| tag.name.as_deref()) {
        Some(name) => some(name),
        None => image::from_url(version.package_url.as_deref()?).1,
    }
}

/// The image, from owner and name, or where one is missing, from the address.
fn image(root: &str, package: &Package, version: &Version) -> Result<Option<String>, Refusal> {
    let owner = package.owner.as_ref().and_then(|owner| owner.login.as_deref()).and_then(some);
    match (owner, package.name.as_deref().and_then(some)) {
        (Some(owner), Some(name)) => image::name(owner, name).map(Some).ok_or_else(|| {
            Refusal::unreadable(
                format!("{root}.name"),
                format!("{:?} cannot be an image", format!("{owner}/{name}")),
            )
        }),
        _ => Ok(version.package_url.as_deref().and_then(|url| image::from_url(url).0)),
    }
}

/// What the tag stands for: its own digest, or where that is missing, the version, whose name is
/// the digest of its manifest.
fn digest<'v>(root: &str, version: &'v Version) -> Result<Option<&'v str>, Refusal> {
    let metadata = version.container_metadata.as_ref().and_then(|metadata| metadata.tag.as_ref());
    let of_tag = metadata.and_then(|tag| tag.digest.as_deref()).and_then(some);
    let (field, digest) = match (of_tag, version.digest.as_deref().and_then(some)) {
        (Some(digest), _) => ("container_metadata.tag.digest", digest),
        (None, Some(version)) => ("version", version),
        (None, None) => return Ok(None),
    };
    if image::is_digest(digest) {
        return Ok(Some(digest));
    }
    Err(Refusal::unreadable(
        format!("{root}.package_version.{field}"),
        format!("{digest:?} is not sha256: and 64 lower-case hex digits"),
    ))
}

fn pushed_by(event: &PackageEvent, version: &Version) -> Option<String> {
    let users = [event.sender.as_ref(), version.author.as_ref()];
    users.into_iter().flatten().find_map(|user| some(user.login.as_deref()?)).map(str::to_owned)
}

fn revision(version: &Version) -> Option<String> {
    let labels = &version.container_metadata.as_ref()?.labels;
    let all = labels.get("all_labels");
    std::iter::once(labels.get("revision"))
        .chain(REVISION_LABELS.map(|label| all.and_then(|all| all.get(label))))
        .find_map(|label| label.and_then(Value::as_str).and_then(some))
        .map(str::to_owned)
}

/// The newest of the times named. A version that is tagged anew keeps its old ones, and GitHub
/// writes year 1 where it knows none.
fn at(package: &Package, version: &Version) -> Option<Timestamp> {
    [&version.created_at, &version.updated_at, &package.updated_at]
        .into_iter()
        .filter_map(|at| at.as_deref()?.parse().ok())
        .filter(|at| *at > Timestamp::UNIX_EPOCH)
        .max()
}

/// A text, unless there is nothing in it.
fn some(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}
