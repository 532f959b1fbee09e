//! Whether a text of a record says that its person is a minor (未成年人保护法 Art. 103), whatever was answered to the question. Many
//! texts speak of minors who are not the party: to whom something was sold, who was employed. Those are only told.

use item::{Column, Item, Type};
use jiff::civil::Date;

use crate::{
    personal,
    values::{self, Age, Values},
};

/// Age at which a person is no minor any more, in years (民法典 Art. 17).
const ADULT: u32 = 18;
/// Words of a clause in which the minor is not the party, or nobody in particular.
const OTHERS: [&str; 27] = [
    "向", "对", "给", "雇", "招", "允许", "容留", "使用", "聘", "销售", "出售", "提供", "接待", "接纳", "童工", "受害",
    "被害", "监护", "保护", "进入", "禁", "标志", "子女", "消费", "拐", "涉及", "教唆",
];
/// Words by which a clause is about the party.
const PARTY: [&str; 10] =
    ["当事人", "本人", "其", "被处罚人", "被许可人", "经营者", "申请人", "相对人", "该生", "违法行为人"];

/// What a text says of minors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is the person whom the row is about: the row stays off the web.
    Party,
    /// A child is named beside the party, or nobody can tell which: a warning.
    Somebody,
}

/// The years before 岁 or 周岁 in a clause, each with whether 未满 or 不满 stands before it.
fn ages(words: &str) -> Vec<(u32, bool)> {
    let chars: Vec<char> = words.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let digits: String = chars[at..].iter().take_while(|c| c.is_ascii_digit()).collect();
        if digits.is_empty() {
            at += 1;
            continue;
        }
        let behind: String = chars[at + digits.len()..].iter().take(2).collect();
        let is_age = behind.starts_with('岁') || behind == "周岁";
        if let Some(years) = digits.parse::<u32>().ok().filter(|_| is_age) {
            let before: String = chars[..at].iter().collect();
            found.push((years, before.ends_with("未满") || before.ends_with("不满")));
        }
        at += digits.len();
    }
    found
}

/// What one clause says.
fn of_clause(words: &str, names: &[String]) -> Option<Told> {
    let ages = ages(words);
    let is_young = ages.iter().any(|(years, below)| *years < ADULT || (*below && *years == ADULT));
    let is_named = words.contains("未成年") || words.contains("未满十八周岁") || words.contains("不满十八周岁");
    if !is_young && !is_named {
        return None;
    }
    if OTHERS.iter().any(|word| words.contains(*word)) {
        return Some(Told::Somebody);
    }
    let is_of_party = PARTY.iter().any(|word| words.contains(*word))
        || names.iter().any(|name| words.contains(name.as_str()))
        || ["系未成年", "为未成年", "是未成年", "未成年人", "未成年"].iter().any(|word| words.starts_with(*word))
        || words.starts_with(|c: char| c.is_ascii_digit());
    Some(if is_of_party { Told::Party } else { Told::Somebody })
}

/// What a text says of minors; titles of laws say nothing.
pub(crate) fn told(text: &str, names: &[String]) -> Option<Told> {
    let mut within = 0_u32;
    let mut bare = String::with_capacity(text.len());
    for c in text.chars().map(fold::character).filter(|c| !c.is_whitespace()) {
        match c {
            '《' => within += 1,
            '》' => within = within.saturating_sub(1),
            _ if within == 0 => bare.push(c),
            _ => {}
        }
    }
    let ends = |c: char| ['，', ',', '。', '；', ';', '（', '(', '）', ')', '：', ':'].contains(&c);
    let all: Vec<Told> = bare.split(ends).filter_map(|clause| of_clause(clause, names)).collect();
    if all.contains(&Told::Party) { Some(Told::Party) } else { all.first().copied() }
}

/// The public texts of a row about a natural person that speak of minors though nothing else in it says that the person is one.
pub(crate) fn contradicting<'i>(item: &'i Item, values: &Values, today: Date) -> Vec<(&'i Column, Told)> {
    let asks = item.columns.iter().any(|column| column.privacy.minor);
    if !asks || !personal::looks_like_person(item, values) || values::age(item, values, today) == Age::Minor {
        return Vec::new();
    }
    let name = |column: &&Column| column.privacy.natural_person && matches!(column.typed, Type::Text { .. });
    let names: Vec<String> = item
        .columns
        .iter()
        .filter(name)
        .filter_map(|column| values.get(&column.key).map(values::text_of))
        .filter(|name| name.chars().count() > 1)
        .collect();
    let is_read = |column: &&Column| {
        matches!(column.typed, Type::Text { .. } | Type::Long { .. }) && !column.privacy.never_public
    };
    let texts = item.columns.iter().filter(is_read);
    texts.filter_map(|column| Some((column, told(&values::text_of(values.get(&column.key)?), &names)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_that_the_party_is_a_minor() {
        let names = ["王小明".to_owned()];
        for text in [
            "当事人系未成年人，15周岁",
            "当事人无证驾驶，系未成年人，已责令改正",
            "王小明（15周岁）无证驾驶",
            "王小明今年１５岁",
            "当事人未满18周岁",
        ] {
            assert_eq!(told(text, &names), Some(Told::Party), "{text}");
        }
        for text in ["向未成年人出售卷烟", "雇用15周岁的童工", "接纳未成年人进入网吧"] {
            assert_eq!(told(text, &names), Some(Told::Somebody), "{text}");
        }
        for text in ["违反《未成年人保护法》第五十九条", "当事人35周岁", "未按规定查验进货凭证", ""]
        {
            assert_eq!(told(text, &names), None, "{text}");
        }
    }
}
