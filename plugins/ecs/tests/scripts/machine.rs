//! A machine in a folder of its own: real shells and tools, with what reaches outside replaced.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Shells that stand as `/bin/sh` on instances.
pub(crate) const SHELLS: [&str; 2] = ["dash", "bash"];
/// Why nothing of a test's own folder fails.
const OWN: &str = "the folder is the test's own";
/// A license key, invented.
pub(crate) const KEY: &str = "inventedkey0@0123456789abcde";
/// The monitoring account.
pub(crate) const ACCOUNT: &str = "1000000000000001";

/// Tools that the scripts may use. Each call is written down, with its environment.
const TOOLS: [&str; 25] = [
    "awk",
    "cat",
    "chmod",
    "cp",
    "cut",
    "df",
    "find",
    "flock",
    "grep",
    "head",
    "mkdir",
    "mv",
    "readlink",
    "rm",
    "rmdir",
    "sed",
    "sha256sum",
    "sort",
    "tail",
    "touch",
    "tr",
    "uname",
    "unzip",
    "wc",
    "ls",
];

/// Folders of a system, as the scripts name them.
const PLACES: [&str; 5] = [
    "/etc/systemd/system",
    "/etc/host-agents",
    "/proc",
    "/run/systemd/system",
    "/run/host-agents.lock",
];

/// What a script came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Path, and mode, content, inode and time of change.
pub(crate) type Snapshot = BTreeMap<String, (u32, Option<String>, u64, i64)>;

#[derive(Debug)]
pub(crate) struct Machine {
    root: TempDir,
    shell: &'static str,
}

impl Machine {
    pub(crate) fn new(shell: &'static str) -> Self {
        let machine = Self { root: TempDir::new().expect(OWN), shell };
        for folder in
            ["bin", "etc/systemd/system", "proc", "run/systemd/system", "opt", "net", "units"]
        {
            fs::create_dir_all(machine.path(folder)).expect(OWN);
        }
        machine.write("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n");
        for tool in TOOLS {
            machine.tool(tool, &format!("exec {} \"$@\"\n", real(tool).display()));
        }
        for (tool, text) in [
            ("curl", include_str!("fakes/curl.sh")),
            ("systemctl", include_str!("fakes/systemctl.sh")),
            ("sleep", "exit 0\n"),
            ("java", "exit 0\n"),
        ] {
            machine.tool(tool, text);
        }
        machine
    }

    pub(crate) fn path(&self, at: &str) -> PathBuf {
        self.root.path().join(at)
    }

    /// The folder for agents.
    pub(crate) fn dir(&self) -> String {
        self.path("opt").display().to_string()
    }

    pub(crate) fn write(&self, at: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(at).parent().expect(OWN)).expect(OWN);
        fs::write(self.path(at), text).expect(OWN);
    }

    pub(crate) fn read(&self, at: &str) -> String {
        fs::read_to_string(self.path(at)).expect(OWN)
    }

    pub(crate) fn has(&self, at: &str) -> bool {
        self.path(at).exists()
    }

    pub(crate) fn mode(&self, at: &str) -> u32 {
        fs::metadata(self.path(at)).expect(OWN).permissions().mode() & 0o777
    }

    /// A tool that writes its call down, then does what `text` says.
    pub(crate) fn tool(&self, name: &str, text: &str) {
        let root = self.root.path().display();
        let head = format!(
            "#!/bin/sh\nROOT='{root}'\n{{ printf '%s' '{name}'; printf ' <%s>' \"$@\"; echo; \
             /usr/bin/env; }} >>\"$ROOT/calls\"\n"
        );
        self.write(&format!("bin/{name}"), format!("{head}{text}"));
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path(&format!("bin/{name}")), mode).expect(OWN);
    }

    /// A service that is loaded, with a running process if it has a number.
    pub(crate) fn service(&self, name: &str, pid: Option<u32>) {
        let unit = format!("units/{name}.service");
        self.write(&format!("{unit}/LoadState"), "loaded");
        let state = if pid.is_some() { "active" } else { "inactive" };
        self.write(&format!("{unit}/ActiveState"), state);
        if let Some(pid) = pid {
            self.write(&format!("{unit}/MainPID"), pid.to_string());
            self.process(pid, "java", &format!("/system.slice/{name}.service"));
        }
    }

    /// A process of a program in a control group.
    pub(crate) fn process(&self, pid: u32, program: &str, group: &str) {
        self.write(&format!("proc/{pid}/cgroup"), format!("0::{group}\n"));
        self.write(&format!("proc/{pid}/cmdline"), format!("{program}\0-jar\0app.jar\0"));
        self.write(&format!("proc/{pid}/environ"), "PATH=/usr/bin\0");
        symlink(format!("/usr/bin/{program}"), self.path(&format!("proc/{pid}/exe"))).expect(OWN);
    }

    /// Runs a script as Cloud Assistant does: its places filled, then a shell.
    pub(crate) fn run(&self, script: &str, parameters: &[(&str, &str)]) -> Ran {
        let mut text = script.to_owned();
        for (name, value) in parameters {
            text = text.replace(&format!("{{{{{name}}}}}"), value);
        }
        assert!(!text.contains("{{"), "a place is not filled");
        for place in PLACES {
            let own = format!("='{}'", self.path(&place[1..]).display());
            text = text.replace(&format!("='{place}'"), &own);
        }
        assert!(!text.contains("='/etc") && !text.contains("='/run"), "a place of this system");
        self.write("command", &text);
        let output = Command::new(real(self.shell))
            .arg(self.path("command"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .current_dir(self.root.path())
            .output()
            .expect(OWN);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// All calls of tools so far, with their environments.
    pub(crate) fn calls(&self) -> String {
        self.read("calls")
    }

    /// How often a call with these words was made.
    pub(crate) fn count(&self, words: &str) -> usize {
        self.calls().lines().filter(|line| line.contains(words)).count()
    }

    /// All that is under `etc` and `opt`.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::new();
        for top in ["etc", "opt"] {
            self.add(&self.path(top), &mut snapshot);
        }
        snapshot
    }

    fn add(&self, path: &Path, snapshot: &mut Snapshot) {
        let metadata = fs::symlink_metadata(path).expect(OWN);
        let name = path.strip_prefix(self.root.path()).expect(OWN).display().to_string();
        let mode = metadata.permissions().mode();
        if metadata.is_dir() {
            snapshot.insert(name, (mode, None, metadata.ino(), 0));
            for item in fs::read_dir(path).expect(OWN) {
                self.add(&item.expect(OWN).path(), snapshot);
            }
        } else {
            let content = String::from_utf8_lossy(&fs::read(path).expect(OWN)).into_owned();
            snapshot.insert(name, (mode, Some(content), metadata.ino(), metadata.mtime_nsec()));
        }
    }

    /// The same without inodes and times: what a reader of the files would notice.
    pub(crate) fn contents(&self) -> BTreeMap<String, (u32, Option<String>)> {
        let snapshot = self.snapshot().into_iter();
        snapshot.map(|(name, (mode, content, ..))| (name, (mode, content))).collect()
    }
}

fn real(tool: &str) -> PathBuf {
    let places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
    let paths = places.iter().map(|place| Path::new(place).join(tool));
    let found = paths.into_iter().find(|path| path.exists());
    found.expect("dash, bash, unzip and the usual tools are installed")
}
