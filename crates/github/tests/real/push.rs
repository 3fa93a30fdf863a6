//! Pushes images, by the registry's own protocol.
//!
//! Source: the OCI distribution specification, "Pushing manifests" and "Pushing blobs".

use domain::name::Digest;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::program::{PASSWORD, Program, USER};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Pushes an image of one architecture whose content is `content`.
pub(crate) async fn manifest(program: &Program, path: &str, tag: &str, content: &str) -> Digest {
    let config = blob(program, path, "{}").await;
    let layer = blob(program, path, content).await;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2,
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer, "size": content.len(),
        }],
    });
    put(program, path, tag, MANIFEST, &manifest).await
}

/// Pushes an index of images that are there.
pub(crate) async fn index(
    program: &Program,
    path: &str,
    tag: &str,
    images: [&Digest; 2],
) -> Digest {
    let mut manifests = Vec::new();
    for (digest, architecture) in images.into_iter().zip(["amd64", "arm64"]) {
        let address = format!("http://{}/v2/{path}/manifests/{digest}", program.address);
        let image = send(program, client().get(address).header("accept", MANIFEST)).await;
        let platform = json!({ "architecture": architecture, "os": "linux" });
        let size = image.bytes().await.expect("a manifest").len();
        manifests.push(
            json!({ "mediaType": MANIFEST, "digest": digest, "size": size, "platform": platform }),
        );
    }
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
    put(program, path, tag, INDEX, &index).await
}

async fn put(program: &Program, path: &str, tag: &str, media_type: &str, body: &Value) -> Digest {
    let bytes = body.to_string().into_bytes();
    let digest = digest(&bytes);
    let address = format!("http://{}/v2/{path}/manifests/{tag}", program.address);
    let request = client().put(address).header(CONTENT_TYPE, media_type).body(bytes);
    send(program, request).await;
    digest
}

async fn blob(program: &Program, path: &str, content: &str) -> Digest {
    let address = format!("http://{}/v2/{path}/blobs/uploads/", program.address);
    let begun = send(program, client().post(address)).await;
    let location = begun.headers()[LOCATION].to_str().expect("an address");
    let mut upload: Url = begun.url().join(location).expect("an address");
    let digest = digest(content.as_bytes());
    upload.query_pairs_mut().append_pair("digest", digest.as_str());
    let request = client().put(upload).header(CONTENT_TYPE, "application/octet-stream");
    send(program, request.body(content.to_owned())).await;
    digest
}

fn client() -> Client {
    outbound::http().build().expect("a client")
}

async fn send(program: &Program, request: RequestBuilder) -> Response {
    let request = match program.locked {
        true => request.basic_auth(USER, Some(PASSWORD)),
        false => request,
    };
    let answer = request.send().await.expect("the registry answers");
    assert!(answer.status().is_success(), "{} {}", answer.status(), answer.url());
    answer
}

fn digest(bytes: &[u8]) -> Digest {
    let digest = format!("sha256:{}", hex::encode(Sha256::digest(bytes)));
    digest.parse().expect("a digest")
}
