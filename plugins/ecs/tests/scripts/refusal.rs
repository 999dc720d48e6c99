//! What the scripts refuse, and that the old state is there afterwards.

use std::fs;

use crate::machine::{Machine, SHELLS};
use crate::{FETCH, INSTALL, JAR, LOOK, ORDERS, UNINSTALL, Wish, digest};

fn machine(shell: &'static str) -> Machine {
    let machine = Machine::new(shell);
    machine.offer("the agent");
    machine.service("orders", Some(41));
    machine
}

#[test]
fn a_download_that_is_cut_is_no_download() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.write("net/cut", "");
        let ran = machine.fetch(ORDERS);
        assert_eq!(ran.code, 11, "{ran:?}");
        assert!(!ran.out.contains("sha256="));
        let left: Vec<_> = fs::read_dir(machine.path("opt/.host-agents")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        fs::remove_file(machine.path("net/cut")).unwrap();
        assert_eq!(machine.install(ORDERS).code, 0, "the next run gets it");
    }
}

#[test]
fn what_is_not_the_package_is_refused() {
    for shell in SHELLS {
        for bytes in ["", "<html>sign in</html>", "PK\x03\x04 and then nothing"] {
            let machine = machine(shell);
            machine.write("net/internal", bytes);
            assert_eq!(machine.fetch(ORDERS).code, 11, "{bytes}");
        }
        let machine = Machine::new(shell);
        assert_eq!(machine.fetch(ORDERS).code, 11, "nothing is reached");
        machine.write("net/internal", crate::zip::zip(&[("other.txt", "x")]));
        machine.service("orders", Some(41));
        let ran = machine.install(ORDERS);
        assert_eq!(ran.code, 17, "{ran:?}");
    }
}

#[test]
fn a_package_with_another_digest_is_not_installed() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(ORDERS);
        machine.offer("something else");
        let wish = Wish { version: "4.3.0", ..ORDERS };
        let before = machine.snapshot();
        assert_eq!(machine.fetch(wish).code, 0);
        let ran = machine.install_with(wish, &"0".repeat(64));
        assert_eq!((ran.code, &*ran.out), (17, ""), "{ran:?}");
        let mut now = machine.snapshot();
        now.retain(|name, _| !name.starts_with("opt/.host-agents"));
        assert_eq!(now, before);
        assert_eq!(machine.install_with(Wish { version: "5", ..ORDERS }, "0").code, 11);
    }
}

#[test]
fn what_others_put_there_is_not_touched() {
    for shell in SHELLS {
        let foreign = machine(shell);
        foreign.write(JAR, "by hand");
        let before = foreign.contents();
        let ran = foreign.install(ORDERS);
        assert_eq!(ran.code, 15, "{ran:?}");
        assert!(foreign.look("java", "none").out.contains("\nagent=foreign\n"));
        assert_eq!(foreign.uninstall("java", "all", "no").out, "agent-absent\n");
        assert_eq!(foreign.contents(), before);

        let foreign = machine(shell);
        let drop_in = "etc/systemd/system/orders.service.d/50-host-agents.conf";
        foreign.write(drop_in, "[Service]\nNice=5\n");
        let ran = foreign.install(ORDERS);
        assert_eq!(ran.code, 15, "{ran:?}");
        assert_eq!(foreign.read(drop_in), "[Service]\nNice=5\n");
        assert!(!foreign.has(JAR), "the agent is gone again");
    }
}

#[test]
fn a_service_that_does_not_come_up_gets_its_old_set_up_back() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(Wish { restart: "yes", ..ORDERS });
        machine.write("units/orders.service/breaks", "renamed");
        let before = machine.contents();
        let ran = machine.install(Wish { app: "renamed", restart: "yes", ..ORDERS });
        assert_eq!(ran.code, 19, "{ran:?}");
        assert_eq!(machine.contents(), before);
        assert_eq!(machine.read("units/orders.service/ActiveState").trim(), "active");
        assert!(machine.read("proc/41/environ").contains("-Darms.appName=shop"));
    }
}

#[test]
fn a_first_installation_that_fails_leaves_nothing_behind() {
    for shell in SHELLS {
        let machine = machine(shell);
        let before = machine.contents();
        let ran = machine.install(Wish { service: "missing", ..ORDERS });
        assert_eq!(ran.code, 12, "{ran:?}");
        let mut now = machine.contents();
        now.retain(|name, _| !name.starts_with("opt/.host-agents"));
        assert_eq!(now, before);
    }
}

#[test]
fn a_script_that_is_stopped_takes_back_what_it_did() {
    for (shell, tool) in SHELLS.iter().flat_map(|shell| [(*shell, "unzip"), (*shell, "systemctl")])
    {
        let machine = machine(shell);
        machine.install(ORDERS);
        machine.offer("a newer agent");
        let wish = Wish { version: "4.3.0", app: "renamed", ..ORDERS };
        let fetched = machine.fetch(wish);
        let before = machine.contents();
        let old = fs::read_to_string(machine.path(&format!("bin/{tool}"))).unwrap();
        // Once, in the middle of the work: the tool does its own, and then stops the script.
        let stop = "[ -e \"$ROOT/stopped\" ] || case \" $* \" in *' -d '* | *daemon-reload*) \
                    touch \"$ROOT/stopped\"; kill -TERM $PPID ;; esac\n";
        let (head, rest) = old.split_once(">>\"$ROOT/calls\"\n").unwrap();
        machine.write(&format!("bin/{tool}"), format!("{head}>>\"$ROOT/calls\"\n{stop}{rest}"));
        let ran = machine.install_with(wish, &digest(&fetched));
        assert_eq!(ran.code, 143, "{tool} {ran:?}");
        assert_eq!(machine.contents(), before, "{tool}");
        let again = machine.install_with(wish, &digest(&fetched));
        assert_eq!(again.out, "agent-installed\nservice-configured\n", "{tool} {again:?}");
    }
}

#[test]
fn a_killed_run_is_repaired_by_the_next() {
    for shell in SHELLS {
        let machine = machine(shell);
        machine.install(ORDERS);
        // Killed between the two moves, and once more with rests of both kinds.
        fs::create_dir_all(machine.path("opt/.host-agents/new/AliyunJavaAgent")).unwrap();
        let (home, old) = ("opt/AliyunJavaAgent", "opt/.host-agents/old");
        fs::rename(machine.path(home), machine.path(old)).unwrap();
        fs::create_dir_all(machine.path("etc/host-agents/orders.before")).unwrap();
        let ran = machine.install_with(ORDERS, "any");
        assert_eq!(ran.out, "agent-present\nservice-unchanged\n", "{ran:?}");
        assert!(!machine.has("etc/host-agents/orders.before") && !machine.has("opt/.host-agents"));
    }
}

#[test]
fn a_parameter_that_could_become_a_part_of_the_script_is_refused() {
    let defaults = [
        ("agent", "java"),
        ("license_key", "k@1"),
        ("account", "1"),
        ("region", "cn-hangzhou"),
        ("version", "4.2.1"),
        ("dir", "/opt"),
        ("sha256", "any"),
        ("service", "orders"),
        ("services", "none"),
        ("app_name", "a"),
        ("restart", "no"),
        ("network", "public"),
    ];
    for shell in SHELLS {
        let machine = Machine::new(shell);
        for (name, _) in defaults {
            for bad in ["", "a b", "$(id)", "`id`", "a;b", "a\"b", "*", "-", "../x"] {
                let value = |it: &str| if it == name { bad } else { of(&defaults, it) };
                let parameters: Vec<(&str, &str)> =
                    defaults.iter().map(|(it, _)| (*it, value(it))).collect();
                for script in [LOOK, FETCH, INSTALL, UNINSTALL] {
                    let placed = format!("='{{{{{name}}}}}'");
                    // These are harmless in a name or version, and no path is made of them.
                    let plain = bad == "-" && !matches!(name, "service" | "dir" | "agent");
                    if !script.contains(&placed) || plain {
                        continue;
                    }
                    let ran = machine.run(script, &parameters);
                    assert_eq!(ran.code, 13, "{name}={bad} {ran:?}");
                }
            }
        }
        assert!(!machine.has("opt/.host-agents") && !machine.has("calls"));
    }
}

fn of<'a>(defaults: &[(&str, &'a str)], name: &str) -> &'a str {
    defaults.iter().find(|(it, _)| *it == name).map_or("", |(_, value)| *value)
}
