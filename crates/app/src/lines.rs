//! Lines of the server's log on their way to standard error. One that tells of trouble goes out at once, with all before it; the others
//! wait for company, at most [`WAIT`]: written one by one they cost a busy portal a quarter of its pages.

use std::{
    io::{self, Write},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits at most. This much of the log is lost when the program is killed without a chance to end.
const WAIT: Duration = Duration::from_millis(100);
/// So many bytes wait for nothing more.
const FULL: usize = 64 * 1024;

/// What has not gone out yet.
static WAITING: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// Something waits.
static CAME: Condvar = Condvar::new();

/// Where the subscriber writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines {
    gathered: bool,
}

impl Lines {
    /// Every line at once.
    pub(crate) fn single() -> Self {
        Self { gathered: false }
    }

    /// Begins to write out what waits, for as long as the program runs.
    ///
    /// # Errors
    /// When there can be no further thread.
    pub(crate) fn gathered() -> io::Result<Self> {
        std::thread::Builder::new().name("log".into()).spawn(|| {
            loop {
                let waiting = CAME.wait_while(waiting(), |lines| lines.is_empty());
                drop(waiting.unwrap_or_else(PoisonError::into_inner));
                std::thread::sleep(WAIT);
                flush();
            }
        })?;
        Ok(Self { gathered: true })
    }
}

/// Writes out what waits: before the program ends.
pub(crate) fn flush() {
    out(&mut waiting(), &mut io::stderr().lock());
}

fn waiting() -> MutexGuard<'static, Vec<u8>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn out(lines: &mut Vec<u8>, to: &mut impl Write) {
    // Nowhere is left to tell that the log cannot be written.
    let _ = to.write_all(lines);
    lines.clear();
}

/// Another line. Whether it is the first that waits.
fn add(lines: &mut Vec<u8>, line: &[u8], at_once: bool, to: &mut impl Write) -> bool {
    let first = lines.is_empty();
    lines.extend_from_slice(line);
    if at_once || lines.len() >= FULL {
        out(lines, to);
        return false;
    }
    first
}

/// One line.
#[derive(Debug)]
pub(crate) struct Line {
    at_once: bool,
}

impl MakeWriter<'_> for Lines {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line { at_once: true }
    }

    fn make_writer_for(&self, of: &Metadata<'_>) -> Line {
        Line { at_once: !self.gathered || *of.level() <= Level::WARN }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if add(&mut waiting(), bytes, self.at_once, &mut io::stderr()) {
            CAME.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_wait_for_each_other_and_trouble_for_none() {
        let (mut lines, mut log) = (Vec::new(), Vec::new());
        assert!(add(&mut lines, b"one\n", false, &mut log), "the first wakes whoever writes");
        assert!(!add(&mut lines, b"two\n", false, &mut log));
        assert!(log.is_empty());
        assert!(!add(&mut lines, b"trouble\n", true, &mut log));
        assert_eq!((log.as_slice(), lines.len()), (&b"one\ntwo\ntrouble\n"[..], 0));
    }

    #[test]
    fn many_lines_do_not_wait() {
        let (mut lines, mut log) = (Vec::new(), Vec::new());
        for _ in 0..FULL / 8 {
            add(&mut lines, b"a line.\n", false, &mut log);
        }
        assert_eq!((log.len(), lines.len()), (FULL, 0));
    }
}
