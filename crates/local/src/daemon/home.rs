//! Where the programs of images are on this machine.

use std::path::{Path, PathBuf};

use crate::processes::Artifact;

/// The name by which an image is this very program: `["cutover", "service-checkout"]` needs no
/// `PATH` and runs wherever Cutover was installed.
const OURSELVES: &str = "cutover";

/// Finds the programs of images. An image itself says nothing of where things are on one machine,
/// so that its digest stays the same wherever the configuration is moved.
#[derive(Debug, Clone)]
pub(super) struct Home {
    folder: PathBuf,
    ourselves: Option<PathBuf>,
}

impl Home {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, ourselves: std::env::current_exe().ok() }
    }

    /// The image with every relative path made absolute. A program without `/` is looked for in
    /// `PATH`, as a shell does.
    pub(super) fn settle(&self, mut artifact: Artifact) -> Artifact {
        if let Some(program) = artifact.command.first_mut() {
            match (&self.ourselves, program.as_str()) {
                (Some(ourselves), OURSELVES) => *program = text(ourselves),
                (_, named) if named.contains('/') => *program = text(&self.folder.join(named)),
                _ => {}
            }
        }
        let directory = artifact.directory.unwrap_or_default();
        Artifact { directory: Some(self.folder.join(directory)), ..artifact }
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_configuration() {
        let home = Home { folder: "/srv".into(), ourselves: Some("/bin/cutover".into()) };
        let settled = |command: &str, directory: Option<&str>| {
            let command = command.split(' ').map(str::to_owned).collect();
            let directory = directory.map(PathBuf::from);
            let artifact = home.settle(Artifact { command, directory, ..Artifact::default() });
            (artifact.command.join(" "), artifact.directory.unwrap())
        };

        assert_eq!(settled("./run ./x", None), ("/srv/./run ./x".into(), "/srv/".into()));
        assert_eq!(settled("/bin/run", Some("a")), ("/bin/run".into(), "/srv/a".into()));
        assert_eq!(settled("python3 -m x", None).0, "python3 -m x");
        assert_eq!(settled("cutover service-checkout", None).0, "/bin/cutover service-checkout");
    }
}
