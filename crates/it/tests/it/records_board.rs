//! Who sees what of records before they are public, and of those that are for a village's board: stories told through the router.

use kernel::Role;
use review::Gate;
use testkit::both;

use crate::records_office::{entered, fields, form, id_of, passed, permit, published, row_of, submitted};

/// A number of a natural person that readers never see, as the stories of the office enter it.
const HIDDEN: &str = "110101199003074514";
/// The organ of these stories.
const ORGAN: &str = "QH010";

both! {
    async fn a_draft_is_read_by_its_own_organ_and_its_reviewers(app) {
        let page = entered(app, "青财许〔2026〕21号").await;
        let (file, row) = (format!("{page}/export.xlsx"), format!("{page}/rows/{}", row_of(app, &page).await));
        for organ in [ORGAN, "QH001"] {
            app.editor(organ).await.get(&page).await.expect(200).shows("青财许〔2026〕21号");
        }
        let mut others = vec![app.editor("QH011").await];
        for (login, role) in [("sys-21", Role::SystemAdmin), ("sec-21", Role::SecurityAdmin), ("log-21", Role::AuditAdmin)] {
            others.push(app.person(login, "QH001", &[role]).await);
        }
        for other in &mut others {
            for address in [&page, &file, &row] {
                other.get(address).await.expect(403).hides("青财许〔2026〕21号");
            }
            other.get("/records").await.expect(200).hides("青财许〔2026〕21号");
        }
        let list = others[0].get("/records/batches?organ=all").await.expect(200);
        list.hides("青财许〔2026〕21号");
        others[0].get("/records/batches?organ=QH010").await.expect(200).hides("青财许〔2026〕21号");
        // Whoever decides sees all that readers will, also what stands in no column of the list.
        submitted(app, &page).await;
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        let seen = reviewer.get(&page).await.expect(200).shows("读者还会看到").shows("许可机关统一社会信用代码");
        seen.shows("11000000000000001Y").hides(HIDDEN);
        reviewer.get("/reviews").await.expect(200).shows("等您审核的还有").shows("/records/batches");
    }

    async fn what_is_never_public_stays_where_a_correction_does_not_touch_it(app) {
        let page = published(app, "青财许〔2026〕22号").await;
        let mut editor = app.editor(ORGAN).await;
        let to = format!("{page}/correct");
        editor.get(&to).await.expect(200).hides(HIDDEN).shows("已经填了，这里不显示");
        let own = [("version", "1"), ("act", "save"), ("note", "许可内容登记有误")];
        let item = permit(app).await;
        let mut typed = form(&item, "青财许〔2026〕22号", &own);
        typed.retain(|(name, _)| name != "c_person_id");
        for (name, text) in &mut typed {
            if name == "c_content" {
                text.replace_range(.., "准予变更代理记账机构名称");
            }
        }
        let batch = editor.post(&to, &fields(&typed)).await.expect(303).location();
        let row = format!("{batch}/rows/{}", row_of(app, &batch).await);
        editor.get(&row).await.expect(200).hides(HIDDEN);
        submitted(app, &batch).await;
        passed(app, &batch).await;
        let why = [("reason", "核对被许可人身份")];
        editor.post(&format!("{page}/unmask"), &why).await.expect(200).shows(HIDDEN);
        editor.get(&page).await.expect(200).shows("准予变更代理记账机构名称").hides(HIDDEN);
    }

    async fn what_is_for_the_board_is_not_on_the_web(app) {
        let mut editor = app.editor(ORGAN).await;
        let form = [
            ("organ", ORGAN),
            ("act", "save"),
            ("c_period", "2026-02"),
            ("c_stage", "02"),
            ("c_kind", "02"),
            ("c_place", "城关镇/东街村"),
            ("c_name", "金丝雀低保户"),
        ];
        let page = editor.post("/records/aid-list/new", &form).await.expect(303).location();
        editor.get(&page).await.expect(200).shows("不在网站公开").shows("金丝雀低保户");
        submitted(app, &page).await;
        passed(app, &page).await;
        let record: String = store::query_scalar("SELECT record FROM record WHERE batch = $1 AND state = 'public'")
            .bind(id_of(&page))
            .fetch_one(app.ctx().db().read())
            .await
            .expect("it passed");
        editor.get(&format!("/records/aid-list/{record}")).await.expect(200).hides("看公开的页面");
        assert!(editor.get(&format!("{page}/export.xlsx")).await.expect(200).bytes.starts_with(b"PK"));
        let mut reader = app.visitor();
        for address in ["/records/aid-list", "/records/aid-list.csv", "/records/aid-list.xlsx", "/records/aid-list.json",
            "/records/aid-list/feed.atom", "/api/v1/records/aid-list"]
        {
            reader.get(address).await.expect(404).hides("金丝雀低保户");
        }
        reader.get(&format!("/records/aid-list/{record}")).await.expect(404).hides("金丝雀低保户");
        for address in ["/records", "/data", "/data.jsonld", "/sitemap.xml", "/api/v1/records", "/search?q=金丝雀低保户"] {
            reader.get(address).await.expect(200).hides("aid-list");
        }
        reader.get("/is-it-public?q=社会救助对象名单").await.expect(200).shows("不在网站公开").hides("/records/aid-list");
    }
}
