//! GHCR, as far as a deployment asks: under its own name, over TLS, with tokens.
//!
//! A function is told of a proxy by `HTTPS_PROXY`, as in a network that has one, and of who vouches
//! for certificates by `SSL_CERT_FILE`. So it asks `https://ghcr.io`, and nothing in it was changed
//! for the test.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as In, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::Listener;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

/// The name by which images know it.
const NAME: &str = "ghcr.io";
/// What it gives to those who show their login.
const TOKEN: &str = "bearer-of-a-day";

/// The login that may read, as the secret of ECS has it.
pub(crate) const LOGIN: &str = r#"{"username":"robot","password":"read-packages"}"#;

/// Digests by `acme/checkout:v1.1.0`.
type Tags = Arc<Mutex<BTreeMap<String, String>>>;

/// A registry. It is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Ghcr {
    proxy: SocketAddr,
    authority: PathBuf,
    tags: Tags,
    serving: AbortHandle,
}

impl Ghcr {
    /// Opens one without images, whose certificate is left in `folder`.
    pub(crate) async fn open(folder: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).expect("a certificate");
        let authority = folder.join("ghcr.pem");
        std::fs::write(&authority, made.cert.pem()).expect("a file for the certificate");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks them")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .expect("the key fits the certificate");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let proxy = listener.local_addr().expect("an address");

        let tags = Tags::default();
        let app = Router::new()
            .route("/token", get(token))
            .route("/v2/{owner}/{name}/manifests/{reference}", get(manifest))
            .with_state(Arc::clone(&tags));
        let tunnels = Tunnels { listener, tls: TlsAcceptor::from(Arc::new(tls)) };
        let serving = tokio::spawn(async move {
            axum::serve(tunnels, app).await.expect("axum serves until it is stopped");
        });
        Self { proxy, authority, tags, serving: serving.abort_handle() }
    }

    /// Gives an image a tag.
    pub(crate) fn push(&self, path: &str, tag: &str, digest: &str) {
        self.tags.lock().insert(format!("{path}:{tag}"), digest.to_owned());
    }

    /// What a function is told, so that it finds the way.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("HTTPS_PROXY", format!("http://{}", self.proxy)),
            ("SSL_CERT_FILE", self.authority.display().to_string()),
        ]
    }
}

impl Drop for Ghcr {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A proxy that leads to one place.
struct Tunnels {
    listener: TcpListener,
    tls: TlsAcceptor,
}

impl Listener for Tunnels {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, from)) = self.listener.accept().await else { continue };
            if let Some(tunnel) = self.tunnel(stream).await {
                return (tunnel, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Tunnels {
    /// Answers `CONNECT ghcr.io:443`, and speaks TLS from there on.
    async fn tunnel(&self, mut stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") && head.len() < 4096 {
            head.push(stream.read_u8().await.ok()?);
        }
        let wanted = format!("CONNECT {NAME}:443 HTTP/1.1\r\n");
        let (answer, allowed) = match head.starts_with(wanted.as_bytes()) {
            true => ("HTTP/1.1 200 Connection established\r\n\r\n", true),
            false => ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", false),
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
        match allowed {
            true => self.tls.accept(stream).await.ok(),
            false => None,
        }
    }
}

/// Gives a token to read one repository to those who may.
async fn token(Query(asked): Query<BTreeMap<String, String>>, headers: HeaderMap) -> Response {
    let login: serde_json::Value = serde_json::from_str(LOGIN).expect("the login is JSON");
    let text = |field: &str| login[field].as_str().unwrap_or_default().to_owned();
    let login = STANDARD.encode(format!("{}:{}", text("username"), text("password")));

    let known = says(&headers, &format!("Basic {login}"));
    let scope = asked.get("scope").map(String::as_str).unwrap_or_default();
    match known && scope.starts_with("repository:") && scope.ends_with(":pull") {
        true => axum::Json(json!({ "token": TOKEN })).into_response(),
        false => StatusCode::FORBIDDEN.into_response(),
    }
}

/// What an image is described by that was pushed as this tag: for amd64, with an attestation.
pub(crate) fn index(tag: &str) -> String {
    let described = |digest: &str, os: &str, architecture: &str| {
        json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 1,
            "digest": format!("sha256:{}", digest.repeat(32)),
            "platform": { "os": os, "architecture": architecture },
        })
    };
    json!({
        "schemaVersion": 2, "mediaType": INDEX, "annotations": { "tag": tag },
        "manifests": [described("aa", "linux", "amd64"), described("bb", "unknown", "unknown")],
    })
    .to_string()
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Tells the digest of a tag, or of itself.
async fn manifest(
    State(tags): State<Tags>,
    In((owner, name, reference)): In<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if !says(&headers, &format!("Bearer {TOKEN}")) {
        let challenge = format!(
            "Bearer realm=\"https://{NAME}/token\",service=\"{NAME}\",scope=\"repository:{owner}/{name}:pull\""
        );
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response();
    }
    let tags = tags.lock();
    let path = format!("{owner}/{name}");
    let of_path = |(tag, _): &(&String, &String)| tag.starts_with(&format!("{path}:"));
    let mut pushed = tags.iter().filter(of_path);
    let found = pushed
        .find(|(tag, digest)| **digest == reference || tag.rsplit(':').next() == Some(&*reference));
    match found {
        Some((tag, digest)) => {
            let headers =
                [(header::CONTENT_TYPE.as_str(), INDEX), ("docker-content-digest", digest)];
            let tag = tag.rsplit(':').next().unwrap_or_default();
            (headers, index(tag)).into_response()
        }
        None => {
            let error = json!({ "errors": [{ "code": "MANIFEST_UNKNOWN", "message": "no such" }] });
            (StatusCode::NOT_FOUND, axum::Json(error)).into_response()
        }
    }
}

fn says(headers: &HeaderMap, authorization: &str) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|said| said == authorization)
}
