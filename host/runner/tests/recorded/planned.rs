//! Plans while time goes on: what they ask the cloud, and that they are plans.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use host_model::{HttpReply, HttpRequest, Timestamp};
use host_policy::Attempt;
use host_runner::record::Place;
use host_runner::{Decision, Origin, Planned, Run};
use host_simulator::{InProcess, Scenario, VirtualClock};
use host_wire::{Transport, TransportError};
use serde_json::Map;

use crate::bed::{Bed, locked, person, prepared};

/// A way on which each request takes a second, and which remembers what was asked.
#[derive(Debug)]
struct Slow {
    way: InProcess,
    clock: Arc<VirtualClock>,
    asked: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Transport for Slow {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        self.clock.advance(Duration::from_secs(1));
        locked(&self.asked).push(what(&request));
        self.way.send(attempt, request).await
    }
}

/// A request without what makes each one different: signature, time and nonce.
fn what(request: &HttpRequest) -> String {
    let differs =
        |name: &str| ["Signature", "SignatureNonce", "Timestamp", "SecurityToken"].contains(&name);
    let mut query = request.query.clone();
    query.retain(|(name, _)| !differs(name));
    query.sort();
    let named = ["x-acs-action", "authorization"].map(|name| request.header(name));
    // Of the authorization who calls is kept.
    let who = named[1].and_then(|text| text.split(',').next());
    let body: Vec<(String, String)> = form_urlencoded(&request.body);
    let body: Vec<_> = body.iter().filter(|(name, _)| !differs(name)).collect();
    format!(
        "{} {}{} {query:?} {:?} {who:?} {body:?}",
        request.method, request.authority, request.path, named[0]
    )
}

fn form_urlencoded(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body).into_owned();
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_owned(), value.to_owned())
    };
    text.split('&').map(pair).collect()
}

async fn planned(name: &str) -> (Planned, Vec<String>) {
    let mut bed = Bed::new(Scenario::builtin());
    let asked = Arc::default();
    let way = InProcess::new(Arc::clone(&bed.cloud.simulator));
    let clock = Arc::clone(&bed.cloud.clock);
    bed.way = Arc::new(Slow { way, clock, asked: Arc::clone(&asked) });
    let (workflow, _) = prepared(name);
    let manifest = &workflow.package().manifest;
    let input = bed.input(name, manifest, &Map::new());
    let (id, nobody) = (bed.new_id(), person(Decision::Nobody));
    let settings = bed.settings_of(&id, manifest, &nobody);
    let place = Place::Offline { scenario: None, id: None, config: None };
    let origin = Origin { input: &input, allowed: &[], place: &place, plan: None };
    let file = ("a.wasm", Timestamp::from_millis(0));
    let planned = Run::new(id, settings).plan(workflow, file, &origin, nobody.clone()).await;
    let asked = locked(&asked).clone();
    (planned.expect("it can be planned"), asked)
}

#[tokio::test]
async fn time_that_passes_while_a_plan_is_made_makes_no_forecast_of_it() {
    for name in ["delegate", "ack"] {
        let (planned, _) = planned(name).await;
        assert_eq!(planned.plan.forecast, None, "{name}");
        assert!(planned.plan.steps.len() > 5, "{name}");
    }
}

#[tokio::test]
async fn no_read_is_sent_twice_though_a_workflow_runs_twice() {
    for name in ["delegate", "ack", "ecs"] {
        let (planned, asked) = planned(name).await;
        let each: BTreeSet<&String> = asked.iter().collect();
        assert_eq!(each.len(), asked.len(), "{name}: {asked:#?}");
        assert_eq!(planned.requests, asked.len(), "{name}");
    }
}
