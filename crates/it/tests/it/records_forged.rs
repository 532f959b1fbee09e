//! Somebody with the database in hand writes passes, findings and decisions of a batch: it does not become public by them, and what
//! was written is named.

use kernel::Role;
use record::{BatchId, BatchState, gates};
use review::{Gate, Word};
use store::{built, query};
use testkit::{TestApp, both};

use crate::{
    forged::settle,
    records::{editor, entered, found, person, published, written},
    records_private::{penalty, refused_on, row, tried},
};

/// An identity number that a text of a person must not hold.
const NUMBER: &str = "11010519491231002X";

async fn forge(app: &TestApp, sql: &str, id: &BatchId) {
    // SQL: written in this test.
    let done = store::test::tamper(app.ctx().db(), query(built(sql.to_owned())).bind(id)).await.expect("forged");
    assert!(done > 0, "{sql}");
}

async fn whole(app: &TestApp) -> Option<String> {
    identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad
}

/// A batch with an identity number in a text, which the gates stop.
async fn stopped(app: &TestApp) -> BatchId {
    let item = penalty(app).await;
    let facts = format!("驾驶证 {NUMBER}");
    let id = tried(app, row(&item, "青财罚〔2026〕1号", &[("facts", &facts)])).await.expect("entered");
    gates::look_through(app.ctx(), &id).await.expect("looked through");
    assert!(gates::checks(app.ctx(), &found(app, &id).await).await.expect("checks").stopping() > 0);
    id
}

both! {
    async fn passes_that_somebody_wrote_publish_no_batch(app) {
        let id = entered(app, "青财许〔2026〕1号").await;
        gates::look_through(app.ctx(), &id).await.expect("looked through");
        let mut tx = written(app).await;
        let version = found(app, &id).await.version;
        gates::submit(app.ctx(), &mut tx, &editor(), (&id, version)).await.expect("submitted");
        tx.commit().await.expect("commit");
        assert_eq!(whole(app).await, None);
        let last = Gate::ALL.len() - 1;
        for stage in 0..last {
            let sql = format!(
                "INSERT INTO review_pass (review, stage, passed_by, stood_for, name, at, opinion, ticked) \
                 SELECT id, {stage}, 'someone-{stage}', '', '某人', opened_at, '', '' FROM review WHERE subject_id = $1"
            );
            forge(app, &sql, &id).await;
        }
        forge(app, &format!("UPDATE review SET stage = {last} WHERE subject_id = $1"), &id).await;
        assert!(whole(app).await.is_some(), "they are named");
        gates::look_through(app.ctx(), &id).await.expect("looked through");
        let gate = &Gate::ALL[last];
        let reviewer = person(&format!("reviewer-{}", gate.code), "QH001", gate.permission.roles);
        let mut tx = written(app).await;
        let word = Word { ticked: &[0, 1, 2, 3, 4, 5], ..Word::default() };
        let version = found(app, &id).await.version;
        let refused = gates::pass(app.ctx(), &mut tx, &reviewer, (&id, version), word).await.expect_err("refused");
        assert!(refused.words().contains("留痕中没有"), "{}", refused.words());
        drop(tx);
        assert_eq!(found(app, &id).await.state, BatchState::InReview);
        forge(app, "DELETE FROM review_pass WHERE review IN (SELECT id FROM review WHERE subject_id = $1)", &id).await;
        forge(app, "UPDATE review SET stage = 0 WHERE subject_id = $1", &id).await;
        assert_eq!(whole(app).await, None);
    }

    async fn what_is_changed_of_the_review_of_a_public_batch_is_named(app) {
        let id = entered(app, "青财许〔2026〕2号").await;
        published(app, &id).await;
        assert_eq!(whole(app).await, None);
        let of = "review IN (SELECT id FROM review WHERE subject_id = $1)";
        for (table, column, rows) in [
            ("review_pass", "passed_by", of),
            ("review_pass", "name", of),
            ("review_author", "account", of),
            ("review", "title", "subject_id = $1"),
            ("record_author", "account", "batch = $1"),
        ] {
            forge(app, &format!("UPDATE {table} SET {column} = {column} || '~' WHERE {rows}"), &id).await;
            assert!(whole(app).await.is_some(), "{table}.{column} is not named");
            forge(app, &format!("UPDATE {table} SET {column} = REPLACE({column}, '~', '') WHERE {rows}"), &id).await;
            assert_eq!(whole(app).await, None, "{table}.{column} lies as it was");
        }
        forge(app, "UPDATE review SET state = 'returned' WHERE subject_id = $1", &id).await;
        assert!(whole(app).await.is_some(), "a state is named");
        forge(app, "UPDATE review SET state = 'passed' WHERE subject_id = $1", &id).await;
        assert_eq!(whole(app).await, None);
    }

    async fn a_finding_that_somebody_made_harmless_stops_the_batch_all_the_same(app) {
        let id = stopped(app).await;
        forge(app, "UPDATE finding SET blocks = 0 WHERE subject_id = $1", &id).await;
        let last = refused_on(app, &id, "2026-03-03").await;
        assert!(last.is_some(), "it does not pass");
        assert_ne!(found(app, &id).await.state, BatchState::Public);
        let checks = gates::checks(app.ctx(), &found(app, &id).await).await.expect("checks");
        assert!(checks.stopping() > 0, "what is kept was put right");
        let named = crate::forged::found(app).await;
        assert!(named.iter().any(|one| one.contains("检查结果")), "and it is named: {named:?}");
        settle(app).await;
    }

    async fn a_decision_that_nobody_made_lets_nothing_through(app) {
        let id = stopped(app).await;
        let sql = "INSERT INTO finding_decision (subject_kind, subject_id, rule, digest, reason, by_account, by_name, at) \
             SELECT DISTINCT subject_kind, subject_id, rule, digest, '法定公示', 'somebody', '某人', '2026-03-02T00:00:00.000000Z' \
             FROM finding WHERE subject_id = $1";
        forge(app, sql, &id).await;
        let last = refused_on(app, &id, "2026-03-03").await;
        assert!(last.is_some_and(|words| words.contains("放行")), "the log knows of no such decision");
        assert_ne!(found(app, &id).await.state, BatchState::Public);
        settle(app).await;
    }

    async fn whoever_opens_records_of_others_that_are_not_public_is_told_once_a_day(app) {
        let id = entered(app, "青财许〔2026〕3号").await;
        let told = async || -> i64 {
            store::query_scalar("SELECT COUNT(*) FROM event WHERE kind = 'reading.batch_opened'")
                .fetch_one(app.ctx().db().read())
                .await
                .expect("a number")
        };
        let (mut clerk, page) = (app.clerk().await, format!("/records/batches/{id}"));
        clerk.get(&page).await.expect(200);
        clerk.get(&page).await.expect(200);
        assert_eq!(told().await, 1);
        clerk.get(&format!("{page}/export.xlsx")).await.expect(200);
        assert_eq!(told().await, 2, "what is taken along is another thing");
        published(app, &id).await;
        app.person("second", "QH001", &[Role::CountyOffice]).await.get(&page).await.expect(200);
        assert_eq!(told().await, 2, "it is public");
    }
}
