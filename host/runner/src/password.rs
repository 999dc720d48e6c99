//! Passwords that satisfy an account's password policy.

use host_model::SecretText;
use host_ports::Entropy;
use serde_json::Value as Json;

/// Characters of a new password, unless the policy asks for more; RAM takes up to 32.
const LENGTH: usize = 24;
const LENGTH_MAX: usize = 32;

/// No character that is easily taken for another, and no symbol that a shell or a form would change.
const CLASSES: [&[u8]; 4] =
    [b"abcdefghijkmnpqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"!@#%^*_+-="];

/// A new password of at least one character of each class, whatever the policy leaves out.
pub(crate) fn generate(policy: &Json, entropy: &dyn Entropy) -> SecretText {
    let least = policy.pointer("/PasswordPolicy/MinimumPasswordLength").and_then(Json::as_u64);
    let least = least.and_then(|least| usize::try_from(least).ok()).unwrap_or(0);
    let length = LENGTH.max(least).min(LENGTH_MAX);
    let everything: Vec<u8> = CLASSES.concat();
    let mut password: Vec<u8> = CLASSES.iter().map(|class| pick(class, entropy)).collect();
    while password.len() < length {
        password.push(pick(&everything, entropy));
    }
    shuffle(&mut password, entropy);
    SecretText::new(password.into_iter().map(char::from).collect::<String>())
}

fn pick(from: &[u8], entropy: &dyn Entropy) -> u8 {
    from.get(below(from.len(), entropy)).copied().unwrap_or(b'x')
}

fn shuffle(password: &mut [u8], entropy: &dyn Entropy) {
    for last in (1..password.len()).rev() {
        password.swap(last, below(last + 1, entropy));
    }
}

/// A number below `bound` (at most 256), each as likely as any other.
fn below(bound: usize, entropy: &dyn Entropy) -> usize {
    let limit = 256 - 256 % bound;
    loop {
        let mut byte = [0_u8];
        entropy.fill(&mut byte);
        let [byte] = byte;
        if usize::from(byte) < limit {
            return usize::from(byte) % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    #[derive(Debug)]
    struct Counter(AtomicU8);

    impl Entropy for Counter {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(37, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn satisfies_the_strictest_policy() {
        let policy = serde_json::json!({"PasswordPolicy": {"MinimumPasswordLength": 30}});
        for start in 0..50 {
            let password = generate(&policy, &Counter(AtomicU8::new(start)));
            let text = password.expose();
            assert_eq!(text.len(), 30);
            for class in CLASSES {
                assert!(text.bytes().any(|byte| class.contains(&byte)), "{text} lacks a class");
            }
        }
    }
}
