//! IAM: what roles there are, and who may take them on.

use domain::name::Arn;
use domain::preflight::Role;
use serde_json::json;

use super::form::{Form, element};
use super::refusal::Refusal;
use crate::account::Account;
use crate::plant::Plant;

/// An operation: what it is called among the account's calls, and what it does.
type Operation<P> = (&'static str, fn(&Account<P>, Form) -> Result<String, Refusal>);

pub(super) fn operation<P: Plant>(action: &str) -> Option<Operation<P>> {
    (action == "GetRole").then_some(("iam.GetRole", get))
}

/// `GetRole`.
fn get<P: Plant>(account: &Account<P>, mut form: Form) -> Result<String, Refusal> {
    let name = form.remove("RoleName").unwrap_or_default();
    if let Some(field) = form.keys().next() {
        return Err(Refusal::new("ValidationError", format!("{field} is not had here")));
    }
    let arn = account.role_arn(&name).ok_or_else(|| {
        Refusal::new("ValidationError", format!("{name:?} is not the name of a role"))
    })?;
    let Some(role) = account.role(&arn) else {
        let message = format!("The role with name {name} cannot be found.");
        return Err(Refusal::new("NoSuchEntity", message));
    };
    Ok(described(&name, &arn, &role))
}

/// `Role`, with its trust policy as IAM gives it: JSON, escaped as in an address.
fn described(name: &str, arn: &Arn, role: &Role) -> String {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": role.trusts }, "Action": "sts:AssumeRole",
    }] });
    let policy: String = form_urlencoded::byte_serialize(policy.to_string().as_bytes()).collect();
    format!(
        "<Role>{}{}{}{}{}{}</Role>",
        element("Path", "/"),
        element("RoleName", name),
        element("RoleId", "AROACUTOVERCUTOVERCUT"),
        element("Arn", arn.as_str()),
        element("CreateDate", "2026-01-01T00:00:00Z"),
        element("AssumeRolePolicyDocument", &policy),
    )
}
