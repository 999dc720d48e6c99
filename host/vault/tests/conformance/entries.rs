//! The cases of secrets.

use host_model::{SecretKind, Timestamp};
use host_vault::SealedEntry;

use crate::medium::{
    ACCOUNT, LINEAGE, Medium, OBJECT, OTHER, SECRET, START, code, entry, filled, find, text,
};

pub(crate) fn another_process_finds_what_was_kept(medium: &dyn Medium) {
    let (early, vault) = (medium.open(), medium.open());
    let kept = vault.keep(&entry(OBJECT, LINEAGE), &text(SECRET)).unwrap();
    assert_eq!(kept, entry(OBJECT, LINEAGE).secret_ref());
    assert_eq!(find(&*early, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
    drop((early, vault));
    let later = medium.open();
    assert_eq!(find(&*later, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
    let found = later.find(&ACCOUNT.parse().unwrap(), OBJECT, LINEAGE).unwrap().unwrap();
    assert_eq!(found.kept.entry, entry(OBJECT, LINEAGE));
    assert!(found.kept.at >= Timestamp::from_seconds(START));
    assert_eq!(later.list().unwrap(), [found.kept]);
}

pub(crate) fn never_overwrites(medium: &dyn Medium) {
    let vault = filled(medium);
    let before = medium.rows();
    let mut other_kind = entry(OBJECT, LINEAGE);
    other_kind.kind = SecretKind::Password;
    let mut other_owner = entry(OBJECT, LINEAGE);
    other_owner.principal = Some("user/somebody-else".to_owned());
    for vault in [vault, medium.open()] {
        vault.keep(&entry(OBJECT, LINEAGE), &text(SECRET)).expect("it is the same");
        for (entry, secret) in
            [(&entry(OBJECT, LINEAGE), "s3cr3t-two"), (&other_kind, SECRET), (&other_owner, SECRET)]
        {
            assert_eq!(code(vault.keep(entry, &text(secret))), "vault.entry-taken");
        }
        assert!(medium.rows() == before, "the bytes are those of the first time");
    }
}

pub(crate) fn does_not_find_what_belongs_to_another_scope(medium: &dyn Medium) {
    let vault = filled(medium);
    let mut foreign = entry(OBJECT, LINEAGE);
    foreign.account = "1000000000000002".parse().unwrap();
    for other in [entry(OBJECT, "acme/ecs"), entry(OTHER, LINEAGE), foreign] {
        assert_eq!(find(&*vault, &other).unwrap(), None, "{other:?}");
        assert!(!vault.delete(&other.account, &other.object, &other.lineage).unwrap());
        // Nor is its name taken.
        vault.keep(&other, &text("s3cr3t-two")).unwrap();
        assert_eq!(find(&*vault, &other).unwrap().as_deref(), Some("s3cr3t-two"));
    }
    assert_eq!(find(&*vault, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
    assert_eq!(vault.list().unwrap().len(), 4);
}

pub(crate) fn tells_names_apart_that_join_to_the_same_text(medium: &dyn Medium) {
    let vault = medium.open();
    vault.keep(&entry(&format!("{ACCOUNT}b"), "a"), &text(SECRET)).unwrap();
    assert_eq!(find(&*vault, &entry("b", &format!("a{ACCOUNT}"))).unwrap(), None);
}

pub(crate) fn keeps_a_secret_with_line_breaks_as_it_is(medium: &dyn Medium) {
    let vault = medium.open();
    let secrets = ["-----BEGIN-----\nabc\n\n-----END-----\n", "", "\n", "\r\n\0\u{1}ü\u{2028}"];
    for (number, secret) in secrets.iter().enumerate() {
        let entry = entry(&format!("odd \n name/{number}"), LINEAGE);
        vault.keep(&entry, &text(secret)).unwrap();
        assert_eq!(find(&*medium.open(), &entry).unwrap().as_deref(), Some(*secret));
    }
}

pub(crate) fn lists_everything_in_order_without_secrets(medium: &dyn Medium) {
    let vault = medium.open();
    assert!(vault.list().unwrap().is_empty());
    let mut all = Vec::new();
    for number in [3, 1, 2, 5, 4] {
        all.push(entry(&format!("object/{number}"), LINEAGE));
        vault.keep(all.last().unwrap(), &text(SECRET)).unwrap();
    }
    all.sort();
    let listed = vault.list().unwrap();
    assert!(!format!("{listed:?}").contains(SECRET));
    assert!(listed.into_iter().map(|kept| kept.entry).eq(all));
}

pub(crate) fn deletes_only_what_is_named(medium: &dyn Medium) {
    let vault = filled(medium);
    let second = entry(OTHER, LINEAGE);
    vault.keep(&second, &text("s3cr3t-two")).unwrap();
    let other = medium.open();
    assert!(vault.delete(&second.account, OTHER, LINEAGE).unwrap());
    for vault in [vault, other] {
        assert_eq!(find(&*vault, &second).unwrap(), None);
        assert!(!vault.delete(&second.account, OTHER, LINEAGE).unwrap());
        assert_eq!(find(&*vault, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
    }
    // The name is free again.
    medium.open().keep(&second, &text("s3cr3t-three")).unwrap();
}

pub(crate) fn keeps_what_was_sealed_only_when_it_is_placed(medium: &dyn Medium) {
    let vault = medium.open();
    let sealed = vault.prepare(&entry(OBJECT, LINEAGE), &text(SECRET)).unwrap();
    assert!(medium.rows().is_empty());
    assert_eq!(find(&*vault, &entry(OBJECT, LINEAGE)).unwrap(), None);
    drop(vault);
    // What was sealed outlives its process elsewhere, and the next one places it.
    let vault = medium.open();
    assert!(vault.place(&sealed).unwrap());
    assert_eq!(find(&*vault, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
}

pub(crate) fn placing_again_is_fine_and_something_else_is_refused(medium: &dyn Medium) {
    let vault = medium.open();
    let prepare = |secret| vault.prepare(&entry(OBJECT, LINEAGE), &text(secret)).unwrap();
    let (sealed, same, other) = (prepare(SECRET), prepare(SECRET), prepare("s3cr3t-two"));
    assert!(vault.place(&sealed).unwrap());
    let before = medium.rows();
    for vault in [&vault, &medium.open()] {
        assert!(!vault.place(&sealed).unwrap());
        assert!(!vault.place(&same).unwrap(), "the same secret, sealed once more");
        assert_eq!(code(vault.place(&other)), "vault.entry-taken");
    }
    assert!(medium.rows() == before);
}

pub(crate) fn refuses_what_was_sealed_for_another_vault_or_name(medium: &dyn Medium) {
    let vault = medium.open();
    let sealed = vault.prepare(&entry(OBJECT, LINEAGE), &text(SECRET)).unwrap();
    let other = vault.prepare(&entry(OTHER, LINEAGE), &text(SECRET)).unwrap();
    let mut changed = sealed.clone();
    *changed.bytes.last_mut().unwrap() ^= 1;
    let cut = SealedEntry { bytes: sealed.bytes[..40].to_vec(), ..sealed.clone() };
    let foreign = medium.stranger().prepare(&entry(OBJECT, LINEAGE), &text(SECRET)).unwrap();
    let renamed = SealedEntry { name: other.name.clone(), ..sealed.clone() };
    let outside = SealedEntry { name: format!("../{}", sealed.name), ..sealed.clone() };
    for (bad, wanted) in [
        (changed, "vault.entry-damaged"),
        (cut, "vault.entry-damaged"),
        (foreign, "vault.entry-damaged"),
        (renamed, "vault.entry-misplaced"),
        (outside, "vault.entry-misplaced"),
    ] {
        assert_eq!(code(vault.place(&bad)), wanted);
        assert!(medium.rows().is_empty());
    }
    assert!(vault.place(&sealed).unwrap());
}

pub(crate) fn receives_with_the_date_of_the_other_vault(medium: &dyn Medium) {
    let other = medium.stranger();
    other.keep(&entry(OBJECT, LINEAGE), &text(SECRET)).unwrap();
    let mut came = other.find(&ACCOUNT.parse().unwrap(), OBJECT, LINEAGE).unwrap().unwrap();
    came.kept.at = Timestamp::from_seconds(1_000_000_000);
    let vault = medium.open();
    assert!(vault.receive(&came).unwrap());
    assert!(!vault.receive(&came).unwrap(), "it was there already");
    assert_eq!(medium.open().list().unwrap(), [came.kept.clone()]);
    came.secret = text("s3cr3t-two");
    assert_eq!(code(vault.receive(&came)), "vault.entry-taken");
    assert_eq!(find(&*vault, &entry(OBJECT, LINEAGE)).unwrap().as_deref(), Some(SECRET));
}

pub(crate) fn says_limits_at_the_limit(medium: &dyn Medium) {
    let vault = medium.open();
    let object = "\u{1}".repeat(4096 - LINEAGE.len() - "user/host-reporter".len());
    let full = "x".repeat(64 * 1024);
    vault.keep(&entry(&object, LINEAGE), &text(&full)).unwrap();
    assert!(find(&*vault, &entry(&object, LINEAGE)).unwrap() == Some(full.clone()));
    let before = medium.rows();
    for (object, secret) in [("o".to_owned(), full + "x"), (object + "x", SECRET.to_owned())] {
        let over = entry(&object, LINEAGE);
        assert_eq!(code(vault.prepare(&over, &text(&secret))), "vault.entry-oversized");
        assert_eq!(code(vault.keep(&over, &text(&secret))), "vault.entry-oversized");
    }
    assert!(medium.rows() == before);
}

pub(crate) fn rehearses_without_a_trace(medium: &dyn Medium) {
    let vault = filled(medium);
    let before = medium.rows();
    vault.rehearse().unwrap();
    vault.rehearse().unwrap();
    assert!(medium.rows() == before);
    assert_eq!(vault.list().unwrap().len(), 1);
}

pub(crate) fn one_of_many_has_a_name(medium: &dyn Medium) {
    for round in 0..8 {
        let entry = entry(&format!("object/{round}"), LINEAGE);
        let vaults: Vec<_> = (0..4).map(|_| medium.open()).collect();
        // Two of them have the same secret each.
        let seal = |number: usize| {
            vaults[number].prepare(&entry, &text(&format!("s3cr3t-{}", number / 2))).unwrap()
        };
        let sealed: Vec<SealedEntry> = (0..vaults.len()).map(seal).collect();
        let barrier = std::sync::Barrier::new(vaults.len());
        let outcomes: Vec<Result<bool, &str>> = std::thread::scope(|scope| {
            let tries = vaults.iter().zip(&sealed).map(|(vault, sealed)| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    vault.place(sealed).map_err(|error| code::<()>(Err(error)))
                })
            });
            let tries: Vec<_> = tries.collect();
            tries.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let winner = outcomes.iter().position(|it| *it == Ok(true)).expect("one is first");
        for (number, outcome) in outcomes.iter().enumerate() {
            let same = number / 2 == winner / 2;
            let wanted = if same { Ok(number == winner) } else { Err("vault.entry-taken") };
            assert_eq!(*outcome, wanted, "{outcomes:?}");
        }
        let kept = find(&*medium.open(), &entry).unwrap();
        assert_eq!(kept, Some(format!("s3cr3t-{}", winner / 2)));
    }
}

pub(crate) fn shows_no_secret_when_printed(medium: &dyn Medium) {
    let vault = filled(medium);
    let found = vault.find(&ACCOUNT.parse().unwrap(), OBJECT, LINEAGE).unwrap().unwrap();
    let sealed = vault.prepare(&entry(OTHER, LINEAGE), &text(SECRET)).unwrap();
    // Bytes are printed as numbers.
    let numbers = format!("{:?}", SECRET.as_bytes());
    let numbers = numbers.trim_matches(['[', ']']);
    for shown in [format!("{vault:?}"), format!("{found:?}"), format!("{sealed:?}")] {
        for secret in [SECRET, numbers, "AGE-SECRET"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    // Sealed bytes tell neither the secret nor what it belongs to, on the medium or on their way there.
    for bytes in medium.rows().into_values().chain([sealed.bytes]) {
        for word in [SECRET, OBJECT, OTHER, LINEAGE, ACCOUNT, "host-reporter"] {
            assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
        }
    }
}
