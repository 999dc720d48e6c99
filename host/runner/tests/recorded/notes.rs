//! Runs that died while they asked for an AccessKey, and the next run of the same workflow.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest};
use host_policy::Attempt;
use host_ports::Clock as _;
use host_runner::{Decision, RunEvent, Verdict};
use host_simulator::{Account, Facet, Scenario, User};
use host_wire::{Transport, TransportError};
use serde_json::Map;
use tokio::sync::Notify;

use crate::bed::{Bed, Person, locked, person};

const WORKFLOW: &str = "delegate";
const USER: &str = "alice";

/// A way that does not come back from asking for a key, once.
#[derive(Debug)]
struct Dying {
    way: Arc<dyn Transport>,
    /// Whether the request takes effect.
    arrives: bool,
    is_over: AtomicBool,
    reached: Arc<Notify>,
}

#[async_trait]
impl Transport for Dying {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        if attempt.action() != "CreateAccessKey" || self.is_over.swap(true, Ordering::Relaxed) {
            return self.way.send(attempt, request).await;
        }
        if self.arrives {
            self.way.send(attempt, request).await?;
        }
        self.reached.notify_one();
        pending().await
    }
}

/// What happens while a run is in the middle of asking for a key; it dies after that.
async fn while_asking(arrives: bool, then: impl AsyncFnOnce(&Bed)) -> Bed {
    let mut bed = Bed::new(Scenario::builtin());
    let reached = Arc::new(Notify::new());
    bed.way = Arc::new(Dying {
        way: Arc::clone(&bed.way),
        arrives,
        is_over: AtomicBool::new(false),
        reached: Arc::clone(&reached),
    });
    let (input, nobody) = (Map::new(), person(Decision::Nobody));
    {
        let mut run = Box::pin(bed.run(WORKFLOW, &input, &nobody));
        tokio::select! {
            (_, ended) = &mut run => panic!("it ended {:?}", ended.record.verdict),
            () = reached.notified() => {}
        }
        then(&bed).await;
    }
    bed
}

/// A cloud in which a run died while it asked for a key.
async fn after_a_death(arrives: bool) -> Bed {
    while_asking(arrives, async |_: &Bed| {}).await
}

fn user<T>(account: &mut Account, change: impl FnOnce(&mut User) -> T) -> T {
    let user = account.users.get_mut(USER).looked_at(String::new).unwrap().unwrap();
    change(user)
}

/// Somebody does that to the user.
fn meddle(bed: &Bed, change: impl FnOnce(&mut User)) {
    bed.cloud.simulator.meddle(|state| {
        let mut accounts = state.accounts.values_mut();
        user(accounts.find(|it| it.name == "source").unwrap(), change);
    });
}

/// Ids of the user's keys.
fn keys(bed: &Bed) -> Vec<String> {
    bed.cloud.simulator.inspect(|state| {
        let account = state.accounts.values().find(|it| it.name == "source").unwrap();
        match account.users.get(USER) {
            Facet::Known(user) => user.keys.known().map(|key| key.id.clone()).collect(),
            _ => Vec::new(),
        }
    })
}

fn calls(person: &Person, action: &str) -> usize {
    let events = locked(&person.events);
    let is_it =
        |it: &&RunEvent| matches!(it, RunEvent::Call { action: named, .. } if named == action);
    events.iter().filter(is_it).count()
}

fn told(person: &Person) -> String {
    let events = locked(&person.events);
    let notes = events.iter().filter_map(|it| match it {
        RunEvent::Note { message } => Some(message.as_str()),
        _ => None,
    });
    notes.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_key_that_died_with_a_run_goes_before_the_next_one_begins() {
    for (arrives, deleted) in [(true, 1), (false, 0)] {
        let bed = after_a_death(arrives).await;
        assert_eq!((keys(&bed).len(), bed.vault().intents().unwrap().len()), (deleted, 1));
        let next = person(Decision::Nobody);
        let (_, ended) = bed.run(WORKFLOW, &Map::new(), &next).await;
        assert_eq!(ended.record.verdict, Verdict::Verified, "{}", ended.record.reason);
        assert_eq!(calls(&next, "DeleteAccessKey"), deleted, "{}", told(&next));
        assert_eq!(keys(&bed).len(), 1);
        assert!(bed.vault().intents().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_key_that_somebody_could_have_stays_and_is_said() {
    type Deed = fn(&Bed);
    let cases: [(&str, Deed); 3] = [
        ("it was used at", |bed| {
            let now = bed.cloud.clock.now();
            meddle(bed, |user| user.keys.known_mut().for_each(|key| key.last_used = Some(now)));
        }),
        ("was not made by this workflow alone", |bed| {
            meddle(bed, |user| user.comments = Some("mine".to_owned()));
        }),
        ("was not made when this one was asked for", |bed| {
            let early = bed.cloud.clock.now().plus_millis(-600_000);
            meddle(bed, |user| user.keys.known_mut().for_each(|key| key.created = early));
        }),
    ];
    for (why, deed) in cases {
        let bed = after_a_death(true).await;
        deed(&bed);
        let next = person(Decision::Nobody);
        bed.run(WORKFLOW, &Map::new(), &next).await;
        let told = told(&next);
        assert!(told.contains("is not settled") && told.contains(why), "{why}: {told}");
        assert!(told.contains("then `host resume run-"), "{told}");
        assert_eq!((calls(&next, "DeleteAccessKey"), keys(&bed).len()), (0, 1), "{why}");
        assert_eq!(bed.vault().intents().unwrap().len(), 1, "{why}");
    }
}

#[tokio::test]
async fn nothing_is_looked_at_while_the_run_that_asks_is_alive() {
    let next = person(Decision::Nobody);
    while_asking(true, async |bed: &Bed| {
        bed.cloud.clock.sleep(Duration::from_hours(1)).await;
        Box::pin(bed.run(WORKFLOW, &Map::new(), &next)).await;
        assert_eq!(keys(bed).len(), 1);
    })
    .await;
    assert!(told(&next).contains("is still at it"), "{}", told(&next));
    assert_eq!(calls(&next, "DeleteAccessKey"), 0);
}

#[tokio::test]
async fn against_a_real_cloud_a_person_says_whether_it_goes() {
    for (answer, goes) in [(Decision::Nobody, 0), (Decision::No, 0), (Decision::Yes, 1)] {
        let mut bed = after_a_death(true).await;
        bed.offline = false;
        let next = person(answer);
        bed.run(WORKFLOW, &Map::new(), &next).await;
        assert_eq!(calls(&next, "DeleteAccessKey"), goes, "{answer:?}: {}", told(&next));
        let asked = locked(&next.asked);
        assert_eq!(asked[0].action, "ram:DeleteAccessKey", "{answer:?}");
        assert!(asked[0].risks[0].contains("nobody has its secret"), "{:?}", asked[0]);
        assert_eq!(told(&next).contains("is not settled"), goes == 0, "{answer:?}");
    }
    // Unattended, the class of risk has to be allowed.
    let mut bed = after_a_death(true).await;
    (bed.offline, bed.unattended) = (false, true);
    let next = person(Decision::Nobody);
    bed.run(WORKFLOW, &Map::new(), &next).await;
    assert!(told(&next).contains("`--allow access-key` allows it"), "{}", told(&next));
    assert_eq!((calls(&next, "DeleteAccessKey"), keys(&bed).len()), (0, 1));
}
