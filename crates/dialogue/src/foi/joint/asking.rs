//! The lead organ asks: for an opinion, or to be relieved of a request.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{CaseKey, Entry};
use clock::Readings;
use jiff::civil::Date;
use kernel::{Actor, Organ, OrganCode, id::CaseId, may_for};
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page};

use super::{
    permission,
    store::{self as rows, Asking, Joint, Sort},
};
use crate::cases::{self, Named};
use crate::foi::{
    form::askable,
    kind::{FOI, KEY},
    letters::{Case, Typed, of},
};

/// Longest words of a question.
const MOST: usize = 5_000;

/// A question that was asked.
struct Line {
    organ: String,
    asks: &'static str,
    asked_on: String,
    due_on: String,
    state: &'static str,
    answered: String,
    words: String,
}

#[derive(Template)]
#[template(path = "foi/joint/templates/ask.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    named: Named,
    wanted: String,
    takes_over: bool,
    lines: Vec<Line>,
    organs: Vec<(String, String)>,
    organ: String,
    matter: String,
    agreed: String,
    once: String,
}

fn line(ctx: &Ctx, joint: &Joint, key: Option<&CaseKey>) -> Result<Line, Refusal> {
    Ok(Line {
        organ: ctx.directory().short_name(&joint.organ).to_owned(),
        asks: if joint.sort() == Sort::HandOver { "商请接收" } else { "征求意见" },
        asked_on: joint.asked_on.clone(),
        due_on: joint.due_on.clone(),
        state: joint.state_words(),
        answered: format!("{} {}", joint.answered_on, joint.answered_name).trim().to_owned(),
        words: joint.words(key)?,
    })
}

/// The request, for who decides on it.
async fn seen(ctx: &Ctx, actor: &Actor, id: &CaseId) -> Result<Entry, Refusal> {
    let (entry, kind) = case::seen(ctx, ctx.db().read(), actor, id).await?;
    if kind.key != KEY {
        return Err(Refusal::NotFound);
    }
    may_for(actor, kind.decide, &case::keeper(ctx, &entry.organ))?;
    Ok(entry)
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (id, sort): (&CaseId, Sort),
    typed: &Typed,
    errors: FormErrors,
) -> Result<Response> {
    let entry = seen(ctx, &desk.actor(), id).await?;
    let db = ctx.db().read();
    let about = Case::of(ctx, db, &entry).await?;
    let wanted = about.wanted().to_owned();
    let key = entry.key(ctx)?;
    let mut lines = Vec::new();
    for joint in rows::of_case(db, id).await? {
        lines.push(line(ctx, &joint, key.as_ref())?);
    }
    // Whoever cannot answer is said so before anybody chooses it.
    let unmanned = cases::without(ctx, permission(sort)).await?;
    let others = askable(ctx).into_iter().filter(|organ| organ.code != entry.organ);
    let option = |organ: Organ| {
        let mute = if unmanned.contains(&organ.code) { "（没有能答复的账号）" } else { "" };
        (organ.code.to_string(), format!("{}{mute}", organ.name))
    };
    let bad = !errors.is_empty();
    let title = if sort == Sort::HandOver { "移交其他机关" } else { "请共同制作机关提出意见" };
    let form = Page {
        shell: desk.shell(ctx, title).await?.with_error(bad),
        errors,
        id: id.clone(),
        named: Named::of(ctx, (&entry, &FOI))?,
        takes_over: sort == Sort::HandOver,
        lines,
        organs: others.map(option).collect(),
        organ: of(typed, "organ").to_owned(),
        matter: if typed.is_empty() { about.for_others() } else { of(typed, "matter") }.to_owned(),
        wanted,
        agreed: of(typed, "agreed").to_owned(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /foi/cases/{id}/joint`
pub(super) async fn joint(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    shown(&ctx, &desk, (&id, Sort::Opinion), &Typed::new(), FormErrors::new()).await
}

/// `GET /foi/cases/{id}/hand-over`
pub(super) async fn hand_over(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    shown(&ctx, &desk, (&id, Sort::HandOver), &Typed::new(), FormErrors::new()).await
}

/// The last day of those who are asked for an opinion: 15 working days after they had the question.
fn due(ctx: &Ctx, on: Date) -> Option<Date> {
    let rule = ctx.settings::<Readings>().apply(clock::find("foi.co-maker")?);
    clock::probable(&rule, on, &[], 0, &ctx.calendar()).ok().map(|run| run.due().date())
}

/// Asks, in the write under way: the step of the case, and the question that lies with the other organ.
async fn asked(
    ctx: &Ctx,
    tx: &mut Tx,
    (actor, by): (&Actor, &str),
    (id, sort): (&CaseId, Sort),
    typed: &Typed,
) -> Result<String, Refusal> {
    let entry = seen(ctx, actor, id).await?;
    let (organ, matter) = (OrganCode::from(of(typed, "organ")), of(typed, "matter"));
    let mut errors = FormErrors::new();
    let other = askable(ctx).into_iter().find(|one| one.code == organ && organ != entry.organ);
    errors.require(other.is_some(), "organ", "请选择另一个机关。");
    let length = matter.chars().count();
    let fits = (1..=MOST).contains(&length);
    errors.require(fits, "matter", &format!("请写明有关的信息和要商请的事项，{MOST} 字以内。"));
    if let Some(objection) = Case::of(ctx, tx.conn(), &entry).await?.objection(matter) {
        errors.add("matter", objection);
    }
    let agreed = of(typed, "agreed");
    let said = sort == Sort::Opinion || (4..=200).contains(&agreed.chars().count());
    errors.require(said, "agreed", "请写明怎样征得申请人同意，例如：3 月 5 日电话同意，200 字以内。");
    let waits = rows::of_case(tx.conn(), id).await?.iter().any(|one| one.is_open() && one.organ == organ);
    errors.require(!waits, "organ", "已经向这个机关提出，正在等待答复。");
    let Some(other) = other.filter(|_| errors.is_empty()) else { return Err(errors.into()) };
    let (on, step) = (ctx.today(), if sort == Sort::HandOver { "hand_over_asked" } else { "joint_asked" });
    let fields = case::Typed::of(&[("whom", other.name.as_str()), ("agreed", agreed)]);
    case::take(ctx, tx, actor, id, step, &fields).await?;
    let key = CaseKey::of(ctx.files(), tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    let due = if sort == Sort::HandOver { None } else { due(ctx, on) };
    let asking = Asking { case: id, sort, organ: &organ, by, on, due, matter };
    rows::add(tx, &key, &asking).await?;
    Ok(other.name)
}

/// Asks an organ for its opinion without a form: the demonstration does.
pub(in crate::foi) async fn opinion(
    ctx: &Ctx,
    tx: &mut Tx,
    (actor, by): (&Actor, &str),
    id: &CaseId,
    (organ, matter): (&OrganCode, &str),
) -> Result<(), Refusal> {
    let typed = Typed::from([("organ".to_owned(), organ.to_string()), ("matter".to_owned(), matter.to_owned())]);
    asked(ctx, tx, (actor, by), (id, Sort::Opinion), &typed).await.map(drop)
}

async fn posted(ctx: &Ctx, desk: &Desk, (id, sort): (&CaseId, Sort), typed: &Typed) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let name = asked(ctx, tx, (&desk.actor(), &desk.staff.name), (id, sort), typed).await?;
        let organ = OrganCode::from(of(typed, "organ"));
        let unmanned = cases::without(ctx, permission(sort)).await?;
        let lies = if unmanned.contains(&organ) {
            let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
            let office = ctx.directory().short_name(&office).to_owned();
            format!("{name}没有能答复的账号，已列入{office}的待办，请另行告知对方")
        } else {
            "在其待办中".to_owned()
        };
        let words = match sort {
            Sort::Opinion => format!("已请{name}提出意见，{lies}；答复期限暂停计算。"),
            Sort::HandOver => format!("已商请{name}接收，{lies}；同意以前仍由本机关办理。"),
        };
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), words))
    };
    let again = async |errors: FormErrors| shown(ctx, desk, (id, sort), typed, errors).await;
    act_in_place(ctx, of(typed, "once"), done, again).await
}

/// `POST /foi/cases/{id}/joint`
pub(super) async fn ask(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    posted(&ctx, &desk, (&id, Sort::Opinion), &typed).await
}

/// `POST /foi/cases/{id}/hand-over`
pub(super) async fn ask_hand_over(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    posted(&ctx, &desk, (&id, Sort::HandOver), &typed).await
}
