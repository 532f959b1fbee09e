//! The official tables as data, with their labels as printed: chapters two to four in both editions.
//!
//! 国办公开办函〔2019〕60号 for the years 2019 and 2020, 国办公开办函〔2021〕30号 of 2021-09-26 from the year 2021 on.

/// Which of the two forms a chapter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// Reports of 2019 and 2020.
    Y2019,
    /// Reports from 2021 on.
    Y2021,
}

impl Edition {
    pub const ALL: [Self; 2] = [Self::Y2019, Self::Y2021];

    /// The edition in which a year's report is to be written. One that is read says itself which it has.
    pub fn of_year(year: i16) -> Self {
        if year >= 2021 { Self::Y2021 } else { Self::Y2019 }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Y2019 => "2019",
            Self::Y2021 => "2021",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|edition| edition.code() == code)
    }
}

/// First year of which there are reports in these forms.
pub const FIRST_YEAR: i16 = 2019;

/// A block of chapter two: what an item of 条例 Art. 20 asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// 第二十条第（一）项
    pub article: &'static str,
    /// Heads of its columns, without 信息内容.
    pub columns: &'static [&'static str],
    /// What is told of, a row each.
    pub rows: &'static [&'static str],
}

/// Head of the first column of each block.
pub const CONTENT: &str = "信息内容";

const OLD_TEXTS: &[&str] = &["本年新制作数量", "本年新公开数量", "对外公开总数量"];
const OLD_ITEMS: &[&str] = &["上一年项目数量", "本年增/减", "处理决定数量"];
const OLD_FEES: &[&str] = &["上一年项目数量", "本年增/减"];

const PROACTIVE_2019: &[Block] = &[
    Block { article: "第二十条第（一）项", columns: OLD_TEXTS, rows: &["规章", "规范性文件"] },
    Block {
        article: "第二十条第（五）项", columns: OLD_ITEMS, rows: &["行政许可", "其他对外管理服务事项"]
    },
    Block { article: "第二十条第（六）项", columns: OLD_ITEMS, rows: &["行政处罚", "行政强制"] },
    Block { article: "第二十条第（八）项", columns: OLD_FEES, rows: &["行政事业性收费"] },
    Block {
        article: "第二十条第（九）项", columns: &["采购项目数量", "采购总金额"], rows: &["政府集中采购"]
    },
];

const TEXTS: &[&str] = &["本年制发件数", "本年废止件数", "现行有效件数"];
const DECISIONS: &[&str] = &["本年处理决定数量"];

const PROACTIVE_2021: &[Block] = &[
    Block { article: "第二十条第（一）项", columns: TEXTS, rows: &["规章", "行政规范性文件"] },
    Block { article: "第二十条第（五）项", columns: DECISIONS, rows: &["行政许可"] },
    Block { article: "第二十条第（六）项", columns: DECISIONS, rows: &["行政处罚", "行政强制"] },
    Block {
        article: "第二十条第（八）项", columns: &["本年收费金额（单位：万元）"], rows: &["行政事业性收费"]
    },
];

/// The blocks of chapter two.
pub fn proactive(edition: Edition) -> &'static [Block] {
    match edition {
        Edition::Y2019 => PROACTIVE_2019,
        Edition::Y2021 => PROACTIVE_2021,
    }
}

/// A row of chapter three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its place in the table: `1`, `3.3.8`, `3.7`, `4`.
    pub key: &'static str,
    /// The heading that it stands under within 三; empty for rows that stand alone.
    pub group: &'static str,
    /// As printed.
    pub label: &'static str,
}

const REFUSED: &str = "（三）不予公开";
const UNABLE: &str = "（四）无法提供";
const UNTREATED: &str = "（五）不予处理";
/// In the older form a row, in the newer a heading over three.
pub const OTHERWISE: &str = "（六）其他处理";
/// What stands left of the outcomes.
pub const OUTCOMES: &str = "三、本年度办理结果";
/// Groups with their keys.
pub const GROUPS: [(&str, &str); 4] = [("3.3", REFUSED), ("3.4", UNABLE), ("3.5", UNTREATED), ("3.6", OTHERWISE)];

const fn line(key: &'static str, group: &'static str, label: &'static str) -> Line {
    Line { key, group, label }
}

const COMMON: &[Line] = &[
    line("1", "", "一、本年新收政府信息公开申请数量"),
    line("2", "", "二、上年结转政府信息公开申请数量"),
    line("3.1", "", "（一）予以公开"),
    line("3.2", "", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    line("3.3.1", REFUSED, "1.属于国家秘密"),
    line("3.3.2", REFUSED, "2.其他法律行政法规禁止公开"),
    line("3.3.3", REFUSED, "3.危及“三安全一稳定”"),
    line("3.3.4", REFUSED, "4.保护第三方合法权益"),
    line("3.3.5", REFUSED, "5.属于三类内部事务信息"),
    line("3.3.6", REFUSED, "6.属于四类过程性信息"),
    line("3.3.7", REFUSED, "7.属于行政执法案卷"),
    line("3.3.8", REFUSED, "8.属于行政查询事项"),
    line("3.4.1", UNABLE, "1.本机关不掌握相关政府信息"),
    line("3.4.2", UNABLE, "2.没有现成信息需要另行制作"),
    line("3.4.3", UNABLE, "3.补正后申请内容仍不明确"),
    line("3.5.1", UNTREATED, "1.信访举报投诉类申请"),
    line("3.5.2", UNTREATED, "2.重复申请"),
    line("3.5.3", UNTREATED, "3.要求提供公开出版物"),
    line("3.5.4", UNTREATED, "4.无正当理由大量反复申请"),
    line("3.5.5", UNTREATED, "5.要求行政机关确认或重新出具已获取信息"),
];

const OTHER_2019: &[Line] = &[line("3.6", "", OTHERWISE)];
const OTHER_2021: &[Line] = &[
    line("3.6.1", OTHERWISE, "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    line("3.6.2", OTHERWISE, "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    line("3.6.3", OTHERWISE, "3.其他"),
];
const ENDING: &[Line] = &[line("3.7", "", "（七）总计"), line("4", "", "四、结转下年度继续办理")];

/// The rows of chapter three: 23 in the older form, where （六） is one row, 25 in the newer.
pub fn requests(edition: Edition) -> Vec<Line> {
    let others = match edition {
        Edition::Y2019 => OTHER_2019,
        Edition::Y2021 => OTHER_2021,
    };
    COMMON.iter().chain(others).chain(ENDING).copied().collect()
}

/// Heads of chapter three.
pub const APPLICANTS: [&str; 7] = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"];
/// What stands over the columns.
pub const APPLICANTS_HEAD: &str = "申请人情况";
/// What stands over the five columns of organisations.
pub const ORGANISATIONS_HEAD: &str = "法人或其他组织";
/// Place of 总计 among [`APPLICANTS`].
pub const TOTAL: usize = 6;
/// What stands in the corner of chapter three.
pub const CORNER: &str = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）";

/// Groups of chapter four, each with the heading that it stands under.
pub const REMEDIES: [(&str, &str); 3] =
    [("行政复议", ""), ("行政诉讼", "未经复议直接起诉"), ("行政诉讼", "复议后起诉")];
/// Columns of each group of chapter four.
pub const RESULTS: [&str; 5] = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"];

/// A column of chapter four by its number from 0, as the heads above it name it.
pub fn remedy(at: usize) -> String {
    let (group, way) = REMEDIES[(at / RESULTS.len()).min(REMEDIES.len() - 1)];
    let result = RESULTS[at % RESULTS.len()];
    if way.is_empty() { format!("{group}·{result}") } else { format!("{group}·{way}·{result}") }
}

/// Titles of the six chapters.
pub const CHAPTERS: [&str; 6] = [
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_have_their_rows() {
        assert_eq!(requests(Edition::Y2019).len(), 23);
        assert_eq!(requests(Edition::Y2021).len(), 25);
        let cells = |edition| proactive(edition).iter().map(|block| block.columns.len() * block.rows.len()).sum();
        let (old, new): (usize, usize) = (cells(Edition::Y2019), cells(Edition::Y2021));
        assert_eq!((old, new), (22, 10));
        assert_eq!((Edition::of_year(2020), Edition::of_year(2021)), (Edition::Y2019, Edition::Y2021));
        assert_eq!(remedy(4), "行政复议·总计");
        assert_eq!(remedy(14), "行政诉讼·复议后起诉·总计");
    }
}
