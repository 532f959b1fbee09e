//! A statute as Akoma Ntoso 1.0 (OASIS LegalDocML, namespace `akn/3.0`): identification by work, expression and manifestation
//! (FRBR), parts, articles, paragraphs and points with stable ids. A text without articles is a `doc`, one with articles an `act`.

use std::collections::HashSet;

use crate::structure::{Article, Item, Level, Paragraph, Part, Statute};

/// The namespace of Akoma Ntoso 1.0.
pub const NAMESPACE: &str = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0";

/// What identifies a text besides its words. Dates are `YYYY-MM-DD`; one that is empty is taken from the next below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Names the work within its country for good: the id of the document.
    pub key: String,
    /// 发文字号; may be empty.
    pub number: String,
    /// The day on which it was made (成文日期).
    pub made: String,
    /// The day from which these words hold: of the edition.
    pub version: String,
    /// The day on which this file was written.
    pub written: String,
    /// Who issued it.
    pub issuer: Body,
    /// Who publishes this file.
    pub publisher: Body,
    /// Where a person reads it.
    pub address: String,
}

/// An organ or whoever else has a part in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// Names it within the file, without blanks.
    pub key: String,
    /// In the words of people.
    pub name: String,
    /// Where more of it is told.
    pub address: String,
}

/// What XML cannot hold is left out, what it reads as markup is written otherwise.
fn escaped(text: &str) -> String {
    let holds = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    fold::markup::escaped(&text.chars().filter(holds).collect::<String>())
}

/// A key as it may stand in an address of a work and in an id.
fn key(words: &str) -> String {
    let kept: String =
        words.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect();
    if kept.starts_with(|c: char| c.is_ascii_alphabetic()) { kept } else { format!("x{kept}") }
}

/// Writes the whole file.
pub fn write(statute: &Statute, of: &Identity) -> String {
    let mut out = Out { text: String::new(), ids: HashSet::new() };
    out.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.text.push_str(&format!("<akomaNtoso xmlns=\"{NAMESPACE}\">\n"));
    let kind = if statute.articles.is_empty() { "doc" } else { "act" };
    let attributes = if kind == "doc" { "name=\"policy\"" } else { "name=\"act\" contains=\"singleVersion\"" };
    out.text.push_str(&format!("<{kind} {attributes}>\n"));
    out.meta(of, kind);
    out.preface(statute, of);
    if kind == "act" {
        out.lead(statute);
        out.text.push_str("<body>\n");
        out.body(statute);
        out.text.push_str("</body>\n");
    } else {
        out.text.push_str("<mainBody>\n");
        let mut lines: Vec<&str> = statute.preamble.lines().chain(statute.lead.lines()).collect();
        for part in &statute.parts {
            lines.push(&part.line);
            lines.extend(part.text.lines());
        }
        lines.iter().for_each(|line| out.paragraph_of_words(line));
        if lines.is_empty() {
            out.text.push_str("<p/>\n");
        }
        out.text.push_str("</mainBody>\n");
    }
    out.text.push_str(&format!("</{kind}>\n</akomaNtoso>\n"));
    out.text
}

struct Out {
    text: String,
    ids: HashSet<String>,
}

impl Out {
    fn meta(&mut self, of: &Identity, kind: &str) {
        let first = |dates: [&String; 3]| {
            let found = dates.into_iter().find(|date| !date.is_empty());
            escaped(found.map_or("1949-10-01", |date| date.as_str()))
        };
        let made = first([&of.made, &of.version, &of.written]);
        let version = first([&of.version, &of.made, &of.written]);
        let written = first([&of.written, &of.version, &of.made]);
        let work = format!("/akn/cn/{kind}/{made}/{}", key(&of.key));
        let expression = format!("{work}/zho@{version}");
        let (issuer, publisher) = (key(&of.issuer.key), key(&of.publisher.key));
        let level = |name: &str, uri: &str, this: &str, alias: &str, date: &str, dated: &str, by: &str, more: &str| {
            format!(
                "<{name}><FRBRthis value=\"{this}\"/><FRBRuri value=\"{uri}\"/>{alias}\
                 <FRBRdate date=\"{date}\" name=\"{dated}\"/><FRBRauthor href=\"#{by}\"/>{more}</{name}>\n"
            )
        };
        let alias = match of.address.is_empty() {
            true => String::new(),
            false => format!("<FRBRalias value=\"{}\" name=\"page\"/>", escaped(&of.address)),
        };
        let number = match of.number.is_empty() {
            true => String::new(),
            false => format!("<FRBRnumber value=\"{}\"/>", escaped(&of.number)),
        };
        let country = format!("<FRBRcountry value=\"cn\"/>{number}");
        self.text.push_str(&format!("<meta>\n<identification source=\"#{publisher}\">\n"));
        let this = format!("{work}/!main");
        self.text.push_str(&level("FRBRWork", &work, &this, &alias, &made, "generation", &issuer, &country));
        let this = format!("{expression}/!main");
        let language = "<FRBRlanguage language=\"zho\"/>";
        self.text.push_str(&level("FRBRExpression", &expression, &this, "", &version, "version", &issuer, language));
        let (uri, this) = (format!("{expression}.xml"), format!("{expression}/!main.xml"));
        let format = "<FRBRformat value=\"application/akn+xml\"/>";
        self.text.push_str(&level("FRBRManifestation", &uri, &this, "", &written, "markup", &publisher, format));
        self.text.push_str("</identification>\n");
        self.text.push_str(&format!("<references source=\"#{publisher}\">\n"));
        let mut named = HashSet::new();
        for (key, body) in [(&issuer, &of.issuer), (&publisher, &of.publisher)] {
            if named.insert(key.clone()) {
                self.ids.insert(key.clone());
                self.text.push_str(&format!(
                    "<TLCOrganization eId=\"{key}\" href=\"{}\" showAs=\"{}\"/>\n",
                    escaped(&body.address),
                    escaped(&body.name)
                ));
            }
        }
        self.text.push_str("</references>\n</meta>\n");
    }

    fn preface(&mut self, statute: &Statute, of: &Identity) {
        self.text.push_str("<preface>\n");
        self.text.push_str(&format!("<p><docTitle>{}</docTitle></p>\n", escaped(&statute.title)));
        if !of.number.is_empty() {
            self.text.push_str(&format!("<p><docNumber>{}</docNumber></p>\n", escaped(&of.number)));
        }
        // Of a text without articles these lines are its body.
        if !statute.articles.is_empty() {
            statute.preamble.lines().for_each(|line| self.paragraph_of_words(line));
        }
        for line in &statute.contents {
            self.text.push_str(&format!("<p class=\"contents\">{}</p>\n", escaped(line)));
        }
        self.text.push_str("</preface>\n");
    }

    fn lead(&mut self, statute: &Statute) {
        if !statute.lead.is_empty() {
            self.text.push_str("<preamble>\n");
            statute.lead.lines().for_each(|line| self.paragraph_of_words(line));
            self.text.push_str("</preamble>\n");
        }
    }

    fn paragraph_of_words(&mut self, words: &str) {
        self.text.push_str(&format!("<p>{}</p>\n", escaped(words)));
    }

    /// An id that nothing else in the file has.
    fn id(&mut self, wanted: String) -> String {
        let mut id = wanted.clone();
        let mut again = 1;
        while !self.ids.insert(id.clone()) {
            again += 1;
            id = format!("{wanted}-x{again}");
        }
        id
    }

    fn body(&mut self, statute: &Statute) {
        // The open parts, as places in the list, with their ids and the element that closes them.
        let mut open: Vec<(usize, String, &'static str)> = Vec::new();
        let mut parts = statute.parts.iter().enumerate().peekable();
        for at in 0..=statute.articles.len() {
            while let Some((place, part)) = parts.next_if(|(_, part)| part.before <= at) {
                while open.last().is_some_and(|(top, ..)| Some(*top) != part.parent) {
                    self.close(&mut open);
                }
                let within = open.last().map_or("", |(_, id, _)| id.as_str()).to_owned();
                let (id, element) = self.open(statute, place, part, &within);
                open.push((place, id, element));
            }
            let Some(article) = statute.articles.get(at) else { continue };
            if open.iter().any(|(place, ..)| Some(*place) == article.part) || article.part.is_none() {
                while open.last().is_some_and(|(top, ..)| Some(*top) != article.part) {
                    self.close(&mut open);
                }
            }
            self.article(article);
        }
        while !open.is_empty() {
            self.close(&mut open);
        }
    }

    fn close(&mut self, open: &mut Vec<(usize, String, &'static str)>) {
        if let Some((_, _, element)) = open.pop() {
            self.text.push_str(&format!("</{element}>\n"));
        }
    }

    /// Opens a part; gives its id and the name of its element.
    fn open(&mut self, statute: &Statute, place: usize, part: &Part, within: &str) -> (String, &'static str) {
        let (element, short) = match part.level {
            Level::Book => ("book", "book"),
            Level::SubBook => ("part", "part"),
            Level::Chapter => ("chapter", "chp"),
            Level::Section => ("section", "sec"),
            Level::Annex => ("hcontainer", "annex"),
        };
        let number = crate::number::label(&part.number).map(|label| label.ordinal.0);
        let own = match number {
            Some(number) => format!("{short}_{number}"),
            // 序言, 附则, 附件: by their place.
            None => format!("{short}_{}n", place + 1),
        };
        let id = self.id(if within.is_empty() { own } else { format!("{within}__{own}") });
        let name = if element == "hcontainer" { " name=\"annex\"" } else { "" };
        self.text.push_str(&format!("<{element} eId=\"{id}\"{name}>\n"));
        if !part.number.is_empty() {
            self.text.push_str(&format!("<num>{}</num>\n", escaped(&part.number)));
        }
        if !part.heading.is_empty() {
            self.text.push_str(&format!("<heading>{}</heading>\n", escaped(&part.heading)));
        }
        let holds = statute.articles.iter().any(|article| article.part == Some(place))
            || statute.parts.iter().any(|other| other.parent == Some(place));
        if !part.text.is_empty() || !holds {
            let around = if holds { "intro" } else { "content" };
            self.text.push_str(&format!("<{around}>\n"));
            if part.text.is_empty() {
                self.text.push_str("<p/>\n");
            }
            part.text.lines().for_each(|line| self.paragraph_of_words(line));
            self.text.push_str(&format!("</{around}>\n"));
        }
        (id, element)
    }

    fn article(&mut self, article: &Article) {
        let own = match article.ordinal {
            Some((number, 0)) => format!("art_{number}"),
            Some((number, more)) => format!("art_{number}-{more}"),
            None => "art".to_owned(),
        };
        let id = self.id(own);
        self.text.push_str(&format!("<article eId=\"{id}\">\n<num>{}</num>\n", escaped(&article.number)));
        for (at, paragraph) in article.paragraphs.iter().enumerate() {
            self.paragraph(paragraph, &format!("{id}__para_{}", at + 1));
        }
        if article.paragraphs.is_empty() {
            self.text.push_str("<content>\n<p/>\n</content>\n");
        }
        self.text.push_str("</article>\n");
    }

    fn paragraph(&mut self, paragraph: &Paragraph, wanted: &str) {
        let id = self.id(wanted.to_owned());
        self.text.push_str(&format!("<paragraph eId=\"{id}\">\n"));
        self.words(&paragraph.text, &paragraph.items, &id);
        self.text.push_str("</paragraph>\n");
    }

    /// Words, and the points beneath them where there are any.
    fn words(&mut self, text: &str, items: &[Item], within: &str) {
        if items.is_empty() {
            self.text.push_str(&format!("<content>\n<p>{}</p>\n</content>\n", escaped(text)));
            return;
        }
        let id = self.id(format!("{within}__list_1"));
        self.text.push_str(&format!("<list eId=\"{id}\">\n"));
        if !text.is_empty() {
            self.text.push_str(&format!("<intro>\n<p>{}</p>\n</intro>\n", escaped(text)));
        }
        for (at, item) in items.iter().enumerate() {
            let point = self.id(format!("{id}__point_{}", at + 1));
            self.text.push_str(&format!("<point eId=\"{point}\">\n<num>{}</num>\n", escaped(&item.number)));
            self.words(&item.text, &item.items, &point);
            self.text.push_str("</point>\n");
        }
        self.text.push_str("</list>\n");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::{Reader, events::Event};

    use super::*;

    /// The elements in order of a well-formed file, and the ids.
    fn elements(xml: &str) -> (Vec<String>, Vec<String>) {
        let (mut names, mut ids) = (Vec::new(), Vec::new());
        let mut reader = Reader::from_str(xml);
        let mut depth = 0_i32;
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Eof => break,
                Event::Start(start) => {
                    depth += 1;
                    names.push(AsRef::<str>::as_ref(&start.name()).to_owned());
                    ids.extend(start.try_get_attribute("eId").expect("attributes").map(|one| one.value.to_string()));
                }
                Event::Empty(start) => {
                    names.push(AsRef::<str>::as_ref(&start.name()).to_owned());
                    ids.extend(start.try_get_attribute("eId").expect("attributes").map(|one| one.value.to_string()));
                }
                Event::End(_) => depth -= 1,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        (names, ids)
    }

    fn identity() -> Identity {
        Identity {
            key: "0123456789abcdef".into(),
            number: "青政发〔2026〕5号".into(),
            made: "2026-03-05".into(),
            version: "2026-03-06".into(),
            written: "2026-03-07".into(),
            issuer: Body {
                key: "qh".into(),
                name: "青禾县人民政府".into(),
                address: "https://qinghe.example/organs/qh".into(),
            },
            publisher: Body {
                key: "site".into(),
                name: "青禾县 & 公开".into(),
                address: "https://qinghe.example/".into(),
            },
            address: "https://qinghe.example/policies/0123456789abcdef".into(),
        }
    }

    fn fair(text: &str) -> Vec<String> {
        let (names, ids) = elements(&write(&Statute::read(text), &identity()));
        let once: HashSet<&String> = ids.iter().collect();
        assert_eq!(once.len(), ids.len(), "{ids:?}");
        names
    }

    #[test]
    fn what_the_schema_asks_for_stands_in_its_order() {
        let law = "河道办法\n2025年发布\n第一章 总则\n第一条 甲。\n（一）乙；\n1.丙；\n（二）丁。\n戊。\n第二章 附则\n第二条 己<庚>。\n\
            第二条之一 辛。\n附件\n壬";
        let xml = write(&Statute::read(law), &identity());
        let (names, ids) = elements(&xml);
        let head: Vec<&str> = names.iter().take(21).map(String::as_str).collect();
        assert_eq!(
            head,
            [
                "akomaNtoso",
                "act",
                "meta",
                "identification",
                "FRBRWork",
                "FRBRthis",
                "FRBRuri",
                "FRBRalias",
                "FRBRdate",
                "FRBRauthor",
                "FRBRcountry",
                "FRBRnumber",
                "FRBRExpression",
                "FRBRthis",
                "FRBRuri",
                "FRBRdate",
                "FRBRauthor",
                "FRBRlanguage",
                "FRBRManifestation",
                "FRBRthis",
                "FRBRuri",
            ]
        );
        for id in ["chp_1", "art_1", "art_1__para_1__list_1__point_1", "art_1__para_2", "art_2-1", "annex_3n"] {
            assert!(ids.iter().any(|one| one == id), "{id}: {ids:?}");
        }
        assert!(
            xml.contains("己&lt;庚&gt;") && xml.contains("/akn/cn/act/2026-03-05/x0123456789abcdef/zho@2026-03-06"),
            "{xml}"
        );
    }

    #[test]
    fn a_notice_is_a_doc() {
        let names = fair("通知\n各单位：\n请办理。");
        assert!(names.contains(&"mainBody".to_owned()) && !names.contains(&"body".to_owned()), "{names:?}");
        fair("");
    }

    proptest! {
        #[test]
        fn every_text_is_well_formed(
            lines in prop::collection::vec(
                "(第[一二三]{1,2}[编章节条](之[一二])?[ 　]?|目录|附件|附则|（[一二]）|[12][.、])?[甲乙<&>\"\u{1}-\u{1f} ]{0,8}",
                0..20,
            )
        ) {
            fair(&lines.join("\n"));
        }
    }
}
