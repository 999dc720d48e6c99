//! `cargo xtask wit`: the typed product packages below `wit/deps`, from the catalog; and releases of the contract.

use host_catalog::{Catalog, package_text};

use crate::contract;
use crate::error::XtaskError;
use crate::generated::{self, Files, Mode};
use crate::workspace::Workspace;

/// Writes or checks the product packages.
pub(crate) fn packages(workspace: &Workspace, mode: Mode) -> Result<(), XtaskError> {
    generated::keep(workspace, mode, &files(), "cargo xtask wit")
}

/// Checks that the product packages are what the catalog says, and the contract what was promised.
pub(crate) fn check(workspace: &Workspace) -> Result<(), XtaskError> {
    packages(workspace, Mode::Check)?;
    contract::check(workspace)
}

/// Releases what `wit/` is now.
pub(crate) fn release(workspace: &Workspace, replace: bool) -> Result<(), XtaskError> {
    packages(workspace, Mode::Check)?;
    contract::release(workspace, replace)?;
    contract::check(workspace)
}

fn files() -> Files {
    let products = Catalog::builtin().products();
    let file = |key: &str| format!("wit/deps/aliyun-{key}/{key}.wit");
    products.map(|product| (file(&product.key), package_text(product))).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_product_has_a_package() {
        let files = super::files();
        let (path, text) = files.iter().find(|(path, _)| path.contains("sts")).unwrap();
        assert_eq!(path, "wit/deps/aliyun-sts/sts.wit");
        assert!(text.contains("package aliyun:sts@"));
    }
}
