//! What happened, in its order, and the plain facts that follow from it without any day being counted.

use jiff::civil::Date;

use crate::{
    channel::Channel,
    event::{Asked, ConsultNumber, Event, Happened, Opinion},
    outcome::{Exemption, Outcome},
    practice::Rules,
    remedy::{Instance, Proceeding},
    state::{Breach, State},
};

/// A question to somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub number: ConsultNumber,
    pub asked: Asked,
    pub sent: Date,
    /// When whoever is asked had the letter: their period begins on the day after.
    pub received: Option<Date>,
    pub answered: Option<(Date, Opinion)>,
    pub ended: Option<Date>,
}

impl Question {
    /// Still waited for, as far as anybody has said.
    pub fn is_open(&self) -> bool {
        self.answered.is_none() && self.ended.is_none()
    }
}

/// 补正: asked for once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplement {
    pub asked: Date,
    pub until: Date,
    pub came: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    pub on: Date,
    /// Working days.
    pub days: u32,
}

/// 收费: the notice and the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// The day on which the applicant had the notice.
    pub noticed: Date,
    pub paid: Option<Date>,
}

/// 说明理由 (Art. 35).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reasons {
    pub asked: Date,
    /// The last day for giving them, where the letter named one.
    pub until: Option<Date>,
    pub given: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub on: Date,
    pub outcome: Outcome,
    pub exemptions: Vec<Exemption>,
    pub delivered: Option<Date>,
}

/// A new answer that a review or a judgment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub on: Date,
    pub until: Date,
    pub answered: Option<Date>,
}

/// What happened, by what it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub channel: Option<Channel>,
    pub came: Option<Date>,
    pub confirmed: Option<Date>,
    pub supplement: Option<Supplement>,
    pub questions: Vec<Question>,
    pub extension: Option<Extension>,
    pub reasons: Option<Reasons>,
    /// The day to which Art. 35 puts the answer off.
    pub delayed: Option<Date>,
    pub fee: Option<Fee>,
    pub transferred: Option<Date>,
    /// The first answer and those that followed an order.
    pub replies: Vec<Reply>,
    pub orders: Vec<Order>,
    pub withdrawn: Option<Date>,
    pub archived: Option<Date>,
    pub proceedings: Vec<Proceeding>,
}

impl Facts {
    /// The day of receipt by Art. 31.
    pub fn received(&self) -> Option<Date> {
        self.channel?.received(self.came?, self.confirmed)
    }

    pub fn first_reply(&self) -> Option<&Reply> {
        self.replies.first()
    }

    pub fn last_reply(&self) -> Option<&Reply> {
        self.replies.last()
    }

    /// The order that no answer has followed yet.
    pub fn open_order(&self) -> Option<Order> {
        self.orders.last().copied().filter(|order| order.answered.is_none())
    }

    /// Whether an answer is out and none is owed anew.
    pub fn is_answered(&self) -> bool {
        !self.replies.is_empty() && self.open_order().is_none()
    }

    /// Whether nothing more is owed.
    pub fn is_closed(&self) -> bool {
        self.is_answered() || self.withdrawn.is_some()
    }

    /// The day from which the answer is counted: receipt, or the supplement (Art. 30), or the payment where that begins it
    /// anew.
    pub fn counted_from(&self, fee_restarts: bool) -> Option<Date> {
        let paid = self.fee.and_then(|fee| fee.paid).filter(|_| fee_restarts);
        let supplemented = self.supplement.and_then(|supplement| supplement.came);
        self.received()
            .map(|received| [Some(received), supplemented, paid].into_iter().flatten().fold(received, Date::max))
    }

    /// A supplement was asked for and has not come.
    pub fn awaits_supplement(&self) -> Option<Supplement> {
        self.supplement.filter(|supplement| supplement.came.is_none() && !self.is_closed())
    }

    /// A fee was asked for and has not been paid.
    pub fn awaits_payment(&self) -> Option<Fee> {
        self.fee.filter(|fee| fee.paid.is_none() && !self.is_closed())
    }

    /// The review or suit that is not decided.
    pub fn open_proceeding(&self) -> Option<Proceeding> {
        self.proceedings.iter().find(|proceeding| proceeding.decided.is_none()).copied()
    }

    fn question(&mut self, number: ConsultNumber) -> Option<&mut Question> {
        self.questions.iter_mut().find(|question| question.number == number)
    }

    /// Takes in what happened. `false` when it does not fit: it is then left out and told as [`Breach::OutOfOrder`].
    fn take(&mut self, event: &Event) -> bool {
        let on = event.on;
        match &event.happened {
            Happened::Came { channel } => {
                let first = self.came.is_none();
                if first {
                    (self.channel, self.came) = (Some(*channel), Some(on));
                }
                first
            }
            Happened::Confirmed => set(&mut self.confirmed, on),
            Happened::SupplementAsked { until } => {
                set(&mut self.supplement, Supplement { asked: on, until: *until, came: None })
            }
            Happened::Supplemented => {
                let fits = self.supplement.as_mut().is_some_and(|one| set(&mut one.came, on));
                self.begin_anew(fits)
            }
            Happened::Consulted { .. }
            | Happened::ConsultReceived { .. }
            | Happened::ConsultAnswered { .. }
            | Happened::ConsultEnded { .. } => self.take_question(on, &event.happened),
            Happened::Extended { days } => set(&mut self.extension, Extension { on, days: *days }),
            Happened::ReasonsAsked { until } => {
                set(&mut self.reasons, Reasons { asked: on, until: *until, given: None })
            }
            Happened::ReasonsGiven => self.reasons.as_mut().is_some_and(|one| set(&mut one.given, on)),
            Happened::Delayed { until } => set(&mut self.delayed, *until),
            Happened::FeeNoticed => set(&mut self.fee, Fee { noticed: on, paid: None }),
            Happened::FeePaid => {
                let fits = self.fee.as_mut().is_some_and(|one| set(&mut one.paid, on));
                self.begin_anew(fits)
            }
            Happened::Transferred => {
                self.transferred = Some(on);
                true
            }
            Happened::Joined => true,
            Happened::Replied { outcome, exemptions } => self.take_reply(on, *outcome, exemptions),
            Happened::Delivered => self.replies.last_mut().is_some_and(|reply| set(&mut reply.delivered, on)),
            Happened::Withdrawn => !self.is_closed() && set(&mut self.withdrawn, on),
            Happened::Archived => set(&mut self.archived, on),
            Happened::ReviewFiled
            | Happened::SuitFiled
            | Happened::ReviewDecided { .. }
            | Happened::SuitDecided { .. }
            | Happened::Ordered { .. } => self.take_remedy(on, &event.happened),
        }
    }

    /// The period begins anew: what lengthened the one before does not lengthen it, and it may be lengthened once itself.
    fn begin_anew(&mut self, fits: bool) -> bool {
        if fits {
            self.extension = None;
        }
        fits
    }

    fn take_question(&mut self, on: Date, happened: &Happened) -> bool {
        match happened {
            Happened::Consulted { number, asked } => {
                let fresh = self.question(*number).is_none();
                if fresh {
                    let (number, asked) = (*number, *asked);
                    self.questions.push(Question {
                        number,
                        asked,
                        sent: on,
                        received: None,
                        answered: None,
                        ended: None,
                    });
                }
                fresh
            }
            Happened::ConsultReceived { number } => {
                self.question(*number).is_some_and(|question| set(&mut question.received, on))
            }
            Happened::ConsultAnswered { number, opinion } => {
                self.question(*number).is_some_and(|question| set(&mut question.answered, (on, *opinion)))
            }
            Happened::ConsultEnded { number } => {
                self.question(*number).is_some_and(|question| question.is_open() && set(&mut question.ended, on))
            }
            _ => false,
        }
    }

    fn take_reply(&mut self, on: Date, outcome: Outcome, exemptions: &[Exemption]) -> bool {
        let owed = !self.is_closed();
        if owed {
            if let Some(order) = self.orders.last_mut() {
                set(&mut order.answered, on);
            }
            self.replies.push(Reply { on, outcome, exemptions: exemptions.to_vec(), delivered: None });
        }
        owed
    }

    fn take_remedy(&mut self, on: Date, happened: &Happened) -> bool {
        let decided = |proceeding: &Proceeding| proceeding.instance == Instance::Review && proceeding.decided.is_some();
        let (is_suit, finding) = match happened {
            Happened::ReviewFiled => (false, None),
            Happened::SuitFiled => (true, None),
            Happened::ReviewDecided { finding } => (false, Some(*finding)),
            Happened::SuitDecided { finding } => (true, Some(*finding)),
            Happened::Ordered { until } => {
                let fits = self.open_order().is_none() && self.withdrawn.is_none();
                if fits {
                    self.orders.push(Order { on, until: *until, answered: None });
                }
                return fits;
            }
            _ => return false,
        };
        let Some(finding) = finding else {
            let instance = match (is_suit, self.proceedings.iter().any(decided)) {
                (false, _) => Instance::Review,
                (true, true) => Instance::SuitAfterReview,
                (true, false) => Instance::DirectSuit,
            };
            self.proceedings.push(Proceeding { instance, filed: on, decided: None });
            return true;
        };
        let open = self
            .proceedings
            .iter_mut()
            .find(|one| one.decided.is_none() && (one.instance != Instance::Review) == is_suit);
        open.is_some_and(|one| set(&mut one.decided, (on, finding)))
    }
}

/// Writes a fact that happens once; whether it was the first time.
fn set<T>(place: &mut Option<T>, value: T) -> bool {
    let first = place.is_none();
    if first {
        *place = Some(value);
    }
    first
}

/// Everything that happened to a request, by day; what happened on one day stays in the order in which it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    events: Vec<Event>,
    facts: Facts,
}

impl Timeline {
    pub fn new(events: impl IntoIterator<Item = Event>) -> Self {
        let mut events: Vec<Event> = events.into_iter().collect();
        events.sort_by_key(|event| event.on);
        let mut facts = Facts::default();
        for event in &events {
            facts.take(event);
        }
        Self { events, facts }
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// All that is known, whatever its day.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How the request stands at the end of `today`: what happened later is not known yet.
    pub fn on(&self, today: Date, rules: &Rules<'_>) -> State {
        let mut facts = Facts::default();
        let mut breaches = Vec::new();
        for event in self.events.iter().filter(|event| event.on <= today) {
            let told = breaches.len();
            let is_void = crate::state::look_before(&facts, event, rules, &mut breaches);
            if !is_void && !facts.take(event) && breaches.len() == told {
                breaches.push(Breach::OutOfOrder { on: event.on });
            }
        }
        State::of(facts, today, breaches, rules)
    }
}
