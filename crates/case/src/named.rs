//! Whether words say whom a case is about: the names, numbers and addresses of its parties, however they are written, and those
//! of who was asked about it. Asked of whatever leaves the case: what is published, letters to others, reasons in the log.

use kernel::id::CaseId;
use store::Executor;
use text::findings::{Finding, Severity, personal_numbers};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    letters::{self, Body, TO_OTHERS},
    party::{self, PartyRole, Person, plain},
    rows::{self, Entry},
    rules,
};

/// Characters from which on a number or an address is somebody's.
const LEAST: usize = 5;
/// What is entered for whoever gives no name.
const NOBODY: [&str; 2] = ["未署名", "匿名"];
/// What stands behind a family name in the place of the given one.
const TITLES: [&str; 5] = ["先生", "女士", "小姐", "同志", "老师"];
/// Family names of two characters.
const DOUBLE: [&str; 12] =
    ["欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒"];

/// What people put between the characters of a name.
fn is_between(c: char) -> bool {
    matches!(c, '.' | '_' | '*' | '·' | '•' | '‧' | '・' | '･' | '∙' | '\u{ad}' | '\u{feff}' | '\u{2060}')
        || ('\u{200b}'..='\u{200f}').contains(&c)
}

/// A name as it is compared, or words in which one is looked for.
fn close(words: &str) -> String {
    plain(words).chars().filter(|c| !is_between(*c)).collect()
}

/// A number or an address as it is compared: letters and digits alone, in one width and case.
fn bare(words: &str) -> String {
    plain(words).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether an address is that of a house, not the name of an area.
fn is_house(address: &str) -> bool {
    address.chars().count() >= LEAST
        && (!address.ends_with(['省', '市', '县', '区', '镇', '乡']) || address.ends_with("社区"))
}

fn names_of(person: &Person) -> impl Iterator<Item = String> {
    let all = [&person.name, &person.organisation, &person.representative].map(|name| close(name));
    all.into_iter().filter(|name| name.chars().count() > 1 && !NOBODY.contains(&name.as_str()))
}

fn tells_of(person: &Person, words: &str) -> bool {
    let (near, digits) = (close(words), bare(words));
    let numbers = [&person.organisation_code, &person.proof_number, &person.phone, &person.email];
    let mut numbers = numbers.map(|number| bare(number)).into_iter().filter(|one| one.chars().count() >= LEAST);
    let house = bare(&person.address);
    names_of(person).any(|name| near.contains(&name))
        || numbers.any(|number| digits.contains(&number))
        || (is_house(&house) && digits.contains(&house))
}

/// Whether the words name or reach one of these people: blanks, dots and brackets within a name or a number hide nothing.
pub fn tells(people: &[Person], words: &str) -> bool {
    people.iter().any(|person| tells_of(person, words))
}

/// Whether the words speak of one of these people by the family name alone: 王先生.
fn addresses(people: &[Person], words: &str) -> bool {
    let near = close(words);
    let spoken = |name: String| {
        let double = DOUBLE.iter().any(|one| name.starts_with(one));
        let family: String = name.chars().take(if double { 2 } else { 1 }).collect();
        TITLES.iter().any(|title| near.contains(&format!("{family}{title}")))
    };
    let short =
        |name: &String| name.chars().count() <= 4 && name.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    people.iter().filter(|one| one.organisation.is_empty()).any(|one| names_of(one).filter(short).any(spoken))
}

/// A personal number in the words: one that is certain, or what is called an identity number and may have a wrong digit.
pub fn number(words: &str) -> Option<Finding> {
    let told = |one: &Finding| one.severity == Severity::Block || one.rule == "privacy.id_number";
    personal_numbers("", words).into_iter().find(told)
}

/// Whether a letter is addressed to one of the parties; a case without a name has nobody to compare.
pub fn is_for(people: &[Person], addressee: &str) -> bool {
    let to = close(addressee);
    let mut names = people.iter().flat_map(names_of).peekable();
    names.peek().is_none() || names.any(|name| to.contains(&name))
}

/// The people behind names as they are typed in one line: 王大山、李四海（住东门）.
fn apart(line: &str) -> Vec<Person> {
    let names = line.split(['、', '，', ',', '；', ';', '/', '\n']);
    let alone =
        |name: &str| name.split(['（', '(']).next().unwrap_or(name).trim().trim_end_matches('等').trim().to_owned();
    names.map(alone).map(|name| Person { name, ..Person::default() }).collect()
}

/// Everybody who is a party of the case.
async fn parties(ctx: &Ctx, executor: impl Executor<'_>, case: &CaseId) -> Result<Vec<Person>, Refusal> {
    let all = party::parties(ctx, executor, case).await?;
    Ok(all.into_iter().map(|(_, _, person)| person).collect())
}

/// Who was asked about the case as somebody whose interests it touches; organs are none of them.
async fn third_parties(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Vec<Person>, Refusal> {
    let mut target = executor.target();
    let Some(rules) = entry.kind(ctx).and_then(|kind| rules::rules_of(ctx, kind)) else { return Ok(Vec::new()) };
    let past = rows::history(ctx, target.again(), entry).await?;
    let letters = letters::of_case(ctx, target.again(), entry).await?;
    let lines = rules.third_parties(rules::Before { entry, past: &past }, &letters);
    let mut people: Vec<Person> = lines.iter().flat_map(|line| apart(line)).collect();
    let directory = ctx.directory();
    people.retain(|person| !directory.all().iter().any(|organ| organ.name == person.name));
    Ok(people)
}

/// Refuses words that are to be public and name or reach a party of the case, or name who was asked about it.
///
/// # Errors
/// [`Refusal::Fields`] at the fields; when the key does not fit, or the database fails.
pub(crate) async fn publication(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    entry: &Entry,
    fields: &[(&str, &str, &str)],
    errors: &mut FormErrors,
) -> Result<(), Refusal> {
    let mut target = executor.target();
    let people = parties(ctx, target.again(), &entry.id).await?;
    let others = third_parties(ctx, target.again(), entry).await?;
    for (name, label, words) in fields {
        if let Some(found) = number(words) {
            errors.add(name, format!("“{}”涉及个人隐私，不能公开。{}", found.excerpt, found.suggestion));
        }
        let named = tells(&people, words) || addresses(&people, words);
        errors.require(!named, name, &format!("公开的{label}里有当事人的姓名或联系方式，请去掉。"));
        let named = tells(&others, words) || addresses(&others, words);
        errors.require(!named, name, &format!("公开的{label}里有征求过意见的第三方的姓名或者名称，请去掉。"));
    }
    Ok(())
}

/// Refuses a reason that would stand in the log for good and says whom the case is about: no erasure takes it out of there.
///
/// # Errors
/// [`Refusal::Fields`] at the field; when the key does not fit, or the database fails.
pub(crate) async fn reason(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    entry: &Entry,
    (field, words): (&str, &str),
) -> Result<(), Refusal> {
    if let Some(found) = number(words) {
        let why = format!("“{}”是个人的号码。这里写的话长期留在操作记录里，请去掉号码。", found.excerpt);
        return Err(Refusal::field(field, why));
    }
    let mut target = executor.target();
    let mut people = parties(ctx, target.again(), &entry.id).await?;
    people.extend(third_parties(ctx, target.again(), entry).await?);
    if tells(&people, words) {
        let why = "这里写的话长期留在操作记录里，请去掉当事人、第三方的姓名和联系方式，写“申请人”“当事人”“第三方”。";
        return Err(Refusal::field(field, why));
    }
    Ok(())
}

/// Refuses a letter to others that says who has started the case, or holds somebody's number.
///
/// # Errors
/// [`Refusal::Fields`] (`addressee`, `title`, `text`); when the key does not fit, or the database fails.
pub(crate) async fn letter(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry, body: &Body) -> Result<(), Refusal> {
    if !body.more.contains_key(TO_OTHERS) {
        return Ok(());
    }
    let all = party::parties(ctx, executor, &entry.id).await?;
    let asking = all.into_iter().filter(|(_, role, _)| *role != PartyRole::ThirdParty);
    let mut people: Vec<Person> = asking.map(|(_, _, person)| person).collect();
    // The organ's own line stands in each of its letters.
    let directory = ctx.directory();
    let line = directory.get(&entry.organ).map(|organ| bare(&organ.phone)).unwrap_or_default();
    for person in people.iter_mut().filter(|person| bare(&person.phone) == line) {
        person.phone.clear();
    }
    let mut errors = FormErrors::new();
    for (name, words) in [("addressee", &body.addressee), ("title", &body.title), ("text", &body.text)] {
        if let Some(found) = crate::personal::number_in(words) {
            errors.add(name, format!("这份文书发给其他方面，不能有证件号码、银行卡号（{found}），请去掉。"));
        }
        errors.require(!tells(&people, words), name, SAYS_WHO);
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// To whoever writes to others who has started the case.
pub const SAYS_WHO: &str = "对方会看到这里的内容，请去掉申请人的姓名、名称、证件号码和联系方式。";

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody() -> Vec<Person> {
        vec![Person {
            name: "丙申请".into(),
            phone: "138 0013 8000".into(),
            address: "幸福路八号".into(),
            ..Person::default()
        }]
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let people = somebody();
        for words in
            ["丙申请问", "丙　申　请", "丙·申请", "丙 申\u{200b}请", "电话１３８－００１３－８０００", "幸 福 路 八 号"]
        {
            assert!(tells(&people, words), "{words}");
        }
        for words in ["有人问道路的事", "幸福路的路灯", "138"] {
            assert!(!tells(&people, words), "{words}");
        }
        assert!(addresses(&people, "丙先生问") && !addresses(&people, "丁先生问"));
        let double = [Person { name: "欧阳小明".into(), ..Person::default() }];
        assert!(addresses(&double, "欧阳女士") && !addresses(&double, "欧女士"));
    }

    #[test]
    fn who_gives_no_name_and_an_area_are_nobody() {
        let people = [Person { name: "未署名".into(), address: "青禾县城关镇".into(), ..Person::default() }];
        assert!(!tells(&people, "青禾县城关镇的未署名来信"));
        assert!(is_for(&people, "来信人"));
        let house = [Person { address: "城关镇东门社区".into(), ..Person::default() }];
        assert!(tells(&house, "住在城关镇 东门社区"));
    }

    #[test]
    fn names_of_one_line_are_told_apart() {
        let names: Vec<String> = apart("王大山、李四海（住东门），赵六 等").into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["王大山", "李四海", "赵六"]);
    }

    #[test]
    fn an_identity_number_with_a_wrong_digit_is_none_to_publish() {
        assert!(number("身份证330106195203074528").is_some());
        assert!(number("11010519491231002X").is_some());
        assert!(number("编号 2026-0001，共 12 页").is_none());
    }

    #[test]
    fn a_letter_to_somebody_else_is_told() {
        let people = somebody();
        assert!(is_for(&people, "丙申请") && is_for(&people, "丙 申请 先生") && !is_for(&people, "王五"));
    }
}
