//! Which product and action a request is for, and what it brings.

use host_catalog::{Action, Catalog, Product, Style};
use host_model::HttpRequest;

use crate::signature::{decode_path, form_pairs};
use crate::state::{CloudError, Parameters};

/// What a request says it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Route {
    action: String,
    version: String,
    /// What stands at the places of the path's template.
    path: Vec<(String, String)>,
}

impl Route {
    /// V3 and ROA requests say it in headers, V1 requests of RPC products in parameters: what the
    /// signature covers counts, not what is sent beside it. A ROA request may leave the action's
    /// name out: method and path say it.
    pub(crate) fn read(request: &HttpRequest, pairs: &[(String, String)]) -> Self {
        let header = |name: &str| request.header(name).map(str::to_owned);
        let pair =
            |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let (action, version) = if request.header("authorization").is_some() {
            (header("x-acs-action"), header("x-acs-version"))
        } else {
            (pair("Action"), pair("Version"))
        };
        let mut route = Self {
            action: action.unwrap_or_default(),
            version: version.unwrap_or_default(),
            path: Vec::new(),
        };
        if let Some(product) = route.product().filter(|product| product.style == Style::Roa)
            && let Some((action, path)) = by_path(product, request, &route.action)
        {
            action.name.clone_into(&mut route.action);
            route.path = path;
        }
        route
    }

    /// `product:Action` for fault rules; `?` for an unknown product.
    pub(crate) fn name(&self) -> String {
        let product = self.product().map_or("?", |product| product.key.as_str());
        format!("{product}:{}", self.action)
    }

    /// How replies to it look.
    pub(crate) fn style(&self) -> Style {
        self.product().map_or(Style::Rpc, |product| product.style)
    }

    /// Versions are unique among the products here, so they name them.
    fn product(&self) -> Option<&'static Product> {
        Catalog::builtin().products().find(|product| product.version == self.version)
    }

    /// Product and action, or why there are none.
    pub(crate) fn resolve(
        &self,
        request: &HttpRequest,
    ) -> Result<(&'static Product, &'static Action), CloudError> {
        let missing = |name: &str| {
            let message = format!("The parameter {name} is mandatory and was not given.");
            CloudError::invalid("MissingParameter", message)
        };
        if self.version.is_empty() {
            return Err(missing(if self.action.is_empty() { "Action" } else { "Version" }));
        }
        let product = self.product().ok_or_else(|| {
            CloudError::invalid(
                "InvalidVersion",
                format!("Specified parameter Version is not valid: {}.", self.version),
            )
        })?;
        if self.action.is_empty() && product.style == Style::Rpc {
            return Err(missing("Action"));
        }
        if !matches!(request.method.as_str(), "GET" | "POST" | "PUT" | "DELETE") {
            return Err(CloudError::invalid(
                "UnsupportedHTTPMethod",
                "This http method is not supported.",
            ));
        }
        let action = product.actions.get(&self.action);
        let action = action.filter(|action| is_at_its_place(product, action, request));
        action.map(|action| (product, action)).ok_or_else(absent)
    }

    /// What the request asks for, wherever it says so.
    pub(crate) fn parameters(
        &self,
        product: &Product,
        action: &Action,
        request: &HttpRequest,
        pairs: &[(String, String)],
    ) -> Result<Parameters, CloudError> {
        match product.style {
            Style::Rpc => Ok(Parameters::from_wire(product, action, pairs)),
            Style::Roa => {
                let given: Vec<_> = self.path.iter().chain(&request.query).cloned().collect();
                Parameters::from_resource(product, action, &given, &request.body)
            }
        }
    }
}

/// Whether the request came to where the action is.
fn is_at_its_place(product: &Product, action: &Action, request: &HttpRequest) -> bool {
    let path = match product.style {
        Style::Rpc => matches!(request.path.as_str(), "" | "/"),
        Style::Roa => {
            action.method == request.method && matched(&action.path, &request.path).is_some()
        }
    };
    path && answers_at(product, &request.authority)
}

fn absent() -> CloudError {
    CloudError::new(
        "InvalidApi.NotFound",
        404,
        "Specified api is not found, please check your url and method.",
    )
}

/// The action at the request's path, and what stands at the places of its template. Where several
/// fit, the named one or else the most literal one.
fn by_path(
    product: &'static Product,
    request: &HttpRequest,
    named: &str,
) -> Option<(&'static Action, Vec<(String, String)>)> {
    let fits = product.actions.values().filter(|action| action.method == request.method);
    let fits = fits.filter(|action| named.is_empty() || action.name == named);
    fits.filter_map(|action| Some((action, matched(&action.path, &request.path)?)))
        .min_by_key(|(_, path)| path.len())
}

/// What stands at the places of `template` in `path`, decoded.
fn matched(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (mut wanted, mut found) = (template.split('/'), path.split('/'));
    let mut places = Vec::new();
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return Some(places),
            (Some(wanted), Some(found)) => {
                let place = wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                match place {
                    Some(_) if found.is_empty() => return None,
                    Some(name) => places.push((name.to_owned(), decode_path(found))),
                    None if wanted != found => return None,
                    None => {}
                }
            }
            _ => return None,
        }
    }
}

/// Names of before, which official SDKs still use (`facts.md`, products and endpoints).
const OLD_NAMES: [(&str, &str); 3] = [
    ("cs", "cs.aliyuncs.com"),
    ("ecs", "ecs.aliyuncs.com"),
    ("ecs", "ecs-cn-hangzhou.aliyuncs.com"),
];

/// Whether the product answers at a real authority; any other, such as loopback, is good for all.
fn answers_at(product: &Product, authority: &str) -> bool {
    if !authority.ends_with(".aliyuncs.com") {
        return true;
    }
    if OLD_NAMES.contains(&(product.key.as_str(), authority)) {
        return true;
    }
    let endpoint = &product.endpoint;
    let known = [endpoint.central.as_ref(), endpoint.regional.as_ref(), Some(&endpoint.vpc)];
    known.into_iter().flatten().any(|pattern| match pattern.split_once("{region}") {
        Some((before, after)) => authority
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|region| region.parse::<host_model::Region>().is_ok()),
        None => authority == pattern,
    })
}

/// Parameters of the query, and of the body if it is a form.
pub(crate) fn pairs(request: &HttpRequest) -> Vec<(String, String)> {
    let mut pairs = request.query.clone();
    let form = request
        .header("content-type")
        .is_some_and(|content| content.starts_with("application/x-www-form-urlencoded"));
    if form {
        pairs.extend(form_pairs(&String::from_utf8_lossy(&request.body)));
    }
    pairs
}
