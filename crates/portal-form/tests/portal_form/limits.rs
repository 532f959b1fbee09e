//! How often from one network, over all processes of an installation.

use jiff::SignedDuration;
use portal_form::{Expired, PortalForms, expire};

use crate::home::{Browser, Reply, both, roomy, text};

/// Three an hour, of anything.
fn three() -> PortalForms {
    PortalForms { drafts_per_hour: 3, subnet_factor: 2, codes_per_minute: 3, ..roomy() }
}

async fn begin(browser: &Browser) -> Reply {
    browser.send("/mistakes/new", &[text("what", "错字")]).await
}

both! {
    async fn a_limit_is_one_for_all_processes_and_says_when_to_come_again(home: three()) {
        let processes = [home.browser(), Browser::of(home.other_process().await)];
        for n in 0..3 {
            begin(&processes[n % 2]).await.expect(303);
        }
        for browser in &processes {
            let page = begin(browser).await.expect(429);
            // Twenty minutes bring one back.
            assert_eq!(page.header("retry-after"), "1201");
            let text = page.text();
            assert!(text.contains("2026-03-02 09:21") && text.contains("新填表单") && text.contains("0790-1234567"), "{text}");
            assert_eq!(page.header("cache-control"), "no-store");
        }
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM portal_draft").await, 3, "what is refused keeps nothing");
        home.pass(SignedDuration::from_secs(1200));
        begin(&processes[1]).await.expect(303);
        begin(&processes[0]).await.expect(429);
        home.pass(SignedDuration::from_hours(1));
        for _ in 0..3 {
            begin(&processes[0]).await.expect(303);
        }
        begin(&processes[1]).await.expect(429);
    }

    async fn a_limit_holds_when_all_come_at_once(home: three()) {
        let processes = [home.browser(), Browser::of(home.other_process().await)];
        let answers = futures::future::join_all((0..20).map(|n| begin(&processes[n % 2]))).await;
        let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
        assert_eq!((count(303), count(429)), (3, 17));
    }

    async fn neighbours_share_a_wider_limit_and_strangers_none(home: three()) {
        for ip in ["198.51.100.1", "198.51.100.2"] {
            for _ in 0..3 {
                begin(&home.browser().at(ip)).await.expect(303);
            }
            begin(&home.browser().at(ip)).await.expect(429);
        }
        begin(&home.browser().at("198.51.100.3")).await.expect(429);
        begin(&home.browser().at("198.51.101.3")).await.expect(303);
        begin(&home.browser().at("2001:db8::1")).await.expect(303);
    }

    async fn no_network_is_remembered_for_longer_than_its_day(home: three()) {
        begin(&home.browser()).await.expect(303);
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM rate_salt").await, 1);
        home.pass(SignedDuration::from_hours(24));
        // A new day, a new salt: yesterday's is deleted with the buckets under it.
        begin(&home.browser()).await.expect(303);
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM rate_salt").await, 2);
        let gone = expire(&home.ctx).await.expect("expired");
        assert_eq!(gone, Expired { buckets: 2, ..Expired::default() });
        assert_eq!(home.ask::<String>("SELECT day FROM rate_salt").await, "2026-03-03");
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM rate_limit").await, 2, "today's two are not whole again yet");
    }

    async fn nobody_tries_codes_for_long(home: three()) {
        let tries = [("code", "0000-0000-0000-0000-0000-0000-0000-0000")];
        for _ in 0..3 {
            home.browser().post("/mistakes/find", &tries).await.expect(404);
        }
        home.browser().post("/mistakes/find", &tries).await.expect(429);
        home.pass(SignedDuration::from_mins(1));
        home.browser().post("/mistakes/find", &[("code", "no code at all")]).await.expect(404);
    }

    async fn finishing_and_uploading_have_limits_of_their_own(home: PortalForms { sends_per_hour: 1, uploads_per_hour: 1, ..roomy() }) {
        let browser = home.browser();
        let mut drafts = Vec::new();
        for _ in 0..2 {
            let draft = begin(&browser).await.location();
            browser.send(&draft, &[text("name", "王")]).await.location();
            drafts.push(draft);
        }
        let send = |draft: &str| {
            let (browser, draft) = (browser.clone(), draft.to_owned());
            async move {
                let seen = browser.get(&format!("{draft}/check")).await.expect(200).field("version");
                browser.post(&format!("{draft}/send"), &[("version", &seen)]).await
            }
        };
        let to = send(&drafts[0]).await.location();
        let page = send(&drafts[1]).await.expect(429);
        assert!(page.text().contains("提交表单"), "{}", page.text());
        // Whoever was received already is told so, limit or not; the other draft waits.
        assert_eq!(browser.post(&format!("{}/send", drafts[0]), &[("version", "2")]).await.location(), to);
        home.pass(SignedDuration::from_hours(1));
        send(&drafts[1]).await.location();
        let draft = begin(&browser).await.location();
        let picture = || crate::home::file("file", "a.png", b"\x89PNG\r\n\x1a\n");
        browser.send(&draft, &[text("name", "王"), picture()]).await.location();
        browser.send(&draft, &[text("name", "王"), picture()]).await.expect(429);
        browser.send(&draft, &[text("name", "王"), crate::home::file("file", "", b"")]).await.location();
    }

    async fn one_click_twice_is_one_click(home: roomy()) {
        let thumb = async |ip: &str, page: &str| {
            home.browser().at(ip).post("/thumbs", &[("page", page)]).await.location();
            home.ask::<i64>("SELECT COUNT(*) FROM thumb").await
        };
        assert_eq!(thumb("198.51.100.1", "/a").await, 1);
        assert_eq!(thumb("198.51.100.1", "/a").await, 1);
        assert_eq!(thumb("198.51.100.1", "/b").await, 2);
        assert_eq!(thumb("198.51.100.2", "/a").await, 3);
    }
}
