//! Stories of the items of the catalogue: written by one, issued by another; confirmed; in force from a day; retired; files with
//! faults; what records keep from being taken away; what readers see.

use std::{collections::BTreeMap, sync::Arc};

use item::{
    Audience, Basis, Channel, Column, Domain, Filter, Item, ItemKey, Level, Limit, LimitKind, Owner, Period, Privacy,
    Start, Type, Way,
};
use jiff::SignedDuration;
use kernel::{OrganCode, Role};
use record::items;
use testkit::{Client, TestApp, both, staff};

fn key(text: &str) -> ItemKey {
    ItemKey::new(text).expect("a key")
}

fn column(key: &str, label: &str, typed: Type, filter: Filter) -> Column {
    Column {
        key: key.into(),
        label: label.into(),
        aliases: Vec::new(),
        code: String::new(),
        letter: String::new(),
        group: Vec::new(),
        typed,
        required: key == "pool",
        hint: String::new(),
        privacy: Privacy::default(),
        names: None,
        filter,
        listed: true,
    }
}

/// An item of a domain that the box does not have, so that the stories know all of it.
pub(crate) fn pools(name: &str, title: &str, confirmed: bool) -> Item {
    Item {
        key: key(name),
        version: 1,
        domain: Domain { key: "pools".into(), name: "泳池".into(), order: 900 },
        matter: "公共泳池".into(),
        sub_matter: "水质监测".into(),
        title: title.into(),
        elements: "泳池名称；余氯；检测日期".into(),
        basis: vec![Basis {
            title: "《公共场所卫生管理条例》".into(),
            article: "第三条".into(),
            from: None,
            until: None,
        }],
        limits: vec![Limit {
            applies_to: String::new(),
            kind: LimitKind::Within,
            n: 20,
            unit: "working_days".into(),
            from: Start::Formed,
            column: String::new(),
            day: String::new(),
            rule: String::new(),
            printed: "自信息形成之日起20个工作日内".into(),
            basis: String::new(),
        }],
        owner: Owner::All,
        channels: vec![Channel::Web, Channel::Board],
        audience: Audience::Everybody,
        way: Way::Proactive,
        levels: vec![Level::County],
        period: Period::Month,
        retention: None,
        retention_person: None,
        confirmed,
        source: String::new(),
        site_columns: Vec::new(),
        columns: vec![
            column("pool", "泳池名称", Type::Text { max: 60 }, Filter::Exact),
            column("place", "地址", Type::Text { max: 100 }, Filter::None),
        ],
        keys: vec!["pool".into()],
        newest_by: String::new(),
        checks: Vec::new(),
        charts: Vec::new(),
        more_columns: false,
    }
}

/// Sends items as a file; the page to which it leads.
async fn send(client: &mut Client, found: &[Item]) -> String {
    let text = item::write(found);
    let files: [(&str, &str, &[u8]); 1] = [("file", "items.toml", text.as_bytes())];
    client.upload("/items/new", &[("note", "按新标准")], &files).await.expect(303).location()
}

/// The fields by which a page names the draft that it shows.
async fn seen(client: &mut Client, page: &str) -> (String, String) {
    let page = client.get(page).await.expect(200);
    (page.field("id"), page.field("revision"))
}

async fn press(client: &mut Client, page: &str, what: &str, status: u16) -> testkit::Reply {
    let (id, revision) = seen(client, page).await;
    client.post(&format!("{page}/{what}"), &[("id", &id), ("revision", &revision)]).await.expect(status)
}

pub(crate) async fn second(app: &TestApp) -> Client {
    app.person("second", "QH001", &[Role::CountyOffice]).await
}

/// Has items in force: sent and offered by the clerk, issued by the second person.
pub(crate) async fn issued(app: &TestApp, clerk: &mut Client, second: &mut Client, found: &[Item]) {
    send(clerk, found).await;
    for item in found {
        let page = format!("/items/{}", item.key);
        press(clerk, &page, "offer", 303).await;
        press(second, &page, "issue", 303).await;
    }
    assert!(items::find(app.ctx(), &found[0].key).await.expect("items").is_some());
}

/// The form of [`pools`], with these fields instead.
fn form(page: &(String, String), other: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all: BTreeMap<String, String> = [
        ("title", "泳池水质"),
        ("domain", "pools"),
        ("matter", "公共泳池"),
        ("sub_matter", "水质监测"),
        ("elements", "泳池名称；余氯；检测日期"),
        ("bt0", "《公共场所卫生管理条例》"),
        ("ba0", "第三条"),
        ("lp0", "自信息形成之日起20个工作日内"),
        ("lk0", "within"),
        ("ls0", "formed"),
        ("ln0", "20"),
        ("lu0", "working_days"),
        ("owner", "all"),
        ("channels", "web"),
        ("levels", "county"),
        ("audience", "everybody"),
        ("way", "proactive"),
        ("period", "month"),
        ("confirmed", "true"),
        ("cl0", "泳池名称"),
        ("cf0", "exact"),
        ("cv0", "true"),
        ("cl1", "地址"),
        ("cf1", "none"),
        ("cv1", "true"),
        ("note", "核对"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    all.insert("id".into(), page.0.clone());
    all.insert("revision".into(), page.1.clone());
    all.extend(other.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    all.into_iter().collect()
}

pub(crate) async fn edit(
    client: &mut Client,
    name: &str,
    page: &(String, String),
    other: &[(&str, &str)],
) -> testkit::Reply {
    let fields = form(page, other);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post(&format!("/items/{name}/edit"), &fields).await
}

/// Sends the item as a file, changed.
async fn changed(clerk: &mut Client, change: impl FnOnce(&mut Item)) -> testkit::Reply {
    let mut item = pools("pool", "泳池水质", true);
    change(&mut item);
    let text = item::write(std::slice::from_ref(&item));
    let fields = [("text", text.as_str()), ("note", "调整列"), ("id", ""), ("revision", "0")];
    clerk.upload("/items/pool/file", &fields, &[]).await
}

both! {
    async fn an_item_is_written_by_one_and_issued_by_another(app) {
        let (mut clerk, mut second, mut reader) = (app.clerk().await, second(app).await, app.visitor());
        assert_eq!(send(&mut clerk, &[pools("pool", "泳池水质", true)]).await, "/items/pool");
        clerk.get("/items/pool").await.expect(200).shows("新事项，没有公布").shows("提请公布");
        assert!(items::find(app.ctx(), &key("pool")).await.expect("items").is_none());
        reader.get("/catalogue/pools").await.expect(404);
        press(&mut clerk, "/items/pool", "offer", 303).await;
        clerk.get("/items/pool").await.expect(200).shows("由县政府办公室的另一位同事").hides("/items/pool/issue");
        second.get("/").await.expect(200).shows("泳池水质：修改稿待核对公布");
        let (id, revision) = seen(&mut second, "/items/pool").await;
        let own = [("id", id.as_str()), ("revision", revision.as_str())];
        clerk.post("/items/pool/issue", &own).await.expect(409).shows("是您写的");
        app.editor("QH010").await.post("/items/pool/issue", &own).await.expect(403);
        second.post("/items/pool/issue", &own).await.expect(303);
        let item = items::find(app.ctx(), &key("pool")).await.expect("items").expect("in force");
        assert_eq!((item.version, item.title.as_str()), (1, "泳池水质"));
        app.editor("QH010").await.get("/items?domain=pools").await.expect(200).shows("/items/pool").hides("新增事项");
        reader.get("/catalogue").await.expect(200).shows("/catalogue/pools");
        reader.get("/catalogue/pools").await.expect(200).shows("公共泳池").shows("《公共场所卫生管理条例》第三条").shows("政府网站、社区");
        let data = reader.get("/catalogue/pools/data.json").await.expect(200).json();
        assert_eq!(data["items"][0]["key"], "pool");
        assert_eq!(data["items"][0]["limits"][0], "自信息形成之日起20个工作日内");
        reader.get("/catalogue/pools/data.xlsx").await.expect(200);
        reader.get("/catalogue/data.json").await.expect(200).shows("泳池");
    }

    async fn a_form_tells_what_is_wrong_and_keeps_what_was_typed(app) {
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        issued(app, &mut clerk, &mut second, &[pools("pool", "泳池水质", true)]).await;
        clerk.get("/items/pool/edit").await.expect(200).shows("value=\"泳池水质\"");
        let none = (String::new(), "0".to_owned());
        let wrong = [("title", ""), ("matter", "改过的事项"), ("bf0", "昨天"), ("note", "")];
        edit(&mut clerk, "pool", &none, &wrong).await.expect(422).shows("请填写名称").shows("value=\"改过的事项\"").shows("请写明改了什么");
        edit(&mut clerk, "pool", &none, &[("cn0", "true"), ("cv0", "true")]).await.expect(422).shows("不能在列表显示");
        edit(&mut clerk, "pool", &none, &[("owner", "organs"), ("owner_which", "没有这个局")]).await.expect(422).shows("机关名录里没有");
        // Readers see the words, the map counts by the number: both are told where they do not agree.
        let half = [("channels", "web"), ("lp0", "自检测之日起20个工作日内"), ("ln0", "7")];
        edit(&mut clerk, "pool", &none, &half).await.expect(422).shows("两者不一致");
        let ruled = [("channels", "web"), ("lp0", "自检测之日起7个工作日内"), ("ln0", "7"), ("lr0", "publish.proactive")];
        edit(&mut clerk, "pool", &none, &ruled).await.expect(422).shows("publish.proactive");
        edit(&mut clerk, "pool", &none, &[("channels", "web"), ("lp0", "自检测之日起7个工作日内"), ("ln0", "7")]).await.expect(303);
        clerk.get("/items/pool").await.expect(200).shows("自检测之日起7个工作日内").shows("修改稿");
        // In force is what was, until another person issues it.
        assert_eq!(items::find(app.ctx(), &key("pool")).await.expect("items").expect("item").limits[0].n, 20);
        let stale = seen(&mut second, "/items/pool").await;
        edit(&mut clerk, "pool", &stale, &[("title", "泳池水质监测")]).await.expect(303);
        edit(&mut second, "pool", &stale, &[("title", "第二人改的名称")]).await.expect(409).shows("第二人改的名称").shows("没有覆盖");
        press(&mut clerk, "/items/pool", "offer", 303).await;
        let (id, revision) = seen(&mut second, "/items/pool").await;
        let back = [("id", id.as_str()), ("revision", revision.as_str())];
        second.post("/items/pool/send-back", &back).await.expect(422).shows("请写明退回理由");
        let reason = [("id", id.as_str()), ("revision", revision.as_str()), ("reason", "时限与依据不一致")];
        second.post("/items/pool/send-back", &reason).await.expect(303);
        clerk.get("/").await.expect(200).shows("修改稿已退回");
        clerk.get("/items/pool").await.expect(200).shows("时限与依据不一致");
        press(&mut clerk, "/items/pool", "offer", 303).await;
        press(&mut second, "/items/pool", "issue", 303).await;
        let item = items::find(app.ctx(), &key("pool")).await.expect("items").expect("item");
        assert_eq!((item.version, item.limits[0].n, item.title.as_str()), (2, 20, "泳池水质监测"));
        assert_eq!(items::at(app.ctx(), &key("pool"), 1).await.expect("items").expect("the first").title, "泳池水质");
        clerk.get("/items/pool/compare?a=1&b=2").await.expect(200).shows("泳池水质监测");
        let old = clerk.get("/items/pool/item.toml?version=1").await.expect(200).text();
        assert!(old.contains("泳池水质\"") && !old.contains("泳池水质监测\""), "{old}");
    }

    async fn a_file_with_faults_is_told_at_its_places_and_loses_nothing(app) {
        let mut clerk = app.clerk().await;
        let text = item::write(&[pools("pool", "泳池水质", true)]).replace("\"month\"", "\"fortnight\"");
        let reply = clerk.upload("/items/new", &[("text", &text)], &[]).await.expect(422);
        reply.shows("fortnight").shows("pool");
        clerk.upload("/items/new", &[("text", "这不是文件")], &[]).await.expect(422).shows("这不是文件");
        clerk.upload("/items/new", &[], &[]).await.expect(422).shows("请选择一个 .toml 文件");
        let reserved = item::write(&[pools("new", "泳池水质", true)]);
        clerk.upload("/items/new", &[("text", &reserved)], &[]).await.expect(422).shows("系统保留");
        clerk.get("/items?state=writing").await.expect(200).shows("没有符合条件的事项");
        // The same item twice: one draft at a time.
        send(&mut clerk, &[pools("pool", "泳池水质", true)]).await;
        let again = item::write(&[pools("pool", "另一个名称", true)]);
        clerk.upload("/items/new", &[("text", &again)], &[]).await.expect(409).shows("已有这个事项的修改稿").shows("另一个名称");
    }

    async fn unconfirmed_items_are_confirmed_by_domain_and_owed_from_then_on(app) {
        let (mut clerk, mut second, mut reader) = (app.clerk().await, second(app).await, app.visitor());
        let two = [pools("pool", "泳池水质", false), pools("pool-guard", "救生员", false)];
        issued(app, &mut clerk, &mut second, &two).await;
        reader.get("/catalogue/pools").await.expect(404);
        clerk.get("/items/pool").await.expect(200).shows("没有人核对过");
        clerk.get("/items?domain=pools&state=unconfirmed").await.expect(200).shows("确认本领域的 2 项");
        clerk.post("/items/confirm", &[("domain", "pools")]).await.expect(303);
        clerk.get("/items?domain=pools").await.expect(200).hides("公布本领域待公布的");
        second.get("/items?domain=pools").await.expect(200).shows("公布本领域待公布的 2 项");
        second.post("/items/issue", &[("domain", "pools")]).await.expect(303);
        reader.get("/catalogue/pools").await.expect(200).shows("共 2 项");
        assert!(items::find(app.ctx(), &key("pool-guard")).await.expect("items").expect("item").confirmed);
        clerk.post("/items/pool/confirm", &[]).await.expect(409).shows("已经确认");
    }

    async fn a_version_holds_from_its_day(app) {
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        issued(app, &mut clerk, &mut second, &[pools("pool", "泳池水质", true)]).await;
        let tomorrow = app.ctx().today().tomorrow().expect("a day").to_string();
        let none = (String::new(), "0".to_owned());
        edit(&mut clerk, "pool", &none, &[("title", "新名称"), ("from_on", "2020-01-01")]).await.expect(422).shows("请重新填写");
        edit(&mut clerk, "pool", &none, &[("title", "新名称"), ("from_on", &tomorrow)]).await.expect(303);
        press(&mut clerk, "/items/pool", "offer", 303).await;
        press(&mut second, "/items/pool", "issue", 303).await;
        let title = async || items::find(app.ctx(), &key("pool")).await.expect("items").expect("item").title.clone();
        assert_eq!(title().await, "泳池水质");
        clerk.get("/items/pool").await.expect(200).shows("第 2 版已公布").shows(&tomorrow);
        app.pass(SignedDuration::from_hours(24));
        assert_eq!(title().await, "新名称");
    }

    async fn a_retired_item_is_owed_no_more_and_comes_back(app) {
        let (mut clerk, mut second, mut reader) = (app.clerk().await, second(app).await, app.visitor());
        issued(app, &mut clerk, &mut second, &[pools("pool", "泳池水质", true)]).await;
        clerk.post("/items/pool/ask-retire", &[]).await.expect(422).shows("请写明停用理由");
        clerk.post("/items/pool/ask-retire", &[("why", "职责划转市级")]).await.expect(303);
        // One person alone retires nothing.
        clerk.get("/items/pool").await.expect(200).shows("提请停用：职责划转市级").hides("核准停用");
        clerk.post("/items/pool/retire", &[]).await.expect(409).shows("是您提请的");
        reader.get("/catalogue/pools").await.expect(200);
        second.get("/").await.expect(200).shows("泳池水质：提请停用，待核准");
        second.post("/items/pool/keep", &[]).await.expect(303);
        second.post("/items/pool/retire", &[]).await.expect(409).shows("没有人提请停用");
        clerk.post("/items/pool/ask-retire", &[("why", "职责划转市级")]).await.expect(303);
        clerk.post("/items/pool/ask-retire", &[("why", "再提一次")]).await.expect(409).shows("已经提请停用");
        app.editor("QH010").await.post("/items/pool/retire", &[]).await.expect(403);
        second.get("/items/pool").await.expect(200).shows("核准停用");
        second.post("/items/pool/retire", &[]).await.expect(303);
        second.get("/").await.expect(200).hides("提请停用，待核准");
        clerk.get("/items/pool").await.expect(200).shows("职责划转市级").shows("恢复这个事项");
        reader.get("/catalogue/pools").await.expect(404);
        assert!(items::find(app.ctx(), &key("pool")).await.expect("items").is_some(), "its records stay");
        reader.get("/records/pool").await.expect(200).shows("这张表已经停用");
        assert!(!items::all(app.ctx()).await.expect("items").iter().any(|item| item.key == key("pool")));
        clerk.post("/items/pool/restore", &[]).await.expect(303);
        reader.get("/catalogue/pools").await.expect(200);
    }

    async fn what_opens_something_to_readers_is_told_and_has_its_reason(app) {
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        let mut kept = pools("pool", "泳池水质", true);
        kept.channels = vec![Channel::Board];
        kept.columns[1].privacy = Privacy { never_public: true, ..Privacy::default() };
        kept.columns[1].listed = false;
        issued(app, &mut clerk, &mut second, &[kept]).await;
        let opened = changed(&mut clerk, |_| ());
        opened.await.expect(303);
        press(&mut clerk, "/items/pool", "offer", 303).await;
        let page = second.get("/items/pool").await.expect(200);
        let page = page.shows("这次修改扩大公开").shows("改为在政府网站公开").shows("“地址”原来不公开，改为公开");
        page.shows("目前没有已公开的记录受影响").shows("扩大公开的依据和理由");
        press(&mut second, "/items/pool", "issue", 422).await.shows("写明扩大公开的依据和理由");
        second.post("/items/issue", &[("domain", "pools")]).await.expect(303);
        assert_eq!(items::find(app.ctx(), &key("pool")).await.expect("items").expect("item").version, 1);
        let (id, revision) = seen(&mut second, "/items/pool").await;
        let form = [("id", id.as_str()), ("revision", revision.as_str()), ("opening", "条例第二十条要求公开")];
        second.post("/items/pool/issue", &form).await.expect(303);
        assert_eq!(items::find(app.ctx(), &key("pool")).await.expect("items").expect("item").version, 2);
    }

    async fn a_table_that_leaves_the_site_is_told_before_and_its_addresses_say_why(app) {
        let number = "青财许〔2026〕28号";
        let batch = crate::records::entered(app, number).await;
        crate::records::published(app, &batch).await;
        let stored = crate::records::public(app, number).await.expect("public");
        let address = format!("/records/permit/{}", stored.record);
        let (mut clerk, mut second, mut reader) = (app.clerk().await, second(app).await, app.visitor());
        reader.get(&address).await.expect(200).shows(number);
        let mut item = Item::clone(crate::records::permit(app).await.as_ref());
        item.channels = vec![Channel::Board];
        send(&mut clerk, &[item]).await;
        press(&mut clerk, "/items/permit", "offer", 303).await;
        second.get("/items/permit").await.expect(200).shows("1 条已公开的记录和这张表立即从网站撤下");
        press(&mut second, "/items/permit", "issue", 303).await;
        reader.get(&address).await.expect(410).shows("公开渠道不再包括政府网站").hides(number);
        app.editor("QH010").await.get(&address).await.expect(200).shows("读者在网站上看不到这条记录").hides("读者看到的内容");
    }

    async fn an_item_is_copied_and_a_draft_is_given_up(app) {
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        issued(app, &mut clerk, &mut second, &[pools("pool", "泳池水质", true)]).await;
        clerk.post("/items/pool/copy", &[("new_key", "Pool 2"), ("new_title", "室外泳池")]).await.expect(422).shows("室外泳池");
        clerk.post("/items/pool/copy", &[("new_key", "pool"), ("new_title", "室外泳池")]).await.expect(422).shows("已有事项使用");
        clerk.post("/items/pool/copy", &[("new_key", "pool-open"), ("new_title", "室外泳池")]).await.expect(303);
        clerk.get("/items/pool-open/edit").await.expect(200).shows("室外泳池");
        press(&mut clerk, "/items/pool-open", "drop", 303).await;
        clerk.get("/items/pool-open").await.expect(404);
        clerk.post("/items/pool/copy", &[("new_key", "pool-open"), ("new_title", "室外泳池")]).await.expect(303);
    }

    async fn a_column_that_has_data_is_neither_taken_away_nor_retyped(app) {
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        issued(app, &mut clerk, &mut second, &[pools("pool", "泳池水质", true)]).await;
        let item = items::find(app.ctx(), &key("pool")).await.expect("items").expect("item");
        let typed = BTreeMap::from([("pool".to_owned(), "县体育馆泳池".to_owned())]);
        let row = record::form::read(&item, &typed).expect("a row").row;
        let new = record::batch::New::form(&Arc::clone(&item), &OrganCode::from("QH010"));
        let mut tx = app.ctx().db().write().await.expect("write");
        let editor = staff("QH010", Role::Editor);
        record::batch::enter(app.ctx(), &mut tx, &editor, new, vec![row]).await.expect("entered");
        tx.commit().await.expect("commit");
        let removed = changed(&mut clerk, |item| {
            item.columns.remove(0);
            item.keys.clear();
        });
        removed.await.expect(409).shows("已有 1 条记录填写了“泳池名称”，不能删除这一列");
        let retyped = changed(&mut clerk, |item| item.columns[0].typed = Type::Text { max: 5 });
        retyped.await.expect(409).shows("不能改变这一列的类型");
        // A column without data goes, and one is added.
        let fitting = changed(&mut clerk, |item| {
            item.columns[1] = column("depth", "水深", Type::Text { max: 20 }, Filter::None);
        });
        fitting.await.expect(303);
        clerk.get("/items/pool").await.expect(200).shows("水深");
    }

    async fn a_newer_box_changes_nothing_by_itself(app) {
        let Some(boxed) = item::boxed().first().cloned() else { return };
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        let page = format!("/items/{}", boxed.key);
        // As if an older program had kept the item as it was then.
        let older = Item { title: format!("{}（旧）", boxed.title), ..boxed.clone() };
        let mut tx = app.ctx().db().write().await.expect("a write");
        items::remember(&mut tx, &[&older]).await.expect("kept");
        tx.commit().await.expect("commit");
        clerk.get(&page).await.expect(200).shows("（旧）").shows("随程序更新的内容");
        clerk.post(&format!("{page}/update"), &[]).await.expect(303);
        press(&mut clerk, &page, "offer", 303).await;
        press(&mut second, &page, "issue", 303).await;
        let item = items::find(app.ctx(), &boxed.key).await.expect("items").expect("item");
        assert_eq!((item.version, &item.title), (2, &boxed.title));
        clerk.get(&page).await.expect(200).hides("随程序更新的内容</h2>");
        clerk.post(&format!("{page}/leave"), &[]).await.expect(409).shows("没有随程序更新");
    }

    /// What came with the program says what is never public: nobody takes that out, adds a version or stops an item past the
    /// program without being named.
    async fn an_item_that_is_changed_past_the_program_is_named(app) {
        let whole = async || identity::audit::verify::without_files(app.ctx(), |_| {}).await.expect("verify").first_bad;
        let penalty = item::boxed().iter().find(|one| one.key.as_str() == "penalty").expect("in the box");
        let body = as_json(penalty);
        assert!(body.contains("\"never_public\":true"), "{body}");
        let mut tx = app.ctx().db().write().await.expect("a write");
        items::remember(&mut tx, &[penalty]).await.expect("kept");
        tx.commit().await.expect("commit");
        assert_eq!(whole().await, None);
        let open = body.replace("\"never_public\":true", "\"never_public\":false");
        let second = "INSERT INTO item_version (id, item, number, state, origin, sort, body, base, from_number, from_on, note, \
             returned, hands, revision, changed_name, changed_at, issued_by, issued_name, issued_at) \
             SELECT SUBSTR($1, 1, 20), item, 2, 'issued', origin, 'box', body, '', 0, '', '', '', '[]', 1, '', '', '', '', '' \
             FROM item_version WHERE item = $2";
        for (forged, back) in [
            ("UPDATE item_version SET body = $1 WHERE item = $2", "UPDATE item_version SET body = $1 WHERE item = $2"),
            ("UPDATE item_entry SET retired_on = '2026-01-01', retired_reason = '试试' WHERE $1 <> '' AND id = $2",
             "UPDATE item_entry SET retired_on = '', retired_reason = '' WHERE $1 <> '' AND id = $2"),
            (second, "DELETE FROM item_version WHERE $1 <> '' AND item = $2 AND number = 2"),
        ] {
            for (sql, body) in [(forged, &open), (back, &body)] {
                let forge = store::query(sql).bind(body).bind("penalty");
                assert_eq!(store::test::tamper(app.ctx().db(), forge).await.expect(sql), 1, "{sql}");
                assert_eq!(whole().await.is_some(), sql == forged && *body == open, "{sql}");
            }
        }
    }
}

fn as_json(item: &Item) -> String {
    serde_json::to_string(item).expect("json")
}
