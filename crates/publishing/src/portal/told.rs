//! Long fields of a document as its page shows them below the text, for the public and for whoever reviews it: each under its
//! name, conditions benefit by benefit, what is written as 要点｜数字｜说明 point by point.

use document::{Facet, KindSpec, Shape, Values, common::AUDIENCE, html::Heading};

/// A long field below the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// Address within the page.
    pub(crate) id: String,
    /// Its name.
    pub(crate) label: &'static str,
    /// What it says, line by line; empty where it says it in `benefits`.
    pub(crate) lines: Vec<String>,
    /// Conditions of a policy (适用对象和条件), benefit by benefit; the points of a field that is written as points.
    pub(crate) benefits: Vec<Benefit>,
}

/// What a policy brings, and to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Benefit {
    /// What it brings: 养老服务补贴.
    pub(crate) name: String,
    /// How much.
    pub(crate) amount: String,
    /// Conditions and ways, by their names.
    pub(crate) rows: Vec<(String, String)>,
    /// What is to be added.
    pub(crate) note: String,
}

/// Long fields that stand below the text, in their order.
pub(crate) fn told(kind: &KindSpec, values: &Values) -> Vec<Told> {
    let is_told = |facet: &&&'static Facet| facet.public && facet.place > 0 && matches!(facet.shape, Shape::Long(_));
    let mut facets: Vec<_> = kind.facets.iter().filter(is_told).filter(|facet| values.has(facet)).collect();
    facets.sort_by_key(|facet| facet.place);
    facets.into_iter().map(|facet| one(facet, values.get(facet))).collect()
}

fn one(facet: &'static Facet, text: &str) -> Told {
    let benefits = if facet.key == AUDIENCE.key { benefits(text) } else { points(text) };
    let lines = if benefits.is_empty() { text.lines().map(str::to_owned).collect() } else { Vec::new() };
    Told { id: format!("told-{}", facet.key.replace('_', "-")), label: facet.shown, lines, benefits }
}

/// Entries of the contents for what is told; a page without contents gets none.
pub(super) fn contents(mut toc: Vec<Heading>, told: &[Told]) -> Vec<Heading> {
    if !toc.is_empty() {
        let entry = |one: &Told| Heading { id: one.id.clone(), text: one.label.to_owned(), deep: false };
        toc.extend(told.iter().map(entry));
    }
    toc
}

/// Groups of lines, apart by an empty line; none where a line has no name, as in a text that was put in from elsewhere.
fn benefits(text: &str) -> Vec<Benefit> {
    let (mut all, mut current) = (Vec::new(), Benefit::default());
    for line in text.lines().map(str::trim).chain([""]) {
        if line.is_empty() {
            if current != Benefit::default() {
                all.push(std::mem::take(&mut current));
            }
            continue;
        }
        let Some((name, said)) = line.split_once(['：', ':']).map(|(name, said)| (name.trim(), said.trim())) else {
            return Vec::new();
        };
        match name {
            "给" if current.name.is_empty() => said.clone_into(&mut current.name),
            "给" => current.name = format!("{}；{said}", current.name),
            "金额" => said.clone_into(&mut current.amount),
            "说明" => said.clone_into(&mut current.note),
            name => current.rows.push((name.to_owned(), said.to_owned())),
        }
    }
    all
}

/// A heading and its points (补贴标准｜100 元｜每人每月); none where a line below the heading is no point.
fn points(text: &str) -> Vec<Benefit> {
    let text = text.replace('|', "｜");
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(heading) = lines.next() else { return Vec::new() };
    let mut rows = Vec::new();
    for line in lines {
        let Some((name, rest)) = line.split_once('｜') else { return Vec::new() };
        let said: Vec<&str> = rest.split('｜').map(str::trim).filter(|part| !part.is_empty()).collect();
        rows.push((name.trim().to_owned(), said.join("，")));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let name = match heading.split_once('｜') {
        Some((title, unit)) if !unit.trim().is_empty() => format!("{}（{}）", title.trim(), unit.trim()),
        Some((title, _)) => title.trim().to_owned(),
        None => heading.to_owned(),
    };
    vec![Benefit { name, rows, ..Benefit::default() }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_as_points_is_told_as_points() {
        static GRAPHIC: Facet = Facet::new("graphic", "一图读懂", Shape::Long(100));
        let told = one(&GRAPHIC, "补贴怎么领\n补贴标准｜100 元｜每人每月\n怎么申请||到村里");
        assert!(told.lines.is_empty());
        assert_eq!(told.benefits[0].name, "补贴怎么领");
        let rows = [("补贴标准", "100 元，每人每月"), ("怎么申请", "到村里")];
        assert_eq!(told.benefits[0].rows, rows.map(|(name, said)| (name.to_owned(), said.to_owned())));
        assert_eq!(one(&GRAPHIC, "补贴人数｜人\n2025年｜1200").benefits[0].name, "补贴人数（人）");
        let prose = one(&GRAPHIC, "一、补贴标准提高了｜请看下面\n二、手续少了");
        assert!(prose.benefits.is_empty());
        assert_eq!(prose.lines.len(), 2);
    }

    #[test]
    fn conditions_are_told_benefit_by_benefit() {
        let text = "给：高龄补贴\n对象：个人\n年龄：80 岁以上\n金额：每人每月 100 元\n说明：次月发放\n\n给：护理补贴\n对象：个人";
        let told = one(&AUDIENCE, text);
        assert!(told.lines.is_empty());
        let names: Vec<&str> = told.benefits.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["高龄补贴", "护理补贴"]);
        let first = &told.benefits[0];
        assert_eq!((first.amount.as_str(), first.note.as_str()), ("每人每月 100 元", "次月发放"));
        assert_eq!(first.rows[1], ("年龄".to_owned(), "80 岁以上".to_owned()));
    }

    #[test]
    fn what_is_no_list_of_conditions_stands_as_it_was_written() {
        let told = one(&AUDIENCE, "本县老人都可以申请");
        assert!(told.benefits.is_empty());
        assert_eq!(told.lines, ["本县老人都可以申请"]);
    }

    #[test]
    fn the_contents_name_what_stands_below_the_text() {
        let told = [one(&AUDIENCE, "给：补贴\n对象：个人")];
        assert!(contents(Vec::new(), &told).is_empty());
        let first = Heading { id: "a".to_owned(), text: "第一条".to_owned(), deep: false };
        let toc = contents(vec![first], &told);
        assert_eq!(toc[1].id, told[0].id);
    }
}
