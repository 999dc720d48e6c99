//! The table of `tests/grants`: calls with their surroundings, and what must become of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use host_catalog::{
    Action, Catalog, Encoding, Owner, Parameter, ParameterType, Product, SettingNames,
};
use host_model::{AccountId, Call, IdentityRef, SecretKind, SecretRef, Value};
use host_policy::{
    Allowances, Consent, DocumentKind, Grants, Judged, Need, PolicyFile, RunFacts, Scene, Subject,
    UserFacts,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// The account that calls, unless a case says otherwise.
pub(crate) const CALLER: &str = "1111111111111111";

/// The script that a manifest declares, unless a case says otherwise.
const SCRIPT: &str = "sh install.sh {{license_key}}\n";

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// `product:Action`.
    pub(crate) call: String,
    #[serde(default)]
    pub(crate) version: Option<String>,
    #[serde(default)]
    pub(crate) region: Option<String>,
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, Given>,
    /// Given once more, after the others.
    #[serde(default)]
    pub(crate) again: BTreeMap<String, Given>,
    #[serde(default)]
    pub(crate) account: Option<AccountId>,
    #[serde(default)]
    pub(crate) declared: Option<BTreeSet<String>>,
    /// The texts of the scripts that the manifest declares.
    #[serde(default)]
    pub(crate) scripts: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    #[serde(default)]
    pub(crate) adopt: bool,
    /// The text of a policy file.
    #[serde(default)]
    pub(crate) policy: Option<String>,
    #[serde(default)]
    pub(crate) offline: bool,
    /// Texts that stand for what the cloud will decide.
    #[serde(default)]
    pub(crate) made_up: BTreeSet<String>,
    #[serde(default)]
    pub(crate) consent: Agreed,
    #[serde(default)]
    pub(crate) documents: Vec<Collected>,
    #[serde(default)]
    pub(crate) user: Option<Known>,
    /// `permit`, or the code of the denial.
    pub(crate) expect: String,
    #[serde(default)]
    pub(crate) rule: Option<u8>,
    #[serde(default)]
    pub(crate) grant: Option<String>,
    /// What would become of it if the catalog took any parameter with any value.
    #[serde(default)]
    pub(crate) unchecked: Option<String>,
    /// How each line for a person begins; all of them, if given.
    #[serde(default)]
    pub(crate) risks: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Given {
    Text(String),
    Json { json: serde_json::Value },
    Secret { secret: SecretRef },
    Settings { settings: BTreeMap<String, Self> },
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Agreed {
    Offline,
    #[default]
    Person,
    Unattended,
    VettedRead,
    None,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Collected {
    pub(crate) policy: String,
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// Whether it is a system policy with a text that is known.
    #[serde(default)]
    pub(crate) system: bool,
    #[serde(default)]
    pub(crate) trust: bool,
    #[serde(default)]
    pub(crate) text: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) marked: bool,
}

/// A case, ready to be judged.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) call: Call,
    pub(crate) product: &'static Product,
    pub(crate) action: &'static Action,
    pub(crate) account: AccountId,
    pub(crate) documents: Vec<Judged>,
    pub(crate) user: Option<UserFacts>,
    pub(crate) consent: Consent,
    pub(crate) scene: Scene,
}

impl Ready {
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            call: &self.call,
            product: self.product,
            action: self.action,
            account: &self.account,
            documents: &self.documents,
            user: self.user.as_ref(),
            consent: self.consent,
        }
    }
}

impl Case {
    pub(crate) fn ready(&self) -> Ready {
        let (product, action) = self.call.split_once(':').expect("a case names product:Action");
        let (call_product, call_action) = (product, action);
        // Calls that the catalog does not have are asked for under an action that it has.
        let product = Catalog::builtin().product(product).unwrap_or_else(|| any_product());
        let action = product.actions.get(action).unwrap_or_else(|| any_action(product));
        let parameters = self.parameters.iter().chain(&self.again);
        let call = Call {
            identity: IdentityRef("source".to_owned()),
            product: call_product.to_owned(),
            version: self.version.clone().unwrap_or_else(|| product.version.clone()),
            action: call_action.to_owned(),
            region: self.region.clone(),
            parameters: parameters.map(|(name, given)| (name.clone(), given.value())).collect(),
        };
        Ready {
            call,
            product,
            action,
            account: self.account.clone().unwrap_or_else(|| CALLER.parse().unwrap()),
            documents: self.documents.iter().map(Collected::judged).collect(),
            user: self
                .user
                .as_ref()
                .map(|user| UserFacts { name: user.name.clone(), marked: user.marked }),
            consent: self.consent.consent(),
            scene: self.scene(),
        }
    }

    fn scene(&self) -> Scene {
        let scripts = self.scripts.clone().unwrap_or_else(|| vec![SCRIPT.to_owned()]);
        let mut allowances = Allowances { adopt: self.adopt, ..Allowances::default() };
        for word in &self.allow {
            allowances.allow(word).unwrap();
        }
        allowances.grants =
            self.policy.as_deref().map(|text| Arc::new(granted(text, self.offline)));
        Scene {
            declared: self.declared.clone().unwrap_or_else(|| [self.call.clone()].into()),
            bound: [CALLER, "2222222222222222"].map(|id| id.parse().unwrap()).into(),
            commands: scripts.iter().map(|script| digest(script)).collect(),
            allowances,
            mark: "host:workflow=delegate".to_owned(),
            offline: self.offline,
            made_up: self.made_up.clone(),
        }
    }
}

/// What a policy file grants to the run of every case.
pub(crate) fn granted(text: &str, harmless: bool) -> Grants {
    let file = PolicyFile::parse(text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    let accounts = [("monitoring", CALLER), ("source", "2222222222222222")];
    let accounts = accounts.map(|(name, id)| (name.to_owned(), id.parse().unwrap()));
    let (workflow, digest) = ("delegate", "d".repeat(64));
    file.grants(&RunFacts { workflow, digest: &digest, accounts: &accounts.into(), harmless })
}

pub(crate) fn digest(script: &str) -> String {
    let bytes = Sha256::digest(script);
    let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The product as it would be if its data said that the action takes exactly what is given: the
/// worst mistake that its data can have.
pub(crate) fn opened(product: &Product, call: &Call) -> Product {
    let mut product = product.clone();
    let mut parameters = Vec::new();
    for (name, value) in &call.parameters {
        let is = format!("open-{name}");
        product.types.insert(is.clone(), open_type(value));
        let parameter = Parameter {
            name: name.clone(),
            is,
            required: false,
            encode: Encoding::Flat,
            owner: Owner::Workflow,
            late: false,
            at: None,
        };
        parameters.push(parameter);
    }
    product.actions.get_mut(&call.action).unwrap().parameters = parameters;
    product
}

fn open_type(value: &Value) -> ParameterType {
    match value {
        Value::Text(_) => {
            ParameterType::Text { min: None, max: None, chars: None, values: Vec::new() }
        }
        Value::Json(_) => ParameterType::Tree,
        Value::Secret(secret) => ParameterType::Secret { kind: secret.kind },
        Value::Settings(settings) => {
            let pointers = settings.iter().any(|(name, _)| name.starts_with('/'));
            ParameterType::Settings {
                names: if pointers { SettingNames::Pointers } else { SettingNames::Plain },
                max: usize::MAX,
                value_max: usize::MAX,
                value_chars: None,
                secrets: vec![
                    SecretKind::AccessKey,
                    SecretKind::Session,
                    SecretKind::Password,
                    SecretKind::LicenseKey,
                ],
            }
        }
    }
}

fn any_product() -> &'static Product {
    Catalog::builtin().product("ram").unwrap()
}

fn any_action(product: &Product) -> &Action {
    product.actions.values().next().unwrap()
}

impl Given {
    fn value(&self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.clone()),
            Self::Json { json } => Value::Json(json.clone()),
            Self::Secret { secret } => Value::Secret(secret.clone()),
            Self::Settings { settings } => {
                let settings = settings.iter().map(|(name, given)| (name.clone(), given.value()));
                Value::Settings(settings.collect())
            }
        }
    }
}

impl Agreed {
    fn consent(self) -> Consent {
        match self {
            Self::Offline => Consent::Offline,
            Self::Person => Consent::Person,
            Self::Unattended => Consent::Unattended,
            Self::VettedRead => Consent::VettedRead,
            Self::None => Consent::None,
        }
    }
}

impl Collected {
    fn judged(&self) -> Judged {
        let name = self.policy.clone();
        let kind = if self.system { "System" } else { "Custom" };
        let need = match self.version.clone() {
            Some(version) => Need::PolicyVersion { name, version },
            None => Need::Policy { name, kind: kind.to_owned() },
        };
        let known = || host_ram::system_policy(&self.policy).unwrap().document.to_json();
        let text = self.text.clone().or_else(|| self.system.then(known));
        let kind = if self.trust { DocumentKind::Trust } else { DocumentKind::Permission };
        Judged { kind, what: need.what(), text }
    }
}

/// All cases of all files, with the file in front of their names.
pub(crate) fn cases() -> Vec<Case> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        case: Vec<Case>,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/grants");
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|error| {
            panic!("{}: {error}", path.display());
        });
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        cases.extend(
            file.case
                .into_iter()
                .map(|case| Case { name: format!("{stem}: {}", case.name), ..case }),
        );
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}
