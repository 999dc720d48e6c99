//! Functions with nothing behind them: an empty list, no value, "closed", "not permitted".

use wasmtime::component::{LinkerInstance, Val};
use wasmtime::{Result, bail};
use wit_parser::{Resolve, Type, TypeDefKind};

use crate::state::State;

/// What "nothing" is in a type. `None` where the type has no such value.
pub(super) fn of(resolve: &Resolve, is: &Type) -> Option<Val> {
    let id = match is {
        Type::Bool => return Some(Val::Bool(false)),
        Type::String => return Some(Val::String(String::new())),
        Type::Id(id) => *id,
        _ => return None,
    };
    match &resolve.types[id].kind {
        TypeDefKind::Type(inner) => of(resolve, inner),
        TypeDefKind::List(_) => Some(Val::List(vec![])),
        TypeDefKind::Option(_) => Some(Val::Option(None)),
        TypeDefKind::Result(result) => {
            let refusal = refusal(resolve, result.err.as_ref()?)?;
            Some(Val::Result(Err(Some(Box::new(refusal)))))
        }
        _ => None,
    }
}

/// The case of an error type that says that there is nothing.
fn refusal(resolve: &Resolve, is: &Type) -> Option<Val> {
    let Type::Id(id) = is else { return None };
    match &resolve.types[*id].kind {
        TypeDefKind::Type(inner) => refusal(resolve, inner),
        TypeDefKind::Enum(list) => {
            let case = list.cases.iter().find(|case| case.name == "not-permitted")?;
            Some(Val::Enum(case.name.clone()))
        }
        TypeDefKind::Variant(variant) => {
            let case = variant.cases.iter().find(|case| case.name == "closed")?;
            Some(Val::Variant(case.name.clone(), None))
        }
        _ => None,
    }
}

/// Defines a function that always gives the same answer.
pub(super) fn define(
    instance: &mut LinkerInstance<'_, State>,
    stem: &str,
    function: &str,
    answer: Option<&Val>,
) -> Result<()> {
    let Some(answer) = answer.cloned() else { bail!("`{stem}.{function}` has no answer") };
    instance.func_new_async(function, move |mut store, _, arguments, results| {
        let answer = answer.clone();
        Box::new(async move {
            // A borrowed handle has to be given back, whatever the answer.
            for argument in arguments {
                if let Val::Resource(handle) = argument {
                    handle.resource_drop_async(&mut store).await?;
                }
            }
            let Some(result) = results.first_mut() else { bail!("a function without a result") };
            *result = answer;
            Ok(())
        })
    })
}
