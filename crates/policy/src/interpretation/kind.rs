//! The kind of document: fields as the work points name them (一（一）: 背景依据、主要内容、执行标准、惠民利民举措、新旧政策差异).

use document::{Facet, KindSpec, RelationSpec, Shape, Values, common, permissions::WRITE_DOCUMENTS};

/// Forms in which a policy is explained.
pub(super) const FORMS: &[(&str, &str)] = &[
    ("text", "文字解读"),
    ("graphic", "图解"),
    ("chart", "图表解读"),
    ("audio", "音频解读"),
    ("video", "视频解读"),
    ("animation", "动漫解读"),
    ("comic", "漫画解读"),
    ("press", "新闻发布会"),
    ("leader", "负责人解读"),
    ("expert", "专家解读"),
    ("questions", "问答"),
];

const LONGEST: usize = 4000;

pub(super) static FORM: Facet = Facet::new("interpretation_form", "解读形式", Shape::Choice(FORMS))
    .listed()
    .counted()
    .at(52)
    .ask("请选择解读形式，例如 文字解读。");
static BACKGROUND: Facet =
    Facet::new("background", "背景依据", Shape::Long(LONGEST)).found().at(102).help("为什么出台，依据哪些上级规定");
static MAIN_CONTENT: Facet = Facet::new("main_content", "主要内容", Shape::Long(LONGEST))
    .found()
    .at(104)
    .help("用自己的话说明管什么、怎么管，不照抄条文");
static EXECUTION: Facet =
    Facet::new("execution", "执行标准", Shape::Long(LONGEST)).found().at(106).help("对象、条件、金额、期限怎样掌握");
static BENEFITS: Facet =
    Facet::new("benefits", "惠民利民举措", Shape::Long(LONGEST)).found().at(108).help("群众和企业得到什么，怎样得到");
static DIFFERENCES: Facet = Facet::new("differences", "新旧政策差异", Shape::Long(LONGEST))
    .found()
    .at(110)
    .help("与原来的规定有什么不同；新出台的写“新出台”");
/// The responsible leader who explains it (主要负责人带头解读).
static LEADER: Facet =
    Facet::new("responsible_leader", "解读人", Shape::Text(60)).at(54).help("负责人的职务和姓名，例如 县财政局局长");

/// Whom to ask.
static CONTACT: Facet = Facet::new("interpretation_contact", "解读咨询电话", Shape::Text(100))
    .at(56)
    .help("股室和办公电话，例如 民政局养老服务股 0000-1234567");
/// The one-page graphic as lines, see [`super::graphic`].
pub(super) static GRAPHIC: Facet = Facet::new("graphic", "一图读懂", Shape::Long(LONGEST)).found().at(112).help(
    "第一行写标题，下面 3 至 6 行写要点，各行写“要点｜数字｜说明”，例如 补贴标准｜100 元｜每人每月；网站据此画图，同时给出文字",
);
/// Figures that are drawn as a chart, as lines, see [`super::graphic`].
pub(super) static CHART: Facet = Facet::new("chart", "图表数据", Shape::Long(LONGEST))
    .found()
    .at(114)
    .help("第一行写“标题｜单位”，下面每行写“名称｜数字”，例如 2025年｜1200");
/// What is said in a recording.
pub(super) static TRANSCRIPT: Facet = Facet::new("transcript", "音视频文稿", Shape::Long(20_000))
    .found()
    .at(116)
    .help("音频、视频、动漫的全部文字，供听不到、看不到的人读；视频另须配字幕");

/// What an interpretation holds (work points 一（一）), in the order of the form.
pub(super) static ELEMENTS: [&Facet; 7] =
    [&BACKGROUND, &MAIN_CONTENT, &EXECUTION, &BENEFITS, &DIFFERENCES, &CONTACT, &LEADER];

/// Which policy it explains. Both pages lead to each other.
pub static INTERPRETS: RelationSpec = RelationSpec {
    key: "interprets",
    label: "解读哪份政策",
    none: "（不是解读）",
    to: &["policy"],
    required: false,
    most: 1,
    leads: "本文解读的文件",
    backs: "interpretations",
    back: "看懂它",
    forward: "看原文",
    badge: "已配解读",
    unfit: "请选择一份现在公开的政策文件，或者已经送审的政策文件（解读会和它一起公开）；政策还是草稿的，先提交政策。",
    misplaced: "请把信息类型改为“政策解读”；这份稿件不是解读的，这里选“（不是解读）”。",
    ahead: true,
};

/// 政策解读.
pub static INTERPRETATION: KindSpec = KindSpec {
    door: "policies",
    facets: &[
        &common::SUMMARY,
        &common::DOCUMENT_NUMBER,
        &common::WRITTEN_ON,
        &common::EFFECTIVE_ON,
        &common::EXPIRES_ON,
        &common::VALIDITY,
        &common::SOURCE,
        &common::TOPICS,
        &common::KEYWORDS,
        &common::EXPLAINED,
        &common::COMPARED,
        &common::CHANGES,
        &FORM,
        &LEADER,
        &CONTACT,
        &BACKGROUND,
        &MAIN_CONTENT,
        &EXECUTION,
        &BENEFITS,
        &DIFFERENCES,
        &GRAPHIC,
        &CHART,
        &TRANSCRIPT,
    ],
    check: Some(checked),
    relations: &[&INTERPRETS],
    titled: Some(titled),
    ..KindSpec::new("interpretation", "政策解读", "/documents/", &WRITE_DOCUMENTS)
};

/// Within a title in brackets there are single ones.
fn titled(policy: &str) -> String {
    format!("《{}》解读", policy.replace('《', "〈").replace('》', "〉"))
}

/// Dates in their order, and drawings that can be drawn.
fn checked(values: &Values) -> Vec<(&'static str, String)> {
    let mut faults = common::dates_fit(values);
    let form = values.get(&FORM);
    let needs = |facet: &Facet, of: &str, ask: &str| (form == of && !values.has(facet)).then(|| ask.to_owned());
    if let Some(ask) = needs(
        &GRAPHIC,
        "graphic",
        "解读形式是“图解”的，请填写“一图读懂”，例如第一行 养老服务补贴怎么领，下面每行一个要点。",
    ) {
        faults.push((GRAPHIC.key, ask));
    }
    if let Some(ask) =
        needs(&CHART, "chart", "解读形式是“图表解读”的，请填写“图表数据”，例如第一行 补贴人数｜人，下面 2025年｜1200。")
    {
        faults.push((CHART.key, ask));
    }
    faults.extend(super::graphic::Page::read(values.get(&GRAPHIC)).err().map(|why| (GRAPHIC.key, why)));
    faults.extend(super::graphic::Figures::read(values.get(&CHART)).err().map(|why| (CHART.key, why)));
    if ["audio", "video", "animation"].contains(&form) && !values.has(&TRANSCRIPT) {
        let ask = "请填写音视频文稿：把音频、视频里说的话全部写成文字，供听不到、看不到的人读。";
        faults.push((TRANSCRIPT.key, ask.to_owned()));
    }
    faults
}
