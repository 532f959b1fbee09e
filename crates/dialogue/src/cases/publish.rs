//! What of a case becomes public: one person writes it without the person whom it concerns, another reads and publishes it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{
    Entry, Kind,
    public::{self, Proposal},
};
use kernel::id::CaseId;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page};

use super::{
    acts::{self, seen},
    fields::{Field, Named, Typed, of},
};

#[derive(Template)]
#[template(path = "cases/templates/publish.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    named: Named,
    proposal: Option<Proposal>,
    /// Whether this person may publish it.
    passes: bool,
    fields: Vec<Field>,
    once: [String; 2],
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (entry, kind): (&Entry, Kind),
    typed: &Typed,
    errors: FormErrors,
) -> Result<Response> {
    let db = ctx.db().read();
    let proposal = public::proposed(ctx, db, entry).await?;
    let mut held = Typed::new();
    if let Some(one) = &proposal {
        held.insert("question".to_owned(), one.question.clone());
        held.insert("answer".to_owned(), one.answer.clone());
    } else if let Some(told) = public::of_case(db, &entry.id).await? {
        held.insert("question".to_owned(), told.question);
        held.insert("answer".to_owned(), told.answer);
    }
    held.extend(typed.iter().map(|(name, value)| (name.clone(), value.clone())));
    let decides = acts::may(desk, kind.decide, entry, ctx);
    let bad = !errors.is_empty();
    let form = Page {
        shell: desk.shell(ctx, "公开问题和答复").await?.with_error(bad),
        errors,
        id: entry.id.clone(),
        named: Named::of(ctx, (entry, kind))?,
        passes: decides && proposal.as_ref().is_some_and(|one| !one.is_by(&desk.actor())),
        proposal,
        fields: vec![Field::text("question", "问题", "", &held, 2000), Field::text("answer", "答复", "", &held, 2000)],
        once: [ctx.once(), ctx.once()],
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /cases/{id}/publish`
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    // Nobody fills in what would be refused.
    public::allowed(&ctx, ctx.db().read(), &desk.actor(), (&entry, kind)).await?;
    shown(&ctx, &desk, (&entry, kind), &Typed::new(), FormErrors::new()).await
}

/// `POST /cases/{id}/publish`
pub(super) async fn propose(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        public::propose(&ctx, tx, &desk.actor(), &id, of(&typed, "question"), of(&typed, "answer")).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "已拟定，等另一个人核对后公开。"))
    };
    let again = async |errors: FormErrors| {
        let (entry, kind) = seen(&ctx, &desk, &id).await?;
        shown(&ctx, &desk, (&entry, kind), &typed, errors).await
    };
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

/// `POST /cases/{id}/publish/pass`
pub(super) async fn pass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let read = (of(&typed, "question"), of(&typed, "answer"));
        public::publish(&ctx, tx, &desk.actor(), &id, read).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "问题和答复已在门户公开。"))
    };
    let again = async |errors: FormErrors| {
        let (entry, kind) = seen(&ctx, &desk, &id).await?;
        shown(&ctx, &desk, (&entry, kind), &typed, errors).await
    };
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}
