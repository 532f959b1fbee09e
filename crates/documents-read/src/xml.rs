//! XML of office files as a small tree, without document types, entities or unbounded depth.
//!
//! Names are local names: office software does not agree on prefixes, and the local names that matter do not clash.
//! Attributes of the relationships namespace keep their `r:` prefix, because `r:id` and `w:id` occur together.

use documents::{Code, Limits, Rejected};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// An element with its attributes and children.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: Box<str>,
    attributes: Vec<(Box<str>, Box<str>)>,
    pub(crate) children: Vec<Node>,
}

/// What stands inside an element.
#[derive(Debug)]
pub(crate) enum Node {
    Element(Element),
    /// Character data, entities resolved.
    Text(String),
}

impl Element {
    /// The value of an attribute by its local name (`r:id` for relationships).
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
    }

    /// Child elements in order.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child element of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| &*element.name == name)
    }

    /// The attribute `val` of the first child of this name: the way office files write properties.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.child(name)?.attribute("val")
    }

    /// Whether a switch such as `<w:b/>` is on.
    pub(crate) fn switch(&self, name: &str) -> bool {
        self.child(name)
            .is_some_and(|element| !matches!(element.attribute("val"), Some("0" | "false" | "off" | "none")))
    }

    /// All character data below this element.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.collect_text(&mut out);
        out
    }

    fn collect_text(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Element(element) => element.collect_text(out),
                Node::Text(text) => out.push_str(text),
            }
        }
    }

    /// Every element of this name below this one, in order.
    pub(crate) fn descendants<'e>(&'e self, name: &str) -> Vec<&'e Element> {
        let mut found = Vec::new();
        self.find_all(name, &mut found);
        found
    }

    fn find_all<'e>(&'e self, name: &str, found: &mut Vec<&'e Element>) {
        for element in self.elements() {
            if &*element.name == name {
                found.push(element);
            }
            element.find_all(name, found);
        }
    }
}

/// Parses a part into a tree. Elements named in `skip` are left out with all their content.
pub(crate) fn parse(bytes: &[u8], skip: &[&str], limits: &Limits) -> Result<Element, Rejected> {
    let mut stack = vec![Element::default()];
    let mut skipping = 0_usize;
    let mut nodes = 0_usize;
    scan(bytes, limits, |event| {
        match event {
            Event::Start(start) => {
                if skipping > 0 || skip.contains(&start.local_name().as_ref()) {
                    skipping += 1;
                } else {
                    nodes += 1;
                    stack.push(open(start)?);
                }
            }
            Event::Empty(start) if skipping == 0 && !skip.contains(&start.local_name().as_ref()) => {
                nodes += 1;
                let element = open(start)?;
                push(&mut stack, Node::Element(element));
            }
            Event::End(_) => {
                if skipping > 0 {
                    skipping -= 1;
                } else if stack.len() > 1
                    && let Some(element) = stack.pop()
                {
                    push(&mut stack, Node::Element(element));
                }
            }
            Event::Text(text) if skipping == 0 => push_text(&mut stack, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) if skipping == 0 => push_text(&mut stack, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) if skipping == 0 => {
                let c = resolve(reference)?;
                push_text(&mut stack, c.encode_utf8(&mut [0; 4]));
            }
            _ => {}
        }
        if nodes > limits.xml_nodes { Err(Rejected::too_complex("文件")) } else { Ok(()) }
    })?;
    stack
        .swap_remove(0)
        .children
        .into_iter()
        .find_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
        .ok_or_else(|| Rejected::damaged("文件"))
}

/// Walks over a part event by event, refusing document types, foreign entities and too much depth.
pub(crate) fn scan(
    bytes: &[u8],
    limits: &Limits,
    mut see: impl FnMut(&Event<'_>) -> Result<(), Rejected>,
) -> Result<(), Rejected> {
    let text = decode(bytes)?;
    let mut reader = Reader::from_str(&text);
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().map_err(|_| Rejected::damaged("文件"))?;
        match &event {
            Event::Eof => break,
            Event::DocType(_) => return Err(hostile()),
            Event::GeneralRef(reference) => {
                resolve(reference)?;
            }
            Event::Start(_) => {
                depth += 1;
                if depth > limits.xml_depth {
                    return Err(Rejected::too_complex("文件"));
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        see(&event)?;
    }
    if depth == 0 { Ok(()) } else { Err(Rejected::damaged("文件")) }
}

/// The value of an attribute of a start tag by local name: of the one without a prefix, where there is one, for it is what programs
/// read; another before it by a prefix of its own says nothing.
pub(crate) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut found = None;
    for attribute in start.attributes().with_checks(false).flatten() {
        let bare = attribute.key.as_ref() == name;
        if !bare && (found.is_some() || attribute.key.local_name().as_ref() != name) {
            continue;
        }
        found = attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned()).or(found);
        if bare {
            break;
        }
    }
    found
}

fn open(start: &BytesStart<'_>) -> Result<Element, Rejected> {
    let mut attributes: Vec<(Box<str>, Box<str>)> = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Rejected::damaged("文件"))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| hostile())?;
        let key = attribute.key.as_ref();
        if key.starts_with("xmlns") {
            continue;
        }
        let key = if key.starts_with("r:") { key } else { attribute.key.local_name().into_inner() };
        if !attributes.iter().any(|(known, _)| &**known == key) {
            attributes.push((key.into(), value.as_ref().into()));
        }
    }
    Ok(Element { name: start.local_name().as_ref().into(), attributes, children: Vec::new() })
}

fn push(stack: &mut [Element], node: Node) {
    if let Some(parent) = stack.last_mut() {
        parent.children.push(node);
    }
}

/// Whitespace between elements is layout of the file, except where text is expected.
fn push_text(stack: &mut [Element], text: &str) {
    let Some(parent) = stack.last_mut() else { return };
    if let Some(Node::Text(last)) = parent.children.last_mut() {
        last.push_str(text);
    } else if matches!(&*parent.name, "t" | "delText") || !text.trim().is_empty() {
        parent.children.push(Node::Text(text.to_owned()));
    }
}

/// The character that a reference stands for; names of our own are none.
pub(crate) fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, Rejected> {
    if let Some(c) = reference.resolve_char_ref().map_err(|_| hostile())? {
        return Ok(c);
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(hostile()),
    }
}

/// Office files are UTF-8, some are UTF-16 with a mark; nothing else is standard.
fn decode(bytes: &[u8]) -> Result<std::borrow::Cow<'_, str>, Rejected> {
    let (encoding, skip) = match bytes {
        [0xFF, 0xFE, ..] => (encoding_rs::UTF_16LE, 2),
        [0xFE, 0xFF, ..] => (encoding_rs::UTF_16BE, 2),
        [0xEF, 0xBB, 0xBF, ..] => (encoding_rs::UTF_8, 3),
        _ => (encoding_rs::UTF_8, 0),
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(&bytes[skip..])
        .ok_or_else(|| Rejected::damaged("文件"))
}

fn hostile() -> Rejected {
    Rejected::new(
        Code::Hostile,
        "文件里有办公文档不该有的定义（外部实体），为保证安全没有打开。请用 Word、WPS 或 Excel 重新另存一份后再上传。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tree_with_entities_and_space() {
        let tree =
            parse(b"<a x='1'> <t> b &amp; &#x516C; </t><skip><t>no</t></skip></a>", &["skip"], &Limits::default())
                .expect("well formed");
        assert_eq!(tree.attribute("x"), Some("1"));
        assert_eq!(tree.text(), " b & 公 ");
    }

    #[test]
    fn definitions_and_foreign_entities_are_refused() {
        let laughs = b"<!DOCTYPE a [<!ENTITY lol \"lol\">]><a>&lol;</a>";
        assert_eq!(parse(laughs, &[], &Limits::default()).expect_err("dtd").code, Code::Hostile);
        assert_eq!(parse(b"<a>&xxe;</a>", &[], &Limits::default()).expect_err("entity").code, Code::Hostile);
        assert_eq!(parse(b"<a b='&xxe;'/>", &[], &Limits::default()).expect_err("entity").code, Code::Hostile);
    }

    #[test]
    fn depth_and_size_are_limited() {
        let deep = format!("{}{}", "<a>".repeat(2000), "</a>".repeat(2000));
        assert_eq!(parse(deep.as_bytes(), &[], &Limits::default()).expect_err("deep").code, Code::TooComplex);
        let limits = Limits { xml_nodes: 10, ..Limits::default() };
        let wide = format!("<a>{}</a>", "<b/>".repeat(20));
        assert_eq!(parse(wide.as_bytes(), &[], &limits).expect_err("wide").code, Code::TooComplex);
    }

    #[test]
    fn half_a_document_is_damaged() {
        assert_eq!(parse(b"<a><b>", &[], &Limits::default()).expect_err("half").code, Code::Damaged);
        assert_eq!(parse(b"", &[], &Limits::default()).expect_err("empty").code, Code::Damaged);
    }
}
