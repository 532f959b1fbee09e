//! One day of a count, with the reason why it is counted or not, in words that may stand in a letter.

use jiff::{Timestamp, civil::Date};

use crate::rule::Unit;
use kernel::{
    calendar::{DayKind, weekday},
    time,
};

/// A day that the count went over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    pub counted: bool,
    /// How many were counted up to and including this day. For hours: days with counted hours.
    pub number: u32,
    pub reason: Reason,
    /// No notice is recorded for the day: its kind is taken from its weekday and from the holidays that the law itself fixes.
    pub guessed: bool,
}

/// Why a day is counted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The day of the event, which is not part of the period.
    Start(&'static str),
    /// Counted; in the extension or before it.
    Counted {
        kind: DayKind,
        unit: Unit,
        extension: bool,
    },
    /// The hours of a period in hours that lie on this day; `to` may be the first moment of the next day.
    Hours {
        from: Timestamp,
        to: Timestamp,
    },
    /// Not worked, and the period has only working days.
    Rest(DayKind),
    Paused(DayKind),
    /// Would be the last day but is a rest day: a later one, or an earlier one when counting backwards, takes its place.
    Moved {
        kind: DayKind,
        backwards: bool,
    },
}

impl Day {
    /// The reason in words: 收到申请当日不计, 国庆节放假, 调休上班（周六）, 暂停计时.
    pub fn words(&self) -> String {
        let name = |kind: DayKind| match kind {
            DayKind::Weekday | DayKind::Weekend => weekday(self.date).to_owned(),
            DayKind::MadeUp => format!("调休上班（{}）", weekday(self.date)),
            DayKind::Holiday("") => "放假".to_owned(),
            DayKind::Holiday(holiday) => format!("{holiday}放假"),
        };
        let words = match self.reason {
            Reason::Start(event) => format!("{event}当日不计"),
            Reason::Counted { kind, unit, extension } => {
                let day = match (kind, unit) {
                    (DayKind::Weekday, Unit::WorkingDays) => format!("工作日（{}）", weekday(self.date)),
                    (_, Unit::WorkingDays) => name(kind),
                    (DayKind::Holiday(_), _) => format!("按日计算（{}）", name(kind)),
                    _ => format!("按日计算（{}）", weekday(self.date)),
                };
                if extension { format!("{day}，延长期限内") } else { day }
            }
            Reason::Hours { from, to } => format!("计 {} 至 {}", self.clock_time(from), self.clock_time(to)),
            Reason::Rest(kind) => name(kind),
            Reason::Paused(kind) if kind.is_working() => "暂停计时".to_owned(),
            Reason::Paused(kind) => format!("暂停计时（{}）", name(kind)),
            Reason::Moved { kind, backwards } => {
                format!("{}，期限最后一日逢休息日，{}", name(kind), if backwards { "提前" } else { "顺延" })
            }
        };
        let fixed =
            matches!(self.reason, Reason::Rest(DayKind::Holiday(_)) | Reason::Moved { kind: DayKind::Holiday(_), .. });
        match (self.guessed, fixed) {
            (false, _) => words,
            (true, true) => format!("{words}（法定节日，当年放假通知尚未录入）"),
            (true, false) => format!("{words}（放假通知尚未录入，按星期推算）"),
        }
    }

    /// `HH:MM` in China, with 24:00 for the end of the day.
    fn clock_time(&self, moment: Timestamp) -> String {
        let here = moment.to_zoned_datetime(time::china());
        if here.date() > self.date { "24:00".to_owned() } else { here.strftime("%H:%M").to_string() }
    }
}
