//! The page of the rules, weighing one, and the bench on which a text is tried.

use askama::Template;
use axum::{extract::State, response::Response};
use check_text::{Book, Finding, Gate, Level, RULES, Rule, Severity, gate_label, wanted};
use kernel::time;
use review::{book, findings::Asking};
use serde::{Deserialize, Serialize};
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act, office_page};

/// A rule with how it is weighed here.
struct Line {
    rule: &'static Rule,
    level: Level,
}

impl Line {
    /// Whether the county weighs it otherwise than the program.
    fn is_set(&self) -> bool {
        self.level != Level::of(self.rule.severity)
    }

    fn usual(&self) -> &'static str {
        Level::of(self.rule.severity).label()
    }
}

/// The rules of a gate.
struct Group {
    gate: &'static str,
    /// On what all of them rest; empty where they differ.
    basis: &'static str,
    lines: Vec<Line>,
}

impl Group {
    fn of(gate: Gate, set: &Book) -> Self {
        let line = |rule: &'static Rule| Line { rule, level: set.level(rule.id).unwrap_or(Level::Warn) };
        let lines: Vec<Line> = RULES.iter().filter(|rule| rule.gate == gate).map(line).collect();
        let first = lines.first().map_or("", |line| line.rule.basis);
        let basis = if lines.iter().all(|line| line.rule.basis == first) { first } else { "" };
        Self { gate: gate_label(gate), basis, lines }
    }

    /// Whether anything in it can be set.
    fn is_open(&self) -> bool {
        self.lines.iter().any(|line| !line.rule.fixed)
    }
}

#[derive(Template)]
#[template(path = "rules/templates/rules.html")]
struct Rules {
    shell: OfficeShell,
    gates: Vec<Group>,
    levels: [Level; 4],
    terms: i64,
    /// Who changed something last, and when.
    changed: Option<(String, String)>,
    /// Texts that are looked through anew and are not done yet.
    behind: usize,
    once: String,
}

/// GET /checks
pub(super) async fn rules(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let levels = book::levels(ctx.db().read()).await?;
    let set = Book { levels, ..Book::default() };
    let of = |gate: Gate| Group::of(gate, &set);
    let changed = book::changed(ctx.db().read()).await?;
    let page = Rules {
        shell: desk.shell(&ctx, "检查规则").await?,
        gates: [Gate::Privacy, Gate::Wording, Gate::Policy, Gate::Political].into_iter().map(of).collect(),
        levels: Level::ALL,
        terms: book::count(ctx.db().read()).await?,
        changed: changed.map(|(name, at)| (name, time::show_minute(&at))),
        behind: super::store::behind(ctx.db(), 1_000).await?.len(),
        once: ctx.once(),
    };
    office_page(&page)
}

/// Rules and how each is to be weighed, in the same order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Weighed {
    rule: Vec<String>,
    level: Vec<String>,
    once: String,
}

/// POST /checks
pub(super) async fn weigh(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Weighed>) -> Result<Response> {
    let done = act(&ctx, &form.once, async |tx: &mut Tx| {
        if form.rule.is_empty() || form.rule.len() != form.level.len() {
            return Err(Refusal::NotFound);
        }
        let mut changed = 0_usize;
        for (rule, level) in form.rule.iter().zip(&form.level) {
            let level = Level::from_code(level).ok_or(Refusal::NotFound)?;
            changed += usize::from(book::weigh(tx, &desk.actor(), rule, level).await?);
        }
        let told = match changed {
            0 => "没有改动。".to_owned(),
            _ => format!("已调整 {changed} 条规则，稿件会陆续重新检查。"),
        };
        Ok::<_, Refusal>(Done::ok("/checks", told))
    });
    done.await.map_err(Error::from)
}

/// A text as typed on the bench.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Tried {
    text: String,
}

/// Something that was found on the bench.
struct Met {
    class: &'static str,
    level: &'static str,
    gate: &'static str,
    label: &'static str,
    /// The words around it, before and behind.
    around: (String, String),
    finding: Finding,
}

#[derive(Template)]
#[template(path = "rules/templates/bench.html")]
struct Bench {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Tried,
    /// `None` = nothing has been tried.
    found: Option<Vec<Met>>,
    /// Findings beyond those that are shown.
    more: usize,
}

/// Characters of a text that the bench takes.
const LONGEST: usize = 200_000;
/// Findings that it shows.
const SHOWN: usize = 200;

fn met(finding: Finding, chars: &[char]) -> Met {
    /// Characters on each side.
    const AROUND: usize = 16;
    let rule = check_text::rule::named(&finding.rule);
    let (class, level) = match finding.severity {
        Severity::Block => ("block", Level::Block.label()),
        Severity::Warn => ("warn", Level::Warn.label()),
        Severity::Info => ("info", Level::Info.label()),
    };
    let from = finding.start.saturating_sub(AROUND);
    let to = (finding.end + AROUND).min(chars.len());
    let words = |from: usize, to: usize| -> String {
        chars.get(from..to).unwrap_or_default().iter().map(|c| if *c == '\n' { ' ' } else { *c }).collect()
    };
    Met {
        class,
        level,
        gate: gate_label(finding.gate),
        label: rule.map_or("需要核对的内容", |rule| rule.label(finding.severity == Severity::Block)),
        around: (words(from, finding.start), words(finding.end, to)),
        finding,
    }
}

async fn bench_page(ctx: &Ctx, desk: &Desk, typed: Tried) -> Result<Response> {
    let (mut found, mut more) = (None, 0);
    if !typed.text.trim().is_empty() {
        let text: String = typed.text.chars().take(LONGEST).collect();
        let asking = Asking::of(ctx).await?;
        let answers = asking.answers(&wanted(&text)).await.map_err(Error::from)?;
        let book = asking.shared();
        let work = move || {
            let chars: Vec<char> = text.chars().collect();
            let all = check_text::look_over("", &text, &book, &answers);
            let more = all.len().saturating_sub(SHOWN);
            (all.into_iter().take(SHOWN).map(|one| met(one, &chars)).collect::<Vec<Met>>(), more)
        };
        let done = tokio::task::spawn_blocking(work).await;
        let (all, left) = done.map_err(|error| Error::internal(format!("trying a text: {error}")))?;
        found = Some(all);
        more = left;
    }
    let page =
        Bench { shell: desk.shell(ctx, "试验检查规则").await?, errors: FormErrors::new(), typed, found, more };
    office_page(&page)
}

/// GET /checks/bench
pub(super) async fn bench(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    bench_page(&ctx, &desk, Tried::default()).await
}

/// POST /checks/bench: nothing of the text is kept.
pub(super) async fn try_out(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Tried>) -> Result<Response> {
    bench_page(&ctx, &desk, typed).await
}
