//! Records: the rows of an item's table, from a form, a spreadsheet or a program, through checks and review to the public.

pub mod items;
