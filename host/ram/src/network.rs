//! Addresses and blocks of addresses.

use std::net::IpAddr;

/// One address, or all that share its first bits. IPv4 addresses in IPv6 form are IPv4 here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Reads `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`; bits behind the prefix do not matter.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width: u32 = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u32 = match prefix {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|bits| *bits <= width)?
            }
            Some(_) => return None,
            None => width,
        };
        let canonical = address.to_canonical();
        if canonical.is_ipv4() && width == 128 {
            // `::ffff:10.0.0.0/104` is `10.0.0.0/8`; shorter prefixes hold more than IPv4.
            return prefix.checked_sub(96).map(|prefix| Self { address: canonical, prefix });
        }
        Some(Self { address, prefix })
    }

    /// Whether every address of `other` is in here.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        if self.address.is_ipv4() != other.address.is_ipv4() || other.prefix < self.prefix {
            return false;
        }
        let width = if self.address.is_ipv4() { 32 } else { 128 };
        // A shift by the full width happens for `/0` only, where everything is inside.
        let differing = bits(self.address) ^ bits(other.address);
        differing.checked_shr(width - self.prefix).unwrap_or(0) == 0
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_addresses_are_inside() {
        let cases = [
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.9.9.9/8", "10.1.1.1", true),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:1::9", true),
            ("2001:db8::/32", "2001:db9::9", false),
            ("::/0", "2001:db9::9", true),
            ("::ffff:10.0.0.0/104", "10.200.2.3", true),
            ("::ffff:10.0.0.0/104", "11.1.2.3", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/16", "10.0.0.0/8", false),
        ];
        for (block, address, inside) in cases {
            let (block, address) = (Network::parse(block), Network::parse(address));
            let (Some(block), Some(address)) = (block, address) else {
                panic!("a case is not readable: {block:?} {address:?}")
            };
            assert_eq!(block.holds(&address), inside, "{block:?} {address:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_block() {
        for text in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "any"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
