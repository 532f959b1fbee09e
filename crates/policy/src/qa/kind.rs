//! The kind of document.

use document::{Facet, KindSpec, RelationSpec, Shape, common, permissions::WRITE_DOCUMENTS};

/// On which clause of the policy the answer rests.
pub(super) static CLAUSE: Facet = Facet::new("clause", "依据条款", Shape::Text(60))
    .listed()
    .at(54)
    .help("例如 第三条；依据整份文件的，不填。这一条以后修改、废止，系统会提醒核对");

/// On which policy the answer rests.
pub static ANSWERS: RelationSpec = RelationSpec {
    key: "answers",
    label: "回答哪份政策的问题",
    none: "（不是政策问答）",
    to: &["policy"],
    required: true,
    most: 1,
    leads: "本答复依据的文件",
    backs: "questions",
    back: "政策问答",
    forward: "依据的文件",
    badge: "",
    unfit: "请选择这个问题依据的政策文件：现在公开的，或者已经送审的。",
    misplaced: "请把信息类型改为“政策问答”；这份稿件不是问答的，这里选“（不是政策问答）”。",
    ahead: true,
};

/// 政策问答: the title is the question, the text the answer.
pub static QUESTION: KindSpec = KindSpec {
    door: "policies",
    facets: &[
        &CLAUSE,
        &common::EXPIRES_ON,
        &common::SUMMARY,
        &common::SOURCE,
        &common::TOPICS,
        &common::KEYWORDS,
        &common::EXPLAINED,
        &common::COMPARED,
    ],
    relations: &[&ANSWERS],
    page: "answer",
    ..KindSpec::new("question", "政策问答", "/documents/", &WRITE_DOCUMENTS)
};
