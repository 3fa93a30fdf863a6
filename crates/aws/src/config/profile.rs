//! What a person's machine says: the environment, the profile, a login.

use aws_config::Region;

use super::{Config, behavior, retries, timeouts};
use crate::http;

impl Config {
    /// Reads credentials and region from where AWS tools look for them: the environment, the
    /// profile, the role of the machine.
    ///
    /// `profile` and `region` go before what the environment says.
    pub async fn of_profile(profile: Option<&str>, region: Option<&str>) -> Self {
        let mut loader = aws_config::defaults(behavior())
            .http_client(http::client())
            .timeout_config(timeouts())
            .retry_config(retries());
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        Self(loader.load().await)
    }
}
