//! Where a link leads, as browsers read it: `//elsewhere`, `https:elsewhere` and `\\\\elsewhere` leave the site like any other.

/// The host that the address names; `None` when it stays where the page is, or is no address of a page (`tel:`).
fn host(address: &str) -> Option<String> {
    // Browsers leave out control characters around an address, and tabs and line ends anywhere in it.
    let trimmed = address.trim_matches(|c: char| c <= ' ');
    let address: String = trimmed.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let scheme = address.find(':').map(|end| address[..end].to_ascii_lowercase());
    let is_slash = |c: char| c == '/' || c == '\\';
    let rest = match scheme.as_deref() {
        Some(scheme @ ("http" | "https")) => address[scheme.len() + 1..].trim_start_matches(is_slash),
        _ if address.chars().take(2).filter(|c| is_slash(*c)).count() == 2 => address.trim_start_matches(is_slash),
        _ => return None,
    };
    let authority = rest.split(|c: char| is_slash(c) || c == '?' || c == '#').next().unwrap_or_default();
    let named = authority.rsplit('@').next().unwrap_or_default();
    let named = named.split_once(':').map_or(named, |(name, _)| name);
    Some(named.trim_end_matches('.').to_lowercase())
}

/// Whether the address leads to another site than the one with this host name.
pub(super) fn leaves(address: &str, own: &str) -> bool {
    host(address).is_some_and(|host| host != own.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn whatever_a_browser_would_open_elsewhere_leaves() {
        for elsewhere in [
            "https://evil.example/x",
            "http://evil.example",
            "//evil.example/x",
            "https:evil.example",
            "HTTPS:/evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            " \t//evil.example",
            "ht\ntps://evil.example",
            "/\n/evil.example",
            "https://own.gov.cn@evil.example/",
            "https://own.gov.cn.evil.example/",
            "https://evil.example\\@own.gov.cn",
        ] {
            assert!(leaves(elsewhere, "own.gov.cn"), "{elsewhere:?}");
        }
        for stays in [
            "https://own.gov.cn/a",
            "https://OWN.gov.cn.:443/a",
            "//own.gov.cn",
            "/policies/1",
            "/policies/1?back=//evil.example",
            "#第一条",
            "mailto:a@evil.example",
            "tel:12345",
            "附件.docx",
            "",
        ] {
            assert!(!leaves(stays, "own.gov.cn"), "{stays:?}");
        }
    }
}
