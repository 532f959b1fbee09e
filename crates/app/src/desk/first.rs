//! The first steps of an empty office (开始使用): what a new county still lacks, each line computed from what there is and not from a
//! click. The same points as `gongkai doctor` makes, as far as they are asked of people.

use askama::Template;
use axum::{extract::State, response::Response};
use document::columns::{BLOCKS, Tree};
use kernel::{Permission, Role, may, permission::Scope::AllOrgans};
use web::{Ctx, Desk, OfficeShell, Result, office_page};

use crate::doctor::{self, checks};

/// See what a new county still lacks.
pub(super) static SEE: Permission = Permission::new(
    "see_first_steps",
    "查看开始使用的清单",
    &[Role::SystemAdmin, Role::SecurityAdmin, Role::CountyOffice],
    AllOrgans,
);

/// One thing to do.
struct Step {
    name: &'static str,
    /// Why it is needed.
    why: &'static str,
    done: bool,
    /// What there is, or what is lacking; empty for whom it is none of their business.
    note: String,
    /// Where it is done; empty = not in the office.
    href: &'static str,
    /// Who does it, in words.
    by: String,
    /// Whether a county can do without.
    optional: bool,
}

#[derive(Template)]
#[template(path = "desk/templates/first.html")]
struct Page {
    shell: OfficeShell,
    steps: Vec<Step>,
    /// Steps that are needed, and those of them that are done.
    needed: usize,
    done: usize,
}

/// Whether a plan was ever confirmed: then nobody is led to the first steps any more.
///
/// # Errors
/// When the database fails.
pub(super) async fn has_begun(ctx: &Ctx) -> Result<bool> {
    let one: Option<i64> = store::query_scalar("SELECT 1 FROM plan WHERE state IN ('confirmed', 'superseded') LIMIT 1")
        .fetch_optional(ctx.db().read())
        .await?;
    Ok(one.is_some())
}

/// The labels of the roles that hold a permission.
fn holders(permission: &Permission) -> String {
    permission.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、")
}

/// Puts a step together; `permission` is what doing it takes, `None` = somebody at the machine.
fn step(
    desk: &Desk,
    (name, why): (&'static str, &'static str),
    outcome: checks::Outcome,
    (href, permission): (&'static str, Option<&'static Permission>),
) -> Step {
    let may_do = permission.is_some_and(|permission| may(&desk.actor(), permission).is_ok());
    let at_machine = permission.is_none() && desk.staff.roles.contains(&Role::SystemAdmin);
    let (done, note) = match outcome {
        Ok(note) => (true, note),
        Err(note) => (false, note),
    };
    Step {
        name,
        why,
        done,
        note: if may_do || at_machine { note } else { String::new() },
        href: if may_do { href } else { "" },
        by: permission.map_or_else(|| "系统管理员（在服务器上）".to_owned(), holders),
        optional: false,
    }
}

/// The five blocks of the platform 政府信息公开, each with a column that readers see.
async fn blocks(ctx: &Ctx) -> Result<checks::Outcome> {
    let tree = Tree::load(ctx.db()).await?;
    let lacking: Vec<&str> =
        BLOCKS.into_iter().filter(|block| tree.for_purpose(block).is_none()).map(|block| block.label).collect();
    Ok(if lacking.is_empty() {
        Ok("五个部分都有栏目".to_owned())
    } else {
        Err(format!("还没有栏目的部分：{}", lacking.join("、")))
    })
}

/// A list of one organ is the office itself, which the first account made.
fn organs(ctx: &Ctx) -> checks::Outcome {
    doctor::organs(ctx).and_then(|note| {
        if ctx.directory().all().len() < 2 {
            Err("名录里只有一个机关。请导入全县的机关名录。".to_owned())
        } else {
            Ok(note)
        }
    })
}

/// Where reminders go.
fn mail(ctx: &Ctx) -> checks::Outcome {
    if ctx.config().mail.smtp.is_empty() {
        return Err("没有配置邮件服务器：提醒只出现在待办台，邮件存入发件箱，不会寄出。".to_owned());
    }
    Ok("已配置邮件服务器".to_owned())
}

/// GET /first-steps
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let columns = &publishing::columns::MANAGE_COLUMNS;
    let plan = if has_begun(&ctx).await? {
        Ok("已下达".to_owned())
    } else {
        Err("导入今年的工作要点，核对牵头单位和期限，经保密审查后下达。".to_owned())
    };
    let mut steps = vec![
        step(
            &desk,
            ("填写网站信息", "网站名称、标识码、备案号和联系方式要向公众公开，在配置文件的 [site] 里。"),
            checks::contact(ctx.config()),
            ("", None),
        ),
        step(
            &desk,
            ("导入机关名录", "任务分给谁、信息是谁公开的，都按名录。"),
            organs(&ctx),
            ("/organs/import", Some(&identity::permissions::MANAGE_ORGANS)),
        ),
        step(
            &desk,
            ("建立栏目", "没有栏目，稿件无处可放。可以先采用标准栏目，再按本县的情况修改。"),
            checks::columns(&ctx).await,
            ("/columns/import/standard", Some(columns)),
        ),
        step(
            &desk,
            (
                "配齐政府信息公开平台",
                "公开指南、公开制度、法定主动公开内容、年度报告、依申请公开，页面按栏目的“用途”寻找。",
            ),
            blocks(&ctx).await?,
            ("/columns/import/standard", Some(columns)),
        ),
        step(
            &desk,
            ("建立工作人员的账号", "每个关口都要有人，作者和审核人不能是同一个人。"),
            checks::accounts(&ctx).await,
            ("/accounts/import", Some(&identity::permissions::MANAGE_ACCOUNTS)),
        ),
        step(
            &desk,
            ("核对工作日历", "法定期限按工作日计算，要有当年和下一年的放假通知。"),
            checks::calendar(&ctx),
            ("/calendar", Some(&identity::permissions::MANAGE_CALENDAR)),
        ),
        step(
            &desk,
            (
                "另存密钥",
                "密钥丢了，动态口令、密封的附件和办件里的个人信息打不开。这里只能看到密钥是否妥当，是否另存了一份请您自己确认。",
            ),
            checks::keys(ctx.config(), ctx.data()),
            ("", None),
        ),
        step(
            &desk,
            ("下达第一份工作要点", "要点里的每一句话成为有单位、有期限的任务。"),
            plan,
            ("/plans/new", Some(&oversight::permissions::MANAGE_PLANS)),
        ),
    ];
    let by_mail = step(
        &desk,
        ("配置邮件服务器", "退回、到期等提醒可以寄给本人，在配置文件的 [mail] 里。"),
        mail(&ctx),
        ("", None),
    );
    steps.push(Step { optional: true, ..by_mail });
    let needed = || steps.iter().filter(|step| !step.optional);
    let page = Page {
        shell: desk.shell(&ctx, "开始使用").await?,
        needed: needed().count(),
        done: needed().filter(|step| step.done).count(),
        steps,
    };
    office_page(&page)
}
