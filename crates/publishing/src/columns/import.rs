//! Columns from a table (CSV, workbook) or from TOML as the demonstration has them: a county makes its forty columns in one go.
//! All or nothing; a column whose address name exists already is changed, one that is the same stays as it is. What the table
//! has no column for stays as it is kept.

use std::collections::HashMap;

use document::columns::{self as rows, Cadence, ColumnData, ColumnKind, Row, Written, purposes};
use documents::tables::Table;
use kernel::{Actor, OrganCode, id::ColumnId, may, organ::Match};
use review::Route;
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Refusal, Result};

use crate::gates;

/// What a table of columns may have: code, heading, other headings that are understood.
pub const HEADINGS: [(&str, &str, &[&str]); 13] = [
    ("slug", "网址名", &["栏目代码", "代码"]),
    ("name", "栏目名称", &["名称", "栏目"]),
    ("parent", "上级栏目", &["上级"]),
    ("description", "说明", &["栏目说明", "描述"]),
    ("keywords", "关键词", &[]),
    ("kind", "类型", &["栏目类型"]),
    ("purpose", "用途", &[]),
    ("items", "法定项次", &["项次"]),
    ("basis", "依据", &["公开依据"]),
    ("cadence", "更新频次", &["更新频率", "频次"]),
    ("organ", "维护单位", &["责任单位", "维护机关"]),
    ("hidden", "隐藏", &["是否隐藏"]),
    ("gates", "审核流程", &["关口"]),
];

/// Which table is wanted of a file: the first one whose head has these headings, below whatever stands above it.
pub fn wanted() -> documents::tables::Wanted {
    let names =
        HEADINGS.iter().flat_map(|(code, label, others)| [*code, *label].into_iter().chain(others.iter().copied()));
    documents::tables::Wanted::headed(names)
}

/// A table to fill in, with two columns as an example.
pub const TEMPLATE: &str = "\u{feff}网址名,栏目名称,上级栏目,说明,关键词,类型,用途,法定项次,依据,更新频次,维护单位,隐藏,审核流程\r\n\
    news,工作动态,,县政府及各部门、各乡镇的工作进展和会议活动,\"工作动态,政务动态\",工作动态,,,,每周,,否,\r\n\
    policies,政策文件,,县政府及其部门制发的规范性文件和其他政策文件,政策文件,政策文件,,一,,及时,,否,\r\n";

/// A column as read, with the line that it stands in.
#[derive(Debug, Clone)]
pub struct Line {
    /// Line of the table as the spreadsheet shows it; in TOML the number of the column.
    pub number: usize,
    /// What it says.
    pub data: ColumnData,
    /// Whether the column is left out of lists, as people write it: 是, 否.
    pub hidden: String,
    /// Codes of [`HEADINGS`] of which the file says nothing.
    pub unsaid: Vec<&'static str>,
    /// The gates of its texts, as people write them ([`gates::read`]); empty = nothing is said of them.
    pub gates: String,
}

/// What is wrong with a line, or with the whole (line 0).
pub type Fault = (usize, String);

#[derive(Deserialize)]
struct Toml {
    #[serde(default)]
    column: Vec<TomlColumn>,
}

#[derive(Deserialize)]
struct TomlColumn {
    slug: String,
    name: String,
    kind: String,
    parent: Option<String>,
    description: Option<String>,
    keywords: Option<String>,
    purpose: Option<String>,
    items: Option<String>,
    basis: Option<String>,
    cadence: Option<String>,
    organ: Option<String>,
    hidden: Option<bool>,
    #[serde(default)]
    gates: String,
    #[serde(default)]
    order: i64,
}

impl TomlColumn {
    fn line(self, number: usize) -> Line {
        let mut unsaid = Vec::new();
        let mut said = |code: &'static str, text: Option<String>| {
            text.unwrap_or_else(|| {
                unsaid.push(code);
                String::new()
            })
        };
        let hidden = self.hidden.map(|hidden| if hidden { "是" } else { "否" }.to_owned());
        let hidden = said("hidden", hidden);
        let data = ColumnData {
            slug: ColumnId::from(self.slug.trim().to_lowercase()),
            name: self.name,
            parent: ColumnId::from(said("parent", self.parent)),
            description: said("description", self.description),
            keywords: said("keywords", self.keywords),
            kind: self.kind,
            purpose: said("purpose", self.purpose),
            items: said("items", self.items),
            basis: said("basis", self.basis),
            cadence: said("cadence", self.cadence),
            organ: OrganCode::from(said("organ", self.organ)),
            ..ColumnData::default()
        };
        Line { number, data, hidden, unsaid, gates: self.gates }
    }
}

/// Reads TOML in the form of `demo/columns.toml`.
///
/// # Errors
/// What is wrong with the file.
pub fn read_toml(text: &str) -> std::result::Result<Vec<Line>, Fault> {
    let read: Toml = toml::from_str(text).map_err(|error| not_toml(text, &error))?;
    let mut columns: Vec<(usize, TomlColumn)> = (1..).zip(read.column).collect();
    columns.sort_by_key(|(_, column)| column.order);
    Ok(columns.into_iter().map(|(number, one)| one.line(number)).collect())
}

/// The cell without the apostrophe that CSV has before what a spreadsheet would take for a formula.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// Reads a table; headings in Chinese or as codes.
///
/// # Errors
/// What is wrong with its head.
pub fn read_table(table: &Table) -> std::result::Result<Vec<Line>, Fault> {
    let place = |(code, label, others): &(&str, &str, &[&str])| {
        table.header.iter().position(|heading| {
            let plain = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
            plain == *code || plain == *label || others.contains(&plain.as_str())
        })
    };
    let places: Vec<Option<usize>> = HEADINGS.iter().map(place).collect();
    for needed in [0, 1, 5] {
        if places[needed].is_none() {
            return Err((
                table.header_number,
                format!("表头缺少“{}”一列。可以先下载模板，在模板里填。", HEADINGS[needed].1),
            ));
        }
    }
    let unsaid: Vec<&'static str> =
        HEADINGS.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|((code, ..), _)| *code).collect();
    let lines = table.rows.iter().map(|row| {
        let cell =
            |index: usize| places[index].and_then(|at| row.cells.get(at)).map_or("", |text| plain(text)).to_owned();
        Line {
            number: row.number,
            hidden: cell(11),
            unsaid: unsaid.clone(),
            data: ColumnData {
                slug: ColumnId::from(cell(0).to_lowercase()),
                name: cell(1),
                parent: ColumnId::from(cell(2)),
                description: cell(3),
                keywords: cell(4),
                kind: cell(5),
                purpose: cell(6),
                items: cell(7),
                basis: cell(8),
                cadence: cell(9),
                organ: OrganCode::from(cell(10)),
                ..ColumnData::default()
            },
            gates: cell(12),
        }
    });
    Ok(lines.filter(|line| !line.data.slug.as_str().is_empty() || !line.data.name.is_empty()).collect())
}

/// What the file says nothing of stays as it is kept.
fn keep(line: &mut Line, stored: &Row, items: Option<&Vec<i64>>) {
    let data = &mut line.data;
    for code in &line.unsaid {
        match *code {
            "parent" => data.parent = stored.parent.clone(),
            "description" => data.description.clone_from(&stored.description),
            "keywords" => data.keywords.clone_from(&stored.keywords),
            "purpose" => data.purpose.clone_from(&stored.purpose),
            "items" => data.items = items.map(|items| rows::write_items(items)).unwrap_or_default(),
            "basis" => data.basis.clone_from(&stored.basis),
            "cadence" => data.cadence.clone_from(&stored.cadence),
            "organ" => data.organ = stored.organ.clone(),
            _ => {}
        }
    }
}

/// Kinds, purposes, cadences and organs by code or by name, parents by address name or by name.
pub(super) fn settle(ctx: &Ctx, lines: &mut [Line], stored: &[(usize, Row)]) {
    let mut names: Vec<(String, ColumnId)> =
        lines.iter().map(|line| (line.data.name.clone(), line.data.slug.clone())).collect();
    names.extend(stored.iter().map(|(_, row)| (row.name.clone(), row.slug.clone())));
    let purposes = purposes(ctx);
    let (directory, today) = (ctx.directory(), ctx.today());
    for line in lines {
        let data = &mut line.data;
        if let Some((code, _)) = ColumnKind::options().into_iter().find(|(_, label)| *label == data.kind) {
            data.kind = code.to_owned();
        }
        if let Some(purpose) = purposes.iter().find(|purpose| purpose.label == data.purpose) {
            data.purpose = purpose.code.to_owned();
        }
        if let Some((code, _)) = Cadence::options().into_iter().find(|(_, label)| *label == data.cadence) {
            data.cadence = code.to_owned();
        }
        if !data.organ.as_str().is_empty()
            && directory.get(&data.organ).is_none()
            && let Match::Organ(code) = directory.find(data.organ.as_str(), today)
        {
            data.organ = code;
        }
        let parent = data.parent.as_str();
        if !parent.is_empty()
            && !names.iter().any(|(_, slug)| slug.as_str() == parent)
            && let Some((_, slug)) = names.iter().find(|(name, _)| name == parent)
        {
            data.parent = slug.clone();
        }
        if data.description.trim().is_empty() {
            data.description = format!("“{}”栏目公开的信息", data.name.trim());
        }
    }
}

/// Whether the column is to be left out of lists; `None` when that cannot be read.
fn hidden(typed: &str) -> Option<bool> {
    match typed.trim() {
        "是" | "隐藏" | "已隐藏" | "1" | "true" => Some(true),
        "" | "否" | "显示" | "0" | "false" => Some(false),
        _ => None,
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Columns made.
    pub created: usize,
    /// Columns changed.
    pub changed: usize,
    /// Lines that say what is stored already.
    pub unchanged: usize,
}

/// Puts the columns in, those above before those below; nothing when one of them is wrong.
///
/// # Errors
/// What is wrong, line by line, or when the database fails.
pub async fn put_all(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    mut lines: Vec<Line>,
) -> Result<std::result::Result<Imported, Vec<Fault>>, Refusal> {
    if lines.is_empty() {
        return Ok(Err(vec![(0, "没有找到栏目。第一行是表头，下面每行一个栏目。".to_owned())]));
    }
    let stored = rows::tree(tx.conn()).await?;
    let items: HashMap<ColumnId, Vec<i64>> = rows::items(tx.conn()).await?;
    for line in &mut lines {
        if let Some((_, row)) = stored.iter().find(|(_, row)| row.slug == line.data.slug) {
            keep(line, row, items.get(&row.slug));
        }
    }
    settle(ctx, &mut lines, &stored);
    let mut faults = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if hidden(&line.hidden).is_none() {
            faults.push((line.number, "“隐藏”一列请填“是”或“否”。".to_owned()));
        }
        if lines[..at].iter().any(|other| other.data.slug == line.data.slug) {
            faults.push((line.number, format!("网址名 {} 在前面已经出现过，请换一个。", line.data.slug)));
        }
    }
    let routes = set_routes(ctx, tx, actor, &lines, &mut faults).await?;
    let mut done = Imported::default();
    let mut waiting = lines;
    // As long as there is one whose column above is there.
    while faults.is_empty() && !waiting.is_empty() {
        let tree = rows::tree(tx.conn()).await?;
        let known = |slug: &ColumnId| slug.as_str().is_empty() || tree.iter().any(|(_, row)| row.slug == *slug);
        let (mut ready, later): (Vec<Line>, Vec<Line>) = waiting.into_iter().partition(|line| known(&line.data.parent));
        if ready.is_empty() {
            faults.extend(later.iter().map(|line| (line.number, format!("没有“{}”这个上级栏目。", line.data.parent))));
            break;
        }
        waiting = later;
        for line in &mut ready {
            let before = tree.iter().find(|(_, row)| row.slug == line.data.slug).map(|(_, row)| row);
            line.data.version = before.map_or(0, |row| row.version);
            let errors = super::errors(ctx, &line.data, &tree);
            if errors.is_empty() {
                let hides = hidden(&line.hidden).filter(|_| !line.unsaid.contains(&"hidden"));
                let turned = hides.filter(|hides| *hides != before.is_some_and(|row| row.hidden));
                let written = rows::put(tx, actor, &line.data).await?;
                if let Some(hides) = turned {
                    rows::toggle(tx, actor, &line.data.slug, hides).await?;
                }
                match written {
                    Written::Created => done.created += 1,
                    Written::Same if turned.is_none() => done.unchanged += 1,
                    Written::Changed | Written::Same => done.changed += 1,
                }
            } else {
                faults.extend(errors.items().iter().map(|(_, message)| (line.number, message.clone())));
            }
        }
    }
    if faults.is_empty() {
        for (column, route) in routes {
            gates::put_of_column(tx, actor, &column, route).await?;
        }
    }
    Ok(if faults.is_empty() { Ok(done) } else { Err(faults) })
}

/// The routes that the lines name for their columns. The lock of the routes is taken here, before anything is told.
async fn set_routes(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    lines: &[Line],
    faults: &mut Vec<Fault>,
) -> Result<Vec<(ColumnId, Route)>, Refusal> {
    let said: Vec<&Line> = lines.iter().filter(|line| !line.gates.trim().is_empty()).collect();
    if !said.is_empty() {
        tx.lock("review_route").await?;
    }
    let mut routes = Vec::new();
    for line in said {
        let route = match gates::read(ctx, &line.gates) {
            Ok(route) => route,
            Err(why) => {
                faults.push((line.number, why));
                continue;
            }
        };
        // A file that was exported says what is set already: nobody changes anything by that.
        if gates::is_set(tx, &line.data.slug, &route).await? {
            continue;
        }
        if may(actor, &gates::CONFIGURE_GATES).is_err() {
            let told = "审核流程由县政府办设置：请删去这一列的内容，或请县政府办导入。";
            faults.push((line.number, told.to_owned()));
            continue;
        }
        routes.push((line.data.slug.clone(), route));
    }
    Ok(routes)
}

/// Where a text is no table of columns, and why, in words.
fn not_toml(text: &str, error: &toml::de::Error) -> (usize, String) {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(0, |before| before.matches('\n').count() + 1);
    let named = |message: &str| message.split('`').nth(1).unwrap_or_default().to_owned();
    let why = match error.message() {
        message if message.starts_with("missing field") => format!("缺少 {}", named(message)),
        message if message.starts_with("unknown field") => format!("没有 {} 这一项", named(message)),
        message if message.starts_with("duplicate") => "同一个名称写了两次".to_owned(),
        message if message.starts_with("invalid type") => "值的类型不对：文字用英文双引号括起来，数字不用".to_owned(),
        _ => "不是正确的 TOML".to_owned(),
    };
    (line, format!("{why}。请对照 gongkai column standard 给出的写法。"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_line_in_chinese() {
        let (line, why) = read_toml("[[column]]\nslug = 通知\n").expect_err("no TOML");
        assert!(line == 2 && why.contains("不是正确的 TOML") && !why.contains("expected"), "{line} {why}");
        let (_, why) = read_toml("[[column]]\nslug = 1\n").expect_err("no text");
        assert!(!why.contains("invalid"), "{why}");
    }

    #[test]
    fn the_template_and_the_demonstration_are_read() {
        let table = documents::tables::read_csv(
            TEMPLATE.as_bytes(),
            &documents::tables::Wanted::default(),
            &documents::Limits::default(),
        )
        .expect("a table");
        let lines = read_table(&table).expect("columns");
        assert_eq!((lines.len(), lines[1].data.slug.as_str(), lines[1].number), (2, "policies", 3));
        assert_eq!(lines[0].data.keywords, "工作动态,政务动态");
        let demo = read_toml(include_str!("../../../../demo/columns.toml")).expect("columns");
        assert!(demo.len() > 30, "{}", demo.len());
        let bare = documents::tables::read_csv(
            "栏目名称\n甲\n".as_bytes(),
            &documents::tables::Wanted::default(),
            &documents::Limits::default(),
        )
        .expect("a table");
        assert!(read_table(&bare).expect_err("no address name").1.contains("网址名"));
    }
}
