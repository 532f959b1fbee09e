//! What an organ must be: the rules for one and for all of them together.

use jiff::civil::Date;
use kernel::{Organ, OrganCode, OrganKind, time::parse_date};
use web::FormErrors;

/// An organ as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What the directory knows of it.
    pub organ: Organ,
    /// Shown on its page: where it publishes, what a reform did with it.
    pub note: String,
    /// Order among all organs in lists, smallest first.
    pub position: i64,
    /// Raised by every change.
    pub version: i64,
}

/// An organ as typed into a form or read from a table: text only, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(default)]
pub struct Draft {
    pub code: String,
    /// Official name, as on its seal.
    pub name: String,
    /// Short name; empty = the official one.
    pub short_name: String,
    /// Other names, one a line, or separated by `|`, `、` or `；`.
    pub aliases: String,
    /// Code or name of the kind.
    pub kind: String,
    /// Code or a name of the organ above.
    pub parent: String,
    /// Post of the responsible leader.
    pub leader: String,
    /// Telephone for the public.
    pub phone: String,
    pub address: String,
    /// Office hours in words.
    pub hours: String,
    pub note: String,
    /// First day of existence, as [`kernel::time::parse_date`] reads it; empty = since before the records.
    pub exists_from: String,
    /// Last day of existence; empty = it exists.
    pub exists_to: String,
    /// Code or a name of the successor.
    pub successor: String,
}

/// The columns of a table of organs: code, name shown, other headings that are understood.
pub(crate) const COLUMNS: [(&str, &str, &[&str]); 14] = [
    ("code", "机关代码", &["代码", "编码", "机构代码"]),
    ("name", "机关名称", &["名称", "全称", "机构名称", "单位名称"]),
    ("short_name", "简称", &["机关简称"]),
    ("aliases", "别名", &["其他名称", "曾用名"]),
    ("kind", "类型", &["机关类型", "类别"]),
    ("parent", "上级机关", &["上级", "主管部门"]),
    ("leader", "负责人职务", &["负责人", "主要负责人"]),
    ("phone", "联系电话", &["电话", "办公电话"]),
    ("address", "办公地址", &["地址"]),
    ("hours", "办公时间", &["工作时间"]),
    ("website_note", "说明", &["note", "备注", "公开说明"]),
    ("exists_from", "设立日期", &["成立日期", "起始日期"]),
    ("exists_to", "撤销日期", &["截止日期", "终止日期"]),
    ("successor", "承接机关", &["继任机关", "承继机关"]),
];

/// Which column a heading means, if any.
pub(crate) fn column_of(heading: &str) -> Option<usize> {
    let plain: String = without_blanks(heading).trim_start_matches('*').to_lowercase();
    COLUMNS
        .iter()
        .position(|(code, label, others)| plain == *code || plain == *label || others.contains(&plain.as_str()))
}

/// All headings that are understood.
pub(crate) fn headings() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().flat_map(|(code, label, others)| [*code, *label].into_iter().chain(others.iter().copied()))
}

impl Draft {
    /// The draft of a stored organ.
    pub fn of(record: &Record) -> Self {
        let organ = &record.organ;
        let code = |code: &Option<OrganCode>| code.as_ref().map(|code| code.to_string()).unwrap_or_default();
        let date = |date: &Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        Self {
            code: organ.code.to_string(),
            name: organ.name.clone(),
            short_name: organ.short_name.clone(),
            aliases: organ.aliases.join("\n"),
            kind: organ.kind.code().to_owned(),
            parent: code(&organ.parent),
            leader: organ.leader.clone(),
            phone: organ.phone.clone(),
            address: organ.address.clone(),
            hours: organ.hours.clone(),
            note: record.note.clone(),
            exists_from: date(&organ.exists_from),
            exists_to: date(&organ.exists_to),
            successor: code(&organ.successor),
        }
    }

    /// The field of column `index` of [`COLUMNS`].
    pub(crate) fn field_mut(&mut self, index: usize) -> &mut String {
        match index {
            0 => &mut self.code,
            1 => &mut self.name,
            2 => &mut self.short_name,
            3 => &mut self.aliases,
            4 => &mut self.kind,
            5 => &mut self.parent,
            6 => &mut self.leader,
            7 => &mut self.phone,
            8 => &mut self.address,
            9 => &mut self.hours,
            10 => &mut self.note,
            11 => &mut self.exists_from,
            12 => &mut self.exists_to,
            _ => &mut self.successor,
        }
    }

    /// The organ that the draft describes, checked by itself; names of other organs are looked up in `all`.
    pub(crate) fn read(&self, all: &[Record], errors: &mut FormErrors) -> Record {
        let code = self.code.trim();
        errors.require(
            OrganCode::is_valid(code),
            "code",
            "请填写机关代码：2 到 32 个字母、数字或短横，例如 QH013；new、merge、import 是系统网页的名称，不能用。代码建立后不能改。",
        );
        let name = without_blanks(&self.name);
        errors.require(
            (2..=60).contains(&name.chars().count()),
            "name",
            "请填写机关全称，2 到 60 个字，例如 青禾县财政局。",
        );
        let mut short_name = without_blanks(&self.short_name);
        if short_name.is_empty() {
            short_name.clone_from(&name);
        }
        errors.require(
            short_name.chars().count() <= 30 || short_name == name,
            "short_name",
            "请把简称缩短到 30 个字以内，例如 县财政局。",
        );
        let aliases = read_aliases(&self.aliases, &name, &short_name);
        errors.require(aliases.len() <= 40, "aliases", "请减少别名，最多 40 个。");
        let kind = OrganKind::read(self.kind.trim());
        if kind.is_none() {
            let labels = OrganKind::ALL.map(OrganKind::label).join("、");
            errors.add("kind", format!("请选择机关类型：{labels}。"));
        }
        let parent = read_organ(&self.parent, all, "parent", errors);
        let exists_from = read_date(&self.exists_from, "exists_from", "设立日期", errors);
        let exists_to = read_date(&self.exists_to, "exists_to", "撤销日期", errors);
        if let (Some(from), Some(to)) = (exists_from, exists_to) {
            errors.require(from <= to, "exists_to", "请核对日期：撤销日期不能早于设立日期。");
        }
        let successor = read_organ(&self.successor, all, "successor", errors);
        errors.require(
            successor.is_none() || exists_to.is_some(),
            "successor",
            "请同时填写撤销日期：只有撤销了的机关才有承接机关。",
        );
        for (field, text, most) in [
            ("leader", &self.leader, 100),
            ("phone", &self.phone, 100),
            ("address", &self.address, 200),
            ("hours", &self.hours, 200),
            ("note", &self.note, 1000),
        ] {
            if text.trim().chars().count() > most {
                errors.add(field, format!("请缩短到 {most} 个字以内。"));
            }
        }
        for (field, text) in [
            ("name", name.as_str()),
            ("short_name", short_name.as_str()),
            ("leader", self.leader.trim()),
            ("phone", self.phone.trim()),
            ("address", self.address.trim()),
            ("hours", self.hours.trim()),
        ] {
            errors.require(!kernel::names::unseen(text), field, kernel::names::REFUSED);
        }
        let text = |text: &str| text.trim().to_owned();
        let organ = Organ {
            code: OrganCode::from(code),
            name,
            short_name,
            aliases,
            kind: kind.unwrap_or(OrganKind::CountyUnit),
            parent,
            leader: text(&self.leader),
            phone: text(&self.phone),
            address: text(&self.address),
            hours: text(&self.hours),
            exists_from,
            exists_to,
            successor,
        };
        Record { organ, note: text(&self.note), position: 0, version: 0 }
    }
}

/// Names carry no white space and nothing that cannot be seen: copied ones often do.
fn without_blanks(text: &str) -> String {
    crate::names::clean(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// Aliases without repetition and without the names themselves.
pub(crate) fn read_aliases(text: &str, name: &str, short_name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in text.split(['\n', '|', '、', '；', ';', '，', ',']) {
        let alias = without_blanks(part);
        if !alias.is_empty() && alias != name && alias != short_name && !out.contains(&alias) {
            out.push(alias);
        }
    }
    out
}

fn read_date(text: &str, field: &str, label: &str, errors: &mut FormErrors) -> Option<Date> {
    if text.trim().is_empty() {
        return None;
    }
    // Schools and hospitals are older than the republic, before which `parse_date` reads nothing.
    let date = parse_date(text).or_else(|| text.trim().parse().ok());
    if date.is_none() {
        errors.add(field, format!("请填写{label}，例如 2023-08-21，或者留空。"));
    }
    date
}

fn read_organ(text: &str, all: &[Record], field: &str, errors: &mut FormErrors) -> Option<OrganCode> {
    let wanted = without_blanks(text);
    if wanted.is_empty() {
        return None;
    }
    let by_code = all.iter().find(|one| one.organ.code.as_str() == wanted);
    let found = by_code.or_else(|| all.iter().find(|one| one.organ.name == wanted || one.organ.short_name == wanted));
    if found.is_none() {
        errors.add(field, format!("请核对“{wanted}”：没有这个机关。可填机关代码或全称，或者留空。"));
    }
    found.map(|one| one.organ.code.clone())
}

/// Personal numbers in what the public sees of an organ: its page, the open interface and the search show it at once.
pub(crate) fn check_privacy(record: &Record, errors: &mut FormErrors) {
    let organ = &record.organ;
    let aliases = organ.aliases.join("\n");
    let shown = [
        ("code", "机关代码", organ.code.as_str()),
        ("name", "机关全称", organ.name.as_str()),
        ("short_name", "简称", organ.short_name.as_str()),
        ("aliases", "别名", aliases.as_str()),
        ("leader", "负责人职务", organ.leader.as_str()),
        ("phone", "联系电话", organ.phone.as_str()),
        ("address", "办公地址", organ.address.as_str()),
        ("hours", "办公时间", organ.hours.as_str()),
        ("note", "说明", record.note.as_str()),
    ];
    for (field, sentence) in text::findings::objections(shown) {
        errors.add(field, sentence);
    }
}

/// What is wrong with `record` among all organs (`all` may hold its former self): names taken, circles, personal numbers.
pub(crate) fn check_among(record: &Record, all: &[Record], errors: &mut FormErrors) {
    check_privacy(record, errors);
    let own = &record.organ;
    let others = || all.iter().map(|one| &one.organ).filter(|one| one.code != own.code);
    // An abolished organ keeps its name without blocking it: reforms give old names to new organs.
    if own.exists_to.is_none() {
        for other in others().filter(|one| one.exists_to.is_none()) {
            for (field, name) in [("name", &own.name), ("short_name", &own.short_name)] {
                if *name == other.name || *name == other.short_name {
                    errors.add(field, format!("请换一个名称：“{name}”已是 {}（{}）的名称。", other.name, other.code));
                    break;
                }
            }
            if let Some(alias) = own.aliases.iter().find(|alias| **alias == other.name || **alias == other.short_name) {
                errors.add("aliases", format!("请删去别名“{alias}”：它是 {}（{}）的名称。", other.name, other.code));
            }
        }
    }
    let parent_of = |organ: &Organ| organ.parent.clone();
    if own.parent.is_some() && is_circle(own, all, parent_of) {
        errors.add("parent", "请换一个上级机关：这样会形成循环（下级成了自己的上级）。");
    }
    let successor_of = |organ: &Organ| organ.successor.clone();
    if own.successor.is_some() && is_circle(own, all, successor_of) {
        errors.add("successor", "请换一个承接机关：这样会形成循环（承接来承接去又回到自己）。");
    }
}

/// Whether `above` is a superior of an organ, of whatever degree.
pub(crate) fn is_above(above: &OrganCode, organ: &Organ, all: &[Record]) -> bool {
    let mut at = organ.parent.clone();
    for _ in 0..=all.len() {
        match at {
            None => return false,
            Some(code) if code == *above => return true,
            Some(code) => at = all.iter().find(|one| one.organ.code == code).and_then(|one| one.organ.parent.clone()),
        }
    }
    false
}

/// Whether following `next` from `own` leads back to it.
fn is_circle(own: &Organ, all: &[Record], next: impl Fn(&Organ) -> Option<OrganCode>) -> bool {
    let mut at = next(own);
    for _ in 0..=all.len() {
        match at {
            None => return false,
            Some(code) if code == own.code => return true,
            Some(code) => at = all.iter().find(|one| one.organ.code == code).and_then(|one| next(&one.organ)),
        }
    }
    true
}

/// Which fields differ, as `field → [before, after]`.
pub(crate) fn changes(before: &Record, after: &Record) -> serde_json::Map<String, serde_json::Value> {
    let (mut old, mut new) = (Draft::of(before), Draft::of(after));
    let mut out = serde_json::Map::new();
    for (index, (code, ..)) in COLUMNS.iter().enumerate() {
        let (old, new) = (old.field_mut(index), new.field_mut(index));
        if old != new {
            out.insert((*code).to_owned(), serde_json::json!([old, new]));
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn draft(code: &str, name: &str) -> Draft {
        Draft { code: code.into(), name: name.into(), kind: "county_department".into(), ..Draft::default() }
    }

    pub(crate) fn record(code: &str, name: &str) -> Record {
        let mut errors = FormErrors::new();
        let record = draft(code, name).read(&[], &mut errors);
        assert!(errors.is_empty(), "{errors:?}");
        record
    }

    fn faults(draft: &Draft, all: &[Record]) -> Vec<String> {
        let mut errors = FormErrors::new();
        let record = draft.read(all, &mut errors);
        check_among(&record, all, &mut errors);
        errors.items().iter().map(|(field, _)| field.clone()).collect()
    }

    #[test]
    fn headings_are_understood_in_both_languages() {
        for (index, (code, label, others)) in COLUMNS.iter().enumerate() {
            assert_eq!(column_of(code), Some(index));
            assert_eq!(column_of(&format!(" {label} ")), Some(index));
            assert!(others.iter().all(|other| column_of(other) == Some(index)), "{label}");
        }
        assert_eq!(column_of("\u{feff}code"), Some(0));
        assert_eq!(column_of("随便"), None);
    }

    #[test]
    fn a_name_belongs_to_one_living_organ() {
        let mut old = record("A1", "青禾县粮食局");
        let all = vec![old.clone()];
        assert_eq!(faults(&draft("B1", "青禾县粮食局"), &all), ["name"]);
        let alias = Draft { aliases: "粮食局|青禾县粮食局".into(), ..draft("B1", "青禾县发展改革委") };
        assert_eq!(faults(&alias, &all), ["aliases"]);
        old.organ.exists_to = Some(Date::constant(2020, 1, 1));
        assert!(faults(&draft("B1", "青禾县粮食局"), &[old]).is_empty());
    }

    #[test]
    fn names_hold_nothing_that_cannot_be_seen() {
        let copied = Draft {
            aliases: "粮食\u{feff}局|县粮⻝局".into(), ..draft("A1", "青禾县\u{200b} 粮食局\u{ad}")
        };
        let mut errors = FormErrors::new();
        let record = copied.read(&[], &mut errors);
        assert_eq!((record.organ.name.as_str(), record.organ.short_name.as_str()), ("青禾县粮食局", "青禾县粮食局"));
        assert_eq!(record.organ.aliases, ["粮食局", "县粮食局"]);
        let stored = [record];
        assert_eq!(faults(&Draft { parent: "青禾县粮食局\u{200b}".into(), ..draft("B1", "乙局") }, &stored), [""; 0]);
    }

    #[test]
    fn who_is_above_is_known_through_every_degree() {
        let mut office = record("A2", "县政府办");
        office.organ.parent = Some("A1".into());
        let mut centre = record("A3", "县政务公开中心");
        centre.organ.parent = Some("A2".into());
        let all = vec![record("A1", "县政府"), office.clone(), centre.clone()];
        assert!(is_above(&"A1".into(), &centre.organ, &all) && is_above(&"A1".into(), &office.organ, &all));
        assert!(!is_above(&"A3".into(), &office.organ, &all) && !is_above(&"A1".into(), &all[0].organ, &all));
    }

    #[test]
    fn circles_are_refused() {
        let mut a = record("A1", "甲局");
        a.organ.parent = Some("B1".into());
        let mut b = record("B1", "乙局");
        b.organ.parent = None;
        let all = vec![a, b];
        let circle = Draft { parent: "甲局".into(), ..draft("B1", "乙局") };
        assert_eq!(faults(&circle, &all), ["parent"]);
        let own = Draft { successor: "B1".into(), exists_to: "2024-01-01".into(), ..draft("B1", "乙局") };
        assert_eq!(faults(&own, &all), ["successor"]);
        let living = Draft { successor: "A1".into(), ..draft("B1", "乙局") };
        assert_eq!(faults(&living, &all), ["successor"]);
    }

    #[test]
    fn what_cannot_be_read_is_said_at_the_field() {
        let wrong =
            Draft {
                kind: "局".into(), parent: "没有的机关".into(), exists_from: "3月5日".into(), ..draft("甲", "局")
            };
        assert_eq!(faults(&wrong, &[]), ["code", "name", "kind", "parent", "exists_from"]);
    }

    #[test]
    fn a_draft_gives_back_the_record_it_was_made_of() {
        let mut record = record("A1", "青禾县粮食局");
        record.organ.aliases = vec!["粮食局".into(), "县粮食局".into()];
        record.organ.exists_from = Some(Date::constant(2001, 2, 3));
        let mut errors = FormErrors::new();
        let again = Draft::of(&record).read(&[], &mut errors);
        assert_eq!((again, errors.is_empty()), (record.clone(), true));
        let mut renamed = record.clone();
        renamed.organ.name = "青禾县粮食和物资储备局".into();
        let changed = changes(&record, &renamed);
        assert_eq!(changed.keys().collect::<Vec<_>>(), ["name"]);
    }
}
