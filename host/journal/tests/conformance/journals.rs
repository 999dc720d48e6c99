//! The cases of a journal.

use host_journal::{Journal, JournalError, NewEntry, Sealed};
use host_model::{Problem as _, RunId, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::Open;

const FIRST: &str = "run-01900000001-0000000a";
const SECOND: &str = "run-01900000002-0000000b";

fn run(id: &str) -> RunId {
    id.parse().unwrap()
}

fn entry(at: i64, kind: &str, body: &str) -> NewEntry {
    NewEntry { at: Timestamp::from_millis(at), kind: kind.to_owned(), body: body.to_owned() }
}

fn sealed(name: &str, bytes: &[u8]) -> Sealed {
    Sealed { vault: "vault".to_owned(), name: name.to_owned(), bytes: bytes.to_vec() }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

async fn read(journal: &dyn Journal, id: &str) -> Vec<(u64, i64, String, String)> {
    let entries = journal.read(&run(id)).await.unwrap();
    entries.into_iter().map(|e| (e.number, e.at.millis(), e.kind, e.body)).collect()
}

fn expected(entries: &[NewEntry]) -> Vec<(u64, i64, String, String)> {
    let numbered = (0..).zip(entries.iter().cloned());
    numbered.map(|(number, e)| (number, e.at.millis(), e.kind, e.body)).collect()
}

fn code<T>(result: Result<T, JournalError>) -> &'static str {
    result.err().map_or("none", |error| error.code())
}

pub(crate) async fn keeps_what_was_appended(open: Open<'_>) {
    let all = [
        entry(1, "begun", "{}"),
        entry(2, "intent", "{\"a\":1}"),
        entry(3, "outcome", "{\"b\":2}"),
        entry(4, "ended", "{}"),
    ];
    let journal = open("one");
    let mut writer = journal.begin(&run(FIRST), None, all[0].clone()).await.unwrap();
    writer.append(&all[1..3], &[]).await.unwrap();
    writer.append(&all[3..], &[]).await.unwrap();
    assert_eq!(read(&*journal, FIRST).await, expected(&all));
    drop((writer, journal));
    assert_eq!(read(&*open("two"), FIRST).await, expected(&all));
}

pub(crate) async fn numbers_and_reads_text_as_it_was_given(open: Open<'_>) {
    let long = "x".repeat(300_000);
    let all = [
        entry(i64::MIN, "", ""),
        entry(i64::MAX, "账号", "{\"text\":\"\\u0000 \u{1f600} \0 ' \\\" \n\"}"),
        entry(0, "long", &long),
    ];
    let journal = open("one");
    let mut writer = journal.begin(&run(FIRST), None, all[0].clone()).await.unwrap();
    writer.append(&all[1..], &[]).await.unwrap();
    assert_eq!(read(&*journal, FIRST).await, expected(&all));
}

pub(crate) async fn begins_a_run_once(open: Open<'_>) {
    let (one, two) = (open("one"), open("two"));
    let writer = one.begin(&run(FIRST), None, entry(1, "begun", "{}")).await.unwrap();
    let again = two.begin(&run(FIRST), None, entry(2, "begun", "{}")).await;
    assert_eq!(code(again), "journal.run-taken");
    drop(writer);
    let again = two.begin(&run(FIRST), None, entry(2, "begun", "{}")).await;
    assert_eq!(code(again), "journal.run-taken");
    assert_eq!(read(&*one, FIRST).await, expected(&[entry(1, "begun", "{}")]));
}

pub(crate) async fn has_one_writer_for_each_run(open: Open<'_>) {
    let (one, two) = (open("process 1"), open("process 2"));
    let writer = one.begin(&run(FIRST), None, entry(1, "begun", "{}")).await.unwrap();
    for journal in [&one, &two] {
        let error = journal.reopen(&run(FIRST)).await.expect_err("it is held");
        assert_eq!(error.code(), "journal.run-held");
        assert!(error.to_string().ends_with("is being written by process 1"), "{error}");
    }
    let other = two.begin(&run(SECOND), None, entry(1, "begun", "{}")).await;
    let mut other = other.expect("another run is another run's");
    drop(writer);
    let (_, mut writer) = two.reopen(&run(FIRST)).await.unwrap();
    let error = one.reopen(&run(FIRST)).await.expect_err("it is held");
    assert!(error.to_string().ends_with("is being written by process 2"), "{error}");
    writer.append(&[entry(2, "resumed", "{}")], &[]).await.unwrap();
    other.append(&[entry(2, "ended", "{}")], &[]).await.unwrap();
    assert_eq!(read(&*one, FIRST).await.len(), 2);
    assert_eq!(read(&*one, SECOND).await.len(), 2);
}

pub(crate) async fn reads_while_another_process_writes(open: Open<'_>) {
    let (one, two) = (open("one"), open("two"));
    let mut all = vec![entry(0, "begun", "{}")];
    let mut writer = one.begin(&run(FIRST), None, all[0].clone()).await.unwrap();
    for at in 1..20 {
        let next = [entry(at, "intent", "{}"), entry(at, "outcome", "{}")];
        writer.append(&next, &[]).await.unwrap();
        all.extend(next);
        assert_eq!(read(&*two, FIRST).await, expected(&all));
    }
}

pub(crate) async fn goes_on_where_the_last_writer_stopped(open: Open<'_>) {
    let mut all = vec![entry(0, "begun", "{}")];
    drop(open("0").begin(&run(FIRST), None, all[0].clone()).await.unwrap());
    for at in 1..6 {
        let (entries, mut writer) = open(&at.to_string()).reopen(&run(FIRST)).await.unwrap();
        assert_eq!(entries.len(), all.len());
        assert_eq!(entries.last().unwrap().body, all.last().unwrap().body);
        all.push(entry(at, "resumed", &format!("{{\"at\":{at}}}")));
        writer.append(&all[all.len() - 1..], &[]).await.unwrap();
    }
    assert_eq!(read(&*open("end"), FIRST).await, expected(&all));
}

pub(crate) async fn lists_runs_as_they_were_begun_whatever_their_ids_say(open: Open<'_>) {
    let journal = open("process 1");
    // The time of an offline cloud begins anew with each.
    for (id, at) in [(SECOND, 9), (FIRST, 1)] {
        let mut writer = journal.begin(&run(id), None, entry(at, "begun", "1")).await.unwrap();
        writer.append(&[entry(at, "intent", "2")], &[]).await.unwrap();
    }
    let listed = journal.runs().await.unwrap();
    let listed: Vec<String> =
        listed.into_iter().map(|head| head.unwrap().run.to_string()).collect();
    assert_eq!(listed, [FIRST, SECOND], "the newest first");
    let newest = journal.beginnings(1).await.unwrap();
    assert_eq!(newest[0].0, run(FIRST));
    let until = Timestamp::from_millis(9);
    let active = journal.active("intent", Timestamp::default(), until).await.unwrap();
    assert_eq!(active, [run(SECOND), run(FIRST)], "the oldest first");
}

pub(crate) async fn lists_runs_newest_first_with_their_writers(open: Open<'_>) {
    let (one, two) = (open("process 1"), open("process 2"));
    assert!(one.runs().await.unwrap().is_empty());
    let mut writer = one.begin(&run(FIRST), None, entry(1, "begun", "1")).await.unwrap();
    writer.append(&[entry(2, "intent", "2"), entry(3, "outcome", "3")], &[]).await.unwrap();
    drop(two.begin(&run(SECOND), None, entry(4, "begun", "4")).await.unwrap());
    let listed: Vec<_> = two.runs().await.unwrap().into_iter().map(Result::unwrap).collect();
    let newest = two.beginnings(1).await.unwrap();
    assert_eq!(newest, [(listed[0].run.clone(), listed[0].first.clone())]);
    let alone = two.head(&run(FIRST)).await.unwrap().expect("it was begun");
    assert_eq!((alone.last, alone.holder), (listed[1].last.clone(), listed[1].holder.clone()));
    let shown: Vec<_> = listed
        .iter()
        .map(|head| {
            let (first, last) = (&head.first, &head.last);
            let holder = head.holder.as_deref();
            (head.run.as_str(), first.number, &*first.body, last.number, &*last.body, holder)
        })
        .collect();
    assert_eq!(shown, [(SECOND, 0, "4", 0, "4", None), (FIRST, 0, "1", 2, "3", Some("process 1"))]);
    drop(writer);
    let holders: Vec<_> =
        two.runs().await.unwrap().into_iter().map(|head| head.unwrap().holder).collect();
    assert_eq!(holders, [None, None]);
}

pub(crate) async fn lists_runs_that_were_written_lately(open: Open<'_>) {
    let journal = open("one");
    let mut first = journal.begin(&run(FIRST), None, entry(10, "begun", "1")).await.unwrap();
    first.append(&[entry(20, "intent", "2"), entry(30, "outcome", "3")], &[]).await.unwrap();
    let mut second = journal.begin(&run(SECOND), None, entry(15, "begun", "4")).await.unwrap();
    second.append(&[entry(25, "intent", "5")], &[]).await.unwrap();
    let at = |millis: i64| Timestamp::from_millis(millis);
    let cases: [(&str, i64, i64, &[&str]); 7] = [
        ("intent", 0, 100, &[FIRST, SECOND]),
        ("intent", 20, 30, &[FIRST, SECOND]),
        // The last entry of the first came later, and its intent before.
        ("intent", 0, 29, &[SECOND]),
        ("intent", 21, 100, &[SECOND]),
        ("outcome", 0, 100, &[FIRST]),
        ("ended", 0, 100, &[]),
        ("intent", 31, 100, &[]),
    ];
    for (kind, from, until, expected) in cases {
        let active = journal.active(kind, at(from), at(until)).await.unwrap();
        let active: Vec<_> = active.iter().map(RunId::as_str).collect();
        assert_eq!(active, expected, "{kind} from {from} until {until}");
    }
}

pub(crate) async fn knows_no_run_that_was_not_begun(open: Open<'_>) {
    let journal = open("one");
    assert_eq!(code(journal.read(&run(FIRST)).await), "journal.run-unknown");
    assert_eq!(code(journal.reopen(&run(FIRST)).await), "journal.run-unknown");
    assert_eq!(code(journal.salvage(&run(FIRST)).await), "journal.run-unknown");
    assert!(journal.head(&run(FIRST)).await.unwrap().is_none());
    assert!(!journal.has(&run(FIRST)).await.unwrap());
    let begun = journal.begin(&run(FIRST), None, entry(1, "begun", "{}")).await;
    begun.expect("looking for it took nothing");
    assert!(journal.has(&run(FIRST)).await.unwrap());
}

pub(crate) async fn keeps_components_by_digest(open: Open<'_>) {
    let journal = open("one");
    let bytes = b"\0asm component".repeat(10_000);
    let digest = digest(&bytes);
    assert_eq!(code(journal.component(&digest).await), "journal.component-damaged");
    let component = Some((&*digest, &*bytes));
    drop(journal.begin(&run(FIRST), component, entry(1, "begun", "{}")).await.unwrap());
    drop(journal.begin(&run(SECOND), component, entry(2, "begun", "{}")).await.unwrap());
    assert_eq!(open("two").component(&digest).await.unwrap(), bytes);

    let third = run("run-01900000003-0000000c");
    let wrong = journal.begin(&third, Some((&digest, b"other")), entry(3, "begun", "{}")).await;
    assert_eq!(code(wrong), "journal.component-damaged");
    assert_eq!(code(journal.read(&third).await), "journal.run-unknown");
}

pub(crate) async fn keeps_sealed_secrets_until_they_are_placed(open: Open<'_>) {
    let journal = open("one");
    let (a, b) = (sealed("a.age", b"sealed a"), sealed("b.age", b"sealed b"));
    let other = sealed("a.age", b"other bytes of the same name");
    let mut writer = journal.begin(&run(FIRST), None, entry(1, "begun", "{}")).await.unwrap();
    assert!(journal.sealed().await.unwrap().is_empty());
    writer.append(&[entry(2, "outcome", "{}")], std::slice::from_ref(&a)).await.unwrap();
    writer.append(&[entry(3, "outcome", "{}")], &[b.clone(), other.clone()]).await.unwrap();
    drop((writer, journal));
    let journal = open("two");
    assert_eq!(journal.sealed().await.unwrap(), [a.clone(), b.clone(), other.clone()]);
    journal.placed(&a).await.unwrap();
    journal.placed(&a).await.expect("what is not there is not kept");
    assert_eq!(open("three").sealed().await.unwrap(), [b.clone(), other.clone()]);
    journal.placed(&other).await.unwrap();
    journal.placed(&b).await.unwrap();
    assert!(journal.sealed().await.unwrap().is_empty());
    assert_eq!(read(&*journal, FIRST).await.len(), 3);
}

pub(crate) async fn salvages_all_of_a_sound_run(open: Open<'_>) {
    let journal = open("one");
    let mut writer = journal.begin(&run(FIRST), None, entry(1, "begun", "{}")).await.unwrap();
    writer.append(&[entry(2, "ended", "{}")], &[]).await.unwrap();
    let (entries, damage) = journal.salvage(&run(FIRST)).await.unwrap();
    assert_eq!(entries, journal.read(&run(FIRST)).await.unwrap());
    assert!(damage.is_none());
}

pub(crate) async fn appends_nothing_for_nothing(open: Open<'_>) {
    let journal = open("one");
    let mut writer = journal.begin(&run(FIRST), None, entry(1, "begun", "{}")).await.unwrap();
    writer.append(&[], &[]).await.unwrap();
    writer.append(&[], &[sealed("a.age", b"sealed")]).await.unwrap();
    assert_eq!(read(&*journal, FIRST).await.len(), 1);
    assert_eq!(journal.sealed().await.unwrap().len(), 1);
}
