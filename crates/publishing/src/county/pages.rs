//! The page of the office on which the map is sent, looked at and taken off.

use ::store::Tx;
use askama::Template;
use axum::{
    extract::{Multipart, State, multipart::Field},
    response::Response,
};
use kernel::time;
use serde::Deserialize;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act,
    hooks::CountyMap,
    office_page, page,
    sent::{self, Sent},
};

use super::{geo, look, store};

/// Largest file, in bytes; that of a county with its townships has some hundred thousand.
const MOST: u64 = 8 << 20;
/// Characters of what is typed beside it.
const TYPED: usize = 100;

#[derive(Template)]
#[template(path = "county/templates/map.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    map: Option<CountyMap>,
    changed: String,
    /// Townships that the map does not show, and names on it that are no township.
    missing: Vec<String>,
    strange: Vec<String>,
    /// Maps that are not shown, the one that waits first.
    others: Vec<Kept>,
    once: String,
}

/// A map that is not shown.
struct Kept {
    href: String,
    waits: bool,
    words: String,
    when: String,
}

impl Kept {
    fn new(other: store::Other) -> Self {
        let file = if other.file.is_empty() { String::new() } else { format!("，文件 {}", other.file) };
        Self {
            href: look::address(&other.id),
            waits: other.waits,
            words: format!("审图号 {}，来源 {}{file}", other.approval, other.source),
            when: time::show_minute(&other.changed_at),
        }
    }
}

/// What was typed beside the file.
#[derive(Debug, Clone, Default)]
struct Typed {
    source: String,
    approval: String,
}

impl Page {
    /// Whether a former map can be put back.
    fn has_former(&self) -> bool {
        self.others.iter().any(|other| !other.waits)
    }
}

async fn shown(ctx: &Ctx, desk: &Desk, errors: FormErrors, typed: Typed) -> Result<Response> {
    let row = store::current(ctx.db().read()).await?;
    let (missing, strange) = match &row {
        Some(row) => super::doubts(ctx, row)?,
        None => (Vec::new(), Vec::new()),
    };
    let others = store::others(ctx.db().read()).await?;
    let wrong = !errors.is_empty();
    let page = Page {
        shell: desk.shell(ctx, "县域图").await?.with_error(wrong),
        errors,
        typed,
        map: super::map(ctx).await?,
        changed: row.as_ref().map(|row| time::show_minute(&row.changed_at)).unwrap_or_default(),
        missing,
        strange,
        others: others.into_iter().map(Kept::new).collect(),
        once: ctx.once(),
    };
    if wrong { page::office_errors(&page) } else { office_page(&page) }
}

/// `GET /county-map`
pub(super) async fn show(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    shown(&ctx, &desk, FormErrors::new(), Typed::default()).await
}

/// What was sent: the words beside the file, and the file with its name.
async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<(Typed, Option<(String, Vec<u8>)>)> {
    let (mut typed, mut file) = (Typed::default(), None);
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        match field.name() {
            Some("source") => typed.source = words(field).await?,
            Some("approval") => typed.approval = words(field).await?,
            Some("file") => {
                let too_large = || "文件太大，上限 8 MB。请用软件简化边界，或者只导出乡镇一级的图形。".to_owned();
                if let Some(Sent { name, received }) = sent::file(ctx, field, MOST, too_large).await? {
                    let bytes = std::fs::read(&received.path).map_err(|error| Error::internal(error.to_string()))?;
                    file = Some((name, bytes));
                }
            }
            _ => {}
        }
    }
    Ok((typed, file))
}

async fn words(field: Field<'_>) -> Result<String> {
    let text = field.text().await.map_err(sent::broken)?;
    Ok(text.trim().chars().filter(|c| !c.is_control()).take(TYPED).collect())
}

/// `POST /county-map`
pub(super) async fn send(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let (typed, file) = received(&ctx, parts).await?;
    let mut errors = FormErrors::new();
    errors.require(!typed.source.is_empty(), "source", "请写明数据来源，例如 青禾县自然资源局。");
    if typed.approval.is_empty() {
        errors.add("approval", "请填写审图号，例如 青S（2026）012号。");
    } else if !is_approval(&typed.approval) {
        let text =
            format!("“{}”不是审图号。审图号由审核机关编发，例如 青S（2026）012号、GS（2026）1234号。", typed.approval);
        errors.add("approval", text);
    }
    let drawing = match file {
        None => Err(vec!["请选择 GeoJSON 文件，例如“乡镇边界.geojson”。".to_owned()]),
        Some((name, bytes)) => {
            let drawn = tokio::task::spawn_blocking(move || {
                geo::read(&bytes).and_then(|shapes| geo::draw(&shapes).map_err(|fault| vec![fault]))
            });
            let drawn = drawn.await.map_err(|error| Error::internal(error.to_string()))?;
            drawn.map(|drawing| (name, drawing))
        }
    };
    let drawing = drawing.and_then(|(name, drawing)| match of_no_township(&ctx, &drawing) {
        None => Ok((name, drawing)),
        Some(fault) => Err(vec![fault]),
    });
    let (file, drawing) = match drawing {
        Ok(drawn) if errors.is_empty() => drawn,
        other => {
            other.err().into_iter().flatten().for_each(|fault| errors.add("file", fault));
            return shown(&ctx, &desk, errors, typed).await;
        }
    };
    let new = store::New { file, source: typed.source, approval: typed.approval, drawing };
    let done = async |tx: &mut Tx| {
        let id = store::send(tx, &desk.actor(), &new).await?;
        Ok::<_, Refusal>(Done::ok(look::address(&id), "已上传，还没有公开。请核对后再显示。"))
    };
    Ok(act(&ctx, "", done).await?)
}

/// Whether it has the form of a number of approval: letters with S, a year, a running number.
fn is_approval(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.to_ascii_uppercase().contains('S') && text.ends_with('号') && digits > 4
}

/// Why this is the map of another place: none of its names is a township of the county.
pub(super) fn of_no_township(ctx: &Ctx, drawing: &geo::Drawing) -> Option<String> {
    let known = drawing.shapes.iter().any(|shape| super::page_of(ctx, &shape.name).is_some());
    if known || super::townships(ctx).is_empty() {
        return None;
    }
    let mut names: Vec<&str> = drawing.shapes.iter().map(|shape| shape.name.as_str()).collect();
    names.retain(|name| !name.is_empty());
    names.truncate(5);
    let named = if names.is_empty() { "没有名称".to_owned() } else { format!("写的是 {}", names.join("、")) };
    Some(format!(
        "没有收下：图上没有一个本县的乡镇，属性 name {named}。请核对文件，或者先在乡镇机关的“别名”里补上图上的名称。"
    ))
}

/// What the button sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Remove {
    once: String,
}

/// `POST /county-map/remove`
pub(super) async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Remove>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        store::remove(tx, &desk.actor()).await?;
        Ok::<_, Refusal>(Done::ok("/county-map", "已撤下，门户首页不再显示县域图。这张图留在“以前的图”里，可以恢复。"))
    };
    Ok(act(&ctx, &form.once, done).await?)
}
