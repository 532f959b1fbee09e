//! Pages and actions: what is set, the form of one route, what it would mean, and saving it.

use std::{fmt::Display, sync::Arc};

use askama::Template;
use axum::{extract::State, response::Response};
use document::{Kinds, columns as rows};
use kernel::{Role, id::ColumnId, time};
use review::{
    Gate, Kind, Route, Stage,
    route::KEEP,
    set::{self, Scope, SetRoute},
    settings::Settings,
};
use serde::Deserialize;
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place,
    hooks::Recipients,
    mail::{Mail, SEND},
    office_page, page,
};

use super::{
    CONFIGURE_GATES,
    form::{Candidate, Pairs, Typed},
    reach,
    store::{self as counts, Touched},
};
use crate::{columns, editions::subject::EDITION, kinds, settings::Publishing};

/// What routes may be for: columns and kinds by code and name.
struct Places {
    columns: Vec<(ColumnId, String)>,
    kinds: Vec<(&'static str, &'static str)>,
}

impl Places {
    async fn of(ctx: &Ctx) -> Result<Self> {
        let tree = rows::tree(ctx.db().read()).await?;
        let columns = tree.into_iter().map(|(_, row)| (row.slug, row.name)).collect();
        Ok(Self { columns, kinds: kinds::options(&Kinds::of(ctx)) })
    }

    /// A scope in words; `None` when its column or kind is none.
    fn words(&self, scope: &Scope) -> Option<String> {
        let column = match scope.column.as_str() {
            "" => "所有栏目".to_owned(),
            _ => format!("栏目“{}”", self.columns.iter().find(|(slug, _)| *slug == scope.column)?.1),
        };
        let kind = match scope.sort.as_str() {
            "" => "所有种类的稿件",
            sort => self.kinds.iter().find(|(key, _)| *key == sort)?.1,
        };
        Some(format!("{column}、{kind}"))
    }

    /// The same for a list, where what is gone is told by its code.
    fn told(&self, scope: &Scope) -> String {
        let code = || format!("栏目“{}”、{}（已不存在）", scope.column, scope.sort);
        self.words(scope).unwrap_or_else(code)
    }
}

/// A route that is set.
struct Set {
    place: String,
    /// By what texts would go without it.
    next: &'static str,
    scope: Scope,
    stages: Vec<String>,
    by: String,
    at: String,
    version: i64,
}

#[derive(Template)]
#[template(path = "gates/templates/list.html")]
struct List {
    shell: OfficeShell,
    errors: FormErrors,
    rows: Vec<Set>,
    /// Routes of the configuration: for what, and their stages.
    configured: Vec<(String, Vec<String>)>,
    /// What holds where nothing is set.
    usual: Vec<String>,
    columns: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    once: String,
}

fn told(route: &Route) -> Vec<String> {
    route.stages().iter().map(Stage::words).collect()
}

/// What holds where neither the office nor the configuration has set anything.
fn usual(ctx: &Ctx) -> Route {
    Kind::named(ctx, EDITION).route_of(ctx, &[], "", (&ColumnId::default(), ""))
}

/// GET /gates
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    list_page(&ctx, &desk, FormErrors::new()).await
}

async fn list_page(ctx: &Ctx, desk: &Desk, errors: FormErrors) -> Result<Response> {
    let places = Places::of(ctx).await?;
    let line = |set: SetRoute| Set {
        place: places.told(&set.scope),
        next: next(&set.scope),
        stages: told(&set.route),
        by: set.set_name,
        at: time::show_minute(&set.set_at),
        version: set.version,
        scope: set.scope,
    };
    let rows = set::all(ctx.db().read(), EDITION).await?.into_iter().map(line).collect();
    let settings = ctx.settings::<Settings>();
    let configured = settings.routes.iter().filter(|one| one.kind == EDITION && !one.column.is_empty());
    let configured = configured.filter_map(|one| {
        let scope = Scope { column: ColumnId::from(one.column.as_str()), sort: String::new() };
        Some((places.told(&scope), told(&one.route().ok()?)))
    });
    let configured = configured.collect();
    let bad = !errors.is_empty();
    let page = List {
        shell: desk.shell(ctx, "审核流程").await?.with_error(bad),
        errors,
        rows,
        configured,
        usual: told(&usual(ctx)),
        columns: columns::options(ctx.db().read()).await?,
        kinds: places.kinds.clone(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// For what a route is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct For {
    column: ColumnId,
    kind: String,
}

#[derive(Template)]
#[template(path = "gates/templates/edit.html")]
struct Edit {
    shell: OfficeShell,
    errors: FormErrors,
    place: String,
    typed: Typed,
    /// Whether a route is set for exactly this.
    is_set: bool,
    people: Vec<(String, String)>,
}

impl Edit {
    /// The first that is wrong in a line.
    fn wrong(&self, at: impl Display) -> Option<&str> {
        let fields = ["place", "label", "role", "within", "person", "days"];
        fields.into_iter().find_map(|field| self.errors.of(&format!("{field}{at}")))
    }

    fn bad(&self, field: &str, at: impl Display) -> bool {
        self.errors.of(&format!("{field}{at}")).is_some()
    }
}

/// People of the county office who may be named, with their roles that may keep a gate.
async fn candidates(ctx: &Ctx) -> Result<Vec<Candidate>> {
    let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
    let recipients = ctx.one::<Arc<dyn Recipients>>();
    let mut found: Vec<Candidate> = Vec::new();
    for role in KEEP {
        for person in recipients.people(ctx, &[role]).await?.into_iter().filter(|person| person.organ == office) {
            match found.iter_mut().find(|known| known.account == person.account) {
                Some(known) => known.roles.push(role),
                None => found.push(Candidate { account: person.account, name: person.name, roles: vec![role] }),
            }
        }
    }
    Ok(found)
}

async fn edit_page(ctx: &Ctx, desk: &Desk, typed: Typed, errors: FormErrors) -> Result<Response> {
    let place = Places::of(ctx).await?.words(&typed.scope).ok_or(Error::NotFound)?;
    let all = set::all(ctx.db().read(), EDITION).await?;
    let people = candidates(ctx).await?.into_iter().map(|one| {
        let roles = one.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、");
        (one.account.to_string(), format!("{}（{roles}）", one.name))
    });
    let bad = !errors.is_empty();
    let page = Edit {
        shell: desk.shell(ctx, "设置审核流程").await?.with_error(bad),
        errors,
        place,
        is_set: set::exactly(&all, &typed.scope).is_some(),
        typed,
        people: people.collect(),
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// The route that holds for a scope today, and the version of the one that is set for exactly this.
async fn standing(ctx: &Ctx, scope: &Scope) -> Result<(Route, i64)> {
    let all = set::all(ctx.db().read(), EDITION).await?;
    let version = set::exactly(&all, scope).map_or(0, |set| set.version);
    let named = Kinds::of(ctx).get(&scope.sort).map_or("", |kind| kind.route);
    Ok((Kind::named(ctx, EDITION).route_of(ctx, &all, named, (&scope.column, scope.sort.as_str())), version))
}

/// GET /gates/edit
pub(super) async fn edit(State(ctx): State<Ctx>, desk: Desk, Query(of): Query<For>) -> Result<Response> {
    let scope = Scope { column: of.column, sort: of.kind };
    let (route, version) = standing(&ctx, &scope).await?;
    let days = ctx.settings::<Publishing>().gate_days;
    edit_page(&ctx, &desk, Typed::of(scope, &route, version, days), FormErrors::new()).await
}

#[derive(Template)]
#[template(path = "gates/templates/look.html")]
struct Look {
    shell: OfficeShell,
    place: String,
    stages: Vec<String>,
    before: Vec<String>,
    /// Gates that texts pass today and would pass no more.
    lost: String,
    /// What keeps a route of its own all the same.
    except: Vec<String>,
    /// What should be known before it is saved.
    warnings: Vec<String>,
    touched: Touched,
    pairs: Pairs,
    once: String,
}

/// GET /gates/look: what a route would mean. Nothing is written.
pub(super) async fn look(State(ctx): State<Ctx>, desk: Desk, Query(pairs): Query<Pairs>) -> Result<Response> {
    let typed = Typed::from(pairs);
    let people = candidates(&ctx).await?;
    let route = match typed.route(&people) {
        Ok(route) => route,
        Err(errors) => return edit_page(&ctx, &desk, typed, errors).await,
    };
    let places = Places::of(&ctx).await?;
    let place = places.words(&typed.scope).ok_or(Error::NotFound)?;
    let all = set::all(ctx.db().read(), EDITION).await?;
    let except = all.iter().filter(|one| one.scope.goes_before(&typed.scope)).map(|one| places.told(&one.scope));
    let (before, _) = standing(&ctx, &typed.scope).await?;
    let passes = |route: &Route, gate: &str| route.stages().iter().any(|stage| stage.gate == gate);
    let lost = before.stages().iter().filter(|stage| !passes(&route, &stage.gate));
    let page = Look {
        shell: desk.shell(&ctx, "核对审核流程").await?,
        place,
        lost: lost.map(|stage| stage.label.as_str()).collect::<Vec<_>>().join("、"),
        except: except.collect(),
        stages: told(&route),
        before: told(&before),
        warnings: warnings(&ctx, &route).await?,
        touched: counts::touched(ctx.db().read(), &typed.scope).await?,
        pairs: typed.pairs(),
        once: ctx.once(),
    };
    office_page(&page)
}

/// What should be known of a route that may be set all the same.
async fn warnings(ctx: &Ctx, route: &Route) -> Result<Vec<String>> {
    let mut warnings = reach::hindrances(ctx, route).await?;
    for stage in route.stages() {
        let label = &stage.label;
        if let Some(named) = &stage.person {
            warnings.push(format!(
                "{label}只由{}办理：不在岗时须有代办人，否则稿件会停在这一关；由{}撰写的稿件也会停在这一关。",
                named.name, named.name
            ));
        }
    }
    if route.first().gate != Gate::SECRECY.code {
        warnings.push(format!(
            "保密审查不在第一关：{}的审核员会先看到没有经过保密审查的稿件；保密审查通过之前不能紧急发布。",
            route.first().label
        ));
    }
    Ok(warnings)
}

/// By what texts go where nothing is set for this any more.
fn next(scope: &Scope) -> &'static str {
    match scope.rank() {
        0 => "按默认流程审核",
        _ => "按范围更大的设置或者默认流程审核",
    }
}

/// Tells those whose gates it is about, before or now, and the others who may set gates: what is set takes one person, and nobody
/// should learn of it from texts that do not come any more.
async fn tell(
    ctx: &Ctx,
    tx: &mut Tx,
    desk: &Desk,
    (place, mut roles): (&str, Vec<Role>),
    (before, now): (&[String], &[String]),
) -> Result<(), Refusal> {
    roles.extend(CONFIGURE_GATES.roles);
    let people = ctx.one::<Arc<dyn Recipients>>().people(ctx, &roles).await?;
    let others = people.into_iter().filter(|one| one.account != desk.staff.account && !one.email.is_empty());
    let mut to: Vec<String> = others.map(|one| one.email).collect();
    to.sort_unstable();
    to.dedup();
    if to.is_empty() {
        return Ok(());
    }
    let text = format!(
        "{}改了审核流程：{place}。今后提交的稿件按新的流程，正在审核的仍按提交时的流程办完。\n\n原来：{}\n现在：{}\n\n打开审核：{}/reviews\n",
        desk.staff.name,
        before.join("；"),
        now.join("；"),
        ctx.office_url(),
    );
    tx.enqueue(NewJob::now(SEND, &Mail { to, subject: format!("审核流程有变化：{place}"), text })).await?;
    Ok(())
}

/// POST /gates
pub(super) async fn save(State(ctx): State<Ctx>, desk: Desk, Form(pairs): Form<Pairs>) -> Result<Response> {
    let typed = Typed::from(pairs);
    let people = candidates(&ctx).await?;
    let place = Places::of(&ctx).await?.words(&typed.scope).ok_or(Error::NotFound)?;
    let (before, _) = standing(&ctx, &typed.scope).await?;
    let done = async |tx: &mut Tx| {
        let route = typed.route(&people).map_err(Refusal::Fields)?;
        let words = told(&route);
        let concerned = [&before, &route].into_iter().flat_map(|route| route.stages());
        let roles: Vec<Role> = concerned.flat_map(|stage| stage.roles.iter().copied()).collect();
        set::put(tx, &desk.actor(), (EDITION, &typed.scope, place.as_str()), route, typed.version).await?;
        tell(&ctx, tx, &desk, (place.as_str(), roles), (&told(&before), &words)).await?;
        let text = format!("已保存{place}的审核流程。今后提交的稿件按它审核，正在审核的仍按提交时的流程办完。");
        Ok(Done::ok("/gates", text))
    };
    let again = async |errors: FormErrors| {
        // Somebody was faster: the form shows what is set by now.
        let shown = if errors.is_refused() {
            let (route, version) = standing(&ctx, &typed.scope).await?;
            let days = ctx.settings::<Publishing>().gate_days;
            Typed::of(typed.scope.clone(), &route, version, days)
        } else {
            typed.clone()
        };
        edit_page(&ctx, &desk, shown, errors).await
    };
    act_in_place(&ctx, &typed.once, done, again).await
}

/// POST /gates/remove
pub(super) async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(pairs): Form<Pairs>) -> Result<Response> {
    let typed = Typed::from(pairs);
    let place = Places::of(&ctx).await?.told(&typed.scope);
    let (before, _) = standing(&ctx, &typed.scope).await?;
    let done = async |tx: &mut Tx| {
        set::remove(tx, &desk.actor(), (EDITION, &typed.scope, place.as_str()), typed.version).await?;
        let (gone, left) = (told(&before), vec![next(&typed.scope).to_owned()]);
        let roles: Vec<Role> = before.stages().iter().flat_map(|stage| stage.roles.iter().copied()).collect();
        tell(&ctx, tx, &desk, (place.as_str(), roles), (&gone, &left)).await?;
        let text = format!("已取消为{place}单独设置的审核流程，今后提交的稿件{}。", next(&typed.scope));
        Ok(Done::ok("/gates", text))
    };
    act_in_place(&ctx, &typed.once, done, async |errors| list_page(&ctx, &desk, errors).await).await
}
