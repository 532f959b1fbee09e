//! What columns are: their kind (page tag ColumnType) and what they are for.

use web::Ctx;

use crate::spec::Purpose;

/// Declares an enum with codes for storage and labels for people.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($variant,)+
        }
        impl $name {
            /// All, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The code in storage, files and addresses.
            pub fn code(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            /// The name shown to people.
            pub fn label(self) -> &'static str { match self { $(Self::$variant => $label,)+ } }
            /// The one with this code.
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
            /// Codes and names, for a select.
            pub fn options() -> Vec<(&'static str, &'static str)> { Self::ALL.iter().map(|one| (one.code(), one.label())).collect() }
        }
    };
}

words! {
    /// What kind of column (page tag ColumnType).
    ColumnKind {
        News = "news", "工作动态";
        Notice = "notice", "通知公告";
        Policy = "policy", "政策文件";
        Interpretation = "interpretation", "政策解读";
        Statutory = "statutory", "法定公开";
        Topic = "topic", "专题";
        Response = "response", "回应关切";
        Institution = "institution", "机构职能";
        Service = "service", "办事服务";
        Data = "data", "数据公示";
    }
}

words! {
    /// How often something new must stand in a column (更新频次).
    Cadence {
        Irregular = "", "不定期";
        Prompt = "prompt", "及时";
        Weekly = "weekly", "每周";
        Monthly = "monthly", "每月";
        Quarterly = "quarterly", "每季度";
        Yearly = "yearly", "每年";
    }
}

const fn purpose(code: &'static str, label: &'static str) -> Purpose {
    Purpose { code, label }
}

/// 政府信息公开指南 (条例 Art. 12).
pub static GUIDE: Purpose = purpose("guide", "政府信息公开指南");
pub static RULES: Purpose = purpose("rules", "政府信息公开制度");
/// 法定主动公开内容: the columns below it hold the items of the law.
pub static STATUTORY: Purpose = purpose("statutory", "法定主动公开内容");
/// 政府信息公开年报 (条例 Art. 49).
pub static YEARLY_REPORT: Purpose = purpose("yearly_report", "政府信息公开年报");
/// 依申请公开 (条例 Art. 27).
pub static REQUESTS: Purpose = purpose("requests", "依申请公开");
pub static CATALOGUE: Purpose = purpose("catalogue", "主动公开基本目录");
pub static BUDGET: Purpose = purpose("budget", "财政预决算");
pub static FUNCTIONS: Purpose = purpose("functions", "机构职能");
/// 决策预公开、征求意见.
pub static CONSULTATIONS: Purpose = purpose("consultations", "决策预公开和征求意见");
pub static PROPOSALS: Purpose = purpose("proposals", "建议提案办理");
pub static RESPONSES: Purpose = purpose("responses", "回应关切");
pub static NEW_MEDIA: Purpose = purpose("new_media", "政务新媒体");
pub static SERVICES: Purpose = purpose("services", "办事服务");

/// The purposes that several capabilities know; [`purposes`] has all.
static COMMON: [&Purpose; 13] = [
    &GUIDE,
    &RULES,
    &STATUTORY,
    &YEARLY_REPORT,
    &REQUESTS,
    &CATALOGUE,
    &BUDGET,
    &FUNCTIONS,
    &CONSULTATIONS,
    &PROPOSALS,
    &RESPONSES,
    &NEW_MEDIA,
    &SERVICES,
];

/// The five blocks of the platform 政府信息公开 (国办公开办函〔2019〕61号).
pub static BLOCKS: [&Purpose; 5] = [&GUIDE, &RULES, &STATUTORY, &YEARLY_REPORT, &REQUESTS];

/// The name of a common purpose.
pub(crate) fn label(code: &str) -> Option<&'static str> {
    COMMON.into_iter().find(|purpose| purpose.code == code).map(|purpose| purpose.label)
}

/// All purposes: the common ones, and those of a capability of its own (`.declare(&PURPOSE as &'static Purpose)`).
pub fn purposes(ctx: &Ctx) -> Vec<&'static Purpose> {
    COMMON.into_iter().chain(ctx.declared::<&'static Purpose>().copied()).collect()
}
