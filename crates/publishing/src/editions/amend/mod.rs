//! 修改决定: a decision that amends a document is read, each instruction shown as it was understood, and what it makes of the text
//! beside the text as it is. From there it becomes a draft of the next edition: nothing is published, and what could not be done is
//! named for a person. The decision is tied to the document as one that amends it (文件关系), for another person to confirm.

mod made;
mod source;
mod ties;

use askama::Template;
use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    response::Response,
};
use document::{
    House, Whole,
    compare::{self, Side, View},
    draft,
    form::{LONGEST_NOTE, Typed},
    references::{self, Decision, Verb},
    rows::{self, DocumentRow, EditionRow},
};
use kernel::{id::DocumentId, may_for};
use law_text::amend::{Outcome, Told};
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page,
};

use self::{
    made::Made,
    source::{Asked, LONGEST, Source},
    ties::Offered,
};
use super::{checks, seen};

/// The text to which a decision is applied.
struct Base {
    whole: Whole,
    editions: Vec<EditionRow>,
    /// It is a draft that is being written; else the newest that was public.
    open: bool,
    /// Why no draft can be made of it now; empty = it can.
    closed: String,
}

/// What the page shows of a decision that was read.
struct Shown {
    name: String,
    /// Where it is kept; `None` for words that are not.
    document: Option<DocumentId>,
    told: Vec<Told>,
    notes: Vec<String>,
    applied: usize,
    left: usize,
    /// To which text it was applied, in words.
    base: String,
    /// Why no draft can be made; empty = it can.
    why_not: String,
    /// What becomes of the relation between the two, in words.
    tie: String,
    cmp: View,
    cmp_all: String,
    cmp_only: String,
}

impl Shown {
    fn tone(&self, told: &Told) -> &'static str {
        match told.outcome {
            Outcome::Applied => "ok",
            Outcome::Failed => "late",
            Outcome::Unread => "soon",
            Outcome::Elsewhere => "off",
        }
    }
}

#[derive(Template)]
#[template(path = "editions/templates/amend.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    document: DocumentId,
    title: String,
    asked: Asked,
    offered: Vec<Offered>,
    shown: Option<Shown>,
    /// What was not done was looked at.
    sure: bool,
    longest: usize,
    once: String,
}

/// The text that is amended, if this person may write it.
async fn base(ctx: &Ctx, house: &House, desk: &Desk, id: &DocumentId) -> Result<Base> {
    let actor = desk.actor();
    let about = rows::visible(ctx.db().read(), house, &actor, id).await?;
    may_for(&actor, house.kind_of(&about)?.write, about.keeper())?;
    let editions = rows::editions(ctx.db().read(), id).await?;
    let open = editions.iter().find(|edition| edition.is_open());
    let was_public = editions.iter().find(|one| matches!(one.state.as_str(), "published" | "withdrawn"));
    let closed = match (open, was_public) {
        (Some(open), _) if !open.is_editable() => {
            format!("第 {} 版{}，现在不能再改。请先办完或者收回那一版。", open.number, open.state_words())
        }
        (None, Some(one)) if one.title == document::erase::ERASED_TITLE => "这份文件的原文已经清除。".to_owned(),
        _ => String::new(),
    };
    let chosen = match (open.filter(|open| open.is_editable()), was_public) {
        (Some(open), _) => open,
        (None, Some(public)) => public,
        (None, None) => return Err(Error::Conflict("这份稿件没有可以修改的文本。".into())),
    };
    let whole = rows::read(ctx.db().read(), house, &actor, &chosen.id).await?;
    seen::opened(ctx, desk, &whole).await?;
    Ok(Base { open: chosen.is_open(), whole, closed, editions })
}

/// What the draft says that it changed, for readers; by this it is known later, too.
fn note(name: &str) -> String {
    match name {
        "" => "根据修改决定修改。".to_owned(),
        // GB/T 15834, 4.11: a title within a title stands in 〈〉.
        name => format!("根据《{}》修改。", name.replace('《', "〈").replace('》', "〉")),
    }
}

/// Applies a decision on a thread that answers nobody else.
async fn applied(whole: &Whole, source: &Source) -> Result<Made> {
    let (title, html) = (whole.edition.title.clone(), whole.text.body_html.clone());
    let text = source.text.clone();
    Ok(compare::aside(move || made::made(&title, &html, &text)).await?)
}

/// The decision as the page shows it, and the edition of which it speaks.
async fn shown(house: &House, (base, source): (&Base, Source), asked: &Asked) -> Result<Shown> {
    let made = applied(&base.whole, &source).await?;
    let edition = &base.whole.edition;
    let told = match base.open {
        true => format!("第 {} 版草稿", edition.number),
        false => format!("第 {} 版（{}）", edition.number, edition.state_words()),
    };
    let said = note(&source.name);
    let before = base.editions.iter().find(|one| !source.name.is_empty() && one.note.contains(&said));
    let mut notes: Vec<String> = asked.warnings.lines().map(str::to_owned).collect();
    notes.extend(made.notes.iter().cloned());
    if let Some(before) = before {
        notes.insert(0, format!("第 {} 版写着已经按这份决定改过，请核对是不是重复", before.number));
    }
    if made.applied > 0 {
        notes.push("题注里公布和历次修改的日期、成文日期和施行日期等栏目没有改，请在编辑页核对".to_owned());
    }
    let why_not = match (base.closed.as_str(), made.applied, before) {
        ("", 0, _) => "决定里没有一处能用在这份文件上，不能做成草稿。请核对是不是选错了文件。".to_owned(),
        ("", _, Some(before)) if before.id == edition.id => {
            format!("第 {} 版已经按这份决定改过，没有要再改的。要改别的，请在编辑页撰写。", before.number)
        }
        (closed, ..) => closed.to_owned(),
    };
    let old = Side { name: told.clone(), ..super::compare::side(house, &base.whole)? };
    let new =
        Side {
            name: "按决定改以后".to_owned(), title: made.title.clone(), html: made.html.clone(), ..old.clone()
        };
    let only = asked.all.is_empty();
    let cmp = compare::aside(move || compare::compare(&old, &new).view(only)).await?;
    let kept = source.document.as_ref();
    // Words that are kept nowhere have no address.
    let address = kept.map(|one| format!("/documents/{}/amend?decision={}", base.whole.document.id, one.id));
    Ok(Shown {
        tie: match kept {
            None => "决定没有录入本库，两份文件之间的“修改”关系要等它公开以后才能登记。".to_owned(),
            Some(one) if one.public().is_none() => {
                "决定公开以后，程序从它的正文里找出“修改”关系，由人认定。".to_owned()
            }
            Some(_) => "做成草稿时一并提出“修改”关系，由另一人在“文件关系”里认定以后才起作用。".to_owned(),
        },
        document: kept.map(|one| one.id.clone()),
        told: made.told,
        applied: made.applied,
        left: made.left,
        base: told,
        cmp_all: address.as_ref().map(|address| format!("{address}&all=1")).unwrap_or_default(),
        cmp_only: address.unwrap_or_default(),
        name: source.name,
        notes,
        why_not,
        cmp,
    })
}

async fn render(ctx: &Ctx, desk: &Desk, id: &DocumentId, asked: Asked, mut errors: FormErrors) -> Result<Response> {
    let house = crate::house(ctx);
    let base = base(ctx, &house, desk, id).await?;
    let mut decision = None;
    if asked.is_any() {
        match source::source(ctx, &house, desk, &asked).await? {
            Ok(source) => decision = Some(shown(&house, (&base, source), &asked).await?),
            Err(wrong) => wrong.items().iter().for_each(|(field, message)| errors.add(field, message.as_str())),
        }
    }
    let bad = !errors.is_empty();
    let edition = &base.whole.edition;
    let shown_page = Page {
        shell: desk.shell(ctx, format!("按修改决定修改：{}", edition.shown_title())).await?.with_error(bad),
        errors,
        document: id.clone(),
        title: edition.shown_title().to_owned(),
        sure: asked.sure == "true",
        asked: Asked { base: edition.id.clone(), version: edition.version, ..asked },
        offered: ties::offered(ctx.db(), id).await?,
        shown: decision,
        longest: LONGEST,
        once: ctx.once(),
    };
    if bad { page::office_errors(&shown_page) } else { office_page(&shown_page) }
}

/// GET /documents/{id}/amend: which decision, and what it does.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    render(&ctx, &desk, &id, asked, FormErrors::new()).await
}

/// POST /documents/{id}/amend/read: a decision that was typed, pasted or sent as a file is read; nothing is written.
pub(super) async fn read(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let none = |_| Error::Invalid("没有收到修改决定。请回到上一页，重新填写或者选择文件。".into());
    // Before its bytes are taken: who may not write it sends no file.
    base(&ctx, &crate::house(&ctx), &desk, &id).await?;
    let (asked, errors) = source::received(&ctx, &desk, form.map_err(none)?).await?;
    render(&ctx, &desk, &id, asked, errors).await
}

/// POST /documents/{id}/amend: what the decision makes of the text becomes the draft.
pub(super) async fn make(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(asked): Form<Asked>,
) -> Result<Response> {
    let (house, actor) = (crate::house(&ctx), desk.actor());
    let base = base(&ctx, &house, &desk, &id).await?;
    let source = match source::source(&ctx, &house, &desk, &asked).await? {
        Ok(source) => source,
        // Told at its field by the page.
        Err(_) => return render(&ctx, &desk, &id, asked, FormErrors::new()).await,
    };
    let made = applied(&base.whole, &source).await?;
    let body = draft::clean(&house, &Typed { body_html: made.html.clone(), ..Typed::default() }).await;
    let said = note(&source.name);
    let done = async |tx: &mut Tx| {
        let body = body?;
        let about = rows::visible_locked(tx, &house, &actor, &id).await?;
        may_for(&actor, house.kind_of(&about)?.write, about.keeper())?;
        if made.applied == 0 {
            return Err(Refusal::Conflict("决定里没有一处能用在这份文件上，没有改动。".into()));
        }
        if made.left > 0 && asked.sure != "true" {
            let text = format!("有 {} 处没有应用。请勾选“已看过”，做成草稿以后在编辑页手工改好。", made.left);
            return Err(Refusal::field("sure", text));
        }
        let open = rows::open_edition(tx.conn(), &id).await?;
        as_shown(tx, &asked, (&about, open.as_ref())).await?;
        // The very edition of which the page spoke.
        if !source.name.is_empty() && base.whole.edition.note.contains(&said) {
            let text = format!("第 {} 版已经按这份决定改过，没有再改。", base.whole.edition.number);
            return Err(Refusal::Conflict(text));
        }
        let tie = proposed(&house, tx, &desk, (source.document.as_ref(), &about)).await?;
        let edition = match open {
            Some(open) => open.id,
            None => draft::correct(tx, &house, &actor, &about).await?.id,
        };
        let whole = rows::load(tx, &house, &actor, &edition).await?;
        let typed = Typed {
            title: made.title.clone(),
            body_html: body.html.clone(),
            note: noted(&whole.edition.note, &said),
            ..Typed::from_whole(&house, &whole)
        };
        draft::save(tx, &house, &actor, &whole, &typed, &body).await?;
        checks::later(tx, &whole.edition.id).await?;
        let left = match made.left {
            0 => String::new(),
            left => format!("还有 {left} 处没有应用，请对照决定手工改好。"),
        };
        let text = format!("已按决定改好草稿：应用 {} 处。{left}{tie}请通读核对，再提交审核。", made.applied);
        Ok(Done::ok(format!("/documents/{id}/edit"), text))
    };
    act_in_place(&ctx, &asked.once, done, async |errors| render(&ctx, &desk, &id, asked.clone(), errors).await).await
}

/// Whether the text is still the one that the page has shown.
async fn as_shown(
    tx: &mut Tx,
    asked: &Asked,
    (about, open): (&DocumentRow, Option<&EditionRow>),
) -> Result<(), Refusal> {
    let same = match open {
        Some(open) if !open.is_editable() => {
            let text = format!("第 {} 版{}，现在不能再改。请先办完或者收回那一版。", open.number, open.state_words());
            return Err(Refusal::Conflict(text));
        }
        Some(open) => open.id == asked.base && open.version == asked.version,
        None => {
            let editions = rows::editions(tx.conn(), &about.id).await?;
            let newest = editions.iter().find(|one| matches!(one.state.as_str(), "published" | "withdrawn"));
            newest.is_some_and(|newest| newest.id == asked.base)
        }
    };
    if same {
        return Ok(());
    }
    Err(Refusal::Conflict(
        "您打开以后，这份文件的文字又改过。下面是按现在的文字重新应用的结果，请看过再做成草稿。".into(),
    ))
}

/// The note of a draft with what a decision did to it; one that would be too long stays.
fn noted(note: &str, said: &str) -> String {
    let more = if note.is_empty() { said.to_owned() } else { format!("{note}\n{said}") };
    if note.contains(said) || more.chars().count() > LONGEST_NOTE { note.to_owned() } else { more }
}

/// Proposes that the decision amends the document, unless it is said already; in words what became of it. A document of another
/// organ is amended by the office's word alone.
async fn proposed(
    house: &House,
    tx: &mut Tx,
    desk: &Desk,
    (decision, about): (Option<&DocumentRow>, &DocumentRow),
) -> Result<String, Refusal> {
    let Some(decision) = decision.filter(|one| one.public().is_some() && one.id != about.id) else {
        return Ok(String::new());
    };
    match ties::known(tx, &decision.id, &about.id).await?.as_deref() {
        Some(references::FOUND) => return Ok("“修改”关系已经找出，请在“文件关系”里认定。".to_owned()),
        Some(references::REFUSED) => return Ok("有人否定过这份决定的“修改”关系，请核对。".to_owned()),
        Some(_) => return Ok(String::new()),
        None => {}
    }
    let keeper = house.keeper(&decision.organ);
    let own = desk.staff.central || keeper == house.keeper(&about.organ);
    if !own || may_for(&desk.actor(), house.kind_of(decision)?.write, &keeper).is_err() {
        return Ok("“修改”关系要由作出决定的机关或者县政府办公室在“文件关系”里登记。".to_owned());
    }
    let wanted = Decision {
        verb: Verb::Amends,
        to: Some(about.id.clone()),
        articles: String::new(),
        effective_on: String::new(),
    };
    let reason = "按修改决定做出新的一版时提出";
    match references::add(tx, &desk.actor(), &decision.id, &wanted, (&about.title, reason)).await {
        Ok(_) => Ok("已提出“修改”关系，由另一人认定。".to_owned()),
        // The draft does not wait for what the two say of each other.
        Err(Refusal::Fields(errors)) => {
            let why = errors.items().first().map(|(_, why)| why.clone()).unwrap_or_default();
            Ok(format!("“修改”关系没有登记：{why}"))
        }
        Err(Refusal::Conflict(why)) => Ok(format!("“修改”关系没有登记：{why}")),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_says_which_decisions_have_changed_it_each_once() {
        let first = note("关于修改《停车办法》的决定");
        assert_eq!(first, "根据《关于修改〈停车办法〉的决定》修改。");
        assert_eq!(noted("", &first), first);
        assert_eq!(noted(&first, &first), first);
        let second = note("");
        assert_eq!(noted(&first, &second), format!("{first}\n{second}"));
        let long = "长".repeat(LONGEST_NOTE);
        assert_eq!(noted(&long, &first), long);
    }
}
