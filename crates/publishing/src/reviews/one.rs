//! One edition to decide on, on one page: what waits besides it, what changed, what the checks found, what the gate asks, the
//! decision.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use charts::{Clock, clock};
use document::{
    Whole,
    compare::View,
    needs::{self, Need, Step},
    remarks::{self, Remark},
    rows::{self, AttachmentRow, EditionRow},
};
use jiff::Timestamp;
use kernel::{
    Staff,
    id::{AccountId, EditionId, SubjectRef},
    may, may_for, time,
};
use review::{
    Gate, Review, Stage, State as Standing, due,
    findings::{Check, Checks},
    model::{Facts, Round, may_pass},
    permissions::{OVERRIDE_FINDING, SEND_LINKS},
};
use serde::Deserialize;
use web::{Ctx, Desk, FormErrors, OfficeShell, Query, Result, filters, office_page, page};

use super::{
    link,
    strip::{self, Strip},
};
use crate::{
    comments::{self, Comment},
    editions::{
        checks, compare, deciding,
        history::{Line, history},
        reading, seen,
        show::{Paper, paper},
        subject::{self, state_words},
    },
};

#[derive(Template)]
#[template(path = "reviews/templates/review.html")]
struct ReviewPage {
    shell: OfficeShell,
    errors: FormErrors,
    /// What waits for the reader besides.
    strip: Option<Strip>,
    edition: EditionRow,
    state: String,
    paper: Paper,
    gates: Vec<GateLine>,
    gate_label: String,
    checks: Vec<Check>,
    /// What it needs besides itself, there or missing: an exemption is agreed to by whoever passes it.
    needs: Vec<Need>,
    /// What is strange in the fields.
    remarks: Vec<Remark>,
    unlisted: usize,
    stopping: usize,
    /// The same in words.
    stopping_words: String,
    /// Number of the edition that is public now, if this is to follow it; else of the one that was taken off.
    before: Option<i64>,
    /// When and why that was taken off.
    withdrawn: Option<(String, String)>,
    cmp: Option<View>,
    cmp_all: String,
    cmp_only: String,
    history: Vec<Line>,
    clock: String,
    clock_words: String,
    claimed_by: String,
    mine: bool,
    may: bool,
    /// Who decides for the reader today, in a sentence; empty = nobody.
    stood_for: String,
    /// Why the reader does not decide although the gate is the reader's; empty = nothing against it.
    kept_out: String,
    /// What the authors explain to reviewers alone.
    explained: String,
    unread: Vec<(String, Vec<String>)>,
    /// What is told of each picture of the text to whoever does not see it.
    pictures: Vec<String>,
    may_let_through: bool,
    /// In whose name the reader may decide: account (empty = the own name), words, whether it is chosen. Empty = the own alone.
    names: Vec<(String, String, bool)>,
    /// To whom a link for one decision may be sent; empty = the reader sends none.
    link_people: Vec<(String, String)>,
    /// Links that wait for their person: to whom, from whom, until when.
    links_sent: Vec<(String, String, String)>,
    effect: String,
    /// Code of the gate as it is shown: who decides says which one was seen.
    gate: String,
    /// What the gate asks: the statement, and whether it was ticked before.
    questions: Vec<(String, bool)>,
    /// What those who came before ticked and wrote: gate, name, opinion, statements.
    passes: Vec<PassLine>,
    once: String,
    /// What was typed before.
    opinion: String,
    reason: String,
    ground: (String, String),
    /// What was noted beside passages.
    comments: Vec<Comment>,
    comments_from: &'static str,
    may_comment: bool,
    /// Passage and words of a comment that was typed before.
    comment: (String, String),
}

impl ReviewPage {
    /// How many comments nobody has dealt with.
    fn open_comments(&self) -> usize {
        self.comments.iter().filter(|one| one.is_open()).count()
    }

    /// What is wrong with the words by which a finding was to be let through.
    fn wrong(&self, check: &Check) -> Option<&str> {
        self.errors.of(&format!("l-{}", check.digest))
    }

    /// These words.
    fn ground(&self, check: &Check) -> &str {
        if self.ground.0 == check.digest { &self.ground.1 } else { "" }
    }
}

/// What was typed into the forms of a review.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Typed<'a> {
    /// Of an approval.
    pub(super) opinion: &'a str,
    /// Of a return.
    pub(super) reason: &'a str,
    /// Places of the questions that were ticked.
    pub(super) ticked: &'a [usize],
    /// In whose name, if that was chosen.
    pub(super) in_name_of: Option<&'a AccountId>,
    /// Why a finding is let through: its digest, the words.
    pub(super) ground: (&'a str, &'a str),
    /// Of a comment: the passage, the words.
    pub(super) comment: (&'a str, &'a str),
}

/// One gate in the panel.
struct GateLine {
    label: String,
    state: &'static str,
    who: String,
    at: String,
    current: bool,
}

/// One edition to decide on.
pub(super) async fn review(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Query(how): Query<How>,
) -> Result<Response> {
    page_of(&ctx, &desk, &id, FormErrors::new(), Typed::default(), &how.all).await
}

/// How the text is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct How {
    /// All of it beside the public one, not only what changed.
    all: String,
}

/// The same, with what must be corrected.
pub(super) async fn review_page(
    ctx: &Ctx,
    desk: &Desk,
    id: &EditionId,
    errors: FormErrors,
    typed: Typed<'_>,
) -> Result<Response> {
    page_of(ctx, desk, id, errors, typed, "").await
}

async fn page_of(
    ctx: &Ctx,
    desk: &Desk,
    id: &EditionId,
    errors: FormErrors,
    typed: Typed<'_>,
    all: &str,
) -> Result<Response> {
    let (actor, house) = (desk.actor(), crate::house(ctx));
    let whole = rows::read(ctx.db().read(), &house, &actor, id).await?;
    seen::opened(ctx, desk, &whole).await?;
    reading::note(ctx, desk, &whole).await?;
    checks::ensure(ctx, &whole).await?;
    let checks = checks::of(ctx.db().read(), &house, &whole).await?;
    let review = deciding::review_of(ctx, &whole).await?;
    let (document, edition) = (&whole.document, &whole.edition);
    let stage = review.as_ref().and_then(|review| review.round.stage()).filter(|_| edition.state == "in_review");
    let editions = rows::editions(ctx.db().read(), &document.id).await?;
    let (before, off) = beside(ctx, desk, &whole, &editions).await?;
    let cmp = match &before {
        Some(before) => Some(compare::compared(&house, before, &whole).await?.view(all.is_empty())),
        None => None,
    };
    let claim = review.as_ref().and_then(|review| review.round.claim(ctx.seams().now()));
    let mine = claim.is_some_and(|claim| claim.by == desk.staff.account);
    let own = whole.is_by(&desk.staff.account);
    let now = ctx.seams().now();
    let facts = subject::facts(&whole, &checks);
    let away = review::desk::away_of(ctx, &desk.staff).await?;
    let round = review.as_ref().map(|review| &review.round).filter(|_| stage.is_some());
    let names = round
        .map(|round| names(round, (&desk.staff, away.as_slice()), &facts, now, typed.in_name_of))
        .unwrap_or_default();
    // Whoever may decide in another's name alone is kept out of nothing.
    let acts = !names.is_empty();
    let kept_out = round.and_then(|round| round.kept_out(&desk.staff, &facts, now)).filter(|_| !acts);
    // What somebody took who is away is the stand-in's.
    let theirs = claim.is_some_and(|claim| away.iter().any(|one| one.account == claim.by));
    let sends = may(&actor, &SEND_LINKS).is_ok();
    let link_people = match stage.filter(|_| sends) {
        Some(_) => link::people(ctx, round, &facts).await?,
        None => Vec::new(),
    };
    let (clock, clock_words) = clock_of(ctx, review.as_ref(), stage);
    let events = store::log::of_subject(ctx.db(), &SubjectRef::new(crate::DOCUMENT, &document.id)).await?;
    let (bad, stopping) = (!errors.is_empty(), checks.stopping());
    let comments = comments::of(ctx.db().read(), &whole).await?;
    let noted = comments.iter().filter(|one| one.is_open()).count();
    let needs = needs::needs(ctx, ctx.db().read(), &whole, Step::Publish).await?;
    let page = ReviewPage {
        shell: desk.shell(ctx, format!("审核：{}", edition.shown_title())).await?.with_error(bad),
        errors,
        state: state_words(edition, review.as_ref()),
        gates: gate_lines(review.as_ref()),
        gate_label: stage.map(|stage| stage.label.clone()).unwrap_or_default(),
        unlisted: checks.unlisted,
        stopping_words: checks.stopping_words(),
        stopping,
        before: before.as_ref().map(|before| before.edition.number),
        cmp,
        cmp_all: format!("/reviews/{id}?all=1"),
        cmp_only: format!("/reviews/{id}"),
        withdrawn: off.map(|off| (time::show_minute(&off.ended_at), off.reason.clone())),
        history: history(events, &editions),
        clock,
        clock_words,
        claimed_by: claim.filter(|_| !mine && !theirs).map(|claim| claim.name.clone()).unwrap_or_default(),
        mine,
        may: acts || stage.is_some_and(|stage| may_pass(&desk.staff, stage, document.keeper()).is_ok()),
        names,
        stood_for: super::pages::stood_for(ctx, desk).await?,
        link_people,
        links_sent: if sends && stage.is_some() { link::sent(ctx, &whole).await? } else { Vec::new() },
        kept_out: kept_out.map(|why| why.to_string()).unwrap_or_default(),
        explained: whole.values.words(&document::common::EXPLAINED),
        gate: stage.map(|stage| stage.gate.clone()).unwrap_or_default(),
        questions: stage.map(|stage| questions(stage, typed.ticked)).unwrap_or_default(),
        passes: passes(review.as_ref()),
        unread: unread(&whole.files),
        pictures: seen_pictures(&whole),
        remarks: remarks::of(ctx.db().read(), &house, &whole).await?,
        may_let_through: !own && edition.is_open() && may_for(&actor, &OVERRIDE_FINDING, document.keeper()).is_ok(),
        effect: waiting(effect(&whole, review.as_ref(), &checks, noted), &needs),
        strip: strip::strip(ctx, desk, id).await?,
        paper: paper(ctx, &whole).await?,
        needs,
        once: ctx.once(),
        opinion: typed.opinion.to_owned(),
        reason: typed.reason.to_owned(),
        ground: (typed.ground.0.to_owned(), typed.ground.1.to_owned()),
        comments,
        comments_from: "",
        may_comment: comments::may_comment(&desk.staff, &whole, review.as_ref()).is_ok(),
        comment: (typed.comment.0.to_owned(), typed.comment.1.to_owned()),
        edition: whole.edition,
        checks: checks.found,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// The edition beside which this one is shown: the public one that it is to follow, else the one that was taken off, and that
/// one's row. What was taken off comes back with this edition: why it was, and whether that was mended, is what there is to decide.
async fn beside<'a>(
    ctx: &Ctx,
    desk: &Desk,
    whole: &Whole,
    editions: &'a [EditionRow],
) -> Result<(Option<Whole>, Option<&'a EditionRow>)> {
    let (house, edition) = (crate::house(ctx), &whole.edition);
    let before = compare::public_before(ctx, &house, whole).await?;
    let before = before.filter(|before| before.edition.number < edition.number);
    if before.is_some() || !edition.published_at.is_empty() {
        return Ok((before, None));
    }
    let Some(off) = subject::withdrawn(editions, edition.number) else { return Ok((None, None)) };
    let before = rows::read(ctx.db().read(), &house, &desk.actor(), &off.id).await?;
    Ok((Some(before), Some(off)))
}

/// In whose name the reader may decide, if there is a choice or only another's: those who are away first, of whom the first is
/// chosen unless something was.
fn names(
    round: &Round,
    (staff, away): (&Staff, &[Staff]),
    facts: &Facts,
    now: Timestamp,
    chosen: Option<&AccountId>,
) -> Vec<(String, String, bool)> {
    let mut names: Vec<(String, String, bool)> = away
        .iter()
        .filter(|one| round.open_for(staff, one, facts, now))
        .map(|one| {
            let words = format!("代 {}（记为“{} 代 {}”）", one.name, staff.name, one.name);
            (one.account.to_string(), words, chosen == Some(&one.account))
        })
        .collect();
    if names.is_empty() {
        return names;
    }
    let own = round.stage().is_some_and(|stage| may_pass(staff, stage, &facts.keeper).is_ok())
        && round.kept_out(staff, facts, now).is_none()
        && round.claim(now).is_none_or(|claim| claim.by == staff.account);
    if own {
        let is = chosen.is_some_and(|chosen| chosen.as_str().is_empty());
        names.push((String::new(), format!("本人（记为“{}”）", staff.name), is));
    }
    if !names.iter().any(|(.., chosen)| *chosen) {
        names[0].2 = true;
    }
    names
}

/// The clock of the stage, as a picture and in words; empty when it stands at none.
fn clock_of(ctx: &Ctx, review: Option<&Review>, stage: Option<&Stage>) -> (String, String) {
    let (Some(review), Some(stage)) = (review, stage) else { return (String::new(), String::new()) };
    let due = due(&ctx.calendar(), review.since, stage.days, ctx.today());
    let words = match due.left.is_past() {
        true => format!("{}（应于 {} 办结）", due.left, due.on),
        false => format!("{}（{} 到期）", due.left, due.on),
    };
    let label = format!("这一关办理期限{}", due.ruler.words());
    (clock(Clock { total: due.ruler.total, used: due.ruler.used, paused: Vec::new(), label }), words)
}

/// What approving does, in numbers, for the confirmation; `noted`: comments that nobody has dealt with.
fn effect(whole: &Whole, review: Option<&Review>, checks: &Checks, noted: usize) -> String {
    let let_through = checks.found.iter().filter(|check| check.passed.is_some()).count();
    let words = whole.text.body_text.chars().filter(|c| !c.is_whitespace()).count();
    let mut looked: Vec<String> = Vec::new();
    if let_through > 0 {
        looked.push(format!("检查发现的问题 {let_through} 处已说明理由放行"));
    }
    let stopping = checks.stopping_words();
    if !stopping.is_empty() {
        looked.push(format!("{stopping}未处理"));
    }
    let (standing, kinds) = checks.standing();
    if standing > 0 {
        looked.push(format!("检查提示的 {standing} 处还在（{kinds}），请确认逐处看过"));
    }
    let looked = if looked.is_empty() { "检查没有发现问题".to_owned() } else { looked.join("，") };
    let content =
        format!("正文 {} 字、附件 {} 个；{looked}", filters::grouped(&words.to_string()), whole.attachments().count(),);
    let then = then(whole, review);
    match noted {
        0 => format!("{content}|{then}"),
        _ => format!("{content}|还有 {noted} 条批注未处理；要撰写人修改的，请取消后退回|{then}"),
    }
}

/// What becomes of a text that is passed where it stands.
pub(super) fn then(whole: &Whole, review: Option<&Review>) -> String {
    let place = review.and_then(|review| match review.round.state {
        Standing::Open { stage, .. } => Some((review, stage)),
        _ => None,
    });
    let next = place.and_then(|(review, stage)| {
        let here = review.round.route.stage(stage)?;
        let passed = review.round.passes.iter().filter(|pass| pass.stage == stage).count();
        if passed + 1 < here.people() {
            return Some(format!("{}由两人先后审核，通过后还需另一位审核员通过", here.label));
        }
        review.round.route.stage(stage + 1).map(|next| format!("通过后进入{}", next.label))
    });
    let publish_at = &whole.edition.publish_at;
    next.unwrap_or_else(|| match time::from_db(publish_at) {
        Some(_) => format!("这是最后一关，通过后于 {} 向全社会公开", time::show_minute(publish_at)),
        None => AT_ONCE.to_owned(),
    })
}

/// What the last gate does when nothing else is waited for.
const AT_ONCE: &str = "这是最后一关，通过后立即向全社会公开";

/// The same when something is: then it is not public at once.
pub(super) fn waiting(effect: String, needs: &[Need]) -> String {
    match needs.iter().find(|need| need.missing) {
        Some(need) => effect.replace(AT_ONCE, &format!("这是最后一关，通过后还不公开：{}", need.words)),
        None => effect,
    }
}

/// The stages of the newest round; before the first, those that everything passes.
fn gate_lines(review: Option<&Review>) -> Vec<GateLine> {
    let Some(review) = review else {
        let line = |label: &str| GateLine {
            label: label.to_owned(),
            state: "未到",
            who: String::new(),
            at: String::new(),
            current: false,
        };
        return Gate::ALL.iter().map(|gate| line(gate.label)).collect();
    };
    let round = &review.round;
    let here = if let Standing::Open { stage, .. } = round.state { Some(stage) } else { None };
    let line = |(place, stage): (usize, &Stage)| {
        let passes: Vec<_> = round.passes.iter().filter(|pass| pass.stage == place).collect();
        let current = here == Some(place);
        GateLine {
            label: stage.label.clone(),
            state: if passes.len() >= stage.people() {
                "已通过"
            } else if current {
                "正在审核"
            } else {
                "未到"
            },
            who: passes.iter().map(|pass| pass.name.as_str()).collect::<Vec<_>>().join("、"),
            at: passes.last().map(|pass| time::show_minute(&time::to_db(pass.at))).unwrap_or_default(),
            current,
        }
    };
    round.route.stages().iter().enumerate().map(line).collect()
}

/// What somebody said on passing a stage.
struct PassLine {
    gate: String,
    name: String,
    opinion: String,
    ticked: Vec<String>,
}

/// What those said who passed stages of the newest round, if they said anything.
fn passes(review: Option<&Review>) -> Vec<PassLine> {
    let Some(review) = review else { return Vec::new() };
    let said = review.round.passes.iter().filter(|pass| !pass.opinion.is_empty() || !pass.ticked.is_empty());
    let line = |pass: &review::model::Pass| PassLine {
        gate: review.round.route.stage(pass.stage).map(|stage| stage.label.clone()).unwrap_or_default(),
        name: pass.name.clone(),
        opinion: pass.opinion.clone(),
        ticked: pass.ticked.clone(),
    };
    said.map(line).collect()
}

/// What the stage asks, and what of it was ticked before.
fn questions(stage: &Stage, ticked: &[usize]) -> Vec<(String, bool)> {
    stage.questions.iter().enumerate().map(|(at, question)| (question.clone(), ticked.contains(&at))).collect()
}

/// Files of which something could not be looked through or needs a look: name, and what was said when they were received.
fn unread(files: &[AttachmentRow]) -> Vec<(String, Vec<String>)> {
    let told = files.iter().filter(|file| !file.warning_lines().is_empty());
    told.map(|file| (file.name().to_owned(), file.warning_lines().iter().map(ToString::to_string).collect())).collect()
}

/// The pictures of the text, in order: what is told of each to whoever does not see it.
fn seen_pictures(whole: &Whole) -> Vec<String> {
    let told = |named: document::html::pictures::Named| match named.alt {
        None => "还没有替代文字".to_owned(),
        Some(alt) if alt.trim().is_empty() => "装饰图片，读屏软件不读".to_owned(),
        Some(alt) => format!("替代文字：{alt}"),
    };
    document::html::pictures::of(&whole.text.body_html).into_iter().map(told).collect()
}
