//! Whether secrets and parameters can be had, without their values.

use aws::Vault;
use domain::Failure;
use domain::preflight::{Held, Secret};
use serde_json::{Value, json};
use workflow::ports::Vault as _;

use crate::support::{Answer, Script};

const SECRET: &str = "secretsmanager.DescribeSecret";
const PARAMETERS: &str = "AmazonSSM.DescribeParameters";
const ARN: &str = "arn:aws:secretsmanager:us-west-2:111122223333:secret:db-AbCdEf";

async fn holds(secret: &Secret, action: &str, answers: Vec<Answer>) -> Result<Held, Failure> {
    let aws = Script::new().turns(action, answers).play().await;
    Vault::new(&aws.config()).holds(secret).await
}

#[tokio::test]
async fn a_secret_is_there_with_the_version_that_is_wanted() {
    let versions = json!({ "1": ["AWSPREVIOUS"], "2": ["AWSCURRENT", "blue"] });
    let described = |more: Value| {
        let mut told = json!({ "ARN": ARN, "Name": "db", "VersionIdsToStages": versions });
        told.as_object_mut().expect("an object").extend(more.as_object().expect("one").clone());
        Answer::json(told)
    };
    for (wanted, told, held) in [
        ("", json!({}), Held::Yes),
        (":password::", json!({}), Held::Yes),
        ("::blue:", json!({}), Held::Yes),
        ("::green:", json!({}), Held::Empty),
        (":::1", json!({}), Held::Yes),
        (":::3", json!({}), Held::Empty),
        ("", json!({ "VersionIdsToStages": {} }), Held::Empty),
        ("", json!({ "DeletedDate": 1_790_000_000 }), Held::Deleted),
    ] {
        let secret = Secret::value_from(&format!("{ARN}{wanted}"));
        let is = holds(&secret, SECRET, vec![described(told.clone())]).await;
        assert_eq!(is, Ok(held), "{wanted} {told}");
    }
    let missing = Answer::json_error(400, "ResourceNotFoundException", "can't find it");
    assert_eq!(holds(&Secret::value_from(ARN), SECRET, vec![missing]).await, Ok(Held::No));
}

#[tokio::test]
async fn a_secret_is_asked_for_by_its_whole_arn_in_its_region() {
    let told = Answer::json(json!({ "VersionIdsToStages": { "1": ["AWSCURRENT"] } }));
    let aws = Script::new().turns(SECRET, [told]).play().await;

    let secret = Secret::value_from(&format!("{ARN}:password::"));
    let held = Vault::new(&aws.config()).holds(&secret).await;

    assert_eq!(held, Ok(Held::Yes));
    let call = aws.only_call();
    assert_eq!(call.body, json!({ "SecretId": ARN }));
    let signature = call.headers["authorization"].to_str().expect("a text");
    assert!(signature.contains("/us-west-2/secretsmanager/"), "{signature}");
}

#[tokio::test]
async fn a_parameter_is_looked_for_page_by_page_and_its_value_is_not_read() {
    let page = |names: &[&str], next: Option<&str>| {
        let parameters: Vec<_> = names.iter().map(|name| json!({ "Name": name })).collect();
        Answer::json(json!({ "Parameters": parameters, "NextToken": next }))
    };
    let parameter = Secret::value_from("/db/password");
    for (pages, held) in [
        (vec![page(&["/db/password"], None)], Held::Yes),
        (vec![page(&[], Some("2")), page(&["/db/password"], None)], Held::Yes),
        (vec![page(&[], Some("2")), page(&[], None)], Held::No),
        (vec![page(&["/db/password2"], None)], Held::No),
    ] {
        assert_eq!(holds(&parameter, PARAMETERS, pages).await, Ok(held));
    }
    let endless = vec![page(&[], Some("2"))];
    let failure = holds(&parameter, PARAMETERS, endless).await.expect_err("it has no end");
    assert_eq!(failure.name(), "Refused", "{failure}");
}

#[tokio::test]
async fn what_may_not_be_known_names_the_permission_and_what_passes_is_asked_again() {
    let parameter = Secret::value_from("/db/password");
    let secret = Secret::value_from(ARN);
    for (secret, action, permission) in [
        (&secret, SECRET, "secretsmanager:DescribeSecret is not allowed"),
        (&parameter, PARAMETERS, "ssm:DescribeParameters is not allowed"),
    ] {
        let denied = Answer::json_error(400, "AccessDeniedException", "Not so.");
        let failure = holds(secret, action, vec![denied]).await.expect_err("it is denied");
        assert_eq!(failure.name(), "Refused");
        assert!(failure.to_string().ends_with(permission), "{failure}");

        let busy = Answer::json_error(400, "ThrottlingException", "Later.");
        let failure = holds(secret, action, vec![busy]).await.expect_err("it is too much");
        assert_eq!(failure.name(), "Unavailable", "{failure}");
    }
}
