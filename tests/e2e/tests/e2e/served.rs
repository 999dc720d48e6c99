//! `host simulate`: the offline cloud as a server.

use host_e2e::{Home, Server};
use serde_json::Value as Json;

#[test]
fn it_says_where_it_listens_and_ends_when_it_is_told_to() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    assert!(server.address.starts_with("127.0.0.1:"), "{}", server.address);
    assert_eq!(server.listening["version"], 1);
    std::net::TcpStream::connect(&server.address).unwrap();
    let (exit, rest) = server.terminate();
    assert_eq!(exit, Some(0), "{rest}");
}

#[test]
fn it_ends_even_while_somebody_is_connected() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    let idle = std::net::TcpStream::connect(&server.address).unwrap();
    let (exit, rest) = server.terminate();
    assert_eq!(exit, Some(0), "{rest}");
    drop(idle);
}

#[test]
fn it_writes_profiles_for_the_official_tools_and_overwrites_none() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let path = home.path("config.json");
    let text = path.display().to_string();
    let server = Server::start(&home, &["--write-config", &text]);
    let config: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let profiles = config["profiles"].as_array().unwrap();
    let names: Vec<&str> = profiles.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["monitoring", "source"]);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(server);
    let seen = home.host(&["simulate", "--listen", "127.0.0.1:0", "--write-config", &text]);
    let seen = seen.exits(2);
    assert!(seen.hint().contains("never overwritten"), "{seen}");
}

#[test]
fn it_listens_on_loopback_only_and_on_free_ports_only() {
    let home = Home::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.168.0.1:0"] {
        let seen = home.host(&["simulate", "--listen", address]).exits(2);
        assert!(seen.stderr.contains("loopback"), "{seen}");
    }
    let server = Server::start(&home, &[]);
    let seen = home.host(&["simulate", "--listen", &server.address]).exits(2);
    assert!(seen.hint().contains("127.0.0.1:0"), "{seen}");
}
