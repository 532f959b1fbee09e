//! Stories of what is a person's alone: numbers in columns of codes, minors whom nobody called one, what a sheet holds beside
//! the columns of its item, homes and illness in texts, the organ's own last day.

use std::{collections::BTreeMap, sync::Arc};

use documents::tables::{Cell, Sheet, write_xlsx};
use item::{Item, ItemKey, Value};
use kernel::OrganCode;
use record::{
    BatchId, State,
    batch::{self, New, NewRow},
    correct, form, gates, import, rows,
};
use review::{Gate, Word};
use serde_json::json;
use testkit::{TestApp, both};
use web::Refusal;

use crate::records::{
    ORGAN, editor, filled, found, kept, options, permit, person, published, stands_in_clear, workbook, written,
};

/// An identity number of somebody who was 13 in February 2026; its check digit is right.
const CHILD: &str = "33010620120307751X";
/// One of a grown person that goes where codes of organs stand.
const NUMBER: &str = "11010519491231002X";

async fn penalty(app: &TestApp) -> Arc<Item> {
    let key = ItemKey::new("penalty").expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("in the box")
}

/// What a form of a penalty of a natural person holds, changed in some columns.
fn typed(item: &Item, number: &str, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut typed = filled(item, number);
    typed.extend(changes.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())));
    typed
}

fn row(item: &Item, number: &str, changes: &[(&str, &str)]) -> NewRow {
    form::read(item, &typed(item, number, changes)).expect("a form that can be read").row
}

async fn tried(app: &TestApp, row: NewRow) -> Result<BatchId, Refusal> {
    let item = penalty(app).await;
    let mut tx = written(app).await;
    let new = New::form(&item, &OrganCode::from(ORGAN));
    let id = batch::enter(app.ctx(), &mut tx, &editor(), new, vec![row]).await?;
    tx.commit().await.expect("commit");
    Ok(id)
}

/// Hands a batch in and has it pass its gates on a later day; what the last of them is refused for.
async fn refused_on(app: &TestApp, id: &BatchId, day: &str) -> Option<String> {
    gates::look_through(app.ctx(), id).await.expect("looked through");
    let mut tx = written(app).await;
    let version = found(app, id).await.version;
    gates::submit(app.ctx(), &mut tx, &editor(), (id, version)).await.expect("submitted");
    tx.commit().await.expect("commit");
    let day = kernel::time::parse_date(day).expect("a day");
    app.at(kernel::time::start_of_day(day));
    let mut last = None;
    for gate in Gate::ALL {
        gates::look_through(app.ctx(), id).await.expect("looked through");
        let reviewer = person(&format!("reviewer-{}", gate.code), "QH001", gate.permission.roles);
        let version = found(app, id).await.version;
        let mut tx = written(app).await;
        let word = Word { ticked: &[0, 1, 2, 3, 4, 5], ..Word::default() };
        let passed = gates::pass(app.ctx(), &mut tx, &reviewer, (id, version), word).await;
        last = passed.err().map(|refusal| refusal.words());
        if last.is_none() {
            tx.commit().await.expect("commit");
        }
    }
    last
}

/// The fields at which something is refused.
fn fields(tried: Result<BatchId, Refusal>) -> Vec<String> {
    match tried {
        Err(Refusal::Fields(errors)) => errors.items().iter().map(|(field, _)| field.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

async fn only(app: &TestApp, batch: &BatchId) -> rows::Stored {
    let page = batch::rows(batch).page::<rows::Stored>(app.ctx().db(), None, None, 10).await.expect("rows");
    page.rows.into_iter().next().expect("a row")
}

both! {
    async fn an_identity_number_is_refused_where_a_code_stands(app) {
        let item = penalty(app).await;
        for key in ["credit_code", "authority_code", "source_organ_code"] {
            let tried = tried(app, row(&item, "青财罚〔2026〕1号", &[(key, NUMBER)])).await;
            assert!(fields(tried).contains(&key.to_owned()), "{key}");
        }
        assert!(!stands_in_clear(app, NUMBER).await, "nothing of it is kept");
        let added = BTreeMap::from([("家庭住址".to_owned(), "城关镇".to_owned())]);
        let row = NewRow { more: added, ..row(&item, "青财罚〔2026〕1号", &[]) };
        assert_eq!(fields(tried(app, row).await), ["form"], "whoever brings it, a program too");
    }

    async fn a_minor_is_known_by_the_number_and_asked_for_where_nothing_tells(app) {
        let item = penalty(app).await;
        let nothing = [("person_id", "E12345678"), ("person_id_kind", "02")];
        assert_eq!(fields(tried(app, row(&item, "青财罚〔2026〕1号", &nothing)).await), ["person_minor"]);
        let id = tried(app, row(&item, "青财罚〔2026〕1号", &[("person_id", CHILD)])).await.expect("entered");
        let page = app.editor(ORGAN).await.get(&format!("/records/batches/{id}")).await.expect(200);
        page.shows("第 1 行：这一行涉及未成年人");
        published(app, &id).await;
        let stored = only(app, &id).await;
        assert_eq!((stored.state, stored.data), (State::Closed, record::Data::default()));
        assert!(!stands_in_clear(app, "王小明").await, "nobody reads the name");
        app.visitor().get(&format!("/records/penalty/{}", stored.record)).await.expect(404);
    }

    async fn what_was_public_of_a_minor_is_sealed_by_the_correction(app) {
        let item = penalty(app).await;
        let number = "青财罚〔2026〕1号";
        let first = tried(app, row(&item, number, &[])).await.expect("entered");
        published(app, &first).await;
        let stored = only(app, &first).await;
        assert_eq!((stored.state, stored.data.get("counterpart")), (State::Public, "王小明"));
        let minor = row(&item, number, &[("person_minor", "minor")]);
        let mut tx = written(app).await;
        let of = (&stored.record, 1);
        let second = correct::correct(app.ctx(), &mut tx, &editor(), of, (minor, "当事人未成年")).await.expect("begun");
        tx.commit().await.expect("commit");
        published(app, &second).await;
        let versions = rows::versions(app.ctx().db().read(), &stored.record).await.expect("versions");
        assert_eq!(versions.len(), 2);
        for version in &versions {
            assert_eq!((version.state, &version.data), (State::Closed, &record::Data::default()));
        }
        assert!(!stands_in_clear(app, "王小明").await);
        let (values, _) = rows::whole(app.ctx(), app.ctx().db().read(), &item, &versions[1]).await.expect("opened");
        assert_eq!(values.get("counterpart"), Some(&Value::Text("王小明".to_owned())), "the office has it, for a reason");
        let mut staff = app.editor(ORGAN).await;
        for page in [format!("/records/batches/{first}"), format!("/records/batches/{second}")] {
            staff.get(&page).await.expect(200).hides("王小明");
        }
        staff.get(&format!("/records/penalty/{}", stored.record)).await.expect(200).hides("王小明");
        app.visitor().get(&format!("/records/penalty/{}", stored.record)).await.expect(404);
        // Another organ knows nothing of it, a reader of the feed takes it out, and who enters it again is told.
        app.editor("QH011").await.get(&format!("/records/penalty/{}", stored.record)).await.expect(403).hides("未成年");
        let feed = app.visitor().get("/records/penalty/feed.atom").await.expect(200);
        feed.shows("deleted-entry").shows(stored.record.as_str()).hides("王小明");
        let organ = OrganCode::from(ORGAN);
        let again = [row(&item, number, &[])];
        let told = record::look::breaches(app.ctx(), &item, &organ, &again, false).await.expect("checks");
        assert!(told.iter().any(|one| one.message.contains("封存")), "{told:?}");
        let until = kernel::time::parse_date(&versions[0].keep_until).expect("a day");
        app.at(kernel::time::start_of_day(until.tomorrow().expect("a day")));
        assert_eq!(record::retention::expire(app.ctx()).await.expect("expired"), 1, "nor is it kept for ever");
        let sealed: i64 = store::query_scalar("SELECT COUNT(*) FROM record_private")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a number");
        assert_eq!(sealed, 0);
    }

    async fn what_should_never_have_been_shown_is_sealed_by_its_correction(app) {
        let item = penalty(app).await;
        let number = "青财罚〔2026〕1号";
        let first = tried(app, row(&item, number, &[("facts", "门店设在文昌路九号")])).await.expect("entered");
        published(app, &first).await;
        let stored = only(app, &first).await;
        let mut staff = app.editor(ORGAN).await;
        let page = format!("/records/penalty/{}", stored.record);
        staff.get(&format!("{page}/correct")).await.expect(200).shows("不再显示更正前的内容");
        let mut sent: Vec<(String, String)> = typed(&item, number, &[("facts", "未按规定设置账簿")])
            .into_iter()
            .map(|(key, text)| (format!("c_{key}"), text))
            .collect();
        let own = [("version", "1"), ("act", "save"), ("note", "误写了文昌路的门店"), ("hides", "true")];
        sent.extend(own.map(|(name, text)| (name.to_owned(), text.to_owned())));
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let batch = staff.post(&format!("{page}/correct"), &sent).await.expect(303).location();
        let second = BatchId::from(batch.rsplit('/').next().unwrap_or_default());
        published(app, &second).await;
        let mut reader = app.visitor();
        let seen = reader.get(&page).await.expect(200).shows("更正前的内容不再显示").shows("依法不应当公开").shows("未按规定设置账簿");
        seen.hides("文昌路");
        reader.get(&format!("/api/v1{page}")).await.expect(200).hides("文昌路");
        for page in [page, format!("/records/batches/{first}")] {
            staff.get(&page).await.expect(200).hides("门店设在文昌路");
        }
        let versions = rows::versions(app.ctx().db().read(), &stored.record).await.expect("versions");
        let states: Vec<State> = versions.iter().map(|version| version.state).collect();
        assert_eq!(states, [State::Public, State::Closed]);
        assert!(!stands_in_clear(app, "门店设在文昌路").await);
    }

    async fn the_own_last_day_of_the_organ_ends_the_publication(app) {
        let item = penalty(app).await;
        let firm = [("counterpart_kind", "01"), ("counterpart", "青禾测试商贸有限公司"), ("credit_code", "91000000MA00225001"),
            ("person_id", ""), ("person_id_kind", "")];
        let until = |day: &'static str| [firm.as_slice(), &[("shown_until", day)]].concat();
        assert_eq!(fields(tried(app, row(&item, "青财罚〔2026〕1号", &until("2026-02-11"))).await), ["shown_until"]);
        let id = tried(app, row(&item, "青财罚〔2026〕1号", &until("2027-02-10"))).await.expect("entered");
        assert_eq!(only(app, &id).await.keep_until, "2027-02-10");
        published(app, &id).await;
        let page = format!("/records/penalty/{}", only(app, &id).await.record);
        app.visitor().get(&page).await.expect(200).shows("公示至").shows("2027-02-10").hides("公示截止期");
        let late = tried(app, row(&item, "青财罚〔2026〕2号", &until("2026-04-01"))).await.expect("entered");
        let last = refused_on(app, &late, "2026-04-02").await;
        assert!(last.is_some_and(|words| words.contains("公示截止期")), "the last gate publishes nothing that is over");
    }

    async fn history_whose_term_is_over_never_becomes_public_and_no_night_erases_it(app) {
        let item = penalty(app).await;
        let told = fields(tried(app, row(&item, "青财罚〔2019〕1号", &[("decided_on", "2019-02-10")])).await);
        assert!(told.contains(&"decided_on".to_owned()), "{told:?}");
        let permit = permit(app).await;
        let bytes = workbook(&permit, &[&[("decided_on", "2019-02-10")], &[]]);
        let file = kept(app, "2019 年许可.xlsx", &bytes);
        let backfill = import::Backfill { source: "2019 年许可档案".to_owned(), confidence: 95 };
        let options = import::Options { backfill: Some(backfill), dry_run: true, ..options(&permit) };
        let told = import::run(app.ctx(), &editor(), &file, &options, &import::Silent).await.expect("told");
        assert_eq!((told.accepted, told.refused), (1, 1), "{:?}", told.faults);
        assert!(told.faults.first.iter().any(|said| said.message.contains("公示期")), "{:?}", told.faults);
        // Two years of a natural person, over while it is under review.
        let near = [("decided_on", "2024-03-10"), ("valid_to", "2030-02-09")];
        let id = tried(app, row(&item, "青财罚〔2024〕1号", &near)).await.expect("entered");
        assert_eq!(only(app, &id).await.keep_until, "2026-03-10");
        let last = refused_on(app, &id, "2026-03-11").await;
        assert!(last.is_some_and(|words| words.contains("公示期已满")), "the last gate publishes nothing that is over");
        assert_eq!(record::retention::expire(app.ctx()).await.expect("nothing"), 0);
        assert!(!only(app, &id).await.data.values.is_empty(), "what the office entered is there");
    }

    async fn homes_and_illness_of_a_person_stop_a_batch_until_somebody_answers_for_them(app) {
        let item = penalty(app).await;
        let facts = "王小明（住城关镇文昌路2号3单元501）系艾滋病患者，无证经营";
        let id = tried(app, row(&item, "青财罚〔2026〕1号", &[("facts", facts)])).await.expect("entered");
        gates::look_through(app.ctx(), &id).await.expect("looked through");
        let checks = gates::checks(app.ctx(), &found(app, &id).await).await.expect("checks");
        let stops: Vec<&str> = checks.found.iter().filter(|one| one.stops()).map(|one| one.rule.as_str()).collect();
        assert!(stops.contains(&"privacy.home") && stops.contains(&"privacy.name"), "{stops:?}");
        assert!(checks.found.iter().filter(|one| one.stops()).all(|one| one.place.contains("第 1 行“")), "by its cell");
        // Who lets it through is in the log, and no word of the cell: it may have to be erased some day.
        let one = checks.found.iter().find(|one| one.rule == "privacy.home").expect("the home");
        let mut tx = written(app).await;
        let (subject, matter) = gates::subject(app.ctx(), &mut tx, &id).await.expect("the batch");
        let other = person("other", "QH001", review::permissions::OVERRIDE_FINDING.roles);
        let finding = (one.rule.as_str(), one.digest.as_str());
        let letting = review::findings::let_through(&mut tx, &subject, &other, &matter, finding, "已核对");
        letting.await.expect("let through");
        tx.commit().await.expect("commit");
        let quoted: i64 = store::query_scalar("SELECT COUNT(*) FROM event_payload WHERE data LIKE '%文昌路%'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a number");
        assert_eq!(quoted, 0);
        let clean = tried(app, row(&item, "青财罚〔2026〕2号", &[("facts", "未按规定设置账簿")])).await.expect("entered");
        gates::look_through(app.ctx(), &clean).await.expect("looked through");
        let checks = gates::checks(app.ctx(), &found(app, &clean).await).await.expect("checks");
        assert_eq!(checks.stopping(), 0, "{:?}", checks.found);
    }

    async fn columns_that_the_item_does_not_know_are_published_by_choice_and_a_persons_never(app) {
        let item = penalty(app).await;
        let texts = typed(&item, "青财罚〔2026〕1号", &[]);
        let more = [("家庭住址", "城关镇文昌路2号"), ("银行开户行账号", "6222021234567890"), ("裁量等级", "从轻")];
        let header = item.columns.iter().map(|column| column.label.as_str()).chain(more.map(|(head, _)| head));
        let header: Vec<String> = header.map(str::to_owned).collect();
        let text = |key: &str| texts.get(key).map_or("", String::as_str);
        let cells = item.columns.iter().map(|column| text(&column.key)).chain(more.map(|(_, text)| text));
        let rows = vec![cells.map(Cell::from).collect::<Vec<Cell>>()];
        let bytes = write_xlsx(&Sheet { name: "行政处罚".to_owned(), header, rows, ..Sheet::default() }).expect("a workbook");
        let file = kept(app, "处罚.xlsx", &bytes);
        let mut options = import::Options::new(item.key.clone(), OrganCode::from(ORGAN));
        options.dry_run = true;
        let told = import::run(app.ctx(), &editor(), &file, &options, &import::Silent).await.expect("told");
        for (head, _) in more {
            let mapped = told.mapping.iter().find(|one| one.head == head).expect("a head");
            assert_eq!(json!(mapped.to), json!({ "to": "nothing" }), "{head}");
        }
        assert!(told.about.iter().any(|words| words.contains("“家庭住址”“银行开户行账号”是个人信息")), "{:?}", told.about);
        assert!(told.about.iter().any(|words| words.contains("“裁量等级”不是本事项的列")), "{:?}", told.about);
        options.dry_run = false;
        let said = || serde_json::from_value(json!({ "to": "more" })).expect("a target");
        options.mapping = more.map(|(head, _)| (head.to_owned(), said())).into_iter().collect();
        let told = import::run(app.ctx(), &editor(), &file, &options, &import::Silent).await.expect("stored");
        let stored = only(app, &told.batch.expect("a batch")).await;
        assert_eq!(stored.data.more, BTreeMap::from([("裁量等级".to_owned(), "从轻".to_owned())]));
        assert!(!stands_in_clear(app, "6222021234567890").await);
    }

    async fn what_was_added_to_a_row_stands_in_its_form_and_is_taken_out_there(app) {
        let item = penalty(app).await;
        let added = BTreeMap::from([("裁量等级".to_owned(), "从轻".to_owned()), ("承办科室".to_owned(), "一科".to_owned())]);
        let new = NewRow { more: added, ..row(&item, "青财罚〔2026〕1号", &[]) };
        let id = tried(app, new).await.expect("entered");
        let stored = only(app, &id).await;
        let mut staff = app.editor(ORGAN).await;
        let page = format!("/records/batches/{id}/rows/{}", stored.id);
        let version = staff.get(&page).await.expect(200).shows("裁量等级").shows("从轻").shows("一科").field("version");
        let mut sent: Vec<(String, String)> =
            typed(&item, "青财罚〔2026〕1号", &[]).into_iter().map(|(key, text)| (format!("c_{key}"), text)).collect();
        sent.push(("version".to_owned(), version));
        sent.push(("act".to_owned(), "save".to_owned()));
        sent.push(("x_承办科室".to_owned(), String::new()));
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        staff.post(&page, &sent).await.expect(303);
        let kept = only(app, &id).await.data.more;
        assert_eq!(kept, BTreeMap::from([("裁量等级".to_owned(), "从轻".to_owned())]));
    }
}
