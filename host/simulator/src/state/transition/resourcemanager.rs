//! Resource Manager 2020-03-31.

use serde_json::{Value as Json, json};

use super::{Transition, ims, ram};
use crate::state::wording::{Body, has_tags, nothing};
use crate::state::{
    Account, Attachment, Attachments, CloudError, Facet, Operation, ResourceGroup, State, page,
};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "AttachPolicy" => attach_policy,
        "DetachPolicy" => detach_policy,
        "ListPolicyAttachments" => list_policy_attachments,
        "ListResourceGroups" => list_resource_groups,
        "GetResourceGroup" => get_resource_group,
        _ => return None,
    })
}

/// In the codes of this product, whoever has the policy.
const ATTACHMENT: &str = "PolicyAttachment";

/// How the domains of roles' principal names end, after `role.`.
const ROLE_SUFFIX: &str = ".onaliyunservice.com";

/// Whom a principal name means.
enum Holder {
    User(String),
    Role(String),
}

fn holder(account: &Account, operation: &Operation<'_>) -> Result<Holder, CloudError> {
    let name = operation.required("PrincipalName");
    match operation.required("PrincipalType") {
        "IMSUser" => {
            let user = ims::user_part(account, name);
            let user = user.ok_or_else(|| CloudError::not_exist("User", name))?;
            Ok(Holder::User(account.user(user)?.name.clone()))
        }
        "ServiceRole" => {
            let role = role_part(account, name);
            let role = role.ok_or_else(|| CloudError::not_exist("Role", name))?;
            Ok(Holder::Role(account.role(role)?.name.clone()))
        }
        // Groups are there to be listed; no catalogued action attaches to one.
        _ => Err(CloudError::not_exist("Group", name)),
    }
}

fn role_part<'a>(account: &Account, name: &'a str) -> Option<&'a str> {
    let (role, domain) = name.split_once("@role.")?;
    account.owns_domain(domain, ROLE_SUFFIX).then_some(role)
}

fn policies_mut<'s>(
    state: &'s mut State,
    operation: &Operation<'_>,
    holder: &Holder,
) -> Result<&'s mut Attachments, CloudError> {
    let account = operation.account_mut(state)?;
    match holder {
        Holder::User(name) => Ok(&mut account.user_mut(name)?.policies),
        Holder::Role(name) => Ok(&mut account.role_mut(name)?.policies),
    }
}

fn attach_policy(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let holder = holder(account, operation)?;
    let scope = ram::scope_of(account, operation)?;
    let custom = match holder {
        Holder::User(_) => state.quotas.user_policies,
        Holder::Role(_) => state.quotas.role_policies,
    };
    let limit = ram::limit(state, scope.policy_type, custom);
    let rules = (ATTACHMENT, limit, state.consistency.attachment);
    ram::attach(policies_mut(state, operation, &holder)?, scope, operation, rules)?;
    Ok(nothing())
}

fn detach_policy(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let holder = holder(account, operation)?;
    let scope = ram::scope_of(account, operation)?;
    let rules = (ATTACHMENT, state.consistency.detach);
    ram::detach(policies_mut(state, operation, &holder)?, &scope, operation, rules)?;
    Ok(nothing())
}

fn list_policy_attachments(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let all = held_by_wanted(account, operation)?;
    let items = all.into_iter().filter_map(|(principal_type, principal, held)| {
        let group = held.scope.as_deref().unwrap_or(account.id.as_str());
        let fields = [
            ("PolicyName", held.policy_name.as_str()),
            ("PolicyType", held.policy_type.as_str()),
            ("PrincipalName", principal.as_str()),
            ("PrincipalType", principal_type),
            ("ResourceGroupId", group),
        ];
        let wanted = |(name, value): &(&str, &str)| {
            operation.parameters.text(name).is_none_or(|wanted| same(account, name, wanted, value))
        };
        fields.iter().all(wanted).then(|| {
            let body = Body::default().date("AttachDate", held.attached);
            fields.iter().fold(body, |body, (name, value)| body.with(name, *value)).into()
        })
    });
    let page = page::by_number(items.collect(), operation.parameters);
    Ok(json!({
        "PageNumber": page.number, "PageSize": page.size, "TotalCount": page.total,
        "PolicyAttachments": { "PolicyAttachment": page.items },
    }))
}

/// What is attached to the principal that the call names, or to all: of a real account, that much has to
/// be known.
fn held_by_wanted<'a>(
    account: &'a Account,
    operation: &Operation<'_>,
) -> Result<Vec<Held<'a>>, CloudError> {
    let wanted = operation.parameters.text("PrincipalName");
    if let Some(name) = wanted.and_then(|it| ims::user_part(account, it))
        && let Facet::Known(user) = account.users.get(name)
    {
        return held("IMSUser", format!("{name}@{}", account.domain()), &user.policies);
    }
    if let Some(name) = wanted.and_then(|it| role_part(account, it))
        && let Facet::Known(role) = account.roles.get(name)
    {
        return held("ServiceRole", format!("{name}@{}", account.role_domain()), &role.policies);
    }
    let mut all = Vec::new();
    for user in account.users.all("the list of users")? {
        all.extend(held("IMSUser", format!("{}@{}", user.name, account.domain()), &user.policies)?);
    }
    for role in account.roles.all("the list of roles")? {
        let name = format!("{}@{}", role.name, account.role_domain());
        all.extend(held("ServiceRole", name, &role.policies)?);
    }
    for group in account.groups.all("the list of groups")? {
        let name = format!("{}@group.{}", group.name, account.domain());
        all.extend(held("IMSGroup", name, &group.policies)?);
    }
    Ok(all)
}

/// An attached policy, with the kind and the name of who has it.
type Held<'a> = (&'static str, String, &'a Attachment);

fn held<'a>(
    kind: &'static str,
    name: String,
    policies: &'a Attachments,
) -> Result<Vec<Held<'a>>, CloudError> {
    let held = policies.current.all("the list of attached policies")?;
    Ok(held.into_iter().map(|it| (kind, name.clone(), it)).collect())
}

/// Whether a filter means the value; a principal's domain may be written by id or by alias.
fn same(account: &Account, field: &str, wanted: &str, value: &str) -> bool {
    if field != "PrincipalName" {
        return wanted == value;
    }
    let by_label = |name: &str| match &account.alias {
        Some(alias) => name.replacen(&format!("{alias}.onaliyun"), &by_id(account), 1),
        None => name.to_owned(),
    };
    by_label(wanted).eq_ignore_ascii_case(&by_label(value))
}

fn by_id(account: &Account) -> String {
    format!("{}.onaliyun", account.id)
}

fn list_resource_groups(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let parameters = operation.parameters;
    let ids = parameters.texts("ResourceGroupIds");
    let filter = parameters.tags("Tag");
    let contains =
        |name, value: &str| parameters.text(name).is_none_or(|part| value.contains(part));
    let equals = |name, value: &str| parameters.text(name).is_none_or(|wanted| value == wanted);
    let groups = account.resource_groups.all("the list of resource groups")?;
    let groups = groups.into_iter().filter(|group| {
        contains("Name", &group.name)
            && contains("DisplayName", &group.display_name)
            && equals("ResourceGroupId", &group.id)
            && equals("Status", &group.status)
            && (ids.is_empty() || ids.contains(&group.id))
            && has_tags(&group.tags, &filter)
    });
    let items = groups.map(|group| described(account, group, operation).into());
    let page = page::by_number(items.collect(), parameters);
    Ok(json!({
        "PageNumber": page.number, "PageSize": page.size, "TotalCount": page.total,
        "ResourceGroups": { "ResourceGroup": page.items },
    }))
}

fn described(account: &Account, group: &ResourceGroup, operation: &Operation<'_>) -> Body {
    let body = Body::default()
        .with("Id", group.id.as_str())
        .with("Name", group.name.as_str())
        .with("DisplayName", group.display_name.as_str())
        .with("AccountId", account.id.as_str())
        .with("Status", group.status.as_str())
        .date("CreateDate", group.created);
    if operation.parameters.flag("IncludeTags").unwrap_or(false) {
        body.tags(&group.tags)
    } else {
        body
    }
}

fn get_resource_group(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let id = operation.required("ResourceGroupId");
    let group = account.resource_groups.get(id).looked_at(|| format!("resource group `{id}`"))?;
    let group = group.ok_or_else(|| {
        let message = format!("The resource group does not exist: {id}.");
        CloudError::new("EntityNotExists.ResourceGroup", 404, message)
    })?;
    let regions: Vec<Json> =
        account.apps.keys().map(|region| json!({ "RegionId": region, "Status": "OK" })).collect();
    let body = described(account, group, operation)
        .with("RegionStatuses", json!({ "RegionStatus": regions }));
    Ok(json!({ "ResourceGroup": Json::from(body) }))
}
