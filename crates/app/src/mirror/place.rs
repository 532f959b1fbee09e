//! The folder of a mirror: what stands in it by this program, each file put there whole, so that a reader never meets half a page
//! and a run that was killed is taken up where it was.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, ErrorKind, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

/// Says that a folder is a mirror, and of which form.
const MARK: &str = "gongkai mirror 1\n";

/// What stands for one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) address: String,
    /// Path within the mirror.
    pub(super) file: PathBuf,
    /// The tag under which the program gave it; empty = none.
    pub(super) tag: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// A folder that this process alone writes.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    journal: Mutex<File>,
    _lock: File,
}

/// What an earlier run put there, by address.
pub(super) type Known = BTreeMap<String, Entry>;

impl Place {
    /// Opens the folder, which must be a mirror or empty.
    ///
    /// # Errors
    /// When it is something else, another run is under way, or it cannot be written.
    pub(super) fn open(root: &Path) -> Result<(Self, Known)> {
        let shown = root.display();
        make_folder(root).with_context(|| format!("镜像目录 {shown} 建不起来。请检查路径和权限"))?;
        let own = root.join(".mirror");
        let marked = match fs::read_to_string(own.join("mark")) {
            Ok(mark) => {
                ensure!(mark == MARK, "{shown} 是另一个版本建的镜像。请清空这个目录后再运行。");
                true
            }
            Err(_) => false,
        };
        if !marked {
            let mut there = fs::read_dir(root)?.filter_map(|entry| Some(entry.ok()?.file_name()));
            if let Some(name) = there.find(|name| name != "lost+found" && name != ".mirror") {
                bail!(
                    "{shown} 里已有别的内容（{}），也不是 gongkai 建的镜像，没有改动。请换一个空目录。",
                    name.to_string_lossy()
                );
            }
        }
        make_folder(&own)?;
        // Nobody but the program reads what it keeps for itself.
        fs::set_permissions(&own, PermissionsExt::from_mode(0o700))?;
        let lock = File::options().write(true).create(true).truncate(false).open(own.join("lock"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => bail!("另一个 gongkai mirror 正在写 {shown}。请等它结束。"),
            Err(error) => tracing::warn!(%error, "the mirror could not be locked"),
            Ok(()) => {}
        }
        fs::write(own.join("mark"), MARK)?;
        let tmp = own.join("tmp");
        if tmp.exists() {
            fs::remove_dir_all(&tmp)?;
        }
        fs::create_dir(&tmp)?;
        let mut known = Known::new();
        for name in ["manifest", "journal"] {
            for entry in read(&own.join(name))? {
                known.insert(entry.address.clone(), entry);
            }
        }
        let journal = File::options().append(true).create(true).open(own.join("journal"))?;
        let place = Self { root: root.to_owned(), journal: Mutex::new(journal), _lock: lock };
        Ok((place, known))
    }

    /// A new file that nobody reads yet; it vanishes when it is not put anywhere.
    pub(super) fn draft(&self) -> Result<NamedTempFile> {
        let draft = NamedTempFile::new_in(self.root.join(".mirror/tmp"))?;
        // Whatever the mask of whoever runs this: a server of files of another user reads it.
        draft.as_file().set_permissions(PermissionsExt::from_mode(0o644))?;
        Ok(draft)
    }

    /// Puts a finished draft where readers find it, in the place of what was there.
    pub(super) fn put(&self, draft: NamedTempFile, entry: &Entry) -> Result<()> {
        // First told, then done: what a killed run put there is known to the next one, which takes it away when it must.
        self.note(entry)?;
        let target = self.root.join(&entry.file);
        self.make_room(&entry.file)?;
        draft.persist(&target).with_context(|| format!("写不了 {}", target.display()))?;
        Ok(())
    }

    /// Remembers that this stands for its address.
    pub(super) fn note(&self, entry: &Entry) -> Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.write_all(&line).context("写不了镜像的记录")
    }

    /// The folders above a file; a file that stands in their place was a page that is none any more.
    fn make_room(&self, file: &Path) -> Result<()> {
        let mut at = self.root.clone();
        for part in file.parent().into_iter().flat_map(Path::iter) {
            at.push(part);
            if fs::symlink_metadata(&at).is_ok_and(|data| !data.is_dir()) {
                fs::remove_file(&at)?;
            }
            make_folder(&at)?;
        }
        Ok(())
    }

    /// The bytes of a file.
    pub(super) fn read(&self, file: &Path) -> Option<Vec<u8>> {
        fs::read(self.root.join(file)).ok()
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, file: &str) -> bool {
        self.root.join(file).is_file()
    }

    /// Whether the file stands there with as many bytes as it should have.
    pub(super) fn holds(&self, entry: &Entry) -> bool {
        fs::metadata(self.root.join(&entry.file)).is_ok_and(|data| data.is_file() && data.len() == entry.bytes)
    }

    /// Takes a file away, and the folders that are empty then; whether it was there.
    pub(super) fn remove(&self, file: &Path) -> Result<bool> {
        match fs::remove_file(self.root.join(file)) {
            Ok(()) => {}
            Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => return Ok(false),
            Err(error) => return Err(error).with_context(|| format!("删不了 {}", self.root.join(file).display())),
        }
        let mut above = file.parent();
        while let Some(folder) = above.filter(|folder| !folder.as_os_str().is_empty()) {
            if fs::remove_dir(self.root.join(folder)).is_err() {
                break;
            }
            above = folder.parent();
        }
        Ok(true)
    }

    /// Writes one of the program's own pages, if it is another than before.
    pub(super) fn page(&self, file: &str, bytes: &[u8]) -> Result<bool> {
        let file = Path::new(file);
        if self.read(file).is_some_and(|before| before == bytes) {
            return Ok(false);
        }
        let mut draft = self.draft()?;
        draft.write_all(bytes)?;
        self.make_room(file)?;
        draft.persist(self.root.join(file))?;
        Ok(true)
    }

    /// Keeps what stands there now, for the next run, and the redirections where they were asked.
    pub(super) fn keep<'a>(&self, entries: impl Iterator<Item = &'a Entry>, moved: Option<&str>) -> Result<()> {
        let own = self.root.join(".mirror");
        let mut draft = self.draft()?;
        let mut writer = BufWriter::new(&mut draft);
        for entry in entries {
            serde_json::to_writer(&mut writer, entry)?;
            writer.write_all(b"\n")?;
        }
        writer.flush()?;
        drop(writer);
        draft.as_file().sync_all()?;
        draft.persist(own.join("manifest"))?;
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.set_len(0)?;
        drop(journal);
        if let Some(moved) = moved {
            self.page("_pages/moved.map", moved.as_bytes())?;
        }
        Ok(())
    }
}

/// A folder that servers of other users can look into.
fn make_folder(path: &Path) -> Result<()> {
    match fs::create_dir(path) {
        Ok(()) => fs::set_permissions(path, PermissionsExt::from_mode(0o755))?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // Where the folder above is there and nothing can be made in it, nothing ever will.
            let above = path.parent().filter(|above| !above.as_os_str().is_empty() && !above.is_dir());
            let Some(above) = above else { return Err(error.into()) };
            make_folder(above)?;
            make_folder(path)?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The entries of a list; the last line of a run that was killed may be half.
fn read(path: &Path) -> Result<Vec<Entry>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    Ok(lines.filter_map(|line| serde_json::from_str(&line).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        for path in ["/proc/none", "/proc/none/below/it"] {
            assert!(make_folder(Path::new(path)).is_err(), "{path}");
        }
        let place = tempfile::tempdir().expect("folder");
        make_folder(&place.path().join("a/b/c")).expect("made");
        assert!(place.path().join("a/b/c").is_dir());
    }

    fn entry(address: &str, file: &str, text: &str) -> Entry {
        let bytes = text.len() as u64;
        Entry { address: address.into(), file: file.into(), tag: String::new(), bytes, sha256: String::new() }
    }

    fn put(place: &Place, entry: &Entry, text: &str) {
        let mut draft = place.draft().expect("draft");
        draft.write_all(text.as_bytes()).expect("bytes");
        place.put(draft, entry).expect("put");
    }

    #[test]
    fn what_a_killed_run_put_there_is_known_to_the_next() {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path().join("www");
        let one = entry("/a", "a/index.html", "甲");
        {
            let (place, known) = Place::open(&root).expect("empty");
            assert!(known.is_empty() && Place::open(&root).is_err(), "one run at a time");
            put(&place, &one, "甲");
            // Cut off in the middle of a line.
            fs::OpenOptions::new()
                .append(true)
                .open(root.join(".mirror/journal"))
                .expect("journal")
                .write_all(b"{\"addr")
                .expect("half");
        }
        let (place, known) = Place::open(&root).expect("a mirror");
        assert_eq!(known.values().cloned().collect::<Vec<_>>(), std::slice::from_ref(&one));
        assert!(place.holds(&one) && place.remove(&one.file).expect("removed"));
        assert!(!root.join("a").exists() && !place.remove(&one.file).expect("gone"), "empty folders go, too");
    }

    #[test]
    fn a_folder_that_holds_something_else_is_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("照片.jpg"), "x").expect("file");
        let refused = Place::open(folder.path()).expect_err("not empty").to_string();
        assert!(refused.contains("照片.jpg") && refused.contains("空目录"), "{refused}");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
    }

    #[test]
    fn a_page_may_become_a_folder() {
        let folder = tempfile::tempdir().expect("folder");
        let (place, _) = Place::open(folder.path()).expect("empty");
        put(&place, &entry("/a", "a", "文件"), "文件");
        let deeper = entry("/a/b", "a/b/index.html", "页");
        put(&place, &deeper, "页");
        assert_eq!(place.read(&deeper.file), Some("页".into()));
    }
}
