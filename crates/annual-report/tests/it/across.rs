//! Identities over years and organs.

use gongkai_annual_report::{Cell, Edition, check_all, identities::Weight, sum::sum};

use crate::{fill, held, noughts, told};

const COUNTY: &str = "清河县人民政府（全县汇总）";

#[test]
fn what_was_carried_out_is_carried_in() {
    let mut first = noughts(COUNTY, 2021, Edition::Y2021);
    fill(&mut first, "1", ["70", "0", "0", "0", "0", "0", "70"]);
    fill(&mut first, "3.1", ["69", "0", "0", "0", "0", "0", "69"]);
    fill(&mut first, "3.7", ["69", "0", "0", "0", "0", "0", "69"]);
    fill(&mut first, "4", ["1", "0", "0", "0", "0", "0", "1"]);
    let mut next = noughts("清河县人民政府", 2022, Edition::Y2021);
    fill(&mut next, "2", ["1", "0", "0", "0", "0", "0", "1"]);
    fill(&mut next, "3.1", ["1", "0", "0", "0", "0", "0", "1"]);
    fill(&mut next, "3.7", ["1", "0", "0", "0", "0", "0", "1"]);
    let found = check_all(&[next.clone(), first.clone()], None);
    assert_eq!((held(&found[0], "5"), held(&found[1], "5")), (Some(true), None));
    fill(&mut next, "2", ["2", "0", "0", "0", "0", "0", "2"]);
    let found = check_all(&[next, first], None);
    assert_eq!(held(&found[0], "5"), Some(false));
    assert!(found[0][4].message.contains("2021 年结转下年度 1，2022 年上年结转填写的是 2"), "{}", found[0][4].message);
}

#[test]
fn texts_in_force_jump_with_a_warning_and_not_over_the_change_of_forms() {
    let mut years: Vec<_> = [2020, 2021, 2022, 2023].map(|year| noughts(COUNTY, year, Edition::of_year(year))).into();
    told(&mut years[0], "规范性文件", &["10", "10", "900"]);
    told(&mut years[1], "规范性文件", &["69", "3", "665"]);
    told(&mut years[2], "规范性文件", &["88", "55", "698"]);
    told(&mut years[3], "规范性文件", &["77", "132", "470"]);
    let found = check_all(&years, None);
    let held: Vec<_> = found.iter().map(|found| held(found, "6")).collect();
    assert_eq!(held, [None, None, Some(true), Some(false)]);
    assert_eq!(found[3][5].weight, Weight::Warning);
    assert!(found[3][5].message.contains("＝ 643，现行有效填写的是 470，相差 173"), "{}", found[3][5].message);
    // The newer form in an older year changes nothing: what is told of 2020 is another count.
    years[0] = noughts(COUNTY, 2020, Edition::Y2021);
    assert_eq!(crate::held(&check_all(&years, None)[1], "6"), None);
}

#[test]
fn items_of_the_year_before_go_on_with_signs_as_printed() {
    let mut first = noughts("某局", 2019, Edition::Y2019);
    told(&mut first, "行政许可", &["16", "+3", "780"]);
    told(&mut first, "行政处罚", &["253", "--253", "0"]);
    let mut next = noughts("某局", 2020, Edition::Y2019);
    told(&mut next, "行政许可", &["19", "0", "800"]);
    told(&mut next, "行政处罚", &["0", "增2", "1"]);
    let found = check_all(&[first.clone(), next.clone()], None);
    assert_eq!(held(&found[1], "7"), Some(true), "{}", found[1][6].message);
    told(&mut next, "行政许可", &["16", "0", "800"]);
    let found = check_all(&[first, next], None);
    assert_eq!((held(&found[1], "7"), found[1][6].breaches[0].part), (Some(false), "7b"));
}

#[test]
fn a_county_is_the_sum_of_its_organs_and_townships() {
    let mut bureau = noughts("清河县财政局", 2023, Edition::Y2021);
    fill(&mut bureau, "1", ["3", "0", "0", "0", "0", "0", "3"]);
    bureau.rank = gongkai_annual_report::Rank::Organ;
    let mut town = noughts("清河县河口镇人民政府", 2023, Edition::Y2021);
    fill(&mut town, "1", ["2", "1", "0", "0", "0", "0", "3"]);
    told(&mut town, "行政事业性收费", &["12.5"]);
    town.rank = gongkai_annual_report::Rank::Township;
    let mut county = noughts(COUNTY, 2023, Edition::Y2021);
    county.rank = gongkai_annual_report::Rank::County;
    county.tables = sum(Edition::Y2021, &[&bureau, &town]);
    let mut elsewhere = noughts("尼河县西镇人民政府", 2023, Edition::Y2021);
    elsewhere.rank = gongkai_annual_report::Rank::Township;
    let reports = [county.clone(), bureau.clone(), town.clone(), elsewhere.clone()];
    let found = check_all(&reports, None);
    assert_eq!(held(&found[0], "8"), Some(true), "{}", found[0][7].message);
    assert_eq!(held(&found[1], "8"), None);
    county.tables.remedies[4] = Cell::count(1);
    let found = check_all(&[county.clone(), bureau, town], Some("清河县人民政府"));
    assert_eq!(held(&found[0], "8"), Some(false));
    assert_eq!(found[0][7].breaches.len(), 1);
    // Nobody knows whose parts these are.
    assert_eq!(held(&check_all(&[county, elsewhere], None)[0], "8"), None);
}

#[test]
fn of_two_reports_of_the_year_before_the_order_decides_nothing() {
    let mut right = noughts("某局", 2023, Edition::Y2021);
    fill(&mut right, "1", ["3", "0", "0", "0", "0", "0", "3"]);
    fill(&mut right, "4", ["3", "0", "0", "0", "0", "0", "3"]);
    let wrong = noughts("某局", 2023, Edition::Y2021);
    let mut next = noughts("某局", 2024, Edition::Y2021);
    fill(&mut next, "2", ["3", "0", "0", "0", "0", "0", "3"]);
    fill(&mut next, "4", ["3", "0", "0", "0", "0", "0", "3"]);
    for reports in [[right.clone(), wrong.clone(), next.clone()], [wrong, right.clone(), next.clone()]] {
        let found = check_all(&reports, None);
        assert_eq!(held(&found[2], "5"), None, "nobody knows which one is right");
        assert!(found[2][4].message.contains("2023 年有不止一份"), "{}", found[2][4].message);
    }
    let found = check_all(&[right.clone(), right, next], None);
    assert_eq!(held(&found[2], "5"), Some(true), "two that say the same are one");
}
