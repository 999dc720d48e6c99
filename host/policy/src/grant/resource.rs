//! Which objects a rule is about: patterns of resource names.

use super::kind::{self, Kind};
use super::object::Object;
use super::pattern::Pattern;

/// A pattern of resource names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `*`: every object, and calls that are about none.
    Any,
    /// `acs:ram:*:1111222233334444:role/arms-*`
    Arn(Box<Segments>),
    /// `role/arms-*`
    Relative { kind: Pattern, name: Pattern },
    /// `arms-*`: the name alone, whatever it is the name of.
    Name(Pattern),
}

/// The parts of a resource name. Each is matched by itself, so that no `*` reaches into the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segments {
    product: Pattern,
    region: Pattern,
    account: Pattern,
    kind: Pattern,
    name: Pattern,
}

impl Resource {
    /// Understands a pattern; one of a kind that no object has is refused.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let pattern = Self::shaped(text)?;
        let any = &Pattern::Any;
        let unknown = match &pattern {
            Self::Any | Self::Name(_) => None,
            Self::Arn(own) => kind::unknown(&own.product, &own.kind),
            Self::Relative { kind, .. } => kind::unknown(any, kind),
        };
        unknown.map_or(Ok(pattern), Err)
    }

    fn shaped(text: &str) -> Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self::Any);
        }
        if text.is_empty() || text.chars().any(|it| it.is_control() || it.is_whitespace()) {
            return Err("is empty, or has spaces in it");
        }
        if let Some(rest) = text.strip_prefix("acs:") {
            return arn(rest).ok_or("must be `acs:PRODUCT:REGION:ACCOUNT:KIND/NAME`");
        }
        match text.split_once('/') {
            Some((kind, name)) if kind.is_empty() || name.is_empty() => {
                Err("must be `KIND/NAME`, with both")
            }
            Some((kind, name)) => {
                Ok(Self::Relative { kind: Pattern::new(kind), name: Pattern::new(name) })
            }
            None if text.contains(':') => {
                Err("must begin with `acs:`, or be `KIND/NAME` or a name")
            }
            None => Ok(Self::Name(Pattern::new(text))),
        }
    }

    /// The only name that it matches, if there is but one.
    pub(crate) fn only_name(&self) -> Option<&str> {
        let name = match self {
            Self::Any => return None,
            Self::Arn(segments) => &segments.name,
            Self::Relative { name, .. } | Self::Name(name) => name,
        };
        match name {
            Pattern::Exactly(name) => Some(name),
            Pattern::Any | Pattern::Like(_) => None,
        }
    }

    /// The pattern as a policy of RAM says it, or wider; `None` if no name can. `owner` is the product in the
    /// name. The region is left open, as the cloud writes it in several ways; so is the name of a thing that
    /// is new.
    pub(super) fn as_ram(&self, owner: &str, is_new: bool) -> Option<String> {
        let any = &Pattern::Any;
        let (product, account, kind, name) = match self {
            Self::Any => return None,
            Self::Arn(own) => (own.product.as_str(), &own.account, &own.kind, &own.name),
            Self::Relative { kind, name } => (owner, any, kind, name),
            Self::Name(name) => (owner, any, any, name),
        };
        let name = if is_new { any } else { name };
        let (account, kind, name) = (account.as_str(), kind.as_str(), name.as_str());
        let text = format!("acs:{product}:*:{account}:{kind}/{name}");
        // How the cloud compares other letters is not known.
        text.is_ascii().then_some(text)
    }

    /// Whether some object of that kind can be matched.
    pub(super) fn can_be(&self, of: Kind<'_>) -> bool {
        match self {
            Self::Any | Self::Name(_) => true,
            Self::Relative { kind, .. } => kind.matches(of.kind),
            Self::Arn(own) => {
                let is_place = !kind::is_without_region(of.product) || own.region.matches("");
                own.product.matches(of.product) && own.kind.matches(of.kind) && is_place
            }
        }
    }

    pub(crate) fn matches(&self, object: &Object<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Arn(own) => {
                own.product.matches(object.product)
                    && own.region.matches(object.region)
                    && own.account.matches(object.account)
                    && own.kind.matches(object.kind)
                    && own.name.matches(object.name)
            }
            Self::Relative { kind, name } => kind.matches(object.kind) && name.matches(object.name),
            Self::Name(name) => name.matches(object.name),
        }
    }
}

fn arn(rest: &str) -> Option<Resource> {
    let parts: Vec<&str> = rest.splitn(4, ':').collect();
    let [product, region, account, relative] = *parts.as_slice() else { return None };
    let (kind, name) = match relative {
        "*" => ("*", "*"),
        _ => relative.split_once('/')?,
    };
    if [product, account, kind, name].iter().any(|part| part.is_empty()) {
        return None;
    }
    // RAM's own names leave the region empty, and its policies write `*` for it.
    let region =
        if region.is_empty() { Pattern::Exactly(String::new()) } else { Pattern::new(region) };
    Some(Resource::Arn(Box::new(Segments {
        product: Pattern::new(product),
        region,
        account: Pattern::new(account),
        kind: Pattern::new(kind),
        name: Pattern::new(name),
    })))
}
