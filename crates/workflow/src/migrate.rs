//! Changes the database for the new release, before the service is touched.

use domain::Failure;
use domain::desk::Lease;
use domain::migration::{self, Look, Migrated, Ran};
use domain::plan::Plan;
use domain::preflight::Serving;
use domain::preserved::{Log, READ_LINES};
use domain::record::{Entry, Record};
use domain::seconds::Seconds;
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::launch;
use crate::ports::{Clock, Fleet, Ledger, Logs, OneOff, OneOffs};

/// A task is not there in no time.
const SOON: Seconds = Seconds(2);

/// A deployment that nothing speaks against, and whose database is to be changed first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Migrate {
    /// What is deployed.
    pub plan: Plan,
    /// The right to do it.
    pub lease: Lease,
    /// What serves until then.
    pub blue: Serving,
}

/// How far a migration has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Migrating {
    /// The plan, which knows of it once it is over.
    pub plan: Plan,
    /// Whether it is over. One that did not end well is [`Failure::Refused`].
    pub over: bool,
    /// Until the next look.
    pub seconds: Seconds,
}

/// Starts the migration, or looks how far it has come; answers at once, and is asked until it is
/// over.
///
/// It is begun under the name of its deployment, so running this twice starts one task, and under
/// the lease of its service, which is not given back before that task has stopped (`leave`): so
/// no two migrations of a service run at a time. One that runs is not given way from: half of it
/// would be worse than all.
pub async fn migrate(
    clock: &impl Clock,
    fleet: &impl Fleet,
    one_offs: &impl OneOffs,
    logs: &impl Logs,
    ledger: &impl Ledger,
    input: Migrate,
) -> Result<Migrating, Failure> {
    let Migrate { plan, lease, blue } = input;
    let record = ledger.record(&plan.deployment).await?;
    if let Some(migrated) = record.as_ref().and_then(Record::migrated) {
        return answer(plan, migrated);
    }
    if let Some(record) = record.filter(|record| record.migrating().is_some()) {
        return match look(clock, one_offs, ledger, &plan, &record, None).await? {
            Stands::Runs(seconds) => Ok(Migrating { plan, over: false, seconds }),
            Stands::Over(end) => {
                let log = lines(fleet, logs, &plan, &record).await;
                let migrated = conclude(ledger, &plan, end, log).await?;
                answer(plan, &migrated)
            }
        };
    }

    fence::hold(ledger, &lease).await?;
    let Some(migration) = plan.migration() else {
        return Err(Failure::Invalid(format!("{} has no migration", plan.service.name)));
    };
    let desk = ledger.desk(&plan.service.name).await?;
    if let Some(ran) = desk.ran(&plan.digest) {
        // The same digest on another template: what serves works with the database as it is.
        let irreversible = migration.irreversible && blue.digest.as_ref() != Some(&plan.digest);
        let migrated = Migrated::before(ran, irreversible);
        write(ledger, &plan, ran.clone(), &migrated).await?;
        return answer(plan, &migrated);
    }
    let green = launch::green(fleet, ledger, &plan, &blue).await?;
    let task = OneOff {
        name: plan.deployment.clone(),
        task_definition: green,
        container: container(&plan).map(str::to_owned),
        command: migration.command.clone(),
    };
    let task = one_offs.begin(&plan.service.place(), &task).await?;
    let entry = Entry::Migrating { task: task.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, %task, "began the migration of {}", plan.title());
    Ok(Migrating { plan, over: false, seconds: SOON })
}

/// What is to be done after a migration.
fn answer(plan: Plan, migrated: &Migrated) -> Result<Migrating, Failure> {
    match migrated.good {
        true => {
            let plan = Plan { migrates: false, irreversible: migrated.irreversible, ..plan };
            Ok(Migrating { plan, over: true, seconds: SOON })
        }
        false => Err(Failure::Refused(format!("its migration: {}", migrated.why))),
    }
}

/// How a migration stands.
enum Stands {
    Runs(Seconds),
    Over(migration::End),
}

/// Looks at a migration that was begun, and stops it where it has to end: in time, or because its
/// deployment ends (`why`).
async fn look(
    clock: &impl Clock,
    one_offs: &impl OneOffs,
    ledger: &impl Ledger,
    plan: &Plan,
    record: &Record,
    why: Option<&str>,
) -> Result<Stands, Failure> {
    let (Some(migration), Some(task), Some(begun)) =
        (plan.migration(), record.migration(), record.migrating())
    else {
        return Err(Failure::Invalid(format!("{} began no migration", plan.deployment)));
    };
    let place = plan.service.place();
    let told = one_offs.task(&place, task).await?;

    let looked = migration::look(migration, begun, told.as_ref(), container(plan), clock.now());
    let stop = match (looked, why) {
        (Look::Over(end), _) => return Ok(Stands::Over(end)),
        (Look::Runs(seconds), None) => return Ok(Stands::Runs(seconds)),
        (Look::Runs(_), Some(why)) => why.to_owned(),
        (Look::Stop(why), _) => why,
    };
    // Written first: who ends because it was told to has not ended well, whatever it exits with.
    let entry = Entry::MigrationStopped { why: stop.clone() };
    ledger.append(&plan.deployment, &plan.service.name, entry).await?;
    one_offs.end(&place, task, &stop).await?;
    tracing::warn!(service = %plan.service.name, deployment = %plan.deployment, "stopped the migration of {}: {stop}", plan.title());
    Ok(Stands::Runs(SOON))
}

/// Makes sure that the migration of a deployment that is over does not run on, before the lease is
/// given back. Answers what became of it, if there was one.
pub(crate) async fn leave(
    clock: &impl Clock,
    one_offs: &impl OneOffs,
    ledger: &impl Ledger,
    record: Option<&Record>,
    why: Option<&str>,
) -> Result<Option<Migrated>, Failure> {
    let Some(record) = record else { return Ok(None) };
    let Some(plan) = record.plan().filter(|plan| plan.migrates) else { return Ok(None) };
    // Without a task definition of its own it began none.
    if record.migrated().is_some() || record.green().is_none() {
        return Ok(record.migrated().cloned());
    }
    let found = match record.migrating() {
        Some(_) => None,
        None => {
            let Some(task) = one_offs.named(&plan.service.place(), &plan.deployment).await? else {
                return Ok(None);
            };
            let entry = Entry::Migrating { task };
            ledger.append(&plan.deployment, &plan.service.name, entry).await?;
            ledger.record(&plan.deployment).await?
        }
    };

    let record = found.as_ref().unwrap_or(record);
    let why = why.unwrap_or("its deployment ended");
    match look(clock, one_offs, ledger, plan, record, Some(why)).await? {
        Stands::Over(end) => conclude(ledger, plan, end, None).await.map(Some),
        Stands::Runs(_) => Err(Failure::Busy("its migration is being stopped".into())),
    }
}

/// Writes down how a migration ended.
async fn conclude(
    ledger: &impl Ledger,
    plan: &Plan,
    end: migration::End,
    log: Option<Log>,
) -> Result<Migrated, Failure> {
    let irreversible = plan.migration().is_some_and(|migration| migration.irreversible);
    let migrated = Migrated::ended(&end, irreversible, log);
    let ran = Ran { digest: plan.digest.clone(), deployment: plan.deployment.clone() };
    write(ledger, plan, ran, &migrated).await?;
    tracing::info!(service = %plan.service.name, deployment = %plan.deployment, digest = %plan.digest, good = migrated.good, "{migrated}");
    Ok(migrated)
}

/// The desk first: what cannot be undone is known there before anybody acts on it.
async fn write(
    ledger: &impl Ledger,
    plan: &Plan,
    ran: Ran,
    migrated: &Migrated,
) -> Result<(), Failure> {
    if migrated.good {
        let at_work = &plan.deployment;
        fence::rewrite(ledger, &plan.service.name, |desk| {
            (desk.migrate(ran.clone(), at_work, migrated.irreversible), ())
        })
        .await?;
    }
    let entry = Entry::Migrated { migrated: Box::new(migrated.clone()) };
    ledger.append(&plan.deployment, &plan.service.name, entry).await
}

/// What it printed last. Without it things go on all the same.
async fn lines(fleet: &impl Fleet, logs: &impl Logs, plan: &Plan, record: &Record) -> Option<Log> {
    let (green, task) = (record.green()?, record.migration()?);
    let task = task.as_str().rsplit('/').next()?.to_owned();
    let read = async {
        let place = fleet.log_place(green, container(plan)).await?;
        logs.last_lines(&place, &task, READ_LINES).await
    };
    let lines = read.await.into();
    Some(Log { task, lines })
}

/// The container that runs it.
fn container(plan: &Plan) -> Option<&str> {
    let named = plan.migration().and_then(|migration| migration.container.as_deref());
    named.or(plan.service.container.as_deref())
}
