//! The offline cloud: state, permissions and signature checks, in process or as a server.
