//! What the address of the board asks for, and its rows as the page shows them.

use duty::{
    SourceKey, SourceKind, Sources,
    board::{self, Figures, Line, Order, Rows, Sort, SourceLine, Wanted, Word},
    model::{OwnerRole, State, label_of},
};
use jiff::civil::Date;
use kernel::{Countdown, Directory, OrganCode, Staff, id::DutyId, time};
use serde::Deserialize;
use web::{Ctx, Result, Steps, page::query_string};

use crate::duties::sources;

/// Rows on a page.
const SIZE: usize = 50;

/// What the address of the board asks for. Everything is text as typed; what cannot be read does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// `duty` = one row for each duty; else one for each organ's share.
    pub(crate) view: String,
    /// Source, `kind/id`.
    pub(crate) source: String,
    /// Its id alone, as addresses said before there were several kinds of source; becomes [`Filter::source`].
    pub(crate) plan: String,
    /// Place in it, or `s:` and a larger part of it.
    pub(crate) clause: String,
    /// Organ code.
    pub(crate) organ: String,
    /// Kind of source.
    pub(crate) kind: String,
    /// Year of the source.
    pub(crate) year: String,
    /// State code, or `open` for everything not confirmed.
    pub(crate) state: String,
    /// `1` = overdue only.
    pub(crate) overdue: String,
    /// `1` = without a date only.
    pub(crate) undated: String,
    /// Part of the organ: `lead`, `responsible`, `support`.
    pub(crate) role: String,
    /// Due on or after: a day, a month or a year.
    pub(crate) from: String,
    /// Due on or before.
    pub(crate) to: String,
    /// Words in text, place or organ.
    pub(crate) q: String,
    /// `due`, `clause`, `organ`, `state`.
    pub(crate) sort: String,
    /// `desc` or anything else.
    pub(crate) dir: String,
    /// `clause`, `organ` or nothing.
    pub(crate) group: String,
    /// Place of the row after which the page begins.
    pub(crate) after: String,
}

fn sort(word: &str) -> Option<Sort> {
    match word {
        "due" => Some(Sort::Due),
        "clause" => Some(Sort::Place),
        "organ" => Some(Sort::Organ),
        "state" => Some(Sort::State),
        _ => None,
    }
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Filter {
    fn pairs(&self) -> Vec<(&str, &str)> {
        vec![
            ("view", &self.view),
            ("source", &self.source),
            ("clause", &self.clause),
            ("organ", &self.organ),
            ("kind", &self.kind),
            ("year", &self.year),
            ("state", &self.state),
            ("overdue", &self.overdue),
            ("undated", &self.undated),
            ("role", &self.role),
            ("from", &self.from),
            ("to", &self.to),
            ("q", &self.q),
            ("group", &self.group),
            ("sort", &self.sort),
            ("dir", &self.dir),
        ]
    }

    /// The query without the page.
    pub(crate) fn query(&self) -> String {
        query_string(&self.pairs())
    }

    /// The query without page and sorting, ready to be continued: ends with `?` or `&`.
    pub(crate) fn sort_base(&self) -> String {
        let pairs: Vec<_> = self.pairs().into_iter().filter(|(name, _)| !["sort", "dir"].contains(name)).collect();
        let query = query_string(&pairs);
        if query.is_empty() { "?".into() } else { format!("?{query}&") }
    }

    /// Whether one row stands for a duty with all its organs.
    pub(crate) fn by_duty(&self) -> bool {
        self.view == "duty"
    }

    /// What of the dates restricts nothing or to nothing, in words, and the query that was probably meant; empty = all is well.
    pub(crate) fn advice(&self) -> (String, String) {
        let unread: Vec<String> = [("期限从", &self.from), ("到", &self.to)]
            .iter()
            .filter(|(_, typed)| !typed.trim().is_empty() && time::parse_span(typed).is_none())
            .map(|(label, typed)| format!("{label}“{}”", typed.trim()))
            .collect();
        if !unread.is_empty() {
            let text =
                format!("没有看懂{}，这个条件没有生效。请写成 2026-12-05、2026年12月 或 2026年。", unread.join("、"));
            return (text, String::new());
        }
        let (from, to) = (time::parse_span(&self.from), time::parse_span(&self.to));
        if let (Some((first, _)), Some((_, last))) = (from, to)
            && first > last
        {
            let swapped = Self { from: self.to.clone(), to: self.from.clone(), ..self.clone() };
            return (format!("起止日期颠倒了：从 {first} 到 {last} 之间没有日子。"), swapped.query());
        }
        if !self.undated.is_empty() && (from.is_some() || to.is_some()) {
            return ("“没有期限”和期限的起止日期不能同时满足。请去掉其中一个条件。".to_owned(), String::new());
        }
        Default::default()
    }

    /// What restricts the rows, in words, for paper and workbooks: 机关：县财政局.
    pub(crate) fn in_words(&self, ctx: &Ctx, offers: &Offers) -> Vec<String> {
        let mut words = Vec::new();
        let named = |options: &[(String, String)], value: &str| {
            options
                .iter()
                .find(|(known, _)| known == value)
                .map_or_else(|| value.to_owned(), |(_, label)| label.clone())
        };
        let mut add = |label: &str, value: String| {
            if !value.is_empty() {
                words.push(format!("{label}：{value}"));
            }
        };
        add(offers.source, named(&offers.sources, &self.source));
        add(offers.place, named(&offers.clauses, &self.clause));
        let organ = given(&self.organ).map(|code| ctx.directory().short_name(&OrganCode::from(code)).to_owned());
        add("机关", organ.unwrap_or_default());
        add("分工", OwnerRole::from_code(&self.role).map_or("", OwnerRole::label).to_owned());
        add("类别", sources(ctx).kind(&self.kind).map_or("", |kind| kind.label).to_owned());
        add("年度", self.year.clone());
        let state = if self.state == "open" {
            "未办结的全部"
        } else {
            State::from_code(&self.state).map_or("", State::label)
        };
        add("状态", state.to_owned());
        add("期限从", time::parse_span(&self.from).map(|(first, _)| first.to_string()).unwrap_or_default());
        add("期限到", time::parse_span(&self.to).map(|(_, last)| last.to_string()).unwrap_or_default());
        add("文字", self.q.trim().to_owned());
        words.extend((!self.overdue.is_empty()).then(|| "只看逾期".to_owned()));
        words.extend((!self.undated.is_empty()).then(|| "没有期限".to_owned()));
        words
    }

    /// Whether anything restricts the rows.
    pub(crate) fn restricts(&self) -> bool {
        let parts = [
            &self.source,
            &self.clause,
            &self.organ,
            &self.kind,
            &self.year,
            &self.state,
            &self.overdue,
            &self.undated,
            &self.role,
            &self.from,
            &self.to,
            &self.q,
        ];
        parts.iter().any(|value| !value.is_empty())
    }

    /// Whether something is asked for that stands among the further conditions of the form.
    pub(crate) fn asks_more(&self) -> bool {
        let more = [&self.role, &self.kind, &self.year, &self.undated, &self.from, &self.to, &self.group];
        more.iter().any(|value| !value.is_empty())
    }

    pub(super) fn rows(&self) -> Rows {
        if self.by_duty() { Rows::Duties } else { Rows::Shares }
    }

    pub(super) fn order(&self) -> Order {
        Order {
            sort: sort(&self.sort).unwrap_or_default(),
            descending: self.dir == "desc",
            group: sort(&self.group).filter(|sort| matches!(sort, Sort::Place | Sort::Organ)),
        }
    }

    /// With the source by kind and id, whichever way the address said it.
    pub(super) async fn whole(mut self, ctx: &Ctx) -> Result<Self> {
        let id = std::mem::take(&mut self.plan);
        if !id.is_empty() && self.source.is_empty() {
            // An id that no source has restricts as well: to nothing.
            let key = board::source_of_id(ctx.db(), &id).await?.unwrap_or_else(|| SourceKey::new("", id));
            self.source = key.to_string();
        }
        Ok(self)
    }

    fn key(&self) -> Option<SourceKey> {
        SourceKey::read(&self.source)
    }

    /// The filter as the machine asks it, for this person.
    pub(super) fn wanted(&self, ctx: &Ctx, staff: &Staff) -> board::Filter {
        let (directory, today) = (ctx.directory(), ctx.today());
        let organ = |code: &String| {
            let answers = directory.stands_for(&OrganCode::from(code.clone()), today);
            directory.answered_by(&answers, today)
        };
        let word = |text: &str| Word { text: text.to_owned(), organs: named(&directory, text, today) };
        let (place, part) = match self.clause.strip_prefix("s:") {
            Some(part) => (None, Some(part.to_owned())),
            None => (given(&self.clause), None),
        };
        board::Filter {
            within: within(ctx, staff),
            source: self.key(),
            kind: sources(ctx).kind(&self.kind).map(|kind| kind.key.to_owned()),
            year: self.year.parse().ok(),
            place,
            part,
            organs: given(&self.organ).as_ref().map(organ),
            state: match self.state.as_str() {
                "open" => Some(Wanted::Open),
                code => State::from_code(code).map(Wanted::State),
            },
            overdue: !self.overdue.is_empty(),
            undated: !self.undated.is_empty(),
            role: OwnerRole::from_code(&self.role),
            from: time::parse_span(&self.from).map(|(first, _)| first),
            to: time::parse_span(&self.to).map(|(_, last)| last),
            words: self.q.split_whitespace().map(word).collect(),
            ..board::Filter::default()
        }
    }
}

/// The organs whose shares a person sees alone; `None` for people of the competent department, who see all.
pub(super) fn within(ctx: &Ctx, staff: &Staff) -> Option<Vec<OrganCode>> {
    (!staff.central).then(|| ctx.directory().answered_by(&staff.organ, ctx.today()))
}

/// The organs whose shares are shown under a name that contains the word.
fn named(directory: &Directory, word: &str, today: Date) -> Vec<OrganCode> {
    let word = word.to_lowercase();
    let shown =
        |code: &OrganCode| directory.short_name(&directory.stands_for(code, today)).to_lowercase().contains(&word);
    directory.all().iter().map(|organ| organ.code.clone()).filter(shown).collect()
}

/// One row of the board as the page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Share or duty, for bulk actions.
    pub(crate) id: String,
    pub(crate) duty: DutyId,
    pub(crate) source_title: String,
    pub(crate) year: i64,
    pub(crate) clause_name: String,
    pub(crate) text: String,
    pub(crate) measure: String,
    pub(crate) organ: String,
    pub(crate) role: String,
    pub(crate) word: String,
    pub(crate) overdue: bool,
    pub(crate) due: Option<Date>,
    pub(crate) due_words: String,
    /// How long it is until then; `None` when nothing runs any more.
    pub(crate) left: Option<Countdown>,
    pub(crate) period: String,
    pub(crate) notes: i64,
    pub(crate) evidence: i64,
    pub(crate) internal: bool,
}

impl Row {
    pub(super) fn new(ctx: &Ctx, line: Line) -> Self {
        let (directory, today) = (ctx.directory(), ctx.today());
        let organ = directory.stands_for(&line.organ, today);
        let name = directory.short_name(&organ).to_owned();
        let runs = !line.ended && line.state != State::Confirmed;
        Self {
            word: line.word(),
            clause_name: line.place_name(),
            organ: if line.shares > 1 { format!("{name}等 {} 个机关", line.shares) } else { name },
            role: match line.role {
                Some(role) => role.label().to_owned(),
                None => format!("办结 {}/{}", line.organs.1, line.organs.0),
            },
            left: line.due_on.filter(|_| runs).map(|due| ctx.calendar().countdown(today, due)),
            period: label_of(&line.period),
            internal: !line.public,
            id: line.id,
            duty: line.duty,
            source_title: line.source_title,
            year: line.year,
            text: line.text,
            measure: line.measure,
            overdue: line.overdue,
            due: line.due_on,
            due_words: line.due_words,
            notes: line.notes,
            evidence: line.evidence,
        }
    }
}

/// What the filter offers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offers {
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) clauses: Vec<(String, String)>,
    pub(crate) organs: Vec<(String, String)>,
    pub(crate) kinds: Vec<(&'static str, &'static str)>,
    pub(crate) years: Vec<(String, String)>,
    /// What the sources in question and their places are called.
    pub(crate) source: &'static str,
    pub(crate) place: &'static str,
}

/// The rows of the board counted, and what the filter offers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Board {
    pub(crate) figures: Figures,
    pub(crate) offers: Offers,
    /// Whether there is anything that the person may see, whatever the filter.
    pub(crate) visible: bool,
}

/// The rows of one page of the board, and what to ask for before and behind them.
pub(super) async fn rows(ctx: &Ctx, staff: &Staff, filter: &Filter) -> Result<(Vec<Row>, Steps)> {
    let (wanted, at) = (filter.wanted(ctx, staff), (filter.after.as_str(), SIZE));
    let page = board::page(ctx.db(), filter.rows(), &wanted, filter.order(), ctx.today(), at).await?;
    let steps = Steps::new(&page, &filter.query());
    Ok((page.rows.into_iter().map(|line| Row::new(ctx, line)).collect(), steps))
}

/// All rows of the board.
pub(super) async fn all(ctx: &Ctx, staff: &Staff, filter: &Filter) -> Result<Vec<Row>> {
    let wanted = filter.wanted(ctx, staff);
    let lines = board::all(ctx.db(), filter.rows(), &wanted, filter.order(), ctx.today()).await?;
    Ok(lines.into_iter().map(|line| Row::new(ctx, line)).collect())
}

/// What the sources in question and their places are called: as all sources that the person may see are, or the one that is
/// asked for.
pub(super) async fn called(ctx: &Ctx, staff: &Staff, filter: &Filter) -> Result<(&'static str, &'static str)> {
    let lines = board::sources(ctx.db(), within(ctx, staff).as_deref()).await?;
    Ok(words(&sources(ctx), filter, &lines))
}

fn words(sources: &Sources, filter: &Filter, lines: &[SourceLine]) -> (&'static str, &'static str) {
    match (filter.key(), filter.kind.as_str()) {
        (Some(key), _) => sources.called([key.kind.as_str()]),
        (None, "") => sources.called(lines.iter().map(|line| line.key.kind.as_str())),
        (None, kind) => sources.called([kind]),
    }
}

/// All rows counted.
pub(super) async fn figures(ctx: &Ctx, staff: &Staff, filter: &Filter) -> Result<Figures> {
    Ok(board::figures(ctx.db(), filter.rows(), &filter.wanted(ctx, staff), ctx.today()).await?)
}

/// The counted board with what its filter offers; the rows are read once the page is known.
pub(super) async fn board(ctx: &Ctx, staff: &Staff, filter: &Filter) -> Result<Board> {
    let figures = figures(ctx, staff, filter).await?;
    let offers = offers(ctx, staff, filter).await?;
    let visible = figures.rows > 0 || !offers.sources.is_empty();
    Ok(Board { figures, offers, visible })
}

pub(super) async fn offers(ctx: &Ctx, staff: &Staff, filter: &Filter) -> Result<Offers> {
    let within = within(ctx, staff);
    let within = within.as_deref();
    let lines = board::sources(ctx.db(), within).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut organs: Vec<OrganCode> = match within {
        Some(_) => vec![staff.organ.clone()],
        None => board::organs(ctx.db()).await?.iter().map(|organ| directory.stands_for(organ, today)).collect(),
    };
    organs.sort_unstable();
    organs.dedup();
    let mut years: Vec<i64> = lines.iter().map(|line| line.year).collect();
    years.dedup();
    let declared = sources(ctx);
    let (source, place) = words(&declared, filter, &lines);
    let mut offers = Offers {
        source,
        place,
        organs: organs.iter().map(|organ| (organ.to_string(), directory.short_name(organ).to_owned())).collect(),
        years: years.iter().map(|year| (year.to_string(), format!("{year} 年"))).collect(),
        kinds: kinds(&declared),
        sources: lines.into_iter().map(|line| (line.key.to_string(), line.title)).collect(),
        clauses: Vec::new(),
    };
    if let Some(key) = filter.key() {
        let mut last = String::new();
        for place in board::places(ctx.db(), &key, within).await? {
            // The whole source is no place of it.
            if place.place.is_empty() {
                continue;
            }
            if place.place_part != last {
                last.clone_from(&place.place_part);
                offers.clauses.push((format!("s:{last}"), format!("{last}（整个部分）")));
            }
            let name = duty::place::headed(&place.place_label, &place.place_title);
            offers.clauses.push((place.place, name.trim().to_owned()));
        }
    }
    Ok(offers)
}

fn kinds(sources: &Sources) -> Vec<(&'static str, &'static str)> {
    sources.kinds().map(|kind: &SourceKind| (kind.key, kind.label)).collect()
}
