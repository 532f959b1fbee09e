//! What somebody misses, in their own words: the year and the place are taken off, what says nothing is left out, and what people
//! call it stands beside what catalogues call it.

use std::collections::BTreeSet;

use item::Item;

use super::cells;

/// Words that say nothing of what is asked for; longer ones stand before those that they hold.
const IDLE: [&str; 39] = [
    "公开了没有",
    "公开了吗",
    "有没有",
    "是不是",
    "在哪里",
    "想知道",
    "查一下",
    "我们家",
    "怎么查",
    "怎样查",
    "哪里",
    "在哪",
    "我家",
    "我们",
    "你们",
    "咱们",
    "查询",
    "查看",
    "查找",
    "我想",
    "请问",
    "关于",
    "本县",
    "全县",
    "被",
    "的",
    "了",
    "吗",
    "呢",
    "我",
    "？",
    "?",
    "，",
    ",",
    "。",
    "、",
    "“",
    "”",
    "　",
];
/// What people say, and what catalogues write.
const SAID: [(&str, &str); 17] = [
    ("罚款", "行政处罚"),
    ("罚单", "行政处罚"),
    ("处罚决定", "行政处罚"),
    ("低保", "最低生活保障"),
    ("五保", "特困人员救助供养"),
    ("学区", "招生范围"),
    ("划片", "招生范围"),
    ("施教区", "招生范围"),
    ("征地", "土地征收"),
    ("拆迁", "房屋征收"),
    ("公租房", "公共租赁住房"),
    ("医保", "医疗保险"),
    ("社保", "社会保险"),
    ("环评", "环境影响评价"),
    ("补贴", "补助"),
    ("三公", "三公经费"),
    ("招工", "招聘"),
];
/// Pairs of letters that stand in the names of too many matters to tell one from another.
const SHARED: [&str; 26] = [
    "标准", "信息", "情况", "名单", "决定", "公示", "办法", "目录", "管理", "公告", "通知", "政策", "结果", "对象",
    "有关", "相关", "内容", "工作", "行政", "政府", "申请", "办理", "金额", "时间", "名称", "公开",
];
/// What stands before 村 where no village is named, and behind it.
const NO_VILLAGE: [&str; 2] = ["农乡各全", "务委民级集改干规庄"];
/// The longest name of a village or township.
const LONGEST_NAME: usize = 6;

/// A question, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// The year that it names.
    pub(super) year: Option<i16>,
    /// The village or township that it names; empty = none.
    pub(super) place: String,
    /// The name of a township that is none of the county; empty = none.
    pub(super) unknown: String,
    /// What is left, as it was said and as catalogues may write it.
    forms: Vec<String>,
}

impl Question {
    /// Reads what was typed. `townships`: the short names of those of the county; `today`: the year.
    pub(super) fn read(typed: &str, county: &str, townships: &[String], today: i16) -> Self {
        let mut rest = typed.trim().to_lowercase();
        let mut question = Self { year: year(&mut rest, today), ..Self::default() };
        for idle in IDLE {
            rest = rest.replace(idle, " ");
        }
        if !county.is_empty() {
            rest = rest.replace(county, " ");
        }
        for name in townships.iter().filter(|name| !name.is_empty()) {
            if rest.contains(name.as_str()) {
                question.place.clone_from(name);
                rest = rest.replace(name.as_str(), " ");
            }
        }
        if question.place.is_empty() {
            question.unknown = named(&rest, &["镇", "乡", "街道"], is_township).unwrap_or_default();
        }
        if !question.unknown.is_empty() {
            rest = rest.replace(question.unknown.as_str(), " ");
        }
        if let Some(village) = named(&rest, &["村", "社区"], is_village) {
            rest = rest.replace(village.as_str(), " ");
            question.place = village;
        }
        let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        let others = SAID.iter().filter(|(said, _)| rest.contains(said)).map(|(said, form)| rest.replace(said, form));
        let others: Vec<String> = others.collect();
        question.forms = std::iter::once(rest).chain(others).filter(|form| !form.is_empty()).collect();
        question
    }

    /// What it asks besides the matter, in words; empty = nothing.
    pub(super) fn narrows(&self) -> String {
        let year = self.year.map(|year| format!("{year} 年"));
        let place = Some(self.place.clone()).filter(|place| !place.is_empty());
        year.into_iter().chain(place).collect::<Vec<_>>().join("、")
    }

    /// How well an item fits: 0 = not at all.
    pub(super) fn fits(&self, item: &Item) -> u32 {
        let known = known(item);
        self.forms.iter().map(|form| points(&known, form)).max().unwrap_or_default()
    }
}

/// Takes the year off: 2016年, 2016, 去年.
fn year(rest: &mut String, today: i16) -> Option<i16> {
    for (word, back) in [("今年", 0), ("去年", 1), ("前年", 2)] {
        if rest.contains(word) {
            *rest = rest.replace(word, " ");
            return Some(today - back);
        }
    }
    let letters: Vec<char> = rest.chars().collect();
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    for at in 0..letters.len().saturating_sub(3) {
        let alone = (at == 0 || !is_digit(at - 1)) && !is_digit(at + 4);
        if !alone || !(at..at + 4).all(is_digit) {
            continue;
        }
        let found: i16 = letters[at..at + 4].iter().collect::<String>().parse().ok()?;
        if !(1949..=today + 1).contains(&found) {
            continue;
        }
        let behind: String = letters[at + 4..].iter().collect();
        let behind = behind.strip_prefix("年度").or_else(|| behind.strip_prefix('年')).unwrap_or(&behind).to_owned();
        let before: String = letters[..at].iter().collect();
        *rest = format!("{before} {behind}");
        return Some(found);
    }
    None
}

/// The first name that begins a word of the rest and ends so.
fn named(rest: &str, ends: &[&str], is_name: fn(&str, &str) -> bool) -> Option<String> {
    for word in rest.split_whitespace() {
        for end in ends {
            let Some(at) = word.find(end) else { continue };
            let (name, behind) = word.split_at(at + end.len());
            if name.chars().count() <= LONGEST_NAME && is_name(name, behind) {
                return Some(name.to_owned());
            }
        }
    }
    None
}

fn is_village(name: &str, behind: &str) -> bool {
    let before = name.chars().rev().nth(1);
    let [not_before, not_behind] = NO_VILLAGE;
    name.chars().count() > 2
        && !before.is_some_and(|c| not_before.contains(c))
        && !behind.chars().next().is_some_and(|c| not_behind.contains(c))
}

/// 小城镇, 特色小镇, 各乡镇, 城乡居民 are no names.
fn is_township(name: &str, _: &str) -> bool {
    let no_name = ["城镇", "小镇", "乡镇", "制镇", "城乡", "返乡", "下乡", "家乡", "各街道"];
    name.chars().count() > 2 && !no_name.iter().any(|end| name.ends_with(end))
}

/// Pairs of letters of a text, within its words.
fn pairs(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = record::slots::folded(word).chars().filter(|c| c.is_alphanumeric()).collect();
        all.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    all
}

/// The texts of an item, as pairs with their weights: names weigh more than what stands in its table.
fn known(item: &Item) -> Vec<(u32, BTreeSet<String>)> {
    let mut texts: Vec<(u32, &str)> = vec![
        (8, item.title.as_str()),
        (6, item.sub_matter.as_str()),
        (5, item.matter.as_str()),
        (3, item.domain.name.as_str()),
        (2, item.elements.as_str()),
    ];
    for column in cells::open(item) {
        texts.push((2, column.label.as_str()));
        texts.extend(column.aliases.iter().map(|alias| (1, alias.as_str())));
    }
    texts.into_iter().map(|(weight, text)| (weight, pairs(text))).collect()
}

/// The points of one form. At least a third of what is its own must stand somewhere; what many matters share adds a little.
fn points(known: &[(u32, BTreeSet<String>)], form: &str) -> u32 {
    let asked = pairs(form);
    let (shared, own): (Vec<&String>, Vec<&String>) = asked.iter().partition(|pair| SHARED.contains(&pair.as_str()));
    let best = |pair: &String| known.iter().filter(|(_, pairs)| pairs.contains(pair)).map(|(weight, _)| *weight).max();
    let sum = |pairs: &[&String]| -> Vec<u32> { pairs.iter().filter_map(|pair| best(pair)).collect() };
    let (of_own, of_shared) = (sum(&own), sum(&shared));
    if own.is_empty() {
        return of_shared.iter().sum();
    }
    if of_own.is_empty() || of_own.len() * 3 < own.len() {
        return 0;
    }
    of_own.iter().sum::<u32>() + of_shared.iter().sum::<u32>() / 4
}

#[cfg(test)]
mod tests {
    use item::{Audience, Domain, ItemKey, Owner, Period, Way};

    use super::*;

    fn item(title: &str, matter: &str, elements: &str) -> Item {
        Item {
            key: ItemKey::new("aid").expect("a key"),
            version: 1,
            domain: Domain { key: "aid".into(), name: "领域".into(), order: 1 },
            matter: matter.into(),
            sub_matter: String::new(),
            title: title.into(),
            elements: elements.into(),
            basis: Vec::new(),
            limits: Vec::new(),
            owner: Owner::All,
            channels: Vec::new(),
            audience: Audience::Everybody,
            way: Way::Proactive,
            levels: Vec::new(),
            period: Period::Year,
            retention: None,
            retention_person: None,
            confirmed: true,
            source: String::new(),
            site_columns: Vec::new(),
            columns: Vec::new(),
            keys: Vec::new(),
            newest_by: String::new(),
            checks: Vec::new(),
            charts: Vec::new(),
            more_columns: false,
        }
    }

    fn read(typed: &str) -> Question {
        Question::read(typed, "青禾县", &["白塔镇".to_owned()], 2026)
    }

    #[test]
    fn year_and_place_are_no_part_of_the_matter() {
        let question = read("2016年望湖东村的征地批次");
        assert_eq!((question.year, question.place.as_str()), (Some(2016), "望湖东村"));
        assert_eq!(question.forms, ["征地批次", "土地征收批次"]);
        assert_eq!(question.narrows(), "2016 年、望湖东村");
        let question = read("白塔镇农村低保");
        assert_eq!((question.place.as_str(), question.forms[0].as_str()), ("白塔镇", "农村低保"));
        assert_eq!(read("河口镇低保名单").unknown, "河口镇");
        for typed in ["小城镇建设", "城乡居民医保", "村务公开", "乡村振兴", "12016000"] {
            let question = read(typed);
            assert!(
                question.place.is_empty() && question.unknown.is_empty() && question.year.is_none(),
                "{question:?}"
            );
        }
    }

    #[test]
    fn what_somebody_misses_finds_its_item() {
        let aid = item("救助标准", "最低生活保障", "保障标准、补差水平");
        let penalty = item("行政处罚信息", "行政处罚", "");
        let shared = item("行政执法标准", "高标准农田", "决定");
        let asked = |typed: &str| [read(typed).fits(&aid), read(typed).fits(&penalty), read(typed).fits(&shared)];
        for (typed, fitting) in [("今年低保标准", 0), ("我家被罚款的决定", 1)] {
            for (at, points) in asked(typed).into_iter().enumerate() {
                assert_eq!(points > 0, at == fitting, "{typed} {at}");
            }
        }
        assert_eq!(asked("学区划分"), [0, 0, 0]);
        assert_eq!(asked(""), [0, 0, 0]);
    }

    #[test]
    fn land_is_found_by_its_batches() {
        let land = item("征地批次和地块（含历史补录）", "历史征地信息", "");
        assert!(read("2016年望湖东村的征地批次").fits(&land) > read("征地补偿").fits(&land));
    }
}
