//! Lines of the server's log on their way to standard error. Whoever logs never waits for whoever reads: lines are handed to a thread
//! of their own. One that tells of trouble goes out at once, with all before it; the others wait for company, at most [`WAIT`]:
//! written one by one they cost a busy portal a quarter of its pages.
//!
//! Where nobody reads (a collector that is stuck, a terminal that was stopped) lines wait up to [`MOST`] bytes; further ones are
//! left out and counted, and the pages go on.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits at most. This much of the log is lost when the program is killed without a chance to end.
const WAIT: Duration = Duration::from_millis(100);
/// So many bytes wait for nothing more.
const FULL: usize = 64 * 1024;
/// So many bytes are kept for somebody who does not read.
const MOST: usize = 1 << 20;
/// How long the end of the program waits for the last lines to be taken.
const LAST: Duration = Duration::from_secs(1);

static LOG: Log = Log::new();

/// What has not gone out yet.
struct Waiting {
    lines: Vec<u8>,
    /// One of them waits for no company.
    at_once: bool,
    /// What was taken is being written.
    writing: bool,
    /// Lines for which there was no room.
    left_out: u64,
}

impl Waiting {
    /// Another line. Whether whoever writes must be woken.
    fn add(&mut self, line: &[u8], at_once: bool) -> bool {
        if self.lines.len() + line.len() > MOST {
            self.left_out += 1;
            return false;
        }
        let before = (self.lines.is_empty(), self.is_urgent());
        self.lines.extend_from_slice(line);
        self.at_once |= at_once;
        before.0 || (!before.1 && self.is_urgent())
    }

    fn is_urgent(&self) -> bool {
        self.at_once || self.lines.len() >= FULL
    }

    /// All that waits, and how many lines were left out since.
    fn take(&mut self) -> (Vec<u8>, u64) {
        self.at_once = false;
        (std::mem::take(&mut self.lines), std::mem::take(&mut self.left_out))
    }
}

struct Log {
    waiting: Mutex<Waiting>,
    /// Something waits, or waits no longer for company.
    came: Condvar,
    /// What was taken is written.
    gone: Condvar,
}

impl Log {
    const fn new() -> Self {
        let waiting = Waiting { lines: Vec::new(), at_once: false, writing: false, left_out: 0 };
        Self { waiting: Mutex::new(waiting), came: Condvar::new(), gone: Condvar::new() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8], at_once: bool) {
        if self.waiting().add(line, at_once) {
            self.came.notify_one();
        }
    }

    /// Writes out what comes, once.
    fn step(&self, to: &mut impl Write) {
        let waiting = self.came.wait_while(self.waiting(), |waiting| waiting.lines.is_empty());
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let company = self.came.wait_timeout_while(waiting, WAIT, |waiting| !waiting.is_urgent());
        let (mut waiting, _) = company.unwrap_or_else(PoisonError::into_inner);
        let (lines, left_out) = waiting.take();
        waiting.writing = true;
        drop(waiting);
        // Nowhere is left to tell that the log cannot be written.
        let _ = to.write_all(&lines);
        self.waiting().writing = false;
        self.gone.notify_all();
        if left_out > 0 {
            tracing::warn!(left_out, "lines of the log were left out: it is read more slowly than it is written");
        }
    }

    /// Waits until everything is written, or for [`LAST`].
    fn flush(&self) {
        let mut waiting = self.waiting();
        waiting.at_once = true;
        self.came.notify_one();
        let busy = |waiting: &mut Waiting| waiting.writing || !waiting.lines.is_empty();
        drop(self.gone.wait_timeout_while(waiting, LAST, busy));
    }
}

/// Where the subscriber writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines {
    gathered: bool,
}

impl Lines {
    /// Every line at once, and nothing goes on before it is written.
    pub(crate) fn single() -> Self {
        Self { gathered: false }
    }

    /// Begins to write out what waits, for as long as the program runs.
    ///
    /// # Errors
    /// When there can be no further thread, or no standard error.
    pub(crate) fn gathered() -> io::Result<Self> {
        // Its own way out: somebody who writes a word to standard error does not wait for a log that is stuck.
        let mut out = File::from(io::stderr().as_fd().try_clone_to_owned()?);
        std::thread::Builder::new().name("log".into()).spawn(move || {
            loop {
                LOG.step(&mut out);
            }
        })?;
        Ok(Self { gathered: true })
    }
}

/// Waits for what has not gone out, before the program ends. Not for long: who reads may be stuck.
pub(crate) fn flush() {
    LOG.flush();
}

/// One line.
#[derive(Debug)]
pub(crate) struct Line {
    gathered: bool,
    at_once: bool,
}

impl MakeWriter<'_> for Lines {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line { gathered: self.gathered, at_once: true }
    }

    fn make_writer_for(&self, of: &Metadata<'_>) -> Line {
        Line { gathered: self.gathered, at_once: *of.level() <= Level::WARN }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gathered {
            LOG.add(bytes, self.at_once);
        } else {
            let _ = io::stderr().write_all(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Instant};

    use super::*;

    /// Somebody who reads a piece when told to.
    struct Reader {
        may: mpsc::Receiver<()>,
        read: mpsc::Sender<Vec<u8>>,
    }

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.may.recv();
            let _ = self.read.send(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log() -> (&'static Log, mpsc::Sender<()>, mpsc::Receiver<Vec<u8>>) {
        let log: &'static Log = Box::leak(Box::new(Log::new()));
        let ((go, may), (read, told)) = (mpsc::channel(), mpsc::channel());
        std::thread::spawn(move || {
            let mut reader = Reader { may, read };
            loop {
                log.step(&mut reader);
            }
        });
        (log, go, told)
    }

    #[test]
    fn lines_wait_for_each_other_and_trouble_for_none() {
        let (log, go, told) = log();
        go.send(()).expect("a reader");
        log.add(b"one\n", false);
        log.add(b"two\n", false);
        log.add(b"trouble\n", true);
        log.flush();
        assert_eq!(told.recv().expect("read"), b"one\ntwo\ntrouble\n");
    }

    #[test]
    fn many_lines_do_not_wait() {
        let mut waiting = Log::new().waiting.into_inner().expect("whole");
        assert!(waiting.add(b"a line.\n", false) && !waiting.is_urgent(), "the first wakes whoever writes");
        for _ in 2..FULL / 8 {
            assert!(!waiting.add(b"a line.\n", false));
        }
        assert!(waiting.add(b"a line.\n", false) && waiting.is_urgent());
    }

    /// The pages go on, the end of the program comes, and it is told how much is missing.
    #[test]
    fn nobody_waits_for_a_reader_that_is_stuck() {
        let (log, go, told) = log();
        let line = [b'x'; 1023];
        let begun = Instant::now();
        for number in 0..5_000_u32 {
            log.add(&[&line[..], b"\n"].concat(), number % 10 == 0);
        }
        assert!(log.waiting().left_out > 0 && log.waiting().lines.len() <= MOST);
        log.flush();
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        // Whoever reads again gets whole lines.
        for _ in 0..3 {
            go.send(()).expect("a reader");
        }
        for _ in 0..2 {
            assert_eq!(told.recv().expect("read").len() % 1024, 0);
        }
    }
}
