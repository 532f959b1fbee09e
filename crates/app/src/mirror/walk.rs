//! The walk over the addresses: asked a few at a time, each answer put where it belongs before its links are followed.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    io::Write,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use axum::{Router, body::Body, response::Response};
use futures::StreamExt;
use http::{HeaderMap, HeaderName, Request, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::{
    PROGRAM_ALONE, Report,
    links::{Kind, file_of, file_of_gone, leads, links},
    place::{Entry, Known, Place},
};
use crate::App;
use document::html::pictures::PLACE;

/// Addresses asked at the same time: readers of a running portal wait for the same database.
const AT_ONCE: usize = 4;
/// A text beyond this is not read for links, in bytes.
const READ: usize = 32 << 20;
/// How often and after which times a portal is asked again that has no room at the moment.
const AGAIN: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];

/// An address with what is to be told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    pub address: String,
    /// Why it was not written.
    pub reason: String,
}

/// What became of one address.
enum Outcome {
    /// Its file is up to date; written anew or not.
    Stands(Box<Entry>, bool),
    /// It was withdrawn, and a file says so.
    Gone(Box<Entry>, bool),
    /// It stands elsewhere.
    Moved(String),
    /// Nothing stands there.
    Nothing,
    /// It is for one reader, or only the program can answer it.
    ProgramAlone,
    Failed(String),
}

/// What every question needs.
#[derive(Clone)]
struct Asking {
    router: Router,
    base: String,
    host: String,
    place: Arc<Place>,
    known: Arc<Known>,
}

pub(super) struct Walk {
    asking: Asking,
    pub(super) place: Arc<Place>,
    queue: VecDeque<String>,
    seen: HashSet<String>,
    running: JoinSet<(String, Outcome, BTreeSet<String>)>,
    follows: bool,
    /// Everything known was asked, since something could not be read that leads to others.
    swept: bool,
    stands: BTreeMap<String, Entry>,
    program_alone: BTreeSet<String>,
    moved: BTreeMap<String, String>,
    pub(super) report: Report,
}

impl Walk {
    pub(super) fn new(app: &App, place: Place, known: Known) -> Self {
        let (base, place) = (super::base(app), Arc::new(place));
        let host = base.split("://").nth(1).unwrap_or("localhost").split('/').next().unwrap_or("localhost").to_owned();
        let known = Arc::new(known);
        Self {
            asking: Asking { router: app.portal.clone(), base, host, place: Arc::clone(&place), known },
            place,
            queue: VecDeque::new(),
            seen: HashSet::new(),
            running: JoinSet::new(),
            follows: true,
            swept: false,
            stands: BTreeMap::new(),
            program_alone: BTreeSet::new(),
            moved: BTreeMap::new(),
            report: Report::default(),
        }
    }

    /// The body at an address, whatever its status but a fault.
    pub(super) async fn page(&self, address: &str) -> Result<Vec<u8>> {
        let answer = self.asking.ask(address, "").await?;
        let status = answer.status();
        if status.is_server_error() {
            bail!("门户答复 {status}");
        }
        Ok(axum::body::to_bytes(answer.into_body(), READ).await?.to_vec())
    }

    /// Begins at these addresses and at all that are known; links are followed.
    pub(super) fn begin(&mut self, addresses: Vec<String>) {
        self.program_alone.extend(["/search", "/elder"].map(str::to_owned));
        // Further pages of a list stand only as long as the list leads to them.
        let known: Vec<String> = self.asking.known.keys().filter(|known| !known.contains('?')).cloned().collect();
        for address in known.into_iter().chain(addresses) {
            self.add(address);
        }
    }

    /// Asks these addresses and no others.
    pub(super) fn only(&mut self, addresses: Vec<String>) {
        self.follows = false;
        for address in addresses {
            self.add(address);
        }
    }

    fn add(&mut self, address: String) {
        let path = address.split('?').next().unwrap_or_default();
        if PROGRAM_ALONE.contains(&path) {
            self.program_alone.insert(path.to_owned());
        } else if self.seen.insert(address.clone()) {
            self.queue.push_back(address);
        }
    }

    /// Goes on by one answer; `false` at the end.
    pub(super) async fn step(&mut self) -> Result<bool> {
        while self.running.len() < AT_ONCE {
            let Some(address) = self.queue.pop_front() else { break };
            let asking = self.asking.clone();
            self.running.spawn(async move {
                let (outcome, found) = match asking.bring(&address).await {
                    Ok(done) => done,
                    Err(error) => (Outcome::Failed(format!("{error:#}")), BTreeSet::new()),
                };
                (address, outcome, found)
            });
        }
        let Some(done) = self.running.join_next().await else { return Ok(self.sweep()) };
        let (address, outcome, found) = done.context("a question broke off")?;
        self.report.addresses += 1;
        match outcome {
            Outcome::Stands(entry, written) | Outcome::Gone(entry, written) => {
                self.report.gone += u64::from(entry.file.starts_with("_gone"));
                self.report.written += u64::from(written);
                self.report.unchanged += u64::from(!written);
                self.report.bytes += entry.bytes;
                self.stands.insert(address, *entry);
            }
            Outcome::Moved(to) => {
                self.moved.insert(address, to);
            }
            Outcome::ProgramAlone => {
                self.program_alone.insert(address);
            }
            Outcome::Nothing => {}
            Outcome::Failed(reason) => {
                // What stands there stays, and is asked again by the next run.
                if let Some(entry) = self.asking.known.get(&address) {
                    self.stands.insert(address.clone(), entry.clone());
                }
                self.report.failed.push(Told { address, reason });
            }
        }
        if self.follows {
            found.into_iter().for_each(|address| self.add(address));
        }
        Ok(true)
    }

    /// Has everything asked that is known and that nothing has led to, once, if a page could not be read that may lead there: what is
    /// kept for it is as it is now, too.
    fn sweep(&mut self) -> bool {
        let unread = self.report.failed.iter().any(|failed| leads(&failed.address));
        if self.swept || !self.follows || !unread {
            return false;
        }
        self.swept = true;
        let known: Vec<String> = self.asking.known.keys().cloned().collect();
        known.into_iter().for_each(|address| self.add(address));
        !self.queue.is_empty()
    }

    /// Takes away what nothing leads to any more, and keeps what stands for the next run. `still` stands where only the program
    /// can answer.
    pub(super) fn finish(mut self, still: &[u8], pages_alone: bool) -> Result<Report> {
        let known = Arc::clone(&self.asking.known);
        if !pages_alone {
            for address in std::mem::take(&mut self.program_alone) {
                let (false, Ok(file)) = (self.stands.contains_key(&address), file_of(&address, Kind::Page)) else {
                    continue;
                };
                let (bytes, sha256) = (still.len() as u64, hex::encode(Sha256::digest(still)));
                let entry = Entry { address: address.clone(), file, tag: String::new(), bytes, sha256 };
                self.place.note(&entry)?;
                self.place.page(&entry.file.to_string_lossy(), still)?;
                self.stands.insert(address, entry);
            }
        }
        let files: HashSet<PathBuf> = self.stands.values().map(|stands| stands.file.clone()).collect();
        for (address, entry) in
            known.iter().filter(|(address, _)| !self.stands.contains_key(*address)).collect::<Vec<_>>()
        {
            if pages_alone {
                self.stands.insert(address.clone(), entry.clone());
            } else if !files.contains(&entry.file) {
                self.report.removed += u64::from(self.place.remove(&entry.file)?);
            }
        }
        if !pages_alone {
            let moved: String = self.moved.iter().filter_map(|(from, to)| line(from, to)).collect();
            self.report.moved = self
                .place
                .read(std::path::Path::new("_pages/moved.map"))
                .is_some_and(|before| before != moved.as_bytes());
            self.place.keep(self.stands.values(), Some(&moved))?;
        } else {
            self.place.keep(self.stands.values(), None)?;
        }
        self.report.failed.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(self.report)
    }
}

/// A redirection as the settings of nginx hold it; only between plain addresses of this site.
fn line(from: &str, to: &str) -> Option<String> {
    let plain = |text: &str| {
        text.starts_with('/')
            && !text.starts_with("//")
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.~".contains(&b))
    };
    (plain(from) && plain(to)).then(|| format!("{from} {to};\n"))
}

/// Where a draft of an answer lies, with what is known of it.
struct Draft {
    file: NamedTempFile,
    bytes: u64,
    sha256: String,
    /// The text, where links are looked for.
    text: Option<Vec<u8>>,
}

/// A header as text; empty when there is none.
fn text_of(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

impl Asking {
    async fn ask(&self, address: &str, tag: &str) -> Result<Response> {
        let mut again = AGAIN.iter();
        loop {
            let mut request =
                Request::get(address).header(header::HOST, &self.host).header(header::ACCEPT, "text/html,*/*;q=0.8");
            if !tag.is_empty() {
                request = request.header(header::IF_NONE_MATCH, tag);
            }
            let request = request.body(Body::empty()).context("这个地址不能请求")?;
            let answer = self.router.clone().oneshot(request).await?;
            let crowded = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&answer.status());
            match again.next().filter(|_| crowded) {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Ok(answer),
            }
        }
    }

    /// Asks one address and puts the answer where it belongs; also what it leads to.
    async fn bring(&self, address: &str) -> Result<(Outcome, BTreeSet<String>)> {
        let before = self.known.get(address).filter(|entry| self.place.holds(entry));
        let answer = self.ask(address, before.map_or("", |entry| entry.tag.as_str())).await?;
        if let (StatusCode::NOT_MODIFIED, Some(entry)) = (answer.status(), before) {
            if let Some(found) = self.still_whole(address, entry) {
                return Ok((Outcome::Stands(Box::new(entry.clone()), false), found));
            }
            // Changed on the disk, by whomever.
            return self.take(address, self.ask(address, "").await?).await;
        }
        self.take(address, answer).await
    }

    /// The links of a file that stands as it was written; `None` when it does not. A very large one is believed by its length.
    fn still_whole(&self, address: &str, entry: &Entry) -> Option<BTreeSet<String>> {
        if entry.bytes > READ as u64 {
            return Some(BTreeSet::new());
        }
        let bytes = self.place.read(&entry.file)?;
        if hex::encode(Sha256::digest(&bytes)) != entry.sha256 {
            return None;
        }
        let readable = entry
            .file
            .extension()
            .is_some_and(|ending| ["html", "xml", "atom", "css"].iter().any(|one| ending == *one));
        Some(if readable { links(&String::from_utf8_lossy(&bytes), address, &self.base) } else { BTreeSet::new() })
    }

    async fn take(&self, address: &str, answer: Response) -> Result<(Outcome, BTreeSet<String>)> {
        let nothing = BTreeSet::new();
        let status = answer.status();
        let before = self.known.get(address);
        if status.is_redirection() {
            let to =
                answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
            self.forget(before, None)?;
            let found = links(&format!("<a href=\"{to}\">"), address, &self.base);
            return Ok((Outcome::Moved(to), found));
        }
        let headers = answer.headers();
        let (media, policy) = (text_of(headers, &header::CONTENT_TYPE), text_of(headers, &header::CACHE_CONTROL));
        let (tag, saved) = (text_of(headers, &header::ETAG), text_of(headers, &header::CONTENT_DISPOSITION));
        let saved = saved.starts_with("attachment");
        match status {
            // A picture is kept by its reader alone, since it may be withdrawn; here it goes with its text.
            StatusCode::OK if address.starts_with(PLACE) => {}
            StatusCode::OK if !policy.starts_with("public") || answer.headers().contains_key(header::SET_COOKIE) => {
                self.forget(before, file_of(address, Kind::Page).ok().as_ref())?;
                return Ok((Outcome::ProgramAlone, nothing));
            }
            StatusCode::OK | StatusCode::GONE => {}
            StatusCode::NOT_FOUND => {
                self.forget(before, None)?;
                return Ok((Outcome::Nothing, nothing));
            }
            other => return Ok((Outcome::Failed(format!("门户答复 {other}")), nothing)),
        }
        let kind = match media.as_str() {
            _ if saved => Kind::File,
            media if media.starts_with("text/html") => Kind::Page,
            media if media.contains("json") => Kind::Data,
            _ => Kind::File,
        };
        let named = if status == StatusCode::GONE { file_of_gone(address) } else { file_of(address, kind) };
        let file = match named {
            Ok(file) => file,
            Err(reason) => return Ok((Outcome::Failed(reason.to_owned()), nothing)),
        };
        self.forget(before, Some(&file))?;
        let follows = kind == Kind::Page || media.contains("xml") && !saved || media.starts_with("text/css");
        let draft = self.draft(answer.into_body(), follows).await?;
        let entry = Entry {
            address: address.to_owned(),
            file,
            tag: if status == StatusCode::OK { tag } else { String::new() },
            bytes: draft.bytes,
            sha256: draft.sha256,
        };
        let found = draft.text.map_or(nothing, |text| links(&String::from_utf8_lossy(&text), address, &self.base));
        let same = before.is_some_and(|before| before.sha256 == entry.sha256 && before.file == entry.file)
            && self.place.holds(&entry)
            && self.still_whole(address, &entry).is_some();
        if same {
            self.place.note(&entry)?;
        } else {
            self.place.put(draft.file, &entry)?;
        }
        let entry = Box::new(entry);
        let outcome =
            if status == StatusCode::GONE { Outcome::Gone(entry, !same) } else { Outcome::Stands(entry, !same) };
        Ok((outcome, found))
    }

    /// Takes away what stood for an address until now, unless the same file stands for it again: what is withdrawn is not read
    /// until the end of the walk.
    fn forget(&self, before: Option<&Entry>, now: Option<&PathBuf>) -> Result<()> {
        if let Some(entry) = before.filter(|entry| Some(&entry.file) != now) {
            self.place.remove(&entry.file)?;
        }
        Ok(())
    }

    /// Writes a body to the disk as it comes.
    async fn draft(&self, body: Body, keeps: bool) -> Result<Draft> {
        let mut file = self.place.draft()?;
        let (mut sha, mut bytes) = (Sha256::new(), 0_u64);
        let mut text = keeps.then(Vec::new);
        let mut parts = body.into_data_stream();
        while let Some(part) = parts.next().await {
            let part = part.context("答复中途断了")?;
            file.write_all(&part).with_context(|| format!("写不了 {}", file.path().display()))?;
            sha.update(&part);
            bytes += part.len() as u64;
            if text.as_ref().is_some_and(|text| text.len() + part.len() > READ) {
                text = None;
            }
            if let Some(text) = &mut text {
                text.extend_from_slice(&part);
            }
        }
        Ok(Draft { file, bytes, sha256: hex::encode(sha.finalize()), text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirections_are_written_only_between_plain_addresses() {
        assert_eq!(line("/favicon.ico", "/favicon.svg").as_deref(), Some("/favicon.ico /favicon.svg;\n"));
        for (from, to) in
            [("/a", "//evil.example"), ("/a", "https://evil.example"), ("/a b", "/c"), ("/a", "/b;}\nserver{")]
        {
            assert_eq!(line(from, to), None, "{from} {to}");
        }
    }
}
