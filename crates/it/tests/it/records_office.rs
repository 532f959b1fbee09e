//! Stories of records in the office: a form keeps what was typed and shows who sees it, a batch passes its gates on its page, a
//! record is corrected, taken away, seen behind its masks for a reason; a sheet is told, mended and stored; another organ's
//! editor stays out.

use documents::tables::{Cell, Sheet, write_xlsx};
use item::{Item, ItemKey, Type};
use kernel::Role;
use review::Gate;
use testkit::{Client, TestApp, both};

/// A number of a natural person that readers never see.
const HIDDEN: &str = "110101199003074514";
/// The organ of these stories.
const ORGAN: &str = "QH010";

pub(crate) async fn permit(app: &TestApp) -> std::sync::Arc<Item> {
    let key = ItemKey::new("permit").expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("in the box")
}

/// A text that fits each column which must be filled, of a permit of a natural person.
fn filled(item: &Item, number: &str) -> Vec<(String, String)> {
    let own = [
        ("counterpart", "王小明"),
        ("counterpart_kind", "02"),
        ("person_id_kind", "01"),
        ("person_id", HIDDEN),
        ("document_number", number),
        ("content", "准予开设代理记账机构"),
        ("valid_to", "2030-02-09"),
    ];
    let mut all: Vec<(String, String)> = Vec::new();
    for column in &item.columns {
        let text = match (own.iter().find(|(key, _)| *key == column.key), &column.typed) {
            (Some((_, text)), _) => (*text).to_owned(),
            _ if !column.required => continue,
            (_, Type::Enum { choices, .. }) => choices.first().map(|one| one.code.clone()).unwrap_or_default(),
            (_, Type::Date { .. }) => "2026-02-10".to_owned(),
            (_, Type::CreditCode) => "11000000000000001Y".to_owned(),
            _ => "青禾县财政局".to_owned(),
        };
        all.push((column.key.clone(), text));
    }
    all
}

/// The form of a permit as its page names the fields, with more of the form's own.
pub(crate) fn form(item: &Item, number: &str, own: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        own.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    all.extend(filled(item, number).into_iter().map(|(key, text)| (format!("c_{key}"), text)));
    all
}

/// The same as a client sends it.
pub(crate) fn fields(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

/// Enters one permit of the organ; the page of its batch.
pub(crate) async fn entered(app: &TestApp, number: &str) -> String {
    let item = permit(app).await;
    let form = form(&item, number, &[("organ", ORGAN), ("act", "save")]);
    let mut editor = app.editor(ORGAN).await;
    editor.post("/records/permit/new", &fields(&form)).await.expect(303).location()
}

/// Hands a batch in.
pub(crate) async fn submitted(app: &TestApp, page: &str) {
    let mut editor = app.editor(ORGAN).await;
    let version = editor.get(page).await.expect(200).field("version");
    editor.post(&format!("{page}/submit"), &[("version", &version)]).await.expect(303);
}

/// Has a batch pass every gate on its page, and what follows done.
pub(crate) async fn passed(app: &TestApp, page: &str) {
    for gate in Gate::ALL {
        let mut reviewer = app.reviewer(gate).await;
        let version = reviewer.get(page).await.expect(200).shows(gate.label).field("version");
        let ticks = ["tick0", "tick1", "tick2", "tick3", "tick4", "tick5"].map(|name| (name, "1"));
        let mut form = vec![("version", version.as_str())];
        form.extend(ticks);
        reviewer.post(&format!("{page}/pass"), &form).await.expect(303);
    }
    app.work().await;
}

/// A permit of the organ that is public: the address of its page in the office.
pub(crate) async fn published(app: &TestApp, number: &str) -> String {
    let page = entered(app, number).await;
    submitted(app, &page).await;
    passed(app, &page).await;
    format!("/records/permit/{}", record_of(app, &page).await)
}

/// The last part of an address.
pub(crate) fn id_of(page: &str) -> &str {
    page.rsplit('/').next().unwrap_or_default()
}

async fn one(app: &TestApp, sql: &'static str, page: &str) -> String {
    store::query_scalar(sql).bind(id_of(page)).fetch_one(app.ctx().db().read()).await.expect("a row")
}

async fn record_of(app: &TestApp, page: &str) -> String {
    one(app, "SELECT record FROM record WHERE batch = $1", page).await
}

/// A row of a batch, by its own id.
pub(crate) async fn row_of(app: &TestApp, page: &str) -> String {
    one(app, "SELECT id FROM record WHERE batch = $1", page).await
}

/// A workbook of permits with the labels of their columns as heads, each changed in some columns.
fn workbook(item: &Item, changes: &[&[(&str, &str)]]) -> Vec<u8> {
    let header = item.columns.iter().map(|column| column.label.clone()).collect();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (at, changes) in changes.iter().enumerate() {
        let mut row = filled(item, &format!("青财许〔2026〕{}号", 200 + at));
        for (key, text) in *changes {
            row.retain(|(known, _)| known != key);
            row.push(((*key).to_owned(), (*text).to_owned()));
        }
        let text = |key: &str| row.iter().find(|(known, _)| known == key).map_or("", |(_, text)| text.as_str());
        rows.push(item.columns.iter().map(|column| Cell::from(text(&column.key))).collect());
    }
    write_xlsx(&Sheet { name: "行政许可".to_owned(), header, rows, ..Sheet::default() }).expect("a workbook")
}

/// Brings a workbook; the page of the import, read.
pub(crate) async fn brought(app: &TestApp, changes: &[&[(&str, &str)]], own: &[(&str, &str)]) -> String {
    let item = permit(app).await;
    let bytes = workbook(&item, changes);
    let mut editor = app.editor(ORGAN).await;
    let mut form = vec![("item", "permit"), ("organ", ORGAN)];
    form.extend_from_slice(own);
    let sent = editor.upload("/records/imports", &form, &[("file", "许可.xlsx", &bytes)]).await;
    let page = sent.expect(303).location();
    app.work().await;
    page
}

async fn head(app: &TestApp) -> Client {
    app.person("head-qh010", ORGAN, &[Role::OrganHead]).await
}

both! {
    async fn a_form_keeps_what_was_typed_and_says_who_sees_it(app) {
        let item = permit(app).await;
        let mut editor = app.editor(ORGAN).await;
        editor.get("/records").await.expect(200).shows(&item.title);
        editor.get("/records/permit/new").await.expect(200).shows("不公开").shows("保存为草稿");
        let mut wrong = form(&item, "青财许〔2026〕1号", &[("organ", ORGAN), ("act", "save")]);
        for (name, text) in &mut wrong {
            if name == "c_valid_to" {
                text.replace_range(.., "改天");
            }
        }
        editor.post("/records/permit/new", &fields(&wrong)).await.expect(422).shows("value=\"改天\"").shows("王小明");
        let look = form(&item, "青财许〔2026〕1号", &[("organ", ORGAN), ("act", "look")]);
        let seen = editor.post("/records/permit/new", &fields(&look)).await.expect(200);
        seen.shows("核对结果").shows("公开后读者看到的").shows("读者看不到");
        let count: i64 = store::query_scalar("SELECT COUNT(*) FROM record").fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(count, 0, "looking keeps nothing");
        let once = editor.get("/records/permit/new").await.expect(200).field("once");
        let save = form(&item, "青财许〔2026〕1号", &[("organ", ORGAN), ("act", "save"), ("once", &once)]);
        let first = editor.post("/records/permit/new", &fields(&save)).await.expect(303).location();
        let again = editor.post("/records/permit/new", &fields(&save)).await.expect(303).location();
        assert_eq!(first, again, "a form that is sent twice is done once");
        editor.get(&first).await.expect(200).shows("草稿").shows("提交审核").hides(HIDDEN);
        editor.get("/").await.expect(200).shows("没有提交的数据");
        app.editor("QH011").await.post(&format!("{first}/submit"), &[("version", "1")]).await.expect(403);
    }

    async fn a_batch_passes_its_gates_on_its_page_and_is_sent_back_with_a_reason(app) {
        let page = entered(app, "青财许〔2026〕2号").await;
        submitted(app, &page).await;
        let mut editor = app.editor(ORGAN).await;
        editor.get(&page).await.expect(200).shows("审核中").shows("收回修改").hides("提交审核");
        let mut reviewer = app.reviewer(Gate::ALL[0]).await;
        reviewer.get("/records/batches").await.expect(200).shows("等您审核");
        let version = reviewer.get(&page).await.expect(200).field("version");
        reviewer.post(&format!("{page}/return"), &[("version", &version)]).await.expect(422);
        let back = [("version", version.as_str()), ("reason", "许可内容写得太简单")];
        reviewer.post(&format!("{page}/return"), &back).await.expect(303);
        editor.get(&page).await.expect(200).shows("许可内容写得太简单");
        // A tab that was open before decides nothing.
        reviewer.post(&format!("{page}/pass"), &[("version", &version)]).await.expect(409);
        let row = row_of(app, &page).await;
        editor.get(&format!("{page}/rows/{row}")).await.expect(200).shows("已经填了，这里不显示").hides(HIDDEN);
        submitted(app, &page).await;
        passed(app, &page).await;
        editor.get(&page).await.expect(200).shows("已公开");
        editor.get("/records/permit").await.expect(200).shows("青财许〔2026〕2号");
        let csv = editor.get("/records/permit/export.csv").await.expect(200).shows("青财许〔2026〕2号");
        csv.hides(HIDDEN);
    }

    async fn a_record_is_corrected_taken_away_and_brought_back(app) {
        let item = permit(app).await;
        let page = published(app, "青财许〔2026〕3号").await;
        let mut editor = app.editor(ORGAN).await;
        editor.get(&page).await.expect(200).shows("更正").hides(HIDDEN);
        let mut form = form(&item, "青财许〔2026〕3号", &[("version", "1"), ("act", "save")]);
        for (name, text) in &mut form {
            if name == "c_content" {
                text.replace_range(.., "准予变更代理记账机构名称");
            }
        }
        let to = format!("{page}/correct");
        editor.post(&to, &fields(&form)).await.expect(422).shows("请写明更正原因").shows("准予变更");
        form.push(("note".to_owned(), "许可内容登记有误".to_owned()));
        let batch = editor.post(&to, &fields(&form)).await.expect(303).location();
        editor.get(&batch).await.expect(200).shows("更正前").shows("准予变更代理记账机构名称");
        submitted(app, &batch).await;
        passed(app, &batch).await;
        editor.get(&page).await.expect(200).shows("许可内容登记有误").shows("第 2 版");
        editor.get(&format!("{page}/withdraw")).await.expect(403);
        let mut head = head(app).await;
        head.get(&format!("{page}/withdraw")).await.expect(200).shows("信用修复").hides("正在办理");
        let why = [("version", "2"), ("why", "revoked"), ("words", "原决定已依法撤销")];
        head.post(&format!("{page}/withdraw"), &why).await.expect(422).shows("原决定已依法撤销");
        let today = app.ctx().today().to_string();
        let mut why = why.to_vec();
        why.push(("decided_on", &today));
        head.post(&format!("{page}/withdraw"), &why).await.expect(303);
        head.get(&page).await.expect(200).shows("已撤下").shows("恢复公开");
        editor.get("/records/permit?state=withdrawn").await.expect(200).shows("青财许〔2026〕3号");
        head.post(&format!("{page}/restore"), &[]).await.expect(422);
        head.post(&format!("{page}/restore"), &[("reason", "撤销决定适用于另一案件")]).await.expect(303);
        head.get(&page).await.expect(200).shows("已撤下").shows("提请恢复公开：撤销决定适用于另一案件");
        head.post(&format!("{page}/restore"), &[("reason", "我再点一次")]).await.expect(409);
        // It stands on the desk of who decides and of who asked; the one may say no, the other take it back.
        let mut clerk = app.clerk().await;
        clerk.get("/").await.expect(200).shows("恢复公开，待核准");
        head.get("/").await.expect(200).shows("恢复公开，等另一人核准");
        editor.get("/").await.expect(200).hides("恢复公开，待核准");
        let keep = format!("{page}/keep-away");
        head.get(&page).await.expect(200).shows("收回提请").hides("核准，立即公开");
        head.post(&keep, &[]).await.expect(303);
        head.post(&keep, &[]).await.expect(409).shows("没有等待核准");
        clerk.get("/").await.expect(200).hides("恢复公开，待核准");
        head.post(&format!("{page}/restore"), &[("reason", "撤销决定适用于另一案件")]).await.expect(303);
        clerk.get(&page).await.expect(200).shows("核准，立即公开").shows("不同意");
        clerk.post(&keep, &[]).await.expect(422).shows("请写明不同意恢复公开的理由");
        clerk.post(&keep, &[("n-reason", "撤销决定仍然有效")]).await.expect(303);
        clerk.post(&format!("{page}/restore"), &[("reason", "核对以后仍应公开")]).await.expect(303);
        head.post(&format!("{page}/restore"), &[("reason", "核对无误，同意")]).await.expect(303);
        head.get(&page).await.expect(200).shows("已公开");
        let id = id_of(&page).to_owned();
        app.visitor().get(&format!("/records/permit/{id}")).await.expect(200).shows("曾停止公开");
    }

    async fn what_is_never_public_is_seen_for_a_reason(app) {
        let page = published(app, "青财许〔2026〕4号").await;
        let to = format!("{page}/unmask");
        let mut editor = app.editor(ORGAN).await;
        editor.get(&to).await.expect(200).hides(HIDDEN);
        editor.post(&to, &[]).await.expect(422).hides(HIDDEN);
        editor.post(&to, &[("reason", "核对被许可人身份")]).await.expect(200).shows(HIDDEN);
        app.editor("QH011").await.post(&to, &[("reason", "看看")]).await.expect(403);
    }

    async fn a_sheet_is_told_by_row_and_column_and_stored_in_part(app) {
        let page = brought(app, &[&[], &[("valid_to", "改天")], &[]], &[("what", "new")]).await;
        let mut editor = app.editor(ORGAN).await;
        let told = editor.get(&page).await.expect(200).shows("第 3 行").shows("改天").shows("只导入正确的 2 行");
        let (version, once) = (told.field("version"), told.field("once"));
        editor.get(&format!("{page}/errors.csv")).await.expect(200).shows("改天");
        assert!(editor.get(&format!("{page}/rejected.xlsx")).await.expect(200).bytes.starts_with(b"PK"));
        app.editor("QH011").await.get(&page).await.expect(403);
        // All of it cannot be stored: it is told again, and nothing is kept.
        editor.post(&page, &[("version", &version), ("once", &once), ("act", "all")]).await.expect(303);
        app.work().await;
        let told = editor.get(&page).await.expect(200).shows("只导入正确的 2 行");
        let version = told.field("version");
        editor.post(&page, &[("version", &version), ("act", "valid")]).await.expect(303);
        editor.post(&page, &[("version", &version), ("act", "valid")]).await.expect(409);
        app.work().await;
        editor.get(&page).await.expect(200).shows("已保存 2 行");
        editor.get("/records/batches").await.expect(200).shows("许可.xlsx");
    }

    async fn a_sheet_on_its_side_is_read_the_same_the_second_time(app) {
        let lines = [
            ["一、2024年发行预计执行数", "A=B+D", "13.9703", "13.9703"],
            ["（一）一般债券", "B", "4.7407", "看附表"],
            ["（二）专项债券", "D", "9.2296", "9.2296"],
        ];
        let header = ["项目（单位：亿元）", "公式", "本地区", "本级"].map(str::to_owned).to_vec();
        let rows = lines.map(|line| line.map(Cell::from).to_vec()).to_vec();
        let bytes = write_xlsx(&Sheet { name: "表1-4".to_owned(), header, rows, ..Sheet::default() }).expect("a workbook");
        let mut editor = app.editor(ORGAN).await;
        let form = [("item", "debt-plan"), ("organ", ORGAN), ("what", "new")];
        let sent = editor.upload("/records/imports", &form, &[("file", "2024年表1-4.xlsx", &bytes)]).await;
        let page = sent.expect(303).location();
        app.work().await;
        editor.get(&page).await.expect(200).shows("第 3 行").shows("看附表");
        // The cell is in its own column of the list, not in the words about it alone.
        editor.get(&format!("{page}/errors.csv")).await.expect(200).shows(",看附表,");
        // The year is read from the name of the file, and can be said.
        let told = editor.get(&page).await.expect(200).shows("整张表都是");
        assert_eq!(told.field("c_year"), "2024");
        let version = told.field("version");
        let wrong = [("version", version.as_str()), ("act", "again"), ("c_year", "明年")];
        editor.post(&page, &wrong).await.expect(422).shows("“年度”").shows("value=\"明年\"");
        editor.post(&page, &[("version", version.as_str()), ("act", "again"), ("c_year", "2025")]).await.expect(303);
        app.work().await;
        assert_eq!(editor.get(&page).await.expect(200).field("c_year"), "2025");
    }

    async fn what_is_doubtful_is_settled_in_its_queue(app) {
        let more = [("what", "backfill"), ("source", "2016 年许可档案第 3 卷"), ("confidence", "50")];
        let page = brought(app, &[&[]], &more).await;
        let mut editor = app.editor(ORGAN).await;
        let version = editor.get(&page).await.expect(200).shows("待核定").field("version");
        editor.post(&page, &[("version", &version), ("act", "all")]).await.expect(303);
        app.work().await;
        editor.get("/records/doubts").await.expect(200).shows("50%");
        let row: String = store::query_scalar("SELECT id FROM record_doubt").fetch_one(app.ctx().db().read()).await.expect("a row");
        let to = format!("/records/doubts/{row}");
        editor.get(&to).await.expect(200).shows("2016 年许可档案第 3 卷").shows("核定保留");
        let item = permit(app).await;
        let settled = form(&item, "青财许〔2016〕9号", &[("act", "save")]);
        editor.post(&to, &fields(&settled)).await.expect(303);
        editor.get("/records/doubts").await.expect(200).shows("没有待核定的数据");
        editor.get(&to).await.expect(409);
    }

    async fn a_template_holds_the_columns_of_its_item(app) {
        let mut editor = app.editor(ORGAN).await;
        let bytes = editor.get("/records/permit/template.xlsx").await.expect(200).bytes;
        assert!(bytes.starts_with(b"PK"));
        // What is downloaded is known again, though there is nothing in it yet.
        let form = [("item", "permit"), ("organ", ORGAN), ("what", "new")];
        let sent = editor.upload("/records/imports", &form, &[("file", "模板.xlsx", &bytes)]).await;
        let page = sent.expect(303).location();
        app.work().await;
        editor.get(&page).await.expect(200).hides("不知道是什么").hides("没有找到必填的列");
    }
}
