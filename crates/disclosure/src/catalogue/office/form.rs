//! The form of an item's words: what was typed, and the item that comes of it. Lists are lines with running numbers in the names
//! of their fields; an empty line is none.

use std::fmt::Display;

use item::{Audience, Basis, Channel, Filter, Item, Level, Limit, LimitKind, Owner, Period, Start, Way};
use jiff::civil::Date;
use kernel::{OrganCode, organ::Match, time};
use web::{Ctx, FormErrors};

use super::references;
use crate::catalogue::{limits, words};

/// A form as it was sent: names and values, lists as several of one name.
pub(super) type Pairs = Vec<(String, String)>;

/// Empty lines offered beside those that are filled.
const SPARE: usize = 2;
/// Lines of a list at the most.
const MOST: usize = 60;

/// Kinds of limits with their words.
pub(super) const KINDS: [(LimitKind, &str); 8] = [
    (LimitKind::Within, "起算后多少时间之内"),
    (LimitKind::Prompt, "及时、实时"),
    (LimitKind::Progress, "根据工作进展"),
    (LimitKind::Standing, "长期公开"),
    (LimitKind::Periodic, "每个周期至少一次"),
    (LimitKind::Before, "某事之前多少时间"),
    (LimitKind::Displayed, "至少公示多少时间"),
    (LimitKind::YearDay, "下一年度某日之前"),
];

/// Who may owe an item: code, words, and what is filled in besides.
pub(super) const OWNERS: [(&str, &str, &str); 5] = [
    ("organs", "指定机关", "在下面填写机关名称，用顿号分开"),
    ("named", "名称中有某些字的机关", "在下面填写字词，例如 民政，用顿号分开"),
    ("departments", "县政府各部门", ""),
    ("townships", "各乡镇人民政府、街道办事处", ""),
    ("all", "全县各机关（不含学校、医院、公用企业）", ""),
];

/// What is typed into the form.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pairs: Pairs,
}

/// Words parted by 、 or commas.
fn parted(text: &str) -> Vec<String> {
    let parts = text.split(['、', '，', ',', '；', ';', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

impl From<Pairs> for Typed {
    fn from(pairs: Pairs) -> Self {
        Self { pairs }
    }
}

impl Typed {
    /// The form of an item.
    pub(super) fn of(ctx: &Ctx, item: &Item, (note, from_on): (&str, Option<Date>)) -> Self {
        let mut typed = Self::default();
        let months = |months: Option<u16>| months.map(|n| n.to_string()).unwrap_or_default();
        typed.set("domain", &item.domain.key);
        typed.set("title", &item.title);
        typed.set("matter", &item.matter);
        typed.set("sub_matter", &item.sub_matter);
        typed.set("elements", &item.elements);
        typed.set("source", &item.source);
        typed.set("way", &words::code(&item.way));
        typed.set("period", &words::code(&item.period));
        typed.set("retention", &months(item.retention));
        typed.set("retention_person", &months(item.retention_person));
        typed.set("site_columns", &item.site_columns.join("、"));
        typed.set("confirmed", if item.confirmed { "true" } else { "" });
        typed.set("more_columns", if item.more_columns { "true" } else { "" });
        typed.set("note", note);
        typed.set("from_on", &day(from_on));
        for channel in &item.channels {
            typed.set("channels", &words::code(channel));
        }
        for level in &item.levels {
            typed.set("levels", &words::code(level));
        }
        let (owner, which) = match &item.owner {
            Owner::Organs(codes) => {
                let directory = ctx.directory();
                let name = |code: &String| directory.short_name(&OrganCode::from(code.as_str())).to_owned();
                ("organs", codes.iter().map(name).collect::<Vec<_>>().join("、"))
            }
            Owner::Named(words) => ("named", words.join("、")),
            Owner::Departments => ("departments", String::new()),
            Owner::Townships => ("townships", String::new()),
            Owner::All => ("all", String::new()),
        };
        typed.set("owner", owner);
        typed.set("owner_which", &which);
        match &item.audience {
            Audience::Everybody => typed.set("audience", "everybody"),
            Audience::Group(words) => {
                typed.set("audience", "group");
                typed.set("audience_which", words);
            }
        }
        for (at, basis) in item.basis.iter().enumerate() {
            typed.set(&format!("bt{at}"), &basis.title);
            typed.set(&format!("ba{at}"), &basis.article);
            typed.set(&format!("bf{at}"), &day(basis.from));
            typed.set(&format!("bu{at}"), &day(basis.until));
        }
        for (at, limit) in item.limits.iter().enumerate() {
            typed.set(&format!("lp{at}"), &limit.printed);
            typed.set(&format!("la{at}"), &limit.applies_to);
            typed.set(&format!("lk{at}"), &words::code(&limit.kind));
            typed.set(&format!("ln{at}"), &if limit.n > 0 { limit.n.to_string() } else { String::new() });
            typed.set(&format!("lu{at}"), &limit.unit);
            typed.set(&format!("ls{at}"), &words::code(&limit.from));
            typed.set(&format!("lc{at}"), &limit.column);
            typed.set(&format!("ld{at}"), &limit.day);
            typed.set(&format!("lr{at}"), &limit.rule);
            typed.set(&format!("lb{at}"), &limit.basis);
        }
        for (at, column) in item.columns.iter().enumerate() {
            typed.set(&format!("cl{at}"), &column.label);
            typed.set(&format!("ca{at}"), &column.aliases.join("、"));
            typed.set(&format!("ch{at}"), &column.hint);
            typed.set(&format!("cf{at}"), &words::code(&column.filter));
            let (way, whole) = references::named(item, column);
            typed.set(&format!("cs{at}"), &way);
            typed.set(&format!("cw{at}"), &whole);
            let marks = [
                ("cn", column.privacy.never_public),
                ("cm", column.privacy.mask),
                ("cp", column.privacy.natural_person),
                ("ci", column.privacy.minor),
                ("cv", column.listed),
            ];
            for (name, _) in marks.into_iter().filter(|(_, holds)| *holds) {
                typed.set(&format!("{name}{at}"), "true");
            }
        }
        references::show(&mut typed, item);
        typed
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.pairs.push((name.to_owned(), value.to_owned()));
    }

    /// The value of a field; empty where there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The same of a field of a numbered line.
    pub(super) fn at(&self, name: &str, at: impl Display) -> &str {
        self.value(&format!("{name}{at}"))
    }

    /// Whether a box is ticked.
    pub(super) fn on(&self, name: &str) -> bool {
        self.value(name) == "true"
    }

    /// The same of a numbered line.
    pub(super) fn on_at(&self, name: &str, at: impl Display) -> bool {
        self.at(name, at) == "true"
    }

    /// All values of a list.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// A number; 0 where there is none.
    pub(super) fn number(&self, name: &str) -> i64 {
        self.value(name).trim().parse().unwrap_or_default()
    }

    fn lines(&self, name: &str) -> Vec<usize> {
        let filled = (0..MOST).rev().find(|at| !self.at(name, at).trim().is_empty()).map_or(0, |at| at + 1);
        (0..(filled + SPARE).min(MOST)).collect()
    }

    /// Numbers of the lines of grounds.
    pub(super) fn grounds(&self) -> Vec<usize> {
        self.lines("bt")
    }

    /// Numbers of the lines of limits.
    pub(super) fn limits(&self) -> Vec<usize> {
        self.lines("lp")
    }

    fn date(&self, (name, at): (&str, usize), errors: &mut FormErrors) -> Option<Date> {
        let text = self.at(name, at).trim();
        let found = time::parse_date(text);
        if found.is_none() && !text.is_empty() {
            errors.add(&format!("{name}{at}"), time::no_date(text, "2019-05-15"));
        }
        found
    }

    fn read_grounds(&self, errors: &mut FormErrors) -> Vec<Basis> {
        let mut found = Vec::new();
        for at in 0..MOST {
            let (title, article) = (self.at("bt", at).trim(), self.at("ba", at).trim());
            if title.is_empty() {
                if !article.is_empty() {
                    let text =
                        "请填写依据的名称，例如 《中华人民共和国政府信息公开条例》。不需要这一行的，请把条款也清空。";
                    errors.add(&format!("bt{at}"), text);
                }
                continue;
            }
            let (from, until) = (self.date(("bf", at), errors), self.date(("bu", at), errors));
            if let (Some(from), Some(until)) = (from, until)
                && until < from
            {
                errors.add(&format!("bu{at}"), format!("截止日期 {until} 在起始日期 {from} 之前，请核对。"));
            }
            found.push(Basis { title: title.to_owned(), article: article.to_owned(), from, until });
        }
        found
    }

    fn read_limits(&self, item: &Item, errors: &mut FormErrors) -> Vec<Limit> {
        let mut found = Vec::new();
        for at in 0..MOST {
            let field = |name: &str| self.at(name, at).trim().to_owned();
            let printed = field("lp");
            if printed.is_empty() {
                let filled = ["la", "ln", "lc", "lr", "lb"].iter().any(|name| !field(name).is_empty());
                if filled {
                    let text =
                        "请填写时限的原文，例如 自信息形成之日起20个工作日内公开。不需要这一行的，请把其他几格也清空。";
                    errors.add(&format!("lp{at}"), text);
                }
                continue;
            }
            let Some(kind) = words::of_code::<LimitKind>(&field("lk")) else {
                errors.add(&format!("lk{at}"), "请选择时限的种类。");
                continue;
            };
            let n = match field("ln").as_str() {
                "" => 0,
                text => match text.parse::<u32>() {
                    Ok(n) => n,
                    Err(_) => {
                        errors.add(&format!("ln{at}"), format!("“{text}”不是整数，请填写数字，例如 20。"));
                        continue;
                    }
                },
            };
            let needs = matches!(kind, LimitKind::Within | LimitKind::Before | LimitKind::Displayed);
            if needs && n == 0 && field("lr").is_empty() {
                errors.add(&format!("ln{at}"), "请填写多少时间，例如 20。");
            }
            let unit = if n > 0 { field("lu") } else { String::new() };
            if n > 0 && !words::UNITS.iter().any(|(code, _)| *code == unit) {
                errors.add(&format!("lu{at}"), "请选择单位。");
            }
            let column = field("lc");
            if !column.is_empty() && item.column(&column).is_none() {
                errors.add(&format!("lc{at}"), format!("没有“{column}”这一列，请填写列的代码，或者不填。"));
            }
            let from = words::of_code::<Start>(&field("ls")).unwrap_or(Start::Formed);
            let limit = Limit {
                applies_to: field("la"),
                kind,
                n,
                unit,
                from,
                column,
                day: field("ld"),
                rule: field("lr"),
                printed,
                basis: field("lb"),
            };
            // What stood there before is not held against who changes something else.
            if !item.limits.contains(&limit) {
                for text in limits::contradictions(&limit) {
                    errors.add(&format!("ln{at}"), text);
                }
            }
            found.push(limit);
        }
        found
    }

    fn read_owner(&self, ctx: &Ctx, errors: &mut FormErrors) -> Option<Owner> {
        let which = parted(self.value("owner_which"));
        match self.value("owner") {
            "organs" => {
                let (directory, today) = (ctx.directory(), ctx.today());
                let mut codes = Vec::new();
                for name in &which {
                    match directory.find(name, today) {
                        Match::Organ(code) => codes.push(code.to_string()),
                        _ if directory.get(&OrganCode::from(name.as_str())).is_some() => codes.push(name.clone()),
                        Match::Abolished(_, Some(next)) => {
                            let next = directory.short_name(&next).to_owned();
                            errors.add("owner_which", format!("“{name}”已撤销，请改填“{next}”。"));
                        }
                        _ => errors.add("owner_which", format!("机关名录里没有“{name}”，请核对名称。")),
                    }
                }
                if which.is_empty() {
                    errors.add("owner_which", "请填写公开主体的机关名称，例如 县民政局。");
                }
                Some(Owner::Organs(codes))
            }
            "named" => {
                errors.require(!which.is_empty(), "owner_which", "请填写机关名称中的字词，例如 民政。");
                Some(Owner::Named(which))
            }
            "departments" => Some(Owner::Departments),
            "townships" => Some(Owner::Townships),
            "all" => Some(Owner::All),
            _ => {
                errors.add("owner", "请选择公开主体。");
                None
            }
        }
    }

    fn months(&self, name: &str, errors: &mut FormErrors) -> Option<u16> {
        let text = self.value(name).trim();
        let found = text.parse::<u16>().ok().filter(|months| *months > 0);
        if found.is_none() && !text.is_empty() {
            errors.add(name, format!("“{text}”不是月数，请填写整数，例如 36；长期公开的不填。"));
        }
        found
    }

    /// The day from which it is to hold.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn day_of_force(&self) -> Result<Option<Date>, FormErrors> {
        let text = self.value("from_on").trim();
        match time::parse_date(text) {
            None if !text.is_empty() => Err(FormErrors::one("from_on", time::no_date(text, "2027-01-01"))),
            found => Ok(found),
        }
    }

    /// The item with what was typed; its key, keys, charts, the types of its columns and all checks but references stay.
    ///
    /// # Errors
    /// Everything that is wrong, each at its field.
    pub(super) fn item(&self, ctx: &Ctx, old: &Item, domains: &[item::Domain]) -> Result<Item, FormErrors> {
        let mut errors = FormErrors::new();
        let text = |name: &str| self.value(name).trim().to_owned();
        errors.require(!text("title").is_empty(), "title", "请填写名称，例如 行政许可信息。");
        errors.require(!text("matter").is_empty(), "matter", "请填写一级事项。");
        let mut item = old.clone();
        match domains.iter().find(|domain| domain.key == self.value("domain")) {
            Some(domain) => item.domain = domain.clone(),
            None => errors.add("domain", "请选择领域。"),
        }
        (item.title, item.matter, item.sub_matter) = (text("title"), text("matter"), text("sub_matter"));
        item.elements = self.value("elements").replace("\r\n", "\n").trim().to_owned();
        item.source = self.value("source").replace("\r\n", "\n").trim().to_owned();
        item.basis = self.read_grounds(&mut errors);
        item.limits = self.read_limits(old, &mut errors);
        if let Some(owner) = self.read_owner(ctx, &mut errors) {
            item.owner = owner;
        }
        item.channels = self.all("channels").iter().filter_map(|code| words::of_code::<Channel>(code)).collect();
        item.levels = self.all("levels").iter().filter_map(|code| words::of_code::<Level>(code)).collect();
        errors.require(!item.channels.is_empty(), "channels", "请选择公开渠道和载体，至少一项。");
        errors.require(!item.levels.is_empty(), "levels", "请选择公开层级，至少一项。");
        item.audience = match self.value("audience") {
            "group" => {
                let words = text("audience_which");
                errors.require(!words.is_empty(), "audience_which", "请写明特定群体是谁，例如 申请人。");
                Audience::Group(words)
            }
            _ => Audience::Everybody,
        };
        let period = words::of_code::<Period>(self.value("period"));
        match (words::of_code::<Way>(self.value("way")), period) {
            (Some(way), Some(period)) => (item.way, item.period) = (way, period),
            (None, _) => errors.add("way", "请选择公开属性。"),
            (_, None) => errors.add("period", "请选择更新周期。"),
        }
        item.retention = self.months("retention", &mut errors);
        item.retention_person = self.months("retention_person", &mut errors);
        item.site_columns = parted(self.value("site_columns"));
        (item.confirmed, item.more_columns) = (self.on("confirmed"), self.on("more_columns"));
        self.read_columns(&mut item, &mut errors);
        references::read(self, &mut item, &mut errors);
        errors.require(
            !text("note").is_empty(),
            "note",
            "请写明改了什么、为什么改，例如 依据修订，时限改为 7 个工作日。",
        );
        if errors.is_empty() { Ok(item) } else { Err(errors) }
    }

    fn read_columns(&self, item: &mut Item, errors: &mut FormErrors) {
        let old = item.clone();
        for (at, column) in item.columns.iter_mut().enumerate() {
            let label = self.at("cl", at).trim();
            if label.is_empty() {
                errors.add(&format!("cl{at}"), format!("请填写列“{}”的名称。", column.key));
            }
            label.clone_into(&mut column.label);
            column.aliases = parted(self.at("ca", at));
            column.hint = self.at("ch", at).trim().to_owned();
            column.filter = words::of_code::<Filter>(self.at("cf", at)).unwrap_or(Filter::None);
            column.privacy.never_public = self.on_at("cn", at);
            column.privacy.mask = self.on_at("cm", at);
            column.privacy.natural_person = self.on_at("cp", at);
            column.privacy.minor = self.on_at("ci", at);
            column.listed = self.on_at("cv", at);
            if column.privacy.never_public && (column.listed || column.filter != Filter::None) {
                let text = format!("“{label}”不公开，不能在列表显示，也不能筛选。请取消“列表显示”，筛选选“不筛选”。");
                errors.add(&format!("cf{at}"), text);
            }
            if self.all(&format!("cs{at}")).is_empty() {
                continue;
            }
            match references::names(&old, self.at("cs", at), &parted(self.at("cw", at))) {
                Ok(names) => column.names = names,
                Err(text) => errors.add(&format!("cw{at}"), text),
            }
            if column.names.is_some() && !column.privacy.natural_person {
                errors.add(&format!("cs{at}"), format!("“{label}”没有勾选“自然人信息”，不能规定姓名怎样显示。"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_parted_as_people_write_them() {
        assert_eq!(parted("县民政局、县财政局，县审计局 ; "), ["县民政局", "县财政局", "县审计局"]);
        assert!(parted(" 、 ").is_empty());
    }

    #[test]
    fn lines_of_a_list_are_followed_by_empty_ones() {
        let typed = Typed::from(vec![("bt0".into(), "甲".into()), ("bt2".into(), "丙".into())]);
        assert_eq!(typed.grounds(), [0, 1, 2, 3, 4]);
        assert_eq!(typed.limits(), [0, 1]);
        let mut errors = FormErrors::new();
        let grounds = typed.read_grounds(&mut errors);
        assert!(errors.is_empty());
        assert_eq!(grounds.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["甲", "丙"]);
    }

    #[test]
    fn a_ground_without_a_name_or_with_a_wrong_day_is_told_at_its_field() {
        let typed = Typed::from(vec![
            ("ba0".into(), "第一条".into()),
            ("bt1".into(), "乙".into()),
            ("bf1".into(), "昨天".into()),
        ]);
        let mut errors = FormErrors::new();
        typed.read_grounds(&mut errors);
        assert!(errors.of("bt0").is_some() && errors.of("bf1").is_some());
    }
}
