//! What an installation leaves, and that a second one leaves it alone.

use crate::machine::{KEY, Machine, SHELLS};
use crate::{JAR, ORDERS, Wish};

const ENV: &str = "etc/host-agents/orders.env";
const DROP_IN: &str = "etc/systemd/system/orders.service.d/50-host-agents.conf";

fn machine(shell: &'static str) -> Machine {
    let machine = Machine::new(shell);
    machine.offer("the agent");
    machine.service("orders", Some(41));
    machine
}

#[test]
fn a_service_starts_with_the_agent_from_its_next_start_on() {
    for shell in SHELLS {
        let machine = machine(shell);
        let ran = machine.install(ORDERS);
        assert_eq!((ran.code, &*ran.out), (0, "agent-installed\nservice-configured\n"), "{ran:?}");
        assert_eq!(machine.read(JAR), "the agent");
        let jar = machine.path(JAR);
        let options = format!(
            "JAVA_TOOL_OPTIONS=\"-javaagent:{} -Darms.licenseKey={KEY} -Darms.appName=shop \
             -Daliyun.javaagent.regionId=cn-hangzhou\"",
            jar.display()
        );
        assert_eq!(machine.read(ENV).lines().nth(1), Some(&*options));
        assert!(machine.read(DROP_IN).contains(&format!("=-{}", machine.path(ENV).display())));
        assert_eq!(machine.count("systemctl <daemon-reload>"), 1);
        assert_eq!(machine.count("systemctl <restart>"), 0, "nobody asked for it");
        assert!(!machine.has("opt/.host-agents"), "the package is needed no more");
    }
}

#[test]
fn only_root_reads_the_key_and_everybody_reads_the_agent() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(ORDERS);
        assert_eq!(machine.mode(ENV), 0o600);
        assert_eq!(machine.mode("etc/host-agents"), 0o700);
        assert_eq!(machine.mode(JAR) & 0o444, 0o444);
        assert_eq!(machine.mode("opt/AliyunJavaAgent") & 0o777, 0o755);
        assert_eq!(machine.mode("opt/AliyunJavaAgent/plugin/one.jar") & 0o022, 0);
        assert!(!machine.read("etc/host-agents/orders.record").contains(KEY));
    }
}

#[test]
fn the_key_is_no_argument_no_variable_and_no_output() {
    for shell in SHELLS {
        let machine = machine(shell);
        let wish = Wish { restart: "yes", ..ORDERS };
        let runs = [
            machine.install(wish),
            machine.install(wish),
            machine.look("java", "orders"),
            machine.uninstall("java", "all", "yes"),
            machine.install_with(wish, "wrong"),
        ];
        for ran in &runs {
            assert!(!ran.out.contains(KEY) && !ran.err.contains(KEY), "{ran:?}");
        }
        assert!(!machine.calls().contains(KEY));
    }
}

#[test]
fn a_second_time_nothing_changes() {
    for shell in SHELLS {
        let machine = machine(shell);
        let wish = Wish { restart: "yes", ..ORDERS };
        let first = machine.install(wish);
        assert_eq!(first.out, "agent-installed\nservice-configured\nservice-restarted\n");
        let before = machine.snapshot();
        let fetched = machine.fetch(wish);
        assert!(fetched.out.starts_with("agent-present\nsha256="), "{fetched:?}");
        let second = machine.install_with(wish, &crate::digest(&fetched));
        assert_eq!((second.code, &*second.out), (0, "agent-present\nservice-unchanged\n"));
        assert_eq!(machine.snapshot(), before);
        assert_eq!(machine.count("systemctl <restart>"), 1, "it runs with the agent already");
        assert_eq!(machine.count("systemctl <daemon-reload>"), 1);
        assert_eq!(machine.count("curl <-q> <-sS> <-f>"), 1, "one download");
    }
}

#[test]
fn a_restart_that_comes_later_restarts_what_runs_without_the_agent() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(ORDERS);
        let ran = machine.install(Wish { restart: "yes", ..ORDERS });
        assert_eq!(ran.out, "agent-present\nservice-unchanged\nservice-restarted\n");
        machine.service("stopped", None);
        let wish = Wish { service: "stopped", restart: "yes", ..ORDERS };
        assert_eq!(machine.install(wish).out, "agent-present\nservice-configured\n");
        assert_eq!(machine.count("systemctl <restart>"), 1, "what is stopped stays stopped");
    }
}

#[test]
fn the_agent_alone_touches_no_service() {
    for shell in SHELLS {
        let machine = machine(shell);
        let ran = machine.install(Wish { service: "none", ..ORDERS });
        assert_eq!(ran.out, "agent-installed\n");
        assert!(!machine.has("etc/host-agents"));
    }
}

#[test]
fn another_version_takes_the_place_of_the_old_one() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(ORDERS);
        machine.offer("a newer agent");
        let ran = machine.install(Wish { version: "4.3.0", ..ORDERS });
        assert_eq!(ran.out, "agent-installed\nservice-unchanged\n", "{ran:?}");
        assert_eq!(machine.read(JAR), "a newer agent");
        assert!(!machine.has("opt/.host-agents"));
    }
}

#[test]
fn the_public_name_of_the_bucket_is_the_second_choice() {
    for shell in SHELLS {
        let machine = machine(shell);
        std::fs::rename(machine.path("net/internal"), machine.path("net/public")).unwrap();
        let ran = machine.fetch(ORDERS);
        assert!(ran.out.ends_with("from=public\n"), "{ran:?}");
        let tried = machine.count("https://arms-apm-cn-hangzhou.oss-cn-hangzhou-internal");
        assert_eq!(tried, 1);
    }
}
