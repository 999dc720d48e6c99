//! The offline cloud: state, permissions and signature checks, in process or as a server.
//!
//! ```text
//!              ┌─ InProcess (a transport) ─┐
//! HttpRequest ─┤                           ├─▶ Simulator::respond ─▶ reply, late or lost
//!              └─ serve, serve_tls ────────┘          │
//!                                                     ▼
//!  fault drawn by the seed ▸ signature ▸ product and action ▸ permission ▸ parameters ▸ state
//! ```
//!
//! A [`Scenario`] says what the cloud is at the start, how late news arrives, and what goes wrong.
//! [`State`] with [`apply`] is the state machine alone, without signatures and permissions, so that
//! a plan can lay it over a real cloud: parts of objects are known, absent or unknown there
//! ([`Facet`], [`Collection`]).
//!
//! # Invariants
//!
//! - **Cause and effect are real.** Every request is judged by the caller's policies, the role's
//!   trust policy and the session's policy; nothing is permitted because a test needs it.
//! - **Signatures are verified by code of this room**, never by the client's signer.
//! - **Time passes when somebody asks.** Tasks, commands and agents catch up with the clock before a
//!   request is looked at; there is no thread beside it.
//! - **Same seed, same bytes.** Ids, keys, tokens and faults come from the seed and a counter.
//! - **What is assumed is listed** ([`assumptions`]); what is documented has a test.
//! - **No real secret.** Every key is invented, and not printed all the same.
//!
//! ```
//! use std::sync::Arc;
//! use host_model::{HttpRequest, Scheme};
//! use host_simulator::{Scenario, Simulator, VirtualClock};
//!
//! let scenario = Scenario::builtin();
//! let clock = Arc::new(VirtualClock::new(scenario.start));
//! let simulator = Simulator::new(scenario, clock);
//! let reply = simulator.answer(&HttpRequest {
//!     method: "POST".into(), scheme: Scheme::Https, authority: "sts.aliyuncs.com".into(),
//!     path: "/".into(), query: vec![], headers: vec![], body: vec![],
//! });
//! assert_eq!(reply.status, 400);
//! assert!(String::from_utf8_lossy(&reply.body).contains("MissingAccessKeyId"));
//! ```

mod access;
mod assumption;
mod clock;
mod directory;
mod entropy;
mod envelope;
mod error;
mod fault;
mod in_process;
mod instant;
mod lag;
mod overlay;
mod permission;
mod resource;
mod route;
mod scenario;
mod server;
mod signature;
mod simulator;
mod state;
mod tls;

pub use assumption::{Assumption, assumptions};
pub use clock::VirtualClock;
pub use directory::DirectoryEntry;
pub use entropy::SeededEntropy;
pub use error::SimulatorError;
pub use fault::{FaultKind, FaultRule};
pub use in_process::InProcess;
pub use overlay::{Ground, Guess, Known, Overlay, ReadId, Replies, UNFORESEEN};
pub use scenario::{
    AccountData, Activation, AddonData, AppData, ClusterData, GroupData, InstanceData, KeyData,
    LoginData, OPERATOR, OperatorData, PolicyData, ResourceGroupData, RoleData, Scenario, TaskData,
    UserData,
};
pub use server::{serve, serve_tls};
pub use simulator::{Answer, Simulator, Snapshot};
pub use state::{
    AccessKey, Account, Addon, AddonDeed, AddonTrouble, Assistant, Attachment, Attachments, Caller,
    CallerIdentity, CloudError, Cluster, ClusterManner, Collection, CommandTrouble, Consistency,
    Ending, Facet, Group, Instance, InstanceManner, InventedSecret, Invocation, Lingering, Listing,
    LoginProfile, Machine, Mint, Operation, Parameters, PasswordPolicy, Policy, PolicyType,
    PolicyVersion, Quotas, Remembered, Reports, ResourceGroup, Restart, Role, Schema, Service,
    Session, Setup, State, Tags, Target, Task, TraceApp, TroubleAt, User, Work, Workload, apply,
};
pub use tls::Tls;
