//! The history of a case as the law of requests reads it.

use std::sync::Arc;

use ::foi::{
    Asked, Channel, ConsultNumber, Event, Exemption, Happened, Opinion, Outcome, Practice, Timeline, remedy::Finding,
};
use case::{Entry, Past};
use clock::Readings;
use jiff::civil::Date;
use kernel::{Calendar, time};
use web::Ctx;

/// With what an installation judges requests.
pub(super) struct Installed {
    calendar: Arc<Calendar>,
    readings: Arc<Readings>,
    practice: Practice,
}

impl Installed {
    pub(super) fn of(ctx: &Ctx) -> Self {
        let fee_days = ctx.settings::<fee::Readings>().payment_working_days.get();
        let practice = Practice { fee_days, ..(*ctx.settings::<Practice>()).clone() };
        Self { calendar: ctx.calendar(), readings: ctx.settings(), practice }
    }

    pub(super) fn rules(&self) -> ::foi::Rules<'_> {
        self.rules_by(&self.calendar)
    }

    /// The same by another calendar.
    pub(super) fn rules_by<'a>(&'a self, calendar: &'a Calendar) -> ::foi::Rules<'a> {
        ::foi::Rules { calendar, readings: &self.readings, practice: &self.practice }
    }

    pub(super) fn practice(&self) -> &Practice {
        &self.practice
    }
}

/// The channel of the law for that of the register. Letters are registered with their lawful day, whichever it was.
pub(super) fn channel(code: &str) -> Channel {
    match case::Channel::from_code(code) {
        Some(case::Channel::Portal) => Channel::Internet,
        Some(case::Channel::Post) => Channel::Registered,
        Some(case::Channel::Fax) => Channel::Fax,
        Some(case::Channel::Mail) => Channel::Email,
        Some(case::Channel::Counter | case::Channel::Phone | case::Channel::Import) | None => Channel::Counter,
    }
}

/// A question to somebody else that is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) number: ConsultNumber,
    /// Who is asked, as the letter says; empty once erased.
    pub(super) whom: String,
    /// Somebody knows that it has come.
    pub(super) had: bool,
    /// It is answered on the platform, and by nobody else.
    pub(super) joint: bool,
}

impl Waiting {
    pub(super) fn is_to(&self, whom: &str) -> bool {
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        !plain(whom).is_empty() && plain(&self.whom) == plain(whom)
    }
}

/// The place of the question that is answered in this way: by whoever is named, else the oldest that is answered so; of all where
/// there is none.
pub(super) fn answered_one(waiting: &[Waiting], joint: bool, whom: &str) -> Option<usize> {
    let named = waiting.iter().position(|one| one.joint == joint && one.is_to(whom));
    let oldest = waiting.iter().position(|one| one.joint == joint);
    named.or(oldest).or((!waiting.is_empty()).then_some(0))
}

/// Whom a case waits for, in the order in which they were asked.
pub(super) fn waiting(entry: &Entry, past: &[Past]) -> Vec<Waiting> {
    let mut open = Open::default();
    for one in past {
        if let Some(on) = time::parse_date(&one.on) {
            drop(read((entry.channel.as_str(), entry.outcome.as_str()), one, on, &mut open));
        }
    }
    open.waiting
}

/// What the steps of a case say of its consultations, while they are read.
#[derive(Default)]
struct Open {
    last: u32,
    waiting: Vec<Waiting>,
}

impl Open {
    fn ask(&mut self, joint: bool, whom: &str) -> ConsultNumber {
        self.last += 1;
        let number = ConsultNumber(self.last);
        // What is asked on the platform is there at once.
        self.waiting.push(Waiting { number, whom: whom.to_owned(), had: joint, joint });
        number
    }

    /// That to whoever is named, else the oldest, of which nobody knows yet that it has come.
    fn had(&mut self, whom: &str) -> Option<ConsultNumber> {
        let named = self.waiting.iter().position(|one| !one.had && one.is_to(whom));
        let at = named.or_else(|| self.waiting.iter().position(|one| !one.had))?;
        let one = self.waiting.get_mut(at)?;
        one.had = true;
        Some(one.number)
    }

    /// As [`answered_one`].
    fn answer(&mut self, joint: bool, whom: &str) -> Option<ConsultNumber> {
        answered_one(&self.waiting, joint, whom).map(|at| self.waiting.remove(at).number)
    }
}

/// Everything that happened to the case. What was erased with the person leaves its day and its kind.
pub(super) fn timeline(entry: &Entry, past: &[Past]) -> Timeline {
    timeline_of(&entry.channel, &entry.outcome, past)
}

/// The same from the codes of a case.
pub(super) fn timeline_of(way: &str, outcome: &str, past: &[Past]) -> Timeline {
    let mut events = Vec::new();
    let mut open = Open::default();
    // What was taken out of the archive again, or opened anew, is not in it.
    let taken_out = past.iter().rposition(|one| matches!(one.step.as_str(), "unarchived" | "reopened"));
    for (at, one) in past.iter().enumerate() {
        if one.step == "archived" && taken_out.is_some_and(|out| at < out) {
            continue;
        }
        if let Some(on) = time::parse_date(&one.on) {
            let happened = read((way, outcome), one, on, &mut open);
            events.extend(happened.into_iter().map(|happened| Event::new(on, happened)));
        }
    }
    Timeline::new(events)
}

/// What a step says, in a case that came this way and ended so.
fn read((way, outcome): (&str, &str), one: &Past, on: Date, open: &mut Open) -> Vec<Happened> {
    let field = |name: &str| one.fields.get(name).map_or("", String::as_str);
    let day = |name: &str| time::parse_date(field(name)).unwrap_or(on);
    let finding = |name: &str| Finding::of(field(name)).unwrap_or(Finding::OtherEnd);
    let whom = field("whom");
    let opinion = || Opinion::of(field("opinion")).unwrap_or(Opinion::ObjectsWithoutReason);
    match one.step.as_str() {
        "registered" => {
            let channel = channel(way);
            let came = Happened::Came { channel };
            if channel.receipt().needs_confirmation() { vec![came, Happened::Confirmed] } else { vec![came] }
        }
        "supplement_asked" => vec![Happened::SupplementAsked { until: day("until") }],
        "supplement" | "supplement_noted" => vec![Happened::Supplemented],
        "consult_third_party" => vec![Happened::Consulted { number: open.ask(false, whom), asked: Asked::ThirdParty }],
        "consult_co_maker" => vec![Happened::Consulted { number: open.ask(false, whom), asked: Asked::CoMaker }],
        "consult_organ" => vec![Happened::Consulted { number: open.ask(false, whom), asked: Asked::OtherOrgan }],
        "consult_had" => open.had(whom).map(|number| Happened::ConsultReceived { number }).into_iter().collect(),
        "joint_asked" => {
            let number = open.ask(true, whom);
            let consulted = Happened::Consulted { number, asked: Asked::CoMaker };
            vec![Happened::Joined, consulted, Happened::ConsultReceived { number }]
        }
        "joint_more" | "joint_opinion" => answered(open.answer(true, whom), opinion()).into_iter().collect(),
        "opinion_more" => answered(open.answer(false, whom), opinion()).into_iter().collect(),
        "opinion" => answered(open.answer(false, whom), opinion()).into_iter().chain(ended(open)).collect(),
        "consult_ended" => ended(open),
        "extended" => {
            let digits: String = field("units").chars().filter(char::is_ascii_digit).collect();
            vec![Happened::Extended { days: digits.parse().unwrap_or(clock::rule::FOI_RESPONSE.extension) }]
        }
        "reasons_asked" => vec![Happened::ReasonsAsked { until: time::parse_date(field("until")) }],
        "reasons" | "reasons_noted" => vec![Happened::ReasonsGiven],
        "delayed" => vec![Happened::Delayed { until: day("until") }],
        "fee_noticed" => vec![Happened::FeeNoticed],
        "fee_paid" => vec![Happened::FeePaid],
        "transferred" => vec![Happened::Transferred],
        "withdraw" | "withdraw_noted" => vec![Happened::Withdrawn],
        "answered" => {
            let outcome = Outcome::of(field("outcome")).or(Outcome::of(outcome)).unwrap_or(Outcome::OtherHandling);
            let exemptions = Exemption::of(field("exemption")).into_iter().collect();
            vec![Happened::Replied { outcome, exemptions }, Happened::Delivered]
        }
        "review_filed" => vec![Happened::ReviewFiled],
        "review_decided" => vec![Happened::ReviewDecided { finding: finding("review_finding") }],
        "suit_filed" => vec![Happened::SuitFiled],
        "suit_decided" => vec![Happened::SuitDecided { finding: finding("suit_finding") }],
        "reopened" => vec![Happened::Ordered { until: day("until") }],
        "archived" => vec![Happened::Archived],
        _ => Vec::new(),
    }
}

/// Whether the newest answer holds no longer: a review or a court has corrected it since.
pub(super) fn is_overturned(past: &[Past]) -> bool {
    let answer = past.iter().rposition(|one| one.step == "answered").unwrap_or(0);
    past.iter().skip(answer).any(|one| {
        let field = match one.step.as_str() {
            "review_decided" => "review_finding",
            "suit_decided" => "suit_finding",
            _ => return false,
        };
        let finding = one.fields.get(field).and_then(|code| Finding::of(code));
        matches!(finding, Some(Finding::Annulled | Finding::Changed | Finding::FoundUnlawful | Finding::OrderedToAct))
    })
}

fn answered(number: Option<ConsultNumber>, opinion: Opinion) -> Option<Happened> {
    number.map(|number| Happened::ConsultAnswered { number, opinion })
}

fn ended(open: &mut Open) -> Vec<Happened> {
    open.waiting.drain(..).map(|one| Happened::ConsultEnded { number: one.number }).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A line of the history, of this day.
    pub(in crate::foi) fn step(step: &str, on: &str, fields: &[(&str, &str)]) -> Past {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Past {
            place: 0,
            step: step.to_owned(),
            from: String::new(),
            to: String::new(),
            on: on.to_owned(),
            at: String::new(),
            by: String::new(),
            by_name: String::new(),
            fields: fields.collect::<BTreeMap<_, _>>(),
        }
    }

    fn happened(past: &[Past]) -> Vec<Happened> {
        let (mut open, mut all) = (Open::default(), Vec::new());
        for one in past {
            let on = time::parse_date(&one.on).expect("day");
            all.extend(read(("portal", "disclosed"), one, on, &mut open));
        }
        all
    }

    #[test]
    fn opinions_answer_the_oldest_question_first() {
        let past = [
            step("consult_third_party", "2026-03-03", &[]),
            step("consult_co_maker", "2026-03-04", &[]),
            step("consult_had", "2026-03-05", &[]),
            step("opinion_more", "2026-03-06", &[("opinion", "agrees")]),
            step("opinion", "2026-03-09", &[("opinion", "objects_with_reason")]),
        ];
        let (first, second) = (ConsultNumber(1), ConsultNumber(2));
        assert_eq!(
            happened(&past),
            [
                Happened::Consulted { number: first, asked: Asked::ThirdParty },
                Happened::Consulted { number: second, asked: Asked::CoMaker },
                Happened::ConsultReceived { number: first },
                Happened::ConsultAnswered { number: first, opinion: Opinion::Agrees },
                Happened::ConsultAnswered { number: second, opinion: Opinion::ObjectsWithReason },
            ]
        );
    }

    #[test]
    fn an_opinion_is_that_of_whoever_is_named() {
        let past = [
            step("consult_third_party", "2026-03-03", &[("whom", "王大山")]),
            step("consult_third_party", "2026-03-03", &[("whom", "李四海")]),
            step("consult_had", "2026-03-05", &[("whom", "李四海")]),
            step("opinion_more", "2026-03-06", &[("opinion", "agrees"), ("whom", "李 四海")]),
        ];
        let (first, second) = (ConsultNumber(1), ConsultNumber(2));
        let said = happened(&past);
        assert_eq!(said[2], Happened::ConsultReceived { number: second });
        assert_eq!(said[3], Happened::ConsultAnswered { number: second, opinion: Opinion::Agrees });
        let waits = |number, whom: &str| Waiting { number, whom: whom.to_owned(), had: false, joint: false };
        let two = [waits(first, "王大山"), waits(second, "李四海")];
        assert_eq!((answered_one(&two, false, "李四海"), answered_one(&two, false, "")), (Some(1), Some(0)));
        assert_eq!((answered_one(&two, true, ""), answered_one(&[], true, "")), (Some(0), None));
    }

    #[test]
    fn an_organ_answers_its_own_question() {
        let past = [
            step("consult_third_party", "2026-03-03", &[]),
            step("joint_asked", "2026-03-04", &[]),
            step("joint_more", "2026-03-06", &[("opinion", "agrees")]),
            step("opinion", "2026-03-09", &[("opinion", "objects_with_reason")]),
        ];
        let (first, second) = (ConsultNumber(1), ConsultNumber(2));
        assert_eq!(
            happened(&past),
            [
                Happened::Consulted { number: first, asked: Asked::ThirdParty },
                Happened::Joined,
                Happened::Consulted { number: second, asked: Asked::CoMaker },
                Happened::ConsultReceived { number: second },
                Happened::ConsultAnswered { number: second, opinion: Opinion::Agrees },
                Happened::ConsultAnswered { number: first, opinion: Opinion::ObjectsWithReason },
            ]
        );
    }

    #[test]
    fn what_was_taken_out_of_the_archive_is_not_in_it() {
        let mut past = vec![
            step("registered", "2026-03-03", &[]),
            step("answered", "2026-03-10", &[("outcome", "disclosed")]),
            step("archived", "2026-03-11", &[]),
        ];
        let archived = |past: &[Past]| timeline_of("portal", "disclosed", past).facts().archived;
        assert!(archived(&past).is_some());
        past.push(step("unarchived", "2026-03-12", &[]));
        assert_eq!(archived(&past), None);
        past.push(step("archived", "2026-03-13", &[]));
        assert!(archived(&past).is_some(), "and may be put there again");
    }

    #[test]
    fn an_answer_that_was_annulled_holds_no_longer() {
        let mut past = vec![step("answered", "2026-03-10", &[]), step("review_filed", "2026-03-11", &[])];
        assert!(!is_overturned(&past));
        past.push(step("review_decided", "2026-03-20", &[("review_finding", "annulled")]));
        assert!(is_overturned(&past));
        past.push(step("suit_decided", "2026-03-25", &[("suit_finding", "not_heard")]));
        assert!(is_overturned(&past), "a suit that was not heard gives it no force");
        past.push(step("answered", "2026-03-30", &[]));
        assert!(!is_overturned(&past), "a new answer is none of what was annulled");
    }

    #[test]
    fn what_was_erased_still_counts() {
        let past = [step("registered", "2026-03-03", &[]), step("answered", "2026-03-10", &[])];
        let replied = Happened::Replied { outcome: Outcome::Disclosed, exemptions: Vec::new() };
        let came = Happened::Came { channel: Channel::Internet };
        assert_eq!(happened(&past), [came, Happened::Confirmed, replied, Happened::Delivered]);
    }
}
