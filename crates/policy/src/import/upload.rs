//! A handful of files, or a zip, chosen on a page: read one by one in children of their own, and brought in like a
//! folder.

use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    response::{IntoResponse, Response},
};
use documents::{Extractor, Limits, names::extension_of};
use kernel::{OrganCode, id::ColumnId, may_for};
use web::{
    Ctx, Desk, Error, FormErrors, Redirect, Result,
    sent::{self, Sent},
};

use super::{
    IMPORT,
    pages::{self, Typed},
    run::{self, Reading, Wanted},
    walk::{self, Content, Source},
};

/// Files that are chosen at once.
const FILES: usize = 50;
/// Bytes of all of them, as they are sent.
const BYTES: u64 = 60 << 20;
/// Bytes of all of them unpacked: they are in memory until they are read, and archives of some kilobytes unpack to many megabytes.
const UNPACKED: u64 = 150 << 20;

/// What came with the form.
#[derive(Default)]
struct Received {
    typed: Typed,
    files: Vec<Source>,
    /// Names as they were chosen, for people.
    names: Vec<String>,
    faults: Vec<String>,
}

/// POST /imports
pub(super) async fn receive(
    State(ctx): State<Ctx>,
    desk: Desk,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let none = || Error::Invalid("没有收到文件。请回到导入页，选择文件后再点“导入”。".into());
    let received = take(&ctx, form.map_err(|_| none())?).await?;
    let (typed, mut errors) = (received.typed.clone(), FormErrors::new());
    for fault in &received.faults {
        errors.add("file", fault.as_str());
    }
    if received.files.is_empty() && received.faults.is_empty() {
        errors.add("file", "请选择要导入的文件，例如几份 Word 文档，或一个 zip 压缩包。");
    }
    let organ = OrganCode::from(typed.organ.as_str());
    let stands = ctx.directory().get(&organ).is_some();
    errors.require(
        stands && may_for(&desk.actor(), &IMPORT, &organ).is_ok(),
        "organ",
        "请选择发布机关，例如“县财政局”。",
    );
    let column = Some(typed.column.as_str()).filter(|column| !column.is_empty()).map(ColumnId::from);
    let place = match run::place(&ctx, &typed.kind, column.as_ref()).await {
        Ok(place) => Some(place),
        Err(Error::Invalid(why)) => {
            errors.add("column", why);
            None
        }
        Err(other) => return Err(other),
    };
    let Some((kind, column)) = place.filter(|_| errors.is_empty()) else {
        return pages::shown(&ctx, &desk, "", typed, errors).await;
    };
    let wanted = Wanted { organ, kind, column, source: named(&received.names) };
    let report = run::run(&ctx, &desk.actor(), &wanted, received.files, Reading::Apart, |_| ()).await?;
    let to = Redirect::to(format!("/imports/{}", report.batch));
    let told = format!(
        "读了 {} 个文件：导入 {} 件（其中 {} 件请核对），已有 {} 件，没有导入 {} 个。",
        report.found,
        report.imported,
        report.doubtful,
        report.skipped,
        report.failed.len()
    );
    let smooth = report.failed.is_empty() && report.changed.is_empty();
    Ok(if smooth { to.ok(told) } else { to.flash("warn", told) }.into_response())
}

/// The names of what was chosen, short enough for a heading.
fn named(names: &[String]) -> String {
    const SHOWN: usize = 3;
    const LONGEST: usize = 120;
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let rest = if names.len() > SHOWN { format!(" 等 {} 个文件", names.len()) } else { String::new() };
    let words: String = first.join("、").chars().take(LONGEST).collect();
    format!("{words}{rest}")
}

/// Takes the form in: what is too much is told, and the rest is not thrown away half read.
async fn take(ctx: &Ctx, mut form: Multipart) -> Result<Received> {
    let mut received = Received::default();
    let (mut bytes, mut unpacked, mut count) = (0_u64, 0_u64, 0_usize);
    while let Some(field) = form.next_field().await.map_err(sent::broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let text = field.text().await.map_err(sent::broken)?.trim().to_owned();
            match name.as_str() {
                "organ" => received.typed.organ = text,
                "kind" => received.typed.kind = text,
                "column" => received.typed.column = text,
                _ => {}
            }
            continue;
        }
        let too_large =
            || format!("文件合起来超过 {} MB。请分几次导入，或请管理员在服务器上用 gongkai import 导入。", BYTES >> 20);
        let Some(Sent { name, received: file }) = sent::file(ctx, field, BYTES, too_large).await? else { continue };
        count += 1;
        bytes += file.bytes;
        if count > FILES {
            received.faults = vec![format!(
                "一次最多选择 {FILES} 个文件。更多的请压缩成 zip，或请管理员在服务器上用 gongkai import 导入。"
            )];
            continue;
        }
        if bytes > BYTES {
            return Err(Error::TooLarge(too_large()));
        }
        received.names.push(name.clone());
        if extension_of(&name) == "zip" {
            let child = Extractor::new(ctx.program().clone(), Limits::default());
            match child.unpack(&file.path, &name).await {
                Ok(held) => {
                    let read: Vec<_> = held.into_iter().filter(|one| walk::is_read(&one.name)).collect();
                    unpacked += read.iter().map(|one| one.bytes.len() as u64).sum::<u64>();
                    if unpacked > UNPACKED {
                        return Err(Error::TooLarge(format!(
                            "压缩包解压后合起来超过 {} MB。请分几次导入，或请管理员在服务器上用 gongkai import 导入。",
                            UNPACKED >> 20
                        )));
                    }
                    let sources =
                        read.into_iter().map(|one| Source { name: one.name, content: Content::Held(one.bytes) });
                    received.files.extend(sources);
                }
                Err(rejected) => received.faults.push(format!("{name}：{}", rejected.message)),
            }
            continue;
        }
        let content = Content::Held(tokio::fs::read(&file.path).await?);
        received.files.push(Source { name, content });
    }
    // Equal names are told apart by nothing else.
    received.files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(received)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn many_names_are_a_few_and_a_number() {
        let names: Vec<String> = ["a.docx", "b.docx", "c.docx", "d.docx"].map(str::to_owned).to_vec();
        assert_eq!(named(&names[..2]), "a.docx、b.docx");
        assert_eq!(named(&names), "a.docx、b.docx、c.docx 等 4 个文件");
    }
}
