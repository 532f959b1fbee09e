//! The section `[links]` of the configuration.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use web::Section;

/// Looking whether links to other sites open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Links {
    /// Whether other sites are asked at all. Off on a machine without a way out.
    pub check: bool,
    /// Days after which a link is looked at again.
    pub every_days: u32,
    /// Networks that may be asked although they are not public, e.g. `10.20.0.0/16` for sites of the province's own net.
    pub allow: Vec<IpNet>,
    /// Hosts that alone are asked, each with those below it; empty = all.
    pub only_hosts: Vec<String>,
    /// Hosts that are never asked, each with those below it.
    pub skip_hosts: Vec<String>,
}

impl Default for Links {
    fn default() -> Self {
        Self { check: false, every_days: 7, allow: Vec::new(), only_hosts: Vec::new(), skip_hosts: Vec::new() }
    }
}

impl Section for Links {
    const KEY: &'static str = "links";

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=90).contains(&self.every_days) {
            problems.push("every_days：应为 1 至 90 天".to_owned());
        }
        problems.extend(self.allow.iter().filter_map(egress::unfit).map(|why| format!("allow：{why}")));
        for (key, hosts) in [("only_hosts", &self.only_hosts), ("skip_hosts", &self.skip_hosts)] {
            let wrong =
                |host: &&String| host.is_empty() || host.contains(['/', ':', '*', ' ']) || host.starts_with('.');
            if let Some(host) = hosts.iter().find(wrong) {
                problems.push(format!("{key}：“{host}”应为域名，例如 \"example.cn\"，包含它下面的各级域名"));
            }
        }
        // A word of its own, so that nobody waits for a check that never comes.
        if !self.only_hosts.is_empty() && !self.only_hosts.iter().any(|host| self.asks(host)) {
            problems.push("only_hosts：里面的域名都在 skip_hosts 里，什么也不会检查，请核对这两项".to_owned());
        }
        problems
    }
}

impl Links {
    /// Whether this host may be asked by what is configured.
    pub(crate) fn asks(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_lowercase();
        let within = |name: &String| {
            let name = name.to_lowercase();
            host == name || host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'))
        };
        !self.skip_hosts.iter().any(within) && (self.only_hosts.is_empty() || self.only_hosts.iter().any(within))
    }
}

/// The host of an address, without its port and whoever stands before `@`.
pub(crate) fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let named = authority.rsplit('@').next().unwrap_or_default();
    match named.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => named.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_named_with_those_below_them() {
        let skip = Links { skip_hosts: vec!["example.cn".into()], ..Links::default() };
        assert!(!skip.asks("example.cn") && !skip.asks("www.Example.cn.") && skip.asks("myexample.cn"));
        let only = Links { only_hosts: vec!["gov.cn".into()], skip_hosts: vec!["a.gov.cn".into()], ..Links::default() };
        assert!(only.asks("www.gov.cn") && !only.asks("b.a.gov.cn") && !only.asks("example.org"));
        assert!(skip.problems().is_empty() && only.problems().is_empty());
        let wrong = Links { every_days: 0, only_hosts: vec!["https://a.cn".into()], ..Links::default() };
        assert_eq!(wrong.problems().len(), 2);
        let hosts = || vec!["gov.cn".to_owned()];
        let none = Links { only_hosts: hosts(), skip_hosts: hosts(), ..Links::default() };
        assert!(none.problems().join("").contains("什么也不会检查"));
    }

    #[test]
    fn the_host_of_an_address_is_read() {
        for (address, name) in [
            ("https://www.example.cn/a?b=c", "www.example.cn"),
            ("http://example.cn:8080", "example.cn"),
            ("http://a@b.cn/x@y", "b.cn"),
            ("http://[2001:db8::1]:80/", "2001:db8::1"),
            ("https://例子.cn\\@evil.cn/", "例子.cn"),
        ] {
            assert_eq!(host(address), name, "{address}");
        }
    }
}
