//! Paragraph styles: which are headings, which count, how they stand.

use std::collections::HashMap;

use super::model::{Align, Role};
use super::numbering::level_index;
use crate::xml::Element;

/// All paragraph styles by id.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
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
                },
            );
        }
        Self { styles }
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
            next = style.based_on.as_deref();
        }
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
