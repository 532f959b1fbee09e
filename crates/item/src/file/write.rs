//! Items as a file that people read and edit: fields in the order of the catalogue, what says nothing left out.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::schema::{Field, ITEM, Shape};
use crate::Item;

/// The text of one item, or of several under `[[item]]`.
pub(super) fn write(items: &[Item]) -> String {
    let tables = items.iter().filter_map(|item| Table::try_from(item).ok());
    match items {
        [_] => tables.map(|table| one(&table, "")).collect(),
        _ => {
            let parts: Vec<String> = tables.map(|table| format!("[[item]]\n{}", one(&table, "item."))).collect();
            parts.join("\n")
        }
    }
}

fn one(table: &Table, prefix: &str) -> String {
    let mut text = String::new();
    let said = |field: &Field| table.get(field.key).filter(|value| !is_left_out(field, value));
    for field in ITEM {
        let Some(value) = said(field) else { continue };
        if !under_heads(field, value) {
            let _ = writeln!(text, "{} = {}", field.key, inline(value, field.shape, true));
        }
    }
    for field in ITEM {
        let (Some(value), Shape::Tables(fields)) = (said(field), field.shape) else { continue };
        for part in value.as_array().into_iter().flatten().filter_map(Value::as_table) {
            let _ = writeln!(text, "\n[[{prefix}{}]]", field.key);
            for (inner, value) in written(part, fields) {
                let _ = writeln!(text, "{} = {}", inner.key, inline(value, inner.shape, true));
            }
        }
    }
    text
}

/// Whether a field is written as tables with heads of their own.
fn under_heads(field: &Field, value: &Value) -> bool {
    matches!(field.shape, Shape::Tables(_)) && value.as_array().is_some_and(|all| !all.is_empty())
}

/// The fields of a table that are written, in their order.
fn written<'a>(table: &'a Table, fields: &'static [Field]) -> impl Iterator<Item = (&'static Field, &'a Value)> {
    fields
        .iter()
        .filter_map(move |field| table.get(field.key).map(|value| (field, value)))
        .filter(|(field, value)| !is_left_out(field, value))
}

/// Whether a field says nothing beyond what is meant without it.
fn is_left_out(field: &Field, value: &Value) -> bool {
    if field.must {
        return false;
    }
    match value {
        Value::String(text) => text == field.default,
        Value::Integer(n) => *n == 0,
        Value::Boolean(yes) => !yes,
        Value::Array(all) => all.is_empty(),
        Value::Table(inner) => match field.shape {
            Shape::Table(fields) => written(inner, fields).next().is_none(),
            _ => false,
        },
        Value::Float(_) | Value::Datetime(_) => false,
    }
}

/// A value behind its `=`; `lines` = texts of several lines are written as such.
fn inline(value: &Value, shape: Shape, lines: bool) -> String {
    match (value, shape) {
        (Value::String(text), _) => quoted(text, lines),
        (Value::Array(all), Shape::Tables(fields)) => {
            let rows: String =
                all.iter().map(|one| format!("  {},\n", inline(one, Shape::Table(fields), false))).collect();
            if rows.is_empty() { "[]".to_owned() } else { format!("[\n{rows}]") }
        }
        (Value::Array(all), _) => {
            let parts: Vec<String> = all.iter().map(|one| inline(one, Shape::Text, false)).collect();
            format!("[{}]", parts.join(", "))
        }
        (Value::Table(table), Shape::Table(fields)) => braces(Vec::new(), table, fields),
        (Value::Table(table), Shape::Kinds(tag, kinds)) => {
            let said = table.get(tag).and_then(Value::as_str).unwrap_or_default();
            let fields =
                kinds.iter().find(|(kind, _)| *kind == said).map_or(&[] as &'static [Field], |(_, fields)| *fields);
            braces(vec![format!("{tag} = {}", quoted(said, false))], table, fields)
        }
        (other, _) => other.to_string(),
    }
}

fn braces(first: Vec<String>, table: &Table, fields: &'static [Field]) -> String {
    let mut parts = first;
    parts.extend(
        written(table, fields).map(|(field, value)| format!("{} = {}", field.key, inline(value, field.shape, false))),
    );
    if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(", ")) }
}

/// A text in quotes, so that it is read as it was.
fn quoted(text: &str, lines: bool) -> String {
    let several = lines && text.contains('\n');
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' if several => escaped.push('\n'),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(escaped, "\\u{:04X}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    // the line end right after the marks is none of the text
    if several { format!("\"\"\"\n{escaped}\"\"\"") } else { format!("\"{escaped}\"") }
}
