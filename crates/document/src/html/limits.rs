//! What a text may cost. The sanitiser, like a browser, builds a tree: its work grows with the square of depth and of the
//! attributes of one tag, and a few unclosed tags are opened anew in every paragraph that follows. So before a text is
//! cleaned, it is counted: in pieces, so that counting ends where a text is refused and never costs much more than reading.

use std::{borrow::Cow, cell::RefCell, rc::Rc};

use html5ever::{
    Attribute, ParseOpts, QualName,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    local_name, ns, parse_fragment,
    tendril::{StrTendril, TendrilSink},
};

/// Most elements within each other. Tables in tables of Word stay below 40.
const DEPTH: usize = 120;
/// Most elements of a text: a list of ten thousand rows with ten cells each.
const ELEMENTS: usize = 150_000;
/// Most attributes of one tag.
const ATTRIBUTES: usize = 64;
/// Bytes that are read between two looks at what has been counted.
const STEP: usize = 4096;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// More than `DEPTH` within each other.
    #[error("正文的排版嵌套超过 {DEPTH} 层，没有保存。请在 Word 中选“只保留文本”后重新粘贴，再排标题、列表和表格。")]
    Depth,
    /// More than `ELEMENTS`.
    #[error("正文的段落、单元格等超过 {ELEMENTS} 个，没有保存。请把大表格改作附件上传，正文写明要点。")]
    Elements,
    /// A tag with more than `ATTRIBUTES`, or a script that cannot be told from text.
    #[error("正文里有一处标签带着超过 {ATTRIBUTES} 个属性或没有写完，没有保存。请删去这一处，或重新粘贴这一段。")]
    Attributes,
    /// Unclosed tags that would be written many times over.
    #[error("正文里有没有结束的格式（例如加粗、链接），整理后会成倍变大，没有保存。请补上结束标签，或重新粘贴。")]
    Growth,
}

/// Whether a text may be cleaned.
///
/// # Errors
/// What it has too much of.
pub(super) fn check(html: &str) -> Result<(), TooMuch> {
    scan(html.as_bytes())?;
    let counted = Rc::new(RefCell::new(Counted::new(html.len())));
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(Counting(Rc::clone(&counted)), ParseOpts::default(), context, Vec::new(), false);
    let mut rest = html;
    while !rest.is_empty() {
        let (step, after) = rest.split_at(rest.floor_char_boundary(STEP));
        parser.process(StrTendril::from_slice(step));
        if let Some(fault) = counted.borrow().fault {
            return Err(fault);
        }
        rest = after;
    }
    parser.finish();
    let fault = counted.borrow().fault;
    fault.map_or(Ok(()), Err)
}

/// Looks at every tag by itself, in one pass, before anything compares the attributes of a tag with each other.
fn scan(text: &[u8]) -> Result<(), TooMuch> {
    let mut at = 0;
    while let Some(found) = find(text, at, b"<") {
        let after = found + 1;
        at = match text.get(after) {
            Some(b'!') if text[after..].starts_with(b"!--") => end_of_comment(text, after + 3),
            Some(b'!' | b'?') => find(text, after, b">").map_or(text.len(), |end| end + 1),
            Some(b'/') if !text.get(after + 1).is_some_and(u8::is_ascii_alphabetic) => {
                find(text, after, b">").map_or(text.len(), |end| end + 1)
            }
            Some(b'/') => tag(text, after + 1)?.0,
            Some(letter) if letter.is_ascii_alphabetic() => {
                let (end, name, _) = tag(text, after)?;
                raw(text, end, name)?
            }
            _ => after,
        };
    }
    Ok(())
}

/// Where the tag ends whose name begins here, the name, and whether it does end.
fn tag(text: &[u8], from: usize) -> Result<(usize, &[u8], bool), TooMuch> {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
    let skip = |at: usize, wanted: &dyn Fn(&u8) -> bool| {
        text[at.min(text.len())..].iter().position(|byte| !wanted(byte)).map_or(text.len(), |more| at + more)
    };
    let name_end = skip(from, &|byte| !blank(byte) && *byte != b'>');
    let (name, mut at, mut attributes) = (&text[from..name_end], name_end, 0);
    loop {
        at = skip(at, &blank);
        match text.get(at) {
            None => return Ok((text.len(), name, false)),
            Some(b'>') => return Ok((at + 1, name, true)),
            Some(_) => attributes += 1,
        }
        if attributes > ATTRIBUTES {
            return Err(TooMuch::Attributes);
        }
        at = skip(at + 1, &|byte| !blank(byte) && *byte != b'>' && *byte != b'=');
        let next = skip(at, &u8::is_ascii_whitespace);
        if text.get(next) != Some(&b'=') {
            continue;
        }
        let value = skip(next + 1, &u8::is_ascii_whitespace);
        at = match text.get(value) {
            Some(quote @ (b'"' | b'\'')) => find(text, value + 1, &[*quote]).map_or(text.len(), |end| end + 1),
            _ => skip(value, &|byte| !byte.is_ascii_whitespace() && *byte != b'>'),
        };
    }
}

/// Elements whose content is no markup, except within drawings: there it is. What is in them must be harmless as either.
fn raw(text: &[u8], from: usize, name: &[u8]) -> Result<usize, TooMuch> {
    const RAW: [&[u8]; 8] = [b"script", b"style", b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes"];
    let Some(name) = RAW.into_iter().find(|known| name.eq_ignore_ascii_case(known)) else { return Ok(from) };
    let closes =
        |at: &usize| text.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    let mut at = from;
    let end = loop {
        match find(text, at, b"</") {
            Some(found) if closes(&found) => break found,
            Some(found) => at = found + 2,
            None => break text.len(),
        }
    };
    let mut inside = from;
    while let Some(found) = find(&text[..end], inside, b"<") {
        inside = found + 1;
        let named = match text.get(inside) {
            Some(b'/') => inside + 1,
            _ => inside,
        };
        if text.get(named).is_some_and(u8::is_ascii_alphabetic) {
            let (next, _, ends) = tag(&text[..end], named)?;
            if !ends {
                return Err(TooMuch::Attributes);
            }
            inside = next;
        }
    }
    Ok(end)
}

fn end_of_comment(text: &[u8], from: usize) -> usize {
    let rest = &text[from..];
    if rest.starts_with(b">") {
        return from + 1;
    }
    if rest.starts_with(b"->") {
        return from + 2;
    }
    let ends = [(b"-->".as_slice(), 3), (b"--!>".as_slice(), 4)];
    ends.into_iter().filter_map(|(end, long)| Some(find(text, from, end)? + long)).min().unwrap_or(text.len())
}

fn find(text: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    let first = *wanted.first()?;
    let mut at = 0;
    while let Some(more) = rest[at..].iter().position(|byte| *byte == first) {
        at += more;
        if rest[at..].starts_with(wanted) {
            return Some(from + at);
        }
        at += 1;
    }
    None
}

/// A node of the tree that is only counted.
#[derive(Debug, Default)]
struct Place {
    parent: Option<usize>,
    /// Everything that was ever put in; what has gone elsewhere has another parent.
    held: Vec<usize>,
}

#[derive(Debug)]
struct Counted {
    places: Vec<Place>,
    /// Bytes that the attributes of all elements take when they are written.
    bytes: usize,
    most_bytes: usize,
    fault: Option<TooMuch>,
}

impl Counted {
    fn new(length: usize) -> Self {
        // The document is the first place.
        Self { places: vec![Place::default()], bytes: 0, most_bytes: 2 * length + 65_536, fault: None }
    }

    fn add(&mut self, attributes: &[Attribute]) -> usize {
        let bytes: usize = attributes.iter().map(|one| one.name.local.len() + one.value.len()).sum();
        self.bytes = self.bytes.saturating_add(bytes);
        self.places.push(Place::default());
        if attributes.len() > ATTRIBUTES {
            self.fault = Some(TooMuch::Attributes);
        } else if self.bytes > self.most_bytes {
            self.fault = Some(TooMuch::Growth);
        } else if self.places.len() > ELEMENTS {
            self.fault = Some(TooMuch::Elements);
        }
        self.places.len() - 1
    }

    fn put(&mut self, child: usize, parent: usize) {
        self.places[child].parent = Some(parent);
        self.places[parent].held.push(child);
        let (mut depth, mut at) = (1, parent);
        while let Some(above) = self.places[at].parent {
            (depth, at) = (depth + 1, above);
            if depth > DEPTH {
                self.fault = Some(TooMuch::Depth);
                return;
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Handle {
    at: usize,
    name: Rc<QualName>,
}

/// Receives a tree and keeps nothing of it but its shape.
struct Counting(Rc<RefCell<Counted>>);

impl Counting {
    fn node(&self, attributes: &[Attribute]) -> Handle {
        let name = Rc::new(QualName::new(None, ns!(), local_name!("")));
        Handle { at: self.0.borrow_mut().add(attributes), name }
    }
}

impl TreeSink for Counting {
    type ElemName<'a> = &'a QualName;
    type Handle = Handle;
    type Output = ();

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { at: 0, name: Rc::new(QualName::new(None, ns!(), local_name!(""))) }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a QualName {
        &target.name
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Handle {
        Handle { name: Rc::new(name), ..self.node(&attributes) }
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.node(&[])
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.node(&[])
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        if let NodeOrText::AppendNode(child) = child {
            self.0.borrow_mut().put(child.at, parent.at);
        }
    }

    fn append_based_on_parent_node(&self, element: &Handle, before: &Handle, child: NodeOrText<Handle>) {
        let within = self.0.borrow().places[element.at].parent;
        if let NodeOrText::AppendNode(child) = child {
            self.0.borrow_mut().put(child.at, within.unwrap_or(before.at));
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.at == other.at
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        let within = self.0.borrow().places[sibling.at].parent;
        if let (NodeOrText::AppendNode(child), Some(within)) = (child, within) {
            self.0.borrow_mut().put(child.at, within);
        }
    }

    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Handle) {
        self.0.borrow_mut().places[target.at].parent = None;
    }

    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        let mut counted = self.0.borrow_mut();
        let held = std::mem::take(&mut counted.places[node.at].held);
        for child in held {
            if counted.places[child].parent == Some(node.at) {
                counted.put(child, parent.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_stop_the_sanitiser_is_refused_before_it() {
        let many: String = (0..200_000).map(|n| format!(" a{n}=1")).collect();
        for (hostile, fault) in [
            ("<div>".repeat(60_000) + "x", TooMuch::Depth),
            ("<ul><li>".repeat(20_000), TooMuch::Depth),
            ("<table><tr><td>".repeat(500), TooMuch::Depth),
            ("<svg><style><div>".repeat(500), TooMuch::Depth),
            (format!("<a{many}>甲</a>"), TooMuch::Attributes),
            (format!("<title><a '</title><a{many}>甲</a>"), TooMuch::Attributes),
            (format!("<!--> <b '--><a{many}>"), TooMuch::Attributes),
            (format!("</p{many}>"), TooMuch::Attributes),
            ("<p>甲</p>".repeat(ELEMENTS), TooMuch::Elements),
            (format!("<p>{}</p>{}", "<b id=甲>".repeat(1000), "<p>乙</p>".repeat(1000)), TooMuch::Depth),
            (format!("<p><b id={}></p>{}", "甲".repeat(3000), "<p>乙</p>".repeat(3000)), TooMuch::Growth),
        ] {
            assert_eq!(check(&hostile), Err(fault), "{}", hostile.chars().take(40).collect::<String>());
        }
        // Open for ever, and opened anew in each paragraph: many elements of few bytes.
        let kinds = ["b", "i", "u", "s", "em", "strong", "code", "small", "big", "tt", "strike", "font"];
        let reopened: String = kinds.iter().map(|kind| format!("<{kind}>").repeat(3)).collect();
        assert_eq!(check(&format!("<p>{reopened}</p>{}", "<p>乙".repeat(4500))), Err(TooMuch::Elements));
    }

    #[test]
    fn long_texts_of_word_are_taken() {
        let row =
            "<tr><td style=\"x\"><p class=MsoNormal><span lang=EN-US style='font-size:9pt'>1</span></p></td></tr>";
        for fine in [
            format!("<table>{}</table>", row.repeat(10_000)),
            format!("<p title=\"{}\">甲</p>", "many words ".repeat(5000)),
            format!("<!--[if gte mso 9]><xml>{}</xml><![endif]--><p>甲", "<w:x a=\"1\"/>".repeat(30_000)),
            "<p>一 < 二 & 三 > 四".repeat(2000),
            "<p><b>甲</p><p>乙</b></p>".repeat(5000),
            "<ul><li>甲<ul><li>乙</li></ul></li></ul>".repeat(2000),
            "<style>p > a { color: red }</style><p>甲</p>".to_owned(),
            "<p>没有结束的<a href='x".to_owned(),
            String::new(),
        ] {
            assert_eq!(check(&fine), Ok(()), "{}", fine.chars().take(40).collect::<String>());
        }
    }
}
