-- What other organs are asked about a request: their opinion, where they made the information together (条例 Art. 34), or whether
-- they take the request over.
CREATE TABLE foi_joint (
    id            TEXT NOT NULL PRIMARY KEY,
    case_id       TEXT NOT NULL REFERENCES case_entry (id),
    sort          TEXT NOT NULL CHECK (sort IN ('opinion', 'hand_over')),
    organ         TEXT NOT NULL CHECK (organ <> ''),   -- code of the organ that is asked
    asked_name    TEXT NOT NULL CHECK (asked_name <> ''), -- who asks, of the organ that answers the request
    asked_on      TEXT NOT NULL CHECK (asked_on <> ''),
    due_on        TEXT NOT NULL,                       -- the last day for the opinion; empty = no law sets one
    matter        TEXT NOT NULL,                       -- what is asked, sealed under the key of the case
    state         TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'refused', 'answered')),
    words         TEXT NOT NULL,                       -- the answer, sealed likewise; empty = none
    answered_on   TEXT NOT NULL,                       -- empty = not answered
    answered_name TEXT NOT NULL,
    CHECK ((answered_on = '') = (state = 'asked'))
) {{without_rowid}};
CREATE INDEX foi_joint_by_case ON foi_joint (case_id);
CREATE INDEX foi_joint_waiting ON foi_joint (organ, due_on) WHERE state = 'asked';
