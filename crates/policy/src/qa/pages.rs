//! The portal's list of questions, what their own pages warn of, and the office's list of answers to look at again.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    Kinds,
    guide::{self, Asked, Guide, GuideList},
    permissions::WRITE_DOCUMENTS,
    public::{self, Filter},
    rows,
};
use futures::future::BoxFuture;
use kernel::{NewEvent, id::DocumentId, may, may_for, time};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, PortalShell, Query, Reader, Refusal, Result, act_in_place, filters,
    hooks::{Mention, Mentions},
    office_page,
    page::{office_errors, portal_page},
};

use super::{
    CHECKED, QUESTION,
    basis::{self, FlaggedRow, flag_words, flag_words_of},
};

/// Lines on the office's page.
const MOST: i64 = 200;
/// Answers under review that the portal's page names.
const NAMED: i64 = 20;

#[derive(Template)]
#[template(path = "qa/templates/questions.html")]
struct Questions {
    shell: PortalShell,
    list: GuideList,
    /// Title, address and why, of answers that are being looked at again.
    flagged: Vec<(String, String, &'static str)>,
}

/// `GET /questions` of the portal
pub(super) async fn list(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let about = Guide {
        heading: "政策问答",
        lead: "大家常问的政策问题，一问一答，写明依据哪份文件、哪一条。",
        door: "policies",
        listed: "全部问答",
        filter: Filter::kinds(&[&QUESTION]),
        columns: Vec::new(),
        told: &[],
    };
    let (shell, list) = guide::guide(&ctx, &reader, &asked, about).await?;
    let mut flagged = basis::flagged(ctx.db().read(), None, NAMED).await?;
    flagged.retain(|row| row.kind == QUESTION.key);
    let line = |row: FlaggedRow| (row.title, QUESTION.address(&row.document_id), flag_words(&row.flag));
    portal_page(&Questions { shell, list, flagged: flagged.into_iter().map(line).collect() })
}

/// Beside an answer that may not hold any more.
pub(super) struct Warned;

impl Mentions for Warned {
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a DocumentId) -> BoxFuture<'a, Result<Vec<Mention>>> {
        Box::pin(async move {
            let Some(found) = basis::of(ctx.db().read(), document).await?.filter(|basis| !basis.flag.is_empty()) else {
                return Ok(Vec::new());
            };
            let policy = public::listed(ctx.db(), &Kinds::of(ctx), &found.policy).await?;
            // What was withdrawn says so at its address.
            let href = policy.map_or_else(|| format!("/documents/{}", found.policy), |policy| policy.path);
            let kind = rows::document(ctx.db().read(), document).await?.map(|row| row.kind).unwrap_or_default();
            let this = if kind == QUESTION.key { "本答复" } else { "本解读" };
            let words = flag_words_of(&kind, &found.flag);
            let label = format!("{words}，{this}正在核对，请以文件现行规定为准");
            Ok(vec![Mention { heading: "请注意", label, href }])
        })
    }
}

/// Beside an answer: the very clause on which it rests.
pub(super) struct Based;

impl Mentions for Based {
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a DocumentId) -> BoxFuture<'a, Result<Vec<Mention>>> {
        Box::pin(async move {
            let found = basis::of(ctx.db().read(), document).await?;
            let Some(found) = found.filter(|basis| law_text::ordinal(&basis.clause).is_some()) else {
                return Ok(Vec::new());
            };
            let policy = public::listed(ctx.db(), &Kinds::of(ctx), &found.policy).await?;
            let mention = |policy: public::Listed| Mention {
                heading: "看依据的条款",
                label: format!("《{}》{}", policy.title, found.clause),
                href: format!("{}#{}", policy.path, law_text::anchor(&found.clause)),
            };
            Ok(policy.map(mention).into_iter().collect())
        })
    }
}

/// A flagged answer as the office sees it.
struct Line {
    row: FlaggedRow,
    why: &'static str,
    since: String,
    organ: String,
    may: bool,
}

#[derive(Template)]
#[template(path = "qa/templates/office.html")]
struct Office {
    shell: OfficeShell,
    errors: FormErrors,
    /// Whether there are more than are listed.
    cut: bool,
    lines: Vec<Line>,
    may_write: bool,
    once: String,
}

async fn shown(ctx: &Ctx, desk: &Desk, errors: FormErrors) -> Result<Response> {
    let organ = Some(desk.organ()).filter(|_| !desk.staff.central);
    let (directory, actor, today) = (ctx.directory(), desk.actor(), ctx.today());
    let line = |row: FlaggedRow| Line {
        why: flag_words_of(&row.kind, &row.flag),
        since: time::show_date(&row.flagged_at),
        organ: directory.short_name(&row.organ).to_owned(),
        may: may_for(&actor, QUESTION.write, &directory.stands_for(&row.organ, today)).is_ok(),
        row,
    };
    let rows = basis::flagged(ctx.db().read(), organ, MOST).await?;
    let bad = !errors.is_empty();
    let page = Office {
        shell: desk.shell(ctx, "政策问答").await?.with_error(bad),
        errors,
        cut: i64::try_from(rows.len()).is_ok_and(|many| many >= MOST),
        lines: rows.into_iter().map(line).collect(),
        may_write: may(&actor, &WRITE_DOCUMENTS).is_ok(),
        once: ctx.once(),
    };
    if bad { office_errors(&page) } else { office_page(&page) }
}

/// `GET /questions` of the office
pub(super) async fn office(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    shown(&ctx, &desk, FormErrors::new()).await
}

/// Which answer was looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    id: DocumentId,
    flag: String,
    once: String,
}

/// `POST /questions/checked`: the answer holds by the words as they are now.
pub(super) async fn checked(State(ctx): State<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        tx.lock("question_basis").await?;
        let row = rows::document(tx.conn(), &button.id).await?.ok_or(Refusal::NotFound)?;
        let keeper = ctx.directory().stands_for(&row.organ, ctx.today());
        may_for(&desk.actor(), QUESTION.write, &keeper)?;
        let found = basis::of(tx.conn(), &button.id).await?.ok_or(Refusal::NotFound)?;
        if found.flag.is_empty() || found.flag != button.flag {
            return Err(Refusal::Conflict("这条问答的依据又有变化，或者已经有人核对过，请看现在的情况。".into()));
        }
        if !["changed", "gone"].contains(&found.flag.as_str()) {
            let told = "依据的文件已经不再有效，答复不能照旧适用。请更正问答、改为现行文件，或者撤回。";
            return Err(Refusal::Conflict(told.into()));
        }
        if found.flag == "gone" {
            let told = format!("文件里已经没有{}。请更正问答，写明现在依据哪一条，或者撤回。", found.clause);
            return Err(Refusal::Conflict(told));
        }
        basis::renew(tx, &found).await?;
        let data = json!({ "clause": found.clause });
        tx.append(NewEvent::new(&CHECKED, &button.id, &desk.actor()).organ(&keeper).data(data)).await?;
        Ok(Done::ok("/questions", "已核对：答复按现行条款仍然适用。"))
    };
    act_in_place(&ctx, &button.once, done, async |errors| shown(&ctx, &desk, errors).await).await
}
