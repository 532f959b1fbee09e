//! The page on which the interpretation of one policy is arranged: whether one is owed, by when, in which forms, what there is
//! already; and the decision on an exemption.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    House, Whole,
    needs::Step,
    rows::{self, DocumentRow},
    state,
};
use kernel::{OrganCode, id::DocumentId, may_for, time};
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page,
    page::office_errors,
};

use super::{
    AGREE_EXEMPTION, INTERPRETATION, INTERPRETS,
    kind::{ELEMENTS, FORMS},
    needs::{Companion, judged, rightful},
    owed, pages,
    plan::{self, MODES, Plan, Typed},
    settings::Obligation,
};

/// An interpretation of the policy.
struct Line {
    href: String,
    title: String,
    state: &'static str,
    chip: &'static str,
}

#[derive(Template)]
#[template(path = "interpretation/templates/plan.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: DocumentId,
    title: String,
    organ: String,
    /// Whether documents like this one owe an interpretation.
    owed: bool,
    /// It has been public.
    was_public: bool,
    /// How it stands, and whether something is missing.
    words: String,
    missing: bool,
    /// By when it is out, in words; empty = not known yet.
    term: String,
    elements: Vec<&'static str>,
    plan: Plan,
    mode: String,
    lines: Vec<Line>,
    covered: String,
    may_write: bool,
    may_decide: bool,
    /// Where an interpretation is begun.
    write: String,
    typed: Typed,
    modes: Vec<(&'static str, &'static str, &'static str)>,
    shapes: Vec<(&'static str, &'static str, &'static str)>,
    organs: Vec<(String, String)>,
    once: String,
}

impl Page {
    fn asked_at(&self) -> String {
        time::show_minute(&self.plan.asked_at)
    }

    fn decided_at(&self) -> String {
        time::show_minute(&self.plan.decided_at)
    }
}

/// What the edition that is being worked on says, or else the newest.
async fn newest(ctx: &Ctx, house: &House, desk: &Desk, document: &DocumentRow) -> Result<Whole> {
    let edition = rows::editions(ctx.db().read(), &document.id).await?.into_iter().next().ok_or(Error::NotFound)?;
    Ok(rows::read(ctx.db().read(), house, &desk.actor(), &edition.id).await?)
}

/// The installation as the document machine sees it; no number is given here.
fn house(ctx: &Ctx) -> House {
    House::of(ctx, "")
}

fn line(one: Companion) -> Line {
    Line {
        href: format!("/documents/{}", one.document_id),
        title: rows::shown_title(&one.title).to_owned(),
        state: state::label(&one.state),
        chip: state::chip(&one.state),
    }
}

async fn shown(ctx: &Ctx, desk: &Desk, id: &DocumentId, errors: FormErrors, typed: Option<Typed>) -> Result<Response> {
    let (house, actor) = (house(ctx), desk.actor());
    let document = rows::visible(ctx.db().read(), &house, &actor, id).await?;
    let whole = newest(ctx, &house, desk, &document).await?;
    let settings = ctx.settings::<Obligation>();
    let owed = settings.holds(&document.kind, &document.column, &whole.values);
    let plan = plan::of(ctx.db().read(), id).await?;
    let companions = rightful(ctx, ctx.db().read(), (id, &document.organ), plan.as_ref()).await?;
    let latest = owed::due(ctx, &ctx.today().to_string());
    let step = if whole.edition.is_editable() { Step::Submit } else { Step::Publish };
    let (missing, words) = judged(plan.as_ref(), &companions, step, latest);
    let term = match owed::due(ctx, &document.first_published_on) {
        Some(day) if document.was_public() => {
            format!("文件 {} 公开，解读至迟在 {day} 发布。", document.first_published_on)
        }
        _ => match latest {
            Some(day) => format!("和文件同步公开；文件如果今天公开，解读至迟在 {day} 发布。"),
            None => String::new(),
        },
    };
    let wanted = |key: &str| settings.elements.iter().any(|one| one == key);
    let can_have = INTERPRETS.to.contains(&document.kind.as_str());
    let writes = may_for(&actor, INTERPRETATION.write, document.keeper()).is_ok();
    let bad = !errors.is_empty();
    let page = Page {
        shell: desk.shell(ctx, format!("解读安排：{}", whole.edition.shown_title())).await?.with_error(bad),
        errors,
        id: id.clone(),
        title: whole.edition.shown_title().to_owned(),
        organ: ctx.directory().short_name(&document.organ).to_owned(),
        owed,
        was_public: document.was_public(),
        words,
        missing: missing && owed,
        term,
        elements: ELEMENTS.iter().filter(|facet| wanted(facet.key)).map(|facet| facet.label).collect(),
        typed: typed.unwrap_or_else(|| plan.as_ref().map(Typed::of).unwrap_or_default()),
        mode: plan.as_ref().map(|plan| mode_words(&plan.mode)).unwrap_or_default(),
        may_write: writes && can_have,
        may_decide: plan.as_ref().is_some_and(Plan::undecided)
            && may_for(&actor, &AGREE_EXEMPTION, document.keeper()).is_ok(),
        plan: plan.unwrap_or_default(),
        lines: companions.into_iter().map(line).collect(),
        covered: pages::forms(ctx, id).await?.join("、"),
        write: format!("/documents/new?kind={}&{}={id}", INTERPRETATION.key, INTERPRETS.key),
        modes: MODES.iter().zip(HINTS).map(|((code, label), hint)| (*code, *label, hint)).collect(),
        shapes: FORMS.iter().map(|(code, label)| (*code, *label, "")).collect(),
        organs: ctx.directory().options(ctx.today()),
        once: ctx.once(),
    };
    if bad { office_errors(&page) } else { office_page(&page) }
}

/// What the three ways mean.
const HINTS: [&str; 3] = [
    "先起草解读，和文件一起送审；两份都通过审核后一起公开",
    "写明日期和理由；至迟在文件公开后 3 个工作日内",
    "写明理由，由县政府办决定；没有同意之前，文件不能送审",
];

fn mode_words(code: &str) -> String {
    MODES.iter().find(|(known, _)| *known == code).map(|(_, label)| (*label).to_owned()).unwrap_or_default()
}

/// `GET /interpretations/{id}`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<DocumentId>) -> Result<Response> {
    shown(&ctx, &desk, &id, FormErrors::new(), None).await
}

/// The policy, locked, for a change.
async fn policy(ctx: &Ctx, tx: &mut Tx, desk: &Desk, id: &DocumentId) -> Result<DocumentRow, Refusal> {
    let document = rows::visible_locked(tx, &house(ctx), &desk.actor(), id).await?;
    if !INTERPRETS.to.contains(&document.kind.as_str()) {
        return Err(Refusal::Conflict("只有政策文件需要安排解读。".into()));
    }
    Ok(document)
}

/// `POST /interpretations/{id}`
pub(super) async fn arrange(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let document = policy(&ctx, tx, &desk, &id).await?;
        let organ = OrganCode::from(typed.organ.trim());
        let named = ctx.directory().get(&organ).is_some_and(|organ| organ.exists_on(ctx.today()));
        if !organ.as_str().is_empty() && !named {
            return Err(Refusal::field("organ", "请从列表里选择受委托的机关；不委托的选“由起草单位解读”。"));
        }
        let latest = owed::due(&ctx, &document.first_published_on).filter(|_| document.was_public());
        plan::arrange(tx, &desk.actor(), (&document, latest), &typed).await?;
        let today = owed::due(&ctx, &ctx.today().to_string());
        let late =
            time::parse_date(&typed.due_on).zip(today).filter(|(day, latest)| day > latest && !document.was_public());
        let told = match (typed.mode.as_str(), late) {
            (plan::EXEMPT, _) => "已申请不作解读，列入县政府办的待办。同意以前，文件不能送审。".to_owned(),
            (plan::LATER, Some((day, latest))) => format!(
                "已安排，请注意：按今天公开算，解读至迟在 {latest} 发布，您定的是 {day}。文件公开那天仍晚于期限的，先改日期才能公开。"
            ),
            (plan::LATER, None) => "已安排。文件公开后，到期前会列入待办。".to_owned(),
            _ => "已安排和文件一起公开。请起草解读，和文件一起送审。".to_owned(),
        };
        Ok::<_, Refusal>(Done::ok(format!("/interpretations/{id}"), told))
    };
    act_in_place(&ctx, &typed.once, done, async |errors| shown(&ctx, &desk, &id, errors, Some(typed.clone())).await)
        .await
}

/// `POST /interpretations/{id}/decision`
pub(super) async fn decide(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let document = policy(&ctx, tx, &desk, &id).await?;
        plan::decide(tx, &desk.staff, &document, &typed).await?;
        let told = if typed.decision == "agreed" {
            "已同意不作解读，审核员会看到。"
        } else {
            "已退回申请，撰写人会看到理由。"
        };
        Ok::<_, Refusal>(Done::ok(format!("/interpretations/{id}"), told))
    };
    // The form of the arrangement on the same page keeps what is stored.
    let again = async |errors: FormErrors| {
        let plan = plan::of(ctx.db().read(), &id).await?;
        let stored = plan.as_ref().map(Typed::of).unwrap_or_default();
        shown(&ctx, &desk, &id, errors, Some(Typed { answer: typed.answer.clone(), ..stored })).await
    };
    act_in_place(&ctx, &typed.once, done, again).await
}
