//! The products that the program knows.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use host_model::{CallError, ErrorKind, quote_within};

use crate::{Action, Product};

/// All products that the program knows, by key.
#[derive(Debug, Clone)]
pub struct Catalog {
    products: BTreeMap<String, Product>,
}

const DATA: [(&str, &str); 7] = [
    ("arms", include_str!("../data/arms.toml")),
    ("cs", include_str!("../data/cs.toml")),
    ("ecs", include_str!("../data/ecs.toml")),
    ("ims", include_str!("../data/ims.toml")),
    ("ram", include_str!("../data/ram.toml")),
    ("resourcemanager", include_str!("../data/resourcemanager.toml")),
    ("sts", include_str!("../data/sts.toml")),
];

impl Catalog {
    /// The catalog that is built in, read once.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let products = DATA.iter().map(|(key, text)| {
                let product = Product::parse(key, text).expect("a test reads every data file");
                ((*key).to_owned(), product)
            });
            Self { products: products.collect() }
        })
    }

    /// All products, sorted by key.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// The product of that key.
    pub fn product(&self, key: &str) -> Option<&Product> {
        self.products.get(key)
    }

    /// The action of that name.
    pub fn action(&self, product: &str, action: &str) -> Option<&Action> {
        self.product(product)?.actions.get(action)
    }

    /// Product and action of a call, or the denial that says what is not catalogued
    /// (`security.md`, rule 1).
    pub fn resolve(
        &self,
        product: &str,
        version: &str,
        action: &str,
    ) -> Result<(&Product, &Action), CallError> {
        let unknown = |what: String| {
            CallError::new(
                ErrorKind::Denied,
                "catalog.action-unknown",
                format!("{what} is not in the catalog, so it cannot be called"),
            )
        };
        let known = self
            .product(product)
            .ok_or_else(|| unknown(format!("product `{}`", quote_within(product, 64))))?;
        if known.version != version {
            let version = quote_within(version, 32);
            return Err(unknown(format!("version `{version}` of `{product}`"))
                .with("hint", format!("the catalog has version {}", known.version)));
        }
        let action = known.actions.get(action).ok_or_else(|| {
            unknown(format!("action `{}` of `{product}`", quote_within(action, 64)))
        })?;
        Ok((known, action))
    }
}
