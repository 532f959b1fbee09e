//! The living style page: every component of office and portal in its states, by the templates and style sheets that pages use.
//! What is changed in one of them is seen here, beside all others; what is not here is a component of one page alone.

use askama::Template;
use axum::{extract::State, response::Response};
use charts::{
    Clock,
    figures::{ChartKind, Data, Decimal, Drawn, Group, draw},
};
use document::page::{Line, Link};
use jiff::ToSpan;
use kernel::countdown::Countdown;
use serde::Deserialize;
use web::{
    Capability, Ctx, Desk, Flash, FormErrors, Listener, OfficeShell, Pager, PortalShell, Query, Reader, Result, Routes,
    hooks::{Running, Verb},
    office_page,
};

use crate::permissions::MANAGE_SYSTEM;

/// For whoever looks after the program, or changes it.
pub(crate) fn capability() -> Capability {
    Capability::new("styles", "界面组件").routes(routes).declare(Verb::new(
        "界面组件一览",
        "样式 组件 状态 颜色 字号",
        "/styles",
        &MANAGE_SYSTEM,
    ))
}

fn routes() -> Routes {
    Routes::new(Listener::Office).get("/styles", &MANAGE_SYSTEM, office).get("/styles/portal", &MANAGE_SYSTEM, portal)
}

/// What the components show.
struct Kit {
    clean: FormErrors,
    faults: FormErrors,
    refused: FormErrors,
    /// Value and label of choices.
    options: Vec<(String, String)>,
    /// The same with a hint.
    picks: Vec<(String, String, String)>,
    chosen: Vec<String>,
    yes: bool,
    /// Terms in all tones.
    terms: Vec<Countdown>,
    /// What a clock shows, and its drawing.
    clocks: Vec<(&'static str, String)>,
    /// What can be acted on: the first with its clock, the other in a line.
    running: Vec<Running>,
    bar: String,
    heat: String,
    months: Vec<(String, u64)>,
    /// Figures of records in all kinds but the map.
    figures: Vec<Drawn>,
    qr: String,
    pager: Pager,
    base: String,
    sort: String,
    dir: String,
    long: String,
}

fn kit(ctx: &Ctx) -> Kit {
    let today = ctx.today();
    let mut faults = FormErrors::new();
    for (field, message) in [
        ("f-text", "请填写标题，例如 关于2026年元旦放假的通知。"),
        ("f-area", "请写明理由，例如 第三段数据与附件不一致。"),
        ("f-date", "请填写日期，例如 2026-03-05。"),
        ("f-select", "请选择发布机关。"),
        ("f-radio", "请选择公开属性。"),
        ("f-file", "请选择不超过 50 MB 的文件。"),
    ] {
        faults.add(field, message);
    }
    let three = [("open", "主动公开"), ("asked", "依申请公开"), ("closed", "不予公开")];
    let clock = |total, used, paused: &[(u32, u32)]| {
        charts::clock(Clock { total, used, paused: paused.to_vec(), label: String::new() })
    };
    let days: Vec<(u16, u32)> = (1..=300).map(|day: u16| (day, u32::from(day * 7 % 11))).collect();
    Kit {
        clean: FormErrors::new(),
        faults,
        refused: FormErrors::one("main", "这份稿件刚才已由别人提交，没有重复提交。请刷新后再看。"),
        options: three.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec(),
        picks: three
            .map(|(value, label)| (value.to_owned(), label.to_owned(), format!("选“{label}”时显示的说明")))
            .to_vec(),
        chosen: vec!["open".to_owned(), "asked".to_owned()],
        yes: true,
        terms: [-3, 0, 2, 20]
            .map(|left: i64| ctx.calendar().countdown(today, today.saturating_add(left.days())))
            .to_vec(),
        clocks: vec![
            ("刚开始", clock(20, 4, &[])),
            ("快到期", clock(20, 19, &[])),
            ("已逾期", clock(20, 26, &[])),
            ("暂停过", clock(20, 9, &[(3, 8)])),
        ],
        running: [("关于征求居民生活用水价格调整方案意见的公告", 18_i64), ("城北片区公交线路优化方案征求意见", 0)]
            .map(|(title, left)| Running {
                label: "正在征求意见",
                title: title.to_owned(),
                href: "#running".to_owned(),
                organ: "县发展改革局".to_owned(),
                from: today.saturating_sub(12.days()),
                to: today.saturating_add(left.days()),
                left,
                clock: clock(30, 12, &[]),
                act: "看公告，提意见",
            })
            .to_vec(),
        bar: charts::progress(12, 5, 2, 4, ""),
        heat: charts::heat(2026, &days, 300),
        months: charts::months(2026, &days, 300),
        figures: figures(),
        qr: charts::qr("https://www.example.gov.cn/policies/0123456789abcdef", "二维码示例"),
        pager: Pager::new(4, 4_321, Pager::SIZE, ""),
        base: "?".to_owned(),
        sort: "due".to_owned(),
        dir: "asc".to_owned(),
        long: web::breaks::marked(
            "青禾县人民政府办公室关于印发《青禾县农村公路养护管理办法（试行）》和废止部分行政规范性文件的通知",
        ),
    }
}

/// Figures with all that is hard to draw: below nought, not known, a long name.
fn figures() -> Vec<Drawn> {
    let group = |label: &str, figures: [Option<i64>; 2]| Group {
        label: label.to_owned(),
        figures: figures.into_iter().map(|figure| figure.map(|tenths| Decimal::new(tenths, 1))).collect(),
        ..Group::default()
    };
    let data = |title: &str, by: &str, series: [&str; 2], groups: Vec<Group>| Data {
        title: title.to_owned(),
        unit: "万元".to_owned(),
        by: by.to_owned(),
        series: series.map(str::to_owned).to_vec(),
        groups,
        ..Data::default()
    };
    let long = "城北片区农村生活污水治理及人居环境整治提升工程（二期）第三标段";
    let projects = || vec![group(long, [Some(12_805), Some(9_120)]), group("城关镇", [Some(-1_250), None])];
    let years = vec![
        group("2022", [Some(325_340), Some(340_000)]),
        group("2023", [None, Some(345_000)]),
        group("2024", [Some(351_763), Some(350_000)]),
        group("2025", [Some(360_100), Some(365_000)]),
    ];
    vec![
        draw(ChartKind::Bars, &data("各项目资金", "项目", ["安排", "支出"], projects()), None),
        draw(ChartKind::Stacked, &data("各项目资金构成", "项目", ["中央和省", "市县"], projects()), None),
        draw(ChartKind::Pairs, &data("安排和支出", "项目", ["安排", "支出"], projects()), None),
        draw(ChartKind::Lines, &data("历年收支", "年度", ["收入", "支出"], years.clone()), None),
        draw(ChartKind::Against, &data("余额和限额", "年度", ["余额", "限额"], years), None),
    ]
}

#[derive(Template)]
#[template(path = "styles/templates/office.html")]
struct Office {
    shell: OfficeShell,
    kit: Kit,
}

/// `GET /styles`: as the office looks, light or dark as the machine is set.
async fn office(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let mut shell = desk.shell(&ctx, "界面组件").await?;
    shell.flash.get_or_insert_with(|| Flash {
        kind: "ok".to_owned(),
        text: "已保存。这是操作完成后的提示（示例）。".to_owned(),
        undo: None,
    });
    office_page(&Office { shell, kit: kit(&ctx) })
}

/// How the portal's side is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct How {
    /// `elder`: as those see it who chose large type.
    mode: String,
}

#[derive(Template)]
#[template(path = "styles/templates/portal.html")]
struct Portal {
    shell: PortalShell,
    kit: Kit,
    lines: Vec<Line>,
    links: Vec<Link>,
}

/// `GET /styles/portal`: as the portal looks.
async fn portal(State(ctx): State<Ctx>, _: Desk, reader: Reader, Query(how): Query<How>) -> Result<Response> {
    let reader = Reader { elder: how.mode == "elder", ..reader };
    let mut shell = reader.shell(&ctx, "界面组件", "", "policies").crumb("界面组件", "");
    shell.base = ctx.portal_url().to_owned();
    let line = |title: &str, validity: &str, badges: &[&'static str]| Line {
        href: "#rows".to_owned(),
        title: title.to_owned(),
        date: "2026-03-05".to_owned(),
        organ: "县财政局".to_owned(),
        number: "青财规〔2026〕3号".to_owned(),
        index: "QH010/2026-00003".to_owned(),
        validity: validity.to_owned(),
        kind: "政策文件",
        badges: badges.to_vec(),
        cited: 0,
    };
    let lines = vec![
        line("青禾县农村公路养护管理办法（试行）", "有效", &["已配解读"]),
        line("青禾县人民政府办公室关于加强城区供水管网检修期间应急供水保障工作的通知", "已修改", &[]),
        line("青禾县行政事业性收费目录清单", "已废止", &[]),
    ];
    let link = |label: &str, count| Link { href: "#groups".to_owned(), label: label.to_owned(), count };
    let links = vec![link("财政预算、决算信息", 128), link("行政许可", 1_204), link("应急管理", 0)];
    office_page(&Portal { shell, kit: kit(&ctx), lines, links })
}
