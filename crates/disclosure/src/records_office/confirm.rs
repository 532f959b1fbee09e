//! What is decided over a public record: taken away with a reason (信用修复 too), brought back; what of it is never
//! public, seen for a reason.

use askama::Template;
use axum::{
    extract::{Path, State as With},
    response::Response,
};
use item::Item;
use kernel::time;
use record::{
    Reason, RecordId, State, permissions,
    rows::{self, Stored},
    withdraw::{self as taking, Withdrawal},
};
use serde::Deserialize;
use store::Tx;
use web::{
    Acted, Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Redirect, Refusal, Result, act_for,
    act_in_place, office_page, page,
};

use super::{common, one};

/// What the forms send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    once: String,
    version: i64,
    /// Code of a [`Reason`].
    why: String,
    words: String,
    decided_on: String,
    reason: String,
    /// Why it stays away.
    #[serde(rename = "n-reason")]
    refusal: String,
}

#[derive(Template)]
#[template(path = "records_office/templates/withdraw.html")]
struct WithdrawPage {
    shell: OfficeShell,
    errors: FormErrors,
    item: String,
    item_title: String,
    id: String,
    name: String,
    asked: Asked,
    reasons: Vec<(String, String, String)>,
    /// The batch of a correction that is under way; empty = none is.
    correction: String,
}

/// Whether a reason may be that of a record of this item: what is revoked or repaired is a decision, which has a number.
fn is_of(item: &Item, reason: Reason) -> bool {
    let is_decision = item.keys.iter().any(|key| key == "document_number");
    is_decision || !matches!(reason, Reason::Revoked | Reason::Repaired)
}

/// What a reason is for, in a sentence.
fn about(reason: Reason) -> &'static str {
    match reason {
        Reason::Revoked => "须在决定之日起 3 个工作日内撤下",
        Reason::Repaired => "信用主管部门准予修复的，撤下公示；请填准予修复的日期",
        Reason::Wrong => "只是部分内容有误的，请办理更正，不用撤下",
        Reason::Lawful => "涉密、依法保密或者审查后认为不应公开的",
        Reason::Asked => "当事人依法申请删除个人信息的",
    }
}

async fn asking(
    ctx: &Ctx,
    desk: &Desk,
    (key, id): (&str, &RecordId),
    (asked, errors): (Asked, FormErrors),
) -> Result<Response> {
    let (item, row, versions) = one::found(ctx, key, id).await?;
    let under_way = versions.iter().find(|version| matches!(version.state, State::Draft | State::Doubtful));
    let bad = !errors.is_empty();
    let name = row.name(&item);
    let page = WithdrawPage {
        correction: under_way.map(|version| version.batch.to_string()).unwrap_or_default(),
        shell: desk.shell(ctx, format!("撤下：{name}")).await?.with_error(bad),
        errors,
        item: item.key.to_string(),
        item_title: item.title.clone(),
        id: id.to_string(),
        name,
        asked: Asked {
            once: ctx.once(),
            version: if asked.version > 0 { asked.version } else { row.version },
            why: match Reason::from_code(&asked.why).filter(|reason| is_of(&item, *reason)) {
                Some(reason) => reason.code().to_owned(),
                None if is_of(&item, Reason::Revoked) => Reason::Revoked.code().to_owned(),
                None => String::new(),
            },
            ..asked
        },
        reasons: Reason::ALL
            .iter()
            .filter(|reason| is_of(&item, **reason))
            .map(|reason| (reason.code().to_owned(), reason.label().to_owned(), about(*reason).to_owned()))
            .collect(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// A record that is public and that this person may take away.
async fn open(ctx: &Ctx, desk: &Desk, key: &str, id: &RecordId) -> Result<Stored> {
    let (_, row, _) = one::found(ctx, key, id).await?;
    let keeper = ctx.directory().stands_for(&row.organ, ctx.today());
    kernel::may_for(&desk.actor(), &permissions::WITHDRAW_RECORDS, &keeper)?;
    Ok(row)
}

/// `GET /records/{item}/{record}/withdraw`; `?why=repaired` begins with a reason.
pub(super) async fn withdraw_form(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let row = open(&ctx, &desk, &key, &id).await?;
    if row.state != State::Public {
        return Err(Error::Conflict(format!("这条记录现在是“{}”，不用撤下。", row.state.label())));
    }
    let asked = Asked { why: asked.why, ..Asked::default() };
    asking(&ctx, &desk, (&key, &id), (asked, FormErrors::new())).await
}

/// `POST /records/{item}/{record}/withdraw`
pub(super) async fn withdraw(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
    Form(asked): Form<Asked>,
) -> Result<Response> {
    open(&ctx, &desk, &key, &id).await?;
    let done = async |tx: &mut Tx| {
        let mut errors = FormErrors::new();
        let reason = Reason::from_code(&asked.why);
        errors.require(reason.is_some(), "why", "请选择撤下的原因。");
        let typed = asked.decided_on.trim();
        let decided_on = time::parse_date(typed);
        errors.require(typed.is_empty() || decided_on.is_some(), "decided_on", "日期读不懂，请写成 2026-03-05。");
        let Some(reason) = reason.filter(|_| errors.is_empty()) else { return Err(errors.into()) };
        let one =
            Withdrawal { record: id.clone(), version: asked.version, reason, words: asked.words.clone(), decided_on };
        taking::withdraw(&ctx, tx, &desk.actor(), one).await?;
        let late = taking::due(&ctx, reason, decided_on).is_some_and(|due| due < ctx.today());
        let to = format!("/records/{key}/{id}");
        if late {
            let text = "已撤下，读者不再看到。这次撤下超过了 3 个工作日的期限。";
            return Ok(Done::to(to).with(|to: Redirect| to.flash("warn", text)));
        }
        Ok::<_, Refusal>(Done::ok(to, "已撤下，读者不再看到，门户留有一行说明。"))
    };
    let again = async |errors: FormErrors| asking(&ctx, &desk, (&key, &id), (asked.clone(), errors)).await;
    act_in_place(&ctx, &asked.once, done, again).await
}

/// `POST /records/{item}/{record}/restore`
pub(super) async fn restore(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
    Form(asked): Form<Asked>,
) -> Result<Response> {
    open(&ctx, &desk, &key, &id).await?;
    let done = async |tx: &mut Tx| {
        let words = match taking::restore(&ctx, tx, &desk.actor(), &id, &asked.reason).await? {
            taking::Back::Asked => "已提请恢复公开，要由另一位有权撤下记录的同事核准。",
            taking::Back::Restored => "已恢复公开。",
        };
        Ok::<_, Refusal>(Done::ok(format!("/records/{key}/{id}"), words))
    };
    let again = async |errors: FormErrors| one::shown(&ctx, &desk, (&key, &id), (errors, (&asked.reason, ""))).await;
    act_in_place(&ctx, &asked.once, done, again).await
}

/// `POST /records/{item}/{record}/keep-away`: not followed, or taken back by who asked.
pub(super) async fn keep_away(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
    Form(asked): Form<Asked>,
) -> Result<Response> {
    open(&ctx, &desk, &key, &id).await?;
    let done = async |tx: &mut Tx| {
        let words = match taking::keep_away(&ctx, tx, &desk.actor(), &id, &asked.refusal).await? {
            taking::Kept::Refused => "已答复不同意恢复公开，这条记录仍然不公开。",
            taking::Kept::TakenBack => "已收回提请，这条记录仍然不公开。",
        };
        Ok::<_, Refusal>(Done::ok(format!("/records/{key}/{id}"), words))
    };
    let again = async |errors: FormErrors| one::shown(&ctx, &desk, (&key, &id), (errors, ("", &asked.refusal))).await;
    act_in_place(&ctx, &asked.once, done, again).await
}

#[derive(Template)]
#[template(path = "records_office/templates/unmask.html")]
struct UnmaskPage {
    shell: OfficeShell,
    errors: FormErrors,
    item: String,
    item_title: String,
    id: String,
    name: String,
    once: String,
    reason: String,
    /// What was hidden; `None` = no reason was given yet.
    hidden: Option<Vec<(String, String)>>,
}

async fn answer(
    ctx: &Ctx,
    desk: &Desk,
    (key, id): (&str, &RecordId),
    (reason, errors): (&str, FormErrors),
    hidden: Option<Vec<(String, String)>>,
) -> Result<Response> {
    let (item, row, _) = one::found(ctx, key, id).await?;
    let keeper = ctx.directory().stands_for(&row.organ, ctx.today());
    kernel::may_for(&desk.actor(), &permissions::UNMASK_RECORDS, &keeper)?;
    let bad = !errors.is_empty();
    let name = row.name(&item);
    let page = UnmaskPage {
        shell: desk.shell(ctx, format!("不公开的内容：{name}")).await?.with_error(bad),
        errors,
        item: item.key.to_string(),
        item_title: item.title.clone(),
        id: id.to_string(),
        name,
        once: ctx.once(),
        reason: reason.to_owned(),
        hidden,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// `GET /records/{item}/{record}/unmask`
pub(super) async fn unmask_form(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
) -> Result<Response> {
    answer(&ctx, &desk, (&key, &id), ("", FormErrors::new()), None).await
}

/// `POST /records/{item}/{record}/unmask`: the answer is the page itself, which nobody keeps.
pub(super) async fn unmask(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path((key, id)): Path<(String, RecordId)>,
    Form(asked): Form<Asked>,
) -> Result<Response> {
    let (item, row, _) = one::found(&ctx, &key, &id).await?;
    let to = format!("/records/{key}/{id}/unmask");
    let seen = async |tx: &mut Tx| {
        let hidden = rows::unmask(&ctx, tx, &desk.actor(), &row.id, &asked.reason).await?;
        Ok::<_, Refusal>((to.clone(), hidden))
    };
    let hidden = match act_for(&ctx, &asked.once, seen).await {
        Ok(Acted::Now(hidden)) => hidden,
        Ok(Acted::Before(to)) => return Ok(axum::response::IntoResponse::into_response(Redirect::to(to))),
        Err(Refusal::Fields(errors)) => {
            return answer(&ctx, &desk, (&key, &id), (&asked.reason, errors), None).await;
        }
        Err(other) => return Err(other.into()),
    };
    let named = |(key, text): (&String, &String)| match item.column(key) {
        Some(column) => (common::headed(column), record::values::shown(column, text)),
        None => (key.trim_start_matches('+').to_owned(), text.clone()),
    };
    let hidden = hidden.iter().map(named).collect();
    answer(&ctx, &desk, (&key, &id), (&asked.reason, FormErrors::new()), Some(hidden)).await
}
