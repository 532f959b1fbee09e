//! Plans, duties, evidence: parse, import, board, public plan page.
