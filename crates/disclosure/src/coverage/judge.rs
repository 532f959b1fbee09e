//! How an item of an organ stands for a stretch of time, with the reason in words.

use item::{Channel, Item, Period, Way};
use jiff::{ToSpan, civil::Date};

use super::due::{Stretch, Term};

/// Colours of the map; the order is that in which they weigh where several stand in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Tone {
    /// Grey: nothing is asked, or nothing can be said.
    Off,
    /// Green.
    Good,
    /// Nothing is due so far.
    Ahead,
    /// Amber.
    Soon,
    /// Red.
    Late,
}

impl Tone {
    pub(super) const ALL: [Self; 5] = [Self::Late, Self::Soon, Self::Good, Self::Ahead, Self::Off];

    /// The code in addresses.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Good => "good",
            Self::Ahead => "ahead",
            Self::Soon => "soon",
            Self::Late => "late",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tone| tone.code() == code)
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Off => "不作要求",
            Self::Good => "已公开",
            Self::Ahead => "未到期",
            Self::Soon => "目前没有或快到期",
            Self::Late => "应公开未公开",
        }
    }

    /// What stands in a cell beside the colour, so that nobody needs to tell colours apart.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Off => "–",
            Self::Good => "✓",
            Self::Ahead => "○",
            Self::Soon => "!",
            Self::Late => "✕",
        }
    }

    /// The kind of chip.
    pub(super) fn chip(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Good => "ok",
            Self::Ahead => "info",
            Self::Soon => "soon",
            Self::Late => "late",
        }
    }
}

/// What stands in a cell for what came late.
pub(super) const TARDY: &str = "迟";

/// Why a cell has its colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// So many records or documents, the newest on this day.
    Published(i64, String),
    /// The same, but the first came after its last day: so many, the last day, the day of the first.
    Tardy(i64, Date, Date),
    /// A document of a later stretch that had more than one is taken for the one that is missing.
    MadeUp,
    /// The organ has no such information, until this day.
    Declared(Date),
    /// It stands for good and was last renewed on this day, long ago.
    Stale(String),
    /// Published as it happens, and nothing so far.
    Nothing,
    /// Its last day is near.
    Soon(Date),
    /// Its last day has passed; `None` = it stands for good and is not there.
    Overdue(Option<Date>),
    Ahead(Date),
    /// The item is not confirmed.
    Unconfirmed,
    /// It is published when somebody asks for it.
    OnRequest,
    /// It is published elsewhere than on the site.
    Elsewhere,
    /// It is asked from this day on, and the stretch was over by then.
    NotYet(Date),
    /// It is owed no more from this day on.
    Retired(Date),
    /// Another standard took its place.
    Former,
    /// Nobody has said in which columns it stands.
    NoPlace,
    /// The organ did not exist.
    NoOrgan,
    /// Due before the day from which on the county counts.
    Before(Date),
}

impl Why {
    pub(super) fn tone(&self) -> Tone {
        match self {
            Self::Published(..) | Self::Tardy(..) | Self::MadeUp | Self::Declared(_) => Tone::Good,
            Self::Stale(_) | Self::Nothing | Self::Soon(_) => Tone::Soon,
            Self::Overdue(_) => Tone::Late,
            Self::Ahead(_) => Tone::Ahead,
            _ => Tone::Off,
        }
    }

    /// Whether it is there, but came late.
    pub(super) fn is_tardy(&self) -> bool {
        matches!(self, Self::Tardy(..) | Self::MadeUp)
    }

    /// The kind of chip: what came late is not plain green.
    pub(super) fn chip(&self) -> &'static str {
        if self.is_tardy() { "soon" } else { self.tone().chip() }
    }

    /// The sign in a cell: what is declared, and what came late, is told apart from what is published.
    pub(super) fn sign(&self) -> &'static str {
        match self {
            Self::Tardy(..) | Self::MadeUp => TARDY,
            Self::Declared(_) => "无",
            other => other.tone().sign(),
        }
    }

    /// The last day, where it is still, or was in vain, waited for.
    pub(super) fn due(&self) -> Option<Date> {
        match self {
            Self::Soon(day) | Self::Ahead(day) | Self::Overdue(Some(day)) => Some(*day),
            _ => None,
        }
    }

    /// The last day, also where it was missed by what is there now.
    pub(super) fn last_day(&self) -> Option<Date> {
        match self {
            Self::Tardy(_, due, _) => Some(*due),
            other => other.due(),
        }
    }

    /// The reason as readers see it: what the office is to do about it is not theirs.
    pub(super) fn public_words(&self) -> String {
        match self {
            Self::Stale(newest) => format!("应当长期公开并保持更新，最近一次是 {newest}。"),
            Self::Nothing => "随发生随公开，这一年还没有公开过。".to_owned(),
            Self::NoPlace => "没有指定网站栏目，无法统计。".to_owned(),
            other => other.words(),
        }
    }

    /// The state in a word.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Declared(_) => "没有此类信息",
            Self::Stale(_) => "久未更新",
            Self::Nothing => "还没有公开过",
            Self::Soon(_) => "即将到期",
            Self::Tardy(..) | Self::MadeUp => "逾期公开",
            Self::Retired(_) => "事项已停用",
            Self::Unconfirmed => "事项没有确认",
            other => other.tone().label(),
        }
    }

    /// The reason in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Published(many, newest) if newest.is_empty() => format!("已公开 {many} 条。"),
            Self::Published(many, newest) => format!("已公开 {many} 条，最近一次是 {newest}。"),
            Self::Tardy(many, due, first) => {
                format!("应当在 {due} 以前公开，{first} 才公开，逾期。现有 {many} 条。")
            }
            Self::MadeUp => "这个时段内没有，之后多公开的 1 篇按补公开计。".to_owned(),
            Self::Declared(until) => format!("本机关没有此类信息，声明到 {until} 为止。"),
            Self::Stale(newest) => format!("应当长期公开并保持更新，最近一次是 {newest}，请核对内容是否仍然准确。"),
            Self::Nothing => "随发生随公开，这一年还没有公开过。确实没有的，请声明本机关没有此类信息。".to_owned(),
            Self::Soon(due) => format!("还没有公开，最后一日是 {due}。"),
            Self::Overdue(Some(due)) => format!("应当在 {due} 以前公开，没有找到。"),
            Self::Overdue(None) => "应当长期公开，没有找到。".to_owned(),
            Self::Ahead(due) => format!("还没有公开，最后一日是 {due}，未到期。"),
            Self::Unconfirmed => "事项没有经过确认，不要求公开。".to_owned(),
            Self::OnRequest => "依申请公开的事项，不要求主动公开。".to_owned(),
            Self::Elsewhere => "目录写明的公开渠道不含政府网站，本站不统计。".to_owned(),
            Self::NotYet(from) => format!("从 {from} 起按现在的要求公开，这个时段在那以前，不作要求。"),
            Self::Retired(on) => format!("事项从 {on} 起停用，这个时段不再要求公开。"),
            Self::Former => "旧标准的表，只保留以前的数据，不再要求公开。".to_owned(),
            Self::NoPlace => "没有指定网站栏目，无法统计。请在公开事项里填写栏目。".to_owned(),
            Self::NoOrgan => "这个时段没有这个机关，也没有由它承接的机关。".to_owned(),
            Self::Before(since) => format!("最后一日在 {since} 以前，早于本县开始统计的日期。"),
        }
    }
}

/// What was found of an item, an organ and a stretch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) many: i64,
    /// Day of the newest; empty = not known.
    pub(super) newest: String,
    /// The first day on which something was there; empty = not known. Of documents the first day of its month.
    pub(super) first: String,
    /// Covered by what a later stretch has too much of.
    pub(super) made_up: bool,
}

/// When it is judged, and by which settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    pub(super) today: Date,
    pub(super) soon_days: i64,
    pub(super) stale_months: i64,
    pub(super) since: Option<Date>,
}

/// Why nothing is asked of anybody, whatever the organ.
pub(super) fn unasked(item: &Item) -> Option<Why> {
    if item.is_former() {
        return Some(Why::Former);
    }
    if !item.confirmed {
        return Some(Why::Unconfirmed);
    }
    if item.way == Way::OnRequest {
        return Some(Why::OnRequest);
    }
    let offline = !item.channels.is_empty() && !item.channels.contains(&Channel::Web);
    if offline {
        return Some(Why::Elsewhere);
    }
    (!item.is_table() && item.site_columns.is_empty()).then_some(Why::NoPlace)
}

/// How a cell stands, by the version of the item that held then; `not` = why nothing is asked of the stretch. `existed` = the organ,
/// or one that it followed, was there in the stretch; `declared` = until when it is declared that there is nothing.
pub(super) fn judge(
    (item, stretch, term): (&Item, &Stretch, &Term),
    (found, not): (&Found, Option<Why>),
    (existed, declared): (bool, Option<Date>),
    when: &When,
) -> Why {
    if let Some(why) = not.or_else(|| unasked(item)) {
        // What is public all the same is shown, but for what nobody has confirmed.
        return if found.many > 0 && why != Why::Unconfirmed { published(found) } else { why };
    }
    if found.many > 0 {
        return if item.period == Period::Standing && is_stale(found, when) {
            Why::Stale(found.newest.clone())
        } else {
            in_time(item, found, term, when)
        };
    }
    if found.made_up {
        return Why::MadeUp;
    }
    if let Some(until) = declared {
        return Why::Declared(until);
    }
    if !existed {
        return Why::NoOrgan;
    }
    if item.period == Period::Event {
        return if stretch.first > when.today { Why::Ahead(stretch.last) } else { Why::Nothing };
    }
    let early = when.since.filter(|since| term.day < *since && item.period != Period::Standing);
    if let Some(since) = early {
        return Why::Before(since);
    }
    let near = when.today.checked_add(when.soon_days.days()).unwrap_or(when.today);
    match term.day {
        day if day < when.today && item.period == Period::Standing => Why::Overdue(None),
        day if day < when.today => Why::Overdue(Some(day)),
        day if day <= near => Why::Soon(day),
        day => Why::Ahead(day),
    }
}

/// What is there, and whether it came in time. What was due before the county counts is not called late.
fn in_time(item: &Item, found: &Found, term: &Term, when: &When) -> Why {
    let timed = !matches!(item.period, Period::Event | Period::Standing);
    let counted = when.since.is_none_or(|since| term.day >= since);
    let first = kernel::time::parse_date(&found.first).filter(|first| timed && counted && *first > term.day);
    match first {
        Some(first) => Why::Tardy(found.many, term.day, first),
        None => published(found),
    }
}

fn published(found: &Found) -> Why {
    Why::Published(found.many, found.newest.clone())
}

fn is_stale(found: &Found, when: &When) -> bool {
    let Some(newest) = kernel::time::parse_date(&found.newest).filter(|_| when.stale_months > 0) else { return false };
    newest.checked_add(when.stale_months.months()).is_ok_and(|end| end < when.today)
}
