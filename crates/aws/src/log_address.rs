//! Where a browser shows the log of a deployment.

/// What the addresses begin with at which a browser shows the executions of a state machine, each
/// followed by the execution's name: `…/states/home?region=…#/v2/executions/details/…:`. `None`
/// where that is not known of the partition.
pub fn log_address(machine: &str) -> Option<String> {
    let (account, machine) = machine.split_once(":stateMachine:")?;
    let mut parts = account.split(':');
    let (partition, region) = (parts.nth(1)?, parts.nth(1)?);
    let console = match partition {
        "aws" => "console.aws.amazon.com",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        "aws-cn" => "console.amazonaws.cn",
        _ => return None,
    };
    Some(format!(
        "https://{region}.{console}/states/home?region={region}\
         #/v2/executions/details/{account}:execution:{machine}:"
    ))
}
