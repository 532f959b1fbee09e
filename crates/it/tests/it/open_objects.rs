//! Objects of the walk over what must be open: declarations that there is nothing, applications for the repair of penalties.

use std::collections::BTreeMap;

use kernel::Role;
use testkit::{TestApp, staff};

use crate::matrix::{OWN, Object};

/// An item that the organ owes, with a declaration that waits and one that was confirmed.
pub(crate) async fn coverage(app: &TestApp) -> Vec<Object> {
    let (mut clerk, mut second) = (app.clerk().await, crate::catalogue::second(app).await);
    let item = crate::catalogue::pools("pool", "泳池水质", true);
    crate::catalogue::issued(app, &mut clerk, &mut second, &[item]).await;
    let mut editor = app.editor(OWN).await;
    let page = format!("/coverage/pool/{OWN}/none");
    let mut objects = Vec::new();
    for (state, from, until) in
        [("confirmed-none", "2026-01-01", "2026-12-31"), ("offered-none", "2027-01-01", "2027-12-31")]
    {
        let form = [("from", from), ("until", until), ("reason", "没有这类信息")];
        editor.post(&page, &form).await.expect(303);
        let id: String = store::query_scalar("SELECT id FROM coverage_none WHERE state = 'offered'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a declaration");
        let mut version = "1";
        if state == "confirmed-none" {
            clerk.post(&format!("{page}/{id}/confirm"), &[("version", "1")]).await.expect(303);
            version = "2";
        }
        let fields = [
            ("version", version),
            ("note", "试试"),
            ("reason", "试试"),
            ("from", "2028-01-01"),
            ("until", "2028-02-01"),
        ];
        objects.push(Object {
            state,
            under: &["/coverage/{item}/{organ}"],
            places: BTreeMap::from([("item", "pool".to_owned()), ("organ", OWN.to_owned()), ("id", id)]),
            fields: fields.map(|(name, value)| (name, value.to_owned())).to_vec(),
        });
    }
    objects
}

/// An application for the repair of a penalty of the organ.
pub(crate) async fn repairs(app: &TestApp) -> Vec<Object> {
    let ctx = app.ctx();
    let filing = case::Filing {
        kind: case::find(ctx, "credit-repair").expect("repairs"),
        organ: OWN.into(),
        channel: case::Channel::Counter,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: "申请修复".to_owned(),
        fields: BTreeMap::from([("number".to_owned(), "青财罚〔2026〕1号".to_owned())]),
        facts: Vec::new(),
        parties: vec![(case::PartyRole::Applicant, case::Person { name: "申请人".into(), ..case::Person::default() })],
        files: Vec::new(),
    };
    let mut tx = ctx.db().write().await.expect("a write");
    let id = case::register(ctx, &mut tx, &staff(OWN, Role::Editor), filing).await.expect("a case");
    tx.commit().await.expect("commit");
    vec![Object {
        state: "待审核的信用修复申请",
        under: &["/enforcement/repairs/{id}"],
        places: BTreeMap::from([("id", id.to_string())]),
        fields: vec![
            ("number", "没有这个文号".to_owned()),
            ("words", "说明".to_owned()),
            ("answer", "答复".to_owned()),
        ],
    }]
}
