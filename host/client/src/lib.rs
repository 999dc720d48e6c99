//! One call, from permit to reply: endpoint, signature, retries, clock skew.
