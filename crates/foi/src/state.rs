//! How a request stands on a day: what is owed by when, what others owe, what came too late.

use clock::{Pause, Run, rule};
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    channel::Receipt,
    event::{Asked, Event, Happened},
    practice::Rules,
    timeline::{Facts, Question},
};

/// Where a request is between registration and archive (Art. 45).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing came.
    Nothing,
    /// It came and is not received yet in the sense of Art. 31.
    Unconfirmed,
    Working,
    /// Somebody is asked, and the clock stands.
    Consulting,
    AwaitingSupplement {
        until: Date,
    },
    /// The applicant let the day pass: it may be closed (Art. 30).
    SupplementMissed {
        until: Date,
    },
    AwaitingPayment {
        until: Date,
    },
    PaymentMissed {
        until: Date,
    },
    /// A review or a court asks for a new answer.
    Reopened {
        until: Date,
    },
    Answered,
    Delivered,
    Withdrawn,
    Archived,
}

impl Stage {
    pub fn label(self) -> &'static str {
        match self {
            Self::Nothing => "未收到",
            Self::Unconfirmed => "待确认收到",
            Self::Working => "办理中",
            Self::Consulting => "征求意见中，暂停计时",
            Self::AwaitingSupplement { .. } => "等待申请人补正",
            Self::SupplementMissed { .. } => "申请人逾期未补正",
            Self::AwaitingPayment { .. } => "等待申请人缴费",
            Self::PaymentMissed { .. } => "申请人逾期未缴费",
            Self::Reopened { .. } => "重新办理",
            Self::Answered => "已答复，待送达",
            Self::Delivered => "已送达",
            Self::Withdrawn => "已撤回",
            Self::Archived => "已归档",
        }
    }

    /// Whether the organ has nothing more to answer.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Answered | Self::Delivered | Self::Withdrawn | Self::Archived)
    }
}

/// By when the answer is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// If whoever is still asked answered today.
    pub earliest: Date,
    /// If they use the whole of their period; `None` while that has no end, since nobody knows that they have the letter or
    /// no law sets them a period.
    pub latest: Option<Date>,
    /// The count to [`Self::likely`]; `None` where the day was fixed and not counted (Art. 35, or by a review or a court).
    pub run: Option<Run>,
}

impl Due {
    fn fixed(day: Date) -> Self {
        Self { earliest: day, latest: Some(day), run: None }
    }

    /// The day for lists: the latest that is known.
    pub fn likely(&self) -> Date {
        self.latest.unwrap_or(self.earliest)
    }

    /// Nothing that others do moves it any more.
    pub fn is_settled(&self) -> bool {
        self.latest == Some(self.earliest)
    }

    /// It lies beyond the recorded notices, so days were taken by their weekday: never to be told to a citizen as it is.
    pub fn is_guess(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_guess)
    }
}

/// A question to somebody else as it stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consult {
    pub question: Question,
    /// The last day of their period, which needs the day on which they had the letter.
    pub due: Option<Date>,
    /// Days on which the clock stood for it, so far.
    pub pause: Option<Pause>,
    /// Neither answered nor given up nor past its period.
    pub is_waited_for: bool,
    /// Answered after the end of the period: to be considered, but the clock has run on.
    pub is_late: bool,
}

/// Something that was not done as the law asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "breach", rename_all = "snake_case")]
pub enum Breach {
    ConfirmedLate {
        by: Date,
        on: Date,
    },
    /// 补正告知 after the seventh working day.
    SupplementAskedLate {
        by: Date,
        on: Date,
    },
    /// 补正告知 may be given once.
    SupplementAskedTwice {
        on: Date,
    },
    /// The period was extended or stopped when it was over.
    ActedLate {
        due: Date,
        on: Date,
    },
    ExtendedTwice {
        on: Date,
    },
    ExtendedTooLong {
        days: u32,
        on: Date,
    },
    AnsweredLate {
        due: Date,
        on: Date,
    },
    /// No answer yet, and the period is over.
    Overdue {
        due: Date,
    },
    /// What cannot have happened then: an answer of nobody who was asked, a second receipt. It is left out of the count.
    OutOfOrder {
        on: Date,
    },
}

impl Breach {
    pub fn words(self) -> String {
        match self {
            Self::ConfirmedLate { by, on } => format!("应当在 {by} 前与申请人确认收到申请，{on} 才确认"),
            Self::SupplementAskedLate { by, on } => format!("应当在 {by} 前告知补正，{on} 才告知"),
            Self::SupplementAskedTwice { on } => format!("{on} 再次要求补正；补正只能一次性告知"),
            Self::ActedLate { due, on } => {
                format!("答复期限 {due} 已过，{on} 的延长、延迟、收费或者征求意见不影响期限")
            }
            Self::ExtendedTwice { on } => format!("{on} 再次延长；答复期限只能延长一次"),
            Self::ExtendedTooLong { days, on } => format!("{on} 延长 {days} 个工作日，超过法定的 20 个工作日"),
            Self::AnsweredLate { due, on } => format!("应当在 {due} 前答复，{on} 才答复"),
            Self::Overdue { due } => format!("应当在 {due} 前答复，尚未答复"),
            Self::OutOfOrder { on } => format!("{on} 记录的事项与前后经过不符，没有计入"),
        }
    }
}

/// How a request stands at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub today: Date,
    pub facts: Facts,
    pub stage: Stage,
    /// The day of receipt by Art. 31.
    pub received: Option<Date>,
    /// By when the receipt is to be confirmed, while it is not.
    pub confirm_by: Option<Date>,
    /// By when a supplement may be asked for.
    pub supplement_notice_by: Option<Date>,
    /// The day after which the answer is counted.
    pub counted_from: Option<Date>,
    /// `None` while nothing runs.
    pub due: Option<Due>,
    pub consults: Vec<Consult>,
    pub breaches: Vec<Breach>,
}

impl State {
    pub(crate) fn of(facts: Facts, today: Date, mut breaches: Vec<Breach>, rules: &Rules<'_>) -> Self {
        let due = due(&facts, today, rules);
        if let Some(day) = due.as_ref().map(Due::likely).filter(|day| today > *day && !facts.is_closed()) {
            breaches.push(Breach::Overdue { due: day });
        }
        let received = facts.received();
        let open = received.is_none() && !facts.is_closed();
        Self {
            today,
            stage: stage(&facts, today, rules),
            received,
            confirm_by: facts.came.filter(|_| open).and_then(|came| confirm_by(&facts, came, rules)),
            supplement_notice_by: received.and_then(|day| supplement_notice_by(day, rules)),
            counted_from: facts.counted_from(rules.practice.fee_restarts),
            due,
            consults: facts.questions.iter().map(|question| consult(question, today, rules)).collect(),
            breaches,
            facts,
        }
    }

    /// Days on which the clock stood, one for each question that took time.
    pub fn pauses(&self) -> Vec<Pause> {
        self.consults.iter().filter_map(|consult| consult.pause).collect()
    }

    /// Whether the answer is owed and its day is over.
    pub fn is_overdue(&self) -> bool {
        self.breaches.iter().any(|breach| matches!(breach, Breach::Overdue { .. }))
    }
}

fn stage(facts: &Facts, today: Date, rules: &Rules<'_>) -> Stage {
    if facts.archived.is_some() {
        return Stage::Archived;
    }
    if facts.withdrawn.is_some() {
        return Stage::Withdrawn;
    }
    if let Some(order) = facts.open_order() {
        return Stage::Reopened { until: order.until };
    }
    if let Some(reply) = facts.last_reply() {
        return if reply.delivered.is_some() { Stage::Delivered } else { Stage::Answered };
    }
    if facts.came.is_none() {
        return Stage::Nothing;
    }
    if facts.received().is_none() {
        return Stage::Unconfirmed;
    }
    if let Some(supplement) = facts.awaits_supplement() {
        let until = supplement.until;
        return if today > until { Stage::SupplementMissed { until } } else { Stage::AwaitingSupplement { until } };
    }
    if let Some(fee) = facts.awaits_payment() {
        let until = pay_by(fee.noticed, rules);
        return if today > until { Stage::PaymentMissed { until } } else { Stage::AwaitingPayment { until } };
    }
    let waits = facts.questions.iter().any(|question| consult(question, today, rules).is_waited_for);
    if waits { Stage::Consulting } else { Stage::Working }
}

/// The last day for confirming with the applicant what came on `came`; `None` where the way needs none.
fn confirm_by(facts: &Facts, came: Date, rules: &Rules<'_>) -> Option<Date> {
    match facts.channel?.receipt() {
        Receipt::HandedIn | Receipt::Signed => None,
        Receipt::ConfirmedThatDay => Some(came),
        Receipt::Confirmed => Some(rules.calendar.probably_after(came, rules.practice.confirm_days)),
    }
}

/// The last day for paying after a notice that the applicant had on `noticed`.
pub(crate) fn pay_by(noticed: Date, rules: &Rules<'_>) -> Date {
    rules.calendar.probably_after(noticed, rules.practice.fee_days)
}

/// The seventh working day after receipt.
pub(crate) fn supplement_notice_by(received: Date, rules: &Rules<'_>) -> Option<Date> {
    let rule = rules.readings.apply(&rule::FOI_SUPPLEMENT_NOTICE);
    clock::probable(&rule, received, &[], 0, rules.calendar).ok().map(|run| run.due().date())
}

/// The end of the period of whoever is asked; `None` without a period or without the day on which it began.
fn consult_due(question: &Question, rules: &Rules<'_>) -> Option<Date> {
    let rule = match question.asked {
        Asked::ThirdParty => rule::FOI_THIRD_PARTY,
        Asked::CoMaker => rule::FOI_CO_MAKER,
        Asked::OtherOrgan => return None,
    };
    let run = clock::probable(&rules.readings.apply(&rule), question.received?, &[], 0, rules.calendar);
    run.ok().map(|run| run.due().date())
}

fn consult(question: &Question, today: Date, rules: &Rules<'_>) -> Consult {
    let due = consult_due(question, rules);
    let said = question.answered.map(|(on, _)| on).or(question.ended);
    let end = [said, due, Some(today)].into_iter().flatten().min().unwrap_or(today);
    Consult {
        question: *question,
        due,
        pause: Pause::between(question.sent, end),
        is_waited_for: question.is_open() && due.is_none_or(|due| today <= due),
        is_late: question.answered.is_some_and(|(on, _)| due.is_some_and(|due| on > due)),
    }
}

/// By when the answer is owed, seen at the end of `today`.
pub(crate) fn due(facts: &Facts, today: Date, rules: &Rules<'_>) -> Option<Due> {
    if facts.is_closed() {
        return None;
    }
    if let Some(order) = facts.open_order() {
        return Some(Due::fixed(order.until));
    }
    if facts.awaits_supplement().is_some() || (facts.awaits_payment().is_some() && rules.practice.fee_restarts) {
        return None;
    }
    let from = facts.counted_from(rules.practice.fee_restarts)?;
    if let Some(day) = facts.delayed {
        return Some(Due::fixed(day));
    }
    let consults: Vec<Consult> = facts.questions.iter().map(|question| consult(question, today, rules)).collect();
    let mut now: Vec<Pause> = consults.iter().filter_map(|consult| consult.pause).collect();
    let fee = facts.fee.filter(|_| !rules.practice.fee_restarts);
    now.extend(fee.and_then(|fee| Pause::between(fee.noticed, fee.paid.unwrap_or(today))));
    let extend = facts.extension.filter(|extension| extension.on >= from).map_or(0, |extension| extension.days);
    let answer = rules.readings.apply(&rule::FOI_RESPONSE);
    let extend = extend.min(answer.extension);
    let count = |pauses: &[Pause]| clock::probable(&answer, from, pauses, extend, rules.calendar).ok();
    let earliest = count(&now)?;
    let unpaid = fee.is_some_and(|fee| fee.paid.is_none());
    let endless = unpaid || consults.iter().any(|consult| consult.is_waited_for && consult.due.is_none());
    // Asked when the last day had come, nobody lengthens anything.
    if endless && earliest.due().date() > today {
        return Some(Due { earliest: earliest.due().date(), latest: None, run: Some(earliest) });
    }
    let waited = consults.iter().filter(|consult| consult.is_waited_for);
    now.extend(waited.filter_map(|consult| Pause::between(consult.question.sent, consult.due?)));
    let latest = count(&now)?;
    Some(Due { earliest: earliest.due().date(), latest: Some(latest.due().date()), run: Some(latest) })
}

/// Notes what `event` does too late or against a rule, seen from what had happened before it. `true` when it is void for that:
/// what would lengthen a period that is over does not.
pub(crate) fn look_before(facts: &Facts, event: &Event, rules: &Rules<'_>, breaches: &mut Vec<Breach>) -> bool {
    let on = event.on;
    let over = || due(facts, on, rules).map(|due| due.likely()).filter(|day| on > *day);
    match &event.happened {
        Happened::Confirmed => {
            let by = facts.came.and_then(|came| confirm_by(facts, came, rules)).filter(|_| facts.confirmed.is_none());
            breaches.extend(by.filter(|by| on > *by).map(|by| Breach::ConfirmedLate { by, on }));
        }
        Happened::SupplementAsked { .. } if facts.supplement.is_some() => {
            breaches.push(Breach::SupplementAskedTwice { on });
        }
        Happened::SupplementAsked { .. } => {
            let by = facts.received().and_then(|day| supplement_notice_by(day, rules)).filter(|by| on > *by);
            breaches.extend(by.map(|by| Breach::SupplementAskedLate { by, on }));
        }
        Happened::Extended { .. } if facts.extension.is_some() => breaches.push(Breach::ExtendedTwice { on }),
        Happened::Extended { .. } | Happened::Delayed { .. } | Happened::FeeNoticed => {
            if let Happened::Extended { days } = event.happened
                && days > rule::FOI_RESPONSE.extension
            {
                breaches.push(Breach::ExtendedTooLong { days, on });
            }
            let late = over();
            breaches.extend(late.map(|due| Breach::ActedLate { due, on }));
            return late.is_some();
        }
        Happened::Consulted { .. } => breaches.extend(over().map(|due| Breach::ActedLate { due, on })),
        Happened::Replied { .. } => breaches.extend(over().map(|due| Breach::AnsweredLate { due, on })),
        _ => {}
    }
    false
}
