//! Lists: filters with bound values, orders from a fixed set, pages by the place of the last row, counts that stop counting,
//! facets, and an export of everything that matches.
//!
//! ```ignore
//! let list = List::new("d.id, d.title, d.organ", "document d", "d.id")
//!     .sort("date", &[By::down("d.published_at")])
//!     .sort("title", &[By::up("d.title")])
//!     .given("d.current_edition <> ''")
//!     .named("organ").equals("d.organ", organ)      // Option: nothing is filtered by None
//!     .named("topic").with("EXISTS (SELECT 1 FROM topic t WHERE t.document = d.id AND t.name = ?)", topic)
//!     .contains(&["d.title", "d.number"], words);
//! let page: Page<Row> = list.page(&db, query.sort.as_deref(), query.after.as_deref(), 30).await?;
//! let count = list.count(&db, 1000).await?;                              // «1000+»
//! let topics = list.facet(&db, "topic", "t.name", 20).await?;           // counted without the filter of that name
//! ```
//!
//! Pages are found by where the last row stands and not by its number, so the hundredth page costs what the first does and no
//! row is missed or shown twice when others appear meanwhile.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};

use super::{FromRow, Query, Row, Value, built, places, query};
use crate::{Db, Error, Result};

/// One expression of an order. It must never be `NULL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    expression: &'static str,
    down: bool,
}

impl By {
    /// By this column or expression of fixed text, the smallest first.
    pub const fn up(expression: &'static str) -> Self {
        Self { expression, down: false }
    }

    /// By this column or expression of fixed text, the largest first.
    pub const fn down(expression: &'static str) -> Self {
        Self { expression, down: true }
    }
}

/// A condition and its values; each `?` in the fragment stands for the value of the same place.
#[derive(Debug, Clone)]
struct Condition {
    name: &'static str,
    sql: String,
    values: Vec<Value>,
}

/// A list about to be asked for. All pieces of SQL are literals of the program; values are bound.
#[derive(Debug, Clone)]
#[must_use = "a list does nothing until it is asked"]
pub struct List {
    columns: &'static str,
    from: &'static str,
    key: &'static str,
    group: Option<&'static str>,
    sorts: Vec<(&'static str, Vec<By>)>,
    conditions: Vec<Condition>,
    name: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// What to ask for next; none at the end.
    pub next: Option<String>,
    /// What to ask for to go back; none at the beginning.
    pub previous: Option<String>,
    /// Name of the order in which they stand.
    pub sort: &'static str,
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Count {
    /// So many, or at least so many.
    pub rows: i64,
    /// Whether there are more: counting stopped here.
    pub more: bool,
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.rows, if self.more { "+" } else { "" })
    }
}

/// The place of a row in an order, as it stands in an address.
#[derive(Debug, Serialize, Deserialize)]
struct Token {
    /// Name of the order.
    s: String,
    /// Backwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    b: bool,
    /// Values of the expressions of the order, the key last.
    v: Vec<serde_json::Value>,
}

impl Token {
    fn write(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?))
    }

    fn read(text: &str) -> Result<(Self, Vec<Value>)> {
        let wrong = || Error::List("页码（after）读不懂".to_owned());
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let token: Self = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        let values = token.v.iter().cloned().map(Value::from_json).collect::<Result<Vec<_>>>().map_err(|_| wrong())?;
        Ok((token, values))
    }
}

/// `?` become `$n`, counted on.
fn place(sql: &str, values: usize, at: &mut usize) -> String {
    let mut out = String::with_capacity(sql.len() + 8);
    let mut parts = sql.split('?');
    out.push_str(parts.next().unwrap_or_default());
    let mut used = 0;
    for part in parts {
        // One value may stand in several places.
        if used < values {
            *at += 1;
            used += 1;
        }
        let _ = write!(out, "${at}{part}");
    }
    out
}

impl List {
    /// `columns` and `from` as in `SELECT columns FROM from`; `key` is an expression that no two rows share and that breaks
    /// ties in every order.
    pub fn new(columns: &'static str, from: &'static str, key: &'static str) -> Self {
        Self { columns, from, key, group: None, sorts: Vec::new(), conditions: Vec::new(), name: "" }
    }

    /// Rows are groups by these expressions.
    pub fn group_by(mut self, expressions: &'static str) -> Self {
        self.group = Some(expressions);
        self
    }

    /// An order that may be asked for by name; the first is the one when none is asked for.
    pub fn sort(mut self, name: &'static str, by: &[By]) -> Self {
        self.sorts.push((name, by.to_vec()));
        self
    }

    /// Gives the next condition a name, so that a facet can leave it out.
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    fn add(mut self, sql: String, values: Vec<Value>) -> Self {
        let name = std::mem::take(&mut self.name);
        self.conditions.push(Condition { name, sql, values });
        self
    }

    fn skip(mut self) -> Self {
        self.name = "";
        self
    }

    /// Only rows for which the fragment holds.
    pub fn given(self, sql: &'static str) -> Self {
        self.add(format!("({sql})"), Vec::new())
    }

    /// Only rows for which the fragment holds, in which every `?` stands for this one value; nothing for `None`.
    pub fn with(self, sql: &'static str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => self.skip(),
            value => self.add(format!("({sql})"), vec![value]),
        }
    }

    /// Only rows for which the fragment holds, in which each `?` stands for the value of the same place.
    pub fn with_all(self, sql: &'static str, values: Vec<Value>) -> Self {
        self.add(format!("({sql})"), values)
    }

    /// Only rows for which the fragment holds, in which each `?` stands for the value of the same place, and behind them each
    /// `{}` for all of a list, in the way of `IN ({})`; an empty list holds nothing.
    pub fn with_list<V: Into<Value>>(
        self,
        sql: &'static str,
        values: Vec<Value>,
        list: impl IntoIterator<Item = V>,
    ) -> Self {
        let list: Vec<Value> = list.into_iter().map(Into::into).collect();
        let places = if list.is_empty() { "NULL".to_owned() } else { vec!["?"; list.len()].join(", ") };
        let times = sql.matches("{}").count();
        let all = values.into_iter().chain(std::iter::repeat_n(list, times).flatten()).collect();
        self.add(format!("({})", sql.replace("{}", &places)), all)
    }

    /// Only rows where the expression has this value; nothing for `None`.
    pub fn equals(self, expression: &'static str, value: impl Into<Value>) -> Self {
        self.compare(expression, "=", value)
    }

    /// Only rows where the expression has another value; nothing for `None`.
    pub fn differs(self, expression: &'static str, value: impl Into<Value>) -> Self {
        self.compare(expression, "<>", value)
    }

    /// Only rows where the expression is this or larger; nothing for `None`.
    pub fn at_least(self, expression: &'static str, value: impl Into<Value>) -> Self {
        self.compare(expression, ">=", value)
    }

    /// Only rows where the expression is this or smaller; nothing for `None`.
    pub fn at_most(self, expression: &'static str, value: impl Into<Value>) -> Self {
        self.compare(expression, "<=", value)
    }

    /// Only rows where the expression is smaller; nothing for `None`.
    pub fn below(self, expression: &'static str, value: impl Into<Value>) -> Self {
        self.compare(expression, "<", value)
    }

    fn compare(self, left: &'static str, sign: &str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => self.skip(),
            value => self.add(format!("{left} {sign} ?"), vec![value]),
        }
    }

    /// Only rows where the expression has one of these values; nothing when there are none.
    pub fn any_of<V: Into<Value>>(self, expression: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() { self.skip() } else { self.within(expression, values) }
    }

    /// Only rows where the expression has one of these values; no row at all when there are none: for what somebody may see.
    pub fn only_of<V: Into<Value>>(self, expression: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() { self.given("1 = 0") } else { self.within(expression, values) }
    }

    fn within(self, expression: &'static str, values: Vec<Value>) -> Self {
        let places = vec!["?"; values.len()].join(", ");
        self.add(format!("{expression} IN ({places})"), values)
    }

    /// Only rows where one of the expressions contains the text, whatever the case of its letters; nothing for empty text.
    pub fn contains(self, expressions: &[&'static str], text: &str) -> Self {
        if text.trim().is_empty() || expressions.is_empty() {
            return self.skip();
        }
        let parts: Vec<String> = expressions.iter().map(|of| format!("LOWER({of}) LIKE ? ESCAPE '\\'")).collect();
        self.add(format!("({})", parts.join(" OR ")), vec![anywhere(&text.trim().to_lowercase()).into()])
    }

    /// ` WHERE …` without the conditions of one name, and its values.
    fn conditions(&self, without: Option<&str>) -> (String, Vec<Value>) {
        let mut sql = String::from(" WHERE 1 = 1");
        let mut values = Vec::new();
        let mut at = 0;
        let used = |condition: &&Condition| without.is_none_or(|name| name.is_empty() || condition.name != name);
        for condition in self.conditions.iter().filter(used) {
            let _ = write!(sql, " AND {}", place(&condition.sql, condition.values.len(), &mut at));
            values.extend(condition.values.iter().cloned());
        }
        (sql, values)
    }

    fn grouped(&self) -> String {
        self.group.map(|by| format!(" GROUP BY {by}")).unwrap_or_default()
    }

    /// The order of this name, or the first.
    fn sorted(&self, name: Option<&str>) -> (&'static str, Vec<By>) {
        let asked = self.sorts.iter().find(|(known, _)| Some(*known) == name);
        let (name, mut by) = asked.or(self.sorts.first()).cloned().unwrap_or(("", Vec::new()));
        let down = by.last().is_some_and(|by| by.down);
        by.push(By { expression: self.key, down });
        (name, by)
    }

    /// The page after (or before) the place that `after` names, in the order `sort`; the first when there is none or it belongs
    /// to another order. An unknown order is the first one.
    ///
    /// # Errors
    /// [`Error::List`] when `after` cannot be read; when the database fails.
    pub async fn page<T: FromRow>(
        &self,
        db: &Db,
        sort: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<T>> {
        let (sort, order) = self.sorted(sort);
        let token = after.filter(|after| !after.is_empty()).map(Token::read).transpose()?;
        let token = token.filter(|(token, values)| token.s == sort && values.len() == order.len());
        let backwards = token.as_ref().is_some_and(|(token, _)| token.b);
        let from = token.map(|(_, values)| values);
        let question = self.question(&order, backwards, from.as_deref(), Some(limit.saturating_add(1)));
        let mut found: Vec<Row> = question.fetch_all(db.read()).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        if backwards {
            found.reverse();
        }
        let token = |row: Option<&Row>, back: bool| -> Result<Option<String>> {
            let Some(row) = row else { return Ok(None) };
            let places = row.width() - order.len()..row.width();
            let v = places.map(|at| row.at::<Value>(at).map(serde_json::Value::from)).collect::<Result<_>>()?;
            Token { s: sort.to_owned(), b: back, v }.write().map(Some)
        };
        let (has_next, has_previous) = if backwards { (true, more) } else { (more, from.is_some()) };
        let mut next = if has_next { token(found.last(), false)? } else { None };
        let mut previous = if has_previous { token(found.first(), true)? } else { None };
        if let (Some(from), true) = (from, found.is_empty()) {
            // All that stood there is gone: the way back leads from the place itself.
            let v = from.into_iter().map(serde_json::Value::from).collect();
            let back = Some(Token { s: sort.to_owned(), b: !backwards, v }.write()?);
            *if backwards { &mut next } else { &mut previous } = back;
        }
        let rows = found.iter().map(T::from_row).collect::<Result<Vec<T>>>()?;
        Ok(Page { rows, next, previous, sort })
    }

    /// Every row that matches, in the order `sort`, one after another.
    pub fn export<'e, T: FromRow + 'e>(&self, db: &'e Db, sort: Option<&str>) -> BoxStream<'e, Result<T>> {
        use futures::StreamExt;
        let (_, order) = self.sorted(sort);
        self.question(&order, false, None, None).fetch(db.read()).map(|row| T::from_row(&row?)).boxed()
    }

    fn question(&self, order: &[By], backwards: bool, from: Option<&[Value]>, limit: Option<usize>) -> Query {
        let (mut conditions, mut values) = self.conditions(None);
        let mut at = values.len();
        // A condition on a group stands behind it.
        let mut having = String::new();
        if let Some(from) = from {
            let beyond = beyond(order, backwards, at);
            at += from.len();
            values.extend(from.iter().cloned());
            if self.group.is_some() {
                having = format!(" HAVING {beyond}");
            } else {
                let _ = write!(conditions, " AND {beyond}");
            }
        }
        let places: Vec<&str> = order.iter().map(|by| by.expression).collect();
        let by: Vec<String> = order
            .iter()
            .map(|by| format!("{} {}", by.expression, if by.down == backwards { "ASC" } else { "DESC" }))
            .collect();
        // SQL: all pieces are literals of the lists; numbers of places are counted here.
        let mut sql = format!(
            "SELECT {}, {} FROM {}{conditions}{}{having} ORDER BY {}",
            self.columns,
            places.join(", "),
            self.from,
            self.grouped(),
            by.join(", ")
        );
        if let Some(limit) = limit {
            let _ = write!(sql, " LIMIT ${}", at + 1);
            values.push(Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
        }
        query(built(sql)).bind_all(values)
    }

    /// How many rows match, counting no further than `cap`.
    pub async fn count(&self, db: &Db, cap: i64) -> Result<Count> {
        let (conditions, values) = self.conditions(None);
        // SQL: as in `question`.
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {}{conditions}{} LIMIT ${}) AS found",
            self.from,
            self.grouped(),
            values.len() + 1
        );
        let found = query(built(sql)).bind_all(values).bind(cap.saturating_add(1)).fetch_one(db.read()).await?;
        let rows: i64 = found.at(0)?;
        Ok(Count { rows: rows.min(cap), more: rows > cap })
    }

    /// Values of an expression among the rows that match all conditions but those named `name`, with the number of rows, the
    /// most frequent first. Where `from` joins several rows to one, the key is counted once.
    ///
    /// # Errors
    /// When the database fails, or the expression is not text.
    pub async fn facet(&self, db: &Db, name: &str, expression: &'static str, limit: i64) -> Result<Vec<(String, i64)>> {
        let (conditions, values) = self.conditions(Some(name));
        // SQL: as in `question`.
        let sql = format!(
            "SELECT {expression}, COUNT(DISTINCT {}) FROM {}{conditions} GROUP BY {expression} ORDER BY 2 DESC, 1 LIMIT ${}",
            self.key,
            self.from,
            values.len() + 1
        );
        super::query_as(built(sql)).bind_all(values).bind(limit).fetch_all(db.read()).await
    }
}

/// What stands behind a place in an order: the values of the place follow as `$at+1` ….
fn beyond(order: &[By], backwards: bool, at: usize) -> String {
    let sign = |by: &By| if by.down == backwards { ">" } else { "<" };
    let same = order.iter().all(|by| by.down == order[0].down);
    if same {
        // Both databases find such a comparison of rows in an index.
        let left: Vec<&str> = order.iter().map(|by| by.expression).collect();
        return format!("({}) {} ({})", left.join(", "), sign(&order[0]), places(at + 1, order.len()));
    }
    let mut parts = Vec::new();
    for (place, by) in order.iter().enumerate() {
        let mut part: Vec<String> =
            (0..place).map(|before| format!("{} = ${}", order[before].expression, at + before + 1)).collect();
        part.push(format!("{} {} ${}", by.expression, sign(by), at + place + 1));
        parts.push(format!("({})", part.join(" AND ")));
    }
    format!("({})", parts.join(" OR "))
}

/// A pattern for `LIKE ? ESCAPE '\'` that finds `text` anywhere; wild cards in it mean themselves. Whoever wants letters of either
/// case lowers both sides.
pub fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_and_never_written_into_the_text() {
        let list = List::new("d.id", "document d", "d.id")
            .given("d.current <> ''")
            .equals("d.organ", "x' OR 1=1")
            .equals("d.kind", None::<&str>)
            .any_of("d.kind", ["policy", "notice"])
            .contains(&["d.title", "d.number"], "50%_A\\")
            .with_all("d.a BETWEEN ? AND ?", vec![1_i64.into(), 2_i64.into()]);
        let (sql, values) = list.conditions(None);
        assert_eq!(
            sql,
            " WHERE 1 = 1 AND (d.current <> '') AND d.organ = $1 AND d.kind IN ($2, $3) AND (LOWER(d.title) LIKE $4 ESCAPE '\\' \
             OR LOWER(d.number) LIKE $4 ESCAPE '\\') AND (d.a BETWEEN $5 AND $6)"
        );
        assert_eq!(values.len(), 6);
        assert_eq!(values[3], Value::from("%50\\%\\_a\\\\%"));
    }

    #[test]
    fn wild_cards_in_a_query_mean_themselves() {
        assert_eq!(anywhere("50%_a\\"), "%50\\%\\_a\\\\%");
    }

    #[test]
    fn a_name_belongs_to_the_next_condition_alone() {
        let list = List::new("id", "t", "id")
            .named("a")
            .equals("a", None::<i64>)
            .equals("b", 1_i64)
            .named("c")
            .equals("c", 2_i64);
        assert_eq!(list.conditions(Some("a")).0, " WHERE 1 = 1 AND b = $1 AND c = $2");
        assert_eq!(list.conditions(Some("c")).0, " WHERE 1 = 1 AND b = $1");
    }

    #[test]
    fn mixed_orders_are_compared_expression_by_expression() {
        let order = [By::down("a"), By::up("b"), By::up("id")];
        assert_eq!(beyond(&order, false, 2), "((a < $3) OR (a = $3 AND b > $4) OR (a = $3 AND b = $4 AND id > $5))");
        assert_eq!(beyond(&order[1..], true, 0), "(b, id) < ($1, $2)");
    }
}
