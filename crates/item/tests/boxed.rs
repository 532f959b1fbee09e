//! What the box must hold: the whole basic catalogue, what the Regulations and the work points name, and the tables that others
//! rely on, each with what makes it usable.

use std::collections::{BTreeMap, BTreeSet};

use gongkai_item::{Audience, Channel, Column, Item, LimitKind, Names, Rule, Type, boxed};

/// Tables whose keys other parts, counties' scripts and links rely on.
const KEYS: [&str; 15] = [
    "permit",
    "penalty",
    "enforcement-yearly",
    "budget-department",
    "three-public",
    "debt-limit",
    "debt-balance",
    "debt-plan",
    "bond",
    "subsidy",
    "enrolment",
    "job",
    "bid",
    "land-notice",
    "water",
];

/// The 26 domains of the basic catalogue, in the order of the published ones.
const DOMAINS: [&str; 26] = [
    "重大建设项目",
    "公共资源交易",
    "义务教育",
    "户籍管理",
    "社会救助",
    "养老服务",
    "公共法律服务",
    "财政预决算",
    "就业",
    "社会保险",
    "城乡规划",
    "征地补偿",
    "生态环境",
    "保障性住房",
    "国有土地上房屋征收与补偿",
    "市政服务",
    "农村危房改造",
    "城市综合执法",
    "涉农补贴",
    "公共文化服务",
    "医疗卫生",
    "安全生产",
    "救灾",
    "食品药品监管",
    "税收管理",
    "扶贫",
];

fn one(key: &str) -> &'static Item {
    boxed().iter().find(|item| item.key.as_str() == key).unwrap_or_else(|| panic!("{key} is in the box"))
}

fn column(item: &'static Item, key: &str) -> &'static Column {
    item.column(key).unwrap_or_else(|| panic!("{} has {key}", item.key))
}

#[test]
fn the_catalogue_is_whole() {
    let items = boxed();
    let keys: BTreeSet<&str> = items.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(keys.len(), items.len(), "each key stands once");
    let mut domains: BTreeMap<u16, &str> = BTreeMap::new();
    for item in items {
        let known = domains.entry(item.domain.order).or_insert(item.domain.name.as_str());
        assert_eq!(*known, item.domain.name, "{}: one name for each place", item.key);
    }
    let first: Vec<&str> = domains.range(1..=26).map(|(_, name)| *name).collect();
    assert_eq!(first, DOMAINS);
    assert!(domains.values().any(|name| *name == "新闻出版版权"));
    assert!(items.iter().filter(|item| item.domain.order <= 26 && !item.sub_matter.is_empty()).count() >= 374);
}

#[test]
fn the_regulations_and_the_work_points_are_there() {
    let art20 = boxed().iter().filter(|item| item.key.as_str().starts_with("art20-")).count();
    let art21 = boxed().iter().filter(|item| item.key.as_str().starts_with("art21-")).count();
    assert_eq!((art20, art21), (15, 15));
    let points = boxed().iter().filter(|item| item.source.contains("政务公开工作要点"));
    assert!(points.count() >= 60);
    // What another county has ordered is where an item comes from, and no law of this one.
    for item in boxed() {
        let foreign = item.basis.iter().find(|basis| basis.title.contains("工作要点"));
        assert!(foreign.is_none(), "{}: {foreign:?}", item.key);
    }
    let utilities = boxed().iter().filter(|item| item.basis.iter().any(|basis| basis.article == "第五十五条"));
    assert!(utilities.count() >= 11);
    assert!(one("three-determination").confirmed);
}

#[test]
fn tables_that_others_rely_on_are_confirmed() {
    for key in KEYS {
        let item = one(key);
        assert!(item.is_table() && item.confirmed, "{key}");
        assert!(item.columns.iter().any(|column| column.listed), "{key}: the public list shows something");
        // the year of a whole table stands in its title, and whoever imports is asked for it where it does not
        let of_a_period = item.keys.iter().any(|key| column(item, key).typed == Type::Period);
        assert!(of_a_period || item.columns.iter().any(|column| column.required), "{key}: something must be filled");
        assert!(!item.keys.is_empty(), "{key}");
    }
}

#[test]
fn what_is_unconfirmed_says_where_it_comes_from() {
    for item in boxed().iter().filter(|item| !item.confirmed) {
        assert!(!item.source.is_empty(), "{}", item.key);
    }
}

#[test]
fn every_limit_has_its_printed_words_and_a_number_where_one_is_meant() {
    for item in boxed() {
        assert!(!item.limits.is_empty() && !item.basis.is_empty() && !item.channels.is_empty(), "{}", item.key);
        for limit in &item.limits {
            assert!(!limit.printed.is_empty(), "{}", item.key);
            let counted = matches!(limit.kind, LimitKind::Within | LimitKind::Displayed | LimitKind::Before);
            assert!(!counted || limit.n > 0, "{}: {}", item.key, limit.printed);
            assert_eq!(limit.n > 0, !limit.unit.is_empty(), "{}: {}", item.key, limit.printed);
        }
    }
}

#[test]
fn permits_and_penalties_have_the_fields_of_the_standard() {
    let codes = |key: &str| -> BTreeSet<&'static str> {
        one(key).columns.iter().map(|column| column.code.as_str()).filter(|code| !code.is_empty()).collect()
    };
    let permit = codes("permit");
    for code in [
        "XK_XDR_MC",
        "XK_XDR_LB",
        "XK_XDR_SHXYM",
        "XK_FRDB",
        "XK_WSH",
        "XK_XKLB",
        "XK_NR",
        "XK_JDRQ",
        "XK_YXQZI",
        "XK_ZT",
    ] {
        assert!(permit.contains(code), "{code}");
    }
    let penalty = codes("penalty");
    for code in [
        "CF_XDR_MC",
        "CF_WSH",
        "CF_WFXW",
        "CF_SY",
        "CF_YJ",
        "CF_CFLB",
        "CF_NR",
        "CF_NR_FK",
        "CF_JDRQ",
        "CF_GSJZQ",
        "CF_SJLYDM",
    ] {
        assert!(penalty.contains(code), "{code}");
    }
    // the identity document of the representative is two fields since the later edition
    assert_eq!((permit.len(), penalty.len()), (28, 30));
    for key in ["permit", "penalty"] {
        let limit = &one(key).limits[0];
        assert_eq!((limit.n, limit.unit.as_str(), limit.column.as_str()), (7, "working_days", "decided_on"), "{key}");
    }
    assert!(one("penalty").limits.iter().any(|limit| limit.rule == "enforcement.withdraw"));
}

#[test]
fn numbers_of_persons_accounts_and_private_telephones_are_never_public() {
    for item in boxed() {
        for column in &item.columns {
            let number = matches!(column.typed, Type::IdNumber) || column.label.contains("银行账号");
            let private = column.privacy.never_public || column.privacy.mask;
            assert!(!number || private, "{} · {}", item.key, column.label);
            assert!(!column.privacy.never_public || !column.listed, "{} · {}", item.key, column.label);
        }
    }
    for key in ["person_id", "representative_id"] {
        assert!(column(one("permit"), key).privacy.never_public, "{key}");
    }
    assert!(column(one("penalty"), "person_minor").privacy.minor);
    for key in ["identity", "account", "phone"] {
        assert!(column(one("subsidy"), key).privacy.never_public, "{key}");
    }
}

#[test]
fn lists_of_persons_in_social_aid_go_to_the_board_and_not_to_the_web() {
    let boards = [
        "aid-list",
        "poverty-household",
        "land-compensation",
        "social-aid-minimum-review",
        "social-aid-minimum-approval",
    ];
    for key in boards {
        let item = one(key);
        assert!(item.channels.contains(&Channel::Board) && !item.channels.contains(&Channel::Web), "{key}");
    }
    assert!(matches!(one("aid-list").audience, Audience::Group(_)));
}

#[test]
fn debt_tables_hold_the_formulas_that_are_printed_in_them() {
    let letters = |key: &str| -> Vec<&'static str> {
        one(key).columns.iter().map(|column| column.letter.as_str()).filter(|letter| !letter.is_empty()).collect()
    };
    assert_eq!(letters("debt-limit"), ["A=B+C", "B", "C", "D=E+F", "E", "F"]);
    assert_eq!(letters("debt-plan").len(), 19);
    assert_eq!(letters("debt-limit-change").len(), 12);
    let sums = |key: &str| one(key).checks.iter().filter(|check| matches!(check.rule, Rule::Equals { .. })).count();
    assert_eq!((sums("debt-limit"), sums("debt-plan"), sums("debt-balance")), (2, 7, 2));
    for letter in letters("debt-plan").iter().filter(|letter| letter.contains('=')) {
        let named = one("debt-plan").columns.iter().find(|column| column.letter == **letter).expect("the column");
        let checked = one("debt-plan")
            .checks
            .iter()
            .any(|check| matches!(&check.rule, Rule::Equals { left, .. } if *left == named.key));
        assert!(checked, "{letter} is a check");
    }
}

#[test]
fn ratios_are_kept_with_both_their_parts() {
    let item = one("debt-ratio");
    for key in ["debt_ratio", "service_ratio"] {
        let Type::Ratio { numerator, denominator, .. } = &column(item, key).typed else {
            panic!("{key} is a ratio");
        };
        assert!(column(item, numerator).listed && column(item, denominator).listed, "{key}: both parts are shown");
    }
}

#[test]
fn the_eight_tables_of_a_department_are_there() {
    let tables = [
        "budget-overview",
        "budget-income",
        "budget-expense",
        "budget-grant",
        "budget-department",
        "budget-basic",
        "three-public",
        "budget-fund",
    ];
    for key in tables {
        let item = one(key);
        assert!(
            item.column("year").is_some() && item.column("organ").is_some() && item.column("stage").is_some(),
            "{key}"
        );
        assert_eq!(item.keys[..3], ["year", "organ", "stage"], "{key}");
    }
}

#[test]
fn charts_that_readers_ask_for_are_drawn() {
    let drawn = [
        ("budget-department", "by-function"),
        ("budget-basic", "by-economic"),
        ("debt-limit", "against-limit"),
        ("poverty-fund", "by-township"),
        ("poverty-project", "by-project"),
        ("enrolment", "places"),
        ("air", "pm25"),
        ("land-notice", "map"),
    ];
    for (key, chart) in drawn {
        assert!(one(key).charts.iter().any(|one| one.key == chart), "{key} · {chart}");
    }
}

/// Each check that the work points name stands on the items that it is about.
#[test]
fn named_checks_are_declared() {
    let declares = |key: &str, is: fn(&Rule) -> bool| one(key).checks.iter().any(|check| is(&check.rule));
    let all = |keys: &[&str], is: fn(&Rule) -> bool, what: &str| {
        for key in keys {
            assert!(declares(key, is), "{key}: {what}");
        }
    };
    all(&["budget-overview"], |rule| matches!(rule, Rule::Balances { .. }), "income is expense");
    let sums = ["budget-income", "budget-expense", "budget-grant", "budget-department", "budget-basic", "three-public"];
    all(&sums, |rule| matches!(rule, Rule::Equals { .. }), "sums");
    all(&["debt-limit", "debt-balance"], |rule| matches!(rule, Rule::AtMost { .. }), "limit and balance");
    all(&["debt-balance", "debt-limit-change"], |rule| matches!(rule, Rule::Carries { .. }), "what closes opens");
    let ratios = ["debt-ratio", "budget-county", "performance-self", "air", "hotline-monthly"];
    all(&ratios, |rule| matches!(rule, Rule::Quotient { .. }), "ratios are worked out again");
    all(&["three-public-county"], |rule| matches!(rule, Rule::SumOf { .. }), "departments are the county");
    all(&["debt-ratio"], |rule| matches!(rule, Rule::SameAs { .. }), "one figure in two tables");
    let jumps =
        ["budget-department", "three-public", "debt-limit", "enforcement-yearly", "aid-figures", "three-public-county"];
    all(&jumps, |rule| matches!(rule, Rule::Jump { .. }), "year on year");
    let referring = ["enrolment", "insurance-check", "performance-self"];
    all(&referring, |rule| matches!(rule, Rule::RefersTo { .. }), "references");
    let of_organs = ["budget-department", "three-public", "enforcement-yearly"];
    all(&of_organs, |rule| matches!(rule, Rule::Organ { .. }), "organs of the directory");
    all(&["permit", "penalty", "coercion", "land-batch"], |rule| matches!(rule, Rule::Unique), "one number once");
    let balance = one("debt-balance").checks.iter().find(|check| check.key == "balance").expect("the check");
    assert!(
        matches!(&balance.rule, Rule::Equals { left, right, .. } if left == "closing" && right == "opening + issued - repaid")
    );
}

/// Where the law names persons they stand in full; where nothing does, by their surname; one table by the sort of its list.
#[test]
fn names_are_shown_by_the_sort_of_list() {
    let shown = |key: &str, name: &str| column(one(key), name).names.clone();
    for (key, name) in [
        ("penalty", "counterpart"),
        ("enforcer", "name"),
        ("recruit-post", "admitted_name"),
        ("relief-goods", "giver"),
        ("tax-arrears", "name"),
        ("bid", "manager"),
        ("procurement", "experts"),
    ] {
        assert_eq!(shown(key, name), Some(Names::Whole), "{key}");
    }
    for key in ["coercion", "inspection"] {
        assert_eq!(shown(key, "counterpart"), Some(Names::Surname), "{key}");
    }
    let aid = Names::By { column: "stage".to_owned(), whole: vec!["01".to_owned(), "02".to_owned()] };
    assert_eq!(shown("aid-list", "name"), Some(aid));
}
