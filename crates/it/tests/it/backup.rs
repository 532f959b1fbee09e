//! Backup and restore, also from one database into the other.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use app::{
    backup::{self, Accept, Manifest, Wishes},
    compose,
};
use kernel::{
    Actor, Seams,
    seams::{FixedClock, SeededEntropy},
};
use testkit::{TestApp, both};
use web::Config;

static HAPPENED: kernel::EventKind = kernel::EventKind::new("test", "test.happened", "发生");

async fn tables(app: &TestApp) -> Vec<(String, String)> {
    store::query_as("SELECT code, name FROM organ ORDER BY code")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("organs")
}

fn seams() -> Seams {
    let clock = FixedClock::at("2026-03-03T00:00:00Z".parse().expect("moment"));
    Seams { clock: std::sync::Arc::new(clock), entropy: std::sync::Arc::new(SeededEntropy::new(7)) }
}

async fn backed_up(app: &TestApp, file: &Path, wishes: &Wishes) -> anyhow::Result<Manifest> {
    backup::backup(app.ctx(), file, wishes, &mut |_| {}).await
}

async fn restored(
    file: &Path,
    data: &Path,
    wishes: &Wishes,
    accept: Accept,
) -> anyhow::Result<(Manifest, Vec<String>)> {
    backup::restore(&Config::default(), data, file, (wishes, accept), seams(), &mut |_| {}).await
}

/// Why a backup is not restored. Nothing is left behind.
async fn refused(file: &Path) -> String {
    let place = tempfile::tempdir().expect("place");
    let data = place.path().join("r");
    let error = restored(file, &data, &Wishes::default(), Accept::Whole).await.expect_err("refused");
    assert_eq!(std::fs::read_dir(&data).expect("folder").count(), 0, "something is left behind");
    format!("{error:#}")
}

/// Entries of an archive, in order.
type Entries = Vec<(String, Vec<u8>)>;
/// What is done to an archive.
type Change = fn(&mut Entries);

fn entries(file: &Path) -> Entries {
    let archive = std::fs::File::open(file).expect("open");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.expect("entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("bytes");
        (entry.path().expect("path").to_string_lossy().into_owned(), bytes)
    };
    archive.entries().expect("entries").map(read).collect()
}

fn write(file: &Path, entries: &Entries) {
    let out = std::fs::File::create(file).expect("create");
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(out, flate2::Compression::fast()));
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_cksum();
        archive.append_data(&mut header, name, bytes.as_slice()).expect("entry");
    }
    archive.into_inner().expect("archive").finish().expect("gzip").flush().expect("written");
}

/// Lines of the pieces of a table.
fn lines(entries: &Entries, table: &str) -> Vec<serde_json::Value> {
    let of_table = entries.iter().filter(|(name, _)| name.starts_with(&format!("tables/{table}/")));
    let text: Vec<u8> = of_table.flat_map(|(_, bytes)| bytes.clone()).collect();
    String::from_utf8(text).expect("text").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn text_of(rows: &[serde_json::Value]) -> Vec<u8> {
    rows.iter().map(|row| format!("{row}\n")).collect::<String>().into_bytes()
}

/// The archive as the program before seals wrote it: format 2, the log without seals, its chain made anew.
fn as_of_old(entries: &Entries, manifest: &Manifest) -> Entries {
    let mut events = lines(entries, "event");
    events.sort_by_key(|event| event["seq"].as_i64());
    let mut previous = kernel::event::GENESIS.to_owned();
    for event in &mut events {
        if event["kind"] == store::log::seals::BEGUN.name {
            // It could not have said so; what stands there in its place is of no account.
            event["kind"] = "log.something".into();
        }
        let mut whole = event.clone();
        for (name, value) in
            [("actor_name", "".into()), ("data", "{}".into()), ("erased", false.into()), ("seals", "".into())]
        {
            whole[name] = value;
        }
        whole["previous"] = previous.clone().into();
        let hash = kernel::event::chain_hash(&serde_json::from_value(whole).expect("an event"));
        event["previous"] = previous.into();
        event["hash"] = hash.clone().into();
        event.as_object_mut().expect("object").remove("seals");
        previous = hash;
    }
    let mut tables: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for table in manifest.tables.keys().filter(|table| *table != "event_seal") {
        tables.insert(table.clone(), text_of(&lines(entries, table)));
    }
    tables.insert("event".into(), text_of(&events));
    let mut old = Manifest { format: 2, head: previous, ..manifest.clone() };
    old.schema.insert("store".into(), 1);
    old.tables.remove("event_seal");
    (old.digests, old.others) = Default::default();
    let head = ("manifest.json".to_owned(), serde_json::to_vec(&old).expect("JSON"));
    let tables = tables.into_iter().map(|(table, bytes)| (format!("tables/{table}.jsonl"), bytes));
    let files = entries.iter().filter(|(name, _)| name.starts_with("files/")).cloned();
    std::iter::once(head).chain(tables).chain(files).collect()
}

/// A published text with a file.
async fn published(app: &TestApp) -> (PathBuf, String) {
    let received = app.ctx().files().receive_bytes(b"attachment").await.expect("receive");
    let mut tx = app.ctx().db().write().await.expect("write");
    app.ctx().files().keep(&mut tx, &received).await.expect("keep");
    let now = app.ctx().seams().now();
    let text = "<p>补贴标准为每人五百元。</p>";
    let seed = publishing::seed::Seed::published("QH010".into(), "none", &publishing::kinds::NEWS, "通知", text, now);
    publishing::seed::seed(app.ctx(), &mut tx, seed).await.expect("seed");
    tx.commit().await.expect("commit");
    (app.ctx().files().local(&received.digest).await.expect("path").to_path_buf(), received.digest)
}

both! {
    async fn an_archive_that_is_not_what_was_written_is_refused(app) {
        published(app).await;
        let file = app.data().join("whole.tar.gz");
        let made = backed_up(app, &file, &Wishes::default()).await.expect("backup");
        let whole = entries(&file);
        let crafted = app.data().join("crafted.tar.gz");
        // Only the checksum of gzip is cut off.
        let bytes = std::fs::read(&file).expect("read");
        std::fs::write(&crafted, &bytes[..bytes.len() - 4]).expect("cut");
        assert!(refused(&crafted).await.contains("不完整"));
        // A table is gone; rows of one are gone; a text is another; a file is gone; the end is gone.
        let changes: [(&str, Change); 5] = [
            ("edition_text", |all| all.retain(|(name, _)| !name.starts_with("tables/edition_text/"))),
            ("organ", |all| {
                let rows = lines(all, "organ");
                let place = all.iter_mut().find(|(name, _)| name.starts_with("tables/organ/")).expect("organs");
                place.1 = text_of(&rows[..2]);
            }),
            ("edition_text", |all| {
                for (name, bytes) in all.iter_mut().filter(|(name, _)| name.starts_with("tables/edition_text/")) {
                    assert!(name.ends_with(".jsonl"));
                    *bytes = String::from_utf8(bytes.clone()).expect("text").replace("补贴", "罚款").into_bytes();
                }
            }),
            ("文件", |all| all.retain(|(name, _)| !name.starts_with("files/"))),
            ("不完整", |all| all.retain(|(name, _)| name != "contents.json")),
        ];
        for (words, change) in changes {
            let mut all = whole.clone();
            change(&mut all);
            write(&crafted, &all);
            let why = refused(&crafted).await;
            assert!(why.contains(words), "{words}: {why}");
        }
        // Whoever makes counts and digests fit has still the log against him.
        let mut all = whole.clone();
        for (name, bytes) in &mut all {
            if name.starts_with("tables/edition_text/") {
                *bytes = String::from_utf8(bytes.clone()).expect("text").replace("补贴", "罚款").into_bytes();
            }
        }
        let mut fitting = made.clone();
        let text: Vec<u8> = all.iter().filter(|(name, _)| name.starts_with("tables/edition_text/")).flat_map(|(_, bytes)| bytes.clone()).collect();
        fitting.digests.insert("edition_text".into(), hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&text)));
        all.last_mut().expect("the end").1 = serde_json::to_vec(&fitting).expect("JSON");
        write(&crafted, &all);
        let why = refused(&crafted).await;
        assert!(why.contains("没有通过验证") && why.contains("通知"), "{why}");
        // The whole one restores.
        let place = tempfile::tempdir().expect("place");
        let (_, faults) = restored(&file, &place.path().join("r"), &Wishes::default(), Accept::Whole).await.expect("restored");
        assert_eq!(faults, Vec::<String>::new());
    }

    async fn an_archive_of_an_older_structure_is_restored_and_brought_up_to_date(app) {
        published(app).await;
        let file = app.data().join("new.tar.gz");
        let made = backed_up(app, &file, &Wishes::default()).await.expect("backup");
        let old = app.data().join("old.tar.gz");
        write(&old, &as_of_old(&entries(&file), &made));
        let place = tempfile::tempdir().expect("place");
        let data = place.path().join("r");
        let (manifest, faults) = restored(&old, &data, &Wishes::default(), Accept::Whole).await.expect("restored");
        assert_eq!((manifest.schema.get("store"), faults.len()), (Some(&1), 0));
        let other = compose::open(Config::default(), data, Path::new("unused").into(), seams()).await.expect("open");
        store::log::seals::begin(other.db()).await.expect("sealed from now on");
        assert!(app::doctor::verify(&other).await.expect("verify").ok);
        other.db().close().await;
        // One of a later program is not.
        let mut later = made.clone();
        later.schema.insert("store".into(), 99);
        let mut all = entries(&file);
        all[0].1 = serde_json::to_vec(&later).expect("JSON");
        write(&old, &all);
        assert!(refused(&old).await.contains("第 99 版"));
    }

    /// An installation from before seals holds texts in every state: nothing of what the program itself has left there is called
    /// somebody's forgery, neither at once nor by the next write on it.
    async fn what_an_older_program_left_is_nobodys_forgery(app) {
        use crate::publishing::{changes, column, draft, edition, pass_all, submit};
        column(app).await;
        let mut editor = app.editor("QH010").await;
        for (title, way) in [
            ("草稿", ""), ("在审", "sent"), ("退回", "returned"), ("收回", "recalled"), ("公开", "public"), ("更正", "corrected"), ("更正在审", "correction"),
        ] {
            let id = draft(&mut editor, title).await;
            if way.is_empty() {
                continue;
            }
            submit(&mut editor, &id, title, "<p>正文。</p>", &[]).await.expect(303);
            let (edition_id, _, _) = edition(app, &id).await;
            match way {
                "returned" => {
                    let page = format!("/reviews/{edition_id}");
                    let mut secrecy = app.reviewer(review::Gate::SECRECY).await;
                    let version = secrecy.get(&page).await.expect(200).field("version");
                    secrecy.post(&format!("{page}/return"), &[("version", &version), ("reason", "请改")]).await.expect(303);
                }
                "recalled" => {
                    let page = editor.get(&format!("/documents/{id}")).await.expect(200);
                    editor.post(&format!("/documents/{id}/recall"), &[("version", &page.field("version"))]).await.expect(303);
                }
                "public" | "corrected" | "correction" => {
                    pass_all(app, &id).await;
                    if way != "public" {
                        changes::correct(app, &id, &[("note", "补充")]).await;
                    }
                    if way == "corrected" {
                        pass_all(app, &id).await;
                    }
                    editor = app.sign_in("editor-qh010").await;
                }
                _ => {}
            }
        }
        let states: Vec<String> =
            store::query_scalar("SELECT DISTINCT state FROM edition ORDER BY state").fetch_all(app.ctx().db().read()).await.expect("states");
        assert_eq!(states, ["draft", "in_review", "published", "returned", "superseded"]);
        let file = app.data().join("new.tar.gz");
        let made = backed_up(app, &file, &Wishes::default()).await.expect("backup");
        let old = app.data().join("old.tar.gz");
        write(&old, &as_of_old(&entries(&file), &made));
        let place = tempfile::tempdir().expect("place");
        let data = place.path().join("r");
        let (_, faults) = restored(&old, &data, &Wishes::default(), Accept::Whole).await.expect("restored");
        assert_eq!(faults, Vec::<String>::new());
        let other = compose::open(Config::default(), data, Path::new("unused").into(), seams()).await.expect("open");
        let verified = app::doctor::verify(&other).await.expect("verify");
        assert!(!verified.ok && verified.first_bad.as_ref().is_some_and(|bad| bad.contains("尚未封存")), "{verified:?}");
        let said = app::doctor::advice(&verified).expect("what to do");
        assert!(said.contains("请启动服务") && !said.contains("停止写入"), "no alarm before the first start: {said}");
        store::log::seals::begin(other.db()).await.expect("sealed from now on");
        let verified = app::doctor::verify(&other).await.expect("verify");
        assert!(verified.ok, "{:?}", verified.first_bad);
        for kind in other.db().sealed().iter().filter(|sealed| !sealed.roots.is_empty()) {
            let all = match kind.kind {
                "document" => "SELECT id FROM document",
                "plan" => "SELECT id FROM plan",
                "duty" => "SELECT id FROM duty",
                _ => kind.roots,
            };
            // SQL: a question of this test, or the capability's own.
            for id in store::query_scalar::<String>(store::built(all.to_owned())).fetch_all(other.db().read()).await.expect("ids") {
                let mut tx = other.db().write().await.expect("write");
                tx.touch(&kernel::id::SubjectRef::new(kind.kind, &id));
                tx.commit().await.expect("commit");
            }
        }
        let told: Vec<String> = identity::audit::findings::open(&other).await.expect("findings").into_iter().map(|one| one.words).collect();
        assert_eq!(told, Vec::<String>::new());
        assert!(app::doctor::verify(&other).await.expect("verify").ok);
        other.db().close().await;
    }

    async fn what_cannot_be_read_does_not_stop_a_backup_and_is_named(app) {
        let (place, digest) = published(app).await;
        std::fs::rename(&place, app.data().join("away")).expect("the bytes are lost");
        let file = app.data().join("b.1");
        let made = backed_up(app, &file, &Wishes::default()).await.expect("a backup all the same");
        assert_eq!((made.missing.as_slice(), made.files), (&[digest.clone()][..], 0));
        assert!(made.faults().iter().any(|fault| fault.contains(&digest)));
        assert!(refused(&file).await.contains(&digest));
        let other = tempfile::tempdir().expect("place");
        let (_, faults) = restored(&file, &other.path().join("r"), &Wishes::default(), Accept::Damaged).await.expect("what is there");
        assert!(faults.iter().any(|fault| fault.contains(&digest)), "{faults:?}");
        std::fs::rename(app.data().join("away"), &place).expect("found again");
        // What was tampered with is told too.
        store::test::tamper(app.ctx().db(), store::query("UPDATE organ SET phone = '1' WHERE code = 'QH010'")).await.expect("tamper");
        let made = backed_up(app, &app.data().join("b.2"), &Wishes::default()).await.expect("backup");
        assert!(made.fault.as_ref().is_some_and(|fault| fault.contains("QH010")), "{made:?}");
        store::test::tamper(app.ctx().db(), store::query("UPDATE organ SET phone = '' WHERE code = 'QH010'")).await.expect("back");
        // Names of one's own, for the owner alone, nothing half left.
        let mode = std::fs::metadata(&file).expect("file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let nowhere = app.data().join("none").join("b.tar.gz");
        assert!(backed_up(app, &nowhere, &Wishes::default()).await.is_err());
        let left = std::fs::read_dir(app.data()).expect("folder").flatten().filter(|entry| entry.file_name().to_string_lossy().ends_with(".part"));
        assert_eq!(left.count(), 0);
    }

    async fn a_backup_under_a_key_opens_with_it_alone_and_holds_what_was_asked(app) {
        published(app).await;
        std::fs::write(app.data().join("gongkai.toml"), "[mail]\nsmtp = \"\"\n").expect("configuration");
        std::fs::create_dir_all(app.data().join("outbox")).expect("outbox");
        std::fs::write(app.data().join("outbox/2026-03-02T0100-a.eml"), "To: a\n\n").expect("a letter");
        proof::checkpoint(app.ctx().db(), app.ctx().log_place()).await.expect("checkpoint");
        let key = app.data().join("key");
        std::fs::write(&key, "一把足够长的钥匙").expect("key");
        let wishes = Wishes { keys: true, key_file: Some(key), ..Wishes::default() };
        let file = app.data().join("sealed.backup");
        let made = backed_up(app, &file, &wishes).await.expect("backup");
        assert_eq!(
            made.others.keys().map(String::as_str).collect::<Vec<_>>(),
            ["config/gongkai.toml", "keys/log-key", "log-checkpoint.json", "outbox/2026-03-02T0100-a.eml"]
        );
        assert!(refused(&file).await.contains("--key-file"));
        let place = tempfile::tempdir().expect("place");
        let data = place.path().join("r");
        let (_, faults) = restored(&file, &data, &wishes, Accept::Whole).await.expect("restored");
        assert_eq!(faults, Vec::<String>::new());
        let read = |name: &str| std::fs::read(data.join(name)).expect("restored");
        assert_eq!(read("log-key"), std::fs::read(app.data().join("log-key")).expect("key"));
        assert_eq!(read("outbox/2026-03-02T0100-a.eml"), b"To: a\n\n");
        assert!(read("gongkai.toml.from-backup").starts_with(b"[mail]") && !data.join("gongkai.toml").exists());
        let other = app.data().join("other-key");
        std::fs::write(&other, "另一把足够长的钥匙").expect("key");
        let wrong = Wishes { key_file: Some(other), ..Wishes::default() };
        let error = restored(&file, &place.path().join("s"), &wrong, Accept::Whole).await.expect_err("another key");
        assert!(format!("{error:#}").contains("密钥不对"), "{error:#}");
        std::fs::remove_file(app.data().join("gongkai.toml")).expect("removed");
    }

    async fn a_backup_restores_into_an_empty_place_and_verifies(app) {
        let received = app.ctx().files().receive_bytes(b"attachment").await.expect("receive");
        let mut tx = app.ctx().db().write().await.expect("write");
        app.ctx().files().keep(&mut tx, &received).await.expect("keep");
        tx.append(kernel::NewEvent::new(&HAPPENED, "x", &Actor::System)).await.expect("append");
        tx.commit().await.expect("commit");

        // Somebody is signed in, and a mail waits.
        app.clerk().await.get("/").await.expect(200);
        let mut tx = app.ctx().db().write().await.expect("write");
        let mail = web::mail::Mail { to: vec!["a@example.invalid".into()], subject: "旧".into(), text: "旧".into() };
        tx.enqueue(store::jobs::NewJob::now(web::mail::SEND, &mail)).await.expect("mail");
        tx.commit().await.expect("commit");
        let file = app.data().join("backup.tar.gz");
        let made = backed_up(app, &file, &Wishes::default()).await.expect("backup");
        assert!(made.events > 0 && made.files == 1);
        assert!(backed_up(app, &file, &Wishes::default()).await.is_err(), "a backup never overwrites");

        // Whatever it was taken from, it restores into SQLite.
        let place = tempfile::tempdir().expect("place");
        let data = place.path().join("restored");
        let config = Config { site: app.ctx().config().site.clone(), ..Config::default() };
        let (manifest, faults) = restored(&file, &data, &Wishes::default(), Accept::Whole).await.expect("restore");
        assert_eq!((manifest, faults.len()), (made, 0));
        let again = restored(&file, &data, &Wishes::default(), Accept::Whole).await.expect_err("not empty").to_string();
        assert!(again.contains("不是空的"), "{again}");
        let other = compose::open(config, data, Path::new("unused").into(), seams()).await.expect("open");
        let organs: Vec<(String, String)> =
            store::query_as("SELECT code, name FROM organ ORDER BY code").fetch_all(other.db().read()).await.expect("organs");
        assert_eq!(organs, tables(app).await);
        // Neither does an ended session live again nor an old mail go out once more.
        let (sessions, mails): (i64, String) =
            store::query_as("SELECT (SELECT COUNT(*) FROM session), state FROM job WHERE kind = 'mail.send'")
                .fetch_one(other.db().read())
                .await
                .expect("rows");
        assert_eq!((sessions, mails.as_str()), (0, "dead"));
        other.db().close().await;
    }

    async fn a_truncated_backup_is_refused(app) {
        let file = app.data().join("backup.tar.gz");
        backed_up(app, &file, &Wishes::default()).await.expect("backup");
        let bytes = std::fs::read(&file).expect("read");
        let cut = app.data().join("cut.tar.gz");
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).expect("cut");
        let place = tempfile::tempdir().expect("place");
        let error = restored(&cut, &place.path().join("r"), &Wishes::default(), Accept::Whole).await.expect_err("damaged");
        assert!(format!("{error:#}").contains("备份"), "{error:#}");
        // Nothing is left behind: the whole backup restores into the same place.
        restored(&file, &place.path().join("r"), &Wishes::default(), Accept::Whole).await.expect("restore");
    }
}
