//! The registry of rules: what each one looks for, at which gate, how weighty it is, and by which text. A county may weigh a rule
//! otherwise where the law leaves it ([`Rule::fixed`]); what is personal it may not.

use serde::{Deserialize, Serialize};
use text::findings::{Gate, Severity};

/// How a county weighs a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Stops the text until it is put right or let through with a reason.
    Block,
    /// A person must look at it.
    Warn,
    /// Good to know.
    Info,
    /// Not looked for.
    Off,
}

impl Level {
    /// In the order of the form.
    pub const ALL: [Self; 4] = [Self::Block, Self::Warn, Self::Info, Self::Off];

    /// As it is kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Off => "off",
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Block => "必须处理",
            Self::Warn => "请核对",
            Self::Info => "提示",
            Self::Off => "不检查",
        }
    }

    /// By the code that is stored; `None` = an unknown one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }

    /// What it does to publication; `None` = nothing is found.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Block => Some(Severity::Block),
            Self::Warn => Some(Severity::Warn),
            Self::Info => Some(Severity::Info),
            Self::Off => None,
        }
    }

    /// The level of a weight.
    pub fn of(severity: Severity) -> Self {
        match severity {
            Severity::Block => Self::Block,
            Severity::Warn => Self::Warn,
            Severity::Info => Self::Info,
        }
    }
}

/// The gate in words.
pub fn gate_label(gate: Gate) -> &'static str {
    match gate {
        Gate::Privacy => "保密和个人信息",
        Gate::Wording => "文字关",
        Gate::Policy => "政策关",
        Gate::Political => "政治关",
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, as findings bear it: `wording.word`.
    pub id: &'static str,
    /// The gate that decides on what it finds.
    pub gate: Gate,
    /// Its weight where the county has not set another. Where it is in doubt it finds with less.
    pub severity: Severity,
    /// What it finds, as a heading.
    pub words: &'static str,
    /// The same where it is in doubt; empty = as [`Rule::words`].
    pub doubt: &'static str,
    /// What it looks for, in a sentence.
    pub about: &'static str,
    /// The text on which it rests.
    pub basis: &'static str,
    /// Whether nobody may weigh it otherwise: personal information, marks of secrecy, and what could not be read.
    pub fixed: bool,
    /// Whether its answer hangs on other documents and pages, which change without the text.
    pub asks: bool,
}

const fn rule(
    (id, gate, severity): (&'static str, Gate, Severity),
    words: &'static str,
    about: &'static str,
    basis: &'static str,
) -> Rule {
    Rule { id, gate, severity, words, doubt: "", about, basis, fixed: false, asks: false }
}

impl Rule {
    const fn fixed(mut self, doubt: &'static str) -> Self {
        self.doubt = doubt;
        self.fixed = true;
        self
    }

    const fn asks(mut self) -> Self {
        self.asks = true;
        self
    }

    /// What it is called, by whether what was found stops the text.
    pub fn label(&self, blocks: bool) -> &'static str {
        if blocks || self.doubt.is_empty() { self.words } else { self.doubt }
    }
}

const PERSONAL: &str = "《政府信息公开条例》第十五条；《个人信息保护法》第二十八条";
const MARKS: &str = "GB/T 15834《标点符号用法》";
const FIGURES: &str = "GB/T 15835《出版物上数字用法》";
const LAYOUT: &str = "GB/T 9704《党政机关公文格式》";
const OFFICIAL: &str = "《党政机关公文处理工作条例》第十九条";
const COUNTY: &str = "本县维护的词表";
const DRAFTING: &str = "国办发〔2018〕37号《关于加强行政规范性文件制定和监督管理工作的通知》";

/// All rules, in the order in which they are shown.
pub static RULES: [Rule; 34] = [
    rule(
        ("privacy.id_number", Gate::Privacy, Severity::Block),
        "公民身份号码",
        "18位和15位身份证号码，换行、分格、换字符写的也找",
        PERSONAL,
    )
    .fixed("疑似身份证号码"),
    rule(("privacy.mobile", Gate::Privacy, Severity::Block), "手机号码", "个人手机号码", PERSONAL)
        .fixed("疑似手机号码"),
    rule(("privacy.bank_card", Gate::Privacy, Severity::Block), "银行卡号", "银行卡号、写明是账号的数字", PERSONAL)
        .fixed("疑似银行卡号"),
    rule(("privacy.passport", Gate::Privacy, Severity::Block), "护照号码", "旁边写明是护照的号码", PERSONAL).fixed(""),
    rule(
        ("privacy.permit", Gate::Privacy, Severity::Block),
        "通行证、居留证件号码",
        "港澳台通行证、居留证件的号码",
        PERSONAL,
    )
    .fixed(""),
    rule(
        ("privacy.landline", Gate::Privacy, Severity::Warn),
        "疑似住宅电话",
        "村民、患者等个人姓名旁边的固定电话，住宅电话",
        PERSONAL,
    )
    .fixed(""),
    rule(("privacy.home", Gate::Privacy, Severity::Warn), "疑似个人住址", "家庭住址、具体到门牌的住处", PERSONAL)
        .fixed(""),
    rule(
        ("privacy.name", Gate::Privacy, Severity::Block),
        "姓名与健康状况",
        "姓名与病情、证件、电话、住址、金额写在一起的名单和句子，未成年人姓名",
        PERSONAL,
    )
    .fixed("姓名与个人情况"),
    rule(
        ("privacy.unread", Gate::Privacy, Severity::Block),
        "没有读出的内容，须人工核对",
        "扫描件、加密内容等读不出文字的部分",
        PERSONAL,
    )
    .fixed("没有读出的内容"),
    rule(
        ("privacy.secret", Gate::Privacy, Severity::Block),
        "涉密或者不公开的标记",
        "单独成行或括注的密级、“此件不公开”“内部资料”等",
        "《政府信息公开条例》第十四条、第十七条；《保守国家秘密法》",
    )
    .fixed("内部使用或者依申请公开的标记"),
    rule(("political.forbidden", Gate::Political, Severity::Warn), "禁用表述", "词表中“禁用”的词语", COUNTY),
    rule(
        ("political.form", Gate::Political, Severity::Warn),
        "不规范表述",
        "词表中有规范写法的名称、职务、提法",
        COUNTY,
    ),
    rule(("political.order", Gate::Political, Severity::Warn), "排列次序", "词表中规定先后次序的名称", COUNTY),
    rule(
        ("policy.repealed", Gate::Policy, Severity::Warn),
        "引用已废止的文件",
        "引用的文件在政策文件库里已经废止",
        OFFICIAL,
    )
    .asks(),
    rule(
        ("policy.lapsed", Gate::Policy, Severity::Warn),
        "引用已失效的文件",
        "引用的文件在政策文件库里已经过了有效期",
        OFFICIAL,
    )
    .asks(),
    rule(
        ("policy.unknown", Gate::Policy, Severity::Warn),
        "引用的文件没有查到",
        "引用本县的文件而政策文件库里没有；引用上级文件没有查到的只作提示",
        OFFICIAL,
    )
    .asks(),
    rule(("policy.article", Gate::Policy, Severity::Warn), "引用的条款不存在", "引用的文件没有这一条", OFFICIAL).asks(),
    rule(
        ("policy.number", Gate::Policy, Severity::Warn),
        "引用的文号不符",
        "引用的标题和文号不是同一份文件的",
        OFFICIAL,
    )
    .asks(),
    rule(
        ("policy.figure", Gate::Policy, Severity::Warn),
        "与引用的条文不符",
        "写明出自某一条的金额、期限、比例，与文件库里这一条不同；写明的年份与本县这份文件不同",
        OFFICIAL,
    )
    .asks(),
    rule(
        ("policy.basis", Gate::Policy, Severity::Warn),
        "没有写明制定依据",
        "分条写的办法、规定、细则没有写“根据《……》”",
        DRAFTING,
    ),
    rule(
        ("policy.term", Gate::Policy, Severity::Warn),
        "没有写明有效期",
        "分条写的办法、规定、细则没有写有效期",
        DRAFTING,
    ),
    rule(("policy.date", Gate::Policy, Severity::Warn), "不存在的日期", "2月30日、13月等", OFFICIAL),
    rule(("policy.weekday", Gate::Policy, Severity::Warn), "日期与星期不符", "日期后面括注的星期不对", OFFICIAL),
    rule(
        ("policy.order_of_dates", Gate::Policy, Severity::Warn),
        "施行日期、有效期前后不符",
        "没有写明溯及力而施行在成文之前，有效期在施行或者成文之前",
        OFFICIAL,
    ),
    rule(("policy.deadline", Gate::Policy, Severity::Warn), "期限早于成文日期", "要求在成文之前完成的期限", OFFICIAL),
    rule(
        ("wording.word", Gate::Wording, Severity::Warn),
        "疑似错别字",
        "常见的错别字",
        "《通用规范汉字表》《现代汉语词典》",
    ),
    rule(
        ("wording.mark", Gate::Wording, Severity::Warn),
        "标点符号",
        "中文里的半角标点、重复的标点、不成对的括号和书名号",
        MARKS,
    ),
    rule(
        ("wording.number", Gate::Wording, Severity::Warn),
        "数字用法",
        "精确数字后的“多”“余”，重复的约数，年份的“零”和两位数年份",
        FIGURES,
    ),
    rule(("wording.ordinal", Gate::Wording, Severity::Info), "层次序数", "段首序数后的标点：一、（一）1.（1）", LAYOUT),
    rule(
        ("wording.doc_number", Gate::Wording, Severity::Warn),
        "发文字号格式",
        "年份不用六角括号、序号补零或加“第”",
        LAYOUT,
    ),
    rule(
        ("wording.organ", Gate::Wording, Severity::Warn),
        "机关旧称",
        "机构改革以后不再使用的机关名称，写明“原”的除外",
        OFFICIAL,
    )
    .asks(),
    rule(
        ("wording.link", Gate::Wording, Severity::Warn),
        "打不开的链接",
        "正文里指向本门户而那里没有页面的链接",
        "《政府网站发展指引》",
    )
    .asks(),
    rule(
        ("wording.outside", Gate::Wording, Severity::Warn),
        "打不开的外部链接",
        "正文里指向别的网站、检查时打不开的链接；要在配置里开启检查",
        "《政府网站发展指引》",
    )
    .asks(),
    rule(
        ("wording.direction", Gate::Wording, Severity::Warn),
        "改变文字顺序的字符",
        "看不见、会改变文字前后顺序的字符",
        "Unicode UAX #9",
    ),
];

/// The rule of this name.
pub fn named(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_tell_their_gate() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(RULES[..at].iter().all(|other| other.id != rule.id), "{}", rule.id);
            let gate = match rule.gate {
                Gate::Privacy => "privacy.",
                Gate::Wording => "wording.",
                Gate::Policy => "policy.",
                Gate::Political => "political.",
            };
            assert!(rule.id.starts_with(gate) && !rule.about.is_empty() && !rule.basis.is_empty(), "{}", rule.id);
            assert_eq!(rule.fixed, rule.gate == Gate::Privacy, "{}", rule.id);
        }
    }
}
