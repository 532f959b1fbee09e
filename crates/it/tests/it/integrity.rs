//! Whatever somebody changes in the database past the program is named by a verification: what is public, what was, who may do
//! what, who passed what, what was promised and what proves it.

use kernel::Actor;
use publishing::{
    kinds::NOTICE,
    seed::{Seed, SeedFile, SeedState, seed},
};
use store::{Value, raw::Named};
use testkit::{TestApp, both};

use crate::{
    duties,
    publishing::{changes, column, pass_all, pictures::png, published},
};

/// A column of one row, what it is changed to, and what the fault says.
type Change = (&'static str, &'static str, Value, &'static str, &'static str);

fn text(text: &str) -> Value {
    Value::from(text)
}

/// Everything that can be tampered with; `WHERE` picks rows of the story below.
fn changes_by_hand() -> Vec<Change> {
    let public = "state = 'published'";
    let old = "state = 'superseded'";
    let gone = "state = 'withdrawn'";
    let of_public = "edition_id IN (SELECT id FROM edition WHERE state = 'published')";
    vec![
        // What readers see of what is public.
        ("edition", "title", text("别的标题"), public, "标题"),
        ("edition", "note", text("别的说明"), public, "文件"),
        ("edition", "column_slug", text("else"), public, "文件"),
        ("edition", "published_at", text("2020-01-01T00:00:00.000Z"), public, "时间"),
        ("edition", "author_name", text("别人"), public, "文件"),
        ("edition_text", "body_html", text("<p>罚款</p>"), of_public, "正文"),
        ("edition_text", "reading_html", text("<p>罚款</p>"), of_public, "显示形式"),
        ("edition_text", "body_text", text("罚款"), of_public, "显示形式"),
        ("edition_text", "html_policy", text("another"), of_public, "显示形式"),
        ("facet", "value", text("别的"), of_public, "字段"),
        ("article", "text", text("罚款"), of_public, "章节"),
        ("attachment", "title", text("别的附件"), of_public, "附件"),
        ("attachment", "file_name", text("else.exe"), of_public, "附件"),
        ("attachment", "media_type", text("text/html"), of_public, "附件"),
        ("picture", "width", Value::Int(41), "width = 40", "正文中的图片"),
        ("document", "organ", text("QH011"), "current_edition <> ''", "机关"),
        ("document", "column_slug", text("else"), "current_edition <> ''", "栏目"),
        ("document", "kind", text("news"), "current_edition <> ''", "文件"),
        ("document", "index_number", text("QH010/2000-00001"), "current_edition <> ''", "索引号"),
        ("document", "title", text("清单里的别的标题"), "current_edition <> ''", "文件"),
        ("document", "first_published_on", text("2020-01-01"), "current_edition <> ''", "文件"),
        // Hidden; and what was withdrawn, superseded, in review.
        ("document", "current_edition", text(""), "current_edition <> ''", "公开状态"),
        ("edition", "state", text("published"), gone, "状态"),
        ("edition", "reason", text("别的理由"), gone, "撤回说明"),
        ("edition", "notice", text("别的说明"), gone, "撤回说明"),
        ("edition", "title", text("别的标题"), old, "标题"),
        (
            "edition_text",
            "body_html",
            text("<p>别的</p>"),
            "edition_id IN (SELECT id FROM edition WHERE state = 'superseded')",
            "正文",
        ),
        (
            "edition_text",
            "body_html",
            text("<p>别的</p>"),
            "edition_id IN (SELECT id FROM edition WHERE state = 'in_review')",
            "正文",
        ),
        ("edition", "publish_at", text("2020-01-01T00:00:00.000Z"), "state = 'scheduled'", "时间"),
        // Who passed what.
        ("review_pass", "opinion", text("别的意见"), "stage = 0", "关口"),
        ("review_pass", "passed_by", text("another"), "stage = 0", "关口"),
        ("review_pass", "stood_for", text("another"), "stage = 0", "关口"),
        ("review", "decided_by", text("another"), "state = 'passed'", "审核记录"),
        // Plans, duties, evidence.
        ("plan", "title", text("别的要点"), "state = 'confirmed'", "标题"),
        ("plan", "source", text("别的原文"), "state = 'confirmed'", "原文"),
        ("plan_clause", "text", text("别的条目"), "number = '（一）'", "条目"),
        ("plan_owner", "organs", text("[]"), "name = '县财政局'", "承办机关"),
        ("duty", "text", text("别的任务"), "issued_at <> ''", "任务"),
        ("duty", "due_on", text("2099-12-31"), "issued_at <> ''", "期限"),
        ("duty", "visibility", text("internal"), "issued_at <> ''", "公开范围"),
        ("duty_share", "organ", text("QH020"), "organ = 'QH010'", "承办机关"),
        ("evidence", "decision", text("confirmed"), "decision = ''", "佐证"),
        ("evidence", "lapsed_at", text("2026-02-10T01:00:00.000Z"), "lapsed_at = ''", "佐证"),
        ("duty", "position", Value::Int(99), "issued_at <> ''", "任务"),
        ("evidence", "title", text("别的佐证"), "title <> ''", "佐证"),
        ("progress_note", "text", text("别的进展"), "text <> ''", "进展"),
        // Organs, columns, calendar.
        ("organ", "phone", text("110"), "code = 'QH010'", "名录"),
        ("organ", "name", text("别的局"), "code = 'QH011'", "QH011"),
        ("portal_column", "description", text("别的"), "slug = 'notices'", "栏目"),
        ("portal_column", "position", Value::Int(99), "slug = 'notices'", "栏目"),
        ("portal_column", "cadence", text("yearly"), "slug = 'notices'", "更新频次"),
        ("portal_column", "organ", text("QH010"), "slug = 'notices'", "更新频次"),
        ("portal_column", "hidden", Value::Int(1), "slug = 'notices'", "栏目"),
        ("calendar_day", "special", text("worked"), "day = '2026-10-10'", "工作日历"),
        // Accounts.
        ("account", "password", text("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAA"), "login = 'clerk'", "密码"),
        ("account", "totp_secret", text("AAAA"), "login = 'clerk'", "动态口令"),
        ("account", "organ", text("QH011"), "login = 'clerk'", "账号"),
        ("account", "disabled", Value::Int(1), "login = 'clerk'", "停用"),
        ("account_role", "role", text("security_admin"), "role = 'county_office'", "角色"),
        ("program", "items", text("[]"), "name <> ''", "数据表"),
        ("program", "ends_on", text("2099-12-31"), "name <> ''", "期限"),
        ("program", "digest", text("00"), "name <> ''", "密钥"),
    ]
}

/// Rows that somebody takes out.
const TAKEN: [(&str, &str, &str); 6] = [
    ("attachment", "edition_id IN (SELECT id FROM edition WHERE state = 'published')", "附件"),
    ("facet", "edition_id IN (SELECT id FROM edition WHERE state = 'published')", "字段"),
    ("review_pass", "stage = 1", "关口"),
    ("evidence", "decision = ''", "佐证"),
    ("account_role", "role = 'county_office'", "角色"),
    ("calendar_day", "day = '2026-10-10'", "工作日历"),
];

async fn bad(app: &TestApp) -> Option<String> {
    identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad
}

async fn put(app: &TestApp, new: Seed) {
    let mut tx = app.ctx().db().write().await.expect("write");
    seed(app.ctx(), &mut tx, new).await.expect("seed");
    tx.commit().await.expect("commit");
}

/// Something of everything.
async fn everything(app: &TestApp) {
    column(app).await;
    app.clerk().await;
    let id = published(app, "春耕补贴通知").await;
    changes::correct(app, &id, &[("note", "补充"), ("summary", "摘要")]).await;
    pass_all(app, &id).await;
    let at = "2026-02-10T01:00:00Z".parse().expect("moment");
    let seeded = |title: &str, state| {
        let mut new = Seed::published("QH010".into(), "notices", &NOTICE, title, "<p>第一条　正文。</p>", at);
        new.state = state;
        new.files = vec![SeedFile { file_name: "a.txt".into(), title: "附件一".into(), bytes: "附件".into() }];
        new
    };
    put(app, seeded("公开的", SeedState::Published { at })).await;
    let (reason, notice) = ("有误".to_owned(), "另行公布".to_owned());
    put(app, seeded("撤回的", SeedState::Withdrawn { published_at: at, at, reason, notice })).await;
    let mut pictured = seeded("有图的", SeedState::InReview { gate: review::route::Gate::POLICY, since: at });
    pictured.body_html.push_str("<figure><img src=\"picture:1\" alt=\"图\"></figure>");
    pictured.pictures = vec![SeedFile { file_name: "a.png".into(), title: String::new(), bytes: png(40, 30, 1) }];
    put(app, pictured).await;
    put(app, seeded("定时的", SeedState::Scheduled { at: "2027-01-04T01:00:00Z".parse().expect("moment") })).await;
    put(app, seeded("在审的", SeedState::InReview { gate: review::route::Gate::WORDING, since: at })).await;
    duties::issued(app).await;
    let share = duties::share(app, "公开解读方案", "QH010").await;
    let mut editor = app.editor("QH010").await;
    let note = [("assignment", share.1.as_str()), ("text", "初稿已成")];
    editor.post(&format!("/duties/{}/notes", share.0), &note).await.expect(303);
    let paper = duties::document(app, "惠企政策解读方案公告").await;
    duties::hand_in(app, &mut editor, &share, &paper, "").await;
    let mut tx = app.ctx().db().write().await.expect("write");
    let day = store::query("INSERT INTO calendar_day (day, special, notice) VALUES ('2026-10-10', 'off', '通知')");
    day.execute(tx.conn()).await.expect("a day");
    let program = identity::programs::NewProgram {
        name: "许可审批系统".into(),
        organ: "QH010".into(),
        items: vec!["permit".into()],
        ends_on: app.ctx().today(),
    };
    identity::programs::make(&mut tx, program, &Actor::System).await.expect("a key");
    let event = kernel::NewEvent::new(&identity::events::CALENDAR_EXTENDED, 2026, &Actor::System);
    tx.append(event).await.expect("append");
    tx.commit().await.expect("commit");
    app.work().await;
}

both! {
    async fn whatever_is_changed_past_the_program_is_named(app) {
        everything(app).await;
        assert_eq!(bad(app).await, None);
        let db = app.ctx().db();
        for (table, column, value, place, words) in changes_by_hand() {
            // SQL: literals of this test.
            let rows = rows(app, &format!("SELECT * FROM {table} WHERE {place}")).await;
            assert!(!rows.is_empty(), "the story has no {table} where {place}");
            let row = &rows[0];
            let (sql, values) = by_all(row);
            // SQL: names from the lists of this test.
            let change = store::query(store::built(format!("UPDATE {table} SET {column} = $1 WHERE {}", sql(2))));
            assert_eq!(store::test::tamper(db, change.bind(value.clone()).bind_all(values)).await.expect("tampered"), 1, "{table}.{column}");
            let found = bad(app).await;
            assert!(found.as_ref().is_some_and(|bad| bad.contains(words)), "{table}.{column} where {place}: {found:?}");
            let mut changed = row.clone();
            let cell = changed.iter_mut().find(|(name, _)| name == column).expect("a column");
            let before = std::mem::replace(&mut cell.1, value);
            let (sql, values) = by_all(&changed);
            // SQL: names from the lists of this test.
            let back = store::query(store::built(format!("UPDATE {table} SET {column} = $1 WHERE {}", sql(2))));
            assert_eq!(store::test::tamper(db, back.bind(before).bind_all(values)).await.expect("back"), 1, "{table}.{column}");
        }
        for (table, place, words) in TAKEN {
            let rows = rows(app, &format!("SELECT * FROM {table} WHERE {place}")).await;
            let row = rows.first().unwrap_or_else(|| panic!("the story has no {table} where {place}"));
            let (sql, values) = by_all(row);
            // SQL: names from the lists of this test.
            let take = store::query(store::built(format!("DELETE FROM {table} WHERE {}", sql(1)))).bind_all(values);
            assert_eq!(store::test::tamper(db, take).await.expect("taken"), 1, "{table}");
            let found = bad(app).await;
            assert!(found.as_ref().is_some_and(|bad| bad.contains(words)), "{table} where {place}: {found:?}");
            let names: Vec<String> = row.iter().map(|(name, _)| name.clone()).collect();
            let mut load = db.load().await.expect("load");
            load.insert(table, &names, vec![row.iter().map(|(_, value)| value.clone()).collect()]).await.expect("insert");
            load.commit().await.expect("back");
        }
        // An account that nobody made.
        let add = "INSERT INTO account (id, login, name, organ, email, password, must_change, disabled, failed_count, failed_since, \
                   locked_until, totp_secret, totp_pending, totp_step, created_at, signed_in_at, password_at) \
                   VALUES ('ghost', 'ghost', '鬼', 'QH010', '', '', 0, 0, 0, '', '', '', '', 0, '', '', '')";
        store::test::tamper(db, store::query(add)).await.expect("added");
        let found = bad(app).await;
        assert!(found.as_ref().is_some_and(|bad| bad.contains("ghost") && bad.contains("没有经过本程序")), "{found:?}");
        store::test::tamper(db, store::query("DELETE FROM account WHERE id = 'ghost'")).await.expect("gone");
        assert_eq!(bad(app).await, None, "everything is back");
    }

    /// Within a round, and told once in the log, from where it stands on the desk of the audit administrator.
    async fn the_watch_tells_of_a_change_once(app) {
        use identity::audit::watch::{Watch, Watching, turn};
        everything(app).await;
        let ctx = app.ctx();
        proof::checkpoint(ctx.db(), ctx.log_place()).await.expect("checkpoint");
        let mut watch = Watch::default();
        turn(ctx, &mut watch).await;
        let standing = ctx.one::<Watching>().standing();
        assert!(standing.bad.is_none() && standing.at.is_some() && standing.compared > 10, "{standing:?}");
        let faults = async || {
            store::query_scalar::<i64>("SELECT COUNT(*) FROM event WHERE kind = 'audit.found'").fetch_one(ctx.db().read()).await.expect("count")
        };
        // A file, after it was read once.
        let digest: String = store::query_scalar("SELECT digest FROM file LIMIT 1").fetch_one(ctx.db().read()).await.expect("a file");
        let path = ctx.files().local(&digest).await.expect("path").to_path_buf();
        let bytes = std::fs::read(&path).expect("bytes");
        std::fs::write(&path, "改动").expect("tamper");
        for _ in 0..2 {
            turn(ctx, &mut watch).await;
            assert!(ctx.one::<Watching>().standing().bad.is_some_and(|bad| bad.contains(&digest)));
            assert_eq!(faults().await, 1, "told once");
        }
        std::fs::write(&path, bytes).expect("back");
        // It stays until somebody has settled it, although everything fits again.
        turn(ctx, &mut watch).await;
        assert!(ctx.one::<Watching>().standing().bad.is_some_and(|bad| bad.contains("尚未处理")));
        // A row.
        store::test::tamper(ctx.db(), store::query("UPDATE organ SET phone = '110' WHERE code = 'QH010'")).await.expect("tamper");
        turn(ctx, &mut watch).await;
        assert_eq!(faults().await, 2);
        let mut auditor = app.person("auditor", "QH001", &[kernel::Role::AuditAdmin]).await;
        auditor.get("/").await.expect(200).shows("县财政局").shows("名录登记");
        let mut admin = app.person("sysadmin", "QH001", &[kernel::Role::SystemAdmin]).await;
        admin.get("/system").await.expect(200).shows("持续核对").shows("不符");
        admin.get("/metrics").await.expect(200).shows("verify_ok");
        store::test::tamper(ctx.db(), store::query("UPDATE organ SET phone = '' WHERE code = 'QH010'")).await.expect("back");
        turn(ctx, &mut watch).await;
        assert!(ctx.one::<Watching>().standing().bad.is_some_and(|bad| bad.contains("尚未处理")));
        for one in identity::audit::findings::open(ctx).await.expect("findings") {
            auditor.post(&format!("/audit/findings/{}", one.seq), &[("reason", "已查明并恢复")]).await.expect(303);
        }
        turn(ctx, &mut watch).await;
        assert_eq!(ctx.one::<Watching>().standing().bad, None);
    }
}

async fn rows(app: &TestApp, sql: &str) -> Vec<Named> {
    // SQL: names from the lists of this test.
    let rows = store::query(store::built(sql.to_owned())).fetch_all(app.ctx().db().read()).await.expect("rows");
    let named = |row: &store::Row| {
        row.names().enumerate().map(|(at, name)| (name.to_owned(), row.at::<Value>(at).expect("a value"))).collect()
    };
    rows.iter().map(named).collect()
}

/// A condition that only this row fulfils, with places from a number on, and its values.
fn by_all(row: &Named) -> (impl Fn(usize) -> String, Vec<Value>) {
    let known: Vec<(String, Value)> = row.iter().filter(|(_, value)| *value != Value::Null).cloned().collect();
    let names: Vec<String> = known.iter().map(|(name, _)| name.clone()).collect();
    let condition = move |from: usize| {
        names.iter().enumerate().map(|(at, name)| format!("{name} = ${}", at + from)).collect::<Vec<_>>().join(" AND ")
    };
    (condition, known.into_iter().map(|(_, value)| value).collect())
}
