//! That an uninstallation leaves the machine as it was, byte for byte.

use crate::machine::{Machine, SHELLS};
use crate::{JAR, ORDERS, Wish};

fn machine(shell: &'static str) -> Machine {
    let machine = Machine::new(shell);
    machine.offer("the agent");
    machine.service("orders", Some(41));
    machine.service("carts", None);
    // The unit has a drop-in of its own; that of the other has to be made.
    machine.write("etc/systemd/system/carts.service.d/10-own.conf", "[Service]\nNice=5\n");
    machine.write("opt/other/file", "stays");
    machine
}

#[test]
fn everything_is_as_it_was() {
    for shell in SHELLS {
        let machine = machine(shell);
        let before = machine.contents();
        machine.install(Wish { restart: "yes", ..ORDERS });
        machine.install(Wish { service: "carts", app: "carts", ..ORDERS });
        let ran = machine.uninstall("java", "all", "yes");
        let said = "service-restored\nservice-restored\nservice-restarted\nagent-removed\n";
        assert_eq!((ran.code, &*ran.out), (0, said), "{ran:?}");
        assert_eq!(machine.contents(), before);
        assert!(!machine.read("proc/41/environ").contains("javaagent"));
        let again = machine.uninstall("java", "all", "yes");
        assert_eq!(again.out, "agent-absent\n");
        assert_eq!(machine.count("systemctl <restart> <orders.service>"), 2);
    }
}

#[test]
fn folders_that_were_made_go_again() {
    for shell in SHELLS {
        let machine = machine(shell);
        let before = machine.contents();
        let dir = machine.path("opt/deep/er").display().to_string();
        let fetch = [
            ("agent", "java"),
            ("region", "cn-hangzhou"),
            ("version", "4.2.1"),
            ("network", "internal"),
            ("dir", &dir),
        ];
        let fetched = machine.run(crate::FETCH, &fetch);
        let sha256 = crate::digest(&fetched);
        let install = [
            ("agent", "java"),
            ("license_key", crate::KEY),
            ("account", crate::ACCOUNT),
            ("region", "cn-hangzhou"),
            ("version", "4.2.1"),
            ("dir", &dir),
            ("sha256", &sha256),
            ("service", "orders"),
            ("app_name", "shop"),
            ("restart", "no"),
        ];
        assert_eq!(machine.run(crate::INSTALL, &install).code, 0);
        let uninstall = [("agent", "java"), ("dir", &*dir), ("services", "all"), ("restart", "no")];
        assert_eq!(
            machine.run(crate::UNINSTALL, &uninstall).out,
            "service-restored\nagent-removed\n"
        );
        assert_eq!(machine.contents(), before);
    }
}

#[test]
fn files_that_a_process_has_loaded_stay_until_it_ends() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(Wish { restart: "yes", ..ORDERS });
        let ran = machine.uninstall("java", "all", "no");
        assert!(ran.out.starts_with("service-restored\nagent-in-use\nstays: "), "{ran:?}");
        assert!(machine.has(JAR));
        machine.write("proc/41/environ", "PATH=/usr/bin\0");
        assert_eq!(machine.uninstall("java", "all", "no").out, "agent-removed\n");
        assert!(!machine.has("opt/AliyunJavaAgent"));
    }
}

#[test]
fn only_the_named_service_is_restored() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(ORDERS);
        machine.install(Wish { service: "carts", app: "carts", ..ORDERS });
        let ran = machine.uninstall("java", "orders", "no");
        assert_eq!(ran.out, "service-restored\nagent-in-use\n", "{ran:?}");
        assert!(!machine.has("etc/host-agents/orders.env"));
        assert!(machine.has("etc/host-agents/carts.env") && machine.has(JAR));
    }
}

#[test]
fn a_package_that_was_never_installed_goes_too() {
    for shell in SHELLS {
        let machine = machine(shell);
        let before = machine.contents();
        machine.fetch(ORDERS);
        assert_eq!(machine.uninstall("java", "all", "no").out, "agent-absent\n");
        assert_eq!(machine.contents(), before);
    }
}
