//! The office's list of editions: filtered, ordered, walked through, exported whole.

use jiff::civil::Date;
use kernel::{
    OrganCode,
    id::{AccountId, ColumnId, DocumentId, EditionId},
};
use store::{Db, FromRow, query_as, query_scalar};

use crate::{
    common::{EXPIRES_ON, IN_FORCE, VALIDITY},
    error::Result,
    lists,
    rows::shown_title,
    spec::{Facet, Kinds},
    sql::Statement,
    state::{self, STATES},
    values::Values,
    words::Search,
};

/// Which editions; empty fields do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Code of a state; empty = the newest edition of each document, whatever its state.
    pub state: String,
    /// Any of these organs.
    pub organs: Vec<OrganCode>,
    pub column: Option<ColumnId>,
    /// Key of the kind.
    pub kind: String,
    /// Only what this person wrote in.
    pub author: Option<AccountId>,
    /// Words in title, document number or index number.
    pub words: String,
}

/// By what the list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Last change.
    #[default]
    Updated,
    Title,
    /// Publication.
    Published,
}

impl By {
    fn column(self) -> &'static str {
        match self {
            Self::Updated => "e.updated_at",
            Self::Title => "e.title",
            Self::Published => "e.published_at",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub by: By,
    /// Highest first.
    pub down: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Row {
    pub document: DocumentId,
    pub edition: EditionId,
    pub number: i64,
    pub title: String,
    /// Code of the state.
    pub state: String,
    pub since: String,
    pub author_name: String,
    pub updated_at: String,
    pub published_at: String,
    /// Wanted moment, stored form; empty = at once when it has passed.
    pub publish_at: String,
    pub organ: OrganCode,
    #[sql(rename = "column_slug")]
    pub column: ColumnId,
    /// Key of the kind.
    pub kind: String,
    pub index_number: String,
    /// Fields that lists tell; filled by [`list`] and [`tell`].
    #[sql(skip)]
    pub values: Values,
}

impl Row {
    /// Title, or what stands in its place.
    pub fn shown_title(&self) -> &str {
        shown_title(&self.title)
    }

    pub fn state_words(&self) -> &'static str {
        state::label(&self.state)
    }

    /// The tint of the state's chip.
    pub fn chip(&self) -> &'static str {
        state::chip(&self.state)
    }
}

const SELECT: &str = "SELECT e.document_id AS document, e.id AS edition, e.number, e.title, e.state, e.since, e.author_name, \
     e.updated_at, e.published_at, e.publish_at, e.organ, e.column_slug, e.kind, \
     (SELECT d.index_number FROM document d WHERE d.id = e.document_id) AS index_number ";

/// Organs that are walked one by one; more are sorted together.
const WALKED: usize = 8;

/// Whether the list is that of a few organs, so that the lines of each can be walked in their order.
fn is_walked(filter: &Filter, search: Option<&Search>) -> bool {
    let begins_elsewhere = filter.author.is_some() || search.is_some_and(|search| search.rare.is_some());
    !begins_elsewhere && (1..=WALKED).contains(&filter.organs.len())
}

/// The first lines of each organ in the order, then the first of these: a database that is given several organs at once reads
/// and sorts all that they ever wrote.
fn walked(filter: &Filter, search: Option<&Search>, order: Order, most: i64, statement: &mut Statement) {
    statement.add("FROM (");
    for (at, organ) in filter.organs.iter().enumerate() {
        statement.add(if at == 0 { "SELECT id FROM (SELECT e.id " } else { " UNION ALL SELECT id FROM (SELECT e.id " });
        from(&Filter { organs: vec![organ.clone()], ..filter.clone() }, search, statement);
        ordered(order, statement);
        statement.bind(" LIMIT ?) AS one", most);
    }
    statement.add(") walked CROSS JOIN edition e WHERE e.id = walked.id");
}

fn ordered(order: Order, statement: &mut Statement) {
    let down = if order.down { " DESC" } else { "" };
    statement.add(" ORDER BY ").add(order.by.column()).add(down).add(", e.id").add(down);
}

/// The filter as a statement: `FROM … WHERE …` behind what `statement` begins with.
fn from(filter: &Filter, search: Option<&Search>, statement: &mut Statement) {
    // What leads to fewest stands first and is kept there: a database without statistics guesses wrong.
    let rare = search.and_then(|search| search.rare.as_ref());
    if let Some(author) = &filter.author {
        statement.bind("FROM edition_author a CROSS JOIN edition e WHERE a.account = ?", author);
        statement.add(" AND e.id = a.edition_id");
    } else if let Some(pair) = rare {
        statement.add("FROM (SELECT DISTINCT w.document_id FROM document_word w WHERE ");
        pair.condition(statement);
        statement.add(") w CROSS JOIN edition e WHERE e.document_id = w.document_id");
    } else {
        statement.add("FROM edition e WHERE 1 = 1");
    }
    if STATES.contains(&filter.state.as_str()) {
        statement.bind(" AND e.state = ?", &filter.state).add(" AND e.binned_at = ''");
    } else {
        statement.add(" AND e.head = 1");
    }
    match filter.organs.as_slice() {
        [] => {}
        [organ] => {
            statement.bind(" AND e.organ = ?", organ);
        }
        organs => {
            statement.add(" AND e.organ IN ").list(organs);
        }
    }
    if let Some(column) = &filter.column {
        statement.bind(" AND e.column_slug = ?", column);
    }
    if !filter.kind.is_empty() {
        statement.bind(" AND e.kind = ?", &filter.kind);
    }
    if let Some(search) = search {
        search.condition(statement, "e.words");
    }
}

/// Some lines of the list: `limit` after leaving out `skip`.
pub async fn list(db: &Db, kinds: &Kinds, filter: &Filter, order: Order, skip: i64, limit: i64) -> Result<Vec<Row>> {
    let mut search = Search::prepare(db.read(), &filter.words).await?;
    if *filter == (Filter { words: filter.words.clone(), ..Filter::default() }) {
        search = search.map(Search::for_some);
    }
    let mut statement = Statement::new(SELECT);
    let skip = skip.max(0);
    if is_walked(filter, search.as_ref()) {
        walked(filter, search.as_ref(), order, skip + limit, &mut statement);
    } else {
        from(filter, search.as_ref(), &mut statement);
    }
    ordered(order, &mut statement);
    statement.bind(" LIMIT ?", limit).bind(" OFFSET ?", skip);
    let (sql, values) = statement.parts();
    let mut rows: Vec<Row> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
    tell(db, kinds, &mut rows).await?;
    Ok(rows)
}

/// Fills in the fields that lists tell.
pub async fn tell(db: &Db, kinds: &Kinds, rows: &mut [Row]) -> Result<()> {
    let told: Vec<&'static Facet> = kinds.facets().into_iter().filter(|facet| facet.listed).collect();
    let editions: Vec<EditionId> = rows.iter().map(|row| row.edition.clone()).collect();
    let mut values = lists::values_of(db, &editions, &told).await?;
    for row in rows {
        row.values = values.remove(&row.edition).unwrap_or_default();
    }
    Ok(())
}

/// Document, organ and title of the newest edition of every document, the latest changed first: for what looks through all of
/// them by itself.
///
/// # Errors
/// When the database fails.
pub async fn titles(db: &Db, limit: i64) -> store::Result<Vec<(DocumentId, OrganCode, String)>> {
    let sql = "SELECT document_id, organ, title FROM edition WHERE head = 1 ORDER BY updated_at DESC, id LIMIT $1";
    query_as(sql).bind(limit).fetch_all(db.read()).await
}

/// The newest editions of these documents, in the order of the documents.
pub async fn heads(db: &Db, kinds: &Kinds, documents: &[DocumentId]) -> Result<Vec<Row>> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = Statement::new(SELECT);
    statement.add("FROM edition e WHERE e.head = 1 AND e.document_id IN ").list(documents);
    let (sql, values) = statement.parts();
    let mut rows: Vec<Row> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
    rows.sort_by_key(|row| documents.iter().position(|document| *document == row.document));
    tell(db, kinds, &mut rows).await?;
    Ok(rows)
}

/// All lines of the list, in a stream, for an export.
pub async fn every<'a>(
    db: &'a Db,
    filter: &Filter,
    order: Order,
) -> Result<futures::stream::BoxStream<'a, store::Result<Row>>> {
    let search = Search::prepare(db.read(), &filter.words).await?;
    let mut statement = Statement::new(SELECT);
    from(filter, search.as_ref(), &mut statement);
    ordered(order, &mut statement);
    let (sql, values) = statement.parts();
    Ok(query_as(sql).bind_all(values).fetch(db.read()))
}

/// How many editions fit; at most `most` are counted.
pub async fn count(db: &Db, filter: &Filter, most: i64) -> Result<i64> {
    let search = Search::prepare(db.read(), &filter.words).await?;
    let mut statement = Statement::new("SELECT COUNT(*) FROM (SELECT 1 ");
    from(filter, search.as_ref(), &mut statement);
    statement.bind(" LIMIT ?) AS found", most);
    let (sql, values) = statement.parts();
    Ok(query_scalar(sql).bind_all(values).fetch_one(db.read()).await?)
}

/// A deleted draft.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Binned {
    pub edition: EditionId,
    pub title: String,
    pub number: i64,
    pub organ: OrganCode,
    pub binned_at: String,
}

/// A person's own deleted drafts, latest first.
pub async fn bin(db: &Db, author: &AccountId, limit: i64) -> Result<Vec<Binned>> {
    Ok(query_as(
        "SELECT e.id AS edition, e.title, e.number, e.organ, e.binned_at FROM edition e \
         JOIN edition_author a ON a.edition_id = e.id AND a.account = $1 WHERE e.binned_at <> '' \
         ORDER BY e.binned_at DESC, e.id LIMIT $2",
    )
    .bind(author)
    .bind(limit)
    .fetch_all(db.read())
    .await?)
}

/// Texts that a person writes in now: drafts and what was returned, latest first.
pub async fn own_texts(db: &Db, author: &AccountId, limit: i64) -> Result<Vec<Row>> {
    let mut statement = Statement::new(SELECT);
    statement
        .bind("FROM edition_author a CROSS JOIN edition e WHERE a.account = ?", author)
        .add(" AND e.id = a.edition_id");
    statement.add(" AND e.state IN ('draft', 'returned') AND e.binned_at = '' ORDER BY e.updated_at DESC, e.id");
    statement.bind(" LIMIT ?", limit);
    let (sql, values) = statement.parts();
    Ok(query_as(sql).bind_all(values).fetch_all(db.read()).await?)
}

/// A public document whose last day of validity has gone by while it says that it is in force.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Lapsed {
    pub document: DocumentId,
    pub title: String,
    pub expires_on: String,
}

/// Documents of an organ that have lapsed and say nothing of it yet, the oldest end first: somebody has to prolong, correct or
/// end them.
pub async fn lapsed(db: &Db, organ: &OrganCode, today: Date, limit: i64) -> Result<Vec<Lapsed>> {
    Ok(query_as(
        "SELECT d.id AS document, d.title, x.value AS expires_on FROM document d \
         JOIN facet x ON x.edition_id = d.current_edition AND x.key = $2 AND x.value < $3 \
         JOIN facet v ON v.edition_id = d.current_edition AND v.key = $4 AND v.value = $5 \
         WHERE d.organ = $1 AND d.current_edition <> '' ORDER BY x.value, d.id LIMIT $6",
    )
    .bind(organ)
    .bind(EXPIRES_ON.key)
    .bind(today.to_string())
    .bind(VALIDITY.key)
    .bind(IN_FORCE)
    .bind(limit)
    .fetch_all(db.read())
    .await?)
}

/// How many texts of a person were returned and wait.
pub async fn own_returned(db: &Db, author: &AccountId) -> Result<i64> {
    Ok(query_scalar(
        "SELECT COUNT(*) FROM edition_author a JOIN edition e ON e.id = a.edition_id WHERE a.account = $1 \
         AND e.state = 'returned' AND e.binned_at = ''",
    )
    .bind(author)
    .fetch_one(db.read())
    .await?)
}

/// How many documents each column holds, public or not.
pub async fn per_column(executor: impl store::Executor<'_>) -> Result<Vec<(ColumnId, i64)>> {
    let sql = "SELECT column_slug, COUNT(*) FROM document GROUP BY column_slug";
    Ok(query_as(sql).fetch_all(executor).await?)
}

/// Whether a column holds any document, public or not.
pub async fn column_is_used(executor: impl store::Executor<'_>, column: &ColumnId) -> Result<bool> {
    let sql = "SELECT 1 FROM document WHERE column_slug = $1 LIMIT 1";
    let one: Option<i64> = query_scalar(sql).bind(column).fetch_optional(executor).await?;
    Ok(one.is_some())
}
