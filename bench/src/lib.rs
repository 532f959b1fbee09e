//! What the measuring program shares with the one that fills a data directory (`bench/seed`). That one is linked with the whole
//! program; this one only starts it, so that a change of the program does not build the measures anew.

pub mod words;
