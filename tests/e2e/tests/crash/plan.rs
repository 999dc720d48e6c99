//! Which cases there are, and all of them, two at a time.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use host_e2e::variable;

use crate::faults::Dice;
use crate::stage::{Stage, Trouble};
use crate::workflow::Workflow;

/// Cases at a time.
const AT_A_TIME: usize = 2;
/// How many runs are killed twice.
const TWICE: u64 = 20;
/// How many failures are shown in full.
const SHOWN: usize = 1;

/// What happens to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Nothing.
    Calm,
    /// It dies at that point.
    At(usize),
    /// It dies there, and what goes on with it dies at that point of its own.
    Twice(usize, usize),
    /// The cloud has faults, and it dies somewhere.
    Seed(u64),
}

impl Order {
    /// The points at which one process after the other dies.
    pub(crate) fn deaths(self, points: usize) -> Vec<usize> {
        match self {
            Self::Calm => Vec::new(),
            Self::At(at) => vec![at],
            Self::Twice(first, second) => vec![first, second],
            Self::Seed(seed) => vec![Dice::new(seed).up_to(points)],
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calm => write!(f, "HOST_CRASH_AT="),
            Self::At(at) => write!(f, "HOST_CRASH_AT={at}"),
            Self::Twice(first, second) => write!(f, "HOST_CRASH_AT={first},{second}"),
            Self::Seed(seed) => write!(f, "HOST_CRASH_SEED={seed}"),
        }
    }
}

/// The one case that the developer asked for.
pub(crate) fn repeated() -> Option<Order> {
    if let Some(seed) = variable("HOST_CRASH_SEED") {
        return Some(Order::Seed(seed.parse().expect("`HOST_CRASH_SEED` is a number")));
    }
    let text = variable("HOST_CRASH_AT")?;
    let numbers: Vec<usize> = text.split(',').filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [at] => Some(Order::At(*at)),
        [first, second] => Some(Order::Twice(*first, *second)),
        _ => panic!("`HOST_CRASH_AT` is one number, or two"),
    }
}

/// Runs that are killed, and killed again while another process goes on with them.
pub(crate) fn sooner_or_later(workflow: &Workflow, points: usize) -> Vec<Order> {
    let seed = workflow.name.bytes().fold(7, |seed: u64, byte| seed * 31 + u64::from(byte));
    let mut dice = Dice::new(seed);
    let mut order = || {
        let first = dice.up_to(points);
        Order::Twice(first, dice.up_to(points - first + 10))
    };
    (0..TWICE).map(|_| order()).collect()
}

/// Runs in a cloud with faults.
pub(crate) fn seeded(workflow: &Workflow) -> Vec<Order> {
    let more = variable("HOST_CRASH_SEEDS").and_then(|number| number.parse().ok());
    (1..=more.unwrap_or(workflow.seeds)).map(Order::Seed).collect()
}

/// Plays all of them, and says what came of it.
pub(crate) fn enumerate(stage: &Stage, what: &str, orders: &[Order]) {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(order) = orders.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result =
                        stage.check(*order).map_err(|failure| told(stage, *order, &failure));
                    results.lock().expect("nobody panics with it").push(result);
                }
            });
        }
    });
    let results = results.into_inner().expect("nobody panics with it");
    let well: Vec<&Trouble> = results.iter().flatten().collect();
    let deaths: usize = well.iter().map(|trouble| trouble.deaths).sum();
    let faults: u64 = well.iter().map(|trouble| trouble.faults).sum();
    let failures: Vec<&String> = results.iter().filter_map(|it| it.as_ref().err()).collect();
    println!(
        "{}: {} {what}, {} failures ({deaths} deaths and {faults} faults survived)",
        stage.workflow.name,
        orders.len(),
        failures.len()
    );
    let heads: Vec<&str> = failures.iter().map(|it| first_lines(it)).collect();
    let shown: Vec<&str> = failures.iter().take(SHOWN).map(|it| it.as_str()).collect();
    assert!(failures.is_empty(), "{}\n\n{}", heads.join("\n"), shown.join("\n\n"));
}

/// The line that repeats a failure, where it died first, and what was wrong.
fn told(stage: &Stage, order: Order, failure: &str) -> String {
    let first = order.deaths(stage.points().len()).first().copied();
    let point = first.and_then(|at| stage.points().get(at - 1));
    let point = point.map_or("a point of no name", String::as_str);
    let name = stage.workflow.name;
    format!("{order} cargo test -p host-e2e --test crash {name}\n{point}: {failure}")
}

/// The line that repeats it, and what was wrong.
fn first_lines(failure: &str) -> &str {
    let end = failure.match_indices('\n').nth(1).map_or(failure.len(), |(at, _)| at);
    &failure[..end]
}
