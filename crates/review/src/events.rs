//! What the review says in the log. The owner of a subject gives the kinds, so that a subject's history tells of its review
//! in its own words; [`REVIEW`] is for owners who need none.

use kernel::{EventKind, Keep};

/// The kinds of event with which the review of one kind of subject is told. All have the same [`EventKind::subject`] as the
/// owner's other events, and hold what [`crate::subject::LogName`] brings besides the keys named here.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// Submitted: `text`. None: the owner tells it.
    pub opened: Option<&'static EventKind>,
    /// Taken by a reviewer: `brief`, `gate`, and `stood_for`, `stood_for_account` where it was done in the name of somebody who is
    /// away; so do the next three.
    pub claimed: &'static EventKind,
    /// Given back: `brief`, `gate`.
    pub released: &'static EventKind,
    /// A stage was passed: `text`, `gate`, `opinion` where the reviewer wrote one, `ticked` where the stage asks something.
    pub passed: &'static EventKind,
    /// Back with the authors, by a reviewer or because it was stopped: `brief`, `gate`, `reason`, and `ticked` and `unticked` where
    /// the reviewer had begun to tick.
    pub returned: &'static EventKind,
    /// Taken back by the authors: `brief`, `from`. None: the owner tells it.
    pub recalled: Option<&'static EventKind>,
    /// Out past the stages that were left: `text`, `reason`, `from`.
    pub excepted: &'static EventKind,
    /// Another person has reviewed the exception: `brief`, `note`.
    pub exception_reviewed: &'static EventKind,
    /// A finding was let through: `brief`, `rule`, `digest`, `place`, `excerpt`, `reason`.
    pub let_through: &'static EventKind,
}

impl Said {
    /// All of them, for the capability that owns them.
    pub fn all(&self) -> impl Iterator<Item = &'static EventKind> {
        let told = [self.claimed, self.released, self.passed, self.returned, self.excepted, self.exception_reviewed];
        [self.opened, self.recalled].into_iter().flatten().chain(told).chain([self.let_through])
    }
}

const GATE: &[(&str, &str)] = &[
    ("kind", "种类"),
    ("title", "标题"),
    ("gate", "关口"),
    ("opinion", "审核意见"),
    TICKED,
    STOOD_FOR,
    STOOD_FOR_ACCOUNT,
    HOW,
];
const REASON: &[(&str, &str)] = &[
    ("kind", "种类"),
    ("title", "标题"),
    ("gate", "关口"),
    ("reason", "理由"),
    ("from", "原状态"),
    ("note", "意见"),
    TICKED,
    UNTICKED,
    STOOD_FOR,
    STOOD_FOR_ACCOUNT,
    HOW,
];
/// In whose name a stand-in decided: for owners who declare kinds of their own.
pub const STOOD_FOR: (&str, &str) = ("stood_for", "代谁办理");
/// How it was done, where not on the usual page: for owners who declare kinds of their own.
pub const HOW: (&str, &str) = ("how", "办理方式");
/// The account of [`STOOD_FOR`].
pub const STOOD_FOR_ACCOUNT: (&str, &str) = ("stood_for_account", "");
/// What was ticked of the questions of a stage, and what was not: for owners who declare kinds of their own.
pub const TICKED: (&str, &str) = ("ticked", "已核对");
/// See [`TICKED`].
pub const UNTICKED: (&str, &str) = ("unticked", "没有核对");

static OPENED: EventKind = EventKind::new("review", "review.opened", "提交审核").holds(GATE).keeps(Keep::Words);
static CLAIMED: EventKind = EventKind::new("review", "review.claimed", "领取审核").holds(GATE).keeps(Keep::Words);
static RELEASED: EventKind = EventKind::new("review", "review.released", "放回审核").holds(GATE).keeps(Keep::Words);
static PASSED: EventKind = EventKind::new("review", "review.gate_passed", "审核通过").holds(GATE).keeps(Keep::Words);
static RETURNED: EventKind = EventKind::new("review", "review.returned", "审核退回").holds(REASON).keeps(Keep::Words);
static RECALLED: EventKind = EventKind::new("review", "review.recalled", "收回修改").holds(REASON).keeps(Keep::Words);
static EXCEPTED: EventKind = EventKind::new("review", "review.bypassed", "紧急发布").holds(REASON).keeps(Keep::Words);
static EXCEPTION_REVIEWED: EventKind =
    EventKind::new("review", "review.bypass_reviewed", "复核紧急发布").holds(REASON).keeps(Keep::Words);
static LET_THROUGH: EventKind = EventKind::new("review", "review.finding_overridden", "放行检查发现的问题")
    .holds(&[
        ("kind", "种类"),
        ("title", "标题"),
        ("rule", "规则"),
        ("digest", ""),
        ("place", "位置"),
        ("excerpt", "内容"),
        ("reason", "理由"),
    ])
    .keeps(Keep::Words);

/// Kind of the subjects that arrangements of [`crate::stand_in`] are in the log.
pub(crate) const STAND_IN: &str = "stand_in";
/// Somebody decides for somebody who is away.
pub static STAND_IN_SET: EventKind = EventKind::new("stand_in", "stand_in.set", "安排代办")
    .holds(&[
        ("away", "不在岗"),
        ("away_account", ""),
        ("deputy", "代办人"),
        ("deputy_account", ""),
        ("roles", "审核角色"),
        ("first_on", "自"),
        ("last_on", "至"),
        ("note", "说明"),
    ])
    .keeps(Keep::Words);
/// The same was ended before its last day.
pub static STAND_IN_ENDED: EventKind = EventKind::new("stand_in", "stand_in.ended", "取消代办")
    .holds(&[("away", "不在岗"), ("deputy", "代办人"), ("last_on", "原定至")])
    .keeps(Keep::Words);

/// Kind of the subjects that links of [`crate::link`] are in the log.
pub(crate) const LINK: &str = "review_link";
/// Somebody was sent an address that opens one text for one decision.
pub static LINK_SENT: EventKind = EventKind::new("review_link", "review_link.sent", "发送审批链接")
    .holds(&[("person", "收件人"), ("title", "标题"), ("gate", "关口"), ("until", "有效至")])
    .keeps(Keep::Words);
/// The same person decided by it.
pub static LINK_USED: EventKind =
    EventKind::new("review_link", "review_link.used", "凭链接办理").holds(&[("title", "标题")]).keeps(Keep::Words);

/// Kind of the subjects that routes of [`crate::set`] are in the log.
pub(crate) const ROUTE: &str = "review_route";
/// The office has set a route.
pub static ROUTE_SET: EventKind = EventKind::new("review_route", "review_route.set", "设置审核流程")
    .holds(&[("place", "适用"), ("route", "流程"), ("before", "原流程")])
    .keeps(Keep::Words);
/// The office has taken a route away.
pub static ROUTE_REMOVED: EventKind = EventKind::new("review_route", "review_route.removed", "取消单独设置的审核流程")
    .holds(&[("place", "适用"), ("before", "原流程")])
    .keeps(Keep::Words);

/// Kind of the subject that the book of the checks ([`crate::book`]) is in the log.
pub(crate) const BOOK: &str = "check_book";
/// The office has put an entry into the list of words, or changed it.
pub static TERM_SET: EventKind = EventKind::new("check_book", "check_book.term_set", "设置检查词条")
    .holds(&[("sort", "类别"), ("form", "词语"), ("right", "规范写法"), ("reason", "理由"), ("level", "处理")])
    .keeps(Keep::Words);
/// The office has taken an entry out.
pub static TERM_REMOVED: EventKind = EventKind::new("check_book", "check_book.term_removed", "删除检查词条")
    .holds(&[("sort", "类别"), ("form", "词语"), ("right", "规范写法"), ("reason", "理由")])
    .keeps(Keep::Words);
/// The office has put in a whole list.
pub static TERMS_IMPORTED: EventKind = EventKind::new("check_book", "check_book.imported", "导入检查词表").holds(&[
    ("added", "增加"),
    ("changed", "修改"),
    ("same", "不变"),
    ("version", ""),
]);
/// The office weighs a rule otherwise.
pub static LEVEL_SET: EventKind = EventKind::new("check_book", "check_book.level_set", "调整检查规则").holds(&[
    ("rule", "规则"),
    ("level", "处理"),
    ("before", "原处理"),
]);

/// For subjects whose owner has no events of its own, and declares these: subject kind `review`, payload keys `kind` and
/// `title` besides those that [`Said`] names.
pub static REVIEW: Said = Said {
    opened: Some(&OPENED),
    claimed: &CLAIMED,
    released: &RELEASED,
    passed: &PASSED,
    returned: &RETURNED,
    recalled: Some(&RECALLED),
    excepted: &EXCEPTED,
    exception_reviewed: &EXCEPTION_REVIEWED,
    let_through: &LET_THROUGH,
};
