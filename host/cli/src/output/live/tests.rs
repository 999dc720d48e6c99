//! Events in, lines out, by a clock of the test's own.

use host_client::Note;
use host_model::{Effect, Timestamp};
use host_runner::{CallOutcome, Moment, RunEvent};

use super::*;

const WIDE: usize = 120;

/// A view, and the time that passed since it began.
struct Scene {
    view: View,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        let now = Timestamp::from_seconds(1_700_000_000);
        Self { view: View::new(now), now }
    }

    fn after(&mut self, millis: i64) -> &mut Self {
        self.now = self.now.plus_millis(millis);
        self
    }

    fn step(&mut self, title: &str) -> &mut Self {
        let event = RunEvent::Step { id: "clusters".to_owned(), title: title.to_owned() };
        self.view.report(&event, self.now);
        self
    }

    fn call(&mut self, sentence: &str, planned: Option<(u32, u32)>) -> &mut Self {
        let moment = Moment::Call {
            account_name: Some("source".to_owned()),
            account: "6543210987654321".to_owned(),
            action: "cs:InstallClusterAddons".to_owned(),
            sentence: sentence.to_owned(),
            planned,
        };
        self.view.watch(&moment, self.now);
        self
    }

    fn answered(&mut self) -> &mut Self {
        let event = RunEvent::Call {
            step: "clusters".to_owned(),
            account_name: None,
            account: String::new(),
            identity: String::new(),
            product: "cs".to_owned(),
            action: "InstallClusterAddons".to_owned(),
            effect: Effect::Create,
            changes: true,
            sentence: String::new(),
            outcome: CallOutcome::Ok,
            code: None,
            message: None,
            grant: None,
            request_id: None,
            attempts: 1,
            elapsed_ms: 1,
        };
        self.view.report(&event, self.now);
        self
    }

    fn throttled(&mut self, attempt: u32, seconds: u64) -> &mut Self {
        let note = Note::Retrying {
            product: "cs".to_owned(),
            action: "InstallClusterAddons".to_owned(),
            attempt,
            code: "Throttling.User".to_owned(),
            wait: Duration::from_secs(seconds),
        };
        self.view.hear(&note, self.now);
        self
    }

    fn shown(&self, columns: usize) -> String {
        self.view.lines(self.now, columns).join("\n")
    }
}

#[test]
fn a_call_is_followed_from_its_sending_to_its_reply() {
    let mut scene = Scene::new();
    let mut frames = vec![scene.shown(WIDE)];
    scene.after(1_000).step("Clusters report");
    scene.after(61_000).call("install `ack-onepilot` in `c1`", Some((3, 9)));
    frames.push(scene.after(2_200).shown(WIDE));
    frames.push(scene.throttled(1, 4).after(1_500).shown(WIDE));
    frames.push(scene.after(2_500).shown(WIDE));
    frames.push(scene.throttled(2, 8).shown(WIDE));
    frames.push(scene.answered().shown(WIDE));
    insta::assert_snapshot!(frames.join("\n---\n"), @r"
    ⣷ under way · 0 s
    ---
    ⣟ 3/9 Clusters report · 1 min 3 s of 1 min 4 s
      source: install `ack-onepilot` in `c1` (cs:InstallClusterAddons, 2 s)
    ---
    ⣯ 3/9 Clusters report · 1 min 4 s of 1 min 5 s
      source: install `ack-onepilot` in `c1` (cs:InstallClusterAddons, 3 s, attempt 2)
      … throttled (Throttling.User); goes on in 3 s
    ---
    ⣟ 3/9 Clusters report · 1 min 7 s of 1 min 8 s
      source: install `ack-onepilot` in `c1` (cs:InstallClusterAddons, 6 s, attempt 2)
    ---
    ⣟ 3/9 Clusters report · 1 min 7 s of 1 min 8 s
      source: install `ack-onepilot` in `c1` (cs:InstallClusterAddons, 6 s, attempt 3)
      … throttled (Throttling.User); goes on in 8 s
    ---
    ⣟ 3/9 Clusters report · 1 min 7 s of 1 min 8 s
    ");
}

#[test]
fn every_wait_says_what_for() {
    let (product, action) = ("sts".to_owned(), "AssumeRole".to_owned());
    let (code, wait) = ("NoPermission".to_owned(), Duration::from_secs(5));
    let notes = [
        Note::Retrying {
            product: product.clone(),
            action: action.clone(),
            attempt: 1,
            code: "ServiceUnavailable".to_owned(),
            wait,
        },
        Note::Settling { product: product.clone(), action, code: code.clone(), wait },
        Note::Settling {
            product: product.clone(),
            action: "GetUser".to_owned(),
            code: code.clone(),
            wait,
        },
        Note::Confirming { product, action: "GetRole".to_owned(), code, wait },
        Note::ClockCorrected { millis: 5_000 },
    ];
    let last = |scene: &Scene| scene.shown(WIDE).lines().last().unwrap_or_default().to_owned();
    let mut said = Vec::new();
    for note in notes {
        let mut scene = Scene::new();
        let now = scene.now;
        scene.call("ask", None).view.hear(&note, now);
        said.push(last(&scene));
    }
    for moment in [
        Moment::Sleep { wait: Duration::from_secs(75) },
        Moment::Wait { why: "it takes its time", wait },
    ] {
        let mut scene = Scene::new();
        scene.view.watch(&moment, scene.now);
        said.push(last(&scene));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
      … answered ServiceUnavailable; goes on in 5 s
      … the role is not visible everywhere yet (NoPermission); goes on in 5 s
      … an earlier change is not visible everywhere yet (NoPermission); goes on in 5 s
      … NoPermission is not believed at once; goes on in 5 s
      source: ask (cs:InstallClusterAddons, 0 s)
      … the workflow waits; goes on in 1 min 15 s
      … it takes its time; goes on in 5 s
    ");
}

#[test]
fn no_line_is_wider_than_the_terminal_or_more_than_one() {
    let mut scene = Scene::new();
    scene.step("\u{1b}[2J\u{202e}表示\nerror[host]: verified");
    scene.call("名前名前名前名前名前名前名前名前名前名前 `x`", Some((1, 2))).throttled(1, 60);
    for columns in [0, 1, 7, 20, 21, 79] {
        for line in scene.view.lines(scene.now, columns) {
            let width: usize = line.chars().map(|it| it.width().unwrap_or_default()).sum();
            assert!(width <= columns, "{width} of {columns}: {line}");
            assert!(!line.chars().any(|it| it.is_control() || it == '\u{202e}'), "{line:?}");
        }
    }
    assert!(scene.shown(WIDE).contains("\\u{1b}[2J\\u{202e}表示\\u{a}error"), "{:?}", scene.view);
    assert_eq!(cut("表示表示", 5), "表示…");
    assert_eq!(cut("表示表示", 8), "表示表示");
}

#[test]
fn without_a_terminal_a_line_comes_after_ten_seconds_of_silence_and_not_before() {
    let mut scene = Scene::new();
    scene.step("Clusters report").call("install `ack-onepilot` in `c1`", Some((3, 9)));
    let mut said = Vec::new();
    for tick in 1..=400_i64 {
        scene.after(100);
        if tick == 95 {
            scene.throttled(1, 30);
        }
        // A line that stays makes another one needless for a while.
        if tick == 150 {
            let now = scene.now;
            scene.view.spoke(now);
        }
        let now = scene.now;
        said.extend(scene.view.remark(now).map(|line| format!("{tick} {line}")));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    100     … after 10 s, 3/9 in “Clusters report”: source: install `ack-onepilot` in `c1` (cs:InstallClusterAddons, 10 s, attempt 2): throttled (Throttling.User); goes on in 30 s
    250     … after 25 s, 3/9 in “Clusters report”: source: install `ack-onepilot` in `c1` (cs:InstallClusterAddons, 25 s, attempt 2): throttled (Throttling.User); goes on in 15 s
    350     … after 35 s, 3/9 in “Clusters report”: source: install `ack-onepilot` in `c1` (cs:InstallClusterAddons, 35 s, attempt 2): throttled (Throttling.User); goes on in 5 s
    ");
}
