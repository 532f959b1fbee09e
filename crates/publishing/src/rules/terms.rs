//! The list of words: its page, adding one, import with a preview, export.

use askama::Template;
use axum::{
    extract::{Multipart, State},
    response::Response,
};
use check_text::{Level, Sort, Term};
use documents::{Extractor, Limits, tables::write_csv};
use kernel::time;
use review::book::{self, Imported, Put, TermId, TermRow};
use serde::{Deserialize, Serialize};
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Refusal, Result, act, act_in_place, act_now,
    office_page, page,
    sent::{self, Sent},
};

use super::list::{self, Fault};

/// Rows on a page.
const SIZE: i64 = 100;
/// Largest file of an import, in bytes.
const MOST: u64 = 8 << 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The form behind which the page begins.
    after: String,
    /// Words that are looked for.
    q: String,
}

/// An entry as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    sort: String,
    form: String,
    right: String,
    reason: String,
    level: String,
    once: String,
}

#[derive(Template)]
#[template(path = "rules/templates/terms.html")]
struct List {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    rows: Vec<TermRow>,
    sorts: Vec<(String, String)>,
    levels: Vec<(String, String)>,
    many: i64,
    q: String,
    /// The same as an address has it.
    asked: String,
    next: Option<String>,
    first: bool,
    once: String,
}

impl List {
    fn changed(&self, row: &TermRow) -> String {
        time::show_date(&row.changed_at)
    }
}

async fn shown(ctx: &Ctx, desk: &Desk, asked: Asked, typed: Typed, errors: FormErrors) -> Result<Response> {
    let mut rows = book::terms(ctx.db().read(), &asked.after, &asked.q, SIZE + 1).await?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > SIZE;
    if more {
        rows.pop();
    }
    let next = rows.last().filter(|_| more).map(|row| page::escape_query(&row.form));
    let bad = !errors.is_empty();
    let levels = Level::ALL.into_iter().filter(|level| *level != Level::Off);
    let page = List {
        shell: desk.shell(ctx, "检查词表").await?.with_error(bad),
        errors,
        typed,
        rows,
        sorts: Sort::ALL.into_iter().map(|sort| (sort.code().to_owned(), sort.label().to_owned())).collect(),
        levels: levels.map(|level| (level.code().to_owned(), level.label().to_owned())).collect(),
        many: book::count(ctx.db().read()).await?,
        next,
        first: asked.after.is_empty(),
        asked: page::escape_query(&asked.q),
        q: asked.q,
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /checks/terms
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    shown(&ctx, &desk, asked, Typed::default(), FormErrors::new()).await
}

/// POST /checks/terms
pub(super) async fn add(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    let against = against(&ctx, &typed).await?;
    let done = async |tx: &mut Tx| {
        let sort =
            Sort::from_words(&typed.sort).ok_or_else(|| Refusal::field("sort", "请选择类别：禁用、规范或次序。"))?;
        let severity = Level::from_code(&typed.level).and_then(Level::severity);
        let term = Term {
            sort,
            form: typed.form.trim().to_owned(),
            right: typed.right.trim().to_owned(),
            reason: typed.reason.trim().to_owned(),
            severity: severity.ok_or_else(|| Refusal::field("level", "请选择命中以后怎样处理。"))?,
        };
        let told = match book::put(tx, &desk.actor(), &term).await? {
            Put::Added => format!("已增加词条“{}”，稿件会陆续重新检查。", term.form),
            Put::Changed => format!("已修改词条“{}”，稿件会陆续重新检查。", term.form),
            Put::Same => "这一条已经有了，没有改动。".to_owned(),
        };
        Ok::<_, Refusal>(Done::ok("/checks/terms", format!("{told}{against}")))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, Asked::default(), typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// With which entries that are kept the typed one contradicts itself, in sentences; empty = with none.
async fn against(ctx: &Ctx, typed: &Typed) -> Result<String> {
    let Ok(term) = list::term([&typed.sort, &typed.form, &typed.right, &typed.reason, &typed.level]) else {
        return Ok(String::new());
    };
    let found = book::contradictions(ctx.db().read(), &[term]).await.map_err(Error::from)?;
    Ok(list::against(&found).concat())
}

/// Which entry a button is about.
#[derive(Debug, Deserialize)]
pub(super) struct Button {
    id: TermId,
}

/// POST /checks/terms/remove
pub(super) async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        book::remove(tx, &desk.actor(), &button.id).await?;
        Ok::<_, Refusal>(Done::ok("/checks/terms", "已删除，稿件会陆续重新检查。"))
    };
    Ok(act(&ctx, "", done).await?)
}

/// GET /checks/terms/export.csv: all of them, as the import takes them.
pub(super) async fn export(State(ctx): State<Ctx>) -> Result<Response> {
    let rows = book::terms(ctx.db().read(), "", "", i64::MAX).await?;
    let name = format!("检查词表-{}.csv", ctx.today());
    Ok(page::download(write_csv(&list::sheet(&rows)), "text/csv; charset=utf-8", &name))
}

/// What a file holds, before anything of it is taken over.
#[derive(Template)]
#[template(path = "rules/templates/preview.html")]
struct Preview {
    shell: OfficeShell,
    name: String,
    done: Imported,
    faults: Vec<Fault>,
    /// Faults that are not listed.
    more: usize,
    /// The first entries, with what is kept of each: those that change something before the others.
    first: Vec<(Term, String)>,
    /// What is told of the table as a whole.
    notes: Vec<String>,
    good: usize,
    carried: String,
    once: String,
}

impl Preview {
    fn level(&self, term: &Term) -> &'static str {
        Level::of(term.severity).label()
    }
}

/// What was read of a file that was sent.
struct Sheet {
    name: String,
    terms: Vec<Term>,
    /// What is wrong with other lines.
    faults: Vec<Fault>,
    notes: Vec<String>,
}

/// The entries of the file that was sent; or what is wrong with it.
async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<std::result::Result<Sheet, String>> {
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let too_large = || "文件太大，上限 8 MB。请分几个文件导入。".to_owned();
        let Some(Sent { name, received }) = sent::file(ctx, field, MOST, too_large).await? else { continue };
        let extractor = Extractor::new(ctx.program().clone(), Limits::default());
        return Ok(match extractor.read_table(&received.path, &name, &list::wanted()).await {
            Ok(mut table) => {
                table.set_aside();
                let (terms, faults) = list::read(&table);
                Ok(Sheet { name, terms, faults, notes: list::notes(&table) })
            }
            Err(rejected) => Err(rejected.message),
        });
    }
    Ok(Err("请选择一个 .csv 或 .xlsx 文件，例如“检查词表.csv”。".to_owned()))
}

/// POST /checks/terms/preview: what an import would do; nothing is written.
pub(super) async fn preview(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    /// Faults and entries that are listed.
    const TOLD: usize = 50;
    let Sheet { name, terms, faults, mut notes } = match received(&ctx, parts).await? {
        Ok(read) => read,
        Err(sentence) => {
            let errors = FormErrors::one("file", sentence);
            return shown(&ctx, &desk, Asked::default(), Typed::default(), errors).await;
        }
    };
    let kept = book::kept_of(ctx.db().read(), &terms).await.map_err(Error::from)?;
    let mut first: Vec<(Term, String)> =
        terms.iter().cloned().zip(kept).map(|(term, row)| (term, row.as_ref().map_or_else(String::new, now))).collect();
    // What is overwritten is to be seen.
    first.sort_by_key(|(_, now)| now.is_empty());
    first.truncate(TOLD);
    notes.extend(list::against(&book::contradictions(ctx.db().read(), &terms).await.map_err(Error::from)?));
    let page = Preview {
        shell: desk.shell(&ctx, "导入检查词表").await?,
        name,
        done: book::foretold(ctx.db().read(), &terms).await?,
        more: faults.len().saturating_sub(TOLD),
        faults: faults.into_iter().take(TOLD).collect(),
        notes,
        good: terms.len(),
        carried: list::carried(&terms),
        first,
        once: ctx.once(),
    };
    office_page(&page)
}

/// An entry as it is kept, in words.
fn now(row: &TermRow) -> String {
    let right = if row.right_form.is_empty() { "（无）" } else { row.right_form.as_str() };
    format!("{}：{right}，{}", row.sort().label(), row.level().label())
}

/// What the preview carries on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Carried {
    terms: String,
    once: String,
}

/// POST /checks/terms/import: in several writes where the list is long, since nobody else writes while one lasts.
pub(super) async fn import(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Carried>) -> Result<Response> {
    /// Entries of one write.
    const STEP: usize = 2_000;
    let (terms, actor) = (list::carried_back(&form.terms), desk.actor());
    book::room(ctx.db().read(), &terms).await.map_err(Error::from)?;
    let last = terms.len().saturating_sub(1) / STEP * STEP;
    let mut before = Imported::default();
    for some in terms[..last].chunks(STEP) {
        let written = act_now(&ctx, async |tx: &mut Tx| book::import(tx, &actor, some).await);
        before = before.and(written.await?);
    }
    let done = act(&ctx, &form.once, async |tx: &mut Tx| {
        if terms.is_empty() {
            return Err(Refusal::Conflict("没有可以导入的词条，没有改动。请重新选择文件。".into()));
        }
        let Imported { added, changed, same } = before.and(book::import(tx, &actor, &terms[last..]).await?);
        let told = format!("已导入检查词表：增加 {added}，修改 {changed}，不变 {same}。稿件会陆续重新检查。");
        Ok(Done::ok("/checks/terms", told))
    });
    done.await.map_err(Error::from)
}
