//! Sets up what is compared: one program for each runtime, below `target/cold-start`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One of those that are compared.
pub(crate) struct Runner {
    /// What it is: `Node 20.20.2`.
    pub(crate) name: String,
    /// The program that Lambda would start.
    pub(crate) program: PathBuf,
    /// The folder of its code: `LAMBDA_TASK_ROOT`.
    pub(crate) root: PathBuf,
}

/// Where the sources of the peers are.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/cold-start");

/// What cargo tells a program that it runs. A build that heard it would build much again.
const OF_CARGO: [&str; 6] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_NAME", "OUT_DIR", "AWS_LC_SYS_"];

/// Where our functions are, if they are not to be built here. The tests know it too.
const FOLDER: &str = "CUTOVER_FUNCTIONS";

/// Our function, built as it is for Lambda.
pub(crate) fn rust(target: &Path) -> Result<Runner, String> {
    let root = built(target, "resume")?;
    let version = said(Command::new("rustc").arg("--version"))?;
    let version = version.split(' ').nth(1).unwrap_or_default();
    Ok(Runner { name: format!("Rust {version}"), program: root.join("resume"), root })
}

/// Builds a function as it is for Lambda, and answers in which folder it is then.
pub(crate) fn built(target: &Path, name: &str) -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Ok(PathBuf::from(folder));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--locked", "--profile", "function", "--package", name]);
    build.arg("--target-dir").arg(target).current_dir(Path::new(SOURCES).join("../.."));
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if OF_CARGO.iter().any(|told| name.starts_with(told)) {
            build.env_remove(&variable);
        }
    }
    run(&mut build)?;
    Ok(target.join("function"))
}

/// Node, with the SDK and the handler in one file.
pub(crate) fn node(target: &Path) -> Result<Runner, String> {
    let (from, root) = (Path::new(SOURCES).join("node"), target.join("cold-start/node"));
    let node = said(Command::new("node").args(["--print", "process.execPath"]))?;
    let version = said(Command::new(&node).arg("--version"))?;
    let lock = read(&from.join("package-lock.json"))?;
    once(&root, &format!("{version}\n{lock}"), || {
        for file in ["package.json", "package-lock.json"] {
            copy(&from, &root, file)?;
        }
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&root))
    })?;
    for file in ["bootstrap.mjs", "handler.mjs"] {
        copy(&from, &root, file)?;
    }
    let esbuild = ["--bundle", "--minify", "--platform=node", "--log-level=warning"];
    let mut bundle = Command::new(root.join("node_modules/.bin/esbuild"));
    bundle.args(["bootstrap.mjs", "--outfile=bundle.js"]).args(esbuild).current_dir(&root);
    run(&mut bundle)?;
    let program = program(&root, &node, &read(&root.join("bundle.js"))?)?;
    Ok(Runner { name: format!("Node {}", version.trim_start_matches('v')), program, root })
}

/// Python, with the SDK and AWS's own client of the Runtime API.
pub(crate) fn python(target: &Path) -> Result<Runner, String> {
    let (from, root) = (Path::new(SOURCES).join("python"), target.join("cold-start/python"));
    let version = said(Command::new("python3").arg("--version"))?;
    let requirements = from.join("requirements.txt");
    let python = root.join("venv/bin/python");
    once(&root, &format!("{version}\n{}", read(&requirements)?), || {
        run(Command::new("python3").args(["-m", "venv"]).arg(root.join("venv")))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(&python).args(pip).arg("--requirement").arg(&requirements))
    })?;
    copy(&from, &root, "handler.py")?;
    let bootstrap = read(&from.join("bootstrap.py"))?;
    let program = program(&root, &python.to_string_lossy(), &bootstrap)?;
    Ok(Runner { name: version, program, root })
}

/// Does what fills a folder, unless it was filled with the same already.
fn once(root: &Path, with: &str, fill: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let filled = root.join("filled-with");
    if fs::read_to_string(&filled).is_ok_and(|before| before == with) {
        return Ok(());
    }
    if root.exists() {
        fs::remove_dir_all(root).map_err(|error| trouble(root, &error))?;
    }
    fs::create_dir_all(root).map_err(|error| trouble(root, &error))?;
    fill()?;
    fs::write(&filled, with).map_err(|error| trouble(&filled, &error))
}

/// A script that can be started, and is one process from its start to its end.
fn program(root: &Path, interpreter: &str, text: &str) -> Result<PathBuf, String> {
    let path = root.join("bootstrap");
    fs::write(&path, format!("#!{interpreter}\n{text}")).map_err(|error| trouble(&path, &error))?;
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&path, executable).map_err(|error| trouble(&path, &error))?;
    Ok(path)
}

fn copy(from: &Path, to: &Path, file: &str) -> Result<(), String> {
    let from = from.join(file);
    fs::copy(&from, to.join(file)).map(drop).map_err(|error| trouble(&from, &error))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| trouble(path, &error))
}

fn trouble(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Runs a command, and shows it.
fn run(command: &mut Command) -> Result<(), String> {
    println!("$ {}", shown(command));
    let status = command.status().map_err(|error| cannot(command, &error))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("`{}` failed with {status}", shown(command))),
    }
}

/// What a command says, in one line.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| cannot(command, &error))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(format!("`{}` failed with {}", shown(command), output.status)),
    }
}

fn cannot(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` cannot be run: {error}", shown(command))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
