//! What an address asks of a table: conditions, order, place in the list; the fields in which readers ask, what they have chosen.

use std::{collections::HashMap, sync::Arc};

use document::page::Link;
use item::{Column, Filter, Item, Type};
use kernel::OrganCode;
use record::{
    Query,
    events::SHOWN,
    items,
    query::Asked,
    slots::{self, Layout, Slot},
};
use web::{Ctx, Error, FormErrors, Result, page::query_string};

use super::{
    cells::{self, label},
    tables::Fill,
};

/// What a query holds, in order.
pub(super) type Pairs = Vec<(String, String)>;

/// Characters of a value that are taken.
const LONGEST: usize = 400;
/// The order when none is asked for.
pub(super) const NEWEST: &str = "newest";
/// Values of a column, and places, that are offered.
const OFFERED: i64 = 400;
/// Villages are offered for the chosen township alone where there are more places than this.
const PLACES: usize = 120;
/// Values of a text that are offered; of one with more somebody types.
const FEW: usize = 40;
/// Records up to which it is counted how they lie over the values of texts.
const SMALL: i64 = 50_000;
/// Periods that are offered.
const PERIODS: usize = 60;
/// Two of the parameters that every table has.
const ORGAN: &str = "organ";
const PERIOD: &str = "period";

/// An address, read.
pub(super) struct Asking {
    pub(super) query: Query,
    /// One of [`Query::orders`].
    pub(super) order: String,
    /// Place in the list; empty = the beginning.
    pub(super) after: String,
    /// Conditions that nobody can read, at their names; they do not hold.
    pub(super) errors: FormErrors,
    /// As it was typed.
    pairs: Pairs,
}

impl Asking {
    pub(super) fn read(item: &Arc<Item>, pairs: Pairs) -> Self {
        let cut = |(name, value): (String, String)| (name, value.trim().chars().take(LONGEST).collect::<String>());
        let pairs: Pairs = pairs.into_iter().map(cut).filter(|(_, value)| !value.is_empty()).collect();
        let (query, errors) = match Query::read(Arc::clone(item), &pairs) {
            Ok(query) => (query, FormErrors::new()),
            Err(errors) => {
                let fitting = pairs.iter().filter(|(name, _)| errors.of(name).is_none()).cloned().collect::<Vec<_>>();
                let query = Query::read(Arc::clone(item), &fitting);
                (query.unwrap_or_else(|_| Query::new(Arc::clone(item))), errors)
            }
        };
        let text = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let order = text("sort").filter(|sort| query.orders().contains(sort)).unwrap_or_else(|| NEWEST.to_owned());
        let after = text("after").unwrap_or_default();
        Self { query, order, after, errors, pairs }
    }

    /// Whether the list is narrowed or ordered by a column.
    pub(super) fn asks(&self, key: &str) -> bool {
        let is = |name: &str| name.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.pairs.iter().any(|(name, _)| is(name)) || self.order.trim_end_matches('-') == key
    }

    /// Files are read by programs: a condition that nobody can read is told, not answered with everything.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the condition.
    pub(super) fn readable(&self) -> Result<()> {
        match self.errors.items().first() {
            Some((name, text)) => Err(Error::Invalid(format!("网址里的条件 {name} 不对：{text}"))),
            None => Ok(()),
        }
    }

    /// Refuses what cannot be answered while a change of the table is carried through in its records: nothing found would not be
    /// true.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with what cannot be asked; when the database fails.
    pub(super) async fn settled(&self, ctx: &Ctx) -> Result<()> {
        self.query.settled(ctx.db(), &self.order).await
    }

    /// What was typed at this name, right or wrong.
    fn typed(&self, name: &str) -> String {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The query without the place, ready for an address; the parameters that `leave` names are left out.
    fn address(&self, leave: &dyn Fn(&str) -> bool) -> String {
        let mut pairs = self.query.parameters();
        if self.order != NEWEST {
            pairs.push(("sort".to_owned(), self.order.clone()));
        }
        pairs.retain(|(name, _)| !leave(name));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        query_string(&pairs)
    }

    /// The conditions and the order, for the pages of the list.
    pub(super) fn whole(&self) -> String {
        self.address(&|_| false)
    }

    /// The conditions behind the address of a file or of another order: with their question mark, or nothing.
    pub(super) fn narrowed(&self) -> String {
        match self.address(&|name| name == "sort") {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        }
    }

    /// The address of the list in another order.
    pub(super) fn sorted(&self, path: &str, order: &str) -> String {
        let query = self.address(&|name| name == "sort");
        let sort = if order == NEWEST { String::new() } else { query_string(&[("sort", order)]) };
        let parts: Vec<String> = [query, sort].into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }

    /// Conditions in force, each with the address that takes it back.
    pub(super) fn chosen(&self, ctx: &Ctx, path: &str) -> Vec<Link> {
        let mut links = Vec::new();
        let mut add = |label: String, name: &str| {
            let ends = [format!("{name}.from"), format!("{name}.to")];
            let query = self.address(&|known| known == name || ends.iter().any(|end| end == known));
            let href = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
            links.push(Link { href, label, count: 0 });
        };
        if !self.query.words.is_empty() {
            add(format!("“{}”", self.query.words), "q");
        }
        for column in &self.query.item.columns {
            if let Some(asked) = self.query.asked.get(&column.key) {
                add(format!("{}：{}", label(column), said(column, asked)), &column.key);
            }
        }
        if let Some(organ) = &self.query.organ {
            add(format!("公开机关：{}", ctx.directory().short_name(organ)), ORGAN);
        }
        if !self.query.period.is_empty() {
            add(cells::period(&self.query.period), PERIOD);
        }
        if let Some(since) = self.query.since {
            add(format!("{since} 起公开"), "since");
        }
        links
    }
}

/// A condition in words.
fn said(column: &Column, asked: &Asked) -> String {
    let ends = |from: Option<String>, to: Option<String>| match (from, to) {
        (Some(from), Some(to)) if from == to => from,
        (Some(from), Some(to)) => format!("{from} 至 {to}"),
        (Some(from), None) => format!("{from} 起"),
        (None, Some(to)) => format!("至 {to}"),
        (None, None) => "不限".to_owned(),
    };
    match asked {
        Asked::Is(text) => cells::words(column, text),
        Asked::AnyOf(texts) => texts.iter().map(|text| cells::words(column, text)).collect::<Vec<_>>().join("、"),
        Asked::Has(text) => format!("含“{text}”"),
        Asked::Below(place) => place.replace('/', " "),
        Asked::Between(from, to) => {
            let figure = |figure: item::Decimal| cells::full(column, &figure.to_string());
            ends(from.map(figure), to.map(figure))
        }
        Asked::Days(from, to) => ends(from.map(|day| day.to_string()), to.map(|day| day.to_string())),
    }
}

/// How the records lie over choices and places.
#[derive(Debug, Clone, Default)]
pub(super) struct Spread {
    /// By the key of the column: values, folded, with their records.
    columns: HashMap<String, Vec<(String, i64)>>,
    places: Vec<(String, i64)>,
}

impl Spread {
    /// Of the records that answer; over texts where they are few.
    async fn of(ctx: &Ctx, query: &Query, few: bool) -> store::Result<Self> {
        let mut spread = Self::default();
        for (key, slot) in Layout::of(&query.item).all() {
            let Some(column) = query.item.column(key) else { continue };
            let coded = matches!(column.typed, Type::Enum { .. } | Type::Period);
            let text = few && column.filter == Filter::Exact && matches!(column.typed, Type::Text { .. });
            match slot {
                Slot::Text(_) if coded || text => {
                    let values = query.facet(ctx.db(), key, OFFERED).await?;
                    if coded || values.len() <= FEW {
                        spread.columns.insert(key.to_owned(), values);
                    }
                }
                Slot::Place => spread.places = query.places(ctx.db(), OFFERED).await?,
                _ => {}
            }
        }
        Ok(spread)
    }

    /// Of all records of an item; counted once until something becomes public or is taken away.
    async fn whole(ctx: &Ctx, item: &Arc<Item>, records: i64) -> store::Result<Self> {
        let query = Query::new(Arc::clone(item));
        let settled = query.is_settled(ctx.db()).await?;
        let key = format!("spread of {} {} {settled}", item.key, item.version);
        ctx.db().while_events_unchanged(&[items::SUBJECT], &SHOWN, key, Self::of(ctx, &query, records <= SMALL)).await
    }

    /// For a page: with figures where they are those of what is shown. `few`: so few answer that they are counted again;
    /// `records`: how many there are in all.
    pub(super) async fn shown(ctx: &Ctx, asking: &Asking, few: bool, records: i64) -> store::Result<(Self, bool)> {
        let narrowed = asking.query.is_narrowed();
        if narrowed && few {
            let mut own = Self::of(ctx, &asking.query, true).await?;
            // What no answer has is still offered, so that another choice is made where this one was.
            let whole = Self::whole(ctx, &asking.query.item, records).await?;
            for (key, values) in whole.columns {
                let known = own.columns.entry(key).or_default();
                let others = values.into_iter().filter(|(value, _)| known.iter().all(|(other, _)| other != value));
                let others: Vec<_> = others.map(|(value, _)| (value, 0)).collect();
                known.extend(others);
            }
            let others =
                whole.places.into_iter().filter(|(place, _)| own.places.iter().all(|(other, _)| other != place));
            let others: Vec<_> = others.map(|(place, _)| (place, 0)).collect();
            own.places.extend(others);
            return Ok((own, true));
        }
        Ok((Self::whole(ctx, &asking.query.item, records).await?, !narrowed))
    }
}

/// One value that is offered.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    /// How many records; `None` where that is not counted.
    pub(super) count: Option<i64>,
    pub(super) chosen: bool,
}

/// In what way a field asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Text,
    Select,
    Range,
}

/// A field of the form.
pub(super) struct Field {
    /// The key of the column, or the name of a parameter that all tables have.
    pub(super) name: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) way: Way,
    pub(super) value: String,
    /// The ends of a range as they were typed.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) choices: Vec<Choice>,
    /// What is wrong with what was typed; empty = nothing.
    pub(super) wrong: String,
}

impl Field {
    pub(super) fn is_text(&self) -> bool {
        self.way == Way::Text
    }

    pub(super) fn is_select(&self) -> bool {
        self.way == Way::Select
    }

    fn select(name: &str, label: String, choices: Vec<Choice>) -> Self {
        Self {
            name: name.to_owned(),
            label,
            hint: String::new(),
            way: Way::Select,
            value: String::new(),
            from: String::new(),
            to: String::new(),
            choices,
            wrong: String::new(),
        }
    }
}

/// The fields in which this table can be asked, in the order of its item.
pub(super) fn fields(ctx: &Ctx, asking: &Asking, fill: &Fill, (spread, exact): (&Spread, bool)) -> Vec<Field> {
    let (mut fields, item) = (Vec::new(), &asking.query.item);
    for (key, _) in Layout::of(item).all() {
        let Some(column) = item.column(key).filter(|column| column.filter != Filter::None) else {
            continue;
        };
        let choices = match &column.typed {
            Type::Place => places(asking, key, spread, exact),
            _ => offered(asking, column, spread, exact),
        };
        let mut field = Field::select(key, label(column), choices);
        if field.choices.is_empty() {
            field = asked_by_hand(asking, column, field);
        }
        fields.push(field);
    }
    let has = |fields: &[Field], name: &str| fields.iter().any(|field| field.name == name);
    if fill.organs.len() > 1 && !has(&fields, ORGAN) {
        fields.push(Field::select(ORGAN, "公开机关".to_owned(), organs(ctx, asking, fill)));
    }
    let periodic = item.columns.iter().any(|column| column.typed == Type::Period && column.filter != Filter::None);
    if fill.periods.len() > 1 && !periodic && !has(&fields, PERIOD) {
        fields.push(Field::select(PERIOD, "所属时期".to_owned(), periods(asking, fill)));
    }
    fields
}

/// A field in which somebody types.
fn asked_by_hand(asking: &Asking, column: &Column, field: Field) -> Field {
    let key = &column.key;
    let [from, to] = [format!("{key}.from"), format!("{key}.to")];
    let ranged =
        column.filter == Filter::Range && (cells::is_figure(column) || matches!(column.typed, Type::Date { .. }));
    let names = [key, &from, &to];
    let wrong = names.into_iter().find_map(|name| asking.errors.of(name)).unwrap_or_default().to_owned();
    let hint = match &column.typed {
        Type::Date { .. } => "例如 2026-03-05，也可以只写 2026-03 或者 2026".to_owned(),
        _ if cells::is_figure(column) && !column.unit().is_empty() => format!("单位：{}", column.unit()),
        Type::Period => "例如 2026、2026-Q1、2026-03".to_owned(),
        Type::Place => "县、乡镇或者村的名称".to_owned(),
        _ if column.filter == Filter::Exact => "要写完整，括号和空格怎样写都可以".to_owned(),
        _ => String::new(),
    };
    let way = if ranged { Way::Range } else { Way::Text };
    let value = asking.typed(key);
    let (from, to) = (asking.typed(&from), asking.typed(&to));
    // A whole value that was asked for stands at both ends of its range.
    let (from, to) = if ranged && !value.is_empty() { (value.clone(), value.clone()) } else { (from, to) };
    Field { hint, way, value, from, to, wrong, ..field }
}

/// The values of a column that records have, with how many: choices in their order, periods the newest first, texts the most
/// frequent first. None where somebody types.
fn offered(asking: &Asking, column: &Column, spread: &Spread, exact: bool) -> Vec<Choice> {
    let chosen = match asking.query.asked.get(&column.key) {
        Some(Asked::Is(text) | Asked::Has(text)) => slots::folded(text),
        _ => String::new(),
    };
    let Some(counted) = spread.columns.get(&column.key).filter(|counted| !counted.is_empty()) else {
        return Vec::new();
    };
    let choice = |value: &str, label: String| {
        let folded = slots::folded(value);
        let count = counted.iter().find(|(known, _)| *known == folded).map(|(_, count)| *count);
        let is_chosen = !chosen.is_empty() && folded == chosen;
        (count.is_some() || is_chosen).then(|| Choice {
            value: value.to_owned(),
            label,
            count: exact.then(|| count.unwrap_or(0)),
            chosen: is_chosen,
        })
    };
    let choices = match &column.typed {
        Type::Enum { choices, .. } => choices.as_slice(),
        _ => &[],
    };
    let mut all: Vec<Choice> = choices.iter().filter_map(|known| choice(&known.code, known.label.clone())).collect();
    // What an open enumeration holds beside its choices; all values of others.
    let is_known = |value: &String| choices.iter().any(|known| slots::folded(&known.code) == *value);
    let mut others: Vec<String> = counted.iter().map(|(value, _)| value.clone()).collect();
    others.retain(|value| !value.is_empty() && !is_known(value));
    if !chosen.is_empty() && !others.contains(&chosen) && !is_known(&chosen) {
        others.push(chosen.clone());
    }
    if column.typed == Type::Period {
        // Slots hold small letters.
        others.iter_mut().for_each(|code| *code = code.to_uppercase());
        others.sort_by(|one, other| other.cmp(one));
    }
    all.extend(others.iter().filter_map(|value| choice(value, cells::words(column, value))));
    all
}

/// The tree of places: each county, township and village with what lies in it, villages of the chosen township alone where there
/// are many.
fn places(asking: &Asking, key: &str, spread: &Spread, exact: bool) -> Vec<Choice> {
    let chosen = match asking.query.asked.get(key) {
        Some(Asked::Below(place) | Asked::Is(place)) => {
            let parts = slots::places(place);
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
        }
        _ => String::new(),
    };
    let mut sums: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
    for (path, count) in &spread.places {
        let mut above = String::new();
        // A door is no place to choose: what stands at it is counted with the place above.
        for part in path.split('/').filter(|part| !part.is_empty() && !item::personal::has_door(part)) {
            if !above.is_empty() {
                above.push('/');
            }
            above.push_str(part);
            *sums.entry(above.clone()).or_default() += count;
        }
    }
    let many = sums.len() > PLACES;
    let depth = |path: &str| path.matches('/').count();
    let township = chosen.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
    let below = format!("{township}/");
    let is_offered =
        |path: &str| !many || depth(path) < 2 || (depth(&township) == 1 && path.starts_with(below.as_str()));
    let mut all: Vec<Choice> = sums
        .iter()
        .filter(|(path, _)| is_offered(path) || **path == chosen)
        .map(|(path, count)| Choice {
            label: format!("{}{}", "　".repeat(depth(path)), path.rsplit('/').next().unwrap_or_default()),
            count: exact.then_some(*count),
            chosen: *path == chosen,
            value: path.clone(),
        })
        .collect();
    // A single name of any level, or a place without records.
    if !chosen.is_empty() && !all.is_empty() && !all.iter().any(|choice| choice.chosen) {
        all.insert(0, Choice { label: chosen.replace('/', " "), value: chosen, count: None, chosen: true });
    }
    all
}

fn organs(ctx: &Ctx, asking: &Asking, fill: &Fill) -> Vec<Choice> {
    let directory = ctx.directory();
    let whole = !asking.query.is_narrowed();
    let choice = |(code, count): &(OrganCode, i64)| Choice {
        value: code.to_string(),
        label: directory.short_name(code).to_owned(),
        count: whole.then_some(*count),
        chosen: asking.query.organ.as_ref() == Some(code),
    };
    fill.organs.iter().map(choice).collect()
}

fn periods(asking: &Asking, fill: &Fill) -> Vec<Choice> {
    let whole = !asking.query.is_narrowed();
    let choice = |(code, count): &(String, i64)| Choice {
        value: code.clone(),
        label: cells::period(code),
        count: whole.then_some(*count),
        chosen: asking.query.period == *code,
    };
    fill.periods.iter().take(PERIODS).map(choice).collect()
}

/// Orders with their words, in the order of [`Query::orders`].
pub(super) fn orders(query: &Query) -> Vec<(String, String)> {
    let words = |name: &str| {
        let (key, down) = name.strip_suffix('-').map_or((name, false), |key| (key, true));
        match query.item.column(key) {
            Some(column) if matches!(column.typed, Type::Date { .. }) => {
                format!("{}，{}的在前", label(column), if down { "晚" } else { "早" })
            }
            Some(column) => format!("{}，{}的在前", label(column), if down { "大" } else { "小" }),
            None if name == "oldest" => "旧的在前".to_owned(),
            None if name == "published" => "最近公开的在前".to_owned(),
            None => "新的在前".to_owned(),
        }
    };
    query.orders().into_iter().map(|name| (name.clone(), words(&name))).collect()
}
