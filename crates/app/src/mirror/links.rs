//! From addresses to files, and from pages to the addresses in them. Nothing here reads or writes anything.

use std::{collections::BTreeSet, path::PathBuf};

/// What this program keeps for itself in a mirror; no page may have such a name.
pub(super) const OWN: [&str; 3] = [".mirror", "_gone", "_pages"];

/// Before the address of the picture that a messenger shows beside the page.
const CARD: &str = " property=\"og:image\" content=\"";
/// Most bytes of a name that file systems take.
const LONGEST: usize = 255;

/// The file of an address, as a path within the mirror. Pages are folders with an `index.html`, so that any server of files finds
/// them; what has a name of its own keeps it. A question stands in the name behind `@`.
///
/// # Errors
/// With the reason when no file can bear the name.
pub(super) fn file_of(address: &str, kind: Kind) -> Result<PathBuf, &'static str> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts = parts(path)?;
    let at = if query.is_empty() { String::new() } else { format!("@{query}") };
    let mut file: PathBuf = parts.iter().collect();
    let name = match (kind, parts.last()) {
        (Kind::Page, _) => Some(format!("index{at}.html")),
        (Kind::Data, Some(last)) if !last.contains('.') => Some(format!("index{at}.json")),
        (_, Some(last)) if !at.is_empty() => {
            let (stem, ending) = last.rsplit_once('.').unwrap_or((last, ""));
            file.pop();
            Some(format!("{stem}{at}.{ending}"))
        }
        (_, Some(_)) => None,
        (_, None) => return Err("首页之外的地址没有名称"),
    };
    if let Some(name) = name {
        file.push(name);
    }
    if file.iter().any(|part| part.len() > LONGEST) {
        return match (parts.as_slice(), at.is_empty()) {
            // An attachment is the only one in its folder; the server of files knows this name.
            ([top, id, name], true) if top == "attachments" && id.len() <= LONGEST => short(id, name),
            _ => Err("名称太长，文件系统放不下"),
        };
    }
    Ok(file)
}

/// The file of an attachment whose own name is too long: its ending stays.
fn short(id: &str, name: &str) -> Result<PathBuf, &'static str> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ending.is_empty() || ending.len() > 8 || !ending.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("名称太长，文件系统放不下");
    }
    Ok(["attachments", id, &format!("_long.{ending}")].iter().collect())
}

/// Whether what stands at an address leads to others.
pub(super) fn leads(address: &str) -> bool {
    !["/attachments/", "/pictures/", "/cards/"].iter().any(|leaves| address.starts_with(leaves))
}

/// The file of what is told in the place of something that was withdrawn.
///
/// # Errors
/// As [`file_of`].
pub(super) fn file_of_gone(address: &str) -> Result<PathBuf, &'static str> {
    let mut parts = parts(address)?;
    let last = parts.pop().ok_or("首页没有撤回")?;
    let file: PathBuf = std::iter::once("_gone".to_owned()).chain(parts).chain([format!("{last}.html")]).collect();
    if file.iter().any(|part| part.len() > LONGEST) { Err("名称太长，文件系统放不下") } else { Ok(file) }
}

/// What an answer is, as far as the name of its file depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// HTML.
    Page,
    /// JSON at an address without an ending.
    Data,
    /// Anything else, and whatever is sent to be saved.
    File,
}

/// The parts of a path, decoded; each must be a name of one file.
fn parts(path: &str) -> Result<Vec<String>, &'static str> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let name = String::from_utf8(kernel::percent_decoded(part)).map_err(|_| "名称不是文字")?;
        if name == "." || name == ".." || name.contains(['/', '\\']) || name.chars().any(char::is_control) {
            return Err("名称里有文件名不能用的字符");
        }
        if parts.is_empty() && OWN.contains(&name.as_str()) {
            return Err("名称与镜像自用的目录相同");
        }
        parts.push(name);
    }
    Ok(parts)
}

/// The addresses of this site in a page, a feed, a site map or a style sheet: paths with their questions, without what only a
/// program can answer. `here` is where the text stands, `base` the site's own beginning.
pub(super) fn links(text: &str, here: &str, base: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for mark in [" href=\"", " src=\"", " srcset=\"", " poster=\"", CARD, "<loc>", "url("] {
        for rest in text.split(mark).skip(1) {
            let rest = if mark == "url(" { rest.trim_start_matches(['"', '\'', ' ']) } else { rest };
            let end = rest.find(['"', '<', ')']).unwrap_or(rest.len());
            let value = rest[..end].replace("&#38;", "&").replace("&amp;", "&");
            if mark == " srcset=\"" {
                let each = value.split(',').filter_map(|one| one.split_whitespace().next());
                found.extend(each.filter_map(|one| address(one, here, base)));
            } else {
                found.extend(address(value.trim().trim_matches(['"', '\'']), here, base));
            }
        }
    }
    found
}

/// The address on this site that a link leads to, if a file can stand for it.
fn address(link: &str, here: &str, base: &str) -> Option<String> {
    let link = link.split('#').next().unwrap_or_default();
    let link = link.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?'])).unwrap_or(link);
    let own = here.split('?').next().unwrap_or("/");
    let whole = if link.starts_with('/') && !link.starts_with("//") {
        link.to_owned()
    } else if link.starts_with('?') {
        format!("{own}{link}")
    } else if let Some(beside) = link.strip_prefix("./") {
        format!("{}/{beside}", own.rsplit_once('/').map_or("", |(folder, _)| folder))
    } else {
        return None;
    };
    match whole.split_once('?') {
        // A list without any condition: `/policies.csv?`.
        Some((path, "")) => Some(path.to_owned()),
        Some((_, query)) if !is_page_of_list(query) => None,
        _ => Some(whole),
    }
}

/// Whether a question only turns pages: the further pages of a list, the parts of the site map. What narrows a list needs the
/// program. Nothing stands in it that could not stand in the name of a file.
pub(super) fn is_page_of_list(query: &str) -> bool {
    let turns = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        ["page", "part"].contains(&name) && value.parse::<u32>().is_ok_and(|page| page > 0)
    };
    let plain = query.len() <= 200 && query.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.=&%".contains(&b));
    plain && query.split('&').any(turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_a_file_that_any_server_finds() {
        for (address, kind, file) in [
            ("/", Kind::Page, "index.html"),
            ("/policies", Kind::Page, "policies/index.html"),
            ("/policies?kind=policy&page=2", Kind::Page, "policies/index@kind=policy&page=2.html"),
            ("/policies.csv", Kind::File, "policies.csv"),
            ("/sitemap.xml?part=3", Kind::File, "sitemap@part=3.xml"),
            ("/api/v1/organs", Kind::Data, "api/v1/organs/index.json"),
            ("/documents.json", Kind::Data, "documents.json"),
            ("/attachments/7x/%E5%90%8D%E5%8D%95.xlsx", Kind::File, "attachments/7x/名单.xlsx"),
            ("/attachments/7x/README", Kind::File, "attachments/7x/README"),
        ] {
            assert_eq!(file_of(address, kind), Ok(PathBuf::from(file)), "{address}");
        }
        assert_eq!(file_of_gone("/policies/7x"), Ok(PathBuf::from("_gone/policies/7x.html")));
    }

    #[test]
    fn no_address_leads_out_of_the_mirror_or_into_its_own_folders() {
        for address in [
            "/../etc/passwd",
            "/a/%2e%2e/b",
            "/a/%2F..%2Fb",
            "/a%5Cb",
            "/a%00b",
            "/.mirror/manifest",
            "/_gone/x",
            "/%FF",
        ] {
            assert!(file_of(address, Kind::File).is_err(), "{address}");
        }
        let long = "%E5%90%8D".repeat(100);
        assert!(file_of(&format!("/columns/{long}"), Kind::Page).is_err());
        let short = file_of(&format!("/attachments/7x/{long}.pdf"), Kind::File);
        assert_eq!(short, Ok(PathBuf::from("attachments/7x/_long.pdf")));
        assert!(file_of(&format!("/attachments/7x/{long}"), Kind::File).is_err());
    }

    #[test]
    fn links_of_this_site_are_found_and_no_others() {
        let page = "<a href=\"/policies?kind=policy&#38;page=2#top\">x</a><a href=\"?page=3\"><a href=\"//evil.example/\">\
            <a href=\"https://www.example.gov.cn/organs\"><a href=\"https://www.example.gov.cn.evil.example/x\">\
            <img src=\"/pictures/a.jpg\" srcset=\"/pictures/a-2.jpg 2x, /pictures/a-3.jpg 3x\">\
            <a href=\"/documents?organ=QH010\"><a href=\"/search?q=x\"><a href=\"tel:12345\"><a href=\"#here\">\
            <meta name=\"x\" content=\"/nowhere\"><meta property=\"og:url\" content=\"https://www.example.gov.cn/none\">\
            <meta property=\"og:image\" content=\"https://www.example.gov.cn/cards/7x/0123.png\">\
            <a href=\"/columns/notices/list.csv?\">";
        let found = links(page, "/documents?page=2", "https://www.example.gov.cn");
        let expected = [
            "/cards/7x/0123.png",
            "/columns/notices/list.csv",
            "/documents?page=3",
            "/organs",
            "/pictures/a-2.jpg",
            "/pictures/a-3.jpg",
            "/pictures/a.jpg",
            "/policies?kind=policy&page=2",
        ];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
        let style =
            links("@font-face{src:url(./song.0123456789.woff2)} a{b:url(\"/assets/x.svg\")}", "/assets/p.css", "x");
        assert_eq!(style.into_iter().collect::<Vec<_>>(), ["/assets/song.0123456789.woff2", "/assets/x.svg"]);
        let map = links("<loc>https://a.cn/policies/7x</loc><loc>https://a.cn</loc>", "/sitemap.xml", "https://a.cn");
        assert_eq!(map.into_iter().collect::<Vec<_>>(), ["/policies/7x"]);
    }

    #[test]
    fn only_what_turns_pages_can_stand_in_a_name() {
        for query in ["page=2", "kind=policy&page=12", "part=1"] {
            assert!(is_page_of_list(query), "{query}");
        }
        for query in ["", "q=x", "organ=QH010", "page=x", "page=0", "page=2&q=a/b", "page=2&back=../x/"] {
            assert!(!is_page_of_list(query), "{query}");
        }
    }
}
