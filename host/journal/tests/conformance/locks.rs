//! The cases of a lock.

use std::sync::Arc;

use host_journal::{JournalError, Locks};
use host_model::RunId;

pub(crate) fn hold_and_release(open: &dyn Fn() -> Arc<dyn Locks>) {
    let run: RunId = "run-01900000001-0000000a".parse().unwrap();
    let other: RunId = "run-01900000002-0000000b".parse().unwrap();
    let (one, two) = (open(), open());
    assert_eq!(two.holder(&run).unwrap(), None);

    let held = one.hold(&run, "process 1").unwrap();
    assert_eq!(one.holder(&run).unwrap().as_deref(), Some("process 1"));
    assert_eq!(two.holder(&run).unwrap().as_deref(), Some("process 1"));
    assert_eq!(two.holder(&other).unwrap(), None);
    for locks in [&one, &two] {
        match locks.hold(&run, "process 2") {
            Err(JournalError::RunHeld { run: named, holder }) => {
                assert_eq!((named, &*holder), (run.clone(), "process 1"));
            }
            other => panic!("{other:?}"),
        }
    }
    let second = two.hold(&other, "process 2").unwrap();
    drop(held);
    assert_eq!(one.holder(&run).unwrap(), None);
    assert_eq!(one.holder(&other).unwrap().as_deref(), Some("process 2"));
    // A shorter name than the one before it, and what could deceive a reader.
    let again = two.hold(&run, "p\u{1b}[2J").unwrap();
    assert_eq!(one.holder(&run).unwrap().as_deref(), Some("p\\u{1b}[2J"));
    drop((again, second));

    // Of many at once, one has it at a time, and those who only look are in nobody's way.
    let owners = std::sync::Mutex::new(());
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (locks, run, owners) = (open(), &run, &owners);
            scope.spawn(move || {
                let mut count = 0;
                while count < 20 {
                    if let Ok(held) = locks.hold(run, &format!("thread {number}")) {
                        let alone = owners.try_lock().expect("two hold it");
                        (0..5).for_each(|_| std::thread::yield_now());
                        count += 1;
                        drop(alone);
                        drop(held);
                    }
                }
            });
        }
        let (locks, run) = (open(), &run);
        scope.spawn(move || (0..200).for_each(|_| drop(locks.holder(run).unwrap())));
    });
}
