//! Lists to take away, as CSV for spreadsheets and JSON for programs (条例 Art. 24: 检索、查阅、下载). Whole, whatever their
//! length: they are written while they are read, some hundred lines at a time.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::header,
    response::Response,
};
use document::{
    Facet, Kinds, Shape,
    columns::{Tree, column, column_names},
    common::{EFFECTIVE_ON, EXPIRES_ON},
    page::base_url,
    public::{self, Cursor, Filter, Listed, Order, Places},
};
use documents::tables::{Cell, write_csv_head, write_csv_rows};
use futures::stream;
use kernel::id::ColumnId;
use web::{Ctx, Error, Query, Result, page};

use super::{
    api::summary,
    lists::{Asked, Pairs},
};

/// Lines that are read at a time.
const STEP: i64 = 500;

/// What lines of documents need besides the documents: names of columns, fields that lists tell.
pub(super) struct Told {
    columns: HashMap<ColumnId, String>,
    pub(super) facets: Vec<&'static Facet>,
}

impl Told {
    /// Reads the names.
    pub(super) async fn load(ctx: &Ctx) -> Result<Self> {
        let facets = Kinds::of(ctx).facets().into_iter().filter(|facet| facet.listed && facet.public).collect();
        Ok(Self { columns: column_names(ctx.db()).await?, facets })
    }

    /// Name of the column in which the document stands.
    pub(super) fn column(&self, one: &Listed) -> &str {
        self.columns.get(&one.column).map_or("", String::as_str)
    }
}

/// Fields of a table: those that name a document stand behind its title, the others behind its kind, choices first; long ones
/// are left out.
fn in_table(told: &Told) -> (Vec<&'static Facet>, Vec<&'static Facet>) {
    let short = told.facets.iter().copied().filter(|facet| !matches!(facet.shape, Shape::Long(_)));
    let (named, mut others): (Vec<&Facet>, Vec<&Facet>) = short.partition(|facet| facet.named());
    others.sort_by_key(|facet| !matches!(facet.shape, Shape::Choice(_)));
    // By which it stands as it does.
    others.extend([&EFFECTIVE_ON, &EXPIRES_ON]);
    (named, others)
}

/// Lines of a CSV; the first have the head above them.
fn csv_lines(ctx: &Ctx, told: &Told, listed: &[Listed], first: bool) -> Vec<u8> {
    let directory = ctx.directory();
    let base = base_url(ctx);
    let (named, others) = in_table(told);
    let labels = |facets: &[&'static Facet]| facets.iter().map(|facet| facet.label.to_owned()).collect::<Vec<_>>();
    let fixed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let header = [
        fixed(&["索引号", "标题"]),
        labels(&named),
        fixed(&["发布机关", "栏目", "类型"]),
        labels(&others),
        fixed(&["发布日期", "网址"]),
    ];
    let row = |one: &Listed| -> Vec<Cell> {
        let organ = directory.get(&one.organ).map_or(one.organ.as_str(), |organ| organ.name.as_str());
        let mut cells: Vec<Cell> = vec![one.index_number.clone().into(), one.title.clone().into()];
        cells.extend(named.iter().map(|facet| Cell::from(one.values.words(facet))));
        cells.extend([organ.into(), told.column(one).into(), one.kind.label.into()]);
        cells.extend(others.iter().map(|facet| Cell::from(one.values.words(facet))));
        cells.extend([one.published_on.clone().into(), format!("{base}{}", one.path).into()]);
        cells
    };
    let mut bytes = if first { write_csv_head(&header.concat()) } else { Vec::new() };
    bytes.extend(write_csv_rows(&listed.iter().map(row).collect::<Vec<_>>()));
    bytes
}

/// May be kept, but is asked for again each time: what is withdrawn must vanish at once.
pub(super) fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, web::page::PUBLIC);
    response
}

/// A download under way.
struct Walk {
    ctx: Ctx,
    kinds: Kinds,
    told: Told,
    filter: Filter,
    order: Order,
    /// Where it goes on; `None` when it has ended.
    next: Option<Option<Cursor>>,
    written: i64,
}

impl Walk {
    async fn begin(ctx: &Ctx, kinds: Kinds, asked: &Asked, filter: Filter) -> Result<Self> {
        let (told, order) = (Told::load(ctx).await?, asked.order());
        Ok(Self { ctx: ctx.clone(), kinds, told, filter, order, next: Some(None), written: 0 })
    }

    async fn step(&mut self) -> Result<Vec<Listed>> {
        let Some(after) = self.next.take() else { return Ok(Vec::new()) };
        let places = Places::after(after, STEP);
        let slice = public::list(self.ctx.db(), &self.kinds, &self.filter, self.order, places).await?;
        self.next = slice.next.map(Some);
        self.written += i64::try_from(slice.items.len()).unwrap_or(0);
        Ok(slice.items)
    }
}

fn csv(walk: Walk, name: &str) -> Response {
    let lines = stream::try_unfold(walk, async |mut walk: Walk| {
        let first = walk.next == Some(None);
        let listed = walk.step().await?;
        if listed.is_empty() && !first {
            return Ok::<_, Error>(None);
        }
        let bytes = csv_lines(&walk.ctx, &walk.told, &listed, first);
        Ok(Some((Bytes::from(bytes), walk)))
    });
    fresh(page::streamed(lines, "text/csv; charset=utf-8", Some(&format!("{name}.csv"))))
}

fn list_json(walk: Walk) -> Response {
    let parts = stream::try_unfold((walk, false), async |(mut walk, ended): (Walk, bool)| {
        if ended {
            return Ok::<_, Error>(None);
        }
        let (before, first) = (walk.written, walk.next == Some(None));
        let listed = walk.step().await?;
        let mut text = if first { "{\"items\":[".to_owned() } else { String::new() };
        for (at, one) in listed.iter().enumerate() {
            if before > 0 || at > 0 {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(&summary(&walk.ctx, &walk.told, one))?);
        }
        let ended = walk.next.is_none();
        if ended {
            let n = walk.written;
            text.push_str(&format!("],\"count\":{n},\"total\":{n}}}"));
        }
        Ok(Some((Bytes::from(text), (walk, ended))))
    });
    fresh(page::streamed(parts, "application/json", None))
}

async fn column_walk(ctx: &Ctx, pairs: Pairs, slug: &ColumnId) -> Result<Walk> {
    let kinds = Kinds::of(ctx);
    let asked = Asked::read(&kinds, pairs);
    asked.readable(&kinds)?;
    let (tree, column) = tokio::try_join!(Tree::load(ctx.db()), column(ctx.db(), slug))?;
    if column.is_none() {
        return Err(Error::NotFound);
    }
    let filter = Filter { columns: tree.below(slug), ..asked.filter(&kinds) };
    Walk::begin(ctx, kinds, &asked, filter).await
}

async fn walk(ctx: &Ctx, pairs: Pairs, of: fn(&Asked, &Kinds) -> Filter) -> Result<Walk> {
    let kinds = Kinds::of(ctx);
    let asked = Asked::read(&kinds, pairs);
    let filter = of(&asked, &kinds);
    asked.readable(&kinds)?;
    Walk::begin(ctx, kinds, &asked, filter).await
}

/// `GET /policies.csv`
pub(super) async fn policies_csv(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    Ok(csv(walk(&ctx, pairs, Asked::policy_filter).await?, "政策文件清单"))
}

/// `GET /policies.json`
pub(super) async fn policies_json(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    Ok(list_json(walk(&ctx, pairs, Asked::policy_filter).await?))
}

/// `GET /documents.csv`
pub(super) async fn documents_csv(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    Ok(csv(walk(&ctx, pairs, Asked::filter).await?, "公开信息清单"))
}

/// `GET /documents.json`
pub(super) async fn documents_json(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    Ok(list_json(walk(&ctx, pairs, Asked::filter).await?))
}

/// `GET /columns/{slug}/list.csv`
pub(super) async fn column_csv(
    State(ctx): State<Ctx>,
    Path(slug): Path<ColumnId>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    let walk = column_walk(&ctx, pairs, &slug).await?;
    Ok(csv(walk, &format!("栏目清单-{slug}")))
}

/// `GET /columns/{slug}/list.json`
pub(super) async fn column_json(
    State(ctx): State<Ctx>,
    Path(slug): Path<ColumnId>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    Ok(list_json(column_walk(&ctx, pairs, &slug).await?))
}
