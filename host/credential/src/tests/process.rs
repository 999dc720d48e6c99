//! Programs of the user's.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use host_client::KeySource;

use super::bed::{Bed, refused};

const SESSION: &str = r#"{"mode":"StsToken","access_key_id":"STS.P","access_key_secret":"s3cr3t","sts_token":"s3cr3t-t","expiration":"2026-07-19T01:00:00Z"}"#;

/// A profile whose program is this script.
fn bed(script: &str) -> Bed {
    let mut bed = Bed::new();
    let path = bed.write("keys.sh", format!("#!/bin/sh\n{script}\n").as_bytes());
    fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
    bed.set("PATH", "/usr/bin:/bin");
    with_command(bed, &format!("{}  one two", path.display()))
}

fn with_command(bed: Bed, command: &str) -> Bed {
    let text = format!(
        r#"{{"profiles": [{{"name": "ext", "mode": "External", "process_command": "{command}"}}]}}"#
    );
    bed.write(".aliyun/config.json", text.as_bytes());
    bed
}

#[tokio::test]
async fn takes_the_keys_that_a_program_prints() {
    let bed = bed(&format!("echo '{SESSION}'; echo run >> runs"));
    let credential = bed.chain().named("ext").unwrap();
    assert_eq!(credential.key().await.unwrap().id(), "STS.P");
    bed.clock.advance(3600 - 180 - 1);
    credential.key().await.unwrap();
    // It ran once, and in the home folder.
    assert_eq!(fs::read_to_string(bed.home.path().join("runs")).unwrap(), "run\n");

    let bed =
        self::bed(r#"echo '{"mode":"AK","access_key_id":"LTAI5tP","access_key_secret":"s3cr3t"}'"#);
    let key = bed.chain().named("ext").unwrap().key().await.unwrap();
    assert_eq!((key.id(), key.security_token().is_none()), ("LTAI5tP", true));
}

#[tokio::test]
async fn a_program_sees_arguments_and_no_secret() {
    let mut bed = bed(&format!("echo \"$#:$1:$2\" > seen; env >> seen; echo '{SESSION}'"));
    for name in ["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN", "MY_TOKEN"] {
        bed.set(name, "s3cr3t");
    }
    bed.chain().named("ext").unwrap().key().await.unwrap();
    let seen = fs::read_to_string(bed.home.path().join("seen")).unwrap();
    assert!(seen.starts_with("2:one:two\n"), "{seen}");
    assert!(seen.contains("PATH=/usr/bin:/bin"), "{seen}");
    assert!(!seen.contains("s3cr3t") && !seen.contains("ALIBABA"), "{seen}");
    // Nor anything of this very process.
    assert!(!seen.contains("CARGO"), "{seen}");
}

#[tokio::test]
async fn what_a_program_prints_is_never_quoted() {
    for (script, wanted) in [
        ("echo s3cr3t", "what it printed is no JSON"),
        ("echo s3cr3t >&2; exit 3", "it failed"),
        ("kill -9 $$", "it failed"),
        ("echo '{\"mode\":\"AK\",\"access_key_id\":\"s3cr3t\"}'", "a part of the key is missing"),
        (
            "echo '{\"mode\":\"s3cr3t\",\"access_key_id\":\"i\",\"access_key_secret\":\"s3cr3t\"}'",
            "`mode` is neither `AK` nor `StsToken`",
        ),
        (
            "echo '{\"mode\":\"StsToken\",\"access_key_id\":\"i\",\"access_key_secret\":\"s3cr3t\"}'",
            "`sts_token` is missing",
        ),
        (
            "echo '{\"mode\":\"AK\",\"access_key_id\":\"i\",\"access_key_secret\":\"k\",\"expiration\":\"s3cr3t\"}'",
            "`expiration` is no time",
        ),
        ("while echo s3cr3t-s3cr3t-s3cr3t-s3cr3t; do :; done", "it printed too much"),
    ] {
        let error = refused(bed(script).chain().named("ext").unwrap().key().await);
        assert_eq!(error.code, "credential.process-failed");
        assert!(error.message.ends_with(wanted), "{script}: {error}");
    }
}

#[tokio::test]
async fn refuses_a_program_of_the_working_directory() {
    for (command, wanted) in [
        ("./s3cr3t.sh", "its command has a relative path"),
        ("s3cr3t/keys.sh", "its command has a relative path"),
        ("/no/such/s3cr3t", "it cannot be started (entity not found)"),
    ] {
        let bed = with_command(Bed::new(), command);
        let error = refused(bed.chain().named("ext").unwrap().key().await);
        assert!(error.message.ends_with(wanted), "{error}");
    }
}
