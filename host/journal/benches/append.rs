//! What the journal costs a call with an effect: its intent and its outcome, of a kilobyte each, in a
//! transaction each. Beside it the reading of a large run, and what a call takes on the disk.
//!
//! `synced` is as it is for the real cloud, `unsynced` as for an offline one: the difference is the disk's
//! share. Files lie below the target folder, so it is the disk of the sources that is measured.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use host_journal::{Journal as _, NewEntry, Sqlite, Writer};
use host_model::{RunId, Timestamp};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// Of a typical entry: an intent with its parameters, an outcome with its reply.
const BODY_BYTES: usize = 1024;
const READ_ENTRIES: u16 = 10_000;
const SIZE_CALLS: u16 = 1000;
const SOUND: &str = "the folder is usable";

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("it needs nothing")
}

fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written")
}

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, [7; 32], "benchmark").expect(SOUND)
}

fn run() -> RunId {
    RunId::new(Timestamp::from_seconds(1_700_000_000), [1; 4])
}

fn entry(kind: &str) -> NewEntry {
    let at = Timestamp::from_seconds(1_700_000_000);
    NewEntry { at, kind: kind.to_owned(), body: "x".repeat(BODY_BYTES) }
}

fn begin(runtime: &Runtime, journal: &Sqlite) -> Box<dyn Writer> {
    runtime.block_on(journal.begin(&run(), None, entry("begun"))).expect(SOUND)
}

fn call(runtime: &Runtime, writer: &mut dyn Writer, [intent, outcome]: &[[NewEntry; 1]; 2]) {
    runtime.block_on(async {
        writer.append(intent, &[]).await.expect(SOUND);
        writer.append(outcome, &[]).await.expect(SOUND);
    });
}

fn append(criterion: &mut Criterion) {
    let runtime = runtime();
    let entries = [[entry("intent")], [entry("outcome")]];
    for name in ["unsynced", "synced"] {
        let folder = folder();
        let journal = open(folder.path());
        if name == "unsynced" {
            journal.forgo_sync().expect(SOUND);
        }
        let mut writer = begin(&runtime, &journal);
        call(&runtime, &mut *writer, &entries);
        assert_eq!(runtime.block_on(journal.read(&run())).expect(SOUND).len(), 3);
        criterion.bench_function(&format!("journal/call/{name}"), |bencher| {
            bencher.iter(|| call(&runtime, &mut *writer, &entries));
        });
    }
}

fn read(criterion: &mut Criterion) {
    let (folder, runtime) = (folder(), runtime());
    let journal = open(folder.path());
    let mut writer = begin(&runtime, &journal);
    let entries: Vec<_> = (1..READ_ENTRIES).map(|_| entry("answered")).collect();
    runtime.block_on(writer.append(&entries, &[])).expect(SOUND);
    let read = || runtime.block_on(journal.read(&run())).expect(SOUND);
    assert_eq!(read().len(), usize::from(READ_ENTRIES));
    criterion.bench_function(&format!("journal/read/{READ_ENTRIES}"), |bencher| {
        bencher.iter(|| black_box(read()));
    });
}

#[expect(clippy::print_stderr, reason = "the size is a result of its own")]
fn size(_: &mut Criterion) {
    let (folder, runtime) = (folder(), runtime());
    let length = || fs::metadata(folder.path().join("journal.sqlite")).expect(SOUND).len();
    let journal = open(folder.path());
    let before = length();
    let mut writer = begin(&runtime, &journal);
    let entries = [[entry("intent")], [entry("outcome")]];
    for _ in 0..SIZE_CALLS {
        call(&runtime, &mut *writer, &entries);
    }
    // Closing moves what is in the log to its place.
    drop((writer, journal));
    let bytes = (length() - before) / u64::from(SIZE_CALLS);
    eprintln!("journal/size: {bytes} bytes a call, of which {} are bodies", 2 * BODY_BYTES);
    assert!(bytes > 2 * 1024);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = append, read, size
}
criterion_main!(benches);
