//! Files that the office puts to a case: what goes out with a letter, or stays with the case.

use askama::Template;
use axum::{
    extract::{Multipart, Path, State},
    response::Response,
};
use case::{
    Entry, Kind,
    files::{self, CaseFileId, Kept, Origin},
    letters::{self, LetterId},
};
use kernel::{id::CaseId, may_for};
use store::Tx;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act, act_in_place, office_page, page,
    sent::{self, Sent},
};

use super::{
    acts::seen,
    fields::{Field, Named, Typed, of},
};

/// Largest file, in bytes.
const MOST: u64 = 20 << 20;

#[derive(Template)]
#[template(path = "cases/templates/attach.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    named: Named,
    /// The letter with which it goes out; empty = there is none that takes files.
    fields: Vec<Field>,
    once: String,
}

async fn shown(ctx: &Ctx, desk: &Desk, (entry, kind): (&Entry, Kind), errors: FormErrors) -> Result<Response> {
    let all = letters::of_case(ctx, ctx.db().read(), entry).await?;
    let open = all.into_iter().filter(|one| matches!(one.state.as_str(), "draft" | "returned"));
    let options: Vec<(String, String)> = open.map(|one| (one.id.to_string(), one.body.title)).collect();
    let fields = if options.is_empty() {
        Vec::new()
    } else {
        let hint = "选了文书的，随文书送达后当事人可以下载；不选的只在内部";
        vec![Field::select("letter", "随哪份文书", hint, &Typed::new(), options).optional()]
    };
    let bad = !errors.is_empty();
    let form = Page {
        shell: desk.shell(ctx, "添加附件").await?.with_error(bad),
        errors,
        id: entry.id.clone(),
        named: Named::of(ctx, (entry, kind))?,
        fields,
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /cases/{id}/files`
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, (&entry, kind), FormErrors::new()).await
}

/// What was sent.
#[derive(Default)]
struct Posted {
    once: String,
    letter: String,
    file: Option<Sent>,
}

async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<Posted> {
    let mut posted = Posted::default();
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        match field.name() {
            Some("once") => posted.once = field.text().await.map_err(sent::broken)?,
            Some("letter") => posted.letter = field.text().await.map_err(sent::broken)?,
            Some("file") => {
                let too_large = || "文件太大，上限 20 MB。请拆开或压缩后再上传。".to_owned();
                posted.file = sent::file(ctx, field, MOST, too_large).await?;
            }
            _ => {}
        }
    }
    Ok(posted)
}

/// `POST /cases/{id}/files`
pub(super) async fn add(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    parts: Multipart,
) -> Result<Response> {
    seen(&ctx, &desk, &id).await?;
    let posted = received(&ctx, parts).await?;
    let again = async |errors: FormErrors| {
        let (entry, kind) = seen(&ctx, &desk, &id).await?;
        shown(&ctx, &desk, (&entry, kind), errors).await
    };
    let Some(file) = posted.file else {
        return again(FormErrors::one("file", "请选择一个文件。")).await;
    };
    let what = match portal_form::kind_of(&ctx, &file.received.path, &file.name).await {
        Ok(what) => what,
        Err(why) => return again(FormErrors::one("file", why)).await,
    };
    let received = portal_form::without_notes(&ctx, what, file.received).await?;
    let letter = (!posted.letter.is_empty()).then(|| LetterId::from(posted.letter.as_str()));
    let done = async |tx: &mut Tx| {
        let (entry, kind) = case::seen(&ctx, tx.conn(), &desk.actor(), &id).await?;
        may_for(&desk.actor(), kind.handle, &case::keeper(&ctx, &entry.organ))?;
        let sealed = ctx.files().keep_sealed(tx, &received).await?;
        let kept = Kept::of(&sealed, &received, &file.name, what.media_type());
        files::attach(&ctx, tx, &desk.actor(), &id, &kept, (Origin::Office, letter.as_ref())).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "附件已添加。"))
    };
    act_in_place(&ctx, &posted.once, done, again).await
}

/// `POST /cases/{id}/files/{file}/away`: a file of the office that is wrong is put away.
pub(super) async fn away(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(CaseId, CaseFileId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        files::put_away(&ctx, tx, &desk.actor(), &id, &file).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "附件已收起，留在办件里，不随文书送达。"))
    };
    Ok(act(&ctx, of(&typed, "once"), done).await?)
}
