//! The agent comes to the machines, in waves: downloaded, compared, put into place, set up.

use std::collections::BTreeMap;

use host_reporting::Ledger;
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, ErrorKind, arms};

use crate::agent::Agent;
use crate::decision::Goal;
use crate::ending::{Ending, Failure};
use crate::facts::Present;
use crate::machine::{Fate, Machine};
use crate::marker;
use crate::order::{Order, Package};
use crate::parameters::Parameters;
use crate::step::look;
use crate::step::send::{Orders, Sender};
use crate::wave::Waves;

/// Python's own index has the agent, and this word stands for its newest version there.
const LATEST: &str = "latest";
/// Where nothing is unpacked, or nothing has to come, no package is compared.
const ANY: &str = "any";

/// What the step works with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) input: &'a Parameters,
    pub(crate) monitoring: &'a Account,
    pub(crate) sender: Sender<'a>,
}

/// The digest that every package must have, by processor where that matters: the first machine's.
type Digests = BTreeMap<String, String>;

/// Changes all machines that need it.
pub(crate) fn settle(
    scene: Scene<'_>,
    machines: &mut [Machine],
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let mut todo: Vec<&mut Machine> =
        machines.iter_mut().filter(|machine| machine.is_open()).collect();
    if todo.is_empty() {
        return Ok(());
    }
    progress::step("install", "the agent is on the machines, and services start with it");
    let version = version(scene, &todo, ledger)?;
    let mut digests = Digests::new();
    let mut waves = Waves::new(scene.input.batch_size, scene.input.max_failures);
    let mut rest = todo.as_mut_slice();
    loop {
        let size = waves.next(rest.len());
        let (wave, later) = rest.split_at_mut(size);
        rest = later;
        if wave.is_empty() {
            break;
        }
        fetch(scene, &version, &mut digests, wave)?;
        install(scene, &version, &digests, wave, ledger)?;
        look::probe(scene.input, scene.monitoring.id(), scene.sender, wave)?;
        for machine in wave {
            let failed = matches!(machine.fate, Fate::Failed(_));
            waves.note(!failed);
        }
    }
    leave(rest, &waves);
    Ok(())
}

/// Machines that nothing was tried on, because too many others failed.
pub(crate) fn leave(rest: &mut [&mut Machine], waves: &Waves) {
    for machine in rest {
        let text = format!("not tried: {} failed before, so the run stopped", waves.failed());
        machine.claim(Outcome::Unknown, &text);
        machine.fate = Fate::NotTried;
    }
}

/// One version for all machines.
fn version(scene: Scene<'_>, todo: &[&mut Machine], ledger: &mut Ledger) -> Result<String, Error> {
    if let Some(version) = &scene.input.agent_version {
        return Ok(version.clone());
    }
    let needing = todo.iter().find(|machine| machine.decision.needs_agent);
    let (Some(machine), Some(download)) = (needing, scene.input.agent.download()) else {
        return Ok(LATEST.to_owned());
    };
    let region = &machine.region;
    let found =
        arms::get_agent_download_url_v2(scene.monitoring, region, download, "amd64", "linux")?;
    let version = found.version.filter(|version| is_version(version));
    let version = version.or_else(|| version_in(&found.url)).ok_or_else(|| {
        let message = format!(
            "cannot pin the agent's version: ARMS names none for `{download}` in `{region}`"
        );
        Error::new(ErrorKind::NotFound, "ecs.version-unknown", message)
            .hint("give `agent-version`, for example from the release notes of the agent")
    })?;
    ledger.note(format!(
        "the agent's version is `{version}`, the newest one: give it as `agent-version` to have \
         later runs install the same"
    ));
    Ok(version)
}

/// The pinned version in a link to a package, as `https://bucket/4.2.1/AliyunJavaAgent.zip`.
fn version_in(url: &str) -> Option<String> {
    let (_, path) = url.split_once("://")?;
    let mut parts = path.split('/').skip(1);
    let version = parts.next().filter(|version| is_version(version))?;
    parts.next().map(|_| version.to_owned())
}

fn is_version(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len())
        && text.bytes().all(fits)
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Downloads, and holds what came against what the first machine got.
fn fetch(
    scene: Scene<'_>,
    version: &str,
    digests: &mut Digests,
    wave: &mut [&mut Machine],
) -> Result<(), Error> {
    if scene.input.agent.download().is_none() {
        return Ok(());
    }
    let mut orders = Orders::new();
    for machine in wave.iter().filter(|machine| machine.decision.needs_agent) {
        let order = Order::fetch(scene.input, &machine.region, version);
        orders.entry(order).or_default().push(machine.id.clone());
    }
    if orders.is_empty() {
        return Ok(());
    }
    let endings = scene.sender.carry_out(&orders)?;
    for machine in wave {
        let Some(ending) = endings.get(&machine.id) else { continue };
        machine.is_changed = true;
        if let Err(failure) = compare(ending, package_key(scene.input.agent, machine), digests) {
            machine.fail(failure);
        }
    }
    Ok(())
}

fn compare(ending: &Ending, key: String, digests: &mut Digests) -> Result<(), Failure> {
    let output = output(ending)?;
    let found = marker::digest(output)
        .ok_or_else(|| Failure::new("the download ended without the digest of what came"))?;
    let first = digests.entry(key).or_insert_with(|| found.clone());
    if *first == found {
        return Ok(());
    }
    Err(Failure::new(format!(
        "its package has the SHA-256 `{found}`, and the first machine's had `{first}`: not installed"
    )))
}

fn output(ending: &Ending) -> Result<&str, Failure> {
    match ending {
        Ending::Done { output } => Ok(output),
        Ending::Failed(failure) => Err(failure.clone()),
        Ending::Lost { code } => Err(Failure::new(format!("`{code}`"))),
    }
}

fn package_key(agent: Agent, machine: &Machine) -> String {
    if agent.is_compiled() { machine.facts.arch.clone() } else { String::new() }
}

/// Puts the agent into place and sets the services up: the first of each machine, then the second …
fn install(
    scene: Scene<'_>,
    version: &str,
    digests: &Digests,
    wave: &mut [&mut Machine],
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let rounds = wave.iter().map(|machine| machine.decision.services.len()).max();
    for round in 0..rounds.unwrap_or_default() {
        let mut orders = Orders::new();
        for machine in wave.iter().filter(|machine| !matches!(machine.fate, Fate::Failed(_))) {
            let goal = machine.decision.services.get(round).filter(|goal| goal.is_open);
            let Some(goal) = goal else { continue };
            let package = package(scene.input.agent, machine, version, digests);
            let account = scene.monitoring.id();
            let order = Order::install(scene.input, &machine.region, account, package, goal);
            orders.entry(order).or_default().push(machine.id.clone());
        }
        if orders.is_empty() {
            continue;
        }
        let endings = scene.sender.carry_out(&orders)?;
        for machine in wave.iter_mut() {
            let goal = machine.decision.services.get(round).cloned();
            if let (Some(goal), Some(ending)) = (goal, endings.get(&machine.id)) {
                machine.is_changed = true;
                settle_one(scene.input.agent, machine, &goal, ending, ledger);
            }
        }
    }
    for machine in wave.iter_mut().filter(|machine| machine.is_open()) {
        machine.fate = Fate::Done(None);
    }
    Ok(())
}

fn package<'a>(
    agent: Agent,
    machine: &'a Machine,
    version: &'a str,
    digests: &'a Digests,
) -> Package<'a> {
    if let (Present::Version(present), false) = (&machine.facts.agent, machine.decision.needs_agent)
    {
        return Package { version: present, sha256: ANY };
    }
    let digest = digests.get(&package_key(agent, machine));
    Package { version, sha256: digest.map_or(ANY, String::as_str) }
}

fn settle_one(
    agent: Agent,
    machine: &mut Machine,
    goal: &Goal,
    ending: &Ending,
    ledger: &mut Ledger,
) {
    let what = goal
        .service
        .as_ref()
        .map_or_else(|| "the agent".to_owned(), |service| format!("service `{service}`"));
    let output = match output(ending) {
        Ok(output) if marker::is_installed(output, goal.service.is_some()) => output,
        Ok(_) => {
            machine.fail(Failure::new(format!("{what}: the script did not say what it did")));
            return;
        }
        Err(failure) => {
            let reason = format!("{what}: {}", failure.reason);
            machine.fail(Failure { reason, ..failure });
            return;
        }
    };
    let words = machine.words();
    if marker::has(output, marker::AGENT_INSTALLED) {
        ledger.created(format!("agent for {agent} on {words}"));
    }
    if let Some(service) = &goal.service {
        let object = format!("service `{service}` on {words}");
        if marker::has(output, marker::SERVICE_CONFIGURED) {
            ledger.updated(
                &object,
                &format!("reports as `{}` from its next start", goal.application),
            );
        }
        if marker::has(output, marker::SERVICE_RESTARTED) {
            ledger.updated(&object, "restarted");
        }
    }
    if marker::has(output, marker::START_UNCHANGED) {
        machine.fate = Fate::Done(agent.left_to_people().map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(output: &str) -> Ending {
        Ending::Done { output: output.to_owned() }
    }

    #[test]
    fn the_first_digest_holds_for_all() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let mut digests = Digests::new();
        let mut of = |text: &str, key: &str| {
            compare(&done(&format!("sha256={text}")), key.to_owned(), &mut digests)
        };
        of(&a, "").unwrap();
        of(&a, "").unwrap();
        assert!(of(&b, "").unwrap_err().reason.contains("not installed"));
        of(&b, "aarch64").unwrap();
        assert!(of("short", "").unwrap_err().reason.contains("without the digest"));
    }

    #[test]
    fn a_version_is_read_from_a_link_only_where_it_stands() {
        let bucket = "http://arms-apm-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com";
        let cases = [
            (format!("{bucket}/4.2.1/AliyunJavaAgent.zip"), Some("4.2.1")),
            (format!("{bucket}/AliyunJavaAgent.zip"), None),
            (format!("{bucket}/$(x)/AliyunJavaAgent.zip"), None),
            ("4.2.1/x".to_owned(), None),
        ];
        for (url, version) in cases {
            assert_eq!(version_in(&url).as_deref(), version, "{url}");
        }
    }
}
