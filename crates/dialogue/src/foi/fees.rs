//! The fee of a notice (信息处理费): from what is counted to the sum and the words of its standard.

use case::Entry;
use fee::{By, Readings};
use store::Executor;
use web::{Ctx, Refusal};

use super::{
    frequency::Count,
    letters::{Typed, of},
};

/// A fee as a notice states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Charged {
    pub(super) yuan: u64,
    /// 计算标准.
    pub(super) standard: String,
}

/// What keeps a fee from being charged: the field, and what to do.
pub(super) type Wrong = (&'static str, String);

fn number(typed: &Typed, name: &'static str) -> Result<Option<u64>, Wrong> {
    match of(typed, name) {
        "" => Ok(None),
        text => match text.parse() {
            Ok(0) | Err(_) => Err((name, "请只写整数，例如 12。".to_owned())),
            Ok(number) => Ok(Some(number)),
        },
    }
}

/// The fee for what was filled in: `first` and `last`, which of this month's requests of the applicant this one is, or `pages`.
///
/// # Errors
/// [`Wrong`] where nothing or both were filled in, and where what was counted is free.
pub(super) fn charged(ctx: &Ctx, typed: &Typed) -> Result<Charged, Wrong> {
    let readings = ctx.settings::<Readings>();
    charge(&readings, ctx.today(), typed)
}

fn charge(readings: &Readings, today: jiff::civil::Date, typed: &Typed) -> Result<Charged, Wrong> {
    let (first, last, pages) = (number(typed, "first")?, number(typed, "last")?, number(typed, "pages")?);
    let (by, from, to) = match (first, pages) {
        (Some(_), Some(_)) => return Err(("pages", "按件和按量只能选一种，请空着一种。".to_owned())),
        (None, None) => return Err(("first", "请填写本月累计的件数，或者填写提供的页数。".to_owned())),
        (Some(first), None) => (By::Items, first, last.unwrap_or(first)),
        (None, Some(pages)) => (By::Pages, 1, pages),
    };
    if to < from {
        return Err(("last", "“到第几件”不能小于“从第几件”。".to_owned()));
    }
    let place = if by == By::Items { "last" } else { "pages" };
    let fee = readings.fee(by, to, Some(today)).map_err(|refused| (place, refused.to_string()))?;
    let bands = fee.steps.iter().filter_map(|step| {
        let (begin, end) = (step.from.max(from), step.to.map_or(to, |last| last.min(to)));
        (step.unit_yuan > 0 && begin <= end).then_some((begin, end, step.unit_yuan))
    });
    let bands: Vec<(u64, u64, u64)> = bands.collect();
    let yuan = bands.iter().map(|(begin, end, unit)| (end - begin + 1) * unit).sum();
    if yuan == 0 {
        return Err((place, format!("在不收费的范围内（{} {} 以下），不能收费。", free(by), by.unit())));
    }
    let unit = by.unit();
    let words = bands.iter().map(|(begin, end, yuan)| {
        let which = if begin == end { begin.to_string() } else { format!("{begin} 至 {end}") };
        format!("第 {which} {unit}每{unit} {yuan} 元")
    });
    let words = words.collect::<Vec<_>>().join("，");
    let what = if by == By::Items { "本月累计" } else { "本件提供" };
    Ok(Charged { yuan, standard: format!("{}计收，{what}{words}", by.name()) })
}

/// Which of this month's requests of its applicant this one is, as the register counts it, for the field `first`; empty where it
/// cannot be counted, and where it is free.
///
/// # Errors
/// When the database fails, or a key does not fit.
pub(super) async fn place(ctx: &Ctx, entry: &Entry) -> Result<String, Refusal> {
    let place = Count::of(ctx, ctx.db().read(), entry).await?.place_in_month();
    let charged = place.filter(|place| u64::try_from(*place).unwrap_or(0) > free(By::Items));
    Ok(charged.map(|place| place.to_string()).unwrap_or_default())
}

/// Holds a fee by items against the register: nobody is charged for more requests than they have made.
///
/// # Errors
/// [`Refusal::Fields`] where it counts more than the register; when the database fails, or a key does not fit.
pub(super) async fn held(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry, typed: &Typed) -> Result<(), Refusal> {
    let words = |(field, message): Wrong| Refusal::field(field, message);
    let (first, last) = (number(typed, "first").map_err(words)?, number(typed, "last").map_err(words)?);
    let Some(first) = first else { return Ok(()) };
    let count = Count::of(ctx, executor, entry).await?;
    match beyond(first.max(last.unwrap_or(first)), count.most_in_month(), &count.month_in_words()) {
        Some(why) => Err(Refusal::field(if last.is_some() { "last" } else { "first" }, why)),
        None => Ok(()),
    }
}

/// Why nobody is charged for the request of this number in a month in which there were `most`.
fn beyond(charged: u64, most: usize, month: &str) -> Option<String> {
    let counted = u64::try_from(most).unwrap_or(u64::MAX);
    if charged <= counted {
        return None;
    }
    Some(if most == 0 {
        "申请人没有留下可以比对的证件号码、电话、邮箱或者地址，累计的件数无从核对，不能按件计收。可以按量计收。"
            .to_owned()
    } else {
        format!(
            "登记簿里这个申请人 {month}向本机关申请 {most} 件（含可能是同一人的），不能按第 {charged} 件计收。\
             有漏登记的，先补登再收费。"
        )
    })
}

/// How many are free.
fn free(by: By) -> u64 {
    match by {
        By::Items => 10,
        By::Pages => 30,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn of_fields(fields: &[(&str, &str)]) -> Result<Charged, Wrong> {
        let typed = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        charge(&Readings::default(), date(2026, 3, 2), &typed)
    }

    #[test]
    fn a_request_is_charged_for_itself_and_not_for_those_before_it() {
        let one = of_fields(&[("first", "31")]).expect("a fee");
        assert_eq!((one.yuan, one.standard.as_str()), (200, "按件计收，本月累计第 31 件每件 200 元"));
        assert_eq!(of_fields(&[("first", "9"), ("last", "12")]).expect("a fee").yuan, 200);
        let pages = of_fields(&[("pages", "101")]).expect("a fee");
        assert_eq!(pages.yuan, 720);
        assert_eq!(pages.standard, "按量计收，本件提供第 31 至 100 页每页 10 元，第 101 页每页 20 元");
    }

    #[test]
    fn nobody_is_charged_for_more_than_the_register_counts() {
        assert_eq!(beyond(14, 14, "2026 年 11 月"), None);
        assert!(beyond(35, 14, "2026 年 11 月").is_some_and(|why| why.contains("2026 年 11 月向本机关申请 14 件")));
        assert!(beyond(11, 0, "2026 年 11 月").is_some_and(|why| why.contains("无从核对")));
    }

    #[test]
    fn what_is_free_is_not_charged() {
        for (fields, field) in [
            (&[("first", "10")][..], "last"),
            (&[("pages", "30")][..], "pages"),
            (&[][..], "first"),
            (&[("first", "11"), ("pages", "40")][..], "pages"),
            (&[("first", "12"), ("last", "11")][..], "last"),
            (&[("pages", "很多")][..], "pages"),
        ] {
            assert_eq!(of_fields(fields).map_err(|(field, _)| field), Err(field), "{fields:?}");
        }
    }
}
