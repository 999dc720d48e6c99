//! What a read shows now that it did not show when the plan was made.
//!
//! Documents are compared by meaning, settings key by key, lists by what their items are named; all else by where
//! it stands in the reply.

use std::collections::BTreeSet;

use host_model::Call;
use host_ram::{Document, difference};
use serde_json::{Map, Value as Json};

use super::document::{Kind, changed};
use super::line::{Line, Lines, Mark};
use super::names::Names;
use super::object;
use crate::Shown;

/// How many lines are shown.
const LINES_SHOWN: usize = 10;

/// How many items of a list are named.
const ITEMS_SHOWN: usize = 5;

/// How many characters of a place in a reply are shown.
const PLACE_SHOWN: usize = 200;

/// Longer values are shown from where they part.
const WHOLE_SHOWN: usize = 160;

/// How much of what both values have in common is shown before the place where they part.
const LEAD: usize = 24;

/// How deep into replies, and into texts in them, is looked.
const DEPTH: usize = 16;

/// Members that tell two items of a list apart, the most telling first.
const NAMED: [&str; 21] = [
    "AccessKeyId",
    "VersionId",
    "PolicyName",
    "UserName",
    "UserPrincipalName",
    "RoleName",
    "GroupName",
    "InvokeId",
    "InstanceId",
    "ClusterId",
    "cluster_id",
    "task_id",
    "AppId",
    "Pid",
    "EnvironmentId",
    "TagKey",
    "Key",
    "key",
    "Name",
    "name",
    "id",
];

/// Members that say when something was changed: told only where nothing else is to be told.
const CHANGED_AT: [&str; 5] =
    ["GmtModified", "UpdateDate", "UpdateTime", "gmt_modified", "modified"];

/// The thing that a read is about, in words.
pub fn subject(read: &Call) -> String {
    let names = Names::new(&[]);
    let object = object::object_of(read, &names);
    // An add-on is listed below its cluster, and is a thing of its own.
    match read.text("instance_name").or_else(|| read.text("addon_name")) {
        Some(addon) => format!("add-on `{}` of {object}", names.ticked(addon)),
        None => object,
    }
}

/// What changed between two answers to the same read, some ten lines at most. Never empty.
pub fn drift(was: Option<&Shown>, is: &Shown) -> Vec<Line> {
    let mut lines = told(was, is);
    if lines.is_empty() {
        let mut unseen = Lines::default();
        unseen.push(0, Mark::Update, "something that is not shown");
        lines = unseen.into_vec();
    }
    let more = lines.len().saturating_sub(LINES_SHOWN);
    if more > 0 {
        lines.truncate(LINES_SHOWN);
        let mut rest = Lines::default();
        rest.plain(0, &format!("and {more} more"));
        lines.extend(rest.into_vec());
    }
    lines
}

/// How what is shown differs in its meaning from what was shown before; none if it does not.
pub fn changes(was: &Shown, is: &Shown) -> Vec<Line> {
    match (was, is) {
        (Shown::Body(was), Shown::Body(is)) => walked(was, is, &Names::new(&[]), Told::Meaning),
        (was, is) if was == is => Vec::new(),
        (was, is) => told(Some(was), is),
    }
}

/// How what is shown differs in its meaning from what was to be shown; none if it does not. Members that only one of
/// them has say nothing: a cloud may leave some out, and add others.
pub fn differences(was: &Shown, is: &Shown) -> Vec<Line> {
    match (was, is) {
        (Shown::Body(one), Shown::Body(other)) => {
            let was = Shown::Body(common(one, other));
            changes(&was, &Shown::Body(common(other, one)))
        }
        (was, is) => changes(was, is),
    }
}

/// As much of one as the other has members for. Lists are whole.
fn common(one: &Json, other: &Json) -> Json {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            let both = |(name, member): (&String, &Json)| {
                Some((name.clone(), common(member, other.get(name)?)))
            };
            Json::Object(one.iter().filter_map(both).collect())
        }
        (Json::Object(_) | Json::Null, _) | (_, Json::Null | Json::Object(_)) => Json::Null,
        (one, _) => one.clone(),
    }
}

fn told(was: Option<&Shown>, is: &Shown) -> Vec<Line> {
    let names = Names::new(&[]);
    let mut lines = Lines::default();
    match (was, is) {
        (None, _) => lines.plain(0, "what it showed then was not kept in the plan"),
        (Some(Shown::Body(was)), Shown::Body(is)) => {
            let told = walked(was, is, &names, Told::Meaning);
            return if told.is_empty() { walked(was, is, &names, Told::All) } else { told };
        }
        (Some(Shown::Body(_)), Shown::Absent(_)) => {
            lines.push(0, Mark::Delete, "it was there, and is not there now");
        }
        (Some(Shown::Absent(_)), Shown::Body(_)) => {
            lines.push(0, Mark::Create, "it was not there, and is there now");
        }
        (Some(was), is) => {
            let [was, is] = [(was, "was", "could"), (is, "is", "can")].map(|it| said(it, &names));
            let line = format!("it {was}, and now {is}");
            lines.push(0, Mark::Update, &line);
        }
    }
    lines.into_vec()
}

fn walked(was: &Json, is: &Json, names: &Names, told: Told) -> Vec<Line> {
    let mut walk = Walk { lines: Lines::default(), names, told };
    walk.value(&Place::default(), was, is);
    walk.lines.into_vec()
}

fn said((shown, is, can): (&Shown, &str, &str), names: &Names) -> String {
    match shown {
        Shown::Body(_) => format!("{can} be read"),
        Shown::Absent(code) => format!("{is} not there (`{}`)", names.ticked(code)),
        Shown::Refused(code) => format!("{is} refused (`{}`)", names.ticked(code)),
    }
}

/// Where in a reply something stands.
#[derive(Debug, Clone, Default)]
struct Place {
    /// For people: `Role.Description`.
    path: String,
    /// The last member's name.
    name: String,
    depth: usize,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        let shown = as_word(name);
        let path = if self.path.is_empty() { shown } else { format!("{}.{shown}", self.path) };
        Self { path, name: name.to_owned(), depth: self.depth + 1 }
    }

    fn item(&self, id: &str) -> Self {
        Self { path: format!("{}[{id}]", self.path), name: String::new(), depth: self.depth + 1 }
    }

    /// The same place, one text further in.
    fn inside(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }
}

/// A name as it is, if it is one word; else between ticks, so that it cannot pass for the host's own words.
fn as_word(name: &str) -> String {
    let is_word = |it: char| it.is_ascii_alphanumeric() || "_-/".contains(it);
    if !name.is_empty() && name.chars().all(is_word) {
        return name.to_owned();
    }
    format!("`{}`", name.replace('`', "\u{2035}"))
}

struct Walk<'a> {
    lines: Lines,
    names: &'a Names,
    told: Told,
}

/// What is told of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// What means something: neither dates nor how a document is written.
    Meaning,
    /// All of it.
    All,
}

impl Walk<'_> {
    fn value(&mut self, at: &Place, was: &Json, is: &Json) {
        if was == is || at.depth > DEPTH {
            return;
        }
        match (was, is) {
            (Json::Object(was), Json::Object(is)) => self.members(at, was, is),
            (Json::Array(was), Json::Array(is)) => self.items(at, was, is),
            (Json::String(was), Json::String(is)) => self.text(at, was, is),
            _ => self.leaf(at, Some(was), Some(is)),
        }
    }

    fn members(&mut self, at: &Place, was: &Map<String, Json>, is: &Map<String, Json>) {
        let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        for name in keys {
            if CHANGED_AT.contains(&name.as_str()) && self.told == Told::Meaning {
                continue;
            }
            match (was.get(name), is.get(name)) {
                // What only holds a list has no name of its own: `AccessKeys`, and not `AccessKeys.AccessKey`.
                (Some(Json::Array(was_items)), Some(Json::Array(is_items)))
                    if was.len() == 1 && is.len() == 1 && !at.path.is_empty() =>
                {
                    self.items(at, was_items, is_items);
                }
                (Some(was), Some(is)) => self.value(&at.member(name), was, is),
                (was, is) => self.leaf(&at.member(name), was, is),
            }
        }
    }

    fn text(&mut self, at: &Place, was: &str, is: &str) {
        if let Some(kind) = Kind::shown_as(&at.name)
            && let (Ok(was), Ok(is)) = (Document::parse(was), Document::parse(is))
        {
            let changes = difference(&was, &is);
            if changes.is_empty() && self.told == Told::Meaning {
                return;
            }
            if changes.is_empty() {
                let line = format!("{}: written otherwise, and says the same", kind.words());
                self.lines.push(0, Mark::Update, &line);
            } else {
                self.lines.push(0, Mark::Update, &format!("{}:", kind.words()));
                changed(&mut self.lines, 1, &changes, self.names);
            }
            return;
        }
        let parsed = |text: &str| serde_json::from_str::<Json>(text).ok().filter(Json::is_object);
        match (parsed(was), parsed(is)) {
            (Some(was), Some(is)) => self.value(&at.inside(), &was, &is),
            _ => self.leaf(at, Some(&Json::from(was)), Some(&Json::from(is))),
        }
    }

    fn items(&mut self, at: &Place, was: &[Json], is: &[Json]) {
        if was == is {
            return;
        }
        let Some(ids) = identified(was).zip(identified(is)) else {
            let shown = |items: &[Json]| -> Vec<String> {
                items.iter().map(|item| self.names.json(item)).collect()
            };
            self.listed(at, &shown(was), &shown(is));
            return;
        };
        let ticked = |ids: &[(&str, &Json)]| -> Vec<String> {
            ids.iter().map(|(id, _)| format!("`{}`", self.names.ticked(id))).collect()
        };
        self.listed(at, &ticked(&ids.0), &ticked(&ids.1));
        for (id, was) in &ids.0 {
            if let Some((_, is)) = ids.1.iter().find(|(known, _)| known == id) {
                self.value(&at.item(id), was, is);
            }
        }
    }

    /// How many there were and are, and which came and went.
    fn listed(&mut self, at: &Place, was: &[String], is: &[String]) {
        let (added, removed) = (without(is, was), without(was, is));
        let mark = match (added.is_empty(), removed.is_empty()) {
            (true, true) if was == is => return,
            (false, true) => Mark::Create,
            (true, false) => Mark::Delete,
            _ => Mark::Update,
        };
        let mut what: Vec<String> = Vec::new();
        for (word, items) in [("added", &added), ("removed", &removed)] {
            if !items.is_empty() {
                what.push(format!("{word} {}", some(items)));
            }
        }
        if what.is_empty() {
            what.push("in another order".to_owned());
        }
        let (what, place) = (what.join("; "), self.place(at));
        let line = format!("{place}: was {}, is {} ({what})", was.len(), is.len());
        self.lines.push(0, mark, &line);
    }

    fn leaf(&mut self, at: &Place, was: Option<&Json>, is: Option<&Json>) {
        let place = self.place(at);
        let skipped = was.zip(is).map_or(0, |(was, is)| parting(was, is));
        let shown = |value: &Json| self.shown(value, skipped);
        let (mark, line) = match (was.map(shown), is.map(shown)) {
            (Some(was), Some(is)) => (Mark::Update, format!("{place}: was {was}, is {is}")),
            (None, Some(is)) => (Mark::Create, format!("{place}: was not there, is {is}")),
            (Some(was), None) => (Mark::Delete, format!("{place}: was {was}, is not there now")),
            (None, None) => return,
        };
        self.lines.push(0, mark, &line);
    }

    fn shown(&self, value: &Json, skipped: usize) -> String {
        let Json::String(text) = value else { return self.names.json(value) };
        if skipped == 0 {
            return self.names.quoted(text);
        }
        let rest: String = text.chars().skip(skipped).collect();
        format!("({skipped} characters) … {}", self.names.quoted(&rest))
    }

    fn place(&self, at: &Place) -> String {
        let path = if at.path.is_empty() { "the reply" } else { &at.path };
        let kept: String = path.chars().take(PLACE_SHOWN).collect();
        let cut = if kept.len() < path.len() { "…" } else { "" };
        format!("{}{cut}", self.names.said(&kept))
    }
}

/// How many characters two long texts begin with alike, but for a few.
fn parting(was: &Json, is: &Json) -> usize {
    let (Json::String(was), Json::String(is)) = (was, is) else { return 0 };
    if was.chars().count().max(is.chars().count()) <= WHOLE_SHOWN {
        return 0;
    }
    let alike = was.chars().zip(is.chars()).take_while(|(one, other)| one == other);
    alike.count().saturating_sub(LEAD)
}

/// The items by their names, if each has one of its own.
fn identified(items: &[Json]) -> Option<Vec<(&str, &Json)>> {
    if items.is_empty() {
        return Some(Vec::new());
    }
    NAMED.iter().find_map(|name| {
        let named = |item| Some((Json::get(item, name)?.as_str()?, item));
        let all: Vec<(&str, &Json)> = items.iter().map(named).collect::<Option<_>>()?;
        let ids: BTreeSet<&str> = all.iter().map(|(id, _)| *id).collect();
        (ids.len() == all.len()).then_some(all)
    })
}

/// What one list has more than the other, as often as it has it more.
fn without(list: &[String], other: &[String]) -> Vec<String> {
    let mut rest: Vec<&String> = other.iter().collect();
    let is_more = |item: &&String| match rest.iter().position(|known| known == item) {
        Some(at) => {
            rest.remove(at);
            false
        }
        None => true,
    };
    list.iter().filter(is_more).cloned().collect()
}

fn some(items: &[String]) -> String {
    let shown: Vec<&str> = items.iter().take(ITEMS_SHOWN).map(String::as_str).collect();
    let more = items.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
