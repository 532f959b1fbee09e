//! Beginning: the form of a new document.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    House,
    draft::{self, NewDocument},
    form::Typed,
    permissions::WRITE_DOCUMENTS,
};
use kernel::{
    OrganCode,
    id::{ColumnId, DocumentId},
    may, may_for,
};
use store::{Tx, query_scalar};
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act_or_form, office_page, page};

use super::form::{Tie, ties, title_of};
use crate::{columns, kinds};

type Pairs = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "editions/templates/new.html")]
struct New {
    shell: OfficeShell,
    errors: FormErrors,
    form: Typed,
    organs: Vec<(String, String)>,
    columns: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    ties: Vec<Tie>,
    /// Whether this person can make the column that is missing.
    may_columns: bool,
    once: String,
}

async fn start_page(ctx: &Ctx, desk: &Desk, form: Typed, errors: FormErrors) -> Result<Response> {
    let (day, house) = (ctx.today(), crate::house(ctx));
    let directory = ctx.directory();
    let reachable = |code: &OrganCode| may_for(&desk.actor(), &WRITE_DOCUMENTS, code).is_ok();
    let organs = directory.all().iter().filter(|organ| organ.exists_on(day) && reachable(&organ.code));
    let organs = organs.map(|organ| (organ.code.to_string(), organ.short_name.clone())).collect();
    let bad = !errors.is_empty();
    let page = New {
        shell: desk.shell(ctx, "新建稿件").await?.with_error(bad),
        errors,
        organs,
        columns: columns::options(ctx.db().read()).await?,
        kinds: kinds::options(&house.kinds),
        ties: ties(ctx, (&desk.actor(), &house), |relation| form.more(relation.key).to_owned()).await?,
        form,
        may_columns: may(&desk.actor(), &columns::MANAGE_COLUMNS).is_ok(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// The form of a new document.
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk, web::Query(pairs): web::Query<Pairs>) -> Result<Response> {
    let mut form = Typed::from_pairs(pairs);
    form.more.entry("organ".to_owned()).or_insert_with(|| desk.organ().to_string());
    begin(&ctx, &desk, &mut form).await?;
    start_page(&ctx, &desk, form, FormErrors::new()).await
}

/// What follows from the kind and from what it is tied to: the column in which such documents stand, the title.
async fn begin(ctx: &Ctx, desk: &Desk, form: &mut Typed) -> Result<()> {
    let house = crate::house(ctx);
    let Some(kind) = house.kinds.get(&form.kind) else { return Ok(()) };
    if form.column.is_empty() {
        let sql = "SELECT slug FROM portal_column WHERE kind = $1 AND hidden = 0 ORDER BY position, slug LIMIT 1";
        let usual: Option<String> = query_scalar(sql).bind(kind.key).fetch_optional(ctx.db().read()).await?;
        form.column = usual.unwrap_or_default();
    }
    let tied = kind.relations.iter().map(|relation| form.more(relation.key)).find(|to| !to.is_empty());
    let (Some(titled), Some(to), true) = (kind.titled, tied, form.title.is_empty()) else { return Ok(()) };
    if let Some(title) = title_of(ctx, &desk.actor(), &house, &DocumentId::from(to)).await? {
        form.title = titled(&title);
    }
    Ok(())
}

/// Creates the document and opens the editor.
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(pairs): Form<Pairs>) -> Result<Response> {
    let form = Typed::from_pairs(pairs);
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let new = read_start(&ctx, tx, &house, &form).await?;
        let (document, _) = draft::create(tx, &house, &desk.actor(), &new).await?;
        Ok(Done::to(format!("/documents/{}/edit", document.id)))
    };
    act_or_form(&ctx, &form.once, done, async |errors| start_page(&ctx, &desk, form.clone(), errors).await).await
}

/// What the form of a new document says.
async fn read_start(ctx: &Ctx, tx: &mut Tx, house: &House, form: &Typed) -> Result<NewDocument, Refusal> {
    let mut errors = FormErrors::new();
    // In the order of the page, so that the summary is read from above.
    errors.require(
        !form.title.trim().is_empty(),
        "title",
        "请填写标题，例如“青禾县养老服务补贴办法”。写作中可以再改。",
    );
    let organ = OrganCode::from(form.more("organ"));
    let organ_fits = ctx.directory().get(&organ).is_some_and(|organ| organ.exists_on(ctx.today()));
    errors.require(organ_fits, "organ", "请选择发布机关，例如“县财政局”。");
    let kind = house.kinds.get(&form.kind);
    errors.require(kind.is_some(), "kind", "请选择信息类型，例如“政策文件”。");
    let column_fits = columns::options(tx.conn()).await?.iter().any(|(slug, _)| *slug == form.column);
    errors.require(column_fits, "column", "请选择栏目，例如“政策文件”。");
    let Some(kind) = kind.filter(|_| errors.is_empty()) else { return Err(errors.into()) };
    let tie = |relation: &&'static document::RelationSpec| {
        let to = form.more(relation.key);
        (!to.is_empty()).then(|| (*relation, DocumentId::from(to)))
    };
    Ok(NewDocument {
        organ,
        column: ColumnId::from(form.column.as_str()),
        kind,
        title: form.title.clone(),
        relations: kind.relations.iter().filter_map(tie).collect(),
    })
}
