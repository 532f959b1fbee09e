//! Stories of the public log: every publication, correction and withdrawal is a leaf, a receipt proves it without asking anybody,
//! and a history that was rewritten is noticed.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use app::{
    backup::{self, Accept, Wishes},
    compose, mirror,
};
use jiff::SignedDuration;
use kernel::Role;
use proof::Signer;
use receipt::{Growing, Key, note, tile::Tile, tree::Held};
use serde_json::Value;
use store::log::Place;
use testkit::{TestApp, both};
use web::Config;

use super::{
    changes::{correct, withdraw},
    column, pass_all, published,
};

pub(super) fn gongkai(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai-under-test"));
    command.env_clear().args(arguments).output().expect("the program starts")
}

pub(super) fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(super) fn path(path: &Path) -> &str {
    path.to_str().expect("a path")
}

/// What has happened is followed and signed; a minute later no page of before is shown.
pub(super) async fn signed(app: &TestApp) {
    app.work().await;
    publishing::receipts::sign(app.ctx()).await.expect("signed");
    app.pass(SignedDuration::from_secs(61));
}

async fn leaves(app: &TestApp) -> Vec<(String, i64)> {
    store::query_as("SELECT act, edition FROM public_leaf ORDER BY place")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("leaves")
}

/// Saves a receipt as a reader would.
async fn saved(app: &TestApp, id: &str, number: i64, file: &Path) {
    let reply = app.visitor().get(&format!("/receipts/{id}/{number}.txt")).await.expect(200);
    assert!(reply.headers["content-disposition"].to_str().expect("ascii").starts_with("attachment"));
    std::fs::write(file, &reply.bytes).expect("written");
}

fn verified(file: &Path, key: &Path) -> Value {
    let output = gongkai(&["verify-receipt", path(file), "--key", path(key), "--json"]);
    assert!(output.status.success(), "{}", told(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn refused(file: &Path) -> String {
    let output = gongkai(&["verify-receipt", path(file)]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{}", told(&output));
    let answer = gongkai(&["verify-receipt", path(file), "--json"]);
    let json: Value = serde_json::from_slice(&answer.stdout).expect("JSON of a failure, too");
    let reason = json["reason"].as_str().expect("a reason");
    assert!(json["ok"] == false && answer.status.code() == Some(1) && told(&output).contains(reason), "{json}");
    told(&output)
}

/// The log as it is served, put into a folder.
async fn copied(app: &TestApp, folder: &Path, size: u64) {
    let tile = Tile { level: Some(0), n: 0, width: size }.path();
    for name in ["checkpoint".to_owned(), "key".to_owned(), format!("tile/{tile}")] {
        let reply = app.visitor().get(&format!("/log/{name}")).await.expect(200);
        let file = folder.join(&name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("folder");
        std::fs::write(file, reply.bytes).expect("written");
    }
}

/// Another history, signed by the key of the log: what somebody who holds it would show.
pub(super) async fn forged(app: &TestApp, folder: &Path, size: u64) -> String {
    let place = Place { data: app.data(), key: publishing::receipts::key_file(app.ctx()) };
    let signer = Signer::open(place, app.ctx().seams()).expect("the key of the log");
    let key = Key::parse(&app.visitor().get("/log/key").await.expect(200).text()).expect("a key");
    let (mut tree, mut held) = (Growing::default(), Held::new());
    for at in 0..size {
        held.extend(tree.push(format!("another leaf {at}").as_bytes()));
    }
    let by = |message: &[u8]| signer.signature(message);
    let checkpoint = note::sign(&key, (size, tree.root()), 1_772_413_200, &by).expect("signed");
    let tile = Tile { level: Some(0), n: 0, width: size };
    let bytes: Vec<u8> = tile.places().iter().flat_map(|place| held[place].0).collect();
    std::fs::create_dir_all(folder.join("tile/0/000.p")).expect("folder");
    std::fs::write(folder.join(format!("tile/{}", tile.path())), bytes).expect("tile");
    std::fs::write(folder.join("checkpoint"), &checkpoint).expect("checkpoint");
    checkpoint
}

async fn change(app: &TestApp, sql: &'static str) {
    let mut tx = app.ctx().db().write().await.expect("write");
    store::query(sql).execute(tx.conn()).await.expect(sql);
    tx.commit().await.expect("commit");
}

async fn first_bad(app: &TestApp) -> String {
    app::doctor::verify(app.ctx()).await.expect("verify").first_bad.unwrap_or_default()
}

both! {
    async fn what_was_public_is_proven_by_a_receipt_whatever_happens_later(app) {
        column(app).await;
        let place = tempfile::tempdir().expect("place");
        let [first, second, third, key] = ["1.txt", "2.txt", "3.txt", "key.txt"].map(|name| place.path().join(name));
        app.visitor().get("/log/checkpoint").await.expect(404);
        let id = published(app, "关于补贴的通知").await;
        signed(app).await;
        std::fs::write(&key, app.visitor().get("/log/key").await.expect(200).bytes).expect("key");
        let page = app.visitor().get(&format!("/receipts/{id}")).await.expect(200);
        page.shows("公开的是：《关于补贴的通知》第 1 版").shows("第 1 条（签名时共 1 条）").shows("下载凭证");
        saved(app, &id, 1, &first).await;
        let proven = verified(&first, &key);
        assert_eq!((&proven["act"], &proven["number"], &proven["edition"]), (&"published".into(), &1.into(), &1.into()));
        assert_eq!((&proven["title"], &proven["key_given"]), (&"关于补贴的通知".into(), &true.into()));
        assert_eq!(proven["document"], id.as_str());
        let text = std::fs::read_to_string(&first).expect("a receipt");
        assert!(text.contains("2. 公开时间：2026-03-02 09:00 起"), "{text}");
        let whole_key = std::fs::read_to_string(&key).expect("a key").trim().to_owned();
        let said = |arguments: &[&str]| {
            let output = gongkai(&[&["verify-receipt", path(&first)][..], arguments].concat());
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let (code, plain) = said(&["--key", &whole_key]);
        assert!(code == Some(0) && plain.contains("凭证有效") && plain.contains(&whole_key), "{plain}");
        // Anybody can sign such a file with a key of his own: without the site's key nothing is called valid.
        let (code, plain) = said(&[]);
        assert!(code == Some(0) && !plain.contains("凭证有效") && plain.contains("不能证明是网站签的"), "{plain}");
        assert!(plain.contains(&whole_key) && plain.contains("《关于补贴的通知》"), "{plain}");
        let answer: Value = serde_json::from_str(&said(&["--json"]).1).expect("JSON");
        assert_eq!(answer["ok"], true);
        assert_eq!(answer["key"], whole_key.as_str());
        let why = answer["open"].as_str().unwrap_or_default();
        assert!(answer["key_known"].is_null() && why.contains("公钥"), "{answer}");
        // Where the log itself lies its key is known; another one there proves nothing.
        let data = app.data().display().to_string();
        let (code, plain) = said(&["--data", &data]);
        assert!(code == Some(0) && plain.contains("数据目录里的公开日志"), "{plain}");
        assert!(said(&["--data", path(place.path())]).1.contains("不能证明是网站签的"));
        app.visitor().get(&format!("/receipts/{id}")).await.expect(200).shows(&whole_key).hides("密钥编号");
        app.visitor().get("/receipts").await.expect(200).shows(&whole_key).hides("密钥编号");
        // Changed by somebody, it says where.
        let other = place.path().join("other.txt");
        std::fs::write(&other, text.replace("补贴", "罚款")).expect("written");
        assert!(refused(&other).contains("摘要不符"));
        std::fs::write(&other, text.replacen("补贴", "罚款", 1)).expect("written");
        assert!(refused(&other).contains("第 1 行被改动过"));
        std::fs::write(&other, text.replace("2. 公开时间：2026", "2. 公开时间：2020")).expect("written");
        assert!(refused(&other).contains("第 2 行被改动过"));
        std::fs::write(&other, format!("2026年11月起本文件作废。\n{text}")).expect("written");
        assert!(refused(&other).contains("增加或删改"));
        std::fs::write(&other, format!("{text}注：该文又于次日废止，以上内容经公证。\n")).expect("written");
        assert!(refused(&other).contains("之后还有 1 行"));
        // Corrected and withdrawn: each is a leaf of its own, and what was saved before still holds.
        correct(app, &id, &[("note", "更正金额")]).await;
        pass_all(app, &id).await;
        signed(app).await;
        saved(app, &id, 2, &second).await;
        let proven = verified(&second, &key);
        assert_eq!((&proven["act"], &proven["title"]), (&"corrected".into(), &"更正后的通知".into()));
        withdraw(app, &id, "标准有误").await;
        signed(app).await;
        saved(app, &id, 3, &third).await;
        assert_eq!(verified(&third, &key)["act"], "withdrawn");
        assert_eq!(leaves(app).await, [("published".to_owned(), 1), ("corrected".to_owned(), 2), ("withdrawn".to_owned(), 2)]);
        assert_eq!(verified(&first, &key)["title"], "关于补贴的通知");
        // What is not public any more is in no receipt that is made now.
        saved(app, &id, 2, &second).await;
        assert!(verified(&second, &key)["title"].is_null());
        app.visitor().get(&format!("/receipts/{id}")).await.expect(200).shows("撤回的是").hides("更正后的通知》");
        app.visitor().get(&format!("/receipts/{id}/9.txt")).await.expect(404);
        app.visitor().get("/receipts/nothing").await.expect(404);
        assert_eq!(app.visitor().get("/log").await.expect(307).location(), "/receipts");
        let found = app.visitor().get(&format!("/receipts?q=https%3A%2F%2Fwww.example.gov.cn%2Fpolicies%2F{id}%3Fa")).await;
        assert_eq!(found.expect(307).location(), format!("/receipts/{id}"));
        assert_eq!(app.visitor().get("/receipts?q=2").await.expect(307).location(), format!("/receipts/{id}"));
        app.visitor().get("/receipts?q=%25_%5C").await.expect(200).shows("没有找到");
    }

    async fn each_event_is_one_leaf_however_often_it_is_followed(app) {
        column(app).await;
        published(app, "第一份通知").await;
        signed(app).await;
        let before = leaves(app).await;
        let checkpoint = app.visitor().get("/log/checkpoint").await.expect(200).text();
        // As after a process that died before it wrote down how far it was.
        change(app, "UPDATE event_cursor SET seq = 0, holder = '', lease_until = '' WHERE consumer = 'publishing.receipts'").await;
        app.work().await;
        assert_eq!(leaves(app).await, before);
        publishing::receipts::sign(app.ctx()).await.expect("nothing new to sign");
        assert_eq!(app.visitor().get("/log/checkpoint").await.expect(200).text(), checkpoint);
        let entries = app.visitor().get("/log/tile/entries/000.p/1").await.expect(200);
        assert!(entries.text().contains("gongkai/leaf/1") && !entries.text().contains("第一份通知"));
        assert_eq!(app.visitor().get("/log/tile/0/000.p/1").await.expect(200).bytes.len(), 32);
        for none in ["0/000", "0/000.p/2", "1/000.p/1", "0/x001/000", "data/000", "0/001.p/1", "entries/000"] {
            app.visitor().get(&format!("/log/tile/{none}")).await.expect(404);
        }
    }

    async fn a_witness_notices_that_history_was_rewritten(app) {
        column(app).await;
        let place = tempfile::tempdir().expect("place");
        let [log, other, state, before, down] =
            ["log", "other", "state", "before", "down"].map(|name| place.path().join(name));
        let look = |log: &Path| gongkai(&["witness", "--log", path(log), "--state", path(&state)]);
        published(app, "第一份通知").await;
        signed(app).await;
        copied(app, &log, 1).await;
        copied(app, &before, 1).await;
        std::fs::create_dir_all(&down).expect("folder");
        std::fs::write(down.join("checkpoint"), "<!doctype html>\n\n<p>网站暂时打不开</p>\n").expect("written");
        let first = look(&log);
        assert!(first.status.success() && String::from_utf8_lossy(&first.stdout).contains("第一次见证"), "{}", told(&first));
        for title in ["第二份通知", "第三份通知"] {
            published(app, title).await;
        }
        signed(app).await;
        copied(app, &log, 3).await;
        let second = look(&log);
        assert!(String::from_utf8_lossy(&second.stdout).contains("只有增加"), "{}", told(&second));
        let seen = std::fs::read_to_string(state.join("checkpoint")).expect("seen");
        assert!(seen.contains("— gongkai-witness "), "{seen}");
        // The same key, another history: longer, as long, shorter.
        for (size, why) in [(5, "前 3 条与上次见到的不同"), (3, "内容却与上次见到的不同"), (2, "日志变短了")] {
            forged(app, &other, size).await;
            let output = look(&other);
            let said = told(&output);
            assert!(output.status.code() == Some(1) && said.contains("日志被改写") && said.contains(why), "{said}");
        }
        let kept = std::fs::read_dir(&state).expect("folder").flatten();
        assert!(kept.filter(|file| file.file_name().to_string_lossy().starts_with("refused-")).count() > 0);
        assert_eq!(std::fs::read_to_string(state.join("checkpoint")).expect("seen"), seen, "nothing refused was signed");
        assert!(look(&log).status.success(), "the true log goes on");
        // A copy of before accuses nobody: no alarm, no evidence, nothing signed.
        let evidence = || {
            let files = std::fs::read_dir(&state).expect("folder").flatten();
            files.filter(|file| file.file_name().to_string_lossy().starts_with("refused-")).count()
        };
        let kept = evidence();
        let after = std::fs::read_to_string(state.join("checkpoint")).expect("seen");
        for (folder, why) in [(&before, "较早的状态"), (&down, "不是检查点")] {
            let output = look(folder);
            let said = told(&output);
            assert!(output.status.code() == Some(3) && said.contains(why) && !said.contains("被改写】"), "{said}");
        }
        std::fs::remove_dir_all(log.join("tile")).expect("removed");
        published(app, "第四份通知").await;
        signed(app).await;
        std::fs::write(log.join("checkpoint"), app.visitor().get("/log/checkpoint").await.expect(200).bytes).expect("written");
        let output = gongkai(&["witness", "--log", path(&log), "--state", path(&state), "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), &answer["ok"], &answer["undecided"]), (Some(3), &false.into(), &true.into()));
        assert_eq!((evidence(), std::fs::read_to_string(state.join("checkpoint")).expect("seen")), (kept, after));
        let stranger = gongkai(&["witness", "--log", path(&place.path().join("none")), "--state", path(&state)]);
        assert!(stranger.status.code() == Some(1) && told(&stranger).contains("不是网址，也不是目录"));
    }

    async fn a_log_that_is_not_signed_any_more_says_so(app) {
        column(app).await;
        let first = published(app, "第一份通知").await;
        signed(app).await;
        let key = publishing::receipts::key_file(app.ctx());
        let away = key.with_file_name("elsewhere");
        std::fs::rename(&key, &away).expect("moved");
        let id = published(app, "第二份通知").await;
        app.work().await;
        let page = app.visitor().get(&format!("/receipts/{id}")).await.expect(200);
        // The program knows at once that nothing will be signed, and promises nothing.
        page.shows("现在不能签名").hides("一两分钟后可以下载凭证");
        app.pass(SignedDuration::from_mins(11));
        publishing::receipts::sign(app.ctx()).await.expect_err("there is no key");
        for address in [format!("/receipts/{id}"), "/receipts".to_owned()] {
            let page = app.visitor().get(&address).await.expect(200);
            page.shows("日志的签名停在 2026-03-02 09:").hides("一两分钟后可以下载凭证");
        }
        app.visitor().get(&format!("/receipts/{id}/2.txt")).await.expect(503);
        app.visitor().get(&format!("/receipts/{first}/1.txt")).await.expect(200);
        let told = publishing::receipts::told(app.ctx()).await.expect("told").expect("a log");
        assert!(told.contains("不见了") && told.contains("日志的签名停在"), "verify tells it: {told}");
        let warned = publishing::receipts::hindered(app.ctx()).await.expect("healthz warns");
        assert!(warned.contains("不见了"), "{warned}");
        let mut keeper = app.person("sys-keeper", "QH001", &[Role::SystemAdmin]).await;
        keeper.get("/system").await.expect(200).shows("不见了").shows("需要处理");
        std::fs::rename(&away, &key).expect("back");
        signed(app).await;
        app.visitor().get(&format!("/receipts/{id}")).await.expect(200).shows("下载凭证").hides("日志的签名停在");
        keeper.get("/system").await.expect(200).hides("需要处理");
        // Nothing waits, and it was due to be signed anew all the same.
        app.pass(SignedDuration::from_hours(25));
        app.visitor().get("/receipts").await.expect(200).shows("日志的签名停在");
        signed(app).await;
        app.visitor().get("/receipts").await.expect(200).hides("日志的签名停在");
    }

    async fn a_mirror_holds_the_whole_log(app) {
        column(app).await;
        let place = tempfile::tempdir().expect("place");
        let (dir, state) = (place.path().join("www"), place.path().join("state"));
        for title in ["第一份通知", "第二份通知"] {
            published(app, title).await;
            signed(app).await;
            let report = mirror::run(&app.app, &dir, false, |_| {}).await.expect("a mirror");
            assert!(report.failed.is_empty(), "{:?}", report.failed);
            let output = gongkai(&["witness", "--log", path(&dir.join("log")), "--state", path(&state)]);
            assert!(output.status.success(), "{}", told(&output));
        }
        let pieces: Vec<_> = std::fs::read_dir(dir.join("log/tile/entries/000.p")).expect("pieces").flatten().collect();
        let names: Vec<_> = pieces.iter().map(|piece| piece.file_name()).collect();
        // An earlier piece may stay: what it holds goes on being true.
        assert!(names.iter().any(|name| name == "2"), "{names:?}");
    }

    async fn a_log_that_was_changed_or_cut_does_not_verify_and_is_not_signed(app) {
        column(app).await;
        for title in ["第一份通知", "第二份通知"] {
            published(app, title).await;
        }
        signed(app).await;
        assert_eq!(first_bad(app).await, "");
        for (sql, back, why) in [
            ("UPDATE public_leaf SET edition = 7 WHERE place = 0", "UPDATE public_leaf SET edition = 1 WHERE place = 0", "与它的登记不一致"),
            ("UPDATE public_leaf SET leaf = leaf || 'x' WHERE place = 1", "UPDATE public_leaf SET leaf = substr(leaf, 1, length(leaf) - 1) WHERE place = 1", "与它的哈希不一致"),
            ("UPDATE public_leaf SET content = content || 'x' WHERE place = 1", "UPDATE public_leaf SET content = substr(content, 1, length(content) - 1) WHERE place = 1", "与摘要不符"),
            ("UPDATE public_log SET checkpoint = checkpoint || 'x'", "UPDATE public_log SET checkpoint = substr(checkpoint, 1, length(checkpoint) - 1)", "签名不对"),
            ("UPDATE public_leaf SET place = 9 WHERE place = 1", "UPDATE public_leaf SET place = 1 WHERE place = 9", "次序被改动过"),
        ] {
            change(app, sql).await;
            let bad = first_bad(app).await;
            assert!(bad.contains(why), "{sql}: {bad}");
            change(app, back).await;
        }
        // An older database under a newer signed state: nothing else is signed in its place.
        let kept = app.data().join("public-log-checkpoint");
        let true_one = std::fs::read(&kept).expect("kept");
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(&kept, forged(app, folder.path(), 5).await).expect("written");
        assert!(first_bad(app).await.contains("末尾的条目不见了"));
        published(app, "第三份通知").await;
        app.work().await;
        let error = publishing::receipts::sign(app.ctx()).await.expect_err("not signed").to_string();
        assert!(error.contains("没有签名"), "{error}");
        // Whoever asks is told the same, with the way out: the command, the pages, whoever watches.
        let told = publishing::receipts::told(app.ctx()).await.expect("told").expect("a log");
        assert!(told.contains("删除数据目录里的 public-log-checkpoint"), "{told}");
        publishing::receipts::ready(app.ctx()).await.expect_err("nothing is signed");
        app.visitor().get("/receipts").await.expect(200).shows("现在不能签名");
        std::fs::write(&kept, true_one).expect("written");
        publishing::receipts::sign(app.ctx()).await.expect("signed");
    }
}

both! {
    async fn a_restored_log_says_so_wherever_it_is_read(app) {
        column(app).await;
        published(app, "第一份通知").await;
        signed(app).await;
        assert!(!publishing::receipts::told(app.ctx()).await.expect("told").expect("a log").contains("从备份恢复"));
        let (file, place) = (app.data().join("whole.tar.gz"), tempfile::tempdir().expect("place"));
        let wishes = Wishes { keys: true, ..Wishes::default() };
        backup::backup(app.ctx(), &file, &wishes, &mut |_| {}).await.expect("a backup");
        let (data, config) = (place.path().join("restored"), Config::default());
        let seams = app.ctx().seams().clone();
        let restored = (&wishes, Accept::Whole);
        let (_, faults) = backup::restore(&config, &data, &file, restored, seams.clone(), &mut |_| {}).await.expect("restored");
        assert_eq!(faults, Vec::<String>::new());
        let other = compose::open(config, data.clone(), PathBuf::new(), seams).await.expect("it opens");
        let told = publishing::receipts::told(&other).await.expect("told").expect("a log");
        assert!(told.contains("从备份恢复，日志恢复到第 1 条"), "{told}");
        // It goes on under the key that came with the backup.
        publishing::receipts::sign(&other).await.expect("signed");
        assert!(data.join("public-log-key").exists() && data.join("public-log-checkpoint").exists());
        other.db().close().await;
        std::fs::remove_file(&file).expect("removed");
    }
}

#[test]
fn whatever_is_brought_as_a_receipt_ends_in_words() {
    let place = tempfile::tempdir().expect("place");
    for (name, bytes, why) in [
        ("empty", Vec::new(), "文件是空的"),
        ("binary", vec![0xff; 4096], "不是公开凭证"),
        ("huge", vec![b'x'; 40 << 20], "超过 1 MB"),
        ("other", "公开凭证\n1. 公开的是：什么\n".as_bytes().to_vec(), "不是公开凭证"),
        ("cut", "-----BEGIN GONGKAI RECEIPT-----\n{".as_bytes().to_vec(), "不完整"),
    ] {
        let file = place.path().join(name);
        std::fs::write(&file, bytes).expect("written");
        let said = refused(&file);
        assert!(said.contains(why), "{name}: {said}");
    }
    assert!(refused(&place.path().join("none")).contains("没有这个文件"));
    assert!(refused(place.path()).contains("这是文件夹"));
}
