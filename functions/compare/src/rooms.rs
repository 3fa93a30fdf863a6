//! The workspaces of HCP Terraform, by the token as it is when one is looked at.

use std::cell::RefCell;
use std::io::Read;
use std::rc::Rc;

use domain::Failure;
use domain::terraform::Workspace;
use hcp::{HCP, Hcp};
use workflow::ports::{Standing, Workspaces};

/// The workspaces that we may read.
pub(crate) struct Rooms {
    secrets: aws::SecretsManager,
    /// The id of the token's secret.
    secret: Option<String>,
    url: String,
    /// Who was asked how a workspace stands, and is asked for its state.
    hcp: RefCell<Option<Rc<Hcp>>>,
}

impl Rooms {
    /// Those of the HCP Terraform at `url`, or of the one that everybody knows.
    pub(crate) fn new(
        secrets: aws::SecretsManager,
        secret: Option<String>,
        url: Option<String>,
    ) -> Self {
        let url = url.unwrap_or_else(|| HCP.to_owned());
        Self { secrets, secret, url, hcp: RefCell::default() }
    }

    /// A client with the token as it is now, so that a new one counts at once.
    async fn renewed(&self, workspace: &Workspace) -> Result<Rc<Hcp>, Failure> {
        let Some(secret) = &self.secret else {
            let why = format!("there is no way to {workspace}: set CUTOVER_HCP_SECRET");
            return Err(Failure::Refused(why));
        };
        let token = self.secrets.secrets(secret).await?.swap_remove(0);
        let hcp = Rc::new(Hcp::new(&self.url, &token)?);
        self.hcp.replace(Some(Rc::clone(&hcp)));
        Ok(hcp)
    }
}

impl Workspaces for Rooms {
    async fn standing(&self, workspace: &Workspace) -> Result<Standing, Failure> {
        self.renewed(workspace).await?.standing(workspace).await
    }

    async fn state<T: Send + 'static>(
        &self,
        standing: &Standing,
        most: u64,
        reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let known = self.hcp.borrow().clone();
        let hcp = match known {
            Some(hcp) => hcp,
            None => self.renewed(&standing.workspace).await?,
        };
        hcp.state(standing, most, reader).await
    }
}
