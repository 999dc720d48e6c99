//! What two sides have to agree about, as text.
//!
//! A type that has a name is written by that name: it is an item of its own, so that a change of it is said once,
//! where it was made. Versions are written as tracks: a later release of the same track is the same type.

use host_catalog::Release;
use wit_parser::{Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

/// The name of an interface with the track of its package, for example `host:run/clock@0.1`.
pub(super) fn interface(resolve: &Resolve, id: InterfaceId) -> String {
    let full = resolve.id_of(id).unwrap_or_default();
    match full.split_once('@') {
        Some((stem, version)) => {
            let track = Release::parse(version).map(Release::track);
            format!("{stem}@{}", track.unwrap_or_else(|| version.to_owned()))
        }
        None => full,
    }
}

/// The shape of a function: parameter names do not matter, everything else does.
pub(super) fn function(resolve: &Resolve, function: &Function) -> String {
    let parameters = function.params.iter().map(|param| of(resolve, &param.ty));
    let result = function.result.as_ref().map(|result| format!(" -> {}", of(resolve, result)));
    let kind = if function.kind.is_async() { "async func" } else { "func" };
    format!("{kind}({}){}", join(parameters), result.unwrap_or_default())
}

/// The shape of a type's definition.
pub(super) fn definition(resolve: &Resolve, id: TypeId) -> String {
    let part = |is: &Type| of(resolve, is);
    let maybe = |is: &Option<Type>| is.as_ref().map_or_else(|| "_".to_owned(), part);
    match &resolve.types[id].kind {
        TypeDefKind::Type(inner) => part(inner),
        TypeDefKind::Resource => "resource".to_owned(),
        TypeDefKind::Handle(Handle::Own(id)) => named(resolve, *id),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", named(resolve, *id)),
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields = fields.map(|field| format!("{}: {}", field.name, part(&field.ty)));
            format!("record {{ {} }}", join(fields))
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter().map(|case| match &case.ty {
                Some(is) => format!("{}({})", case.name, part(is)),
                None => case.name.clone(),
            });
            format!("variant {{ {} }}", join(cases))
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

fn of(resolve: &Resolve, is: &Type) -> String {
    match is {
        Type::Id(id) if resolve.types[*id].name.is_some() => named(resolve, *id),
        Type::Id(id) => definition(resolve, *id),
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

/// A type by the place where it is defined, through every `use`.
fn named(resolve: &Resolve, id: TypeId) -> String {
    let is = &resolve.types[id];
    if let TypeDefKind::Type(Type::Id(inner)) = &is.kind {
        return of(resolve, &Type::Id(*inner));
    }
    let name = is.name.clone().unwrap_or_default();
    match is.owner {
        TypeOwner::Interface(owner) => format!("{}.{name}", interface(resolve, owner)),
        TypeOwner::World(_) | TypeOwner::None => name,
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
