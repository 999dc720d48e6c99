//! Types of the component model as comparable text.

use std::collections::{BTreeMap, BTreeSet};

use wit_parser::{Function, Handle, Interface, Resolve, Type, TypeDefKind, TypeId};

/// What an interface holds that two sides have to agree about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes {
    /// The shape of each function, by name.
    pub(crate) functions: BTreeMap<String, String>,
    /// The resources that it defines itself.
    pub(crate) resources: BTreeSet<String>,
}

impl Shapes {
    /// Those of an interface.
    pub(crate) fn of(resolve: &Resolve, interface: &Interface) -> Self {
        let own = interface
            .types
            .iter()
            .filter(|(_, id)| matches!(resolve.types[**id].kind, TypeDefKind::Resource));
        let functions = interface.functions.iter();
        Self {
            functions: functions
                .map(|(name, item)| (name.clone(), function(resolve, item)))
                .collect(),
            resources: own.map(|(name, _)| name.clone()).collect(),
        }
    }
}

/// The shape of a function: parameter names do not matter, everything else does.
fn function(resolve: &Resolve, function: &Function) -> String {
    let parameters: Vec<String> =
        function.params.iter().map(|param| of(resolve, &param.ty)).collect();
    let result = function.result.as_ref().map(|result| format!(" -> {}", of(resolve, result)));
    let kind = if function.kind.is_async() { "async func" } else { "func" };
    format!("{kind}({}){}", parameters.join(", "), result.unwrap_or_default())
}

fn of(resolve: &Resolve, is: &Type) -> String {
    match is {
        Type::Id(id) => defined(resolve, *id),
        Type::Bool => "bool".to_owned(),
        Type::U8 => "u8".to_owned(),
        Type::U16 => "u16".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::S8 => "s8".to_owned(),
        Type::S16 => "s16".to_owned(),
        Type::S32 => "s32".to_owned(),
        Type::S64 => "s64".to_owned(),
        Type::F32 => "f32".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::Char => "char".to_owned(),
        Type::String => "string".to_owned(),
        Type::ErrorContext => "error-context".to_owned(),
    }
}

fn defined(resolve: &Resolve, id: TypeId) -> String {
    let part = |is: &Type| of(resolve, is);
    let maybe = |is: &Option<Type>| is.as_ref().map_or_else(|| "_".to_owned(), part);
    match &resolve.types[id].kind {
        TypeDefKind::Type(inner) => part(inner),
        TypeDefKind::Resource => resource_name(resolve, id),
        TypeDefKind::Handle(Handle::Own(id)) => format!("own<{}>", resource_name(resolve, *id)),
        TypeDefKind::Handle(Handle::Borrow(id)) => {
            format!("borrow<{}>", resource_name(resolve, *id))
        }
        TypeDefKind::Record(record) => {
            let field = |field: &wit_parser::Field| format!("{}: {}", field.name, part(&field.ty));
            format!("record {{ {} }}", join(record.fields.iter().map(field)))
        }
        TypeDefKind::Variant(variant) => {
            let case = |case: &wit_parser::Case| match &case.ty {
                Some(is) => format!("{}({})", case.name, part(is)),
                None => case.name.clone(),
            };
            format!("variant {{ {} }}", join(variant.cases.iter().map(case)))
        }
        TypeDefKind::Enum(list) => {
            format!("enum {{ {} }}", join(list.cases.iter().map(|case| case.name.clone())))
        }
        TypeDefKind::Flags(list) => {
            format!("flags {{ {} }}", join(list.flags.iter().map(|flag| flag.name.clone())))
        }
        TypeDefKind::Tuple(tuple) => format!("tuple<{}>", join(tuple.types.iter().map(part))),
        TypeDefKind::Option(inner) => format!("option<{}>", part(inner)),
        TypeDefKind::Result(result) => {
            format!("result<{}, {}>", maybe(&result.ok), maybe(&result.err))
        }
        TypeDefKind::List(inner) => format!("list<{}>", part(inner)),
        TypeDefKind::FixedLengthList(inner, length) => format!("list<{}, {length}>", part(inner)),
        TypeDefKind::Map(key, value) => format!("map<{}, {}>", part(key), part(value)),
        TypeDefKind::Future(inner) => format!("future<{}>", maybe(inner)),
        TypeDefKind::Stream(inner) => format!("stream<{}>", maybe(inner)),
        TypeDefKind::Unknown => "unknown".to_owned(),
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// A resource is known by its own name, through any renaming by `use`.
fn resource_name(resolve: &Resolve, id: TypeId) -> String {
    match &resolve.types[id].kind {
        TypeDefKind::Type(Type::Id(inner)) => resource_name(resolve, *inner),
        _ => resolve.types[id].name.clone().unwrap_or_else(|| "resource".to_owned()),
    }
}
