//! The section `[interpretation]` of the configuration: which documents owe an interpretation. No national text says it; counties
//! write it into their rules.

use document::Values;
use kernel::id::ColumnId;
use serde::{Deserialize, Serialize};
use web::Section;

/// Which documents owe an interpretation, and what it must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Obligation {
    /// Keys of the kinds that owe one.
    pub kinds: Vec<String>,
    /// Only in these columns; empty = in all.
    pub columns: Vec<String>,
    /// Not in these columns.
    pub except_columns: Vec<String>,
    /// Not where a field of the document holds this: `topics=人事任免`.
    pub except: Vec<String>,
    /// Keys of the fields that an interpretation fills in.
    pub elements: Vec<String>,
}

impl Default for Obligation {
    fn default() -> Self {
        let all = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        Self {
            kinds: all(&["policy"]),
            columns: Vec::new(),
            except_columns: Vec::new(),
            except: Vec::new(),
            elements: all(&["background", "main_content", "execution", "benefits", "differences"]),
        }
    }
}

impl Section for Obligation {
    const KEY: &'static str = "interpretation";

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for kind in self.kinds.iter().filter(|kind| !super::INTERPRETS.to.contains(&kind.as_str())) {
            problems.push(format!("kinds：{kind} 不能配解读，只能写 {}", super::INTERPRETS.to.join("、")));
        }
        for rule in self.except.iter().filter(|rule| rule.split_once('=').is_none_or(|(key, _)| key.trim().is_empty()))
        {
            problems.push(format!("except：{rule} 应写成“字段=内容”，例如 topics=人事任免"));
        }
        let known = super::kind::ELEMENTS.map(|facet| facet.key);
        for element in self.elements.iter().filter(|element| !known.contains(&element.as_str())) {
            problems.push(format!("elements：没有 {element} 这一项，只能写 {}", known.join("、")));
        }
        for (at, element) in self.elements.iter().enumerate() {
            if self.elements[..at].contains(element) {
                problems.push(format!("elements：{element} 写了两遍"));
            }
        }
        problems
    }
}

impl Obligation {
    /// The rules of `except` as field and value.
    pub fn exceptions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.except.iter().filter_map(|rule| rule.split_once('=')).map(|(key, value)| (key.trim(), value.trim()))
    }

    /// Whether a document of this kind, in this column, with these fields owes an interpretation.
    pub fn holds(&self, kind: &str, column: &ColumnId, values: &Values) -> bool {
        let column = column.as_str();
        self.kinds.iter().any(|known| known == kind)
            && (self.columns.is_empty() || self.columns.iter().any(|known| known == column))
            && !self.except_columns.iter().any(|known| known == column)
            && !self.excepted(values)
    }

    fn excepted(&self, values: &Values) -> bool {
        self.exceptions().any(|(key, value)| values.of(key).iter().any(|held| held == value))
    }
}

#[cfg(test)]
mod tests {
    use document::common::TOPICS;

    use super::*;

    #[test]
    fn who_owes_one_is_the_countys_to_say() {
        let (mut rule, column) = (Obligation::default(), ColumnId::from("policies"));
        let none = Values::default();
        assert!(rule.problems().is_empty());
        assert!(rule.holds("policy", &column, &none) && !rule.holds("notice", &column, &none));
        rule.except = vec!["topics=人事任免".to_owned()];
        let staff = Values::default().with_words(&TOPICS, &["人事任免"]);
        assert!(!rule.holds("policy", &column, &staff) && rule.holds("policy", &column, &none));
        rule.except_columns = vec!["policies".to_owned()];
        assert!(!rule.holds("policy", &column, &none));
        rule = Obligation { columns: vec!["rules".to_owned()], ..Obligation::default() };
        assert!(!rule.holds("policy", &column, &none));
        let wrong = Obligation {
            kinds: vec!["news".to_owned()],
            except: vec!["topics".to_owned()],
            elements: vec!["title".to_owned(), "benefits".to_owned(), "benefits".to_owned()],
            ..Obligation::default()
        };
        assert_eq!(wrong.problems().len(), 4, "{:?}", wrong.problems());
    }
}
