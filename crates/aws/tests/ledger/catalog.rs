//! Service documents: read with all their mistakes, and one that is broken hides no other.

use aws::Ssm;
use aws_sdk_ssm::types::ParameterType;
use domain::Failure;
use domain::name::ServiceName;
use serde_json::json;
use workflow::ports::Catalog;

use crate::account::Account;
use crate::heard::heard;
use crate::support::{Answer, Script};

const PREFIX: &str = "/cutover/services/";
const GET: &str = "AmazonSSM.GetParameter";
const GET_BY_PATH: &str = "AmazonSSM.GetParametersByPath";

fn document(name: &str) -> String {
    let document = json!({
        "name": name, "image": "ghcr.io/acme/shop", "tags": { "semver": "*" },
        "cluster": "shop", "strategy": { "blue_green": {} }
    });
    document.to_string()
}

fn name(name: &str) -> ServiceName {
    name.parse().expect("a service name")
}

async fn with(parameters: &[(&str, String)]) -> (Account, Ssm) {
    let account = Account::new().await;
    let client = aws_sdk_ssm::Client::new(&account.sdk);
    for (name, value) in parameters {
        let put = client.put_parameter().name(*name).value(value).r#type(ParameterType::String);
        put.send().await.expect("put");
    }
    let ssm = Ssm::new(&account.config, PREFIX);
    (account, ssm)
}

#[tokio::test]
async fn a_service_is_found_by_its_name() {
    let (_account, ssm) = with(&[("/cutover/services/checkout", document("checkout"))]).await;

    let found = ssm.service(&name("checkout")).await.expect("a document");
    let missing = ssm.service(&name("catalog")).await.expect_err("nobody wrote it");

    assert_eq!((found.name.as_str(), found.cluster.as_str()), ("checkout", "shop"));
    assert_eq!(missing.name(), "Refused");
    let says = "there is no service catalog under Cutover: there is no parameter /cutover/services/catalog";
    assert_eq!(missing.to_string(), says);
}

#[tokio::test]
async fn every_mistake_of_a_document_is_told_with_the_parameter_it_stands_in() {
    let wrong = document("wrong").replace("\"shop\"", "\"a b\"").replace("\"*\"", "\"newest\"");
    let (_account, ssm) = with(&[
        ("/cutover/services/wrong", wrong),
        ("/cutover/services/other", document("checkout")),
        ("/cutover/services/text", "soon".into()),
    ])
    .await;

    for (service, says) in [
        (
            "wrong",
            vec![
                "the parameter /cutover/services/wrong is not a service document",
                "at `tags",
                "at `cluster`",
            ],
        ),
        (
            "other",
            vec![
                "the parameter /cutover/services/other has the document of checkout: at `name`: expected \"other\"",
            ],
        ),
        ("text", vec!["/cutover/services/text is not a service document: this is not JSON"]),
    ] {
        let failure = ssm.service(&name(service)).await.expect_err("it is wrong");
        assert_eq!(failure.name(), "Invalid");
        for says in says {
            assert!(failure.to_string().contains(says), "{failure}");
        }
    }
}

#[tokio::test]
async fn all_services_are_read_and_a_broken_one_is_told_and_left_out() {
    let mut parameters: Vec<(String, String)> = (0..23)
        .map(|number| {
            (format!("{PREFIX}service-{number:02}"), document(&format!("service-{number:02}")))
        })
        .collect();
    parameters[7].1 = "{".into();
    parameters[8].1 = document("service-09");
    parameters.push(("/cutover/services/nested/deeper".into(), document("deeper")));
    parameters.push(("/cutover/servicesandmore".into(), document("servicesandmore")));
    parameters.push(("/cutover/settings".into(), "{}".into()));
    let written: Vec<_> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let (_account, ssm) = with(&written).await;

    let (services, log) = heard(ssm.services()).await;

    let services = services.expect("documents");

    let mut names: Vec<_> = services.iter().map(|service| service.name.to_string()).collect();
    names.sort();
    let expected: Vec<_> = (0..23)
        .filter(|number| ![7, 8].contains(number))
        .map(|number| format!("service-{number:02}"))
        .collect();
    assert_eq!(names, expected);
    for says in [
        "WARN",
        "service-07 is not a service document",
        "service-08 has the document of service-09",
    ] {
        assert!(log.contains(says), "{log}");
    }
}

/// The emulator gives all in one page.
#[tokio::test]
async fn all_pages_are_read_and_an_empty_one_is_not_the_end() {
    let one = |name: &str| json!({ "Name": format!("{PREFIX}{name}"), "Value": document(name) });
    let pages = [
        json!({ "Parameters": [one("a"), one("b")], "NextToken": "2" }),
        json!({ "Parameters": [], "NextToken": "3" }),
        json!({ "Parameters": [one("c")] }),
    ];
    let script = Script::new().on(GET_BY_PATH, move |call| match call.body["NextToken"].as_str() {
        None => Answer::json(pages[0].clone()),
        Some("2") => Answer::json(pages[1].clone()),
        Some("3") => Answer::json(pages[2].clone()),
        other => panic!("no page was called {other:?}"),
    });
    let aws = script.play().await;

    let services = Ssm::new(&aws.config(), PREFIX).services().await.expect("documents");

    let names: Vec<_> = services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let asked = json!({ "Path": "/cutover/services", "WithDecryption": false, "MaxResults": 10 });
    assert_eq!(aws.calls()[0].body, asked);
}

#[tokio::test]
async fn when_a_page_does_not_come_no_service_is_told_rather_than_some() {
    let page = json!({ "NextToken": "more", "Parameters": [
        { "Name": "/cutover/services/checkout", "Value": document("checkout") }
    ] });
    for (answer, error) in [
        (Answer::json_error(400, "ThrottlingException", "Rate exceeded"), "Unavailable"),
        (Answer::json_error(500, "InternalServerError", "try again"), "Unavailable"),
        (Answer::cut(), "Unavailable"),
        (Answer::json_error(400, "AccessDeniedException", "not yours"), "Refused"),
    ] {
        let script = Script::new().turns(GET_BY_PATH, [Answer::json(page.clone()), answer]);
        let aws = script.play().await;

        let failure = Ssm::new(&aws.config(), PREFIX).services().await.expect_err(error);

        assert_eq!(failure.name(), error, "{failure}");
        let says = "could not read the parameters under /cutover/services";
        assert!(failure.to_string().starts_with(says), "{failure}");
    }
}

#[tokio::test]
async fn any_other_parameter_is_read_as_it_is_and_not_decrypted() {
    let aws = Script::new()
        .turns(
            GET,
            [
                Answer::json(
                    json!({ "Parameter": { "Name": "/cutover/settings", "Value": "{}" } }),
                ),
                Answer::json_error(400, "ParameterNotFound", ""),
                Answer::json_error(400, "AccessDeniedException", "not yours"),
            ],
        )
        .play()
        .await;
    let ssm = Ssm::new(&aws.config(), PREFIX);

    assert_eq!(ssm.parameter("/cutover/settings").await, Ok(Some("{}".into())));
    assert_eq!(ssm.parameter("/cutover/settings").await, Ok(None));
    let says = "could not read the parameter /cutover/settings: AccessDeniedException: not yours";
    assert_eq!(ssm.parameter("/cutover/settings").await, Err(Failure::Refused(says.into())));
    let asked = json!({ "Name": "/cutover/settings", "WithDecryption": false });
    assert_eq!(aws.calls()[0].body, asked);
}

#[tokio::test]
async fn a_call_is_one_line_of_the_log_however_often_it_is_tried() {
    let busy = Answer::json_error(400, "ThrottlingException", "Rate exceeded");
    let aws = Script::new()
        .turns(GET, [busy, Answer::json_error(400, "ParameterNotFound", "")])
        .play()
        .await;
    let ssm = Ssm::new(&aws.config(), PREFIX);

    let (found, log) = heard(ssm.parameter("/cutover/settings")).await;

    assert_eq!((found, aws.calls().len()), (Ok(None), 2));
    assert_eq!(log.matches("called ssm:GetParameter").count(), 1, "{log}");
}
