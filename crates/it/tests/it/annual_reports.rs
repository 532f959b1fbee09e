//! Stories of the figures of yearly reports: filled in, checked, released by a second person, public, summed up, owed.

use document::Kinds;
use kernel::{Actor, Role};
use publishing::{
    columns::ColumnData,
    seed::{Seed, SeedState},
};
use testkit::{Client, Reply, TestApp, both};

use crate::portal::{column, moment, put};

/// Begins a report; the address of its page.
async fn begun(client: &mut Client, organ: &str, year: &str, scope: &str) -> String {
    let form = [("organ", organ), ("year", year), ("scope", scope)];
    client.post("/annual-reports", &form).await.expect(303).location()
}

/// Saves cells over the newest version, all others nought.
async fn save(client: &mut Client, page: &str, cells: &[(&str, &str)]) -> Reply {
    let version = client.get(page).await.expect(200).field("version");
    let mut form = vec![("version", version.as_str()), ("noughts", "true")];
    form.extend_from_slice(cells);
    client.post(page, &form).await
}

/// Three requests, all answered in full.
const THREE: [(&str, &str); 6] =
    [("r0-0", "3"), ("r0-6", "3"), ("r2-0", "3"), ("r2-6", "3"), ("r23-0", "3"), ("r23-6", "3")];

async fn head(app: &TestApp) -> Client {
    app.person("head-qh010", "QH010", &[Role::OrganHead]).await
}

/// The address on the portal of what has this page in the office.
fn public(page: &str) -> String {
    page.replace("/annual-reports/", "/reports/")
}

both! {
    async fn figures_are_checked_and_made_public_by_a_second_person(app) {
        let mut editor = app.editor("QH010").await;
        editor.get("/annual-reports?year=2025").await.expect(200).shows("青禾县财政局").hides("青禾县民政局");
        let page = begun(&mut editor, "QH010", "2025", "own").await;
        assert_eq!(begun(&mut editor, "QH010", "2025", "own").await, page, "one report a year");
        editor.get(&page).await.expect(200).shows("没有核对").shows("2021 年格式");
        app.editor("QH011").await.get(&page).await.expect(404);
        let words = [("version", "1"), ("r0-0", "若干"), ("r0-1", "1.5"), ("m0", "-1")];
        editor.post(&page, &words).await.expect(422).shows("不是数字").shows("有小数").shows("小于 0").shows("value=\"若干\"");
        let mut wrong = THREE;
        wrong[3].1 = "2";
        save(&mut editor, &page, &wrong).await.expect(303);
        editor.get(&page).await.expect(200).shows("“（一）予以公开”一行：自然人 3，合计 3，总计填写的是 2，相差 1");
        editor.get("/annual-reports?year=2025").await.expect(200).shows("不符");
        editor.get("/annual-reports?year=2025&state=wrong").await.expect(200).shows("青禾县财政局");
        editor.get("/annual-reports?year=2025&state=public").await.expect(200).shows("没有这种状态的年报");
        editor.post(&format!("{page}/release"), &[("version", "2")]).await.expect(403);
        let (mut head, mut reader) = (head(app).await, app.visitor());
        head.post(&format!("{page}/release"), &[("version", "2")]).await.expect(422).shows("数据不相符");
        reader.get(&public(&page)).await.expect(404);
        save(&mut editor, &page, &THREE).await.expect(303);
        head.post(&format!("{page}/release"), &[("version", "2")]).await.expect(409).shows("新的一版");
        head.get("/").await.expect(200).shows("县财政局 2025 年年报数据待核对公布");
        editor.get("/").await.expect(200).hides("待核对公布");
        head.post(&format!("{page}/release"), &[("version", "3")]).await.expect(303);
        reader.get(&public(&page)).await.expect(200).shows("青禾县财政局2025年政府信息公开工作年度报告数据").shows("现行有效件数");
        let data = reader.get(&format!("{}/data.json", public(&page))).await.expect(200).json();
        assert_eq!((data["year"].as_i64(), data["format"].as_str()), (Some(2025), Some("2021")));
        assert_eq!(data["tables"]["requests"]["rows"][0]["cells"][6], 3);
        assert_eq!(data["identities"][0]["holds"], true);
        reader.get(&format!("{}/data.xlsx", public(&page))).await.expect(200);
        reader.get("/reports").await.expect(200).shows("县财政局 2025 年");
        reader.get("/reports/figures").await.expect(200).shows("青禾县财政局");
        // What changes later does not shift what is public.
        save(&mut editor, &page, &[("r0-0", "4"), ("r0-6", "4")]).await.expect(303);
        editor.get(&page).await.expect(200).shows("门户上是第 3 版");
        let data = reader.get(&format!("{}/data.json", public(&page))).await.expect(200).json();
        assert_eq!(data["tables"]["requests"]["rows"][0]["cells"][6], 3);
        // Released anew it says what has changed, and what readers saw before can be read on.
        reader.get(&public(&page)).await.expect(200).hides("更正记录");
        let anew = [("version", "4"), ("reason", "补登一件")];
        head.post(&format!("{page}/release"), &anew).await.expect(303);
        let now = reader.get(&public(&page)).await.expect(200).shows("更正记录").shows("这次更正了 2 处");
        now.shows("3 改为 4").shows("/former/1");
        let former = format!("{}/former/1", public(&page));
        reader.get(&former).await.expect(200).shows("更正以前").shows("看现在的数据");
        reader.get(&format!("{}/former/2", public(&page))).await.expect(404);
        head.post(&format!("{page}/withdraw"), &[]).await.expect(422).shows("请写明撤回理由");
        head.post(&format!("{page}/withdraw"), &[("why", "汇总有误")]).await.expect(303);
        reader.get(&public(&page)).await.expect(404);
        reader.get(&former).await.expect(404);
        reader.get("/reports/figures").await.expect(200).hides("青禾县财政局");
    }

    async fn whoever_saved_a_version_does_not_release_it_and_errors_need_a_reason(app) {
        let mut both = app.person("both-qh010", "QH010", &[Role::Editor, Role::OrganHead]).await;
        let page = begun(&mut both, "QH010", "2020", "own").await;
        both.get(&page).await.expect(200).shows("2019 年格式").shows("采购总金额");
        save(&mut both, &page, &[("r0-0", "1"), ("r0-6", "1")]).await.expect(303);
        both.post(&format!("{page}/release"), &[("version", "2"), ("reason", "与原件一致")]).await.expect(409).shows("您保存的");
        let mut clerk = app.clerk().await;
        let release = [("version", "2"), ("reason", "与当年印发的报告一致")];
        clerk.post(&format!("{page}/release"), &release).await.expect(303);
        app.visitor().get(&public(&page)).await.expect(200).shows("与当年印发的报告一致");
    }

    async fn a_year_that_runs_on_is_public_only_with_the_reason(app) {
        let mut editor = app.editor("QH010").await;
        let page = begun(&mut editor, "QH010", "2026", "own").await;
        save(&mut editor, &page, &THREE).await.expect(303);
        let (mut head, release) = (head(app).await, format!("{page}/release"));
        head.get(&page).await.expect(200).shows("2026 年还没有过完");
        head.post(&release, &[("version", "2")]).await.expect(422).shows("还没有过完");
        app.visitor().get(&public(&page)).await.expect(404);
        // An organ that is abolished tells its last figures, and readers learn that they are not those of a year.
        head.post(&release, &[("version", "2"), ("reason", "机构改革，本机关 3 月撤销")]).await.expect(303);
        app.visitor().get(&public(&page)).await.expect(200).shows("在年度结束以前公布").shows("本机关 3 月撤销");
    }

    async fn a_workbook_goes_out_and_comes_back(app) {
        let mut editor = app.editor("QH010").await;
        let page = begun(&mut editor, "QH010", "2024", "own").await;
        save(&mut editor, &page, &THREE).await.expect(303);
        let book = editor.get(&format!("{page}/export.xlsx")).await.expect(200).bytes.to_vec();
        let other = begun(&mut editor, "QH010", "2023", "own").await;
        let import = format!("{other}/import");
        editor.upload(&import, &[], &[("file", "a.xlsx", &book)]).await.expect(422).shows("请只留下 2023 年的三张表");
        editor.upload(&import, &[], &[("file", "a.txt", b"x")]).await.expect(422).shows("不是表格");
        save(&mut editor, &page, &[("r0-0", "9"), ("r0-6", "9")]).await.expect(303);
        editor.get(&page).await.expect(200).shows("“自然人”列：新收 9");
        editor.upload(&format!("{page}/import"), &[], &[("file", "a.xlsx", &book)]).await.expect(303);
        editor.get(&page).await.expect(200).hides("“自然人”列：新收 9").shows("表格导入");
    }

    async fn the_county_is_the_sum_of_its_organs_and_all_owe_a_report(app) {
        let (mut one, mut other, mut clerk) = (app.editor("QH010").await, app.editor("QH101").await, app.clerk().await);
        for (editor, organ) in [(&mut one, "QH010"), (&mut other, "QH101")] {
            let page = begun(editor, organ, "2025", "own").await;
            save(editor, &page, &THREE).await.expect(303);
        }
        let before = begun(&mut clerk, "", "2024", "county").await;
        save(&mut clerk, &before, &[("r0-0", "9"), ("r0-6", "9")]).await.expect(303);
        let county = begun(&mut clerk, "", "2025", "county").await;
        // Who is missing is named, and the sum of the others is meant or is not made.
        let refused = clerk.post(&format!("{county}/sum"), &[("version", "1")]).await.expect(422);
        refused.shows("个机关没有填报 2025 年的数据").shows("照样汇总");
        clerk.post(&format!("{county}/sum"), &[("version", "1"), ("partial", "true")]).await.expect(303);
        let page = clerk.get(&county).await.expect(200).shows("按 2 个单位的数据汇总").shows("汇总生成");
        let page = page.shows("不含没有填报的").shows("个机关没有填报：");
        assert!(page.text().contains("name=\"r0-6\""), "the summary can be looked over");
        // What lacks organs is not fewer than the year before.
        page.hides("与 2024 年相比");
        save(&mut clerk, &county, &[("r0-6", "7")]).await.expect(303);
        clerk.get(&county).await.expect(200).shows("2 个单位之和是 6，汇总填写的是 7，相差 1");
        // As long as nobody has told the organs, that stands on the desk of who does.
        clerk.get("/").await.expect(200).shows("2025 年年报任务还没有布置");
        one.get("/").await.expect(200).hides("年报任务还没有布置");
        clerk.post("/annual-reports/duties", &[("year", "2025")]).await.expect(303);
        clerk.get("/").await.expect(200).hides("年报任务还没有布置");
        clerk.post("/annual-reports/duties", &[("year", "2025")]).await.expect(409).shows("已经布置过");
        one.get("/duties").await.expect(200).shows("编制并公布本机关 2025 年度政府信息公开工作年度报告");
        one.post("/annual-reports/duties", &[("year", "2024")]).await.expect(403);
        app.work().await;
        // A report that is only begun is none.
        begun(&mut one, "QH010", "2023", "own").await;
        let county = begun(&mut clerk, "", "2023", "county").await;
        clerk.post(&format!("{county}/sum"), &[("version", "1"), ("partial", "true")]).await.expect(409);
    }

    async fn the_text_of_a_report_is_held_against_its_figures(app) {
        column(app).await;
        let kind = Kinds::of(app.ctx()).get("report").expect("reports are a kind of document");
        let (title, text) = ("青禾县财政局2025年政府信息公开工作年度报告", "<p>2025年，新收政府信息公开申请5件。</p>");
        let at = moment("2026-02-10T02:00:00Z");
        let new = Seed { state: SeedState::Draft, ..Seed::published("QH010".into(), "notices", kind, title, text, at) };
        let id = put(app, new).await;
        let mut editor = app.editor("QH010").await;
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("2025 年的三张表还没有填报");
        let page = begun(&mut editor, "QH010", "2025", "own").await;
        save(&mut editor, &page, &THREE).await.expect(303);
        let edit = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        edit.shows("新收政府信息公开申请5件").shows("表格里是 3");
    }

    async fn the_text_is_begun_from_the_figures_and_goes_out_with_them(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let page = begun(&mut editor, "QH010", "2025", "own").await;
        save(&mut editor, &page, &THREE).await.expect(303);
        let start = format!("{page}/text");
        editor.post(&start, &[]).await.expect(409).shows("“政府信息公开年报”用途的栏目");
        let yearly = ColumnData {
            slug: "yearly".into(),
            name: "各机关年报".into(),
            kind: "statutory".into(),
            purpose: "yearly_report".into(),
            ..ColumnData::default()
        };
        let mut tx = app.ctx().db().write().await.expect("write");
        publishing::columns::put(&mut tx, &Actor::System, &yearly).await.expect("column");
        tx.commit().await.expect("commit");
        let edit = editor.post(&start, &[]).await.expect(303).location();
        editor.get(&edit).await.expect(200).shows("一、总体情况").shows("新收政府信息公开申请 3 件").shows("（请填写）");
        editor.post(&start, &[]).await.expect(409).shows("已经有稿件");
        editor.get(&page).await.expect(200).hides("新建正文稿件");
        let mut head = head(app).await;
        head.post(&start, &[]).await.expect(403);
        // What passed the gates stands in the file that readers take.
        let kind = Kinds::of(app.ctx()).get("report").expect("reports are a kind of document");
        let title = "青禾县民政局2025年政府信息公开工作年度报告";
        let text = "<h2>一、总体情况</h2><p>今年的总体情况。</p><h2>二、主动公开政府信息情况</h2><p>见表。</p>\
                    <h2>五、存在的主要问题及改进情况</h2><p>公开还不够及时。</p><h2>六、其他需要报告的事项</h2><p>没有收取信息处理费。</p>";
        let at = moment("2026-02-10T02:00:00Z");
        put(app, Seed::published("QH011".into(), "notices", kind, title, text, at)).await;
        let (mut other, mut clerk) = (app.editor("QH011").await, app.clerk().await);
        let page = begun(&mut other, "QH011", "2025", "own").await;
        save(&mut other, &page, &THREE).await.expect(303);
        clerk.post(&format!("{page}/release"), &[("version", "2")]).await.expect(303);
        let mut reader = app.visitor();
        let paper = reader.get(&format!("{}/report.docx", public(&page))).await.expect(200);
        let read = documents_read::extract(&paper.bytes, "a.docx", &documents::Limits::default()).expect("opens");
        for words in [title, "今年的总体情况。", "公开还不够及时。", "没有收取信息处理费。", "现行有效件数"] {
            assert!(read.text.contains(words), "{words} in {}", read.text);
        }
        let id = page.rsplit('/').next().unwrap_or_default();
        let api = reader.get(&format!("/api/v1/annual-reports/{id}")).await.expect(200).json();
        assert_eq!((api["chapters"][4]["text"].as_str(), api["year"].as_i64()), (Some("公开还不够及时。"), Some(2025)));
        reader.get("/api/v1/annual-reports").await.expect(200).shows(id);
        // Readers of the figures are led to this report, and told where it says others; so is whoever makes them public.
        reader.get(&public(&page)).await.expect(200).shows("/documents/").hides("有数字与下面的表格不同");
        let other = "<h2>一、总体情况</h2><p>全年收到申请96件。</p>";
        let later = moment("2026-02-11T02:00:00Z");
        put(app, Seed::published("QH011".into(), "notices", kind, title, other, later)).await;
        reader.get(&public(&page)).await.expect(200).shows("有数字与下面的表格不同");
        clerk.get(&page).await.expect(200).shows("正文写“收到申请96件”");
        clerk.post(&format!("{page}/withdraw"), &[("why", "汇总有误")]).await.expect(303);
        reader.get(&format!("{}/report.docx", public(&page))).await.expect(404);
        reader.get(&format!("/api/v1/annual-reports/{id}")).await.expect(404);
    }

    async fn the_sheet_of_the_site_is_filled_in_and_kept(app) {
        column(app).await;
        crate::publishing::published(app, "春耕补贴通知").await;
        let mut clerk = app.clerk().await;
        let address = "/annual-reports/site?year=2026";
        let page = clerk.get(address).await.expect(200).shows("青禾县人民政府").shows("还没有保存过");
        assert!(page.text().contains("信息公开目录信息更新量"), "labels stand as the form prints them");
        let form = |version: &'static str, visits: &'static str| {
            let words = ("novel", "开通了长者模式");
            [("year", "2026"), ("version", version), ("visits", visits), ("news", "3"), words]
        };
        let refused = clerk.post("/annual-reports/site", &form("0", "很多")).await.expect(422);
        refused.shows("“很多”不是").shows("开通了长者模式");
        clerk.post("/annual-reports/site", &form("0", "1200")).await.expect(303);
        clerk.post("/annual-reports/site", &form("0", "1300")).await.expect(409).shows("已保存了新的一版").shows("1300");
        clerk.get(address).await.expect(200).shows("value=\"1200\"").shows("第 1 版").shows("平台现在的数据：0");
        let book = clerk.get("/annual-reports/site.xlsx?year=2026").await.expect(200).bytes.to_vec();
        let read = documents_read::extract(&book, "a.xlsx", &documents::Limits::default()).expect("opens");
        assert!(read.text.contains("1200") && read.text.contains("开通了长者模式"), "{}", read.text);
        let next = [("year", "2024"), ("version", "0"), ("visits", "")];
        clerk.post("/annual-reports/site", &next).await.expect(303);
        clerk.post("/annual-reports/site", &[("year", "2090"), ("version", "0")]).await.expect(409);
        app.editor("QH010").await.get("/annual-reports/site").await.expect(403);
        app.editor("QH010").await.post("/annual-reports/site", &next).await.expect(403);
    }

    async fn what_was_carried_out_is_carried_in(app) {
        let mut editor = app.editor("QH010").await;
        let first = begun(&mut editor, "QH010", "2023", "own").await;
        let open = [("r24-0", "1"), ("r24-6", "1")];
        let closed = [("r0-0", "3"), ("r0-6", "3"), ("r2-0", "2"), ("r2-6", "2"), ("r23-0", "2"), ("r23-6", "2")];
        let cells: Vec<_> = closed.into_iter().chain(open).collect();
        save(&mut editor, &first, &cells).await.expect(303);
        let next = begun(&mut editor, "QH010", "2024", "own").await;
        save(&mut editor, &next, &THREE).await.expect(303);
        let version = editor.get(&next).await.expect(200).shows("新收政府信息公开申请 3 件").field("version");
        let counted = format!("{next}/count");
        editor.post(&counted, &[("version", version.as_str())]).await.expect(303);
        editor.get(&next).await.expect(200).shows("规范性文件台账").shows("统计生成");
        editor.get(&next).await.expect(200).shows("2023 年结转下年度 1，2024 年上年结转填写的是 0，相差 1").shows("逐年比较");
    }
}
