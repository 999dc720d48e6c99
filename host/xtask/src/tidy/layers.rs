//! Arrows point down: a room depends only on rooms of lower layers. Tests may reach anywhere.

use std::collections::BTreeMap;

use super::Finding;
use crate::workspace::Package;

pub(super) fn check(packages: &BTreeMap<String, Package>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, package) in packages.iter().filter(|(_, package)| is_room(package)) {
        let manifest = format!("{}/Cargo.toml", package.folder);
        let Some(layer) = package.layer else {
            let message = "a room says its layer in `package.metadata.room`";
            findings.push(Finding::of_file(&manifest, message));
            continue;
        };
        for need in &package.needs {
            let below = packages.get(need).filter(|need| is_room(need)).and_then(|need| need.layer);
            if below.is_none_or(|below| below >= layer) {
                let below = below.map_or_else(|| "none".to_owned(), |below| below.to_string());
                let message = format!(
                    "`{name}` of layer {layer} needs `{need}` of layer {below}: arrows point down"
                );
                findings.push(Finding::of_file(&manifest, message));
            }
        }
    }
    findings
}

fn is_room(package: &Package) -> bool {
    package.folder.starts_with("host/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rooms: &[(&str, &str, Option<i64>, &[&str])]) -> Vec<String> {
        let package = |(name, folder, layer, needs): &(&str, &str, Option<i64>, &[&str])| {
            let needs = needs.iter().map(ToString::to_string).collect();
            let folder = (*folder).to_owned();
            ((*name).to_owned(), Package { folder, layer: *layer, needs, kinds: vec![] })
        };
        check(&rooms.iter().map(package).collect()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn arrows_down_are_right() {
        let rooms: [(&str, &str, Option<i64>, &[&str]); 3] = [
            ("model", "host/model", Some(0), &[]),
            ("wire", "host/wire", Some(1), &["model"]),
            ("guest", "plugins/guest", None, &["model"]),
        ];
        assert!(found(&rooms).is_empty());
    }

    #[test]
    fn arrows_up_and_sideways_are_found() {
        let rooms: [(&str, &str, Option<i64>, &[&str]); 3] = [
            ("model", "host/model", Some(0), &["wire"]),
            ("sign", "host/sign", Some(1), &[]),
            ("wire", "host/wire", Some(1), &["sign"]),
        ];
        let expected = [
            "host/model/Cargo.toml: `model` of layer 0 needs `wire` of layer 1: arrows point down",
            "host/wire/Cargo.toml: `wire` of layer 1 needs `sign` of layer 1: arrows point down",
        ];
        assert_eq!(found(&rooms), expected);
    }

    #[test]
    fn a_room_needs_no_guest_and_has_a_layer() {
        let rooms: [(&str, &str, Option<i64>, &[&str]); 3] = [
            ("guest", "plugins/guest", None, &[]),
            ("net", "host/net", Some(4), &["guest"]),
            ("odd", "host/odd", None, &[]),
        ];
        assert_eq!(found(&rooms).len(), 2);
    }
}
