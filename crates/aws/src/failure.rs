//! What an error of the SDK means to a step.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::Failure;

/// Codes by which services say that it was too much at once, or that it took too long, whatever the
/// HTTP status.
///
/// Source: what the SDK itself tries again (`aws-runtime` 1.10, `retries/classifiers.rs`); the last
/// two are those of KMS as Step Functions hands them on, and of too many executions at a time.
const THROTTLED: [&str; 18] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "KmsThrottlingException",
    "ExecutionLimitExceeded",
];

/// What an error means when nothing in particular was expected: what may pass is
/// [`Failure::Unavailable`], what AWS will not do is [`Failure::Refused`] in AWS's own words.
///
/// `what` says what was asked, as the beginning of a sentence: `"describe the service shop/checkout"`.
pub(crate) fn failure<E>(what: &str, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        // Some clients take a good answer that they cannot read for an error of the service.
        SdkError::ServiceError(answer) if answer.raw().status().is_success() => {
            Failure::Unavailable(format!("could not {what}: {}", chain(answer.err())))
        }
        SdkError::ServiceError(answer) => {
            let (code, message) = (answer.err().code(), answer.err().message());
            let status = answer.raw().status();
            let said = format!(
                "could not {what}: {}: {}",
                code.unwrap_or("no error code"),
                message.unwrap_or("no message")
            );
            let passes = status.is_server_error()
                || status.as_u16() == 429
                || code.is_some_and(|code| THROTTLED.contains(&code));
            match passes {
                true => Failure::Unavailable(said),
                false => Failure::Refused(said),
            }
        }
        SdkError::ConstructionFailure(_) => Failure::Invalid(format!(
            "could not {what}: the request cannot be made: {}",
            chain(error)
        )),
        // No answer, a late one, or one that cannot be read: the call may have had its effect.
        _ => Failure::Unavailable(format!("could not {what}: {}", chain(error))),
    }
}

/// The same where a permission may be missing, and is then what matters: `action` is the IAM action
/// that allows the call.
#[cfg_attr(
    not(any(
        feature = "cloudwatchlogs",
        feature = "ecs",
        feature = "elbv2",
        feature = "iam",
        all(feature = "secretsmanager", feature = "ssm")
    )),
    expect(dead_code, reason = "only what `check` looks at is told so")
)]
pub(crate) fn unread<E>(what: &str, action: &str, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some("AccessDenied" | "AccessDeniedException") => {
            Failure::Refused(format!("could not {what}: {action} is not allowed"))
        }
        _ => failure(what, error),
    }
}

/// An error and its causes, as one sentence: the SDK's own `Display` says only "dispatch failure".
fn chain(error: &dyn std::error::Error) -> String {
    let mut sentence = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !sentence.ends_with(&said) {
            sentence = format!("{sentence}: {said}");
        }
        cause = error.source();
    }
    sentence
}
