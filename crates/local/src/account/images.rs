//! The registry of this machine: which tag points to which digest, and what an image is here.

use std::collections::BTreeMap;

use domain::Failure;
use domain::name::{Digest, Image, Tag};
use domain::platform::Platform;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::store::{Kind, Store, StoreError};
use crate::processes::Artifact;

/// One repository.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Repository {
    tags: BTreeMap<Tag, Digest>,
    artifacts: BTreeMap<Digest, Artifact>,
    /// What images are built for, where somebody said so.
    #[serde(default)]
    platforms: BTreeMap<Digest, Vec<Platform>>,
}

/// All images of this machine.
#[derive(Debug, Default)]
pub struct Images {
    repositories: RwLock<BTreeMap<Image, Repository>>,
}

impl Images {
    pub(super) fn load(store: &Store) -> Result<Self, StoreError> {
        let mut repositories = BTreeMap::new();
        for (key, repository) in store.load::<Repository>(Kind::Image)? {
            if let Ok(image) = key.parse() {
                repositories.insert(image, repository);
            }
        }
        Ok(Self { repositories: RwLock::new(repositories) })
    }

    /// Puts an image into the registry and points `tag` to it. Its digest is that of what it is.
    pub(super) fn push(
        &self,
        store: &Store,
        image: &Image,
        tag: &Tag,
        artifact: Artifact,
    ) -> Digest {
        let content = serde_json::to_vec(&artifact).expect("an artifact is plain data");
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(content)));
        let digest: Digest = digest.parse().expect("SHA-256 has 64 hexadecimal digits");

        let mut repositories = self.repositories.write();
        let repository = repositories.entry(image.clone()).or_default();
        repository.tags.insert(tag.clone(), digest.clone());
        repository.artifacts.insert(digest.clone(), artifact);
        store.put(Kind::Image, image.as_str(), repository);
        digest
    }

    /// Says what an image is built for.
    pub(super) fn build_for(&self, image: &Image, digest: &Digest, platforms: Vec<Platform>) {
        let mut repositories = self.repositories.write();
        repositories.entry(image.clone()).or_default().platforms.insert(digest.clone(), platforms);
    }

    /// What an image is built for. A program of this machine runs on this machine, so nothing is
    /// said of it.
    pub(super) fn platforms(&self, image: &Image, digest: &Digest) -> Vec<Platform> {
        let repositories = self.repositories.read();
        let known = repositories.get(image).and_then(|it| it.platforms.get(digest));
        known.cloned().unwrap_or_default()
    }

    /// What `ghcr.io/acme/checkout@sha256:…` is on this machine.
    pub fn artifact(&self, reference: &str) -> Option<Artifact> {
        let (image, digest) = reference.split_once('@')?;
        let (image, digest) = (image.parse::<Image>().ok()?, digest.parse::<Digest>().ok()?);
        self.repositories.read().get(&image)?.artifacts.get(&digest).cloned()
    }

    /// The tags that point to this digest.
    pub fn tags(&self, image: &Image, digest: &Digest) -> Vec<Tag> {
        let repositories = self.repositories.read();
        let tags = repositories.get(image).into_iter().flat_map(|repository| &repository.tags);
        tags.filter(|(_, it)| *it == digest).map(|(tag, _)| tag.clone()).collect()
    }

    /// Every tag, and what it points to.
    pub fn all_tags(&self) -> Vec<(Digest, Tag)> {
        let repositories = self.repositories.read();
        let tags = repositories.values().flat_map(|repository| &repository.tags);
        tags.map(|(tag, digest)| (digest.clone(), tag.clone())).collect()
    }

    pub(super) fn digest_of(&self, image: &Image, tag: &Tag) -> Result<Digest, Failure> {
        let repositories = self.repositories.read();
        let found = repositories.get(image).and_then(|repository| repository.tags.get(tag));
        found.cloned().ok_or_else(|| Failure::Refused(format!("there is no {image}:{tag}")))
    }

    pub(super) fn has(&self, image: &Image, digest: &Digest) -> Result<(), Failure> {
        let repositories = self.repositories.read();
        match repositories.get(image).is_some_and(|it| it.artifacts.contains_key(digest)) {
            true => Ok(()),
            false => Err(Failure::Refused(format!("there is no {}", image.at(digest)))),
        }
    }
}
