//! `cutover schema`: what a document must look like, for editors and other programs.

use clap::{Args, ValueEnum};
use domain::alert::Alerts;
use domain::approval::Approve;
use domain::event::{Applied, Frozen, Lifted, Moved, Paused, Quarantined, Superseded};
use domain::outcome::Outcome;
use domain::release::ImagePushed;
use domain::replica::ReplicaCheck;
use domain::request::Request;
use domain::service::ServiceDocument;
use domain::terraform::Run;
use domain::trigger::GoBack;
use local::daemon::Config;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::console::{Console, End};
use crate::problem::Trouble;

/// Print the JSON Schema of what Cutover reads or tells; without a name, list them
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover schema service > service.schema.json")]
pub(crate) struct Schema {
    /// Of what
    #[arg(value_enum, value_name = "NAME")]
    name: Option<Name>,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// The service document: what a team writes to put a service under Cutover
    Service,
    /// The input of the deployment machine: what is to be deployed, by whom, and why
    Request,
    /// The input of the rollback machine: which service goes back, where to, by whom, and why
    GoBack,
    /// The input of the replica check: which read replicas, and what of them
    ReplicaCheck,
    /// The input of the function `approve`: which deployment may go on, by whom, and why
    Approve,
    /// The detail of the event `Image Pushed`, and the input of the release machine
    ImagePushed,
    /// The detail of the event `Deployment Started`: a deployment that was planned
    DeploymentStarted,
    /// The detail of the event `Deployment Paused`: a deployment that waits for people
    DeploymentPaused,
    /// The detail of the event `Deployment Progressed`: one that was told to go on, or to go back
    DeploymentProgressed,
    /// The detail of the event `Deployment Superseded`: one that makes way for another
    DeploymentSuperseded,
    /// The detail of the event `Deployment Ended`, and the output of the deployment machine
    DeploymentEnded,
    /// The detail of the events `Service Frozen` and `Service Thawed`
    Frozen,
    /// The detail of the event `Release Quarantined`
    Quarantined,
    /// The detail of the event `Quarantine Lifted`
    Lifted,
    /// The detail of the event `Terraform Applied`: a state that is another than before
    TerraformApplied,
    /// The detail of the event `Terraform Run Told`: a run of HCP Terraform
    TerraformRunTold,
    /// The detail of the events `Alert Firing` and `Alert Resolved`
    Alerts,
    /// The configuration of `cutover local`
    Local,
}

impl Schema {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        match self.name {
            Some(name) => console.json(&name.schema())?,
            None => {
                for value in Name::value_variants().iter().filter_map(Name::to_possible_value) {
                    let help = value.get_help().map(ToString::to_string).unwrap_or_default();
                    console.line(format_args!("{:<22}{help}", value.get_name()))?;
                }
            }
        }

        Ok(End::Good)
    }
}

impl Name {
    fn schema(self) -> schemars::Schema {
        match self {
            Self::Service => read::<ServiceDocument>(),
            Self::Request => read::<Request>(),
            Self::GoBack => read::<GoBack>(),
            Self::ReplicaCheck => read::<ReplicaCheck>(),
            Self::Approve => read::<Approve>(),
            Self::ImagePushed => told::<ImagePushed>(),
            Self::DeploymentStarted | Self::DeploymentProgressed => told::<Moved>(),
            Self::DeploymentPaused => told::<Paused>(),
            Self::DeploymentSuperseded => told::<Superseded>(),
            Self::DeploymentEnded => told::<Outcome>(),
            Self::Frozen => told::<Frozen>(),
            Self::Quarantined => told::<Quarantined>(),
            Self::Lifted => told::<Lifted>(),
            Self::TerraformApplied => told::<Applied>(),
            Self::TerraformRunTold => told::<Run>(),
            Self::Alerts => told::<Alerts>(),
            Self::Local => read::<Config>(),
        }
    }
}

/// The schema of what others write: what has a default may be left out.
fn read<T: JsonSchema>() -> schemars::Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// The schema of what we write: what is always there is promised.
fn told<T: JsonSchema>() -> schemars::Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
