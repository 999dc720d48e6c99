//! Where a request may go, by address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The metadata service of ECS: hands out the keys of the instance's role.
pub(crate) const METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);

/// Which addresses calls may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddressPolicy {
    /// Whether private ranges may be reached, for example for endpoints inside of a VPC.
    pub allow_private: bool,
}

impl AddressPolicy {
    /// `Err` with the rule that stands against it. `is_loopback_name` says that the authority itself
    /// is a loopback literal or `localhost`.
    pub(crate) fn judge(self, address: IpAddr, is_loopback_name: bool) -> Result<(), &'static str> {
        let address = canonical(address);
        if is_loopback_name {
            return if address.is_loopback() { Ok(()) } else { Err("`localhost` is not loopback") };
        }
        if address.is_loopback() {
            return Err("only `localhost` and loopback literals mean this machine");
        }
        if is_never(address) {
            return Err("link-local, metadata and special addresses take no calls");
        }
        if is_private(address) && !self.allow_private {
            return Err("private ranges need the operator's leave (setting `allow_private`)");
        }
        Ok(())
    }
}

/// The address that packets reach: an IPv4 one in IPv6 clothes is judged as IPv4.
fn canonical(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    match six.segments() {
        // IPv4-compatible addresses (RFC 4291) and NAT64 (RFC 6052) carry one in their last four
        // bytes, 6to4 (RFC 3056) after its prefix.
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => from_halves(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => from_halves(high, low),
        _ => six.to_canonical(),
    }
}

fn from_halves(high: u16, low: u16) -> IpAddr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

fn is_never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            four == METADATA
                || four.is_link_local()
                || four.is_multicast()
                || four.octets()[0] == 0
                || four.octets()[0] >= 240
        }
        IpAddr::V6(six) => {
            six.is_unspecified() || six.is_multicast() || six.is_unicast_link_local()
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let [first, second, ..] = four.octets();
            // 100.64/10 is what the cloud uses for its own services inside of a VPC, 198.18/15
            // what some local proxies answer for every name.
            four.is_private()
                || (first == 100 && (64..128).contains(&second))
                || (first == 198 && (18..20).contains(&second))
        }
        // Site-local is deprecated (RFC 3879) but still routed in places.
        IpAddr::V6(six) => six.is_unique_local() || is_site_local(six),
    }
}

fn is_site_local(six: Ipv6Addr) -> bool {
    six.segments()[0] & 0xffc0 == 0xfec0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_every_kind_of_address() {
        // (address, by default, with private ranges allowed)
        for (address, default, private) in [
            ("47.98.1.1", true, true),
            ("2408:4002::1", true, true),
            ("10.0.0.1", false, true),
            ("172.16.0.1", false, true),
            ("192.168.1.1", false, true),
            ("100.64.0.1", false, true),
            ("100.100.100.201", false, true),
            ("198.18.0.7", false, true),
            ("fd00::1", false, true),
            ("fec0::1", false, true),
            ("::ffff:10.0.0.1", false, true),
            ("64:ff9b::a00:1", false, true),
            ("100.100.100.200", false, false),
            ("::ffff:100.100.100.200", false, false),
            ("64:ff9b::6464:64c8", false, false),
            ("2002:6464:64c8::1", false, false),
            ("::100.100.100.200", false, false),
            ("169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
            ("0.1.2.3", false, false),
            ("::", false, false),
            ("224.0.0.1", false, false),
            ("ff02::1", false, false),
            ("255.255.255.255", false, false),
            ("127.0.0.1", false, false),
            ("127.9.9.9", false, false),
            ("::1", false, false),
            ("::ffff:127.0.0.1", false, false),
        ] {
            let ip: IpAddr = address.parse().unwrap();
            let judged = |allow_private| AddressPolicy { allow_private }.judge(ip, false).is_ok();
            assert_eq!((judged(false), judged(true)), (default, private), "{address}");
        }
    }

    #[test]
    fn a_loopback_name_means_loopback_and_nothing_else() {
        for (address, fine) in
            [("127.0.0.1", true), ("::1", true), ("10.0.0.1", false), ("47.98.1.1", false)]
        {
            let policy = AddressPolicy { allow_private: true };
            let judged = policy.judge(address.parse().unwrap(), true);
            assert_eq!(judged.is_ok(), fine, "{address}");
        }
    }
}
