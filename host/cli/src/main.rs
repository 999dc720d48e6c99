//! Words in, exit status out: the only room that prints and the only one that picks adapters.

fn main() {}
