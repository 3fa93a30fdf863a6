//! The client of GitHub, kept between events.

use std::cell::RefCell;
use std::rc::Rc;

use aws::SystemClock;
use domain::Failure;
use github::deployments::{Access, Deployments, GITHUB};

type Known = Rc<Deployments<SystemClock>>;

/// The client of GitHub, kept between events with its tokens and with until when GitHub wants to be
/// left alone, as long as its login is the same.
pub(crate) struct Client {
    url: String,
    logs: Option<String>,
    known: RefCell<Option<(Option<String>, Known)>>,
}

impl Client {
    /// A client of the GitHub at `url`, or of the one that everybody knows.
    pub(crate) fn new(url: Option<String>, logs: Option<String>) -> Self {
        let url = url.unwrap_or_else(|| GITHUB.into());
        Self { url, logs, known: RefCell::default() }
    }

    /// The one that shows this login, if there is one.
    pub(crate) fn with(&self, login: Option<String>) -> Result<Known, Failure> {
        let mut known = self.known.borrow_mut();
        if let Some((_, same)) = known.as_ref().filter(|(its, _)| *its == login) {
            return Ok(Rc::clone(same));
        }
        let access = login.as_deref().map(Access::read).transpose()?;
        let mut client = Deployments::new(&self.url, access, SystemClock);
        if let Some(logs) = &self.logs {
            client = client.with_logs(logs.as_str());
        }
        let client = Rc::new(client);
        *known = Some((login, Rc::clone(&client)));
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_kept_until_its_login_changes() {
        let client = Client::new(None, Some("https://logs.example.com/".into()));
        let login = |token: &str| Some(format!(r#"{{"token": "{token}"}}"#));

        let first = client.with(login("one")).unwrap();
        assert!(Rc::ptr_eq(&first, &client.with(login("one")).unwrap()));
        let second = client.with(login("two")).unwrap();
        assert!(!Rc::ptr_eq(&first, &second));
        assert_eq!(client.with(Some("hush".into())).unwrap_err().name(), "Invalid");
        assert!(Rc::ptr_eq(&second, &client.with(login("two")).unwrap()));
        assert!(client.with(None).is_ok(), "no document may need one");
    }
}
