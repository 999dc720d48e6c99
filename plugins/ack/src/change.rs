//! The writes to a cluster: three calls, which say the same triple in the same words.

use host_workflow_sdk::cs::{InstallClusterAddonsOptions, UpgradeClusterAddonsOptions};
use host_workflow_sdk::{Error, Value, cs};

use crate::deed::Deed;
use crate::parties::Parties;
use crate::site::Site;
use crate::step::access_key::Key;
use crate::step::survey::ONEPILOT;

/// What every change is made with.
#[derive(Debug)]
pub(crate) struct Tools<'a> {
    pub(crate) parties: &'a Parties,
    pub(crate) key: &'a Key,
    /// `canary` or `overwrite`.
    pub(crate) policy: &'static str,
}

impl Tools<'_> {
    /// Changes the add-on; the id of the task that does it, if the reply names one.
    pub(crate) fn start(&self, site: &Site, deed: &Deed) -> Result<Option<String>, Error> {
        let (source, region) = (&self.parties.source, &self.parties.region);
        match deed {
            Deed::Keep => Ok(None),
            Deed::Configure => {
                let config = self.credentials(site);
                cs::modify_cluster_addon(source, region, &site.id, ONEPILOT, &config)?;
                Ok(None)
            }
            Deed::Install { to } => {
                let options = InstallClusterAddonsOptions {
                    config: self.credentials(site),
                    ..Default::default()
                };
                let to = to.to_string();
                let begun =
                    cs::install_cluster_addons(source, region, &site.id, ONEPILOT, &to, &options)?;
                Ok(named(begun))
            }
            Deed::Upgrade { from, to, with_credentials } => {
                let config = if *with_credentials { self.credentials(site) } else { Vec::new() };
                let options = UpgradeClusterAddonsOptions {
                    config,
                    policy: Some(self.policy.to_owned()),
                    version: Some(from.to_string()),
                    ..Default::default()
                };
                let to = to.to_string();
                let begun =
                    cs::upgrade_cluster_addons(source, region, &site.id, ONEPILOT, &to, &options)?;
                Ok(named(begun))
            }
        }
    }

    /// All three, always together: one without the others would report elsewhere, or nowhere. The
    /// account is text, since charts write large numbers with an exponent.
    fn credentials(&self, site: &Site) -> Vec<(String, Value<'_>)> {
        let account = self.parties.monitoring.id();
        vec![
            (site.place.of("accessKey"), Value::Text(self.key.id.clone())),
            (site.place.of("accessKeySecret"), Value::Secret(&self.key.secret)),
            (site.place.of("uid"), Value::Text(account.to_owned())),
        ]
    }
}

fn named(begun: cs::AddonChange) -> Option<String> {
    begun.task_id.filter(|id| !id.is_empty())
}
