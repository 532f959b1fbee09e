//! Which public documents, and how they are reached.

use jiff::civil::Date;
use kernel::{OrganCode, id::ColumnId, time};
use store::Db;

use crate::{
    error::Result,
    lists::rank_at,
    spec::{Facet, Kind},
    sql::Statement,
    words::Search,
};

/// Which public documents; empty fields do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Columns: any of them (a column and those below it).
    pub columns: Vec<ColumnId>,
    pub organ: Option<OrganCode>,
    /// Kinds: any of them.
    pub kinds: Vec<Kind>,
    /// Year of the first publication, in China.
    pub year: Option<i16>,
    /// Counted fields with their value.
    pub facets: Vec<(&'static Facet, String)>,
    /// Words in the title or the document number.
    pub words: String,
}

impl Filter {
    /// Everything of these kinds.
    pub fn kinds(kinds: &[Kind]) -> Self {
        Self { kinds: kinds.to_vec(), ..Self::default() }
    }

    /// The same without one counted field.
    #[must_use]
    pub fn without(&self, facet: &Facet) -> Self {
        let mut other = self.clone();
        other.facets.retain(|(known, _)| known.key != facet.key);
        other
    }

    /// How the documents are reached.
    pub(crate) async fn prepare(&self, db: &Db) -> Result<Prepared> {
        let search = Search::prepare(db.read(), &self.words).await?;
        Ok(Prepared { filter: self.clone(), search })
    }

    /// First and last place of the year in the order of lists.
    fn ranks(&self) -> Option<(i64, i64)> {
        let begin = |year: i16| Date::new(year, 1, 1).map(|day| rank_at(time::start_of_day(day))).ok();
        let year = self.year?;
        Some((begin(year).unwrap_or(i64::MAX), begin(year + 1).unwrap_or(i64::MAX)))
    }
}

/// A filter, and whether its words lead to few documents.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) filter: Filter,
    pub(crate) search: Option<Search>,
}

impl Prepared {
    /// The same for the first lines of a list.
    #[must_use]
    pub(crate) fn for_some(mut self) -> Self {
        let words = self.filter.words.clone();
        if self.filter == (Filter { words, ..Filter::default() }) {
            self.search = self.search.map(Search::for_some);
        }
        self
    }

    /// Whether the words lead to few documents: then those are read, and ordered afterwards.
    pub(crate) fn few(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.rare.is_some())
    }

    /// The pair by which the list is read in its own order, where only words narrow it: those who hold it lie in that order.
    pub(crate) fn ordered(&self) -> Option<&str> {
        let Filter { columns, organ, facets, .. } = &self.filter;
        let alone = columns.is_empty() && organ.is_none() && facets.is_empty();
        self.search.as_ref().filter(|_| alone)?.ordered.as_deref()
    }

    /// The column by whose order the list is read.
    pub(crate) fn place(&self) -> &'static str {
        if self.ordered().is_some() { "w.rank" } else { "d.rank" }
    }

    /// Goes on with `FROM … WHERE …`, without what comes after. The driving table stands first and is kept there (`CROSS JOIN`),
    /// because a database without statistics guesses wrong. `column` is one of the filter's, or the only one.
    pub(crate) fn from(&self, statement: &mut Statement, column: Option<&ColumnId>) {
        let filter = &self.filter;
        let rare = self.search.as_ref().and_then(|search| search.rare.as_ref());
        // A narrow organ or column leads to fewer documents than a field does.
        let narrow = filter.organ.is_some() || column.is_some();
        let mut facets = filter.facets.iter();
        if let Some(pair) = self.ordered() {
            statement.bind("FROM document_word w CROSS JOIN document d WHERE w.pair = ?", pair);
            statement.add(" AND w.rank > 0 AND d.rank = w.rank AND d.current_edition <> ''");
        } else if let Some(pair) = rare {
            // One document may hold several pairs that begin with the same character.
            statement.add("FROM (SELECT DISTINCT w.document_id FROM document_word w WHERE ");
            pair.condition(statement);
            statement.add(") w CROSS JOIN document d WHERE d.id = w.document_id AND d.current_edition <> ''");
        } else if let (false, Some((facet, value))) = (narrow, facets.clone().next()) {
            facets.next();
            statement
                .add("FROM document_facet f CROSS JOIN document d WHERE d.rank = f.rank AND d.current_edition <> ''");
            statement.bind(" AND f.key = ?", facet.key).bind(" AND f.value = ?", value);
        } else {
            statement.add("FROM document d WHERE d.current_edition <> ''");
        }
        for (facet, value) in facets {
            statement
                .bind(" AND EXISTS (SELECT 1 FROM document_facet x WHERE x.rank = d.rank AND x.key = ?", facet.key);
            statement.bind(" AND x.value = ?)", value);
        }
        self.conditions(statement, column);
    }

    /// Goes on with ` AND …` on the document `d`, fields left out.
    pub(super) fn conditions(&self, statement: &mut Statement, column: Option<&ColumnId>) {
        let filter = &self.filter;
        match column {
            Some(column) => {
                statement.bind(" AND d.column_slug = ?", column);
            }
            None if !filter.columns.is_empty() => {
                statement.add(" AND d.column_slug IN ").list(&filter.columns);
            }
            None => {}
        }
        if let Some(organ) = &filter.organ {
            statement.bind(" AND d.organ = ?", organ);
        }
        match filter.kinds.as_slice() {
            [] => {}
            [kind] => {
                statement.bind(" AND d.kind = ?", kind.key);
            }
            kinds => {
                statement.add(" AND d.kind IN ").list(kinds.iter().map(|kind| kind.key));
            }
        }
        if let Some((first, last)) = filter.ranks() {
            statement.bind(" AND d.rank >= ?", first).bind(" AND d.rank < ?", last);
        }
        if let Some(search) = &self.search {
            search.condition(statement, "d.words");
        }
    }
}
