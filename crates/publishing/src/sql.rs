//! Conditions of a list put together from fixed fragments: values are always bound, never written into the text.

use sqlx::{Any, AssertSqlSafe, FromRow, any::AnyRow};
use store::{Db, Result};

/// A value to bind.
#[derive(Debug, Clone)]
enum Value {
    Text(String),
    Number(i64),
}

/// A growing `WHERE` with its values. Fragments come from this program's source (`&'static str`), never from input.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// Conditions that begin with `first`, which binds nothing.
    pub(crate) fn new(first: &'static str) -> Self {
        Self { sql: first.to_owned(), values: Vec::new() }
    }

    /// Adds a condition without values.
    pub(crate) fn fixed(&mut self, fragment: &'static str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(fragment);
    }

    /// Adds a condition; each `?` in the fragment stands for this one value.
    pub(crate) fn text(&mut self, fragment: &'static str, value: impl Into<String>) {
        self.values.push(Value::Text(value.into()));
        self.sql.push_str(" AND ");
        self.sql.push_str(&fragment.replace('?', &format!("${}", self.values.len())));
    }

    /// Adds «`expression` is one of the values»; nothing when there are none.
    pub(crate) fn any_of<V: AsRef<str>>(&mut self, expression: &'static str, values: &[V]) {
        if values.is_empty() {
            return;
        }
        let mut places = Vec::with_capacity(values.len());
        for value in values {
            self.values.push(Value::Text(value.as_ref().to_owned()));
            places.push(format!("${}", self.values.len()));
        }
        self.sql.push_str(&format!(" AND {expression} IN ({})", places.join(", ")));
    }

    /// How many rows of `from` (a fixed fragment) fulfil the conditions.
    pub(crate) async fn count(&self, db: &Db, from: &'static str) -> Result<i64> {
        // SQL: `from` and the fragments are literals of this crate; numbers of places are counted here.
        let sql = format!("SELECT COUNT(*) FROM {from} WHERE {}", self.sql);
        let mut query = sqlx::query_scalar::<Any, i64>(AssertSqlSafe(sql));
        for value in &self.values {
            query = match value {
                Value::Text(text) => query.bind(text.clone()),
                Value::Number(number) => query.bind(*number),
            };
        }
        Ok(query.fetch_one(db.read()).await?)
    }

    /// Values of `by` (an expression) among the rows of `from` that fulfil the conditions, with the number of rows; both and
    /// `order` are fixed fragments.
    pub(crate) async fn groups(
        &self,
        db: &Db,
        by: &'static str,
        from: &'static str,
        order: &'static str,
        limit: i64,
    ) -> Result<Vec<(String, i64)>> {
        // SQL: the fragments are literals of this crate; numbers of places are counted here.
        let sql = format!(
            "SELECT {by}, COUNT(*) FROM {from} WHERE {} GROUP BY {by} ORDER BY {order} LIMIT {limit}",
            self.sql
        );
        let mut query = sqlx::query_as::<Any, (String, i64)>(AssertSqlSafe(sql));
        for value in &self.values {
            query = match value {
                Value::Text(text) => query.bind(text.clone()),
                Value::Number(number) => query.bind(*number),
            };
        }
        Ok(query.fetch_all(db.read()).await?)
    }

    /// The rows: `select` and `tail` (`GROUP BY`, `ORDER BY`) are fixed fragments; `limit` rows after `offset`.
    pub(crate) async fn rows<R>(
        &self,
        db: &Db,
        select: &'static str,
        tail: &'static str,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<R>>
    where
        R: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let mut values = self.values.clone();
        values.extend([Value::Number(limit), Value::Number(offset.max(0))]);
        // SQL: `select`, `tail` and the fragments are literals of this crate; numbers of places are counted here.
        let (l, o) = (values.len() - 1, values.len());
        let sql = format!("{select} WHERE {} {tail} LIMIT ${l} OFFSET ${o}", self.sql);
        let mut query = sqlx::query_as::<Any, R>(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        Ok(query.fetch_all(db.read()).await?)
    }
}

/// A pattern for `LIKE ? ESCAPE '\'` that finds `text` anywhere.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// `|a|b|` of words without blanks and doubles; empty when there are none.
pub(crate) fn join_words<S: AsRef<str>>(words: &[S]) -> String {
    let mut seen: Vec<String> = Vec::new();
    for word in words {
        let clean: String = word.as_ref().trim().chars().filter(|c| *c != '|' && !c.is_control()).collect();
        if !clean.is_empty() && !seen.contains(&clean) {
            seen.push(clean);
        }
    }
    if seen.is_empty() { String::new() } else { format!("|{}|", seen.join("|")) }
}

/// The words of `|a|b|`.
pub(crate) fn split_words(stored: &str) -> Vec<String> {
    stored.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Words as people write them in one field: separated by 、 ， , ； ; or blanks.
pub(crate) fn typed_words(input: &str) -> Vec<String> {
    let split = input.split(|c: char| matches!(c, '、' | '，' | ',' | '；' | ';' | '|') || c.is_whitespace());
    split.filter(|word| !word.is_empty()).map(|word| word.chars().take(40).collect()).take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_and_never_written_into_the_text() {
        let mut conditions = Conditions::new("d.current_edition <> ''");
        conditions.text("d.organ = ?", "x' OR 1=1");
        conditions.any_of("d.kind", &["policy", "notice"]);
        assert_eq!(conditions.sql, "d.current_edition <> '' AND d.organ = $1 AND d.kind IN ($2, $3)");
        assert_eq!(conditions.values.len(), 3);
    }

    #[test]
    fn wild_cards_in_a_query_mean_themselves() {
        assert_eq!(contains(" 50%_A\\ "), "%50\\%\\_a\\\\%");
    }

    #[test]
    fn words_come_back_as_they_were_written() {
        assert_eq!(split_words(&join_words(&["教育", " 教育 ", "", "社保|x"])), ["教育", "社保x"]);
        assert_eq!(typed_words("教育、就业 ，养老; 医保"), ["教育", "就业", "养老", "医保"]);
        assert_eq!(join_words::<&str>(&[]), "");
    }
}
