//! A year of three hundred requests in every outcome, as the case machine keeps them, reported for departments and the county: in
//! tables that agree, in four formats that are opened again, each figure with its cases behind it.

use std::collections::BTreeMap;

use annual_report::form::{self, CHAPTERS, Edition};
use case::{Channel, Filing, PartyRole, Person, Typed};
use disclosure::reports::{Stored, stored};
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, OrganCode, Role};
use store::Tx;
use testkit::{Client, ORGANS, TestApp, both, staff};

/// Outcomes with the reason for which something stays closed, and the row of chapter three in which they stand.
const ENDS: [(&str, &str, &str); 24] = [
    ("already_public", "", "3.1"),
    ("disclosed", "", "3.1"),
    ("partly", "third_party", "3.2"),
    ("withheld", "state_secret", "3.3.1"),
    ("withheld", "forbidden_by_law", "3.3.2"),
    ("withheld", "three_safeties", "3.3.3"),
    ("withheld", "third_party", "3.3.4"),
    ("withheld", "internal_affairs", "3.3.5"),
    ("withheld", "process", "3.3.6"),
    ("withheld", "case_file", "3.3.7"),
    ("registry_query", "", "3.3.8"),
    ("not_exist", "", "3.4.1"),
    ("not_responsible", "", "3.4.1"),
    ("needs_making", "", "3.4.2"),
    ("still_unclear", "", "3.4.3"),
    ("petition", "", "3.5.1"),
    ("repeated", "", "3.5.2"),
    ("publications", "", "3.5.3"),
    ("abusive", "", "3.5.4"),
    ("confirm_or_reissue", "", "3.5.5"),
    ("not_supplemented", "", "3.6.1"),
    ("fee_unpaid", "", "3.6.2"),
    ("withdrawn", "", "3.6.3"),
    ("other_handling", "", "3.6.3"),
];
const APPLICANTS: [&str; 6] = ["natural_person", "business", "research", "charity", "legal_service", "other"];
const DEPARTMENTS: [&str; 2] = ["QH010", "QH011"];
const MANY: usize = 300;

/// What the tables of a year must hold, counted beside the program: by organ, row or cell, and column.
#[derive(Default)]
struct Expected(BTreeMap<(&'static str, String, usize), i64>);

impl Expected {
    fn add(&mut self, organ: &'static str, row: &str, column: usize) {
        for column in [column, 6] {
            *self.0.entry((organ, row.to_owned(), column)).or_default() += 1;
        }
    }

    fn of(&self, organ: Option<&str>, row: &str, column: usize) -> i64 {
        let fits = |name: &str| organ.is_none_or(|organ| organ == name);
        let all = self.0.iter().filter(|((name, key, at), _)| fits(name) && key == row && *at == column);
        all.map(|(_, count)| count).sum()
    }
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

async fn take(app: &TestApp, tx: &mut Tx, organ: &str, id: &kernel::id::CaseId, step: &str, fields: &[(&str, &str)]) {
    let actor = staff(organ, Role::Editor);
    let done = case::take(app.ctx(), tx, &actor, id, step, &Typed::of(fields)).await;
    done.unwrap_or_else(|refusal| panic!("{step} {fields:?}: {}", refusal.words()));
}

async fn received(app: &TestApp, tx: &mut Tx, organ: &str, applicant: &str, on: Date) -> kernel::id::CaseId {
    let filing = Filing {
        kind: case::find(app.ctx(), "foi").expect("requests are a kind of case"),
        organ: OrganCode::from(organ),
        channel: Channel::Counter,
        received_on: on,
        number: String::new(),
        digest: String::new(),
        brief: "某项信息".to_owned(),
        fields: BTreeMap::from([("wanted".to_owned(), "某项信息".to_owned())]),
        facts: vec![("applicant", applicant.to_owned())],
        parties: vec![(PartyRole::Applicant, Person { name: "申请人".to_owned(), ..Person::default() })],
        files: Vec::new(),
    };
    let id = case::register(app.ctx(), tx, &Actor::Visitor, filing).await;
    id.unwrap_or_else(|refusal| panic!("{}", refusal.words()))
}

/// Takes a request to its end; the day of the end.
async fn ended(app: &TestApp, tx: &mut Tx, organ: &str, id: &kernel::id::CaseId, on: Date, end: (&str, &str)) -> Date {
    let (outcome, exemption) = end;
    let day = |days: i64| after(on, days).to_string();
    let (first, second, fifth, twelfth) = (day(1), day(2), day(5), day(12));
    let mut last = 8;
    match outcome {
        "still_unclear" | "not_supplemented" => {
            let asked = [("on", first.as_str()), ("wanting", "请写明是哪一项"), ("until", twelfth.as_str())];
            take(app, tx, organ, id, "supplement_asked", &asked).await;
            if outcome == "still_unclear" {
                let more = [("on", fifth.as_str()), ("supplement", "还是那一项")];
                take(app, tx, organ, id, "supplement_noted", &more).await;
            } else {
                last = 20;
            }
        }
        "fee_unpaid" => {
            take(app, tx, organ, id, "fee_noticed", &[("on", second.as_str()), ("amount", "100 元")]).await;
            last = 60;
        }
        "abusive" => take(app, tx, organ, id, "reasons_asked", &[("on", first.as_str())]).await,
        _ => {}
    }
    let at = day(last);
    if outcome == "withdrawn" {
        take(app, tx, organ, id, "withdraw_noted", &[("on", at.as_str()), ("why", "来电撤回")]).await;
    } else {
        let answer = [("on", at.as_str()), ("outcome", outcome), ("counted", outcome), ("exemption", exemption)];
        take(app, tx, organ, id, "answered", &answer).await;
    }
    after(on, last)
}

/// The year: each tenth came the year before, each tenth goes on into the next.
async fn year(app: &TestApp) -> Expected {
    let mut expected = Expected::default();
    let begin = Date::constant(2025, 2, 10);
    let mut tx = app.ctx().db().write().await.expect("a write");
    for number in 0..MANY {
        let turn = number / 2;
        let organ = DEPARTMENTS[number % 2];
        let column = (turn + turn / 24) % 6;
        let (outcome, exemption, row) = ENDS[turn % 24];
        let (carried_in, goes_on) = (turn % 10 == 0, turn % 10 == 9);
        let on = match (carried_in, goes_on) {
            (true, _) => Date::constant(2024, 12, 26),
            (_, true) => Date::constant(2025, 12, 20),
            _ => after(begin, i64::try_from(number % 200).unwrap_or(0)),
        };
        let id = received(app, &mut tx, organ, APPLICANTS[column], on).await;
        expected.add(organ, if carried_in { "2" } else { "1" }, column);
        if goes_on {
            expected.add(organ, "4", column);
            continue;
        }
        let last = ended(app, &mut tx, organ, &id, on, (outcome, exemption)).await;
        expected.add(organ, row, column);
        expected.add(organ, "3.7", column);
        let (filed, reviewed, judged) =
            (after(last, 5).to_string(), after(last, 20).to_string(), after(last, 30).to_string());
        // What was taken back is no act against which anything could be sought.
        if turn % 7 == 0 && outcome != "withdrawn" {
            take(app, &mut tx, organ, &id, "review_filed", &[("on", filed.as_str())]).await;
            let decided = turn % 14 == 0;
            if decided {
                let found = [("on", reviewed.as_str()), ("review_finding", "annulled")];
                take(app, &mut tx, organ, &id, "review_decided", &found).await;
            }
            expected.add(organ, if decided { "m1" } else { "m3" }, 0);
            expected.add(organ, "m4", 0);
        } else if turn % 11 == 0 && outcome != "withdrawn" {
            take(app, &mut tx, organ, &id, "suit_filed", &[("on", filed.as_str())]).await;
            let found = [("on", judged.as_str()), ("suit_finding", "upheld")];
            take(app, &mut tx, organ, &id, "suit_decided", &found).await;
            expected.add(organ, "m5", 0);
            expected.add(organ, "m9", 0);
        }
        if number % 20 == 9 {
            tx.commit().await.expect("committed");
            tx = app.ctx().db().write().await.expect("a write");
        }
    }
    tx.commit().await.expect("committed");
    expected
}

/// Begins a report, all of chapter two nought, and counts it from the register; its page.
async fn counted(clerk: &mut Client, organ: &str, year: &str) -> String {
    let form = [("organ", organ), ("year", year), ("scope", "own")];
    let page = clerk.post("/annual-reports", &form).await.expect(303).location();
    clerk.post(&page, &[("version", "1"), ("noughts", "true")]).await.expect(303);
    clerk.post(&format!("{page}/count"), &[("version", "2")]).await.expect(303);
    page
}

async fn summed(clerk: &mut Client, year: &str) -> String {
    let form = [("organ", ""), ("year", year), ("scope", "county")];
    let page = clerk.post("/annual-reports", &form).await.expect(303).location();
    clerk.post(&format!("{page}/sum"), &[("version", "1"), ("partial", "true")]).await.expect(303);
    page
}

/// Fails unless the report holds what was counted beside it, and agrees with itself and with what stands around it.
fn holds(stored: &Stored, expected: &Expected, organ: Option<&str>) {
    let tables = &stored.report.tables;
    for line in form::requests(Edition::Y2021) {
        let row = tables.row(line.key).expect("each row of the form");
        for (column, cell) in row.cells.iter().enumerate() {
            let number = cell.figure().and_then(|number| number.to_whole());
            assert_eq!(number, Some(expected.of(organ, line.key, column)), "{organ:?} {} {column}", line.key);
        }
    }
    for (at, cell) in tables.remedies.iter().enumerate() {
        let number = cell.figure().and_then(|number| number.to_whole());
        assert_eq!(number, Some(expected.of(organ, &format!("m{at}"), 0)), "{organ:?} m{at}");
    }
    let wrong: Vec<_> = stored.identities.iter().filter(|identity| identity.holds == Some(false)).collect();
    assert!(wrong.is_empty(), "{organ:?} {wrong:?}");
    let holding: Vec<&str> = stored.identities.iter().filter(|one| one.holds == Some(true)).map(|one| one.id).collect();
    for id in ["1", "2", "3", "4", "5"].into_iter().chain(organ.is_none().then_some("8")) {
        assert!(holding.contains(&id), "{organ:?} {id} {:?}", stored.identities);
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What a further program reads of a file; `None` where it is not installed.
fn elsewhere(bytes: &[u8], name: &str, program: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).expect("written");
    let mut command = std::process::Command::new(program);
    if program == "soffice" {
        command.args(["--headless", "--convert-to", "pdf", "--outdir"]).arg(folder.path());
        command.env("HOME", folder.path()).arg(&file);
        assert!(command.output().ok()?.status.success(), "{program} opens {name}");
        let pdf = std::fs::read(folder.path().join("report.pdf")).expect("it opens");
        let read = documents_read::extract(&pdf, "report.pdf", &documents::Limits::default()).expect("opens");
        return Some(bare(&read.text));
    }
    let read = command.arg(&file).arg("-").output().ok()?;
    assert!(read.status.success(), "{program} opens {name}");
    Some(bare(&String::from_utf8_lossy(&read.stdout)))
}

/// Opens the Word file and the PDF of a report: all chapters, every row and the numbers are there.
async fn opened(client: &mut Client, address: &str, title: &str) {
    let word = client.get(&format!("{address}/report.docx")).await.expect(200).bytes.to_vec();
    let read = documents_read::extract(&word, "report.docx", &documents::Limits::default()).expect("opens");
    let mut texts = vec![bare(&read.text)];
    for line in form::requests(Edition::Y2021) {
        assert!(texts[0].contains(&bare(line.label)), "{} in {}", line.label, texts[0]);
    }
    let pdf = client.get(&format!("{address}/report.pdf")).await.expect(200).bytes.to_vec();
    let read = documents_read::extract(&pdf, "report.pdf", &documents::Limits::default()).expect("opens");
    assert!(read.pages.is_some_and(|pages| pages > 1), "{:?}", read.pages);
    texts.push(bare(&read.text));
    texts.extend(elsewhere(&pdf, "report.pdf", "pdftotext"));
    texts.extend(elsewhere(&word, "report.docx", "soffice"));
    for text in texts {
        for words in CHAPTERS.into_iter().chain([title, "新收政府信息公开申请", "与2024年相比", "现行有效件数"])
        {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

both! {
    async fn a_year_of_every_outcome_agrees_and_goes_out_in_four_formats(app) {
        let expected = year(app).await;
        let (mut clerk, ctx) = (app.clerk().await, app.ctx());
        let mut pages = BTreeMap::new();
        for year in ["2024", "2025"] {
            for (code, ..) in ORGANS {
                pages.insert((*code, year), counted(&mut clerk, code, year).await);
            }
        }
        let (_, county) = (summed(&mut clerk, "2024").await, summed(&mut clerk, "2025").await);
        for code in DEPARTMENTS {
            let one = stored(ctx, Some(&OrganCode::from(code)), 2025).await.expect("reads").expect("a report");
            holds(&one, &expected, Some(code));
        }
        let whole = stored(ctx, None, 2025).await.expect("reads").expect("a summary");
        holds(&whole, &expected, None);
        assert_eq!(whole.report.tables.row("3.7").map(|row| row.cells[6].printed.clone()), Some("270".to_owned()));

        // Behind each figure stand its cases, for whoever may see them.
        let page = pages[&("QH010", "2025")].clone();
        clerk.get(&page).await.expect(200).shows("counted=2025-3.1-6").shows("与 2024 年相比").hides("登记簿现在的统计");
        for (row, column) in [("3.1", 6), ("1", 0), ("4", 6), ("3.6.3", 6)] {
            let many = expected.of(Some("QH010"), row, column);
            let list = clerk.get(&format!("/cases?phase=all&organ=QH010&counted=2025-{row}-{column}")).await.expect(200);
            list.shows(&format!("共 {many} 件")).shows("年年报：");
        }
        let reviews = expected.of(Some("QH010"), "m4", 0);
        let list = clerk.get("/cases?phase=all&organ=QH010&counted=2025-m4").await.expect(200);
        list.shows(&format!("共 {reviews} 件"));
        let all = expected.of(None, "3.7", 6);
        clerk.get("/cases?phase=all&counted=2025-3.7-6").await.expect(200).shows(&format!("共 {all} 件"));
        clerk.get(&county).await.expect(200).shows("counted=2025-3.7-6");
        let mut other = app.editor("QH011").await;
        other.get("/cases?phase=all&organ=QH010&counted=2025-3.1-6").await.expect(200).shows("共 0 件");
        clerk.get("/cases?counted=2025-9.9-1").await.expect(400);

        // Public by a second person, in four formats that are opened again.
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
        head.post(&format!("{page}/release"), &[("version", "3")]).await.expect(303);
        let (mut reader, public) = (app.visitor(), page.replace("/annual-reports/", "/reports/"));
        reader.get(&public).await.expect(200).shows(&format!("{public}/report.pdf")).hides("/cases?");
        let data = reader.get(&format!("{public}/data.json")).await.expect(200).json();
        assert!(data["chapters"][0]["text"].as_str().is_some_and(|text| text.contains("新收政府信息公开申请")), "{data}");
        assert_eq!(data["chapters"].as_array().map(Vec::len), Some(6));
        opened(&mut head, &page, "青禾县财政局2025年政府信息公开工作年度报告").await;
        opened(&mut clerk, &county, "青禾县2025年政府信息公开工作年度报告").await;
        let paper = reader.get(&format!("{public}/report.docx")).await.expect(200);
        let read = documents_read::extract(&paper.bytes, "a.docx", &documents::Limits::default()).expect("opens");
        assert!(read.text.contains("以公布的年度报告全文为准"), "{}", read.text);
        let again = reader.get(&format!("{public}/report.pdf")).await.expect(200).bytes.to_vec();
        assert_eq!(reader.get(&format!("{public}/report.pdf")).await.expect(200).bytes.to_vec(), again);
        assert!(whole.to_html().is_ok_and(|html| html.contains("五、存在的主要问题及改进情况")));

        // What is entered afterwards is told and shifts nothing.
        let on = Date::constant(2025, 6, 3);
        let mut tx = ctx.db().write().await.expect("a write");
        let late = received(app, &mut tx, "QH010", "natural_person", on).await;
        ended(app, &mut tx, "QH010", &late, on, ("disclosed", "")).await;
        tx.commit().await.expect("committed");
        head.get(&page).await.expect(200).shows("登记簿现在的统计与这里有").shows("已经保存和公布的数据不变");
        let told = head.get(&format!("{page}/register")).await.expect(200).shows("“（一）予以公开”，总计");
        told.shows("counted=2025-3.1-0");
        let same = reader.get(&format!("{public}/data.json")).await.expect(200).json();
        assert_eq!(same["tables"], data["tables"]);
    }
}
