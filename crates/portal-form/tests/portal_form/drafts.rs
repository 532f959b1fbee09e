//! From the first page to the receipt, and what may go wrong on the way.

use std::path::Path;

use jiff::SignedDuration;
use kernel::id::CaseId;
use portal_form::{EXPIRE, Expired, Secret, expire, receipt};
use sha2::{Digest, Sha256};
use store::query_scalar;

use crate::home::{Browser, both, file, roomy, text};

const WHAT: &str = "水价公示表第三行的数字与附件不一致";
const NAME: &str = "欧阳晓霖";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture of the mistake, canary-in-a-file";

/// Begun and filled in as far as the check; the draft's address.
async fn filled_in(browser: &Browser) -> String {
    let draft = browser.send("/mistakes/new", &[text("what", WHAT)]).await.location();
    let check = browser.send(&draft, &[text("name", NAME), file("file", "截图.png", PNG)]).await.location();
    assert_eq!(check, format!("{draft}/check"));
    draft
}

async fn version(browser: &Browser, draft: &str) -> String {
    browser.get(&format!("{draft}/check")).await.expect(200).field("version")
}

/// Whether these bytes lie anywhere below a folder.
fn lies_below(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return lies_below(&path, needle);
        }
        std::fs::read(&path).expect("a file").windows(needle.len()).any(|window| window == needle)
    })
}

both! {
    async fn a_form_is_begun_resumed_checked_and_sent(home: roomy()) {
        let draft = filled_in(&home.browser()).await;
        assert!(draft.starts_with("/mistakes/d/"), "{draft}");
        // Another browser, another network, another process, a day later: the link is all that is needed.
        home.pass(SignedDuration::from_hours(24));
        let browser = Browser::of(home.other_process().await).at("198.51.100.7");
        let page = browser.get(&draft).await.expect(200).told_to_nobody();
        assert_eq!(page.field("name"), NAME);
        assert!(page.text().contains(&format!("https://www.example.gov.cn{draft}")), "the link is shown to be kept");
        assert!(page.text().contains("2026-03-09 09:00"), "and until when");
        let check = browser.get(&format!("{draft}/check")).await.expect(200).told_to_nobody();
        for shown in [WHAT, NAME, "截图.png"] {
            assert!(check.text().contains(shown), "{shown}");
        }
        let to = browser.post(&format!("{draft}/send"), &[("version", &check.field("version"))]).await.told_to_nobody().location();
        assert!(to.starts_with("/mistakes/r/") && !to.contains(&draft[12..]), "the receipt has a link of its own");
        // A long number may break behind its hyphens.
        let breaks = "</span><wbr><span class=\"whole\">";
        let receipt = browser.get(&to).await.expect(200).told_to_nobody().text().replace(breaks, "");
        let number: String = home.ask("SELECT number FROM portal_receipt").await;
        let digest: String = home.ask("SELECT digest FROM portal_receipt").await;
        assert!(number.starts_with("20260303-") && number.len() == 23, "{number}");
        for shown in [&number, &digest, "2026-03-03 09:00", WHAT, NAME, "截图.png", "3 个工作日内答复"] {
            assert!(receipt.contains(shown), "{shown}");
        }
        let record = browser.get(&format!("{to}/record")).await.expect(200).told_to_nobody();
        assert_eq!(hex::encode(Sha256::digest(&record.bytes)), digest, "the record proves the receipt");
        assert!(record.text().contains(&hex::encode(Sha256::digest(PNG))), "and the file");
        // The link of the receipt opens the case, and what is printed on it does when it is typed.
        let case: String = home.ask("SELECT id FROM mistake").await;
        let follow = to.replace("/r/", "/t/");
        assert_eq!(browser.get(&follow).await.expect(200).told_to_nobody().text(), format!("applicant {case}"));
        let code = Secret::parse(&to[12..]).expect("a secret").on_paper();
        assert!(receipt.contains(&code));
        assert_eq!(browser.post("/mistakes/find", &[("code", &format!(" {} ", code.to_lowercase()))]).await.location(), follow);
        browser.post("/mistakes/find", &[("code", &code[1..])]).await.expect(404);
        // The draft's link leads to the receipt for an hour: it may have been given to somebody who helped.
        assert_eq!(browser.get(&draft).await.location(), to);
        home.pass(SignedDuration::from_mins(61));
        browser.get(&draft).await.expect(404);
        browser.get(&to).await.expect(200);
    }

    async fn a_code_that_was_replaced_opens_no_receipt(home: roomy()) {
        let browser = home.browser();
        let draft = filled_in(&browser).await;
        let seen = version(&browser, &draft).await;
        let to = browser.post(&format!("{draft}/send"), &[("version", &seen)]).await.location();
        let case: CaseId = home.ask("SELECT id FROM mistake").await;
        browser.get(&to).await.expect(200);
        let mut tx = home.ctx.db().write().await.expect("write");
        assert!(!portal_form::applicant::renewed_within(&mut tx, &case, 10).await.expect("asked"), "the first one");
        portal_form::applicant::revoke_links(&mut tx, &case).await.expect("revoked");
        portal_form::applicant::new_link(&mut tx, &case).await.expect("a link");
        assert!(portal_form::applicant::renewed_within(&mut tx, &case, 10).await.expect("asked"));
        tx.commit().await.expect("commit");
        browser.get(&to).await.expect(404);
        browser.get(&format!("{to}/record")).await.expect(404);
        // The proof stays.
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM portal_receipt").await, 1);
    }

    async fn the_first_page_is_the_same_for_everybody_and_kept_by_caches(home: roomy()) {
        let page = home.browser().get("/mistakes/new").await.expect(200);
        assert_eq!((page.header("cache-control"), page.header("vary")), ("public, no-cache", "Cookie"));
        let other = home.browser().at("198.51.100.7").get("/mistakes/new").await.expect(200);
        assert_eq!((page.header("etag"), &page.bytes), (other.header("etag"), &other.bytes));
        let tag = page.header("etag").to_owned();
        home.browser().saying(&[("if-none-match", &tag)]).get("/mistakes/new").await.expect(304);
    }

    async fn what_is_sent_twice_or_by_fifty_at_once_is_received_once(home: roomy()) {
        let browser = home.browser();
        let other = Browser::of(home.other_process().await);
        let draft = filled_in(&browser).await;
        let (path, seen) = (format!("{draft}/send"), version(&browser, &draft).await);
        let form = [("version", seen.as_str())];
        let at_once = (0..50).map(|n| if n % 2 == 0 { browser.post(&path, &form) } else { other.post(&path, &form) });
        let answers: Vec<String> =
            futures::future::join_all(at_once).await.into_iter().map(crate::home::Reply::location).collect();
        assert!(answers[0].starts_with("/mistakes/r/") && answers.iter().all(|to| *to == answers[0]), "{answers:?}");
        assert_eq!(browser.post(&path, &form).await.location(), answers[0]);
        for counted in ["SELECT COUNT(*) FROM mistake", "SELECT COUNT(*) FROM portal_receipt", "SELECT COUNT(*) FROM portal_link",
            "SELECT COUNT(*) FROM event WHERE kind = 'receipt.given'"] {
            assert_eq!(home.ask::<i64>(counted).await, 1, "{counted}");
        }
        // A second click on the first page makes a draft that nobody will send, never a second case.
        let twice = [browser.send("/mistakes/new", &[text("what", WHAT)]).await, browser.send("/mistakes/new", &[text("what", WHAT)]).await];
        let [one, two] = twice.map(crate::home::Reply::location);
        assert_ne!(one, two, "two readers behind one network never share a draft");
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM mistake").await, 1);
    }

    async fn nothing_typed_is_lost_by_a_mistake_in_it(home: roomy()) {
        let browser = home.browser();
        let draft = browser.send("/mistakes/new", &[text("what", WHAT)]).await.location();
        let long = "很长的名字".repeat(6);
        let wrong = browser.send(&draft, &[text("name", &long), text("agree", "no"), file("file", "a.png", PNG)]).await;
        let wrong = wrong.expect(422).told_to_nobody();
        assert_eq!(wrong.field("name"), long);
        assert!(wrong.text().contains("称呼太长") && wrong.text().contains("a.png"), "the file was kept too");
        assert_eq!(browser.get(&draft).await.expect(200).field("name"), long, "also for whoever comes back");
        // A box that is not ticked any more is not posted at all.
        browser.send(&draft, &[text("name", NAME)]).await.location();
        let again = browser.send("/mistakes/new", &[text("what", WHAT), file("file", "b.txt", b"hello")]).await.expect(422).told_to_nobody();
        assert!(again.text().contains("b.txt") && again.text().contains("/mistakes/d/"), "the draft is there all the same");
    }

    async fn files_are_limited_recognised_and_can_be_taken_back(home: portal_form::PortalForms { upload_mb: 1, ..roomy() }) {
        let browser = home.browser();
        let draft = browser.send("/mistakes/new", &[text("what", WHAT)]).await.location();
        let big = [PNG, &vec![7; (1 << 20) + 1]].concat();
        let jpeg: &[u8] = b"\xFF\xD8\xFF\xE0";
        for (name, bytes, word) in [
            ("big.png", big.as_slice(), "超过 1 MB"),
            ("virus.png", b"MZ\x90\0", "不是可以上传的文件"),
            ("photo.png", jpeg, "只接收PDF、PNG 图片"),
            ("empty.png", b"", "是空的"),
        ] {
            // The field behind the file is read all the same.
            let page = browser.send(&draft, &[file("file", name, bytes), text("name", NAME)]).await.expect(422);
            assert!(page.text().contains(word) && page.field("name") == NAME, "{name}: {}", page.text());
        }
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM portal_draft_file").await, 0);
        // No file chosen, then two, one of them twice, then one too many.
        browser.send(&draft, &[text("name", NAME), file("file", "", b"")]).await.location();
        let other = [PNG, b"2"].concat();
        let two = [text("name", NAME), file("file", "1.png", PNG), file("file", "2.png", &other), file("file", "1.png", PNG)];
        browser.send(&draft, &two).await.location();
        let copied = [text("name", NAME), file("file", "1.png", PNG), file("file", "copy.png", PNG)];
        let told = browser.send(&draft, &copied).await.expect(422);
        assert!(told.text().contains("内容完全相同"), "{}", told.text());
        let third = browser.send(&draft, &[text("name", NAME), file("file", "3.pdf", b"%PDF-1.4")]).await.expect(422);
        assert!(third.text().contains("最多上传 2 个文件"), "{}", third.text());
        let first = third.field("remove");
        // What was typed beside the button is kept, too, finished or not.
        for _ in 0..2 {
            assert_eq!(browser.send(&draft, &[text("name", ""), text("remove", &first)]).await.location(), draft);
        }
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM file").await, 1);
        let page = browser.get(&draft).await.expect(200).text();
        assert!(!page.contains("1.png") && page.contains("2.png"), "{page}");
        assert_eq!(browser.send(&draft, &[text("name", "半"), text("stay", "1"), file("file", "1.png", PNG)]).await.location(), draft);
        let page = browser.get(&draft).await.expect(200);
        assert!(page.text().contains("1.png") && page.field("name") == "半", "{}", page.text());
        browser.send(&draft, &[text("name", NAME), text("remove", &page.text().split("name=\"remove\" value=\"").nth(2).expect("a button")[..16])]).await.location();
        // What was kept can be read by the program with its key, and by nobody else.
        let stored: String = home.ask("SELECT digest FROM portal_draft_file").await;
        let mut bytes = Vec::new();
        let mut reader = home.ctx.files().open_sealed(&stored).await.expect("a file");
        tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut bytes).await.expect("bytes");
        assert_eq!(bytes, other);
    }

    async fn a_draft_expires_with_its_files(home: roomy()) {
        let browser = home.browser();
        let draft = filled_in(&browser).await;
        let stored: String = home.ask("SELECT digest FROM portal_draft_file").await;
        home.ctx.files().open(&stored).await.expect("there");
        home.pass(SignedDuration::from_hours(7 * 24 - 1));
        assert_eq!(expire(&home.ctx).await.expect("expired").drafts, 0);
        // A change gives it seven days more.
        browser.send(&draft, &[text("name", NAME)]).await.location();
        home.pass(SignedDuration::from_hours(7 * 24));
        let unknown = browser.get(&format!("/mistakes/d/{}", "0".repeat(32))).await.expect(404).told_to_nobody();
        // Before the sweep, after it, and never there: one answer.
        let late = browser.get(&draft).await.expect(404);
        assert_eq!(late.text().replace(&draft[12..], ""), unknown.text().replace(&"0".repeat(32), ""));
        browser.send(&draft, &[text("name", NAME)]).await.expect(404);
        let gone = expire(&home.ctx).await.expect("expired");
        assert_eq!(gone, Expired { drafts: 1, files: 1, receipts: 0, buckets: gone.buckets });
        assert_eq!(browser.get(&draft).await.expect(404).text(), late.text());
        for counted in ["SELECT COUNT(*) FROM portal_draft", "SELECT COUNT(*) FROM portal_draft_file", "SELECT COUNT(*) FROM file",
            "SELECT COUNT(*) FROM rate_limit"] {
            assert_eq!(home.ask::<i64>(counted).await, 0, "{counted}");
        }
        assert!(home.ctx.files().open(&stored).await.is_err(), "no bytes are left");
        assert_eq!(expire(&home.ctx).await.expect("expired"), Expired::default());
    }

    async fn what_was_changed_in_another_window_is_not_sent_unseen(home: roomy()) {
        let browser = home.browser();
        let draft = filled_in(&browser).await;
        let seen = version(&browser, &draft).await;
        browser.send(&draft, &[text("name", "另一个人")]).await.location();
        let send = format!("{draft}/send");
        for stale in [seen.as_str(), "0"] {
            let page = browser.post(&send, &[("version", stale)]).await.expect(409);
            assert!(page.text().contains("另一个窗口"), "{}", page.text());
        }
        let seen = version(&browser, &draft).await;
        browser.post(&send, &[("version", &seen)]).await.location();
    }

    async fn a_rule_that_refuses_leaves_the_draft_as_it_was(home: roomy()) {
        let browser = home.browser();
        let draft = filled_in(&browser).await;
        let seen = version(&browser, &draft).await;
        let page = browser.post(&format!("{draft}/refuse"), &[("version", &seen)]).await.expect(409);
        assert!(page.text().contains("今天不收"), "{}", page.text());
        for counted in ["SELECT COUNT(*) FROM mistake", "SELECT COUNT(*) FROM portal_receipt", "SELECT COUNT(*) FROM event"] {
            assert_eq!(home.ask::<i64>(counted).await, 0, "{counted}");
        }
        assert_eq!(version(&browser, &draft).await, seen);
        browser.post(&format!("{draft}/send"), &[("version", &seen)]).await.location();
    }

    async fn what_people_type_lies_open_nowhere(home: roomy()) {
        let browser = home.browser();
        let unsent = filled_in(&browser).await;
        let draft = filled_in(&browser).await;
        let seen = version(&browser, &draft).await;
        let to = browser.post(&format!("{draft}/send"), &[("version", &seen)]).await.location();
        // Everything that a copy of the data holds: database with its journal, files, what was being received.
        let (unsent, secret) = (&unsent[12..], &to[12..]);
        let (canary, sha) = ("canary-in-a-file", hex::encode(Sha256::digest(PNG)));
        for typed in [WHAT, NAME, "截图.png", canary, &sha, "203.0.113", unsent, &draft[12..], secret] {
            assert!(!lies_below(home.folder.path(), typed.as_bytes()), "{typed} lies open");
        }
        let dumped: Vec<String> = query_scalar("SELECT data FROM event_payload").fetch_all(home.ctx.db().read()).await.expect("events");
        assert!(!dumped.is_empty() && !dumped.iter().any(|data| data.contains(WHAT) || data.contains(NAME)), "{dumped:?}");
        let verified = proof::verify(home.ctx.db(), home.ctx.files(), None).await.expect("a log");
        assert!(verified.ok && verified.files == 2, "{verified:?}");
    }

    async fn an_event_for_ever_may_not_say_what_somebody_typed(home: roomy()) {
        let browser = home.browser();
        let draft = filled_in(&browser).await;
        let seen = version(&browser, &draft).await;
        browser.post(&format!("{draft}/tattle"), &[("version", &seen)]).await.expect(500);
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM event").await, 0);
        browser.post(&format!("{draft}/tell"), &[("version", &seen)]).await.location();
    }

    async fn a_receipt_outlives_what_it_is_about_and_a_link_can_be_closed(home: roomy()) {
        let browser = home.browser();
        let draft = filled_in(&browser).await;
        let seen = version(&browser, &draft).await;
        let to = browser.post(&format!("{draft}/send"), &[("version", &seen)]).await.location();
        let case: CaseId = home.ask("SELECT id FROM mistake").await;
        let mut tx = home.ctx.db().write().await.expect("write");
        receipt::erase(&mut tx, &case).await.expect("erased");
        portal_form::applicant::revoke_links(&mut tx, &case).await.expect("revoked");
        let new = portal_form::applicant::new_link(&mut tx, &case).await.expect("a link");
        tx.commit().await.expect("commit");
        let page = browser.get(&to).await.expect(200).text();
        let digest: String = home.ask("SELECT digest FROM portal_receipt").await;
        assert!(page.contains(&digest) && page.contains("已按规定删除") && !page.contains(NAME), "{page}");
        browser.get(&format!("{to}/record")).await.expect(404).told_to_nobody();
        browser.get(&to.replace("/r/", "/t/")).await.expect(404);
        browser.get(&format!("/mistakes/t/{}", new.text())).await.expect(200);
        // The draft goes after a week, the receipt after its own time.
        home.pass(SignedDuration::from_hours(7 * 24));
        assert_eq!(expire(&home.ctx).await.expect("expired").drafts, 1);
        browser.get(&to).await.expect(200);
        home.pass(SignedDuration::from_hours(393 * 24));
        browser.get(&to).await.expect(404);
        // Nobody has to think of it.
        let schedule = home.ctx.capabilities().schedule(&home.ctx);
        assert_eq!(schedule.run_due(home.ctx.db()).await.expect("run"), [EXPIRE]);
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM portal_receipt").await, 0);
    }
}

#[test]
fn the_canary_would_be_found() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::create_dir(folder.path().join("deep")).expect("folder");
    std::fs::write(folder.path().join("deep/file"), format!("…{NAME}…")).expect("file");
    assert!(lies_below(folder.path(), NAME.as_bytes()));
    assert!(!lies_below(folder.path(), WHAT.as_bytes()));
}
