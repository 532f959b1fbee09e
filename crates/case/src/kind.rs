//! What a capability declares of a kind of case.

use kernel::Permission;
use web::Ctx;

use crate::permissions::{DECIDE_CASES, HANDLE_CASES};

/// A kind as it is declared: `.declare(&MISTAKE as case::Kind)`.
pub type Kind = &'static CaseKind;

/// Whose turn it is in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The organ's.
    Open,
    /// That of others: the person who is to supplement, a third party.
    Waiting,
    /// Nobody's any more.
    Ended,
}

/// A state of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// In storage: `examining`.
    pub key: &'static str,
    /// For the office: 审核中.
    pub label: &'static str,
    /// What the person reads of it, a sentence: 正在办理，请等候答复。
    pub told: &'static str,
    pub phase: Phase,
}

impl State {
    pub const fn new(key: &'static str, label: &'static str, phase: Phase, told: &'static str) -> Self {
        Self { key, label, told, phase }
    }
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever holds the private link of the case.
    Applicant,
    /// Who handles cases of this kind for the organ.
    Handler,
    /// Who decides on them.
    Decider,
    /// Who decides and has not registered the case, taken the newest step of the office, or written, signed or delivered the
    /// letter that led to where it stands: four eyes.
    Second,
    /// The program, or a function of the machine: no form leads to it.
    Machine,
}

/// What a step does to the clock of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    None,
    /// It stands until it begins anew: what is asked for is not complete yet (条例 Art. 30).
    Hold,
    /// It begins anew on the day of the step.
    Restart,
    /// It stands while others are asked, from the day after the step (条例 Art. 33); `rule` names the rule by which they have to
    /// answer, or is empty.
    Pause {
        /// As in [`clock::find`].
        rule: &'static str,
    },
    /// The others have answered: it runs on after the day of the step.
    Resume,
}

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// One line of at most so many characters.
    Line(usize),
    /// Several lines of at most so many characters.
    Text(usize),
    /// A day. The field `on` is the day that counts for the step, today when it is left empty.
    Day,
    /// One of these codes, each with its words.
    Choice(&'static [(&'static str, &'static str)]),
    /// A box to tick.
    Tick,
}

/// What a field of a step becomes besides a line of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sets {
    Nothing,
    /// A fact of the case under the field's name: what reports count. Only of [`Input::Choice`] and [`Input::Tick`].
    Fact,
    /// How the case ends. Only of [`Input::Choice`], with the codes of [`CaseKind::outcomes`].
    Outcome,
}

/// A field of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepField {
    /// In the form and in storage.
    pub name: &'static str,
    pub label: &'static str,
    pub input: Input,
    pub required: bool,
    /// Below the label; may be empty.
    pub hint: &'static str,
    /// Whether the person reads it beside the step.
    pub told: bool,
    pub sets: Sets,
}

impl StepField {
    /// A field that must be filled in and stays inside.
    pub const fn new(name: &'static str, label: &'static str, input: Input) -> Self {
        Self { name, label, input, required: true, hint: "", told: false, sets: Sets::Nothing }
    }

    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    #[must_use]
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The person reads it.
    #[must_use]
    pub const fn told(mut self) -> Self {
        self.told = true;
        self
    }

    #[must_use]
    pub const fn sets(mut self, sets: Sets) -> Self {
        self.sets = sets;
        self
    }

    /// The words for a value of it; the value itself where it is no code.
    pub fn words(&self, value: &str) -> String {
        match self.input {
            Input::Choice(choices) => {
                let known = choices.iter().find(|(code, _)| *code == value);
                known.map_or(value, |(_, words)| *words).to_owned()
            }
            Input::Tick if value.is_empty() => "否".to_owned(),
            Input::Tick => "是".to_owned(),
            _ => value.to_owned(),
        }
    }
}

/// A step: from which states, by whom, with what, to which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// In storage and addresses: `reply`.
    pub key: &'static str,
    /// What one does: 答复.
    pub label: &'static str,
    /// Keys of the states in which it can be taken.
    pub from: &'static [&'static str],
    /// The state to which it leads; empty = it stays.
    pub to: &'static str,
    pub by: By,
    pub tick: Tick,
    pub fields: &'static [StepField],
    /// What the person reads in the history: 已答复. Empty = they do not read of it.
    pub told: &'static str,
    /// What the office must know before it takes the step; may be empty.
    pub about: &'static str,
    /// Address in the office of a page of its own, `{id}` for the case; empty = the form made from the fields.
    pub page: &'static str,
    /// Outcome that it sets; empty = none, or what a field says.
    pub outcome: &'static str,
    /// How many files the person may send with it; only of [`By::Applicant`].
    pub files: usize,
}

impl Step {
    /// A step without fields that leaves the clock alone and is not told to the person.
    pub const fn new(
        key: &'static str,
        label: &'static str,
        from: &'static [&'static str],
        to: &'static str,
        by: By,
    ) -> Self {
        Self {
            key,
            label,
            from,
            to,
            by,
            tick: Tick::None,
            fields: &[],
            told: "",
            about: "",
            page: "",
            outcome: "",
            files: 0,
        }
    }

    #[must_use]
    pub const fn tick(mut self, tick: Tick) -> Self {
        self.tick = tick;
        self
    }

    #[must_use]
    pub const fn fields(mut self, fields: &'static [StepField]) -> Self {
        self.fields = fields;
        self
    }

    #[must_use]
    pub const fn told(mut self, words: &'static str) -> Self {
        self.told = words;
        self
    }

    #[must_use]
    pub const fn about(mut self, words: &'static str) -> Self {
        self.about = words;
        self
    }

    /// It has a page of its own in the office.
    #[must_use]
    pub const fn own_page(mut self, address: &'static str) -> Self {
        self.page = address;
        self
    }

    /// The person may send so many files with it.
    #[must_use]
    pub const fn files(mut self, most: usize) -> Self {
        self.files = most;
        self
    }

    #[must_use]
    pub const fn outcome(mut self, code: &'static str) -> Self {
        self.outcome = code;
        self
    }
}

/// A kind of letter that leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterKind {
    pub key: &'static str,
    /// 政府信息公开申请答复书.
    pub label: &'static str,
    /// Before the year in its number: 依申请答复 → 依申请答复〔2026〕12号.
    pub mark: &'static str,
    /// Keys of the states in which one can be drafted.
    pub from: &'static [&'static str],
    /// Key of the step that its delivery takes in the same write ([`By::Machine`]); empty = none.
    pub delivered: &'static str,
}

impl LetterKind {
    /// Whether one of it at a time is on its way: its delivery takes a step that is taken once. Several others may be asked at
    /// once.
    pub fn is_alone(&self, kind: &CaseKind) -> bool {
        kind.step(self.delivered).is_some_and(|step| !matches!(step.tick, Tick::Pause { .. }))
    }
}

/// A kind of case: see the crate.
#[derive(Debug)]
pub struct CaseKind {
    /// In storage and addresses: `mistake`.
    pub key: &'static str,
    /// 网站找错.
    pub label: &'static str,
    /// Before the year in its register: 找错 → 找错〔2026〕12号.
    pub mark: &'static str,
    /// The first is that of a case just registered.
    pub states: &'static [State],
    pub steps: &'static [Step],
    /// By which the organ has to answer.
    pub clock: &'static clock::Rule,
    /// Codes of how cases end, with their words.
    pub outcomes: &'static [(&'static str, &'static str)],
    /// Names and labels of what the person fills in, in the order of pages.
    pub fields: &'static [(&'static str, &'static str)],
    /// Names of facts with their labels, for pages and exports.
    pub facts: &'static [(&'static str, &'static str)],
    pub letters: &'static [LetterKind],
    /// What the desk fills in for somebody who comes, calls or writes on paper: the kind's fields, the first of which says what it
    /// is about. Empty = such cases are entered on pages of the kind's own.
    pub desk: &'static [StepField],
    /// Whether the desk enters none without a name and a way to reach the person: who asks about themselves.
    pub named: bool,
    /// Who handles.
    pub handle: &'static Permission,
    /// Who decides: signs letters, approves extensions, transfers, publishes.
    pub decide: &'static Permission,
    /// Whether a case may be handed to another organ.
    pub transfers: bool,
    /// Days after its end for which the person's data are kept.
    pub keep_days: u32,
    /// Days after its end in which the person may still ask for review or sue: so long nobody takes the answer away. 0 = none.
    pub remedy_days: u32,
    /// Whether question and answer become public with the recorded consent of the person alone ([`crate::public::CONSENT`]); else
    /// whenever the person has not said no.
    pub consent: bool,
    /// Pages of the portal, label and address, below which the page of a case stands, the area of the portal first; empty = below
    /// the dialogue.
    pub under: &'static [(&'static str, &'static str)],
}

impl CaseKind {
    /// A kind with the machine's own permissions, without outcomes, fields and letters; it may be handed on, and persons are
    /// kept for three years after the end.
    pub const fn new(
        key: &'static str,
        label: &'static str,
        mark: &'static str,
        states: &'static [State],
        steps: &'static [Step],
        clock: &'static clock::Rule,
    ) -> Self {
        Self {
            key,
            label,
            mark,
            states,
            steps,
            clock,
            outcomes: &[],
            fields: &[],
            facts: &[],
            letters: &[],
            desk: &[],
            named: false,
            handle: &HANDLE_CASES,
            decide: &DECIDE_CASES,
            transfers: true,
            keep_days: 3 * 366,
            remedy_days: 0,
            consent: false,
            under: &[],
        }
    }

    /// The state of this key. One that the kind no longer has is shown by its key and is nobody's turn.
    pub fn state(&self, key: &str) -> State {
        let unknown = State::new("", "状态不明", Phase::Ended, "");
        self.states.iter().copied().find(|state| state.key == key).unwrap_or(unknown)
    }

    pub fn step(&self, key: &str) -> Option<&'static Step> {
        self.steps.iter().find(|step| step.key == key)
    }

    pub fn letter(&self, key: &str) -> Option<&'static LetterKind> {
        self.letters.iter().find(|letter| letter.key == key)
    }

    /// The words for an outcome; empty for none.
    pub fn outcome(&self, code: &str) -> &'static str {
        self.outcomes.iter().find(|(known, _)| *known == code).map_or("", |(_, words)| *words)
    }

    /// The label of a field of the request.
    pub fn field<'a>(&self, name: &'a str) -> &'a str {
        self.fields.iter().find(|(known, _)| *known == name).map_or(name, |(_, label)| *label)
    }

    /// The words for a code of this kind in the data of an event: for `Capability::words` of whoever declares it.
    pub fn word(&self, field: &str, code: &str) -> Option<String> {
        let word = match field {
            "case_kind" if code == self.key => Some(self.label),
            "step" => self.step(code).map(|step| step.label),
            "case_from" | "case_to" => self.states.iter().find(|state| state.key == code).map(|state| state.label),
            "outcome" => self.outcomes.iter().find(|(known, _)| *known == code).map(|(_, words)| *words),
            "letter_kind" => self.letter(code).map(|letter| letter.label),
            _ => None,
        };
        word.map(str::to_owned)
    }

    /// What does not fit together: for a test of whoever declares the kind.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let known = |state: &str| self.states.iter().any(|one| one.key == state);
        for (at, state) in self.states.iter().enumerate() {
            if self.states[..at].iter().any(|one| one.key == state.key) {
                faults.push(format!("state {} is there twice", state.key));
            }
        }
        for (at, step) in self.steps.iter().enumerate() {
            if self.steps[..at].iter().any(|one| one.key == step.key) {
                faults.push(format!("step {} is there twice", step.key));
            }
            let unknown = step.from.iter().copied().chain(Some(step.to)).filter(|one| !one.is_empty() && !known(one));
            faults.extend(unknown.map(|one| format!("step {} names the state {one}", step.key)));
            if step.files > 0 && step.by != By::Applicant {
                faults.push(format!("step {} takes files of nobody", step.key));
            }
            if !step.outcome.is_empty() && self.outcome(step.outcome).is_empty() {
                faults.push(format!("step {} names the outcome {}", step.key, step.outcome));
            }
            for field in step.fields {
                let codes = matches!(field.input, Input::Choice(_));
                if field.sets != Sets::Nothing && !codes && field.input != Input::Tick {
                    faults.push(format!("{}.{} sets what is no code", step.key, field.name));
                }
                if let (Sets::Outcome, Input::Choice(choices)) = (field.sets, field.input) {
                    let none = choices.iter().filter(|(code, _)| self.outcome(code).is_empty());
                    faults.extend(none.map(|(code, _)| format!("{}.{} offers {code}", step.key, field.name)));
                }
            }
        }
        for letter in self.letters {
            let takes =
                letter.delivered.is_empty() || self.step(letter.delivered).is_some_and(|step| step.by == By::Machine);
            if !takes || letter.from.iter().any(|one| !known(one)) {
                faults.push(format!("letter {} fits no step or state", letter.key));
            }
        }
        let reached = |state: &State| {
            self.states.first().is_some_and(|first| first.key == state.key)
                || self.steps.iter().any(|step| step.to == state.key)
        };
        let lost = self.states.iter().filter(|state| !reached(state));
        faults.extend(lost.map(|state| format!("no step leads to {}", state.key)));
        faults
    }
}

/// Kinds are the same when their keys are, which the declaration of two would break.
impl PartialEq for CaseKind {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for CaseKind {}

/// All kinds that capabilities declare, in the order of the list.
pub fn kinds(ctx: &Ctx) -> Vec<Kind> {
    ctx.declared::<Kind>().copied().collect()
}

/// The kind of this key, as far as the program still has it.
pub fn find(ctx: &Ctx, key: &str) -> Option<Kind> {
    ctx.declared::<Kind>().copied().find(|kind| kind.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    static STATES: [State; 3] = [
        State::new("open", "待办", Phase::Open, "正在办理。"),
        State::new("done", "办结", Phase::Ended, "已经办结。"),
        State::new("lost", "走丢", Phase::Ended, ""),
    ];
    static CHOICE: [StepField; 2] = [
        StepField::new("result", "结果", Input::Choice(&[("yes", "是"), ("no", "否")])).sets(Sets::Outcome),
        StepField::new("why", "理由", Input::Text(10)).sets(Sets::Fact),
    ];
    static STEPS: [Step; 2] = [
        Step::new("finish", "办结", &["open", "opened"], "done", By::Handler).fields(&CHOICE),
        Step::new("finish", "再办结", &["open"], "gone", By::Second).outcome("maybe"),
    ];
    static RULE: clock::Rule =
        clock::Rule::new("test.rule", "答复", "测试", 3, clock::Unit::WorkingDays, clock::Start::DayAfter("收到"));
    static OUTCOMES: [(&str, &str); 1] = [("yes", "是")];

    #[test]
    fn what_does_not_fit_together_is_named() {
        let kind = CaseKind { outcomes: &OUTCOMES, ..CaseKind::new("test", "测试", "测", &STATES, &STEPS, &RULE) };
        let faults = kind.faults().join("\n");
        for fault in [
            "step finish is there twice",
            "step finish names the state opened",
            "step finish names the state gone",
            "step finish names the outcome maybe",
            "finish.result offers no",
            "finish.why sets what is no code",
            "no step leads to lost",
        ] {
            assert!(faults.contains(fault), "{fault} is not in\n{faults}");
        }
    }

    #[test]
    fn codes_have_the_words_of_their_kind() {
        let kind = CaseKind { outcomes: &OUTCOMES, ..CaseKind::new("test", "测试", "测", &STATES, &STEPS, &RULE) };
        assert_eq!(kind.word("case_kind", "test").as_deref(), Some("测试"));
        assert_eq!(kind.word("case_to", "done").as_deref(), Some("办结"));
        assert_eq!(kind.word("outcome", "yes").as_deref(), Some("是"));
        assert_eq!(kind.word("step", "other"), None);
        assert_eq!(kind.state("unknown").phase, Phase::Ended, "what the kind no longer has is nobody's turn");
        assert_eq!(CHOICE[0].words("no"), "否");
    }
}
