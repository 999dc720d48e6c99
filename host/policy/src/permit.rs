//! Permits: proof, as a type, that a call was judged.

use host_catalog::{Action, Product};
use host_model::Effect;

/// Leave to make one call. Only this room makes one, and the client takes it by value.
#[derive(Debug)]
pub struct Permit {
    product: String,
    action: String,
    effect: Effect,
}

impl Permit {
    pub(crate) fn new(product: &str, action: &str, effect: Effect) -> Self {
        Self { product: product.to_owned(), action: action.to_owned(), effect }
    }

    /// Leave for a call that the host makes for itself, whatever the workflow is.
    pub fn for_host(purpose: HostPurpose) -> Self {
        let (product, action, effect) = purpose.action();
        Self::new(product, action, effect)
    }

    /// Leave for a read by which an undo looks at what it is about: one that the catalog names as a look at
    /// what some action of the product touches. `None` for every other action.
    pub fn to_look(product: &Product, action: &Action) -> Option<Self> {
        let known = product.actions.get(&action.name).filter(|it| it.effect == Effect::Read)?;
        let shows = |other: &Action| other.observe.contains(&known.name);
        let is_look = product.actions.values().any(shows);
        is_look.then(|| Self::new(&product.key, &known.name, known.effect))
    }

    /// Leave to remove what this call makes, should its reply be lost and nobody have it (fault row 1).
    /// Only a call that makes an AccessKey gives it.
    pub fn repair(&self) -> Option<Repair> {
        let makes_key = matches!(self.product.as_str(), "ram" | "ims")
            && self.action == "CreateAccessKey"
            && self.effect == Effect::Create;
        makes_key.then(|| Repair {
            disable: Self::new("ram", "UpdateAccessKey", Effect::Update),
            delete: Self::new("ram", "DeleteAccessKey", Effect::Delete),
        })
    }

    /// The product's key.
    pub fn product(&self) -> &str {
        &self.product
    }

    /// The action's API name.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The effect that was permitted.
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// Leave to send one request of the call: a page, or a retry that the catalog allows.
    pub fn attempt(&self) -> Attempt {
        let (product, action) = (self.product.clone(), self.action.clone());
        Attempt { product, action, effect: self.effect }
    }
}

/// Leave to disable and delete one key whose secret nobody has. Had from the leave to make it, and from
/// nothing else: whoever agreed to a key agreed to this.
#[derive(Debug)]
pub struct Repair {
    disable: Permit,
    delete: Permit,
}

impl Repair {
    /// Leave to disable it, and leave to delete it.
    pub fn into_permits(self) -> (Permit, Permit) {
        (self.disable, self.delete)
    }
}

/// What the host asks the cloud for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostPurpose {
    /// Who is behind this key: every account is pinned.
    Identify,
    /// A session that the user's own profile asks for.
    ProfileSession,
    /// What a policy says, before it is attached or made the default.
    ReadPolicy,
    /// What a version of a policy says.
    ReadPolicyVersion,
    /// Whether a user is marked as ours.
    ReadUser,
    /// What a password must look like.
    ReadPasswordPolicy,
    /// Whether a role is there, and as it was wanted.
    ReadRole,
    /// Whether a user may sign in, and as it was wanted.
    ReadLoginProfile,
    /// Whether a user is there, by principal name, and as it was wanted.
    ReadPrincipal,
    /// Which tags roles and policies have.
    ReadTags,
    /// Which versions a policy has.
    ListPolicyVersions,
    /// Which keys a user has.
    ListAccessKeys,
    /// Whether a key was ever used.
    ReadKeyUse,
    /// Whether a service is bought.
    ReadCommercialStatus,
    /// Which tasks a cluster has.
    ListClusterTasks,
}

impl HostPurpose {
    /// Every one of them.
    pub const ALL: [Self; 15] = [
        Self::Identify,
        Self::ProfileSession,
        Self::ReadPolicy,
        Self::ReadPolicyVersion,
        Self::ReadUser,
        Self::ReadPasswordPolicy,
        Self::ReadRole,
        Self::ReadLoginProfile,
        Self::ReadPrincipal,
        Self::ReadTags,
        Self::ListPolicyVersions,
        Self::ListAccessKeys,
        Self::ReadKeyUse,
        Self::ReadCommercialStatus,
        Self::ListClusterTasks,
    ];

    /// The purpose of that read, if the host has one for it.
    pub fn of_read(product: &str, action: &str) -> Option<Self> {
        let is_it = |purpose: &Self| purpose.action() == (product, action, Effect::Read);
        Self::ALL.into_iter().find(is_it)
    }

    /// Product, action and effect.
    pub const fn action(self) -> (&'static str, &'static str, Effect) {
        match self {
            Self::Identify => ("sts", "GetCallerIdentity", Effect::Read),
            Self::ProfileSession => ("sts", "AssumeRole", Effect::Create),
            Self::ReadPolicy => ("ram", "GetPolicy", Effect::Read),
            Self::ReadPolicyVersion => ("ram", "GetPolicyVersion", Effect::Read),
            Self::ReadUser => ("ram", "GetUser", Effect::Read),
            Self::ReadPasswordPolicy => ("ram", "GetPasswordPolicy", Effect::Read),
            Self::ReadRole => ("ram", "GetRole", Effect::Read),
            Self::ReadLoginProfile => ("ram", "GetLoginProfile", Effect::Read),
            Self::ReadPrincipal => ("ims", "GetUser", Effect::Read),
            Self::ReadTags => ("ram", "ListTagResources", Effect::Read),
            Self::ListPolicyVersions => ("ram", "ListPolicyVersions", Effect::Read),
            Self::ListAccessKeys => ("ram", "ListAccessKeys", Effect::Read),
            Self::ReadKeyUse => ("ram", "GetAccessKeyLastUsed", Effect::Read),
            Self::ReadCommercialStatus => ("arms", "GetCommercialStatus", Effect::Read),
            Self::ListClusterTasks => ("cs", "DescribeClusterTasks", Effect::Read),
        }
    }
}

/// Leave to send one request. The transport takes it by value.
#[derive(Debug)]
pub struct Attempt {
    product: String,
    action: String,
    effect: Effect,
}

impl Attempt {
    /// The product's key.
    pub fn product(&self) -> &str {
        &self.product
    }

    /// The action's API name.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The same leave as one that is good for nothing but a read; the leave itself, if it is for more.
    pub fn into_read(self) -> Result<ReadAttempt, Self> {
        if self.effect == Effect::Read { Ok(ReadAttempt(self)) } else { Err(self) }
    }
}

/// Leave to send one request that changes nothing: all that a plan has.
///
/// ```compile_fail,E0423
/// fn read(attempt: host_policy::Attempt) -> host_policy::ReadAttempt {
///     host_policy::ReadAttempt(attempt)
/// }
/// ```
#[derive(Debug)]
pub struct ReadAttempt(Attempt);

impl ReadAttempt {
    /// What a transport takes.
    pub fn into_attempt(self) -> Attempt {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_writes_for_itself_only_to_become_somebody() {
        let writes = HostPurpose::ALL.into_iter().filter(|it| it.action().2.is_write());
        assert_eq!(writes.collect::<Vec<_>>(), [HostPurpose::ProfileSession]);
    }

    #[test]
    fn only_a_read_is_leave_to_read() {
        for effect in [Effect::Read, Effect::Create, Effect::Update, Effect::Delete] {
            let read = Permit::new("ram", "GetRole", effect).attempt().into_read();
            assert_eq!(read.is_ok(), effect == Effect::Read, "{effect}");
        }
    }

    #[test]
    fn what_the_host_asks_for_is_catalogued_as_that() {
        for purpose in HostPurpose::ALL {
            let (product, action, effect) = purpose.action();
            let known = host_catalog::Catalog::builtin().action(product, action);
            assert_eq!(known.map(|action| action.effect), Some(effect), "{product}:{action}");
            if effect == Effect::Read {
                assert_eq!(HostPurpose::of_read(product, action), Some(purpose));
            }
        }
        assert_eq!(HostPurpose::of_read("sts", "AssumeRole"), None);
        assert_eq!(HostPurpose::of_read("ram", "DeleteAccessKey"), None);
    }

    #[test]
    fn only_the_leave_to_make_a_key_is_leave_to_remove_it() {
        for (product, action, effect, repairs) in [
            ("ram", "CreateAccessKey", Effect::Create, true),
            ("ims", "CreateAccessKey", Effect::Create, true),
            ("ram", "CreateAccessKey", Effect::Read, false),
            ("ecs", "CreateAccessKey", Effect::Create, false),
            ("ram", "CreateUser", Effect::Create, false),
            ("ram", "UpdateAccessKey", Effect::Update, false),
            ("ram", "DeleteAccessKey", Effect::Delete, false),
        ] {
            let repair = Permit::new(product, action, effect).repair();
            assert_eq!(repair.is_some(), repairs, "{product}:{action}");
            if let Some(repair) = repair {
                let (disable, delete) = repair.into_permits();
                assert_eq!((disable.product(), disable.action()), ("ram", "UpdateAccessKey"));
                assert_eq!((delete.product(), delete.action()), ("ram", "DeleteAccessKey"));
            }
        }
        for purpose in HostPurpose::ALL {
            assert!(Permit::for_host(purpose).repair().is_none(), "{purpose:?}");
        }
    }
}
