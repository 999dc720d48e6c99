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
        Attempt { product: self.product.clone(), action: self.action.clone() }
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
}

impl HostPurpose {
    /// Product, action and effect.
    pub const fn action(self) -> (&'static str, &'static str, Effect) {
        match self {
            Self::Identify => ("sts", "GetCallerIdentity", Effect::Read),
            Self::ProfileSession => ("sts", "AssumeRole", Effect::Create),
            Self::ReadPolicy => ("ram", "GetPolicy", Effect::Read),
            Self::ReadPolicyVersion => ("ram", "GetPolicyVersion", Effect::Read),
            Self::ReadUser => ("ram", "GetUser", Effect::Read),
            Self::ReadPasswordPolicy => ("ram", "GetPasswordPolicy", Effect::Read),
        }
    }
}

/// Leave to send one request. The transport takes it by value.
#[derive(Debug)]
pub struct Attempt {
    product: String,
    action: String,
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
}
