//! The five questions, and the answer. Questions come in the body of a request, so that they stand in no address and no log; the
//! answer is kept by nobody.

use askama::Template;
use axum::{extract::State, response::Response};
use document::page as part;
use serde::Deserialize;
use web::{
    Ctx, Form, FormErrors, PortalShell, Reader, Result,
    page::portal_page,
    private::{private_errors, private_page},
};

use super::{
    answer::{Asked, Met, Reason},
    find::{Answer, fitting, policies, situations},
    needs::townships,
    rule::{WHO, who_name},
};

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    who: String,
    place: String,
    age: String,
    size: String,
    situations: Vec<String>,
    no_other: String,
}

#[derive(Template)]
#[template(path = "audience/templates/audience.html")]
struct Page {
    shell: PortalShell,
    errors: FormErrors,
    typed: Typed,
    who: Vec<(&'static str, &'static str, &'static str)>,
    places: Vec<(String, String)>,
    situations: Vec<(String, String, &'static str)>,
    /// How many policies say whom they are for.
    policies: usize,
    answer: Option<Answer>,
    /// What was answered, in words, for paper.
    said: String,
    hotline: String,
}

impl Page {
    fn no_other(&self) -> bool {
        !self.typed.no_other.is_empty()
    }
}

impl Reason {
    fn chip(&self) -> &'static str {
        match self.met {
            Met::Yes => "ok",
            Met::No => "late",
            Met::Unknown => "soon",
        }
    }

    fn state(&self) -> &'static str {
        match self.met {
            Met::Yes => "符合",
            Met::No => "不符合",
            Met::Unknown => "待核对",
        }
    }
}

/// A number of at most four digits, however it was typed; `Err` when something else was.
fn number(typed: &str) -> Result<Option<u32>, ()> {
    let typed: String = typed.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let typed = typed.trim_end_matches(['岁', '人']);
    if typed.is_empty() {
        return Ok(None);
    }
    typed.parse::<u32>().ok().filter(|number| *number < 100_000).map(Some).ok_or(())
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        other => other,
    }
}

/// The answers; or what must be corrected.
fn read(typed: &Typed, places: &[String], known: &[String]) -> (Asked, FormErrors) {
    let mut errors = FormErrors::new();
    let who = WHO.iter().any(|(code, ..)| *code == typed.who);
    errors.require(who, "who", "请选择您是谁，例如“个人”。");
    let age = number(&typed.age).ok().filter(|age| age.is_none_or(|age| age <= 150));
    errors.require(age.is_some(), "age", "请用数字填写年龄，例如 68；不想填的留空。");
    let size = number(&typed.size).ok();
    errors.require(size.is_some(), "size", "请用数字填写人数，例如 12；不想填的留空。");
    let place = typed.place.is_empty() || places.contains(&typed.place);
    errors.require(place, "place", "请从列表里选择乡镇；不想选的留空。");
    let asked = Asked {
        who: typed.who.clone(),
        place: typed.place.clone(),
        age: age.flatten(),
        size: size.flatten(),
        situations: typed.situations.iter().filter(|one| known.contains(one)).cloned().collect(),
        no_other: !typed.no_other.is_empty(),
    };
    (asked, errors)
}

/// The answers in words.
fn in_words(asked: &Asked) -> String {
    let mut said = vec![who_name(&asked.who).to_owned()];
    if !asked.place.is_empty() {
        said.push(asked.place.clone());
    }
    said.extend(asked.age.map(|age| format!("{age} 岁")));
    said.extend(asked.size.map(|size| format!("从业 {size} 人")));
    said.extend(asked.situations.iter().cloned());
    if asked.no_other {
        said.push(if asked.situations.is_empty() { "列出的情形都没有" } else { "其他情形都没有" }.to_owned());
    }
    said.join("，")
}

fn page(ctx: &Ctx, reader: &Reader, typed: Typed, (known, count): (Vec<String>, usize)) -> Page {
    let about = "答五个问题，看哪些政策适合自己、能享受什么、为什么；不用登录，不留记录。";
    let pick = |name: String| (name.clone(), name);
    Page {
        shell: part::shell(ctx, reader, "哪些政策适合我", "policies", about),
        errors: FormErrors::new(),
        typed,
        who: WHO.iter().map(|(code, name, _)| (*code, *name, "")).collect(),
        places: townships(ctx).into_iter().map(pick).collect(),
        situations: known.into_iter().map(|one| (one.clone(), one, "")).collect(),
        policies: count,
        answer: None,
        said: String::new(),
        hotline: ctx.site().hotline.clone(),
    }
}

/// `GET /audience`
pub(super) async fn form(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let all = policies(&ctx).await?;
    portal_page(&page(&ctx, &reader, Typed::default(), (situations(&all), all.len())))
}

/// `POST /audience`: changes nothing.
pub(super) async fn answer(State(ctx): State<Ctx>, reader: Reader, Form(typed): Form<Typed>) -> Result<Response> {
    let all = policies(&ctx).await?;
    let known = situations(&all);
    let (asked, errors) = read(&typed, &townships(&ctx), &known);
    let mut shown = page(&ctx, &reader, typed, (known, all.len()));
    if !errors.is_empty() {
        shown.shell.has_error = true;
        shown.errors = errors;
        return private_errors(&shown);
    }
    shown.answer = Some(fitting(&ctx, &all, &asked).await?);
    shown.said = in_words(&asked);
    private_page(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_people_type_them() {
        assert_eq!(number(" 68岁 "), Ok(Some(68)));
        assert_eq!(number("６８"), Ok(Some(68)));
        assert_eq!(number(""), Ok(None));
        for wrong in ["六十八", "-3", "1000000", "6.5"] {
            assert_eq!(number(wrong), Err(()), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_answer_is_said_and_what_was_not_offered_is_left_out() {
        let typed = Typed {
            who: "person".to_owned(),
            place: "河口镇".to_owned(),
            age: "68".to_owned(),
            situations: vec!["返乡创业".to_owned(), "别的".to_owned()],
            ..Typed::default()
        };
        let (asked, errors) = read(&typed, &["河口镇".to_owned()], &["返乡创业".to_owned()]);
        assert!(errors.is_empty());
        assert_eq!((asked.place.as_str(), asked.age, asked.situations.len()), ("河口镇", Some(68), 1));
        assert_eq!(in_words(&asked), "个人，河口镇，68 岁，返乡创业");
        let only = Asked { no_other: true, ..asked };
        assert_eq!(in_words(&only), "个人，河口镇，68 岁，返乡创业，其他情形都没有");
        let elsewhere = Typed { who: "person".to_owned(), place: "火星".to_owned(), ..Typed::default() };
        assert!(read(&elsewhere, &["河口镇".to_owned()], &[]).1.of("place").is_some());
        let (_, errors) = read(&Typed { age: "老".to_owned(), ..Typed::default() }, &[], &[]);
        assert!(errors.of("who").is_some() && errors.of("age").is_some() && errors.of("size").is_none());
    }
}
