//! Reading of files, with fixtures built in code: ordinary, odd and hostile ones.

mod active;
mod docx;
mod drawing;
mod fixtures;
mod grids;
mod guarded;
mod hostile;
mod html;
mod look;
mod net;
mod pdf;
mod redact;
mod several;
mod sniff;
mod tables;
mod xlsx;
