//! Stories of the ledger of normative documents and of its clean-ups.

use document::common::EXPIRES_ON;
use jiff::SignedDuration;
use testkit::{Client, TestApp, both};

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

/// Publishes the announcement of a result that its author has open.
async fn publish(app: &TestApp, clerk: &mut Client, id: &str) {
    let page = clerk.get(&format!("/documents/{id}/edit")).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let fields = [
        ("title", "关于公布2026年规范性文件清理结果的通知"),
        ("body_html", "<p>现将清理结果公布如下。</p>"),
        ("disclosure", "open"),
        ("kind", "notice"),
        ("column", "policies"),
        ("validity", "in_force"),
        ("written_on", "2026-03-02"),
        ("document_number", "青禾府办发〔2026〕8号"),
        ("version", version.as_str()),
        ("once", once.as_str()),
    ];
    clerk.post(&format!("/documents/{id}/submit"), &fields).await.expect(303);
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
        let bare = [("answer", "lapse"), ("reason", "")];
        editor.post(&item(&flood), &bare).await.expect(422).shows("请写明宣布失效的理由");
        editor.post(&item(&flood), &[("answer", "lapse"), ("reason", "值守任务已经结束")]).await.expect(303);
        editor.post(&item(&dust), &[("answer", "keep")]).await.expect(403);
        editor.post(&format!("{round}/keep"), &[]).await.expect(409).shows("请先在列表里选中");
        editor.post(&format!("{round}/keep"), &[("ids", parking.as_str()), ("ids", flood.as_str())]).await.expect(303);
        editor.get(&item(&flood)).await.expect(200).shows("宣布失效").shows("值守任务已经结束");
        // The office cannot confirm before everybody has answered, and decides otherwise with a reason.
        let version = clerk.get(&round).await.expect(200).field("version");
        let end = [("version", version.as_str()), ("column", "policies")];
        clerk.post(&format!("{round}/confirm"), &end).await.expect(409).shows("还有 1 份文件没有意见");
        editor.post(&format!("{round}/confirm"), &end).await.expect(403);
        app.editor("QH011").await.post(&item(&dust), &[("answer", "keep")]).await.expect(303);
        clerk.post(&format!("{}/decide", item(&dust)), &[("decision", "repeal")]).await.expect(422).shows("请写明理由");
        let decided = [("decision", "repeal"), ("decided_note", "上位法已有规定")];
        clerk.post(&format!("{}/decide", item(&dust)), &decided).await.expect(303);
        clerk.get("/").await.expect(200).shows("意见已齐");
        let edit = clerk.post(&format!("{round}/confirm"), &end).await.expect(303).location();
        let result = edit.split('/').nth(2).expect("an id").to_owned();
        clerk.get(&edit).await.expect(200).shows("防汛值守规定").shows("关于公布2026年规范性文件清理结果的通知");

        // Nothing changes before the result is public.
        let mut visitor = app.visitor();
        let (of_flood, of_dust) = (format!("/policies/{flood}"), format!("/policies/{dust}"));
        visitor.get(&of_flood).await.expect(200).hides("已失效");
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
        // Near its end it stands on the work list; after it, the document has lapsed by itself.
        app.pass(SignedDuration::from_hours(24 * 60));
        app.editor("QH010").await.get("/").await.expect(200).shows("有效期将满");
        app.pass(SignedDuration::from_hours(24 * 30));
        app.visitor().get(&format!("/policies/{parking}")).await.expect(200).shows("已经届满");
        app.editor("QH010").await.get("/ledger?term=past").await.expect(200).shows("停车管理办法").shows("失效");
    }
}
