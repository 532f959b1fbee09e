//! Addresses given as evidence: those of this site must lead to something public; others are checked by form here, and by
//! opening them afterwards ([`crate::evidence::opens`]).

use std::net::IpAddr;

/// The path on the portal, when the address is one of this site: a path, or below one of `own` (addresses or host names).
pub fn on_this_site(address: &str, own: &[&str]) -> Option<String> {
    let address = address.trim();
    if address.starts_with('/') && !address.starts_with("//") {
        return Some(address.to_owned());
    }
    let (host, path) = split(address)?;
    // The default port may be written or not: it is the same site.
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
    own.iter()
        .any(|own| split(own).map_or(*own, |(host, _)| host).eq_ignore_ascii_case(host) && !host.is_empty())
        .then(|| if path.is_empty() { "/".to_owned() } else { path.to_owned() })
}

/// Host (with port) and the rest of an http address.
fn split(address: &str) -> Option<(&str, &str)> {
    let lower = address.get(..8.min(address.len()))?.to_ascii_lowercase();
    let rest = if lower.starts_with("https://") {
        &address[8..]
    } else if lower.starts_with("http://") {
        &address[7..]
    } else {
        return None;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some((&rest[..end], &rest[end..]))
}

/// The address, if the public can be expected to open it.
///
/// # Errors
/// What to correct.
pub fn check(address: &str) -> Result<String, String> {
    let address = address.trim();
    if address.is_empty() {
        return Err("请从检索结果中选一份已公开的文件，或填写网址，例如 https://www.example.gov.cn/a.html。".into());
    }
    if address.len() > 500 {
        return Err("网址太长，上限 500 个字符。请去掉“?”后面的跟踪参数再填。".into());
    }
    if !address.is_ascii()
        || address.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'<>\\`{}|".contains(c))
    {
        return Err(
            "网址里有空格、汉字或特殊符号。请从浏览器地址栏完整复制，例如 https://www.example.gov.cn/a.html。".into()
        );
    }
    // Typed without the beginning, as people write addresses down.
    let bare = address.split(['/', '?', '#']).next().unwrap_or("");
    let whole = if !address.contains(':') && bare.contains('.') && !bare.starts_with('.') {
        format!("https://{address}")
    } else {
        address.to_owned()
    };
    let address = whole.as_str();
    let Some((host, _)) = split(address) else {
        return Err("请填写以 http:// 或 https:// 开头的完整网址，例如 https://www.example.gov.cn/a.html。".into());
    };
    if host.contains('@') {
        return Err("网址里不能带用户名和密码。请改用公众可以直接打开的网址。".into());
    }
    let name = host.rsplit_once(':').map_or(
        host,
        |(name, port)| {
            if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }
        },
    );
    let inner = match name.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        Ok(IpAddr::V6(_)) => true,
        Err(_) => !name.contains('.') || name.ends_with(".local") || name.ends_with(".internal"),
    };
    if inner || name.is_empty() {
        return Err("这是内网地址，公众打不开。请填写互联网上可以打开的网址。".into());
    }
    Ok(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_the_public_can_open_are_taken() {
        for good in [
            "https://www.example.gov.cn/a.html",
            "http://example.com:8080/x?y=1",
            " HTTPS://a.example/ ",
            "www.example.gov.cn/a.html",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example",
            "ftp://example.com",
            "javascript:alert(1)",
            "http://localhost/",
            "http://127.0.0.1:80/x",
            "http://10.1.2.3/",
            "http://192.168.1.1",
            "http://[::1]/",
            "http://a@example.com/",
            "https://例子.com/",
            "http://",
            "https://example.com/\"onclick",
            "http://oa.internal/",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_of_this_site_are_known_by_host_or_as_paths() {
        let own = ["http://127.0.0.1:8080", "www.qinghe.example"];
        assert_eq!(on_this_site("/policies/abc", &own).as_deref(), Some("/policies/abc"));
        assert_eq!(on_this_site("https://WWW.qinghe.example/policies/abc?x", &own).as_deref(), Some("/policies/abc?x"));
        assert_eq!(on_this_site("https://www.qinghe.example:443/policies/abc", &own).as_deref(), Some("/policies/abc"));
        assert_eq!(on_this_site("http://127.0.0.1:8080", &own).as_deref(), Some("/"));
        assert_eq!(on_this_site("https://www.qinghe.example.evil.com/policies/abc", &own), None);
        assert_eq!(on_this_site("//evil.example", &own), None);
    }
}
