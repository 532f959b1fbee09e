//! Stories of records: from a form and from a sheet through review to readers, corrected, taken away; what is never public
//! is nowhere.

use std::{collections::BTreeMap, sync::Arc};

use documents::tables::{Cell, Sheet, write_xlsx};
use item::{Item, ItemKey, Type, Value};
use kernel::{Actor, Directory, OrganCode, Role, Staff, id::AccountId};
use record::{
    BatchId, Query, Reason, RecordId,
    batch::{self, New},
    correct, counts, doubt, form, gates, import,
    query::Asked,
    rows, withdraw,
};
use review::{Gate, Word};
use store::Tx;
use testkit::{TestApp, both};

/// A number of a natural person that nobody may read.
pub(crate) const HIDDEN: &str = "110101199003074514";
/// The organ of these stories.
pub(crate) const ORGAN: &str = "QH010";

/// Somebody of an organ who is nobody else.
pub(crate) fn person(account: &str, organ: &str, roles: &[Role]) -> Actor {
    Actor::Staff(Staff {
        account: AccountId::from(account),
        name: format!("{account}（测试）"),
        organ: OrganCode::from(organ),
        roles: roles.to_vec(),
        central: organ == "QH001",
    })
}

pub(crate) fn editor() -> Actor {
    person("editor", ORGAN, &[Role::Editor])
}

pub(crate) fn head() -> Actor {
    person("head", ORGAN, &[Role::OrganHead])
}

pub(crate) async fn permit(app: &TestApp) -> Arc<Item> {
    let key = ItemKey::new("permit").expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("in the box")
}

/// What a form of a permit holds: every required column with something that fits, about a natural person.
pub(crate) fn filled(item: &Item, number: &str) -> BTreeMap<String, String> {
    let mut typed = BTreeMap::new();
    for column in item.columns.iter().filter(|column| column.required) {
        let text = match &column.typed {
            Type::Enum { choices, .. } => choices.first().map(|choice| choice.code.clone()).unwrap_or_default(),
            Type::Date { .. } => "2026-02-10".to_owned(),
            Type::CreditCode => "11000000000000001Y".to_owned(),
            _ => "青禾县财政局".to_owned(),
        };
        typed.insert(column.key.clone(), text);
    }
    for (key, text) in [
        ("counterpart", "王小明"),
        ("counterpart_kind", "02"),
        ("person_id_kind", "01"),
        ("person_id", HIDDEN),
        ("document_number", number),
        ("content", "准予开设代理记账机构"),
        ("valid_to", "2030-02-09"),
    ] {
        typed.insert(key.to_owned(), text.to_owned());
    }
    typed
}

pub(crate) async fn written(app: &TestApp) -> Tx {
    app.ctx().db().write().await.expect("a write")
}

pub(crate) async fn found(app: &TestApp, id: &BatchId) -> batch::Batch {
    batch::find(app.ctx().db().read(), id).await.expect("database").expect("the batch")
}

/// Enters one permit by form.
pub(crate) async fn entered(app: &TestApp, number: &str) -> BatchId {
    let item = permit(app).await;
    let read = form::read(&item, &filled(&item, number)).expect("a form that can be read");
    let mut tx = written(app).await;
    let new = New::form(&item, &OrganCode::from(ORGAN));
    let id = batch::enter(app.ctx(), &mut tx, &editor(), new, vec![read.row]).await.expect("entered");
    tx.commit().await.expect("commit");
    id
}

/// Hands a batch in and has it pass every gate, each by another person, until readers see it.
pub(crate) async fn published(app: &TestApp, id: &BatchId) {
    passed(app, id).await;
    app.work().await;
}

/// The same without what is done behind the last gate.
pub(crate) async fn passed(app: &TestApp, id: &BatchId) {
    let ctx = app.ctx();
    gates::look_through(ctx, id).await.expect("looked through");
    let mut tx = written(app).await;
    let batch = found(app, id).await;
    let of_organ = person("editor", batch.organ.as_str(), &[Role::Editor]);
    gates::submit(ctx, &mut tx, &of_organ, (id, batch.version)).await.expect("submitted");
    tx.commit().await.expect("commit");
    for gate in Gate::ALL {
        gates::look_through(ctx, id).await.expect("looked through");
        let reviewer = person(&format!("reviewer-{}", gate.code), "QH001", gate.permission.roles);
        let version = found(app, id).await.version;
        let mut tx = written(app).await;
        let word = Word { ticked: &[0, 1, 2, 3, 4, 5], ..Word::default() };
        gates::pass(ctx, &mut tx, &reviewer, (id, version), word).await.expect("passed");
        tx.commit().await.expect("commit");
    }
}

/// The one public permit with this number.
pub(crate) async fn public(app: &TestApp, number: &str) -> Option<rows::Stored> {
    let item = permit(app).await;
    let mut query = Query::new(Arc::clone(&item));
    query.asked.insert("document_number".to_owned(), Asked::Is(number.to_owned()));
    let page = query.page(app.ctx().db(), "newest", None, 10).await.expect("a page");
    assert!(page.rows.len() < 2, "a number names one permit");
    let record = page.rows.first()?.record.clone();
    rows::public(app.ctx().db().read(), &item.key, &record).await.expect("database")
}

async fn counted(app: &TestApp) -> i64 {
    let item = permit(app).await;
    let counted = counts::public(app.ctx().db().read(), &item.key, None, "").await.expect("counts");
    let mut since = Query::new(item);
    since.since = Some(jiff::civil::Date::constant(2000, 1, 1));
    let seen = since.count(app.ctx().db()).await.expect("a count");
    assert_eq!(seen.rows, counted, "what is kept is what there is");
    counted
}

/// Whether a text stands anywhere in the tables that hold records, events or findings, in clear.
pub(crate) async fn stands_in_clear(app: &TestApp, text: &str) -> bool {
    for sql in [
        "SELECT * FROM record",
        "SELECT * FROM record_private",
        "SELECT * FROM record_batch",
        "SELECT * FROM event_payload",
        "SELECT * FROM finding",
        "SELECT * FROM job",
        "SELECT * FROM record_import",
    ] {
        let rows = store::query(sql).fetch_all(app.ctx().db().read()).await.expect("rows");
        for row in rows {
            for at in 0..row.width() {
                let value: store::Value = row.at(at).expect("a value");
                if matches!(&value, store::Value::Text(held) if held.contains(text)) {
                    return true;
                }
            }
        }
    }
    false
}

both! {
    async fn a_form_goes_through_review_and_what_is_never_public_is_nowhere(app) {
        let number = "青财许〔2026〕1号";
        let id = entered(app, number).await;
        assert!(public(app, number).await.is_none(), "a draft is not public");
        assert_eq!(counted(app).await, 0);
        published(app, &id).await;
        let stored = public(app, "青财许[2026]1号").await.expect("public, however its number is written");
        assert_eq!(stored.data.get("counterpart"), "王小明");
        assert_eq!(stored.data.get("person_id"), "");
        assert_eq!(counted(app).await, 1);
        assert!(!stands_in_clear(app, HIDDEN).await, "what is never public lies sealed and nowhere else");
        let item = permit(app).await;
        let (values, _) = rows::whole(app.ctx(), app.ctx().db().read(), &item, &stored).await.expect("opened");
        assert_eq!(values.get("person_id"), Some(&Value::Text(HIDDEN.to_owned())), "the office has it");
        let mut tx = written(app).await;
        assert!(rows::unmask(app.ctx(), &mut tx, &editor(), &stored.id, " ").await.is_err(), "not without a reason");
        let shown = rows::unmask(app.ctx(), &mut tx, &editor(), &stored.id, "核对身份").await.expect("shown");
        assert_eq!(shown.get("person_id").map(String::as_str), Some(HIDDEN));
        tx.commit().await.expect("commit");
    }

    async fn nobody_passes_what_is_the_own_and_a_number_is_public_once(app) {
        let number = "青财许〔2026〕2号";
        let id = entered(app, number).await;
        gates::look_through(app.ctx(), &id).await.expect("looked through");
        let mut tx = written(app).await;
        let version = found(app, &id).await.version;
        gates::submit(app.ctx(), &mut tx, &editor(), (&id, version)).await.expect("submitted");
        tx.commit().await.expect("commit");
        let own = person("editor", "QH001", Gate::SECRECY.permission.roles);
        let version = found(app, &id).await.version;
        let mut tx = written(app).await;
        let word = Word { ticked: &[0, 1, 2, 3, 4, 5], ..Word::default() };
        assert!(gates::pass(app.ctx(), &mut tx, &own, (&id, version), word).await.is_err(), "the author passes nothing");
        drop(tx);
        let mut tx = written(app).await;
        gates::recall(app.ctx(), &mut tx, &editor(), (&id, version)).await.expect("recalled");
        tx.commit().await.expect("commit");
        published(app, &id).await;
        let item = permit(app).await;
        let read = form::read(&item, &filled(&item, number)).expect("a form");
        let mut tx = written(app).await;
        let new = New::form(&item, &OrganCode::from(ORGAN));
        let again = batch::enter(app.ctx(), &mut tx, &editor(), new, vec![read.row]).await;
        assert!(again.is_err(), "the number is public already");
    }

    async fn an_organ_that_was_abolished_enters_nothing_and_its_successor_is_named(app) {
        let ctx = app.ctx();
        let mut organs = ctx.directory().all().to_vec();
        for organ in organs.iter_mut().filter(|organ| organ.code.as_str() == "QH011") {
            organ.exists_to = Some(jiff::civil::Date::constant(2025, 12, 31));
            organ.successor = Some(OrganCode::from("QH010"));
        }
        ctx.set_directory(Directory::new(organs, "青禾县"));
        let item = permit(app).await;
        let read = form::read(&item, &filled(&item, "青民许〔2026〕1号")).expect("a form");
        let old = OrganCode::from("QH011");
        let mut tx = written(app).await;
        let clerk = person("clerk", "QH001", &[Role::CountyOffice]);
        let refused = batch::enter(ctx, &mut tx, &clerk, New::form(&item, &old), vec![read.row]).await;
        let words = refused.expect_err("abolished").words();
        assert!(words.contains("青禾县财政局"), "{words}");
    }

    async fn a_correction_keeps_the_history_and_a_withdrawal_leaves_a_line(app) {
        let ctx = app.ctx();
        let number = "青财许〔2026〕3号";
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        let item = permit(app).await;
        let mut typed = filled(&item, number);
        typed.insert("content".to_owned(), "准予变更代理记账机构的地址".to_owned());
        let row = form::read(&item, &typed).expect("a form").row;
        let mut tx = written(app).await;
        let without = correct::correct(ctx, &mut tx, &editor(), (&stored.record, 1), (row.clone(), "")).await;
        assert!(without.is_err(), "not without a reason");
        let id = correct::correct(ctx, &mut tx, &editor(), (&stored.record, 1), (row.clone(), "内容登记有误")).await;
        let id = id.expect("begun");
        let twice = correct::correct(ctx, &mut tx, &editor(), (&stored.record, 1), (row, "再来一次")).await;
        assert!(twice.is_err(), "one correction at a time");
        tx.commit().await.expect("commit");
        assert_eq!(public(app, number).await.expect("public").version, 1, "readers see what passed its review");
        published(app, &id).await;
        let now = public(app, number).await.expect("public");
        assert_eq!((now.version, &now.record), (2, &stored.record));
        assert!(now.data.get("content").contains("变更"));
        let history = rows::history(ctx.db().read(), &stored.record).await.expect("history");
        assert_eq!(history.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(rows::note(ctx.db().read(), &now.batch).await.expect("a note"), "内容登记有误");
        assert_eq!(counted(app).await, 1);
        taken_away(app, &now).await;
        let mut tx = written(app).await;
        let asked = withdraw::restore(ctx, &mut tx, &head(), &stored.record, "撤下有误").await;
        assert_eq!(asked.expect("asked for"), withdraw::Back::Asked);
        assert!(withdraw::restore(ctx, &mut tx, &head(), &stored.record, "撤下有误").await.is_err(), "not alone");
        let other = person("head-2", ORGAN, &[Role::OrganHead]);
        let back = withdraw::restore(ctx, &mut tx, &other, &stored.record, "同意恢复").await;
        assert_eq!(back.expect("restored"), withdraw::Back::Restored);
        tx.commit().await.expect("commit");
        assert!(public(app, number).await.is_some());
        assert_eq!(counted(app).await, 1);
    }

    async fn a_record_goes_when_its_time_is_over(app) {
        let number = "青财许〔2026〕4号";
        published(app, &entered(app, number).await).await;
        let stored = public(app, number).await.expect("public");
        assert!(!stored.keep_until.is_empty(), "the item says how long");
        assert_eq!(record::retention::expire(app.ctx()).await.expect("nothing yet"), 0);
        let until = kernel::time::parse_date(&stored.keep_until).expect("a day");
        app.at(kernel::time::start_of_day(until.tomorrow().expect("a day")));
        assert_eq!(record::retention::expire(app.ctx()).await.expect("expired"), 1);
        let kept = counts::all(app.ctx().db().read()).await.expect("counts");
        assert!(kept.iter().any(|one| one.records == 0 && one.expired == 1), "what was public is not missing since");
        assert!(public(app, number).await.is_none());
        assert_eq!(counted(app).await, 0);
        assert!(!stands_in_clear(app, "王小明").await, "no version holds the person any more");
    }
}

/// Takes a permit away whose decision was revoked.
pub(crate) async fn taken_away(app: &TestApp, now: &rows::Stored) {
    let ctx = app.ctx();
    let one = withdraw::Withdrawal {
        record: now.record.clone(),
        version: now.version,
        reason: Reason::Revoked,
        words: "原决定已依法撤销".to_owned(),
        decided_on: Some(jiff::civil::Date::constant(2026, 3, 2)),
    };
    let mut tx = written(app).await;
    assert!(withdraw::withdraw(ctx, &mut tx, &editor(), one.clone()).await.is_err(), "an editor takes nothing away");
    withdraw::withdraw(ctx, &mut tx, &head(), one).await.expect("taken away");
    tx.commit().await.expect("commit");
    assert!(rows::history(ctx.db().read(), &now.record).await.expect("history").is_empty(), "nor its history");
    let line = withdraw::of_record(ctx.db().read(), &now.record).await.expect("database").expect("a line");
    assert_eq!((line.reason, line.due_on.as_str()), (Reason::Revoked, "2026-03-05"), "three working days from Monday");
    assert_eq!(counted(app).await, 0);
}

/// A workbook of permits with a row for each change.
pub(crate) fn workbook(item: &Item, changes: &[&[(&str, &str)]]) -> Vec<u8> {
    let columns: Vec<_> = item.columns.iter().collect();
    let header = columns.iter().map(|column| column.label.clone()).collect();
    let mut all = Vec::new();
    for (at, changes) in changes.iter().enumerate() {
        let mut typed = filled(item, &format!("青财许〔2026〕{}号", 100 + at));
        typed.extend(changes.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())));
        let text = |key: &str| typed.get(key).cloned().unwrap_or_default();
        all.push(columns.iter().map(|column| Cell::from(text(&column.key))).collect());
    }
    let sheet = Sheet { name: "行政许可".to_owned(), header, rows: all, ..Sheet::default() };
    write_xlsx(&sheet).expect("a workbook")
}

pub(crate) fn kept(app: &TestApp, name: &str, bytes: &[u8]) -> import::File {
    let path = app.data().join(name);
    std::fs::write(&path, bytes).expect("a file");
    import::File::at(&path, name).expect("its digest")
}

pub(crate) fn options(item: &Item) -> import::Options {
    import::Options::new(item.key.clone(), OrganCode::from(ORGAN))
}

both! {
    async fn a_sheet_with_faults_is_told_at_their_rows_and_its_valid_rows_go_in(app) {
        let item = permit(app).await;
        let bytes = workbook(&item, &[
            &[],
            &[("counterpart", "")],
            &[],
            &[("valid_from", "2031-01-01")],
            &[("decided_on", "2026年2月9日")],
            &[("document_number", "青财许〔2026〕100号")],
            &[("decided_on", "某年某月")],
        ]);
        let file = kept(app, "许可.xlsx", &bytes);
        let whole = options(&item);
        let told = import::run(app.ctx(), &editor(), &file, &whole, &import::Silent).await.expect("told");
        assert_eq!(told.batch, None, "all or nothing");
        assert_eq!((told.rows, told.accepted, told.refused), (7, 3, 4), "{:?}", told.faults);
        let rows: std::collections::BTreeSet<u32> = told.faults.first.iter().map(|said| said.row).collect();
        // The head is row 1.
        assert_eq!(rows, [3, 5, 7, 8].into(), "{:?}", told.faults);
        let date = told.faults.first.iter().find(|said| said.row == 8).expect("the date that is none");
        assert_eq!(date.column, "decided_on");
        assert!(told.notes.first.iter().any(|said| said.row == 6), "a date in words is read, and that is told");
        let some = import::Options { accept_valid: true, ..whole };
        let told = import::run(app.ctx(), &editor(), &file, &some, &import::Silent).await.expect("stored");
        let id = told.batch.expect("a batch");
        assert_eq!(found(app, &id).await.total, 3);
        let again = import::run(app.ctx(), &editor(), &file, &some, &import::Silent).await.expect("known");
        assert_eq!((again.batch.as_ref(), again.again), (Some(&id), true), "the same file is the same batch");
        published(app, &id).await;
        assert_eq!(counted(app).await, 3);
        assert!(!stands_in_clear(app, HIDDEN).await, "nor by a sheet");
    }

    async fn a_second_correction_by_sheet_names_its_row_and_the_batch_that_has_it(app) {
        let (ctx, item) = (app.ctx(), permit(app).await);
        let file = kept(app, "许可.xlsx", &workbook(&item, &[&[], &[]]));
        let told = import::run(ctx, &editor(), &file, &options(&item), &import::Silent).await.expect("stored");
        published(app, &told.batch.expect("a batch")).await;
        let update = import::Options { update: true, note: "核对后更正".to_owned(), ..options(&item) };
        let first = kept(app, "更正一.xlsx", &workbook(&item, &[&[], &[("content", "准予变更登记")]]));
        let told = import::run(ctx, &editor(), &first, &update, &import::Silent).await.expect("stored");
        assert_eq!((told.updates, told.unchanged), (1, 1), "{told:?}");
        let second = kept(app, "更正二.xlsx", &workbook(&item, &[&[], &[("content", "准予延续登记")]]));
        let refused = import::run(ctx, &editor(), &second, &update, &import::Silent).await.expect_err("under way");
        let words = refused.words();
        assert!(words.contains("第 3 行") && words.contains("更正一"), "{words}");
    }

    async fn two_imports_at_once_make_one_batch(app) {
        let item = permit(app).await;
        let file = kept(app, "两处.xlsx", &workbook(&item, &[&[], &[], &[]]));
        let (first, second) = (options(&item), options(&item));
        let (one, other) = (editor(), person("second", ORGAN, &[Role::Editor]));
        let (left, right) = tokio::join!(
            import::run(app.ctx(), &one, &file, &first, &import::Silent),
            import::run(app.ctx(), &other, &file, &second, &import::Silent),
        );
        let (left, right) = (left.expect("stored"), right.expect("stored"));
        assert!(left.batch.is_some());
        assert_eq!(left.batch, right.batch);
        let batches: i64 = store::query_scalar("SELECT COUNT(*) FROM record_batch WHERE state <> 'dropped'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a number");
        assert_eq!(batches, 1);
        let rows: i64 = store::query_scalar("SELECT COUNT(*) FROM record")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a number");
        assert_eq!(rows, 3);
    }

    async fn an_import_of_the_browser_is_told_and_then_stored(app) {
        let ctx = app.ctx();
        let item = permit(app).await;
        let received = ctx.files().receive_bytes(&workbook(&item, &[&[], &[]])).await.expect("received");
        let mut tx = written(app).await;
        let id = import::start(ctx, &mut tx, &editor(), (&received, "许可.xlsx"), options(&item)).await.expect("taken");
        tx.commit().await.expect("commit");
        app.work().await;
        let told = import::find(ctx.db().read(), &id).await.expect("database").expect("the import");
        assert_eq!(told.stage(), import::Stage::Told, "{:?}", told.told());
        let mut tx = written(app).await;
        import::store(ctx, &mut tx, &editor(), (&id, told.version), options(&item)).await.expect("asked");
        tx.commit().await.expect("commit");
        app.work().await;
        let stored = import::find(ctx.db().read(), &id).await.expect("database").expect("the import");
        assert_eq!(stored.stage(), import::Stage::Stored);
        assert_eq!(found(app, &stored.batch).await.total, 2);
    }

    async fn doubtful_rows_of_a_backfill_wait_and_the_rest_goes_on(app) {
        let ctx = app.ctx();
        let item = permit(app).await;
        let bytes = workbook(&item, &[&[], &[("person_id", ""), ("person_id_kind", "")]]);
        let file = kept(app, "补录.xlsx", &bytes);
        let backfill = import::Backfill { source: "2016 年许可档案第 3 卷".to_owned(), confidence: 90 };
        let options = import::Options { backfill: Some(backfill), ..options(&item) };
        let told = import::run(ctx, &editor(), &file, &options, &import::Silent).await.expect("stored");
        assert_eq!((told.accepted, told.doubtful), (2, 1), "{:?}", told.warnings);
        let id = told.batch.expect("a batch");
        published(app, &id).await;
        assert_eq!(counted(app).await, 1, "the doubtful row waits");
        let list = doubt::list(None, "permit", None);
        let page = list.page::<doubt::Doubtful>(ctx.db(), None, None, 10).await.expect("the queue");
        let row = page.rows.first().expect("a row");
        let settled = form::read(&item, &filled(&item, "青财许〔2016〕9号")).expect("a form").row;
        let mut tx = written(app).await;
        let to = doubt::settle(ctx, &mut tx, &editor(), &row.id, doubt::Verdict::Keep(Box::new(settled))).await;
        let to = to.expect("settled").expect("kept");
        tx.commit().await.expect("commit");
        assert_ne!(to, id, "its batch is public, so it goes on in another");
        published(app, &to).await;
        let stored = public(app, "青财许〔2016〕9号").await.expect("public");
        let origins = stored.origins().expect("origins");
        assert!(origins.values().any(|origin| origin.source.contains("第 3 卷")), "where it is from stays");
        let record: &RecordId = &stored.record;
        assert!(!record.as_str().is_empty());
    }
}
