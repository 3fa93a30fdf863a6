//! `cidr`: a block of addresses, v4 or v6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses from `first` to `last`, both of one family.
///
/// As in Event Ruler (`CIDR.java`), the block begins at the address as written, not at the one its
/// mask would give: `10.0.0.5/24` is `10.0.0.5` to `10.0.0.255`.
#[derive(Debug, Clone)]
pub(super) struct Cidr {
    first: IpAddr,
    last: IpAddr,
}

impl Cidr {
    /// Reads a block, or says what is wrong with it and how to put it right.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let (address, bits) = text
            .split_once('/')
            .ok_or("has no mask: write an address, a slash and the mask bits, as 10.0.0.0/8")?;
        let first: IpAddr = address.parse().map_err(|_| "does not begin with an IP address")?;
        let bits: u32 = bits.parse().map_err(|_| "has mask bits that are not a whole number")?;

        let last = match first {
            IpAddr::V4(first) if bits < 32 => {
                IpAddr::V4(Ipv4Addr::from_bits(first.to_bits() | (u32::MAX >> bits)))
            }
            IpAddr::V6(first) if bits < 128 => {
                IpAddr::V6(Ipv6Addr::from_bits(first.to_bits() | (u128::MAX >> bits)))
            }
            IpAddr::V4(_) => {
                return Err("has 32 mask bits or more: write a single address as an exact value");
            }
            IpAddr::V6(_) => {
                return Err("has 128 mask bits or more: write a single address as an exact value");
            }
        };
        Ok(Self { first, last })
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        address(text).is_some_and(|address| self.first <= address && address <= self.last)
    }
}

/// The address a text is, or `None` when it is none. `::ffff:10.0.0.1` is `10.0.0.1`.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}
