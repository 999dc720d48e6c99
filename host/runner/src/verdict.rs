//! The verdict: the host's own, from what the cloud answered (`security.md`, rule 13).

use host_model::quote_within;
use host_runtime::{Claim, Expectation, Level, Manifest, Proof};
use serde::{Deserialize, Serialize};

use crate::BoundAccounts;
use crate::event::ProofReport;
use crate::ledger::{CallRecord, Ledger, Recorded};
use crate::sighting::{Standing, standing, things};

/// How a run ended, in one word with one meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Access and data were proven by calls.
    Verified,
    /// Access was proven; data was not asked for, or did not come.
    AccessOnly,
    /// Of an undo: everything is removed, or listed as staying.
    Done,
    /// Done, and waiting for what the reason says.
    Pending,
    /// Some of it was done.
    Partial,
    /// It did not work.
    Failed,
    /// The host or the operator refused.
    Denied,
    /// Stopped before the end.
    Stopped,
    /// A call was sent, and whether it took effect is not known.
    Indeterminate,
}

impl Verdict {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::AccessOnly => "access-only",
            Self::Done => "done",
            Self::Pending => "pending",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Denied => "denied",
            Self::Stopped => "stopped",
            Self::Indeterminate => "indeterminate",
        }
    }

    /// Whether it came to its end, and left nothing out that it could do.
    pub const fn is_well(self) -> bool {
        matches!(self, Self::Verified | Self::AccessOnly | Self::Done | Self::Pending)
    }

    /// The exit status that goes with it (`design.md`, the command line).
    pub const fn exit(self) -> u8 {
        match self {
            Self::Verified | Self::Done => 0,
            Self::Failed | Self::Partial => 1,
            Self::Denied => 3,
            Self::Stopped | Self::Indeterminate => 5,
            Self::AccessOnly | Self::Pending => 6,
        }
    }
}

/// Verdict and reason of a run that came to its end.
pub(crate) fn judge(
    manifest: &Manifest,
    accounts: &BoundAccounts,
    ledger: &Ledger,
) -> (Verdict, String, Vec<ProofReport>) {
    // A step that is left out on purpose must not leave out the proof of what was changed.
    let asked = manifest.proofs.iter().filter(|proof| {
        !proof.when_entered
            || ledger.has_entered(&proof.id)
            || (proof.each.is_some() && !things(proof, ledger).is_empty())
    });
    let reports: Vec<ProofReport> =
        asked.flat_map(|proof| reports(proof, accounts, ledger)).collect();
    let (verdict, reason) = conclude(manifest, accounts, ledger, &reports);
    (verdict, reason, reports)
}

fn conclude(
    manifest: &Manifest,
    accounts: &BoundAccounts,
    ledger: &Ledger,
    reports: &[ProofReport],
) -> (Verdict, String) {
    if let Some(proof) = manifest.proofs.iter().find(|proof| broken(proof, accounts, ledger)) {
        let title = quote_within(&proof.title, 160);
        return (Verdict::Failed, format!("a call that must be refused was answered: {title}"));
    }
    let failures = failures(manifest, accounts, ledger);
    if !failures.is_empty() {
        let is_about_one = failures.iter().all(|failure| failure.is_about_one);
        let some_was_done =
            ledger.has_changed() || reports.iter().any(|r| r.seen && r.thing.is_some());
        let verdict =
            if is_about_one && some_was_done { Verdict::Partial } else { Verdict::Failed };
        let sentences: Vec<String> = failures.into_iter().map(|it| it.sentence).collect();
        return (verdict, sentences.join("; "));
    }
    let needed = |level: Level| reports.iter().filter(move |report| report.level == level);
    let all = |level: Level| needed(level).all(|report| report.seen);
    let any = reports.iter().any(|report| report.level != Level::Guard);
    let open = || {
        let titles = reports.iter().filter(|r| r.level != Level::Guard && !r.seen);
        titles.map(title_of).collect::<Vec<_>>().join("; ")
    };
    if !any {
        return (
            Verdict::Pending,
            "the workflow names no call that would prove its work".to_owned(),
        );
    }
    // What waits as a whole is proven by the proofs; what waits of several things, by nothing else.
    let is_proven = all(Level::Access) && all(Level::Data);
    let mut waits =
        ledger.claims(Claim::Pending).filter(|check| !is_proven || check.id.contains('/'));
    if let Some(check) = waits.next() {
        let detail = quote_within(&check.detail, 300);
        let more = match waits.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        return (Verdict::Pending, format!("the workflow waits: {detail}{more}"));
    }
    match (all(Level::Access), all(Level::Data)) {
        (true, true) => (Verdict::Verified, proven(reports)),
        (true, false) => (Verdict::AccessOnly, format!("not seen yet: {}", open())),
        (false, _) => (Verdict::Pending, format!("not seen yet: {}", open())),
    }
}

/// What was proven. Guards need not be tried: some need an account or a name that nobody gave.
fn proven(reports: &[ProofReport]) -> String {
    let guards = reports.iter().filter(|report| report.level == Level::Guard);
    let seen = guards.clone().filter(|report| report.seen).count();
    match guards.count() {
        all if all == seen => "every proof was seen in the cloud's replies".to_owned(),
        all => format!(
            "every proof of access and data was seen in the cloud's replies, and {seen} of {all} guards"
        ),
    }
}

/// Something that did not work.
struct Failure {
    sentence: String,
    /// Whether it is about one of several things, so that the others may be fine.
    is_about_one: bool,
}

/// What the workflow found to fail, and the things whose last change did not succeed.
fn failures(manifest: &Manifest, accounts: &BoundAccounts, ledger: &Ledger) -> Vec<Failure> {
    let claimed = ledger.claims(Claim::Fails).map(|check| {
        let id = quote_within(&check.id, 160);
        let detail = quote_within(&check.detail, 300);
        Failure {
            sentence: format!("the workflow found that `{id}` fails: {detail}"),
            is_about_one: check.id.contains('/'),
        }
    });
    let unchanged = manifest.proofs.iter().flat_map(|proof| {
        let of = proof.each.as_ref().map_or("", |each| each.of.as_str());
        things(proof, ledger).into_iter().filter_map(move |thing| {
            // What the proof shows took effect, though its reply was lost.
            let proving = |call: &CallRecord| counts_for(proof, Some(&thing), accounts, call);
            let (standing, _) = standing(proof, &thing, &ledger.calls, proving);
            let of = quote_within(of, 40);
            let thing = quote_within(&thing, 160);
            (standing == Standing::Failed).then(|| Failure {
                sentence: format!("the last change of {of} `{thing}` did not succeed"),
                is_about_one: true,
            })
        })
    });
    claimed.chain(unchanged).collect()
}

/// What is to be proven, and of which thing.
fn title_of(report: &ProofReport) -> String {
    let title = quote_within(&report.title, 160);
    match &report.thing {
        Some(thing) => format!("{title} ({})", quote_within(thing, 160)),
        None => title,
    }
}

/// One report, or one for each thing that the proof is about.
fn reports(proof: &Proof, accounts: &BoundAccounts, ledger: &Ledger) -> Vec<ProofReport> {
    let things = things(proof, ledger);
    if proof.each.is_none() || things.is_empty() {
        return vec![report(proof, accounts, ledger)];
    }
    let about = |thing: String| {
        let proving = |call: &CallRecord| counts_for(proof, Some(&thing), accounts, call);
        let (standing, showing) = standing(proof, &thing, &ledger.calls, proving);
        ProofReport {
            id: proof.id.clone(),
            title: proof.title.clone(),
            level: proof.level,
            seen: standing == Standing::Seen,
            request_ids: showing.iter().filter_map(|call| call.request_id.clone()).collect(),
            thing: Some(thing),
        }
    };
    things.into_iter().map(about).collect()
}

fn report(proof: &Proof, accounts: &BoundAccounts, ledger: &Ledger) -> ProofReport {
    let wanted = match proof.expects {
        Expectation::Reply => Recorded::Reply,
        Expectation::Refusal => Recorded::Refusal,
    };
    let seen: Vec<&CallRecord> =
        matching(proof, accounts, ledger).filter(|call| call.answer == wanted).collect();
    ProofReport {
        id: proof.id.clone(),
        title: proof.title.clone(),
        thing: None,
        level: proof.level,
        seen: proof.each.is_none() && !seen.is_empty(),
        request_ids: seen.iter().filter_map(|call| call.request_id.clone()).collect(),
    }
}

/// A call that must be refused, and was not.
fn broken(proof: &Proof, accounts: &BoundAccounts, ledger: &Ledger) -> bool {
    proof.expects == Expectation::Refusal
        && matching(proof, accounts, ledger).any(|call| call.answer == Recorded::Reply)
}

fn matching<'a>(
    proof: &'a Proof,
    accounts: &'a BoundAccounts,
    ledger: &'a Ledger,
) -> impl Iterator<Item = &'a CallRecord> {
    ledger.calls.iter().filter(move |call| counts_for(proof, None, accounts, call))
}

/// Whether a call is the one that a proof speaks of: in its step, or in the step of its thing.
fn counts_for(
    proof: &Proof,
    thing: Option<&str>,
    accounts: &BoundAccounts,
    call: &CallRecord,
) -> bool {
    let account = accounts.0.get(&proof.account).map(|bound| &bound.account);
    let in_step = call.step == proof.id
        || thing.is_some_and(|thing| call.step == format!("{}/{thing}", proof.id));
    in_step
        && call.action == proof.action
        && call.class == proof.by
        && Some(&call.account) == account
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use host_client::StaticKey;
    use host_model::{SecretText, Timestamp};
    use host_runtime::IdentityClass;
    use host_sign::AccessKey;
    use serde_json::json;

    use super::*;
    use crate::Bound;
    use crate::ledger::CheckRecord;

    const ACCOUNT: &str = "1234567890123456";

    fn manifest() -> Manifest {
        let proof = |id: &str, action: &str, expects: &str, level: &str| {
            json!({
                "id": id, "title": id, "action": action, "by": "session",
                "account": "monitoring", "expects": expects, "level": level
            })
        };
        let manifest = json!({
            "format": 1, "name": "w", "version": "1", "title": "t", "lineage": "w",
            "accounts": [{ "name": "monitoring", "what": "a" }],
            "actions": ["sts:GetCallerIdentity", "arms:ListTraceApps", "arms:DeleteTraceApp"],
            "parameters": { "type": "object" },
            "proofs": [
                proof("role", "sts:GetCallerIdentity", "reply", "access"),
                proof("arms", "arms:ListTraceApps", "reply", "data"),
                proof("guard", "arms:DeleteTraceApp", "refusal", "guard"),
            ]
        });
        let catalog = host_catalog::Catalog::builtin();
        Manifest::parse(manifest.to_string().as_bytes(), catalog).unwrap()
    }

    fn accounts() -> BoundAccounts {
        let key = AccessKey::permanent("LTAIxxxxxxxx", SecretText::new("invented"));
        let bound = Bound {
            account: ACCOUNT.parse().unwrap(),
            arn: format!("acs:ram::{ACCOUNT}:user/operator"),
            keys: Arc::new(StaticKey::new(key)),
            session: None,
        };
        BoundAccounts(BTreeMap::from([("monitoring".to_owned(), bound)]))
    }

    /// `step action by answer`, as the ledger has it.
    fn ledger(calls: &[(&str, &str, IdentityClass, Recorded)], checks: &[Claim]) -> Ledger {
        let call =
            |(step, action, class, answer): &(&str, &str, IdentityClass, Recorded)| CallRecord {
                step: (*step).to_owned(),
                action: (*action).to_owned(),
                class: *class,
                account: ACCOUNT.parse().unwrap(),
                region: None,
                asked: None,
                at: Timestamp::from_seconds(0),
                writes: false,
                looks: false,
                answer: *answer,
                request_id: Some("R".to_owned()),
                grant: None,
                named: BTreeSet::new(),
                sightings: Vec::new(),
            };
        let check = |claim: &Claim| CheckRecord {
            id: "role".to_owned(),
            claim: *claim,
            detail: "said so".to_owned(),
        };
        Ledger {
            steps: BTreeSet::new(),
            calls: calls.iter().map(call).collect(),
            checks: checks.iter().map(check).collect(),
            ..Ledger::default()
        }
    }

    #[test]
    fn only_what_the_cloud_answered_counts() {
        use IdentityClass::{Account, Session};
        use Recorded::{Other, Refusal, Reply};
        let role = ("role", "sts:GetCallerIdentity", Session, Reply);
        let arms = ("arms", "arms:ListTraceApps", Session, Reply);
        let refused = ("guard", "arms:DeleteTraceApp", Session, Refusal);
        let opened = ("guard", "arms:DeleteTraceApp", Session, Reply);
        let cases: Vec<(&str, Vec<_>, Vec<Claim>, Verdict)> = vec![
            ("all proofs", vec![role, arms, refused], vec![Claim::Holds], Verdict::Verified),
            ("a guard is not needed", vec![role, arms], vec![], Verdict::Verified),
            ("data is missing", vec![role], vec![], Verdict::AccessOnly),
            ("claims prove nothing", vec![], vec![Claim::Holds, Claim::Holds], Verdict::Pending),
            ("a workflow may wait", vec![], vec![Claim::Pending], Verdict::Pending),
            ("a claim lowers", vec![role, arms], vec![Claim::Fails], Verdict::Failed),
            ("an open guard spoils", vec![role, arms, opened], vec![], Verdict::Failed),
            (
                "another step is another thing",
                vec![("start", "sts:GetCallerIdentity", Session, Reply), arms],
                vec![],
                Verdict::Pending,
            ),
            (
                "another identity proves nothing",
                vec![("role", "sts:GetCallerIdentity", Account, Reply), arms],
                vec![],
                Verdict::Pending,
            ),
            (
                "a failed call proves nothing",
                vec![("role", "sts:GetCallerIdentity", Session, Other), arms],
                vec![],
                Verdict::Pending,
            ),
        ];
        for (what, calls, checks, expected) in cases {
            let (verdict, reason, _) = judge(&manifest(), &accounts(), &ledger(&calls, &checks));
            assert_eq!(verdict, expected, "{what}: {reason}");
        }
    }

    #[test]
    fn a_call_in_another_account_proves_nothing() {
        let mut elsewhere = ledger(
            &[("role", "sts:GetCallerIdentity", IdentityClass::Session, Recorded::Reply)],
            &[],
        );
        elsewhere.calls[0].account = "6543210987654321".parse().unwrap();
        let (verdict, _, proofs) = judge(&manifest(), &accounts(), &elsewhere);
        assert_eq!(verdict, Verdict::Pending);
        assert!(proofs.iter().all(|proof| !proof.seen));
    }
}
