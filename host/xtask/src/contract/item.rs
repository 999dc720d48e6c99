//! A package of the contract as a list of items.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use host_catalog::Release;
use wit_parser::{
    Function, FunctionKind, InterfaceId, PackageId, Resolve, Stability, TypeDefKind, TypeId,
    WorldId, WorldItem, WorldKey,
};

use super::shape;

/// A package of the contract.
#[derive(Debug, Clone)]
pub(super) struct Package {
    /// Its name, for example `aliyun:ram`.
    pub(super) name: String,
    /// Its version.
    pub(super) version: Release,
    /// Everything in it, by a key that sorts what belongs together.
    pub(super) items: BTreeMap<String, Item>,
    /// Keys of interfaces that a world of it exports.
    pub(super) exported: BTreeSet<String>,
}

/// Something that the contract promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// What it is.
    pub(super) kind: Kind,
    /// Its name for people, for example `aliyun:ram/queries.get-role`.
    pub(super) name: String,
    /// The key of what it stands in.
    pub(super) within: Option<String>,
    /// Since when it says that it is there.
    pub(super) since: Option<Release>,
    /// What two sides have to agree about.
    pub(super) shape: String,
}

/// Kinds of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Interface,
    World,
    Record,
    Variant,
    Enum,
    Flags,
    Resource,
    /// A name for a type that is defined elsewhere.
    Name,
    Function,
    Method,
    Import,
    Export,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Interface => "interface",
            Self::World => "world",
            Self::Record => "record",
            Self::Variant => "variant",
            Self::Enum => "enum",
            Self::Flags => "flags",
            Self::Resource => "resource",
            Self::Name => "name",
            Self::Function => "function",
            Self::Method => "method",
            Self::Import => "import",
            Self::Export => "export",
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind.as_str(), self.name)
    }
}

impl Package {
    /// The package, or what is wrong with its version.
    pub(super) fn of(resolve: &Resolve, id: PackageId) -> Result<Self, String> {
        let package = &resolve.packages[id];
        let name = format!("{}:{}", package.name.namespace, package.name.name);
        let version = package.name.version.as_ref().map(ToString::to_string).unwrap_or_default();
        let version = Release::parse(&version).ok_or_else(|| {
            format!("package `{name}` has the version `{version}`: only releases such as `0.1.0` are promised")
        })?;
        let mut items = Items { resolve, package: &name, found: BTreeMap::new() };
        package.interfaces.iter().for_each(|(name, id)| items.interface(name, *id));
        package.worlds.iter().for_each(|(name, id)| items.world(name, *id));
        let items = items.found;
        let exported = exported(resolve, id);
        Ok(Self { name, version, items, exported })
    }

    /// Every item on a line of its own: what a digest is made of.
    pub(super) fn canonical(&self) -> String {
        let mut text = format!("{}@{}\n", self.name, self.version);
        for (key, item) in &self.items {
            let since = item.since.map_or_else(|| "never".to_owned(), |since| since.to_string());
            text.push_str(&format!(
                "{key}: {} since {since}: {}\n",
                item.kind.as_str(),
                item.shape
            ));
        }
        text
    }
}

/// Interfaces of this package that its worlds export.
fn exported(resolve: &Resolve, package: PackageId) -> BTreeSet<String> {
    let worlds = resolve.packages[package].worlds.values();
    let exports = worlds.flat_map(|world| resolve.worlds[*world].exports.values());
    let interfaces = exports.filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(&resolve.interfaces[*id]),
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    });
    let own = interfaces.filter(|interface| interface.package == Some(package));
    own.filter_map(|interface| interface.name.clone()).collect()
}

struct Items<'a> {
    resolve: &'a Resolve,
    package: &'a str,
    found: BTreeMap<String, Item>,
}

impl Items<'_> {
    fn add(&mut self, key: String, item: Item) {
        self.found.insert(key, item);
    }

    fn interface(&mut self, name: &str, id: InterfaceId) {
        let interface = &self.resolve.interfaces[id];
        let full = format!("{}/{name}", self.package);
        let item = Item {
            kind: Kind::Interface,
            name: full.clone(),
            within: None,
            since: since(&interface.stability),
            shape: String::new(),
        };
        self.add(name.to_owned(), item);
        for (inner, id) in &interface.types {
            self.add(
                format!("{name}.{inner}"),
                self.defined(name, &format!("{full}.{inner}"), *id),
            );
        }
        for function in interface.functions.values() {
            let inner = name_of(self.resolve, function);
            let item = self.function(name, &format!("{full}.{inner}"), function);
            self.add(format!("{name}.{inner}()"), item);
        }
    }

    fn defined(&self, within: &str, name: &str, id: TypeId) -> Item {
        let is = &self.resolve.types[id];
        let kind = match &is.kind {
            TypeDefKind::Record(_) => Kind::Record,
            TypeDefKind::Variant(_) => Kind::Variant,
            TypeDefKind::Enum(_) => Kind::Enum,
            TypeDefKind::Flags(_) => Kind::Flags,
            TypeDefKind::Resource => Kind::Resource,
            _ => Kind::Name,
        };
        Item {
            kind,
            name: name.to_owned(),
            within: Some(within.to_owned()),
            since: since(&is.stability),
            shape: shape::definition(self.resolve, id),
        }
    }

    fn function(&self, within: &str, name: &str, function: &Function) -> Item {
        let kind = if resource_of(function).is_some() { Kind::Method } else { Kind::Function };
        Item {
            kind,
            name: name.to_owned(),
            within: Some(within.to_owned()),
            since: since(&function.stability),
            shape: shape::function(self.resolve, function),
        }
    }

    fn world(&mut self, name: &str, id: WorldId) {
        let world = &self.resolve.worlds[id];
        let (key, full) = (format!("world {name}"), format!("{}/{name}", self.package));
        let item = Item {
            kind: Kind::World,
            name: full.clone(),
            within: None,
            since: since(&world.stability),
            shape: String::new(),
        };
        self.add(key.clone(), item);
        let imports = world.imports.iter().map(|item| (Kind::Import, item));
        let exports = world.exports.iter().map(|item| (Kind::Export, item));
        for (kind, (what, item)) in imports.chain(exports) {
            let item = self.world_item(kind, (&key, &full), what, item);
            self.add(format!("{key} {} {}", kind.as_str(), item.name), item);
        }
    }

    /// What a world imports or exports: an interface as a whole, which is an item itself, or a function.
    fn world_item(
        &self,
        kind: Kind,
        (within, world): (&str, &str),
        key: &WorldKey,
        item: &WorldItem,
    ) -> Item {
        let (what, stability, shape) = match item {
            WorldItem::Interface { id, stability, .. } => {
                let what = shape::interface(self.resolve, *id);
                (what, stability, String::new())
            }
            WorldItem::Function(function) => {
                let shape = shape::function(self.resolve, function);
                (function.name.clone(), &function.stability, shape)
            }
            WorldItem::Type { id, .. } => {
                let shape = shape::definition(self.resolve, *id);
                (self.resolve.name_world_key(key), &self.resolve.types[*id].stability, shape)
            }
        };
        let preposition = if kind == Kind::Import { "into" } else { "of" };
        Item {
            kind,
            name: format!("{what} {preposition} {world}"),
            within: Some(within.to_owned()),
            since: since(stability),
            shape,
        }
    }
}

/// `None` also for what is experimental: the parser leaves that out unless it is asked for.
fn since(stability: &Stability) -> Option<Release> {
    match stability {
        Stability::Stable { since, .. } => Release::parse(&since.to_string()),
        Stability::Unstable { .. } | Stability::Unknown => None,
    }
}

/// The resource that a function belongs to.
const fn resource_of(function: &Function) -> Option<TypeId> {
    match function.kind {
        FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => None,
        FunctionKind::Method(id)
        | FunctionKind::AsyncMethod(id)
        | FunctionKind::Static(id)
        | FunctionKind::AsyncStatic(id)
        | FunctionKind::Constructor(id) => Some(id),
    }
}

/// `identity.arn` for the method `arn` of the resource `identity`; a constructor is `identity.constructor`.
fn name_of(resolve: &Resolve, function: &Function) -> String {
    let Some(resource) = resource_of(function) else { return function.name.clone() };
    let resource = resolve.types[resource].name.clone().unwrap_or_default();
    let method = match function.kind {
        FunctionKind::Constructor(_) => "constructor",
        _ => function.item_name(),
    };
    format!("{resource}.{method}")
}
