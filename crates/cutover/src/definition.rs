//! Reading a state machine definition as it lies in a repository: with placeholders.

use std::cell::RefCell;
use std::collections::BTreeSet;

use asl::Machine;

use crate::problem::Problem;
use crate::source::Source;

/// A placeholder's name and its value.
pub(crate) type Setting = (String, String);

/// Reads a definition, or says everything that is wrong with it.
///
/// `${name}` becomes what `settings` say, and otherwise its own name: a definition can be tried
/// before anybody knows the ARNs that Terraform will put there.
pub(crate) fn read(source: &Source, settings: &[Setting]) -> Result<Machine, Vec<Problem>> {
    let text = source.read().map_err(|problem| vec![problem])?;
    let met = RefCell::new(BTreeSet::new());
    let value = |name: &str| {
        met.borrow_mut().insert(name.to_owned());
        // The last one counts, as in a shell.
        let set = settings.iter().rev().find(|(known, _)| known == name);
        Some(set.map_or(name, |(_, value)| value).to_owned())
    };

    let text = asl::substitute(&text, value).map_err(|report| Problem::all_of(source, &report))?;
    let met = met.into_inner();
    let strangers = settings.iter().filter(|(name, _)| !met.contains(name));
    let mut problems: Vec<_> = strangers.map(|(name, _)| stranger(name, source, &met)).collect();
    match Machine::read(&text) {
        Ok(machine) if problems.is_empty() => return Ok(machine),
        Ok(_) => {}
        Err(report) => problems.extend(Problem::all_of(source, &report)),
    }

    Err(problems)
}

/// A value is given for a placeholder that the definition does not have: a slip of the pen.
fn stranger(name: &str, source: &Source, met: &BTreeSet<String>) -> Problem {
    let met: Vec<_> = met.iter().map(String::as_str).collect();
    let remedy = match met.as_slice() {
        [] => "it has no placeholders at all; leave `--set` out".to_owned(),
        names => format!("its placeholders are {}", names.join(", ")),
    };
    Problem::with(source, format!("`--set {name}=…` fills nothing: there is no `${{{name}}}`"))
        .remedy(remedy)
}
