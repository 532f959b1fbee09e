//! Items in words: what the official form prints in its columns, for the office and the public, on pages, in files and where two
//! versions are held against each other.

use item::{
    Audience, Basis, Channel, ChartKind, Column, Filter, Item, Level, Limit, Names, Owner, Period, Rule, Severity,
    Start, Type, Way,
};
use kernel::OrganCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use web::Ctx;

/// The code of a choice as files have it: `new_media`.
pub(super) fn code<T: Serialize>(choice: &T) -> String {
    serde_json::to_value(choice).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The choice of this code.
pub(super) fn of_code<T: DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(Value::String(code.to_owned())).ok()
}

/// Channels in the order of the official form.
pub(super) const CHANNELS: [(Channel, &str); 14] = [
    (Channel::Web, "政府网站"),
    (Channel::Gazette, "政府公报"),
    (Channel::NewMedia, "两微一端"),
    (Channel::Conference, "发布会/听证会"),
    (Channel::Broadcast, "广播电视"),
    (Channel::Paper, "纸质媒体"),
    (Channel::ReadingPoint, "公开查阅点"),
    (Channel::ServiceHall, "政务服务中心"),
    (Channel::ServiceStation, "便民服务站"),
    (Channel::OnSite, "入户/现场"),
    (Channel::Board, "社区/企事业单位/村公示栏（电子屏）"),
    (Channel::Push, "精准推送"),
    (Channel::PartyOnly, "只向当事人公开"),
    (Channel::Other, "其他"),
];
pub(super) const WAYS: [(Way, &str); 2] = [(Way::Proactive, "主动公开"), (Way::OnRequest, "依申请公开")];
pub(super) const LEVELS: [(Level, &str); 3] =
    [(Level::County, "县级"), (Level::Township, "乡级"), (Level::Village, "村级")];
pub(super) const PERIODS: [(Period, &str); 6] = [
    (Period::Event, "发生时公开"),
    (Period::Month, "每月"),
    (Period::Quarter, "每季度"),
    (Period::HalfYear, "每半年"),
    (Period::Year, "每年"),
    (Period::Standing, "长期公开，有变化时更新"),
];
pub(super) const STARTS: [(Start, &str); 7] = [
    (Start::Formed, "信息形成或者变更"),
    (Start::Decided, "作出决定"),
    (Start::Received, "收到"),
    (Start::Applied, "申请"),
    (Start::Approved, "批准"),
    (Start::PeriodEnd, "本期结束"),
    (Start::Before, "将要发生的事之前"),
];
pub(super) const UNITS: [(&str, &str); 3] = [("working_days", "个工作日"), ("days", "日"), ("months", "个月")];
pub(super) const FILTERS: [(Filter, &str); 5] = [
    (Filter::None, "不筛选"),
    (Filter::Exact, "按全部内容"),
    (Filter::Range, "按起止范围"),
    (Filter::Text, "按其中的字词"),
    (Filter::Place, "按地点"),
];

/// The label of a choice in its list.
pub(super) fn label<T: PartialEq + Copy>(list: &[(T, &'static str)], choice: T) -> &'static str {
    list.iter().find(|(one, _)| *one == choice).map_or("", |(_, label)| *label)
}

/// Codes and labels of a list, for a form.
pub(super) fn options<T: Serialize + Copy>(list: &[(T, &'static str)]) -> Vec<(String, &'static str)> {
    list.iter().map(|(one, label)| (code(one), *label)).collect()
}

/// Who owes it, as the form prints it.
pub(crate) fn owner(ctx: &Ctx, owner: &Owner) -> String {
    let directory = ctx.directory();
    match owner {
        Owner::Organs(codes) => {
            let name = |text: &String| directory.short_name(&OrganCode::from(text.as_str())).to_owned();
            codes.iter().map(name).collect::<Vec<_>>().join("、")
        }
        Owner::Named(words) => {
            let today = ctx.today();
            let organs = directory.all().iter().filter(|organ| organ.exists_on(today));
            let named: Vec<&str> =
                organs.filter(|organ| owes(ctx, owner, &organ.code)).map(|organ| organ.short_name.as_str()).collect();
            match named.len() {
                0 => {}
                1..=5 => return named.join("、"),
                many => return format!("{}等 {many} 个机关", named[..3].join("、")),
            }
            let words: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
            format!("名称中有{}的机关", words.join("、"))
        }
        Owner::Departments => "县政府各部门".to_owned(),
        Owner::Townships => "各乡镇人民政府、街道办事处".to_owned(),
        Owner::All => "全县各机关".to_owned(),
    }
}

/// Whether an organ owes it.
pub(crate) fn owes(ctx: &Ctx, owner: &Owner, code: &OrganCode) -> bool {
    let directory = ctx.directory();
    let Some(organ) = directory.get(code) else { return false };
    match owner {
        Owner::Organs(codes) => {
            let follows =
                |one: &String| directory.stands_for(&OrganCode::from(one.as_str()), ctx.today()) == organ.code;
            codes.iter().any(follows)
        }
        Owner::Named(words) => {
            words.iter().any(|word| organ.name.contains(word.as_str()) || organ.short_name.contains(word.as_str()))
        }
        Owner::Departments => organ.kind == kernel::OrganKind::CountyDepartment,
        Owner::Townships => organ.kind == kernel::OrganKind::Township,
        Owner::All => organ.kind.is_government(),
    }
}

pub(super) fn audience(audience: &Audience) -> String {
    match audience {
        Audience::Everybody => "全社会".to_owned(),
        Audience::Group(words) => format!("特定群体：{words}"),
    }
}

pub(crate) fn channels(item: &Item) -> Vec<&'static str> {
    item.channels.iter().map(|channel| label(&CHANNELS, *channel)).collect()
}

pub(super) fn levels(item: &Item) -> Vec<&'static str> {
    item.levels.iter().map(|level| label(&LEVELS, *level)).collect()
}

/// A ground with its article and the days from and to which it holds.
pub(crate) fn basis(basis: &Basis) -> String {
    let mut text = format!("{}{}", basis.title, basis.article);
    match (basis.from, basis.until) {
        (Some(from), Some(until)) => text.push_str(&format!("（{from} 至 {until}）")),
        (Some(from), None) => text.push_str(&format!("（{from} 起）")),
        (None, Some(until)) => text.push_str(&format!("（至 {until}）")),
        (None, None) => {}
    }
    text
}

/// A limit as printed, with what it applies to.
pub(crate) fn limit(limit: &Limit) -> String {
    if limit.applies_to.is_empty() {
        limit.printed.clone()
    } else {
        format!("{}：{}", limit.applies_to, limit.printed)
    }
}

/// How a limit is counted, where it has a number or a rule.
pub(super) fn counted(limit: &Limit) -> String {
    if !limit.day.is_empty() {
        return format!("下一年度 {} 前", limit.day);
    }
    if limit.n == 0 {
        return String::new();
    }
    let unit = UNITS.iter().find(|(code, _)| *code == limit.unit).map_or(limit.unit.as_str(), |(_, label)| *label);
    format!("{}起 {} {unit}", label(&STARTS, limit.from), limit.n)
}

/// What a cell of a column holds, in words.
pub(super) fn typed(typed: &Type) -> String {
    let unit = |unit: &item::Unit| if unit.0.is_empty() { String::new() } else { format!("，单位：{}", unit.0) };
    match typed {
        Type::Text { max } => format!("文字，不超过 {max} 字"),
        Type::Long { max } => format!("多行文字，不超过 {max} 字"),
        Type::Enum { choices, open } => {
            let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
            format!("选项：{}{}", labels.join("、"), if *open { "，可以另填" } else { "" })
        }
        Type::Date { long_term } => {
            let long = long_term.map(|day| format!("，{day} 表示长期")).unwrap_or_default();
            format!("日期{long}")
        }
        Type::Period => "时段（年、半年、季度、月）".to_owned(),
        Type::Money { unit: of, places } => format!("金额{}，最多 {places} 位小数", unit(of)),
        Type::Number { unit: of, places } => format!("数字{}，最多 {places} 位小数", unit(of)),
        Type::Ratio { places, .. } => format!("百分比，最多 {places} 位小数"),
        Type::CreditCode => "统一社会信用代码".to_owned(),
        Type::IdNumber => "证件号码".to_owned(),
        Type::Phone => "电话".to_owned(),
        Type::Place => "地点（县、乡、村）".to_owned(),
        Type::Point => "经纬度".to_owned(),
        Type::File => "附件".to_owned(),
        Type::Link => "网址".to_owned(),
    }
}

/// How a column shows the names of natural persons; empty = nothing is said of it.
pub(crate) fn names(item: &Item, column: &Column) -> String {
    match &column.names {
        None => String::new(),
        Some(Names::Whole) => "自然人姓名显示全名".to_owned(),
        Some(Names::Surname) => "自然人姓名只显示姓（张某某）".to_owned(),
        Some(Names::By { column: key, whole }) => {
            let by = item.column(key);
            let label = by.map_or(key.as_str(), |by| by.label.as_str());
            let codes: Vec<String> = whole.iter().map(|code| choice(by, code)).collect();
            format!("自然人姓名：“{label}”为{}的显示全名，其余只显示姓（张某某）", codes.join("、"))
        }
    }
}

/// The label of a code of a column; the code where it has none.
pub(super) fn choice(column: Option<&Column>, code: &str) -> String {
    let label = match column.map(|column| &column.typed) {
        Some(Type::Enum { choices, .. }) => choices.iter().find(|choice| choice.code == code).map(|one| &one.label),
        _ => None,
    };
    label.map_or_else(|| code.to_owned(), Clone::clone)
}

/// Where a value of a column must stand, by a rule of its item; `known` finds the other item. Empty = the rule asks nothing
/// of the kind.
pub(super) fn refers<'i>(item: &'i Item, rule: &Rule, known: impl Fn(&str) -> Option<&'i Item>) -> String {
    let label = |of: Option<&Item>, key: &str| {
        of.and_then(|of| of.column(key)).map_or_else(|| key.to_owned(), |column| column.label.clone())
    };
    match rule {
        Rule::RefersTo { column, item: other, there } => {
            let other_item = if other == item.key.as_str() { Some(item) } else { known(other) };
            let title = other_item.map_or(other.as_str(), |other| other.title.as_str());
            let (own, there) = (label(Some(item), column), label(other_item, there));
            format!("“{own}”须在“{title}”已公开的“{there}”中")
        }
        Rule::Organ { column } => format!("“{}”须在机关名录中", label(Some(item), column)),
        _ => String::new(),
    }
}

/// An item of the box.
fn boxed<'i>(key: &str) -> Option<&'i Item> {
    item::boxed().iter().find(|item| item.key.as_str() == key)
}

/// What readers of the catalogue are told of a table: how it names persons, and what its values must stand among.
pub(super) fn told<'i>(item: &'i Item, known: impl Fn(&str) -> Option<&'i Item>) -> Vec<String> {
    let open = item.columns.iter().filter(|column| !column.privacy.never_public && column.names.is_some());
    let named = open.map(|column| format!("“{}”：{}", column.label, names(item, column)));
    let referred = item.checks.iter().map(|check| refers(item, &check.rule, &known)).filter(|words| !words.is_empty());
    named.chain(referred).collect()
}

/// What of a column is not shown as it stands; empty = it is.
pub(super) fn privacy(column: &Column) -> Vec<&'static str> {
    let told = [
        (column.privacy.never_public, "不公开"),
        (column.privacy.mask, "遮盖后公开"),
        (column.privacy.natural_person, "自然人信息"),
        (column.privacy.minor, "未成年人不上网"),
    ];
    told.into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words).collect()
}

fn months(months: Option<u16>) -> String {
    months.map_or_else(|| "长期".to_owned(), |months| format!("{months} 个月"))
}

/// A column in one line, so that two versions of it can be held against each other.
fn column_line(item: &Item, column: &Column) -> Vec<String> {
    let mut lines = vec![format!("{}：{}", column.label, typed(&column.typed))];
    let mut marks: Vec<String> = Vec::new();
    if column.required {
        marks.push("必填".to_owned());
    }
    if column.listed {
        marks.push("列表显示".to_owned());
    }
    if column.filter != Filter::None {
        marks.push(label(&FILTERS, column.filter).to_owned());
    }
    marks.extend(privacy(column).into_iter().map(str::to_owned));
    marks.extend(Some(names(item, column)).filter(|names| !names.is_empty()));
    if !marks.is_empty() {
        lines.push(marks.join("、"));
    }
    if !column.group.is_empty() {
        lines.push(format!("上级表头：{}", column.group.join("、")));
    }
    if !column.code.is_empty() || !column.letter.is_empty() {
        lines.push(format!("标准字段 {}　{}", column.code, column.letter).trim().to_owned());
    }
    if !column.aliases.is_empty() {
        lines.push(format!("别名：{}", column.aliases.join("、")));
    }
    if !column.hint.is_empty() {
        lines.push(format!("填写说明：{}", column.hint));
    }
    lines
}

fn chart_kind(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::Bars => "条形图",
        ChartKind::Stacked => "堆叠条形图",
        ChartKind::Lines => "折线图",
        ChartKind::Against => "对照限额的折线图",
        ChartKind::Pairs => "成对条形图",
        ChartKind::Map => "地图",
    }
}

/// Something that an item says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) label: String,
    /// Nothing = it says nothing of that.
    pub(super) lines: Vec<String>,
}

fn fact(label: impl Into<String>, lines: Vec<String>) -> Fact {
    let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
    Fact { label: label.into(), lines }
}

/// All that an item says but its columns, in the order of the official form.
pub(super) fn facts(ctx: &Ctx, item: &Item) -> Vec<Fact> {
    let limits = item.limits.iter().map(|one| {
        let (printed, counted) = (limit(one), counted(one));
        if counted.is_empty() { printed } else { format!("{printed}（{counted}）") }
    });
    let name = |key: &String| item.column(key).map_or(key.clone(), |column| column.label.clone());
    let checks = item.checks.iter().map(|check| {
        let weight = match check.severity {
            Severity::Reject => "不符合的不收",
            Severity::Warn => "不符合的提示",
        };
        match refers(item, &check.rule, boxed) {
            refers if refers.is_empty() => format!("{}（{weight}）", check.message),
            refers => format!("{}：{refers}（{weight}）", check.message),
        }
    });
    let charts = item.charts.iter().map(|chart| format!("{}（{}）", chart.title, chart_kind(chart.kind)));
    let newest = if item.newest_by.is_empty() { String::new() } else { name(&item.newest_by) };
    vec![
        fact("领域", vec![item.domain.name.clone()]),
        fact("名称", vec![item.title.clone()]),
        fact("一级事项", vec![item.matter.clone()]),
        fact("二级事项", vec![item.sub_matter.clone()]),
        fact("公开内容（要素）", item.elements.lines().map(str::to_owned).collect()),
        fact("公开依据", item.basis.iter().map(basis).collect()),
        fact("公开时限", limits.collect()),
        fact("公开主体", vec![owner(ctx, &item.owner)]),
        fact("公开渠道和载体", vec![channels(item).join("、")]),
        fact("公开对象", vec![audience(&item.audience)]),
        fact("公开属性", vec![label(&WAYS, item.way).to_owned()]),
        fact("公开层级", vec![levels(item).join("、")]),
        fact("更新周期", vec![label(&PERIODS, item.period).to_owned()]),
        fact("公开期限", vec![months(item.retention)]),
        fact("自然人信息的公开期限", item.retention_person.map(|n| months(Some(n))).into_iter().collect()),
        fact("核对确认", vec![if item.confirmed { "已确认" } else { "没有确认" }.to_owned()]),
        fact("出处", item.source.lines().map(str::to_owned).collect()),
        fact("网站栏目", item.site_columns.clone()),
        fact("识别同一条记录的列", item.keys.iter().map(name).collect()),
        fact("按这一列排序，新的在前", vec![newest]),
        fact("核对规则", checks.collect()),
        fact("图表", charts.collect()),
        fact("允许增加的列", vec![if item.more_columns { "可以增加列" } else { "" }.to_owned()]),
    ]
}

/// The same for its columns, each under its key.
pub(super) fn column_facts(item: &Item) -> Vec<Fact> {
    item.columns.iter().map(|column| fact(format!("列 {}", column.key), column_line(item, column))).collect()
}

/// What stands differently in two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Differs {
    pub(super) label: String,
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
}

/// Everything in which two versions differ, in the order of the newer one; what only the older has stands last.
pub(super) fn differing(ctx: &Ctx, before: &Item, after: &Item) -> Vec<Differs> {
    let all = |item: &Item| facts(ctx, item).into_iter().chain(column_facts(item)).collect::<Vec<_>>();
    apart(&all(before), &all(after))
}

fn apart(before: &[Fact], after: &[Fact]) -> Vec<Differs> {
    let lines = |facts: &[Fact], label: &str| {
        facts.iter().find(|fact| fact.label == label).map(|fact| fact.lines.clone()).unwrap_or_default()
    };
    let gone = before.iter().filter(|fact| !after.iter().any(|other| other.label == fact.label));
    after
        .iter()
        .chain(gone)
        .map(|fact| Differs {
            label: fact.label.clone(),
            before: lines(before, &fact.label),
            after: lines(after, &fact.label),
        })
        .filter(|one| one.before != one.after)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_choices_lead_to_each_other() {
        for (channel, label) in CHANNELS {
            assert_eq!(of_code::<Channel>(&code(&channel)), Some(channel), "{label}");
        }
        for (period, _) in PERIODS {
            assert_eq!(of_code::<Period>(&code(&period)), Some(period));
        }
        assert_eq!(code(&Channel::NewMedia), "new_media");
        assert_eq!(of_code::<Way>("sometimes"), None);
    }

    #[test]
    fn what_differs_is_told_with_both_sides() {
        let one = |label: &str, line: &str| fact(label, vec![line.to_owned()]);
        let before = [one("名称", "水质"), one("列 ph", "酸碱度"), one("列 old", "旧")];
        let after = [one("名称", "供水水质"), one("列 ph", "酸碱度"), one("列 new", "新")];
        let found = apart(&before, &after);
        let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels, ["名称", "列 new", "列 old"]);
        assert!(found[1].before.is_empty() && found[2].after.is_empty());
    }

    #[test]
    fn a_ground_says_from_when_it_holds() {
        let ground = Basis {
            title: "《条例》".into(),
            article: "第二十条".into(),
            from: Some(jiff::civil::date(2019, 5, 15)),
            until: None,
        };
        assert_eq!(basis(&ground), "《条例》第二十条（2019-05-15 起）");
    }
}
