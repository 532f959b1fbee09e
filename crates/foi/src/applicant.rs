//! Who asks, in the columns of chapter three of the annual report.

use serde::{Deserialize, Serialize};

/// 申请人情况: a natural person, or one of the five kinds of organisations that the report counts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicant {
    NaturalPerson,
    Business,
    Research,
    Charity,
    LegalService,
    Other,
}

impl Applicant {
    /// In the order of the report's columns.
    pub const ALL: [Self; 6] =
        [Self::NaturalPerson, Self::Business, Self::Research, Self::Charity, Self::LegalService, Self::Other];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NaturalPerson => "natural_person",
            Self::Business => "business",
            Self::Research => "research",
            Self::Charity => "charity",
            Self::LegalService => "legal_service",
            Self::Other => "other",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The head of its column.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NaturalPerson => "自然人",
            Self::Business => "商业企业",
            Self::Research => "科研机构",
            Self::Charity => "社会公益组织",
            Self::LegalService => "法律服务机构",
            Self::Other => "其他",
        }
    }

    /// For who chooses: 其他 says little outside of the table.
    pub const fn choice(self) -> &'static str {
        match self {
            Self::NaturalPerson => "公民（个人）",
            Self::Business => "商业企业（公司、合伙企业、个体工商户等）",
            Self::Research => "科研机构（高校、研究院所等）",
            Self::Charity => "社会公益组织（基金会、社会团体等）",
            Self::LegalService => "法律服务机构（律师事务所、公证机构等）",
            Self::Other => "其他组织",
        }
    }

    /// Place of its column among the seven of the table, the last of which is the sum.
    pub fn column(self) -> usize {
        self as usize
    }

    pub fn is_person(self) -> bool {
        self == Self::NaturalPerson
    }

    /// What 身份证明 is asked of it (条例 Art. 29 (一)).
    pub fn proof(self) -> &'static str {
        match self {
            Self::NaturalPerson => "身份证件类型和号码",
            Self::Business | Self::Research | Self::Charity | Self::LegalService | Self::Other => {
                "统一社会信用代码、法定代表人（负责人）姓名和经办人姓名"
            }
        }
    }
}
