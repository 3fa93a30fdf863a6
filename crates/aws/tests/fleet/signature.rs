//! Whether AWS would take a call for ours: its signature, computed once more from what came.
//!
//! Source: the IAM user guide, "Create a signed AWS API request", for a POST to `/`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::support::Call;

/// Makes sure that what was sent is what was signed, with the secret of the scripted AWS.
pub(crate) fn check(call: &Call) {
    let header = |name: &str| call.headers.get(name).and_then(|it| it.to_str().ok());
    let authorization = header("authorization").expect("it is signed");
    let part = |name: &str| {
        let part = authorization.split(&[' ', ','][..]).find_map(|part| part.strip_prefix(name));
        part.expect("the header has it").to_owned()
    };
    let (signed, signature) = (part("SignedHeaders="), part("Signature="));
    let credential = part("Credential=");
    let (_, scope) = credential.split_once('/').expect("a key and a scope");
    assert!(signed.contains("host") && signed.contains("x-amz-target"), "{signed}");

    let value = |name| format!("{name}:{}", header(name).expect("it was sent").trim());
    let values = signed.split(';').map(value).collect::<Vec<_>>().join("\n") + "\n";
    let hash = hex::encode(Sha256::digest(&call.bytes));
    let request = format!("POST\n/\n\n{values}\n{signed}\n{hash}");
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        header("x-amz-date").expect("it has a date"),
        hex::encode(Sha256::digest(request))
    );
    let key = scope.split('/').fold(b"AWS4secret".to_vec(), |key, word| mac(&key, word));

    assert_eq!(hex::encode(mac(&key, &text)), signature, "{} is not what was signed", call.action);
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
