//! A cloud in which things go wrong, from a seed.

use serde_json::Value as Json;

/// Numbers from a seed (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    /// From 1 to `most`.
    pub(crate) fn up_to(&mut self, most: usize) -> usize {
        let most = u64::try_from(most).unwrap_or(1).max(1);
        usize::try_from(self.next() % most).unwrap_or(0) + 1
    }
}

/// How often faults happened to a cloud.
pub(crate) fn happened(cloud: &Json) -> u64 {
    let tallies = cloud["faults"].as_array().into_iter().flatten();
    tallies.map(|tally| tally["applied"].as_u64().unwrap_or(0)).sum()
}

/// What may go wrong, with further fields.
const KINDS: [(&str, &str); 6] = [
    ("drop-reply", ""),
    ("drop-request", ""),
    ("throttle", "retry_after = 300"),
    ("unavailable", ""),
    // The call took effect, and 502 comes back.
    ("non-json", ""),
    ("slow", "seconds = 4"),
];

/// What it happens to.
const ACTIONS: [&str; 5] = ["*:Create*", "*:Attach*", "*:Install*", "*:Run*", "*"];

/// The cloud with other delays, and faults.
pub(crate) fn scenario(calm: &str, seed: u64) -> String {
    // Apart from the throws that choose the point.
    let mut dice = Dice::new(seed ^ 0x5eed);
    let mut text = String::new();
    let mut is_delay = false;
    for line in calm.lines() {
        is_delay = if line.starts_with('[') { line == "[consistency]" } else { is_delay };
        match line.split_once(" = ") {
            Some((name, _)) if is_delay => text.push_str(&format!("{name} = {}", dice.up_to(6))),
            Some(("seed", _)) => text.push_str(&format!("seed = {seed}")),
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    for _ in 0..dice.up_to(4) {
        let (kind, more) = KINDS[dice.up_to(KINDS.len()) - 1];
        let on = ACTIONS[dice.up_to(ACTIONS.len()) - 1];
        let (count, likely) = (dice.up_to(2), dice.up_to(4) * 20);
        text.push_str(&format!(
            "\n[[fault]]\non = \"{on}\"\nkind = \"{kind}\"\ncount = {count}\nprobability = {}\n{more}\n",
            f64::from(u32::try_from(likely).unwrap_or(0)) / 100.0
        ));
    }
    text
}
