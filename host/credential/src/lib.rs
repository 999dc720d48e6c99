//! Finds keys where the ecosystem keeps them, and renews the short-lived ones.
