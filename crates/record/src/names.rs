//! Names of natural persons as readers see them, by what the item says of the column ([`item::Names`]): whole, or the surname
//! alone. What is covered is sealed with what stands behind masks, and covered in the other words of the record, too.

use std::collections::BTreeMap;

use item::{Column, Item, Type, Value, surnames};

use crate::values::{self, Values};

/// Shortest name that is looked for in other words.
const LEAST: usize = 2;

/// What of a record is covered.
#[derive(Debug, Default)]
pub(crate) struct Covers {
    /// Cells of names as readers see them, by key.
    cells: BTreeMap<String, String>,
    /// Each name with what stands for it, the longest first.
    names: Vec<(String, String)>,
}

impl Covers {
    /// What of these values is covered. The party of a record is a person where the record is one's; what else is named is one
    /// where it looks so.
    pub(crate) fn of(item: &Item, values: &Values) -> Self {
        let mut covers = Self::default();
        let is_name = |column: &&Column| {
            let privacy = column.privacy;
            privacy.natural_person && !privacy.never_public && matches!(column.typed, Type::Text { .. })
        };
        let party = item.columns.iter().find(is_name).map(|column| column.key.as_str());
        for column in &item.columns {
            let (Some(names), Some(value)) = (&column.names, values.get(&column.key)) else { continue };
            let chosen = |key: &str| match values.get(key) {
                Some(Value::Enum(code)) => Some(code.as_str()),
                _ => None,
            };
            let is_party = party == Some(column.key.as_str());
            if !names.hides(chosen) || (is_party && !values::is_of_person(item, values)) {
                continue;
            }
            let is_certain = is_party && values::says_person(item, values) == Some(true);
            let (shown, found) = surnames(&values::text_of(value), is_certain);
            if !found.is_empty() {
                covers.cells.insert(column.key.clone(), shown);
                covers.names.extend(found);
            }
        }
        covers.names.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        covers
    }

    /// What readers see of a cell; `None` = what stands in it.
    pub(crate) fn cell(&self, item: &Item, column: &Column, text: &str) -> Option<String> {
        if let Some(shown) = self.cells.get(&column.key) {
            return Some(shown.clone());
        }
        let may_name =
            matches!(column.typed, Type::Text { .. } | Type::Long { .. }) && !item.keys.contains(&column.key);
        if may_name { self.within(text) } else { None }
    }

    /// A text in which covered names stand, with them covered; `None` = none stands in it.
    pub(crate) fn within(&self, text: &str) -> Option<String> {
        let long = |(name, _): &&(String, String)| name.chars().count() >= LEAST;
        let shown =
            self.names.iter().filter(long).fold(text.to_owned(), |text, (name, cover)| text.replace(name, cover));
        (shown != text).then_some(shown)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    fn boxed(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn values(item: &Item, all: &[(&str, &str)]) -> Values {
        let value = |(key, text): &(&str, &str)| {
            Some(((*key).to_owned(), values::value_of(item.column(key).expect("a column"), text)?))
        };
        all.iter().filter_map(value).collect()
    }

    fn shown(item: &Item, all: &[(&str, &str)]) -> values::Split {
        values::split(item, &values(item, all), &BTreeMap::new(), Date::constant(2026, 11, 30))
    }

    #[test]
    fn one_table_has_lists_of_two_sorts() {
        let item = boxed("aid-list");
        let of =
            |stage: &str| shown(item, &[("stage", stage), ("name", "李小兰"), ("place", "青禾县/城关镇/东门社区")]);
        assert_eq!((of("01").data.get("name"), of("02").data.get("name")), ("李小兰", "李小兰"), "公示 names in full");
        let ended = of("03");
        assert_eq!((ended.data.get("name"), ended.hidden.get("name").map(String::as_str)), ("李某某", Some("李小兰")));
        assert_eq!(shown(item, &[("name", "李小兰")]).data.get("name"), "李某某", "no choice is no ground to show it");
    }

    #[test]
    fn a_covered_name_stands_in_no_other_words_and_the_office_has_it() {
        let item = boxed("coercion");
        let row = [
            ("counterpart", "王小明"),
            ("conclusion", "扣押王小明的三轮车一辆"),
            ("document_number", "青城强〔2026〕1号"),
        ];
        let split = shown(item, &row);
        assert_eq!(split.data.get("counterpart"), "王某某");
        assert_eq!(split.data.get("conclusion"), "扣押王某某的三轮车一辆");
        assert!(!split.data.json().contains("王小明"));
        let (joined, _) = values::joined(item, &split.data, &split.hidden);
        assert_eq!(joined, values(item, &row));
        assert_eq!(values::keyed(item, &joined), values::keyed(item, &values(item, &row)));
    }

    #[test]
    fn firms_are_named() {
        let item = boxed("coercion");
        let firm = [("counterpart", "红星厂"), ("credit_code", "91000000MA00225001")];
        assert_eq!(shown(item, &firm).data.get("counterpart"), "红星厂");
        let shown = shown(item, &[("counterpart", "青禾县演示仓储1号有限公司")]);
        assert_eq!(shown.data.get("counterpart"), "青禾县演示仓储1号有限公司", "it looks like none");
    }

    #[test]
    fn a_list_that_the_law_publishes_names_in_full() {
        let item = boxed("penalty");
        let row = [("counterpart_kind", "02"), ("counterpart", "王小明"), ("person_minor", "adult")];
        assert_eq!(shown(item, &row).data.get("counterpart"), "王小明");
        assert_eq!(item.column("counterpart").and_then(|column| column.names.clone()), Some(item::Names::Whole));
    }
}
