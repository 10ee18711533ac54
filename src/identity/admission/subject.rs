//! Whose object it is.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::quotas::Kind;
use crate::kernel::id::Id;

/// Somebody who is counted by an object of their own; shown as the object's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A network, as [`network`] writes it.
    Address(String),
    /// An account.
    User(Id),
    /// An administrator's key.
    AdminKey(Id),
}

impl Subject {
    /// Reads a name. An address may be any of its network.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name.split_once(':')? {
            ("ip", address) => network(address.strip_suffix("/64").unwrap_or(address)).map(Self::Address),
            ("user", id) => Id::parse(id).map(Self::User),
            ("admin_key", id) => Id::parse(id).map(Self::AdminKey),
            _ => None,
        }
    }

    /// What kind of caller it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Address(_) => Kind::Address,
            Self::User(_) => Kind::User,
            Self::AdminKey(_) => Kind::AdminKey,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(network) => write!(f, "ip:{network}"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::AdminKey(id) => write!(f, "admin_key:{id}"),
        }
    }
}

/// The network that callers without an account are counted by: an IPv4 address, or the /64 of an IPv6 one, because
/// one customer holds all of it.
#[must_use]
pub fn network(address: &str) -> Option<String> {
    match address.trim().parse().ok()? {
        IpAddr::V4(v4) => Some(v4.to_string()),
        IpAddr::V6(v6) => Some(match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_alike() {
        let id = Id::new(crate::kernel::time::Timestamp::EPOCH, [7; 10]);
        for (name, written) in [
            ("ip:192.0.2.1".to_owned(), "ip:192.0.2.1".to_owned()),
            ("ip:2001:db8:1:2::9".to_owned(), "ip:2001:db8:1:2::/64".to_owned()),
            ("ip:2001:db8:1:2::/64".to_owned(), "ip:2001:db8:1:2::/64".to_owned()),
            (format!("user:{id}"), format!("user:{id}")),
            (format!("admin_key:{id}"), format!("admin_key:{id}")),
        ] {
            assert_eq!(Subject::parse(&name).unwrap().to_string(), written);
        }
        for name in ["", "ip", "ip:", "ip:192.0.2", "user:ada", "key:1", "192.0.2.1"] {
            assert_eq!(Subject::parse(name), None, "{name}");
        }
    }
}
