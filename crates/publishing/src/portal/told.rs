//! Long fields of a document as its page shows them below the text: each under its name, conditions benefit by benefit.

use document::{Facet, Shape, common::AUDIENCE, html::Heading, public::Listed};

/// A long field below the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// Address within the page.
    pub(super) id: String,
    /// Its name.
    pub(super) label: &'static str,
    /// What it says, line by line; empty where it says it in `benefits`.
    pub(super) lines: Vec<String>,
    /// Conditions of a policy (适用对象和条件), benefit by benefit.
    pub(super) benefits: Vec<Benefit>,
}

/// What a policy brings, and to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Benefit {
    /// What it brings: 养老服务补贴.
    pub(super) name: String,
    /// How much.
    pub(super) amount: String,
    /// Conditions and ways, by their names.
    pub(super) rows: Vec<(String, String)>,
    /// What is to be added.
    pub(super) note: String,
}

/// Long fields that stand below the text, in their order.
pub(super) fn told(listed: &Listed) -> Vec<Told> {
    let is_told = |facet: &&&'static Facet| facet.public && facet.place > 0 && matches!(facet.shape, Shape::Long(_));
    let mut facets: Vec<_> =
        listed.kind.facets.iter().filter(is_told).filter(|facet| listed.values.has(facet)).collect();
    facets.sort_by_key(|facet| facet.place);
    facets.into_iter().map(|facet| one(facet, listed.values.get(facet))).collect()
}

fn one(facet: &'static Facet, text: &str) -> Told {
    let benefits = if facet.key == AUDIENCE.key { benefits(text) } else { Vec::new() };
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

#[cfg(test)]
mod tests {
    use super::*;

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
