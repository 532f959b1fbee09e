//! Kinds of administrative penalties, from the lightest to the heaviest, and what a decision counts as.

use item::Decimal;

/// Which form the totals of a year have: the columns changed with the law of 2021 (行政处罚法 Art. 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Up to 2020: eight kinds.
    Y2019,
    /// From 2021 on: nine kinds.
    Y2021,
}

impl Form {
    /// The form of the totals of a year.
    pub fn of_year(year: i16) -> Self {
        if year < 2021 { Self::Y2019 } else { Self::Y2021 }
    }
}

/// What a penalty is counted as, the lightest first: 警告＜罚款＜没收＜暂扣＜停产停业＜吊销＜拘留 (国办发〔2018〕118号). No text says where
/// 限制开展生产经营活动 stands; it is named beside 停产停业 in the law and taken for the lighter of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What is none of the others.
    Other,
    /// 警告、通报批评.
    Warning,
    Fine,
    /// 没收违法所得、没收非法财物.
    Confiscation,
    /// 暂扣许可证件、降低资质等级.
    Suspension,
    /// 限制开展生产经营活动.
    Restriction,
    /// 责令停产停业、责令关闭、限制从业.
    Closure,
    /// 吊销许可证件.
    Revocation,
    /// 行政拘留.
    Detention,
}

impl Kind {
    /// All of them, the lightest first.
    pub const ALL: [Self; 9] = [
        Self::Other,
        Self::Warning,
        Self::Fine,
        Self::Confiscation,
        Self::Suspension,
        Self::Restriction,
        Self::Closure,
        Self::Revocation,
        Self::Detention,
    ];

    /// The key of its column in the items of the yearly totals.
    pub fn cell(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Warning => "warning",
            Self::Fine => "fine",
            Self::Confiscation => "confiscation",
            Self::Suspension => "suspension",
            Self::Restriction => "restriction",
            Self::Closure => "closure",
            Self::Revocation => "revocation",
            Self::Detention => "detention",
        }
    }

    /// The kind of this column.
    pub fn of_cell(cell: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.cell() == cell)
    }

    /// In the words of the form of 2021.
    pub fn label(self) -> &'static str {
        match self {
            Self::Other => "其他行政处罚",
            Self::Warning => "警告、通报批评",
            Self::Fine => "罚款",
            Self::Confiscation => "没收违法所得、没收非法财物",
            Self::Suspension => "暂扣许可证件、降低资质等级",
            Self::Restriction => "限制开展生产经营活动",
            Self::Closure => "责令停产停业、责令关闭、限制从业",
            Self::Revocation => "吊销许可证件",
            Self::Detention => "行政拘留",
        }
    }
}

/// Words that name a kind, with what they count as in the form of 2021 and in the one before.
const WORDS: [(&str, Kind, Kind); 14] = [
    ("警告", Kind::Warning, Kind::Warning),
    ("通报批评", Kind::Warning, Kind::Other),
    ("罚款", Kind::Fine, Kind::Fine),
    ("没收", Kind::Confiscation, Kind::Confiscation),
    ("暂扣", Kind::Suspension, Kind::Suspension),
    ("降低资质", Kind::Suspension, Kind::Other),
    ("限制开展", Kind::Restriction, Kind::Other),
    ("限制生产经营", Kind::Restriction, Kind::Other),
    ("停产停业", Kind::Closure, Kind::Closure),
    ("停业整顿", Kind::Closure, Kind::Closure),
    ("责令关闭", Kind::Closure, Kind::Other),
    ("限制从业", Kind::Closure, Kind::Other),
    ("吊销", Kind::Revocation, Kind::Revocation),
    ("拘留", Kind::Detention, Kind::Detention),
];

/// How the standard of 2016 and 2018 writes one class for two kinds: which of them it was stands in the content of the
/// decision.
const EITHER: [&str; 4] = ["暂扣或者吊销", "暂扣或吊销", "暂扣、吊销", "暂扣/吊销"];

/// What of a penalty decides its kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decision<'a> {
    /// 处罚类别, as written: `罚款;没收违法所得`.
    pub class: &'a str,
    /// 处罚内容.
    pub content: &'a str,
    /// In 万元.
    pub fine: Option<Decimal>,
    pub confiscated: Option<Decimal>,
    /// 暂扣或吊销证照名称及编号.
    pub licence: &'a str,
}

/// What a decision counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its heaviest kind: a decision counts once.
    pub kind: Kind,
    /// All kinds that it imposes, the lightest first.
    pub all: Vec<Kind>,
    /// What somebody must look at, in sentences; empty = plain.
    pub doubts: Vec<String>,
}

/// What a penalty counts as: once, under its heaviest kind, by its class and by what it imposes.
pub fn judge(decision: &Decision<'_>, form: Form) -> Judged {
    let mut doubts = Vec::new();
    let mut class = decision.class.to_owned();
    let either = EITHER.iter().find(|words| class.contains(**words));
    let mut all = Vec::new();
    if let Some(words) = either {
        class = class.replace(words, "");
        let revoked = decision.content.contains("吊销");
        if !revoked && !decision.content.contains("暂扣") {
            doubts.push("处罚类别写的是“暂扣或者吊销”，处罚内容没有写明是哪一种，按暂扣计。".to_owned());
        }
        all.push(if revoked { Kind::Revocation } else { Kind::Suspension });
    }
    for (word, now, before) in WORDS {
        if class.contains(word) {
            all.push(if form == Form::Y2021 { now } else { before });
        }
    }
    let is_some = |figure: Option<Decimal>| figure.is_some_and(|figure| figure > Decimal::ZERO);
    for (there, kind, what) in [
        (is_some(decision.fine), Kind::Fine, "罚款金额"),
        (is_some(decision.confiscated), Kind::Confiscation, "没收金额"),
    ] {
        if there && !all.contains(&kind) {
            doubts.push(format!("处罚类别没有写“{}”，但填写了{what}，一并计算。", short(kind)));
            all.push(kind);
        }
    }
    if all.is_empty() {
        let named = class.contains("其他");
        if !named {
            doubts.push("处罚类别读不出种类，按其他行政处罚计。".to_owned());
        }
        all.push(Kind::Other);
    }
    let licence = all.iter().any(|kind| matches!(kind, Kind::Suspension | Kind::Revocation));
    if !licence && !decision.licence.trim().is_empty() && decision.licence.trim() != "无" {
        doubts.push("填写了暂扣或吊销的证照，处罚类别没有写暂扣或者吊销。".to_owned());
    }
    all.sort_unstable();
    all.dedup();
    let kind = all.last().copied().unwrap_or(Kind::Other);
    Judged { kind, all, doubts }
}

fn short(kind: Kind) -> &'static str {
    if kind == Kind::Fine { "罚款" } else { "没收" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(class: &str) -> Judged {
        judge(&Decision { class, ..Decision::default() }, Form::Y2021)
    }

    #[test]
    fn a_decision_counts_under_its_heaviest_kind() {
        for (class, kind) in [
            ("警告", Kind::Warning),
            ("警告;罚款", Kind::Fine),
            ("罚款、没收违法所得、没收非法财物", Kind::Confiscation),
            ("没收违法所得，暂扣许可证件", Kind::Suspension),
            ("暂扣许可证；责令停产停业", Kind::Closure),
            ("责令停产停业，吊销许可证件", Kind::Revocation),
            ("吊销执照、行政拘留", Kind::Detention),
            ("其他-责令公开检讨", Kind::Other),
        ] {
            let judged = of(class);
            assert_eq!((judged.kind, judged.doubts), (kind, Vec::new()), "{class}");
        }
        assert_eq!(of("罚款;警告").all, vec![Kind::Warning, Kind::Fine]);
    }

    #[test]
    fn one_class_for_two_kinds_is_parted_by_the_content() {
        let class = "暂扣或者吊销许可证";
        let judged = judge(&Decision { class, content: "吊销食品经营许可证", ..Decision::default() }, Form::Y2021);
        assert_eq!((judged.kind, judged.doubts.len()), (Kind::Revocation, 0));
        let judged = judge(&Decision { class, ..Decision::default() }, Form::Y2021);
        assert_eq!((judged.kind, judged.doubts.len()), (Kind::Suspension, 1));
    }

    #[test]
    fn what_is_imposed_but_not_named_is_counted_and_told() {
        let fine = Decision { class: "警告", fine: Some(Decimal::ONE), ..Decision::default() };
        let judged = judge(&fine, Form::Y2021);
        assert_eq!((judged.kind, judged.doubts.len()), (Kind::Fine, 1));
        assert_eq!(of("不详").doubts.len(), 1);
    }

    #[test]
    fn kinds_of_the_law_of_2021_were_others_before() {
        for class in ["通报批评", "降低资质等级", "限制开展生产经营活动", "责令关闭", "限制从业"]
        {
            assert_eq!(judge(&Decision { class, ..Decision::default() }, Form::Y2019).kind, Kind::Other, "{class}");
        }
        assert_eq!(Form::of_year(2020), Form::Y2019);
        assert_eq!(Form::of_year(2021), Form::Y2021);
    }
}
