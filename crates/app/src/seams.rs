//! The system's clock and entropy: the only place in the program that reads them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use jiff::{SignedDuration, Timestamp};
use kernel::{Clock, Entropy, Seams};

/// The system's clock, which is not believed at once when it jumps: what is published cannot be taken back, and a session that is
/// opened in a wrong year lives until then.
#[derive(Debug)]
struct SystemClock {
    began: Instant,
    steady: Mutex<Steady>,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let wall = Timestamp::now();
        let (now, jump) = self.steady.lock().unwrap_or_else(PoisonError::into_inner).judge(wall, || self.running());
        match jump {
            Some(Jump::Seen(by)) => tracing::warn!(
                seconds = by.as_secs(),
                "the clock of this machine has jumped; believed only when it stays so for a minute"
            ),
            Some(Jump::Believed(by)) => {
                tracing::warn!(seconds = by.as_secs(), "the clock of this machine has jumped and stays so: believed");
            }
            Some(Jump::Gone) => tracing::info!("the clock of this machine has jumped back to where it was"),
            None => {}
        }
        now
    }
}

impl SystemClock {
    /// How long the machine has been running, time asleep included; where the kernel does not tell, how long the program has.
    fn running(&self) -> SignedDuration {
        let told = std::fs::read_to_string("/proc/uptime").ok();
        let seconds = told.as_deref().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
        let told = seconds.and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok());
        told.unwrap_or_else(|| SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::ZERO))
    }
}

/// A clock and a running time that differ by more have not gone at the same pace.
const PACE: SignedDuration = SignedDuration::from_secs(2);
/// A jump that stays for as long is believed.
const CONFIRMED: SignedDuration = SignedDuration::from_secs(60);
/// Both are compared as often: clocks are set a little all the time.
const COMPARED: SignedDuration = SignedDuration::from_secs(10);

/// A moment of the clock that is believed, and the running time at it.
#[derive(Debug, Default)]
struct Steady {
    believed: Option<(Timestamp, SignedDuration)>,
    last: Option<Timestamp>,
    /// The running time at which a jump was seen, and how far it led.
    doubted: Option<(SignedDuration, SignedDuration)>,
}

/// What there is to say of a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Jump {
    Seen(SignedDuration),
    Believed(SignedDuration),
    Gone,
}

impl Steady {
    /// The moment to go by, when the clock says `wall`. `running` is asked only when there is a reason to.
    fn judge(&mut self, wall: Timestamp, running: impl FnOnce() -> SignedDuration) -> (Timestamp, Option<Jump>) {
        let (Some((at, ran)), Some(last)) = (self.believed, self.last) else {
            self.believe(wall, running());
            return (wall, None);
        };
        let step = wall.duration_since(last);
        let small = step >= SignedDuration::ZERO && step <= PACE && wall.duration_since(at) < COMPARED;
        if self.doubted.is_none() && small {
            self.last = Some(wall);
            return (wall, None);
        }
        let now_ran = running();
        let expected = at.saturating_add(now_ran - ran).unwrap_or(wall);
        let drift = wall.duration_since(expected);
        if drift.abs() <= PACE {
            let gone = self.doubted.take().map(|_| Jump::Gone);
            self.believe(wall, now_ran);
            return (wall, gone);
        }
        match self.doubted {
            // Still the same jump: how far it led has not changed.
            Some((since, by)) if (drift - by).abs() <= PACE => {
                if now_ran - since < CONFIRMED {
                    return (expected, None);
                }
                self.doubted = None;
                self.believe(wall, now_ran);
                (wall, Some(Jump::Believed(drift)))
            }
            _ => {
                self.doubted = Some((now_ran, drift));
                (expected, Some(Jump::Seen(drift)))
            }
        }
    }

    fn believe(&mut self, wall: Timestamp, ran: SignedDuration) {
        self.believed = Some((wall, ran));
        self.last = Some(wall);
    }
}

/// The operating system's generator.
#[derive(Debug)]
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, target: &mut [u8]) {
        rand::fill(target);
    }
}

/// The clock of the machine, which believes no sudden jump, and its entropy.
pub fn system() -> Seams {
    let clock = SystemClock { began: Instant::now(), steady: Mutex::default() };
    Seams { clock: Arc::new(clock), entropy: Arc::new(SystemEntropy) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: i64 = 400 * 86_400;

    fn start() -> Timestamp {
        "2026-03-02T00:00:00Z".parse().expect("moment")
    }

    /// What is gone by when the machine has run for so many seconds and its clock is off by so many.
    fn at(steady: &mut Steady, ran: i64, off: i64) -> (i64, Option<Jump>) {
        let wall = start() + SignedDuration::from_secs(ran + off);
        let (now, jump) = steady.judge(wall, || SignedDuration::from_secs(1_000 + ran));
        (now.duration_since(start()).as_secs(), jump)
    }

    #[test]
    fn a_clock_that_jumps_for_seconds_is_not_believed() {
        let mut steady = Steady::default();
        for second in 0..30 {
            assert_eq!(at(&mut steady, second, 0), (second, None));
        }
        let by = SignedDuration::from_secs(YEAR);
        assert_eq!(at(&mut steady, 30, YEAR), (30, Some(Jump::Seen(by))));
        for second in 31..35 {
            assert_eq!(at(&mut steady, second, YEAR), (second, None));
        }
        assert_eq!(at(&mut steady, 35, 0), (35, Some(Jump::Gone)));
        assert_eq!(at(&mut steady, 36, 0), (36, None));
    }

    #[test]
    fn a_clock_that_was_set_is_believed_after_a_minute_in_either_direction() {
        for off in [YEAR, -2 * 86_400] {
            let mut steady = Steady::default();
            at(&mut steady, 0, 0);
            assert_eq!(at(&mut steady, 1, off), (1, Some(Jump::Seen(SignedDuration::from_secs(off)))));
            assert_eq!(at(&mut steady, 60, off), (60, None));
            assert_eq!(at(&mut steady, 61, off), (61 + off, Some(Jump::Believed(SignedDuration::from_secs(off)))));
            assert_eq!(at(&mut steady, 62, off), (62 + off, None));
        }
    }

    #[test]
    fn a_clock_that_is_set_a_little_and_a_program_that_slept_are_no_jump() {
        let mut steady = Steady::default();
        at(&mut steady, 0, 0);
        assert_eq!(at(&mut steady, 5, 1), (6, None));
        // Half a second off each time, for an hour.
        for step in 1..700 {
            let (now, jump) = at(&mut steady, 5 + step * 5, 1 + step / 2);
            assert_eq!((now, jump), (5 + step * 5 + 1 + step / 2, None));
        }
        let mut steady = Steady::default();
        at(&mut steady, 0, 0);
        assert_eq!(at(&mut steady, 90_000, 0), (90_000, None), "asked again after a day");
    }
}
