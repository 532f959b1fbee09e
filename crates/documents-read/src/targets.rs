//! Where an address within a file leads. What is fetched when a file is opened must lie on no other machine; what is followed when
//! the reader clicks may be a page or a mailbox and nothing that a computer would open or run from elsewhere.

use crate::sniff;

/// The address as programs read it: without what prints nothing, in small letters, one kind of slash.
fn plain(target: &str) -> String {
    let seen: String =
        target.chars().filter(|&c| !c.is_control() && !c.is_whitespace() && !sniff::is_unseen(c)).collect();
    seen.to_lowercase().replace("%5c", "/").replace("%2f", "/").replace("%3a", ":").replace('\\', "/")
}

/// What stands before the first colon of an address, if it is the name of a way to get there; a letter is a drive.
fn scheme(plain: &str) -> Option<&str> {
    let (before, _) = plain.split_once(':')?;
    (!before.is_empty() && !before.contains(['/', '?', '#'])).then_some(before)
}

/// A path on a server of the local network, which is handed the reader's account by whoever only asks for it.
pub(crate) fn is_share(target: &str) -> bool {
    let plain = plain(target);
    match plain.strip_prefix("file:") {
        Some(rest) => {
            let path = rest.trim_start_matches('/');
            let slashes = rest.len() - path.len();
            let drive = path.chars().nth(1).is_some_and(|c| c == ':' || c == '|');
            !path.is_empty() && !drive && (slashes == 2 || slashes > 3)
        }
        None => plain.starts_with("//"),
    }
}

/// An address beyond the reader's own disk.
pub(crate) fn is_remote(target: &str) -> bool {
    let plain = plain(target);
    is_share(target) || scheme(&plain).is_some_and(|scheme| scheme.len() > 1 && scheme != "file")
}

/// Whether a link may stand in a file for everybody: a page, a mailbox, a telephone, a place in the file itself, or a name without
/// a way, which leads nowhere else than beside the file.
pub(crate) fn may_be_clicked(target: &str) -> bool {
    let plain = plain(target);
    match scheme(&plain) {
        Some(scheme) => matches!(scheme, "http" | "https" | "mailto" | "tel"),
        // A name of a site, whose last part may be that of a program.
        None if plain.starts_with("www.") => true,
        None => !is_share(target) && !sniff::is_program(plain.split(['?', '#']).next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_beyond_the_disk() {
        for target in [
            "http://a.example/t.dotm",
            "HTTPS://a",
            "ht\ttp://a",
            "\u{200b}http://a",
            "\\\\server\\share\\t.dotx",
            "file://server/t.dotx",
            "file:///\\\\server\\t",
            "file://///server/t",
            "file:%5C%5Cserver%5Ct",
            "mhtml:http://a",
            "ms-word:ofe|u|http://a",
            "//server/t",
            "\\/server/t",
            "\\\\?\\UNC\\server\\t",
            "file:\\\\server\\t",
        ] {
            assert!(is_remote(target), "{target}");
            assert!(
                plain(target).contains("http:") || plain(target).contains("https:") || !may_be_clicked(target),
                "{target}"
            );
        }
        for target in [
            "file:///C:\\Users\\a\\Normal.dotm",
            "C:\\a.dotx",
            "file:///D:/a.dotx",
            "Normal.dotm",
            "../a.dotx",
            "file:///home/a/t.dotx",
            "",
        ] {
            assert!(!is_remote(target), "{target}");
        }
    }

    #[test]
    fn links_for_everybody() {
        for target in [
            "https://www.example.gov.cn/a?b=c:d#e",
            "HTTP://www.example.gov.cn",
            "mailto:zwgk@example.gov.cn",
            "tel:12345",
            "#第一章",
            "www.example.gov.cn",
            "www.example.com",
            "附件1.docx",
            "../附件/附件1.xlsx",
            "",
        ] {
            assert!(may_be_clicked(target), "{target}");
        }
        for target in [
            "file://evil/share/a.exe",
            "file:///C:/Windows/System32/calc.exe",
            "C:\\a.docx",
            "\\\\evil\\share\\a.docx",
            "smb://evil/a",
            "ftp://evil/a",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "ms-msdt:/id PCWDiagnostic",
            "search-ms:query=a&crumb=location:\\\\evil",
            "ms-officecmd:x",
            "../a.exe",
            "a.hta?x=1",
        ] {
            assert!(!may_be_clicked(target), "{target}");
        }
    }
}
