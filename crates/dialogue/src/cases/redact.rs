//! 区分处理 (条例 Art. 37): a copy of a file of a case without what may not be supplied, each place marked with its ground. The
//! original stays; the copy is read again before it is kept, and goes out with a letter or not at all.

use ::letter::{Fonts, Paper, Papers, Press, Unprinted};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{
    Entry, Kind,
    files::{self, CaseFile, CaseFileId, Kept, Origin},
    letters,
};
use documents::{Area, Extracted, Extractor, Format, Limits, Redacted, Rejected, Removal, Unread};
use kernel::id::CaseId;
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page};

use super::{
    acts::seen,
    fields::{Field, Named, Typed, of},
};

/// Grounds on which something is withheld, with the code of each in the form.
const GROUNDS: [(&str, &str); 5] = [
    ("14", "《中华人民共和国政府信息公开条例》第十四条"),
    ("15", "《中华人民共和国政府信息公开条例》第十五条"),
    ("16-1", "《中华人民共和国政府信息公开条例》第十六条第一款"),
    ("16-2", "《中华人民共和国政府信息公开条例》第十六条第二款"),
    ("own", "其他（在下面写明）"),
];
/// Characters of a file that are shown to be chosen from.
const SHOWN: usize = 100_000;
/// Places of a file besides its text that are shown.
const BESIDE: usize = 500;
/// Characters of such a place.
const LONGEST: usize = 2000;

#[derive(Template)]
#[template(path = "cases/templates/redact.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    file: CaseFileId,
    named: Named,
    name: String,
    /// Whether it is a picture, which is shown to draw on.
    picture: bool,
    /// What is read of the file; empty of a picture.
    text: String,
    /// Whether the text goes on.
    more: bool,
    notes: Vec<String>,
    /// What to do with a PDF of pages that are pictures, which cannot be shown to draw on; empty = it is none.
    scan: &'static str,
    /// What the file holds besides, each with its place, and whether nobody sees it who opens the file.
    beside: Vec<(String, String, bool)>,
    fields: Vec<Field>,
    once: String,
}

/// A file of a case that this person may handle, and its bytes beside the sealed ones while they are looked at.
async fn found(ctx: &Ctx, desk: &Desk, id: &CaseId, file: &CaseFileId) -> Result<(Entry, Kind, CaseFile)> {
    let (entry, kind) = seen(ctx, desk, id).await?;
    let all = files::of_case(ctx, ctx.db().read(), &entry).await?;
    let file = all.into_iter().find(|one| one.id == *file).ok_or(Refusal::NotFound)?;
    Ok((entry, kind, file))
}

fn extractor(ctx: &Ctx) -> Extractor {
    Extractor::new(ctx.program().clone(), Limits::default())
}

fn is_pdf(name: &str) -> bool {
    name.to_lowercase().ends_with(".pdf")
}

fn is_picture(name: &str) -> bool {
    let lower = name.to_lowercase();
    [".png", ".jpg", ".jpeg"].iter().any(|end| lower.ends_with(end))
}

/// `GET /cases/{id}/files/{file}/redact`
pub(super) async fn form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(CaseId, CaseFileId)>,
) -> Result<Response> {
    page_of(&ctx, &desk, (&id, &file), None, FormErrors::new()).await
}

/// The page, with what was typed or, at first, with the personal information that is found.
async fn page_of(
    ctx: &Ctx,
    desk: &Desk,
    (id, file): (&CaseId, &CaseFileId),
    typed: Option<&Typed>,
    errors: FormErrors,
) -> Result<Response> {
    let (entry, kind, file) = found(ctx, desk, id, file).await?;
    let picture = is_picture(&file.name);
    let read = if picture {
        None
    } else {
        let local = ctx.files().local_sealed(&file.digest).await?;
        Some(extractor(ctx).extract(&local, &file.name).await.map_err(|why| Error::Invalid(why.message))?)
    };
    let first = read.as_ref().map(proposed).unwrap_or_default();
    let typed = typed.unwrap_or(&first);
    let letters = letters::of_case(ctx, ctx.db().read(), &entry).await?;
    let open = letters.into_iter().filter(|one| matches!(one.state.as_str(), "draft" | "returned"));
    let open: Vec<(String, String)> = open.map(|one| (one.id.to_string(), one.body.title)).collect();
    let text = read.as_ref().map(|read| read.text.as_str()).unwrap_or_default();
    let scan = read.as_ref().map(|read| of_scan(&file.name, read)).unwrap_or_default();
    // What is said of a file to publish does not help whoever takes something out of a scan.
    let told = read.as_ref().filter(|_| scan != SCAN);
    let bad = !errors.is_empty();
    let form = Page {
        shell: desk.shell(ctx, "区分处理").await?.with_error(bad),
        errors,
        id: id.clone(),
        file: file.id.clone(),
        named: Named::of(ctx, (&entry, kind))?,
        name: file.name.clone(),
        picture,
        text: text.chars().take(SHOWN).collect(),
        more: text.chars().nth(SHOWN).is_some(),
        notes: told.map(notes).unwrap_or_default(),
        scan,
        beside: read.as_ref().map(beside).unwrap_or_default(),
        fields: fields(typed, (file.name.as_str(), picture), open),
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// What the file holds besides its text, with places in words: hidden sheets and rows, comments, headers, names.
fn beside(read: &Extracted) -> Vec<(String, String, bool)> {
    let told = |part: &documents::Part| {
        let text: String = part.text.chars().take(LONGEST).collect();
        (documents::place_in_words(&part.place), text, part.is_unseen())
    };
    read.beside().into_iter().take(BESIDE).map(told).collect()
}

/// What is in the form at first.
fn proposed(read: &Extracted) -> Typed {
    let words: Vec<String> =
        document::personal_words(&read.parts).into_iter().map(|words| words.replace('\n', " ")).collect();
    // The ground is chosen by whoever covers something, and by nobody before.
    Typed::from([("words".to_owned(), words.join("\n"))])
}

/// What whoever reads the text must know of it.
fn notes(read: &Extracted) -> Vec<String> {
    let unread = read.unread().filter(|(_, how)| *how == Unread::All).map(|(part, _)| part.text.clone());
    read.warnings.iter().cloned().chain(read.left_out()).chain(unread).collect()
}

/// Of a PDF that is a scan from its first page to its last.
const SCAN: &str = "这份 PDF 是扫描件，没有可以读出的文字；平台不能画出 PDF 的页面，不能在它上面遮盖。请把要送出的页导出为 PNG 或者 JPEG 图片\
                    （扫描时直接存为图片，或者用看图、阅读软件导出），作为附件添加到这个办件，再对图片区分处理。";
/// Of a PDF with such pages among others.
const SCANNED_PAGES: &str = "这份 PDF 有的页是扫描的图片：下面只能遮盖读得出的文字，生成的文件里也只有这些文字，没有扫描的页。平台不能画出 PDF 的页面；\
                             要送出扫描的页的，请把它们导出为 PNG 或者 JPEG 图片，作为附件添加到这个办件，再对图片区分处理。";

/// What to do with a file of which pages are pictures; empty = there is nothing to do.
fn of_scan(name: &str, read: &Extracted) -> &'static str {
    if !is_pdf(name) {
        ""
    } else if read.text.trim().is_empty() {
        SCAN
    } else if read.unread().any(|(_, how)| how == Unread::All) {
        SCANNED_PAGES
    } else {
        ""
    }
}

fn fields(typed: &Typed, (name, picture): (&str, bool), letters: Vec<(String, String)>) -> Vec<Field> {
    let options = GROUNDS.iter().map(|(code, words)| ((*code).to_owned(), (*words).to_owned())).collect();
    let mut all = Vec::new();
    if picture {
        let hint = "每行一处：左,上,右,下，按宽和高的百分比，例如 10,20,50.5,30；依据与下面选的不同的，在后面写分号和依据，\
                    例如 10,20,50.5,30；《统计法》第二十五条";
        all.push(Field::text("areas", "要遮盖的区域", hint, typed, 20_000));
        all.push(Field::select("ground", "不予公开的依据", "没有单独写依据的区域都用这一个", typed, options));
    } else {
        let hint = "每行一处，与上面读出的文字一致，文件里每一处都遮盖；已列出系统找到的个人信息，请核对增减";
        all.push(Field::text("words", "要遮盖的文字", hint, typed, 20_000));
        all.push(Field::select("ground", "不予公开的依据", "写进每一处", typed, options));
    }
    all.push(Field::line("own", "其他依据", "上面选“其他”时填写", typed, 100).optional());
    let paged = is_pdf(name) || [".html", ".htm"].iter().any(|end| name.to_lowercase().ends_with(end));
    if !picture {
        let ways = [("file", "保留原来的格式"), ("text", "只留文字，重新排版")];
        // Nothing is offered that is not done.
        let ways = ways.into_iter().filter(|(code, _)| !paged || *code == "text");
        let ways = ways.map(|(code, words)| (code.to_owned(), words.to_owned())).collect();
        let hint = if paged {
            "PDF 和网页总是只留文字：PDF 里看不见的旧版本、附件、表单和图层没有可靠的办法逐一证明删净；\
             要保留 PDF 版面的，请把要送出的页导出为图片，作为附件添加，在图片上遮盖"
        } else {
            ""
        };
        all.push(Field::select("way", "怎样生成", hint, typed, ways).optional());
    }
    if !letters.is_empty() {
        all.push(Field::select("letter", "随哪份文书送达", "", typed, letters).optional());
    }
    all
}

/// The words of the ground that is chosen for all.
fn ground(typed: &Typed) -> Result<String, FormErrors> {
    match GROUNDS.iter().find(|(code, _)| *code == of(typed, "ground")) {
        None => Err(FormErrors::one("ground", "请选择不予公开的依据。")),
        Some(("own", _)) if of(typed, "own").trim().is_empty() => {
            Err(FormErrors::one("own", "请写明依据，例如《统计法》第二十五条。"))
        }
        Some(("own", _)) => Ok(of(typed, "own").trim().to_owned()),
        Some(&(_, words)) => Ok(words.to_owned()),
    }
}

/// Characters of a ground that stands behind an area.
const GROUND: usize = 100;

/// The areas of a picture, each with the words of its ground, in the order of their numbers.
fn areas(typed: &Typed) -> Result<Vec<(Area, String)>, FormErrors> {
    let mut all = Vec::new();
    for line in of(typed, "areas").lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (sides, own) = line.split_once([';', '；']).unwrap_or((line, ""));
        let Some(area) = Area::read(sides) else {
            let told = "请每行写一处，例如 10,20,50.5,30，都在 0 到 100 之间，左小于右、上小于下。";
            return Err(FormErrors::one("areas", told));
        };
        let own = own.trim();
        if own.chars().count() > GROUND {
            return Err(FormErrors::one("areas", format!("每处的依据请写在 {GROUND} 字以内。")));
        }
        let coded = |code: &str| ground(&Typed::from([("ground".to_owned(), code.to_owned()), own_ground(typed)]));
        let words = match GROUNDS.iter().find(|(code, _)| *code == own) {
            Some((code, _)) => coded(code)?,
            None if own.is_empty() => ground(typed)?,
            None => own.to_owned(),
        };
        all.push((area, words));
    }
    if all.is_empty() {
        return Err(FormErrors::one("areas", "请在图片上画出要遮盖的区域，或者每行写一处，例如 10,20,50.5,30。"));
    }
    Ok(all)
}

/// The field of a ground of one's own, for reading it with another choice.
fn own_ground(typed: &Typed) -> (String, String) {
    ("own".to_owned(), of(typed, "own").to_owned())
}

/// The grounds of the areas by their numbers, a line for each ground: 第 1、3 处：….
fn by_number(areas: &[(Area, String)]) -> Vec<String> {
    let mut grounds: Vec<(&str, Vec<String>)> = Vec::new();
    for (at, (_, ground)) in areas.iter().enumerate() {
        let number = (at + 1).to_string();
        match grounds.iter_mut().find(|(known, _)| *known == ground.as_str()) {
            Some((_, numbers)) => numbers.push(number),
            None => grounds.push((ground.as_str(), vec![number])),
        }
    }
    let line =
        |(ground, numbers): &(&str, Vec<String>)| format!("第 {} 处：依据{ground}不予公开。", numbers.join("、"));
    grounds.iter().map(line).collect()
}

/// What is to be taken out, with its ground.
fn removals(typed: &Typed) -> Result<Vec<Removal>, FormErrors> {
    let ground = ground(typed)?;
    let mut words: Vec<&str> = of(typed, "words").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        return Err(FormErrors::one("words", "请写明要遮盖的文字，每行一处。"));
    }
    Ok(words.into_iter().map(|words| Removal::on(words, &ground)).collect())
}

/// The copy: name, bytes, and what became of it in words.
struct Made {
    name: String,
    bytes: Vec<u8>,
    told: String,
    /// Of a picture, name and bytes of the paper that tells the ground of each number.
    grounds: Option<(String, Vec<u8>)>,
}

/// What is put on paper anew, with the ending of its name; what keeps it from it at the field of this name.
async fn on_paper(
    ctx: &Ctx,
    (title, pages): (&str, &[Vec<String>]),
    field: &str,
) -> Result<Result<(Vec<u8>, &'static str), FormErrors>> {
    let paper = Paper::of_pages(title, "", pages);
    let press = Press::new(ctx.program(), Fonts::found(&ctx.settings::<Papers>()));
    Ok(match press.pdf(&paper).await {
        Ok(pdf) => Ok((pdf, "pdf")),
        Err(Unprinted::NoFont | Unprinted::Lacks(_)) => {
            Ok((::letter::docx(&paper).map_err(|uneven| Error::Invalid(format!("{uneven}。")))?, "docx"))
        }
        Err(why) => Err(FormErrors::one(field, why.to_string())),
    })
}

/// Of which file a copy is made.
struct About<'a> {
    file: &'a CaseFile,
    /// Number of the case in its register.
    number: String,
    /// Of the copy among those of files of this name, as its name tells it; empty of the first.
    mark: String,
}

/// A picture without its areas, with the paper of their grounds.
async fn covered(ctx: &Ctx, about: &About<'_>, typed: &Typed) -> Result<Result<Made, FormErrors>> {
    let file = about.file;
    let areas = match areas(typed) {
        Ok(areas) => areas,
        Err(errors) => return Ok(Err(errors)),
    };
    let local = ctx.files().local_sealed(&file.digest).await?;
    let drawn = areas.iter().map(|(area, _)| *area).collect();
    let covered = match extractor(ctx).cover(&local, &file.name, drawn).await {
        Ok(covered) => covered,
        Err(why) => return Ok(Err(FormErrors::one("areas", why.message))),
    };
    let name = named(&file.name, ("区分处理", &about.mark), None);
    let mut lines = vec!["区分处理说明".to_owned(), format!("办件：{}", about.number), format!("文件：{name}")];
    lines.push("图片涂黑的各处按编号说明依据：".to_owned());
    lines.extend(by_number(&areas));
    let (paper, ending) = match on_paper(ctx, ("区分处理说明", &[lines][..]), "areas").await? {
        Ok(paper) => paper,
        Err(errors) => return Ok(Err(errors)),
    };
    let beside = named(&file.name, ("区分处理说明", &about.mark), Some(ending));
    let told = format!("已涂黑 {} 处，各处的依据写在“{beside}”，与图片一起送出", areas.len());
    let grounds = Some((beside, paper));
    Ok(Ok(Made { name, bytes: covered.bytes, told, grounds }))
}

/// The name of what is made of a file: that of the file, with what it is and its mark among several, with another ending where it
/// is put on paper anew.
fn named(name: &str, (what, mark): (&str, &str), ending: Option<&str>) -> String {
    let (stem, own) = name.rsplit_once('.').unwrap_or((name, ""));
    let ending = ending.unwrap_or(own);
    let dot = if ending.is_empty() { "" } else { "." };
    format!("{stem}（{what}{mark}）{dot}{ending}")
}

/// The mark of the next copy of a file of this name: nothing, 2, 3 …; none that a copy or the paper beside it bears already.
fn next_mark(name: &str, taken: &[String]) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut mark = String::new();
    let mut number = 1;
    loop {
        let heads = ["区分处理", "区分处理说明"].map(|what| format!("{stem}（{what}{mark}）"));
        if !taken.iter().any(|name| heads.iter().any(|head| name.starts_with(head.as_str()))) {
            return mark;
        }
        number += 1;
        mark = number.to_string();
    }
}

/// The media type of the copy: that of the file where it kept its form.
fn media_of<'a>(name: &str, file: &'a CaseFile) -> &'a str {
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    match ending(name).as_deref() {
        same if same == ending(&file.name).as_deref() => &file.media,
        Some("pdf") => Format::Pdf.media_type(),
        Some("docx") => Format::Docx.media_type(),
        _ => "application/octet-stream",
    }
}

/// Makes the copy. What keeps it from being made is told at its field.
async fn made(ctx: &Ctx, about: &About<'_>, typed: &Typed) -> Result<Result<Made, FormErrors>> {
    let file = about.file;
    if is_picture(&file.name) {
        return covered(ctx, about, typed).await;
    }
    let local = ctx.files().local_sealed(&file.digest).await?;
    let removals = match removals(typed) {
        Ok(removals) => removals,
        Err(errors) => return Ok(Err(errors)),
    };
    let text = of(typed, "way") == "text";
    let redacted = match extractor(ctx).redact(&local, &file.name, &removals, text).await {
        Ok(redacted) => redacted,
        Err(why) => return Ok(Err(FormErrors::one("words", why.message))),
    };
    let told = outcome(&redacted);
    if redacted.pages.is_empty() {
        let name = named(&file.name, ("区分处理", &about.mark), None);
        let told = format!("{told}{}", left(ctx, &redacted.bytes, &name).await?);
        return Ok(Ok(Made { name, bytes: redacted.bytes, told, grounds: None }));
    }
    let (bytes, ending) = match on_paper(ctx, ("区分处理件", redacted.pages.as_slice()), "words").await? {
        Ok(made) => made,
        Err(errors) => return Ok(Err(errors)),
    };
    let name = named(&file.name, ("区分处理", &about.mark), Some(ending));
    let told = format!("{told}{}", left(ctx, &bytes, &name).await?);
    let name = proven(ctx, &bytes, &name, &removals).await?;
    Ok(name.map(|name| Made { name, bytes, told, grounds: None }))
}

/// How much is left in a copy that looks like some person's, in whatever form it is written; empty where nothing is. Never which:
/// what is said after a step is kept.
async fn left(ctx: &Ctx, bytes: &[u8], name: &str) -> Result<String> {
    let received = ctx.files().receive_bytes(bytes).await?;
    let read: Result<Extracted, Rejected> = extractor(ctx).extract(&received.path, name).await;
    Ok(match read.map(|read| document::personal_words(&read.parts).len()) {
        Ok(0) | Err(_) => String::new(),
        Ok(many) => format!("。文件里还有 {many} 处像个人信息的内容没有遮盖，请核对"),
    })
}

/// What is on paper anew is read again before it is kept; the name of the copy.
async fn proven(ctx: &Ctx, bytes: &[u8], name: &str, removals: &[Removal]) -> Result<Result<String, FormErrors>> {
    let received = ctx.files().receive_bytes(bytes).await?;
    let read: Result<Extracted, Rejected> = extractor(ctx).extract(&received.path, name).await;
    Ok(match read {
        Ok(read) if documents::remains(&read, removals).is_empty() => Ok(name.to_owned()),
        Ok(_) => Err(FormErrors::one("words", "遮盖以后仍能读出要遮盖的文字，没有生成。请分成几处再试。")),
        Err(why) => Err(FormErrors::one("words", why.message)),
    })
}

fn outcome(redacted: &Redacted) -> String {
    let count: usize = redacted.removed.iter().sum();
    let mut told = format!("已遮盖 {count} 处");
    if !redacted.dropped.is_empty() {
        told.push_str(&format!("，去掉了{}", redacted.dropped.join("、")));
    }
    for note in &redacted.notes {
        told.push_str(&format!("。{}", note.trim_end_matches('。')));
    }
    told
}

/// `POST /cases/{id}/files/{file}/redact`
pub(super) async fn done(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(CaseId, CaseFileId)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let (entry, kind, original) = found(&ctx, &desk, &id, &file).await?;
    if entry.is_erased() {
        return Err(Refusal::NotFound.into());
    }
    let all = files::of_case(&ctx, ctx.db().read(), &entry).await?;
    let taken: Vec<String> = all.into_iter().map(|one| one.name).collect();
    let mark = next_mark(&original.name, &taken);
    let about = About { file: &original, number: entry.registered(kind), mark };
    let copy = match made(&ctx, &about, &typed).await? {
        Ok(copy) => copy,
        Err(errors) => return page_of(&ctx, &desk, (&id, &file), Some(&typed), errors).await,
    };
    let media = media_of(&copy.name, &original);
    let mut going = vec![(copy.name.clone(), media.to_owned(), copy.bytes.clone())];
    if let Some((name, bytes)) = &copy.grounds {
        going.push((name.clone(), media_of(name, &original).to_owned(), bytes.clone()));
    }
    let mut all = Vec::new();
    for (name, media, bytes) in going {
        let received = ctx.files().receive_bytes(&bytes).await?;
        all.push((name, media, received));
    }
    let write = async |tx: &mut Tx| {
        case::seen(&ctx, tx.conn(), &desk.actor(), &id).await?;
        let letter = letters::LetterId::from(of(&typed, "letter"));
        let letter = Some(&letter).filter(|letter| !letter.as_str().is_empty());
        for (name, media, received) in &all {
            let sealed = ctx.files().keep_sealed(tx, received).await?;
            let kept = Kept::of(&sealed, received, name, media);
            if *name == copy.name {
                files::attach_copy(&ctx, tx, &desk.actor(), &id, (&kept, &original.id), letter).await?;
            } else {
                files::attach(&ctx, tx, &desk.actor(), &id, &kept, (Origin::Office, letter)).await?;
            }
        }
        let told = format!("{}。请下载“{}”通读后再送出。", copy.told, copy.name);
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), told))
    };
    let again = async |errors: FormErrors| page_of(&ctx, &desk, (&id, &file), Some(&typed), errors).await;
    act_in_place(&ctx, of(&typed, "once"), write, again).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_line_is_one_and_bears_the_ground() {
        let all = removals(&typed(&[("words", "张示范\n\n 13800138000 \n张示范"), ("ground", "15")])).expect("sound");
        let words: Vec<&str> = all.iter().map(|one| one.words.as_str()).collect();
        assert_eq!(words, ["13800138000", "张示范"]);
        assert_eq!(all[0].mark, "〔依据《中华人民共和国政府信息公开条例》第十五条不予公开〕");
        let own = removals(&typed(&[("words", "甲乙"), ("ground", "own"), ("own", "《统计法》第二十五条")]));
        assert_eq!(own.expect("sound")[0].mark, "〔依据《统计法》第二十五条不予公开〕");
        for (wrong, field) in [
            (typed(&[("words", "甲乙")]), "ground"),
            (typed(&[("words", "甲乙"), ("ground", "own")]), "own"),
            (typed(&[("words", " \n"), ("ground", "15")]), "words"),
        ] {
            assert!(removals(&wrong).expect_err(field).of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_scan_is_told_apart_and_nothing_is_offered_that_is_not_done() {
        let mut read = Extracted {
            format: Format::Pdf,
            text: " \n".to_owned(),
            headings: Vec::new(),
            html: None,
            parts: Vec::new(),
            pages: None,
            warnings: Vec::new(),
        };
        assert_eq!(of_scan("扫描件.PDF", &read), SCAN);
        assert_eq!(of_scan("空白.docx", &read), "");
        read.text = "第一页的文字".to_owned();
        assert_eq!(of_scan("材料.pdf", &read), "");
        read.tell_unread("page 2", Unread::All, "第 2 页是图片");
        assert_eq!(of_scan("材料.pdf", &read), SCANNED_PAGES);
        let ways = |name: &str| {
            let all = fields(&Typed::new(), (name, false), Vec::new());
            all.into_iter().find(|field| field.key == "way").map(|field| field.options().len())
        };
        assert_eq!([ways("材料.pdf"), ways("材料.docx")], [Some(1), Some(2)]);
    }

    #[test]
    fn each_area_has_its_ground_by_number() {
        let drawn = "10,20,30,40\n0,0,5.5,5；14\n50,50,60,60; 《统计法》第二十五条\n70,70,80,80;own\n1,1,2,2";
        let all = areas(&typed(&[("areas", drawn), ("ground", "15"), ("own", "《档案法》第二十八条")])).expect("sound");
        assert_eq!(all.len(), 5);
        let told = by_number(&all);
        assert_eq!(told.len(), 4, "{told:?}");
        assert_eq!(told[0], "第 1、5 处：依据《中华人民共和国政府信息公开条例》第十五条不予公开。");
        assert!(told[1].contains("第 2 处：依据《中华人民共和国政府信息公开条例》第十四条"), "{told:?}");
        assert_eq!(told[2], "第 3 处：依据《统计法》第二十五条不予公开。");
        assert_eq!(told[3], "第 4 处：依据《档案法》第二十八条不予公开。");
        for (wrong, field) in [
            (typed(&[("areas", "10,20,30"), ("ground", "15")]), "areas"),
            (typed(&[("areas", " "), ("ground", "15")]), "areas"),
            (typed(&[("areas", "10,20,30,40")]), "ground"),
            (typed(&[("areas", "10,20,30,40;own"), ("ground", "15")]), "own"),
        ] {
            assert!(areas(&wrong).expect_err(field).of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_copy_says_in_its_name_that_it_is_one() {
        assert_eq!(named("材料.docx", ("区分处理", ""), None), "材料（区分处理）.docx");
        assert_eq!(named("材料.v2.html", ("区分处理", "2"), Some("pdf")), "材料.v2（区分处理2）.pdf");
        assert_eq!(named("材料", ("区分处理说明", ""), None), "材料（区分处理说明）");
    }

    #[test]
    fn copies_of_a_file_are_told_apart_by_their_numbers() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        assert_eq!(next_mark("名单.png", &names(&["名单.png", "名单2（区分处理）.png"])), "");
        let first = ["名单.png", "名单（区分处理）.png", "名单（区分处理说明）.pdf"];
        assert_eq!(next_mark("名单.png", &names(&first)), "2");
        let all = [&first[..], &["名单（区分处理说明2）.docx"]].concat();
        assert_eq!(next_mark("名单.png", &names(&all)), "3", "a paper that stands alone keeps its number");
    }
}
