//! Statements put together from fixed fragments: values are always bound, never written into the text.

use store::{Value, built, sql::Built};

/// A growing statement with its values. Fragments come from this crate's source; each `?` in one stands for the next value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statement {
    sql: String,
    values: Vec<Value>,
}

impl Statement {
    pub(crate) fn new(fragment: &'static str) -> Self {
        Self { sql: fragment.to_owned(), values: Vec::new() }
    }

    /// Goes on with a fragment that binds nothing.
    pub(crate) fn add(&mut self, fragment: &'static str) -> &mut Self {
        self.sql.push_str(fragment);
        self
    }

    /// Goes on with a fragment that binds one value, wherever it has a `?`.
    pub(crate) fn bind(&mut self, fragment: &'static str, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.sql.push_str(&fragment.replace('?', &place));
        self
    }

    /// Goes on with a value.
    pub(crate) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.bind("?", value)
    }

    /// Goes on with `($1, $2, …)` of these values.
    pub(crate) fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.sql.push('(');
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.sql.push_str(", ");
            }
            self.value(value);
        }
        self.sql.push(')');
        self
    }

    /// Goes on with another statement, its values after those that are here.
    pub(crate) fn join(&mut self, other: &Self) -> &mut Self {
        let before = self.values.len();
        let mut rest = other.sql.as_str();
        while let Some(at) = rest.find('$') {
            self.sql.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: usize = rest[..digits].parse().unwrap_or(0);
            self.sql.push_str(&format!("${}", number + before));
            rest = &rest[digits..];
        }
        self.sql.push_str(rest);
        self.values.extend(other.values.iter().cloned());
        self
    }

    /// Text and values, for `query_as(text).bind_all(values)`.
    pub(crate) fn parts(self) -> (Built, Vec<Value>) {
        // SQL: fragments are literals of this crate, numbers of places are counted here.
        (built(self.sql), self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_and_never_written_into_the_text() {
        let mut inner = Statement::new("SELECT 1 WHERE a = ");
        inner.value("x' OR 1=1").add(" AND b IN ").list([1_i64, 2]);
        let mut outer = Statement::new("SELECT ");
        outer.value("first").add(" FROM (").join(&inner).bind(") LIMIT ?", 30_i64);
        assert_eq!(outer.sql, "SELECT $1 FROM (SELECT 1 WHERE a = $2 AND b IN ($3, $4)) LIMIT $5");
        assert_eq!(outer.values.len(), 5);
        assert_eq!(outer.values[1], Value::Text("x' OR 1=1".into()));
    }
}
