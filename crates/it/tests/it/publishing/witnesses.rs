//! Stories of who witnesses the public log, and of work plans in it.

use std::path::Path;

use jiff::SignedDuration;
use kernel::Role;
use proof::Signer;
use publishing::receipts::{Receipts, gather};
use receipt::{Key, Signed, note};
use serde_json::Value;
use store::log::Place;
use testkit::{Client, TestApp, both};

use super::{
    column, published,
    receipts::{forged, gongkai, path, signed, told},
};
use crate::plans::{PLAN, clear_amendment, confirm, draft};

/// Whoever keeps a key in this folder.
fn witness(app: &TestApp, state: &Path) -> (Key, Signer) {
    std::fs::create_dir_all(state).expect("folder");
    let place = Place { data: state.to_owned(), key: state.join("witness-key") };
    let signer = Signer::open(place, app.ctx().seams()).expect("a key");
    (Key::new("gongkai-witness", &signer.public_key()).expect("a key"), signer)
}

/// The checkpoint as this witness cosigns it now, put into a folder: what `gongkai witness` leaves behind, by the clock of the story.
fn give_back(app: &TestApp, (own, signer): &(Key, Signer), checkpoint: &str, folder: &Path) {
    let at = u64::try_from(app.ctx().seams().now().as_second()).expect("after 1970");
    let cosigned = note::witness(checkpoint, own, at, &|message| signer.signature(message)).expect("cosigned");
    std::fs::create_dir_all(folder).expect("folder");
    std::fs::write(folder.join("one"), cosigned).expect("given back");
}

/// Acts with kind, id and edition, in the order of the log.
async fn acts(app: &TestApp) -> Vec<(String, String, String, i64)> {
    store::query_as("SELECT subject, subject_id, act, edition FROM public_leaf ORDER BY place")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("leaves")
}

/// Has a plan revoked by two; what it replaced is in force again.
async fn revoked(app: &TestApp, clerk: &mut Client, plan: &str) {
    let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
    let once = clerk.get(&format!("/plans/{plan}")).await.expect(200).field("once");
    let asked = [("once", once.as_str()), ("revoke_reason", "文本上传有误"), ("restores", "true")];
    clerk.post(&format!("/plans/{plan}/revoke"), &asked).await.expect(303);
    let page = other.get(&format!("/plans/{plan}")).await.expect(200);
    let begin = format!("action=\"/plans/{plan}/revoke/");
    let asked = page.text().split(&begin).nth(1).and_then(|rest| rest.split('"').next()).expect("a form").to_owned();
    let fields = [("once", page.field("once")), ("op", "agree".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    other.post(&format!("/plans/{plan}/revoke/{asked}"), &fields).await.expect(303);
}

both! {
    async fn what_a_witness_has_cosigned_goes_out_with_the_log(app) {
        column(app).await;
        let place = tempfile::tempdir().expect("place");
        let [state, given, receipt] = ["state", "given", "receipt.txt"].map(|name| place.path().join(name));
        let first = published(app, "第一份通知").await;
        signed(app).await;
        let watcher = witness(app, &state);
        let shown = watcher.0.to_string();
        let plain = app.visitor().get("/log/checkpoint").await.expect(200).text();
        give_back(app, &watcher, &plain, &given);
        std::fs::write(given.join("page"), "<!doctype html>\n\n<p>维护中</p>\n").expect("written");
        // Nobody is heard whom the configuration does not name.
        let places = vec![given.display().to_string()];
        let other = witness(app, &place.path().join("other")).0.to_string();
        let stranger = Receipts { witnesses: vec![other], cosigned: places.clone(), ..Receipts::default() };
        gather(&app.with_config(|config| config.settings.set(stranger)).await).await.expect("looked");
        let ctx = app.with_config(|config| {
            config.settings.set(Receipts { witnesses: vec![shown.clone()], cosigned: places, ..Receipts::default() });
        }).await;
        let mut reader = app.visitor().on(app::App::new(ctx.clone()).expect("another node").portal.clone());
        reader.get("/receipts").await.expect(200).shows("见证方").shows(&shown).shows("还没有交回加签");
        assert_eq!(reader.get("/log/checkpoint").await.expect(200).text(), plain);
        gather(&ctx).await.expect("taken");
        app.pass(SignedDuration::from_secs(61));
        let carried = reader.get("/log/checkpoint").await.expect(200).text();
        let (own, key) = (&watcher.0, reader.get("/log/key").await.expect(200).text());
        assert!(note::witnessed(&carried, own).expect("it holds").is_some(), "{carried}");
        assert!(Signed::open(&carried, &Key::parse(&key).expect("a key")).is_ok());
        reader.get("/receipts").await.expect(200).shows("见证到第 1 条").hides("还没有交回");
        let verify = publishing::receipts::told(&ctx).await.expect("told").expect("a log");
        assert!(verify.contains("见证到第 1 条") && verify.contains("page：检查点的写法不对"), "{verify}");
        // A receipt rests on what a witness has seen, also when the log has grown since.
        published(app, "第二份通知").await;
        signed(app).await;
        assert_eq!(note::witnessed(&reader.get("/log/checkpoint").await.expect(200).text(), own), Ok(None));
        let text = reader.get(&format!("/receipts/{first}/1.txt")).await.expect(200);
        std::fs::write(&receipt, &text.bytes).expect("written");
        let output = gongkai(&["verify-receipt", path(&receipt), "--key", key.trim(), "--witness", &shown, "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(answer["witnesses"][0]["cosigned_at"].is_string() && answer["size"] == 1, "{answer}");
        let output = gongkai(&["verify-receipt", path(&receipt), "--key", key.trim(), "--witness", &shown]);
        assert!(String::from_utf8_lossy(&output.stdout).contains("加签，证明日志到这时没有改写过"), "{}", told(&output));
        // The witness goes on from what the log carries, and its newer line takes the place of the older one.
        let newest = reader.get("/log/checkpoint").await.expect(200).text();
        for _ in 0..2 {
            give_back(app, &watcher, &newest, &given);
            gather(&ctx).await.expect("taken");
            app.pass(SignedDuration::from_secs(61));
            let carried = reader.get("/log/checkpoint").await.expect(200).text();
            give_back(app, &watcher, &carried, &given);
        }
        gather(&ctx).await.expect("taken");
        app.pass(SignedDuration::from_secs(61));
        let carried = reader.get("/log/checkpoint").await.expect(200).text();
        assert_eq!(carried.lines().filter(|line| line.starts_with("— gongkai-witness ")).count(), 1, "{carried}");
        assert_eq!(app::doctor::verify(&ctx).await.expect("verify").first_bad, None);
    }

    async fn a_witness_that_was_shown_another_history_is_heard(app) {
        column(app).await;
        let place = tempfile::tempdir().expect("place");
        let [other, state, given] = ["other", "state", "given"].map(|name| place.path().join(name));
        published(app, "第一份通知").await;
        signed(app).await;
        let shown = forged(app, &other, 3).await;
        let watcher = witness(app, &state);
        give_back(app, &watcher, &shown, &given);
        let (witnesses, cosigned) = (vec![watcher.0.to_string()], vec![given.display().to_string()]);
        let told = Receipts { witnesses, cosigned, ..Receipts::default() };
        let ctx = app.with_config(|config| config.settings.set(told)).await;
        gather(&ctx).await.expect("looked");
        let warned = publishing::receipts::hindered(&ctx).await.expect("healthz warns");
        assert!(warned.contains("末尾的条目不见了"), "{warned}");
        // What was put right is told no more.
        std::fs::remove_file(given.join("one")).expect("removed");
        gather(&ctx).await.expect("looked");
        assert_eq!(publishing::receipts::hindered(&ctx).await, None);
    }

    async fn plans_are_leaves_from_their_issue_to_their_end(app) {
        let mut clerk = app.clerk().await;
        let right = draft(&mut clerk, PLAN).await;
        app.visitor().get(&format!("/receipts/{right}")).await.expect(404);
        confirm(app, &mut clerk, &right).await.expect(303);
        app.visitor().get(&format!("/receipts/{right}")).await.expect(200).shows("凭证正在生成");
        signed(app).await;
        let page = app.visitor().get(&format!("/receipts/{right}")).await.expect(200);
        page.shows("公开的是：《2026年青禾县政务公开工作要点》第 1 版").shows("下达").shows(&format!("/plans/{right}"));
        app.visitor().get(&format!("/plans/{right}")).await.expect(200).shows(&format!("/receipts/{right}"));
        app.visitor().get("/receipts").await.expect(200).shows("2026年青禾县政务公开工作要点");
        let found = app.visitor().get(&format!("/receipts?q=https%3A%2F%2Fwww.example.gov.cn%2Fplans%2F{right}")).await;
        assert_eq!(found.expect(307).location(), format!("/receipts/{right}"));
        let receipt = app.visitor().get(&format!("/receipts/{right}/1.txt")).await.expect(200).text();
        assert!(receipt.contains("青禾府办发〔2026〕3号") && receipt.contains("digest source "), "{receipt}");
        // Another takes its place, and is revoked: the first is in force again.
        let wrong = draft(&mut clerk, &PLAN.replace("每季度公布一次", "每月公布两次")).await;
        let version = clerk.get(&format!("/plans/{wrong}/draft")).await.expect(200).field("version");
        let fields = [("version", version.as_str()), ("replaces", right.as_str()), ("twin_reason", "县政府常务会议另有安排")];
        clerk.post(&format!("/plans/{wrong}/draft/twin"), &fields).await.expect(303);
        confirm(app, &mut clerk, &wrong).await.expect(303);
        signed(app).await;
        app.visitor().get(&format!("/receipts/{right}")).await.expect(200).shows("停止执行的是");
        revoked(app, &mut clerk, &wrong).await;
        signed(app).await;
        let page = app.visitor().get(&format!("/receipts/{wrong}")).await.expect(200);
        page.shows("撤销的是：编号").shows("这份计划已不公开").hides("公开的是：《");
        let told: Vec<(String, String, i64)> = acts(app).await.into_iter().map(|(_, id, act, edition)| (id, act, edition)).collect();
        let leaf = |id: &str, act: &str| (id.to_owned(), act.to_owned(), 1);
        let meant = [
            leaf(&right, "published"), leaf(&wrong, "published"), leaf(&right, "ended"), leaf(&wrong, "withdrawn"),
            leaf(&right, "published"),
        ];
        assert_eq!(told, meant);
        // An amendment is a new edition.
        let new = PLAN.replace("9月底前建立回应台账", "10月底前建立回应台账");
        let begun = clerk.upload(&format!("/plans/{right}/amend"), &[("text", new.as_str())], &[]).await.expect(303).location();
        let page = clear_amendment(app, &mut clerk, &begun, &[("reason", "时限顺延")]).await;
        let (version, once) = (page.field("version"), page.field("once"));
        let fields = [("version", version.as_str()), ("once", &once), ("op", "confirm"), ("reason", "时限顺延")];
        clerk.post(&begun, &fields).await.expect(303);
        signed(app).await;
        let last = acts(app).await.pop().expect("leaves");
        assert_eq!((last.0.as_str(), last.2.as_str(), last.3), ("plan", "corrected", 2));
        app.visitor().get(&format!("/receipts/{right}")).await.expect(200).shows("第 2 版").shows("调整");
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), app.visitor().get(&format!("/receipts/{right}/6.txt")).await.expect(200).bytes).expect("written");
        let output = gongkai(&["verify-receipt", path(file.path()), "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((&answer["subject"], &answer["act"]), (&"plan".into(), &"corrected".into()));
    }
}
