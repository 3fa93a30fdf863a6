//! Whether a role is there, and whom it trusts.

use aws::Iam;
use domain::Failure;
use domain::name::Arn;
use domain::preflight::Role;
use serde_json::json;
use workflow::ports::Roles;

use crate::support::{Answer, Script};

fn arn(path: &str) -> Arn {
    format!("arn:aws:iam::111122223333:role/{path}").parse().expect("it is an ARN")
}

/// What IAM tells of the role `shop/execution`, with its trust policy as it escapes it.
fn told(policy: &str) -> Answer {
    Answer::xml(format!(
        "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role>\
         <Path>/shop/</Path><RoleName>execution</RoleName><RoleId>AROA1</RoleId>\
         <Arn>{}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{policy}</AssumeRolePolicyDocument>\
         </Role></GetRoleResult></GetRoleResponse>",
        arn("shop/execution")
    ))
}

const TRUST: &str = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ecs-tasks.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

async fn ask(role: &Arn, answer: Answer) -> Result<Option<Role>, Failure> {
    let aws = Script::new().on("GetRole", move |_| answer.clone()).play().await;
    let told = Iam::new(&aws.config()).role(role).await;
    assert_eq!(aws.only_call().body, json!({ "RoleName": "execution" }), "without its path");
    told
}

#[tokio::test]
async fn a_role_is_asked_for_by_its_name_and_told_with_whom_it_trusts() {
    let trusts = vec!["ecs-tasks.amazonaws.com".to_owned()];
    assert_eq!(ask(&arn("shop/execution"), told(TRUST)).await, Ok(Some(Role { trusts })));
    assert_eq!(ask(&arn("other/execution"), told(TRUST)).await, Ok(None), "it is another role");
}

#[tokio::test]
async fn a_role_that_is_not_there_not_to_be_seen_or_not_to_be_read_is_told_so() {
    let role = arn("shop/execution");
    let missing = Answer::xml_error(404, "NoSuchEntity", "The role cannot be found.");
    assert_eq!(ask(&role, missing).await, Ok(None));

    let denied = Answer::xml_error(403, "AccessDenied", "User x is not authorized.");
    let failure = ask(&role, denied).await.expect_err("it is denied");
    let said = "could not look at the role execution: iam:GetRole is not allowed";
    assert_eq!((failure.name(), failure.to_string().as_str()), ("Refused", said));

    let failure = ask(&role, told("no policy")).await.expect_err("nobody can read that");
    assert!(failure.to_string().contains("its trust policy cannot be read"), "{failure}");
}
