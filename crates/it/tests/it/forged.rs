//! Somebody with the database in hand forges rows; the program itself then acts on them. It must not make public what was not
//! passed, and what it seals next must not wash what was forged.

use identity::audit::{
    findings,
    watch::{Watch, Watching, turn},
};
use kernel::Role;
use review::Gate;
use testkit::{TestApp, both};

use crate::{
    duties,
    publishing::gates::bypass,
    publishing::{approve, column, count, draft, edition, identity_number, is_public, submit},
};

async fn forge(app: &TestApp, sql: &str) {
    // SQL: written in this test.
    let done = store::test::tamper(app.ctx().db(), store::query(store::built(sql.to_owned()))).await.expect("forged");
    assert!(done > 0, "{sql}");
}

async fn whole(app: &TestApp) -> Option<String> {
    identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad
}

/// What is found and not settled, in words.
pub(crate) async fn found(app: &TestApp) -> Vec<String> {
    findings::open(app.ctx()).await.expect("findings").into_iter().map(|one| one.words).collect()
}

/// What this story has forged is taken as it is and settled: every story ends with a log and rows that verify.
pub(crate) async fn settle(app: &TestApp) {
    store::test::reseal(app.ctx().db()).await.expect("sealed anew");
    let mut tx = app.ctx().db().write().await.expect("write");
    for one in findings::open(app.ctx()).await.expect("findings") {
        let data = serde_json::json!({ "reason": "故事到此为止" });
        let event = kernel::NewEvent::new(&store::log::seals::SETTLED, one.seq, &kernel::Actor::System);
        tx.append(event.data(data)).await.expect("append");
    }
    tx.commit().await.expect("commit");
}

both! {
    /// A right that somebody gave himself, an account that nobody made, a password, an organ; then the person signs in, or is
    /// refused something: the event seals the account anew.
    async fn an_event_does_not_wash_what_was_forged_before_it(app) {
        app.account("editor-lx", "QH010", &[Role::Editor]).await;
        app.account("editor-fg", "QH011", &[Role::Editor]).await;
        app.account("editor-cg", "QH011", &[Role::Editor]).await;
        let mut open = app.sign_in("editor-cg").await;
        assert_eq!((whole(app).await, found(app).await), (None, Vec::new()));
        forge(app, "INSERT INTO account_role (account, role) SELECT id, 'security_admin' FROM account WHERE login = 'editor-lx'").await;
        app.sign_in("editor-lx").await;
        let all = found(app).await;
        assert!(all.len() == 1 && all[0].contains("editor-lx") && all[0].contains("角色"), "{all:?}");
        forge(app, "UPDATE account SET organ = 'QH001' WHERE login = 'editor-fg'").await;
        app.sign_in("editor-fg").await;
        forge(app, "INSERT INTO account_role (account, role) SELECT id, 'audit_admin' FROM account WHERE login = 'editor-cg'").await;
        // A refusal seals the account as well.
        let _ = open.get("/accounts").await;
        app.sign_in("editor-cg").await;
        forge(app, "INSERT INTO account (id, login, name, organ, email, password, must_change, disabled, failed_count, failed_since, \
                    locked_until, totp_secret, totp_pending, totp_step, created_at, signed_in_at, password_at) \
                    SELECT 'ghost', 'ghost', name, organ, email, password, must_change, disabled, failed_count, failed_since, \
                    locked_until, totp_secret, totp_pending, totp_step, created_at, signed_in_at, password_at \
                    FROM account WHERE login = 'editor-lx'").await;
        app.sign_in("ghost").await;
        let all = found(app).await;
        assert_eq!(all.len(), 4, "{all:?}");
        assert!(all[3].contains("ghost") && all[3].contains("没有经过本程序"), "{all:?}");
        // The rows fit by now, and all of it stays until somebody has settled it.
        assert_eq!(whole(app).await, None);
        proof::checkpoint(app.ctx().db(), app.ctx().log_place()).await.expect("checkpoint");
        let mut watch = Watch::default();
        turn(app.ctx(), &mut watch).await;
        assert!(app.ctx().one::<Watching>().standing().bad.is_some_and(|bad| bad.contains("editor-lx")));
        let mut auditor = app.person("auditor", "QH001", &[Role::AuditAdmin]).await;
        auditor.get("/").await.expect(200).shows("editor-lx").shows("editor-fg");
        for (at, one) in findings::open(app.ctx()).await.expect("findings").into_iter().enumerate() {
            let path = format!("/audit/findings/{}", one.seq);
            auditor.post(&path, &[("reason", " ")]).await.expect(422).shows("请写明处理情况");
            auditor.get("/audit/verify").await.expect(200).shows("尚未处理的不符").shows(&path);
            auditor.post(&path, &[("reason", "查明是误操作，已收回")]).await.expect(303);
            auditor.post(&path, &[("reason", "再来一次")]).await.expect(409);
            assert_eq!(found(app).await.len(), 3 - at);
        }
        turn(app.ctx(), &mut watch).await;
        assert_eq!(app.ctx().one::<Watching>().standing().bad, None);
        assert_eq!(findings::settled(app.ctx()).await.expect("settled").len(), 4, "named for good");
    }

    /// Who forges rows may bend their seal, too, for the moment in which the program looks, and put it back.
    async fn a_seal_is_believed_no_further_than_its_event(app) {
        app.account("editor-lx", "QH010", &[Role::Editor]).await;
        app.sign_in("editor-lx").await;
        let of = "SELECT s.seq, s.seal FROM event_seal s JOIN account a ON a.id = s.subject_id WHERE a.login = 'editor-lx' ORDER BY s.seq DESC LIMIT 1";
        let (seq, seal): (i64, String) = store::query_as(of).fetch_one(app.ctx().db().read()).await.expect("a seal");
        let mut bent: serde_json::Value = serde_json::from_str(&seal).expect("a seal");
        bent.as_object_mut().expect("parts").remove("role/1").expect("the part of the roles");
        let bend = async |to: &str| {
            let sql = "UPDATE event_seal SET seal = $1 WHERE subject_id = (SELECT id FROM account WHERE login = 'editor-lx') AND seq = $2";
            store::test::tamper(app.ctx().db(), store::query(sql).bind(to).bind(seq)).await.expect("bent");
        };
        forge(app, "DELETE FROM account_role WHERE account = (SELECT id FROM account WHERE login = 'editor-lx')").await;
        bend(&bent.to_string()).await;
        assert_eq!(found(app).await, Vec::<String>::new());
        app.sign_in("editor-lx").await;
        let all = found(app).await;
        assert!(all.len() == 1 && all[0].contains("editor-lx") && all[0].contains("封存的内容被改动过"), "{all:?}");
        bend(&seal).await;
        settle(app).await;
    }

    /// A trifle that somebody forges first hides nothing behind it.
    async fn all_that_was_forged_is_named(app) {
        app.account("editor-lx", "QH010", &[Role::Editor]).await;
        forge(app, "UPDATE organ SET phone = '0000-1' WHERE code = 'QH010'").await;
        forge(app, "UPDATE account SET email = 'else@example.invalid' WHERE login = 'editor-lx'").await;
        let words = whole(app).await.expect("something is found");
        assert!(words.contains("名录登记") && words.contains("editor-lx"), "{words}");
        turn(app.ctx(), &mut Watch::default()).await;
        assert_eq!(found(app).await.len(), 2, "each is told by an event of its own");
        settle(app).await;
    }

    /// What cannot be put back is taken as it is on the word of two people, and then found no more.
    async fn what_cannot_be_put_back_is_settled_by_two_people(app) {
        app.account("editor-lx", "QH010", &[Role::Editor]).await;
        let received = app.ctx().files().receive_bytes(b"lost").await.expect("receive");
        let mut tx = app.ctx().db().write().await.expect("write");
        app.ctx().files().keep(&mut tx, &received).await.expect("keep");
        tx.commit().await.expect("commit");
        std::fs::remove_file(app.ctx().files().local(&received.digest).await.expect("path")).expect("lost");
        forge(app, "DELETE FROM account_role WHERE account = (SELECT id FROM account WHERE login = 'editor-lx')").await;
        let mut watch = Watch::default();
        for _ in 0..2 {
            turn(app.ctx(), &mut watch).await;
            assert_eq!(found(app).await.len(), 2, "each once");
        }
        let mut one = app.person("auditor", "QH001", &[Role::AuditAdmin]).await;
        let mut other = app.person("auditor-2", "QH001", &[Role::AuditAdmin]).await;
        for finding in findings::open(app.ctx()).await.expect("findings") {
            let path = format!("/audit/findings/{}", finding.seq);
            other.post(&path, &[("op", "agree"), ("now", "")]).await.expect(409).shows("还没有人提出");
            one.post(&path, &[("op", "ask"), ("reason", "")]).await.expect(422);
            one.post(&path, &[("op", "ask"), ("reason", "备份里也没有")]).await.expect(303);
            one.get("/audit/verify").await.expect(200).shows("等另一名审计管理员同意");
            let page = other.get("/audit/verify").await.expect(200).shows("备份里也没有");
            let now = page.field("now");
            one.post(&path, &[("op", "agree"), ("now", &now)]).await.expect(409).shows("另一名审计管理员");
            other.post(&path, &[("op", "agree"), ("now", "else")]).await.expect(409).shows("又被改动过");
            other.post(&path, &[("op", "agree"), ("now", &now)]).await.expect(303);
        }
        assert_eq!(found(app).await, Vec::<String>::new());
        turn(app.ctx(), &mut watch).await;
        assert_eq!((found(app).await, whole(app).await), (Vec::new(), None));
        let all = app::doctor::verify(app.ctx()).await.expect("verify");
        assert!(all.ok, "{:?}", all.first_bad);
        assert_eq!((count(app, "log.accepted").await, count(app, "log.settled").await), (2, 2));
        // Of his own account nobody settles anything alone.
        forge(app, "UPDATE account SET email = 'else@example.invalid' WHERE login = 'auditor'").await;
        turn(app.ctx(), &mut watch).await;
        let seq = findings::open(app.ctx()).await.expect("findings")[0].seq;
        let path = format!("/audit/findings/{seq}");
        one.post(&path, &[("reason", "没有问题")]).await.expect(409).shows("您自己的账号");
        other.post(&path, &[("reason", "查明是误改")]).await.expect(303);
        settle(app).await;
    }

    /// A fact that was forged reaches the public's figures neither with the next write on its duty nor with the one after it.
    async fn a_forged_fact_moves_no_standing_until_it_is_settled(app) {
        duties::issued(app).await;
        let share = duties::share(app, "公开解读方案", "QH010").await;
        let mut editor = app.editor("QH010").await;
        let paper = duties::document(app, "惠企政策解读方案公告").await;
        duties::hand_in(app, &mut editor, &share, &paper, "").await;
        let standing = async || -> Vec<(i64, i64)> {
            let sql = "SELECT state, confirmed FROM duty_standing WHERE duty = $1 ORDER BY from_day";
            store::query_as(sql).bind(&share.0).fetch_all(app.ctx().db().read()).await.expect("standing")
        };
        let before = standing().await;
        forge(app, "UPDATE evidence SET decision = 'confirmed', decided_by = 'nobody', decided_at = added_at WHERE decision = ''").await;
        for text in ["初稿已成", "二稿已成"] {
            let note = [("assignment", share.1.as_str()), ("text", text)];
            editor.post(&format!("/duties/{}/notes", share.0), &note).await.expect(303);
            assert_eq!(standing().await, before, "{text}");
        }
        assert_eq!(duty::mend::mend(app.ctx().db()).await.expect("nothing sound differs"), 0);
        assert_eq!(standing().await, before);
        let all = found(app).await;
        assert!(all.len() == 1 && all[0].contains("佐证"), "{all:?}");
        // Settled, what stands there counts; that it was held is no forgery of the projection.
        settle(app).await;
        assert_eq!(duty::mend::mend(app.ctx().db()).await.expect("mended"), 1);
        assert_ne!(standing().await, before);
        assert_eq!((found(app).await, count(app, "duty.recounted").await), (Vec::new(), 1));
    }

    /// The job of the minute finds a state that somebody set.
    async fn what_was_never_submitted_does_not_come_due(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "没有送审的草稿").await;
        editor.upload(&format!("/documents/{id}/attachments"), &[], &[("file", "名单.txt", "名单".as_bytes())]).await.expect(303);
        let sent = draft(&mut editor, "只送了审的").await;
        submit(&mut editor, &sent, "只送了审的", "<p>正文。</p>", &[]).await.expect(303);
        forge(app, "UPDATE edition SET state = 'scheduled', publish_at = '2026-02-28T10:00:00.000Z'").await;
        let parts = async || -> String {
            store::query_scalar("SELECT parts FROM attachment").fetch_one(app.ctx().db().read()).await.expect("parts")
        };
        let read = parts().await;
        forge(app, "UPDATE attachment SET parts = '[]'").await;
        app.pass(jiff::SignedDuration::from_mins(20));
        for _ in 0..3 {
            publishing::publish_due(app.ctx()).await.expect("due");
        }
        assert_eq!(parts().await, "[]", "of what stays refused no file is read each minute");
        forge(app, &format!("UPDATE attachment SET parts = '{}'", read.replace('\'', "''"))).await;
        assert!(!is_public(app, &id).await && !is_public(app, &sent).await);
        assert_eq!((edition(app, &id).await.2, edition(app, &sent).await.2), ("scheduled".into(), "scheduled".into()));
        assert_eq!(count(app, "document.publication_refused").await, 2, "said once each");
        let all = found(app).await;
        assert!(all.iter().any(|one| one.contains(&id)) && all.iter().any(|one| one.contains(&sent)), "{all:?}");
        let mut clerk = app.clerk().await;
        clerk.get("/").await.expect(200).shows("到时没有发布").shows("没有这一版提交审核的记录");
        // Its author gets it back, and it takes its way.
        let version = editor.get(&format!("/documents/{id}")).await.expect(200).field("version");
        editor.post(&format!("/documents/{id}/recall"), &[("version", &version)]).await.expect(303);
        assert_eq!(edition(app, &id).await.2, "draft");
        settle(app).await;
    }

    /// What was found stands in the log for good, and no title may: it could have to be erased.
    async fn what_was_forged_is_named_without_words_of_people(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let title = "丑寅卯辰巳午未申酉戌的补助";
        let id = draft(&mut editor, title).await;
        submit(&mut editor, &id, title, "<p>正文。</p>", &[]).await.expect(303);
        forge(app, "UPDATE edition SET disclosure_reason = '改过'").await;
        let version = editor.get(&format!("/documents/{id}")).await.expect(200).field("version");
        editor.post(&format!("/documents/{id}/recall"), &[("version", &version)]).await.expect(303);
        let all = found(app).await;
        assert!(!all.is_empty() && all.iter().all(|one| one.contains(&id) && !one.contains(title)), "{all:?}");
        let sql = "SELECT COUNT(*) FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
                   WHERE e.keep = 'facts' AND p.data LIKE '%丑寅卯辰%'";
        let kept: i64 = store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("payloads");
        assert_eq!(kept, 0, "these could never be erased");
        settle(app).await;
    }

    /// Passes that nobody gave.
    async fn a_last_gate_does_not_publish_on_forged_passes(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "伪造了三关").await;
        submit(&mut editor, &id, "伪造了三关", "<p>正文。</p>", &[]).await.expect(303);
        for stage in 0..3 {
            forge(app, &format!("INSERT INTO review_pass (review, stage, passed_by, name, at, opinion) \
                                 SELECT id, {stage}, 'somebody-{stage}', '某人', since, '' FROM review")).await;
        }
        forge(app, "DELETE FROM review_role").await;
        forge(app, "INSERT INTO review_role (review, role) SELECT id, 'reviewer_political' FROM review").await;
        forge(app, "UPDATE review SET stage = 3, gate = 'political'").await;
        let mut political = app.reviewer(Gate::POLITICAL).await;
        approve(app, &mut political, &id).await.expect(409).shows("没有这一版通过保密审查的记录");
        assert!(!is_public(app, &id).await);
        settle(app).await;
    }

    /// What the secrecy review passed is what becomes public.
    async fn a_text_that_was_exchanged_between_two_gates_does_not_become_public(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "中途换了正文").await;
        submit(&mut editor, &id, "中途换了正文", "<p>正文。</p>", &[]).await.expect(303);
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        forge(app, "UPDATE edition_text SET body_html = '<p>别的正文。</p>'").await;
        approve(app, &mut app.reviewer(Gate::WORDING).await, &id).await.expect(303);
        let all = found(app).await;
        assert!(all.len() == 1 && all[0].contains("正文"), "{all:?}");
        approve(app, &mut app.reviewer(Gate::POLICY).await, &id).await.expect(303);
        approve(app, &mut app.reviewer(Gate::POLITICAL).await, &id).await.expect(409).shows("不是审核通过的内容");
        assert!(!is_public(app, &id).await);
        settle(app).await;
    }

    /// Who deletes what was found makes no text clean: whatever makes it public looks anew, and the log names the deletion.
    async fn a_number_stops_although_its_finding_was_deleted(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "删掉了检查结果").await;
        let body = format!("<p>身份证号 {}。</p>", identity_number());
        submit(&mut editor, &id, "删掉了检查结果", &body, &[]).await.expect(422);
        forge(app, "DELETE FROM finding").await;
        submit(&mut editor, &id, "删掉了检查结果", &body, &[]).await.expect(303);
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        // By the emergency, and again after the rows were put right and deleted once more.
        let mut clerk = app.clerk().await;
        bypass(app, &mut clerk, &id).await.expect(409).shows("个人信息");
        forge(app, "DELETE FROM finding").await;
        for gate in [Gate::WORDING, Gate::POLICY] {
            approve(app, &mut app.reviewer(gate).await, &id).await.expect(303);
        }
        let mut political = app.reviewer(Gate::POLITICAL).await;
        approve(app, &mut political, &id).await.expect(409).shows("个人信息");
        assert!(!is_public(app, &id).await);
        let all = found(app).await;
        assert!(all.iter().filter(|one| one.contains("检查结果") && one.contains(&id)).count() == 2, "{all:?}");
        let (edition_id, ..) = edition(app, &id).await;
        political.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("公民身份号码");
        settle(app).await;
    }

    /// What was read of a file stands in the log by digest; the bytes are read anew where it does not fit.
    async fn a_file_is_read_anew_when_what_was_read_of_it_was_changed(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "洗过的附件").await;
        let list = format!("姓名,身份证号\n甲,{}\n", identity_number());
        editor.upload(&format!("/documents/{id}/attachments"), &[], &[("file", "名单.csv", list.as_bytes())]).await.expect(303);
        submit(&mut editor, &id, "洗过的附件", "<p>见附件。</p>", &[]).await.expect(422);
        forge(app, "UPDATE attachment SET parts = '[]'").await;
        forge(app, "DELETE FROM finding_run").await;
        submit(&mut editor, &id, "洗过的附件", "<p>见附件。</p>", &[]).await.expect(303);
        for gate in [Gate::SECRECY, Gate::WORDING, Gate::POLICY] {
            approve(app, &mut app.reviewer(gate).await, &id).await.expect(303);
        }
        approve(app, &mut app.reviewer(Gate::POLITICAL).await, &id).await.expect(409).shows("个人信息");
        assert!(!is_public(app, &id).await);
        let all = found(app).await;
        assert!(all.iter().any(|one| one.contains("附件（") && one.contains("读取结果")), "{all:?}");
        settle(app).await;
    }

    /// A decision counts when the log tells who made it. One that somebody wrote opens no door, the clock's neither.
    async fn a_number_that_nobody_let_through_stops(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "写进了放行").await;
        let body = format!("<p>身份证号 {}。</p>", identity_number());
        submit(&mut editor, &id, "写进了放行", &body, &[]).await.expect(422);
        forge(app, "INSERT INTO finding_decision (subject_kind, subject_id, rule, digest, reason, by_account, by_name, at) \
                    SELECT subject_kind, subject_id, rule, digest, '法定公示', 'somebody', '某人', '' FROM finding").await;
        submit(&mut editor, &id, "写进了放行", &body, &[]).await.expect(303);
        for gate in [Gate::SECRECY, Gate::WORDING, Gate::POLICY] {
            approve(app, &mut app.reviewer(gate).await, &id).await.expect(303);
        }
        approve(app, &mut app.reviewer(Gate::POLITICAL).await, &id).await.expect(409);
        assert!(!is_public(app, &id).await);
        settle(app).await;
    }

    /// The log tells who wrote a text; who takes himself off the authors passes it no more than before.
    async fn an_author_passes_nothing_although_no_row_names_him(app) {
        column(app).await;
        let mut writer = app.person("writes-and-passes", "QH010", &[Role::Editor, Role::ReviewerPolitical]).await;
        let id = draft(&mut writer, "自己写自己过").await;
        submit(&mut writer, &id, "自己写自己过", "<p>正文。</p>", &[]).await.expect(303);
        for gate in [Gate::SECRECY, Gate::WORDING, Gate::POLICY] {
            approve(app, &mut app.reviewer(gate).await, &id).await.expect(303);
        }
        approve(app, &mut writer, &id).await.expect(409);
        forge(app, "DELETE FROM edition_author").await;
        approve(app, &mut writer, &id).await.expect(409).shows("撰写人自己审核");
        assert!(!is_public(app, &id).await);
        settle(app).await;
        approve(app, &mut app.reviewer(Gate::POLITICAL).await, &id).await.expect(303);
        assert!(is_public(app, &id).await);
    }

    /// What the public reads of the progress follows from the facts.
    async fn progress_that_was_falsified_is_named_and_made_anew(app) {
        duties::issued(app).await;
        assert_eq!(whole(app).await, None);
        let before = app.visitor().get("/api/v1/plans").await.text().to_owned();
        forge(app, "UPDATE duty_standing SET state = 4, overdue = 0, confirmed = organs, overdue_organs = 0").await;
        forge(app, "UPDATE share_standing SET state = 4, overdue = 0").await;
        let bad = whole(app).await;
        assert!(bad.as_ref().is_some_and(|bad| bad.contains("办理进度")), "{bad:?}");
        assert!(duty::mend::mend(app.ctx().db()).await.expect("mended") > 0);
        assert_eq!(duty::mend::mend(app.ctx().db()).await.expect("nothing left"), 0);
        assert_eq!(whole(app).await, None);
        assert_eq!(app.visitor().get("/api/v1/plans").await.text(), before);
        assert_eq!(found(app).await.len(), 1, "and it stays known, by one finding however many duties");
        settle(app).await;
    }
}
