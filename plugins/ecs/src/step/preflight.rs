//! Before anything changes: who is who, is there an ARMS, and which instances are there?

use std::collections::{BTreeMap, BTreeSet};

use host_reporting::{Baseline, Ledger, Service};
use host_workflow_sdk::ecs::{CloudAssistant, Instance};
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, ErrorKind, Tag, arms, ecs};

use crate::fitness;
use crate::machine::Machine;
use crate::parameters::Parameters;
use crate::parties::{Parties, Site, Sites};
use crate::selection;

/// Most ids that one question about instances takes, and that one about Cloud Assistant takes.
const IDS_MAX: usize = 100;
const ASSISTANTS_MAX: usize = 50;

/// Opens both sides and makes sure that they are who the operator thinks they are.
pub(crate) fn meet(input: &Parameters) -> Result<Parties, Error> {
    progress::step("preflight", "look at both accounts before anything is changed");
    input.check()?;
    let monitoring = Account::open_confirmed("monitoring")?;
    let source = Account::open_confirmed("source")?;
    let hint = "bind `source` to the account that has the instances";
    monitoring.require_other(&source, "nothing to bring together", hint)?;
    Ok(Parties { monitoring, source })
}

/// Looks at ARMS in each region. A region that cannot take part is said, and the others go on; if none
/// can, the run ends.
pub(crate) fn sites(
    input: &Parameters,
    parties: &Parties,
    ledger: &mut Ledger,
) -> Result<Sites, Error> {
    let regions: BTreeSet<&String> = input.regions.iter().collect();
    if input.uninstall {
        return Ok(regions.into_iter().map(|region| (region.clone(), None)).collect());
    }
    let mut sites = Sites::new();
    let mut first = None;
    for region in regions {
        match site(input, parties, region, ledger) {
            Ok(site) => drop(sites.insert(region.clone(), Some(site))),
            Err(error) if ends_run(&error) => return Err(error),
            Err(error) => {
                refuse_region(region, &error);
                first.get_or_insert(error);
            }
        }
    }
    match first {
        Some(error) if sites.is_empty() => Err(error),
        _ => Ok(sites),
    }
}

fn site(
    input: &Parameters,
    parties: &Parties,
    region: &str,
    ledger: &mut Ledger,
) -> Result<Site, Error> {
    let account = &parties.monitoring;
    let service = Service::find(account, region)?;
    let activation = service.decide(input.activate_arms, account.id(), region, ledger)?;
    let baseline = Baseline::take(account, region)?;
    let license_key = arms::describe_trace_license_key(account, region)?;
    Ok(Site { activation, baseline, license_key })
}

/// Errors after which no other region could go better.
pub(crate) const fn ends_run(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Denied | ErrorKind::Cancelled | ErrorKind::BudgetExhausted)
}

fn refuse_region(region: &str, error: &Error) {
    let text = format!("region `{region}`: left out: {}", words(error));
    progress::check(&format!("region/{region}"), Outcome::Fails, &text);
}

/// An error in one line.
pub(crate) fn words(error: &Error) -> String {
    let hint = error.detail("hint").map_or_else(String::new, |hint| format!("; {hint}"));
    format!("`{}`: {}{hint}", error.code, error.message)
}

/// Finds the instances that are meant, and leaves out those that could take no command.
pub(crate) fn machines(
    input: &Parameters,
    parties: &Parties,
    sites: &mut Sites,
) -> Result<Vec<Machine>, Error> {
    let mut machines = Vec::new();
    let mut unreadable = Vec::new();
    for region in sites.keys() {
        match of_region(input, &parties.source, region) {
            Ok(found) => machines.extend(found),
            Err(error) if ends_run(&error) => return Err(error),
            Err(error) => {
                refuse_region(region, &error);
                unreadable.push((region.clone(), error));
            }
        }
    }
    for (region, _) in &unreadable {
        sites.remove(region);
    }
    if let (true, Some((_, error))) = (sites.is_empty(), unreadable.into_iter().next()) {
        return Err(error);
    }
    let found: BTreeSet<&str> = machines.iter().map(|machine| machine.id.as_str()).collect();
    for id in selection::missing(&input.instances, &found) {
        let regions = input.regions.join("`, `");
        let text = format!(
            "instance `{id}`: left out: account `{}` has no such instance in `{regions}`",
            parties.source.id()
        );
        progress::check(&format!("instance/{id}"), Outcome::Fails, &text);
    }
    if machines.is_empty() {
        let message = format!(
            "account `{}` has no instance in `{}` that is meant",
            parties.source.id(),
            input.regions.join("`, `")
        );
        return Err(Error::new(ErrorKind::NotFound, "ecs.instances-missing", message).hint(
            "check `regions`, and `instances` or `instance-name` and `instance-tags`: an instance \
             of another region or account is not found",
        ));
    }
    Ok(machines)
}

fn of_region(input: &Parameters, source: &Account, region: &str) -> Result<Vec<Machine>, Error> {
    let instances = instances(input, source, region)?;
    let ids: Vec<String> = instances.iter().map(|it| it.instance_id.clone()).collect();
    let assistants = assistants(source, region, &ids)?;
    let one = |instance: &Instance| {
        let mut machine = Machine::new(region, instance);
        if let Some(unfit) = fitness::of(instance, assistants.get(&instance.instance_id)) {
            machine.leave_out(unfit, input.names_instances());
        }
        machine
    };
    Ok(instances.iter().map(one).collect())
}

fn instances(input: &Parameters, source: &Account, region: &str) -> Result<Vec<Instance>, Error> {
    let mut found = Vec::new();
    if input.names_instances() {
        let ids: BTreeSet<&String> = input.instances.iter().collect();
        let ids: Vec<String> = ids.into_iter().cloned().collect();
        for instance_ids in ids.chunks(IDS_MAX) {
            let options = ecs::DescribeInstancesOptions {
                instance_ids: instance_ids.to_vec(),
                ..Default::default()
            };
            found.extend(ecs::describe_instances(source, region, &options)?);
        }
    } else {
        let tags = input.instance_tags.iter().filter(|(_, value)| !value.is_empty());
        let tags = tags.map(|(key, value)| Tag { key: key.clone(), value: value.clone() });
        let options = ecs::DescribeInstancesOptions { tags: tags.collect(), ..Default::default() };
        let all = ecs::describe_instances(source, region, &options)?;
        let pattern = input.instance_name.as_deref().unwrap_or("*");
        found.extend(all.into_iter().filter(|instance| {
            selection::matches(pattern, &instance.instance_name)
                && selection::is_tagged(instance, &input.instance_tags)
        }));
    }
    found.sort_by(|a, b| a.instance_id.cmp(&b.instance_id));
    found.dedup_by(|a, b| a.instance_id == b.instance_id);
    Ok(found)
}

fn assistants(
    source: &Account,
    region: &str,
    ids: &[String],
) -> Result<BTreeMap<String, CloudAssistant>, Error> {
    let mut assistants = BTreeMap::new();
    for ids in ids.chunks(ASSISTANTS_MAX) {
        let options = ecs::DescribeCloudAssistantStatusOptions {
            instance_id: ids.to_vec(),
            ..Default::default()
        };
        let found = ecs::describe_cloud_assistant_status(source, region, &options)?;
        assistants.extend(found.into_iter().map(|it| (it.instance_id.clone(), it)));
    }
    Ok(assistants)
}
