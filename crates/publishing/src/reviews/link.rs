//! One-time links: the county office sends one to a leader by mail; the leader opens it on a phone, shows who they are, reads one
//! text and decides. The rules of links are the review machine's ([`review::link`]).

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use document::{
    Whole,
    needs::{self, Step},
    rows,
};
use jiff::SignedDuration;
use kernel::{
    id::{AccountId, EditionId},
    time,
};
use review::{
    Kind, Word,
    findings::Check,
    link,
    model::{Facts, Round},
    stand_in,
};
use serde::Deserialize;
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Redirect, Refusal, Result, act_in_place,
    error::ErrorView,
    filters,
    hooks::Person,
    mail::{Mail, SEND_NOW},
    office_page, page,
};

use super::{
    decision::{self, By, Seen, Ticks},
    one::{Typed, then, waiting},
};
use crate::{
    comments,
    editions::{
        checks, deciding, reading, seen,
        show::{Paper, paper},
        subject::{self, EDITION},
    },
    people,
};

/// How a decision by a link is told.
const HOW: &str = "凭一次性审批链接";
/// Minutes for which the last proof of who it is opens a link.
const FRESH: i64 = 10;
/// Minutes for which it lets decide: the text is read in between.
const READING: i64 = 60;

/// To whom a link is sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct To {
    person: AccountId,
    version: i64,
    once: String,
}

/// Those to whom a link may be sent: whoever can decide where the round stands and has an address, by account and name. Who is
/// away today is named with the stand-in: nobody decides by a link in another's name.
pub(super) async fn people(ctx: &Ctx, round: Option<&Round>, facts: &Facts) -> Result<Vec<(String, String)>> {
    let Some(round) = round else { return Ok(Vec::new()) };
    let today = ctx.today();
    let mut away = stand_in::live(ctx.db().read(), today).await?;
    away.retain(|one| one.holds(today));
    let people = people::deciders(ctx, round, facts).await?;
    let reached = people.into_iter().filter(|one| !one.email.is_empty());
    let line = |one: Person| match away.iter().find(|row| row.away == one.account) {
        Some(row) => {
            let words = format!("{}（不在岗，至 {} 由{}代办）", one.name, row.last_on, row.deputy_name);
            (one.account.to_string(), words)
        }
        None => (one.account.to_string(), one.name),
    };
    Ok(reached.map(line).collect())
}

/// Links for decisions on this text that are in force: to whom, from whom, until when.
pub(super) async fn sent(ctx: &Ctx, whole: &Whole) -> Result<Vec<(String, String, String)>> {
    let now = ctx.seams().now();
    let open = link::in_force(ctx.db().read(), &checks::about(whole), now).await?;
    Ok(open.into_iter().map(|one| (one.person_name, one.made_name, time::show_minute(&one.expires_at))).collect())
}

/// POST /reviews/{edition}/link
pub(super) async fn send(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(to): Form<To>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let whole = rows::read(ctx.db().read(), &house, &desk.actor(), &id).await?;
    checks::ensure(&ctx, &whole).await?;
    let review = deciding::review_of(&ctx, &whole).await?;
    let stage = review.as_ref().and_then(|review| review.round.stage()).cloned();
    let checked = checks::of(ctx.db().read(), &house, &whole).await?;
    let found = match &review {
        Some(review) => people::deciders(&ctx, &review.round, &subject::facts(&whole, &checked)).await?,
        None => Vec::new(),
    };
    let person = found.into_iter().find(|one| one.account == to.person && !one.email.is_empty());
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    let done = async |tx: &mut Tx| {
        let (Some(person), Some(stage)) = (&person, &stage) else {
            return Err(Refusal::field(
                "person",
                "请选择现在能办理这一关的人员（没有参与撰写、没有通过过这一关）；对方须在“我的账号”填有邮箱。",
            ));
        };
        let actor = desk.actor();
        let whole = rows::load(tx, &house, &actor, &id).await?;
        rows::same_version(&whole.edition, to.version)?;
        let matter = subject::matter(&ctx, tx, &whole).await?;
        let owner = (Kind::named(&ctx, EDITION).make)(&ctx);
        let staff = people::staff(person, stage, &office);
        let secret = link::make(tx, &*owner, &actor, &matter, &staff).await?;
        let address = format!("{}/decide?link={secret}", ctx.office_url());
        let text = format!(
            "{}请您审批《{}》（{}，{}）。\n\n打开链接：{address}\n\n\
             链接只能由您本人登录并再次确认身份后使用一次，{} 小时内有效；稿件内容有改动或者已由他人办理的，自动失效。\n",
            desk.staff.name,
            matter.title,
            ctx.directory().short_name(&matter.organ),
            stage.label,
            link::HOURS,
        );
        let mail = Mail { to: vec![person.email.clone()], subject: format!("请审批：{}", matter.title), text };
        tx.enqueue(NewJob::now(SEND_NOW, &mail)).await?;
        let text = format!("已向{}发送一次性审批链接，{} 小时内有效。", person.name, link::HOURS);
        Ok(Done::ok(format!("/reviews/{id}"), text))
    };
    let again = async |errors: FormErrors| {
        super::one::review_page(&ctx, &desk, &id, errors.at("person", "link-person"), Typed::default()).await
    };
    act_in_place(&ctx, &to.once, done, again).await
}

/// Which link.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    link: String,
}

/// What the page sends.
#[derive(Debug, Clone, Default)]
struct Sent {
    link: String,
    once: String,
    version: i64,
    /// `return`, or it is passed.
    act: String,
    opinion: String,
    reason: String,
    ticks: Ticks,
}

impl From<Vec<(String, String)>> for Sent {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut sent = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "link" => sent.link = value,
                "once" => sent.once = value,
                "version" => sent.version = value.trim().parse().unwrap_or_default(),
                "act" => sent.act = value,
                "opinion" => sent.opinion = value,
                "reason" => sent.reason = value,
                key => sent.ticks.take(key, &value),
            }
        }
        sent
    }
}

#[derive(Template)]
#[template(path = "reviews/templates/decide.html")]
struct Decide {
    shell: OfficeShell,
    errors: FormErrors,
    sent: Sent,
    title: String,
    about: String,
    edition: EditionId,
    version: i64,
    paper: Paper,
    gate: String,
    checks: Vec<Check>,
    stopping: String,
    /// Comments that nobody has dealt with.
    open_comments: usize,
    /// What the authors explain to reviewers alone.
    explained: String,
    questions: Vec<(String, bool)>,
    /// What passing does.
    then: String,
    sender: String,
    until: String,
    once: String,
}

/// Whether the person showed who they are at most so many minutes ago.
fn proved(ctx: &Ctx, desk: &Desk, minutes: i64) -> bool {
    let at = desk.session.as_ref().and_then(|session| time::from_db(&session.proved_at));
    at.is_some_and(|at| ctx.seams().now().duration_since(at) < SignedDuration::from_mins(minutes))
}

/// What is told where there is no such link, or it is somebody else's: the same, so that nobody learns that there is one.
fn not_yours(desk: &Desk) -> Response {
    let message = format!(
        "这个链接不能用您现在登录的账号（{}）打开：链接只能由收件人本人使用，地址也可能没有复制完整。\
         如果邮件是发给您另一个账号的，请先退出登录，再从邮件里打开链接，用那个账号登录。",
        desk.staff.name
    );
    let mut response = (StatusCode::NOT_FOUND, message.clone()).into_response();
    response.extensions_mut().insert(ErrorView {
        status: StatusCode::NOT_FOUND,
        title: "没有您的审批链接",
        message,
        incident: None,
    });
    response
}

/// GET /decide
pub(super) async fn open(State(ctx): State<Ctx>, desk: Desk, Query(of): Query<Of>) -> Result<Response> {
    match link::find(ctx.db().read(), &of.link, &desk.staff.account).await {
        Ok(_) => {}
        Err(Refusal::NotFound) => return Ok(not_yours(&desk)),
        Err(other) => return Err(other.into()),
    }
    if !proved(&ctx, &desk, FRESH) {
        let back = page::escape_query(&desk.path);
        return Ok(Redirect::to(format!("/session/prove?next={back}")).into_response());
    }
    let sent = Sent { link: of.link, ..Sent::default() };
    show(&ctx, &desk, sent, FormErrors::new()).await
}

async fn show(ctx: &Ctx, desk: &Desk, sent: Sent, errors: FormErrors) -> Result<Response> {
    let (actor, house) = (desk.actor(), crate::house(ctx));
    let link = link::find(ctx.db().read(), &sent.link, &desk.staff.account).await?;
    let id = EditionId::from(link.subject_id.as_str());
    let whole = rows::read(ctx.db().read(), &house, &actor, &id).await?;
    checks::ensure(ctx, &whole).await?;
    let found = checks::of(ctx.db().read(), &house, &whole).await?;
    let review = deciding::review_of(ctx, &whole).await?;
    if let Some(why) = link.fault(review.as_ref(), &checks::parts(&house, &whole)?, ctx.seams().now()) {
        return Err(Error::Conflict(why.to_owned()));
    }
    seen::opened(ctx, desk, &whole).await?;
    reading::note(ctx, desk, &whole).await?;
    let round = review.as_ref().map(|review| &review.round);
    let stage = round.and_then(|round| round.stage()).ok_or(Error::NotFound)?;
    let wanted = needs::needs(ctx, ctx.db().read(), &whole, Step::Publish).await?;
    let then = waiting(then(&whole, review.as_ref()), &wanted);
    let open_comments = comments::open(ctx.db().read(), &id).await?;
    let then = match open_comments {
        0 => then,
        noted => format!("还有 {noted} 条批注未处理；要撰写人修改的，请取消后退回|{then}"),
    };
    let asked = stage.questions.iter().enumerate();
    let bad = !errors.is_empty();
    let page = Decide {
        shell: desk.shell(ctx, format!("审批：{}", whole.edition.shown_title())).await?.with_error(bad),
        errors,
        title: whole.edition.shown_title().to_owned(),
        about: format!(
            "{} · {}撰写 · 第 {} 版",
            ctx.directory().short_name(&whole.document.organ),
            whole.edition.author_name,
            whole.edition.number
        ),
        edition: id,
        version: whole.edition.version,
        paper: paper(ctx, &whole).await?,
        gate: stage.label.clone(),
        stopping: found.stopping_words(),
        open_comments,
        explained: whole.values.words(&document::common::EXPLAINED),
        questions: asked.map(|(at, one)| (one.clone(), sent.ticks.places().contains(&at))).collect(),
        then,
        sender: link.made_name.clone(),
        until: time::show_minute(&link.expires_at),
        once: ctx.once(),
        checks: found.found,
        sent,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// POST /decide
pub(super) async fn decide(
    State(ctx): State<Ctx>,
    desk: Desk,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    let link = link::find(ctx.db().read(), &sent.link, &desk.staff.account).await?;
    if !proved(&ctx, &desk, READING) {
        let why = "您确认身份已经超过一小时，没有办理。请复制下面填写的内容，重新打开邮件中的链接，确认身份后再办理。";
        return show(&ctx, &desk, sent, FormErrors::refused(why)).await;
    }
    let id = EditionId::from(link.subject_id.as_str());
    let back = sent.act == "return";
    let anew = if back { None } else { decision::looked(&ctx, &desk.staff, &id).await? };
    let done = async |tx: &mut Tx| {
        let seen = Seen { version: sent.version, by: By::Link(&link) };
        // The link is the person's own: nobody stands in by it.
        let own = AccountId::default();
        let text = if back { sent.reason.as_str() } else { sent.opinion.as_str() };
        let word = Word { text, ticked: sent.ticks.places(), in_name_of: Some(&own), how: HOW };
        let text = if back {
            let title = decision::send_back(&ctx, tx, &desk.staff, (&id, seen), word).await?;
            format!("已退回《{title}》，撰写人会看到理由。")
        } else {
            let (title, what) = decision::pass(&ctx, tx, &desk.staff, (&id, seen), (word, anew.clone())).await?;
            decision::passed(&title, &what)
        };
        Ok(Done::ok("/reviews", text))
    };
    let again = async |errors: FormErrors| show(&ctx, &desk, sent.clone(), errors).await;
    act_in_place(&ctx, &sent.once, done, again).await
}
