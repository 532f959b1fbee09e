//! An answer as the organ is about to give it, and what stands against it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    event::{Asked, Opinion},
    outcome::{Exemption, Outcome},
    state::{Stage, State},
};

/// A part of an answer that somebody has to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// 获取的方式、途径: where it can be read, looked up, or brought forward.
    Where,
    /// 提供的方式、途径和时间.
    How,
    /// 理由.
    Reason,
    /// Name and article of the law that forbids, or that has rules of its own.
    Law,
    /// 检索情况: what was searched and by which words.
    Searched,
    /// Name and contact of the organ that is responsible, if it is known.
    RightOrgan,
    /// Number and date of the answer that was given before.
    Earlier,
    /// Why the public good weighs more than a third party's objection (Art. 32).
    PublicInterest,
}

impl Need {
    pub const ALL: [Self; 8] = [
        Self::Where,
        Self::How,
        Self::Reason,
        Self::Law,
        Self::Searched,
        Self::RightOrgan,
        Self::Earlier,
        Self::PublicInterest,
    ];

    /// Name of its field in forms; the serde form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Where => "where",
            Self::How => "how",
            Self::Reason => "reason",
            Self::Law => "law",
            Self::Searched => "searched",
            Self::RightOrgan => "right_organ",
            Self::Earlier => "earlier",
            Self::PublicInterest => "public_interest",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Where => "获取的方式、途径",
            Self::How => "提供的方式、途径和时间",
            Self::Reason => "理由",
            Self::Law => "法律、行政法规的名称和条款",
            Self::Searched => "检索情况",
            Self::RightOrgan => "负责公开的机关名称和联系方式",
            Self::Earlier => "此前答复的文号和日期",
            Self::PublicInterest => "第三方不同意仍予公开的理由（公共利益）",
        }
    }

    /// What helps to write it; [`Self::ask`] is what is said when it is missing.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Where => "例如 某某县人民政府网站“政策文件”栏目的网址",
            Self::How => "例如 随本答复邮寄复印件 12 页",
            Self::Reason => "信息属于哪种情形，为什么；只引条款不够",
            Self::Law => "例如 《不动产登记暂行条例》第二十七条",
            Self::Searched => "例如 以“老旧小区改造”检索 2019 至 2025 年档案和公文系统，没有找到",
            Self::RightOrgan => "知道由哪个机关负责的，写名称、地址和电话",
            Self::Earlier => "例如 依申请答复〔2026〕3号，2026-03-05",
            Self::PublicInterest => {
                "第三方提出理由不同意、仍要公开的必须填写：不公开可能对公共利益造成什么重大影响（条例第三十二条）"
            }
        }
    }

    /// What to write when it is missing.
    pub fn ask(self) -> &'static str {
        match self {
            Self::Where => "请写明获取的方式、途径，例如 某某县人民政府网站“政策文件”栏目的网址。",
            Self::How => "请写明怎样提供，例如 随本答复邮寄复印件 12 页。",
            Self::Reason => "请写明理由：信息属于哪种情形，为什么。只引条款不够。",
            Self::Law => "请写明法律、行政法规的名称和第几条，例如 《不动产登记暂行条例》第二十七条。",
            Self::Searched => "请写明检索情况，例如 以“老旧小区改造”检索 2019 至 2025 年档案和公文系统，没有找到。",
            Self::RightOrgan => "请写明负责公开的机关名称和联系方式。",
            Self::Earlier => "请写明此前答复的文号和日期。",
            Self::PublicInterest => "请写明不公开可能对公共利益造成什么重大影响（条例第三十二条）。",
        }
    }
}

/// An answer as it is about to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: Outcome,
    /// The one that weighs most comes first: by it the answer counts in the report.
    #[serde(default)]
    pub exemptions: Vec<Exemption>,
    /// Which of [`Exemption::kinds`], for those that have any.
    #[serde(default)]
    pub kinds: BTreeMap<Exemption, String>,
    #[serde(default)]
    pub texts: BTreeMap<Need, String>,
}

/// Why an answer cannot be given as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name of the field that must change.
    pub field: &'static str,
    pub message: String,
}

impl Decision {
    pub fn new(outcome: Outcome) -> Self {
        Self { outcome, exemptions: Vec::new(), kinds: BTreeMap::new(), texts: BTreeMap::new() }
    }

    #[must_use]
    pub fn with(mut self, need: Need, text: impl Into<String>) -> Self {
        self.texts.insert(need, text.into());
        self
    }

    #[must_use]
    pub fn exempt(mut self, exemption: Exemption, kind: impl Into<String>) -> Self {
        self.exemptions.push(exemption);
        self.kinds.insert(exemption, kind.into());
        self
    }

    /// What was written for a part; empty when nothing was.
    pub fn text(&self, need: Need) -> &str {
        self.texts.get(&need).map_or("", |text| text.trim())
    }

    /// Which kind of an exemption it is; empty where it has none or none was chosen.
    pub fn kind(&self, exemption: Exemption) -> &str {
        self.kinds.get(&exemption).map_or("", |kind| kind.trim())
    }

    /// What the answer must hold: what its outcome needs, and what its exemptions and the objections of others add.
    pub fn needs(&self, state: &State) -> Vec<Need> {
        let mut needs: Vec<Need> = self.outcome.needs().to_vec();
        if self.outcome.has_exemptions() && self.exemptions.contains(&Exemption::ForbiddenByLaw) {
            needs.push(Need::Law);
        }
        if self.overrides(state) {
            needs.push(Need::PublicInterest);
        }
        needs
    }

    /// Something is given although a third party has objected with reason and is not spared by an exemption.
    pub fn overrides(&self, state: &State) -> bool {
        let objects = |opinion: Opinion| opinion == Opinion::ObjectsWithReason;
        let objected = state.facts.questions.iter().any(|question| {
            question.asked == Asked::ThirdParty && question.answered.is_some_and(|(_, opinion)| objects(opinion))
        });
        objected && self.outcome.gives() && !self.exemptions.contains(&Exemption::ThirdParty)
    }

    /// Everything that stands against giving this answer now; empty when it may be given. Whether an answer may be given at
    /// all says [`State::may`].
    pub fn problems(&self, state: &State) -> Vec<Problem> {
        // In the order of the form, so that a list of errors is worked through from above.
        let mut problems = Vec::new();
        let mut add = |field: &'static str, message: String| problems.push(Problem { field, message });
        if self.outcome.has_exemptions() && self.exemptions.is_empty() {
            add("exemptions", "请选择不予公开的情形。没有法定情形，不得不予公开。".to_owned());
        }
        if !self.outcome.has_exemptions() && !self.exemptions.is_empty() {
            add("exemptions", format!("“{}”不写不予公开的情形。请改选部分公开或者不予公开。", self.outcome.label()));
        }
        for exemption in &self.exemptions {
            let kinds = exemption.kinds();
            if !kinds.is_empty() && !kinds.contains(&self.kind(*exemption)) {
                add(exemption.kind_field(), format!("请选择属于哪一种：{}。", kinds.join("、")));
            }
        }
        for need in self.needs(state) {
            let text = self.text(need);
            if text.is_empty() || (need == Need::Law && !names_article(text)) {
                add(need.code(), need.ask().to_owned());
            }
        }
        if let Some(message) = self.out_of_place(state) {
            add("outcome", message);
        }
        if self.outcome.gives()
            && let Some(waited) = state.consults.iter().find(|consult| consult.is_waited_for)
        {
            let who = waited.question.asked.label();
            add(
                "outcome",
                match waited.due {
                    Some(due) => format!("{who}的答复期限到 {due}，还不能决定公开。请等待答复或者期满。"),
                    None => format!("还在等待{who}答复。请登记对方收到的日期和意见，或者结束征求意见。"),
                },
            );
        }
        problems
    }

    /// Why this outcome does not follow from what happened.
    fn out_of_place(&self, state: &State) -> Option<String> {
        let facts = &state.facts;
        let supplemented = facts.supplement.is_some_and(|supplement| supplement.came.is_some());
        let until = facts.reasons.filter(|reasons| reasons.given.is_none()).and_then(|reasons| reasons.until);
        if let Some(until) = until.filter(|until| self.outcome == Outcome::Abusive && state.today <= *until) {
            return Some(format!("申请人可以在 {until} 前说明理由，还不能不予处理（条例第三十五条）。"));
        }
        let words = match self.outcome {
            Outcome::StillUnclear if !supplemented => {
                "没有收到过补正。内容不明确的，先一次性告知申请人补正（条例第三十条）。"
            }
            Outcome::NotSupplemented if !matches!(state.stage, Stage::SupplementMissed { .. }) => {
                "只有告知补正后逾期不补正的，才不再处理。"
            }
            Outcome::FeeUnpaid if !matches!(state.stage, Stage::PaymentMissed { .. }) => {
                "只有发出收费通知后逾期不缴费的，才不再处理。"
            }
            Outcome::Abusive if facts.reasons.is_none() => {
                "没有要求申请人说明理由。数量、频次明显超过合理范围的，先要求说明理由（条例第三十五条）。"
            }
            Outcome::Withdrawn => "撤回由申请人提出。请在“撤回”中登记。",
            _ => match state.stage {
                Stage::SupplementMissed { .. } if self.outcome != Outcome::NotSupplemented => {
                    "申请人逾期没有补正，应当选择“逾期不补正，不再处理”。"
                }
                Stage::PaymentMissed { .. } if self.outcome != Outcome::FeeUnpaid => {
                    "申请人逾期没有缴费，应当选择“逾期不缴纳信息处理费，不再处理”。"
                }
                _ => return None,
            },
        };
        Some(words.to_owned())
    }
}

/// 第二十七条 stands in it.
fn names_article(law: &str) -> bool {
    law.split_once('第').is_some_and(|(_, rest)| rest.contains('条'))
}
