//! What goes wrong, and what a person is told to do about it.

use super::aws::Aws;

const REGION: &str = "--region eu-central-1";

#[test]
fn an_unknown_service_is_told_with_those_there_are() {
    let aws = Aws::new();

    for command in [
        "deploy chekout v1.1.0",
        "rollback chekout",
        "history chekout",
        "status chekout",
        "plan chekout",
    ] {
        let run = aws.run(&format!("{command} {REGION}"));

        assert_eq!(run.code, Some(2), "{run}");
        let told = "error: there is no service chekout under Cutover, only checkout\n";
        assert!(run.errors.starts_with(told), "{command}: {run}");
        assert!(run.errors.contains("the parameter /cutover/services/chekout"), "{run}");
    }
    assert_eq!(aws.asked("StartExecution").len(), 0);
}

#[test]
fn an_account_without_cutover_is_told_so() {
    let aws = Aws::new();

    insta::assert_snapshot!(aws.run("status --region eu-central-1 --settings /elsewhere"), @"");
    aws.state().parameters.insert("/cutover/settings".to_owned(), r#"{"table": "t"}"#.to_owned());
    insta::assert_snapshot!(aws.run("status --region eu-central-1"), @"");
}

#[test]
fn without_credentials_a_person_is_told_to_log_in() {
    insta::assert_snapshot!(Aws::new().run_with("status --region eu-central-1", &[]), @"");
    let unknown = Aws::new().run_with("status --region eu-central-1 --profile nobody", &[]);
    insta::assert_snapshot!(unknown, @"");
}

#[test]
fn without_a_region_a_person_is_told_where_to_say_it() {
    insta::assert_snapshot!(Aws::new().run("status --aws"), @"");
}

#[test]
fn a_region_of_the_environment_is_good_enough() {
    let aws = Aws::new();
    let key = [("AWS_ACCESS_KEY_ID", "AKIABOB"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let environment = [&key[..], &[("AWS_REGION", "eu-west-1")]].concat();

    let run = aws.run_with("history checkout --aws", &environment);

    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        aws.state().credentials[0].contains("/eu-west-1/ssm/"),
        "{:?}",
        aws.state().credentials
    );
}

#[test]
fn what_is_not_allowed_is_told_with_the_permission_that_is_missing() {
    let aws = Aws::new();
    let denied = (
        400,
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: states:StartExecution",
    );
    aws.state().refuses.insert("AWSStepFunctions.StartExecution".to_owned(), denied);

    insta::assert_snapshot!(aws.run("deploy checkout v1.1.0 --region eu-central-1"), @"");
}

#[test]
fn a_login_that_is_over_is_told_to_be_renewed() {
    let aws = Aws::new();
    let over =
        (400, "ExpiredTokenException", "The security token included in the request is expired");
    aws.state().refuses.insert("AmazonSSM.GetParameter".to_owned(), over);

    insta::assert_snapshot!(aws.run("status --region eu-central-1"), @"");
}

#[test]
fn too_much_at_once_is_tried_again_and_then_told() {
    let aws = Aws::new();
    let throttled = (400, "ThrottlingException", "Rate exceeded");
    aws.state().refuses.insert("AmazonSSM.GetParameter".to_owned(), throttled);

    insta::assert_snapshot!(aws.run("status --region eu-central-1"), @"");
    assert_eq!(aws.asked("GetParameter").len(), 3);
}
