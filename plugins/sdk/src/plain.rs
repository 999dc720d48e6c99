//! Functions of the contract without their empty options.

/// Wraps functions whose options hold nothing but the open arm, so that call sites stay short.
///
/// The documentation of each says where its full description stands; the types come from the
/// contract, so a signature that drifts does not compile.
macro_rules! plain {
    ($($from:path => $name:ident($($argument:ident: $is:ty),*) -> $reply:ty: $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub fn $name(
                caller: &$crate::Identity,
                $($argument: $is),*
            ) -> Result<$reply, $crate::Error> {
                use $from as function;
                function(caller, $($argument,)* &Default::default())
            }
        )*
    };
}

pub(crate) use plain;
