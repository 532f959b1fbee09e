//! Whole documents: the one of the demonstration, which stands in this repository, and the work points of a real county.
//! The real text is not ours and so not in the repository: `GONGKAI_SHARED` names a directory that holds it.

use super::super::{PlanReference, Role, accounted, parse};

#[test]
fn the_plan_of_the_demonstration() {
    let source = include_str!("../../../../demo/plan-example.txt");
    let plan = parse(source, PlanReference { year: 2031 });
    accounted(source, &plan).expect("nothing is lost");
    let counts: Vec<usize> = plan.sections.iter().map(|section| section.clauses.len()).collect();
    assert_eq!(counts, [4, 5, 8, 3, 3]);
    assert_eq!((plan.year, plan.document_number.as_deref()), (Some(2025), Some("青禾府办发〔2025〕11号")));
    assert!(plan.closing.starts_with("各乡镇、县直各单位落实本要点的情况"), "{}", plan.closing);
    // 每月……每季度: two rhythms, and 上半年、下半年各举办一次: two terms in one sentence
    assert_eq!(plan.warnings.iter().map(|warning| warning.line).collect::<Vec<_>>(), [18, 30]);
    for clause in plan.sections.iter().flat_map(|section| &section.clauses) {
        assert!(!clause.title.is_empty() && !clause.owners.is_empty(), "{clause:#?}");
    }
    let first = &plan.sections[0].clauses[0];
    assert_eq!((first.title.as_str(), first.owners.len()), ("深入解读重要政策", 7));
    assert!(first.owners.iter().all(|owner| owner.role == Role::Lead && !owner.group));
}

#[test]
fn real_work_points() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let named = std::env::var("GONGKAI_SHARED");
    let path = named.clone().unwrap_or_else(|_| here.to_owned()) + "/work-points-2019.txt";
    let Ok(source) = std::fs::read_to_string(&path) else {
        assert!(named.is_err(), "GONGKAI_SHARED is set, and there is no {path}");
        eprintln!("skipped: there is no {path}");
        return;
    };
    let plan = parse(&source, PlanReference { year: 2031 });
    accounted(&source, &plan).expect("nothing is lost");
    let counts: Vec<usize> = plan.sections.iter().map(|section| section.clauses.len()).collect();
    assert_eq!(counts, [3, 3, 3, 3, 4]);
    assert_eq!(plan.year, Some(2019));
    assert!(plan.preamble.starts_with("2019年，全县") && plan.preamble.ends_with("环境。"));
    assert!(plan.closing.starts_with("各乡镇（中心）、县直各单位贯彻落实本要点的情况"), "{}", plan.closing);
    assert_eq!(plan.warnings.len(), 1, "{:#?}", plan.warnings);
    assert_eq!((plan.warnings[0].line, plan.warnings[0].dropped.as_str()), (5, "[bookmark: _GoBack]"));

    let sections = &plan.sections;
    assert_eq!(sections[0].number, "一");
    assert_eq!(sections[0].title, "聚焦稳定预期，着力加强解读回应");
    let owners = |s: usize, c: usize| -> Vec<(String, Role, bool)> {
        sections[s].clauses[c].owners.iter().map(|o| (o.name.clone(), o.role, o.group)).collect()
    };
    assert_eq!(sections[0].clauses[0].title, "深入解读重要政策");
    assert_eq!(owners(0, 0).len(), 7);
    assert!(owners(0, 0).iter().all(|o| o.1 == Role::Lead && !o.2));
    assert_eq!(owners(0, 0)[0].0, "县发展改革委");
    assert_eq!(owners(0, 1).len(), 13);
    assert!(owners(0, 1).iter().any(|o| o.0 == "县人力资源和社会保障局"));
    let all =
        [("各乡镇（中心）".to_owned(), Role::Responsible, true), ("县直各单位".to_owned(), Role::Responsible, true)];
    assert_eq!(owners(0, 2), all);
    assert_eq!(owners(2, 0).len(), 9);
    assert_eq!(owners(2, 1).len(), 8);
    assert_eq!(
        owners(2, 2),
        [("县财政局".to_owned(), Role::Responsible, false), ("各乡镇（中心）".to_owned(), Role::Responsible, true)]
    );
    for clause in &sections[4].clauses {
        assert!(clause.owners.is_empty() && clause.owner_note.is_empty());
    }
    assert_eq!(sections[4].clauses[3].title, "加强相关基础工作");
    assert!(sections[4].clauses[3].text.ends_with("底数清晰。"));
    for (section, clauses) in sections.iter().map(|s| (s, &s.clauses)) {
        assert!(section.text.is_empty());
        for clause in clauses {
            assert!(!clause.title.is_empty() && clause.duties.len() >= 2, "{clause:#?}");
            assert_eq!(clause.due, None, "{clause:#?}");
        }
    }
}
