//! What the operator gets at the end: what became of each machine, and what people still have to do.

use host_reporting::{Ledger, Seen, words};
use host_workflow_access::people;
use host_workflow_sdk::progress::Outcome;
use serde::Serialize;

use crate::agent::Agent;
use crate::fitness::Unfit;
use crate::machine::{Fate, Machine};
use crate::parameters::Parameters;
use crate::parties::Parties;
use crate::step::applications::{Listed, waits_for_people};

/// The output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub(crate) monitoring_account: String,
    pub(crate) source_account: String,
    pub(crate) instances: Vec<InstanceLine>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) applications: Vec<ApplicationLine>,
    /// How people get at the data, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) management: Option<people::Report>,
    #[serde(flatten)]
    pub(crate) ledger: Ledger,
    /// What stays a danger, whoever does it right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) risks: Vec<String>,
    /// For people, ready to use.
    pub(crate) next: Vec<String>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub(crate) before_you_begin: &'static [&'static str],
}

/// A machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct InstanceLine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    /// `done`, `unchanged`, `waits`, `failed`, `left-out` or `not-tried`.
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exit_code: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) services: Vec<ServiceLine>,
}

/// A service of a machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ServiceLine {
    /// Left out where people start the program themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    pub(crate) application: String,
    /// Whether its process runs with the agent.
    pub(crate) live: bool,
}

/// An application in ARMS.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ApplicationLine {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) listed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pids: Vec<String>,
}

/// What is said before anything is sent.
pub(crate) fn risks(agent: Agent) -> Vec<String> {
    let mut risks = vec![
        "whoever may call `ecs:DescribeInvocations` in the source account, and root on the \
         machines, can read the license key: it lets its reader write data into the monitoring \
         account"
            .to_owned(),
    ];
    if agent == Agent::Java {
        risks.push(
            "a JVM writes `JAVA_TOOL_OPTIONS` into its log when it starts, license key included: \
             keep those logs as close as the key"
                .to_owned(),
        );
    }
    risks
}

/// Says of each machine that was not left out how it ended, for the host.
pub(crate) fn claim(machines: &[Machine], is_uninstall: bool) {
    for machine in machines {
        match &machine.fate {
            Fate::Done(Some(rest)) => machine.claim(Outcome::Pending, rest),
            Fate::Done(None) | Fate::Unchanged if !is_uninstall && waits_for_people(machine) => {
                machine.claim(Outcome::Pending, "set up; waiting for a restart by people");
            }
            Fate::Done(None) => machine.claim(Outcome::Holds, "done"),
            Fate::Unchanged => machine.claim(Outcome::Holds, "everything is as asked"),
            Fate::Failed(failure) => machine.claim(Outcome::Fails, &failure.reason),
            // Said when it happened.
            Fate::Open | Fate::LeftOut(_) | Fate::NotTried => {}
        }
    }
}

/// What people still have to do, machine by machine.
pub(crate) fn next(input: &Parameters, machines: &[Machine]) -> Vec<String> {
    let mut next = Vec::new();
    for machine in machines {
        let words = machine.words();
        if let Fate::Done(Some(rest)) = &machine.fate {
            next.push(format!("on {words}: {rest}"));
        }
        if !matches!(machine.fate, Fate::Done(_) | Fate::Unchanged) || input.uninstall {
            continue;
        }
        let waiting: Vec<&str> = machine
            .decision
            .services
            .iter()
            .filter(|goal| !goal.is_live)
            .filter_map(|goal| goal.service.as_deref())
            .collect();
        if !waiting.is_empty() {
            let units = waiting.join(" ");
            next.push(format!("on {words}, as root: systemctl restart {units}"));
        }
        next.extend(by_hand(input, machine).map(|text| format!("on {words}: {text}")));
    }
    next
}

/// For programs that no service of the system starts.
fn by_hand(input: &Parameters, machine: &Machine) -> Option<String> {
    let goal = machine.decision.services.iter().find(|goal| goal.service.is_none())?;
    (input.agent == Agent::Java).then(|| {
        format!(
            "start Java with -javaagent:{}/AliyunJavaAgent/aliyun-java-agent.jar \
             -Darms.licenseKey=<license key> -Darms.appName={} -Daliyun.javaagent.regionId={}, \
             before -jar",
            input.install_directory, goal.application, machine.region
        )
    })
}

/// Puts everything together.
pub(crate) fn write(
    input: &Parameters,
    parties: &Parties,
    machines: &[Machine],
    seen: &Listed,
    ledger: Ledger,
) -> Report {
    let applications = seen.iter().flat_map(|(region, seen)| lines(region, seen)).collect();
    let is_install = !input.uninstall;
    Report {
        monitoring_account: parties.monitoring.id().to_owned(),
        source_account: parties.source.id().to_owned(),
        instances: machines.iter().map(|machine| line(input, machine)).collect(),
        applications,
        management: None,
        ledger,
        risks: if is_install { risks(input.agent) } else { Vec::new() },
        next: next(input, machines),
        before_you_begin: if is_install { &words::BEFORE_YOU_BEGIN } else { &[] },
    }
}

fn lines(region: &str, seen: &[Seen]) -> Vec<ApplicationLine> {
    let one = |seen: &Seen| ApplicationLine {
        name: seen.thing.clone(),
        region: region.to_owned(),
        listed: !seen.applications.is_empty(),
        pids: seen.applications.iter().map(|application| application.pid.clone()).collect(),
    };
    seen.iter().map(one).collect()
}

fn line(input: &Parameters, machine: &Machine) -> InstanceLine {
    let waits = !input.uninstall && waits_for_people(machine);
    let (outcome, detail, exit_code) = match &machine.fate {
        Fate::Done(Some(rest)) => ("waits", Some(rest.clone()), None),
        Fate::Done(None) if waits => ("waits", Some("for a restart by people".to_owned()), None),
        Fate::Done(None) => ("done", None, None),
        Fate::Unchanged if waits => {
            ("waits", Some("for a restart by people, as before".to_owned()), None)
        }
        Fate::Unchanged => ("unchanged", None, None),
        Fate::Failed(failure) => ("failed", Some(failure.reason.clone()), failure.exit_code),
        Fate::LeftOut(Unfit { reason, .. }) => ("left-out", Some(reason.clone()), None),
        Fate::NotTried | Fate::Open => ("not-tried", None, None),
    };
    let goals = machine.decision.services.iter();
    let services = goals.map(|goal| ServiceLine {
        service: goal.service.clone(),
        application: goal.application.clone(),
        live: goal.is_live,
    });
    InstanceLine {
        id: machine.id.clone(),
        name: machine.name.clone(),
        region: machine.region.clone(),
        outcome,
        detail,
        exit_code,
        services: services.collect(),
    }
}
