//! A report on paper, across, with its six chapters: as Word, as PDF, and as a page of its own to be printed.

use std::sync::LazyLock;

use annual_report::{
    Identity,
    form::CHAPTERS,
    layout::{self, Laid, Placed},
};
use askama::Template;
use axum::response::Response;
use letter::{Align, Block, Cell, Fonts, Paper, Papers, Press, Table};
use tokio::sync::Mutex;
use web::{Ctx, Error, Result, page};

use super::stored::Stored;

/// As what a report is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    Word,
    Pdf,
}

impl As {
    fn ending(self) -> &'static str {
        match self {
            Self::Word => "docx",
            Self::Pdf => "pdf",
        }
    }

    fn media(self) -> &'static str {
        match self {
            Self::Word => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pdf => "application/pdf",
        }
    }
}

/// Papers as PDF with their bytes, the newest first: by what stands on them, so that none is ever old.
type Printed = LazyLock<Mutex<Vec<(Paper, Vec<u8>)>>>;

/// Those that the office has asked for, and those that readers have: each wait for their own kind, never for the other.
static FOR_OFFICE: Printed = LazyLock::new(|| Mutex::new(Vec::new()));
static FOR_READERS: Printed = LazyLock::new(|| Mutex::new(Vec::new()));
/// How many are kept of each.
const KEPT: usize = 12;

#[derive(Template)]
#[template(path = "reports/templates/paper.html")]
struct Page {
    title: String,
    chapters: Vec<Chapter>,
    /// What does not agree, in sentences.
    wrong: Vec<String>,
}

/// A chapter as it is written: words, or its table.
pub(super) struct Chapter {
    pub(super) title: &'static str,
    pub(super) paragraphs: Vec<String>,
    pub(super) table: Option<Laid>,
}

impl Stored {
    pub(super) fn written(&self) -> Vec<Chapter> {
        let mut tables = layout::tables(&self.report).into_iter();
        let chapter = |(at, title): (usize, &&'static str)| {
            let table = if (1..=3).contains(&at) { tables.next() } else { None };
            let mut paragraphs: Vec<String> =
                if table.is_some() { Vec::new() } else { self.text_of(at).lines().map(str::to_owned).collect() };
            if table.is_none() && paragraphs.is_empty() {
                paragraphs.push(self.lacking.to_owned());
            }
            Chapter { title, paragraphs, table }
        };
        CHAPTERS.iter().enumerate().map(chapter).collect()
    }

    /// What does not agree, in sentences: for the office, never on what goes out.
    fn wrong(&self) -> Vec<String> {
        let told = |identity: &Identity| format!("{}：{}", identity.rule, identity.message);
        self.identities.iter().filter(|identity| identity.holds == Some(false)).map(told).collect()
    }

    /// As a page that needs nothing else.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_html(&self) -> Result<String> {
        Ok(Page { title: self.title.clone(), chapters: self.written(), wrong: self.wrong() }.render()?)
    }

    /// As it is laid out on paper.
    fn paper(&self) -> Paper {
        let mut blocks = vec![Block::Title { text: self.title.clone() }];
        if !self.aside.is_empty() {
            blocks.push(Block::Line { text: self.aside.clone(), align: Align::Center });
        }
        for chapter in self.written() {
            blocks.push(Block::heading(1, chapter.title));
            blocks.extend(chapter.paragraphs.into_iter().map(Block::paragraph));
            blocks.extend(chapter.table.as_ref().map(|laid| Block::Table(table(laid))));
        }
        Paper {
            title: self.title.clone(),
            author: self.report.organ.clone(),
            landscape: true,
            numbered: true,
            blocks,
            ..Paper::default()
        }
    }

    /// As the bytes of a file.
    ///
    /// # Errors
    /// [`Error::Invalid`] in words for whoever asked: the machine has no fonts, a table has holes.
    pub async fn to_file(&self, ctx: &Ctx, form: As) -> Result<Vec<u8>> {
        let paper = self.paper();
        match form {
            As::Word => letter::docx(&paper).map_err(|uneven| Error::Invalid(format!("{uneven}。"))),
            As::Pdf => printed(ctx, &paper).await,
        }
    }

    /// As a download. PDF is made once of what stands on it.
    ///
    /// # Errors
    /// As [`Self::to_file`]; readers of the portal are told to take the other file.
    pub(super) async fn handed_out(&self, ctx: &Ctx, form: As, to_public: bool) -> Result<Response> {
        let bytes = match form {
            As::Word => self.to_file(ctx, form).await?,
            As::Pdf if to_public => printed_once(ctx, &FOR_READERS, self.paper()).await.map_err(|error| {
                tracing::error!(report = %self.title, ?error, "no PDF of a public report");
                Error::Unavailable("这份年报暂时没有 PDF 文件，请下载 Word 文件。".into())
            })?,
            As::Pdf => printed_once(ctx, &FOR_OFFICE, self.paper()).await?,
        };
        Ok(page::download(bytes, form.media(), &format!("{}.{}", self.title, form.ending())))
    }
}

/// Whether this machine can make PDF at all: pages offer it then alone.
pub(super) fn prints(ctx: &Ctx) -> bool {
    !Fonts::found(&ctx.settings::<Papers>()).files.is_empty()
}

async fn printed(ctx: &Ctx, paper: &Paper) -> Result<Vec<u8>> {
    let press = Press::new(ctx.program(), Fonts::found(&ctx.settings::<Papers>()));
    press.pdf(paper).await.map_err(|why| Error::Invalid(why.to_string()))
}

async fn printed_once(ctx: &Ctx, before: &Printed, paper: Paper) -> Result<Vec<u8>> {
    let mut kept = before.lock().await;
    if let Some((_, bytes)) = kept.iter().find(|(known, _)| *known == paper) {
        return Ok(bytes.clone());
    }
    let bytes = printed(ctx, &paper).await?;
    kept.insert(0, (paper, bytes.clone()));
    kept.truncate(KEPT);
    Ok(bytes)
}

/// An official table as papers have it.
fn table(laid: &Laid) -> Table {
    // Chapter two has its heads again in each block, so that none of them is repeated on each page.
    let heads = if laid.title == CHAPTERS[1] {
        0
    } else {
        laid.rows.iter().take_while(|row| row.iter().all(Placed::is_head)).count()
    };
    let widths = match laid.width {
        10 => vec![4, 6, 15, 4, 4, 4, 5, 5, 4, 4],
        15 => vec![1; 15],
        width => std::iter::once(3).chain(std::iter::repeat_n(2, usize::from(width.saturating_sub(1)))).collect(),
    };
    let mut rows: Vec<Vec<Cell>> = laid.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    if heads == 0 {
        // A block whose heads are not known leaves the rest of its rows blank.
        for row in &mut rows {
            let covered: u32 = row.iter().map(|cell| cell.across).sum();
            if let Some(rest) = u32::from(laid.width).checked_sub(covered).filter(|rest| *rest > 0) {
                row.push(Cell::new("").over(rest, 1));
            }
        }
    }
    Table { caption: String::new(), widths, head: heads, rows }
}

fn cell(placed: &Placed) -> Cell {
    let (across, down) = (u32::from(placed.columns), u32::from(placed.rows));
    match placed.as_field() {
        Some(field) if field.cell.is_unknown() => Cell::new("—").over(across, down),
        Some(_) => Cell::new(&placed.text).over(across, down),
        None if placed.is_label() => Cell::new(&placed.text).over(across, down).aligned(Align::Left),
        None => Cell::head(&placed.text, across, down),
    }
}

#[cfg(test)]
mod tests {
    use annual_report::{Cell as Figure, Edition, Report, Tables};

    use super::*;

    #[test]
    fn both_forms_stand_whole_on_paper() {
        for edition in Edition::ALL {
            let tables = Tables::filled_with(edition, &Figure::count(7));
            let report = Report { year: Some(2024), organ: "某县财政局".to_owned(), tables, ..Report::default() };
            let stored = Stored::sample(report);
            let paper = stored.paper().ready().expect("even tables");
            let mut texts = Vec::new();
            paper.clone().each_text(&mut |_, text| texts.push(text.clone()));
            for title in CHAPTERS {
                assert!(texts.iter().any(|text| text == title), "{title}");
            }
            let tables = paper.blocks.iter().filter(|block| matches!(block, Block::Table(_))).count();
            let figures = texts.iter().filter(|text| *text == "7").count();
            let cells = if edition == Edition::Y2019 { 22 + 23 * 7 } else { 10 + 25 * 7 };
            assert_eq!((tables, figures), (3, cells + 15));
            assert!(paper.landscape && paper.numbered);
            assert!(stored.to_html().is_ok_and(|page| page.contains("存在的主要问题")));
        }
    }
}
