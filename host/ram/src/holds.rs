//! Three answers instead of two, so that doubt never opens a door.

/// Whether a part of a statement holds for a request.
///
/// The order makes the logic: all of several parts is their minimum, any of them their maximum.
/// An Allow applies on [`Holds::Yes`] only, a Deny on everything but [`Holds::No`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    /// Certainly not.
    No,
    /// The language does not say, or we do not know it.
    Unsure,
    /// Certainly.
    Yes,
}

impl Holds {
    /// The opposite; doubt stays doubt.
    pub(crate) const fn negated(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unsure => Self::Unsure,
            Self::Yes => Self::No,
        }
    }

    /// The opposite if `negate`.
    pub(crate) const fn negated_if(self, negate: bool) -> Self {
        if negate { self.negated() } else { self }
    }

    /// Any of `parts`; of none: no.
    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().max().unwrap_or(Self::No)
    }

    /// All of `parts`; of none: yes.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().min().unwrap_or(Self::Yes)
    }
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
