//! The cases of a medium that fails, or that somebody writes who cannot open the vault.

use host_vault::Vault;

use crate::medium::{
    LINEAGE, Medium, OBJECT, OTHER, Rows, SECRET, code, entry, filled, find, text,
};
use crate::notes::{intent, run};

/// The place of the only entry, or of the only note.
fn place(rows: &Rows, shelf: &str) -> String {
    let mut places = rows.keys().filter(|place| place.starts_with(shelf));
    let only = places.next().expect("there is one").clone();
    assert!(places.next().is_none());
    only
}

/// Everything that can become of bytes that were sealed.
fn damaged(good: &[u8]) -> [Vec<u8>; 5] {
    let (mut flipped, mut early) = (good.to_vec(), good.to_vec());
    *flipped.last_mut().unwrap() ^= 1;
    early[good.len() / 2] ^= 1;
    [flipped, early, good[..good.len() - 1].to_vec(), Vec::new(), b"something else".to_vec()]
}

/// A vault with one entry and one note, and their places.
fn with_both(medium: &dyn Medium) -> (Box<dyn Vault>, String, String) {
    let vault = filled(medium);
    vault.intend(&intent("host-reporter", LINEAGE, run(1))).unwrap();
    let rows = medium.rows();
    (vault, place(&rows, "entries/"), place(&rows, "pending/"))
}

/// Asserts that what lies there is an error for whoever needs it, and stays.
fn is_refused(medium: &dyn Medium, place: &str, wanted: &str) {
    let (before, vault) = (medium.rows(), medium.open());
    if place.starts_with("entries/") {
        assert_eq!(code(find(&*vault, &entry(OBJECT, LINEAGE))), wanted);
        // It passes for no free name: what it was may be the only copy.
        assert_eq!(code(vault.keep(&entry(OBJECT, LINEAGE), &text(SECRET))), wanted);
        let listed = vault.list().unwrap_err();
        assert!(listed.to_string().contains(place), "{listed}");
        assert_eq!(code::<()>(Err(listed)), wanted);
    } else {
        // Or the orphan would be forgotten.
        let next = intent("host-reporter", LINEAGE, run(2));
        assert_eq!(code(vault.intend(&next)), wanted);
        let listed = vault.intents().unwrap_err();
        assert!(listed.to_string().contains(place), "{listed}");
        assert_eq!(code::<()>(Err(listed)), wanted);
    }
    assert!(medium.rows() == before, "nothing is repaired and nothing removed");
}

pub(crate) fn damage_is_named_and_passes_for_no_free_name(medium: &dyn Medium) {
    let (_vault, entry, note) = with_both(medium);
    let good = medium.rows();
    for place in [entry, note] {
        for bad in damaged(&good[&place]) {
            let mut rows = good.clone();
            rows.insert(place.clone(), bad);
            medium.write(&rows);
            is_refused(medium, &place, "vault.entry-damaged");
        }
    }
}

pub(crate) fn what_is_beside_damage_is_found(medium: &dyn Medium) {
    let (vault, damaged_entry, damaged_note) = with_both(medium);
    let mut rows = medium.rows();
    for place in [damaged_entry, damaged_note] {
        rows.insert(place, Vec::new());
    }
    medium.write(&rows);
    let other = entry(OTHER, LINEAGE);
    vault.keep(&other, &text("s3cr3t-two")).unwrap();
    assert_eq!(find(&*vault, &other).unwrap().as_deref(), Some("s3cr3t-two"));
    assert_eq!(vault.intend(&intent("somebody", LINEAGE, run(1))).unwrap(), None);
    assert!(vault.intend(&intent("somebody", LINEAGE, run(2))).unwrap().is_some());
    vault.rehearse().unwrap();
}

pub(crate) fn damage_goes_when_somebody_says_so(medium: &dyn Medium) {
    let (vault, _, _) = with_both(medium);
    let rows = medium.rows().into_keys().map(|place| (place, Vec::new())).collect();
    medium.write(&rows);
    let kept = entry(OBJECT, LINEAGE);
    assert!(vault.delete(&kept.account, OBJECT, LINEAGE).unwrap());
    assert!(vault.settle(&intent("host-reporter", LINEAGE, run(2))).unwrap());
    assert!(medium.rows().is_empty());
    vault.keep(&kept, &text(SECRET)).unwrap();
}

pub(crate) fn nothing_passes_under_the_name_of_another(medium: &dyn Medium) {
    let (vault, entry_place, note_place) = with_both(medium);
    let first = medium.rows();
    vault.keep(&entry(OTHER, LINEAGE), &text("s3cr3t-two")).unwrap();
    vault.intend(&intent("somebody", LINEAGE, run(1))).unwrap();
    let good = medium.rows();
    let added = good.iter().filter(|(place, _)| !first.contains_key(*place));
    for (place, bytes) in added {
        let of = if place.starts_with("entries/") { &entry_place } else { &note_place };
        let mut rows = good.clone();
        rows.insert(of.clone(), bytes.clone());
        medium.write(&rows);
        is_refused(medium, of, "vault.entry-misplaced");
    }
}

pub(crate) fn a_note_is_no_entry_and_an_entry_is_no_note(medium: &dyn Medium) {
    let (_vault, entry, note) = with_both(medium);
    let good = medium.rows();
    for (target, source) in [(&entry, &note), (&note, &entry)] {
        let mut rows = good.clone();
        rows.insert(target.clone(), good[source].clone());
        medium.write(&rows);
        is_refused(medium, target, "vault.entry-misplaced");
    }
}

pub(crate) fn nobody_plants_what_opens(medium: &dyn Medium) {
    let (_vault, place, _) = with_both(medium);
    let stranger = medium.stranger();
    let planted = stranger.prepare(&entry(OBJECT, LINEAGE), &text("s3cr3t-planted")).unwrap();
    assert_eq!(place, format!("entries/{}", planted.name), "the name is no secret");
    let mut rows = medium.rows();
    rows.insert(place.clone(), planted.bytes);
    medium.write(&rows);
    is_refused(medium, &place, "vault.entry-damaged");
}
