//! Where the emulator is: where somebody says, or where we put it.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says where it is: its executable, or the virtual environment it is installed in.
const PLACE: &str = "CUTOVER_MINISTACK";

/// What is installed, with all it needs.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// The Python that has the emulator.
pub(super) fn python() -> Result<PathBuf, String> {
    match env::var_os(PLACE).filter(|place| !place.is_empty()) {
        Some(place) => beside(Path::new(&place)),
        None => installed(&folder()?),
    }
}

/// The Python of the environment that somebody named.
fn beside(place: &Path) -> Result<PathBuf, String> {
    let programs = match place.is_dir() {
        true => place.join("bin"),
        false => place.parent().unwrap_or(Path::new(".")).to_owned(),
    };
    let python = programs.join("python3");
    match python.is_file() {
        true => Ok(python),
        false => Err(format!(
            "{PLACE} is {}, which is neither a virtual environment nor a program in one",
            place.display()
        )),
    }
}

/// Beside what cargo builds: the folder goes away with `cargo clean`.
fn folder() -> Result<PathBuf, String> {
    let test = env::current_exe().map_err(|error| format!("who runs this: {error}"))?;
    let target = test.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    let target = target.ok_or_else(|| format!("{} is in no target folder", test.display()))?;
    Ok(target.join("wire-tools"))
}

/// The Python of the environment in `folder`, which is made if it is not there, by one test at a
/// time.
fn installed(folder: &Path) -> Result<PathBuf, String> {
    let problem =
        |what: &str, error: std::io::Error| format!("{what} {}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(|error| problem("make", error))?;
    let lock = File::create(folder.join("lock")).map_err(|error| problem("lock", error))?;
    lock.lock().map_err(|error| problem("lock", error))?;

    let python = folder.join("bin/python3");
    let done = folder.join("installed.txt");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(python);
    }
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(|error| problem("write to", error))?;
    let _ = writeln!(std::io::stderr(), "installing the emulator in {}", folder.display());
    run("python3", [OsStr::new("-m"), "venv".as_ref(), folder.as_os_str()])?;
    run(
        folder.join("bin/pip"),
        ["install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "-r"]
            .map(OsStr::new)
            .into_iter()
            .chain([requirements.as_os_str()]),
    )?;
    fs::write(&done, REQUIREMENTS).map_err(|error| problem("write to", error))?;
    Ok(python)
}

fn run<'a>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = &'a OsStr>,
) -> Result<(), String> {
    let program = program.as_ref();
    let name = Path::new(program).display();
    let ran = Command::new(program).args(arguments).output();
    match ran {
        Ok(ran) if ran.status.success() => Ok(()),
        Ok(ran) => Err(format!("{name}: {}", String::from_utf8_lossy(&ran.stderr).trim())),
        Err(error) => Err(format!("{name}: {error}")),
    }
}
