//! Stories of what was taken away: it is not entered again in silence, who sees it in the office, what readers of feeds are told.

use kernel::Role;
use testkit::{Client, TestApp, both};

use crate::records_office::{entered, fields, form, id_of, passed, permit, published, submitted};

/// The organ of these stories.
const ORGAN: &str = "QH010";

async fn head(app: &TestApp) -> Client {
    app.person("head-away", ORGAN, &[Role::OrganHead]).await
}

/// Takes a record away by the head of the organ.
async fn away(app: &TestApp, page: &str, why: &str, words: &str) {
    let today = app.ctx().today().to_string();
    let form = [("version", "1"), ("why", why), ("words", words), ("decided_on", today.as_str())];
    head(app).await.post(&format!("{page}/withdraw"), &form).await.expect(303);
}

both! {
    async fn what_was_revoked_is_not_entered_again_and_what_was_wrong_is_told(app) {
        let item = permit(app).await;
        let (revoked, wrong) = ("青财许〔2026〕31号", "青财许〔2026〕32号");
        let waiting = entered(app, revoked).await;
        let page = published(app, revoked).await;
        away(app, &page, "revoked", "原决定已依法撤销").await;
        let mut editor = app.editor(ORGAN).await;
        let again = form(&item, revoked, &[("organ", ORGAN), ("act", "save")]);
        let told = editor.post("/records/permit/new", &fields(&again)).await.expect(422);
        told.shows("不能作为新记录再公开").shows("原决定已依法撤销").shows("行政决定被撤销").shows("恢复公开");
        // A draft of the same number from before is told at its row, and is not handed in.
        let seen = editor.get(&waiting).await.expect(200).shows("不能作为新记录再公开").field("version");
        editor.post(&format!("{waiting}/submit"), &[("version", &seen)]).await.expect(409).shows("不能作为新记录再公开");
        let page = published(app, wrong).await;
        away(app, &page, "wrong", "登记有误").await;
        let batch = entered(app, wrong).await;
        editor.get(&batch).await.expect(200).shows("请核对撤下的原因是否已经消除").shows("登记有误");
        submitted(app, &batch).await;
        passed(app, &batch).await;
        editor.get("/records/permit").await.expect(200).shows(wrong).hides(revoked);
    }

    async fn what_passed_its_gates_meanwhile_does_not_bring_back_what_was_revoked(app) {
        let number = "青财许〔2026〕33号";
        let second = entered(app, number).await;
        submitted(app, &second).await;
        let page = published(app, number).await;
        away(app, &page, "lawful", "审查后认为不应公开").await;
        let mut reviewer = app.reviewer(review::Gate::SECRECY).await;
        reviewer.get(&second).await.expect(200).shows("不能作为新记录再公开").shows("审查后认为不应公开");
    }

    async fn what_was_taken_away_is_seen_by_its_own_organ_and_those_who_review(app) {
        let number = "青财许〔2026〕34号";
        let page = published(app, number).await;
        away(app, &page, "lawful", "审查后认为不应公开").await;
        for organ in [ORGAN, "QH001"] {
            let mut own = app.editor(organ).await;
            own.get(&page).await.expect(200).shows("撤下以前公开的内容").shows(number);
            own.get("/records/permit?state=withdrawn").await.expect(200).shows(number);
        }
        let mut other = app.editor("QH011").await;
        other.get(&page).await.expect(403).hides(number);
        other.get("/records/permit?state=withdrawn").await.expect(200).hides(number);
        other.get("/records/permit?state=withdrawn&organ=QH010").await.expect(200).hides(number);
        let mut system = app.person("sys-34", "QH001", &[Role::SystemAdmin]).await;
        system.get(&page).await.expect(403).hides(number);
        system.get("/records/permit?state=draft").await.expect(403);
        system.get("/records/permit").await.expect(200);
    }

    async fn a_correction_under_way_is_told_where_its_record_is_taken_away(app) {
        let number = "青财许〔2026〕36号";
        let page = published(app, number).await;
        let own = [("version", "1"), ("act", "save"), ("note", "许可内容登记有误")];
        let mut typed = form(permit(app).await.as_ref(), number, &own);
        for (name, text) in &mut typed {
            if name == "c_content" {
                text.replace_range(.., "准予变更代理记账机构名称");
            }
        }
        let mut editor = app.editor(ORGAN).await;
        let batch = editor.post(&format!("{page}/correct"), &fields(&typed)).await.expect(303).location();
        editor.get(&batch).await.expect(200).hides("所更正的记录已经撤下");
        head(app).await.get(&format!("{page}/withdraw")).await.expect(200).shows("正在办理").shows(&batch);
        away(app, &page, "lawful", "审查后认为不应公开").await;
        editor.get(&batch).await.expect(200).shows("所更正的记录已经撤下");
    }

    async fn readers_of_the_feed_keep_no_copy_of_what_has_expired(app) {
        let page = published(app, "青财许〔2026〕35号").await;
        let record = id_of(&page).to_owned();
        app.visitor().get("/records/permit/feed.atom").await.expect(200).hides("deleted-entry");
        let until: String = store::query_scalar("SELECT keep_until FROM record WHERE record = $1")
            .bind(&record)
            .fetch_one(app.ctx().db().read())
            .await
            .expect("until when");
        let last = kernel::time::parse_date(&until).expect("a day");
        app.at(kernel::time::start_of_day(last.tomorrow().expect("a day")));
        assert_eq!(record::retention::expire(app.ctx()).await.expect("expired"), 1);
        let feed = app.visitor().get("/records/permit/feed.atom").await.expect(200);
        feed.shows("deleted-entry").shows(&record).hides("青财许〔2026〕35号");
    }
}
