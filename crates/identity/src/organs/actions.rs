//! Changes of the register.

use ::store::Tx;
use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::ToSpan;
use kernel::{OrganCode, time::parse_date};
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Refusal, Result, act_in_place, page};

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

/// One change of the register; the directory that every page asks is read anew.
async fn change<F, A>(ctx: &Ctx, once: &str, done: F, again: A) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx) -> std::result::Result<Done, Refusal>,
    A: AsyncFnOnce(FormErrors) -> Result<Response>,
{
    let answer = act_in_place(ctx, once, done, again).await?;
    store::follow(ctx).await?;
    Ok(answer)
}

/// POST /organs/new
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<OrganForm>) -> Result<Response> {
    let once = form.once.clone();
    let draft = form.draft();
    let done = async |tx: &mut Tx| {
        let organ = store::create(tx, &draft, &desk.actor()).await?.organ;
        Ok(Done::ok(format!("/organs/{}", organ.code), format!("已新建{}。", organ.name)))
    };
    let again = async |errors| page::office_errors(&pages::form_page(&ctx, &desk, draft.clone(), None, errors).await?);
    change(&ctx, &once, done, again).await
}

/// POST /organs/{code}/edit
pub(super) async fn edit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(code): Path<OrganCode>,
    Form(form): Form<OrganForm>,
) -> Result<Response> {
    let (once, version) = (form.once.clone(), form.version);
    let draft = form.draft();
    let done = async |tx: &mut Tx| {
        let organ = store::edit(tx, &code, version, &draft, &desk.actor()).await?.organ;
        Ok(Done::ok(format!("/organs/{code}"), format!("{}的资料已保存。", organ.short_name)))
    };
    let again = async |errors: FormErrors| {
        let stored = pages::load(&ctx, &code).await?;
        // Somebody was faster: the form shows what there is by now, what was typed stands beside the reason.
        let (draft, version) = match errors.is_refused() {
            true => (Draft::of(&stored), stored.version),
            false => {
                let stored = Draft::of(&stored);
                let (code, name, short_name) = (stored.code, stored.name, stored.short_name);
                (Draft { code, name, short_name, ..draft.clone() }, version)
            }
        };
        page::office_errors(&pages::form_page(&ctx, &desk, draft, Some(version), errors).await?)
    };
    change(&ctx, &once, done, again).await
}

/// POST /organs/{code}/rename
pub(super) async fn rename(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(code): Path<OrganCode>,
    Form(form): Form<Extra>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let by = desk.actor();
        let organ = store::rename(tx, &code, &form.name, &form.short_name, form.misspelt, &by).await?.organ;
        let text = if form.misspelt { "名称已更正。" } else { "已更名，旧名称仍可查到。" };
        Ok(Done::ok(format!("/organs/{code}"), format!("{}：{text}", organ.name)))
    };
    let again = async |errors| {
        let old = pages::load(&ctx, &code).await?.organ;
        page::office_errors(&pages::RenamePage {
            shell: desk.shell(&ctx, format!("{}更名", old.short_name)).await?.with_error(true),
            errors,
            once: ctx.once(),
            code: code.clone(),
            old: format!("{}（{}）", old.name, old.short_name),
            full_name: form.name.clone(),
            short_name: form.short_name.clone(),
            misspelt: form.misspelt,
        })
    };
    change(&ctx, &form.once, done, again).await
}

/// POST /organs/{code}/abolish
pub(super) async fn abolish(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(code): Path<OrganCode>,
    Form(form): Form<Extra>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let date = parse_date(&form.date).ok_or_else(|| Refusal::field("date", "请填写撤销日期，例如 2023-08-21。"))?;
        // The form asks for the first day without the organ.
        store::abolish(tx, &code, date.saturating_sub(1.day()), &form.note, &desk.actor()).await?;
        let undo = format!("/organs/{code}/restore");
        let done = Done::ok(format!("/organs/{code}"), "已登记撤销。旧页面保留，并注明已撤销。");
        Ok(done.with(|to| to.undo(undo, "恢复")))
    };
    let again = async |errors| {
        let (date, note) = (form.date.clone(), form.note.clone());
        page::office_errors(&pages::abolish_page(&ctx, &desk, &code, date, note, errors).await?)
    };
    change(&ctx, &form.once, done, again).await
}

/// POST /organs/{code}/restore
pub(super) async fn restore(State(ctx): State<Ctx>, desk: Desk, Path(code): Path<OrganCode>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        store::restore(tx, &code, &desk.actor()).await?;
        Ok(Done::ok(format!("/organs/{code}"), "已恢复为现行机关。"))
    };
    // A button has no field at which it could stand.
    let again = async |errors: FormErrors| {
        let text = errors.items().iter().map(|(_, message)| message.as_str()).collect::<String>();
        Err(Error::Conflict(format!("现在不能恢复：{text}")))
    };
    change(&ctx, "", done, again).await
}
