//! How requests count in the annual report: the twenty-five rows of chapter three by seven columns.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    practice::Rules,
    timeline::{Facts, Timeline},
};

/// A row of chapter three, form of 2021 (国办公开办函〔2021〕30号).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    New,
    CarriedIn,
    Disclosed,
    Partly,
    StateSecret,
    ForbiddenByLaw,
    ThreeSafeties,
    ThirdParty,
    InternalAffairs,
    Process,
    CaseFile,
    RegistryQuery,
    NotHeld,
    NeedsMaking,
    StillUnclear,
    Petition,
    Repeated,
    Publications,
    Abusive,
    ConfirmOrReissue,
    NotSupplemented,
    FeeUnpaid,
    OtherHandling,
    Total,
    CarriedOut,
}

/// Rows with their keys and official labels, in the order of the table.
const ROWS: [(Row, &str, &str); 25] = [
    (Row::New, "1", "一、本年新收政府信息公开申请数量"),
    (Row::CarriedIn, "2", "二、上年结转政府信息公开申请数量"),
    (Row::Disclosed, "3.1", "（一）予以公开"),
    (Row::Partly, "3.2", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    (Row::StateSecret, "3.3.1", "1.属于国家秘密"),
    (Row::ForbiddenByLaw, "3.3.2", "2.其他法律行政法规禁止公开"),
    (Row::ThreeSafeties, "3.3.3", "3.危及“三安全一稳定”"),
    (Row::ThirdParty, "3.3.4", "4.保护第三方合法权益"),
    (Row::InternalAffairs, "3.3.5", "5.属于三类内部事务信息"),
    (Row::Process, "3.3.6", "6.属于四类过程性信息"),
    (Row::CaseFile, "3.3.7", "7.属于行政执法案卷"),
    (Row::RegistryQuery, "3.3.8", "8.属于行政查询事项"),
    (Row::NotHeld, "3.4.1", "1.本机关不掌握相关政府信息"),
    (Row::NeedsMaking, "3.4.2", "2.没有现成信息需要另行制作"),
    (Row::StillUnclear, "3.4.3", "3.补正后申请内容仍不明确"),
    (Row::Petition, "3.5.1", "1.信访举报投诉类申请"),
    (Row::Repeated, "3.5.2", "2.重复申请"),
    (Row::Publications, "3.5.3", "3.要求提供公开出版物"),
    (Row::Abusive, "3.5.4", "4.无正当理由大量反复申请"),
    (Row::ConfirmOrReissue, "3.5.5", "5.要求行政机关确认或重新出具已获取信息"),
    (Row::NotSupplemented, "3.6.1", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    (Row::FeeUnpaid, "3.6.2", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    (Row::OtherHandling, "3.6.3", "3.其他"),
    (Row::Total, "3.7", "（七）总计"),
    (Row::CarriedOut, "4", "四、结转下年度继续办理"),
];

impl Row {
    /// In the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|(row, _, _)| *row)
    }

    /// As transcribed reports name it: `3.3.1`.
    pub fn key(self) -> &'static str {
        ROWS[self.place()].1
    }

    /// The official words of the row.
    pub fn label(self) -> &'static str {
        ROWS[self.place()].2
    }

    /// The group of its part of the table, empty where it stands alone.
    pub fn group(self) -> &'static str {
        match self.key().get(..3) {
            Some("3.3") => "（三）不予公开",
            Some("3.4") => "（四）无法提供",
            Some("3.5") => "（五）不予处理",
            Some("3.6") => "（六）其他处理",
            _ => "",
        }
    }

    /// `None` for any other text.
    pub fn of(key: &str) -> Option<Self> {
        ROWS.iter().find(|(_, known, _)| *known == key).map(|(row, _, _)| *row)
    }

    /// Among the twenty-five.
    pub fn place(self) -> usize {
        self as usize
    }

    /// Whether a request can end in it.
    pub fn is_result(self) -> bool {
        (Self::Disclosed.place()..=Self::OtherHandling.place()).contains(&self.place())
    }
}

/// How one request counts in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub new: bool,
    pub carried_in: bool,
    /// 本年度办理结果.
    pub result: Option<Row>,
    pub carried_out: bool,
}

impl Counted {
    /// Whether it has any place in the year.
    pub fn is_any(self) -> bool {
        self.new || self.carried_in
    }
}

/// How a request counts in the report of `year`: new in the year of its receipt (Art. 31), closed in that of its first
/// answer or of its withdrawal. What was withdrawn before a day of receipt was set counts as received when it came. An answer
/// that a review or a court has asked for closes nothing anew.
pub fn in_year(timeline: &Timeline, year: i16, rules: &Rules<'_>) -> Counted {
    let facts = timeline.facts();
    let closed = closed(facts);
    // Paper may hold an answer before any day of receipt; it still counts once.
    let from = facts.received().or(closed.and(facts.came)).map(|day| closed.map_or(day, |end| end.min(day)));
    let Some(from) = from.filter(|day| day.year() <= year) else {
        return Counted { new: false, carried_in: false, result: None, carried_out: false };
    };
    let before = closed.is_some_and(|day| day.year() < year);
    let this_year = closed.is_some_and(|day| day.year() == year);
    Counted {
        new: from.year() == year,
        carried_in: from.year() < year && !before,
        result: if this_year { Some(row(facts, rules)) } else { None },
        carried_out: !before && !this_year,
    }
}

/// The day on which the request ended for the report.
fn closed(facts: &Facts) -> Option<Date> {
    facts.first_reply().map(|reply| reply.on).into_iter().chain(facts.withdrawn).min()
}

fn row(facts: &Facts, rules: &Rules<'_>) -> Row {
    match facts.first_reply() {
        Some(reply) => reply.outcome.row(&reply.exemptions, rules.practice),
        None => crate::Outcome::Withdrawn.row(&[], rules.practice),
    }
}
