//! Notes in files; what every vault does with notes is in `tests/conformance`.

use std::fs;

use host_model::{RunId, SecretKind};
use host_ports::Clock;

use super::{LINEAGE, OBJECT, Still, code, filled, open};
use crate::{Intent, Vault as _};

#[test]
fn a_vault_with_notes_and_no_key_gets_no_new_one() {
    let (_root, dir, vault) = filled();
    let intent = Intent {
        account: "1000000000000001".parse().unwrap(),
        principal: "user/host-reporter".to_owned(),
        kind: SecretKind::AccessKey,
        lineage: LINEAGE.to_owned(),
        run: RunId::new(Still.now(), [0, 0, 0, 1]),
    };
    vault.intend(&intent).unwrap();
    assert!(vault.delete(&intent.account, OBJECT, LINEAGE).unwrap());
    drop(vault);
    fs::remove_file(dir.join("identity.txt")).unwrap();
    assert_eq!(code(open(&dir)), "vault.identity-missing");
}
