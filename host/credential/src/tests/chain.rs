//! Without a name: the official order. With one: that profile and no other.

use super::bed::{Bed, serve, told};

const PROFILES: &[u8] = br#"{"current": "mine", "profiles": [
    {"name": "mine", "mode": "AK", "access_key_id": "LTAI5tFile", "access_key_secret": "s3cr3t"},
    {"name": "other", "mode": "AK", "access_key_id": "LTAI5tOther", "access_key_secret": "s3cr3t"},
    {"name": "half", "mode": "AK", "access_key_id": "LTAI5tHalf"}]}"#;
const SECTIONS: &[u8] =
    b"[default]\ntype=access_key\naccess_key_id=LTAI5tIni\naccess_key_secret=s3cr3t\n\
    [only-ini]\ntype=access_key\naccess_key_id=LTAI5tOnly\naccess_key_secret=s3cr3t\n";
const KEY: [(&str, &str); 2] =
    [("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tEnv"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t")];
const OIDC: [(&str, &str); 3] = [
    ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1000000000000001:role/pod"),
    ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1000000000000001:oidc-provider/k8s"),
    ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/var/run/token"),
];

/// Profiles, variables, the error's code.
type Case = (&'static [u8], &'static [(&'static str, &'static str)], &'static str);

fn full() -> Bed {
    let mut bed = Bed::with_profiles(PROFILES);
    bed.write(".alibabacloud/credentials", SECTIONS);
    set(&mut bed, &[("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:1/s3cr3t")]);
    bed
}

fn set(bed: &mut Bed, variables: &[(&str, &str)]) {
    for (name, value) in variables {
        bed.set(name, value);
    }
}

async fn found(bed: &Bed) -> String {
    bed.chain().unnamed().await.unwrap().source().to_string()
}

#[tokio::test]
async fn takes_the_first_place_that_is_filled() {
    let mut bed = full();
    set(&mut bed, &KEY);
    set(&mut bed, &OIDC);
    assert_eq!(found(&bed).await, "key LTAI5tEnv");
    set(&mut bed, &[("ALIBABA_CLOUD_SECURITY_TOKEN", "s3cr3t")]);
    assert_eq!(found(&bed).await, "session key LTAI5tEnv");

    let mut bed = full();
    set(&mut bed, &OIDC);
    assert_eq!(found(&bed).await, "acs:ram::1000000000000001:role/pod with a web identity");

    let mut bed = full();
    assert_eq!(found(&bed).await, "key LTAI5tFile");
    set(&mut bed, &[("ALIBABA_CLOUD_PROFILE", "other")]);
    assert_eq!(found(&bed).await, "key LTAI5tOther");
    bed.variables.clear();
    set(&mut bed, &[("ALIBABA_CLOUD_PROFILE", "only-ini")]);
    assert_eq!(found(&bed).await, "key LTAI5tOnly");

    for switch in ["ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "ALIBABA_CLOUD_IGNORE_PROFILE"] {
        let mut bed = full();
        set(&mut bed, &[(switch, "TRUE")]);
        assert_eq!(found(&bed).await, "key LTAI5tIni");
    }
}

/// The command line's other names for the same things: variables, what is found.
#[tokio::test]
async fn variables_have_other_names_in_the_order_of_the_command_line() {
    const A: &str = "ALIBABA_CLOUD_";
    const B: &str = "ALIBABACLOUD_";
    const C: &str = "ALICLOUD_";
    let key = |prefix: &str, id: &str| {
        [("ACCESS_KEY_ID", id), ("ACCESS_KEY_SECRET", "s3cr3t")]
            .map(|(name, value)| (format!("{prefix}{name}"), value.to_owned()))
    };
    let one = |name: String, value: &str| vec![(name, value.to_owned())];
    let keys = |pairs: &[(&str, &str)]| {
        pairs.iter().flat_map(|(prefix, id)| key(prefix, id)).collect::<Vec<_>>()
    };
    let with = |mut variables: Vec<_>, name: String, value: &str| {
        variables.push((name, value.to_owned()));
        variables
    };
    let half = one(format!("{C}ACCESS_KEY_SECRET"), "s3cr3t");
    let cases = [
        (keys(&[("", "LTAI4"), (C, "LTAI3"), (B, "LTAI2"), (A, "LTAI1")]), "key LTAI1"),
        (keys(&[("", "LTAI4"), (C, "LTAI3"), (B, "LTAI2")]), "key LTAI2"),
        (keys(&[("", "LTAI4"), (C, "LTAI3")]), "key LTAI3"),
        (keys(&[("", "LTAI4")]), "key LTAI4"),
        // A token belongs to the key of its own name.
        (with(keys(&[(C, "STS.3")]), format!("{C}SECURITY_TOKEN"), "s3cr3t"), "session key STS.3"),
        (with(keys(&[(C, "LTAI3")]), "SECURITY_TOKEN".to_owned(), "s3cr3t"), "key LTAI3"),
        // Half of a bare name is another tool's.
        (one("ACCESS_KEY_ID".to_owned(), "AKIA"), "key LTAI5tFile"),
        (half, "credential.environment-partial: `ALICLOUD_ACCESS_KEY_SECRET` is set"),
        (one(format!("{C}PROFILE"), "other"), "key LTAI5tOther"),
        (
            with(one(format!("{C}PROFILE"), "mine"), format!("{B}PROFILE"), "other"),
            "key LTAI5tOther",
        ),
        (
            with(one(format!("{A}PROFILE"), "mine"), format!("{B}PROFILE"), "other"),
            "key LTAI5tOther",
        ),
        (one(format!("{B}IGNORE_PROFILE"), "TRUE"), "key LTAI5tIni"),
    ];
    for (variables, expected) in cases {
        let mut bed = full();
        for (name, value) in &variables {
            bed.set(name, value);
        }
        let found = match bed.chain().unnamed().await {
            Ok(credential) => credential.source().to_string(),
            Err(error) => told(Err::<(), _>(error)),
        };
        assert!(found.starts_with(expected), "{variables:?}: {found}");
    }
    let mut bed = full();
    for (name, value) in OIDC {
        bed.set(&name.replace(A, B), value);
    }
    bed.set("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1000000000000001:role/second");
    assert_eq!(found(&bed).await, "acs:ram::1000000000000001:role/pod with a web identity");
}

#[tokio::test]
async fn a_region_comes_from_the_variables_where_nobody_named_a_profile() {
    let mut bed = full();
    set(&mut bed, &[("REGION_ID", "cn-four"), ("ALICLOUD_REGION_ID", "cn-three")]);
    let region = |credential: &crate::Credential| credential.region().map(ToString::to_string);
    assert_eq!(region(&bed.chain().unnamed().await.unwrap()).as_deref(), Some("cn-three"));
    assert_eq!(region(&bed.chain().named("mine").unwrap()), None);
    set(&mut bed, &[("ALIBABA_CLOUD_REGION_ID", "s3cr3t/")]);
    let told = told(bed.chain().unnamed().await);
    assert!(told.starts_with("credential.field-invalid: `ALIBABA_CLOUD_REGION_ID`"), "{told}");
}

#[tokio::test]
async fn ends_with_the_instance_and_then_the_uri() {
    const ANSWERS: &[(&str, u16, &str)] = &[
        ("PUT /latest/api/token ", 200, "tok"),
        ("GET /latest/meta-data/ram/security-credentials/ ", 200, "ops"),
        (
            "GET /latest/meta-data/ram/security-credentials/ops ",
            200,
            r#"{"Code":"Success","AccessKeyId":"STS.I","AccessKeySecret":"s3cr3t","SecurityToken":"s3cr3t","Expiration":"2026-07-19T06:00:00Z"}"#,
        ),
    ];
    let mut bed = Bed::new();
    set(&mut bed, &[("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:1/s3cr3t")]);
    assert_eq!(found(&bed).await, "a credential URI");
    let (metadata, asked) = serve(ANSWERS);
    bed.metadata = metadata;
    assert_eq!(found(&bed).await, "the instance's role");
    let count = asked.lock().unwrap().len();
    set(&mut bed, &[("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")]);
    assert_eq!(found(&bed).await, "a credential URI");
    assert_eq!(asked.lock().unwrap().len(), count);
    bed.allowance.uri = false;
    let told = told(bed.chain().unnamed().await);
    assert!(
        told.starts_with("credential.uri-forbidden: `ALIBABA_CLOUD_CREDENTIALS_URI`"),
        "{told}"
    );
    bed.variables.clear();
    set(&mut bed, &[("ALIBABA_CLOUD_ECS_METADATA", "named")]);
    assert_eq!(found(&bed).await, "instance role named");
}

#[tokio::test]
async fn says_where_it_looked() {
    use host_model::Problem;
    let bed = Bed::new();
    let error = bed.chain().unnamed().await.unwrap_err();
    assert_eq!(error.code(), "credential.none-found");
    let hint = error.hint().unwrap();
    for place in ["ALIBABA_CLOUD_ACCESS_KEY_ID", "config.json", "credentials", "ECS instance"] {
        assert!(hint.contains(place), "{hint}");
    }
}

#[tokio::test]
async fn a_place_that_is_broken_ends_the_search() {
    // Going on would act as somebody else.
    const GONE: &[u8] = br#"{"current": "gone", "profiles": []}"#;
    let cases: [Case; 9] = [
        (PROFILES, &KEY[..1], "credential.environment-partial"),
        (PROFILES, &KEY[1..], "credential.environment-partial"),
        (PROFILES, &OIDC[1..], "credential.environment-partial"),
        (PROFILES, &OIDC[..2], "credential.environment-partial"),
        (PROFILES, &[("ALIBABA_CLOUD_PROFILE", "half")], "credential.field-missing"),
        (PROFILES, &[("ALIBABA_CLOUD_PROFILE", "nobody")], "credential.profile-unknown"),
        (GONE, &[], "credential.profile-unknown"),
        (b"s3cr3t", &[], "credential.file-invalid"),
        (PROFILES, &[("ALIBABA_CLOUD_CONFIG_FILE", "s3cr3t.json")], "credential.path-relative"),
    ];
    for (profiles, variables, wanted) in cases {
        let mut bed = Bed::with_profiles(profiles);
        bed.write(".alibabacloud/credentials", SECTIONS);
        set(&mut bed, variables);
        let told = told(bed.chain().unnamed().await);
        assert!(told.starts_with(wanted), "{wanted}: {told}");
    }
}

#[tokio::test]
async fn no_variable_replaces_a_named_profile() {
    let mut bed = full();
    set(&mut bed, &KEY);
    set(&mut bed, &OIDC);
    for (name, value) in [
        ("ALIBABA_CLOUD_PROFILE", "mine"),
        ("ALIBABACLOUD_PROFILE", "mine"),
        ("ALICLOUD_ACCESS_KEY_ID", "LTAI5tAlias"),
        ("ALICLOUD_ACCESS_KEY_SECRET", "s3cr3t"),
        ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
        ("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE"),
        ("ALIBABA_CLOUD_ECS_METADATA", "ops"),
    ] {
        bed.set(name, value);
    }
    let named = |name: &str| bed.chain().named(name).map(|found| found.source().to_string());
    assert_eq!(named("other").unwrap(), "key LTAI5tOther");
    assert_eq!(named("only-ini").unwrap(), "key LTAI5tOnly");
    assert!(told(named("half")).starts_with("credential.field-missing"));
    assert!(told(named("nobody")).starts_with("credential.profile-unknown"));
}

#[tokio::test]
async fn files_may_be_elsewhere() {
    let mut bed = Bed::new();
    let path = bed.write("elsewhere/profiles.json", PROFILES);
    bed.set("ALIBABA_CLOUD_CONFIG_FILE", path.to_str().unwrap());
    assert_eq!(found(&bed).await, "key LTAI5tFile");
    let mut bed = Bed::new();
    let path = bed.write("elsewhere/keys", SECTIONS);
    bed.set("ALIBABA_CLOUD_CREDENTIALS_FILE", path.to_str().unwrap());
    assert_eq!(found(&bed).await, "key LTAI5tIni");
}
