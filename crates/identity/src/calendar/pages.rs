//! The page of the calendar.

use ::store::Tx;
use askama::Template;
use axum::{extract::State, response::Response};
use jiff::civil::{Date, Weekday};
use kernel::{Calendar, NewEvent, calendar::Special};
use serde_json::json;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Result, act, office_page, page, periods};

use super::{
    calendar_of,
    history::{self, Change},
    load_calendar,
    model::read_lines,
    preview::Preview,
    store,
};
use crate::events;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    year: i16,
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct AddForm {
    once: String,
    lines: String,
    notice: String,
    complete: bool,
    year: i16,
    day: String,
    /// The version of the calendar that whoever confirms has seen.
    seen: String,
}

/// A change that is shown before it is recorded.
struct Shown {
    preview: Preview,
    /// A day is removed; else a notice is recorded.
    removes: bool,
}

/// A square of a month.
struct Square {
    number: i8,
    class: &'static str,
    sign: &'static str,
    words: &'static str,
    today: bool,
}

struct Month {
    name: String,
    weeks: Vec<Vec<Option<Square>>>,
    working: usize,
}

/// Days on end with one arrangement.
struct SpecialRow {
    first: Date,
    last: Date,
    what: &'static str,
    notice: String,
    /// Recorded here: each of the days can be removed.
    removable: bool,
}

impl SpecialRow {
    /// 2026-02-15 至 2026-02-23.
    fn days(&self) -> String {
        if self.first == self.last { self.first.to_string() } else { format!("{} 至 {}", self.first, self.last) }
    }

    /// 周日至周一.
    fn weekdays(&self) -> String {
        let (first, last) = (weekday(self.first), weekday(self.last));
        if self.first == self.last { first.to_owned() } else { format!("{first}至{last}") }
    }

    fn each(&self) -> Vec<Date> {
        std::iter::successors(Some(self.first), |day| day.tomorrow().ok().filter(|day| *day <= self.last)).collect()
    }

    /// Takes the next day in, when it is arranged in the same way.
    fn goes_on(&mut self, next: &Self) -> bool {
        let same = self.what == next.what && self.notice == next.notice && self.removable == next.removable;
        let goes_on = same && self.last.tomorrow().is_ok_and(|day| day == next.first);
        if goes_on {
            self.last = next.last;
        }
        goes_on
    }
}

#[derive(Template)]
#[template(path = "calendar/templates/year.html")]
struct YearPage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    year: i16,
    months: Vec<Month>,
    working: usize,
    specials: Vec<SpecialRow>,
    known_until: String,
    known: bool,
    form: AddForm,
    hint: String,
    shown: Option<Shown>,
    changes: Vec<Change>,
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

fn month(calendar: &Calendar, special: &dyn Fn(Date) -> Option<Special>, first: Date, today: Date) -> Month {
    let mut weeks = vec![Vec::new()];
    for _ in 0..first.weekday().to_monday_zero_offset() {
        weeks[0].push(None);
    }
    let mut working = 0;
    let mut day = first;
    while day.month() == first.month() {
        if weeks.last().is_some_and(|week| week.len() == 7) {
            weeks.push(Vec::new());
        }
        let works = calendar.is_probably_working(day);
        working += usize::from(works);
        let (class, sign, words) = match (special(day), works) {
            (Some(Special::Off), _) => ("late", "休", "放假"),
            (Some(Special::Worked), _) => ("soon", "班", "调休上班"),
            (None, true) => ("", "", "工作日"),
            (None, false) => ("quiet", "", "周末"),
        };
        if let Some(week) = weeks.last_mut() {
            week.push(Some(Square { number: day.day(), class, sign, words, today: day == today }));
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    if let Some(week) = weeks.last_mut() {
        week.resize_with(7, || None);
    }
    Month { name: format!("{} 月", first.month()), weeks, working }
}

async fn year_page(ctx: &Ctx, desk: &Desk, year: i16, form: AddForm, faults: Vec<String>) -> Result<YearPage> {
    let calendar = ctx.calendar();
    let own = store::of_year(ctx.db(), year).await?;
    let in_year: Vec<(Date, Special)> = calendar.special_days().filter(|(day, _)| day.year() == year).collect();
    let special = |wanted: Date| in_year.iter().find(|(day, _)| *day == wanted).map(|(_, special)| *special);
    let months: Vec<Month> = (1..=12)
        .filter_map(|number| Date::new(year, number, 1).ok())
        .map(|first| month(&calendar, &special, first, ctx.today()))
        .collect();
    let mut specials: Vec<SpecialRow> = Vec::new();
    for (day, special) in &in_year {
        let own = own.iter().find(|(stored, _)| *stored == day.to_string());
        let next = SpecialRow {
            first: *day,
            last: *day,
            what: if *special == Special::Off { "放假" } else { "调休上班" },
            notice: own.map_or("随程序提供".to_owned(), |(_, notice)| {
                if notice.is_empty() { "本系统录入".into() } else { notice.clone() }
            }),
            removable: own.is_some(),
        };
        if !specials.last_mut().is_some_and(|row| row.goes_on(&next)) {
            specials.push(next);
        }
    }
    let next = calendar.known_until().year() + 1;
    let errors = if faults.is_empty() {
        FormErrors::new()
    } else {
        let mut errors = FormErrors::new();
        for fault in faults {
            errors.add("lines", fault);
        }
        errors
    };
    Ok(YearPage {
        shell: desk.shell(ctx, format!("{year} 年工作日历")).await?.with_error(!errors.is_empty()),
        working: months.iter().map(|month| month.working).sum(),
        specials,
        known_until: calendar.known_until().to_string(),
        known: calendar.known_until().year() >= year,
        hint: format!(
            "国务院办公厅的通知可以整篇粘贴；也可以每行一条，例如 {next}-01-01~{next}-01-03 放假，周末调休写 {next}-02-07 上班"
        ),
        errors,
        once: ctx.once(),
        year,
        months,
        form,
        shown: None,
        changes: history::changes(ctx.db()).await?,
    })
}

fn in_range(ctx: &Ctx, year: i16) -> i16 {
    if (2019..=2199).contains(&year) { year } else { ctx.today().year() }
}

/// GET /calendar
pub(super) async fn year(State(ctx): State<Ctx>, desk: Desk, Query(wanted): Query<Wanted>) -> Result<Response> {
    let year = in_range(&ctx, wanted.year);
    office_page(&year_page(&ctx, &desk, year, AddForm::default(), Vec::new()).await?)
}

/// The page with what a change does, to be confirmed.
async fn shown(ctx: &Ctx, desk: &Desk, year: i16, form: AddForm, shown: Shown) -> Result<Response> {
    let mut page = year_page(ctx, desk, in_range(ctx, year), form, Vec::new()).await?;
    page.shown = Some(shown);
    office_page(&page)
}

/// POST /calendar: records the days of a notice; what is changed by it is shown before.
pub(super) async fn add(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<AddForm>) -> Result<Response> {
    let days = match read_lines(&form.lines, in_range(&ctx, form.year)) {
        Ok(days) => days,
        Err(faults) => {
            let year = in_range(&ctx, form.year);
            return page::office_errors(&year_page(&ctx, &desk, year, form, faults).await?);
        }
    };
    // The notice of a year may declare its first days in December before; the year it is about is that of most days.
    let year = days.keys().nth(days.len() / 2).map_or(form.year, |day| day.year());
    let notice: String = form.notice.trim().chars().take(60).collect();
    let known = ctx.calendar().known_until();
    let end = Date::new(year, 12, 31).map_err(|_| Error::Invalid("请核对年份。".into()))?;
    // Every yearly notice has it; periods would be counted over a year that is only half known.
    let national = Date::new(year, 10, 1).ok().and_then(|day| days.get(&day));
    if form.complete && end > known && national != Some(&Special::Off) {
        let fault =
            format!("{year} 年全年的安排里没有 10 月 1 日放假。请把通知的各条都粘贴进来，或者不勾选“这是全年的安排”。");
        let year = in_range(&ctx, year);
        return page::office_errors(&year_page(&ctx, &desk, year, form, vec![fault]).await?);
    }
    // Only the next year can complete the calendar: a gap before it would be computed with as if it had no holidays.
    let completes = form.complete && end > known && year == known.year() + 1;
    let until = if completes { end } else { known };
    let mut after = Calendar::clone(&ctx.calendar());
    after.extend(days.clone(), Some(until));
    let preview = Preview::of(&ctx, &after).await?;
    let version = preview.version.clone();
    if !preview.is_quiet() && form.seen != version {
        return shown(&ctx, &desk, year, form, Shown { preview, removes: false }).await;
    }
    let done = async |tx: &mut Tx| {
        store::put(tx, &days, &notice).await?;
        if completes {
            store::know_until(tx, end).await?;
        }
        let listed: Vec<String> =
            days.iter().map(|(day, special)| format!("{day} {}", store::code(*special))).collect();
        let data = json!({"days": listed, "notice": notice, "known_until": until.to_string(), "version": version});
        tx.append(NewEvent::new(&events::CALENDAR_EXTENDED, year, &desk.actor()).organ(desk.organ()).data(data))
            .await?;
        let back = format!("/calendar?year={year}");
        let count = days.len();
        if form.complete && !completes && end > known {
            let missing = known.year() + 1;
            let text = format!("已录入 {count} 天，但还缺 {missing} 年的安排，时限暂时只能算到 {known}。请先补录。");
            return Ok(Done::to(back).with(|to| to.flash("warn", text)));
        }
        Ok::<_, Error>(Done::ok(back, format!("已录入 {count} 天，时限可以算到 {until}。")))
    };
    let answer = act(&ctx, &form.once, done).await?;
    load_calendar(&ctx).await?;
    periods::changed(&ctx).await?;
    Ok(answer)
}

/// POST /calendar/remove: a day recorded by mistake; what is changed by it is shown before.
pub(super) async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<AddForm>) -> Result<Response> {
    let year = form.day.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0_i16);
    let (rows, until) = store::all(ctx.db()).await?;
    let after = calendar_of(rows.into_iter().filter(|(day, _)| day.to_string() != form.day), until);
    let preview = Preview::of(&ctx, &after).await?;
    let version = preview.version.clone();
    if !preview.moved.is_empty() && form.seen != version {
        return shown(&ctx, &desk, year, form, Shown { preview, removes: true }).await;
    }
    let done = async |tx: &mut Tx| {
        if store::remove(tx, &form.day).await? {
            let event = NewEvent::new(&events::CALENDAR_REMOVED, year, &desk.actor()).organ(desk.organ());
            tx.append(event.data(json!({"days": [form.day], "version": version}))).await?;
        }
        Ok::<_, Error>(Done::ok(format!("/calendar?year={}", in_range(&ctx, year)), "已删除这一天的安排。"))
    };
    let answer = act(&ctx, "", done).await?;
    load_calendar(&ctx).await?;
    periods::changed(&ctx).await?;
    Ok(answer)
}
