//! Nothing that comes in makes it panic.

use proptest::prelude::*;

use super::*;

/// Any JSON, of any shape, to stand in place of any part of a true body.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Every place in a document, as JSON pointers.
fn places(value: &Value, at: String, into: &mut Vec<String>) {
    if let Value::Object(fields) = value {
        for (name, value) in fields {
            places(value, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), into);
        }
    }
    into.push(at);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        body in prop::collection::vec(any::<u8>(), 0..512),
        event in "package|registry_package|ping|.*",
    ) {
        let _ = deliver(&event, &String::from_utf8_lossy(&body));
        let signature = sign(SECRET, &body);
        let headers = [("X-GitHub-Event", &*event), ("X-Hub-Signature-256", &signature)];
        let _ = read(&secrets(), LIMIT, headers, &body);
    }

    #[test]
    fn no_headers_make_it_panic(
        headers: Vec<(String, Vec<u8>)>,
        signature: Vec<u8>,
    ) {
        let named = ("X-Hub-Signature-256".to_owned(), signature);
        let _ = read(&secrets(), LIMIT, headers.into_iter().chain([named]), b"{}");
    }

    #[test]
    fn no_change_of_a_true_body_makes_it_panic(
        place: prop::sample::Index,
        value in any_json(),
        cut: prop::sample::Index,
    ) {
        let mut body: Value = serde_json::from_str(sample!("package-published")).unwrap();
        let mut all: Vec<String> = Vec::new();
        places(&body, String::new(), &mut all);
        *body.pointer_mut(place.get(&all[..]).as_str()).unwrap() = value;
        let text = body.to_string();

        // Whatever is pushed is an image that a registry could hold.
        if let Ok(Heard::Pushed(push)) = deliver("package", &text) {
            prop_assert!(image::is_digest(&push.digest) && image::is_tag(&push.tag));
            prop_assert!(push.image.starts_with("ghcr.io/"));
        }
        let cut = String::from_utf8_lossy(&text.as_bytes()[..cut.index(text.len())]).into_owned();
        let _ = deliver("package", &cut);
    }
}
