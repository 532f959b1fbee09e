//! What people type is planted everywhere, and must never stand in what cannot be erased.

use kernel::Actor;
use review::route::Gate;
use testkit::{TestApp, both};

use crate::publishing::{column, draft, edition, submit};

/// Words that nobody else writes.
const PLANTED: &str = "种子词甲乙丙丁";

/// Positions of the events whose payload holds the text, with their class.
async fn payloads(app: &TestApp, text: &str) -> Vec<(i64, String, String)> {
    let sql = "SELECT e.seq, e.kind, e.keep FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
               WHERE p.data LIKE $1 ORDER BY e.seq";
    store::query_as(sql).bind(format!("%{text}%")).fetch_all(app.ctx().db().read()).await.expect("payloads")
}

/// Every column of the chain, as one text.
async fn chain(app: &TestApp) -> String {
    let sql = "SELECT chain || at || kind || subject_kind || subject_id || organ || actor || keep || commitment || previous || hash \
               FROM event ORDER BY seq";
    let rows: Vec<String> = store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("chain");
    rows.join("\n")
}

both! {
    async fn a_password_typed_into_the_wrong_field_is_kept_nowhere(app) {
        let mut stranger = app.stranger();
        stranger.post("/signin", &[("login", PLANTED), ("password", "x"), ("next", "/")]).await;
        stranger.post("/signin", &[("login", "clerk"), ("password", PLANTED), ("next", "/")]).await;
        app.account("clerk", "QH001", &[kernel::Role::CountyOffice]).await;
        stranger.post("/signin", &[("login", "clerk"), ("password", PLANTED), ("next", "/")]).await;
        assert_eq!(payloads(app, PLANTED).await, []);
        assert!(!chain(app).await.contains(PLANTED));
    }

    async fn words_of_people_stand_where_they_can_be_erased(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let title = format!("{PLANTED}标题");
        let id = draft(&mut editor, &title).await;
        submit(&mut editor, &id, &title, "<p>正文第一段。</p>", &[("note", PLANTED), ("summary", PLANTED)]).await.expect(303);
        let (edition, version, _) = edition(app, &id).await;
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        reviewer.get(&format!("/reviews/{edition}")).await.expect(200);
        let reason = format!("{PLANTED}退回原因");
        let fields = [("version", version.to_string()), ("reason", reason)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        reviewer.post(&format!("/reviews/{edition}/return"), &fields).await.expect(303);

        assert!(!chain(app).await.contains(PLANTED), "free text stands in the chain");
        let found = payloads(app, PLANTED).await;
        assert!(found.len() >= 3, "created, submitted and returned say it: {found:?}");
        let kept: Vec<_> = found.iter().filter(|(_, _, keep)| keep == "facts").collect();
        assert!(kept.is_empty(), "these could never be erased: {kept:?}");

        // Erased, it is gone, the log says so, and it still verifies.
        let mut tx = app.ctx().db().write().await.expect("write");
        let erased = tx.erase_of_subject(&kernel::id::SubjectRef::new("document", &id), "依申请清除", &Actor::System).await.expect("erased");
        tx.commit().await.expect("commit");
        assert_eq!(erased, found.len());
        assert_eq!(payloads(app, PLANTED).await, []);
        let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
        assert!(verified.ok, "{verified:?}");
        assert_eq!(verified.erased, i64::try_from(erased).expect("a count"));

        // Erased behind the program's back, it does not.
        let seq: i64 = store::query_scalar("SELECT MIN(seq) FROM event_payload WHERE erased_at = ''")
            .fetch_one(app.ctx().db().read()).await.expect("an event");
        let kept: (String, String) = store::query_as("SELECT salt, data FROM event_payload WHERE seq = $1").bind(seq)
            .fetch_one(app.ctx().db().read()).await.expect("payload");
        let wipe = store::query("UPDATE event_payload SET salt = '', data = '', erased_at = 'x' WHERE seq = $1").bind(seq);
        store::test::tamper(app.ctx().db(), wipe).await.expect("wipe");
        let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
        assert!(verified.first_bad.is_some_and(|bad| bad.contains(&format!("第 {seq} 号"))));
        let back = store::query("UPDATE event_payload SET salt = $2, data = $3, erased_at = '' WHERE seq = $1");
        store::test::tamper(app.ctx().db(), back.bind(seq).bind(kept.0).bind(kept.1)).await.expect("back");
    }
}
