//! What `look` finds, and what it never shows.

use crate::machine::{Machine, SHELLS};
use crate::{ORDERS, Wish};

/// The line about a service.
fn line(out: &str, service: &str) -> String {
    let start = format!("service={service} ");
    let found = out.lines().find(|line| line.starts_with(&start));
    found.unwrap_or_default().trim_start_matches(&*start).to_owned()
}

const FRESH: &str = "app=none account=none region=none live=no";

#[test]
fn a_machine_is_described() {
    for shell in SHELLS {
        let machine = Machine::new(shell);
        machine.offer("the agent");
        machine.service("orders", Some(41));
        machine.service("carts", None);
        machine.process(42, "java", "/user.slice/user-1000.slice/user@1000.service/app.service");
        machine.process(43, "nginx", "/system.slice/nginx.service");
        let ran = machine.look("java", "carts,gone.service");
        assert_eq!((ran.code, &*ran.err), (0, ""), "{ran:?}");
        for fact in [
            "memory-mb=8192",
            "memory-available-mb=4096",
            "network=internal",
            "systemd=yes",
            "java=yes",
            "unzip=yes",
            "agent=none",
            "loose=1",
        ] {
            assert!(ran.out.lines().any(|line| line == fact), "{fact} {}", ran.out);
        }
        let running = "state=running runtime=java javaagent=no tool-options=no";
        assert_eq!(line(&ran.out, "orders"), format!("{running} {FRESH}"));
        let stopped = "state=stopped runtime=other javaagent=no tool-options=no";
        assert_eq!(line(&ran.out, "carts"), format!("{stopped} {FRESH}"));
        assert!(line(&ran.out, "gone").starts_with("state=missing"));
        assert!(line(&ran.out, "app").is_empty() && line(&ran.out, "nginx").is_empty());
    }
}

#[test]
fn a_second_look_sees_what_was_installed() {
    for shell in SHELLS {
        let machine = Machine::new(shell);
        machine.offer("the agent");
        machine.service("orders", Some(41));
        machine.install(ORDERS);
        let set = "app=shop account=1000000000000001 region=cn-hangzhou";
        let out = machine.look("java", "none").out;
        assert!(out.contains("\nagent=4.2.1\n"), "{out}");
        let found = line(&out, "orders");
        assert!(found.ends_with(&format!("javaagent=no tool-options=no {set} live=no")), "{found}");
        machine.install(Wish { restart: "yes", ..ORDERS });
        let found = line(&machine.look("java", "none").out, "orders");
        assert!(
            found.ends_with(&format!("javaagent=no tool-options=no {set} live=yes")),
            "{found}"
        );
        // The set-up was written again since the process began.
        machine.write("etc/host-agents/orders.env", "JAVA_TOOL_OPTIONS=\"-Dother=1\"\n");
        let found = line(&machine.look("java", "none").out, "orders");
        assert!(found.ends_with("live=no"), "{found}");
    }
}

#[test]
fn agents_and_options_of_others_are_seen_and_not_shown() {
    let secret = "tops3cret";
    let cases: [(&str, String, &str); 6] = [
        (
            "proc/41/cmdline",
            format!("java\0-javaagent:/x/{secret}.jar\0"),
            "javaagent=yes tool-options=no",
        ),
        (
            "proc/41/environ",
            format!("JAVA_TOOL_OPTIONS=-javaagent:/x/a.jar={secret}\0"),
            "javaagent=yes tool-options=yes",
        ),
        (
            "proc/41/environ",
            format!("JAVA_TOOL_OPTIONS=-D{secret}=1\0"),
            "javaagent=no tool-options=yes",
        ),
        (
            "proc/41/environ",
            format!("CATALINA_OPTS=-D{secret} -javaagent:/a.jar\0"),
            "javaagent=yes",
        ),
        (
            "units/orders.service/Environment",
            format!("JAVA_TOOL_OPTIONS=-D{secret}"),
            "javaagent=no tool-options=yes",
        ),
        (
            "units/orders.service/ExecStart",
            format!("{{ path=/usr/bin/java ; argv[]=/usr/bin/java -javaagent:/{secret}.jar ; }}"),
            "javaagent=yes tool-options=no",
        ),
    ];
    for shell in SHELLS {
        for (file, text, facts) in &cases {
            let machine = Machine::new(shell);
            machine.service("orders", Some(41));
            machine.write(file, text);
            let ran = machine.look("java", "none");
            assert!(line(&ran.out, "orders").contains(facts), "{file} {ran:?}");
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
        }
        let machine = Machine::new(shell);
        machine.service("orders", None);
        let file = machine.path("defaults").display().to_string();
        machine.write("defaults", format!("export JAVA_TOOL_OPTIONS=-D{secret}\n"));
        let drop_in = "etc/systemd/system/orders.service.d/10-own.conf";
        machine.write(drop_in, format!("[Service]\nEnvironmentFile=-{file}\n"));
        let ran = machine.look("java", "orders");
        assert!(line(&ran.out, "orders").contains("tool-options=yes"), "{ran:?}");
    }
}

#[test]
fn it_changes_nothing() {
    for shell in SHELLS {
        let machine = Machine::new(shell);
        machine.service("orders", Some(41));
        let before = machine.snapshot();
        for agent in ["java", "python", "go"] {
            assert_eq!(machine.look(agent, "orders").code, 0);
        }
        assert_eq!(machine.snapshot(), before);
        assert!(machine.look("java", "none").out.contains("network=none"));
    }
}
