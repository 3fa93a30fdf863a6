//! A registry that follows a script: it knows what it will be asked, and says what the script says.
//!
//! It speaks HTTP by hand, so that it can also break off, stay silent and talk nonsense.

use std::fmt::Write as _;
use std::sync::Arc;

use domain::name::Image;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the registry does when it is asked.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// It answers, with these bytes.
    Bytes(String),
    /// It asks for a token, to be had from itself.
    Challenge,
    /// It breaks the connection off before a word was said.
    Cut,
    /// It says nothing.
    Silence,
}

/// An answer with a status line, headers and a body.
pub(super) fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let length = body.len().to_string();
    let mut text = format!("HTTP/1.1 {status}\r\n");
    let rest = [("connection", "close"), ("content-length", &length)];
    for (name, value) in headers.iter().chain(&rest) {
        write!(text, "{name}: {value}\r\n").expect("a text can be written to");
    }
    Reply::Bytes(format!("{text}\r\n{body}"))
}

/// An answer about a manifest of this digest.
pub(super) fn manifest(digest: &str) -> Reply {
    let index = "application/vnd.oci.image.index.v1+json";
    answer("200 OK", &[("content-type", index), ("docker-content-digest", digest)], "")
}

/// The answer of a realm.
pub(super) fn token(token: &str) -> Reply {
    answer(
        "200 OK",
        &[("content-type", "application/json")],
        &format!("{{\"token\": \"{token}\"}}"),
    )
}

/// A registry that follows a script.
#[derive(Debug)]
pub(super) struct Script {
    address: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// What it will be asked, the next last, and what it does then.
    lines: Vec<(String, Reply)>,
    /// What it was asked instead.
    surprises: Vec<String>,
}

impl Script {
    /// A registry that expects to be asked this, in this order: `HEAD v1`, or `HEAD v1 [Bearer t]`
    /// with what shows that one may, or `TOKEN scope=…` at its realm.
    pub(super) async fn begin<const N: usize>(lines: [(&str, Reply); N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let mut lines = lines.map(|(line, reply)| (line.to_owned(), reply)).to_vec();
        lines.reverse();
        let state = Arc::new(Mutex::new(State { lines, surprises: vec![] }));
        let script = Self { address, state };
        let played = (script.address.clone(), script.state.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (address, state) = played.clone();
                tokio::spawn(async move { play(stream, &address, &state).await });
            }
        });
        script
    }

    /// An image in it.
    pub(super) fn image(&self) -> Image {
        format!("{}/acme/checkout", self.address).parse().expect("an image")
    }

    /// The registry's name.
    pub(super) fn registry(&self) -> &str {
        &self.address
    }

    /// Makes sure that all of it was asked, and nothing else.
    pub(super) fn end(&self) {
        let state = self.state.lock();
        assert!(state.surprises.is_empty(), "asked instead: {:?}", state.surprises);
        assert!(state.lines.is_empty(), "never asked, the next last: {:?}", state.lines);
    }
}

/// Reads one request from a connection and does what the script says.
async fn play(mut stream: TcpStream, address: &str, state: &Mutex<State>) {
    let asked = heard(&mut stream).await;
    let reply = {
        let mut state = state.lock();
        match state.lines.pop() {
            Some((line, reply)) if line == asked => reply,
            _ => {
                state.surprises.push(asked.clone());
                answer("418 I'm a teapot", &[], "")
            }
        }
    };
    say(&mut stream, address, &asked, reply).await;
}

/// Does what the script says.
pub(super) async fn say(
    stream: &mut (impl AsyncWrite + Unpin),
    address: &str,
    asked: &str,
    reply: Reply,
) {
    let bytes = match reply {
        Reply::Bytes(bytes) => bytes,
        Reply::Challenge => {
            let realm = format!(
                r#"Bearer realm="http://{address}/token",service="registry",scope="repository:acme/checkout:pull,push""#
            );
            let Reply::Bytes(bytes) =
                answer("401 Unauthorized", &[("www-authenticate", &realm)], "")
            else {
                unreachable!("an answer is bytes");
            };
            bytes
        }
        Reply::Cut => return,
        Reply::Silence => return std::future::pending().await,
    };
    // Who asks for the head gets no body, whatever length it would have.
    let end = bytes.find("\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let bytes = if asked.starts_with("HEAD") { &bytes[..end] } else { &bytes };
    // The other side may have gone already; what it makes of that is what is tested.
    let _ = stream.write_all(bytes.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// The request as a line of the script.
pub(super) async fn heard(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => return "nothing".into(),
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let header = |name: &str| {
        let mut headers = text.lines().skip(1).filter_map(|line| line.split_once(": "));
        headers.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let mut first = text.split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());

    let mut line = match target.strip_prefix("/v2/acme/checkout/manifests/") {
        Some(reference) => {
            let accepted = header("accept").unwrap_or_default();
            assert!(accepted.starts_with("application/vnd.oci.image.index.v1+json, "), "{text}");
            assert_eq!(accepted.split(", ").count(), 4, "{text}");
            format!("{method} {reference}")
        }
        None => match target.strip_prefix("/token?") {
            Some(query) => format!("TOKEN {query}"),
            None => format!("{method} {target}"),
        },
    };
    if let Some(shown) = header("authorization") {
        write!(line, " [{shown}]").expect("a text can be written to");
    }
    line
}
