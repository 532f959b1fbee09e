//! Stories of the ledger of normative documents and of its clean-ups.

use document::common::EXPIRES_ON;
use jiff::SignedDuration;
use testkit::{Client, Reply, TestApp, both};

use crate::{
    library::policy,
    policy::{column, put},
    publishing::{edition, pass_all},
};

/// Three policies in the ledger: two of 县财政局, one of another organ.
async fn registered(app: &TestApp) -> [String; 3] {
    column(app).await;
    let at = "2026-02-20T02:00:00Z";
    let mut term = policy("QH010", "停车管理办法", "青禾财发〔2024〕3号", "<p>正文。</p>", at);
    term.values.read(&EXPIRES_ON, "2026-05-20");
    let ids = [
        put(app, term).await,
        put(app, policy("QH010", "防汛值守规定", "青禾财发〔2021〕8号", "<p>正文。</p>", at)).await,
        put(app, policy("QH011", "扬尘管理办法", "青禾环发〔2021〕1号", "<p>正文。</p>", at)).await,
    ];
    let mut clerk = app.clerk().await;
    let marks: Vec<(&str, &str)> = ids.iter().map(|id| ("ids", id.as_str())).chain([("normative", "1")]).collect();
    clerk.post("/ledger/mark", &marks).await.expect(303);
    ids
}

/// A round that waits for answers; its address.
async fn opened(clerk: &mut Client) -> String {
    let form = [("title", "2026年规范性文件清理"), ("due_on", "2026-03-20"), ("note", "逐份核对")];
    clerk.post("/clean-ups/new", &form).await.expect(303).location()
}

/// The announcement as its drafter leaves it.
const RESULT: &str = "<p>现将清理结果公布如下。</p><h2>一、继续有效的文件（1 件）</h2><p>《停车管理办法》（青禾财发〔2024〕3号）</p>\
                      <h2>二、废止的文件（1 件）</h2><p>《扬尘管理办法》（青禾环发〔2021〕1号）</p>\
                      <h2>三、宣布失效的文件（1 件）</h2><p>《防汛值守规定》（青禾财发〔2021〕8号）</p>";

/// Submits the announcement of a result that its author has open, with this text.
async fn submit(clerk: &mut Client, id: &str, body: &str) -> Reply {
    let page = clerk.get(&format!("/documents/{id}/edit")).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let fields = [
        ("title", "关于公布2026年规范性文件清理结果的通知"),
        ("body_html", body),
        ("disclosure", "open"),
        ("kind", "notice"),
        ("column", "policies"),
        ("validity", "in_force"),
        ("written_on", "2026-03-02"),
        ("document_number", "青禾府办发〔2026〕8号"),
        ("version", version.as_str()),
        ("once", once.as_str()),
    ];
    clerk.post(&format!("/documents/{id}/submit"), &fields).await
}

/// Publishes it as it was drafted.
async fn publish(app: &TestApp, clerk: &mut Client, id: &str) {
    submit(clerk, id, RESULT).await.expect(303);
    pass_all(app, id).await;
    app.work().await;
}

both! {
    async fn a_clean_up_is_followed_by_the_library_once_its_result_is_public(app) {
        let [parking, flood, dust] = registered(app).await;
        let mut clerk = app.clerk().await;
        // Bad input is told at its field, and what was typed stays.
        let bad = [("title", "清理甲"), ("due_on", "2026-02-30")];
        clerk.post("/clean-ups/new", &bad).await.expect(422).shows("没有“2026-02-30”这一天").shows("清理甲");
        let late = [("title", "清理甲"), ("due_on", "2026-03-01")];
        clerk.post("/clean-ups/new", &late).await.expect(422).shows("期限已经过去");
        let none = [("title", "清理甲"), ("due_on", "2026-03-20"), ("until_on", "1990-01-01")];
        clerk.post("/clean-ups/new", &none).await.expect(422).shows("没有现行的规范性文件");
        let round = opened(&mut clerk).await;

        let mut editor = app.editor("QH010").await;
        editor.get("/").await.expect(200).shows("没有提出清理意见");
        editor.get(&round).await.expect(200).shows("停车管理办法").hides("扬尘管理办法");
        let item = |id: &str| format!("{round}/items/{id}");
        let bare = [("answer", "lapse"), ("reason", ""), ("version", "1")];
        editor.post(&item(&flood), &bare).await.expect(422).shows("请写明宣布失效的理由");
        let over = [("answer", "lapse"), ("reason", "值守任务已经结束"), ("version", "1")];
        editor.post(&item(&flood), &over).await.expect(303);
        // A second window, or a colleague, writes over nothing.
        let older = [("answer", "keep"), ("version", "1")];
        editor.post(&item(&flood), &older).await.expect(409).shows("没有覆盖").shows("值守任务已经结束");
        editor.post(&item(&dust), &[("answer", "keep"), ("version", "1")]).await.expect(403);
        let mut dusty = app.editor("QH011").await;
        // Many at once are the own ones: the office answers for others one by one, and it stands there that it did.
        let many = [("ids", parking.as_str()), ("ids", dust.as_str())];
        clerk.post(&format!("{round}/keep"), &many).await.expect(303);
        clerk.get(&round).await.expect(200).shows("2 份是其他机关的").shows("已答 1 / 3");
        let said = [("reason", "说过的话不丢")];
        editor.post(&format!("{round}/keep"), &said).await.expect(422).shows("请先在列表里选中").shows("说过的话不丢");
        editor.post(&format!("{round}/keep"), &[("ids", parking.as_str()), ("ids", flood.as_str())]).await.expect(303);
        editor.get(&item(&flood)).await.expect(200).shows("宣布失效").shows("值守任务已经结束");
        // The office cannot confirm before everybody has answered, and decides otherwise with a reason.
        let version = clerk.get(&round).await.expect(200).field("version");
        let end = [("version", version.as_str()), ("column", "policies")];
        clerk.post(&format!("{round}/confirm"), &end).await.expect(409).shows("还有 1 份文件没有意见");
        editor.post(&format!("{round}/confirm"), &end).await.expect(403);
        dusty.post(&item(&dust), &[("answer", "keep"), ("version", "1")]).await.expect(303);
        let bare = [("decision", "repeal"), ("version", "2")];
        clerk.post(&format!("{}/decide", item(&dust)), &bare).await.expect(422).shows("请写明理由");
        let decided = [("decision", "repeal"), ("decided_note", "上位法已有规定"), ("version", "2")];
        clerk.post(&format!("{}/decide", item(&dust)), &decided).await.expect(303);
        clerk.get("/").await.expect(200).shows("意见已齐");
        let edit = clerk.post(&format!("{round}/confirm"), &end).await.expect(303).location();
        let result = edit.split('/').nth(2).expect("an id").to_owned();
        clerk.get(&edit).await.expect(200).shows("防汛值守规定").shows("关于公布2026年规范性文件清理结果的通知");

        // Nothing changes before the result is public.
        let mut visitor = app.visitor();
        let (of_flood, of_dust) = (format!("/policies/{flood}"), format!("/policies/{dust}"));
        visitor.get(&of_flood).await.expect(200).hides("已失效");
        // What it says and what it does are one: a text that says more, less or otherwise goes nowhere.
        let all = submit(&mut clerk, &result, "<p>经清理，现有规范性文件全部继续有效。</p>").await.expect(422);
        all.shows("与确认的清理结果不一致").shows("没有把《扬尘管理办法》");
        let more = format!("{RESULT}<h2>四、废止的文件</h2><p>《临时救助实施细则》</p>");
        submit(&mut clerk, &result, &more).await.expect(422).shows("确认的结果里没有这份文件");
        publish(app, &mut clerk, &result).await;
        visitor.get(&of_flood).await.expect(200).shows("失效").shows("不再作为办事依据").shows("清理结果的通知");
        visitor.get(&of_dust).await.expect(200).shows("已废止");
        visitor.get(&format!("/policies/{parking}")).await.expect(200).hides("不再作为办事依据");
        app.work().await;
        visitor.get("/policies?validity=lapsed").await.expect(200).shows("防汛值守规定");
        clerk.get(&round).await.expect(200).shows("结果已公布");
        clerk.get("/ledger?validity=repealed").await.expect(200).shows("扬尘管理办法");

        // A withdrawal takes it all back.
        let (_, version, _) = edition(app, &result).await;
        let version = version.to_string();
        let off = [("version", version.as_str()), ("reason", "清理结果有误")];
        clerk.post(&format!("/documents/{result}/withdraw"), &off).await.expect(303);
        app.work().await;
        visitor.get(&of_flood).await.expect(200).hides("不再作为办事依据");
        visitor.get(&of_dust).await.expect(200).hides("已废止");
        clerk.get(&round).await.expect(200).shows("结果公布后已撤回");
    }

    async fn what_comes_to_its_end_during_a_clean_up_is_not_announced_as_law(app) {
        let [parking, flood, dust] = registered(app).await;
        let mut clerk = app.clerk().await;
        let form = [("title", "2026年规范性文件清理"), ("due_on", "2026-07-31")];
        let round = clerk.post("/clean-ups/new", &form).await.expect(303).location();
        let item = |id: &str| format!("{round}/items/{id}");
        // The term of one is over before its organ has answered.
        app.pass(SignedDuration::from_hours(24 * 90));
        document::lapse(app.ctx().db(), &document::Kinds::of(app.ctx())).await.expect("terms");
        app.work().await;
        let mut editor = app.editor("QH010").await;
        let keep = [("answer", "keep"), ("version", "1")];
        editor.get(&item(&parking)).await.expect(200).shows("不再列入清理");
        editor.post(&item(&parking), &keep).await.expect(409).shows("不再列入清理");
        editor.post(&item(&flood), &keep).await.expect(303);
        let mut clerk = app.clerk().await;
        clerk.post(&item(&dust), &keep).await.expect(303);
        clerk.get(&round).await.expect(200).shows("意见已齐").shows("代答").shows("1 份在清理期间已经废止");
        let version = clerk.get(&round).await.expect(200).field("version");
        let end = [("version", version.as_str()), ("column", "policies")];
        let edit = clerk.post(&format!("{round}/confirm"), &end).await.expect(303).location();
        clerk.get(&edit).await.expect(200).shows("《防汛值守规定》").hides("《停车管理办法》");
        let result = edit.split('/').nth(2).expect("an id").to_owned();
        let body = "<p>结果如下。</p><h2>一、继续有效的文件</h2><p>《停车管理办法》（青禾财发〔2024〕3号）</p>\
                    <p>《防汛值守规定》</p><p>《扬尘管理办法》</p>";
        submit(&mut clerk, &result, body).await.expect(422).shows("不能再公布为继续有效");
    }

    async fn the_ledger_says_what_ends_and_what_is_doubted(app) {
        let [parking, flood, _] = registered(app).await;
        let mut editor = app.editor("QH010").await;
        editor.get("/ledger").await.expect(200).shows("停车管理办法").shows("2026-05-20").hides("扬尘管理办法");
        editor.get("/ledger?term=near").await.expect(200).shows("停车管理办法").hides("防汛值守规定");
        editor.get("/ledger?sort=expires").await.expect(200).shows("防汛值守规定");
        // A box stands only where something can be done with what is chosen.
        app.clerk().await.get("/ledger").await.expect(200).shows("防汛值守规定").hides("type=\"checkbox\" name=\"ids\"");
        let form = [("normative", "1"), ("registered", "QHGF-2026-001"), ("registered_on", "2026-02-21"), ("version", "1")];
        editor.post(&format!("/ledger/{parking}"), &form).await.expect(303);
        // One number for one document; somebody who was slower is told; a bad date stays as typed.
        editor.post(&format!("/ledger/{flood}"), &form).await.expect(422).shows("已用统一登记号");
        editor.post(&format!("/ledger/{parking}"), &form).await.expect(409).shows("没有覆盖");
        let bad = [("normative", "1"), ("registered_on", "二月三十"), ("version", "1")];
        editor.post(&format!("/ledger/{flood}"), &bad).await.expect(422).shows("二月三十");
        editor.get("/ledger?q=QHGF-2026-001").await.expect(200).shows("停车管理办法").hides("防汛值守规定");
        editor.get("/ledger/export.xlsx").await.expect(200);
        app.editor("QH011").await.get(&format!("/ledger/{parking}")).await.expect(404);
        // What nobody has looked at yet stands on the work list, and is told of where it was looked for.
        put(app, policy("QH010", "适老化改造补助办法", "青禾财发〔2026〕2号", "<p>正文。</p>", "2026-02-21T02:00:00Z")).await;
        editor.get("/").await.expect(200).shows("还没有登记是不是规范性文件");
        editor.get("/ledger?q=%E9%80%82%E8%80%81").await.expect(200).shows("还没有登记的政策文件里有 1 份符合");
        editor.get("/ledger").await.expect(200).hides("选中的登记为规范性文件").hides("name=\"ids\"");
        editor.get("/ledger?kept=none").await.expect(200).shows("选中的登记为规范性文件");
        // Near its end it stands on the work list; after it, the document has lapsed by itself.
        app.pass(SignedDuration::from_hours(24 * 60));
        app.editor("QH010").await.get("/").await.expect(200).shows("有效期将满");
        app.pass(SignedDuration::from_hours(24 * 30));
        app.visitor().get(&format!("/policies/{parking}")).await.expect(200).shows("已经届满");
        app.editor("QH010").await.get("/ledger?term=past").await.expect(200).shows("停车管理办法").shows("失效");
    }
}
