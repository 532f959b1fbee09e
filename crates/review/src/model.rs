//! One round of a review: which acts are allowed and what they lead to. Pure; [`crate::acts`] writes what comes out.

use jiff::{SignedDuration, Timestamp};
use kernel::{OrganCode, Refused, Staff, id::AccountId};

use crate::{
    refusal::{Refusal, Words},
    route::{Gate, Route, Stage},
};

/// How long a claim keeps others from deciding.
pub const CLAIM_HOURS: i64 = 2;

/// Who reviews at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub by: AccountId,
    /// Name as shown.
    pub name: String,
    /// Moment of the claim; it expires [`CLAIM_HOURS`] later by itself.
    pub at: Timestamp,
}

impl Claim {
    /// Whether it still holds at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < SignedDuration::from_hours(CLAIM_HOURS)
    }
}

/// A stage passed by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Place of the stage in the route, from 0.
    pub stage: usize,
    pub by: AccountId,
    /// In whose name, if not in the own one.
    pub stood_for: Option<AccountId>,
    /// Name as shown.
    pub name: String,
    /// Moment of the pass.
    pub at: Timestamp,
    /// 审核意见, if one was given.
    pub opinion: String,
    /// What the person ticked.
    pub ticked: Vec<String>,
}

impl Pass {
    /// Whether it is this account's voice: the person passed the stage, or somebody did in that person's name.
    pub fn is_of(&self, account: &AccountId) -> bool {
        self.by == *account || self.stood_for.as_ref() == Some(account)
    }
}

/// Who decides: in the own name, or as the stand-in of somebody who is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who<'a> {
    pub staff: &'a Staff,
    /// For whom, if not in the own name.
    pub away: Option<&'a Staff>,
}

impl<'a> From<&'a Staff> for Who<'a> {
    fn from(staff: &'a Staff) -> Self {
        Self { staff, away: None }
    }
}

impl Who<'_> {
    /// Name as shown and kept: 王某 代 李某.
    pub fn shown(&self) -> String {
        match self.away {
            Some(away) => format!("{} 代 {}", self.staff.name, away.name),
            None => self.staff.name.clone(),
        }
    }

    /// Whether this account is the person, or the one for whom the person decides.
    fn is(&self, account: &AccountId) -> bool {
        self.staff.account == *account || self.away.is_some_and(|away| away.account == *account)
    }
}

/// What a person says on deciding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Word<'a> {
    /// 审核意见 on passing, which may be empty; the reason of a return.
    pub text: &'a str,
    /// Places of the questions of the stage that were ticked, from 0; others than those of the stage are nothing.
    pub ticked: &'a [usize],
    /// In whose name: the account of somebody who is away, empty text for the own one; `None` = not said, which is the own one
    /// unless the stage names somebody who is away, or that one has it in hand.
    pub in_name_of: Option<&'a AccountId>,
    /// How it is done, for the log, where not on the usual page; empty = on it.
    pub how: &'a str,
}

impl<'a> From<&'a str> for Word<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }
}

/// The questions of a stage by whether they are among the ticked.
pub(crate) fn by_tick(stage: &Stage, ticked: &[usize]) -> (Vec<String>, Vec<String>) {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for (place, question) in stage.questions.iter().enumerate() {
        if ticked.contains(&place) { yes.push(question.clone()) } else { no.push(question.clone()) }
    }
    (yes, no)
}

/// Where a round stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// At a stage, perhaps in somebody's hands.
    Open {
        /// Place of the stage in the route, from 0.
        stage: usize,
        /// Who has it.
        claim: Option<Claim>,
    },
    /// All stages are behind it.
    Passed,
    /// Back with the authors.
    Returned {
        /// By which stage.
        stage: usize,
        /// Name of who returned it.
        by: String,
        /// Why.
        reason: String,
    },
    /// Taken back by its authors.
    Recalled,
    /// Sent back from outside, whoever had it: what it was for has changed.
    Stopped {
        /// The stage at which it stood; the first when all were behind it.
        stage: usize,
        /// Name of who, or what, stopped it.
        by: String,
        /// Why.
        reason: String,
    },
    /// Past the stages that were left, by an exception.
    Excepted {
        /// Why.
        reason: String,
    },
}

impl State {
    /// The code in storage.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Passed => "passed",
            Self::Returned { .. } => "returned",
            Self::Recalled => "recalled",
            Self::Stopped { .. } => "stopped",
            Self::Excepted { .. } => "excepted",
        }
    }
}

/// What an act must know of the subject; the owner reads it in the write that acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How sentences name the subject.
    pub words: Words,
    /// Its state in the owner's words, for refusals: 已发布.
    pub state: String,
    /// The organ whose people work on it today.
    pub keeper: OrganCode,
    /// Everybody who wrote in it.
    pub authors: Vec<AccountId>,
    /// Blocking findings that nobody let through.
    pub blocked: usize,
    /// Those of them that are places which could not be read.
    pub unread: usize,
    /// Those of them that are nobody's person: what the other gates look for.
    pub other: usize,
    /// Whether its authors say to the reviewers why something in it is as it is: what was found waits for their word then.
    pub explained: bool,
    /// Who let a finding in it through: they do not decide that it becomes public.
    pub let_through_by: Vec<AccountId>,
    /// Whether a part of it has not been checked as it stands.
    pub unchecked: bool,
    /// Why it may not go out at all, if so: a sentence for the reader.
    pub unfit: Option<String>,
}

impl Facts {
    /// Refuses what may not go out: unchecked, blocked by findings, or unfit.
    ///
    /// # Errors
    /// The reason; `what` names what was tried, e.g. 通过.
    pub fn fit(&self, what: &'static str) -> Result<(), Refusal> {
        if self.unchecked {
            return Err(Refusal::Unchecked { words: self.words, what });
        }
        if self.blocked > 0 {
            return Err(Refusal::Blocked { count: self.blocked, unread: self.unread, other: self.other, what });
        }
        self.unfit.clone().map_or(Ok(()), |why| Err(Refusal::Unfit(why)))
    }

    /// The same for going into review: what could not be read, and what its authors explain, waits there for a person's word,
    /// where that person finds it, and stops the first stage instead.
    ///
    /// # Errors
    /// As [`Facts::fit`].
    pub fn fit_for_review(&self, what: &'static str) -> Result<(), Refusal> {
        let numbers = if self.explained { 0 } else { self.blocked.saturating_sub(self.unread) };
        Self { blocked: numbers, unread: 0, other: self.other.min(numbers), ..self.clone() }.fit(what)
    }

    /// Refuses who wrote in it.
    ///
    /// # Errors
    /// [`Refusal::Own`].
    pub fn foreign(&self, who: &AccountId) -> Result<(), Refusal> {
        if self.authors.contains(who) { Err(Refusal::Own(self.words)) } else { Ok(()) }
    }

    fn state<T>(&self, what: &'static str) -> Result<T, Refusal> {
        Err(Refusal::State { words: self.words, state: self.state.clone(), what })
    }
}

/// What passing led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The stage takes two people and waits for the second.
    Second(Stage),
    /// On to this stage.
    Next(Stage),
    /// All stages are behind it.
    Passed,
}

/// A round: a route, what was passed of it, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The stages, as they were when it was opened.
    pub route: Route,
    /// What has been passed in it.
    pub passes: Vec<Pass>,
    /// Where it stands.
    pub state: State,
}

/// Whether the person may pass this stage of a subject of `keeper`: by role and organ, and by name where one person is named.
/// Who stands in for somebody needs the role and the organ as well: nobody gains a right by it.
///
/// # Errors
/// [`Refusal::Refused`], [`Refusal::Named`].
pub fn may_pass<'a>(who: impl Into<Who<'a>>, stage: &Stage, keeper: &OrganCode) -> Result<(), Refusal> {
    let who = who.into();
    for staff in [Some(who.staff), who.away].into_iter().flatten() {
        if !stage.is_for(staff) {
            return Err(Refused::Role(stage.asked()).into());
        }
        if !stage.is_near(&staff.organ, staff.central, keeper) {
            return Err(Refused::Organ(stage.asked()).into());
        }
    }
    let by = who.away.unwrap_or(who.staff);
    match &stage.person {
        Some(named) if named.account != by.account => {
            Err(Refusal::Named { gate: stage.label.clone(), name: named.name.clone() })
        }
        _ => Ok(()),
    }
}

impl Round {
    /// Begins a round at the first stage.
    ///
    /// # Errors
    /// When the subject is not fit to go out.
    pub fn open(route: Route, facts: &Facts) -> Result<Self, Refusal> {
        facts.fit_for_review("提交审核")?;
        Ok(Self { route, passes: Vec::new(), state: State::Open { stage: 0, claim: None } })
    }

    /// The stage at which it stands, while it is open.
    pub fn stage(&self) -> Option<&Stage> {
        match self.state {
            State::Open { stage, .. } => self.route.stage(stage),
            _ => None,
        }
    }

    /// The claim that holds at `now`.
    pub fn claim(&self, now: Timestamp) -> Option<&Claim> {
        match &self.state {
            State::Open { claim: Some(claim), .. } if claim.holds(now) => Some(claim),
            _ => None,
        }
    }

    /// Refuses who may not decide at the stage where it stands; gives the place of the stage.
    fn at_desk(&self, who: Who<'_>, facts: &Facts, now: Timestamp, what: &'static str) -> Result<usize, Refusal> {
        let (State::Open { stage, claim }, Some(at)) = (&self.state, self.stage()) else { return facts.state(what) };
        may_pass(who, at, &facts.keeper)?;
        match claim {
            // What somebody took who is away keeps the stand-in from nothing.
            Some(claim) if !who.is(&claim.by) && claim.holds(now) => {
                Err(Refusal::Claimed { words: facts.words, by: claim.name.clone() })
            }
            _ => Ok(*stage),
        }
    }

    /// Whether one more pass where it stands would be the last that the round needs.
    pub fn is_at_last(&self) -> bool {
        matches!(self.state, State::Open { stage, .. } if self.is_last(stage))
    }

    /// Whether one more pass of this stage would be the last that the round needs.
    fn is_last(&self, stage: usize) -> bool {
        let passed = self.passes.iter().filter(|pass| pass.stage == stage).count();
        let enough = self.route.stage(stage).is_some_and(|here| passed + 1 >= here.people());
        enough && stage + 1 == self.route.stages().len()
    }

    /// Refuses who would alone decide that it becomes public: whoever let a finding in it through, and whoever has passed
    /// everything before. Told at the stage with whose passing it becomes public.
    fn not_alone(&self, staff: &Staff, stage: usize, facts: &Facts) -> Result<(), Refusal> {
        if !self.is_last(stage) {
            return Ok(());
        }
        let label = self.route.stage(stage).map(|stage| stage.label.clone()).unwrap_or_default();
        if facts.let_through_by.contains(&staff.account) {
            return Err(Refusal::LetThrough { words: facts.words, gate: label });
        }
        if !self.passes.is_empty() && self.passes.iter().all(|pass| pass.is_of(&staff.account)) {
            return Err(Refusal::Alone { words: facts.words, gate: label });
        }
        Ok(())
    }

    /// Why this person does not decide here although the role and organ would allow it, if so: an author, somebody who has
    /// passed the stage, let a finding through or passed everything before, or another is named. For pages.
    pub fn kept_out<'a>(&self, who: impl Into<Who<'a>>, facts: &Facts, now: Timestamp) -> Option<Refusal> {
        match self.deciding(who.into(), facts, now, "办理") {
            Err(
                why @ (Refusal::Own(_)
                | Refusal::Twice(_)
                | Refusal::InYourName { .. }
                | Refusal::LetThrough { .. }
                | Refusal::Alone { .. }
                | Refusal::Named { .. }
                | Refusal::NotFor(_)),
            ) => Some(why),
            _ => None,
        }
    }

    /// Whether this person could decide here in the name of `away`: the stage is theirs, and nothing keeps either of them out.
    /// What the other of them has claimed is no hindrance. For pages.
    pub fn open_for(&self, staff: &Staff, away: &Staff, facts: &Facts, now: Timestamp) -> bool {
        self.deciding(Who { staff, away: Some(away) }, facts, now, "办理").is_ok()
    }

    /// The people who have passed the secrecy review of this round; `None` while it is not passed (政府信息公开条例 Art. 17).
    pub fn secrecy(&self) -> Option<Vec<&Pass>> {
        let (place, stage) =
            self.route.stages().iter().enumerate().find(|(_, stage)| stage.gate == Gate::SECRECY.code)?;
        let passes: Vec<&Pass> = self.passes.iter().filter(|pass| pass.stage == place).collect();
        (passes.len() >= stage.people()).then_some(passes)
    }

    /// The same for whoever decides: no author, nobody twice at one stage, nobody alone for the public.
    fn deciding(&self, who: Who<'_>, facts: &Facts, now: Timestamp, what: &'static str) -> Result<usize, Refusal> {
        let (staff, stage) = (who.staff, self.at_desk(who, facts, now, what));
        // That one's own text is one's own is told before that somebody has it.
        if matches!(stage, Ok(_) | Err(Refusal::Claimed { .. })) {
            facts.foreign(&staff.account)?;
        }
        let stage = stage?;
        let here = || self.passes.iter().filter(move |pass| pass.stage == stage);
        let label = || self.route.stage(stage).map(|stage| stage.label.clone()).unwrap_or_default();
        if here().any(|pass| pass.by == staff.account) {
            return Err(Refusal::Twice(label()));
        }
        // Two people are two voices: who was stood for has spoken.
        if let Some(pass) = here().find(|pass| pass.is_of(&staff.account)) {
            return Err(Refusal::InYourName { gate: label(), by: pass.name.clone() });
        }
        self.not_alone(staff, stage, facts)?;
        // What somebody could not do, nobody does in that name.
        if let Some(away) = who.away {
            let passed = here().any(|pass| pass.is_of(&away.account));
            if passed || facts.authors.contains(&away.account) || self.not_alone(away, stage, facts).is_err() {
                return Err(Refusal::NotFor(away.name.clone()));
            }
        }
        Ok(stage)
    }

    /// 领取: keeps others from deciding for two hours.
    ///
    /// # Errors
    /// When the stage is not the person's, the person wrote in it or passed this stage, or another holds it.
    pub fn claim_by<'a>(self, who: impl Into<Who<'a>>, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        let who = who.into();
        let stage = self.deciding(who, facts, now, "领取")?;
        let claim = Some(Claim { by: who.staff.account.clone(), name: who.shown(), at: now });
        Ok(Self { state: State::Open { stage, claim }, ..self })
    }

    /// 放回: gives the claim back.
    ///
    /// # Errors
    /// When the stage is not the person's or another holds it.
    pub fn release<'a>(self, who: impl Into<Who<'a>>, facts: &Facts, now: Timestamp) -> Result<Self, Refusal> {
        let stage = self.at_desk(who.into(), facts, now, "放回")?;
        Ok(Self { state: State::Open { stage, claim: None }, ..self })
    }

    /// 通过: on to the next stage, or out after the last; with 审核意见, which may be empty, and every question of the stage ticked.
    ///
    /// # Errors
    /// As [`Round::claim_by`], when the subject is not fit to go out, and when a question is not ticked.
    pub fn approve<'w>(
        mut self,
        who: impl Into<Who<'w>>,
        word: impl Into<Word<'w>>,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<(Self, Outcome), Refusal> {
        let (who, word) = (who.into(), word.into());
        let stage = self.deciding(who, facts, now, "通过")?;
        facts.fit("通过")?;
        let (ticked, left) = self.route.stage(stage).map(|stage| by_tick(stage, word.ticked)).unwrap_or_default();
        if !left.is_empty() {
            return Err(Refusal::Unticked(left.len()));
        }
        let (by, name, opinion) = (who.staff.account.clone(), who.shown(), word.text.trim().to_owned());
        let stood_for = who.away.map(|away| away.account.clone());
        self.passes.push(Pass { stage, by, stood_for, name, at: now, opinion, ticked });
        let passed = self.passes.iter().filter(|pass| pass.stage == stage).count();
        let here = self.route.stage(stage).filter(|here| passed < here.people()).cloned();
        let (state, outcome) = match (here, self.route.stage(stage + 1).cloned()) {
            (Some(here), _) => (State::Open { stage, claim: None }, Outcome::Second(here)),
            (None, Some(next)) => (State::Open { stage: stage + 1, claim: None }, Outcome::Next(next)),
            (None, None) => (State::Passed, Outcome::Passed),
        };
        self.state = state;
        Ok((self, outcome))
    }

    /// 退回: back to the authors, with the reason.
    ///
    /// # Errors
    /// As [`Round::claim_by`], and when there is no reason.
    pub fn send_back<'a>(
        self,
        who: impl Into<Who<'a>>,
        reason: &str,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let who = who.into();
        let stage = match self.deciding(who, facts, now, "退回") {
            // Whoever may not let it out alone can still send it back.
            Err(Refusal::LetThrough { .. } | Refusal::Alone { .. }) => self.at_desk(who, facts, now, "退回")?,
            other => other?,
        };
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(NO_RETURN_REASON);
        }
        Ok(Self { state: State::Returned { stage, by: who.shown(), reason: reason.to_owned() }, ..self })
    }

    /// 收回修改: the authors take it back, from a stage or before it has taken effect. Whether it has is the owner's to say.
    ///
    /// # Errors
    /// When it has ended in another way.
    pub fn recall(self, facts: &Facts) -> Result<Self, Refusal> {
        match self.state {
            State::Open { .. } | State::Passed => Ok(Self { state: State::Recalled, ..self }),
            _ => facts.state("收回修改"),
        }
    }

    /// Sends it back from outside, whoever has it; `name` is who did it, in words.
    ///
    /// # Errors
    /// When it has ended in another way.
    pub fn stop(self, name: &str, reason: &str, facts: &Facts) -> Result<Self, Refusal> {
        let stage = match self.state {
            State::Open { stage, .. } => stage,
            State::Passed => 0,
            _ => return facts.state("退回"),
        };
        Ok(Self { state: State::Stopped { stage, by: name.to_owned(), reason: reason.to_owned() }, ..self })
    }

    /// 紧急发布: past the stages that are left, never past the secrecy review: that must have been passed in this very round.
    /// Findings still block. Whether the subject is in a state to go out is the owner's to say.
    ///
    /// # Errors
    /// When the secrecy review is not passed, the person wrote in it, passed it or let a finding through, there is no reason,
    /// or it is not fit to go out.
    pub fn except(self, staff: &Staff, reason: &str, facts: &Facts) -> Result<Self, Refusal> {
        facts.foreign(&staff.account)?;
        let secrecy = match self.state {
            State::Open { .. } | State::Passed => self.secrecy().ok_or(Refusal::NotCleared(facts.words))?,
            _ => return Err(Refusal::NotCleared(facts.words)),
        };
        if secrecy.iter().any(|pass| pass.is_of(&staff.account)) {
            return Err(Refusal::ClearedBySame(facts.words));
        }
        if facts.let_through_by.contains(&staff.account) {
            return Err(Refusal::LetThrough { words: facts.words, gate: "紧急发布".to_owned() });
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(NO_EXCEPTION_REASON);
        }
        facts.fit("紧急发布")?;
        Ok(Self { state: State::Excepted { reason: reason.to_owned() }, ..self })
    }
}

const NO_RETURN_REASON: Refusal =
    Refusal::NoReason { what: "退回理由", example: "第三段数据与附件不一致。" };
const NO_EXCEPTION_REASON: Refusal = Refusal::NoReason {
    what: "紧急发布的理由",
    example: "暴雨红色预警已发布，须立即告知停课安排。",
};

/// An exception, as its later review must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Who made it.
    pub by: AccountId,
    /// Whether it has been reviewed.
    pub reviewed: bool,
    /// Who reviewed it and disagreed: another person may still look at it.
    pub objector: Option<AccountId>,
}

impl Exception {
    /// The review afterwards: by another person, who did not write in the subject either, with a note.
    ///
    /// # Errors
    /// When it has been reviewed and nobody disagreed, the person is the same, an author or who disagreed, or there is no note.
    pub fn review(self, staff: &Staff, note: &str, facts: &Facts) -> Result<Self, Refusal> {
        if self.objector.as_ref() == Some(&staff.account) {
            return Err(Refusal::Objected);
        }
        if self.reviewed && self.objector.is_none() {
            return Err(Refusal::NotOnList(facts.words));
        }
        if self.by == staff.account || facts.authors.contains(&staff.account) {
            return Err(Refusal::OwnException);
        }
        if note.trim().is_empty() {
            return Err(Refusal::NoNote);
        }
        Ok(Self { reviewed: true, ..self })
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
