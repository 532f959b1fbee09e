//! What is said in public about a record that is not public any more: no word of whom it was about.

use item::{Item, Type};
use review::findings::Whose;
use store::Executor;
use text::findings::{self, Finding, Severity};
use web::{Ctx, Refusal};

use crate::{
    personal,
    rows::{self, Stored},
    values::{self, Values},
};

/// Shortest value, in characters, that names somebody.
const NAME: usize = 2;
/// What follows a surname where somebody is named by it.
const CALLED: [&str; 8] = ["某", "先生", "女士", "小姐", "同志", "老板", "师傅", "×"];

/// What of these words is a person's, and no telephone of an office: a cell of a record about a person is stopped for the same.
fn of_person(words: &str, is_of_person: bool) -> Option<Finding> {
    let mut found = findings::personal_numbers("", words);
    found.extend(findings::papers("", words));
    if is_of_person {
        found.extend(findings::homes("", words));
        found.extend(findings::people("", words));
        found.extend(findings::of_person("", words));
    }
    let stops = |one: &Finding| match one.severity {
        Severity::Block => true,
        Severity::Warn => is_of_person,
        Severity::Info => false,
    };
    found.into_iter().find(stops)
}

/// A text as names are compared: without blanks and dots, which people put into a name.
fn squeezed(text: &str) -> String {
    const BETWEEN: [char; 6] = ['·', '•', '・', '.', '-', '_'];
    fold::fold(text).chars().filter(|c| !c.is_whitespace() && !BETWEEN.contains(c)).collect()
}

/// Whether words call a person by a part of the name: 王某 or 王某明 of 王小明, 小明. Names of organs are longer.
fn hints(name: &str, words: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    let is_han = letters.iter().all(|letter| ('\u{4e00}'..='\u{9fff}').contains(letter));
    if !is_han || !(2..=4).contains(&letters.len()) {
        return false;
    }
    let covered = ['某', '*', '×'].iter().any(|sign| words.contains(&format!("{}{sign}", letters[0])));
    let given: String = letters[letters.len() - 2..].iter().collect();
    covered || (letters.len() > 2 && words.contains(&given))
}

/// The column whose value stands in these words, or whose person is called by the surname in them.
fn named<'i>(item: &'i Item, all: &Values, words: &str) -> Option<&'i str> {
    let folded = squeezed(words);
    let is_of_person = personal::whose(item, all) == Whose::Person;
    for column in item.columns.iter().filter(|column| !matches!(column.typed, Type::Enum { .. })) {
        let privacy = column.privacy;
        if !(privacy.natural_person || privacy.never_public || privacy.mask) {
            continue;
        }
        let Some(value) = all.get(&column.key).map(values::text_of) else { continue };
        let value = squeezed(&value);
        let count = value.chars().count();
        if count >= NAME && folded.contains(&value) {
            return Some(&column.label);
        }
        if privacy.natural_person && matches!(column.typed, Type::Text { .. }) && hints(&value, &folded) {
            return Some(&column.label);
        }
        let is_name = is_of_person && privacy.natural_person && matches!(column.typed, Type::Text { .. }) && count <= 4;
        let surname: String = value.chars().take(1).collect();
        let is_called = |called: &&str| folded.contains(&format!("{surname}{called}"));
        if is_name && !surname.is_empty() && CALLED.iter().any(is_called) {
            return Some(&column.label);
        }
    }
    None
}

/// Refuses words for readers (`field` of the form) that name whom the record is about, or hold what is a person's alone.
///
/// # Errors
/// [`Refusal::Fields`] at `field`; when the database fails.
pub(crate) async fn names_nobody(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    (item, stored): (&Item, &Stored),
    (field, words): (&'static str, &str),
) -> Result<(), Refusal> {
    let (all, _) = rows::whole(ctx, executor, item, stored).await?;
    if let Some(found) = of_person(words, personal::whose(item, &all) == Whose::Person) {
        return Err(Refusal::field(field, format!("说明会公开，不能写个人信息：{}。", found.excerpt)));
    }
    if let Some(label) = named(item, &all, words) {
        let text = format!("说明会公开，不能写出这条记录的{label}。请只写原因，例如“原决定已依法撤销”。");
        return Err(Refusal::field(field, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_a_part_of_the_name_too() {
        assert!(hints("王小明", "王某明不是当事人") && hints("王小明", "小明系冒名") && hints("王明", "王某已申诉"));
        assert!(!hints("王小明", "原处罚决定已被行政复议撤销") && !hints("王明", "明显不当"));
        assert!(!hints("青禾县演示仓储有限公司", "公司申请复议，被撤销"));
    }

    #[test]
    fn words_for_readers_hold_no_more_of_a_person_than_cells_may() {
        for words in [
            "护照E12345678",
            "当事人住青禾县城关镇东街12号3单元501室",
            "当事人患艾滋病",
            "1990年3月7日出生",
            "身份证11010519491231002X",
        ] {
            assert!(of_person(words, true).is_some(), "{words}");
        }
        for words in ["原行政处罚决定已被行政复议机关撤销。", "登记有误，已于2026年3月7日更正。"]
        {
            assert!(of_person(words, true).is_none(), "{words}");
        }
        assert!(of_person("身份证11010519491231002X", false).is_some(), "of a firm neither");
    }

    #[test]
    fn a_person_is_named_by_the_surname_and_with_blanks_between() {
        let item = item::boxed().iter().find(|item| item.key.as_str() == "penalty").expect("in the box");
        let value = |(key, text): (&str, &str)| {
            Some((key.to_owned(), values::value_of(item.column(key).expect("a column"), text)?))
        };
        let all: Values = [("counterpart_kind", "02"), ("counterpart", "卯某")].into_iter().filter_map(value).collect();
        for words in ["卯某的决定", "卯 某的决定", "卯·某的决定", "卯先生的决定"] {
            assert!(named(item, &all, words).is_some(), "{words}");
        }
        assert!(named(item, &all, "原决定已依法撤销").is_none());
    }
}
