//! Lines of the server's log on their way to standard error. Whoever logs never waits for whoever reads: lines are handed to a
//! thread of their own. One that tells of trouble goes out at once, with all before it; the others wait for company, at most
//! [`WAIT`]: written one by one they cost a busy portal a quarter of its pages.
//!
//! Where nobody reads (a collector that is stuck, a terminal that was stopped) lines wait up to [`MOST`] bytes. Further ones,
//! and those that a full disk did not take, are counted; the pages go on, and the log says how many are missing as soon as it
//! can.

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
    /// Lines for which there was no room, or that could not be written.
    left_out: u64,
    /// The last line was written in part.
    half: bool,
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
        let waiting = Waiting { lines: Vec::new(), at_once: false, writing: false, left_out: 0, half: false };
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
        let (mut lines, left_out) = waiting.take();
        // The rest of a line that was written in part is lost; the next one begins its own.
        let half = waiting.half;
        if half {
            lines.insert(0, b'\n');
        }
        waiting.writing = true;
        drop(waiting);
        let out = written(&lines, to);
        let (done, rest) = lines.split_at(out);
        let mut waiting = self.waiting();
        waiting.writing = false;
        if !rest.is_empty() {
            // It is told when there is somewhere to tell it.
            let ends = rest.iter().filter(|byte| **byte == b'\n').count();
            let lost = ends - usize::from(half && done.is_empty());
            waiting.left_out += left_out + u64::try_from(lost).unwrap_or(0);
        }
        waiting.half = match done.last() {
            Some(last) => *last != b'\n',
            None => half,
        };
        drop(waiting);
        self.gone.notify_all();
        if rest.is_empty() && left_out > 0 {
            tracing::warn!(
                left_out,
                "lines of the log are missing: it could not be written, or not as fast as it came"
            );
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

/// How many of the bytes could be written.
fn written(lines: &[u8], to: &mut impl Write) -> usize {
    let mut out = 0;
    while out < lines.len() {
        match to.write(&lines[out..]) {
            Ok(0) => break,
            Ok(more) => out += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    out
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

    pub(crate) fn are_gathered(self) -> bool {
        self.gathered
    }

    /// A line that is written already and tells of no trouble.
    pub(crate) fn add(line: &[u8]) {
        LOG.add(line, false);
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
        {
            let mut waiting = log.waiting();
            assert!(waiting.add(b"one\n", false), "the first wakes whoever writes");
            assert!(!waiting.add(b"two\n", false));
            assert!(waiting.add(b"trouble\n", true));
        }
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

    /// How many lines were left out, and whether the last one was written in part.
    fn missing(log: &Log) -> (u64, bool) {
        let waiting = log.waiting();
        (waiting.left_out, waiting.half)
    }

    /// A disk with so much room.
    struct Disk {
        room: usize,
        log: Vec<u8>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let fits = bytes.len().min(self.room);
            self.log.extend_from_slice(&bytes[..fits]);
            self.room -= fits;
            if fits == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(fits) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_full_disk_did_not_take_is_counted_and_no_line_is_glued_to_another() {
        let (log, mut disk) = (Log::new(), Disk { room: 6, log: Vec::new() });
        for _ in 0..2 {
            log.add(b"one\ntwo\n", true);
            log.step(&mut disk);
        }
        assert_eq!(missing(&log), (3, true));
        disk.room = 100;
        log.add(b"three\n", true);
        log.step(&mut disk);
        assert_eq!(disk.log, b"one\ntw\nthree\n");
        assert_eq!(missing(&log), (0, false));
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
        assert!(missing(log).0 > 0);
        assert!(log.waiting().lines.len() <= MOST);
        log.flush();
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        // Whoever reads again gets whole lines.
        for _ in 0..3 {
            go.send(()).expect("a reader");
        }
        // How many pieces they come in depends on when the thread began.
        assert_eq!(told.recv().expect("read").len() % 1024, 0);
    }
}
