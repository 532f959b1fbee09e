//! Fields that documents of many kinds have. A kind names those that it has and adds its own.

use jiff::civil::Date;
use kernel::time;

use crate::{
    number,
    permissions::WRITE_DOCUMENTS,
    spec::{Facet, KindSpec, Shape},
    standing::{self, Declared, Effect},
    values::Values,
};

/// Codes of 有效性.
pub const IN_FORCE: &str = "in_force";
/// In force from a day that is still to come. Nobody writes so: the day says it, see [`on_day`].
pub const COMING: &str = "coming";
/// Changed by a later document.
pub const AMENDED: &str = "amended";
/// Its time is over.
pub const LAPSED: &str = "lapsed";
/// Taken back by a later document.
pub const REPEALED: &str = "repealed";

/// 有效性: code and label.
pub const VALIDITIES: &[(&str, &str)] =
    &[(IN_FORCE, "有效"), (COMING, "尚未施行"), (AMENDED, "已修改"), (LAPSED, "失效"), (REPEALED, "已废止")];

pub static SUMMARY: Facet = Facet::new("summary", "摘要", Shape::Long(1000))
    .listed()
    .at(0)
    .help("一两句话说清与谁有关、有什么变化，列表和搜索结果会用到");
pub static DOCUMENT_NUMBER: Facet = Facet::new("document_number", "发文字号", Shape::Text(100))
    .listed()
    .found()
    .at(20)
    .help("例如 青禾府发〔2026〕5号");
pub static WRITTEN_ON: Facet = Facet::new("written_on", "成文日期", Shape::Date)
    .listed()
    .ordered()
    .at(50)
    .ask("请填写成文日期，例如 2026-03-05。");
pub static EFFECTIVE_ON: Facet = Facet::new("effective_on", "施行日期", Shape::Date).at(80);
pub static EXPIRES_ON: Facet = Facet::new("expires_on", "有效期至", Shape::Date).at(90);
pub static VALIDITY: Facet = Facet::new("validity", "有效性", Shape::Choice(VALIDITIES))
    .listed()
    .counted()
    .at(70)
    .unwritten(&[COMING])
    .help("政策文件必填")
    .ask("请选择有效性，例如“有效”。");
pub static SOURCE: Facet = Facet::new("source", "来源", Shape::Text(100)).at(0).help("不填就写发布机关");
pub static TOPICS: Facet = Facet::new("topics", "主题分类", Shape::Words)
    .counted()
    .found()
    .at(40)
    .asked_as("topic")
    .help("用顿号隔开，例如 社会保障、养老");
pub static KEYWORDS: Facet = Facet::new("keywords", "主题词", Shape::Words).found().at(120).help("用顿号隔开");

/// The fields as they stand on a day: what was declared to be in force is not yet before its first day and no more after its
/// last or once another document has repealed it, on every page, list and file, whether or not somebody has written so meanwhile.
/// What is stored and committed to stays. The rule is [`standing::turned`].
pub fn on_day(values: &mut Values, effects: &[Effect], today: Date) {
    let declared = declared(values);
    if let Some(shown) = standing::turned(declared, effects, today) {
        values.set(VALIDITY.key, vec![shown.to_owned()]);
    }
}

/// What the fields of a document say of how it stands.
pub fn declared(values: &Values) -> Declared<'_> {
    Declared {
        validity: values.get(&VALIDITY),
        from: time::parse_date(values.get(&EFFECTIVE_ON)),
        until: time::parse_date(values.get(&EXPIRES_ON)),
    }
}

/// The fields by which [`on_day`] judges: whoever reads only some fields reads these too.
pub(crate) const BY_DAY: [&Facet; 2] = [&EFFECTIVE_ON, &EXPIRES_ON];

/// Whether the last day of validity has gone by.
pub fn expired(values: &Values, today: Date) -> bool {
    time::parse_date(values.get(&EXPIRES_ON)).is_some_and(|last| last < today)
}

/// Why something in the fields is as it is although it looks wrong: told to reviewers, not to readers.
pub static EXPLAINED: Facet = Facet::new("explained", "特殊情况说明", Shape::Long(500)).inner().help(
    "没有文号、文号与另一份文件相同、施行日期早于成文日期或与正文不同、依法公开联系电话等，在这里写明理由；审核员会看到，不公开",
);

/// Of a correction: whether readers may hold it against the edition before. Its authors say so each time; what nobody has answered
/// is not compared, so neither is what was corrected before there was the question.
pub static COMPARED: Facet = Facet::new("compared", "与旧版的对照", Shape::Choice(&COMPARED_CODES))
    .inner()
    .help("更正是为了不再公开某些内容的（如个人信息、病情、住址），选“不公开”；内容必须清除的，请改为撤回");
/// Code of [`COMPARED`] when they may.
pub const COMPARED_YES: &str = "yes";
const COMPARED_CODES: [(&str, &str); 2] =
    [(COMPARED_YES, "公开：公众可以逐字看到这一版改了哪里"), ("no", "不公开：公众只看到“改了什么”的说明")];

/// Of a correction: what its authors say of each change, for readers beside the comparison. One line for each, behind what
/// it speaks of: 第三条：提高标准.
pub static CHANGES: Facet = Facet::new("changes", "逐处说明", Shape::Long(4000)).at(0).help(
    "在对照页上与改动并排显示，一处一行，先写改的是哪一条，例如 第三条：标准由每月100元提高到120元；没有条号的写 第 2 段",
);

/// Whom a policy concerns and on which conditions, as lines that the program reads: part of the edition like everything else, so it
/// passes the same gates. What the lines mean is the business of whoever answers readers by them.
pub static AUDIENCE: Facet = Facet::new("audience_rules", "适用对象和条件", Shape::Long(6000)).at(118).help(
    "每行一个条件，写成“名称：内容”，几项补贴之间空一行。名称有：给、对象、地区、年龄、人数、情形、时间、金额、办理、说明。例如 \
     给：一次性创业补贴　对象：个体工商户、企业　人数：100 人以下。公众按它查哪些政策适合自己",
);

/// The fields above that any document may have, in the order of the form.
pub static ALL: [&Facet; 12] = [
    &SUMMARY,
    &DOCUMENT_NUMBER,
    &WRITTEN_ON,
    &EFFECTIVE_ON,
    &EXPIRES_ON,
    &VALIDITY,
    &SOURCE,
    &TOPICS,
    &KEYWORDS,
    &EXPLAINED,
    &COMPARED,
    &CHANGES,
];

/// A kind whose documents say of themselves what any document may, at the usual address, written by whoever writes.
pub const fn usual(key: &'static str, label: &'static str, door: &'static str) -> KindSpec {
    let kind = KindSpec::new(key, label, "/documents/", &WRITE_DOCUMENTS);
    KindSpec { door, facets: &ALL, check: Some(dates_fit), ..kind }
}

/// The number is written as it should be; a document is not made after it ends, and begins after it is made unless that is
/// explained.
pub fn dates_fit(values: &Values) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    if values.has(&DOCUMENT_NUMBER)
        && let Some(fault) = number::fault(values.get(&DOCUMENT_NUMBER))
    {
        faults.push((DOCUMENT_NUMBER.key, fault));
    }
    let date = |facet: &Facet| Some(values.get(facet)).filter(|date| date.len() == 10);
    let (made, from, until) = (date(&WRITTEN_ON), date(&EFFECTIVE_ON), date(&EXPIRES_ON));
    // Numbers begin anew each year: the year of the number is that in which the document was made.
    let numbered = number::year(values.get(&DOCUMENT_NUMBER)).zip(made.and_then(|made| Some((made, made.get(..4)?))));
    if let Some((year, (made, of))) = numbered
        && year != of
        && !values.has(&EXPLAINED)
    {
        let text =
            format!("请核对：发文字号是 {year} 年的，成文日期是 {made}。确实跨年编号的，在“特殊情况说明”里写明原因。");
        faults.push((DOCUMENT_NUMBER.key, text));
    }
    if made.zip(from).is_some_and(|(made, from)| from < made) && !values.has(&EXPLAINED) {
        let text = "请核对日期：施行日期早于成文日期。确实溯及以前的，在“特殊情况说明”里写明依据。";
        faults.push((EFFECTIVE_ON.key, text.to_owned()));
    }
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        faults.push((EXPIRES_ON.key, "请核对有效期：截止日期不能早于施行日期。".to_owned()));
    } else if made.zip(until).is_some_and(|(made, until)| until < made) {
        faults.push((EXPIRES_ON.key, "请核对有效期：截止日期不能早于成文日期。".to_owned()));
    }
    faults
}

/// The same for what bears a number by rule (党政机关公文处理工作条例 Art. 9): one without is explained.
pub fn numbered(values: &Values) -> Vec<(&'static str, String)> {
    let mut faults = dates_fit(values);
    if !values.has(&DOCUMENT_NUMBER) && !values.has(&EXPLAINED) {
        let text = "请填写发文字号，例如 青禾府发〔2026〕5号；确实没有文号的，在“特殊情况说明”里写明原因。";
        faults.push((DOCUMENT_NUMBER.key, text.to_owned()));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(fields: &[(&Facet, &str)]) -> Values {
        let mut values = Values::default();
        for (facet, typed) in fields {
            values.read(facet, typed);
        }
        values
    }

    fn wrong(fields: &[(&Facet, &str)]) -> Vec<&'static str> {
        dates_fit(&values(fields)).into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn a_number_is_of_the_year_in_which_the_document_was_made() {
        let number = (&DOCUMENT_NUMBER, "青政发〔2025〕9号");
        assert_eq!(wrong(&[number, (&WRITTEN_ON, "2026-01-05")]), ["document_number"]);
        assert_eq!(wrong(&[number, (&WRITTEN_ON, "2025-12-31")]), [""; 0]);
        assert_eq!(wrong(&[number, (&WRITTEN_ON, "2026-01-05"), (&EXPLAINED, "上年编号，本年签发")]), [""; 0]);
        assert_eq!(wrong(&[(&DOCUMENT_NUMBER, "第9号"), (&WRITTEN_ON, "2026-01-05")]), [""; 0]);
    }

    #[test]
    fn dates_stand_in_their_order() {
        let made = (&WRITTEN_ON, "2026-03-05");
        assert_eq!(wrong(&[made, (&EFFECTIVE_ON, "2026-03-05"), (&EXPIRES_ON, "2031-03-04")]), [""; 0]);
        assert_eq!(wrong(&[made, (&EFFECTIVE_ON, "2026-03-04")]), ["effective_on"]);
        assert_eq!(wrong(&[made, (&EFFECTIVE_ON, "2026-01-01"), (&EXPLAINED, "自一月一日起补发")]), [""; 0]);
        assert_eq!(wrong(&[made, (&EXPIRES_ON, "2026-03-04")]), ["expires_on"]);
        assert_eq!(wrong(&[(&EFFECTIVE_ON, "2026-03-05"), (&EXPIRES_ON, "2026-03-04")]), ["expires_on"]);
    }

    #[test]
    fn a_policy_bears_a_number_or_says_why_not() {
        let fields = |fields: &[(&Facet, &str)]| {
            numbered(&values(fields)).into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&[]), ["document_number"]);
        assert_eq!(fields(&[(&EXPLAINED, "常务会议纪要，不编文号")]), [""; 0]);
        assert_eq!(fields(&[(&DOCUMENT_NUMBER, "青政发[2026]5号")]), ["document_number"]);
    }

    #[test]
    fn what_is_in_force_is_so_from_its_first_day_to_its_last() {
        let today = jiff::civil::date(2026, 3, 2);
        for (declared, from, until, shown) in [
            (IN_FORCE, "", "2026-03-01", LAPSED),
            (IN_FORCE, "", "2026-03-02", IN_FORCE),
            (IN_FORCE, "", "", IN_FORCE),
            (IN_FORCE, "2026-03-03", "", COMING),
            (IN_FORCE, "2026-03-02", "", IN_FORCE),
            (IN_FORCE, "2026-03-03", "2031-03-02", COMING),
            (IN_FORCE, "改天", "", IN_FORCE),
            (REPEALED, "2026-03-03", "2026-03-01", REPEALED),
            (AMENDED, "2026-03-03", "2020-01-01", LAPSED),
            ("", "2026-03-03", "2020-01-01", ""),
        ] {
            let fields = Values::default().with(&VALIDITY, declared).with(&EFFECTIVE_ON, from);
            let mut values = fields.with(&EXPIRES_ON, until);
            on_day(&mut values, &[], today);
            assert_eq!(values.get(&VALIDITY), shown, "{declared} from {from} until {until}");
        }
    }

    #[test]
    fn nobody_writes_what_the_day_says() {
        assert!(!Values::default().with(&VALIDITY, COMING).has(&VALIDITY));
        assert!(VALIDITY.offered().iter().all(|(code, _)| *code != COMING) && VALIDITY.offered().len() == 4);
    }
}
