//! Service documents, and other settings: parameters of Systems Manager.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_sdk_ssm::types::Parameter;
use domain::Failure;
use domain::name::ServiceName;
use domain::service::ServiceDocument;
use workflow::ports::Catalog;

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// The service documents, each a parameter.
#[derive(Debug, Clone)]
pub struct Ssm {
    client: Client,
    /// What their names begin with, without the slash at its end.
    path: String,
}

/// The most parameters that one call gives.
///
/// Source: the API model, `GetParametersByPathMaxResults`.
const PAGE: i32 = 10;

impl Ssm {
    /// Documents are the parameters right under `prefix`: `/cutover/services/`.
    pub fn new(config: &Config, prefix: impl Into<String>) -> Self {
        let path = prefix.into().trim_end_matches('/').to_owned();
        Self { client: client!(config, aws_sdk_ssm), path }
    }

    /// The value of the parameter `name`, if there is one. It is not decrypted: what we keep here is
    /// no secret.
    pub async fn parameter(&self, name: &str) -> Result<Option<String>, Failure> {
        let found = self.client.get_parameter().name(name).with_decryption(false).send().await;
        match found {
            Ok(found) => Ok(found.parameter.and_then(|parameter| parameter.value)),
            Err(error) => match error.as_service_error() {
                Some(GetParameterError::ParameterNotFound(_)) => Ok(None),
                _ => Err(failure(&format!("read the parameter {name}"), &error)),
            },
        }
    }
}

impl Catalog for Ssm {
    async fn service(&self, name: &ServiceName) -> Result<ServiceDocument, Failure> {
        let parameter = format!("{}/{name}", self.path);

        match self.parameter(&parameter).await? {
            Some(text) => read(&parameter, &text),
            None => Err(Failure::Refused(format!(
                "there is no service {name} under Cutover: there is no parameter {parameter}"
            ))),
        }
    }

    /// One that cannot be read is told in the log and left out. A push is for all services that
    /// follow its image, and the mistake of one team must not keep the others from it. Who asks for
    /// that very service is told every mistake.
    async fn services(&self) -> Result<Vec<ServiceDocument>, Failure> {
        let mut pages = self
            .client
            .get_parameters_by_path()
            .path(&self.path)
            .with_decryption(false)
            .into_paginator()
            .page_size(PAGE)
            .send();

        let mut services = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                failure(&format!("read the parameters under {}", self.path), &error)
            })?;
            for parameter in page.parameters() {
                match document(parameter) {
                    Ok(service) => services.push(service),
                    Err(failure) => tracing::warn!(
                        parameter = parameter.name(),
                        "left out a service whose document cannot be read: {failure}"
                    ),
                }
            }
        }
        Ok(services)
    }
}

fn document(parameter: &Parameter) -> Result<ServiceDocument, Failure> {
    read(parameter.name().unwrap_or_default(), parameter.value().unwrap_or_default())
}

/// Reads a document, which must name its service as its parameter does: a request names the service,
/// and all that follows goes by the name in the document.
fn read(parameter: &str, text: &str) -> Result<ServiceDocument, Failure> {
    let document = ServiceDocument::read(text).map_err(|mistakes| {
        Failure::Invalid(format!("the parameter {parameter} is not a service document: {mistakes}"))
    })?;

    let last = parameter.rsplit('/').next().unwrap_or_default();
    match document.name.as_str() == last {
        true => Ok(document),
        false => Err(Failure::Invalid(format!(
            "the parameter {parameter} has the document of {}: at `name`: expected {last:?}",
            document.name
        ))),
    }
}
