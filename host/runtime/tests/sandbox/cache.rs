//! Compiled components kept between runs: used when they are ours, made anew when anything is off.

use std::fs;
use std::path::{Path, PathBuf};

use host_runtime::{Cache, CacheKey, Engine, Limits, Prepared};
use tempfile::TempDir;

use crate::component::component;
use crate::script::{engine, run, usual};

/// A component that answers with its own text, which is one digit.
fn speaking(digit: u8) -> Vec<u8> {
    let body = format!(
        "(i32.store8 (i32.const 300) (i32.const {}))
         (global.set $ok (i32.const 300)) (global.set $ok-length (i32.const 1))",
        b'0' + digit
    );
    component("", "", &body)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn cache(folder: &TempDir, key: u8) -> Cache {
    Cache::new(folder.path().to_owned(), CacheKey::new([key; 32]))
}

/// What the component says, and whether its code came from the cache.
fn says(engine: &Engine, cache: &Cache, bytes: &[u8]) -> (String, bool) {
    let prepared = Prepared::new(engine, Some(cache), "test.wasm", bytes).expect("it is fine");
    let outcome = run(&prepared, Limits::default(), "{}", usual);
    (outcome.result.expect("it runs"), prepared.is_warm())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let list = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = list.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The one entry of a cache that has seen one component.
fn entry(folder: &TempDir) -> PathBuf {
    let paths = entries(folder.path());
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths.into_iter().next().expect("there is one")
}

#[test]
fn the_second_start_is_warm_and_says_the_same() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let bytes = speaking(1);
    assert_eq!(says(engine(), &cache, &bytes), ("1".to_owned(), false));
    assert_eq!(says(engine(), &cache, &bytes), ("1".to_owned(), true));
    let cold = Prepared::new(engine(), None, "test.wasm", &bytes).unwrap();
    let warm = Prepared::new(engine(), Some(&cache), "test.wasm", &bytes).unwrap();
    assert_eq!(cold.package(), warm.package());
}

#[test]
fn an_entry_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    says(engine(), &cache(&folder, 1), &speaking(1));
    let mode = fs::metadata(entry(&folder)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_flipped_byte_is_never_run_and_the_entry_is_made_anew() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let bytes = speaking(2);
    says(engine(), &cache, &bytes);
    let path = entry(&folder);
    let whole = fs::read(&path).unwrap();
    // Magic, seal, length, facts, and code at several places.
    let places = [0, 7, 8, 39, 40, 47, 60, whole.len() / 2, whole.len() - 1];
    for place in places {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        fs::write(&path, damaged).unwrap();
        assert_eq!(says(engine(), &cache, &bytes), ("2".to_owned(), false), "byte {place}");
        assert_eq!(says(engine(), &cache, &bytes), ("2".to_owned(), true), "byte {place}");
    }
}

#[test]
fn a_cut_or_foreign_file_is_never_run() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let bytes = speaking(3);
    says(engine(), &cache, &bytes);
    let path = entry(&folder);
    let whole = fs::read(&path).unwrap();
    let mut longer = whole.clone();
    longer.push(0);
    let cut = [0, 1, 8, 20, 40, 44, 48, whole.len() / 2, whole.len() - 1];
    let cut = cut.into_iter().map(|length| whole[..length].to_vec());
    for content in cut.chain([longer, bytes.clone(), b"\x7fELF".to_vec()]) {
        fs::write(&path, &content).unwrap();
        assert_eq!(says(engine(), &cache, &bytes), ("3".to_owned(), false), "{}", content.len());
    }
}

#[test]
fn the_entry_of_another_component_is_never_run() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let (good, evil) = (speaking(4), speaking(5));
    says(engine(), &cache, &good);
    let path = entry(&folder);
    says(engine(), &cache, &evil);
    let other = entries(folder.path()).into_iter().find(|entry| *entry != path).unwrap();
    fs::copy(other, &path).unwrap();
    assert_eq!(says(engine(), &cache, &good), ("4".to_owned(), false));
}

#[test]
fn the_entry_of_another_installation_is_never_run() {
    let folder = folder();
    let bytes = speaking(6);
    says(engine(), &cache(&folder, 1), &bytes);
    assert_eq!(says(engine(), &cache(&folder, 2), &bytes), ("6".to_owned(), false));
    assert_eq!(says(engine(), &cache(&folder, 2), &bytes), ("6".to_owned(), true));
}

#[test]
fn a_cache_that_cannot_be_used_stops_nothing() {
    let folder = folder();
    let bytes = speaking(7);
    let nowhere = Cache::new(folder.path().join("missing"), CacheKey::new([1; 32]));
    assert_eq!(says(engine(), &nowhere, &bytes), ("7".to_owned(), false));
    assert_eq!(says(engine(), &nowhere, &bytes), ("7".to_owned(), false));

    let cache = cache(&folder, 1);
    says(engine(), &cache, &bytes);
    let path = entry(&folder);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(says(engine(), &cache, &bytes), ("7".to_owned(), false));
    assert_eq!(entries(folder.path()), [path], "a temporary file was left behind");
}

#[test]
fn two_engines_share_a_cache_and_outlive_each_other() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let bytes = speaking(8);
    let second = Engine::new(&Limits::default()).unwrap();
    assert_eq!(says(engine(), &cache, &bytes), ("8".to_owned(), false));
    assert_eq!(says(&second, &cache, &bytes), ("8".to_owned(), true));
    drop(second);
    // Its thread is gone; the other engine still measures time.
    let endless = component("", "", "(loop $again (br $again))");
    let prepared = Prepared::new(engine(), Some(&cache), "test.wasm", &endless).unwrap();
    let limits = Limits { compute_seconds_max: 1, ..Limits::default() };
    run(&prepared, limits, "{}", usual).result.expect_err("it must not pass");
}

#[test]
fn an_engine_of_other_settings_runs_nothing_that_was_not_compiled_for_it() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let bytes = speaking(9);
    let small = Engine::new(&Limits { stack_bytes_max: 64 << 10, ..Limits::default() }).unwrap();
    says(engine(), &cache, &bytes);
    assert_eq!(says(&small, &cache, &bytes).0, "9");
    let deep = component("", "(func $deep (call $deep) (call $deep))", "(call $deep)");
    for engine in [engine(), &small] {
        let prepared = Prepared::new(engine, Some(&cache), "test.wasm", &deep).unwrap();
        run(&prepared, Limits::default(), "{}", usual).result.expect_err("it must not pass");
    }
}

#[test]
fn what_others_are_writing_is_left_alone() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let bytes = speaking(1);
    says(engine(), &cache, &bytes);
    let path = entry(&folder);
    fs::remove_file(&path).unwrap();
    // Of a process that has the same number in another container, or has died.
    let others = (0..3).map(|number| path.with_extension(format!("{number}.new")));
    let mut others: Vec<PathBuf> = others.collect();
    others.push(path.with_extension(format!("{}.new", std::process::id())));
    for path in &others {
        fs::write(path, "half an entry").unwrap();
    }
    assert_eq!(says(engine(), &cache, &bytes), ("1".to_owned(), false));
    assert_eq!(says(engine(), &cache, &bytes), ("1".to_owned(), true));
    for path in &others {
        assert_eq!(fs::read(path).unwrap(), b"half an entry", "{}", path.display());
    }
    assert_eq!(entries(folder.path()).len(), others.len() + 1, "a temporary file was left behind");
}

#[test]
fn many_at_once_do_not_trip_over_each_other() {
    let folder = folder();
    let cache = cache(&folder, 1);
    let bytes = speaking(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(says(engine(), &cache, &bytes).0, "0"));
        }
    });
    says(engine(), &cache, &bytes);
    assert_eq!(says(engine(), &cache, &bytes), ("0".to_owned(), true));
    assert_eq!(entries(folder.path()).len(), 1, "a temporary file was left behind");
}
