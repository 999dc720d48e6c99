//! The one dispatch of all product functions: the catalog says what each of them is.

use std::sync::Arc;

use host_catalog::{ArgumentType, Catalog, Function, Product};
use host_model::{Call, CallError, ErrorKind, quote_within};
use wasmtime::component::{Linker, Val};
use wasmtime::{Result, StoreContextMut, bail};

use crate::guest_error::to_val;
use crate::state::State;
use crate::{Answer, Event, value};

/// Defines every product function in the linker.
pub(crate) fn add_to_linker(linker: &mut Linker<State>, catalog: &'static Catalog) -> Result<()> {
    for product in catalog.products() {
        linker.instance(&format!("aliyun:{}/types@{}", product.key, product.release()))?;
        for interface in product.interfaces() {
            let mut instance = linker.instance(&interface.name)?;
            for function in interface.functions {
                let name = function.name.clone();
                let function = Arc::new(function);
                instance.func_new_async(&name, move |store, _, arguments, results| {
                    let function = Arc::clone(&function);
                    Box::new(
                        async move { serve(store, product, &function, arguments, results).await },
                    )
                })?;
            }
        }
    }
    Ok(())
}

async fn serve(
    mut store: StoreContextMut<'_, State>,
    product: &Product,
    function: &Function,
    arguments: &[Val],
    results: &mut [Val],
) -> Result<()> {
    let outcome = match read_call(&mut store, product, function, arguments)? {
        Ok(call) => match store.data_mut().perform(Event::Call(call)).await? {
            Answer::Reply { reply } => value::reply(&mut store, product, &function.reply, reply)?,
            Answer::Error { error } => Err(error),
            _ => bail!("the driver answered a call with something else"),
        },
        Err(error) => Err(error),
    };
    let Some(result) = results.first_mut() else { bail!("a function without a result") };
    *result = Val::Result(match outcome {
        Ok(value) => Ok(value.map(Box::new)),
        Err(error) => Err(Some(Box::new(to_val(error)))),
    });
    Ok(())
}

/// Every borrowed handle among the arguments is consumed before anything can be refused.
fn read_call(
    store: &mut StoreContextMut<'_, State>,
    product: &Product,
    function: &Function,
    arguments: &[Val],
) -> Result<std::result::Result<Call, CallError>> {
    let [caller, given @ .., Val::Record(options)] = arguments else {
        bail!("a product function without caller and options")
    };
    let identity = value::identity(store, caller)?;
    let mut region = None;
    let mut parameters = Vec::new();
    let optional = options.iter().map(|(_, value)| value);
    let slots = function.arguments.iter().zip(given).chain(function.options.iter().zip(optional));
    for (slot, given) in slots {
        match value::argument(store, slot.is, given)? {
            Some(host_model::Value::Text(text)) if slot.is == ArgumentType::Region => {
                region = Some(text);
            }
            Some(value) => parameters.push((slot.parameter.clone(), value)),
            None => {}
        }
    }
    let Some((_, extra)) = options.last() else { bail!("options without `extra`") };
    let extra = value::pairs(store, extra)?;
    if let Some(name) = overridden(function, &extra) {
        return Ok(Err(denied_override(product, function, name)));
    }
    parameters.extend(extra);
    Ok(Ok(Call {
        identity,
        product: product.key.clone(),
        version: product.version.clone(),
        action: function.action.clone(),
        region,
        parameters,
    }))
}

/// A name in `extra` that the typed function has already (`security.md`, rule 3).
fn overridden<'a>(
    function: &Function,
    extra: &'a [(String, host_model::Value)],
) -> Option<&'a str> {
    let typed = |name: &str| {
        function.arguments.iter().chain(&function.options).any(|slot| slot.parameter == name)
    };
    extra.iter().map(|(name, _)| name.as_str()).find(|name| typed(name))
}

fn denied_override(product: &Product, function: &Function, name: &str) -> CallError {
    CallError::new(
        ErrorKind::Denied,
        "catalog.parameter-repeated",
        format!(
            "`{}:{}`: parameter `{}` has an argument of its own, so `extra` cannot give it",
            product.key,
            function.action,
            quote_within(name, 80)
        ),
    )
    .with("parameter", name)
}
