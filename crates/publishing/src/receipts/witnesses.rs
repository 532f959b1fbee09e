//! Witnesses: others who watch the log from elsewhere, and have cosigned what they saw of it. That goes out with the log's own
//! state and in its receipts, so that a reader need not believe the site alone. What is brought is taken when its key is one that
//! the configuration names and the state is one of this log; a state that the log has signed and that is none of its own is told:
//! somebody was shown another history.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use kernel::time;
use receipt::{Key, Signed, note};
use store::{Result, settings};
use web::Ctx;

use super::{
    LOCK, broken, number,
    rows::{self, Head, Witnessed},
    settings::{Receipts, is_address},
    sign,
    verify::WITNESSED_WORDS,
};

/// No checkpoint is larger, in bytes.
const LARGEST: usize = 64 << 10;
/// Files of a folder that are read.
const FILES: usize = 100;
/// What was not taken is told of so many.
const TOLD: usize = 5;
/// So far a clock of a witness may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);
/// Under this name the database says why something was not taken, when it was last looked.
const NOT_TAKEN: &str = "public_log.not_taken";

/// A witness as it is configured, with what it has cosigned last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) name: String,
    /// All of it: people compare nothing less.
    pub(super) key: String,
    /// Leaves in the newest state that it has cosigned; none = nothing was brought yet.
    pub(super) size: Option<i64>,
    /// When, stored form; empty = nothing was brought yet.
    pub(super) at: String,
}

/// A state of the log that is signed, and may be cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// Leaves in it.
    pub(super) size: i64,
    /// The signed note.
    pub(super) checkpoint: String,
    is_witnessed: bool,
}

/// Every witness that the configuration names.
pub(super) async fn standing(ctx: &Ctx) -> Result<Vec<Standing>> {
    let rows = rows::witnessed(ctx.db().read()).await?;
    let of = |key: Key| {
        let shown = key.to_string();
        let row = rows.iter().find(|row| row.key == shown);
        let (size, at) = row.map_or((None, String::new()), |row| (Some(row.size), row.at.clone()));
        Standing { name: key.name().to_owned(), key: shown, size, at }
    };
    Ok(ctx.settings::<Receipts>().keys().into_iter().map(of).collect())
}

/// A checkpoint with the cosignatures of these states that hold over it too.
fn joined(checkpoint: &str, rows: &[&Witnessed], keys: &[Key]) -> (String, bool) {
    let (mut text, mut any) = (checkpoint.to_owned(), false);
    for row in rows {
        let Some(key) = keys.iter().find(|key| key.to_string() == row.key) else { continue };
        let line = note::lines_of(&row.note, &[key]).unwrap_or_default();
        // Cosigned is the text above the signatures, and that must be this one.
        if !line.is_empty() && matches!(note::witnessed(&format!("{checkpoint}{line}"), key), Ok(Some(_))) {
            text.push_str(&line);
            any = true;
        }
    }
    (text, any)
}

/// The signed states of the log by which its leaves can be proven: the newest one, and older ones that witnesses have cosigned,
/// the newest first. None while nothing is signed.
pub(super) async fn states(ctx: &Ctx, head: Option<&Head>) -> Result<Vec<State>> {
    let Some(head) = head else { return Ok(Vec::new()) };
    let (keys, rows) = (ctx.settings::<Receipts>().keys(), rows::witnessed(ctx.db().read()).await?);
    let of = |size: i64| rows.iter().filter(|row| row.size == size).collect::<Vec<_>>();
    let (checkpoint, is_witnessed) = joined(&head.checkpoint, &of(head.size), &keys);
    let mut states = vec![State { size: head.size, checkpoint, is_witnessed }];
    let log = Key::parse(&head.key).map_err(broken)?;
    for row in rows.iter().filter(|row| row.size < head.size) {
        if states.iter().any(|state| state.size == row.size) {
            continue;
        }
        let own = note::only(&row.note, &[&log]).map_err(broken)?;
        let (checkpoint, is_witnessed) = joined(&own, &of(row.size), &keys);
        if is_witnessed {
            states.push(State { size: row.size, checkpoint, is_witnessed });
        }
    }
    Ok(states)
}

/// The state by which a leaf is proven best: the newest one that a witness has cosigned, else the newest; none while the leaf is
/// in no signed one.
pub(super) fn best(states: &[State], place: i64) -> Option<&State> {
    let holds = || states.iter().filter(move |state| place < state.size);
    holds().find(|state| state.is_witnessed).or_else(|| holds().next())
}

/// Takes what witnesses have cosigned from where the configuration says it is, and keeps why something was not taken.
///
/// # Errors
/// When the database fails.
pub async fn gather(ctx: &Ctx) -> Result<()> {
    let settings = ctx.settings::<Receipts>();
    let Some(head) = rows::head(ctx.db().read()).await? else { return Ok(()) };
    let (log, keys) = (Key::parse(&head.key).map_err(broken)?, settings.keys());
    let mut faults = Vec::new();
    for place in &settings.cosigned {
        match brought(place).await {
            Ok(notes) => {
                for (name, text) in notes {
                    faults.extend(take(ctx, (&log, &keys), &text).await?.map(|why| format!("{name}：{why}")));
                }
            }
            Err(why) => faults.push(format!("{place}：{why}")),
        }
    }
    let more = faults.len().saturating_sub(TOLD);
    faults.truncate(TOLD);
    let mut words = faults.join("；");
    if more > 0 {
        words.push_str(&format!("；另有 {more} 处"));
    }
    if words == settings::get(ctx.db(), NOT_TAKEN).await?.unwrap_or_default() {
        return Ok(());
    }
    let mut tx = ctx.db().write().await?;
    settings::set(&mut tx, NOT_TAKEN, &words).await?;
    tx.commit().await
}

/// Why something that was brought was not taken, in a sentence; none = all was.
pub(super) async fn not_taken(ctx: &Ctx) -> Result<Option<String>> {
    let words = settings::get(ctx.db(), NOT_TAKEN).await?.filter(|words| !words.is_empty());
    Ok(words.map(|words| format!("见证方交回的检查点有的没有采用：{words}。")))
}

/// Takes one checkpoint; in words why it was not.
async fn take(ctx: &Ctx, (log, witnesses): (&Key, &[Key]), text: &str) -> Result<Option<String>> {
    let state = match Signed::open(text, log) {
        Ok(state) => state,
        Err(fault) => return Ok(Some(fault.to_string())),
    };
    let size = rows::size(ctx.db().read()).await?;
    if let Some(words) = sign::misfit(ctx.db().read(), (text, log), size, WITNESSED_WORDS).await? {
        return Ok(Some(words));
    }
    let (mut heard, now) = (false, ctx.seams().now());
    for witness in witnesses {
        let seconds = match note::witnessed(text, witness) {
            Ok(Some(seconds)) => seconds,
            Ok(None) => continue,
            Err(fault) => return Ok(Some(fault.to_string())),
        };
        heard = true;
        let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let Some(moment) = moment.filter(|moment| moment.duration_since(now) <= AHEAD) else {
            return Ok(Some(format!("{} 的加签时间在以后，请对方校准系统时间后重新见证", witness.name())));
        };
        let (key, at, taken_at) = (witness.to_string(), time::to_db(moment), time::to_db(now));
        let kept = note::only(text, &[log, witness]).map_err(broken)?;
        put(ctx, &Witnessed { key, size: number(state.size), note: kept, at, taken_at }).await?;
    }
    Ok((!heard).then(|| "没有 receipts.witnesses 里列出的见证方的加签".to_owned()))
}

/// Keeps what is newer than what is kept.
async fn put(ctx: &Ctx, row: &Witnessed) -> Result<()> {
    let known = rows::witnessed(ctx.db().read()).await?;
    let known = known.iter().find(|known| known.key == row.key);
    if known.is_some_and(|known| (known.size, &known.at) >= (row.size, &row.at)) {
        return Ok(());
    }
    let mut tx = ctx.db().write().await?;
    tx.lock(LOCK).await?;
    rows::put_witnessed(&mut tx, row).await?;
    tx.commit().await
}

/// What lies at a place: names and texts.
async fn brought(place: &str) -> std::result::Result<Vec<(String, String)>, String> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_default();
    if is_address(place) {
        return Ok(vec![(place.to_owned(), text(egress::fetch(place, LARGEST).await?))]);
    }
    let path = PathBuf::from(place);
    let read = tokio::task::spawn_blocking(move || lying(&path)).await;
    read.unwrap_or_else(|error| Err(error.to_string()))
}

/// Names of files that `gongkai witness` keeps in its folder: the key that signs there, and what it hands on.
const WITNESS_KEY: &str = "witness-key";
const CHECKPOINT: &str = "checkpoint";

/// The checkpoints of a folder, or the one that a file is. Hidden files, and those that are still being written, are passed over.
/// Of the folder of a witness only its checkpoint is opened: what lies beside it is its own.
fn lying(path: &Path) -> std::result::Result<Vec<(String, String)>, String> {
    let unread = |error: std::io::Error| format!("读不了（{error}），请检查路径和权限");
    if path.is_file() {
        return Ok(vec![(path.display().to_string(), checkpoint(path).map_err(unread)?)]);
    }
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(path).map_err(unread)?.flatten().map(|entry| entry.path()).collect();
    let own = path.join(CHECKPOINT);
    if own.is_file() || path.join(WITNESS_KEY).exists() {
        files.retain(|file| *file == own);
    }
    files.retain(|file| {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        file.is_file() && !name.starts_with('.') && !name.ends_with(".new") && !name.ends_with(".tmp")
    });
    files.sort();
    files.truncate(FILES);
    files.into_iter().map(|file| Ok((file.display().to_string(), checkpoint(&file).map_err(unread)?))).collect()
}

/// What is wrong with the places that the configuration names, before anything was taken from them, in sentences: none that can
/// be opened, nothing there that could be a checkpoint.
pub async fn misplaced(ctx: &Ctx) -> Vec<String> {
    let mut faults = Vec::new();
    for place in &ctx.settings::<Receipts>().cosigned {
        match brought(place).await {
            Err(why) => faults.push(format!("{place}：{why}")),
            Ok(notes) => {
                let others = notes.into_iter().filter(|(_, text)| !is_note(text));
                faults.extend(others.map(|(name, _)| format!("{name}：不是检查点，请核对路径或网址")));
            }
        }
    }
    faults
}

/// Whether a text has the shape of a signed note (C2SP signed-note): words, an empty line, lines of signatures.
fn is_note(text: &str) -> bool {
    text.split_once("\n\n").is_some_and(|(words, lines)| words.lines().count() >= 3 && lines.starts_with("\u{2014} "))
}

/// The text of a file; nothing of one that is larger than any checkpoint, or no text.
fn checkpoint(file: &Path) -> std::io::Result<String> {
    if std::fs::metadata(file)?.len() > u64::try_from(LARGEST).unwrap_or(u64::MAX) {
        return Ok(String::new());
    }
    Ok(String::from_utf8(std::fs::read(file)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(size: i64, is_witnessed: bool) -> State {
        State { size, checkpoint: String::new(), is_witnessed }
    }

    #[test]
    fn a_leaf_is_proven_by_what_a_witness_has_seen_where_one_has() {
        let states = [state(9, false), state(7, true), state(5, true)];
        let size = |place: i64| best(&states, place).map(|state| state.size);
        assert_eq!([size(0), size(6), size(7), size(8), size(9)], [Some(7), Some(7), Some(9), Some(9), None]);
        assert_eq!(best(&[], 0), None);
        assert_eq!(best(&[state(9, true), state(7, true)], 0).map(|state| state.size), Some(9));
    }

    #[test]
    fn a_note_has_signatures_below_its_words() {
        assert!(is_note("www.example.cn/log\n3\nroot\n\n\u{2014} www.example.cn/log abc\n"));
        for text in ["", "root:x:0:0\n", "a\n\n\u{2014} b\n", "<html>\n\n</html>\n"] {
            assert!(!is_note(text), "{text}");
        }
    }

    #[test]
    fn of_a_folder_whole_files_are_read() {
        let place = tempfile::tempdir().expect("a folder");
        for (name, text) in [("a", "one"), (".b", "hidden"), ("c.new", "half"), ("d", "two")] {
            std::fs::write(place.path().join(name), text).expect("written");
        }
        std::fs::write(place.path().join("large"), vec![b'x'; LARGEST + 1]).expect("written");
        let texts: Vec<String> = lying(place.path()).expect("a folder").into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["one", "two", ""]);
        // Whatever its own name, the folder of a witness hands its checkpoint on and nothing else.
        std::fs::write(place.path().join(WITNESS_KEY), "secret").expect("written");
        assert_eq!(lying(place.path()), Ok(Vec::new()));
        std::fs::write(place.path().join(CHECKPOINT), "seen").expect("written");
        let texts: Vec<String> = lying(place.path()).expect("a folder").into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["seen"]);
        assert!(lying(&place.path().join("none")).is_err_and(|why| why.contains("读不了")));
    }
}
