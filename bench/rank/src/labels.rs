//! The labelled questions (`bench/queries.tsv`) and how good an order of hits is by them.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail, ensure};

use crate::library::Law;

/// How many hits of an order count.
pub(crate) const COUNTED: usize = 10;

/// A question with its answers.
#[derive(Debug, Clone)]
pub(crate) struct Labelled {
    /// Kind of the question, as its heading says.
    pub(crate) group: String,
    pub(crate) question: String,
    /// Grades by the name of the file without its ending; what is not named is 0.
    pub(crate) grades: BTreeMap<String, u8>,
    /// Where the answer stands, by the name of the file: numbers of articles.
    pub(crate) articles: BTreeMap<String, Vec<String>>,
}

/// The questions, their titles put to the files of this library.
///
/// # Errors
/// When a line is not in the form that the head of the file describes, or names what the library does not have.
pub(crate) fn read(file: &Path, laws: &[Law]) -> Result<Vec<Labelled>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut labelled = Vec::new();
    let mut group = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(name) = line.strip_prefix("## ") {
            name.trim().clone_into(&mut group);
        } else if !line.is_empty() && !line.starts_with('#') {
            let (question, answers) = line.split_once('\t').with_context(|| format!("line {number}: no tab"))?;
            let mut one = Labelled {
                group: group.clone(),
                question: question.to_owned(),
                grades: BTreeMap::new(),
                articles: BTreeMap::new(),
            };
            for answer in answers.split(' ') {
                add(&mut one, answer, laws).with_context(|| format!("line {number}: {answer}"))?;
            }
            labelled.push(one);
        }
    }
    Ok(labelled)
}

fn add(one: &mut Labelled, answer: &str, laws: &[Law]) -> Result<()> {
    let (what, grade) = answer.rsplit_once('=').context("no grade")?;
    let grade: u8 = grade.parse()?;
    ensure!((1..=3).contains(&grade), "grades are 1 to 3");
    let (name, articles) = what.split_once('#').unwrap_or((what, ""));
    let mut found = false;
    for law in laws.iter().filter(|law| law.name == name) {
        found = true;
        let grade = if law.newest { grade } else { grade - 1 };
        if grade > 0 {
            let kept = one.grades.entry(law.stem.clone()).or_default();
            *kept = grade.max(*kept);
        }
        if law.newest && !articles.is_empty() {
            one.articles.insert(law.stem.clone(), articles.split(',').map(str::to_owned).collect());
        }
    }
    if !found {
        bail!("the library has no such title");
    }
    Ok(())
}

impl Labelled {
    fn grade(&self, stem: &str) -> u8 {
        self.grades.get(stem).copied().unwrap_or(0)
    }

    /// Normalised discounted cumulative gain of the first ten hits: 1 is the best order that there is, 0 none of the answers.
    pub(crate) fn ndcg(&self, hits: &[String]) -> f64 {
        let mut best: Vec<u8> = self.grades.values().copied().collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        let ideal = gain(best);
        if ideal > 0.0 { gain(hits.iter().map(|stem| self.grade(stem)).collect()) / ideal } else { 0.0 }
    }
}

/// A hit of grade 3 is worth 7, one of grade 2 is worth 3; further down it is worth less.
fn gain(grades: Vec<u8>) -> f64 {
    let worth = |(place, grade): (u32, u8)| (f64::from(1_u32 << grade) - 1.0) / f64::from(place + 1).log2();
    (1..).zip(grades).take(COUNTED).map(worth).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(name: &str, day: &str, newest: bool) -> Law {
        Law {
            stem: format!("{name}({day})"),
            name: name.into(),
            title: name.into(),
            on: day.parse().expect("a day"),
            newest,
            number: String::new(),
            lines: Vec::new(),
            html: String::new(),
        }
    }

    #[test]
    fn labels_fall_on_the_newest_and_one_less_on_what_was_before() {
        let laws = [law("甲法", "2001-01-01", false), law("甲法", "2020-01-01", true), law("乙法", "2020-01-01", true)];
        let folder = tempfile_with("# 头\n## 组\n问\t甲法#第一条,第二条=3 乙法=1\n");
        let read = read(&folder, &laws).expect("labels");
        std::fs::remove_file(&folder).expect("removed");
        let one = &read[0];
        assert_eq!((one.group.as_str(), one.question.as_str()), ("组", "问"));
        assert_eq!(
            [one.grade("甲法(2020-01-01)"), one.grade("甲法(2001-01-01)"), one.grade("乙法(2020-01-01)")],
            [3, 2, 1]
        );
        assert_eq!(one.articles["甲法(2020-01-01)"], ["第一条", "第二条"]);
        let order = |stems: &[&str]| one.ndcg(&stems.iter().map(|stem| (*stem).to_owned()).collect::<Vec<_>>());
        assert!((order(&["甲法(2020-01-01)", "甲法(2001-01-01)", "乙法(2020-01-01)"]) - 1.0).abs() < 1e-9);
        assert!(order(&["乙法(2020-01-01)", "甲法(2020-01-01)"]) < 0.8);
        assert!(order(&["别的"]).abs() < 1e-9);
    }

    fn tempfile_with(text: &str) -> std::path::PathBuf {
        let file = std::env::temp_dir().join(format!("gongkai-labels-{}.tsv", std::process::id()));
        std::fs::write(&file, text).expect("written");
        file
    }
}
