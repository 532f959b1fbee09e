//! A report as a page of its own, to be printed across: what the command line writes.

use annual_report::layout::{self, Laid};
use askama::Template;
use web::Result;

use super::stored::Stored;

#[derive(Template)]
#[template(path = "reports/templates/paper.html")]
struct Paper {
    title: String,
    tables: Vec<Laid>,
    /// What does not agree, in sentences.
    wrong: Vec<String>,
}

impl Stored {
    /// As a page that needs nothing else.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_html(&self) -> Result<String> {
        let year = self.report.year.map_or_else(String::new, |year| format!("{year}年"));
        let broken = self.identities.iter().filter(|identity| identity.holds == Some(false));
        let paper = Paper {
            title: format!("{}{year}政府信息公开工作年度报告", self.report.organ),
            tables: layout::tables(&self.report),
            wrong: broken.map(|identity| format!("{}：{}", identity.rule, identity.message)).collect(),
        };
        Ok(paper.render()?)
    }
}
