//! Attachments: received as a stream, limited, recognised by their bytes, read in a guarded child process, then kept.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, Weak},
};

use axum::extract::multipart::Field;
use document::{
    House, Whole,
    files::{self, Added, NewFile},
};
use documents::{Extractor, Format, Limits};
use kernel::{
    Actor,
    id::{AccountId, AttachmentId},
};
use store::{Tx, files::Received};
use tokio::sync::{Mutex, OwnedMutexGuard};
use web::{Ctx, Error, Result};

/// What a public attachment may be. Other formats are refused even if they can be read: readers could not open them
/// everywhere, or they could run something in the reader's browser.
const ALLOWED: [Format; 7] =
    [Format::Pdf, Format::Docx, Format::Xlsx, Format::Csv, Format::Txt, Format::Png, Format::Jpeg];

/// Endings of the names of [`ALLOWED`] formats; a name may have none.
const ENDINGS: [&str; 9] = ["pdf", "docx", "xlsx", "csv", "txt", "text", "png", "jpg", "jpeg"];

/// Most bytes of a picture: unlike other files it passes through the memory of the server, where its notes are taken off.
const MOST_PICTURE: u64 = 50 << 20;

/// A file that was received and read, not yet kept.
#[derive(Debug)]
pub struct Incoming {
    received: Received,
    file_name: String,
    format: Format,
    text: String,
    parts: String,
    warnings: Vec<String>,
}

type Turns = HashMap<AccountId, Weak<Mutex<()>>>;

/// One file of a person is read at a time: whoever uploads many slow ones does not keep all readers from the others.
static TURNS: LazyLock<std::sync::Mutex<Turns>> = LazyLock::new(std::sync::Mutex::default);

pub(super) async fn turn_of(who: &AccountId) -> OwnedMutexGuard<()> {
    let turn = {
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        let known = turns.get(who).and_then(Weak::upgrade);
        let turn = known.unwrap_or_default();
        turns.insert(who.clone(), Arc::downgrade(&turn));
        turn
    };
    turn.lock_owned().await
}

pub(super) fn extractor(ctx: &Ctx) -> Extractor {
    let limits = Limits { input_bytes: ctx.config().server.upload_mb << 20, ..Limits::default() };
    Extractor::new(ctx.program(), limits)
}

/// Refuses what its name alone says is no attachment: asked before its bytes are sent.
///
/// # Errors
/// [`Error::Invalid`] with what to send instead.
pub(super) fn by_name(name: &str) -> Result<()> {
    documents::names::refuse_programs(name).map_err(refused)?;
    let ending = documents::names::extension_of(name);
    // The fourth ending of JPEG is as good as nobody's.
    if ending.is_empty() || ending == "jpe" || ENDINGS.contains(&ending.as_str()) {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "文件名以 .{ending} 结尾，不能作为公开附件。请另存为 PDF、Word（.docx）、Excel（.xlsx）、CSV、TXT 或 PNG、JPEG 图片后再上传。"
    )))
}

/// Receives one file of a form.
///
/// # Errors
/// [`Error::TooLarge`] beyond the limit; [`Error::Invalid`] with the reason when it cannot be read or is of no allowed kind.
pub async fn receive(ctx: &Ctx, who: &AccountId, field: Field<'_>) -> Result<Incoming> {
    let (received, file_name) = take(ctx, field).await?;
    let _turn = turn_of(who).await;
    read(ctx, received, file_name).await
}

/// Takes in the bytes of one file of a form, with its name.
pub(super) async fn take(ctx: &Ctx, mut field: Field<'_>) -> Result<(Received, String)> {
    let file_name = kernel::names::of_file(field.file_name().unwrap_or(""));
    let most = ctx.config().server.upload_mb << 20;
    let mut incoming = ctx.files().receive().await?;
    loop {
        let chunk = field.chunk().await.map_err(|error| {
            tracing::info!(%error, "upload broke off");
            Error::Invalid("文件没有传完，可能是网络中断。请重新选择文件再传一次。".into())
        })?;
        let Some(chunk) = chunk else { break };
        if incoming.write(&chunk).await? > most {
            return Err(too_large(ctx));
        }
    }
    Ok((incoming.finish().await?, file_name))
}

/// Said of a file beyond the limit of the installation.
pub(super) fn too_large(ctx: &Ctx) -> Error {
    let most = ctx.config().server.upload_mb;
    Error::TooLarge(format!("文件超过 {most} MB 的上限。请压缩文件中的图片，或拆分成几个文件后再上传。"))
}

/// What a refused file is answered with.
pub(super) fn refused(rejected: documents::Rejected) -> Error {
    tracing::info!(code = rejected.code.as_str(), "uploaded file refused");
    match rejected.code {
        documents::Code::Internal => Error::Unavailable(rejected.message),
        documents::Code::TooLarge => Error::TooLarge(rejected.message),
        _ => Error::Invalid(rejected.message),
    }
}

/// Recognises and reads a received file.
///
/// # Errors
/// [`Error::Invalid`] with the reason when it cannot be read or is of no allowed kind.
pub async fn read(ctx: &Ctx, received: Received, file_name: String) -> Result<Incoming> {
    let (received, stripped) = without_notes(ctx, received).await?;
    let extracted = extractor(ctx).extract(&received.path, &file_name).await.map_err(refused)?;
    if !ALLOWED.contains(&extracted.format) {
        return Err(Error::Invalid(format!(
            "{}不能作为公开附件。请另存为 PDF、Word（.docx）、Excel（.xlsx）、CSV、TXT 或 PNG、JPEG 图片后再上传。",
            extracted.format.name()
        )));
    }
    let mut warnings = extracted.warnings;
    if stripped {
        warnings.push("已去掉图片里的拍摄信息和备注（时间、地点、设备等），画面不变。".to_owned());
    }
    Ok(Incoming {
        received,
        file_name: with_ending(file_name, extracted.format),
        format: extracted.format,
        parts: serde_json::to_string(&extracted.parts)?,
        text: extracted.text,
        warnings,
    })
}

/// Reads a kept file once more: its text, and every place of it as JSON. One that cannot be read any more is named as unread, for
/// a person to look at.
///
/// # Errors
/// [`Error::Unavailable`] when no file can be read at the moment.
pub async fn again(ctx: &Ctx, path: &std::path::Path, file_name: &str) -> Result<(String, String)> {
    let (text, parts) = match extractor(ctx).extract(path, file_name).await {
        Ok(extracted) => (extracted.text, extracted.parts),
        Err(rejected) if rejected.code == documents::Code::Internal => {
            return Err(Error::Unavailable(rejected.message));
        }
        Err(rejected) => {
            tracing::warn!(code = rejected.code.as_str(), "a kept attachment cannot be read any more");
            let words = format!("这个附件按现在的规则读不出来（{}），请人工核对。", rejected.message);
            let unread = Some(documents::Unread::All);
            (String::new(), vec![documents::Part { place: "body".to_owned(), text: words, unread }])
        }
    };
    Ok((text, serde_json::to_string(&parts)?))
}

/// A name without an ending gets the usual one: readers' computers go by it.
fn with_ending(name: String, format: Format) -> String {
    let ends = |ending: &str| name.to_lowercase().ends_with(&format!(".{ending}"));
    let known = [format.extension(), "jpeg", "jpe", "text"].iter().any(|ending| ends(ending));
    if known { name } else { format!("{name}.{}", format.extension()) }
}

/// A picture without what the camera and the editor wrote into it, and whether there was something.
async fn without_notes(ctx: &Ctx, received: Received) -> Result<(Received, bool)> {
    let failed = |error: std::io::Error| Error::internal(format!("picture: {error}"));
    let mut head = [0_u8; 8];
    let mut file = tokio::fs::File::open(&received.path).await.map_err(failed)?;
    let read = tokio::io::AsyncReadExt::read(&mut file, &mut head).await.map_err(failed)?;
    if !(head[..read].starts_with(b"\x89PNG") || head[..read].starts_with(b"\xFF\xD8\xFF")) {
        return Ok((received, false));
    }
    if received.bytes > MOST_PICTURE {
        let most = MOST_PICTURE >> 20;
        return Err(Error::TooLarge(format!("图片超过 {most} MB 的上限。请用看图软件缩小尺寸，另存后再上传。")));
    }
    let bytes = tokio::fs::read(&received.path).await.map_err(failed)?;
    if !documents::picture::is_whole(&bytes) {
        let text = "这张图片不完整，打不开。请用看图软件打开原图检查，另存为 PNG 或 JPEG 后重新上传。";
        return Err(Error::Invalid(text.into()));
    }
    let Some(clean) = documents::picture::without_notes(&bytes) else { return Ok((received, false)) };
    let mut incoming = ctx.files().receive().await?;
    incoming.write(&clean).await?;
    Ok((incoming.finish().await?, true))
}

/// Keeps the bytes of a received file, for the write that attaches it.
///
/// # Errors
/// When disk or database fail.
pub async fn keep(ctx: &Ctx, tx: &mut Tx, incoming: &Incoming, title: &str) -> Result<NewFile> {
    ctx.files().keep(tx, &incoming.received).await?;
    Ok(NewFile {
        file_name: incoming.file_name.clone(),
        title: title.to_owned(),
        digest: incoming.received.digest.clone(),
        media_type: incoming.format.media_type().to_owned(),
        format: incoming.format.extension().to_owned(),
        bytes: incoming.received.bytes,
        text: incoming.text.clone(),
        parts: incoming.parts.clone(),
        warnings: incoming.warnings.clone(),
        masked: false,
    })
}

/// Puts a kept file into an edition: in the place of another, or behind the others, `twice` even though it is there already.
///
/// # Errors
/// See [`files::add`] and [`files::replace`].
pub(super) async fn put(
    tx: &mut Tx,
    (house, actor): (&House, &Actor),
    whole: &Whole,
    replaces: Option<&AttachmentId>,
    (file, twice): (&NewFile, bool),
) -> document::Result<Added> {
    match replaces {
        Some(old) => Ok(Added::New(files::replace(tx, house, actor, whole, old, file).await?)),
        None => files::add(tx, house, actor, whole, (file, twice)).await,
    }
}

#[cfg(test)]
mod tests {
    use documents::Format;

    use super::{ALLOWED, ENDINGS, by_name, turn_of, with_ending};

    #[test]
    fn what_its_name_says_is_refused_before_it_is_sent() {
        for name in ["名单.csv", "照片.JPG", "2026.10", "附件", "3.工作要点", "通知.docx "] {
            assert!(by_name(name).is_ok(), "{name}");
        }
        for name in ["程序.exe", "名单.exe.pdf", "宏.xlsm", "旧表.xls", "旧文.doc", "网页.html", "压缩.zip", "con.txt"]
        {
            assert!(by_name(name).is_err(), "{name}");
        }
        assert!(ALLOWED.iter().all(|format| ENDINGS.contains(&format.extension())));
    }

    #[test]
    fn a_name_without_an_ending_gets_the_usual_one() {
        assert_eq!(with_ending("名单".into(), Format::Xlsx), "名单.xlsx");
        assert_eq!(with_ending("2026.10".into(), Format::Txt), "2026.10.txt");
        assert_eq!(with_ending("名单.XLSX".into(), Format::Xlsx), "名单.XLSX");
        assert_eq!(with_ending("照片.jpeg".into(), Format::Jpeg), "照片.jpeg");
    }

    #[tokio::test]
    async fn each_person_has_one_file_read_at_a_time() {
        let first = turn_of(&"a".into()).await;
        let second = tokio::spawn(async { drop(turn_of(&"a".into()).await) });
        // Another person does not wait for the first.
        drop(turn_of(&"b".into()).await);
        tokio::task::yield_now().await;
        assert!(!second.is_finished(), "two files of one person at once");
        drop(first);
        second.await.expect("the turn came");
    }
}
