//! Python and Go, as far as scripts can go.

use crate::machine::{KEY, Machine, SHELLS};
use crate::{ORDERS, Wish};

const PIP: &str = r#"
case "$*" in
*version_info*) exit 0 ;;
*'pip show'*) [ ! -e "$ROOT/pip" ] || printf 'Name: aliyun-bootstrap\nVersion: %s\n' "$(/bin/cat "$ROOT/pip")" ;;
*'pip install'*) [ ! -e "$ROOT/managed" ] || exit 1; echo 1.2.0 >"$ROOT/pip" ;;
*'pip uninstall'*) /bin/rm -f "$ROOT/pip" ;;
esac
"#;

#[test]
fn python_gets_the_package_and_the_environment() {
    let wish = Wish { agent: "python", version: "latest", ..ORDERS };
    for shell in SHELLS {
        let machine = Machine::new(shell);
        machine.tool("python3", PIP);
        machine.tool("aliyun-bootstrap", "exit 0\n");
        machine.service("orders", Some(41));
        let before = machine.contents();
        let ran = machine.install_with(wish, "any");
        assert_eq!(ran.out, "agent-installed\nservice-configured\nstart-unchanged\n", "{ran:?}");
        let env = machine.read("etc/host-agents/orders.env");
        let names =
            ["ARMS_APP_NAME=\"shop\"", "ARMS_REGION_ID=\"cn-hangzhou\"", "ARMS_LICENSE_KEY="];
        assert!(names.iter().all(|name| env.contains(name)), "{env}");
        assert!(!machine.calls().contains(KEY));
        machine.write("units/orders.service/ExecStart", "/usr/bin/aliyun-instrument python app.py");
        assert_eq!(machine.install_with(wish, "any").out, "agent-present\nservice-unchanged\n");
        assert!(machine.look("python", "orders").out.contains("\nagent=1.2.0\n"));
        let ran = machine.uninstall("python", "all", "no");
        assert_eq!(ran.out, "service-restored\nagent-removed\n", "{ran:?}");
        assert_eq!(machine.contents(), before);
        assert!(!machine.has("pip"));
    }
}

#[test]
fn a_python_that_takes_no_packages_is_left_as_it_is() {
    let wish = Wish { agent: "python", version: "1.2.0", ..ORDERS };
    for shell in SHELLS {
        let machine = Machine::new(shell);
        machine.tool("python3", PIP);
        machine.write("managed", "");
        machine.service("orders", Some(41));
        let before = machine.contents();
        assert_eq!(machine.install_with(wish, "any").code, 11);
        assert_eq!(machine.contents(), before);
    }
}

#[test]
fn go_gets_the_tool_and_the_environment() {
    let wish = Wish { agent: "go", version: "1.9.0", ..ORDERS };
    for shell in SHELLS {
        let machine = Machine::new(shell);
        machine.write("net/internal", "\x7fELF the tool");
        machine.service("orders", Some(41));
        let before = machine.contents();
        let ran = machine.install(wish);
        assert_eq!(ran.out, "agent-installed\nservice-configured\nstart-unchanged\n", "{ran:?}");
        assert_eq!(machine.mode("opt/instgo/instgo"), 0o755);
        assert!(machine.read("etc/host-agents/orders.env").contains("ARMS_ENABLE=\"true\""));
        assert!(!machine.calls().contains(KEY), "the tool is not given the key");
        assert_eq!(
            machine.install(wish).out,
            "agent-present\nservice-unchanged\nstart-unchanged\n"
        );
        assert!(machine.look("go", "orders").out.contains("\nagent=1.9.0\n"));
        assert_eq!(machine.uninstall("go", "all", "no").out, "service-restored\nagent-removed\n");
        assert_eq!(machine.contents(), before);
    }
}
