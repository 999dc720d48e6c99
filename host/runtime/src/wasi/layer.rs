//! The interfaces of the layer, read from `wit-wasi/`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use wasmtime::component::Val;
use wit_parser::{Interface as Parsed, Resolve};

use super::nothing;
use crate::shape::Shapes;

/// In order of dependence.
const FILES: [(&str, &str); 5] = [
    ("io.wit", include_str!("../../wit-wasi/io.wit")),
    ("clocks.wit", include_str!("../../wit-wasi/clocks.wit")),
    ("random.wit", include_str!("../../wit-wasi/random.wit")),
    ("filesystem.wit", include_str!("../../wit-wasi/filesystem.wit")),
    ("cli.wit", include_str!("../../wit-wasi/cli.wit")),
];

/// One interface.
#[derive(Debug)]
pub(crate) struct Interface {
    /// With its version, for example `wasi:io/streams@0.2.12`.
    pub(crate) name: String,
    /// Its functions and resources.
    pub(crate) shapes: Shapes,
    /// What "nothing" is for each function, where its type has such a value.
    pub(super) answers: BTreeMap<String, Option<Val>>,
}

/// All interfaces, by name without version, for example `wasi:io/streams`.
#[derive(Debug)]
pub(crate) struct Layer(BTreeMap<String, Interface>);

impl Layer {
    /// The layer of this host.
    pub(crate) fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Layer> = OnceLock::new();
        BUILTIN.get_or_init(|| Self::read().expect("a test reads the layer"))
    }

    fn read() -> Result<Self, String> {
        let mut resolve = Resolve::default();
        for (path, text) in FILES {
            resolve.push_source(path, text).map_err(|error| format!("{path}: {error:#}"))?;
        }
        let mut interfaces = BTreeMap::new();
        for (id, parsed) in &resolve.interfaces {
            let name = resolve.id_of(id).ok_or("an interface without a name")?;
            interfaces.insert(stem(&name).to_owned(), interface(&resolve, name, parsed));
        }
        Ok(Self(interfaces))
    }

    /// All interfaces, by name without version.
    pub(crate) fn interfaces(&self) -> &BTreeMap<String, Interface> {
        &self.0
    }

    /// The interface that a component means by `imported`: any release of 0.2 is met by this one,
    /// as the linker sees it too. Drafts are met by nothing.
    pub(crate) fn find(&self, imported: &str) -> Option<&Interface> {
        let (stem, version) = imported.split_once('@')?;
        let patch = version.strip_prefix("0.2.")?;
        let is_release = !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit());
        if is_release { self.0.get(stem) } else { None }
    }
}

/// An interface's name without its version.
fn stem(name: &str) -> &str {
    name.split('@').next().unwrap_or_default()
}

fn interface(resolve: &Resolve, name: String, parsed: &Parsed) -> Interface {
    let answer = |result: &Option<_>| result.as_ref().and_then(|is| nothing::of(resolve, is));
    let answers = parsed.functions.iter();
    Interface {
        name,
        shapes: Shapes::of(resolve, parsed),
        answers: answers.map(|(name, item)| (name.clone(), answer(&item.result))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layer_can_be_read_and_holds_nothing_that_reaches_out() {
        let layer = Layer::read().unwrap();
        let streams = &layer.0["wasi:io/streams"];
        assert_eq!(streams.name, "wasi:io/streams@0.2.12");
        assert_eq!(
            streams.shapes.resources,
            ["input-stream", "output-stream"].map(str::to_owned).into()
        );
        let packages =
            ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/"];
        let inside = |name: &String| packages.iter().any(|package| name.starts_with(package));
        assert!(layer.0.keys().all(inside), "{:?}", layer.0.keys());
    }

    #[test]
    fn every_release_of_the_track_is_met_and_nothing_else() {
        let layer = Layer::builtin();
        for version in ["0.2.0", "0.2.6", "0.2.12", "0.2.99"] {
            assert!(layer.find(&format!("wasi:cli/exit@{version}")).is_some(), "{version}");
        }
        for version in ["0.2.0-rc-2023-11-10", "0.2.", "0.2", "0.3.0", "0.2.6+x", "1.0.0", ""] {
            assert!(layer.find(&format!("wasi:cli/exit@{version}")).is_none(), "{version}");
        }
        assert!(layer.find("wasi:cli/exit").is_none());
        assert!(layer.find("wasi:sockets/tcp@0.2.6").is_none());
    }

    #[test]
    fn no_file_can_be_named() {
        let layer = Layer::builtin();
        let folders = &layer.0["wasi:filesystem/preopens"].answers["get-directories"];
        assert_eq!(folders, &Some(Val::List(vec![])));
        for (function, answer) in &layer.0["wasi:filesystem/types"].answers {
            let refused = Val::Result(Err(Some(Box::new(Val::Enum("not-permitted".to_owned())))));
            let expected = match function.as_str() {
                "[method]descriptor.is-same-object" => Val::Bool(false),
                "filesystem-error-code" => Val::Option(None),
                _ => refused,
            };
            assert_eq!(answer.as_ref(), Some(&expected), "{function}");
        }
    }
}
