//! Requests over TLS, with time-outs, pools and bounded bodies.
