//! How names of natural persons in a column are shown to readers: what sort of list a record stands in decides it. A name that
//! the law has published (公示 of aid, of posts filled, of donors) stands in full; one that need not be known stands as 张某某
//! (个人信息保护法 Art. 6: no more than the purpose needs).

use serde::{Deserialize, Serialize};

use crate::Column;

/// How a column shows the names of natural persons in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "shown", deny_unknown_fields)]
pub enum Names {
    /// In full.
    Whole,
    /// The surname alone: 张某某.
    Surname,
    /// By the sort of list in which a record stands: in full where the choice in `column` of the same row is one of these codes,
    /// else, and where nothing is chosen, the surname alone.
    By { column: String, whole: Vec<String> },
}

impl Names {
    /// Whether some rows show no more than surnames.
    pub fn may_hide(&self) -> bool {
        *self != Self::Whole
    }

    /// Whether a row shows no more than the surname; `chosen` answers which code a column of the row has.
    pub fn hides<'v>(&self, chosen: impl FnOnce(&str) -> Option<&'v str>) -> bool {
        match self {
            Self::Whole => false,
            Self::Surname => true,
            Self::By { column, whole } => !chosen(column).is_some_and(|code| whole.iter().any(|one| one == code)),
        }
    }

    /// Whether some names that `before` hid are shown in full.
    pub fn opens(before: Option<&Self>, after: Option<&Self>) -> bool {
        match (before, after) {
            (None | Some(Self::Whole), _) | (_, Some(Self::Surname)) => false,
            (Some(Self::Surname), Some(Self::By { whole, .. })) => !whole.is_empty(),
            (Some(Self::By { column, whole }), Some(Self::By { column: other, whole: more })) => {
                (column != other && !more.is_empty()) || more.iter().any(|code| !whole.contains(code))
            }
            (Some(_), None | Some(Self::Whole)) => true,
        }
    }
}

impl Column {
    /// Whether it shows some natural persons by their surnames only.
    pub fn hides_names(&self) -> bool {
        self.names.as_ref().is_some_and(Names::may_hide)
    }
}

/// Surnames of two characters.
const DOUBLE: [&str; 22] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "宇文", "长孙", "司徒", "夏侯",
    "轩辕", "端木", "百里", "东郭", "南宫", "独孤", "拓跋", "澹台",
];

/// How organs and firms end, so that what ends so is nobody's name, however short.
const OF_ORGANS: [&str; 34] = [
    "公司", "厂", "店", "社", "局", "院", "所", "站", "中心", "学校", "小学", "中学", "集团", "银行", "政府", "村",
    "组", "队", "会", "场", "馆", "部", "处", "办", "园", "行", "户", "超市", "餐厅", "药房", "基金", "企业", "门市",
    "工厂",
];

/// Characters of the longest name without a dot.
const LONGEST: usize = 6;
/// From so many characters on a word that ends as organs do is an organ's name: 李会, 王爱社 are persons, and what is in doubt is
/// covered.
const LEAST_OF_ORGANS: usize = 4;

/// What parts names from each other in a cell.
fn is_between(c: char) -> bool {
    matches!(c, '、' | '，' | ',' | '；' | ';' | '/' | '\n' | '\t')
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '．')
}

/// Whether a word may be the name of a natural person: not too long, or with a dot in it (阿依古丽·买买提), and no organ's.
fn may_be_name(word: &str) -> bool {
    let count = word.chars().count();
    let is_organ = count >= LEAST_OF_ORGANS && OF_ORGANS.iter().any(|end| word.ends_with(end));
    count > 0 && !is_organ && (count <= LONGEST || word.contains(is_dot))
}

/// One name by its surname: 张三 as 张某, 张小三 as 张某某, 欧阳小三 as 欧阳某某. Names with a dot keep their first character.
fn covered(name: &str) -> String {
    let letters: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    if letters.iter().any(|c| is_dot(*c)) {
        let first: String = letters.iter().take(1).collect();
        return format!("{first}某某");
    }
    let is_double = letters.len() > 2 && DOUBLE.iter().any(|double| letters.iter().take(2).copied().eq(double.chars()));
    let keeps = if is_double { 2 } else { 1 };
    let behind = letters.len().saturating_sub(keeps).clamp(1, 2);
    letters.iter().take(keeps).copied().chain(std::iter::repeat_n('某', behind)).collect()
}

/// A cell of names with what stands for each that is covered: the name as it was, and as it is shown. With `certain` everything in
/// it is a person's name; else what ends as organs do, or is too long, stays. What is covered already (王某某, 王*) stays.
pub fn surnames(text: &str, certain: bool) -> (String, Vec<(String, String)>) {
    let mut shown = String::with_capacity(text.len());
    let mut covers = Vec::new();
    for part in text.split_inclusive(is_between) {
        let (name, mark) = match part.char_indices().next_back() {
            Some((at, last)) if is_between(last) => part.split_at(at),
            _ => (part, ""),
        };
        let word = name.trim();
        let is_covered = word.contains(['某', '*', '＊', '×']);
        if word.is_empty() || is_covered || !(certain || may_be_name(word)) {
            shown.push_str(part);
            continue;
        }
        let cover = covered(word);
        shown.push_str(&cover);
        shown.push_str(mark);
        covers.push((word.to_owned(), cover));
    }
    (shown, covers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_surname() {
        for (name, shown) in [
            ("张三", "张某"),
            ("张小三", "张某某"),
            ("欧阳小三", "欧阳某某"),
            ("欧阳", "欧某"),
            ("阿依古丽·买买提", "阿某某"),
            ("张", "张某"),
            ("张三、李小四", "张某、李某某"),
            ("王某甲", "王某甲"),
            ("王*明", "王*明"),
        ] {
            assert_eq!(surnames(name, false).0, shown, "{name}");
        }
        let (_, covers) = surnames("张三、李小四", false);
        assert_eq!(covers, [("张三".to_owned(), "张某".to_owned()), ("李小四".to_owned(), "李某某".to_owned())]);
    }

    #[test]
    fn organs_stay_unless_a_person_is_certain() {
        for organ in ["青禾县演示仓储1号有限公司", "红星茶厂", "城关镇东门社区居民委员会", "好又多超市"]
        {
            assert_eq!(surnames(organ, false), (organ.to_owned(), Vec::new()), "{organ}");
        }
        assert_eq!(surnames("红星茶厂", true).0, "红某某");
        assert_eq!((surnames("李会", false).0, surnames("王爱社", false).0), ("李某".to_owned(), "王某某".to_owned()));
    }

    #[test]
    fn a_list_decides_by_its_row() {
        let by = Names::By { column: "stage".into(), whole: vec!["01".into()] };
        let of = |code: Option<&'static str>| by.hides(|column| code.filter(|_| column == "stage"));
        assert!(!of(Some("01")) && of(Some("03")) && of(None));
        assert!(Names::Surname.hides(|_| None) && !Names::Whole.hides(|_| None));
    }

    #[test]
    fn what_shows_more_opens() {
        let by = |codes: &[&str]| Names::By {
            column: "stage".into(),
            whole: codes.iter().map(|code| (*code).to_owned()).collect(),
        };
        let (surname, whole, one, two) = (Names::Surname, Names::Whole, by(&["01"]), by(&["01", "02"]));
        for (before, after, opens) in [
            (Some(&surname), None, true),
            (Some(&surname), Some(&whole), true),
            (Some(&surname), Some(&one), true),
            (Some(&one), Some(&two), true),
            (Some(&two), Some(&one), false),
            (Some(&one), Some(&surname), false),
            (None, Some(&surname), false),
            (Some(&whole), None, false),
        ] {
            assert_eq!(Names::opens(before, after), opens, "{before:?} {after:?}");
        }
    }
}
