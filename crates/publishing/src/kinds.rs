//! Words that documents and columns are described with: kinds, validity, disclosure attribute.

use serde::{Deserialize, Serialize};

/// Declares an enum with codes for storage and labels for people.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $code)] $variant,)+
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
    /// What kind of document.
    Kind {
        /// 政策文件.
        Policy = "policy", "政策文件";
        /// 政策解读.
        Interpretation = "interpretation", "政策解读";
        /// 通知公告.
        Notice = "notice", "通知公告";
        /// 工作动态.
        News = "news", "工作动态";
        /// 回应关切.
        Response = "response", "回应关切";
        /// 机构职能.
        Institution = "institution", "机构职能";
        /// 报告.
        Report = "report", "工作报告";
        /// 办事指南.
        Guide = "guide", "办事指南";
        /// 数据公示.
        Data = "data", "数据公示";
        /// 征求意见.
        Consultation = "consultation", "征求意见";
    }
}

impl Kind {
    /// Address of a document of this kind on the portal.
    pub fn path(self, id: &str) -> String {
        if self == Self::Policy { format!("/policies/{id}") } else { format!("/documents/{id}") }
    }
}

words! {
    /// What kind of column (page tag ColumnType).
    ColumnKind {
        /// 工作动态.
        News = "news", "工作动态";
        /// 通知公告.
        Notice = "notice", "通知公告";
        /// 政策文件.
        Policy = "policy", "政策文件";
        /// 政策解读.
        Interpretation = "interpretation", "政策解读";
        /// 政府信息公开法定栏目.
        Statutory = "statutory", "法定公开";
        /// 重点领域专题.
        Topic = "topic", "专题";
        /// 回应关切.
        Response = "response", "回应关切";
        /// 机构职能.
        Institution = "institution", "机构职能";
        /// 办事服务.
        Service = "service", "办事服务";
        /// 数据公示.
        Data = "data", "数据公示";
    }
}

words! {
    /// 有效性 of a policy.
    Validity {
        /// 有效.
        InForce = "in_force", "有效";
        /// 已修改.
        Amended = "amended", "已修改";
        /// 失效.
        Lapsed = "lapsed", "失效";
        /// 已废止.
        Repealed = "repealed", "已废止";
    }
}

words! {
    /// 公开属性, approved together with the text (国办发〔2016〕80号).
    Disclosure {
        /// 主动公开: the only one that is published.
        Open = "open", "主动公开";
        /// 依申请公开.
        OnRequest = "on_request", "依申请公开";
        /// 不予公开, with the legal reason.
        Closed = "closed", "不予公开";
    }
}

words! {
    /// Why something is not disclosed (条例 Art. 14–16; what is none of these is disclosed, Art. 13).
    ClosedReason {
        /// Art. 14.
        StateSecret = "art14_secret", "第十四条：依法确定为国家秘密";
        /// Art. 14.
        Forbidden = "art14_forbidden", "第十四条：法律、行政法规禁止公开";
        /// Art. 14.
        Safety = "art14_safety", "第十四条：公开后可能危及国家安全、公共安全、经济安全、社会稳定";
        /// Art. 15.
        ThirdParty = "art15_third_party", "第十五条：涉及商业秘密、个人隐私等，公开会损害第三方合法权益";
        /// Art. 16 para. 1.
        Internal = "art16_internal", "第十六条：内部事务信息";
        /// Art. 16 para. 2.
        Process = "art16_process", "第十六条：过程性信息";
        /// Art. 16 para. 2.
        CaseFile = "art16_case_file", "第十六条：行政执法案卷信息";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(Disclosure::from_code("open"), Some(Disclosure::Open));
        assert_eq!(Kind::Policy.path("x"), "/policies/x");
        assert_eq!(Kind::News.path("x"), "/documents/x");
    }
}
