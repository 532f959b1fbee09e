//! A page as browsers take it apart, by the parser that cleans and serialises rich text too.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TokenizerResult, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, QualName, ns};

/// Elements within elements that are followed, as many as browsers do. The parser looks through the open elements at every tag,
/// so that without a bound a page of nothing but `<div>` would cost the square of its length.
const DEEPEST: usize = 512;

/// A step of a walk over a page, in the order of the page. Every open element is closed.
pub(super) enum Step<'t> {
    /// An element begins; its name is in lower case.
    Open(&'t str, &'t [Attribute]),
    /// An element ends.
    Close(&'t str),
    /// Text, entities resolved.
    Text(&'t str),
}

/// Walks over a page. Comments, declarations, scripts, styles and what browsers show only in their absence are left out.
pub(super) fn walk(html: &str, mut see: impl FnMut(Step<'_>)) {
    let nodes = parse(html);
    let mut path = vec![(0_usize, 0_usize)];
    while let Some((at, next)) = path.last_mut() {
        let node = &nodes[*at];
        if let Some(child) = node.children.get(*next).copied() {
            *next += 1;
            match &nodes[child].content {
                Content::Text(text) => see(Step::Text(text)),
                Content::Element(name, attributes) if !is_silent(&name.local, attributes) => {
                    see(Step::Open(&name.local, attributes));
                    path.push((child, 0));
                }
                Content::Element(..) => {}
            }
        } else {
            path.pop();
            if let Content::Element(name, _) = &node.content {
                see(Step::Close(&name.local));
            }
        }
    }
}

/// The value of an attribute.
pub(super) fn attribute<'t>(attributes: &'t [Attribute], name: &str) -> Option<&'t str> {
    attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn is_silent(name: &str, attributes: &[Attribute]) -> bool {
    match name {
        "script" | "style" | "noembed" | "noframes" | "iframe" => true,
        // Shown when it says that it is the inside of the element around it.
        "template" => attribute(attributes, "shadowrootmode").is_none(),
        _ => false,
    }
}

fn parse(html: &str) -> Vec<Node> {
    // Without scripts, so that what stands for readers without them is read; and as within our own pages, which are in
    // standards mode.
    let options = TreeBuilderOpts { scripting_enabled: false, iframe_srcdoc: true, ..TreeBuilderOpts::default() };
    let sink = Bounded(TreeBuilder::new(Tree::default(), options));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.0.sink.finish()
}

/// Hands everything on to the tree, except tags that would nest too deep: for each of them stands a blank.
struct Bounded(TreeBuilder<Handle, Tree>);

impl TokenSink for Bounded {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        let too_deep = self.0.sink.depth.get() > DEEPEST;
        let token = match token {
            Token::TagToken(tag)
                if too_deep && tag.kind == TagKind::StartTag && !matches!(&*tag.name, "script" | "style") =>
            {
                Token::CharacterTokens(StrTendril::from_char(' '))
            }
            token => token,
        };
        self.0.process_token(token, line)
    }

    fn end(&self) {
        self.0.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

struct Node {
    content: Content,
    parent: Option<usize>,
    depth: usize,
    children: Vec<usize>,
}

enum Content {
    Element(Rc<QualName>, Vec<Attribute>),
    Text(StrTendril),
}

/// A node by its place. Comments have the place of the whole page, where nothing can be put in.
#[derive(Clone)]
struct Handle {
    at: usize,
    name: Rc<QualName>,
}

struct Tree {
    nodes: RefCell<Vec<Node>>,
    root: Handle,
    /// How deep the element lies that something was put into last.
    depth: Cell<usize>,
}

impl Default for Tree {
    fn default() -> Self {
        let name = Rc::new(QualName::new(None, ns!(), LocalName::default()));
        let tree =
            Self { nodes: RefCell::default(), root: Handle { at: 0, name: Rc::clone(&name) }, depth: Cell::new(0) };
        tree.add(Content::Element(name, Vec::new()));
        tree
    }
}

impl Tree {
    fn add(&self, content: Content) -> usize {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { content, parent: None, depth: 0, children: Vec::new() });
        nodes.len() - 1
    }

    /// The parent of a node and its place there. The latest children are looked at first: they are what gets moved.
    fn place(&self, at: usize) -> Option<(usize, usize)> {
        let nodes = self.nodes.borrow();
        let parent = nodes[at].parent?;
        nodes[parent].children.iter().rposition(|child| *child == at).map(|index| (parent, index))
    }

    /// Puts something into `parent` as the child number `index`; text is joined to the text before it.
    fn insert(&self, parent: usize, index: usize, child: NodeOrText<Handle>) {
        let child = match child {
            NodeOrText::AppendNode(node) if node.at == 0 => return,
            NodeOrText::AppendNode(node) => node.at,
            NodeOrText::AppendText(text) => {
                let mut nodes = self.nodes.borrow_mut();
                self.depth.set(nodes[parent].depth);
                let before = index.checked_sub(1).map(|before| nodes[parent].children[before]);
                if let Some(Content::Text(before)) = before.map(|before| &mut nodes[before].content) {
                    before.push_tendril(&text);
                    return;
                }
                drop(nodes);
                self.add(Content::Text(text))
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        let depth = nodes[parent].depth;
        self.depth.set(depth);
        nodes[parent].children.insert(index, child);
        nodes[child].parent = Some(parent);
        nodes[child].depth = depth + 1;
    }
}

impl TreeSink for Tree {
    type Handle = Handle;
    type Output = Vec<Node>;
    type ElemName<'a> = &'a QualName;

    fn finish(self) -> Vec<Node> {
        self.nodes.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.root.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a QualName {
        &target.name
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Handle {
        let name = Rc::new(name);
        Handle { at: self.add(Content::Element(Rc::clone(&name), attributes)), name }
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.root.clone()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.root.clone()
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        let index = self.nodes.borrow()[parent.at].children.len();
        self.insert(parent.at, index, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, before: &Handle, child: NodeOrText<Handle>) {
        if self.place(element.at).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        if let NodeOrText::AppendNode(node) = &child {
            self.remove_from_parent(node);
        }
        if let Some((parent, index)) = self.place(sibling.at) {
            self.insert(parent, index, child);
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

    /// Only said of `html` and `body`, whose attributes nobody here reads.
    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Handle) {
        if let Some((parent, index)) = self.place(target.at) {
            let mut nodes = self.nodes.borrow_mut();
            nodes[parent].children.remove(index);
            nodes[target.at].parent = None;
        }
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[node.at].children);
        for child in &children {
            nodes[*child].parent = Some(new_parent.at);
        }
        nodes[new_parent.at].children.extend(children);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(html: &str) -> String {
        let mut out = String::new();
        walk(html, |step| match step {
            Step::Open(name, attributes) => {
                out.push_str(&format!("<{name}"));
                for attribute in attributes {
                    out.push_str(&format!(" {}={}", attribute.name.local, attribute.value));
                }
                out.push('>');
            }
            Step::Close(name) => out.push_str(&format!("</{name}>")),
            Step::Text(text) => out.push_str(text),
        });
        let body = out.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>"));
        body.map_or_else(String::new, |(body, _)| body.to_owned())
    }

    #[test]
    fn tags_with_awkward_values() {
        assert_eq!(
            steps("a<b title='x>y' c=d e>1 < 2</B><!-- <i> --><script>if(a<b)</script>z"),
            "a<b title=x>y c=d e=>1 < 2</b>z"
        );
    }

    #[test]
    fn entities_as_browsers_resolve_them() {
        assert_eq!(
            steps("&lt;&#20844;&#x5f00;&nbsp;&unknown; & &#0; &ensp;&copy 1&#151;"),
            "<公开\u{a0}&unknown; & \u{fffd} \u{2002}© 1—"
        );
    }

    #[test]
    fn what_stands_at_the_wrong_place_goes_where_browsers_put_it() {
        assert_eq!(
            steps("<table>甲<tr>乙<td>丙<b>丁</table>戊"),
            "甲乙<table><tbody><tr><td>丙<b>丁</b></td></tr></tbody></table>戊"
        );
        assert_eq!(steps("<p><b>甲<p>乙</b>丙"), "<p><b>甲</b></p><p><b>乙</b>丙</p>");
        assert_eq!(steps("<svg><![CDATA[甲]]></svg><noscript>乙</noscript>"), "<svg>甲</svg><noscript>乙</noscript>");
        assert_eq!(
            steps("<template>甲</template><p><template shadowrootmode=open>乙</template>"),
            "<p><template shadowrootmode=open>乙</template></p>"
        );
    }

    #[test]
    fn too_deep_elements_leave_their_text() {
        let page = steps(&format!("{}甲<i>乙{}<p>丙<p>丁", "<div>".repeat(1000), "</div>".repeat(1000)));
        let page = page.replace(' ', "");
        let expected =
            ["<div>".repeat(DEEPEST), "甲乙".into(), "</div>".repeat(DEEPEST), "丙<p>丁</p>".into()].concat();
        assert!(page == expected, "{} bytes", page.len());
    }
}
