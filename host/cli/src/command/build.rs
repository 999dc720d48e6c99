//! `host build`: a guest crate into a component with its manifest inside.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use host_runtime::{AccountSlot, CommandScript, Manifest, Package, Proof, SECTION};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{data, event, line};

/// 24 KB once it is in base64, which is what the product counts.
const SCRIPT_BYTES_MAX: usize = 18 << 10;

const TARGET: &str = "wasm32-unknown-unknown";

/// What to do where there is none.
const PLUGIN_HINT: &str = "a workflow says in a `plugin.toml` beside its `Cargo.toml` what it is and may do: \
                           `plugins/delegate/plugin.toml` is one; `--manifest FILE` names one elsewhere";

/// Build a guest crate (or take a component) and put its manifest inside.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder of a guest crate with a `plugin.toml`, or a component.
    source: PathBuf,
    /// Where the workflow goes.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The `plugin.toml`, where it does not lie in the folder.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plugin.toml`: the manifest as its author writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Plugin {
    workflow: Workflow,
    #[serde(default)]
    account: Vec<AccountSlot>,
    input: Input,
    actions: BTreeSet<String>,
    #[serde(default)]
    proof: Vec<Proof>,
    #[serde(default)]
    command: Vec<Script>,
}

/// A script beside `plugin.toml`; its digest goes into the manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Script {
    name: String,
    #[serde(rename = "script")]
    file: PathBuf,
    #[serde(default)]
    looks: bool,
    #[serde(default)]
    markers: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Workflow {
    name: String,
    version: String,
    title: String,
    lineage: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Input {
    schema: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    if !arguments.source.exists() {
        let message = format!("`{}` is not there", arguments.source.display());
        return Err(Failure::usage("build.source-missing", message)
            .hint("give the folder of a guest crate, or a component"));
    }
    let is_folder = arguments.source.is_dir();
    let plugin = arguments.manifest.clone().unwrap_or_else(|| {
        let folder =
            if is_folder { Some(arguments.source.as_path()) } else { arguments.source.parent() };
        folder.unwrap_or(Path::new(".")).join("plugin.toml")
    });
    let manifest = read_manifest(&plugin)?;
    let component = if is_folder { compile(&arguments.source)? } else { read(&arguments.source)? };
    let workflow = with_manifest(component, &manifest)?;
    let name = arguments.output.display().to_string();
    let package = Package::read(&name, &workflow)?;
    std::fs::write(&arguments.output, &workflow).map_err(|error| {
        Failure::usage("build.file-unwritable", format!("`{name}` cannot be written: {error}"))
    })?;
    if arguments.json {
        let fields = json!({ "file": name, "size": package.size, "digest": package.digest });
        event("built", fields);
    } else {
        data(&format!("{name}: {} bytes, sha256 {}", package.size, package.digest));
    }
    Ok(0)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::usage(
            "build.file-unreadable",
            format!("`{}` cannot be read: {error}", path.display()),
        )
    })
}

fn read_manifest(path: &Path) -> Result<Vec<u8>, Failure> {
    let text = read(path).map_err(|failure| failure.hint(PLUGIN_HINT))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let wrong = |reason: String| {
        Failure::usage("build.manifest-invalid", format!("`{}`: {reason}", path.display()))
    };
    let plugin: Plugin = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let schema = path.with_file_name(&plugin.input.schema);
    let parameters: Value = serde_json::from_slice(&read(&schema)?)
        .map_err(|error| wrong(format!("`{}`: {error}", schema.display())))?;
    let manifest = Manifest {
        format: 1,
        name: plugin.workflow.name,
        version: plugin.workflow.version,
        title: plugin.workflow.title,
        lineage: plugin.workflow.lineage,
        accounts: plugin.account,
        actions: plugin.actions,
        parameters,
        proofs: plugin.proof,
        commands: commands_of(path, plugin.command)?,
    };
    serde_json::to_vec(&manifest).map_err(|error| wrong(error.to_string()))
}

/// The scripts by their digests: what runs on machines is what lay beside `plugin.toml`.
fn commands_of(plugin: &Path, scripts: Vec<Script>) -> Result<Vec<CommandScript>, Failure> {
    let command = |script: Script| {
        let file = plugin.with_file_name(&script.file);
        let text = read(&file)?;
        if text.len() > SCRIPT_BYTES_MAX {
            let message = format!(
                "`{}` has {} bytes, and Cloud Assistant takes scripts of at most {SCRIPT_BYTES_MAX}",
                file.display(),
                text.len(),
            );
            return Err(Failure::usage("build.script-too-long", message)
                .hint("split it, or have it download what it needs"));
        }
        let digest = host_runtime::digest(&text);
        let Script { name, looks, markers, .. } = script;
        Ok(CommandScript { name, digest, looks, markers })
    };
    scripts.into_iter().map(command).collect()
}

/// Runs cargo with settings of its own, so that the same sources give the same bytes in any workspace.
fn compile(folder: &Path) -> Result<Vec<u8>, Failure> {
    install_target()?;
    let mut cargo = Command::new("cargo");
    cargo.current_dir(folder).args([
        "build",
        "--release",
        "--target",
        TARGET,
        "--message-format=json-render-diagnostics",
    ]);
    for setting in [
        "opt-level=\"s\"",
        "lto=true",
        "codegen-units=1",
        "panic=\"abort\"",
        "strip=\"debuginfo\"",
        "debug=false",
    ] {
        cargo.args(["--config", &format!("profile.release.{setting}")]);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", remappings(folder)?.join("\u{1f}"));
    let output =
        cargo.stderr(Stdio::inherit()).output().map_err(|error| no_tool("cargo", &error))?;
    if !output.status.success() {
        let message = format!("`{}` does not compile", folder.display());
        return Err(Failure::new("build.compile-failed", message, 1));
    }
    let module = artifact(&output.stdout).ok_or_else(|| {
        let message = format!("`{}` builds no `cdylib`", folder.display());
        Failure::usage("build.artifact-missing", message)
            .hint("put `[lib]` with `crate-type = [\"cdylib\"]` into its `Cargo.toml`")
    })?;
    wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&read(&module)?)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| Failure::new("build.component-failed", format!("{error:#}"), 1))
}

/// Paths of this machine would make every machine's bytes differ, and tell where they were built.
fn remappings(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut flags = Vec::new();
    let workspace =
        output_of("cargo", &["locate-project", "--workspace", "--message-format=plain"], folder)?;
    if let Some(root) = Path::new(&workspace).parent() {
        flags.push(format!("--remap-path-prefix={}=/source", root.display()));
    }
    let sysroot = output_of("rustc", &["--print", "sysroot"], folder)?;
    flags.push(format!("--remap-path-prefix={sysroot}=/rust"));
    let home = crate::environment::read();
    let cargo_home = home
        .get("CARGO_HOME")
        .cloned()
        .or_else(|| home.get("HOME").map(|home| format!("{home}/.cargo")));
    if let Some(cargo_home) = cargo_home {
        flags.push(format!("--remap-path-prefix={cargo_home}=/cargo"));
    }
    Ok(flags)
}

fn install_target() -> Result<(), Failure> {
    let there = output_of("rustup", &["target", "list", "--installed"], Path::new("."));
    // Without rustup the target may have come with the compiler; cargo says so if it did not.
    if there.is_err() || there.is_ok_and(|list| list.lines().any(|target| target == TARGET)) {
        return Ok(());
    }
    line(&format!("installing the compiler's target {TARGET}"));
    output_of("rustup", &["target", "add", TARGET], Path::new(".")).map(|_| ())
}

fn output_of(tool: &str, arguments: &[&str], folder: &Path) -> Result<String, Failure> {
    let output = Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| no_tool(tool, &error))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let message = format!("`{tool} {}` failed: {words}", arguments.join(" "));
        return Err(Failure::new("build.tool-failed", message, 1));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn no_tool(tool: &str, error: &std::io::Error) -> Failure {
    Failure::usage("build.tool-missing", format!("`{tool}` cannot be run: {error}"))
        .hint("building a workflow needs a Rust toolchain; running one does not")
}

/// The last `.wasm` that cargo says it made.
fn artifact(messages: &[u8]) -> Option<PathBuf> {
    let lines = String::from_utf8_lossy(messages).into_owned();
    let made = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let files = made.filter(|message| {
        message.get("reason").and_then(Value::as_str) == Some("compiler-artifact")
    });
    let names = files.filter_map(|message| {
        let names = message.get("filenames")?.as_array()?.clone();
        names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| Path::new(name).extension().is_some_and(|end| end == "wasm"))
            .map(PathBuf::from)
    });
    names.fold(None, |_, name| Some(name))
}

/// Appends the manifest; one that is there already would make two, which is refused.
fn with_manifest(mut component: Vec<u8>, manifest: &[u8]) -> Result<Vec<u8>, Failure> {
    use wasm_encoder::{ComponentSection as _, CustomSection};
    if component.get(..8) == Some(b"\0asm\x01\0\0\0") {
        return Err(Failure::usage(
            "runtime.file-core-module",
            "the source is a core module, not a component",
        )
        .hint("give the folder of its crate, or a component"));
    }
    let section = CustomSection { name: SECTION.into(), data: manifest.into() };
    section.append_to_component(&mut component);
    Ok(component)
}
