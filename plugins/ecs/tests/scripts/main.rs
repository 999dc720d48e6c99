//! The scripts, run for real in a folder of their own by the shells that instances have.

mod install;
mod languages;
mod look;
mod machine;
mod refusal;
mod undo;
mod zip;

use machine::{ACCOUNT, KEY, Machine, Ran};

const FETCH: &str = include_str!("../../scripts/fetch.sh");
const INSTALL: &str = include_str!("../../scripts/install.sh");
const LOOK: &str = include_str!("../../scripts/look.sh");
const UNINSTALL: &str = include_str!("../../scripts/uninstall.sh");

/// Where the agent lies, and what the bucket's package holds.
const JAR: &str = "opt/AliyunJavaAgent/aliyun-java-agent.jar";

/// What is installed, and for what.
#[derive(Debug, Clone, Copy)]
struct Wish<'a> {
    agent: &'a str,
    version: &'a str,
    service: &'a str,
    app: &'a str,
    restart: &'a str,
}

const ORDERS: Wish<'_> =
    Wish { agent: "java", version: "4.2.1", service: "orders", app: "shop", restart: "no" };

impl Machine {
    /// The bucket has a package whose jar says `text`.
    fn offer(&self, text: &str) {
        let files = [
            ("AliyunJavaAgent/aliyun-java-agent.jar", text),
            ("AliyunJavaAgent/plugin/one.jar", "one"),
        ];
        self.write("net/internal", zip::zip(&files));
    }

    fn fetch(&self, wish: Wish<'_>) -> Ran {
        let dir = self.dir();
        let parameters = [
            ("agent", wish.agent),
            ("region", "cn-hangzhou"),
            ("version", wish.version),
            ("network", "internal-first"),
            ("dir", &dir),
        ];
        self.run(FETCH, &parameters)
    }

    fn install_with(&self, wish: Wish<'_>, sha256: &str) -> Ran {
        let dir = self.dir();
        let parameters = [
            ("agent", wish.agent),
            ("license_key", KEY),
            ("account", ACCOUNT),
            ("region", "cn-hangzhou"),
            ("version", wish.version),
            ("dir", &dir),
            ("sha256", sha256),
            ("service", wish.service),
            ("app_name", wish.app),
            ("restart", wish.restart),
        ];
        self.run(INSTALL, &parameters)
    }

    /// Downloads and installs, as the workflow does.
    fn install(&self, wish: Wish<'_>) -> Ran {
        let fetched = self.fetch(wish);
        assert_eq!(fetched.code, 0, "{fetched:?}");
        self.install_with(wish, &digest(&fetched))
    }

    fn uninstall(&self, agent: &str, services: &str, restart: &str) -> Ran {
        let dir = self.dir();
        let parameters =
            [("agent", agent), ("dir", &*dir), ("services", services), ("restart", restart)];
        self.run(UNINSTALL, &parameters)
    }

    fn look(&self, agent: &str, services: &str) -> Ran {
        let dir = self.dir();
        let parameters = [
            ("agent", agent),
            ("region", "cn-hangzhou"),
            ("network", "internal-first"),
            ("dir", &dir),
            ("services", services),
        ];
        self.run(LOOK, &parameters)
    }
}

fn digest(fetched: &Ran) -> String {
    let mut lines = fetched.out.lines();
    lines.find_map(|line| line.strip_prefix("sha256=")).unwrap_or_default().to_owned()
}
