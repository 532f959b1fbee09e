//! The kind of document: fields as the work points name them (一（一）: 背景依据、主要内容、执行标准、惠民利民举措、新旧政策差异).

use document::{Facet, KindSpec, RelationSpec, Shape, common, permissions::WRITE_DOCUMENTS};

/// Forms in which a policy is explained.
const FORMS: &[(&str, &str)] = &[
    ("text", "文字解读"),
    ("graphic", "图解"),
    ("video", "视频解读"),
    ("animation", "动漫解读"),
    ("press", "新闻发布会"),
    ("leader", "负责人解读"),
    ("expert", "专家解读"),
    ("questions", "问答"),
];

const LONGEST: usize = 4000;

static FORM: Facet = Facet::new("interpretation_form", "解读形式", Shape::Choice(FORMS))
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
    unfit: "请选择一份现在公开的政策文件；政策还没有发布的，先发布政策，再提交解读。",
    misplaced: "请把信息类型改为“政策解读”；这份稿件不是解读的，这里选“（不是解读）”。",
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
        &BACKGROUND,
        &MAIN_CONTENT,
        &EXECUTION,
        &BENEFITS,
        &DIFFERENCES,
    ],
    check: Some(common::dates_fit),
    relations: &[&INTERPRETS],
    ..KindSpec::new("interpretation", "政策解读", "/documents/", &WRITE_DOCUMENTS)
};
