//! Undoing real runs: the cloud is as it was before, apart from what is listed.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest, RunId, Timestamp};
use host_policy::Attempt;
use host_ports::Clock as _;
use host_runner::record::{Ended, Entry};
use host_runner::undo::Scripts;
use host_runner::{Decision, RunEvent, Verdict};
use host_simulator::{Collection, Facet, Scenario, Simulator};
use host_wire::{Transport, TransportError};
use serde_json::{Map, Value as Json, json};

use crate::bed::{Bed, Person, locked, person};
use crate::undone::differences;

fn no_input() -> Map<String, Json> {
    Map::new()
}

fn stays(ended: &Ended) -> Vec<String> {
    let output = ended.output.as_ref().expect("an undo gives a report");
    let items = output["stays"].as_array().cloned().unwrap_or_default();
    items.iter().map(|it| format!("{} | {}", it["object"], it["reason"])).collect()
}

fn writes(person: &Arc<Person>) -> Vec<String> {
    let events = locked(&person.events);
    let sentences = events.iter().filter_map(|event| match event {
        RunEvent::Call { effect, sentence, outcome, .. } if effect.is_write() => {
            Some(format!("{outcome:?} {sentence}"))
        }
        _ => None,
    });
    sentences.collect()
}

#[tokio::test]
async fn after_delegate_the_cloud_is_as_it_was() {
    let bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let nobody = person(Decision::Nobody);
    let (run, _) = bed.run("delegate", &no_input(), &nobody).await;
    assert_ne!(bed.left(), before, "the run does something");
    assert_eq!(bed.vault().list().unwrap().len(), 1, "the run keeps the key");
    let ended = bed.undo("delegate", &run, &nobody).await;
    assert_eq!((ended.verdict, ended.exit), (Verdict::Done, 0), "{}", ended.reason);
    assert_eq!(stays(&ended), Vec::<String>::new());
    assert_eq!(differences(&before, &bed.left()), Vec::<String>::new(), "{:#?}", writes(&nobody));
    assert!(bed.vault().list().unwrap().is_empty(), "the vault has no use for the key");
    // Once more: everything is gone already.
    let again = person(Decision::Nobody);
    let ended = bed.undo("delegate", &run, &again).await;
    assert_eq!(ended.verdict, Verdict::Done);
    assert_eq!((ended.changes, writes(&again)), (0, Vec::new()));
}

#[tokio::test]
async fn after_ack_only_upgrades_stay() {
    let bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let nobody = person(Decision::Nobody);
    let (run, _) = bed.run("ack", &no_input(), &nobody).await;
    let ended = bed.undo("ack", &run, &nobody).await;
    assert_eq!(ended.verdict, Verdict::Done, "{} {:#?}", ended.reason, stays(&ended));
    let stays = stays(&ended);
    assert!(stays.len() == 1 && stays[0].contains("never down"), "{stays:#?}");
    let differences = differences(&before, &bed.left());
    let upgraded = |it: &String| it.contains("ack-onepilot") && it.contains("/version");
    assert!(differences.len() == 1 && differences.iter().all(upgraded), "{differences:#?}");
    // Every cluster lets go of the key before it is disabled.
    let calls = writes(&nobody);
    let at = |words: &str| calls.iter().rposition(|it| it.contains(words)).expect(words);
    assert!(at("change /accessKey") < at("to `Inactive`"), "{calls:#?}");
    assert!(at("remove add-on") < at("to `Inactive`"), "{calls:#?}");
    assert!(at("to `Inactive`") < at("delete AccessKey"), "{calls:#?}");
}

#[tokio::test]
async fn after_ecs_the_machines_are_as_they_were_once_nothing_runs_with_the_agent() {
    let bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let nobody = person(Decision::Nobody);
    let (run, _) = bed.run("ecs", &no_input(), &nobody).await;
    assert_ne!(bed.left(), before, "the run does something");
    let ended = bed.undo("ecs", &run, &nobody).await;
    assert_eq!(ended.verdict, Verdict::Done, "{} {:#?}", ended.reason, stays(&ended));
    // The services were set up and restarted: their processes have the agent until they end.
    let stays_first = stays(&ended);
    assert!(stays_first.len() == 2 && stays_first.iter().all(|it| it.contains("has loaded")));
    let left = differences(&before, &bed.left());
    assert!(left.iter().all(|it| it.contains("/machine/agents")), "{left:#?}");
    bed.cloud.clock.sleep(Duration::from_mins(10)).await;
    let ended = bed.undo("ecs", &run, &nobody).await;
    assert_eq!((ended.verdict, stays(&ended)), (Verdict::Done, Vec::new()), "{}", ended.reason);
    assert_eq!(differences(&before, &bed.left()), Vec::<String>::new(), "{:#?}", writes(&nobody));
}

#[tokio::test]
async fn after_every_prefix_of_a_run_the_cloud_is_as_it_was_apart_from_what_is_listed() {
    // The last two right after a run, in a cloud that does not show yet what it wrote (fault row 27).
    let cases =
        [("delegate", 0, 0), ("ack", 1, 0), ("ecs", 2, 0), ("delegate", 0, 20), ("ack", 1, 20)];
    for (name, allowed, late) in cases {
        let mut prefix = 0;
        loop {
            prefix += 1;
            let bed = Bed::new(Scenario::builtin());
            bed.cloud.simulator.meddle(|state| state.consistency.read = late);
            let before = bed.left();
            let hasty = person(Decision::Nobody);
            *locked(&hasty.patience) = Some(prefix);
            let (run, _) = bed.run(name, &no_input(), &hasty).await;
            let was_interrupted = hasty.interrupted.load(std::sync::atomic::Ordering::Relaxed);
            // Scripts that are at work go on; tasks of clusters are waited for.
            if name == "ecs" {
                bed.cloud.clock.sleep(Duration::from_mins(10)).await;
            }
            let ended = bed.undo(name, &run, &person(Decision::Nobody)).await;
            assert_eq!(
                ended.verdict,
                Verdict::Done,
                "{name} {prefix}, {late} s late: {}",
                ended.reason
            );
            let left = differences(&before, &bed.left());
            assert!(left.len() <= allowed, "{name} {prefix}, {late} s late: {left:#?}");
            assert_eq!(left.len(), stays(&ended).len(), "{name} {prefix}: {:#?}", stays(&ended));
            if !was_interrupted {
                break;
            }
        }
        assert!(prefix > 5, "{name} makes more calls than that");
    }
}

#[tokio::test]
async fn an_undo_that_was_interrupted_anywhere_is_done_again() {
    for patience in 1..5 {
        let bed = Bed::new(Scenario::builtin());
        let before = bed.left();
        let (run, _) = bed.run("delegate", &no_input(), &person(Decision::Nobody)).await;
        let hasty = person(Decision::Nobody);
        *locked(&hasty.patience) = Some(patience);
        let ended = bed.undo("delegate", &run, &hasty).await;
        assert_eq!((ended.verdict, ended.exit), (Verdict::Stopped, 5), "{patience}");
        assert_ne!(bed.left(), before);
        let ended = bed.undo("delegate", &run, &person(Decision::Nobody)).await;
        assert_eq!(ended.verdict, Verdict::Done, "{patience}: {}", ended.reason);
        assert_eq!(differences(&before, &bed.left()), Vec::<String>::new(), "{patience}");
    }
}

#[tokio::test]
async fn nothing_is_taken_back_without_a_yes_and_one_is_enough() {
    let mut bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let (run, _) = bed.run("delegate", &no_input(), &person(Decision::Nobody)).await;
    let after = bed.left();
    bed.offline = false;
    for answer in [Decision::Nobody, Decision::No] {
        let asked = person(answer);
        let ended = bed.undo("delegate", &run, &asked).await;
        assert_eq!((ended.verdict, ended.exit), (Verdict::Denied, 3), "{answer:?}");
        assert_eq!(ended.changes, 0);
        assert_eq!(differences(&after, &bed.left()), Vec::<String>::new());
    }
    let asked = person(Decision::Yes);
    let ended = bed.undo("delegate", &run, &asked).await;
    assert_eq!(ended.verdict, Verdict::Done, "{}", ended.reason);
    let questions = locked(&asked.asked);
    let [question] = questions.as_slice() else { panic!("{} questions", questions.len()) };
    for words in ["ram:DeleteUser", "ram:DeleteAccessKey", "ram:DeleteRole"] {
        assert!(question.parameters.iter().any(|(_, it)| it.contains(words)), "{question:#?}");
    }
    drop(questions);
    assert_eq!(differences(&before, &bed.left()), Vec::<String>::new());
}

#[tokio::test]
async fn unattended_it_asks_nothing() {
    let mut bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let (run, _) = bed.run("delegate", &no_input(), &person(Decision::Nobody)).await;
    bed.offline = false;
    bed.unattended = true;
    let nobody = person(Decision::No);
    let ended = bed.undo("delegate", &run, &nobody).await;
    assert_eq!(ended.verdict, Verdict::Done, "{} {:#?}", ended.reason, stays(&ended));
    assert!(locked(&nobody.asked).is_empty());
    assert_eq!(differences(&before, &bed.left()), Vec::<String>::new());
}

#[tokio::test]
async fn an_undo_is_a_run_of_its_own() {
    let bed = Bed::new(Scenario::builtin());
    let (run, _) = bed.run("delegate", &no_input(), &person(Decision::Nobody)).await;
    bed.undo("delegate", &run, &person(Decision::Nobody)).await;
    let heads = bed.journal.runs().await.unwrap();
    let undo: RunId =
        heads.into_iter().map(|head| head.unwrap().run).find(|id| *id != run).expect("two runs");
    let entries = bed.entries(&undo).await;
    let Entry::Begun(begun) = &entries[0].entry else { panic!("a beginning") };
    assert_eq!(begun.undoes.as_deref(), Some(run.as_str()));
    let mut intents = 0;
    for pair in entries.windows(2) {
        if let Entry::Intent(intent) = &pair[0].entry {
            intents += 1;
            assert!(matches!(pair[1].entry, Entry::Outcome(_)), "{}", intent.sent.action);
        }
    }
    assert!(intents >= 5, "{intents}");
    assert!(
        matches!(&entries.last().unwrap().entry, Entry::Ended(it) if it.verdict == Verdict::Done)
    );
    let text = serde_json::to_string(&entries.iter().map(|it| &it.entry).collect::<Vec<_>>());
    assert!(!text.unwrap().contains("AccessKeySecret\":\""), "no secret is written down");
}

#[tokio::test]
async fn what_others_put_on_a_thing_keeps_it() {
    let bed = Bed::new(Scenario::builtin());
    let (run, _) = bed.run("delegate", &no_input(), &person(Decision::Nobody)).await;
    let at = Timestamp::from_seconds(0);
    bed.cloud.simulator.meddle(|state| {
        let source = state.accounts.values_mut().find(|it| it.name == "source").unwrap();
        let alice = source.users.get_mut("alice").looked_at(String::new).unwrap().unwrap();
        alice.comments = Some("hired".to_owned());
        let monitoring = state.accounts.values_mut().find(|it| it.name == "monitoring").unwrap();
        let role = monitoring.roles.get_mut("arms-admin").looked_at(String::new).unwrap().unwrap();
        role.updated = at;
        role.tags.clear();
    });
    let ended = bed.undo("delegate", &run, &person(Decision::Nobody)).await;
    assert_eq!(ended.verdict, Verdict::Done);
    let stays = stays(&ended);
    let has = |object: &str, reason: &str| {
        stays.iter().any(|it| it.contains(object) && it.contains(reason))
    };
    assert!(has("user `alice`", "does not carry the mark"), "{stays:#?}");
    assert!(has("role `arms-admin`", "does not carry the mark"), "{stays:#?}");
}

#[tokio::test]
async fn what_another_run_stands_on_stays_until_that_is_undone() {
    let bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let nobody = person(Decision::Nobody);
    let (first, _) = bed.run("delegate", &no_input(), &nobody).await;
    // One more user, who gets the policy and is trusted by the role.
    let more = json!({ "users": [
        { "name": "alice", "sign-in": "access-key" }, { "name": "carol", "sign-in": "none" },
    ] });
    let Json::Object(more) = more else { panic!("an object") };
    let (second, _) = bed.run("delegate", &more, &nobody).await;
    let ended = bed.undo("delegate", &first, &nobody).await;
    assert_eq!(ended.verdict, Verdict::Done);
    let stays = stays(&ended);
    for object in ["role `arms-admin`", "policy `host-assume-arms-admin`"] {
        let is_said = |it: &String| it.contains(object) && it.contains(second.as_str());
        assert!(stays.iter().any(is_said), "{object}: {stays:#?}");
    }
    assert_eq!(bed.undo("delegate", &second, &nobody).await.verdict, Verdict::Done);
    let ended = bed.undo("delegate", &first, &nobody).await;
    assert_eq!(ended.verdict, Verdict::Done, "{}", ended.reason);
    assert_eq!(differences(&before, &bed.left()), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_that_changed_nothing_is_in_nobodys_way() {
    let bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let nobody = person(Decision::Nobody);
    let (first, _) = bed.run("delegate", &no_input(), &nobody).await;
    let (_, second) = bed.run("delegate", &no_input(), &nobody).await;
    assert_eq!((second.record.verdict, second.record.changes), (Verdict::Verified, 0));
    let ended = bed.undo("delegate", &first, &nobody).await;
    assert_eq!((ended.verdict, stays(&ended)), (Verdict::Done, Vec::new()));
    assert_eq!(differences(&before, &bed.left()), Vec::<String>::new());
}

/// A cloud in which somebody else does the same a moment before.
#[derive(Debug)]
struct Sooner(Arc<dyn Transport>, Arc<Simulator>);

#[async_trait]
impl Transport for Sooner {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        let action = attempt.action().to_owned();
        self.1.meddle(|state| {
            let source = state.accounts.values_mut().find(|it| it.name == "source");
            let users = &mut source.expect("the scenario has it").users;
            match (action.as_str(), users.get_mut("alice")) {
                ("DeleteUser", _) => drop(users.remove("alice")),
                ("DeleteAccessKey", Facet::Known(user)) => user.keys = Collection::default(),
                _ => {}
            }
        });
        self.0.send(attempt, request).await
    }
}

#[tokio::test]
async fn what_is_gone_when_it_is_called_for_is_taken_back() {
    let mut bed = Bed::new(Scenario::builtin());
    let before = bed.left();
    let nobody = person(Decision::Nobody);
    let (run, _) = bed.run("delegate", &no_input(), &nobody).await;
    bed.way = Arc::new(Sooner(Arc::clone(&bed.way), Arc::clone(&bed.cloud.simulator)));
    let ended = bed.undo("delegate", &run, &nobody).await;
    assert_eq!((ended.verdict, stays(&ended)), (Verdict::Done, Vec::new()), "{}", ended.reason);
    let output = ended.output.unwrap();
    let gone = output["gone"].as_array().unwrap();
    assert!(gone.iter().all(|it| it.as_str().unwrap().contains("gone already")), "{gone:?}");
    assert_eq!(gone.len(), 2, "{gone:?}");
    assert_eq!(differences(&before, &bed.left()), Vec::<String>::new());
    assert!(bed.vault().list().unwrap().is_empty());
}

#[tokio::test]
async fn a_journal_is_enough_and_what_it_does_not_say_is_not_done() {
    let bed = Bed::new(Scenario::builtin());
    let (run, _) = bed.run("delegate", &no_input(), &person(Decision::Nobody)).await;
    let after = bed.left();
    let mut entries = bed.entries(&run).await;
    entries.retain(|it| !matches!(it.entry, Entry::Intent(_) | Entry::Outcome(_)));
    let nobody = person(Decision::Nobody);
    let ended = bed.undo_entries("delegate", &run, &entries, Scripts::default(), &nobody).await;
    assert_eq!((ended.verdict, ended.changes), (Verdict::Done, 0));
    assert_eq!(differences(&after, &bed.left()), Vec::<String>::new());
    assert_eq!(ended.output.unwrap()["undoes"], json!(run.to_string()));
}
