//! The cases of notes: what a process that died leaves to the next run.

use host_model::{RunId, SecretKind, Timestamp};
use host_vault::Intent;

use crate::medium::{ACCOUNT, LINEAGE, Medium, OBJECT, START, code, entry, filled};

pub(crate) fn run(last: u8) -> RunId {
    RunId::new(Timestamp::from_seconds(START), [0, 0, 0, last])
}

pub(crate) fn intent(user: &str, lineage: &str, run: RunId) -> Intent {
    Intent {
        account: ACCOUNT.parse().unwrap(),
        principal: format!("user/{user}"),
        kind: SecretKind::AccessKey,
        lineage: lineage.to_owned(),
        run,
    }
}

pub(crate) fn a_note_outlives_the_process_and_the_next_run_finds_it(medium: &dyn Medium) {
    let vault = medium.open();
    let noted = intent("host-reporter", LINEAGE, run(1));
    assert_eq!(vault.intend(&noted).unwrap(), None);
    // The process dies here, after the cloud made the key.
    drop(vault);
    let vault = medium.open();
    let pending = vault.intents().unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].intent, noted);
    assert!(pending[0].at >= Timestamp::from_seconds(START));
    // The next run hears of it before it asks for a second key, and does not write over it.
    let again = intent("host-reporter", LINEAGE, run(2));
    for _ in 0..2 {
        assert_eq!(vault.intend(&again).unwrap().as_ref(), Some(&pending[0]));
        assert_eq!(medium.open().intents().unwrap(), pending);
    }
    // Once the orphan is dealt with, whoever settles it goes on.
    assert!(vault.settle(&again).unwrap());
    assert!(!vault.settle(&again).unwrap());
    assert!(medium.open().intents().unwrap().is_empty());
    assert_eq!(vault.intend(&again).unwrap(), None);
    assert_eq!(vault.intents().unwrap()[0].intent.run, run(2));
}

pub(crate) fn notes_of_other_users_accounts_and_lineages_are_other_notes(medium: &dyn Medium) {
    let vault = medium.open();
    let mut foreign = intent("host-reporter", LINEAGE, run(1));
    foreign.account = "1000000000000002".parse().unwrap();
    let mut password = intent("host-reporter", LINEAGE, run(1));
    password.kind = SecretKind::Password;
    let mut others = vec![
        intent("host-reporter", LINEAGE, run(1)),
        intent("host-reporter", "acme/ecs", run(1)),
        intent("somebody", LINEAGE, run(1)),
        foreign,
        password,
    ];
    for other in &others {
        assert_eq!(vault.intend(other).unwrap(), None, "{other:?}");
    }
    let settled = others.remove(2);
    assert!(vault.settle(&settled).unwrap());
    others.sort();
    let noted: Vec<_> = vault.intents().unwrap().into_iter().map(|note| note.intent).collect();
    assert_eq!(noted, others);
}

pub(crate) fn a_note_and_a_secret_leave_each_other_alone(medium: &dyn Medium) {
    let vault = filled(medium);
    let noted = intent("host-reporter", LINEAGE, run(1));
    vault.intend(&noted).unwrap();
    assert_eq!((vault.list().unwrap().len(), vault.intents().unwrap().len()), (1, 1));
    let kept = entry(OBJECT, LINEAGE);
    assert!(vault.delete(&kept.account, OBJECT, LINEAGE).unwrap());
    assert_eq!((vault.list().unwrap().len(), vault.intents().unwrap().len()), (0, 1));
    filled(medium);
    assert!(vault.settle(&noted).unwrap());
    assert_eq!((vault.list().unwrap().len(), vault.intents().unwrap().len()), (1, 0));
}

pub(crate) fn a_note_has_limits_too(medium: &dyn Medium) {
    let vault = medium.open();
    let user = "\u{1}".repeat(4096 - LINEAGE.len() - "user/".len());
    let full = intent(&user, LINEAGE, run(1));
    assert_eq!(vault.intend(&full).unwrap(), None);
    assert_eq!(vault.intents().unwrap()[0].intent, full);
    let over = intent(&(user + "x"), LINEAGE, run(1));
    assert_eq!(code(vault.intend(&over)), "vault.entry-oversized");
    assert_eq!(vault.intents().unwrap().len(), 1);
}

pub(crate) fn one_of_many_runs_has_the_note(medium: &dyn Medium) {
    for round in 0..8 {
        let user = format!("user-{round}");
        let vaults: Vec<_> = (0..4).map(|_| medium.open()).collect();
        let barrier = std::sync::Barrier::new(vaults.len());
        let answers: Vec<Option<RunId>> = std::thread::scope(|scope| {
            let runs = (1..).zip(&vaults).map(|(number, vault)| {
                let (own, barrier) = (intent(&user, LINEAGE, run(number)), &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    vault.intend(&own).unwrap().map(|earlier| earlier.intent.run)
                })
            });
            let runs: Vec<_> = runs.collect();
            runs.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let first = answers.iter().position(Option::is_none).expect("one is first");
        let winner = run(u8::try_from(first + 1).unwrap());
        for (number, answer) in answers.iter().enumerate() {
            let wanted = (number != first).then(|| winner.clone());
            assert_eq!(*answer, wanted, "{answers:?}");
        }
        let noted = medium.open().intents().unwrap();
        let of_user = noted.iter().filter(|note| note.intent.principal.ends_with(&user));
        assert!(of_user.map(|note| &note.intent.run).eq([&winner]));
    }
}
