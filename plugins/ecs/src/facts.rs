//! What the script `look` found on a machine.
//!
//! The output was written on a machine that anyone may own: what is not understood is passed over,
//! and no text of it is used but names of services in a plain set of characters.

use std::collections::BTreeMap;

/// What is on a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) arch: String,
    pub(crate) memory_mb: Option<u64>,
    pub(crate) disk_free_mb: Option<u64>,
    pub(crate) network: Reach,
    pub(crate) has_systemd: bool,
    pub(crate) has_java: bool,
    pub(crate) has_python: bool,
    pub(crate) has_unzip: bool,
    pub(crate) agent: Present,
    /// Processes of the language outside of services.
    pub(crate) loose: u64,
    pub(crate) services: Vec<Service>,
}

/// From where a machine reaches ARMS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    Internal,
    Public,
    #[default]
    Nowhere,
}

/// The agent that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Present {
    #[default]
    None,
    /// Ours, with its version.
    Version(String),
    /// Somebody else's.
    Foreign,
}

/// A service of systemd.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Service {
    /// Without `.service`.
    pub(crate) name: String,
    pub(crate) is_missing: bool,
    pub(crate) is_running: bool,
    /// The language of its processes; `other` if none runs.
    pub(crate) runtime: String,
    pub(crate) has_other_agent: bool,
    pub(crate) has_other_options: bool,
    /// How an earlier run set it up.
    pub(crate) setup: Option<Setup>,
    /// Whether its process was started with that.
    pub(crate) is_live: bool,
}

/// How a service was set up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Setup {
    pub(crate) app: String,
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Facts {
    /// Reads the script's output; `None` if it is none.
    pub(crate) fn read(output: &str) -> Option<Self> {
        let mut facts = Self { has_unzip: true, has_systemd: true, ..Self::default() };
        for line in output.lines().map(str::trim) {
            let Some((name, value)) = line.split_once('=') else { continue };
            match name {
                "arch" => value.clone_into(&mut facts.arch),
                "memory-mb" => facts.memory_mb = value.parse().ok(),
                "disk-free-mb" => facts.disk_free_mb = value.parse().ok(),
                "network" => facts.network = reach(value),
                "systemd" => facts.has_systemd = value == "yes",
                "java" => facts.has_java = value == "yes",
                "python" => facts.has_python = value == "yes",
                "unzip" => facts.has_unzip = value == "yes",
                "agent" => facts.agent = present(value),
                "loose" => facts.loose = value.parse().unwrap_or_default(),
                "service" => facts.services.extend(service(line)),
                _ => {}
            }
        }
        (!facts.arch.is_empty()).then_some(facts)
    }

    /// The service of that name.
    pub(crate) fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}

fn reach(value: &str) -> Reach {
    match value {
        "internal" => Reach::Internal,
        "public" => Reach::Public,
        _ => Reach::Nowhere,
    }
}

fn present(value: &str) -> Present {
    match value {
        "none" | "" => Present::None,
        version if is_plain(version) && version != "foreign" => {
            Present::Version(version.to_owned())
        }
        _ => Present::Foreign,
    }
}

fn service(line: &str) -> Option<Service> {
    let fields: BTreeMap<&str, &str> =
        line.split(' ').filter_map(|field| field.split_once('=')).collect();
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    let known = |name: &str| Some(field(name)).filter(|it| !matches!(*it, "" | "none"));
    let name = field("service");
    if !is_unit(name) {
        return None;
    }
    let setup = known("app").map(|app| Setup {
        app: app.to_owned(),
        account: field("account").to_owned(),
        region: field("region").to_owned(),
    });
    Some(Service {
        name: name.strip_suffix(".service").unwrap_or(name).to_owned(),
        is_missing: field("state") == "missing",
        is_running: !matches!(field("state"), "missing" | "stopped"),
        runtime: field("runtime").to_owned(),
        has_other_agent: field("javaagent") == "yes",
        has_other_options: field("tool-options") == "yes",
        is_live: setup.is_some() && field("live") == "yes",
        setup,
    })
}

fn is_plain(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// Whether a text can be the name of a service that goes into a script's parameter.
fn is_unit(text: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'_' | b':' | b'-');
    (1..=200).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_script_writes() {
        let facts = Facts::read(
            "arch=x86_64\nmemory-mb=8192\nmemory-available-mb=\nnetwork=internal\nsystemd=yes\n\
             java=yes\npython=no\nunzip=no\nagent=4.2.1\nloose=2\n\
             service=orders state=running runtime=java javaagent=no tool-options=no app=shop \
             account=1 region=cn-hangzhou live=yes\n\
             service=old.service state=missing runtime=other javaagent=no tool-options=no app=none \
             account=none region=none live=no\n",
        )
        .unwrap();
        assert_eq!((facts.memory_mb, facts.disk_free_mb, facts.loose), (Some(8192), None, 2));
        assert_eq!(facts.agent, Present::Version("4.2.1".to_owned()));
        assert!(facts.has_java && !facts.has_python && !facts.has_unzip);
        let orders = facts.service("orders").unwrap();
        assert!(orders.is_running && orders.is_live && !orders.has_other_agent);
        assert_eq!(orders.setup.as_ref().unwrap().app, "shop");
        let old = facts.service("old").unwrap();
        assert!(old.is_missing && !old.is_running && old.setup.is_none());
    }

    #[test]
    fn text_that_is_not_the_scripts_does_no_harm() {
        assert_eq!(Facts::read("command not found"), None);
        assert_eq!(Facts::read(""), None);
        let hostile = "arch=x86_64\nagent=$(reboot)\nloose=many\nnetwork=elsewhere\n\
                       service=a;reboot state=running\nservice=-x state=running\nservice=\n";
        let facts = Facts::read(hostile).unwrap();
        assert_eq!(facts.agent, Present::Foreign);
        assert_eq!(facts.network, Reach::Nowhere);
        assert!(facts.services.is_empty());
    }
}
