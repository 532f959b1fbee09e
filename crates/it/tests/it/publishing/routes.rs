//! Stories of routes and stand-ins: the office sets through which gates texts go, within what the law leaves to it; whoever is
//! away is stood in for, and the record says so; several texts at once; links for one decision.

use jiff::SignedDuration;
use kernel::Role;
use review::Gate;
use testkit::{Client, Reply, TestApp, both};

use super::{approve, column, count, draft, draft_of, edition, is_public, submit, ticked};

/// The fields of a route for the column of these stories: the place of each of the four gates, and who alone keeps the last.
fn route(places: [&str; 4], person: &str, version: &str) -> Vec<(String, String)> {
    let roles = ["reviewer_secrecy", "reviewer_wording", "reviewer_policy", "reviewer_political"];
    let mut fields: Vec<(String, String)> =
        [("column", "notices"), ("kind", ""), ("version", version)].map(|(a, b)| (a.into(), b.into())).to_vec();
    for (at, gate) in Gate::ALL.into_iter().enumerate() {
        fields.extend([
            (format!("gate{at}"), gate.code.to_owned()),
            (format!("place{at}"), places[at].to_owned()),
            (format!("role{at}"), roles[at].to_owned()),
            (format!("days{at}"), "2".to_owned()),
        ]);
    }
    fields.push(("person3".into(), person.to_owned()));
    fields
}

async fn set(client: &mut Client, fields: &[(String, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.post("/gates", &fields).await
}

fn query(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

async fn account(app: &TestApp, login: &str) -> String {
    identity::accounts::find(app.ctx().db(), login).await.expect("database").expect("an account").id.to_string()
}

/// The fields of the own arrangement for three days.
fn by(deputy: &str) -> [(&str, &str); 3] {
    [("deputy", deputy), ("first_on", "2026-03-02"), ("last_on", "2026-03-04")]
}

/// The fields of an arrangement for somebody else.
fn of<'a>(away: &'a str, deputy: &'a str) -> [(&'a str, &'a str); 4] {
    [("away", away), ("deputy", deputy), ("first_on", "2026-03-02"), ("last_on", "2026-03-09")]
}

/// Sends a link; its secret, as the mail tells it.
async fn sent(app: &TestApp, clerk: &mut Client, document: &str, person: &str) -> String {
    let (edition_id, version, _) = edition(app, document).await;
    clerk.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("请领导审批");
    let version = version.to_string();
    let fields = [("person", person), ("version", version.as_str())];
    clerk.post(&format!("/reviews/{edition_id}/link"), &fields).await.expect(303);
    let mails: Vec<String> =
        store::query_scalar("SELECT payload FROM job WHERE payload LIKE '%decide?link=%' ORDER BY id")
            .fetch_all(app.ctx().db().read())
            .await
            .expect("mails");
    let known: Vec<String> = mails
        .iter()
        .filter_map(|mail| mail.split("decide?link=").nth(1))
        .map(|rest| rest.chars().take_while(char::is_ascii_hexdigit).collect())
        .collect();
    // The newest is the one whose link is in force.
    for secret in known {
        let person = kernel::id::AccountId::from(person);
        let link = review::link::find(app.ctx().db().read(), &secret, &person).await.expect("a link");
        if !link.is_over() {
            return secret;
        }
    }
    panic!("no link in force was sent");
}

/// Who passed stages, by name.
async fn passed_by(app: &TestApp) -> Vec<String> {
    store::query_scalar("SELECT name FROM review_pass ORDER BY stage, at")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("names")
}

both! {
    async fn the_office_sets_the_gates_of_a_column_and_a_text_in_review_keeps_its_own(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let mut political = app.reviewer(Gate::POLITICAL).await;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let old = draft(&mut editor, "先提交的通知").await;
        submit(&mut editor, &old, "先提交的通知", "<p>正文。</p>", &[]).await.expect(303);
        let new = draft(&mut editor, "还在写的通知").await;
        clerk.get("/gates").await.expect(200).shows("还没有单独设置的审核流程").shows("政策关：政策关审核员，3 个工作日");
        clerk.get("/gates/edit?column=notices&kind=").await.expect(200).shows("栏目“通知公告”、所有种类的稿件");
        clerk.get("/gates/edit?column=nowhere").await.expect(404);
        let fields = route(["1", "", "", "2"], "", "0");
        let page = clerk.get(&format!("/gates/look?{}", query(&fields))).await.expect(200);
        let page = page.shows("今后不再经过：文字关、政策关").shows("正在审核的 <strong class=\"num\">1</strong> 份不受影响");
        page.shows("草稿和退回修改的 <strong class=\"num\">1</strong> 份");
        assert_eq!(count(app, "review_route.set").await, 0, "looking sets nothing");
        set(&mut clerk, &fields).await.expect(303);
        clerk.get("/gates").await.expect(200).shows("政治关：政治关审核员，2 个工作日");
        // Who opened the form before is told.
        set(&mut clerk, &fields).await.expect(409).shows("有人改过");
        clerk.get("/columns/notices").await.expect(200).shows("现在依次经过").shows("设置这个栏目的审核流程");
        approve(app, &mut secrecy, &old).await.expect(303);
        editor.get(&format!("/documents/{old}")).await.expect(200).shows("审核中·文字关");
        let page = editor.get(&format!("/documents/{new}/edit")).await.expect(200).shows("提交后依次过 2 关");
        // 2 March 2026 is a Monday.
        page.shows("第 1 关 保密审查：reviewer-secrecy（测试），应于 2026-03-04 前办结").shows("第 2 关 政治关：reviewer-political（测试），应于 2026-03-06 前办结");
        submit(&mut editor, &new, "还在写的通知", "<p>正文。</p>", &[]).await.expect(303);
        approve(app, &mut secrecy, &new).await.expect(303);
        approve(app, &mut political, &new).await.expect(303);
        assert!(is_public(app, &new).await && !is_public(app, &old).await);
        let off = [("column", "notices"), ("kind", ""), ("version", "1")];
        clerk.post("/gates/remove", &off).await.expect(303);
        clerk.get("/gates").await.expect(200).shows("还没有单独设置的审核流程");
        assert_eq!((count(app, "review_route.set").await, count(app, "review_route.removed").await), (1, 1));
    }

    async fn what_the_law_asks_for_is_not_the_offices_to_set_away(app) {
        column(app).await;
        let mut clerk = app.clerk().await;
        set(&mut clerk, &route(["", "1", "2", "3"], "", "0")).await.expect(422).shows("缺少保密审查").shows("第十七条");
        set(&mut clerk, &route(["1", "", "", ""], "", "0")).await.expect(422).shows("两个人先后");
        let mut others = route(["1", "", "", "2"], "", "0");
        for (name, value) in &mut others {
            if name == "role0" {
                *value = "county_office".into();
            }
        }
        set(&mut clerk, &others).await.expect(422).shows("只能由保密审查员办理");
        set(&mut clerk, &route(["1", "1", "", "2"], "", "0")).await.expect(422).shows("第 1 关填写了两次");
        // Who writes texts keeps no gate, whatever the form sends; a gate of the county's own is called by letters.
        let changed = |name: &str, value: &str| {
            let mut fields = route(["1", "", "", "2"], "", "0");
            fields.retain(|(known, _)| known != name);
            fields.push((name.to_owned(), value.to_owned()));
            fields
        };
        set(&mut clerk, &changed("role3", "editor")).await.expect(422).shows("撰写稿件的角色不能兼任审核关口");
        for name in ["甲\n乙", "<b>x</b>关"] {
            let mut fields = route(["1", "", "", "2"], "", "0");
            let own = [("label4", name), ("place4", "3"), ("role4", "organ_head"), ("days4", "1")];
            fields.extend(own.map(|(a, b)| (a.to_owned(), b.to_owned())));
            set(&mut clerk, &fields).await.expect(422).shows("只用汉字、字母和数字");
        }
        set(&mut clerk, &changed("label4", "县长审签")).await.expect(422).shows("请填写“县长审签”的顺序");
        let alone = set(&mut clerk, &route(["1", "", "", ""], "", "0")).await.expect(422);
        alone.shows("勾选“两人”").hides("two_person").hides("（secrecy");
        for (login, role) in [("sys", Role::SystemAdmin), ("sec", Role::SecurityAdmin), ("head", Role::OrganHead)] {
            let mut other = app.person(login, "QH001", &[role]).await;
            other.get("/gates").await.expect(403);
            set(&mut other, &route(["1", "", "", "2"], "", "0")).await.expect(403);
        }
        assert_eq!(count(app, "review_route.set").await, 0);
    }

    async fn a_gate_of_one_person_is_passed_by_the_stand_in_in_that_name(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let mut chief = app.person("chief", "QH001", &[Role::ReviewerPolitical]).await;
        let mut deputy = app.person("deputy", "QH001", &[Role::ReviewerPolitical]).await;
        let (chief_id, deputy_id) = (account(app, "chief").await, account(app, "deputy").await);
        set(&mut clerk, &route(["1", "", "", "2"], &chief_id, "0")).await.expect(303);
        let id = draft(&mut editor, "只由一人把关").await;
        submit(&mut editor, &id, "只由一人把关", "<p>正文。</p>", &[]).await.expect(303);
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        chief.get("/").await.expect(200).shows("只由一人把关");
        deputy.get("/").await.expect(200).hides("只由一人把关");
        deputy.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("指定由chief（测试）办理").hides("/approve\"");
        approve(app, &mut deputy, &id).await.expect(409).shows("指定由chief（测试）办理");
        // Nobody of another organ or with another right, and not oneself.
        chief.get("/stand-ins").await.expect(200).shows("安排代办");
        let stranger = account(app, "reviewer-secrecy").await;
        chief.post("/stand-ins", &by(&stranger)).await.expect(422).shows("没有chief（测试）的审核角色");
        chief.post("/stand-ins", &by(&chief_id)).await.expect(422).shows("自己不能作自己的代办人");
        chief.post("/stand-ins", &by(&deputy_id)).await.expect(303);
        chief.post("/stand-ins", &by(&deputy_id)).await.expect(422).shows("同一时间只能有一位代办人");
        app.person("third", "QH001", &[Role::ReviewerPolitical]).await;
        let third = account(app, "third").await;
        deputy.post("/stand-ins", &by(&third)).await.expect(422).shows("代办不能转给第三人");
        deputy.get("/").await.expect(200).shows("只由一人把关").shows("代 chief（测试）");
        deputy.get("/reviews").await.expect(200).shows("您正在代 chief（测试） 办理审核");
        deputy.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("办理名义").shows("deputy（测试） 代 chief（测试）").hides("本人（记为");
        approve(app, &mut deputy, &id).await.expect(303);
        assert!(is_public(app, &id).await);
        assert_eq!(passed_by(app).await, ["reviewer-secrecy（测试）", "deputy（测试） 代 chief（测试）"]);
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("deputy（测试） 代 chief（测试）");
        // It ends by itself.
        app.pass(SignedDuration::from_hours(24 * 3));
        app.sign_in("chief").await.get("/stand-ins").await.expect(200).shows("已到期").hides("/stand-ins/end");
        app.sign_in("deputy").await.get("/reviews").await.expect(200).hides("您正在代");
        assert_eq!((count(app, "stand_in.set").await, count(app, "stand_in.ended").await), (1, 0));
    }

    async fn a_stand_in_says_in_whose_name_and_the_administrator_arranges_for_the_ill(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        app.person("ill", "QH001", &[Role::ReviewerSecrecy]).await;
        let mut well = app.person("well", "QH001", &[Role::ReviewerSecrecy]).await;
        app.person("far", "QH011", &[Role::ReviewerSecrecy]).await;
        let mut admin = app.person("sec", "QH001", &[Role::SecurityAdmin]).await;
        let (ill, fit, far) = (account(app, "ill").await, account(app, "well").await, account(app, "far").await);
        admin.get("/stand-ins/all").await.expect(200).shows("不在岗的人员");
        well.post("/stand-ins/all", &of(&ill, &fit)).await.expect(403);
        admin.post("/stand-ins/all", &of(&ill, &far)).await.expect(422).shows("同属一个机关");
        admin.post("/stand-ins/all", &of(&ill, &fit)).await.expect(303);
        let mut ids = Vec::new();
        for title in ["以对方名义", "以本人名义", "没有说明名义"] {
            let id = draft(&mut editor, title).await;
            submit(&mut editor, &id, title, "<p>正文。</p>", &[]).await.expect(303);
            ids.push(id);
        }
        for (id, name) in ids.iter().zip([Some(ill.as_str()), Some(""), None]) {
            let (edition_id, version, _) = edition(app, id).await;
            well.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("well（测试） 代 ill（测试）").shows("本人（记为");
            let version = version.to_string();
            let mut fields = ticked(&[("version", version.as_str())]);
            fields.extend(name.map(|name| ("in_name_of", name)));
            well.post(&format!("/reviews/{edition_id}/approve"), &fields).await.expect(303);
        }
        let mut names = passed_by(app).await;
        names.sort_unstable();
        assert_eq!(names, ["well（测试）", "well（测试）", "well（测试） 代 ill（测试）"]);
        // Ended before its time, the name is nobody's to use.
        let row: String = store::query_scalar("SELECT id FROM stand_in").fetch_one(app.ctx().db().read()).await.expect("row");
        well.post("/stand-ins/end", &[("id", row.as_str())]).await.expect(404);
        admin.post("/stand-ins/all/end", &[("id", row.as_str())]).await.expect(303);
        let id = draft(&mut editor, "取消以后").await;
        submit(&mut editor, &id, "取消以后", "<p>正文。</p>", &[]).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        let version = version.to_string();
        let fields = ticked(&[("version", version.as_str()), ("in_name_of", ill.as_str())]);
        well.post(&format!("/reviews/{edition_id}/approve"), &fields).await.expect(409).shows("不是对方的代办人");
        assert_eq!(count(app, "stand_in.ended").await, 1);
    }

    async fn nobody_decides_for_the_author_of_the_text(app) {
        column(app).await;
        let mut writer = app.person("writes-and-reviews", "QH001", &[Role::Editor, Role::ReviewerSecrecy]).await;
        let mut deputy = app.person("deputy", "QH001", &[Role::ReviewerSecrecy]).await;
        let (away, stands) = (account(app, "writes-and-reviews").await, account(app, "deputy").await);
        writer.post("/stand-ins", &by(&stands)).await.expect(303);
        let id = draft_of(&mut writer, "QH001", "自己写的通知").await;
        submit(&mut writer, &id, "自己写的通知", "<p>正文。</p>", &[]).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        deputy.get(&format!("/reviews/{edition_id}")).await.expect(200).hides("办理名义");
        let version = version.to_string();
        let theirs = ticked(&[("version", version.as_str()), ("in_name_of", away.as_str())]);
        deputy.post(&format!("/reviews/{edition_id}/approve"), &theirs).await.expect(409).shows("也就不能代为办理");
        approve(app, &mut deputy, &id).await.expect(303);
        assert_eq!(passed_by(app).await, ["deputy（测试）"]);
    }

    async fn several_texts_pass_a_gate_at_once_where_nothing_wants_a_second_look(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let mut wording = app.reviewer(Gate::WORDING).await;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let mut waiting = Vec::new();
        for title in ["甲通知", "乙通知", "丙通知", "丁通知"] {
            let id = draft(&mut editor, title).await;
            let more: &[(&str, &str)] = if title == "丁通知" { &[("explained", "补发旧文")] } else { &[] };
            submit(&mut editor, &id, title, "<p>正文第一段。</p>", more).await.expect(303);
            approve(app, &mut secrecy, &id).await.expect(303);
            waiting.push((edition(app, &id).await.0, id));
        }
        secrecy.get("/reviews/bulk?gate=secrecy").await.expect(200).shows("保密审查须逐件打开附件核对");
        secrecy.post("/reviews/bulk", &[("gate", "secrecy"), ("ids", "x:1")]).await.expect(422);
        // Nothing is passed unread.
        wording.get("/reviews/bulk?gate=wording").await.expect(200).shows("没有可以成批通过的稿件").shows("甲通知</a>：您还没有打开看过这一版");
        for (edition_id, _) in &waiting {
            wording.get(&format!("/reviews/{edition_id}")).await.expect(200);
        }
        let page = wording.get("/reviews/bulk?gate=wording").await.expect(200).shows("文字关核对事项");
        let page = page.shows("丁通知</a>：撰写人写了特殊情况说明").text();
        let mut ids = Vec::new();
        for (edition_id, id) in &waiting {
            let (_, version, _) = edition(app, id).await;
            ids.push(format!("{edition_id}:{version}"));
        }
        assert!(ids[..3].iter().all(|id| page.contains(id)) && !page.contains(&ids[3]));
        wording.get("/reviews?gate=wording").await.expect(200).shows("/reviews/bulk?gate=wording");
        let mut fields = vec![("gate", "wording")];
        wording.post("/reviews/bulk", &ticked(&fields)).await.expect(422).shows("请勾选要通过的稿件");
        fields.extend(ids.iter().map(|id| ("ids", id.as_str())));
        wording.post("/reviews/bulk", &fields).await.expect(422).shows("还有 4 项没有勾选");
        assert_eq!(count(app, "document.gate_passed").await, 4, "the secrecy reviews alone");
        // One goes back to its author meanwhile.
        let page = editor.get(&format!("/documents/{}", waiting[1].1)).await.expect(200);
        let version = page.field("version");
        editor.post(&format!("/documents/{}/recall", waiting[1].1), &[("version", version.as_str())]).await.expect(303);
        let done = wording.post("/reviews/bulk", &ticked(&fields)).await.expect(200);
        let done = done.shows("通过 2 件").shows("没有通过 2 件").shows("乙通知</a>：撰写人已收回修改，不用再办");
        done.shows("丁通知</a>：撰写人写了特殊情况说明").shows("甲通知：已通过，到了政策关");
        assert_eq!(count(app, "document.gate_passed").await, 6, "each is recorded");
        let again = wording.post("/reviews/bulk", &ticked(&fields)).await.expect(200).shows("通过 0 件");
        again.shows("没有通过 4 件").shows("甲通知</a>：已由reviewer-wording（测试）通过");
        assert_eq!(count(app, "document.gate_passed").await, 6);
        editor.get(&format!("/documents/{}", waiting[0].1)).await.expect(200).shows("成批通过（同时勾选 4 件）");
    }

    async fn a_link_opens_one_text_for_one_decision_of_one_person(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let mut leader = app.person("leader", "QH001", &[Role::ReviewerPolitical]).await;
        let mut other = app.person("other", "QH001", &[Role::ReviewerPolitical]).await;
        let leader_id = account(app, "leader").await;
        let id = draft(&mut editor, "请领导审批的通知").await;
        submit(&mut editor, &id, "请领导审批的通知", "<p>正文第一段。</p>", &[]).await.expect(303);
        for gate in [Gate::SECRECY, Gate::WORDING, Gate::POLICY] {
            approve(app, &mut app.reviewer(gate).await, &id).await.expect(303);
        }
        let secret = sent(app, &mut clerk, &id, &leader_id).await;
        let path = format!("/decide?link={secret}");
        let kept: i64 = store::query_scalar("SELECT COUNT(*) FROM review_link WHERE digest = $1").bind(&secret)
            .fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(kept, 0, "only its digest is kept");
        other.get(&path).await.expect(404);
        editor.get(&path).await.expect(404);
        let page = leader.get(&path).await.expect(200).shows("正文第一段").shows("政治关核对事项");
        let version = page.field("version");
        // Read on a desk that was left open, it asks again who it is.
        app.pass(SignedDuration::from_mins(11));
        assert!(leader.get(&path).await.expect(303).location().starts_with("/session/prove?next=/decide"));
        let fields = [("link", secret.as_str()), ("version", version.as_str()), ("act", "pass")];
        leader.post("/decide", &fields).await.expect(422).shows("没有勾选");
        leader.post("/decide", &ticked(&fields)).await.expect(303);
        assert!(is_public(app, &id).await);
        leader.post("/decide", &ticked(&fields)).await.expect(409).shows("已经用过");
        leader.get(&path).await.expect(303);
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("凭一次性审批链接");
        assert_eq!((count(app, "review_link.sent").await, count(app, "review_link.used").await), (1, 1));
    }

    async fn a_link_ends_with_its_text_its_round_and_its_time(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let mut leader = app.person("leader", "QH001", &[Role::ReviewerSecrecy]).await;
        let leader_id = account(app, "leader").await;
        let id = draft(&mut editor, "会改的通知").await;
        submit(&mut editor, &id, "会改的通知", "<p>正文。</p>", &[]).await.expect(303);
        let first = sent(app, &mut clerk, &id, &leader_id).await;
        let second = sent(app, &mut clerk, &id, &leader_id).await;
        let open = |secret: &str| format!("/decide?link={secret}");
        leader.get(&open(&first)).await.expect(409).shows("已经给您发过新的链接");
        leader.get(&open(&second)).await.expect(200);
        let version = editor.get(&format!("/documents/{id}")).await.expect(200).field("version");
        editor.post(&format!("/documents/{id}/recall"), &[("version", version.as_str())]).await.expect(303);
        submit(&mut editor, &id, "会改的通知", "<p>改过的正文。</p>", &[]).await.expect(303);
        leader.get(&open(&second)).await.expect(409).shows("不用再办");
        let third = sent(app, &mut clerk, &id, &leader_id).await;
        app.pass(SignedDuration::from_hours(48));
        app.sign_in("leader").await.get(&open(&third)).await.expect(409).shows("已经过期");
    }

    async fn what_was_read_is_this_edition_in_this_round(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let (mut wording, mut secrecy) = (app.reviewer(Gate::WORDING).await, app.reviewer(Gate::SECRECY).await);
        let id = draft(&mut editor, "改过的通知").await;
        submit(&mut editor, &id, "改过的通知", "<p>第一稿。</p>", &[]).await.expect(303);
        approve(app, &mut secrecy, &id).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        wording.get(&format!("/reviews/{edition_id}")).await.expect(200);
        let list = "/reviews/bulk?gate=wording";
        wording.get(list).await.expect(200).hides("您还没有打开看过这一版");
        // Taken back, changed and sent again on the same day: what was read is another text.
        let version = editor.get(&format!("/documents/{id}")).await.expect(200).field("version");
        editor.post(&format!("/documents/{id}/recall"), &[("version", version.as_str())]).await.expect(303);
        submit(&mut editor, &id, "改过的通知", "<p>第二稿。</p>", &[]).await.expect(303);
        approve(app, &mut secrecy, &id).await.expect(303);
        wording.get(list).await.expect(200).shows("改过的通知</a>：您还没有打开看过这一版");
        // Opened again it is read, although the log was told today already.
        wording.get(&format!("/documents/{id}/preview?edition={edition_id}")).await.expect(200).shows("第二稿");
        wording.get(list).await.expect(200).hides("您还没有打开看过这一版").shows(&format!("{edition_id}:"));
        assert_eq!(count(app, "reading.opened").await, 2, "each reviewer once a day");
    }

    async fn an_older_edition_that_was_read_is_not_the_one_that_waits(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "更正的通知").await;
        submit(&mut editor, &id, "更正的通知", "<p>旧的。</p>", &[]).await.expect(303);
        crate::publishing::pass_all(app, &id).await;
        let (old, ..) = edition(app, &id).await;
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        let more = [("note", "更正")];
        submit(&mut editor, &id, "更正的通知", "<p>新的。</p>", &more).await.expect(303);
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        let mut wording = app.person("wording-2", "QH001", &[Role::ReviewerWording]).await;
        wording.get(&format!("/documents/{id}/preview?edition={old}")).await.expect(200).shows("旧的");
        wording.get("/reviews/bulk?gate=wording").await.expect(200).shows("更正的通知</a>：您还没有打开看过这一版");
    }

    async fn what_cannot_be_passed_keeps_none_of_a_batch_back_and_comments_are_told(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let (mut wording, mut secrecy) = (app.reviewer(Gate::WORDING).await, app.reviewer(Gate::SECRECY).await);
        let mut ids = Vec::new();
        for title in ["能过的通知", "有批注的通知"] {
            let id = draft(&mut editor, title).await;
            submit(&mut editor, &id, title, "<p>正文第一段。</p>", &[]).await.expect(303);
            approve(app, &mut secrecy, &id).await.expect(303);
            let (edition_id, version, _) = edition(app, &id).await;
            wording.get(&format!("/reviews/{edition_id}")).await.expect(200).hides("批注未处理；");
            ids.push((id, edition_id, version));
        }
        let address = format!("/reviews/{}", ids[1].1);
        wording.post(&format!("{address}/comments"), &[("quote", "第一段"), ("comment", "请删去姓名")]).await.expect(303);
        wording.get(&address).await.expect(200).shows("还有 1 条批注未处理；要撰写人修改的，请取消后退回|通过后进入政策关");
        editor.get(&format!("/documents/{}", ids[1].0)).await.expect(200).shows("有 1 条批注未处理");
        let chosen = [format!("{}:{}", ids[0].1, ids[0].2), "0000000000000000:1".to_owned(), format!("{}:{}", ids[1].1, ids[1].2)];
        let mut fields = vec![("gate", "wording")];
        fields.extend(chosen.iter().map(|one| ("ids", one.as_str())));
        let done = wording.post("/reviews/bulk", &ticked(&fields)).await.expect(200).shows("通过 1 件").shows("没有通过 2 件");
        done.shows("一件勾选的稿件：没有找到").shows("有批注的通知</a>：有 1 条批注未处理").shows("能过的通知：已通过，到了政策关");
        // The one that is not there first: the others pass all the same.
        let again = [("gate", "wording"), ("ids", "0000000000000000:1")];
        wording.post("/reviews/bulk", &ticked(&again)).await.expect(200).shows("没有通过 1 件");
    }

    async fn a_route_of_one_person_is_told_before_and_waits_for_nobody_who_may_not(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let mut fields = route(["1", "2", "", ""], "", "0");
        for (name, value) in &mut fields {
            if name == "role1" {
                *value = "reviewer_secrecy".into();
            }
        }
        let page = clerk.get(&format!("/gates/look?{}", query(&fields))).await.expect(200);
        page.shows("现在都只有reviewer-secrecy（测试）一人能办理").shows("会停在文字关");
        set(&mut clerk, &fields).await.expect(303);
        let id = draft(&mut editor, "一人的流程").await;
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        page.shows("前面各关只有reviewer-secrecy（测试）一人可以办理，这一关须由另一人办理，现在没有");
        submit(&mut editor, &id, "一人的流程", "<p>正文。</p>", &[]).await.expect(303);
        secrecy.get("/reviews").await.expect(200).shows("一人的流程");
        approve(app, &mut secrecy, &id).await.expect(303);
        // What was done is told once, on the next page.
        secrecy.get("/").await.expect(200);
        // It stands on no list of the one who may not, and its author knows.
        secrecy.get("/reviews").await.expect(200).hides("一人的流程");
        let (edition_id, ..) = edition(app, &id).await;
        let claim = format!("/reviews/{edition_id}/claim");
        secrecy.get("/reviews?gate=wording").await.expect(200).shows("一人的流程").hides(&claim);
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("现在没有人能办理这一关").hides("等待审核员领取");
        app.person("second", "QH001", &[Role::ReviewerSecrecy]).await.get("/reviews").await.expect(200).shows("一人的流程");
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("等待审核员领取");
    }

    async fn two_people_are_two_voices_and_nobody_decides_for_an_account_that_is_gone(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let mut chief = app.person("chief", "QH001", &[Role::ReviewerPolitical]).await;
        let mut deputy = app.person("deputy", "QH001", &[Role::ReviewerPolitical]).await;
        let (chief_id, deputy_id) = (account(app, "chief").await, account(app, "deputy").await);
        let mut fields = route(["1", "", "", "2"], "", "0");
        fields.push(("two3".into(), "true".into()));
        set(&mut clerk, &fields).await.expect(303);
        let none = [("deputy", deputy_id.as_str()), ("first_on", "2026-03-02"), ("last_on", "2026-02-30")];
        chief.post("/stand-ins", &none).await.expect(422).shows("没有“2026-02-30”这一天");
        chief.post("/stand-ins", &by(&deputy_id)).await.expect(303);
        chief.get("/reviews").await.expect(200).shows("deputy（测试）正在代您办理审核");
        let mut ids = Vec::new();
        for title in ["两人审核", "账号停用"] {
            let id = draft(&mut editor, title).await;
            submit(&mut editor, &id, title, "<p>正文。</p>", &[]).await.expect(303);
            approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
            ids.push(id);
        }
        chief.get("/").await.expect(200).shows("deputy（测试）代办中");
        let (edition_id, version, _) = edition(app, &ids[0]).await;
        let version = version.to_string();
        let theirs = ticked(&[("version", version.as_str()), ("in_name_of", chief_id.as_str())]);
        deputy.post(&format!("/reviews/{edition_id}/approve"), &theirs).await.expect(303);
        // The first of two spoke in the name of the second.
        approve(app, &mut chief, &ids[0]).await.expect(409).shows("就是您的意见");
        chief.get("/reviews").await.expect(200).hides("两人审核");
        assert!(!is_public(app, &ids[0]).await);
        let mut tx = app.ctx().db().write().await.expect("write");
        let gone = kernel::id::AccountId::from(chief_id.as_str());
        identity::accounts::set_disabled(&mut tx, &gone, true, &kernel::Actor::System).await.expect("disabled");
        tx.commit().await.expect("commit");
        let (edition_id, version, _) = edition(app, &ids[1]).await;
        deputy.get(&format!("/reviews/{edition_id}")).await.expect(200).hides("办理名义");
        let version = version.to_string();
        let theirs = ticked(&[("version", version.as_str()), ("in_name_of", chief_id.as_str())]);
        deputy.post(&format!("/reviews/{edition_id}/approve"), &theirs).await.expect(409).shows("不是对方的代办人");
    }
}
