//! Forms of the portal on one page, under a private link, with a check before they are sent and a case behind them: what is the
//! same for all of them.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use case::files::Kept;
use portal_form::{
    CHANGED, Draft, DraftFile, DraftForm, Line, PortalForm, Receipt, Received, Saved, Seen, private_changed,
    private_page,
};
use serde::de::DeserializeOwned;
use web::{Ctx, FormErrors, PortalShell, Reader, Redirect, Result};

/// What is filled in on the page.
pub(crate) trait OnePage: DeserializeOwned + Send + 'static {
    const FORM: &'static DraftForm;

    /// What is wrong with it.
    fn errors(&self, ctx: &Ctx, errors: &mut FormErrors);

    fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell;

    /// The page of a draft, with what is wrong.
    ///
    /// # Errors
    /// When the template fails to render.
    fn shown(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response>;
}

#[derive(Template)]
#[template(path = "cases/templates/check.html")]
struct Check<'a> {
    shell: PortalShell,
    errors: FormErrors,
    lines: Vec<Line>,
    files: &'a [DraftFile],
    path: String,
    version: i64,
}

/// What is wrong with a draft as it stands.
fn wrong<F: OnePage>(ctx: &Ctx, draft: &Draft, mut errors: FormErrors) -> Result<FormErrors> {
    draft.fields.read::<F>()?.errors(ctx, &mut errors);
    Ok(errors)
}

/// To the check when all is right, else back to the form.
fn onwards<F: OnePage>(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response> {
    let errors = wrong::<F>(ctx, draft, errors)?;
    if errors.is_empty() {
        return Ok(Redirect::to(format!("{}/check", draft.path())).into_response());
    }
    F::shown(ctx, reader, draft, errors)
}

/// `POST {form}`
pub(crate) async fn begin<F: OnePage>(
    State(ctx): State<Ctx>,
    reader: Reader,
    posted: PortalForm<F>,
) -> Result<Response> {
    let (draft, errors) = Draft::open(&ctx, F::FORM, posted).await?;
    onwards::<F>(&ctx, &reader, &draft, errors)
}

/// `GET {form}/d/{secret}`
pub(crate) async fn step<F: OnePage>(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    F::shown(&ctx, &reader, &draft, FormErrors::new())
}

/// `POST {form}/d/{secret}`
pub(crate) async fn save<F: OnePage>(
    State(ctx): State<Ctx>,
    reader: Reader,
    mut draft: Draft,
    posted: PortalForm<F>,
) -> Result<Response> {
    let Saved { errors, stay } = draft.save(&ctx, posted).await?;
    if !stay {
        return onwards::<F>(&ctx, &reader, &draft, errors);
    }
    if errors.is_empty() {
        return Ok(Redirect::to(draft.path()).into_response());
    }
    F::shown(&ctx, &reader, &draft, errors)
}

/// `GET {form}/d/{secret}/check`
pub(crate) async fn check<F: OnePage>(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    let errors = wrong::<F>(&ctx, &draft, FormErrors::new())?;
    if !errors.is_empty() {
        return F::shown(&ctx, &reader, &draft, errors);
    }
    checked::<F>(&ctx, &reader, &draft, FormErrors::new())
}

fn checked<F: OnePage>(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response> {
    let stale = !errors.is_empty();
    let mut shell = F::shell(ctx, reader);
    shell.has_error = stale;
    let page = Check {
        shell,
        errors,
        lines: draft.lines(ctx),
        files: &draft.files,
        path: draft.path(),
        version: draft.version,
    };
    if stale { private_changed(&page) } else { private_page(&page) }
}

/// What stands in the way of sending a draft: back to the form while something is wrong, to the check as it is now when it was
/// changed since it was seen. `None` = it may be sent.
///
/// # Errors
/// When a page fails to render.
pub(crate) fn hindered<F: OnePage>(
    ctx: &Ctx,
    reader: &Reader,
    draft: &Draft,
    posted: &PortalForm<Seen>,
) -> Result<Option<Response>> {
    if !wrong::<F>(ctx, draft, FormErrors::new())?.is_empty() {
        return Ok(Some(Redirect::to(draft.path()).into_response()));
    }
    if posted.value.version != draft.version {
        return checked::<F>(ctx, reader, draft, FormErrors::refused(CHANGED)).map(Some);
    }
    Ok(None)
}

/// `GET {form}/r/{secret}/record`
pub(crate) async fn record(receipt: Receipt) -> Response {
    receipt.record()
}

/// The files that came with a form, for the case that it becomes.
pub(crate) fn files(received: &Received) -> Vec<Kept> {
    let file = |one: &DraftFile| Kept {
        digest: one.stored.clone(),
        print: one.sha256.clone(),
        name: one.name.clone(),
        bytes: one.bytes,
        media: one.kind.media_type().to_owned(),
    };
    received.files.iter().map(file).collect()
}
