//! `gongkai records` as programs and people call it: sheets as counties have them, told by row and column, stored once.

use std::{
    path::{Path, PathBuf},
    process::Output,
};

use documents::tables::{Cell, Sheet, write_xlsx};
use serde_json::Value;

use crate::cli::{json, run};

/// A site with the organs of the demonstration and nothing else.
fn site() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path();
    let config = "[site]\nname = \"青禾县人民政府\"\ncounty = \"青禾县\"\noffice_organ = \"QH001\"\n";
    std::fs::write(data.join("gongkai.toml"), config).expect("write");
    let account = ["user", "add", "admin", "--name", "管理员", "--organ", "QH001", "--role", "system_admin", "--json"];
    json(&run(data, &account));
    let organs = format!("{}/../../demo/organs.csv", env!("CARGO_MANIFEST_DIR"));
    json(&run(data, &["organ", "import", &organs, "--json"]));
    place
}

fn written(place: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = place.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn import(data: &Path, item: &str, file: &Path, more: &[&str]) -> Output {
    let file = file.to_str().expect("a path");
    run(data, &[&["records", "import", item, file, "--json"][..], more].concat())
}

/// What a dry run tells; it stores nothing and ends well.
fn told(data: &Path, item: &str, file: &Path, more: &[&str]) -> Value {
    let told = json(&import(data, item, file, &[&["--dry-run"][..], more].concat()));
    assert_eq!(told["stored"], false, "{told}");
    told
}

fn rows(of: &Value) -> Vec<u64> {
    let rows = of.as_array().expect("a list").iter();
    rows.map(|said| said["row"].as_u64().expect("a row")).collect()
}

const SCHOOLS: &str = "\u{feff}青禾县2026年义务教育学校招生范围、计划一览表\n\
    学校名称,办学类型,学校标识,班级数,招生计划（人）,招生范围（施教区）,录取人数\n\
    青禾县第一小学,公办小学,QH-S01,6,270,禾丰社区、东门社区,268\n\
    青禾县第二小学,公办小学,QH-S02,8,360,文昌社区,371\n\
    青禾县实验小学,公办小学,QH-S03,4,180人,学府社区,\n\
    合计,,,18,810,,\n";

#[test]
fn items_are_listed_with_their_columns_where_there_is_no_site_yet() {
    let place = tempfile::tempdir().expect("a folder");
    let listed = json(&run(place.path(), &["records", "items", "--json"]));
    let keys: Vec<&str> =
        listed["items"].as_array().expect("items").iter().filter_map(|item| item["key"].as_str()).collect();
    for key in [
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
    ] {
        assert!(keys.contains(&key), "{key}");
    }
    let permit =
        listed["items"].as_array().expect("items").iter().find(|item| item["key"] == "permit").expect("permit");
    let hidden = permit["columns"].as_array().expect("columns").iter().find(|one| one["key"] == "person_id");
    assert_eq!(hidden.map(|one| &one["never_public"]), Some(&Value::Bool(true)));
}

#[test]
fn a_sheet_is_told_row_by_row_and_is_one_batch_however_often_it_comes() {
    let site = site();
    let data = site.path();
    let file = written(data, "招生.csv", SCHOOLS);
    let first = told(data, "enrolment", &file, &[]);
    assert_eq!((&first["rows"], &first["accepted"], &first["totals"]), (&3.into(), &3.into(), &1.into()), "{first}");
    assert_eq!(rows(&first["warnings"]), [4], "more were admitted than planned: {first}");
    assert_eq!(first["rejected"], Value::Array(Vec::new()), "{first}");
    let stored = json(&import(data, "enrolment", &file, &[]));
    assert_eq!((&stored["stored"], &stored["again"]), (&true.into(), &false.into()), "{stored}");
    let again = json(&import(data, "enrolment", &file, &[]));
    assert_eq!((&again["batch"], &again["again"]), (&stored["batch"], &true.into()), "{again}");
}

#[test]
fn what_is_brought_in_later_says_its_source_and_what_is_doubtful_waits() {
    let site = site();
    let data = site.path();
    let text = "年度,学校名称,学校标识,招生计划（人）,招生范围（施教区）\n2016,青禾县第一小学,QH-S01,270,禾丰社区\n\
        2016,青禾县第二小学,QH-S02,360,文昌社区\n";
    let file = written(data, "招生2016.csv", text);
    let source = ["--source", "2016 年招生档案第 3 卷"];
    let sure = told(data, "enrolment", &file, &source);
    assert_eq!((&sure["accepted"], &sure["doubtful"]), (&2.into(), &0.into()), "{sure}");
    let stored = json(&import(data, "enrolment", &file, &[&source[..], &["--confidence", "40"]].concat()));
    assert_eq!((&stored["stored"], &stored["doubtful"]), (&true.into(), &2.into()), "{stored}");
    let bare = import(data, "enrolment", &file, &["--confidence", "90"]);
    assert!(!bare.status.success(), "of what it is so sure is not said");
}

#[test]
fn what_another_system_sends_is_entered_once_for_each_key() {
    let site = site();
    let data = site.path();
    let school = |plan: &str| {
        serde_json::json!({ "year": 2026, "school": "青禾县第一小学", "school_code": "QH-S01", "kind": "公办小学",
            "plan": plan, "catchment": "禾丰社区" })
    };
    let send = |plan: &str, key: &str| {
        let text =
            serde_json::json!({ "records": [school("270"), school(plan)] }).to_string().replacen("QH-S01", "QH-S02", 1);
        let file = written(data, "报送.json", text);
        let file = file.to_str().expect("a path").to_owned();
        run(data, &["records", "send", "enrolment", &file, "--key", key, "--organ", "QH010", "--json"])
    };
    let first = json(&send("360", "2026-001"));
    assert_eq!(first["records"], 2, "{first}");
    let again = json(&send("360", "2026-001"));
    assert_eq!(first["again"], false, "{first}");
    assert_eq!(
        (&again["batch"], &again["again"]),
        (&first["batch"], &true.into()),
        "the same key with the same content"
    );
    let other = send("361", "2026-001");
    assert_eq!(other.status.code(), Some(1), "the same key with another content");
    let wrong = send("很多", "2026-002");
    let answer: Value = serde_json::from_slice(&wrong.stdout).expect("JSON on standard output");
    assert_eq!((&answer["ok"], &answer["faults"][0]["record"]), (&false.into(), &2.into()), "{answer}");
    assert_eq!(answer["faults"][0]["column"], "plan", "{answer}");
}

#[test]
fn a_total_that_does_not_add_up_is_told_at_its_row() {
    let site = site();
    let file = written(site.path(), "招生.csv", SCHOOLS.replace("18,810", "18,811"));
    let wrong = told(site.path(), "enrolment", &file, &[]);
    assert!(rows(&wrong["warnings"]).contains(&6), "{wrong}");
    assert_eq!(wrong["rows"], 3, "a total is no record: {wrong}");
}

#[test]
fn all_or_nothing_unless_the_valid_rows_are_wanted() {
    let site = site();
    let data = site.path();
    let text = SCHOOLS.replace("8,360", "8,很多");
    let file = written(data, "招生.csv", text);
    let refused = import(data, "enrolment", &file, &[]);
    assert_eq!(refused.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&refused.stdout).expect("JSON on standard output");
    assert_eq!((&answer["ok"], &answer["stored"]), (&false.into(), &false.into()), "{answer}");
    assert_eq!(answer["rejected"][0]["column"], "plan", "{answer}");
    assert_eq!(rows(&answer["rejected"])[0], 4, "{answer}");
    let some = json(&import(data, "enrolment", &file, &["--accept-valid"]));
    assert_eq!((&some["stored"], &some["accepted"]), (&true.into(), &2.into()), "{some}");
}

#[test]
fn lines_and_halves_of_a_table_become_records() {
    let site = site();
    let data = site.path();
    let debt = "舒城县本级2024年地方政府一般债务余额情况表\n单位：亿元\n项    目,预算数,执行数\n\
        一、2023年末地方政府一般债务余额实际数,,32.5340\n二、2024年末地方政府一般债务余额限额,35.5,\n\
        三、2024年地方政府一般债务发行额,,3.8038\n四、2024年地方政府一般债务还本额,,1.7615\n\
        五、2024年末地方政府一般债务余额预计执行数,,34.5763\n";
    let read = told(data, "debt-balance", &written(data, "表1-2.csv", debt), &[]);
    assert_eq!((&read["rows"], &read["accepted"]), (&2.into(), &2.into()), "{read}");
    assert_eq!(read["warnings"], Value::Array(Vec::new()), "opening + issued − repaid = closing: {read}");
    let wrong = debt.replace("34.5763", "34.5764");
    let read = told(data, "debt-balance", &written(data, "表1-2错.csv", wrong), &[]);
    assert!(!rows(&read["warnings"]).is_empty(), "{read}");
    let budget = "部门收支总体情况表\n部门名称：青禾县民政局,,单位：万元,\n收    入,,支    出,\n项  目,预算数,项  目,预算数\n\
        一、一般公共预算拨款收入,8125.6,一、社会保障和就业支出,7868.2\n二、其他收入,45,二、卫生健康支出,302.4\n\
        收入总计,8170.6,支出总计,8170.6\n";
    let read = told(data, "budget-overview", &written(data, "表1.csv", budget), &["--period", "2026"]);
    assert_eq!((&read["rows"], &read["accepted"]), (&4.into(), &4.into()), "both halves: {read}");
}

#[test]
fn formulas_stay_text() {
    let site = site();
    let data = site.path();
    let header = ["学校名称", "办学类型", "招生计划（人）", "招生范围（施教区）"].map(str::to_owned).to_vec();
    let formula = "=HYPERLINK(\"http://a.example\")";
    let row =
        |name: &str| -> Vec<Cell> { [name, "公办小学", "270", formula].into_iter().map(Cell::from).collect() };
    let sheet = Sheet {
        name: "招生".to_owned(),
        header,
        rows: vec![row("青禾县第一小学"), row("@SUM(1+1)")],
        ..Sheet::default()
    };
    let file = written(data, "2026年招生.xlsx", write_xlsx(&sheet).expect("a workbook"));
    let read = told(data, "enrolment", &file, &[]);
    assert_eq!((&read["rows"], &read["accepted"]), (&2.into(), &2.into()), "text stays text: {read}");
}

#[test]
fn what_is_wrong_is_said_in_words() {
    let site = site();
    let data = site.path();
    let file = written(data, "招生.csv", SCHOOLS);
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    for (item, more, words) in [
        ("enrol", &[][..], "是不是：enrolment"),
        ("nothing-of-the-kind", &[][..], "目录里没有事项"),
        ("enrolment", &["--sheet", "没有这张"][..], "没有工作表"),
        ("enrolment", &["--organ", "QH999"][..], "没有代码为“QH999”的机关"),
        ("enrolment", &["--period", "明年"][..], "不是时期"),
        ("water", &[][..], "没有一张表与"),
    ] {
        let output = import(data, item, &file, more);
        assert_eq!(output.status.code(), Some(1), "{item} {more:?}");
        assert!(said(&output).contains(words), "{item} {more:?}: {}", said(&output));
    }
    let missing = import(data, "enrolment", &data.join("没有.csv"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("没有这个文件"), "{}", said(&missing));
    let usage = run(data, &["records", "import", "enrolment"]);
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn what_amounts_are_counted_in_is_read_or_asked_for_and_never_assumed() {
    let site = site();
    let data = site.path();
    let sheet = |line: &str| {
        format!(
            "表7\n青禾县司法局2042年“三公”经费支出预算表\n部门名称：青禾县司法局,,,,{line}\n\
            合计,因公出国（境）费,公务用车购置费,公务用车运行费,公务接待费\n118000,0,0,80000,38000\n"
        )
    };
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let bare = written(data, "三公.csv", sheet(""));
    let asked = import(data, "three-public", &bare, &["--dry-run"]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(said(&asked).contains("金额单位"), "{}", said(&asked));
    let shown = |read: &Value| read["taken"].to_string();
    let read = told(data, "three-public", &bare, &["--set", "money_unit=元"]);
    assert_eq!(read["accepted"], 1, "{read}");
    assert!(shown(&read).contains("金额单位") && read["notes"].to_string().contains("11.8"), "{read}");
    let read = told(data, "three-public", &written(data, "三公元.csv", sheet("金额单位：人民币元")), &[]);
    assert_eq!((&read["accepted"], &read["unit"]), (&1.into(), &"元".into()), "{read}");
    assert!(read["notes"].to_string().contains("11.8"), "{read}");
    // 表9 has 合计, too, and is no table of this item
    let state = "表9\n国有资本经营预算支出情况表\n部门名称：青禾县司法局,,,,单位：万元\n\
        科目编码,科目名称,合计,基本支出,项目支出\n223,国有资本经营预算支出,55,0,55\n";
    let file = written(data, "表9.csv", state);
    for item in ["three-public", "budget-fund", "budget-expense"] {
        let refused = import(data, item, &file, &["--dry-run", "--period", "2042"]);
        assert_eq!(refused.status.code(), Some(1), "{item}");
        assert!(said(&refused).contains("国有资本经营"), "{item}: {}", said(&refused));
    }
}
