//! `cutover history`: what was deployed, by whom, and how it ended.

use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use domain::name::{DeploymentId, ServiceName};
use domain::record::Record;

use crate::chronicle;
use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::{Trouble, visible};
use crate::server::run;
use crate::telling;

/// Show the deployments of a service, newest first, or everything that is recorded of one
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover history checkout --most 5")]
pub(crate) struct History {
    /// The service
    service: ServiceName,
    /// Only this deployment, with everything that was done and measured
    #[arg(long, value_name = "ID")]
    deployment: Option<DeploymentId>,
    /// How many deployments
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    most: u16,
    /// Answer in JSON: a list of records, or one
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl History {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        run(async {
            let cutover = self.which.clone().open().await?;
            if let Some(deployment) = &self.deployment {
                return self.one(&cutover.record(deployment).await?, console);
            }
            let records = cutover.history(&self.service, self.most).await?;
            match self.json {
                true => console.json(&records)?,
                false => console.line(table(&records))?,
            }
            Ok(End::Good)
        })
    }

    fn one(&self, record: &Record, console: &mut Console) -> Result<End, Trouble> {
        if self.json {
            console.json(record)?;
            return Ok(End::Good);
        }
        for line in chronicle::lines(record) {
            console.line(line)?;
        }
        Ok(End::Good)
    }
}

fn table(records: &[Record]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["began", "release", "cause", "by", "end", "took", "why", "deployment"]);
    for record in records {
        let began = record.entries.first().map(|first| telling::moment(first.at));
        let request = record.request();
        let title = record.plan().map(domain::plan::Plan::title);
        let title = title.or_else(|| request.map(domain::request::Request::title));
        let outcome = record.outcome();
        table.add_row([
            began.unwrap_or_default(),
            title.unwrap_or_default(),
            request.map(|request| request.cause.as_str().to_owned()).unwrap_or_default(),
            request.and_then(|request| request.by.as_deref()).map(visible).unwrap_or_default(),
            outcome.map_or_else(|| "under way".into(), |outcome| outcome.end.to_string()),
            record.took().map(|took| took.to_string()).unwrap_or_default(),
            outcome.map(|outcome| visible(&outcome.why)).unwrap_or_default(),
            record.deployment.to_string(),
        ]);
    }
    table
}
