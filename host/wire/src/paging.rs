//! Lists that come in pages: all of them, or an error (fault row 33).

use std::collections::BTreeSet;

use host_catalog::{Action, Paging, PagingStyle, Parameter};
use serde_json::Value as Json;

use crate::WireError;

/// The most pages that a list may have.
pub const PAGES_MAX: usize = 500;

/// The most items that a list may have. Accounts have at most 1,000 users and roles, and 1,500
/// custom policies; applications are the longest lists.
pub const ITEMS_MAX: usize = 100_000;

/// Items in a page that is asked for by `Marker`: the most that RAM allows.
const MARKER_PAGE: u32 = 1000;

/// Items in a page that is asked for by token or number: the most that products allow, where the
/// catalog does not say less.
const NUMBER_PAGE: u32 = 100;

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    style: PagingStyle,
    /// From 1.
    number: usize,
    /// The cloud's text that leads here; none for the first page.
    cursor: Option<String>,
}

impl Page {
    /// The parameters that ask for it, as far as the catalog has them, in the product's spelling.
    pub(crate) fn parameters(&self, action: &Action) -> Vec<(String, String)> {
        let limit = action.paging.as_ref().and_then(|paging| paging.size);
        let size = |most: u32| Some(limit.unwrap_or(most).to_string());
        let cursor = self.cursor.clone();
        let pairs = match self.style {
            PagingStyle::Marker => {
                vec![
                    (spelled(action, "Marker"), cursor),
                    (spelled(action, "MaxItems"), size(MARKER_PAGE)),
                ]
            }
            PagingStyle::NextToken => {
                // `PageSize` beside `MaxResults` belongs to paging by number, which is older.
                let count = spelled(action, "MaxResults").or_else(|| spelled(action, "PageSize"));
                vec![(spelled(action, "NextToken"), cursor), (count, size(NUMBER_PAGE))]
            }
            PagingStyle::PageNumber => vec![
                (spelled(action, "PageNumber"), Some(self.number.to_string())),
                (spelled(action, "PageSize"), size(NUMBER_PAGE)),
            ],
        };
        pairs.into_iter().filter_map(|(name, value)| Some((name?.to_owned(), value?))).collect()
    }
}

/// How the product spells a parameter of paging: `PageSize`, `pageSize` and `page_size` are one.
fn spelled<'a>(action: &'a Action, name: &str) -> Option<&'a str> {
    let is_same = |parameter: &&Parameter| {
        parameter.is_paging() && parameter.name.replace('_', "").eq_ignore_ascii_case(name)
    };
    action.parameters.iter().find(is_same).map(|parameter| parameter.name.as_str())
}

/// The pages of one list, while they are read.
#[derive(Debug, Clone)]
pub struct Pages<'a> {
    action: &'a Action,
    paging: &'a Paging,
    read: usize,
    cursors: BTreeSet<String>,
    total: Option<u64>,
    body: Json,
    items: Vec<Json>,
}

impl<'a> Pages<'a> {
    /// For an action whose reply comes in pages; `None` for all others.
    pub fn of(action: &'a Action) -> Option<Self> {
        let paging = action.paging.as_ref()?;
        Some(Self {
            action,
            paging,
            read: 0,
            cursors: BTreeSet::new(),
            total: None,
            body: Json::Null,
            items: Vec::new(),
        })
    }

    /// The first page to ask for.
    pub fn first(&self) -> Page {
        self.page(None)
    }

    /// Takes a page in. The answer is the next one to ask for; `None` means that the list is
    /// complete.
    ///
    /// # Errors
    ///
    /// The page has no list, does not say how it goes on, or leads to a page that was read; the
    /// list became another one meanwhile, ended too early, or is too long.
    pub fn add(&mut self, json: Json) -> Result<Option<Page>, WireError> {
        let mut json = json;
        let list = json.pointer_mut(&self.paging.items).map(Json::take);
        let Some(Json::Array(items)) = list else {
            return Err(self.incomplete(&format!("a page has no `{}`", self.paging.items)));
        };
        let is_empty = items.is_empty();
        self.items.extend(items);
        self.read += 1;
        if self.items.len() > ITEMS_MAX {
            return Err(self.too_long(ITEMS_MAX, "items"));
        }
        let next = match self.paging.style {
            PagingStyle::Marker => self.after_marker(&json)?,
            PagingStyle::NextToken => self.after_token(&json)?,
            PagingStyle::PageNumber => self.after_number(&json, is_empty)?,
        };
        // The later pages say nothing but their items and how the list goes on.
        if self.body.is_null() {
            self.body = json;
        }
        if next.is_some() && self.read >= PAGES_MAX {
            return Err(self.too_long(PAGES_MAX, "pages"));
        }
        Ok(next)
    }

    /// One body with all items: the first page's, without what leads to other pages.
    pub fn finish(mut self) -> Json {
        let cursor_at = self.cursor_at();
        if let Some(list) = self.body.pointer_mut(&self.paging.items) {
            *list = Json::Array(self.items);
        }
        if let Some((part, name)) = cursor_at.rsplit_once('/')
            && let Some(Json::Object(fields)) = self.body.pointer_mut(part)
        {
            fields.shift_remove(name);
        }
        if let Some(flag) = self.body.get_mut("IsTruncated") {
            *flag = Json::Bool(false);
        }
        self.body
    }

    /// Where a page says what leads to the next one.
    fn cursor_at(&self) -> &'a str {
        self.paging.next.as_deref().unwrap_or(match self.paging.style {
            PagingStyle::Marker => "/Marker",
            PagingStyle::NextToken | PagingStyle::PageNumber => "/NextToken",
        })
    }

    fn page(&self, cursor: Option<String>) -> Page {
        Page { style: self.paging.style, number: self.read + 1, cursor }
    }

    fn after_marker(&mut self, json: &Json) -> Result<Option<Page>, WireError> {
        match json.get("IsTruncated").and_then(Json::as_bool) {
            Some(true) => match text(json, self.cursor_at()) {
                Some(marker) => self.after_cursor(marker).map(Some),
                None => Err(self.incomplete("a page is truncated, but has no marker")),
            },
            Some(false) => Ok(None),
            None => Err(self.incomplete("a page has no `IsTruncated`")),
        }
    }

    fn after_token(&mut self, json: &Json) -> Result<Option<Page>, WireError> {
        text(json, self.cursor_at()).map(|token| self.after_cursor(token)).transpose()
    }

    fn after_cursor(&mut self, cursor: &str) -> Result<Page, WireError> {
        if !self.cursors.insert(cursor.to_owned()) {
            return Err(WireError::MarkerRepeated { action: self.action.name.clone() });
        }
        Ok(self.page(Some(cursor.to_owned())))
    }

    /// Pages by number shift when an item disappears, and an item that moved up a page would be
    /// missed: so the total must stay what it was.
    fn after_number(&mut self, json: &Json, is_empty: bool) -> Result<Option<Page>, WireError> {
        let at = self.paging.total.as_deref().unwrap_or("/TotalCount");
        let Some(total) = json.pointer(at).and_then(Json::as_u64) else {
            return Err(self.incomplete(&format!("a page has no `{at}`")));
        };
        if let Some(before) = self.total.replace(total).filter(|before| *before != total) {
            let action = self.action.name.clone();
            return Err(WireError::ListChanged { action, before, after: total });
        }
        let read = self.items.len();
        if u64::try_from(read).is_ok_and(|read| read >= total) {
            return Ok(None);
        }
        if is_empty {
            return Err(self.incomplete(&format!("{read} items came of {total}")));
        }
        Ok(Some(self.page(None)))
    }

    fn incomplete(&self, reason: &str) -> WireError {
        WireError::ListIncomplete { action: self.action.name.clone(), reason: reason.to_owned() }
    }

    fn too_long(&self, limit: usize, what: &'static str) -> WireError {
        WireError::ListTooLong { action: self.action.name.clone(), limit, what }
    }
}

/// A text that is there and not empty.
fn text<'a>(json: &'a Json, at: &str) -> Option<&'a str> {
    json.pointer(at).and_then(Json::as_str).filter(|text| !text.is_empty())
}
