//! The rules: which period runs from when, by which law, and what may stop or lengthen it.

use std::num::NonZeroU32;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a period is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 工作日, by the calendar.
    WorkingDays,
    /// 日, every day counted (民法典 Art. 200–203).
    Days,
    /// Hours from a moment.
    Hours,
    /// 月: ends on the day of the same number, or on the month's last where it has none (民法典 Art. 202).
    Months,
}

/// Where the count begins, with the event in official words, such as 收到申请.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// On the day after the event.
    DayAfter(&'static str),
    /// At the moment of the event; what [`Unit::Hours`] need.
    Moment(&'static str),
    /// Backwards from the day before the event.
    DayBefore(&'static str),
}

impl Start {
    pub const fn event(self) -> &'static str {
        match self {
            Self::DayAfter(event) | Self::Moment(event) | Self::DayBefore(event) => event,
        }
    }

    pub const fn is_backwards(self) -> bool {
        matches!(self, Self::DayBefore(_))
    }
}

/// Whether the day of the event is the first of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// The period begins on the day after (民法典 Art. 201).
    #[default]
    Skipped,
    /// The day of the event is day one, if the unit counts it.
    Counted,
}

/// What becomes of a period in days or months whose last day is a rest day. Working days never end on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastDay {
    /// The next working day in the direction of the count takes its place (民法典 Art. 203).
    Moves,
    /// It is the last day all the same.
    Stays,
}

/// Which hours a period in hours is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursCount {
    /// Every hour, night and holiday too.
    #[default]
    All,
    /// The twenty-four hours of working days only.
    OfWorkingDays,
}

/// A question that the rule's own text leaves open; [`Readings`] answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    FoiFirstDay,
    HearingLastDay,
    OpinionHours,
    InterpretationLength,
    FeedbackLength,
    RepairLength,
}

/// A period set by law or practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The name in the contract: `foi.response`.
    pub id: &'static str,
    /// What must be done, in official words.
    pub label: &'static str,
    /// Law and article that set the term, as pages cite them.
    pub basis: &'static str,
    /// In units of `unit`; never 0.
    pub length: u32,
    pub unit: Unit,
    pub start: Start,
    /// What stops the count, in words; `None` where nothing may.
    pub pauses: Option<&'static str>,
    /// The most by which the period may be lengthened, in units of `unit`; 0 where it may not.
    pub extension: u32,
    /// The period is a minimum: the end is the first day on which it may be closed, not the last on which to act.
    pub minimum: bool,
    pub first_day: FirstDay,
    pub last_day: LastDay,
    pub hours: HoursCount,
    /// When the basis came into force, where that lies within the calendar: earlier events had another rule.
    pub since: Option<Date>,
    pub open: Option<Open>,
}

impl Rule {
    /// A rule without pauses and extension. A last day that is a rest day moves when counting forwards and stays when
    /// counting backwards: 民法典 Art. 203 lengthens periods and says nothing of notice to be given before an event.
    ///
    /// # Panics
    /// At compile time, as rules are constants: when the length is 0, or hours do not start at a moment.
    pub const fn new(
        id: &'static str,
        label: &'static str,
        basis: &'static str,
        length: u32,
        unit: Unit,
        start: Start,
    ) -> Self {
        assert!(length > 0, "a period has a length");
        assert!(
            matches!(unit, Unit::Hours) == matches!(start, Start::Moment(_)),
            "hours run from a moment, all else from a day"
        );
        let last_day = if start.is_backwards() { LastDay::Stays } else { LastDay::Moves };
        Self {
            id,
            label,
            basis,
            length,
            unit,
            start,
            pauses: None,
            extension: 0,
            minimum: false,
            first_day: FirstDay::Skipped,
            last_day,
            hours: HoursCount::All,
            since: None,
            open: None,
        }
    }

    /// May be paused while what `words` say goes on.
    ///
    /// # Panics
    /// At compile time, for months: no text says how a pause shifts the day of the same number.
    pub const fn paused_by(mut self, words: &'static str) -> Self {
        assert!(!matches!(self.unit, Unit::Months), "months cannot be paused");
        self.pauses = Some(words);
        self
    }

    /// May be lengthened by up to `most` units.
    pub const fn extended_by(mut self, most: u32) -> Self {
        self.extension = most;
        self
    }

    pub const fn minimum(mut self) -> Self {
        self.minimum = true;
        self
    }

    pub const fn since(mut self, day: Date) -> Self {
        self.since = Some(day);
        self
    }

    pub const fn open(mut self, question: Open) -> Self {
        self.open = Some(question);
        self
    }

    /// `count` units in words: 20 个工作日, 30 日, 5 小时.
    pub fn units(&self, count: u32) -> String {
        match self.unit {
            Unit::WorkingDays => format!("{count} 个工作日"),
            Unit::Days => format!("{count} 日"),
            Unit::Hours => format!("{count} 小时"),
            Unit::Months => format!("{count} 个月"),
        }
    }

    /// The whole period in words: 收到申请后 20 个工作日内.
    pub fn period(&self) -> String {
        let (event, length) = (self.start.event(), self.units(self.length));
        match (self.start, self.minimum) {
            (Start::DayBefore(_), _) => format!("{event}前 {length}"),
            (_, true) => format!("{event}后不少于 {length}"),
            (_, false) => format!("{event}后 {length}内"),
        }
    }
}

/// Answers to what the texts leave open, for the configuration of an installation. The defaults are the usual practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Readings {
    /// 条例 (国务院令第711号) does not write that the day of receipt is not counted; all offices count so.
    pub foi_first_day: FirstDay,
    /// Whether papers of a hearing must come earlier still when the seventh day before it is a rest day.
    pub hearing_last_day: LastDay,
    /// 国办发〔2016〕61号 and 80号 write hours without saying which.
    pub opinion_hours: HoursCount,
    /// Working days for an interpretation; several cities and counties write 3, no national text was found.
    pub interpretation_days: NonZeroU32,
    /// Working days for an answer to what readers say about enforcement; 国办发〔2018〕118号 asks for the channel and sets none.
    pub enforcement_feedback_days: NonZeroU32,
    /// Working days for the decision over a repair (信用修复); the number in force was not found in a text.
    pub enforcement_repair_days: NonZeroU32,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            foi_first_day: FirstDay::Skipped,
            hearing_last_day: LastDay::Stays,
            opinion_hours: HoursCount::All,
            interpretation_days: const { NonZeroU32::new(INTERPRETATION_PUBLISH.length).expect("rules have a length") },
            enforcement_feedback_days: const { NonZeroU32::new(ENFORCEMENT_FEEDBACK.length).expect("rules have a length") },
            enforcement_repair_days: const { NonZeroU32::new(ENFORCEMENT_REPAIR.length).expect("rules have a length") },
        }
    }
}

/// `[clock]`: what the texts of clocks leave open.
impl kernel::Section for Readings {
    const KEY: &'static str = "clock";
}

impl Readings {
    /// The rule as this installation reads it. Only what the rule leaves open changes.
    pub fn apply(&self, rule: &Rule) -> Rule {
        let mut rule = *rule;
        match rule.open {
            None => {}
            Some(Open::FoiFirstDay) => rule.first_day = self.foi_first_day,
            Some(Open::HearingLastDay) => rule.last_day = self.hearing_last_day,
            Some(Open::OpinionHours) => rule.hours = self.opinion_hours,
            Some(Open::InterpretationLength) => rule.length = self.interpretation_days.get(),
            Some(Open::FeedbackLength) => rule.length = self.enforcement_feedback_days.get(),
            Some(Open::RepairLength) => rule.length = self.enforcement_repair_days.get(),
        }
        rule
    }
}

/// The rule of this name, if there is one.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// A period in working days under 政府信息公开条例, in force since 2019-05-15.
const fn foi(id: &'static str, label: &'static str, basis: &'static str, length: u32, event: &'static str) -> Rule {
    Rule::new(id, label, basis, length, Unit::WorkingDays, Start::DayAfter(event))
        .since(Date::constant(2019, 5, 15))
        .open(Open::FoiFirstDay)
}

const fn enforcement(id: &'static str, label: &'static str, basis: &'static str, length: u32) -> Rule {
    Rule::new(id, label, basis, length, Unit::WorkingDays, Start::DayAfter("作出决定"))
}

const fn opinion(id: &'static str, label: &'static str, basis: &'static str, length: u32) -> Rule {
    Rule::new(id, label, basis, length, Unit::Hours, Start::Moment("事发")).open(Open::OpinionHours)
}

pub const FOI_RESPONSE: Rule =
    foi("foi.response", "答复政府信息公开申请", "《政府信息公开条例》（国务院令第711号）第三十三条", 20, "收到申请")
        .paused_by("征求第三方和其他机关意见")
        .extended_by(20);

pub const FOI_SUPPLEMENT_NOTICE: Rule = foi(
    "foi.supplement-notice",
    "一次性告知申请人补正",
    "《政府信息公开条例》（国务院令第711号）第三十条",
    7,
    "收到申请",
);

pub const FOI_THIRD_PARTY: Rule = foi(
    "foi.third-party",
    "第三方提出意见",
    "《政府信息公开条例》（国务院令第711号）第三十二条",
    15,
    "第三方收到征求意见书",
);

pub const FOI_CO_MAKER: Rule = foi(
    "foi.co-maker",
    "共同制作机关提出意见",
    "《政府信息公开条例》（国务院令第711号）第三十四条",
    15,
    "收到征求意见书",
);

pub const PUBLISH_PROACTIVE: Rule = foi(
    "publish.proactive",
    "主动公开政府信息",
    "《政府信息公开条例》（国务院令第711号）第二十六条",
    20,
    "信息形成或者变更",
);

pub const ENFORCEMENT_PERMIT: Rule = enforcement(
    "enforcement.permit",
    "公开行政许可决定",
    "国办发〔2018〕118号；发改办财金〔2018〕424号；《行政许可法》第四十条",
    7,
);

pub const ENFORCEMENT_PENALTY: Rule = enforcement(
    "enforcement.penalty",
    "公开行政处罚决定",
    "国办发〔2018〕118号；发改办财金〔2018〕424号；《行政处罚法》第四十八条",
    7,
);

pub const ENFORCEMENT_GENERAL: Rule =
    enforcement("enforcement.general", "公开其他行政执法决定", "国办发〔2018〕118号（事后公开）", 20);

pub const ENFORCEMENT_WITHDRAW: Rule = Rule::new(
    "enforcement.withdraw",
    "撤回已公开的行政处罚决定并说明理由",
    "《行政处罚法》（2021年修订）第四十八条、第八十五条",
    3,
    Unit::WorkingDays,
    Start::DayAfter("决定被变更、撤销、确认违法或者无效"),
)
.since(Date::constant(2021, 7, 15));

pub const ENFORCEMENT_FEEDBACK: Rule = Rule::new(
    "enforcement.feedback",
    "答复对行政执法的意见",
    "国办发〔2018〕118号（公示信息的群众反馈渠道；答复期限按本地规定，在配置中写明）",
    15,
    Unit::WorkingDays,
    Start::DayAfter("收到意见"),
)
.open(Open::FeedbackLength);

pub const ENFORCEMENT_REPAIR: Rule = Rule::new(
    "enforcement.repair",
    "办理行政处罚信息信用修复申请",
    "行政处罚公示信息信用修复的规定（办理期限按现行规定，在配置中写明）",
    7,
    Unit::WorkingDays,
    Start::DayAfter("收到申请"),
)
.open(Open::RepairLength);

pub const CONSULTATION_MINIMUM: Rule = Rule::new(
    "consultation.minimum",
    "重大行政决策公开征求意见",
    "《重大行政决策程序暂行条例》（国务院令第713号）第十五条；《民法典》第二百零一条、第二百零三条",
    30,
    Unit::Days,
    Start::DayAfter("公布草案"),
)
.minimum()
.since(Date::constant(2019, 9, 1));

pub const HEARING_PAPERS: Rule = Rule::new(
    "hearing.papers",
    "向听证参加人送达听证会材料",
    "《重大行政决策程序暂行条例》（国务院令第713号）第十六条",
    7,
    Unit::Days,
    Start::DayBefore("召开听证会"),
)
.since(Date::constant(2019, 9, 1))
.open(Open::HearingLastDay);

pub const BUDGET_PUBLISH: Rule = Rule::new(
    "budget.publish",
    "公开预算、预算调整、决算和预算执行情况",
    "《预算法》第十四条；《民法典》第二百零一条、第二百零三条",
    20,
    Unit::Days,
    Start::DayAfter("批准或者批复"),
);

pub const INTERPRETATION_PUBLISH: Rule = Rule::new(
    "interpretation.publish",
    "发布政策解读",
    "各地政策解读工作规定（3 个工作日为通行要求，本地另有规定的在配置中写明）",
    3,
    Unit::WorkingDays,
    Start::DayAfter("文件公布"),
)
.open(Open::InterpretationLength);

pub const OPINION_FIRST_STATEMENT: Rule =
    opinion("opinion.first-statement", "发布特别重大、重大突发事件权威信息", "国办发〔2016〕80号", 5);

pub const OPINION_CONFERENCE: Rule = opinion(
    "opinion.conference",
    "就特别重大、重大突发事件举行新闻发布会",
    "国办发〔2016〕61号；国办发〔2016〕80号",
    24,
);

pub const OPINION_RESPONSE: Rule = opinion("opinion.response", "回应政务舆情", "国办发〔2016〕61号", 48);

/// Every rule that the command line knows by name.
pub const RULES: &[Rule] = &[
    FOI_RESPONSE,
    FOI_SUPPLEMENT_NOTICE,
    FOI_THIRD_PARTY,
    FOI_CO_MAKER,
    PUBLISH_PROACTIVE,
    ENFORCEMENT_PERMIT,
    ENFORCEMENT_PENALTY,
    ENFORCEMENT_GENERAL,
    ENFORCEMENT_WITHDRAW,
    CONSULTATION_MINIMUM,
    HEARING_PAPERS,
    BUDGET_PUBLISH,
    INTERPRETATION_PUBLISH,
    OPINION_FIRST_STATEMENT,
    OPINION_CONFERENCE,
    OPINION_RESPONSE,
];
