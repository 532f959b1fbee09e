//! Entering a case for somebody who comes, calls or writes on paper: the same register, with the day on which it was received.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use case::{Channel, Filing, Input, Kind, PartyRole, Person, StepField};
use jiff::civil::Date;
use kernel::{OrganCode, may_for, time};
use portal_form::applicant;
use store::Tx;
use web::{
    Acted, Ctx, Desk, Form, FormErrors, OfficeShell, Redirect, Refusal, Result, act_for, filters::shortened,
    office_page, page,
};

use super::fields::{Field, Typed, of};

/// Ways on which something comes to the desk.
const CHANNELS: [Channel; 5] = [Channel::Counter, Channel::Phone, Channel::Post, Channel::Fax, Channel::Mail];

/// A day of receipt that makes the case late at once was looked at again.
static SURE: StepField = StepField::new("sure", "收到日期核对无误", Input::Tick).optional();

/// The last day of what was received on that day, where it has passed.
pub(crate) fn late(ctx: &Ctx, kind: Kind, received: Date) -> Option<Date> {
    let rule = ctx.settings::<clock::Readings>().apply(kind.clock);
    let run = clock::probable(&rule, received, &[], 0, &ctx.calendar()).ok()?;
    Some(run.due().date()).filter(|due| *due < ctx.today())
}

#[derive(Template)]
#[template(path = "cases/templates/enter.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    title: String,
    action: String,
    fields: Vec<Field>,
    person: Vec<Field>,
    /// Whether it is entered for nobody who does not say who they are.
    named: bool,
    once: String,
}

/// The kind of this key, where the desk enters it.
fn kind_of(ctx: &Ctx, sort: &str) -> Result<Kind, Refusal> {
    case::find(ctx, sort).filter(|kind| !kind.desk.is_empty()).ok_or(Refusal::NotFound)
}

async fn shown(ctx: &Ctx, desk: &Desk, kind: Kind, typed: &Typed, errors: FormErrors) -> Result<Response> {
    let channels = CHANNELS.iter().map(|one| (one.code().to_owned(), one.label().to_owned())).collect();
    let mut fields = vec![
        Field::select("channel", "收到方式", "", typed, channels),
        Field::day("received_on", "收到日期", "不填为今天", typed),
    ];
    if errors.of("sure").is_some() || !of(typed, "sure").is_empty() {
        fields.push(Field::of(&SURE, typed));
    }
    if desk.staff.central {
        fields.push(Field::select("organ", "办理机关", "", typed, ctx.directory().options(ctx.today())));
    }
    fields.extend(kind.desk.iter().map(|field| Field::of(field, typed)));
    let name = Field::line("name", "姓名或称呼", "", typed, 40);
    let person = vec![
        if kind.named { name } else { name.optional() },
        Field::line("phone", "联系电话", "", typed, 30).optional(),
        Field::line("email", "电子邮箱", "", typed, 120).optional(),
        Field::line("address", "通信地址", "", typed, 200).optional(),
    ];
    let title = format!("登记{}", kind.label);
    let bad = !errors.is_empty();
    let form = Page {
        shell: desk.shell(ctx, title.clone()).await?.with_error(bad),
        errors,
        title,
        action: format!("/cases/new/{}", kind.key),
        fields,
        person,
        named: kind.named,
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /cases/new/{sort}`
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk, Path(sort): Path<String>) -> Result<Response> {
    let kind = kind_of(&ctx, &sort)?;
    let typed = Typed::from([("organ".to_owned(), desk.organ().to_string())]);
    shown(&ctx, &desk, kind, &typed, FormErrors::new()).await
}

/// What was typed, checked.
fn read(ctx: &Ctx, desk: &Desk, kind: Kind, typed: &Typed) -> Result<Filing, Refusal> {
    let mut errors = FormErrors::new();
    let channel = Channel::from_code(of(typed, "channel")).filter(|channel| CHANNELS.contains(channel));
    errors.require(channel.is_some(), "channel", "请选择收到方式。");
    let on = of(typed, "received_on").trim();
    let received: Option<Date> = if on.is_empty() { Some(ctx.today()) } else { time::parse_date(on) };
    if received.is_none() {
        errors.add("received_on", time::no_date(on, &ctx.today().to_string()));
    }
    if let Some(day) = received
        && of(typed, "sure").is_empty()
        && let Some(due) = late(ctx, kind, day)
    {
        let words =
            format!("收到日期 {day} 的期限 {due} 已经过了，登记后立即超期。请核对年、月、日；无误的，勾选后再登记。");
        errors.add("sure", words);
    }
    let mut fields = BTreeMap::new();
    for field in kind.desk {
        let (value, most) = (of(typed, field.name).trim(), Field::of(field, typed).most());
        if value.is_empty() && field.required {
            errors.add(field.name, format!("请填写{}。", field.label));
        }
        errors.require(value.chars().count() <= most, field.name, &format!("{}请写在 {most} 字以内。", field.label));
        fields.insert(field.name.to_owned(), value.to_owned());
    }
    if kind.named {
        errors.require(!of(typed, "name").trim().is_empty(), "name", "请填写申请人的姓名或者单位名称。");
        let reached = ["phone", "email", "address"].iter().any(|name| !of(typed, name).trim().is_empty());
        errors.require(reached, "phone", "联系电话、电子邮箱、通信地址至少填写一项，答复要送达申请人。");
    }
    let (Some(channel), Some(received_on), true) = (channel, received, errors.is_empty()) else {
        return Err(errors.into());
    };
    let text = |name: &str, most: usize| of(typed, name).trim().chars().take(most).collect::<String>();
    let person = Person {
        name: text("name", 40),
        phone: text("phone", 30),
        email: text("email", 120),
        address: text("address", 200),
        ..Person::default()
    };
    let about = kind.desk.first().map_or("", |field| of(typed, field.name));
    Ok(Filing {
        kind,
        organ: if desk.staff.central { OrganCode::from(of(typed, "organ")) } else { desk.organ().clone() },
        channel,
        received_on,
        number: String::new(),
        digest: String::new(),
        brief: shortened(about, 60),
        fields,
        facts: Vec::new(),
        parties: if person == Person::default() { Vec::new() } else { vec![(PartyRole::Applicant, person)] },
        files: Vec::new(),
    })
}

#[derive(Template)]
#[template(path = "cases/templates/entered.html")]
struct Entered {
    shell: OfficeShell,
    number: String,
    told: String,
    back: String,
    due: String,
    code: String,
}

/// `POST /cases/new/{sort}`: answers with the receipt for whoever came, whose code is shown on this page only.
pub(super) async fn done(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(sort): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let kind = kind_of(&ctx, &sort)?;
    let done = act_for(&ctx, of(&typed, "once"), async |tx: &mut Tx| {
        let filing = read(&ctx, &desk, kind, &typed)?;
        may_for(&desk.actor(), kind.handle, &case::keeper(&ctx, &filing.organ))?;
        let id = case::register(&ctx, tx, &desk.actor(), filing).await?;
        let secret = applicant::new_link(tx, &id).await.map_err(Refusal::from)?;
        Ok::<_, Refusal>((format!("/cases/{id}"), (id, secret)))
    });
    match done.await {
        Ok(Acted::Now((id, secret))) => {
            let entry = case::entry(ctx.db().read(), &id).await?.ok_or(Refusal::NotFound)?;
            office_page(&Entered {
                shell: desk.shell(&ctx, "已登记").await?,
                number: entry.registered(kind),
                told: entry.number.clone(),
                due: entry.told_due().unwrap_or_default(),
                code: secret.on_paper(),
                back: format!("/cases/{id}"),
            })
        }
        Ok(Acted::Before(to)) => Ok(Redirect::to(to).into_response()),
        Err(Refusal::Fields(errors)) => shown(&ctx, &desk, kind, &typed, errors).await,
        Err(other) => Err(other.into()),
    }
}
