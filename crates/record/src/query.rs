//! Asking for public records: exact, range, words, place; sorted, paged by place, counted, streamed. What may be asked
//! is what the
//! item declares ([`crate::slots`]); nothing that a reader types becomes SQL.

use std::{collections::BTreeMap, sync::Arc};

use futures::stream::BoxStream;
use item::{Column, Decimal, Item, Type};
use jiff::civil::Date;
use kernel::{OrganCode, time};
use store::{By, Count, Db, FromRow, List, Page};
use web::FormErrors;

use crate::{
    ids::{RecordId, RowId},
    laid::{self, Lying, Standing},
    slots::{self, Layout, Slot},
    typed::{FROM_END, NO_DAY, NO_FIGURE, TO_END, is_period, range, whole},
    values::Data,
};

/// Counting a filtered list stops here; without a filter the count is exact.
pub const MOST_COUNTED: i64 = 10_000;

/// Columns of a [`Row`].
const COLUMNS: &str = "r.id, r.record, r.organ, r.period, r.sort_on, r.public_on, r.public_at, r.version, r.data";
const FROM: &str = "record r";

/// One line of a list of public records.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    /// Of the version; addresses name [`Row::record`].
    pub id: RowId,
    pub record: RecordId,
    pub organ: OrganCode,
    pub period: String,
    pub sort_on: String,
    /// The day on which this version became public.
    pub public_on: String,
    pub public_at: String,
    /// 1 = as it first was; larger = it was corrected.
    pub version: i64,
    pub data: Data,
}

/// What is asked of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The whole value; of a choice its code.
    Is(String),
    /// One of these whole values.
    AnyOf(Vec<String>),
    /// Words in it.
    Has(String),
    /// A figure between these.
    Between(Option<Decimal>, Option<Decimal>),
    /// A day between these.
    Days(Option<Date>, Option<Date>),
    /// This place and all below it: `青禾县/河口镇`, or the name of one level.
    Below(String),
}

/// A question about the public records of one item.
#[derive(Debug, Clone)]
pub struct Query {
    pub item: Arc<Item>,
    layout: Layout,
    /// What is asked, by the key of the column.
    pub asked: BTreeMap<String, Asked>,
    pub organ: Option<OrganCode>,
    /// `2026-Q2`; empty = all.
    pub period: String,
    /// Became public on or after this day.
    pub since: Option<Date>,
    /// Words, each of which stands somewhere in the texts and places by which the item can be asked; empty = any.
    pub words: String,
    /// Only these records: what the search index found; `None` = all.
    pub only: Option<Vec<RecordId>>,
}

/// Parameters of what every record has.
const ORGAN: &str = "organ";
const PERIOD: &str = "period";
/// The order when none is asked for.
const NEWEST: &str = "newest";

impl Query {
    /// All public records of an item.
    pub fn new(item: Arc<Item>) -> Self {
        let layout = Layout::of(&item);
        Self {
            item,
            layout,
            asked: BTreeMap::new(),
            organ: None,
            period: String::new(),
            since: None,
            words: String::new(),
            only: None,
        }
    }

    /// The question in an address: `decision_number=…`, `amount.from=10&amount.to=`, `place=青禾县/河口镇`, `organ`, `period`,
    /// `since`, `q` for words. Parameters of others are left alone.
    ///
    /// # Errors
    /// What is no date or figure, at the name of its parameter.
    pub fn read(item: Arc<Item>, parameters: &[(String, String)]) -> Result<Self, FormErrors> {
        let mut query = Self::new(Arc::clone(&item));
        let mut errors = FormErrors::new();
        let all = |name: &str| -> Vec<String> {
            let named = parameters.iter().filter(|(known, text)| known == name && !text.trim().is_empty());
            named.map(|(_, text)| text.trim().to_owned()).collect()
        };
        let text = |name: &str| all(name).into_iter().next();
        let (own_organ, own_period) = (query.layout.slot(ORGAN).is_some(), query.layout.slot(PERIOD).is_some());
        let narrow = item.column(PERIOD).is_some_and(|column| column.typed == Type::Period);
        let organ = all(ORGAN).into_iter().find(|code| !own_organ || code.is_ascii());
        query.organ = organ.map(|code| OrganCode::from(code.as_str()));
        let period = all(PERIOD).into_iter().find(|code| !own_period || (!narrow && is_period(code)));
        query.period = period.unwrap_or_default();
        // A column may bear the name of what every record has: a code then means that, anything else the column.
        let of_column = |column: &Column| match column.key.as_str() {
            ORGAN => all(ORGAN).into_iter().find(|text| !text.is_ascii()),
            PERIOD if !narrow => all(PERIOD).into_iter().find(|text| !is_period(text)),
            key => text(key),
        };
        query.words = text("q").filter(|_| query.has_words()).unwrap_or_default();
        if let Some(since) = text("since") {
            query.since = time::parse_date(&since);
            errors.require(query.since.is_some(), "since", NO_DAY);
        }
        for column in item.columns.iter().filter(|column| query.layout.slot(&column.key).is_some()) {
            let (from, to) = (text(&format!("{}{FROM_END}", column.key)), text(&format!("{}{TO_END}", column.key)));
            if let Some(range) = range(column, (from.as_deref(), to.as_deref()), &mut errors) {
                query.asked.insert(column.key.clone(), range);
            } else if let Some(typed) = of_column(column) {
                match whole(column, &typed) {
                    Some(asked) => {
                        query.asked.insert(column.key.clone(), asked);
                    }
                    None if matches!(column.typed, Type::Date { .. }) => errors.add(&column.key, NO_DAY),
                    None => errors.add(&column.key, NO_FIGURE),
                }
            }
        }
        if errors.is_empty() { Ok(query) } else { Err(errors) }
    }

    /// The question as parameters of an address, in the order of the item.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut put = |name: String, text: String| {
            if !text.is_empty() {
                all.push((name, text));
            }
        };
        for column in &self.item.columns {
            let key = &column.key;
            let day = |day: &Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
            let figure = |figure: &Option<Decimal>| figure.map(|figure| figure.to_string()).unwrap_or_default();
            match self.asked.get(key) {
                Some(Asked::Is(text) | Asked::Has(text) | Asked::Below(text)) => put(key.clone(), text.clone()),
                Some(Asked::AnyOf(texts)) => texts.iter().for_each(|text| put(key.clone(), text.clone())),
                Some(Asked::Between(from, to)) => {
                    put(format!("{key}{FROM_END}"), figure(from));
                    put(format!("{key}{TO_END}"), figure(to));
                }
                Some(Asked::Days(from, to)) => {
                    put(format!("{key}{FROM_END}"), day(from));
                    put(format!("{key}{TO_END}"), day(to));
                }
                None => {}
            }
        }
        put("q".into(), self.words.clone());
        put(ORGAN.into(), self.organ.as_ref().map(ToString::to_string).unwrap_or_default());
        put(PERIOD.into(), self.period.clone());
        put("since".into(), self.since.map(|day| day.to_string()).unwrap_or_default());
        all
    }

    /// Whether anything is asked, so that not all records answer.
    pub fn is_narrowed(&self) -> bool {
        !self.asked.is_empty()
            || self.organ.is_some()
            || !self.period.is_empty()
            || self.since.is_some()
            || !self.words.is_empty()
            || self.only.is_some()
    }

    /// Names of the orders: `newest` (the one when none is asked for), `oldest`, `published`, and for each column of figures or
    /// days that has a slot its key, and its key with `-` for the largest first.
    pub fn orders(&self) -> Vec<String> {
        let mut names: Vec<String> = ["newest", "oldest", "published"].map(str::to_owned).to_vec();
        for (key, slot) in self.layout.all() {
            if matches!(slot, Slot::Number(_) | Slot::Day(_)) {
                names.extend([key.to_owned(), format!("{key}-")]);
            } else if self.is_classed_by(key) {
                names.push(key.to_owned());
            }
        }
        names
    }

    /// Whether there are texts in which words are looked for.
    pub fn has_words(&self) -> bool {
        !self.texts().is_empty()
    }

    /// Slots in which words are looked for: those of texts that are no codes, and of places.
    fn texts(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        for (key, slot) in self.layout.all() {
            match slot {
                Slot::Text(at) if !self.is_code(key) => found.push(slots::TEXTS[at]),
                Slot::Place => found.extend(slots::PLACES),
                _ => {}
            }
        }
        found
    }

    /// Whether a column holds codes, in which no words are looked for.
    fn is_code(&self, key: &str) -> bool {
        let column = self.item.column(key);
        column.is_some_and(|column| matches!(column.typed, Type::Enum { .. } | Type::Period))
    }

    /// Whether a column holds the codes of a classification, in whose order its table is read: 类, then 款, then 项
    /// (Chinese budgets).
    fn is_classed_by(&self, key: &str) -> bool {
        let column = self.item.column(key).filter(|column| matches!(column.typed, Type::Text { .. }));
        let is_key = self.item.keys.iter().any(|known| known == key);
        is_key
            && matches!(self.layout.slot(key), Some(Slot::Text(_)))
            && column.is_some_and(|column| column.label.ends_with("编码"))
    }

    /// The order of records of one day or year: none but their age; in a table of a classification that of its keys up to
    /// the code, so that it reads as it was made.
    fn classed(&self, standing: &Standing) -> Vec<By> {
        let Some(at) = self.item.keys.iter().position(|key| self.is_classed_by(key)) else { return Vec::new() };
        let keys = &self.item.keys[..=at];
        // A slot in which records still lie as before may hold nothing, and nothing has no place in an order.
        if !keys.iter().all(|key| self.is_settled_at(key, standing)) {
            return Vec::new();
        }
        let of_key = |key: &String| match self.layout.slot(key) {
            Some(Slot::Text(at)) if *key != self.item.newest_by => Some(By::up(slots::TEXTS[at])),
            _ => None,
        };
        std::iter::once(By::up("r.organ")).chain(keys.iter().filter_map(of_key)).collect()
    }

    /// Whether a column lies in its slot in all records, as far as that is known.
    fn is_settled_at(&self, key: &str, standing: &Standing) -> bool {
        let slot = self.layout.slot(key);
        standing.lying.iter().all(|lying| lying.slot(key) == slot)
    }

    /// What of the question cannot be answered now, in the words of the item: records are being laid anew, and in the slots of
    /// these columns lies what was another's.
    fn moved(&self, standing: &Standing, order: &str) -> Vec<String> {
        let own = Lying::of(&self.item);
        if standing.lying.iter().all(|lying| *lying == own) {
            return Vec::new();
        }
        let is_moved = |key: &str| {
            if self.is_sorted_by(key) && matches!(self.asked.get(key), Some(Asked::Days(..))) {
                return standing.lying.iter().any(|lying| lying.newest_by() != self.item.newest_by);
            }
            self.layout.slot(key).is_some() && !self.is_settled_at(key, standing)
        };
        let label = |key: &str| self.item.column(key).map_or_else(|| key.to_owned(), |column| column.label.clone());
        let mut found: Vec<String> =
            self.asked.keys().filter(|key| is_moved(key.as_str())).map(|key| label(key.as_str())).collect();
        let sorted = order.strip_suffix('-').unwrap_or(order);
        let by_column =
            matches!(self.layout.slot(sorted), Some(Slot::Number(_) | Slot::Day(_))) || self.is_classed_by(sorted);
        if by_column && !self.is_settled_at(sorted, standing) && !found.contains(&label(sorted)) {
            found.push(label(sorted));
        }
        let is_text = |key: &str, slot: Slot| match slot {
            Slot::Text(_) => !self.is_code(key),
            Slot::Place => true,
            Slot::Number(_) | Slot::Day(_) => false,
        };
        let mut texts = self.layout.all().filter(|(key, slot)| is_text(key, *slot));
        if !self.words.is_empty() && texts.any(|(key, _)| !self.is_settled_at(key, standing)) {
            found.push("文字".to_owned());
        }
        found
    }

    /// What of the question cannot be answered now, by the names of columns, since a change of the item is being carried through
    /// in its records; whoever asks all the same is refused. Empty almost always.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsettled(&self, db: &Db, order: &str) -> store::Result<Vec<String>> {
        Ok(self.moved(&Standing::of(db.read(), &self.item.key).await?, order))
    }

    /// Refuses in words for readers what cannot be answered now: nothing found would not be true.
    ///
    /// # Errors
    /// [`web::Error::Unavailable`] with what is [`Query::unsettled`]; when the database fails.
    pub async fn settled(&self, db: &Db, order: &str) -> web::Result<()> {
        let moved = self.unsettled(db, order).await?;
        if moved.is_empty() {
            return Ok(());
        }
        Err(web::Error::Unavailable(format!(
            "“{}”的目录刚改过，正在重建查询，暂时不能按“{}”查询或者排序。请过几分钟再试；不加条件可以照常浏览和下载。",
            self.item.title,
            moved.join("、")
        )))
    }

    /// Whether all records lie by this version of the item.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_settled(&self, db: &Db) -> store::Result<bool> {
        let own = Lying::of(&self.item);
        Ok(Standing::of(db.read(), &self.item.key).await?.lying.iter().all(|lying| *lying == own))
    }

    /// How the item stands, where the question can be answered.
    async fn standing(&self, db: &Db, order: &str) -> store::Result<Standing> {
        let standing = Standing::of(db.read(), &self.item.key).await?;
        if self.moved(&standing, order).is_empty() { Ok(standing) } else { Err(store::Error::Busy(laid::ANEW)) }
    }

    /// The list in this order; for pages ask [`Query::page`].
    /// With `by_order` it is read in its order and figures are only looked at: where many answer, the first of them are soon found
    /// so, and all of them need not be sorted.
    fn list(&self, order: &str, standing: &Standing, by_order: bool) -> (List, &'static str) {
        let newest: Vec<By> = std::iter::once(By::down("r.sort_on")).chain(self.classed(standing)).collect();
        let list = List::new(COLUMNS, FROM, "r.id")
            .sort("newest", &newest)
            .sort("oldest", &[By::up("r.sort_on")])
            .sort("published", &[By::down("r.public_at")])
            .equals("r.item", self.item.key.as_str())
            .given("r.state = 'public'")
            .equals("r.organ", self.organ.clone())
            .equals("r.period", (!self.period.is_empty()).then(|| self.period.clone()))
            .at_least(
                if by_order || !self.is_since_alone() { LOOKED_AT_DAY } else { "r.public_on" },
                self.since.map(|day| day.to_string()),
            );
        let list = match &self.only {
            Some(records) => list.only_of("r.record", records.clone()),
            None => list,
        };
        let texts = self.texts();
        let list = self.words.split_whitespace().fold(list, |list, word| list.contains(&texts, &slots::folded(word)));
        // What is being made public is shown when all of it is.
        let list = standing.publishing.iter().fold(list, |list, batch| list.differs("r.batch", batch));
        let list = self.asked.iter().fold(list, |list, (key, asked)| match (self.layout.slot(key), asked) {
            // What lists are sorted by has a column of its own, whose index gives both.
            (_, Asked::Days(from, to)) if self.is_sorted_by(key) => between(list, SORT_ON, *from, *to),
            (Some(Slot::Number(at)), Asked::Between(from, to)) if by_order => figures(list, LOOKED_AT[at], *from, *to),
            (Some(slot), asked) => ask(list, slot, asked),
            // What cannot be asked has no answer; all of them would be a false one.
            (None, _) => list.given("1 = 0"),
        });
        self.sorted(list, order)
    }

    /// Whether lists are sorted by the days of this column, which every record then has beside its slots.
    fn is_sorted_by(&self, key: &str) -> bool {
        let is_day = |column: &Column| matches!(column.typed, Type::Date { .. });
        key == self.item.newest_by && self.item.column(key).is_some_and(is_day)
    }

    /// Whether this column can be asked; what is asked of any other column has no answer.
    pub fn can_ask(&self, key: &str) -> bool {
        self.layout.slot(key).is_some() || self.is_sorted_by(key)
    }

    /// Whether the day of publication finds records; beside anything else they are found by that, and the day is looked at.
    fn is_since_alone(&self) -> bool {
        self.since.is_some() && self.asked.is_empty() && self.organ.is_none() && self.period.is_empty()
    }

    /// Adds the order of a column, whose slot every record of the item has.
    fn sorted(&self, list: List, order: &str) -> (List, &'static str) {
        let (key, down) = order.strip_suffix('-').map_or((order, false), |key| (key, true));
        let expression = match self.layout.slot(key) {
            Some(Slot::Number(at)) => slots::NUMBERS[at],
            Some(Slot::Day(at)) => slots::DAYS[at],
            Some(Slot::Text(at)) if self.is_classed_by(key) && !down => slots::TEXTS[at],
            _ => return (list, fixed(order)),
        };
        let by = if down { By::down(expression) } else { By::up(expression) };
        // The name is part of the place in an address, so that a place of another column is not taken for one of this.
        (list.sort(expression, &[by]).given(filled(expression)), expression)
    }

    /// One page in an order of [`Query::orders`].
    ///
    /// # Errors
    /// When `after` cannot be read, the database fails, or what is asked is [`Query::unsettled`].
    pub async fn page(&self, db: &Db, order: &str, after: Option<&str>, limit: usize) -> store::Result<Page<Row>> {
        let standing = self.standing(db, order).await?;
        let (mut list, mut name) = self.list(order, &standing, false);
        let is_range = self.is_since_alone() || self.asked.values().any(|asked| matches!(asked, Asked::Between(..)));
        if is_range && fixed(order) == name && list.count(db, MANY).await?.more {
            (list, name) = self.list(order, &standing, true);
        }
        list.page(db, Some(name), after, limit).await
    }

    /// How many records answer: exactly where nothing is asked but organ and period, else no further than [`MOST_COUNTED`].
    ///
    /// # Errors
    /// When the database fails, or what is asked is [`Query::unsettled`].
    pub async fn count(&self, db: &Db) -> store::Result<Count> {
        let counted = self.asked.is_empty() && self.since.is_none() && self.words.is_empty() && self.only.is_none();
        if counted {
            let rows = crate::counts::public(db.read(), &self.item.key, self.organ.as_ref(), &self.period).await?;
            return Ok(Count { rows, more: false });
        }
        self.list(NEWEST, &self.standing(db, NEWEST).await?, false).0.count(db, MOST_COUNTED).await
    }

    /// Every record that answers, one after another; memory does not grow with their number.
    ///
    /// # Errors
    /// When the database fails, or what is asked is [`Query::unsettled`].
    pub async fn export<'e>(&self, db: &'e Db, order: &str) -> store::Result<BoxStream<'e, store::Result<Row>>> {
        // What became public since a day is streamed in the order of the list: all of it is not sorted first.
        let (list, name) = self.list(order, &self.standing(db, order).await?, self.since.is_some());
        Ok(list.export(db, Some(name)))
    }

    /// The values of a column among the records that answer to everything else, the most frequent first; only of columns with a
    /// slot of text, so for choices and codes. Texts are folded. None while that cannot be counted ([`Query::unsettled`]).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn facet(&self, db: &Db, key: &str, limit: i64) -> store::Result<Vec<(String, i64)>> {
        let Some(Slot::Text(at)) = self.layout.slot(key) else { return Ok(Vec::new()) };
        let mut others = self.clone();
        others.asked.remove(key);
        let standing = Standing::of(db.read(), &self.item.key).await?;
        if !self.is_settled_at(key, &standing) || !others.moved(&standing, NEWEST).is_empty() {
            return Ok(Vec::new());
        }
        let (list, _) = others.list(NEWEST, &standing, false);
        list.facet(db, "", slots::TEXTS[at], limit).await
    }

    /// Where the records lie that answer to everything else: county, township and village parted by `/`, folded, with how many there
    /// are, the most first. Of a record without a place the names are empty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn places(&self, db: &Db, limit: i64) -> store::Result<Vec<(String, i64)>> {
        const PATH: &str = "r.p1 || '/' || r.p2 || '/' || r.p3";
        let place = self.layout.all().find(|(_, slot)| *slot == Slot::Place).map(|(key, _)| key.to_owned());
        let Some(key) = place else { return Ok(Vec::new()) };
        let mut others = self.clone();
        others.asked.remove(&key);
        let standing = Standing::of(db.read(), &self.item.key).await?;
        if !self.is_settled_at(&key, &standing) || !others.moved(&standing, NEWEST).is_empty() {
            return Ok(Vec::new());
        }
        let (list, _) = others.list(NEWEST, &standing, false);
        list.facet(db, "", PATH, limit).await
    }
}

/// An order that all items have.
fn fixed(order: &str) -> &'static str {
    match order {
        "oldest" => "oldest",
        "published" => "published",
        _ => "newest",
    }
}

/// Adds what is asked of a slot. Indexes hold slots that are not NULL, and every comparison says so by itself.
fn ask(list: List, slot: Slot, asked: &Asked) -> List {
    match (slot, asked) {
        (Slot::Text(at), Asked::Is(text)) => list.equals(slots::TEXTS[at], slots::folded(text)),
        (Slot::Text(at), Asked::AnyOf(texts)) => {
            list.any_of(slots::TEXTS[at], texts.iter().map(|text| slots::folded(text)))
        }
        // Slots are small letters already.
        (Slot::Text(at), Asked::Has(text)) => list.with(HAS[at], store::anywhere(&slots::folded(text))),
        (Slot::Number(at), Asked::Between(from, to)) => figures(list, slots::NUMBERS[at], *from, *to),
        (Slot::Day(at), Asked::Days(from, to)) => between(list, slots::DAYS[at], *from, *to),
        (Slot::Place, Asked::Below(place) | Asked::Is(place)) => below(list, place),
        _ => list.given("1 = 0"),
    }
}

/// A figure between these; a record without one is not among them.
fn figures(list: List, expression: &'static str, from: Option<Decimal>, to: Option<Decimal>) -> List {
    list.at_least(expression, from.map_or(slots::NO_NUMBER + 1, slots::millionths))
        .at_most(expression, to.map(slots::millionths))
}

/// A day between these; a record without one is not among them.
fn between(list: List, expression: &'static str, from: Option<Date>, to: Option<Date>) -> List {
    list.at_least(expression, from.map_or_else(|| "0001-01-01".to_owned(), |day| day.to_string()))
        .at_most(expression, to.map(|day| day.to_string()))
}

/// By what lists are sorted.
const SORT_ON: &str = "r.sort_on";

/// More that answer than these are found sooner in their order.
const MANY: i64 = 5_000;

/// Figures that are looked at and by which nothing is found.
const LOOKED_AT: [&str; 8] =
    ["(r.n1 + 0)", "(r.n2 + 0)", "(r.n3 + 0)", "(r.n4 + 0)", "(r.n5 + 0)", "(r.n6 + 0)", "(r.n7 + 0)", "(r.n8 + 0)"];

/// The day of publication that is looked at and by which nothing is found.
const LOOKED_AT_DAY: &str = "(r.public_on || '')";

/// `LIKE` over each slot of text.
const HAS: [&str; 8] = [
    "r.t1 LIKE ? ESCAPE '\\'",
    "r.t2 LIKE ? ESCAPE '\\'",
    "r.t3 LIKE ? ESCAPE '\\'",
    "r.t4 LIKE ? ESCAPE '\\'",
    "r.t5 LIKE ? ESCAPE '\\'",
    "r.t6 LIKE ? ESCAPE '\\'",
    "r.t7 LIKE ? ESCAPE '\\'",
    "r.t8 LIKE ? ESCAPE '\\'",
];

/// A place and all below it: each level that is named must be the same; one name alone may be of any level.
fn below(list: List, place: &str) -> List {
    let parts = slots::places(place);
    if parts[1].is_empty() && parts[2].is_empty() {
        return list.with("r.p1 = ? OR r.p2 = ? OR r.p3 = ?", parts[0].as_str());
    }
    slots::PLACES
        .iter()
        .zip(parts)
        .fold(list, |list, (expression, part)| list.equals(expression, (!part.is_empty()).then_some(part)))
}

/// That a slot is used, as its index says.
fn filled(expression: &'static str) -> &'static str {
    const EACH: [(&str, &str); 12] = [
        ("r.n1", "r.n1 IS NOT NULL"),
        ("r.n2", "r.n2 IS NOT NULL"),
        ("r.n3", "r.n3 IS NOT NULL"),
        ("r.n4", "r.n4 IS NOT NULL"),
        ("r.n5", "r.n5 IS NOT NULL"),
        ("r.n6", "r.n6 IS NOT NULL"),
        ("r.n7", "r.n7 IS NOT NULL"),
        ("r.n8", "r.n8 IS NOT NULL"),
        ("r.d1", "r.d1 IS NOT NULL"),
        ("r.d2", "r.d2 IS NOT NULL"),
        ("r.d3", "r.d3 IS NOT NULL"),
        ("r.d4", "r.d4 IS NOT NULL"),
    ];
    EACH.iter().find(|(known, _)| *known == expression).map_or("1 = 1", |(_, filled)| filled)
}
