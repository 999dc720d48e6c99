//! What `bindgen!` makes of `wit/`, and nothing else.
//!
//! Only the interfaces of the host itself are here. Product interfaces are not bound by generated
//! code: the catalog describes them, and one dispatch serves them all.

/// An identity as a workflow holds it: no key, only what the workflow may know.
#[derive(Debug, Clone)]
pub struct Identity(pub host_model::IdentityFacts);

/// A secret as a workflow holds it: a name, no bytes.
#[derive(Debug, Clone)]
pub struct Secret(pub host_model::SecretRef);

#[expect(missing_docs, reason = "the WIT has the doc comments")]
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "
            package host:bindings;
            world sandbox {
                import host:run/accounts@0.1.0;
                import host:run/vault@0.1.0;
                import host:run/clock@0.1.0;
                import host:run/progress@0.1.0;
                import host:run/context@0.1.0;
                import host:run/plan@0.1.0;
                import host:run/undo@0.1.0;
                import aliyun:openapi/queries@0.1.0;
                import aliyun:openapi/changes@0.1.0;
                export host:workflow/entry@0.1.0;
            }
        ",
        world: "host:bindings/sandbox",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "aliyun:core/types.identity": super::Identity,
            "aliyun:core/types.secret": super::Secret,
        },
    });
}

pub use generated::aliyun::core::types;
pub use generated::aliyun::openapi;
pub use generated::host::run;
pub use generated::{Sandbox, SandboxPre};
