//! Files of profiles, and what each comes to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use host_model::Problem as _;

use crate::Profiles;

use super::bed::{Bed, told};

fn files() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiles")
}

fn bed(file: &str) -> Bed {
    Bed::with_profiles(&fs::read(files().join(file)).unwrap())
}

/// File, profile, and what its source prints as.
const GOOD: [(&str, &str, &str); 18] = [
    ("usual.json", "a-admin", "key LTAI5tA"),
    ("usual.json", "oldest", "key LTAI5tO"),
    ("usual.json", "账号", "key LTAI5tU"),
    ("usual.json", "a-sts", "session key STS.A"),
    ("usual.json", "a-role", "acs:ram::1000000000000001:role/arms with key LTAI5tB"),
    (
        "usual.json",
        "a-role-of-session",
        "acs:ram::1000000000000001:role/arms with session key STS.B",
    ),
    ("usual.json", "chain-1", "acs:ram::1000000000000002:role/one with key LTAI5tA"),
    (
        "usual.json",
        "chain-2",
        "acs:ram::1000000000000003:role/two with acs:ram::1000000000000002:role/one with key LTAI5tA",
    ),
    ("usual.json", "chain-ecs", "acs:ram::1000000000000002:role/one with instance role ops"),
    ("usual.json", "ecs", "instance role ops"),
    ("usual.json", "ecs-any", "the instance's role"),
    ("usual.json", "oidc", "acs:ram::1000000000000001:role/pod with a web identity"),
    ("usual.json", "ext", "a program of the user's"),
    ("usual.json", "uri", "a credential URI"),
    ("usual.json", "sso", "session key STS.S"),
    ("usual.json", "oauth", "session key STS.O"),
    ("byte-order-mark.json", "default", "key LTAI5tA"),
    // The longest chain that is allowed.
    (
        "broken-profiles.json",
        "d2",
        "acs:ram::1000000000000002:role/one with acs:ram::1000000000000002:role/one with \
         acs:ram::1000000000000002:role/one with acs:ram::1000000000000002:role/one with key LTAI5tA",
    ),
];

/// File, profile, and the error with `$` for the file's path.
const BAD: [(&str, &str, &str); 41] = [
    ("usual.json", "nobody", "credential.profile-unknown: there is no profile `nobody` in `$`"),
    (
        "usual.json",
        "sso-out",
        "credential.session-ended: the session of profile `sso-out` has ended",
    ),
    (
        "broken-profiles.json",
        "no-secret",
        "credential.field-missing: profile `no-secret` has no `access_key_secret`, or an empty one",
    ),
    (
        "broken-profiles.json",
        "no-id",
        "credential.field-missing: profile `no-id` has no `access_key_id`, or an empty one",
    ),
    (
        "broken-profiles.json",
        "no-token",
        "credential.field-missing: profile `no-token` has no `sts_token`, or an empty one",
    ),
    (
        "broken-profiles.json",
        "no-role",
        "credential.field-missing: profile `no-role` has no `ram_role_arn`, or an empty one",
    ),
    (
        "broken-profiles.json",
        "odd-role",
        "credential.field-invalid: `ram_role_arn` of profile `odd-role` is not a role's ARN, `acs:ram::<account>:role/<name>`",
    ),
    (
        "broken-profiles.json",
        "user-role",
        "credential.field-invalid: `ram_role_arn` of profile `user-role` is not a role's ARN, `acs:ram::<account>:role/<name>`",
    ),
    (
        "broken-profiles.json",
        "odd-session",
        "credential.field-invalid: `ram_session_name` of profile `odd-session` is not 2 to 64 letters, digits, `.`, `@`, `-` or `_`",
    ),
    (
        "broken-profiles.json",
        "short",
        "credential.field-invalid: `expired_seconds` of profile `short` is not 900 to 43200",
    ),
    (
        "broken-profiles.json",
        "odd-duration",
        "credential.field-invalid: `expired_seconds` of profile `odd-duration` is not a whole number",
    ),
    (
        "broken-profiles.json",
        "odd-region",
        "credential.field-invalid: `region_id` of profile `odd-region` is not a region id",
    ),
    (
        "broken-profiles.json",
        "odd-sts-region",
        "credential.field-invalid: `sts_region` of profile `odd-sts-region` is not a region id",
    ),
    (
        "broken-profiles.json",
        "odd-sts-endpoint",
        "credential.field-invalid: `sts_endpoint` of profile `odd-sts-endpoint` is not an address with HTTPS, such as `sts-vpc.cn-hangzhou.aliyuncs.com`",
    ),
    (
        "broken-profiles.json",
        "odd-instance",
        "credential.field-invalid: `ram_role_name` of profile `odd-instance` is not the name of a role",
    ),
    (
        "broken-profiles.json",
        "relative-token",
        "credential.field-invalid: `oidc_token_file` of profile `relative-token` is not an absolute path",
    ),
    (
        "broken-profiles.json",
        "rsa",
        "credential.mode-unsupported: profile `rsa` has mode `RsaKeyPair`, which is not supported",
    ),
    (
        "broken-profiles.json",
        "with-role-name",
        "credential.mode-unsupported: profile `with-role-name` has mode `RamRoleArnWithRoleName`, which is not supported",
    ),
    (
        "broken-profiles.json",
        "bearer",
        "credential.mode-unsupported: profile `bearer` has mode `BearerToken`, which is not supported",
    ),
    (
        "broken-profiles.json",
        "anonymous",
        "credential.mode-unsupported: profile `anonymous` has mode `Anonymous`, which is not supported",
    ),
    (
        "broken-profiles.json",
        "unheard-of",
        "credential.mode-unsupported: profile `unheard-of` has mode `Te\\u{1b}leport`, which is not supported",
    ),
    (
        "broken-profiles.json",
        "no-source",
        "credential.field-missing: profile `no-source` has no `source_profile`, or an empty one",
    ),
    (
        "broken-profiles.json",
        "lost-source",
        "credential.profile-unknown: there is no profile `nobody` in the file of profile `lost-source`, which names it as its source",
    ),
    (
        "broken-profiles.json",
        "broken-source",
        "credential.field-missing: profile `no-secret` has no `access_key_secret`, or an empty one",
    ),
    (
        "broken-profiles.json",
        "self",
        "credential.source-cyclic: profiles are their own source: `self` → `self`",
    ),
    (
        "broken-profiles.json",
        "ring-a",
        "credential.source-cyclic: profiles are their own source: `ring-a` → `ring-b` → `ring-c` → `ring-a`",
    ),
    (
        "broken-profiles.json",
        "ring-b",
        "credential.source-cyclic: profiles are their own source: `ring-b` → `ring-c` → `ring-a` → `ring-b`",
    ),
    (
        "broken-profiles.json",
        "d1",
        "credential.source-deep: more than 5 profiles are each other's source: `d1` → `d2` → `d3` → `d4` → `d5` → `d6`",
    ),
    (
        "missing-comma.json",
        "default",
        "credential.file-invalid: `$` is wrong at line 5, column 66, at `profiles[0]`",
    ),
    (
        "wrong-type.json",
        "default",
        "credential.file-invalid: `$` is wrong at line 3, column 46, at `profiles[0].access_key_secret`",
    ),
    (
        "cut.json",
        "default",
        "credential.file-invalid: `$` is wrong at line 4, column 0, at `profiles[0].access_key_secret`",
    ),
    (
        "repeated-field.json",
        "a",
        "credential.file-invalid: `$` is wrong at line 1, column 89, at `profiles[0]`",
    ),
    ("repeated-profile.json", "a", "credential.profile-repeated: `$` has two profiles named `a`"),
    (
        "no-list.json",
        "a",
        "credential.file-invalid: `$` is wrong at line 1, column 21, at `profiles`",
    ),
    (
        "unknown-field.json",
        "a",
        "credential.file-invalid: `$` is wrong at line 1, column 42, at `profiles[0].?`",
    ),
    ("no-json.json", "a", "credential.file-invalid: `$` is wrong at line 1, column 1, at `?`"),
    ("trailing.json", "a", "credential.file-invalid: `$` is wrong at line 1, column 18, at `?`"),
    ("empty.json", "a", "credential.profile-unknown: there is no profile `a` in `$`"),
    ("usual.json", "", "credential.profile-unknown: there is no profile `` in `$`"),
    ("usual.json", "A-ADMIN", "credential.profile-unknown: there is no profile `A-ADMIN` in `$`"),
    (
        "usual.json",
        "a\u{202e}b",
        "credential.profile-unknown: there is no profile `a\\u{202e}b` in `$`",
    ),
];

#[test]
fn a_profile_comes_to_its_source() {
    for (file, profile, wanted) in GOOD {
        let found = bed(file).chain().named(profile);
        let found = found.unwrap_or_else(|error| panic!("{file} {profile}: {error}"));
        assert_eq!(found.source().to_string(), wanted, "{file} {profile}");
        assert_eq!(found.origin(), format!("profile `{profile}`"));
        assert!(!format!("{found:?}").contains("s3cr3t"));
    }
}

#[test]
fn an_error_says_where_and_what_and_no_secret() {
    for (file, profile, wanted) in BAD {
        let bed = bed(file);
        let path = bed.home.path().join(".aliyun/config.json");
        let told = told(bed.chain().named(profile));
        assert_eq!(told, wanted.replace('$', &path.display().to_string()), "{file} {profile}");
    }
}

#[test]
fn every_file_is_in_a_table() {
    let listed: BTreeSet<_> =
        GOOD.iter().chain(&BAD).map(|(file, ..)| (*file).to_owned()).collect();
    let there: BTreeSet<_> = fs::read_dir(files())
        .unwrap()
        .map(|item| item.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, listed);
}

#[test]
fn says_which_profiles_there_are() {
    use host_model::Problem;
    let hint = bed("usual.json").chain().named("nobody").unwrap_err().hint().unwrap();
    assert!(hint.starts_with("there are: `a-admin`, `a-role`, "), "{hint}");
}

#[test]
fn a_profile_names_its_region_or_none() {
    let bed = bed("usual.json");
    let chain = bed.chain();
    let region = |name: &str| chain.named(name).unwrap().region().map(ToString::to_string);
    assert_eq!(region("a-admin").as_deref(), Some("cn-hangzhou"));
    assert_eq!(region("oldest"), None);
}

#[test]
fn reads_a_file_by_itself() {
    let profiles = Profiles::read(&files().join("usual.json")).unwrap().unwrap();
    assert_eq!(profiles.current(), Some("a-admin"));
    assert!(profiles.names().any(|name| name == "chain-2"));
    assert!(!format!("{profiles:?}").contains("s3cr3t"));
    assert!(Profiles::read(&files().join("none.json")).unwrap().is_none());
    assert!(told(Profiles::read(&files())).starts_with("credential.file-unreadable"));
}

#[test]
fn refuses_a_file_without_end() {
    let bed = Bed::with_profiles(&vec![b' '; 1024 * 1024 + 1]);
    assert!(told(bed.chain().named("a")).starts_with("credential.file-oversized"));
}

#[test]
fn foreign_code_and_addresses_need_leave() {
    let both = ["ext", "uri"];
    let mut bed = bed("usual.json");
    bed.allowance = crate::Allowance::default();
    let tell = |bed: &Bed| both.map(|name| told(bed.chain().named(name)));
    assert_eq!(
        tell(&bed),
        [
            "credential.process-forbidden: profile `ext` runs a program to get keys: your configuration does not allow it",
            "credential.uri-forbidden: profile `uri` fetches keys from a URI: your configuration does not allow it",
        ]
    );
    // The settings that the hints name are those of `host.toml`; `docs/host-toml.md` has them.
    for (name, setting) in [("ext", "`allow-process = true`"), ("uri", "`allow-uri = true`")] {
        let hint = bed.chain().named(name).unwrap_err().hint().unwrap();
        assert!(hint.contains(setting) && hint.contains("`[credentials]`"), "{hint}");
    }
    bed.allowance = crate::Allowance { process: true, uri: true };
    for value in ["1", "true", "TRUE"] {
        bed.variables.clear();
        bed.set("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", value);
        for text in tell(&bed) {
            assert!(
                text.ends_with("`ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` forbids it"),
                "{text}"
            );
        }
    }
}

#[test]
fn sections_of_the_sdks_work_too() {
    let bed = Bed::new();
    let text = "# keys\n[default]\ntype = access_key\naccess_key_id = LTAI5tI\naccess_key_secret = s3cr3t=x\n\
        [role]\ntype=ram_role_arn\naccess_key_id=LTAI5tI\naccess_key_secret=s3cr3t\nrole_arn=acs:ram::1000000000000001:role/arms\nrole_session_name=me\npolicy={}\n\
        ; off\n[off]\nenable = false\ntype=access_key\naccess_key_id=LTAI5tI\naccess_key_secret=s3cr3t\n\
        [ecs]\ntype = ecs_ram_role\nrole_name = ops\n\
        [session]\ntype = access_key\naccess_key_id=STS.I\naccess_key_secret=s3cr3t\nsecurity_token=s3cr3t\n\
        [rsa]\ntype = rsa_key_pair\npublic_key_id=k\nprivate_key_file=/x\n";
    bed.write(".alibabacloud/credentials", text.as_bytes());
    for (section, wanted) in [
        ("default", "key LTAI5tI"),
        ("role", "acs:ram::1000000000000001:role/arms with key LTAI5tI"),
        ("ecs", "instance role ops"),
        ("session", "session key STS.I"),
    ] {
        assert_eq!(bed.chain().named(section).unwrap().source().to_string(), wanted);
    }
    assert!(told(bed.chain().named("off")).starts_with("credential.profile-unknown"));
    assert_eq!(
        told(bed.chain().named("rsa")),
        "credential.mode-unsupported: section `rsa` has mode `rsa_key_pair`, which is not supported"
    );
}

#[test]
fn a_broken_section_is_named_by_its_line() {
    for (text, line, field) in [
        ("[default\n", 1, "?"),
        ("access_key_id = x\n", 1, "?"),
        ("[default]\n\ns3cr3t\n", 3, "?"),
        ("[a]\naccess_key_secret=s3cr3t\naccess_key_secret=s3cr3t\n", 3, "access_key_secret"),
    ] {
        let bed = Bed::new();
        let path = bed.write(".alibabacloud/credentials.ini", text.as_bytes());
        let wanted = format!(
            "credential.file-invalid: `{}` is wrong at line {line}, column 1, at `{field}`",
            path.display()
        );
        assert_eq!(told(bed.chain().named("default")), wanted);
    }
    let bed = Bed::new();
    bed.write(".alibabacloud/credentials", b"[a]\n[a]\n");
    assert!(told(bed.chain().named("a")).starts_with("credential.profile-repeated"));
}
