//! From a draft to the public and back.

use document::{
    draft, life,
    public::{self, Found},
    rows,
};
use jiff::SignedDuration;
use kernel::Actor;
use web::Refusal;

use crate::house::{Home, NOTICE, NUMBER, POLICY, TOPICS, editor, told};

async fn found(home: &Home, id: &kernel::id::DocumentId) -> Option<Found> {
    public::found(&home.db, &home.house.kinds, &home.house.own_host, id).await.expect("read")
}

/// Nobody keeps anything else of an edition here.
async fn nothing(_: &mut store::Tx, _: &kernel::id::EditionId) -> document::Result<()> {
    Ok(())
}

fn conflict<T: std::fmt::Debug>(refused: document::Result<T>) -> String {
    match refused {
        Err(Refusal::Conflict(text)) => text,
        other => panic!("no conflict: {other:?}"),
    }
}

#[test]
fn a_draft_becomes_public_is_corrected_and_withdrawn() {
    told(|home| async move {
        let author = editor("a");
        let first = home.draft(&author, &POLICY, "补贴办法").await;
        let id = first.document_id.clone();
        let text = "<h2>第一章　总则</h2><p>第一条　为了规范。</p><script>x</script><h2>第二章　附则</h2>";
        let fields = [("body_html", text), ("document_number", "青政发〔2026〕5号"), ("topics", "农业、补贴")];
        home.save(&author, &first.id, &fields).await.expect("saved");
        let Err(Refusal::Fields(errors)) = home.submit(&author, &first.id).await else { panic!("submitted") };
        assert!(errors.of("written_on").is_some() && errors.of("title").is_none(), "{errors:?}");
        home.save(&author, &first.id, &[("written_on", "2026年3月1日")]).await.expect("saved");
        home.submit(&author, &first.id).await.expect("submitted");
        assert!(found(&home, &id).await.is_none());
        home.pass_review(&first.id).await.expect("passed");
        let Some(Found::Public(page)) = found(&home, &id).await else { panic!("not public") };
        assert_eq!(
            (page.listed.path.as_str(), page.listed.index_number.as_str()),
            (format!("/policies/{id}").as_str(), "QH010/2026-00001")
        );
        assert!(!page.body_html.contains("script") && page.reading_html.contains("<h2 id=\"第一章\">"));
        assert_eq!(page.contents.len(), 2);
        assert_eq!((page.listed.values.get(&NUMBER), page.listed.values.all(&TOPICS).len()), ("青政发〔2026〕5号", 2));
        assert_eq!(page.listed.published_on, "2026-03-02");
        // Public text is not edited; its correction is the next edition.
        conflict(home.save(&author, &first.id, &[("title", "改")]).await);
        home.pass(SignedDuration::from_hours(1));
        let mut tx = home.write().await;
        let about = rows::visible_locked(&mut tx, &home.house, &author, &id).await.expect("document");
        let second = draft::correct(&mut tx, &home.house, &author, &about).await.expect("correction");
        conflict(draft::correct(&mut tx, &home.house, &author, &about).await);
        tx.commit().await.expect("commit");
        home.save(&author, &second.id, &[("title", "补贴办法（修订）"), ("note", "改标题"), ("topics", "农业")])
            .await
            .expect("saved");
        let Some(Found::Public(page)) = found(&home, &id).await else { panic!("gone") };
        assert_eq!(page.listed.title, "补贴办法", "a draft of a correction changes no public page");
        home.submit(&author, &second.id).await.expect("submitted");
        home.pass_review(&second.id).await.expect("passed");
        let Some(Found::Public(page)) = found(&home, &id).await else { panic!("gone") };
        assert_eq!((page.listed.title.as_str(), page.number, page.superseded.len()), ("补贴办法（修订）", 2, 1));
        assert_eq!(page.listed.index_number, "QH010/2026-00001", "the number stays");
        assert!(page.listed.updated_at > page.listed.published_at);
        home.withdraw(&id, "有误").await;
        let Some(Found::Withdrawn(tomb)) = found(&home, &id).await else { panic!("no tombstone") };
        assert_eq!((tomb.reason.as_str(), tomb.title.as_str()), ("有误", "补贴办法（修订）"));
        assert_eq!(public::tombstones(&home.db, &home.house.kinds, &[], 9).await.expect("tombs").len(), 1);
        home
    });
}

#[test]
fn two_tabs_never_overwrite_each_other_and_an_empty_save_is_nothing() {
    told(|home| async move {
        let author = editor("a");
        let edition = home.draft(&author, &NOTICE, "两个窗口").await;
        let before = home.whole(&edition.id).await;
        let left = home.form(&before, &[("body_html", "<p>左边</p>")]);
        let right = home.form(&before, &[("body_html", "<p>右边</p>")]);
        let bodies = [draft::clean(&home.house, &left).await, draft::clean(&home.house, &right).await];
        let [to_left, to_right] = bodies.map(|body| body.expect("clean"));
        let mut tx = home.write().await;
        let whole = rows::load(&mut tx, &home.house, &author, &edition.id).await.expect("load");
        let saved = draft::save(&mut tx, &home.house, &author, &whole, &left, &to_left).await.expect("saved");
        tx.commit().await.expect("commit");
        assert_eq!(saved, draft::Saved::Changed(2));
        let mut tx = home.write().await;
        let whole = rows::load(&mut tx, &home.house, &author, &edition.id).await.expect("load");
        // The same text again, with the old version, also where cleaning it gives the same.
        let again = draft::save(&mut tx, &home.house, &author, &whole, &left, &to_left).await.expect("same");
        assert_eq!(again, draft::Saved::Same(2));
        let dirty = home.form(&before, &[("body_html", "<p onclick=x>左边</p>")]);
        let cleaned = draft::clean(&home.house, &dirty).await.expect("clean");
        let same = draft::save(&mut tx, &home.house, &author, &whole, &dirty, &cleaned).await.expect("same");
        assert_eq!(same, draft::Saved::Same(2));
        assert!(
            conflict(draft::save(&mut tx, &home.house, &author, &whole, &right, &to_right).await).contains("没有覆盖")
        );
        drop(tx);
        assert_eq!(home.whole(&edition.id).await.text.body_text, "左边");
        home
    });
}

#[test]
fn what_is_typed_wrong_is_kept_and_named_at_submission() {
    told(|home| async move {
        let author = editor("a");
        let edition = home.draft(&author, &POLICY, "").await;
        let fields =
            [("written_on", "三月五日"), ("publish_at", "后天"), ("disclosure", "closed"), ("validity", "evil")];
        home.save(&author, &edition.id, &fields).await.expect("saved");
        let whole = home.whole(&edition.id).await;
        assert_eq!(
            (whole.values.of("written_on"), whole.edition.publish_at.as_str()),
            (&["三月五日".to_owned()][..], "后天")
        );
        let Err(Refusal::Fields(errors)) = home.submit(&author, &edition.id).await else { panic!("submitted") };
        for field in ["title", "body_html", "written_on", "validity", "disclosure_reason", "publish_at"] {
            assert!(errors.of(field).is_some(), "{field} in {errors:?}");
        }
        let marked = [("body_html", "<p>正文<a href=\"#_msocom_1\">[A1]</a></p>")];
        home.save(&author, &edition.id, &marked).await.expect("saved");
        let Err(Refusal::Fields(errors)) = home.submit(&author, &edition.id).await else { panic!("submitted") };
        assert!(errors.of("body_html").is_some_and(|words| words.contains("批注")), "{errors:?}");
        home
    });
}

#[test]
fn a_tie_leads_to_what_is_public_and_stays_once_it_is() {
    told(|home| async move {
        let author = editor("a");
        let policy = home.draft(&author, &POLICY, "办法").await;
        let explained = home.draft(&author, &NOTICE, "办法解读").await;
        let body = [("body_html", "<p>正文</p>"), ("interprets", policy.document_id.as_str())];
        home.save(&author, &explained.id, &body).await.expect("saved");
        let refused = |result: document::Result<()>| match result {
            Err(Refusal::Fields(errors)) => errors.of("interprets").map(str::to_owned).unwrap_or_default(),
            other => panic!("{other:?}"),
        };
        assert!(refused(home.submit(&author, &explained.id).await).contains("信息类型"));
        home.save(&author, &explained.id, &[("kind", "interpretation")]).await.expect("saved");
        assert!(refused(home.submit(&author, &explained.id).await).contains("现在公开的政策文件"));
        home.save(&author, &policy.id, &[("body_html", "<p>x</p>"), ("written_on", "2026-03-01")])
            .await
            .expect("saved");
        home.submit(&author, &policy.id).await.expect("submitted");
        home.pass_review(&policy.id).await.expect("passed");
        home.submit(&author, &explained.id).await.expect("submitted");
        home.pass_review(&explained.id).await.expect("passed");
        let Some(Found::Public(page)) = found(&home, &policy.document_id).await else { panic!("policy") };
        assert_eq!(page.back("interprets")[0].id, explained.document_id);
        let Some(Found::Public(page)) = found(&home, &explained.document_id).await else { panic!("interpretation") };
        assert_eq!(page.forward("interprets")[0].title, "办法");
        assert_eq!(page.listed.index_number, "J-2026-00001");
        // In a correction neither kind, column nor tie can be changed: the other document's page hangs on them.
        let mut tx = home.write().await;
        let about =
            rows::visible_locked(&mut tx, &home.house, &author, &explained.document_id).await.expect("document");
        let next = draft::correct(&mut tx, &home.house, &author, &about).await.expect("correction");
        tx.commit().await.expect("commit");
        let fields = [("kind", "notice"), ("column", "other"), ("interprets", ""), ("title", "别的")];
        home.save(&author, &next.id, &fields).await.expect("saved");
        let whole = home.whole(&next.id).await;
        assert_eq!((whole.document.kind.as_str(), whole.document.column.as_str()), ("interpretation", "news"));
        assert_eq!(whole.related("interprets"), Some(&policy.document_id));
        home
    });
}

#[test]
fn a_withdrawal_stops_the_correction_that_is_on_its_way() {
    told(|home| async move {
        let author = editor("a");
        let id = home.published(&NOTICE, "要撤回的", &[]).await;
        let mut tx = home.write().await;
        let about = rows::visible_locked(&mut tx, &home.house, &author, &id).await.expect("document");
        let next = draft::correct(&mut tx, &home.house, &author, &about).await.expect("correction");
        tx.commit().await.expect("commit");
        home.save(
            &author,
            &next.id,
            &[("note", "更正"), ("body_html", "<p>更正后的正文。</p>"), ("publish_at", "2026-03-03 09:00")],
        )
        .await
        .expect("saved");
        home.submit(&author, &next.id).await.expect("submitted");
        assert!(matches!(home.pass_review(&next.id).await, Ok(life::Passed::Scheduled(_))));
        home.pass(SignedDuration::from_hours(48));
        assert_eq!(life::due(&home.db).await.expect("due"), std::slice::from_ref(&next.id));
        let life::Withdrawn::Stopped(stopped, why) = home.withdraw(&id, "内容有误").await else { panic!("alone") };
        assert_eq!((stopped.id, why.contains("内容有误")), (next.id.clone(), true));
        assert!(life::due(&home.db).await.expect("due").is_empty());
        assert_eq!(home.whole(&next.id).await.edition.state, "returned");
        // A reason that readers see holds no personal numbers.
        let other = home.published(&NOTICE, "另一份", &[]).await;
        let mut tx = home.write().await;
        let about = rows::document(tx.conn(), &other).await.expect("read").expect("document");
        let whole = rows::load(&mut tx, &home.house, &Actor::System, &about.current_edition).await.expect("load");
        let mut refused =
            async |reason| life::withdraw(&mut tx, &home.house, &Actor::System, &whole, (reason, "")).await;
        for reason in ["", "联系 13800138000"] {
            let given = refused(reason).await;
            let Err(Refusal::Fields(errors)) = given else { panic!("{given:?}") };
            assert!(errors.of("reason").is_some(), "{errors:?}");
        }
        drop(tx);
        home
    });
}

#[test]
fn a_draft_in_the_bin_is_brought_back_or_goes() {
    told(|home| async move {
        let (author, other) = (editor("a"), editor("b"));
        let edition = home.draft(&author, &NOTICE, "要删的草稿").await;
        let bin = async |actor: &Actor, id: &kernel::id::EditionId| {
            let mut tx = home.write().await;
            let whole = rows::load(&mut tx, &home.house, actor, id).await?;
            draft::bin(&mut tx, &home.house, actor, &whole).await?;
            Ok(tx.commit().await?)
        };
        conflict(bin(&other, &edition.id).await);
        bin(&author, &edition.id).await.expect("binned");
        let mut tx = home.write().await;
        assert!(matches!(draft::restore(&mut tx, &home.house, &other, &edition.id).await, Err(Refusal::NotFound)));
        draft::restore(&mut tx, &home.house, &author, &edition.id).await.expect("restored");
        tx.commit().await.expect("commit");
        bin(&author, &edition.id).await.expect("binned");
        assert_eq!(draft::purge(&home.db, kernel::Clock::now(&*home.clock), nothing).await.expect("purged"), 0);
        home.pass(SignedDuration::from_hours(24 * 31));
        assert_eq!(draft::purge(&home.db, kernel::Clock::now(&*home.clock), nothing).await.expect("purged"), 1);
        assert!(rows::document(home.db.read(), &edition.document_id).await.expect("read").is_none());
        assert!(home.tables().await.is_empty());
        // Of a document that was public only the draft goes.
        let id = home.published(&NOTICE, "公开的", &[]).await;
        let mut tx = home.write().await;
        let about = rows::visible_locked(&mut tx, &home.house, &author, &id).await.expect("document");
        let next = draft::correct(&mut tx, &home.house, &author, &about).await.expect("correction");
        tx.commit().await.expect("commit");
        bin(&author, &next.id).await.expect("binned");
        home.pass(SignedDuration::from_hours(24 * 31));
        assert_eq!(draft::purge(&home.db, kernel::Clock::now(&*home.clock), nothing).await.expect("purged"), 1);
        assert!(matches!(found(&home, &id).await, Some(Found::Public(_))));
        home
    });
}
