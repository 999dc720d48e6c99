//! What goes wrong goes wrong as the scenario says.

use std::time::Duration;

use host_model::{HttpRequest, Problem as _};
use host_policy::{HostPurpose, Permit};
use host_ports::Clock as _;
use host_simulator::{Answer, InProcess};
use host_wire::{Transport as _, TransportError};

use crate::stage::{Stage, read};

fn stage(fields: &str) -> Stage {
    Stage::crowded_with(&format!("[[fault]]\n{fields}\n"))
}

fn send(stage: &Stage, request: HttpRequest) -> Result<u16, TransportError> {
    let way = InProcess::new(stage.simulator.clone()).with_reply_limit(1024 * 1024);
    let attempt = Permit::for_host(HostPurpose::Identify).attempt();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(way.send(attempt, request)).map(|reply| reply.status)
}

fn user(stage: &Stage) -> HttpRequest {
    stage.request(&stage.operator(), "ram:CreateUser", &[("UserName", "new")])
}

fn made(stage: &Stage) -> bool {
    stage.ask(&stage.operator(), "ram:GetUser", &[("UserName", "new")]).0 == 200
}

#[test]
fn every_kind_of_fault_has_its_effect() {
    let cases = [
        ("kind = \"throttle\"", Ok((400, "Throttling.User")), false),
        ("kind = \"unavailable\"", Ok((503, "ServiceUnavailable")), false),
        ("kind = \"error\"\ncode = \"Forbidden.RAM\"", Ok((403, "Forbidden.RAM")), false),
        ("kind = \"error\"\ncode = \"Odd\"\nstatus = 418", Ok((418, "Odd")), false),
        ("kind = \"drop-request\"", Err("net.endpoint-unreachable"), false),
        ("kind = \"drop-reply\"", Err("net.reply-lost"), true),
        ("kind = \"huge\"", Err("net.reply-too-large"), true),
        ("kind = \"non-json\"", Ok((502, "")), true),
    ];
    for (kind, expected, effect) in cases {
        let fields = format!("on = \"ram:CreateUser\"\n{kind}");
        let (one, two) = (stage(&fields), stage(&fields));
        let sent = send(&one, user(&one)).map_err(|error| error.code());
        let expected_sent = expected.map(|(status, _)| status);
        assert_eq!(sent, expected_sent, "{kind}");
        assert_eq!(made(&one), effect, "{kind}");
        if let Ok((status, code)) = expected {
            let (found, body) = read(&two.simulator.answer(&user(&two)));
            assert_eq!((found, body["Code"].as_str().unwrap_or_default()), (status, code));
        }
    }
}

#[test]
fn a_throttled_caller_is_told_when_to_come_back() {
    let stage = stage("on = \"ram:*\"\nkind = \"throttle\"\nretry_after = 1500\ncount = 1");
    let Answer::Reply { reply, .. } = stage.simulator.respond(&user(&stage)) else {
        panic!("a reply was expected")
    };
    assert_eq!(reply.header("x-acs-retry-after"), Some("1500"));
    assert_eq!(send(&stage, user(&stage)), Ok(200));
}

#[test]
fn a_slow_reply_takes_its_time() {
    let stage = stage("on = \"ram:*\"\nkind = \"slow\"\nseconds = 20");
    let before = stage.clock.now();
    assert_eq!(send(&stage, user(&stage)), Ok(200));
    assert_eq!(stage.clock.now().since(before), Duration::from_secs(20));
}

#[test]
fn a_wrong_clock_refuses_right_requests_and_shows_itself() {
    let stage = stage("on = \"ram:*\"\nkind = \"wrong-clock\"\nseconds = 3600");
    let reply = stage.simulator.answer(&user(&stage));
    assert_eq!(read(&reply).1["Code"], "InvalidTimeStamp.Expired");
    assert_eq!(reply.header("date"), Some("Mon, 05 Jan 2026 10:00:00 GMT"));
}

#[test]
fn refusals_come_before_those_of_a_fault() {
    let stage = stage("on = \"ram:*\"\nkind = \"throttle\"");
    let nobody = stage.key("source", "nobody");
    assert_eq!(stage.refused(&nobody, "ram:ListUsers", &[]), "NoPermission");
}
