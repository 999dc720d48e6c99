//! Lists in pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json, json};

use super::{CloudError, Parameters};

/// A page that starts after a marker, as RAM lists.
pub(crate) fn by_marker(
    items: Vec<(String, Json)>,
    parameters: &Parameters,
    path: (&str, &str),
) -> Result<Json, CloudError> {
    let size = size(parameters, "MaxItems", 100);
    let (page, next) = after(items, parameters.text("Marker"), size, "Marker")?;
    let mut reply = Map::new();
    reply.insert("IsTruncated".to_owned(), Json::Bool(next.is_some()));
    reply.insert("Marker".to_owned(), Json::from(next.unwrap_or_default()));
    reply.insert(path.0.to_owned(), json!({ path.1: page }));
    Ok(Json::Object(reply))
}

/// A page that starts at a token, as tags are listed.
pub(crate) fn by_token(
    items: Vec<(String, Json)>,
    parameters: &Parameters,
    name: &str,
) -> Result<Json, CloudError> {
    let size = size(parameters, "PageSize", 100);
    let (page, next) = after(items, parameters.text("NextToken"), size, "NextToken")?;
    Ok(json!({ "NextToken": next.unwrap_or_default(), name: page }))
}

/// A page by number: the page, its number, its size and the total.
pub(crate) fn by_number(items: Vec<Json>, parameters: &Parameters) -> NumberedPage {
    let size = size(parameters, "PageSize", 10);
    let number = parameters.number("PageNumber").unwrap_or(1);
    let skipped = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let total = items.len();
    let items = items.into_iter().skip(skipped.saturating_mul(size)).take(size).collect();
    NumberedPage { items, number, size, total }
}

/// A page by number.
pub(crate) struct NumberedPage {
    pub(crate) items: Vec<Json>,
    pub(crate) number: i64,
    pub(crate) size: usize,
    pub(crate) total: usize,
}

/// A page by token if one is asked for, else by number: as ECS lists.
pub(crate) fn by_either(
    mut items: Vec<(String, Json)>,
    parameters: &Parameters,
) -> Result<(NumberedPage, String), CloudError> {
    if parameters.has("MaxResults") || parameters.has("NextToken") {
        let (size, total) = (size(parameters, "MaxResults", 10), items.len());
        let (items, next) = after(items, parameters.text("NextToken"), size, "NextToken")?;
        let page = NumberedPage { items, number: 1, size, total };
        return Ok((page, next.unwrap_or_default()));
    }
    items.sort_by(|left, right| left.0.cmp(&right.0));
    let items = items.into_iter().map(|(_, item)| item).collect();
    Ok((by_number(items, parameters), String::new()))
}

/// A page by number as CS lists, with what is said of the page.
pub(crate) fn by_resource_number(items: Vec<Json>, parameters: &Parameters) -> (Vec<Json>, Json) {
    let given = |names: [&str; 2]| names.into_iter().find_map(|name| parameters.number(name));
    let number = given(["page_number", "pageNumber"]).unwrap_or(1).max(1);
    let size = given(["page_size", "pageSize"]).unwrap_or(10).max(1);
    let count = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let total = items.len();
    let skipped = count(number - 1).saturating_mul(count(size));
    let items = items.into_iter().skip(skipped).take(count(size)).collect();
    (items, json!({ "page_number": number, "page_size": size, "total_count": total }))
}

fn size(parameters: &Parameters, name: &str, default: usize) -> usize {
    parameters.number(name).and_then(|size| usize::try_from(size).ok()).unwrap_or(default)
}

/// The items behind the one that the token names; names stay valid when others come and go.
fn after(
    mut items: Vec<(String, Json)>,
    token: Option<&str>,
    size: usize,
    parameter: &str,
) -> Result<(Vec<Json>, Option<String>), CloudError> {
    items.sort_by(|left, right| left.0.cmp(&right.0));
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok();
        let last = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
            CloudError::invalid(
                format!("InvalidParameter.{parameter}"),
                format!("The parameter {parameter} is not one that was given out."),
            )
        })?;
        items.retain(|(name, _)| *name > last);
    }
    let more = items.len() > size;
    items.truncate(size);
    let next = items.last().filter(|_| more).map(|(name, _)| URL_SAFE_NO_PAD.encode(name));
    Ok((items.into_iter().map(|(_, item)| item).collect(), next))
}
