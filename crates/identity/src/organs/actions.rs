//! Changes of the register.

use ::store::Once;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use jiff::ToSpan;
use kernel::{OrganCode, time::parse_date};
use web::{Ctx, Desk, Error, Form, FormErrors, Redirect, Result, page};

use super::{model::Draft, pages, store};

/// The fields of all forms here that are no organ's.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Extra {
    once: String,
    date: String,
    note: String,
    name: String,
    short_name: String,
    misspelt: bool,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct OrganForm {
    once: String,
    version: i64,
    code: String,
    name: String,
    short_name: String,
    aliases: String,
    kind: String,
    parent: String,
    leader: String,
    phone: String,
    address: String,
    hours: String,
    note: String,
    exists_from: String,
}

impl OrganForm {
    fn draft(self) -> Draft {
        Draft {
            code: self.code,
            name: self.name,
            short_name: self.short_name,
            aliases: self.aliases.replace("\r\n", "\n"),
            kind: self.kind,
            parent: self.parent,
            leader: self.leader,
            phone: self.phone,
            address: self.address,
            hours: self.hours,
            note: self.note.replace("\r\n", "\n"),
            exists_from: self.exists_from,
            ..Draft::default()
        }
    }
}

/// POST /organs/new
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<OrganForm>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&form.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let once = form.once.clone();
    let draft = form.draft();
    match store::create(&mut tx, &draft, &desk.actor()).await? {
        Ok(record) => {
            let to = format!("/organs/{}", record.organ.code);
            tx.remember(&once, &to).await?;
            tx.commit().await?;
            store::load_directory(&ctx).await?;
            Ok(Redirect::to(to).ok(format!("已新建{}。", record.organ.name)).into_response())
        }
        Err(errors) => {
            drop(tx);
            page::office_errors(&pages::form_page(&ctx, &desk, draft, None, errors).await?)
        }
    }
}

/// POST /organs/{code}/edit
pub(super) async fn edit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(code): Path<String>,
    Form(form): Form<OrganForm>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&form.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let (once, version) = (form.once.clone(), form.version);
    let draft = form.draft();
    match store::edit(&mut tx, &OrganCode::from(code.as_str()), version, &draft, &desk.actor()).await? {
        Ok(record) => {
            let to = format!("/organs/{code}");
            tx.remember(&once, &to).await?;
            tx.commit().await?;
            store::load_directory(&ctx).await?;
            Ok(Redirect::to(to).ok(format!("{}的资料已保存。", record.organ.short_name)).into_response())
        }
        Err(errors) => {
            drop(tx);
            let stored = pages::load(&ctx, &code).await?.organ;
            let draft = Draft { code, name: stored.name, short_name: stored.short_name, ..draft };
            page::office_errors(&pages::form_page(&ctx, &desk, draft, Some(version), errors).await?)
        }
    }
}

/// POST /organs/{code}/rename
pub(super) async fn rename(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(code): Path<String>,
    Form(form): Form<Extra>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&form.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let organ = OrganCode::from(code.as_str());
    match store::rename(&mut tx, &organ, &form.name, &form.short_name, form.misspelt, &desk.actor()).await? {
        Ok(record) => {
            let to = format!("/organs/{code}");
            tx.remember(&form.once, &to).await?;
            tx.commit().await?;
            store::load_directory(&ctx).await?;
            let text = if form.misspelt { "名称已更正。" } else { "已更名，旧名称仍可查到。" };
            Ok(Redirect::to(to).ok(format!("{}：{text}", record.organ.name)).into_response())
        }
        Err(errors) => {
            drop(tx);
            let old = pages::load(&ctx, &code).await?.organ;
            page::office_errors(&pages::RenamePage {
                shell: desk.shell(&ctx, format!("{}更名", old.short_name)).await?.with_error(true),
                errors,
                once: ctx.once(),
                code,
                old: format!("{}（{}）", old.name, old.short_name),
                full_name: form.name,
                short_name: form.short_name,
                misspelt: form.misspelt,
            })
        }
    }
}

/// POST /organs/{code}/abolish
pub(super) async fn abolish(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(code): Path<String>,
    Form(form): Form<Extra>,
) -> Result<Response> {
    let organ = OrganCode::from(code.as_str());
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&form.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let result = match parse_date(&form.date) {
        // The form asks for the first day without the organ.
        Some(date) => store::abolish(&mut tx, &organ, date.saturating_sub(1.day()), &form.note, &desk.actor()).await?,
        None => Err(FormErrors::one("date", "请填写撤销日期，格式如 2023-08-21。")),
    };
    match result {
        Ok(()) => {
            let to = format!("/organs/{code}");
            tx.remember(&form.once, &to).await?;
            tx.commit().await?;
            store::load_directory(&ctx).await?;
            let undo = format!("/organs/{code}/restore");
            Ok(Redirect::to(to).ok("已登记撤销。旧页面保留，并注明已撤销。").undo(undo, "恢复").into_response())
        }
        Err(errors) => {
            drop(tx);
            page::office_errors(&pages::abolish_page(&ctx, &desk, &code, form.date, form.note, errors).await?)
        }
    }
}

/// POST /organs/{code}/restore
pub(super) async fn restore(State(ctx): State<Ctx>, desk: Desk, Path(code): Path<String>) -> Result<Response> {
    let organ = OrganCode::from(code.as_str());
    let mut tx = ctx.db().write().await?;
    match store::restore(&mut tx, &organ, &desk.actor()).await? {
        Ok(()) => {
            tx.commit().await?;
            store::load_directory(&ctx).await?;
            Ok(Redirect::to(format!("/organs/{code}")).ok("已恢复为现行机关。").into_response())
        }
        Err(errors) => {
            let text = errors.items().iter().map(|(_, message)| message.as_str()).collect::<String>();
            Err(Error::Conflict(format!("现在不能恢复：{text}")))
        }
    }
}
