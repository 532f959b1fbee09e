//! What looks wrong in what an edition says of itself and may still be right: told to its writer and to its reviewers, refusing
//! nothing. Who writes 〔2019〕 on a paper of 2026, dates it next year or takes another organ's letters has most likely slipped.

use jiff::civil::Date;
use kernel::{OrganCode, time};
use store::{Executor, query_as};
use text::findings::Listed;

use crate::{
    common::{DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, EXPLAINED, WRITTEN_ON},
    effect,
    error::Result,
    house::House,
    rows::Whole,
    spec::{Facet, KindSpec, Shape},
    sql::Statement,
    values::Values,
};

/// Something to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Name of the field in words.
    pub label: &'static str,
    /// What is strange and what to do.
    pub text: String,
}

impl Remark {
    fn new(label: &'static str, text: String) -> Self {
        Self { label, text }
    }
}

/// Letters, year and the rest of a number that is written as it should be: 青政发, 2026.
fn apart(number: &str) -> Option<(&str, i16)> {
    let (letters, rest) = number.split_once('〔')?;
    let (year, _) = rest.split_once('〕')?;
    Some((letters, year.parse().ok()?))
}

/// What is strange in the fields alone. `public_on` is the day on which it becomes public at the earliest.
fn of_values(kind: &KindSpec, values: &Values, public_on: Date) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for facet in kind.facets.iter().filter(|facet| facet.shape == Shape::Date) {
        remarks.extend(unread_date(facet.label, values.get(facet)));
    }
    let written = values.get(&WRITTEN_ON).parse::<Date>().ok();
    if let Some(day) = written.filter(|day| *day > public_on) {
        let text = format!("成文日期 {day} 晚于公开的日子（{public_on}）：公开时文件还没有成文。请核对日期。");
        remarks.push(Remark::new(WRITTEN_ON.label, text));
    }
    let number = values.get(&DOCUMENT_NUMBER);
    if let Some((_, year)) = apart(number) {
        if let Some(day) = written.filter(|day| day.year() != year) {
            let text = format!("“{number}”是 {year} 年的文号，成文日期是 {day}。请核对文号的年份和成文日期。");
            remarks.push(Remark::new(DOCUMENT_NUMBER.label, text));
        } else if written.is_none() && year > public_on.year() {
            let text = format!("“{number}”是 {year} 年的文号，这一年还没有到。请核对文号的年份。");
            remarks.push(Remark::new(DOCUMENT_NUMBER.label, text));
        }
    }
    remarks
}

fn unread_date(label: &'static str, value: &str) -> Option<Remark> {
    let wrong = !value.is_empty() && value.parse::<Date>().is_err();
    let text = || format!("看不懂“{value}”。请按年-月-日填写，例如 2026-03-05；改正之前不能提交。");
    wrong.then(|| Remark::new(label, text()))
}

/// What the text says of its first and last day and the fields do not: key of the field, and the sentence.
pub(crate) fn contrary(kind: &KindSpec, values: &Values, text: &str) -> Vec<(&'static Facet, String)> {
    let said = [(&EFFECTIVE_ON, effect::effective(text), "施行"), (&EXPIRES_ON, effect::expires(text), "有效")];
    let mut found = Vec::new();
    for (facet, day, what) in said {
        let Some(day) = day.filter(|_| kind.facet(facet.key).is_some()) else { continue };
        let field = values.get(facet);
        let clause = if what == "施行" { format!("自 {day} 起施行") } else { format!("有效期至 {day}") };
        if field.is_empty() {
            found.push((facet, format!("正文写明“{clause}”，“{}”没有填写。请填写 {day}，读者按它查找。", facet.label)));
        } else if field.parse::<Date>().is_ok_and(|written| written != day) {
            found.push((
                facet,
                format!("正文写明“{clause}”，“{}”填的是 {field}，读者会看到两个日期。请核对正文和日期。", facet.label),
            ));
        }
    }
    found
}

/// Who is named in full beside a list of another text of the edition that tells of them: the checks look at each text by itself.
fn named_elsewhere(kind: &KindSpec, whole: &Whole) -> Vec<Remark> {
    let (title, body) = (whole.edition.title.as_str(), whole.text.body_text.as_str());
    // What is explained to the reviewers is read by nobody else.
    let written =
        |facet: &&&Facet| matches!(facet.shape, Shape::Text(_) | Shape::Long(_)) && facet.key != EXPLAINED.key;
    let mut texts = vec![("标题", title), ("正文", body)];
    texts.extend(kind.facets.iter().filter(written).map(|facet| (facet.label, whole.values.get(facet))));
    let all: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
    let listed = Listed::of(&all);
    let mut remarks = Vec::new();
    for (label, text) in texts {
        let names = listed.also_in(text);
        if names.is_empty() {
            continue;
        }
        let shown = names.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("、");
        let more = if names.len() > 3 { format!("等{}人", names.len()) } else { String::new() };
        let text = format!(
            "写着 {shown}{more} 的全名，这份稿件别处的名单把他们和证件、电话、住址、金额或健康状况写在一起。只遮盖名单，读者仍能认出是谁：\
             请一并遮盖，或者改写成不出现姓名。"
        );
        remarks.push(Remark::new(label, text));
    }
    remarks
}

/// The day of the wanted moment, or today.
fn public_on(house: &House, whole: &Whole) -> Date {
    let wanted = time::from_db(&whole.edition.publish_at).map(time::date_in_china);
    wanted.unwrap_or(house.today).max(house.today)
}

/// What looks wrong in an edition, in the order of its fields.
///
/// # Errors
/// When the database fails, or nobody declares the kind of the document.
pub async fn of(executor: impl Executor<'_>, house: &House, whole: &Whole) -> Result<Vec<Remark>> {
    let kind = house.kind_of(&whole.document)?;
    let mut remarks = of_values(kind, &whole.values, public_on(house, whole));
    let contrary = contrary(kind, &whole.values, &whole.text.body_text);
    remarks.extend(contrary.into_iter().map(|(facet, text)| Remark::new(facet.label, text)));
    remarks.extend(named_elsewhere(kind, whole));
    let number = whole.values.get(&DOCUMENT_NUMBER);
    if let Some((letters, _)) = apart(number)
        && let Some(organ) = bearer(executor, house, &whole.document.organ, letters).await?
    {
        let text = format!(
            "机关代字“{letters}”一直由{}使用，本机关没有用过。请核对发文字号和发布机关；代为发布、联合发文的，在“特殊情况说明”里写明。",
            house.directory.short_name(&organ),
        );
        remarks.push(Remark::new(DOCUMENT_NUMBER.label, text));
    }
    Ok(remarks)
}

/// Another organ whose public documents bear numbers with these letters, if the organ itself and those that it succeeded have
/// none with them. The one with the most.
async fn bearer(
    executor: impl Executor<'_>,
    house: &House,
    organ: &OrganCode,
    letters: &str,
) -> Result<Option<OrganCode>> {
    // Letters alone: nothing in them means something to LIKE.
    if letters.is_empty() || !letters.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '－')) {
        return Ok(None);
    }
    let mut ask = Statement::new(
        "SELECT e.organ, COUNT(*) AS n FROM facet f JOIN edition e ON e.id = f.edition_id WHERE f.key = ",
    );
    ask.value(DOCUMENT_NUMBER.key).add(" AND f.value LIKE ").value(format!("{letters}〔%"));
    ask.add(" AND e.state IN ('published', 'superseded') GROUP BY e.organ ORDER BY n DESC, e.organ");
    let (sql, values) = ask.parts();
    let found: Vec<(OrganCode, i64)> = query_as(sql).bind_all(values).fetch_all(executor).await?;
    let own = house.kept_by(&house.keeper(organ));
    if found.iter().any(|(one, _)| one == organ || own.contains(one)) {
        return Ok(None);
    }
    Ok(found.into_iter().next().map(|(one, _)| one))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::common;

    const KIND: KindSpec = common::usual("notice", "通知", "");

    fn told(fields: &[(&Facet, &str)]) -> Vec<String> {
        let values = fields.iter().fold(Values::default(), |values, (facet, typed)| values.with(facet, typed));
        of_values(&KIND, &values, date(2026, 11, 29)).into_iter().map(|remark| remark.text).collect()
    }

    #[test]
    fn what_fits_together_is_not_remarked_on() {
        for fields in [
            vec![],
            vec![(&WRITTEN_ON, "2026-11-29"), (&DOCUMENT_NUMBER, "青禾民发〔2026〕16号")],
            vec![(&WRITTEN_ON, "2019-03-05"), (&DOCUMENT_NUMBER, "青禾民发〔2019〕1号")],
            vec![(&DOCUMENT_NUMBER, "青禾民发〔2019〕1号")],
            vec![(&WRITTEN_ON, "2026-01-05"), (&DOCUMENT_NUMBER, "青禾县人民政府令第7号")],
        ] {
            assert_eq!(told(&fields), [""; 0], "{fields:?}");
        }
    }

    #[test]
    fn a_date_to_come_and_a_number_of_another_year_are_told() {
        let future = told(&[(&WRITTEN_ON, "2027-03-01"), (&DOCUMENT_NUMBER, "青禾民发〔2031〕1号")]);
        assert_eq!(future.len(), 2, "{future:?}");
        assert!(future[0].contains("成文日期 2027-03-01 晚于公开的日子（2026-11-29）"), "{future:?}");
        assert!(future[1].contains("是 2031 年的文号，成文日期是 2027-03-01"), "{future:?}");
        let other = told(&[(&WRITTEN_ON, "2026-11-20"), (&DOCUMENT_NUMBER, "青禾民发〔2019〕16号")]);
        assert!(other[0].contains("是 2019 年的文号"), "{other:?}");
        assert!(told(&[(&DOCUMENT_NUMBER, "青禾民发〔2027〕1号")])[0].contains("这一年还没有到"));
    }

    #[test]
    fn a_text_that_names_another_day_than_its_field_is_told() {
        let told = |fields: &[(&Facet, &str)], text: &str| {
            let values = fields.iter().fold(Values::default(), |values, (facet, typed)| values.with(facet, typed));
            contrary(&KIND, &values, text).into_iter().map(|(facet, text)| (facet.key, text)).collect::<Vec<_>>()
        };
        let last = "第十条 本办法自2003年10月1日起施行，有效期至2008年9月30日。";
        let both = told(&[(&EFFECTIVE_ON, "2027-01-01"), (&EXPIRES_ON, "2031-12-31")], last);
        assert_eq!(both.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["effective_on", "expires_on"], "{both:?}");
        assert!(both[0].1.contains("自 2003-10-01 起施行") && both[0].1.contains("2027-01-01"), "{both:?}");
        assert_eq!(told(&[(&EFFECTIVE_ON, "2003-10-01"), (&EXPIRES_ON, "2008-09-30")], last), []);
        assert!(told(&[(&EFFECTIVE_ON, "2003-10-01")], last)[0].1.contains("没有填写"));
        assert_eq!(told(&[(&EFFECTIVE_ON, "2027-01-01")], "自公布之日起施行。"), []);
    }

    #[test]
    fn every_date_that_cannot_be_read_is_told() {
        let told = told(&[(&WRITTEN_ON, "2026-13-45"), (&common::EFFECTIVE_ON, "昨天")]);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("2026-13-45") && told[1].contains("昨天"), "{told:?}");
    }
}
