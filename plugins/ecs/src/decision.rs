//! What is to be done on a machine, from what is wished and what is there.

use crate::agent::Agent;
use crate::facts::{Facts, Present, Reach, Service, Setup};
use crate::fitness::Unfit;
use crate::naming::{self, Place};
use crate::parameters::{Parameters, ServiceWish};

/// Least free space, in MiB, as the script that downloads wants it.
const DISK_MIN: u64 = 300;

/// What is known of a machine besides [`Facts`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) region: &'a str,
    pub(crate) instance: &'a str,
    pub(crate) instance_name: &'a str,
    /// The account that the agent reports to.
    pub(crate) account: &'a str,
}

/// What is to be done on a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Whether the agent's files have to come.
    pub(crate) needs_agent: bool,
    /// The services that are to report, those that do already included.
    pub(crate) services: Vec<Goal>,
    /// Services that cannot, with why.
    pub(crate) refused: Vec<(String, String)>,
}

/// A service that is to report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Goal {
    /// `None`: the agent alone, for processes that people start.
    pub(crate) service: Option<String>,
    pub(crate) application: String,
    pub(crate) restart: bool,
    /// Whether anything has to be done for it.
    pub(crate) is_open: bool,
    /// Whether its process has the agent, as it was found.
    pub(crate) is_live: bool,
}

impl Decision {
    /// Whether a command has to be sent.
    pub(crate) fn changes(&self) -> bool {
        self.needs_agent || self.services.iter().any(|goal| goal.is_open)
    }
}

/// When it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before anything is changed.
    Before,
    /// After it was: what was sent just now need not be sent again.
    After,
}

/// Decides for one machine.
pub(crate) fn decide(
    input: &Parameters,
    target: Target<'_>,
    facts: &Facts,
    moment: Moment,
) -> Result<Decision, Unfit> {
    let mut decision = Decision::default();
    for found in wanted(input, target, facts) {
        match refusal(input, found.service) {
            Some(reason) => decision.refused.push((found.service.name.clone(), reason)),
            None => decision.services.push(goal(input, target, &found, moment)),
        }
    }
    decision.services.sort();
    if decision.services.is_empty() {
        decision.services.extend(alone(input, target, facts, &decision)?);
    }
    decision.needs_agent = needs_agent(input, facts)?;
    if decision.needs_agent {
        // A new agent is loaded by a new process.
        decision.services.iter_mut().for_each(|goal| goal.is_open = true);
        stands_against(input, facts).map_or(Ok(()), |reason| Err(Unfit::by_state(reason)))?;
    }
    if decision.services.iter().any(|goal| goal.service.is_some()) && !facts.has_systemd {
        return Err(Unfit::by_state("it has no systemd, through which services get the agent"));
    }
    Ok(decision)
}

/// A service that is there, and the wish for it if there is one.
struct Found<'a> {
    service: &'a Service,
    wish: Option<&'a ServiceWish>,
}

fn wanted<'a>(input: &'a Parameters, target: Target<'_>, facts: &'a Facts) -> Vec<Found<'a>> {
    if input.services.is_empty() {
        let language = input.agent.as_str();
        let running = facts.services.iter().filter(|it| !it.is_missing);
        let ours = running.filter(|it| it.runtime == language || it.setup.is_some());
        return ours.map(|service| Found { service, wish: None }).collect();
    }
    let wishes = input.services.iter().filter(|wish| wish.is_on(target.instance));
    let found = wishes.filter_map(|wish| Some((facts.service(wish.unit())?, wish)));
    let there = found.filter(|(service, _)| !service.is_missing);
    there.map(|(service, wish)| Found { service, wish: Some(wish) }).collect()
}

/// Why a service cannot get the agent.
fn refusal(input: &Parameters, service: &Service) -> Option<String> {
    if input.agent == Agent::Java && service.has_other_agent && !input.allow_other_agents {
        return Some(
            "it runs with another `-javaagent`: two agents may break it (`allow-other-agents` lets \
             both in)"
                .to_owned(),
        );
    }
    if input.agent == Agent::Java && service.has_other_options {
        return Some(
            "somebody sets `JAVA_TOOL_OPTIONS` for it, which the agent's would replace: move those \
             options into its start command"
                .to_owned(),
        );
    }
    let is_other = service.is_running && service.runtime == "other" && service.setup.is_none();
    (is_other && input.agent != Agent::Go).then(|| format!("it runs no {}", input.agent))
}

fn goal(input: &Parameters, target: Target<'_>, found: &Found<'_>, moment: Moment) -> Goal {
    let Found { service, wish } = found;
    let own = wish.and_then(|wish| wish.application.as_deref());
    let application = name(own.unwrap_or(&input.application_name), target, Some(&service.name));
    let restart = wish.and_then(|wish| wish.restart).unwrap_or(input.restart);
    let wanted = Setup {
        app: application.clone(),
        account: target.account.to_owned(),
        region: target.region.to_owned(),
    };
    let before = moment == Moment::Before;
    let is_set_up = service.setup.as_ref() == Some(&wanted) && !(before && input.refresh);
    let needs_restart = before && restart && service.is_running && !service.is_live;
    Goal {
        service: Some(service.name.clone()),
        application,
        restart,
        is_open: !is_set_up || needs_restart,
        is_live: is_set_up && service.is_live,
    }
}

/// The agent's files for processes that no service of the system starts.
fn alone(
    input: &Parameters,
    target: Target<'_>,
    facts: &Facts,
    decision: &Decision,
) -> Result<Option<Goal>, Unfit> {
    if !decision.refused.is_empty() {
        let reasons = decision.refused.iter().map(|(name, reason)| format!("`{name}`: {reason}"));
        let reasons: Vec<String> = reasons.collect();
        return Err(Unfit::by_state(format!(
            "no service can get the agent: {}",
            reasons.join("; ")
        )));
    }
    if !input.services.is_empty() {
        return Err(Unfit::by_state("none of the services is there"));
    }
    if facts.loose == 0 {
        let reason = format!("no {} service runs there", input.agent);
        return Err(Unfit { reason, is_by_kind: true });
    }
    let application = name(&input.application_name, target, None);
    let goal = Goal { service: None, application, restart: false, is_open: false, is_live: false };
    Ok(Some(goal))
}

fn name(template: &str, target: Target<'_>, service: Option<&str>) -> String {
    let Target { region, instance, instance_name, .. } = target;
    naming::application(template, Place { region, instance, instance_name, service })
}

/// An agent that is there is kept unless another version was asked for.
fn needs_agent(input: &Parameters, facts: &Facts) -> Result<bool, Unfit> {
    match &facts.agent {
        Present::None => Ok(true),
        Present::Version(version) => {
            Ok(input.agent_version.as_ref().is_some_and(|wanted| wanted != version))
        }
        Present::Foreign => Err(Unfit::by_state(format!(
            "an agent that is not of this workflow is in `{}`: give another `install-directory`",
            input.install_directory
        ))),
    }
}

/// What an installation would run into.
fn stands_against(input: &Parameters, facts: &Facts) -> Option<String> {
    if input.agent == Agent::Python {
        return (!facts.has_python).then(|| "it has no `python3`".to_owned());
    }
    if facts.network == Reach::Nowhere {
        return Some(
            "it does not reach the bucket of ARMS: let it out to TCP 80, 443, 8080, 8848, 9990, \
             9092 and 9093"
                .to_owned(),
        );
    }
    if input.agent == Agent::Java && !facts.has_unzip {
        return Some("it has no `unzip`, and the agent is a zip file".to_owned());
    }
    let free = facts.disk_free_mb.filter(|free| *free < DISK_MIN)?;
    Some(format!("only {free} MiB are free for `{}`", input.install_directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Target<'_> = Target {
        region: "cn-hangzhou",
        instance: "i-1",
        instance_name: "web-1",
        account: "1000000000000001",
    };

    const ORDERS: &str = "service=orders state=running runtime=java javaagent=no tool-options=no ";
    const FRESH: &str = "app=none account=none region=none live=no";
    const SET: &str = "app=orders account=1000000000000001 region=cn-hangzhou";

    fn run(input: &str, extra: &str) -> Result<Decision, Unfit> {
        let input: Parameters = serde_json::from_str(input).unwrap();
        let head = "arch=x86_64\nnetwork=internal\njava=yes\npython=yes\nagent=none\n";
        let facts = Facts::read(&format!("{head}{extra}")).unwrap();
        decide(&input, TARGET, &facts, Moment::Before)
    }

    #[test]
    fn what_was_sent_just_now_is_not_wanted_again() {
        let input = r#"{"refresh": true, "restart": true}"#;
        let input: Parameters = serde_json::from_str(input).unwrap();
        let text = format!("arch=x86_64\nagent=4.2.1\n{ORDERS}{SET} live=no");
        let facts = Facts::read(&text).unwrap();
        assert!(decide(&input, TARGET, &facts, Moment::Before).unwrap().changes());
        assert!(!decide(&input, TARGET, &facts, Moment::After).unwrap().changes());
    }

    #[test]
    fn a_fresh_machine_gets_everything() {
        let decision = run("{}", &format!("{ORDERS}{FRESH}")).unwrap();
        assert!(decision.needs_agent && decision.changes());
        let goal = &decision.services[0];
        assert_eq!(
            (goal.application.as_str(), goal.restart, goal.is_open),
            ("orders", false, true)
        );
    }

    #[test]
    fn what_is_there_is_left_alone() {
        let agent = "agent=4.2.1\n";
        let cases = [
            ("{}", format!("{agent}{ORDERS}{SET} live=yes"), false),
            ("{}", format!("{agent}{ORDERS}{SET} live=no"), false),
            (r#"{"restart": true}"#, format!("{agent}{ORDERS}{SET} live=yes"), false),
            (r#"{"restart": true}"#, format!("{agent}{ORDERS}{SET} live=no"), true),
            (r#"{"refresh": true}"#, format!("{agent}{ORDERS}{SET} live=yes"), true),
            (r#"{"agent-version": "4.2.1"}"#, format!("{agent}{ORDERS}{SET} live=yes"), false),
            (r#"{"agent-version": "4.3.0"}"#, format!("{agent}{ORDERS}{SET} live=yes"), true),
            (r#"{"application-name": "x"}"#, format!("{agent}{ORDERS}{SET} live=yes"), true),
            ("{}", format!("{agent}{ORDERS}app=orders account=2 region=cn-hangzhou"), true),
            ("{}", format!("{agent}{ORDERS}app=orders account=1000000000000001 region=x"), true),
            ("{}", format!("{ORDERS}{SET} live=yes"), true),
        ];
        for (input, facts, changes) in cases {
            assert_eq!(run(input, &facts).unwrap().changes(), changes, "{input} {facts}");
        }
    }

    #[test]
    fn says_what_stands_against_a_machine() {
        let other = ORDERS.replace("javaagent=no", "javaagent=yes");
        let options = ORDERS.replace("tool-options=no", "tool-options=yes");
        let nginx = ORDERS.replace("runtime=java", "runtime=other");
        let cases = [
            ("{}", String::new(), "no Java service runs"),
            ("{}", format!("network=none\n{ORDERS}{FRESH}"), "does not reach"),
            ("{}", format!("unzip=no\n{ORDERS}{FRESH}"), "unzip"),
            ("{}", format!("disk-free-mb=200\n{ORDERS}{FRESH}"), "200 MiB"),
            ("{}", format!("systemd=no\n{ORDERS}{FRESH}"), "systemd"),
            ("{}", format!("agent=foreign\n{ORDERS}{FRESH}"), "install-directory"),
            ("{}", format!("{other}{FRESH}"), "another `-javaagent`"),
            (r#"{"allow-other-agents": true}"#, format!("{options}{FRESH}"), "JAVA_TOOL_OPTIONS"),
            (r#"{"services": [{"name": "orders"}]}"#, format!("{nginx}{FRESH}"), "runs no Java"),
            (r#"{"services": [{"name": "other"}]}"#, format!("{ORDERS}{FRESH}"), "none of the"),
            (
                r#"{"services": [{"name": "orders", "instances": ["i-2"]}]}"#,
                format!("{ORDERS}{FRESH}"),
                "none of the",
            ),
        ];
        for (input, facts, words) in cases {
            let unfit = run(input, &facts).unwrap_err();
            assert!(unfit.reason.contains(words), "{input} {facts}: {}", unfit.reason);
        }
        assert!(run(r#"{"allow-other-agents": true}"#, &format!("{other}{FRESH}")).is_ok());
    }

    #[test]
    fn one_service_that_cannot_does_not_stop_the_others() {
        let bad = ORDERS.replace("orders", "legacy").replace("javaagent=no", "javaagent=yes");
        let decision = run("{}", &format!("{ORDERS}{FRESH}\n{bad}{FRESH}")).unwrap();
        assert_eq!(decision.services.len(), 1);
        assert_eq!(decision.refused[0].0, "legacy");
    }

    #[test]
    fn processes_without_a_service_get_the_agent_alone() {
        let decision = run(r#"{"application-name": "shop"}"#, "loose=1").unwrap();
        assert!(decision.needs_agent);
        assert_eq!(decision.services[0].service, None);
        assert_eq!(decision.services[0].application, "shop");
        let again = run(r#"{"application-name": "shop"}"#, "agent=4.2.1\nloose=1").unwrap();
        assert!(!again.changes());
    }

    #[test]
    fn a_wish_for_one_service_goes_before_that_for_all() {
        let input = r#"{"restart": true, "application-name": "a",
                        "services": [{"name": "orders", "application": "{service}-{instance}", "restart": false}]}"#;
        let decision = run(input, &format!("{ORDERS}{FRESH}")).unwrap();
        let goal = &decision.services[0];
        assert_eq!((goal.application.as_str(), goal.restart), ("orders-i-1", false));
    }
}
