//! Why an act is refused, in words for the person who tried.

use kernel::Refused;

/// How the owner of a subject names it in sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The thing under review: 这一版, 这一批数据, 这封信.
    pub this: &'static str,
    /// What its authors made: 稿件, 数据, 来信.
    pub work: &'static str,
}

/// What stops a subject, in words: 2 处个人信息、1 处其他必须处理的问题、1 处没有读出的内容. `unread` are those of `all` that could not be
/// read, `other` those that are nobody's person: words of the county's list, and what it weighs so.
pub(crate) fn in_words(all: usize, unread: usize, other: usize) -> String {
    let numbers = all.saturating_sub(unread).saturating_sub(other);
    let counts = [(numbers, "处个人信息"), (other, "处其他必须处理的问题"), (unread, "处没有读出的内容")];
    let said: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    said.join("、")
}

/// What can be done about findings that stop a subject.
fn way_out(all: usize, unread: usize) -> &'static str {
    if all == unread {
        "请保密审查员或县政府办打开附件核对，在“检查”一栏逐条写明核对结果后放行；也可以退回撰写人更换附件。"
    } else {
        "请修改文字或附件，或由有权人员（保密审查员、县政府办）逐条说明理由后放行。"
    }
}

/// Why an act is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The roles or the organ of the person do not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The state does not allow it.
    #[error("{}现在是“{state}”，不能{what}。请看过现在的情况再办理。", words.this)]
    State {
        /// Names of the subject.
        words: Words,
        /// Its state in the owner's words.
        state: String,
        /// What was tried.
        what: &'static str,
    },
    /// The author of a text passes none of its stages.
    #[error("您参与了{}的撰写，不能审核自己的{}。请由其他审核员办理。", .0.this, .0.work)]
    Own(Words),
    /// Two people pass this stage; the same person has done so already.
    #[error("“{0}”须由两人先后通过，您已经通过。请由另一位审核员办理。")]
    Twice(String),
    /// The same, where somebody has passed it in the name of the person.
    #[error("“{gate}”须由两人先后通过，{by}已经办理，就是您的意见。请由另一位审核员办理。")]
    InYourName {
        /// The stage.
        gate: String,
        /// Who, in whose name: 王某 代 李某.
        by: String,
    },
    /// Who let a finding through does not decide that the text becomes public.
    #[error("{}里有您说明理由放行的内容，{gate}须由另一位人员办理：放行的人不能再决定公开。", words.this)]
    LetThrough {
        /// Names of the subject.
        words: Words,
        /// The stage, or 紧急发布.
        gate: String,
    },
    /// One person would have passed every stage.
    #[error("{}前面各关都是您一人通过的（代办的也算），{gate}须由另一位审核员办理：一份{}至少由两人审核。", words.this, words.work)]
    Alone {
        /// Names of the subject.
        words: Words,
        /// The stage.
        gate: String,
    },
    /// The route names the one person who passes the stage.
    #[error(
        "“{gate}”指定由{name}办理。对方不在岗的，由其代办人办理；没有代办人的，请安全管理员指定，或请县政府办调整审核流程后重新送审。"
    )]
    Named {
        /// The stage.
        gate: String,
        /// Who passes it.
        name: String,
    },
    /// Who is away could not decide here, so nobody does in that name.
    #[error(
        "{0}本人不能办理这一关（参与了撰写，本人或者代办人已经通过，或者放行过其中的内容），也就不能代为办理。您自己负责这一关的，请以本人名义办理。"
    )]
    NotFor(String),
    /// No arrangement holds today by which the person decides for that one.
    #[error("您现在不是对方的代办人：代办可能已经到期或被取消。您的操作没有执行，请看过现在的情况再办理。")]
    NoStandIn,
    /// Nothing goes out past the secrecy review.
    #[error("{}没有通过保密审查，不能紧急发布：公开前的保密审查不能跳过（《政府信息公开条例》第十七条）。请先提交审核，并请保密审查员立即办理；保密审查通过后即可紧急发布。", .0.this)]
    NotCleared(Words),
    /// Who passed the secrecy review does not put the text past the other stages.
    #[error("{}的保密审查是您通过的，紧急发布须由另一位人员决定。", .0.this)]
    ClearedBySame(Words),
    /// Somebody else is reviewing.
    #[error("{by}正在审核{}，请等对方办完或放回后再办。领取两小时后自动失效。", words.this)]
    Claimed {
        /// Names of the subject.
        words: Words,
        /// Who.
        by: String,
    },
    /// Something that the stage asks was not ticked.
    #[error("还有 {0} 项没有勾选，不能通过。请逐项核对后勾选；核对不通过的，请写明理由退回。")]
    Unticked(usize),
    /// An act without its reason.
    #[error("请写明{what}，例如：{example}")]
    NoReason {
        /// What the reason is called: 退回理由.
        what: &'static str,
        /// One that somebody might give for this act.
        example: &'static str,
    },
    /// Letting a finding through without a reason.
    #[error("请写明放行理由，例如“法定公示内容，依据……第几条”。")]
    NoGround,
    /// Something was found that nobody has taken out or let through.
    #[error("还有 {}未处理，不能{what}。{}", in_words(*count, *unread, *other), way_out(*count, *unread))]
    Blocked {
        /// How many.
        count: usize,
        /// Those of them that are places which could not be read.
        unread: usize,
        /// Those that are nobody's person.
        other: usize,
        /// What was tried.
        what: &'static str,
    },
    /// The text has not been checked as it stands: somebody changed it at the same moment, or the rules have changed.
    #[error("{}刚刚有改动，个人信息检查还没有做完，不能{what}。请稍候再办理。", words.this)]
    Unchecked {
        /// Names of the subject.
        words: Words,
        /// What was tried.
        what: &'static str,
    },
    /// The owner says why it may not go out at all.
    #[error("{0}")]
    Unfit(String),
    /// The finding is not there any more.
    #[error("这处内容已经改动，原来的问题不在了。请以现在的检查结果为准。")]
    NoFinding,
    /// The exception is not waiting for its review.
    #[error("{}不在待复核之列，可能已由他人复核，不用再办。", .0.this)]
    NotOnList(Words),
    /// An exception is reviewed by another person than who made it or wrote the text.
    #[error("紧急发布须由另一位人员事后复核，不能自己复核。")]
    OwnException,
    /// A review of an exception without a note.
    #[error("请写明复核意见，例如“已逐项补审，内容无误”。")]
    NoNote,
    /// Who disagreed with an exception does not end the disagreement.
    #[error("您已经表示不同意，须由另一位人员确认复核；撤回公开或更正后也就办结。")]
    Objected,
    /// Another version was on the screen than is stored: somebody was faster.
    #[error("{}在您打开之后有了变化。您的操作没有执行，也没有覆盖任何内容。请看过现在的情况再办理。", .0.this)]
    Changed(Words),
}
