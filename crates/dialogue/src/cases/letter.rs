//! Letters of a case: writing, signing, delivering.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use case::{
    Entry, Input, Kind, LetterKind, PartyRole, StepField,
    files::{self, CaseFile, CaseFileId, Origin},
    hands,
    letters::{self, Body, Letter, LetterId, WAYS},
};
use kernel::{id::CaseId, time};
use store::Tx;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Redirect, Refusal, Result, act, act_in_place, filters, office_page,
    page,
};

use super::{
    acts::{self, seen},
    fields::{Act, Field, Named, Typed, of, shown, version},
    notice, signers,
};

/// A way of delivery about which something was asked is meant all the same.
static SURE: StepField = StepField::new("sure", "核对过，就这样登记送达", Input::Tick).optional();

/// How a text addresses somebody of whom it does not know whether it is a person.
const YOU: &str = "您（单位）";

/// What somebody is asked before this letter is delivered in this way; `None` = nothing.
async fn asked(
    ctx: &Ctx,
    tx: &mut Tx,
    (kind, letter): (Kind, &Letter),
    way: &str,
) -> Result<Option<&'static str>, Refusal> {
    let parties = case::parties(ctx, tx.conn(), &letter.case).await?;
    let has_mail = parties.iter().any(|(_, role, person)| *role != PartyRole::ThirdParty && !person.email.is_empty());
    if way == "email" && !letter.is_to_others() && !has_mail {
        return Ok(Some(
            "申请人没有留电子邮箱，系统也不发送文书。请核对送达方式；确实另行用邮件发出的，核对后再登记。",
        ));
    }
    if way == "email" && !letter.is_to_others() && ctx.config().mail.smtp.is_empty() {
        return Ok(Some(
            "没有设置邮件服务器，系统不能把文书发出去。请用其他方式送达；确已用机关邮箱发给当事人的，核对后再登记。",
        ));
    }
    if way == "online" && letter.kind == "reply" {
        let facts = case::facts(tx.conn(), &letter.case).await?;
        if facts.get("delivery").is_some_and(|asked| asked != "online") {
            return Ok(Some(
                "申请人要求的提供途径不是“在查询页面查看”。请按要求的途径送达；申请人同意改为在查询页面查看的，核对后再登记。",
            ));
        }
    }
    let Some(rules) = case::rules_of(ctx, kind) else { return Ok(None) };
    let entry = case::entry(tx.conn(), &letter.case).await?.ok_or(Refusal::NotFound)?;
    let all = files::of_case(ctx, tx.conn(), &entry).await?;
    let with = all.iter().filter(|one| one.letter == letter.id).count();
    Ok(rules.delivery(letter, with, way))
}

fn body(typed: &Typed) -> Body {
    let text = |name: &str| of(typed, name).trim().to_owned();
    Body { addressee: text("addressee"), title: text("title"), text: text("text"), ..Body::default() }
}

fn fields(typed: &Typed) -> Vec<Field> {
    vec![
        Field::line("addressee", "受文人", "", typed, 100),
        Field::line("title", "标题", "", typed, 200),
        Field::text("text", "正文", "每段一行；签发后自动编号", typed, 20_000),
    ]
}

fn new_act(what: &LetterKind, typed: &Typed) -> Act {
    Act {
        title: format!("制作{}", what.label),
        about: "写好后由另一个人签发，签发后不能再改。".to_owned(),
        at: format!("/letters/new/{}", what.key),
        submit: "提交签发".to_owned(),
        danger: false,
        fields: fields(typed),
    }
}

/// A text that speaks to whoever started the case, as it is said to a person or an organisation.
fn addressed(text: &str, people: &[(case::PartyId, PartyRole, case::Person)]) -> String {
    let applicant = people.iter().find(|(_, role, _)| *role == PartyRole::Applicant).map(|(_, _, person)| person);
    match applicant {
        Some(person) if !person.organisation.is_empty() => text.replace(YOU, "贵单位"),
        Some(person) if !person.name.is_empty() => text.replace(YOU, "您"),
        _ => text.to_owned(),
    }
}

/// `GET /cases/{id}/letters/new/{kind}`
pub(super) async fn new(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, String)>,
) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    let what = kind.letter(&letter).ok_or(Refusal::NotFound)?;
    if let Some(page) = case::rules_of(&ctx, kind).and_then(|rules| rules.letter_page(what.key)) {
        return Ok(Redirect::to(page.replace("{id}", id.as_str())).into_response());
    }
    // To whom it goes is typed by whoever has seen it, which leaves its trace; the kind of a person is known.
    let parties = case::masked(&ctx, ctx.db().read(), &id).await?;
    let mut typed = Typed::from([("title".to_owned(), what.label.to_owned())]);
    if let Some(rules) = case::rules_of(&ctx, kind) {
        let past = case::history(&ctx, ctx.db().read(), &entry).await?;
        let before = case::Before { entry: &entry, past: &past };
        let people = case::parties(&ctx, ctx.db().read(), &id).await?;
        typed.insert("text".to_owned(), addressed(&rules.sample(&ctx, before, what), &people));
    }
    let mut form = new_act(what, &typed);
    if parties.iter().any(|one| one.role == PartyRole::Applicant && !one.lines.is_empty()) {
        form.about.push_str("受文人的姓名在办件页面填写理由后可以查看。");
    }
    shown(&ctx, &desk, (&entry, kind), form, FormErrors::new()).await
}

/// `POST /cases/{id}/letters/new/{kind}`
pub(super) async fn draft(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        letters::draft(&ctx, tx, &desk.actor(), &id, &letter, &body(&typed)).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "已写好，等另一个人签发。"))
    };
    let again = async |errors: FormErrors| {
        let (entry, kind) = seen(&ctx, &desk, &id).await?;
        let what = kind.letter(&letter).ok_or(Refusal::NotFound)?;
        shown(&ctx, &desk, (&entry, kind), new_act(what, &typed), errors).await
    };
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

#[derive(Template)]
#[template(path = "cases/templates/letter.html")]
struct Page {
    /// It is addressed to somebody who is no party of the case.
    stranger: bool,
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    named: Named,
    letter: Letter,
    label: &'static str,
    number: String,
    drafted_at: String,
    signed_at: String,
    paragraphs: Vec<String>,
    /// The form by which it is changed; empty = it cannot be.
    fields: Vec<Field>,
    /// Whether this person may sign it or send it back.
    signs: bool,
    /// What whoever signs in the name of another organ has to say; empty for its own people.
    signing: Vec<Field>,
    /// Why this person, who may sign others, does not sign this one, and who does; empty = nothing of it.
    unsigned: String,
    /// The form of its delivery; empty = it is not to be delivered now.
    delivery: Vec<Field>,
    returning: Vec<Field>,
    once: [String; 4],
    /// What goes out with it.
    files: Vec<CaseFile>,
    /// Files of the office that could go with it.
    others: Vec<CaseFile>,
    /// Those of which a copy without some parts was made, so that they may not go with it.
    kept: Vec<CaseFile>,
    /// Why it has not gone out by mail although that is entered; empty = it has, or went another way.
    unsent: String,
    /// What lacks and can be put to it as long as it is not signed; empty = nothing.
    missing: &'static str,
    /// What else has to go when it goes; empty = nothing, or it is out.
    beside: &'static str,
    /// Whether files can be put to it now.
    open: bool,
    /// Whether this person may drop it although it is signed.
    drops: bool,
    /// By when it has to be delivered, where the law sets a day for it; empty = none, or it is.
    until: String,
    /// Address of the page on which what was filled in for it is changed; empty = it has none, or is signed.
    again: String,
}

/// A letter of a case that this person may see.
async fn found(ctx: &Ctx, desk: &Desk, id: &CaseId, letter: &LetterId) -> Result<(Entry, Kind, Letter)> {
    let (entry, kind) = seen(ctx, desk, id).await?;
    let all = letters::of_case(ctx, ctx.db().read(), &entry).await?;
    let letter = all.into_iter().find(|one| one.id == *letter).ok_or(Refusal::NotFound)?;
    Ok((entry, kind, letter))
}

/// `GET /cases/{id}/letters/{letter}`
pub(super) async fn show(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
) -> Result<Response> {
    page_of(&ctx, &desk, (&id, &letter), &Typed::new(), FormErrors::new()).await
}

/// Of the files that do not go with a letter, those of the office that could, and those that may not since a copy of them without
/// some parts was made.
fn candidates(
    ctx: &Ctx,
    kind: Kind,
    letter: &Letter,
    besides: Vec<CaseFile>,
    with: &[CaseFile],
) -> (Vec<CaseFile>, Vec<CaseFile>) {
    let all: Vec<CaseFile> = besides.iter().chain(with).cloned().collect();
    let whole = case::rules_of(ctx, kind).is_some_and(|rules| rules.gives_all(&letter.kind, &letter.body));
    let free = |one: &CaseFile| one.origin == Origin::Office && one.letter.as_str().is_empty() && !one.is_away();
    besides.into_iter().filter(free).partition(|one| whole || !files::is_source(&all, one))
}

/// The form by which the delivery of a signed letter is entered; empty = it is not to be delivered now. `asked` is the way for
/// which the applicant asked, which stands there already.
fn delivery_form(ctx: &Ctx, letter: &Letter, asked: &str, typed: &Typed, errors: &FormErrors) -> Vec<Field> {
    if letter.state != "signed" {
        return Vec::new();
    }
    let ways = WAYS.iter().map(|(code, words)| ((*code).to_owned(), (*words).to_owned())).collect();
    let sends = if letter.is_to_others() {
        "系统只登记，不向其他方面发文书"
    } else if ctx.config().mail.smtp.is_empty() {
        "系统只登记，请先送达：没有设置邮件服务器，选电子邮件的要先用机关邮箱发出"
    } else {
        "选电子邮件的，系统把文书全文和附件发到当事人留的邮箱；已经用机关邮箱发过的，下面填发送的那一天。其他方式系统只登记，请先送达"
    };
    let mut how = typed.clone();
    if !letter.is_to_others() && !asked.is_empty() {
        let way = if asked == "collect" { "counter" } else { asked };
        how.entry("way".to_owned()).or_insert_with(|| way.to_owned());
    }
    let mut form = vec![
        Field::select("way", "送达方式", sends, &how, ways),
        Field::day("on", "送达日期", "不填为今天；邮寄的填签收日期", &how),
    ];
    if errors.of("sure").is_some() || !of(&how, "sure").is_empty() {
        form.push(Field::of(&SURE, &how));
    }
    form
}

/// What is asked about a letter while files can still be put to it, so that nobody signs what has to be dropped again; empty =
/// nothing.
fn missing(ctx: &Ctx, kind: Kind, letter: &Letter, files: usize, asked: &str) -> &'static str {
    let way = if letter.is_to_others() { "" } else { asked };
    case::rules_of(ctx, kind).and_then(|rules| rules.delivery(letter, files, way)).unwrap_or_default()
}

/// What else has to go when this letter goes; empty = nothing.
async fn beside(ctx: &Ctx, (before, kind): (case::Before<'_>, Kind), letter: &Letter) -> Result<&'static str> {
    let Some(rules) = case::rules_of(ctx, kind) else { return Ok("") };
    let all = letters::of_case(ctx, ctx.db().read(), before.entry).await?;
    Ok(rules.beside(ctx, before, letter, &all).unwrap_or_default())
}

async fn page_of(
    ctx: &Ctx,
    desk: &Desk,
    (id, letter): (&CaseId, &LetterId),
    typed: &Typed,
    errors: FormErrors,
) -> Result<Response> {
    let (entry, kind, letter) = found(ctx, desk, id, letter).await?;
    let what = kind.letter(&letter.kind);
    let writable = matches!(letter.state.as_str(), "draft" | "returned") && !entry.is_erased();
    let mut held = Typed::from([
        ("addressee".to_owned(), letter.body.addressee.clone()),
        ("title".to_owned(), letter.body.title.clone()),
        ("text".to_owned(), letter.body.text.clone()),
    ]);
    held.extend(typed.iter().map(|(name, value)| (name.clone(), value.clone())));
    let decides = acts::may(desk, kind.decide, &entry, ctx);
    let asked = case::facts(ctx.db().read(), id).await?.remove("delivery").unwrap_or_default();
    let delivery = delivery_form(ctx, &letter, &asked, typed, &errors);
    let all = files::of_case(ctx, ctx.db().read(), &entry).await?;
    let (with, besides): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.letter == letter.id);
    let (others, kept) = candidates(ctx, kind, &letter, besides, &with);
    let past = case::history(ctx, ctx.db().read(), &entry).await?;
    let before = case::Before { entry: &entry, past: &past };
    let waits = matches!(letter.state.as_str(), "draft" | "returned" | "signed");
    let until = case::rules_of(ctx, kind)
        .zip(what)
        .filter(|_| waits)
        .and_then(|(rules, what)| rules.letter_due(ctx, before, what))
        .map(|day| day.to_string())
        .unwrap_or_default();
    let hands = hands::of_case(ctx, ctx.db().read(), id).await?;
    let own = letter.drafted_by == desk.staff.account || hands.wrote(&letter.id, &desk.staff.account);
    let drafted = letter.state == "draft" && !entry.is_erased();
    let unsigned = if drafted && decides && own {
        let others = signers::of(ctx, kind, &entry.organ).await?;
        signers::others_sign(ctx, others.iter().filter(|person| !hands.wrote(&letter.id, &person.account)))
    } else {
        String::new()
    };
    let again = case::rules_of(ctx, kind)
        .filter(|_| writable)
        .and_then(|rules| rules.letter_page(&letter.kind))
        .map(|page| format!("{}?again={}", page.replace("{id}", id.as_str()), letter.id))
        .unwrap_or_default();
    let bad = !errors.is_empty();
    let parties = case::parties(ctx, ctx.db().read(), id).await?;
    let people: Vec<case::Person> = parties.into_iter().map(|(_, _, person)| person).collect();
    let form = Page {
        beside: if waits { beside(ctx, (before, kind), &letter).await? } else { "" },
        missing: if writable { missing(ctx, kind, &letter, with.len(), &asked) } else { "" },
        stranger: waits && !letter.is_to_others() && !case::named::is_for(&people, &letter.body.addressee),
        again,
        unsent: notice::unsent(ctx, &letter).await?.unwrap_or_default(),
        until,
        files: with,
        others: if writable { others } else { Vec::new() },
        kept: if writable { kept } else { Vec::new() },
        open: writable,
        drops: letter.state == "signed" && decides && !entry.is_erased(),
        shell: desk.shell(ctx, letter.body.title.clone()).await?.with_error(bad),
        errors,
        id: id.clone(),
        named: Named::of(ctx, (&entry, kind))?,
        label: what.map_or("文书", |what| what.label),
        number: what.map(|what| letter.number(what)).unwrap_or_default(),
        drafted_at: time::show_minute(&letter.drafted_at),
        signed_at: time::show_minute(&letter.signed_at),
        paragraphs: letter.body.text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
        fields: if writable { fields(&held) } else { Vec::new() },
        signs: letter.state == "draft" && decides && !own,
        signing: if is_of_another(ctx, desk, &entry) { vec![why_signed(ctx, &entry, typed)] } else { Vec::new() },
        unsigned,
        returning: vec![Field::text("reason", "退回理由", "", typed, 500)],
        delivery,
        once: [ctx.once(), ctx.once(), ctx.once(), ctx.once()],
        letter,
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `POST /cases/{id}/letters/{letter}`
pub(super) async fn revise(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        letters::revise(&ctx, tx, &desk.actor(), &id, (&letter, version(&typed)), &body(&typed)).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}/letters/{letter}"), "已保存，等另一个人签发。"))
    };
    let again = async |errors: FormErrors| page_of(&ctx, &desk, (&id, &letter), &typed, errors).await;
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

/// Whether this person is of another organ than the one that answers the case: the county office may do what nobody there can.
fn is_of_another(ctx: &Ctx, desk: &Desk, entry: &Entry) -> bool {
    !ctx.directory().answered_by(&desk.staff.organ, ctx.today()).contains(&entry.organ)
}

fn why_signed(ctx: &Ctx, entry: &Entry, typed: &Typed) -> Field {
    let name = ctx.directory().short_name(&entry.organ).to_owned();
    let hint =
        format!("这件由{name}办理，文书以它的名义签发。原因写进办理过程，并通知{name}，例如 机关没有可以签发的人");
    Field::text("why", "代为签发的原因", &hint, typed, 500)
}

/// `POST /cases/{id}/letters/{letter}/sign`
pub(super) async fn sign(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let (entry, kind, known) = found(&ctx, &desk, &id, &letter).await?;
    let label = kind.letter(&known.kind).map_or("文书", |what| what.label);
    let done = async |tx: &mut Tx| {
        letters::sign(&ctx, tx, &desk.actor(), &id, (&letter, version(&typed))).await?;
        if is_of_another(&ctx, &desk, &entry) {
            case::signed_for(&ctx, tx, &desk.actor(), &id, (label, of(&typed, "why"))).await?;
            notice::tell(&ctx, tx, &id, "代为签发文书").await?;
        }
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}/letters/{letter}"), "已签发并编号，请登记送达。"))
    };
    let again = async |errors: FormErrors| page_of(&ctx, &desk, (&id, &letter), &typed, errors).await;
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

/// `POST /cases/{id}/letters/{letter}/return`
pub(super) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        letters::send_back(&ctx, tx, &desk.actor(), &id, &letter, of(&typed, "reason")).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}/letters/{letter}"), "已退回修改。"))
    };
    let again = async |errors: FormErrors| page_of(&ctx, &desk, (&id, &letter), &typed, errors).await;
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

/// `POST /cases/{id}/letters/{letter}/deliver`
pub(super) async fn deliver(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let (entry, kind, known) = found(&ctx, &desk, &id, &letter).await?;
    let on = time::parse_date(of(&typed, "on"));
    // A day before today says that the organ has sent it itself.
    let sends = !ctx.config().mail.smtp.is_empty() && !known.is_to_others();
    let mailed = sends && of(&typed, "way") == "email" && on.is_none_or(|day| day == ctx.today());
    let files = files::of_case(&ctx, ctx.db().read(), &entry).await?;
    let with: Vec<CaseFile> = files.into_iter().filter(|one| one.letter == letter).collect();
    let done = async |tx: &mut Tx| {
        let how = (of(&typed, "way"), of(&typed, "on"));
        if of(&typed, "sure").is_empty()
            && known.state == "signed"
            && let Some(question) = asked(&ctx, tx, (kind, &known), how.0).await?
        {
            return Err(Refusal::field("sure", question));
        }
        letters::deliver(&ctx, tx, &desk.actor(), &id, &letter, how).await?;
        if known.is_to_others() {
            return Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "已登记送达，申请人看不到这份文书。"));
        }
        if mailed && let Some(along) = notice::send_letter(&ctx, tx, &entry, &known, &with).await? {
            let said = match (with.is_empty(), along) {
                (true, _) => "已登记送达，文书全文正在发到当事人留的邮箱；发出以前，文书页面写明还没有发出。",
                (false, true) => "已登记送达，文书全文和附件正在发到当事人留的邮箱；发出以前，文书页面写明还没有发出。",
                (false, false) => {
                    "已登记送达，文书全文正在发到当事人留的邮箱；附件超过 5 MB，没有随邮件发，当事人凭查询码下载，或者另用机关邮箱发送。"
                }
            };
            return Ok(Done::ok(format!("/cases/{id}"), said));
        }
        notice::tell_person(&ctx, tx, &id).await?;
        Ok(Done::ok(format!("/cases/{id}"), "已登记送达，当事人在查询页面可以看到文书。"))
    };
    let again = async |errors: FormErrors| page_of(&ctx, &desk, (&id, &letter), &typed, errors).await;
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}

/// `POST /cases/{id}/letters/{letter}/discard`
pub(super) async fn discard(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        letters::discard(&ctx, tx, &desk.actor(), &id, &letter).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "文书已作废。"))
    };
    Ok(act(&ctx, of(&typed, "once"), done).await?)
}

/// `POST /cases/{id}/letters/{letter}/files/{file}`: the file goes out with the letter, or no longer.
pub(super) async fn send_with(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter, file)): Path<(CaseId, LetterId, CaseFileId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let goes = of(&typed, "goes") == "yes";
    let done = async |tx: &mut Tx| {
        files::send_with(&ctx, tx, &desk.actor(), &id, (&file, &letter), goes).await?;
        let said = if goes {
            "附件已附上，随文书送达。"
        } else {
            "附件已取下，仍在办件里，不随文书送达。"
        };
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}/letters/{letter}"), said))
    };
    let again = async |errors: FormErrors| page_of(&ctx, &desk, (&id, &letter), &typed, errors).await;
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}
