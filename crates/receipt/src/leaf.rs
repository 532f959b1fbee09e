//! What a leaf says: which document or plan and edition, what happened to it and when, and a digest of what was public. Nothing
//! else stands in it, and nothing can be guessed from it: the digest is taken over a salt that is deleted when the content is erased.

use kernel::id::{DocumentId, PlanId};
use sha2::{Digest, Sha256};

use crate::{Fault, Result};

/// First line of a leaf.
const LEAF: &str = "gongkai/leaf/1";
/// First line of what a digest is taken over.
const CONTENT: &str = "gongkai/content/1";
/// In the place of a digest where there is none.
const NONE: &str = "-";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Public for the first time, or again after a withdrawal.
    Published,
    /// A later edition took the place of the one before.
    Corrected,
    /// Public as before, but no longer in force: another took its place.
    Ended,
    /// No longer public.
    Withdrawn,
    /// The words of a withdrawn document were erased.
    Erased,
}

impl Act {
    /// As leaves and tables write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Corrected => "corrected",
            Self::Ended => "ended",
            Self::Withdrawn => "withdrawn",
            Self::Erased => "erased",
        }
    }

    /// In the words of readers.
    pub fn label(self) -> &'static str {
        match self {
            Self::Published => "公开",
            Self::Corrected => "更正",
            Self::Ended => "停止执行",
            Self::Withdrawn => "撤回",
            Self::Erased => "清除原文",
        }
    }

    /// By its code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Published, Self::Corrected, Self::Ended, Self::Withdrawn, Self::Erased]
            .into_iter()
            .find(|act| act.code() == code)
    }

    /// Whether something is public after it.
    pub fn opens(self) -> bool {
        matches!(self, Self::Published | Self::Corrected)
    }
}

/// Of what a leaf is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Document(DocumentId),
    /// A work plan (工作要点 and its kin).
    Plan(PlanId),
}

impl Of {
    /// By the kind of its subject in the audit log, and its id; none for all other kinds.
    pub fn new(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "document" => Some(Self::Document(DocumentId::from(id))),
            "plan" => Some(Self::Plan(PlanId::from(id))),
            _ => None,
        }
    }

    /// As leaves and tables write its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Document(_) => "document",
            Self::Plan(_) => "plan",
        }
    }

    /// As its kind calls it.
    pub fn id(&self) -> &str {
        match self {
            Self::Document(id) => id.as_str(),
            Self::Plan(id) => id.as_str(),
        }
    }

    /// What readers call it.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Document(_) => "文件",
            Self::Plan(_) => "计划",
        }
    }

    /// What readers call an act on it.
    pub fn label(&self, act: Act) -> &'static str {
        match (self, act) {
            (Self::Plan(_), Act::Published) => "下达",
            (Self::Plan(_), Act::Corrected) => "调整",
            (Self::Plan(_), Act::Withdrawn) => "撤销",
            _ => act.label(),
        }
    }
}

/// A leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    pub act: Act,
    pub of: Of,
    /// 1, 2, …; of a plan it grows with each amendment; 0 = the whole document.
    pub edition: i64,
    /// Stored form.
    pub at: String,
    /// [`commit`] to the content, hexadecimal; empty where nothing is public after the act, or its content was erased before the
    /// leaf was written.
    pub digest: String,
}

impl Leaf {
    /// Its bytes: six lines, each `name value`, the last one ended as well.
    pub fn text(&self) -> String {
        let digest = if self.digest.is_empty() { NONE } else { &self.digest };
        format!(
            "{LEAF}\nact {}\n{} {}\nedition {}\nat {}\ndigest {digest}\n",
            self.act.code(),
            self.of.kind(),
            self.of.id(),
            self.edition,
            self.at
        )
    }

    /// Reads its bytes; only what [`Leaf::text`] writes is one.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self> {
        let read = || -> Option<Self> {
            let mut lines = text.lines();
            (lines.next()? == LEAF).then_some(())?;
            let act = Act::from_code(lines.next()?.strip_prefix("act ")?)?;
            let (kind, id) = lines.next()?.split_once(' ')?;
            let of = Of::new(kind, id)?;
            let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned);
            let edition = value("edition")?.parse().ok()?;
            let (at, digest) = (value("at")?, value("digest")?);
            let digest = if digest == NONE { String::new() } else { digest };
            Some(Self { act, of, edition, at, digest })
        };
        read().filter(|leaf| leaf.text() == text).ok_or_else(|| Fault::new("日志条目的写法不对，不是本日志写的"))
    }
}

/// What was public, as the digest in the leaf covers it. Values stand in one line each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// Name of the site.
    pub site: String,
    /// Full address of the page.
    pub address: String,
    pub title: String,
    /// Name of the organ at that time.
    pub organ: String,
    /// 发文字号; may be empty.
    pub number: String,
    /// 索引号; may be empty.
    pub index: String,
    /// Since when this edition is public, stored form.
    pub since: String,
    /// SHA-256 and name of each file, in their order.
    pub files: Vec<(String, String)>,
    /// Name and SHA-256 of each field that readers see; `body_html` is the text.
    pub digests: Vec<(String, String)>,
}

impl Content {
    /// The bytes over which the digest is taken: a line for each value that is there, `name value`.
    pub fn text(&self) -> String {
        let mut text = format!("{CONTENT}\n");
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                text.push_str(&format!("{name} {}\n", one_line(value)));
            }
        };
        line("site", &self.site);
        line("address", &self.address);
        line("title", &self.title);
        line("organ", &self.organ);
        line("number", &self.number);
        line("index", &self.index);
        line("since", &self.since);
        for (digest, name) in &self.files {
            line("file", &format!("{digest} {name}"));
        }
        for (name, digest) in &self.digests {
            line("digest", &format!("{name} {digest}"));
        }
        text
    }

    /// Reads the bytes; lines with other names are passed over, so that a later program may add some.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || Fault::new("凭证里的公开内容写法不对，不是本程序写的");
        let mut lines = text.lines();
        if lines.next() != Some(CONTENT) {
            return Err(wrong());
        }
        let mut content = Self::default();
        for line in lines {
            let (name, value) = line.split_once(' ').ok_or_else(wrong)?;
            let pair = || value.split_once(' ').map(|(one, two)| (one.to_owned(), two.to_owned())).ok_or_else(wrong);
            match name {
                "site" => value.clone_into(&mut content.site),
                "address" => value.clone_into(&mut content.address),
                "title" => value.clone_into(&mut content.title),
                "organ" => value.clone_into(&mut content.organ),
                "number" => value.clone_into(&mut content.number),
                "index" => value.clone_into(&mut content.index),
                "since" => value.clone_into(&mut content.since),
                "file" => content.files.push(pair()?),
                "digest" => content.digests.push(pair()?),
                _ => {}
            }
        }
        Ok(content)
    }

    /// SHA-256 of the text, as its page shows it (正文校验值); empty when it has none.
    pub fn body(&self) -> &str {
        self.digests.iter().find(|(name, _)| name == "body_html").map_or("", |(_, digest)| digest)
    }
}

/// A value in one line: what would end the line, or could not be seen in it, is a space.
fn one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The digest in the leaf: SHA-256 over the 32 bytes of the salt (given in hexadecimal) and the bytes of the content.
///
/// # Errors
/// When the salt is none.
pub fn commit(salt: &str, content: &str) -> Result<String> {
    let salt = hex::decode(salt).ok().filter(|salt| salt.len() == 32);
    let salt = salt.ok_or_else(|| Fault::new("凭证里的随机数不是 64 位十六进制数"))?;
    let mut hasher = Sha256::new();
    hasher.update(&salt);
    hasher.update(content.as_bytes());
    Ok(hex::encode(hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            act: Act::Corrected,
            of: Of::Document(DocumentId::from("0mabc")),
            edition: 2,
            at: "2026-03-05T01:02:03.004Z".into(),
            digest: "ab".repeat(32),
        }
    }

    #[test]
    fn a_leaf_is_read_as_it_was_written_and_nothing_else_is_one() {
        let one = leaf();
        assert_eq!(Leaf::parse(&one.text()), Ok(one.clone()));
        let erased = Leaf { act: Act::Erased, edition: 0, digest: String::new(), ..leaf() };
        assert!(erased.text().ends_with("digest -\n"));
        assert_eq!(Leaf::parse(&erased.text()), Ok(erased));
        let ended = Leaf { act: Act::Ended, of: Of::Plan("0mplan".into()), digest: String::new(), ..leaf() };
        assert!(ended.text().contains("act ended\nplan 0mplan\n"));
        assert_eq!(Leaf::parse(&ended.text()), Ok(ended));
        let text = one.text();
        for other in [
            String::new(),
            text.trim_end().to_owned(),
            format!("{text}more 1\n"),
            text.replace('\n', "\r\n"),
            text.replace("edition 2", "edition 02"),
            text.replace("corrected", "changed"),
            text.replace("document 0m", "letter 0m"),
            text.replace("leaf/1", "leaf/2"),
        ] {
            assert!(Leaf::parse(&other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn content_stands_in_lines_and_its_digest_needs_the_salt() {
        let content = Content {
            site: "某县人民政府".into(),
            title: "关于\n两行的通知".into(),
            files: vec![("00".repeat(32), "附件 1.pdf".into())],
            digests: vec![("body_html".into(), "11".repeat(32))],
            ..Content::default()
        };
        let text = content.text();
        assert!(text.contains("title 关于 两行的通知\n") && !text.contains("number"), "{text}");
        let read = Content::parse(&text).expect("content");
        assert_eq!((read.body(), read.files[0].1.as_str()), ("11".repeat(32).as_str(), "附件 1.pdf"));
        assert_eq!(read.text(), text);
        let (one, two) = ("22".repeat(32), "33".repeat(32));
        assert_ne!(commit(&one, &text), commit(&two, &text));
        assert!(commit("22", &text).is_err() && commit("", &text).is_err() && commit("zz", &text).is_err());
    }
}
