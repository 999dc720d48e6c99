//! Commands go out, and are followed to their end on every machine.

use std::collections::{BTreeMap, BTreeSet};

use host_workflow_sdk::ecs::{DescribeInvocationResultsOptions, RunCommandOptions};
use host_workflow_sdk::undo::{self, Call};
use host_workflow_sdk::{Account, Error, ErrorKind, Value, clock, ecs};

use crate::ending::{self, Ending, Failure};
use crate::order::Order;
use crate::parties::Sites;
use crate::step::preflight::{ends_run, words};

/// Most machines of one command: what the cloud takes everywhere.
const MACHINES_MAX: usize = 50;
/// Seconds between two looks at results: short at first, then longer.
const PAUSES: [u32; 4] = [2, 3, 5, 10];
/// Seconds beyond a command's own limit, for its delivery and for its result to come back.
const GRACE_SECONDS: i64 = 90;
/// Seconds before a command that did not arrive is sent again.
const RETRY_SECONDS: u32 = 10;

/// What a script is.
const SHELL: &str = "RunShellScript";
/// The version of the product's API.
const VERSION: &str = "2014-05-26";

/// Which machines get which order. A machine stands in one order only.
pub(crate) type Orders = BTreeMap<Order, Vec<String>>;

/// How the order of each machine ended.
pub(crate) type Endings = BTreeMap<String, Ending>;

/// Sends commands from the source account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender<'a> {
    pub(crate) source: &'a Account,
    /// Has the license key of each region.
    pub(crate) sites: &'a Sites,
    /// For one command on one machine.
    pub(crate) limit_minutes: u32,
}

/// A command on its way.
struct Started {
    region: String,
    invoke_id: String,
    waiting: BTreeSet<String>,
}

impl Sender<'_> {
    /// Starts all orders, then follows all of them. What did not get to its machine is sent once more.
    pub(crate) fn carry_out(self, orders: &Orders) -> Result<Endings, Error> {
        let mut endings = self.once(orders)?;
        let lost = |id: &String| matches!(endings.get(id), Some(Ending::Lost { .. }));
        let again = orders.iter().map(|(order, ids)| {
            (order.clone(), ids.iter().filter(|id| lost(id)).cloned().collect::<Vec<_>>())
        });
        let again: Orders = again.filter(|(_, ids)| !ids.is_empty()).collect();
        if !again.is_empty() {
            clock::sleep(RETRY_SECONDS);
            endings.extend(self.once(&again)?);
        }
        Ok(endings.into_iter().map(|(id, ending)| (id, given_up(ending))).collect())
    }

    fn once(self, orders: &Orders) -> Result<Endings, Error> {
        let mut endings = Endings::new();
        let mut started = Vec::new();
        for (order, ids) in orders {
            for ids in ids.chunks(MACHINES_MAX) {
                self.start(order, ids, &mut started, &mut endings)?;
            }
        }
        self.follow(started, &mut endings)?;
        Ok(endings)
    }

    /// One machine that the cloud does not accept fails the call for all: so the list is halved until
    /// it is alone. Nothing ran where the call was refused.
    fn start(
        self,
        order: &Order,
        ids: &[String],
        started: &mut Vec<Started>,
        endings: &mut Endings,
    ) -> Result<(), Error> {
        match self.send(order, ids) {
            Ok(invoke_id) => {
                let waiting = ids.iter().cloned().collect();
                started.push(Started { region: order.region.clone(), invoke_id, waiting });
                Ok(())
            }
            Err(error) if ends_run(&error) => Err(error),
            Err(error) if ids.len() > 1 && is_about_one(&error) => {
                let (first, second) = ids.split_at(ids.len() / 2);
                self.start(order, first, started, endings)?;
                self.start(order, second, started, endings)
            }
            Err(error) => {
                let reason = format!("the command was not accepted: {}", words(&error));
                let failed = Ending::Failed(Failure::new(reason));
                endings.extend(ids.iter().map(|id| (id.clone(), failed.clone())));
                Ok(())
            }
        }
    }

    fn send(self, order: &Order, ids: &[String]) -> Result<String, Error> {
        if let Some(back) = order.undo() {
            undo::register(self.source, &self.call(&back, ids))?;
        }
        let Order { region, script, parameters } = order;
        let texts = parameters.iter();
        let mut parameters: Vec<(String, Value<'_>)> =
            texts.map(|(name, value)| ((*name).to_owned(), Value::Text(value.clone()))).collect();
        if script.takes_key {
            let site = self.sites.get(region).and_then(Option::as_ref).ok_or_else(|| {
                let message = format!("there is no license key for region `{region}`");
                Error::new(ErrorKind::Conflict, "ecs.key-missing", message)
            })?;
            parameters.push(("license_key".to_owned(), Value::Secret(&site.license_key)));
        }
        let options = RunCommandOptions {
            name: Some(format!("host-ecs-{}", script.name)),
            parameters,
            enable_parameter: Some(true),
            keep_command: Some(false),
            repeat_mode: Some("Once".to_owned()),
            termination_mode: Some("ProcessTree".to_owned()),
            timeout: Some(i64::from(self.limit_minutes) * 60),
            ..Default::default()
        };
        ecs::run_command(self.source, region, script.text, ids, SHELL, &options)
            .map(|invocation| invocation.invoke_id)
    }

    /// An order as the call that carries it out: for the record, not to be made now.
    fn call(self, order: &Order, ids: &[String]) -> Call<'static> {
        let text = |name: &str, text: &str| (name.to_owned(), Value::Text(text.to_owned()));
        let json = |name: &str, text: String| (name.to_owned(), Value::Json(text));
        let parameters: serde_json::Map<String, serde_json::Value> = order
            .parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
            .collect();
        let parameters = vec![
            text("CommandContent", order.script.text),
            json("InstanceId", serde_json::json!(ids).to_string()),
            text("Type", SHELL),
            text("Name", &format!("host-ecs-{}", order.script.name)),
            json("Parameters", serde_json::Value::Object(parameters).to_string()),
            json("EnableParameter", "true".to_owned()),
            json("KeepCommand", "false".to_owned()),
            text("RepeatMode", "Once"),
            text("TerminationMode", "ProcessTree"),
            json("Timeout", (i64::from(self.limit_minutes) * 60).to_string()),
        ];
        Call {
            product: "ecs".to_owned(),
            version: VERSION.to_owned(),
            action: "RunCommand".to_owned(),
            region_id: Some(order.region.clone()),
            parameters,
        }
    }

    fn follow(self, mut started: Vec<Started>, endings: &mut Endings) -> Result<(), Error> {
        let limit = clock::now() + i64::from(self.limit_minutes) * 60 + GRACE_SECONDS;
        let mut pauses = PAUSES.into_iter();
        let mut pause = PAUSES[0];
        while !started.is_empty() && clock::now() < limit {
            pause = pauses.next().unwrap_or(pause);
            clock::sleep(pause);
            for command in &mut started {
                self.read(command, endings)?;
            }
            started.retain(|command| !command.waiting.is_empty());
        }
        for id in started.into_iter().flat_map(|command| command.waiting) {
            let reason = format!(
                "no result came within {} minutes; the script may still be at work there",
                self.limit_minutes
            );
            endings.insert(id, Ending::Failed(Failure { may_go_on: true, ..Failure::new(reason) }));
        }
        Ok(())
    }

    fn read(self, command: &mut Started, endings: &mut Endings) -> Result<(), Error> {
        let options = DescribeInvocationResultsOptions {
            invoke_id: Some(command.invoke_id.clone()),
            ..Default::default()
        };
        let results = match ecs::describe_invocation_results(self.source, &command.region, &options)
        {
            Ok(results) => results,
            // The command goes on meanwhile: asked again until its limit.
            Err(error) if is_passing(&error) => return Ok(()),
            Err(error) if ends_run(&error) => return Err(error),
            Err(error) => {
                let reason = format!("what became of it cannot be read: {}", words(&error));
                let failed = Ending::Failed(Failure::new(reason));
                let waiting = std::mem::take(&mut command.waiting).into_iter();
                endings.extend(waiting.map(|id| (id, failed.clone())));
                return Ok(());
            }
        };
        for result in &results {
            if !command.waiting.contains(&result.instance_id) {
                continue;
            }
            if let Some(ending) = ending::of(result) {
                command.waiting.remove(&result.instance_id);
                endings.insert(result.instance_id.clone(), ending);
            }
        }
        Ok(())
    }
}

/// A command that did not arrive twice has failed.
fn given_up(ending: Ending) -> Ending {
    match ending {
        Ending::Lost { code } => {
            Ending::Failed(Failure::new(format!("the command did not get there, twice: `{code}`")))
        }
        other => other,
    }
}

/// Whether the cloud refused a list for one of its machines, or for its length.
fn is_about_one(error: &Error) -> bool {
    error.code.starts_with("InvalidInstance") || error.code == "InstanceIds.ExceedLimit"
}

const fn is_passing(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_halved_only_for_what_one_machine_can_be_the_cause_of() {
        let error = |code: &str| Error::new(ErrorKind::Conflict, code, "no");
        for (code, is) in [
            ("InvalidInstance.NotFound", true),
            ("InvalidInstance.NotMatch", true),
            ("InstanceIds.ExceedLimit", true),
            ("CmdCount.ExceedQuota", false),
            ("Forbidden.RAM", false),
        ] {
            assert_eq!(is_about_one(&error(code)), is, "{code}");
        }
    }

    #[test]
    fn what_did_not_arrive_twice_has_failed() {
        let lost = Ending::Lost { code: "ClientNotResponse".to_owned() };
        assert!(matches!(given_up(lost), Ending::Failed(it) if it.reason.contains("twice")));
        let done = Ending::Done { output: String::new() };
        assert_eq!(given_up(done.clone()), done);
    }
}
