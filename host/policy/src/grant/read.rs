//! From text to rules. Whatever is not understood is an error with its place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use host_catalog::Catalog;
use host_model::quote_within;
use serde::Deserialize;
use toml::{Spanned, Value as Toml};

use super::condition::{self, Condition};
use super::fault::PolicyFault;
use super::file::{AccountWord, Mode, Reads, Rule, WorkflowName};
use super::near::nearest;
use super::pattern::Pattern;
use super::resource::Resource;
use crate::Allowances;

/// The only format that there is.
const FORMAT: i64 = 1;

/// How many characters of a word a message shows.
const SHOWN: usize = 80;

/// A rule may be long, and a file may have many; one that is larger is a mistake.
const BYTES_MAX: usize = 4 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    format: Option<Spanned<i64>>,
    mode: Option<Spanned<String>>,
    reads: Option<Spanned<String>>,
    #[serde(default)]
    rule: Vec<Spanned<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    note: Option<String>,
    workflow: Option<Spanned<Toml>>,
    account: Option<Spanned<Toml>>,
    actions: Spanned<Vec<Spanned<String>>>,
    resources: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, Spanned<Toml>>,
    #[serde(default)]
    allow: Vec<Spanned<String>>,
}

/// A fault at some bytes of a text.
struct Source<'a>(&'a str);

impl Source<'_> {
    fn fault(&self, span: Range<usize>, reason: impl Into<String>) -> PolicyFault {
        PolicyFault::at(self.0, span, reason)
    }
}

pub(super) fn file(text: &str, catalog: &Catalog) -> Result<(Mode, Reads, Vec<Rule>), PolicyFault> {
    let source = Source(text);
    if text.len() > BYTES_MAX {
        return Err(source.fault(0..0, format!("the file is larger than {BYTES_MAX} bytes")));
    }
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let reason = quote_within(error.message(), 400);
        source.fault(error.span().unwrap_or(0..0), reason)
    })?;
    if let Some(format) = raw.format.filter(|format| *format.get_ref() != FORMAT) {
        return Err(source.fault(format.span(), format!("`format` must be {FORMAT}")));
    }
    let mode =
        word(&source, raw.mode.as_ref(), "mode", [Mode::Enforce, Mode::Audit], Mode::as_str)?;
    let reads = word(
        &source,
        raw.reads.as_ref(),
        "reads",
        [Reads::Granted, Reads::Declared],
        Reads::as_str,
    )?;
    let mut rules = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for rule in raw.rule {
        let start = rule.span().start;
        line += text.get(counted..start).unwrap_or_default().matches('\n').count();
        counted = start;
        rules.push(rule_of(&source, catalog, line, rule.into_inner())?);
    }
    if rules.is_empty() && reads == Reads::Granted {
        let reason = "nothing is granted: a policy file has at least one `[[rule]]`, or `reads = \"declared\"`";
        return Err(source.fault(0..0, reason));
    }
    Ok((mode, reads, rules))
}

fn word<T: Copy + Default>(
    source: &Source<'_>,
    given: Option<&Spanned<String>>,
    key: &str,
    all: [T; 2],
    as_str: impl Fn(T) -> &'static str,
) -> Result<T, PolicyFault> {
    let Some(given) = given else { return Ok(T::default()) };
    let found = all.iter().copied().find(|it| as_str(*it) == given.get_ref());
    found.ok_or_else(|| {
        let [first, second] = all.map(as_str);
        source.fault(given.span(), format!("`{key}` must be `{first}` or `{second}`"))
    })
}

fn rule_of(
    source: &Source<'_>,
    catalog: &Catalog,
    line: usize,
    raw: RawRule,
) -> Result<Rule, PolicyFault> {
    let actions = actions(source, catalog, &raw.actions)?;
    let mut conditions = BTreeMap::new();
    for (name, value) in raw.conditions {
        conditions.insert(name.clone(), condition_of(source, catalog, &actions, &name, &value)?);
    }
    let mut allow = Allowances::default();
    for word in &raw.allow {
        let unknown = |error: crate::AllowanceUnknown| source.fault(word.span(), error.to_string());
        allow.allow(word.get_ref()).map_err(unknown)?;
    }
    let patterns = words_of(raw.actions);
    Ok(Rule {
        line,
        note: raw.note,
        workflow: raw.workflow.map(|it| workflow(source, &it)).transpose()?.unwrap_or_default(),
        accounts: raw.account.map(|it| accounts(source, &it)).transpose()?.unwrap_or_default(),
        patterns,
        actions,
        resources: raw.resources.as_ref().map(|it| resources(source, it)).transpose()?,
        objects: raw.resources.map(words_of).unwrap_or_default(),
        conditions,
        words: raw.allow.into_iter().map(Spanned::into_inner).collect(),
        allow,
    })
}

fn words_of(words: Spanned<Vec<Spanned<String>>>) -> Vec<String> {
    words.into_inner().into_iter().map(Spanned::into_inner).collect()
}

/// Every action of the catalog that some pattern matches; each pattern matches at least one.
fn actions(
    source: &Source<'_>,
    catalog: &Catalog,
    patterns: &Spanned<Vec<Spanned<String>>>,
) -> Result<BTreeSet<(String, String)>, PolicyFault> {
    if patterns.get_ref().is_empty() {
        return Err(source.fault(patterns.span(), "`actions` is empty, so the rule grants nothing"));
    }
    let mut all = BTreeSet::new();
    for pattern in patterns.get_ref() {
        let found = matching(catalog, pattern.get_ref());
        if found.is_empty() {
            return Err(source.fault(pattern.span(), unknown(catalog, pattern.get_ref())));
        }
        all.extend(found);
    }
    Ok(all)
}

fn matching(catalog: &Catalog, pattern: &str) -> Vec<(String, String)> {
    let (product, action) = match pattern {
        "*" => ("*", "*"),
        _ => pattern.split_once(':').unwrap_or_default(),
    };
    let (products, actions) = (Pattern::new(product), Pattern::new(action));
    let products = catalog.products().filter(|product| products.matches(&product.key));
    let all = products.flat_map(|product| {
        product.actions.keys().map(move |action| (product.key.clone(), action.clone()))
    });
    all.filter(|(_, action)| actions.matches(action)).collect()
}

/// Why a pattern matches nothing, with what was perhaps meant.
fn unknown(catalog: &Catalog, pattern: &str) -> String {
    let shown = quote_within(pattern, SHOWN);
    let Some((product, action)) = pattern.split_once(':') else {
        return format!(
            "`{shown}` must be `PRODUCT:ACTION`, such as `ram:CreateRole` or `ram:Get*`"
        );
    };
    let Some(product) = catalog.product(product) else {
        let known: Vec<&str> = catalog.products().map(|it| it.key.as_str()).collect();
        return format!("`{shown}` is of no product that is known: {}", known.join(", "));
    };
    let near = nearest(product.actions.keys().map(String::as_str), action);
    let near = near.map(|known| format!("; did you mean `{}:{known}`?", product.key));
    format!("`{shown}` matches no action that is known{}", near.unwrap_or_default())
}

fn condition_of(
    source: &Source<'_>,
    catalog: &Catalog,
    actions: &BTreeSet<(String, String)>,
    name: &str,
    value: &Spanned<Toml>,
) -> Result<Condition, PolicyFault> {
    let shown = quote_within(name, SHOWN);
    let is_known = |(product, action): &(String, String)| {
        let product = catalog.product(product);
        let found = product.and_then(|product| Some((product, product.actions.get(action)?)));
        found.is_some_and(|(product, action)| condition::is_known(product, action, name))
    };
    if !actions.iter().any(is_known) {
        let reason = format!(
            "no action of this rule has a parameter `{shown}` that is a text, a number, a flag or a list of texts"
        );
        return Err(source.fault(value.span(), reason));
    }
    Condition::parse(value.get_ref())
        .map_err(|reason| source.fault(value.span(), format!("`{shown}`: {reason}")))
}

fn workflow(source: &Source<'_>, value: &Spanned<Toml>) -> Result<WorkflowName, PolicyFault> {
    let fault = |reason: &str| Err(source.fault(value.span(), format!("`workflow` {reason}")));
    let mut workflow = WorkflowName::default();
    match value.get_ref() {
        Toml::String(name) => workflow.name = Some(name.clone()),
        Toml::Table(table) if !table.is_empty() => {
            for (key, value) in table {
                match (key.as_str(), value) {
                    ("name", Toml::String(name)) => workflow.name = Some(name.clone()),
                    ("digest", Toml::String(digest)) => {
                        let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
                        workflow.digest = Some(digits.to_owned());
                    }
                    _ => return fault("has `name` and `digest`, both texts, and nothing else"),
                }
            }
        }
        _ => return fault("must be a name, or `{ name = …, digest = … }`"),
    }
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if workflow.name.as_ref().is_some_and(|it| it.is_empty() || !it.bytes().all(plain)) {
        return fault("is a name of lower-case letters, digits and dashes, without wildcards");
    }
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if workflow.digest.as_ref().is_some_and(|it| it.len() != 64 || !it.bytes().all(hex)) {
        return fault(
            "has a digest of 64 lower-case hexadecimal digits, as `host inspect` shows it",
        );
    }
    Ok(workflow)
}

fn accounts(source: &Source<'_>, value: &Spanned<Toml>) -> Result<Vec<AccountWord>, PolicyFault> {
    let fault = |reason: &str| Err(source.fault(value.span(), format!("`account` {reason}")));
    let items = match value.get_ref() {
        Toml::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    if items.is_empty() {
        return fault("is empty, so the rule grants nothing");
    }
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let mut words = Vec::new();
    for item in items {
        let Toml::String(word) = item else {
            return fault("must be a text or a list of texts: an id stands in quotes");
        };
        if let Ok(id) = word.parse() {
            words.push(AccountWord::Id(id));
        } else if !word.is_empty() && word.bytes().all(plain) {
            words.push(AccountWord::Name(word.clone()));
        } else {
            return fault("must be an id of 5 to 20 digits, or a name as the workflow has it");
        }
    }
    Ok(words)
}

fn resources(
    source: &Source<'_>,
    patterns: &Spanned<Vec<Spanned<String>>>,
) -> Result<Vec<Resource>, PolicyFault> {
    if patterns.get_ref().is_empty() {
        let reason = "`resources` is empty, so the rule grants nothing; leave it out for all";
        return Err(source.fault(patterns.span(), reason));
    }
    let one = |pattern: &Spanned<String>| {
        Resource::parse(pattern.get_ref()).map_err(|reason| {
            let shown = quote_within(pattern.get_ref(), SHOWN);
            source.fault(pattern.span(), format!("`{shown}` {reason}"))
        })
    };
    patterns.get_ref().iter().map(one).collect()
}
