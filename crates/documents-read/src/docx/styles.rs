//! Paragraph styles: which are headings, which count, how they stand.

use std::collections::HashMap;

use super::ink::{self, Ink, Paint};
use super::model::{Align, Role};
use super::numbering::level_index;
use crate::xml::Element;

/// All paragraph styles by id.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    /// What holds where no style says anything.
    ink: Ink,
}

#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<usize>,
    align: Option<Align>,
    hidden: bool,
    ink: Ink,
    /// What it lays under its paragraphs.
    ground: Option<Paint>,
    /// Something of it lays a colour under cells.
    shades: bool,
}

/// What a paragraph takes from its style and those that it is based on.
#[derive(Debug, Default)]
pub(super) struct Inherited {
    pub(super) role: Role,
    pub(super) align: Align,
    /// The list that the style counts in, with the style that says so.
    pub(super) list: Option<(String, String)>,
    pub(super) level: Option<usize>,
    /// Whether the style hides text.
    pub(super) hidden: bool,
    /// What its letters look like.
    pub(super) ink: Ink,
    /// What lies under its paragraphs.
    pub(super) ground: Option<Paint>,
}

impl Styles {
    /// Reads `styles.xml`.
    pub(super) fn read(tree: &Element) -> Self {
        let mut styles = HashMap::new();
        for element in tree.elements().filter(|element| &*element.name == "style") {
            let Some(id) = element.attribute("styleId") else { continue };
            let properties = element.child("pPr");
            let counting = properties.and_then(|properties| properties.child("numPr"));
            styles.insert(
                id.to_owned(),
                Style {
                    name: element.value("name").unwrap_or_default().trim().to_lowercase(),
                    based_on: element.value("basedOn").map(str::to_owned),
                    outline: properties.and_then(|properties| properties.value("outlineLvl")?.parse().ok()),
                    list: counting.and_then(|counting| counting.value("numId")).map(str::to_owned),
                    level: counting.and_then(|counting| counting.value("ilvl")).and_then(level_index),
                    align: properties.and_then(|properties| properties.value("jc")).map(align),
                    hidden: element.child("rPr").is_some_and(|look| look.switch("vanish")),
                    ink: element.child("rPr").map(Ink::of).unwrap_or_default(),
                    ground: properties.and_then(|properties| properties.child("shd")).and_then(ink::fill),
                    shades: element.attribute("type") == Some("table") && !element.descendants("shd").is_empty(),
                },
            );
        }
        let defaults = tree.child("docDefaults").and_then(|all| all.child("rPrDefault")?.child("rPr"));
        Self { styles, ink: defaults.map(Ink::of).unwrap_or_default() }
    }

    /// Whether a style of tables, or one that it is based on, lays a colour under cells.
    pub(super) fn shades(&self, id: Option<&str>) -> bool {
        let mut next = id;
        for _ in 0..20 {
            let Some(style) = next.and_then(|id| self.styles.get(id)) else { break };
            if style.shades {
                return true;
            }
            next = style.based_on.as_deref();
        }
        false
    }

    /// What a style of characters says of its letters, and whether it hides them; what holds for all texts is not in it.
    pub(super) fn of_letters(&self, id: &str) -> (Ink, bool) {
        let (mut ink, mut hidden, mut next) = (Ink::default(), false, Some(id));
        for _ in 0..20 {
            let Some(style) = next.and_then(|id| self.styles.get(id)) else { break };
            ink = ink.over(style.ink);
            hidden |= style.hidden;
            next = style.based_on.as_deref();
        }
        (ink, hidden)
    }

    /// Follows a style to its roots; a chain that runs in a circle ends after 20 steps.
    pub(super) fn inherited(&self, id: Option<&str>) -> Inherited {
        let mut found = Inherited::default();
        let mut role = None;
        let mut standing = None;
        let mut next = id;
        for _ in 0..20 {
            let Some((id, style)) = next.and_then(|id| self.styles.get_key_value(id)) else { break };
            role = role.or_else(|| style.role());
            standing = standing.or(style.align);
            if found.list.is_none() {
                found.list = style.list.clone().map(|list| (list, id.clone()));
            }
            found.level = found.level.or(style.level);
            found.hidden |= style.hidden;
            found.ink = found.ink.over(style.ink);
            found.ground = found.ground.or(style.ground);
            next = style.based_on.as_deref();
        }
        found.ink = found.ink.over(self.ink);
        found.role = role.unwrap_or_default();
        found.align = standing.unwrap_or_default();
        found
    }
}

impl Style {
    fn role(&self) -> Option<Role> {
        if matches!(self.name.as_str(), "title" | "标题") {
            return Some(Role::Title);
        }
        let named = self.name.strip_prefix("heading").or_else(|| self.name.strip_prefix("标题"));
        let level = named.and_then(|rest| rest.trim().parse::<u8>().ok());
        level.or_else(|| self.outline.map(|outline| outline.saturating_add(1))).and_then(heading)
    }
}

/// A heading of level 1 to 9; Word's outline level 9 (here 10) means body text.
pub(super) fn heading(level: u8) -> Option<Role> {
    match level {
        1..=9 => Some(Role::Heading(level)),
        10 => Some(Role::Text),
        _ => None,
    }
}

/// The standing that `jc` names.
pub(super) fn align(value: &str) -> Align {
    match value {
        "center" => Align::Center,
        "right" | "end" => Align::End,
        _ => Align::Start,
    }
}
