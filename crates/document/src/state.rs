//! The life of an edition: its states and which transitions are allowed. Pure; the store writes what comes out.
//!
//! What happens between the desk of the author and the public, who passes which stage and who may not, is a review's; here
//! it is one state. What leaves the review, and every other way to the public, is judged again by [`Facts`].

use jiff::Timestamp;

/// The state of an edition, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// 草稿: being written.
    Draft,
    /// 审核中.
    InReview,
    /// 已退回: back with the author; the review knows why.
    Returned,
    /// 定时发布: passed its review, waits for its moment.
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
    #[error("这一版现在是“{0}”，不能{1}。请看过现在的情况再办理。")]
    State(&'static str, &'static str),
    /// A withdrawal without a reason.
    #[error("请写明撤回理由，例如：附件中的数据有误，正在核实。")]
    NoReason,
    /// Findings block.
    #[error(
        "检查发现的问题还有 {0} 处未处理（个人信息，或没有读出、须人工核对的内容），不能{1}。请修改文字或附件，或由有权人员（保密审查员、县政府办）逐条说明理由后放行。"
    )]
    Blocked(usize, &'static str),
    /// Only 主动公开 is published.
    #[error("公开属性不是“主动公开”，不能提交公开。请改为主动公开，或留作内部存档。")]
    NotOpen,
    /// A moment that has not come yet.
    #[error("定时发布的时间还没有到。")]
    TooEarly,
}

/// What a transition must know of the edition besides its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Blocking findings that nobody let through, as whoever runs the checks counts them.
    pub blocked: usize,
    /// Whether its disclosure attribute is 主动公开.
    pub open: bool,
    /// The wanted moment of publication.
    pub publish_at: Option<Timestamp>,
}

impl Facts {
    /// Refuses what may not become public.
    ///
    /// # Errors
    /// [`Refusal::Blocked`], [`Refusal::NotOpen`]; `what` names what was tried.
    pub fn fit(&self, what: &'static str) -> Result<(), Refusal> {
        if self.blocked > 0 {
            return Err(Refusal::Blocked(self.blocked, what));
        }
        if self.open { Ok(()) } else { Err(Refusal::NotOpen) }
    }
}

/// Codes of all states, for filters.
pub const STATES: [&str; 7] = ["draft", "in_review", "returned", "scheduled", "published", "superseded", "withdrawn"];

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

/// The tint of a state's chip.
pub fn chip(code: &str) -> &'static str {
    match code {
        "published" => "ok",
        "in_review" | "scheduled" => "info",
        "returned" => "late",
        "withdrawn" => "third",
        _ => "off",
    }
}

impl State {
    /// The code in storage and filters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Returned => "returned",
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
        matches!(self, Self::Draft | Self::Returned)
    }

    /// Whether work on it goes on: at most one edition of a document is open.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Draft | Self::Returned | Self::InReview | Self::Scheduled { .. })
    }

    fn refuse<T>(&self, what: &'static str) -> Result<T, Refusal> {
        Err(Refusal::State(self.label(), what))
    }

    /// 提交审核: from the author into the review.
    ///
    /// # Errors
    /// When it is not being written, findings block, or it is not to be public.
    pub fn submit(self, facts: &Facts) -> Result<Self, Refusal> {
        if !self.is_editable() {
            return self.refuse("提交审核");
        }
        facts.fit("提交审核")?;
        Ok(Self::InReview)
    }

    /// 收回修改: the author takes it back from review or from its schedule.
    ///
    /// # Errors
    /// When it is neither in review nor scheduled.
    pub fn recall(self) -> Result<Self, Refusal> {
        match self {
            Self::InReview | Self::Scheduled { .. } => Ok(Self::Draft),
            other => other.refuse("收回修改"),
        }
    }

    /// 退回: from review or from its schedule back to the author, whoever had it.
    ///
    /// # Errors
    /// When it is neither in review nor scheduled.
    pub fn send_back(self) -> Result<Self, Refusal> {
        match self {
            Self::InReview | Self::Scheduled { .. } => Ok(Self::Returned),
            other => other.refuse("退回"),
        }
    }

    /// The review is passed: public, or scheduled when the wanted moment lies ahead.
    ///
    /// # Errors
    /// When it is not in review, findings block, or it is not to be public.
    pub fn pass(self, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        if self != Self::InReview {
            return self.refuse("发布");
        }
        facts.fit("通过")?;
        Ok(match facts.publish_at {
            Some(at) if at > now => Self::Scheduled { at },
            _ => Self::Published { at: now },
        })
    }

    /// A scheduled edition whose moment has come becomes public.
    ///
    /// # Errors
    /// When it is not scheduled, the moment has not come, findings block, or it is not to be public.
    pub fn come_due(self, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        match self {
            Self::Scheduled { at } if at > now => Err(Refusal::TooEarly),
            Self::Scheduled { .. } => {
                facts.fit("发布")?;
                Ok(Self::Published { at: now })
            }
            other => other.refuse("发布"),
        }
    }

    /// 紧急发布: public at once from whatever it waits for. Findings still block.
    ///
    /// # Errors
    /// When it is public or has ended, findings block, or it is not to be public.
    pub fn rush(self, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        if !self.is_open() {
            return self.refuse("紧急发布");
        }
        facts.fit("紧急发布")?;
        Ok(Self::Published { at: now })
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
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
