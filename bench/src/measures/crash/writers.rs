//! People who write until the server is gone, and remember what they were told.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    staff::{Rank, Team, Trouble},
    words::{self, Dice},
};

use super::{Acknowledged, Ledger};

/// The word in the title of a document: unique, and with its round recognisable.
pub(crate) fn word(round: u32, writer: usize, number: u32) -> String {
    format!("r{round}w{writer}n{number}z")
}

/// Whether a word is of this round.
pub(crate) fn is_of(round: u32, word: &str) -> bool {
    word.starts_with(&format!("r{round}w"))
}

/// One person with colleagues at the gates.
#[derive(Debug)]
pub(crate) struct Writer {
    at: usize,
    round: u32,
    dice: Dice,
    team: Team,
    duty: String,
    ledger: Ledger,
    made: u32,
    marks: u32,
}

impl Writer {
    /// For one round.
    pub(crate) fn new(at: usize, round: u32, seed: u64, team: Team, duty: String) -> Self {
        let dice = Dice::new(seed.wrapping_add(at as u64));
        Self { at, round, dice, team, duty, ledger: Ledger::default(), made: 0, marks: 0 }
    }

    /// Takes up what was left open, then begins new texts, until the server is gone.
    pub(crate) fn write(&mut self, open: Vec<Acknowledged>, over: &AtomicBool) -> Ledger {
        let mut waiting = open;
        while !over.load(Ordering::Relaxed) {
            let done = match self.dice.below(4) {
                0 => self.note(),
                _ => self.document(waiting.pop()),
            };
            match done {
                Ok(()) => {}
                Err(Trouble::Gone(_)) => break,
                Err(Trouble::Refused(what)) => self.ledger.refusals.push(what),
            }
        }
        // What was not taken up stays as it was told in earlier rounds.
        std::mem::take(&mut self.ledger)
    }

    fn note(&mut self) -> Result<(), Trouble> {
        self.made += 1;
        let text = format!("进展记录{}（演示）", word(self.round, self.at, self.made));
        self.team.note(&self.duty, &text)?;
        self.ledger.notes.push(text);
        self.ledger.writes += 1;
        Ok(())
    }

    /// One document from wherever it stands to publication; now and then it is left half-way.
    fn document(&mut self, left: Option<Acknowledged>) -> Result<(), Trouble> {
        let document = match left {
            Some(left) => left,
            None => {
                self.made += 1;
                let word = word(self.round, self.at, self.made);
                let draft = self.team.create(&format!("中断测量{word}（演示）"))?;
                self.ledger.writes += 1;
                Acknowledged { draft, word, mark: 0 }
            }
        };
        self.marks = self.marks.max(document.mark);
        self.ledger.documents.push(document);
        if self.last().draft.rank == Rank::DRAFT {
            for _ in 0..=self.dice.below(2) {
                self.text(true)?;
            }
            self.text(false)?;
        }
        while self.last().draft.rank != Rank::PUBLIC {
            if self.dice.below(12) == 0 {
                return Ok(());
            }
            let mut draft = self.last().draft.clone();
            self.team.advance(&mut draft)?;
            self.last().draft = draft;
            self.ledger.writes += 1;
        }
        Ok(())
    }

    fn text(&mut self, by_itself: bool) -> Result<(), Trouble> {
        self.marks += 1;
        let (mark, draft) = (self.marks, self.last().draft.clone());
        let body = words::written(&mark.to_string());
        if by_itself {
            self.team.autosave(&draft, &body)?;
        } else {
            self.team.save(&draft, &body)?;
        }
        self.last().mark = mark;
        self.ledger.writes += 1;
        Ok(())
    }

    fn last(&mut self) -> &mut Acknowledged {
        self.ledger.documents.last_mut().expect("a document was just put there")
    }
}
