//! What a role, or a user, may do in ARMS.

use host_workflow_sdk::ownership::{self, Tagged};
use host_workflow_sdk::{Account, Error, ErrorKind, Tolerant, clock, progress};

use crate::attachment::{Attachment, Holder};
use crate::documents;
use crate::ledger::Ledger;
use crate::names::{self, CUSTOM, SYSTEM};
use crate::parameters::{Access, NamedAccess, Scope};
use crate::parties;
use crate::policy::{Standing, WantedPolicy};

/// How long a detached policy may still count, in seconds, so that what is shown afterwards rests on what is
/// left. The cloud promises no figure.
const DETACH_SECONDS: u32 = 10;

/// What is wanted, and for whom.
#[derive(Debug)]
pub(crate) struct Grant<'a> {
    pub(crate) access: &'a Access,
    pub(crate) scope: &'a Scope,
    pub(crate) holder: Holder,
    pub(crate) origin: Origin,
}

/// What there is of the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is to be made.
    Absent,
    /// Others made it.
    Foreign,
    /// An earlier run made it.
    Ours,
}

impl Origin {
    pub(crate) const fn of(is_there: bool, is_ours: bool) -> Self {
        match (is_there, is_ours) {
            (false, _) => Self::Absent,
            (true, false) => Self::Foreign,
            (true, true) => Self::Ours,
        }
    }
}

/// Policies to make and to attach.
#[derive(Debug)]
pub(crate) struct AccessPlan {
    policies: Vec<(WantedPolicy, Standing)>,
    /// With whether it is there already.
    attachments: Vec<(Attachment, bool)>,
    /// What an earlier run attached and the wanted access replaces.
    superseded: Vec<Attachment>,
    /// Policies that are there as wanted, and that the host may refuse to have attached.
    judged_late: Vec<String>,
    holder: Holder,
}

/// The policies that the access consists of, and where each is attached.
fn wanted(grant: &Grant<'_>) -> (Vec<WantedPolicy>, Vec<Attachment>) {
    let (scope, holder) = (grant.scope, grant.holder.title());
    match grant.access {
        Access::Named(NamedAccess::Full) => {
            (Vec::new(), vec![Attachment::new(names::FULL_ACCESS, SYSTEM, scope)])
        }
        Access::Named(NamedAccess::ReadOnly) => {
            let read = Attachment::new(names::READ_ONLY_ACCESS, SYSTEM, scope);
            if *scope == Scope::Account {
                return (Vec::new(), vec![read]);
            }
            let list = WantedPolicy {
                name: grant.holder.read_trace_policy(),
                document: documents::read_trace_document(),
                description: format!(
                    "Lets {} list applications of a resource group.",
                    plain(&holder)
                ),
            };
            let listing = Attachment::new(&list.name, CUSTOM, scope);
            (vec![list], vec![read, listing])
        }
        Access::Custom(custom) => {
            let own = WantedPolicy {
                name: custom.name.clone(),
                document: custom.document.to_string(),
                description: format!("What {} may do in ARMS.", plain(&holder)),
            };
            let attachment = Attachment::new(&own.name, CUSTOM, scope);
            (vec![own], vec![attachment])
        }
    }
}

/// Without the marks that messages put around names.
fn plain(title: &str) -> String {
    title.replace('`', "")
}

/// Looks what is there, and refuses what could not come out as asked.
pub(crate) fn find(
    grant: Grant<'_>,
    account: &Account,
    ledger: &mut Ledger,
) -> Result<AccessPlan, Error> {
    let (wished, attachments) = wanted(&grant);
    let mut policies = Vec::new();
    for policy in wished {
        documents::read_permission("the wanted access", &policy.document)?;
        let standing = policy.find(account)?;
        policies.push((policy, standing));
    }
    let held = if grant.origin == Origin::Absent {
        Vec::new()
    } else {
        let listed = grant.holder.policies(account)?;
        let held = grant.holder.attachments(account, &listed, *grant.scope != Scope::Account)?;
        let is_missing = |it: &&Attachment| !held.iter().any(|there| there.is_same(it));
        let missing: Vec<&Attachment> = attachments.iter().filter(is_missing).collect();
        grant.holder.quota().fits(&grant.holder.title(), &listed, &missing)?;
        held
    };
    let superseded = replaced(&grant, account, &held, &attachments)?;
    note_others(&held, &attachments, &superseded, &grant.holder.title(), ledger);
    let is_there = |it: &Attachment| held.iter().any(|there| there.is_same(it));
    let attachments =
        attachments.into_iter().map(|it| (it.clone(), is_there(&it))).collect::<Vec<_>>();
    let judged_late = announce(&policies, &attachments)?;
    Ok(AccessPlan { policies, attachments, superseded, judged_late, holder: grant.holder })
}

/// What gives way: of a holder of ours only.
fn replaced(
    grant: &Grant<'_>,
    account: &Account,
    held: &[Attachment],
    wanted: &[Attachment],
) -> Result<Vec<Attachment>, Error> {
    let listing = grant.holder.read_trace_policy();
    if grant.origin != Origin::Ours {
        let superseded = superseded(held, wanted, &listing, &[]);
        refuse_foreign(&superseded, &grant.holder.title())?;
        return Ok(superseded);
    }
    let others = held.iter().filter(|it| it.kind == CUSTOM && !is_of_this(it, wanted, &listing));
    let others: Vec<String> = others.map(|it| it.policy.clone()).collect();
    let ours = ownership::marked(account, Tagged::Policy, &others)?;
    Ok(superseded(held, wanted, &listing, &ours))
}

/// Whether the policy is one that today's parameters, or its name alone, give to this holder.
fn is_of_this(it: &Attachment, wanted: &[Attachment], listing: &str) -> bool {
    it.is(names::FULL_ACCESS, SYSTEM)
        || it.is(names::READ_ONLY_ACCESS, SYSTEM)
        || it.is(listing, CUSTOM)
        // A policy of the operator's, in another place than today.
        || wanted.iter().any(|wanted| wanted.is(&it.policy, it.kind))
}

/// What the holder has of the policies that this workflow attaches, and should not have today: the
/// other of full and read-only access, the same in another place, or a custom policy that carries
/// our mark (`ours`) and was wanted before.
fn superseded(
    held: &[Attachment],
    wanted: &[Attachment],
    listing: &str,
    ours: &[String],
) -> Vec<Attachment> {
    let was_wanted = |it: &Attachment| {
        // What is for another role was attached by somebody else.
        let is_access = !names::is_for_a_role(&it.policy);
        is_access && it.kind == CUSTOM && ours.iter().any(|name| it.is(name, CUSTOM))
    };
    let is_wanted = |it: &Attachment| wanted.iter().any(|wanted| wanted.is_same(it));
    let gives_way =
        |it: &&Attachment| (is_of_this(it, wanted, listing) || was_wanted(it)) && !is_wanted(it);
    held.iter().filter(gives_way).cloned().collect()
}

/// What others gave is theirs to take away; full access beside a narrower one makes the narrower
/// one meaningless.
fn refuse_foreign(superseded: &[Attachment], holder: &str) -> Result<(), Error> {
    let Some(other) = superseded.first() else { return Ok(()) };
    let policy = &other.policy;
    let kind = holder.split(' ').next().unwrap_or_default();
    let message = format!(
        "{holder} has `{policy}` {}, which does not go with the wanted access, and the {kind} \
         was not made by this workflow",
        parties::place(&other.scope)
    );
    let hint = format!(
        "detach `{policy}` from the {kind}, give another name, or set `access` and `scope` to \
         what the {kind} has"
    );
    Err(Error::new(ErrorKind::Conflict, "delegate.access-foreign", message).hint(hint))
}

/// Any other policy of the holder widens what was asked for, and stays.
fn note_others(
    held: &[Attachment],
    wanted: &[Attachment],
    superseded: &[Attachment],
    holder: &str,
    ledger: &mut Ledger,
) {
    let accounted = |it: &&Attachment| wanted.iter().chain(superseded).any(|own| own.is_same(it));
    for other in held.iter().filter(|it| !accounted(it)) {
        ledger.note(format!(
            "{holder} also has policy `{}` {}, which was not asked for; it is left alone",
            other.policy,
            parties::place(&other.scope)
        ));
    }
}

/// Says what the host will refuse unless the operator allowed it; the names of those policies that
/// no write of the policy itself will show to the host.
fn announce(
    policies: &[(WantedPolicy, Standing)],
    attachments: &[(Attachment, bool)],
) -> Result<Vec<String>, Error> {
    let mut judged_late = Vec::new();
    let attaches = attachments.iter().any(|(_, is_there)| !is_there);
    for (policy, standing) in policies {
        let writes = attaches || standing.is_to_be_written();
        if let Some(breadth) = policy.breadth()?.filter(|_| writes) {
            let name = &policy.name;
            progress::warn(&format!(
                "policy `{name}` needs the run to have `--allow broad-policy`: {breadth}"
            ));
            if !standing.is_to_be_written() {
                judged_late.push(name.clone());
            }
        }
    }
    Ok(judged_late)
}

impl AccessPlan {
    /// Whether the holder loses something, which the cloud takes a while to see everywhere.
    pub(crate) const fn takes_away(&self) -> bool {
        !self.superseded.is_empty()
    }

    /// Makes the policies, before anything else is written: the host may refuse what they say.
    pub(crate) fn venture(&mut self, account: &Account, ledger: &mut Ledger) -> Result<(), Error> {
        if self.policies.is_empty() {
            return Ok(());
        }
        let title = format!("the policies for the {} are there", self.holder.kind());
        progress::step("policies", &title);
        self.attach_early(account, ledger)?;
        for (policy, standing) in &self.policies {
            policy.settle(account, standing, ledger)?;
        }
        Ok(())
    }

    /// A broad policy that is there already is judged when it is attached: so that comes first.
    ///
    /// Where the holder is still to be made, the cloud answers that there is none, and the call
    /// has done its work all the same: the host has judged the policy.
    fn attach_early(&mut self, account: &Account, ledger: &mut Ledger) -> Result<(), Error> {
        let mut later = Vec::new();
        for (wanted, is_there) in std::mem::take(&mut self.attachments) {
            let is_judged = self.judged_late.iter().any(|name| wanted.is(name, CUSTOM));
            if is_there || !is_judged {
                later.push((wanted, is_there));
                continue;
            }
            let object = self.object(&wanted);
            progress::info(&format!("{object}: first of all, since the host may refuse it"));
            match wanted.attach(account, &self.holder).or_absent()? {
                Some(()) => ledger.created(object),
                None => later.push((wanted, false)),
            }
        }
        self.attachments = later;
        Ok(())
    }

    /// Attaches what is wanted, then detaches what it replaces: the holder is never without access.
    pub(crate) fn settle(&self, account: &Account, ledger: &mut Ledger) -> Result<(), Error> {
        for (wanted, is_there) in &self.attachments {
            if *is_there {
                ledger.unchanged(self.object(wanted));
            } else {
                wanted.attach(account, &self.holder)?;
                ledger.created(self.object(wanted));
            }
        }
        for old in &self.superseded {
            old.detach(account, &self.holder)?;
            let stays = if old.kind == CUSTOM { "; the policy itself stays" } else { "" };
            let how = "detached, the wanted access replaces what an earlier run attached";
            ledger.updated(&self.object(old), &format!("{how}{stays}"));
        }
        if self.takes_away() {
            progress::info("waiting until the cloud has seen what was detached");
            clock::sleep(DETACH_SECONDS);
        }
        Ok(())
    }

    fn object(&self, it: &Attachment) -> String {
        let place = parties::place(&it.scope);
        format!("policy `{}` on {} {place}", it.policy, self.holder.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;

    const LISTING: &str = "host-read-trace-arms-delegate";

    fn input(text: &str) -> Parameters {
        serde_json::from_str(text).unwrap()
    }

    fn grant(input: &Parameters) -> Grant<'_> {
        let (name, principal) = (input.role_name.clone(), String::new());
        let holder = Holder::Role { name, principal };
        Grant { access: &input.access, scope: &input.scope, holder, origin: Origin::Ours }
    }

    #[test]
    fn each_access_is_the_policies_of_the_guide() {
        let cases: [(&str, &[&str], usize); 5] = [
            ("{}", &["AliyunARMSFullAccess"], 0),
            (r#"{"access": "read-only"}"#, &["AliyunARMSReadOnlyAccess"], 0),
            (r#"{"scope": "rg-1"}"#, &["AliyunARMSFullAccess"], 0),
            (
                r#"{"access": "read-only", "scope": "rg-1"}"#,
                &["AliyunARMSReadOnlyAccess", "host-read-trace-arms-delegate"],
                1,
            ),
            (r#"{"access": {"name": "own", "document": {}}}"#, &["own"], 1),
        ];
        for (text, names, made) in cases {
            let input = input(text);
            let (policies, attachments) = wanted(&grant(&input));
            let attached: Vec<&str> = attachments.iter().map(|a| a.policy.as_str()).collect();
            assert_eq!(attached, names, "{text}");
            assert_eq!(policies.len(), made, "{text}");
            assert!(attachments.iter().all(|a| a.scope == input.scope), "{text}");
        }
    }

    #[test]
    fn what_an_earlier_run_attached_gives_way_to_what_is_wanted_now() {
        let full = |scope: &str| {
            Attachment::new(names::FULL_ACCESS, SYSTEM, &Scope::from(scope.to_owned()))
        };
        let read = |scope: &str| {
            Attachment::new(names::READ_ONLY_ACCESS, SYSTEM, &Scope::from(scope.to_owned()))
        };
        let list = |scope: &str| Attachment::new(LISTING, CUSTOM, &Scope::from(scope.to_owned()));
        let other = Attachment::new("AliyunECSFullAccess", SYSTEM, &Scope::Account);
        let cases: [(&str, Vec<Attachment>, Vec<Attachment>); 6] = [
            ("{}", vec![full("account"), other.clone()], vec![]),
            ("{}", vec![read("account"), other.clone()], vec![read("account")]),
            (r#"{"access": "read-only"}"#, vec![full("account")], vec![full("account")]),
            (r#"{"scope": "rg-1"}"#, vec![full("account")], vec![full("account")]),
            (
                r#"{"access": "read-only"}"#,
                vec![read("rg-1"), list("rg-1"), read("account")],
                vec![read("rg-1"), list("rg-1")],
            ),
            (
                r#"{"access": "read-only", "scope": "rg-2"}"#,
                vec![read("rg-1"), list("rg-1"), other],
                vec![read("rg-1"), list("rg-1")],
            ),
        ];
        for (text, held, gone) in cases {
            let input = input(text);
            let (_, wanted) = wanted(&grant(&input));
            assert_eq!(superseded(&held, &wanted, LISTING, &[]), gone, "{text}");
            let verdict = refuse_foreign(&gone, "role `arms-delegate`").map_err(|error| error.code);
            let refused = Err("delegate.access-foreign".to_owned());
            assert_eq!(verdict, if gone.is_empty() { Ok(()) } else { refused }, "{text}");
        }
    }

    #[test]
    fn a_custom_policy_of_ours_gives_way_and_one_of_others_stays() {
        let custom = |name: &str| Attachment::new(name, CUSTOM, &Scope::Account);
        let held = [custom("own"), custom("theirs"), custom("host-assume-other")];
        let wanted = [Attachment::new(names::FULL_ACCESS, SYSTEM, &Scope::Account)];
        let ours = ["own".to_owned(), "host-assume-other".to_owned()];
        assert_eq!(superseded(&held, &wanted, LISTING, &ours), [custom("own")]);
        assert_eq!(superseded(&held, &wanted, LISTING, &[]), []);
        assert_eq!(superseded(&held, &[custom("own")], LISTING, &ours), []);
    }
}
