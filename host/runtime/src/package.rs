//! A component's own words, read and checked before any of it is compiled.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{Catalog, kebab};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wasmparser::{Encoding, Parser, Payload};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Resolve, WorldId, WorldItem};

use crate::contract::release_of;
use crate::manifest::SECTION;
use crate::shape::Shapes;
use crate::{Contract, Manifest, ManifestError, RuntimeError};

/// What a component says of itself and what it imports, after both were checked against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// SHA-256 of the component's bytes, in lower-case hex.
    pub digest: String,
    /// Its size in bytes.
    pub size: usize,
    /// Its manifest.
    pub manifest: Manifest,
    /// What it imports, in the order of names.
    pub imports: Vec<Import>,
}

/// A function that a component imports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Import {
    /// The interface, for example `aliyun:ram/queries@0.1.0`.
    pub interface: String,
    /// The function.
    pub function: String,
    /// The action that it stands for, as `product:Action`; `None` for the host's own interfaces and
    /// for the empty layer of WASI.
    pub action: Option<String>,
}

/// SHA-256 in lower-case hex.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

impl Package {
    /// Reads a component. `name` is what messages call it.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, RuntimeError> {
        let manifest = read_manifest(name, bytes)?;
        let (resolve, world) = read_world(name, bytes)?;
        let contract = Contract::builtin();
        check_entry(name, &resolve, world, contract)?;
        let imports = read_imports(name, &resolve, world, contract)?;
        let package = Self { digest: digest(bytes), size: bytes.len(), manifest, imports };
        package.check_declarations().map_err(|source| manifest_error(name, source))?;
        Ok(package)
    }

    /// A manifest that says less or more than the imports do is a lie (`security.md`, rule 1).
    fn check_declarations(&self) -> Result<(), ManifestError> {
        let declared = &self.manifest.actions;
        for import in &self.imports {
            let action = import.action.as_ref().filter(|action| !declared.contains(*action));
            if let Some(action) = action {
                return Err(ManifestError::Undeclared {
                    import: format!("{}.{}", import.interface, import.function),
                    action: action.clone(),
                });
            }
        }
        let generic = self.imports.iter().any(|i| i.interface.starts_with("aliyun:openapi/"));
        let typed: BTreeSet<&String> =
            self.imports.iter().filter_map(|import| import.action.as_ref()).collect();
        match declared.iter().find(|action| !generic && !typed.contains(action)) {
            Some(action) => Err(ManifestError::Unused { action: action.clone() }),
            None => Ok(()),
        }
    }
}

fn manifest_error(name: &str, source: ManifestError) -> RuntimeError {
    RuntimeError::Manifest { name: name.to_owned(), source }
}

fn invalid(name: &str, reason: impl std::fmt::Display) -> RuntimeError {
    RuntimeError::Invalid {
        name: name.to_owned(),
        reason: host_model::quote_within(&reason.to_string(), 500),
    }
}

/// The manifest stands at the top level: a section of a nested component or module is not it.
fn read_manifest(name: &str, bytes: &[u8]) -> Result<Manifest, RuntimeError> {
    if !bytes.starts_with(b"\0asm") {
        return Err(RuntimeError::NotWebAssembly { name: name.to_owned() });
    }
    let mut depth = 0_u32;
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| invalid(name, error))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(RuntimeError::CoreModule { name: name.to_owned() });
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                sections.push(section.data().to_vec());
            }
            _ => {}
        }
    }
    let manifest = match sections.as_slice() {
        [bytes] => Manifest::parse(bytes, Catalog::builtin()),
        [] => Err(ManifestError::Missing),
        _ => Err(ManifestError::Repeated),
    };
    manifest.map_err(|source| manifest_error(name, source))
}

fn read_world(name: &str, bytes: &[u8]) -> Result<(Resolve, WorldId), RuntimeError> {
    match decode(bytes).map_err(|error| invalid(name, format!("{error:#}")))? {
        DecodedWasm::Component(resolve, world) => Ok((resolve, world)),
        DecodedWasm::WitPackage(..) => Err(invalid(name, "it holds types, and no program")),
    }
}

fn check_entry(
    name: &str,
    resolve: &Resolve,
    world: WorldId,
    contract: &Contract,
) -> Result<(), RuntimeError> {
    let mut exports = resolve.worlds[world].exports.values().filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    });
    let Some(entry) =
        exports.find(|id| resolve.id_of(*id).is_some_and(|name| contract.is_entry(&name)))
    else {
        let expected = contract.entry().to_owned();
        return Err(RuntimeError::NoEntry { name: name.to_owned(), expected });
    };
    let exported = Shapes::of(resolve, &resolve.interfaces[entry]).functions;
    for (function, expected) in contract.entry_functions() {
        let found = exported.get(function).map_or("nothing", String::as_str);
        if found != expected {
            return Err(RuntimeError::ImportDiffers {
                name: name.to_owned(),
                import: format!("{}.{function}", contract.entry()),
                found: found.to_owned(),
                expected: expected.clone(),
            });
        }
    }
    Ok(())
}

fn read_imports(
    name: &str,
    resolve: &Resolve,
    world: WorldId,
    contract: &Contract,
) -> Result<Vec<Import>, RuntimeError> {
    let missing = |import: String, reason: String| RuntimeError::ImportMissing {
        name: name.to_owned(),
        import,
        reason,
    };
    let mut imports = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        let WorldItem::Interface { id, .. } = item else {
            let import = format!("`{}`", resolve.name_world_key(key));
            return Err(missing(import, "only interfaces of the contract can be imported".into()));
        };
        let interface = resolve.id_of(*id).unwrap_or_else(|| resolve.name_world_key(key));
        let needs = Shapes::of(resolve, &resolve.interfaces[*id]);
        let Some(offered) = contract.offered(&interface) else {
            // Records alone need nothing from the host.
            if needs.functions.is_empty() && needs.resources.is_empty() {
                continue;
            }
            let functions: Vec<&String> = needs.functions.keys().collect();
            return Err(missing(whole(&interface, &functions), why_missing(&interface, contract)));
        };
        if let Some(resource) = needs.resources.difference(&offered.resources).next() {
            let full = format!("resource `{interface}.{resource}`");
            return Err(missing(full, why_lacking(&interface, "resource", contract)));
        }
        for (function, found) in needs.functions {
            let full = format!("{interface}.{function}");
            match offered.functions.get(&function) {
                Some(expected) if *expected == found => {
                    let action = action_of(&interface, &function);
                    imports.push(Import { interface: interface.clone(), function, action });
                }
                Some(expected) => {
                    return Err(RuntimeError::ImportDiffers {
                        name: name.to_owned(),
                        import: full,
                        found,
                        expected: expected.clone(),
                    });
                }
                None => {
                    let reason = why_lacking(&interface, "function", contract);
                    return Err(missing(format!("function `{full}`"), reason));
                }
            }
        }
    }
    imports.sort();
    Ok(imports)
}

/// How a guest of a standard library does without what is missing.
const WITHOUT: &str = "leave it out where its toolchain can (`--stub-wasi`, `disableFeatures`), or build \
                       it for `wasm32-unknown-unknown`";

/// Functions that are named when an interface is missing.
const NAMED_MAX: usize = 5;

/// An interface with what is wanted of it.
fn whole(interface: &str, functions: &[&String]) -> String {
    let names = functions.iter().take(NAMED_MAX).map(|function| format!("`{function}`"));
    let mut names: Vec<String> = names.collect();
    let more = functions.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let word = if functions.len() == 1 { "function" } else { "functions" };
    if names.is_empty() {
        return format!("`{interface}`");
    }
    format!("`{interface}` ({word} {})", names.join(", "))
}

/// What is said if a component asks for a later release than this host has: which one it needs.
fn too_early(interface: &str, contract: &Contract) -> Option<String> {
    let wanted = release_of(interface)?;
    let package = interface.split('/').next()?;
    let offered = contract.release_on_track(package, wanted)?;
    (offered < wanted).then(|| {
        format!(
            "host {HOST} has `{package}` up to {offered}, and the workflow was built for {wanted}: it needs a \
             host that has `{package}` {wanted} or later"
        )
    })
}

/// This host's own version.
const HOST: &str = env!("CARGO_PKG_VERSION");

fn why_missing(interface: &str, contract: &Contract) -> String {
    let stem = interface.split('@').next().unwrap_or_default();
    if let Some(reason) = too_early(interface, contract) {
        return reason;
    }
    if let Some(offered) = contract.version_of(stem) {
        return other_track(interface, offered);
    }
    match stem.split('/').next() {
        Some("wasi:sockets" | "wasi:http" | "wasi:tls") => {
            format!("a workflow has no network, only the calls of the contract; {WITHOUT}")
        }
        Some(package) if package.starts_with("wasi:") => {
            format!("of WASI it has an empty layer, without this; {WITHOUT}")
        }
        _ => "it is not part of the contract".to_owned(),
    }
}

/// The interface is there, in releases that neither contain nor continue the one that is wanted.
fn other_track(interface: &str, offered: &str) -> String {
    let package = interface.split('/').next().unwrap_or_default();
    match (release_of(interface), release_of(offered)) {
        (Some(wanted), Some(has)) if wanted > has => format!(
            "host {HOST} offers `{offered}`, which is of another track: it needs a host that has `{package}` \
             {wanted} or later"
        ),
        (Some(_), Some(_)) => format!("host {HOST} offers `{offered}`, which is of another track"),
        _ => format!("it offers `{offered}`, and only released versions are met by another one"),
    }
}

fn why_lacking(interface: &str, what: &str, contract: &Contract) -> String {
    if let Some(reason) = too_early(interface, contract) {
        return reason;
    }

    if interface.starts_with("wasi:") {
        return format!("its empty layer of WASI has no such {what}; {WITHOUT}");
    }
    format!("`{interface}` has no such {what} here")
}

/// `aliyun:ram/queries@0.1.0` and `get-role` are `ram:GetRole`.
fn action_of(interface: &str, function: &str) -> Option<String> {
    let product = interface.strip_prefix("aliyun:")?.split('/').next()?;
    let actions: BTreeMap<String, &String> = Catalog::builtin()
        .product(product)?
        .actions
        .keys()
        .map(|action| (kebab(action), action))
        .collect();
    actions.get(function).map(|action| format!("{product}:{action}"))
}
