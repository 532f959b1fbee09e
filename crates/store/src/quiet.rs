//! A fault that stays is told once a minute with how often it came, not once for every time: a disk that is full for a night must
//! not be filled by the log that says so.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The same line is written again after this.
const EVERY: Duration = Duration::from_secs(60);
/// Lines that are remembered.
const MOST: usize = 200;

/// When a line was written last, and how often it was kept back since.
static LINES: Mutex<Option<HashMap<String, (Instant, u64)>>> = Mutex::new(None);

/// Whether the line of this name may be written now; then, how often it was kept back since the last time.
pub fn line(name: &str) -> Option<u64> {
    heard(LINES.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default(), name, Instant::now())
}

fn heard(lines: &mut HashMap<String, (Instant, u64)>, name: &str, now: Instant) -> Option<u64> {
    if let Some((last, kept)) = lines.get_mut(name)
        && now.duration_since(*last) < EVERY
    {
        *kept += 1;
        return None;
    }
    if lines.len() >= MOST {
        lines.retain(|_, (last, _)| now.duration_since(*last) < EVERY);
        if lines.len() >= MOST {
            lines.clear();
        }
    }
    Some(lines.insert(name.to_owned(), (now, 0)).map_or(0, |(_, kept)| kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_line_comes_once_a_minute_and_says_how_often_it_was_kept_back() {
        let (mut lines, start) = (HashMap::new(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(heard(&mut lines, "full", at(0)), Some(0));
        assert_eq!(heard(&mut lines, "gone", at(1)), Some(0), "another line");
        for second in 1..60 {
            assert_eq!(heard(&mut lines, "full", at(second)), None);
        }
        assert_eq!(heard(&mut lines, "full", at(60)), Some(59));
        assert_eq!(heard(&mut lines, "full", at(120)), Some(0));
    }
}
