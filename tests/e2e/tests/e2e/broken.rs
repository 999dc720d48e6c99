//! A cloud that cannot be reached, or is unwell: each way ends with a sentence, soon.

use host_e2e::{Behavior, BrokenCloud, Home, Seen, delegate};

const CONFIG: &str = "[http]\nconnect-seconds = 1\nread-seconds = 1\ntotal-seconds = 2\n";

fn run(address: &str) -> Seen {
    let home = Home::new().with_config(CONFIG);
    home.write_profiles(
        r#"{"current": "a", "profiles": [
            {"name": "a", "mode": "AK", "access_key_id": "LTAI5tFakeUnreachable00001",
             "access_key_secret": "FakeUnreachableSecret00000001", "region_id": "cn-hangzhou"}]}"#,
    );
    let workflow = delegate().display().to_string();
    let endpoint = format!("http://{address}");
    let seen = home.host(&[
        "run",
        &workflow,
        "--endpoint",
        &endpoint,
        "--account",
        "monitoring=a",
        "--account",
        "source=a",
    ]);
    for secret in ["FakeUnreachableSecret00000001", "Signature="] {
        assert!(!seen.both().contains(secret), "{seen}");
    }
    let raw = seen.both().chars().find(|it| it.is_control() && *it != '\n');
    assert_eq!(raw, None, "{seen:?}");
    seen
}

/// It ends as a failure of the cloud's, with a code and a sentence.
#[track_caller]
fn fails(seen: &Seen) {
    assert_eq!(seen.exit, Some(1), "{seen}");
    assert!(seen.stderr.contains("error["), "{seen}");
    assert!(!seen.stderr.contains("panicked"), "{seen}");
}

#[test]
fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let seen = run(&address);
    fails(&seen);
    assert!(seen.stderr.contains("127.0.0.1") || seen.stderr.contains("refused"), "{seen}");
}

#[test]
fn it_never_answers() {
    let cloud = BrokenCloud::start(Behavior::Silent);
    let seen = run(&cloud.address);
    fails(&seen);
    assert!(cloud.requests() > 0);
}

#[test]
fn it_hangs_up() {
    fails(&run(&BrokenCloud::start(Behavior::Closes).address));
}

#[test]
fn it_speaks_no_http() {
    fails(&run(&BrokenCloud::start(Behavior::Noise).address));
}

#[test]
fn a_page_of_a_proxy_comes_instead() {
    fails(&run(&BrokenCloud::start(Behavior::Page).address));
}

#[test]
fn a_reply_of_100_megabytes_is_not_read_to_its_end() {
    fails(&run(&BrokenCloud::start(Behavior::Huge).address));
}

#[test]
fn it_sends_the_client_elsewhere() {
    let cloud = BrokenCloud::start(Behavior::Redirects);
    fails(&run(&cloud.address));
}

#[test]
fn an_error_with_escapes_in_it_is_quoted() {
    let seen = run(&BrokenCloud::start(Behavior::Escapes).address);
    fails(&seen);
    let forged = seen.stderr.lines().any(|line| line.starts_with("error[x]"));
    assert!(!forged, "{seen}");
}
