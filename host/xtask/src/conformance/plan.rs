//! What the clients that read no TOML are to ask: the calls of the tests, and the catalog.

use std::fs;
use std::path::{Path, PathBuf};

use host_catalog::{Catalog, gateway_errors};
use serde_json::{Map, Value, json};

use super::TESTS;
use crate::error::XtaskError;
use crate::workspace::Workspace;

/// Writes it into `folder`; its path.
pub(super) fn write(workspace: &Workspace, folder: &Path) -> Result<PathBuf, XtaskError> {
    let file = workspace.path(&format!("{TESTS}/shapes.toml"));
    let unusable = |path: &Path, what| {
        let path = path.to_owned();
        move |source| XtaskError::FileUnusable { path, what, source }
    };
    let shapes = fs::read_to_string(&file).map_err(unusable(&file, "read"))?;
    let plan = folder.join("plan.json");
    fs::write(&plan, text(&shapes)?).map_err(unusable(&plan, "written"))?;
    Ok(plan)
}

fn text(shapes: &str) -> Result<String, XtaskError> {
    let shapes: Value = toml::from_str(shapes).map_err(|error| XtaskError::Unreadable {
        what: format!("`{TESTS}/shapes.toml`"),
        reason: error.to_string(),
    })?;
    let plan = json!({
        "shapes": shapes,
        "actions": actions(Catalog::builtin()),
        "gateway": gateway_errors(),
    });
    Ok(plan.to_string())
}

/// By `product:Action`.
fn actions(catalog: &Catalog) -> Map<String, Value> {
    let mut all = Map::new();
    for product in catalog.products() {
        for action in product.actions.values() {
            let about = json!({
                "version": product.version,
                "method": action.method,
                "errors": action.errors,
            });
            all.insert(format!("{}:{}", product.key, action.name), about);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn has_calls_and_catalog() {
        let text =
            super::text("[shapes.\"ram:GetRole\"]\nwith = { RoleName = \"{role}\" }").unwrap();
        let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(plan["shapes"]["shapes"]["ram:GetRole"]["with"]["RoleName"], "{role}");
        assert_eq!(plan["actions"]["ram:GetRole"]["errors"]["EntityNotExist.Role"], 404);
        assert_eq!(plan["actions"]["sts:AssumeRole"]["version"], "2015-04-01");
        assert_eq!(plan["gateway"]["SignatureDoesNotMatch"], 400);
    }
}
