//! Forms of other sites.

use axum::{Router, body::Body};
use http::{Request, header};
use portal_form::PortalForm;
use portal_form::{Seen, USE_FORMS};
use tower::ServiceExt;
use web::{Listener, Routes};

use crate::home::{both, roomy, text};

const OURS: &str = "https://www.example.gov.cn";

both! {
    async fn a_form_of_another_site_is_refused_and_keeps_nothing(home: roomy()) {
        let form = [text("what", "垃圾")];
        for says in [
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("referer", "https://evil.example/?https://www.example.gov.cn/")],
            &[],
        ] {
            let page = home.browser().saying(says).send("/mistakes/new", &form).await.expect(403);
            let text = page.text();
            assert!(text.contains("请从本网站的页面提交") && text.contains("0790-1234567"), "{says:?}: {text}");
            assert_eq!(page.header("cache-control"), "no-store");
        }
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM portal_draft").await, 0);
        assert_eq!(home.ask::<i64>("SELECT COUNT(*) FROM rate_limit").await, 0, "nor does it use up anybody's allowance");
        for says in [&[("origin", OURS)][..], &[("referer", "https://www.example.gov.cn/mistakes/new")]] {
            home.browser().saying(says).send("/mistakes/new", &form).await.expect(303);
        }
    }

    async fn a_handler_that_forgets_to_ask_is_guarded_too(home: roomy()) {
        home.browser().saying(&[("sec-fetch-site", "cross-site")]).post("/careless", &[]).await.expect(403);
        home.browser().saying(&[]).post("/careless", &[]).await.expect(403);
        home.browser().post("/careless", &[]).await.expect(200);
    }

    async fn under_a_private_link_a_browser_that_hides_where_it_is_is_believed(home: roomy()) {
        let draft = home.browser().send("/mistakes/new", &[text("what", "错字")]).await.location();
        let name = [text("name", "王")];
        // What browsers say of a form on a page with `no-referrer`, over plain HTTP.
        home.browser().saying(&[("origin", "null")]).send(&draft, &name).await.expect(303);
        home.browser().saying(&[("sec-fetch-site", "cross-site"), ("origin", "null")]).send(&draft, &name).await.expect(403);
        home.browser().saying(&[("origin", "https://evil.example")]).send(&draft, &name).await.expect(403);
        // The address is the proof only when it is one.
        let guessed = format!("/mistakes/d/{}", "1".repeat(32));
        home.browser().saying(&[("origin", "null")]).send(&guessed, &name).await.expect(404);
    }

    async fn only_forms_are_read(home: roomy()) {
        let (_, router) = crate::mistake::routes().finish();
        let router: Router = router.with_state(home.ctx.clone());
        for media in ["application/json", "text/plain", ""] {
            let request = Request::post("/mistakes/new").header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, media);
            let answer = router.clone().oneshot(request.body(Body::from("{}")).expect("a request")).await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 400, "{media}");
        }
        // A form of the portal cannot be read where nothing proves that it is ours.
        let office = Routes::new(Listener::Office).post("/x", &USE_FORMS, async |_: PortalForm<Seen>| "read");
        let office: Router = office.finish().1.with_state(home.ctx.clone());
        let request = Request::post("/x").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = office.oneshot(request.body(Body::from("version=1")).expect("a request")).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 500);
    }
}
