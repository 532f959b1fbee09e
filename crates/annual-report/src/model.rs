//! A report as it is held: whose, of which year, its tables, its chapters in words, and what reading it had to say.

use crate::{
    cell::Cell,
    form::{self, APPLICANTS, Edition, RESULTS},
};

/// Cells of chapter four.
pub const REMEDY_CELLS: usize = 15;

/// What kind of organ reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rank {
    #[default]
    Unknown,
    /// A province, a city, or an organ of one.
    Above,
    /// A county as a whole: its report sums up those of its organs and townships.
    County,
    /// An organ of a county.
    Organ,
    Township,
}

impl Rank {
    /// As transcribed reports name it (`county department`); else from the organ's name.
    pub fn of(level: &str, named: &str) -> Self {
        let level = level.to_lowercase();
        let says = |word: &str| level.contains(word);
        if says("town") {
            return Self::Township;
        }
        if says("province") || says("prefecture") || says("city") {
            return Self::Above;
        }
        if says("county") {
            let part = ["department", "office", "bureau", "organ"].iter().any(|word| says(word));
            return if part { Self::Organ } else { Self::County };
        }
        let name = bare_name(named);
        // 市人民政府 is that of a city or of a county: nothing is concluded from it.
        let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
        if ends(&["镇人民政府", "乡人民政府", "街道办事处", "镇", "乡"]) {
            Self::Township
        } else if ends(&["县人民政府", "区人民政府", "旗人民政府"]) {
            Self::County
        } else if ends(&["局", "委员会", "办公室", "中心", "队"]) {
            Self::Organ
        } else {
            Self::Unknown
        }
    }
}

/// A name without blanks and without what stands in brackets behind it: `平潭综合实验区（县级，全区汇总）`.
pub fn bare_name(name: &str) -> String {
    let dense: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    match dense.find(['（', '(']) {
        Some(at) if at > 0 => dense[..at].to_owned(),
        _ => dense,
    }
}

/// A row of chapter two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proactive {
    /// 第二十条第（一）项; empty where the heading is missing.
    pub block: String,
    /// Heads of the columns as printed.
    pub columns: Vec<String>,
    /// As printed.
    pub label: String,
    pub cells: Vec<Cell>,
}

impl Proactive {
    /// The official name of what it tells of; rows that a province has added have none.
    pub fn kind(&self) -> Option<&'static str> {
        const NAMES: [(&str, &[&str]); 7] = [
            ("规范性文件", &["规范性文件"]),
            ("行政许可", &["行政许可"]),
            ("其他对外管理服务事项", &["其他对外管理服务"]),
            ("行政处罚", &["行政处罚"]),
            ("行政强制", &["行政强制"]),
            ("行政事业性收费", &["行政事业性收费", "行政事业型收费", "事业性收费"]),
            ("政府集中采购", &["集中采购", "政府采购"]),
        ];
        let label: String = self.label.chars().filter(|c| !c.is_whitespace()).collect();
        if label == "规章" {
            return Some("规章");
        }
        NAMES.iter().find(|(_, words)| words.iter().any(|word| label.contains(word))).map(|(name, _)| *name)
    }

    /// Its cell in the column whose head holds this word.
    pub fn cell(&self, head: &str) -> Option<&Cell> {
        let at = self.columns.iter().position(|column| column.contains(head))?;
        self.cells.get(at)
    }
}

/// A row of chapter three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As in [`form::Line::key`]; of rows that a province has added the key of the row before with a mark behind (`3.3.8+1`).
    pub key: String,
    /// As printed, with its group before it: `（三）不予公开/1.属于国家秘密`.
    pub label: String,
    /// Seven, in the order of [`APPLICANTS`].
    pub cells: Vec<Cell>,
}

impl Row {
    /// Whether it is one of the outcomes that （七）总计 sums up. 小计 and 其中 repeat what stands in others.
    pub fn is_outcome(&self) -> bool {
        let last = self.label.rsplit('/').next().unwrap_or_default().trim();
        let is_group = ["3.3", "3.4", "3.5"].contains(&self.key.as_str());
        self.key.starts_with("3.")
            && self.key != "3.7"
            && !is_group
            && !last.starts_with("其中")
            && !last.ends_with("小计")
    }

    /// The words of the row alone, without its group.
    pub fn name(&self) -> &str {
        self.label.rsplit('/').next().unwrap_or(&self.label)
    }
}

/// The three tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    pub proactive: Vec<Proactive>,
    pub requests: Vec<Row>,
    /// Fifteen, in the order of [`form::remedy`].
    pub remedies: Vec<Cell>,
}

impl Tables {
    /// Those of an edition, every cell as given.
    pub fn filled_with(edition: Edition, cell: &Cell) -> Self {
        let mut proactive = Vec::new();
        for block in form::proactive(edition) {
            for label in block.rows {
                proactive.push(Proactive {
                    block: block.article.to_owned(),
                    columns: block.columns.iter().map(|column| (*column).to_owned()).collect(),
                    label: (*label).to_owned(),
                    cells: vec![cell.clone(); block.columns.len()],
                });
            }
        }
        let requests = form::requests(edition).into_iter().map(|line| Row {
            key: line.key.to_owned(),
            label: full_label(line.group, line.label),
            cells: vec![cell.clone(); APPLICANTS.len()],
        });
        Self { proactive, requests: requests.collect(), remedies: vec![cell.clone(); REMEDY_CELLS] }
    }

    pub fn row(&self, key: &str) -> Option<&Row> {
        self.requests.iter().find(|row| row.key == key)
    }

    /// The row of chapter two that tells of this.
    pub fn about(&self, kind: &str) -> Option<&Proactive> {
        self.proactive.iter().find(|row| row.kind() == Some(kind))
    }

    /// The edition of chapter two by its heads; `None` where there are none that tell.
    pub fn proactive_edition(&self) -> Option<Edition> {
        const NEW: [&str; 4] = ["制发件数", "废止件数", "现行有效", "收费金额"];
        const OLD: [&str; 5] = ["新制作", "新公开", "对外公开总", "上一年项目", "采购"];
        let has = |words: &[&str]| {
            let mut heads = self.proactive.iter().flat_map(|row| row.columns.iter());
            heads.any(|head| words.iter().any(|word| head.contains(word)))
        };
        if has(&NEW) {
            Some(Edition::Y2021)
        } else if has(&OLD) {
            Some(Edition::Y2019)
        } else {
            None
        }
    }

    /// The edition of chapter three: by whether （六） is one row.
    pub fn requests_edition(&self) -> Option<Edition> {
        if self.requests.iter().any(|row| row.key.starts_with("3.6.")) {
            Some(Edition::Y2021)
        } else {
            self.row("3.6").map(|_| Edition::Y2019)
        }
    }

    /// The rows that （七）总计 sums up. A row （六） over three of its own is their sum, not a fourth.
    pub fn outcomes(&self) -> Vec<&Row> {
        let split = self.requests.iter().any(|row| row.key.starts_with("3.6."));
        self.requests.iter().filter(|row| row.is_outcome() && !(split && row.key == "3.6")).collect()
    }

    /// Groups of chapter four: the number of their first cell, and their five.
    pub fn remedy_groups(&self) -> Vec<(usize, Vec<&Cell>)> {
        let size = RESULTS.len();
        let cells = |first: usize| self.remedies.iter().skip(first).take(size).collect::<Vec<&Cell>>();
        (0..form::REMEDIES.len()).map(|group| (group * size, cells(group * size))).collect()
    }
}

/// A label with the heading that it stands under.
pub fn full_label(group: &str, label: &str) -> String {
    if group.is_empty() { label.to_owned() } else { format!("{group}/{label}") }
}

/// A chapter in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chapter {
    pub title: String,
    pub text: String,
}

/// A report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// `None` where nothing says it.
    pub year: Option<i16>,
    /// Name of the organ as printed; empty where nothing says it.
    pub organ: String,
    pub rank: Rank,
    pub tables: Tables,
    pub chapters: Vec<Chapter>,
    /// What reading it had to say, for people: rows that were not found, what a province has added.
    pub notes: Vec<String>,
    /// Whether it says of itself that it is a part, or cells are missing.
    pub complete: bool,
}

impl Report {
    /// Its edition: that of chapter two, which tells the reader which report this is; else of chapter three, else by the year.
    pub fn edition(&self) -> Edition {
        let by_heads = self.tables.proactive_edition().or_else(|| self.tables.requests_edition());
        by_heads.unwrap_or_else(|| self.year.map_or(Edition::Y2021, Edition::of_year))
    }

    /// Whose and when, for people.
    pub fn title(&self) -> String {
        let organ = if self.organ.is_empty() { "（没有写明机关）" } else { &self.organ };
        match self.year {
            Some(year) => format!("{organ} {year} 年"),
            None => format!("{organ}（没有写明年度）"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reports_is_read_from_level_or_name() {
        for (level, organ, rank) in [
            ("county", "金湖县人民政府", Rank::County),
            ("county department", "桃江县审计局", Rank::Organ),
            ("township", "会仪镇人民政府", Rank::Township),
            ("prefecture", "", Rank::Above),
            ("province office", "", Rank::Above),
            ("", "清河县人民政府（全县汇总）", Rank::County),
            ("", "清河县财政局", Rank::Organ),
            ("", "河口镇人民政府", Rank::Township),
            ("", "某某", Rank::Unknown),
        ] {
            assert_eq!(Rank::of(level, organ), rank, "{level} {organ}");
        }
    }

    #[test]
    fn the_edition_is_read_from_the_heads() {
        let mut mixed = Tables::filled_with(Edition::Y2021, &Cell::blank());
        mixed.requests = Tables::filled_with(Edition::Y2019, &Cell::blank()).requests;
        assert_eq!((mixed.proactive_edition(), mixed.requests_edition()), (Some(Edition::Y2021), Some(Edition::Y2019)));
        let report = Report { year: Some(2020), tables: mixed, ..Report::default() };
        assert_eq!(report.edition(), Edition::Y2021);
    }
}
