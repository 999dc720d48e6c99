//! The secrets of a run: in memory by name, and sealed in the vault.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit as _, Mac as _};
use host_model::{AccountId, RunId, SecretKind, SecretRef, SecretText, Timestamp};
use host_vault::{Entry, Intent, Pending, SealedEntry, Vault, VaultError};
use host_wire::{Redactor, SecretLookup};
use sha2::Sha256;

/// Keeps keys that are derived for fingerprints apart from all others.
const FINGERPRINT_DOMAIN: &[u8] = b"host fingerprint 1";

/// Keeps the randomness of a run apart from its fingerprints.
const RANDOMNESS_DOMAIN: &[u8] = b"host randomness 1";

/// The secrets of a run.
#[derive(Debug)]
pub struct Secrets {
    vault: Arc<dyn Vault>,
    lineage: String,
    fingerprint_key: [u8; 32],
    held: Mutex<BTreeMap<SecretRef, SecretText>>,
    /// Whose key a secret of the vault is: `user/<name>`.
    owners: Mutex<BTreeMap<SecretRef, String>>,
    /// Whether what is made is kept; a plan keeps nothing.
    keeps: bool,
    redactor: Mutex<Redactor>,
}

impl Secrets {
    /// Secrets of `lineage` in `vault`. Fingerprints are keyed by the installation's key and the run: they are
    /// unlike any other run's, and the same when the run is gone on with.
    pub fn new(vault: Arc<dyn Vault>, lineage: &str, key: &[u8; 32], run: &RunId) -> Self {
        let mut mac = keyed(key);
        mac.update(FINGERPRINT_DOMAIN);
        mac.update(run.as_str().as_bytes());
        let fingerprint_key = mac.finalize().into_bytes().into();
        Self {
            vault,
            lineage: lineage.to_owned(),
            fingerprint_key,
            held: Mutex::default(),
            owners: Mutex::default(),
            keeps: true,
            redactor: Mutex::new(Redactor::default()),
        }
    }

    /// The same, for a plan: it finds what the vault has, and keeps nothing.
    pub(crate) fn scratch(&self) -> Self {
        let redactor = self.redactor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Self {
            vault: Arc::clone(&self.vault),
            lineage: self.lineage.clone(),
            fingerprint_key: self.fingerprint_key,
            held: Mutex::default(),
            owners: Mutex::default(),
            keeps: false,
            redactor: Mutex::new(redactor.clone()),
        }
    }

    /// Whether the vault can take a secret, tried before one is made.
    pub(crate) fn rehearse(&self) -> Result<(), VaultError> {
        if self.keeps { self.vault.rehearse() } else { Ok(()) }
    }

    /// Notes that an AccessKey is about to be asked for, before the request is sent: a run that dies on
    /// the way leaves the next one a trace of the key that nobody has (fault rows 1 and 2).
    pub(crate) fn intend(
        &self,
        account: &AccountId,
        user_name: &str,
        run: &RunId,
    ) -> Result<(), VaultError> {
        if !self.keeps {
            return Ok(());
        }
        self.vault.intend(&self.intent(account, user_name, run)).map(|_| ())
    }

    /// The secret is kept, or it is certain that there is none.
    pub(crate) fn settle(
        &self,
        account: &AccountId,
        user_name: &str,
        run: &RunId,
    ) -> Result<(), VaultError> {
        if !self.keeps {
            return Ok(());
        }
        self.vault.settle(&self.intent(account, user_name, run)).map(|_| ())
    }

    /// The same, unless another run waits for a secret of that user by now.
    pub(crate) fn settle_own(
        &self,
        account: &AccountId,
        user_name: &str,
        run: &RunId,
    ) -> Result<(), VaultError> {
        if !self.keeps {
            return Ok(());
        }
        let own = self.intent(account, user_name, run);
        let is_there = self.vault.intents()?.iter().any(|pending| pending.intent == own);
        if is_there { self.vault.settle(&own).map(|_| ()) } else { Ok(()) }
    }

    /// What runs of this lineage wait to learn: whether keys were made that they asked for.
    pub(crate) fn notes(&self) -> Result<Vec<Pending>, VaultError> {
        let mut notes = self.vault.intents()?;
        notes.retain(|pending| pending.intent.lineage == self.lineage);
        Ok(notes)
    }

    /// Since when a run waits to learn whether an AccessKey was made for a user.
    pub(crate) fn unsettled(
        &self,
        account: &AccountId,
        user_name: &str,
    ) -> Result<Option<Timestamp>, VaultError> {
        let principal = format!("user/{user_name}");
        let mut all = self.notes()?.into_iter();
        let ours = all.find(|pending| {
            pending.intent.account == *account && pending.intent.principal == principal
        });
        Ok(ours.map(|pending| pending.at))
    }

    fn intent(&self, account: &AccountId, user_name: &str, run: &RunId) -> Intent {
        Intent {
            account: account.clone(),
            principal: format!("user/{user_name}"),
            kind: SecretKind::AccessKey,
            lineage: self.lineage.clone(),
            run: run.clone(),
        }
    }

    /// Seals a secret and holds it. When this returns, it survives a power cut.
    pub(crate) fn keep(
        &self,
        secret: &SecretRef,
        principal: Option<String>,
        text: &SecretText,
    ) -> Result<(), VaultError> {
        self.place(&self.seal(secret, principal, text)?)
    }

    /// Seals a secret and holds it, but does not keep it yet.
    pub(crate) fn seal(
        &self,
        secret: &SecretRef,
        principal: Option<String>,
        text: &SecretText,
    ) -> Result<SealedEntry, VaultError> {
        // Redaction comes first: even a failure to keep must not print it.
        self.hold(secret, text);
        let entry = Entry {
            account: secret.account.clone(),
            principal,
            kind: secret.kind,
            object: secret.object.clone(),
            lineage: self.lineage.clone(),
        };
        self.vault.prepare(&entry, text)
    }

    /// Keeps what was sealed. When this returns, it survives a power cut.
    pub(crate) fn place(&self, sealed: &SealedEntry) -> Result<(), VaultError> {
        if self.keeps { self.vault.place(sealed).map(|_| ()) } else { Ok(()) }
    }

    /// Removes a secret that opens nothing any more; whether there was one.
    pub(crate) fn forget(&self, secret: &SecretRef) -> Result<bool, VaultError> {
        if !self.keeps {
            return Ok(false);
        }
        self.vault.delete(&secret.account, &secret.object, &self.lineage)
    }

    /// Holds a secret for this run only.
    pub(crate) fn hold(&self, secret: &SecretRef, text: &SecretText) {
        self.know(text);
        let mut held = self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        held.insert(secret.clone(), text.clone());
    }

    /// Lets nothing that holds `text` be reported.
    pub fn know(&self, text: &SecretText) {
        self.redactor.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(text);
    }

    /// The secret of an object that this lineage kept, in this run or an earlier one.
    pub(crate) fn find(
        &self,
        account: &AccountId,
        object: &str,
    ) -> Result<Option<SecretRef>, VaultError> {
        if let Some(made) = self.made(account, object) {
            return Ok(Some(made));
        }
        let Some(found) = self.vault.find(account, object, &self.lineage)? else {
            return Ok(None);
        };
        let secret = found.kept.entry.secret_ref();
        self.hold(&secret, &found.secret);
        if let Some(owner) = found.kept.entry.principal {
            let mut owners = self.owners.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            owners.insert(secret.clone(), owner);
        }
        Ok(Some(secret))
    }

    /// The name of the user whose key a secret of the vault is; `None` for one that this run made.
    pub(crate) fn owner(&self, secret: &SecretRef) -> Option<String> {
        let owners = self.owners.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        owners.get(secret)?.strip_prefix("user/").map(str::to_owned)
    }

    /// What a plan made up, and kept nowhere else.
    fn made(&self, account: &AccountId, object: &str) -> Option<SecretRef> {
        let held = self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_it = |name: &&SecretRef| name.account == *account && name.object == object;
        held.keys().find(is_it).filter(|_| !self.keeps).cloned()
    }

    /// A hash of a secret that means nothing outside of this run.
    pub(crate) fn fingerprint(&self, secret: &SecretRef) -> Option<String> {
        let text = self.secret(secret)?;
        let mut mac = keyed(&self.fingerprint_key);
        mac.update(text.expose().as_bytes());
        let bytes = mac.finalize().into_bytes();
        Some(bytes.iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
    }

    /// The randomness of the run: its `draw`th reading, the same for its plan, for the run itself, and when it is
    /// gone on with. Nobody without the installation's key can tell it from chance.
    pub(crate) fn randomness(&self, draw: u64, length: usize) -> Vec<u8> {
        let block = |index: u64| {
            let mut mac = keyed(&self.fingerprint_key);
            mac.update(RANDOMNESS_DOMAIN);
            mac.update(&draw.to_be_bytes());
            mac.update(&index.to_be_bytes());
            mac.finalize().into_bytes()
        };
        (0..).flat_map(block).take(length).collect()
    }

    /// `text` without any secret that this run knows, in any of the forms in which it could appear.
    pub fn redact(&self, text: &str) -> String {
        self.redactor.lock().unwrap_or_else(std::sync::PoisonError::into_inner).redact(text)
    }
}

impl SecretLookup for Secrets {
    fn secret(&self, name: &SecretRef) -> Option<SecretText> {
        let held = self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        held.get(name).cloned()
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// The RAM user that an object's name speaks of, for the vault's records.
pub(crate) fn principal_of(kind: SecretKind, user: Option<&str>) -> Option<String> {
    match kind {
        SecretKind::AccessKey | SecretKind::Password => user.map(|user| format!("user/{user}")),
        SecretKind::Session | SecretKind::LicenseKey => None,
    }
}

#[cfg(test)]
mod tests {
    use host_simulator::VirtualClock;
    use host_vault::Memory;

    use super::*;

    fn of(run: &str, key: u8) -> Secrets {
        let clock = VirtualClock::new(Timestamp::from_millis(0));
        let vault = Arc::new(Memory::new(Arc::new(clock)));
        Secrets::new(vault, "ack", &[key; 32], &run.parse().expect("a run's id"))
    }

    #[test]
    fn what_is_drawn_is_the_plans_own_and_no_other_runs() {
        let secrets = of("run-19b8d627a80-b4b30787", 7);
        let first = secrets.randomness(0, 100);
        assert_eq!(first.len(), 100);
        assert_eq!(secrets.scratch().randomness(0, 100), first, "its plan draws the same");
        assert_eq!(of("run-19b8d627a80-b4b30787", 7).randomness(0, 100), first, "and a resume");
        let others = [
            secrets.randomness(1, 100),
            of("run-19b8d627a80-b4b30788", 7).randomness(0, 100),
            of("run-19b8d627a80-b4b30787", 8).randomness(0, 100),
        ];
        for other in others {
            assert!(other.chunks(20).zip(first.chunks(20)).all(|(one, other)| one != other));
        }
    }
}
