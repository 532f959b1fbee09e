//! Letters of a case on paper: as Word and as PDF, in the form of official letters, for the office and for the person.

use ::letter::{Block, Fonts, Form, Paper, Papers, Press, body_of};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use case::{
    Entry, Kind, files,
    letters::{self, Letter, LetterId},
};
use kernel::{id::CaseId, time};
use portal_form::Applicant;
use web::{Ctx, Desk, Error, Refusal, Result, page::content_disposition};

use super::acts;

/// As what a letter is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Word,
    Pdf,
}

/// Ending and media type.
const KINDS: [(&str, &str); 2] =
    [("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), ("pdf", "application/pdf")];

/// `GET /cases/{id}/letters/{letter}/docx`
pub(super) async fn word(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
) -> Result<Response> {
    let (entry, kind) = acts::seen(&ctx, &desk, &id).await?;
    handed_out(&ctx, (&entry, kind), &letter, As::Word, |_| true).await
}

/// `GET /cases/{id}/letters/{letter}/pdf`
pub(super) async fn pdf(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, letter)): Path<(CaseId, LetterId)>,
) -> Result<Response> {
    let (entry, kind) = acts::seen(&ctx, &desk, &id).await?;
    handed_out(&ctx, (&entry, kind), &letter, As::Pdf, |_| true).await
}

/// `GET /cases/c/{secret}/letters/{letter}/docx`
pub(super) async fn told_word(
    State(ctx): State<Ctx>,
    applicant: Applicant,
    Path((_, letter)): Path<(String, LetterId)>,
) -> Result<Response> {
    told(&ctx, &applicant, &letter, As::Word).await
}

/// `GET /cases/c/{secret}/letters/{letter}/pdf`
pub(super) async fn told_pdf(
    State(ctx): State<Ctx>,
    applicant: Applicant,
    Path((_, letter)): Path<(String, LetterId)>,
) -> Result<Response> {
    told(&ctx, &applicant, &letter, As::Pdf).await
}

/// A letter that was delivered to the person.
async fn told(ctx: &Ctx, applicant: &Applicant, letter: &LetterId, form: As) -> Result<Response> {
    let entry = case::entry(ctx.db().read(), &applicant.case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    handed_out(ctx, (&entry, kind), letter, form, Letter::is_delivered).await
}

/// The letter as a download, if `may` says so; once the case is erased there is none.
async fn handed_out(
    ctx: &Ctx,
    (entry, kind): (&Entry, Kind),
    letter: &LetterId,
    form: As,
    may: impl Fn(&Letter) -> bool,
) -> Result<Response> {
    let all = letters::of_case(ctx, ctx.db().read(), entry).await?;
    let found = all.into_iter().find(|one| one.id == *letter && may(one)).ok_or(Refusal::NotFound)?;
    if entry.is_erased() {
        return Err(Refusal::NotFound.into());
    }
    let goes: Vec<String> = files::of_case(ctx, ctx.db().read(), entry)
        .await?
        .into_iter()
        .filter(|file| file.letter == found.id)
        .map(|file| file.name)
        .collect();
    let what = kind.letter(&found.kind);
    let number = what.map(|what| found.number(what)).filter(|number| !number.is_empty());
    let named = number.clone().unwrap_or_else(|| format!("{}（草稿）", what.map_or("文书", |what| what.label)));
    let mut paper = official(ctx, entry, &found, number, goes).paper().map_err(|faults| {
        let words: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
        Error::Invalid(words.join(""))
    })?;
    if found.signed_at.is_empty() {
        undated(&mut paper);
    }
    let (bytes, (ending, media)) = match form {
        As::Word => (::letter::docx(&paper).map_err(|uneven| Error::Invalid(format!("{uneven}。")))?, KINDS[0]),
        As::Pdf => {
            let press = Press::new(ctx.program(), Fonts::found(&ctx.settings::<Papers>()));
            (press.pdf(&paper).await.map_err(|why| Error::Invalid(why.to_string()))?, KINDS[1])
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_DISPOSITION, content_disposition("attachment", &format!("{named}.{ending}"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// A letter bears the day on which it is signed: of a draft the day is left blank.
fn undated(paper: &mut Paper) {
    for block in &mut paper.blocks {
        if let Block::Signature { date, .. } = block {
            "　　年　月　日".clone_into(date);
        }
    }
}

/// The letter as it goes out. What the law wants in it is asked of the kind when it is drafted.
fn official(
    ctx: &Ctx,
    entry: &Entry,
    found: &Letter,
    number: Option<String>,
    attachments: Vec<String>,
) -> ::letter::Letter {
    // Of a signed letter the organ stands with it: neither a hand-over nor a renaming alters what has gone out.
    let organ = match found.issuer.as_str() {
        "" => ctx.directory().get(&case::keeper(ctx, &entry.organ)).map(|organ| organ.name.clone()).unwrap_or_default(),
        issuer => issuer.to_owned(),
    };
    let signed = time::from_db(&found.signed_at).map(time::date_in_china);
    ::letter::Letter {
        form: Form::Letter,
        organs: vec![organ],
        // Nobody takes a draft for the letter.
        number: number.unwrap_or_else(|| "草稿，尚未签发".to_owned()),
        title: found.body.title.clone(),
        addressee: found.body.addressee.clone(),
        body: body_of(&found.body.text),
        refuses: false,
        remedies: Vec::new(),
        attachments,
        date: signed.unwrap_or_else(|| ctx.today()),
        note: String::new(),
        copies: Vec::new(),
        imprint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_bears_no_day() {
        let signed =
            Block::Signature { organs: vec!["某某县民政局".to_owned()], date: "2026年11月9日".to_owned() };
        let mut paper = Paper { blocks: vec![signed], ..Paper::default() };
        undated(&mut paper);
        assert!(matches!(&paper.blocks[0], Block::Signature { date, .. } if !date.contains("2026")));
    }
}
