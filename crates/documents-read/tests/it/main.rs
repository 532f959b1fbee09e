//! Reading of files, with fixtures built in code: ordinary, odd and hostile ones.

mod docx;
mod fixtures;
mod guarded;
mod hostile;
mod pdf;
mod sniff;
mod tables;
mod xlsx;
