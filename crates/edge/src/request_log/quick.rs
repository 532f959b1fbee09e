//! Lines of kept pages, written by hand: in the words and the form of all others, for less than those cost. Pages that lie ready are
//! asked for so often that their lines would else cost as much as they do.

use std::{
    fmt::{self, Write},
    net::IpAddr,
    sync::OnceLock,
};

use jiff::Timestamp;

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// For people, without colours.
    Compact,
    /// One JSON object a line.
    Json,
}

/// Where such lines go, whole.
type Sink = fn(&[u8]);

static LOG: OnceLock<(Shape, Sink)> = OnceLock::new();

/// From now on lines of kept pages go there in this shape: for whoever begins the log, if nothing but the level chooses its lines.
pub fn write_lines(shape: Shape, sink: Sink) {
    let _ = LOG.set((shape, sink));
}

/// What the line of a kept page says.
#[derive(Debug, Clone)]
pub(super) struct Told<'a> {
    pub(super) at: Timestamp,
    pub(super) id: &'a str,
    pub(super) listener: &'a str,
    pub(super) method: &'a str,
    pub(super) route: &'a str,
    pub(super) status: u16,
    pub(super) milliseconds: u64,
    pub(super) bytes: u64,
    pub(super) address: IpAddr,
}

/// Writes the line, unless the log is none of those, or a word would have to be written differently.
pub(super) fn written(told: &Told<'_>) -> bool {
    let Some((shape, sink)) = LOG.get() else { return false };
    let plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\');
    if !(plain(told.route) && plain(told.id) && plain(told.method)) {
        return false;
    }
    if tracing::enabled!(target: super::TARGET, tracing::Level::INFO) {
        let mut line = String::with_capacity(512);
        if told.write(*shape, &mut line).is_err() {
            return false;
        }
        sink(line.as_bytes());
    }
    true
}

impl Told<'_> {
    fn write(&self, shape: Shape, line: &mut String) -> fmt::Result {
        let Told { at, id, listener, method, route, status, milliseconds, bytes, address } = self;
        let target = super::TARGET;
        match shape {
            Shape::Compact => writeln!(
                line,
                "{at:.6}  INFO request: {target}: answered http.listener=\"{listener}\" http.method=\"{method}\" \
                 http.route=\"{route}\" http.status={status} http.milliseconds={milliseconds} http.bytes={bytes} \
                 address={address} id=\"{id}\" route=\"{route}\""
            ),
            Shape::Json => {
                let span = format!(r#"{{"id":"{id}","route":"{route}","name":"request"}}"#);
                write!(
                    line,
                    r#"{{"timestamp":"{at:.6}","level":"INFO","fields":{{"message":"answered","http.listener":"{listener}","#
                )?;
                write!(line, r#""http.method":"{method}","http.route":"{route}","http.status":{status},"#)?;
                write!(line, r#""http.milliseconds":{milliseconds},"http.bytes":{bytes},"address":"{address}"}},"#)?;
                writeln!(line, r#""target":"{target}","span":{span},"spans":[{span}]}}"#)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Caught(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Caught {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("lock").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Caught {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    /// The line without its moment, which is of another form nowhere.
    fn timeless(line: &str, moment: usize) -> String {
        let at = line.find("20").expect("a moment");
        let stamp: String = line[at..at + moment].chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        format!("{}{stamp}{}", &line[..at], &line[at + moment..])
    }

    #[test]
    fn the_line_of_a_kept_page_looks_as_every_other() {
        let told = Told {
            at: "2026-02-10T02:00:00.000012Z".parse().expect("moment"),
            id: "98d920446a41fbacb4cf44481d3d9132",
            listener: "portal",
            method: "GET",
            route: "/documents/{id}",
            status: 304,
            milliseconds: 4,
            bytes: 7042,
            address: "2001:db8::1".parse().expect("ip"),
        };
        for shape in [Shape::Compact, Shape::Json] {
            let caught = Caught::default();
            let builder = tracing_subscriber::fmt().with_writer(caught.clone()).with_ansi(false);
            let log = || super::super::told_slowly(&told);
            match shape {
                Shape::Compact => tracing::subscriber::with_default(builder.compact().finish(), log),
                Shape::Json => tracing::subscriber::with_default(builder.json().finish(), log),
            }
            let slow = String::from_utf8(caught.0.lock().expect("lock").clone()).expect("text");
            let mut quick = String::new();
            told.write(shape, &mut quick).expect("written");
            let moment = "2026-02-10T02:00:00.000012Z".len();
            assert_eq!(timeless(&quick, moment), timeless(&slow, moment));
        }
    }
}
