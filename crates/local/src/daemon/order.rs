//! Whether the services of one image can be deployed in the order that they ask for.

use std::collections::BTreeMap;

use domain::name::{Image, ServiceName};
use domain::service::ServiceDocument;
use domain::waves::Order;

use super::findings::Findings;

/// What cannot be said in `after`: services that are not here, and orders that there cannot be.
///
/// `all` tells whether every document could be read; a service is missing only then.
pub(super) fn order(findings: &mut Findings, documents: &[&ServiceDocument], all: bool) {
    let known: BTreeMap<&ServiceName, &Image> =
        documents.iter().map(|it| (&it.name, &it.image)).collect();
    for document in documents {
        for (index, name) in document.after.iter().enumerate() {
            let what = match known.get(name) {
                None if all => format!("there is no service `{name}`"),
                Some(image) if **image != document.image => {
                    format!("`{name}` runs another image, so no push is for both")
                }
                None | Some(_) => continue,
            };
            let path = format!("the document of {}: after[{index}]", document.name);
            findings.add(path, what, "name a service of the same image, or leave it out");
        }
    }

    let mut of_image: BTreeMap<&Image, Vec<&ServiceDocument>> = BTreeMap::new();
    for document in documents {
        of_image.entry(&document.image).or_default().push(document);
    }
    for documents in of_image.values() {
        for (document, why) in Order::of(documents).left_out {
            let path = format!("the document of {}: after", document.name);
            findings.add(path, why, "change `after` or `wave`; so it would never be deployed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(name: &str, image: &str, wave: u16, after: &[&str]) -> ServiceDocument {
        let document = json!({
            "name": name, "image": format!("ghcr.io/acme/{image}"), "tags": { "semver": "*" },
            "cluster": "shop", "strategy": { "blue_green": {} }, "wave": wave, "after": after
        });
        ServiceDocument::read(&document.to_string()).expect("a document")
    }

    fn found(documents: &[ServiceDocument], all: bool) -> Vec<String> {
        let mut findings = Findings::default();
        order(&mut findings, &documents.iter().collect::<Vec<_>>(), all);
        findings.0.iter().map(|it| format!("{}: {}", it.path, it.what)).collect()
    }

    #[test]
    fn an_order_that_there_can_be_is_taken() {
        let documents = [document("web", "shop", 1, &["api"]), document("api", "shop", 0, &[])];

        assert_eq!(found(&documents, true), [""; 0]);
    }

    #[test]
    fn who_is_not_here_who_never_comes_along_and_circles_are_told() {
        let documents = [
            document("web", "shop", 0, &["api", "nobody", "blog"]),
            document("api", "shop", 0, &["web"]),
            document("blog", "blog", 0, &[]),
        ];

        let circles = [
            "the document of api: after: `after` goes round in a circle: api after web after api",
            "the document of web: after: `after` goes round in a circle: web after api after web",
        ];
        let other =
            "the document of web: after[2]: `blog` runs another image, so no push is for both";
        let nobody = "the document of web: after[1]: there is no service `nobody`";
        assert_eq!(found(&documents, true), [&[nobody, other][..], &circles].concat());
        assert_eq!(
            found(&documents, false),
            [&[other][..], &circles].concat(),
            "its document may be one that cannot be read"
        );
    }
}
