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
        "stop chekout",
        "quarantine chekout",
        "quarantine chekout v1.0.0 --reason x",
        "release-quarantine chekout v1.0.0 --reason x",
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

    insta::assert_snapshot!(aws.run("status --region eu-central-1 --settings /elsewhere"), @"
    --- standard error
    error: there is no such parameter: Cutover is not here
       at the parameter /elsewhere in eu-central-1
     help: say with --region, --profile or --settings where it is, or apply its Terraform
    --- exit code 2
    ");
    aws.state().parameters.insert("/cutover/settings".to_owned(), r#"{"table": "t"}"#.to_owned());
    insta::assert_snapshot!(aws.run("status --region eu-central-1"), @"
    --- standard error
    error: these are no settings of Cutover: missing field `bus` at line 1 column 14
       at the parameter /cutover/settings in eu-central-1
     help: apply its Terraform, which writes them, or name another with --settings
    --- exit code 2
    ");
}

#[test]
fn without_credentials_a_person_is_told_to_log_in() {
    let help = "help: log in, as with `aws sso login --profile NAME`, and name the profile with \
                --profile\n";
    for line in ["status --region eu-central-1", "status --region eu-central-1 --profile nobody"] {
        let aws = Aws::new();

        let run = aws.run_with(line, &[]);

        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run}");
        assert!(run.errors.contains("no credentials"), "{run}");
        assert!(run.errors.contains("at find Cutover in this account"), "{run}");
        assert!(run.errors.ends_with(help), "{run}");
        assert!(aws.state().asked.is_empty(), "nothing is asked without a key");
    }
}

#[test]
fn a_profile_says_whose_key_and_which_region() {
    let aws = Aws::new();
    let home = tempfile::tempdir().expect("a folder");
    let (config, keys) = (home.path().join("config"), home.path().join("credentials"));
    std::fs::write(&config, "[profile shop]\nregion = ap-south-1\n").expect("a file");
    let key = "[shop]\naws_access_key_id = AKIASHOP\naws_secret_access_key = secret\n";
    std::fs::write(&keys, key).expect("a file");
    let path = |path: &std::path::Path| path.to_str().expect("text").to_owned();
    let (config, keys) = (path(&config), path(&keys));
    let environment = [("AWS_CONFIG_FILE", &*config), ("AWS_SHARED_CREDENTIALS_FILE", &*keys)];

    let run = aws.run_with("history checkout --profile shop", &environment);

    assert_eq!(run.code, Some(0), "{run}");
    let credentials = aws.state().credentials.clone();
    let right = |it: &String| it.starts_with("AKIASHOP/") && it.contains("/ap-south-1/");
    assert!(credentials.iter().all(right), "{credentials:?}");
}

#[test]
fn without_a_region_a_person_is_told_where_to_say_it() {
    insta::assert_snapshot!(Aws::new().run("status --aws"), @"
    --- standard error
    error: no region is set
       at the settings of AWS
     help: give one with --region, in AWS_REGION, or in the profile
    --- exit code 2
    ");
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

    let run = aws.run("deploy checkout v1.1.0 --region eu-central-1");

    // The moment is in the name, so it is another one each time.
    let asked = aws.asked("StartExecution");
    let name = asked[0]["name"].as_str().expect("a name");
    insta::assert_snapshot!(run.to_string().replace(name, "checkout-NAME"), @"
    --- standard error
    error: could not start the execution checkout-NAME: AccessDeniedException: User: arn:aws:iam::123456789012:user/ada is not authorized to perform: states:StartExecution
       at deploy checkout v1.1.0
     help: have it allowed for the role that is named there, or name another profile with --profile
    --- exit code 2
    ");
}

#[test]
fn a_login_that_is_over_is_told_to_be_renewed() {
    let aws = Aws::new();
    let over =
        (400, "ExpiredTokenException", "The security token included in the request is expired");
    aws.state().refuses.insert("AmazonSSM.GetParameter".to_owned(), over);

    insta::assert_snapshot!(aws.run("status --region eu-central-1"), @"
    --- standard error
    error: could not read the parameter /cutover/settings: ExpiredTokenException: The security token included in the request is expired
       at find Cutover in this account
     help: these credentials are not, or no longer, those of this account: log in again, as with `aws sso login --profile NAME`
    --- exit code 2
    ");
}

#[test]
fn too_much_at_once_is_tried_again_and_then_told() {
    let aws = Aws::new();
    let throttled = (400, "ThrottlingException", "Rate exceeded");
    aws.state().refuses.insert("AmazonSSM.GetParameter".to_owned(), throttled);

    insta::assert_snapshot!(aws.run("status --region eu-central-1"), @"
    --- standard error
    error: cannot find Cutover in this account: could not read the parameter /cutover/settings: ThrottlingException: Rate exceeded; it may pass, so try again in a minute
    --- exit code 1
    ");
    assert_eq!(aws.asked("GetParameter").len(), 3);
}
