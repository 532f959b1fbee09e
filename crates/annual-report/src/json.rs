//! Reports as JSON: the shape in which published ones are transcribed, read with forbearance and written in the same.

use serde_json::{Map, Value, json};

use crate::{
    cell::Cell,
    form::{self, APPLICANTS, RESULTS},
    model::{Chapter, Proactive, REMEDY_CELLS, Rank, Report, Row, Tables, full_label},
    sheets::recognise,
};

/// Years that a report may be of; others are a slip.
const YEARS: std::ops::RangeInclusive<i64> = 2008..=2100;

fn words(object: &Map<String, Value>, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

fn list<'a>(value: Option<&'a Value>, what: &str) -> Result<&'a [Value], String> {
    match value {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items.as_slice()),
        Some(_) => Err(format!("“{what}”应是一个列表。")),
    }
}

/// One report, or a list of them, or an object with a list `reports`.
///
/// # Errors
/// In words for people: it is no JSON, or has no tables.
pub fn read(text: &str) -> Result<Vec<Report>, String> {
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        format!("不是正确的 JSON：第 {} 行第 {} 个字符附近读不下去。请检查括号和引号。", error.line(), error.column())
    })?;
    let many = match &value {
        Value::Array(items) => items.as_slice(),
        Value::Object(object) => match object.get("reports") {
            Some(Value::Array(items)) if !object.contains_key("tables") => items.as_slice(),
            _ => std::slice::from_ref(&value),
        },
        _ => std::slice::from_ref(&value),
    };
    if many.is_empty() {
        return Err("文件里没有年报。".to_owned());
    }
    many.iter().map(of_value).collect()
}

/// A report from its JSON.
///
/// # Errors
/// In words for people: it has no tables, or one of another shape.
pub fn of_value(value: &Value) -> Result<Report, String> {
    let Value::Object(object) = value else {
        return Err("年报应是一个 JSON 对象，含 year、organ、tables。".to_owned());
    };
    let year = match object.get("year") {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().trim_end_matches('年').parse::<i64>().ok(),
        _ => None,
    };
    let year = year.filter(|year| YEARS.contains(year)).and_then(|year| i16::try_from(year).ok());
    let organ = words(object, "organ");
    let Some(Value::Object(tables)) = object.get("tables") else {
        return Err("没有 tables：年报的三张表应在 tables 的 proactive、requests、remedies 里。".to_owned());
    };
    let mut notes = Vec::new();
    let proactive = list(tables.get("proactive"), "proactive")?.iter().filter_map(proactive_row).collect();
    let requests = requests(tables.get("requests"), &mut notes)?;
    let remedies = remedies(tables.get("remedies"), &mut notes)?;
    let chapters = match object.get("chapters") {
        Some(Value::Array(items)) => items.iter().filter_map(chapter).collect(),
        _ => Vec::new(),
    };
    Ok(Report {
        year,
        rank: Rank::of(&words(object, "level"), &organ),
        organ,
        tables: Tables { proactive, requests, remedies },
        chapters,
        notes,
        complete: object.get("complete").and_then(Value::as_bool).unwrap_or(true),
    })
}

fn chapter(value: &Value) -> Option<Chapter> {
    match value {
        Value::String(text) => Some(Chapter { title: String::new(), text: text.clone() }),
        Value::Object(object) => Some(Chapter { title: words(object, "title"), text: words(object, "text") }),
        _ => None,
    }
}

fn cells(value: Option<&Value>) -> Vec<Cell> {
    match value {
        Some(Value::Array(items)) => items.iter().map(|item| Cell::of_json(Some(item))).collect(),
        _ => Vec::new(),
    }
}

fn heads(value: Option<&Value>) -> Vec<String> {
    let Some(Value::Array(items)) = value else { return Vec::new() };
    items.iter().map(|item| item.as_str().unwrap_or_default().trim().to_owned()).collect()
}

fn proactive_row(value: &Value) -> Option<Proactive> {
    let object = value.as_object()?;
    let columns = heads(object.get("columns"));
    let mut cells = cells(object.get("cells"));
    while cells.len() < columns.len() {
        cells.push(Cell::unknown());
    }
    Some(Proactive { block: words(object, "block"), columns, label: words(object, "label"), cells })
}

/// The place of a head among the seven; heads that were misprinted are known too.
pub(crate) fn applicant(head: &str) -> Option<usize> {
    let head: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    let head = match head.as_str() {
        "科研企业" => "科研机构",
        "公益组织" => "社会公益组织",
        "合计" => "总计",
        other => other,
    };
    APPLICANTS.iter().position(|known| *known == head)
}

fn requests(value: Option<&Value>, notes: &mut Vec<String>) -> Result<Vec<Row>, String> {
    let Some(Value::Object(table)) = value else {
        notes.push("没有第三部分的表。".to_owned());
        return Ok(Vec::new());
    };
    let columns = heads(table.get("columns"));
    let places: Vec<Option<usize>> = if columns.is_empty() {
        (0..APPLICANTS.len()).map(Some).collect()
    } else {
        columns.iter().map(|head| applicant(head)).collect()
    };
    for (at, head) in columns.iter().enumerate() {
        if places[at].is_none() {
            notes.push(format!("第三部分的列“{head}”不是官方表格的列，没有参加核对。"));
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut group = "";
    let mut added = 0;
    for item in list(table.get("rows"), "rows")? {
        let Some(object) = item.as_object() else { continue };
        let label = words(object, "label");
        let mut seven = vec![Cell::unknown(); APPLICANTS.len()];
        let given_cells = cells(object.get("cells"));
        if given_cells.len() > places.len() {
            let (many, heads) = (given_cells.len(), places.len());
            notes.push(format!("“{label}”一行有 {many} 个单元格，表头只有 {heads} 列，多出的没有参加核对。"));
        }
        for (at, cell) in given_cells.into_iter().enumerate() {
            if let Some(Some(place)) = places.get(at) {
                seven[*place] = cell;
            }
        }
        let given = words(object, "key");
        let known = is_known(&given);
        let parts: Vec<&str> = label.split('/').map(str::trim).collect();
        let found = if known { None } else { recognise(&parts, &mut group) };
        let key = match (known, found) {
            (true, _) => given,
            (false, Some(key)) => key.to_owned(),
            (false, None) => {
                added += 1;
                notes.push(format!("第三部分有增加的一行“{label}”，按处理结果计入。"));
                let before = rows.last().map_or("3.1", |row| row.key.split('+').next().unwrap_or("3.1"));
                format!("{}+{added}", if before.starts_with("3.") { before } else { "3.2" })
            }
        };
        rows.push(Row { key, label, cells: seven });
    }
    Ok(rows)
}

fn is_known(key: &str) -> bool {
    form::Edition::ALL.iter().any(|edition| form::requests(*edition).iter().any(|line| line.key == key))
}

fn remedies(value: Option<&Value>, notes: &mut Vec<String>) -> Result<Vec<Cell>, String> {
    let mut fifteen = vec![Cell::unknown(); REMEDY_CELLS];
    let Some(Value::Object(table)) = value else {
        notes.push("没有第四部分的表。".to_owned());
        return Ok(fifteen);
    };
    let columns = heads(table.get("columns"));
    let given = cells(table.get("cells"));
    let in_order = columns.len() != given.len() || columns.is_empty();
    if given.len() > REMEDY_CELLS {
        notes
            .push(format!("第四部分有 {} 个单元格，官方表格只有 {REMEDY_CELLS} 个，多出的没有参加核对。", given.len()));
    }
    for (at, cell) in given.into_iter().enumerate() {
        let place = if in_order { Some(at) } else { remedy_place(&columns[at]).or(Some(at)) };
        if let Some(slot) = place.and_then(|place| fifteen.get_mut(place)) {
            *slot = cell;
        }
    }
    Ok(fifteen)
}

fn remedy_place(head: &str) -> Option<usize> {
    let head: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    (0..REMEDY_CELLS).find(|at| form::remedy(*at) == head)
}

/// The report in the same shape, with the labels of its rows.
pub fn to_value(report: &Report) -> Value {
    let values = |cells: &[Cell]| cells.iter().map(Cell::to_json).collect::<Vec<_>>();
    let proactive: Vec<Value> = report
        .tables
        .proactive
        .iter()
        .map(|row| json!({ "block": row.block, "columns": row.columns, "label": row.label, "cells": values(&row.cells) }))
        .collect();
    let rows: Vec<Value> = report
        .tables
        .requests
        .iter()
        .map(|row| json!({ "key": row.key, "label": row.label, "cells": values(&row.cells) }))
        .collect();
    let columns: Vec<String> = (0..form::REMEDIES.len() * RESULTS.len()).map(form::remedy).collect();
    let chapters: Vec<Value> =
        report.chapters.iter().map(|chapter| json!({ "title": chapter.title, "text": chapter.text })).collect();
    json!({
        "year": report.year,
        "organ": report.organ,
        "format": report.edition().code(),
        "complete": report.complete,
        "chapters": chapters,
        "tables": {
            "proactive": proactive,
            "requests": { "columns": APPLICANTS, "rows": rows },
            "remedies": { "columns": columns, "cells": values(&report.tables.remedies) },
        },
    })
}

/// The label under which a row of an edition is written.
pub fn label_of(edition: form::Edition, key: &str) -> Option<String> {
    let lines = form::requests(edition);
    lines.iter().find(|line| line.key == key).map(|line| full_label(line.group, line.label))
}
