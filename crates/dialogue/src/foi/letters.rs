//! The letters of a request: what is filled in for each, the text that is drafted from it, and what a changed text lacks.

use std::collections::BTreeMap;

use ::foi::{
    Asked, Decision, Exemption, Need, Outcome, State,
    letter::{self, About, Draft, Instances, YOU},
};
use case::{Before, Entry, PartyRole, Person, Rules, letters::Body};
use jiff::civil::{Date, date};
use kernel::time;
use store::Executor;
use web::{Ctx, FormErrors, Refusal};

use super::{fees, kind::FOI, law, past::Installed};

/// What is filled in, by the names of the fields.
pub(super) type Typed = BTreeMap<String, String>;

/// A value that was filled in; empty where there is none.
pub(super) fn of<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.get(name).map_or("", |value| value.trim())
}

/// The mark of a letter that goes to others than the applicant, who does not read it.
const TO_OTHERS: &str = case::letters::TO_OTHERS;

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Line,
    Text,
    /// Ahead.
    Day,
    /// Today or before.
    PastDay,
}

impl Input {
    pub(super) fn is_day(self) -> bool {
        matches!(self, Self::Day | Self::PastDay)
    }
}

/// A field of the page on which a letter is drafted.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoticeField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) input: Input,
    pub(super) optional: bool,
}

const fn field(name: &'static str, label: &'static str, hint: &'static str, input: Input) -> NoticeField {
    NoticeField { name, label, hint, input, optional: false }
}

/// A letter that is drafted from a few fields.
#[derive(Debug)]
pub(super) struct Notice {
    /// Key of the kind's letter.
    pub(super) key: &'static str,
    pub(super) page: &'static str,
    pub(super) about: &'static str,
    pub(super) fields: &'static [NoticeField],
}

const WHOM: NoticeField = field("whom", "征求谁的意见", "单位写全称；个人写姓名", Input::Line);
const MATTER: NoticeField =
    field("matter", "征求意见的信息", "写明是哪项信息、涉及对方的哪些内容。不要写申请人是谁", Input::Text);

/// All of them but the answer, whose page is its own.
static NOTICES: [Notice; 10] = [
    Notice {
        key: "supplement",
        page: "/foi/cases/{id}/notices/supplement",
        about: "补正只能告知一次，应当在收到申请之日起 7 个工作日内。送达后停止计时，收到补正后重新计算 20 个工作日（条例第三十条）。",
        fields: &[
            field(
                "wanting",
                "需要补正的事项",
                "一次写全，例如 请写明项目名称或者所在地址，以及需要哪一年的资料",
                Input::Text,
            ),
            field("until", "补正期限", "给出合理的期限，例如 2026-04-10", Input::Day),
        ],
    },
    Notice {
        key: "consult_third_party",
        page: "/foi/cases/{id}/notices/consult_third_party",
        about: "公开会损害第三方合法权益的，书面征求其意见。送达后暂停计时；对方应当自收到之日起 15 个工作日内答复，逾期由本机关决定（条例第三十二条）。",
        fields: &[WHOM, MATTER],
    },
    Notice {
        key: "consult_co_maker",
        page: "/foi/cases/{id}/notices/consult_co_maker",
        about: "由两个以上机关共同制作的信息，可以征求其他机关意见。对方应当自收到之日起 15 个工作日内答复，逾期视为同意公开（条例第三十四条）。",
        fields: &[WHOM, MATTER],
    },
    Notice {
        key: "consult_organ",
        page: "/foi/cases/{id}/notices/consult_organ",
        about: "信息涉及其他机关的，征求其意见所需时间不计算在答复期限内（条例第三十三条）。没有规定对方的答复期限，请及时跟进。",
        fields: &[WHOM, MATTER],
    },
    Notice {
        key: "extension",
        page: "/foi/cases/{id}/notices/extension",
        about: "延期批准以后，在这里拟写告知申请人的文书（条例第三十三条）。",
        fields: &[NoticeField {
            optional: true,
            ..field("why", "原因", "申请人会看到，例如 需要调取 2015 年的纸质档案", Input::Text)
        }],
    },
    Notice {
        key: "reasons",
        page: "/foi/cases/{id}/notices/reasons",
        about: "申请的数量、频次明显超过合理范围的，可以要求申请人说明理由。等待期间不停止计时（条例第三十五条）。",
        fields: &[
            field("finding", "数量、频次的情况", "例如 您本月向本机关提出申请 45 件", Input::Text),
            field("until", "说明理由的期限", "给出合理的期限，期满以前不能不予处理，例如 2026-04-10", Input::Day),
        ],
    },
    Notice {
        key: "delay",
        page: "/foi/cases/{id}/notices/delay",
        about: "申请人说明的理由合理，但是无法在法定期限内答复的，可以确定延迟答复的合理期限并告知申请人（条例第三十五条）。",
        fields: &[field("until", "延迟答复的期限", "给出合理的期限，例如 2026-06-30", Input::Day)],
    },
    Notice {
        key: "fee",
        page: "/foi/cases/{id}/notices/fee",
        about: "只有数量、频次明显超过合理范围的才能收取信息处理费，按件或者按量选一种（国办函〔2020〕109号）。送达后停止计时，缴费后重新计算答复期限。",
        fields: &[
            NoticeField {
                optional: true,
                ..field(
                    "first",
                    "按件：从本月累计第几件",
                    "同一申请人一个自然月内累计，例如 31；按量收的空着",
                    Input::Line,
                )
            },
            NoticeField {
                optional: true, ..field("last", "按件：到第几件", "只有一件的空着", Input::Line)
            },
            NoticeField {
                optional: true,
                ..field("pages", "按量：提供多少页", "A4 单面为一页；按件收的空着", Input::Line)
            },
            field("how", "缴纳方式", "例如 持本通知到县政务服务中心 3 号窗口缴纳", Input::Text),
        ],
    },
    Notice {
        key: "withdrawal",
        page: "/foi/cases/{id}/notices/withdrawal",
        about: "申请人书面、当面或者电话要求撤回的，用这份告知书确认：由另一个人签发，送达申请人后不再办理。申请人的撤回书或者通话记录请作为附件添加；\
                送达以前申请人说没有要求撤回的，作废后继续办理。",
        fields: &[
            field("back_on", "申请人提出撤回的日期", "例如 2026-03-20", Input::PastDay),
            field("why", "撤回的方式和原因", "例如 3 月 20 日来电要求撤回，接听人和电话记录编号", Input::Text),
        ],
    },
    Notice {
        key: "override",
        page: "/foi/cases/{id}/notices/override",
        about: "第三方不同意公开，但不公开可能对公共利益造成重大影响而决定公开的，应当把决定公开的内容和理由书面告知第三方（条例第三十二条）。",
        fields: &[
            field("whom", "告知谁", "单位写全称；个人写姓名", Input::Line),
            field("matter", "决定公开的内容", "", Input::Text),
            field("why", "理由", "写明不公开可能对公共利益造成什么重大影响", Input::Text),
        ],
    },
];

/// The letter of this key.
pub(super) fn notice(key: &str) -> Option<&'static Notice> {
    NOTICES.iter().find(|notice| notice.key == key)
}

/// Where a letter of this key is drafted.
pub(super) fn page(key: &str) -> Option<&'static str> {
    if key == "reply" { Some("/foi/cases/{id}/reply") } else { notice(key).map(|notice| notice.page) }
}

/// About which case a letter is.
pub(super) struct Case {
    organ: String,
    phone: String,
    applicant: String,
    /// How letters address the applicant.
    you: &'static str,
    number: String,
    received: Date,
    wanted: String,
    /// Who hears a review of the answer; empty where nobody has said so.
    reviewer: String,
    /// What asks for the answer anew, and the answer that it has annulled, in words; empty of the first answer.
    anew: (String, String),
    /// Whom no letter to others names: the applicant and who acts for them.
    asking: Vec<Person>,
}

impl Case {
    /// Reads what letters of this case say of it. The applicant's name is written into them by the program.
    ///
    /// # Errors
    /// When the key does not fit; when the database fails.
    pub(super) async fn of(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Self, Refusal> {
        let mut target = executor.target();
        let request = case::request(ctx, target.again(), entry).await?;
        let parties = case::parties(ctx, target.again(), &entry.id).await?;
        let applicant = parties.iter().find(|(_, role, _)| *role == PartyRole::Applicant);
        let person = applicant.map(|(_, _, person)| person.clone()).unwrap_or_default();
        let asking = parties.into_iter().filter(|(_, role, _)| *role != PartyRole::ThirdParty);
        let asking = asking.map(|(_, _, person)| person).collect();
        let directory = ctx.directory();
        let organ = directory.get(&entry.organ);
        Ok(Self {
            organ: organ.map_or_else(|| entry.organ.to_string(), |organ| organ.name.clone()),
            phone: organ.map(|organ| organ.phone.clone()).unwrap_or_default(),
            you: match (person.organisation.is_empty(), person.name.is_empty()) {
                (false, _) => "贵单位",
                (true, false) => "您",
                (true, true) => YOU,
            },
            applicant: if person.organisation.is_empty() { person.name } else { person.organisation },
            number: entry.number.clone(),
            received: entry.received().unwrap_or(ctx.today()),
            wanted: request.get("wanted").cloned().unwrap_or_default(),
            reviewer: organ.map(|organ| reviewer_of(ctx, organ)).unwrap_or_default(),
            anew: anew_of(ctx, target.again(), entry).await?,
            asking,
        })
    }

    fn about(&self) -> About<'_> {
        About {
            organ: &self.organ,
            phone: &self.phone,
            applicant: &self.applicant,
            you: self.you,
            number: &self.number,
            received: self.received,
            wanted: &self.wanted,
        }
    }

    /// How letters address the applicant.
    pub(super) fn you(&self) -> &'static str {
        self.you
    }

    pub(super) fn wanted(&self) -> &str {
        &self.wanted
    }

    /// With what a question to others begins: what is wanted, and nothing where that holds a number of somebody or says who
    /// asks. Whoever writes it says it in other words then.
    pub(super) fn for_others(&self) -> &str {
        let silent =
            case::personal::masked(&self.wanted) == self.wanted && !case::named::tells(&self.asking, &self.wanted);
        if silent { &self.wanted } else { "" }
    }

    /// What is wrong with words that others read; `None` = nothing.
    pub(super) fn objection(&self, words: &str) -> Option<String> {
        if let Some(number) = case::personal::number_in(words) {
            return Some(format!("对方会看到这里的内容，请去掉证件号码、银行卡号（{number}）。"));
        }
        case::named::tells(&self.asking, words).then(|| case::named::SAYS_WHO.to_owned())
    }

    /// Whether it is known who hears a review of the answer.
    pub(super) fn names_reviewer(&self) -> bool {
        !self.reviewer.is_empty()
    }
}

pub(super) fn reviewer_of(ctx: &Ctx, organ: &kernel::Organ) -> String {
    let county = ctx.site().county.clone();
    // A site that is not set up yet has no county.
    let county = if county.starts_with('未') { "" } else { county.as_str() };
    Installed::of(ctx).practice().reviewer_of(organ, county)
}

/// What asks for an answer anew, and the newest answer that was annulled, in words.
async fn anew_of(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<(String, String), Refusal> {
    let mut target = executor.target();
    let past = case::history(ctx, target.again(), entry).await?;
    let Some(by) = law::taken_up(&past) else { return Ok(<(String, String)>::default()) };
    let all = case::letters::of_case(ctx, target.again(), entry).await?;
    let annulled = law::Law.annulled(Before { entry, past: &past }, &all);
    let letter = all.iter().rev().find(|one| annulled.contains(&one.id));
    let number = letter.zip(FOI.letter("reply")).map(|(letter, what)| letter.number(what));
    Ok((by, number.unwrap_or_default()))
}

/// What stands beside an answer of who hears a review of it and of what asks for it anew, so that its words are checked for just
/// those names.
const REVIEWER: &str = "reviewer";
const ANEW_BY: &str = "anew_by";
const ANNULLED: &str = "annulled";

/// A case of which nothing is known: what a letter must say does not depend on it.
fn nobody() -> Case {
    Case {
        organ: String::new(),
        phone: String::new(),
        applicant: String::new(),
        you: YOU,
        number: String::new(),
        received: date(2019, 5, 15),
        wanted: String::new(),
        reviewer: String::new(),
        anew: <(String, String)>::default(),
        asking: Vec::new(),
    }
}

/// The text of a letter from what was filled in; `None` where something is missing.
fn text(ctx: &Ctx, case: &Case, state: &State, key: &str, typed: &Typed) -> Option<Draft> {
    let installed = Installed::of(ctx);
    let about = case.about();
    let get = |name: &str| Some(of(typed, name)).filter(|value| !value.is_empty());
    Some(match key {
        "reply" => {
            let practice = installed.practice();
            let reviewer = if case.reviewer.is_empty() { of(typed, REVIEWER) } else { case.reviewer.as_str() };
            let (anew_by, annulled) = match &case.anew {
                (by, _) if by.is_empty() => (of(typed, ANEW_BY), of(typed, ANNULLED)),
                (by, annulled) => (by.as_str(), annulled.as_str()),
            };
            let instances = Instances { reviewer, court: &practice.court, anew_by, annulled };
            letter::reply(&about, &decision(typed)?, state, instances, &installed.rules())
        }
        "supplement" => letter::supplement(&about, get("wanting")?, time::parse_date(get("until")?)?),
        "consult_third_party" => letter::consult(&about, Asked::ThirdParty, get("whom")?, get("matter")?),
        "consult_co_maker" => letter::consult(&about, Asked::CoMaker, get("whom")?, get("matter")?),
        "consult_organ" => letter::consult(&about, Asked::OtherOrgan, get("whom")?, get("matter")?),
        "extension" => {
            let extension = state.facts.extension?;
            let due = state.due.as_ref()?;
            letter::extension(&about, extension.days, (due.likely(), due.is_guess()), of(typed, "why"))
        }
        "delay" => letter::delay(&about, time::parse_date(get("until")?)?),
        "withdrawal" => letter::withdrawal(&about, time::parse_date(get("back_on")?)?),
        "reasons" => letter::reasons(&about, get("finding")?, time::parse_date(get("until")?)?),
        "fee" => {
            let fee = fees::charged(ctx, typed).ok()?;
            letter::fee(&about, &fee.standard, fee.yuan, get("how")?, installed.practice().fee_days)
        }
        "override" => letter::override_notice(&about, get("whom")?, get("matter")?, get("why")?),
        _ => return None,
    })
}

/// Whether a letter goes to others than the applicant.
fn goes_to_others(key: &str) -> bool {
    key.starts_with("consult") || key == "override"
}

/// What stands beside the text: what the step of the delivery needs, and by what the text is checked again.
fn more(ctx: &Ctx, state: &State, key: &str, typed: &Typed) -> Typed {
    let fee = if key == "fee" { fees::charged(ctx, typed).ok() } else { None };
    let mut more = Typed::new();
    if key == "reply" {
        if let Some(decision) = decision(typed) {
            keep(&mut more, &decision);
            count(&mut more, state, &decision);
        }
        return more;
    }
    let fields = notice(key).map_or(&[][..], |notice| notice.fields);
    for field in fields {
        let value = of(typed, field.name);
        let kept = if field.input.is_day() {
            time::parse_date(value).map(|day| day.to_string()).unwrap_or_default()
        } else {
            value.to_owned()
        };
        if !kept.is_empty() {
            more.insert(field.name.to_owned(), kept);
        }
    }
    if let Some(fee) = fee {
        more.insert("amount".to_owned(), format!("{} 元", fee.yuan));
    }
    if goes_to_others(key) {
        more.insert(TO_OTHERS.to_owned(), "yes".to_owned());
    }
    more.insert("letter".to_owned(), key.to_owned());
    more
}

/// The whole letter, to be drafted.
///
/// # Errors
/// [`Refusal::Fields`] at the fields of its page; [`Refusal::Conflict`] for an extension that was not granted.
pub(super) fn body(ctx: &Ctx, case: &Case, state: &State, key: &str, typed: &Typed) -> Result<Body, Refusal> {
    let mut errors = FormErrors::new();
    if key == "reply" {
        match decision(typed) {
            Some(decision) => {
                decision.problems(state).into_iter().for_each(|problem| errors.add(problem.field, problem.message));
            }
            None => errors.add("outcome", "请选择处理结果。".to_owned()),
        }
    }
    for field in notice(key).map_or(&[][..], |notice| notice.fields) {
        let value = of(typed, field.name);
        if goes_to_others(key)
            && let Some(objection) = case.objection(value)
        {
            errors.add(field.name, objection);
        }
        if value.is_empty() && !field.optional {
            errors.add(field.name, format!("请填写{}。", field.label));
        } else if field.input.is_day() && !value.is_empty() {
            match time::parse_date(value) {
                Some(day) if field.input == Input::Day && day > ctx.today() => {}
                Some(day) if field.input == Input::PastDay && (case.received..=ctx.today()).contains(&day) => {}
                Some(_) if field.input == Input::PastDay => errors.add(
                    field.name,
                    format!("{}应当在收到申请之日（{}）和今天（{}）之间。", field.label, case.received, ctx.today()),
                ),
                Some(_) => errors.add(field.name, format!("{}应当晚于今天（{}）。", field.label, ctx.today())),
                None => errors.add(field.name, time::no_date(value, "2026-04-10")),
            }
        }
    }
    if key == "fee"
        && let Err((field, message)) = fees::charged(ctx, typed)
    {
        errors.add(field, message);
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if key == "extension" && state.facts.extension.is_none() {
        return Err(Refusal::Conflict("还没有批准延期。请先申请延期，由另一个人批准后再告知申请人。".into()));
    }
    let draft = text(ctx, case, state, key, typed).ok_or(Refusal::NotFound)?;
    let mut more = more(ctx, state, key, typed);
    if key == "reply" && case.names_reviewer() {
        more.insert(REVIEWER.to_owned(), case.reviewer.clone());
    }
    let (by, annulled) = &case.anew;
    for (name, words) in [(ANEW_BY, by), (ANNULLED, annulled)] {
        if key == "reply" && !words.is_empty() {
            more.insert(name.to_owned(), words.clone());
        }
    }
    Ok(Body { addressee: draft.to.clone(), title: draft.title.clone(), text: draft.text(), more })
}

/// What a letter lacks, each with the field at which it is told.
pub(super) fn lacks(ctx: &Ctx, state: &State, key: &str, body: &Body) -> Vec<(String, String)> {
    let Some(draft) = text(ctx, &nobody(), state, key, &body.more) else {
        return vec![("text".to_owned(), "请从办件页面“现在可以办”中的链接拟写，内容由填写的事项生成。".to_owned())];
    };
    let mut lacks = Vec::new();
    if key == "reply"
        && let Some(decision) = decision(&body.more)
    {
        lacks.extend(decision.problems(state).into_iter().map(|problem| (problem.field.to_owned(), problem.message)));
    }
    let missing = draft.left_out(&body.text);
    if !missing.is_empty() {
        let words = format!("正文不能没有这些内容：{}。请补上，或者重新拟写。", missing.join("、"));
        lacks.push(("text".to_owned(), words));
    }
    lacks
}

/// The answer that was chosen and filled in; `None` without an outcome.
pub(super) fn decision(typed: &Typed) -> Option<Decision> {
    let mut decision = Decision::new(Outcome::of(of(typed, "outcome"))?);
    if decision.outcome.has_exemptions() {
        let chosen = of(typed, "exemptions").split(',');
        for exemption in chosen.filter_map(Exemption::of) {
            let kind = if exemption.kinds().is_empty() { "" } else { of(typed, exemption.kind_field()) };
            decision = decision.exempt(exemption, kind);
        }
    }
    for need in Need::ALL {
        let value = of(typed, need.code());
        if !value.is_empty() {
            decision = decision.with(need, value);
        }
    }
    Some(decision)
}

/// Writes down by which answer the request counts: the first, which this one may not be.
fn count(more: &mut Typed, state: &State, decision: &Decision) {
    let first = state.facts.first_reply();
    let outcome = first.map_or(decision.outcome, |reply| reply.outcome);
    let exemption = first.map_or(decision.exemptions.first(), |reply| reply.exemptions.first());
    more.insert("counted".to_owned(), outcome.code().to_owned());
    if let Some(exemption) = exemption {
        more.insert("exemption".to_owned(), exemption.code().to_owned());
    }
}

/// Writes an answer down as [`decision`] reads it.
fn keep(more: &mut Typed, decision: &Decision) {
    let codes: Vec<&str> = decision.exemptions.iter().map(|exemption| exemption.code()).collect();
    more.insert("letter".to_owned(), "reply".to_owned());
    more.insert("outcome".to_owned(), decision.outcome.code().to_owned());
    if !codes.is_empty() {
        more.insert("exemptions".to_owned(), codes.join(","));
    }
    for exemption in &decision.exemptions {
        let kind = decision.kind(*exemption);
        if !kind.is_empty() {
            more.insert(exemption.kind_field().to_owned(), kind.to_owned());
        }
    }
    for need in Need::ALL {
        let value = decision.text(need);
        if !value.is_empty() {
            more.insert(need.code().to_owned(), value.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use ::foi::{Practice, Rules, Timeline};
    use clock::Readings;
    use kernel::Calendar;

    use super::*;

    /// How a request stands to which nothing has happened.
    fn state() -> State {
        let (calendar, readings, practice) = (Calendar::bundled(), Readings::default(), Practice::default());
        let rules = Rules { calendar: &calendar, readings: &readings, practice: &practice };
        Timeline::default().on(date(2026, 3, 2), &rules)
    }

    #[test]
    fn an_answer_is_kept_beside_its_letter() {
        let decision = Decision::new(Outcome::Partly)
            .with(Need::How, "随本答复邮寄复印件 12 页")
            .with(Need::Reason, "含有商业秘密")
            .exempt(Exemption::ThirdParty, "商业秘密")
            .exempt(Exemption::CaseFile, "");
        let mut more = Typed::new();
        keep(&mut more, &decision);
        let read = super::decision(&more).expect("an outcome");
        assert_eq!((read.exemptions, read.texts), (decision.exemptions.clone(), decision.texts.clone()));
        count(&mut more, &state(), &decision);
        assert_eq!((of(&more, "counted"), of(&more, "exemption")), ("partly", "third_party"), "the first counts");
    }

    #[test]
    fn every_letter_of_the_kind_has_its_page() {
        for letter in super::super::kind::FOI.letters {
            assert!(page(letter.key).is_some(), "{}", letter.key);
        }
    }
}
