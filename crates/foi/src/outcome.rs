//! What an answer may be (条例 Art. 30, 35–39, 42), and why something may stay closed (Art. 14–16).

use serde::{Deserialize, Serialize};

use crate::{decision::Need, practice::Practice, report::Row};

/// 处理结果: each is a choice with its ground in law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    AlreadyPublic,
    Disclosed,
    Partly,
    /// For the reason of an [`Exemption`].
    Withheld,
    RegistryQuery,
    NotExist,
    NotResponsible,
    NeedsMaking,
    StillUnclear,
    Petition,
    Repeated,
    Publications,
    Abusive,
    ConfirmOrReissue,
    NotSupplemented,
    FeeUnpaid,
    Withdrawn,
    OtherHandling,
}

use Outcome as O;

impl Outcome {
    /// In the order of the report.
    pub const ALL: [Self; 18] = [
        O::AlreadyPublic,
        O::Disclosed,
        O::Partly,
        O::Withheld,
        O::RegistryQuery,
        O::NotExist,
        O::NotResponsible,
        O::NeedsMaking,
        O::StillUnclear,
        O::Petition,
        O::Repeated,
        O::Publications,
        O::Abusive,
        O::ConfirmOrReissue,
        O::NotSupplemented,
        O::FeeUnpaid,
        O::Withdrawn,
        O::OtherHandling,
    ];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            O::AlreadyPublic => "already_public",
            O::Disclosed => "disclosed",
            O::Partly => "partly",
            O::Withheld => "withheld",
            O::RegistryQuery => "registry_query",
            O::NotExist => "not_exist",
            O::NotResponsible => "not_responsible",
            O::NeedsMaking => "needs_making",
            O::StillUnclear => "still_unclear",
            O::Petition => "petition",
            O::Repeated => "repeated",
            O::Publications => "publications",
            O::Abusive => "abusive",
            O::ConfirmOrReissue => "confirm_or_reissue",
            O::NotSupplemented => "not_supplemented",
            O::FeeUnpaid => "fee_unpaid",
            O::Withdrawn => "withdrawn",
            O::OtherHandling => "other_handling",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// In official words.
    pub const fn label(self) -> &'static str {
        match self {
            O::AlreadyPublic => "已主动公开，告知获取方式和途径",
            O::Disclosed => "予以公开",
            O::Partly => "部分公开",
            O::Withheld => "不予公开",
            O::RegistryQuery => "属于行政查询事项，依照有关规定办理",
            O::NotExist => "信息不存在",
            O::NotResponsible => "不属于本机关负责公开",
            O::NeedsMaking => "没有现成信息，需要另行制作",
            O::StillUnclear => "补正后申请内容仍不明确",
            O::Petition => "信访、投诉、举报类，不作为政府信息公开申请处理",
            O::Repeated => "重复申请，不予重复处理",
            O::Publications => "要求提供公开出版物，告知获取途径",
            O::Abusive => "无正当理由大量反复申请，不予处理",
            O::ConfirmOrReissue => "要求确认或者重新出具已获取信息，不予处理",
            O::NotSupplemented => "逾期不补正，不再处理",
            O::FeeUnpaid => "逾期不缴纳信息处理费，不再处理",
            O::Withdrawn => "申请人撤回申请",
            O::OtherHandling => "其他处理",
        }
    }

    /// What it means, for who asked.
    pub fn plain(self) -> &'static str {
        match self {
            O::AlreadyPublic => "您要的信息已经公开，答复书写明在哪里看。",
            O::Disclosed => "您要的信息可以公开，随答复提供，或者写明怎样、何时取。",
            O::Partly => "能公开的部分提供给您；不能公开的部分，答复书写明理由。",
            O::Withheld => "您要的信息依法不予公开，答复书写明理由和依据。",
            O::RegistryQuery => "这类资料另有查询规定，答复书写明依据和到哪里查。",
            O::NotExist => "机关按您写的线索检索，没有找到这项信息。",
            O::NotResponsible => "这项信息不由本机关负责公开；知道归谁的，答复书写明名称和联系方式。",
            O::NeedsMaking => "没有现成的信息，需要汇总、加工或者分析才能得到，机关可以不提供。",
            O::StillUnclear => "补正以后仍看不出要的是哪项信息，无法提供。",
            O::Petition => "您反映的是信访、投诉、举报事项，请按答复书写的渠道提出。",
            O::Repeated => "同样的申请已经答复过，不再重复处理。",
            O::Publications => "公报、报刊、书籍等公开出版物，请按答复书写的途径获取。",
            O::Abusive => "申请的数量、频次明显超过合理范围，说明的理由不成立，不予处理。",
            O::ConfirmOrReissue => "您已经有这项信息，要求确认或者重新出具的，不予处理。",
            O::NotSupplemented => "在告知的期限内没有收到补正，视为放弃申请。",
            O::FeeUnpaid => "在收费通知的期限内没有缴费，视为放弃申请。",
            O::Withdrawn => "您撤回了申请，机关不再办理。",
            O::OtherHandling => "处理情况见答复书。",
        }
    }

    /// The article on which it rests.
    pub fn ground(self) -> &'static str {
        match self {
            O::AlreadyPublic => "《政府信息公开条例》第三十六条第一项",
            O::Disclosed => "《政府信息公开条例》第三十六条第二项",
            O::Partly => "《政府信息公开条例》第三十六条第三项、第三十七条",
            O::Withheld => "《政府信息公开条例》第三十六条第三项",
            O::RegistryQuery => "《政府信息公开条例》第三十六条第七项",
            O::NotExist => "《政府信息公开条例》第三十六条第四项",
            O::NotResponsible => "《政府信息公开条例》第三十六条第五项",
            O::NeedsMaking => "《政府信息公开条例》第三十八条",
            O::StillUnclear | O::NotSupplemented => "《政府信息公开条例》第三十条",
            O::Petition => "《政府信息公开条例》第三十九条第一款",
            O::Repeated => "《政府信息公开条例》第三十六条第六项",
            O::Publications => "《政府信息公开条例》第三十九条第二款",
            O::Abusive => "《政府信息公开条例》第三十五条",
            O::ConfirmOrReissue => "《政府信息公开条例》第三十六条、第三十八条",
            O::FeeUnpaid => "《政府信息公开条例》第四十二条、《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）",
            O::Withdrawn => "申请人书面撤回",
            O::OtherHandling => "《政府信息公开条例》",
        }
    }

    /// What the answer cannot be without.
    pub fn needs(self) -> &'static [Need] {
        match self {
            O::AlreadyPublic | O::Publications => &[Need::Where],
            O::Disclosed => &[Need::How],
            O::Partly => &[Need::How, Need::Reason],
            O::Withheld | O::NeedsMaking | O::StillUnclear | O::Abusive | O::ConfirmOrReissue => &[Need::Reason],
            // The law does not list it, so that the answer itself says on which article it rests.
            O::OtherHandling => &[Need::Law, Need::Reason],
            O::RegistryQuery => &[Need::Law, Need::Where],
            O::NotExist => &[Need::Searched],
            O::NotResponsible => &[Need::Reason],
            O::Petition => &[Need::Reason],
            O::Repeated => &[Need::Earlier],
            O::NotSupplemented | O::FeeUnpaid | O::Withdrawn => &[],
        }
    }

    /// What it may have besides.
    pub fn offers(self) -> &'static [Need] {
        match self {
            O::NotResponsible => &[Need::RightOrgan],
            O::Petition => &[Need::Where],
            O::Partly | O::Disclosed => &[Need::PublicInterest],
            _ => &[],
        }
    }

    /// Whether it names exemptions: one at least where something stays closed.
    pub fn has_exemptions(self) -> bool {
        matches!(self, O::Partly | O::Withheld)
    }

    /// Whether information reaches the applicant that was not public before.
    pub fn gives(self) -> bool {
        matches!(self, O::Disclosed | O::Partly)
    }

    /// Whether it is written as an answer to the applicant. Who withdrew is told that it was noted, and nothing is decided.
    pub fn is_answer(self) -> bool {
        self != O::Withdrawn
    }

    /// Whether remedies stand in it: under every answer, since each may be held against the law (Art. 51).
    pub fn has_remedies(self) -> bool {
        self.is_answer()
    }

    /// Its row of chapter three, for [`O::Withheld`] by the exemption that weighs most, which comes first.
    pub fn row(self, exemptions: &[Exemption], practice: &Practice) -> Row {
        if self == O::Withheld
            && let Some(first) = exemptions.first()
        {
            return practice.row(first.code()).unwrap_or(first.usual_row());
        }
        practice.row(self.code()).unwrap_or(self.usual_row())
    }

    fn usual_row(self) -> Row {
        match self {
            O::AlreadyPublic | O::Disclosed => Row::Disclosed,
            O::Partly => Row::Partly,
            // Without an exemption there is no such answer; it would stand where laws forbid.
            O::Withheld => Row::ForbiddenByLaw,
            O::RegistryQuery => Row::RegistryQuery,
            O::NotExist | O::NotResponsible => Row::NotHeld,
            O::NeedsMaking => Row::NeedsMaking,
            O::StillUnclear => Row::StillUnclear,
            O::Petition => Row::Petition,
            O::Repeated => Row::Repeated,
            O::Publications => Row::Publications,
            O::Abusive => Row::Abusive,
            O::ConfirmOrReissue => Row::ConfirmOrReissue,
            O::NotSupplemented => Row::NotSupplemented,
            O::FeeUnpaid => Row::FeeUnpaid,
            O::Withdrawn | O::OtherHandling => Row::OtherHandling,
        }
    }
}

/// 不予公开的情形.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exemption {
    StateSecret,
    ForbiddenByLaw,
    ThreeSafeties,
    ThirdParty,
    InternalAffairs,
    Process,
    CaseFile,
}

impl Exemption {
    /// In the order of the law.
    pub const ALL: [Self; 7] = [
        Self::StateSecret,
        Self::ForbiddenByLaw,
        Self::ThreeSafeties,
        Self::ThirdParty,
        Self::InternalAffairs,
        Self::Process,
        Self::CaseFile,
    ];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StateSecret => "state_secret",
            Self::ForbiddenByLaw => "forbidden_by_law",
            Self::ThreeSafeties => "three_safeties",
            Self::ThirdParty => "third_party",
            Self::InternalAffairs => "internal_affairs",
            Self::Process => "process",
            Self::CaseFile => "case_file",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::StateSecret => "依法确定为国家秘密",
            Self::ForbiddenByLaw => "法律、行政法规禁止公开",
            Self::ThreeSafeties => "公开后可能危及国家安全、公共安全、经济安全、社会稳定",
            Self::ThirdParty => "涉及商业秘密、个人隐私等，公开会对第三方合法权益造成损害",
            Self::InternalAffairs => "内部事务信息",
            Self::Process => "过程性信息",
            Self::CaseFile => "行政执法案卷信息",
        }
    }

    pub fn ground(self) -> &'static str {
        match self {
            Self::StateSecret | Self::ForbiddenByLaw | Self::ThreeSafeties => "《政府信息公开条例》第十四条",
            Self::ThirdParty => "《政府信息公开条例》第十五条",
            Self::InternalAffairs => "《政府信息公开条例》第十六条第一款",
            Self::Process | Self::CaseFile => "《政府信息公开条例》第十六条第二款",
        }
    }

    /// What may be chosen of it, in the law's own words: the kind must be named in the answer. Empty where it has none.
    pub fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::ThreeSafeties => &["国家安全", "公共安全", "经济安全", "社会稳定"],
            Self::ThirdParty => &["商业秘密", "个人隐私", "第三方的其他合法权益"],
            Self::InternalAffairs => &["人事管理", "后勤管理", "内部工作流程"],
            Self::Process => &["讨论记录", "过程稿", "磋商信函", "请示报告"],
            Self::StateSecret | Self::ForbiddenByLaw | Self::CaseFile => &[],
        }
    }

    /// Name of the form's field for [`Self::kinds`].
    pub fn kind_field(self) -> &'static str {
        match self {
            Self::ThreeSafeties => "kind_three_safeties",
            Self::ThirdParty => "kind_third_party",
            Self::InternalAffairs => "kind_internal_affairs",
            Self::Process => "kind_process",
            Self::StateSecret | Self::ForbiddenByLaw | Self::CaseFile => "exemption",
        }
    }

    /// Must stay closed, whatever the organ thinks (Art. 14). The others may be opened: with consent or for the public good
    /// (Art. 15), or at the organ's own judgement (Art. 16).
    pub fn is_absolute(self) -> bool {
        matches!(self, Self::StateSecret | Self::ForbiddenByLaw | Self::ThreeSafeties)
    }

    fn usual_row(self) -> Row {
        match self {
            Self::StateSecret => Row::StateSecret,
            Self::ForbiddenByLaw => Row::ForbiddenByLaw,
            Self::ThreeSafeties => Row::ThreeSafeties,
            Self::ThirdParty => Row::ThirdParty,
            Self::InternalAffairs => Row::InternalAffairs,
            Self::Process => Row::Process,
            Self::CaseFile => Row::CaseFile,
        }
    }
}
