//! Editions: their states and which transitions are allowed. Pure; the store writes what comes out.

use jiff::{SignedDuration, Timestamp};
use kernel::{Gate, id::AccountId};

/// How long a claim keeps others from deciding.
pub const CLAIM_HOURS: i64 = 2;

/// Who reviews at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The account.
    pub by: AccountId,
    /// Its name.
    pub name: String,
    /// Since when.
    pub at: Timestamp,
}

impl Claim {
    /// Whether the claim still holds at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        claim_holds(self.at, now)
    }
}

/// Whether a claim made at `at` still holds at `now`.
pub fn claim_holds(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < SignedDuration::from_hours(CLAIM_HOURS)
}

/// The state of an edition, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditionState {
    /// 草稿: being written.
    Draft,
    /// 审核中: stands at a gate, perhaps in somebody's hands.
    InReview {
        /// Where.
        gate: Gate,
        /// Who has it.
        claim: Option<Claim>,
    },
    /// 已退回: back with the author.
    Returned {
        /// By which gate.
        gate: Gate,
        /// Name of who returned it.
        by: String,
        /// Why.
        reason: String,
    },
    /// 定时发布: passed all gates, waits for its moment.
    Scheduled {
        /// The moment.
        at: Timestamp,
    },
    /// 已发布: public now.
    Published {
        /// Since when.
        at: Timestamp,
    },
    /// 已被新版替代.
    Superseded {
        /// When.
        at: Timestamp,
    },
    /// 已撤回: a tombstone stands in its place.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
        /// What else readers are told.
        notice: String,
    },
}

/// Why a transition is refused, in words for the person who tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("这一版现在是“{0}”，不能{1}。请刷新页面查看最新状态。")]
    State(&'static str, &'static str),
    /// The author of a text passes none of its gates (invariant 7).
    #[error("您参与了这一版的撰写，不能审核自己的稿件。请由其他审核员办理。")]
    OwnText,
    /// Somebody else is reviewing.
    #[error("{0}正在审核这一版，请等对方办完或放回后再办。领取两小时后自动失效。")]
    Claimed(String),
    /// A return or withdrawal without a reason.
    #[error("请写明理由，例如：第三段数据与附件不一致。")]
    NoReason,
    /// Findings block.
    #[error("还有 {0} 处个人信息未处理，不能{1}。请修改文字或附件，或由有权人员逐条说明理由后放行。")]
    Blocked(usize, &'static str),
    /// Only 主动公开 is published.
    #[error("公开属性不是“主动公开”，不能提交公开。请改为主动公开，或留作内部存档。")]
    NotOpen,
    /// Something required is missing.
    #[error("{0}")]
    Incomplete(String),
    /// A moment that has not come yet.
    #[error("定时发布的时间还没有到。")]
    TooEarly,
}

/// What a decision must know of the edition besides its state.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Everybody who wrote in it.
    pub authors: Vec<AccountId>,
    /// Blocking findings that nobody let through.
    pub blocked: usize,
    /// Whether its disclosure attribute is 主动公开.
    pub open: bool,
    /// The wanted moment of publication.
    pub publish_at: Option<Timestamp>,
}

impl Facts {
    fn reviewer(&self, who: &AccountId) -> Result<(), Refusal> {
        if self.authors.contains(who) { Err(Refusal::OwnText) } else { Ok(()) }
    }

    fn fit_for_public(&self, what: &'static str) -> Result<(), Refusal> {
        if self.blocked > 0 {
            return Err(Refusal::Blocked(self.blocked, what));
        }
        if self.open { Ok(()) } else { Err(Refusal::NotOpen) }
    }
}

impl EditionState {
    /// The code in storage and filters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview { .. } => "in_review",
            Self::Returned { .. } => "returned",
            Self::Scheduled { .. } => "scheduled",
            Self::Published { .. } => "published",
            Self::Superseded { .. } => "superseded",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// The name shown to people.
    pub fn label(&self) -> &'static str {
        label(self.code())
    }

    /// Whether the text may be changed.
    pub fn is_editable(&self) -> bool {
        matches!(self, Self::Draft | Self::Returned { .. })
    }

    /// Whether work on it goes on: at most one edition of a document is open.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Draft | Self::Returned { .. } | Self::InReview { .. } | Self::Scheduled { .. })
    }

    /// The claim that holds at `now`.
    pub fn claim(&self, now: Timestamp) -> Option<&Claim> {
        match self {
            Self::InReview { claim: Some(claim), .. } if claim.holds(now) => Some(claim),
            _ => None,
        }
    }

    fn refuse<T>(&self, what: &'static str) -> Result<T, Refusal> {
        Err(Refusal::State(self.label(), what))
    }

    /// 提交审核: from the author to the first gate.
    ///
    /// # Errors
    /// When it is no draft, findings block, or it is not to be public.
    pub fn submit(self, facts: &Facts) -> Result<Self, Refusal> {
        if !self.is_editable() {
            return self.refuse("提交审核");
        }
        facts.fit_for_public("提交审核")?;
        Ok(Self::InReview { gate: Gate::Secrecy, claim: None })
    }

    /// 撤回修改: the author takes it back from review or from its schedule; all gates begin again.
    ///
    /// # Errors
    /// When it is neither in review nor scheduled.
    pub fn recall(self) -> Result<Self, Refusal> {
        match self {
            Self::InReview { .. } | Self::Scheduled { .. } => Ok(Self::Draft),
            other => other.refuse("撤回修改"),
        }
    }

    /// 领取: keeps others from deciding for two hours.
    ///
    /// # Errors
    /// When the person wrote in it, or another holds it.
    pub fn claim_by(self, who: &AccountId, name: &str, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        facts.reviewer(who)?;
        let gate = self.held_at(who, now, "领取")?;
        Ok(Self::InReview { gate, claim: Some(Claim { by: who.clone(), name: name.to_owned(), at: now }) })
    }

    /// 放回: gives the claim back.
    ///
    /// # Errors
    /// When another holds it.
    pub fn release(self, who: &AccountId, now: Timestamp) -> Result<Self, Refusal> {
        let gate = self.held_at(who, now, "放回")?;
        Ok(Self::InReview { gate, claim: None })
    }

    /// 通过: on to the next gate; after the last one public, or scheduled when the wanted moment lies ahead.
    ///
    /// # Errors
    /// When the person wrote in it, another holds it, findings block, or it is not to be public.
    pub fn approve(self, who: &AccountId, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        facts.reviewer(who)?;
        let gate = self.held_at(who, now, "通过")?;
        facts.fit_for_public("通过")?;
        Ok(match (gate.next(), facts.publish_at) {
            (Some(gate), _) => Self::InReview { gate, claim: None },
            (None, Some(at)) if at > now => Self::Scheduled { at },
            (None, _) => Self::Published { at: now },
        })
    }

    /// 退回: back to the author, with the reason.
    ///
    /// # Errors
    /// When the person wrote in it, another holds it, or there is no reason.
    pub fn send_back(
        self,
        who: &AccountId,
        name: &str,
        reason: &str,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        facts.reviewer(who)?;
        let gate = self.held_at(who, now, "退回")?;
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        Ok(Self::Returned { gate, by: name.to_owned(), reason: reason.trim().to_owned() })
    }

    /// 紧急发布: public at once past the gates that are left. Findings still block (invariant 7: logged and reasoned).
    ///
    /// # Errors
    /// When the person wrote in it, there is no reason, findings block, or it is public or ended already.
    pub fn bypass(self, who: &AccountId, reason: &str, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        if !self.is_open() {
            return self.refuse("紧急发布");
        }
        facts.reviewer(who)?;
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        facts.fit_for_public("紧急发布")?;
        Ok(Self::Published { at: now })
    }

    /// A scheduled edition whose moment has come becomes public.
    ///
    /// # Errors
    /// When it is not scheduled, the moment has not come, or findings block.
    pub fn come_due(self, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        match self {
            Self::Scheduled { at } if at > now => Err(Refusal::TooEarly),
            Self::Scheduled { .. } => {
                facts.fit_for_public("发布")?;
                Ok(Self::Published { at: now })
            }
            other => other.refuse("发布"),
        }
    }

    /// An edition on its way that may not become public after all goes back to its author, whoever holds it.
    ///
    /// # Errors
    /// When it is neither in review nor scheduled.
    pub fn hold(self, by: &str, reason: &str) -> Result<Self, Refusal> {
        match self {
            Self::Scheduled { .. } => {
                Ok(Self::Returned { gate: Gate::Secrecy, by: by.to_owned(), reason: reason.to_owned() })
            }
            Self::InReview { gate, .. } => Ok(Self::Returned { gate, by: by.to_owned(), reason: reason.to_owned() }),
            other => other.refuse("退回"),
        }
    }

    /// A newer edition has become public.
    ///
    /// # Errors
    /// When it was not public.
    pub fn supersede(self, now: Timestamp) -> Result<Self, Refusal> {
        match self {
            Self::Published { .. } => Ok(Self::Superseded { at: now }),
            other => other.refuse("替代"),
        }
    }

    /// 撤回公开: a tombstone with the reason takes its place. Nothing is deleted.
    ///
    /// # Errors
    /// When it is not public or there is no reason.
    pub fn withdraw(self, reason: &str, notice: &str, now: Timestamp) -> Result<Self, Refusal> {
        match self {
            Self::Published { .. } if reason.trim().is_empty() => Err(Refusal::NoReason),
            Self::Published { .. } => {
                Ok(Self::Withdrawn { at: now, reason: reason.trim().to_owned(), notice: notice.trim().to_owned() })
            }
            other => other.refuse("撤回公开"),
        }
    }

    /// The gate, if it is in review and nobody else holds it.
    fn held_at(&self, who: &AccountId, now: Timestamp, what: &'static str) -> Result<Gate, Refusal> {
        match self {
            Self::InReview { gate, claim } => match claim {
                Some(claim) if claim.by != *who && claim.holds(now) => Err(Refusal::Claimed(claim.name.clone())),
                _ => Ok(*gate),
            },
            other => other.refuse(what),
        }
    }
}

/// The name of a state by its code.
pub fn label(code: &str) -> &'static str {
    match code {
        "draft" => "草稿",
        "in_review" => "审核中",
        "returned" => "已退回",
        "scheduled" => "定时发布",
        "published" => "已发布",
        "superseded" => "已被新版替代",
        "withdrawn" => "已撤回",
        _ => "未知",
    }
}

/// Codes and names of all states, for filters.
pub const STATES: [&str; 7] = ["draft", "in_review", "returned", "scheduled", "published", "superseded", "withdrawn"];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("moment")
    }

    fn facts() -> Facts {
        Facts { authors: vec!["author".into()], blocked: 0, open: true, publish_at: None }
    }

    const NOW: &str = "2026-05-06T01:00:00Z";

    #[test]
    fn a_text_passes_four_gates_in_order_and_becomes_public() {
        let mut state = EditionState::Draft.submit(&facts()).expect("submitted");
        for gate in Gate::ALL {
            assert!(matches!(&state, EditionState::InReview { gate: at, .. } if *at == gate), "{gate:?}");
            state = state.approve(&"reviewer".into(), &facts(), at(NOW)).expect("approved");
        }
        assert_eq!(state, EditionState::Published { at: at(NOW) });
        assert!(matches!(state.submit(&facts()), Err(Refusal::State(..))));
    }

    #[test]
    fn the_author_passes_no_gate_by_any_way() {
        let review = || EditionState::InReview { gate: Gate::Wording, claim: None };
        let author = AccountId::from("author");
        assert_eq!(review().approve(&author, &facts(), at(NOW)), Err(Refusal::OwnText));
        assert_eq!(review().claim_by(&author, "甲", &facts(), at(NOW)), Err(Refusal::OwnText));
        assert_eq!(review().send_back(&author, "甲", "理由", &facts(), at(NOW)), Err(Refusal::OwnText));
        assert_eq!(review().bypass(&author, "紧急", &facts(), at(NOW)), Err(Refusal::OwnText));
    }

    #[test]
    fn a_claim_keeps_others_out_for_two_hours() {
        let first = AccountId::from("first");
        let second = AccountId::from("second");
        let review = EditionState::InReview { gate: Gate::Policy, claim: None };
        let claimed = review.claim_by(&first, "甲", &facts(), at(NOW)).expect("claimed");
        let soon = at("2026-05-06T02:59:59Z");
        assert_eq!(claimed.clone().approve(&second, &facts(), soon), Err(Refusal::Claimed("甲".into())));
        assert_eq!(claimed.clone().claim_by(&second, "乙", &facts(), soon), Err(Refusal::Claimed("甲".into())));
        assert!(claimed.clone().approve(&first, &facts(), soon).is_ok());
        assert!(claimed.clone().claim_by(&second, "乙", &facts(), at("2026-05-06T03:00:00Z")).is_ok());
        let free = claimed.release(&first, soon).expect("given back");
        assert!(free.claim_by(&second, "乙", &facts(), soon).is_ok());
    }

    #[test]
    fn findings_block_every_way_to_the_public() {
        let blocked = Facts { blocked: 2, ..facts() };
        let who = AccountId::from("reviewer");
        let review = EditionState::InReview { gate: Gate::Political, claim: None };
        assert!(matches!(EditionState::Draft.submit(&blocked), Err(Refusal::Blocked(2, _))));
        assert!(matches!(review.clone().approve(&who, &blocked, at(NOW)), Err(Refusal::Blocked(2, _))));
        assert!(matches!(review.bypass(&who, "紧急", &blocked, at(NOW)), Err(Refusal::Blocked(2, _))));
        let due = EditionState::Scheduled { at: at(NOW) };
        assert!(matches!(due.come_due(&blocked, at(NOW)), Err(Refusal::Blocked(2, _))));
    }

    #[test]
    fn only_what_is_to_be_open_leaves_the_desk() {
        let closed = Facts { open: false, ..facts() };
        assert_eq!(EditionState::Draft.submit(&closed), Err(Refusal::NotOpen));
        assert_eq!(EditionState::Draft.bypass(&"x".into(), "急", &closed, at(NOW)), Err(Refusal::NotOpen));
    }

    #[test]
    fn a_wanted_moment_ahead_schedules_and_comes_due_once() {
        let later = at("2026-05-07T01:00:00Z");
        let wanted = Facts { publish_at: Some(later), ..facts() };
        let last = EditionState::InReview { gate: Gate::Political, claim: None };
        let scheduled = last.approve(&"r".into(), &wanted, at(NOW)).expect("approved");
        assert_eq!(scheduled, EditionState::Scheduled { at: later });
        assert_eq!(scheduled.clone().come_due(&wanted, at(NOW)), Err(Refusal::TooEarly));
        assert_eq!(scheduled.clone().recall(), Ok(EditionState::Draft));
        let public = scheduled.come_due(&wanted, later).expect("due");
        assert!(matches!(public.clone().come_due(&wanted, later), Err(Refusal::State(..))));
        assert!(matches!(public.withdraw(" ", "", later), Err(Refusal::NoReason)));
    }

    #[test]
    fn what_has_ended_stays_ended() {
        let who = AccountId::from("r");
        for ended in [
            EditionState::Superseded { at: at(NOW) },
            EditionState::Withdrawn { at: at(NOW), reason: "错".into(), notice: String::new() },
        ] {
            assert!(ended.clone().submit(&facts()).is_err());
            assert!(ended.clone().recall().is_err());
            assert!(ended.clone().approve(&who, &facts(), at(NOW)).is_err());
            assert!(ended.clone().bypass(&who, "急", &facts(), at(NOW)).is_err());
            assert!(ended.clone().supersede(at(NOW)).is_err());
            assert!(ended.withdraw("错", "", at(NOW)).is_err());
        }
    }
}
