-- Cases (件) that a person started: register, steps, clock, letters, files, what is published of them.
-- Portable between SQLite and PostgreSQL; moments are UTC text of fixed width, days YYYY-MM-DD, empty text means "none".
-- Whatever a person wrote is sealed under the key of its case (AES-256-GCM, base64); a destroyed key leaves the case and no person.

-- The register: one row for each case, also after the person's data are erased.
CREATE TABLE case_entry (
    id          TEXT NOT NULL PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind <> ''),   -- key of the kind
    register    TEXT NOT NULL CHECK (register <> ''), -- code of the organ in whose register it stands
    year        BIGINT NOT NULL CHECK (year > 1949), -- of the register
    place       BIGINT NOT NULL CHECK (place > 0),  -- running number in it, known inside alone
    number      TEXT NOT NULL UNIQUE CHECK (number <> ''), -- told outside: day and chance
    organ       TEXT NOT NULL CHECK (organ <> ''),  -- code of the organ that answers now
    channel     TEXT NOT NULL CHECK (channel IN ('portal', 'counter', 'post', 'fax', 'mail', 'phone', 'import')),
    state       TEXT NOT NULL CHECK (state <> ''),  -- key of a state of the kind
    outcome     TEXT NOT NULL,                      -- code of an outcome of the kind; empty = none yet
    brief       TEXT NOT NULL,                      -- the line of lists, sealed; empty once erased
    digest      TEXT NOT NULL,                      -- SHA-256 of what was received, as on the receipt; empty = on paper
    registered_at TEXT NOT NULL CHECK (registered_at <> ''),
    registered_by TEXT NOT NULL,                    -- account; empty = the person, through the portal
    received_on TEXT NOT NULL CHECK (received_on <> ''), -- the lawful day of receipt, by channel
    due_on      TEXT NOT NULL,                      -- projection of the clock; empty = nothing runs
    due_sort    TEXT NOT NULL,                      -- the same for lists: 9999-12-31 where nothing runs
    due_guess   BIGINT NOT NULL CHECK (due_guess IN (0, 1)), -- may move: the calendar is not known so far, or a pause lasts
    holder      TEXT NOT NULL,                      -- account that works on it; empty = nobody
    holder_name TEXT NOT NULL,
    ended_at    TEXT NOT NULL,
    erased_at   TEXT NOT NULL,                      -- since when its key is destroyed
    version     BIGINT NOT NULL CHECK (version > 0), -- one more with each change
    UNIQUE (register, kind, year, place)
) {{without_rowid}};
CREATE INDEX case_entry_open ON case_entry (due_sort, id) WHERE ended_at = '';
CREATE INDEX case_entry_open_of_organ ON case_entry (organ, due_sort, id) WHERE ended_at = '';
CREATE INDEX case_entry_by_receipt ON case_entry (received_on, id);
CREATE INDEX case_entry_of_organ ON case_entry (organ, received_on, id);
CREATE INDEX case_entry_by_end ON case_entry (ended_at, id) WHERE ended_at <> '' AND erased_at = '';

-- The key of each case, wrapped by the installation's key, which lies in a file and not here.
CREATE TABLE case_key (
    case_id TEXT NOT NULL PRIMARY KEY REFERENCES case_entry (id),
    wrapped TEXT NOT NULL                           -- empty = destroyed
) {{without_rowid}};

-- Codes that count in reports and say nothing of who: what kind of applicant, which way asked for.
CREATE TABLE case_fact (
    case_id TEXT NOT NULL REFERENCES case_entry (id),
    name    TEXT NOT NULL CHECK (name <> ''),
    value   TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (case_id, name)
) {{without_rowid}};
CREATE INDEX case_fact_by_value ON case_fact (name, value);

-- What was asked, as the person filled it in: the fields of the kind, sealed.
CREATE TABLE case_text (
    case_id TEXT NOT NULL REFERENCES case_entry (id),
    name    TEXT NOT NULL CHECK (name <> ''),       -- which form: request, supplement
    sealed  TEXT NOT NULL,                          -- empty once erased
    at      TEXT NOT NULL CHECK (at <> ''),
    PRIMARY KEY (case_id, name)
) {{without_rowid}};

-- Who is a party of a case, sealed.
CREATE TABLE case_party (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_entry (id),
    role    TEXT NOT NULL CHECK (role IN ('applicant', 'agent', 'third_party')),
    sealed  TEXT NOT NULL,                          -- empty once erased
    at      TEXT NOT NULL CHECK (at <> '')
) {{without_rowid}};
CREATE INDEX case_party_by_case ON case_party (case_id);

-- Every step of a case, in order.
CREATE TABLE case_step (
    case_id    TEXT NOT NULL REFERENCES case_entry (id),
    place      BIGINT NOT NULL CHECK (place > 0),
    step       TEXT NOT NULL CHECK (step <> ''),    -- key of a step of the kind, or of the machine
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    on_day     TEXT NOT NULL CHECK (on_day <> ''),  -- the day that counts
    at         TEXT NOT NULL CHECK (at <> ''),
    by_account TEXT NOT NULL,                       -- account, applicant or system
    by_name    TEXT NOT NULL,                       -- of a colleague; of others what the log calls them
    sealed     TEXT NOT NULL,                       -- what was written with it; empty = nothing, or erased
    PRIMARY KEY (case_id, place)
) {{without_rowid}};

-- The clock of a case: from which day, how far extended, whether it stands.
CREATE TABLE case_clock (
    case_id  TEXT NOT NULL PRIMARY KEY REFERENCES case_entry (id),
    from_on  TEXT NOT NULL,                         -- day of the event from which it runs; empty = not begun
    held     BIGINT NOT NULL CHECK (held IN (0, 1)), -- stands until it begins anew, as during a supplement
    extended BIGINT NOT NULL CHECK (extended >= 0), -- units added
    asked    BIGINT NOT NULL CHECK (asked >= 0),    -- units asked for and not decided
    asked_by TEXT NOT NULL,
    asked_reason TEXT NOT NULL,                     -- sealed
    decided_by TEXT NOT NULL
) {{without_rowid}};

-- Days on which the clock of a case stands, while others are asked.
CREATE TABLE case_pause (
    case_id     TEXT NOT NULL REFERENCES case_entry (id),
    place       BIGINT NOT NULL CHECK (place > 0),
    why         TEXT NOT NULL CHECK (why <> ''),    -- key of the step that began it
    rule        TEXT NOT NULL,                      -- by which the other has to answer; empty = none
    sent_on     TEXT NOT NULL CHECK (sent_on <> ''),
    answered_on TEXT NOT NULL,                      -- empty = it lasts
    PRIMARY KEY (case_id, place)
) {{without_rowid}};

-- Letters that leave the house.
CREATE TABLE case_letter (
    id          TEXT NOT NULL PRIMARY KEY,
    case_id     TEXT NOT NULL REFERENCES case_entry (id),
    kind        TEXT NOT NULL CHECK (kind <> ''),   -- key of a kind of letter of the case's kind
    state       TEXT NOT NULL CHECK (state IN ('draft', 'returned', 'signed', 'delivered', 'dropped')),
    year        BIGINT NOT NULL,                    -- of its number; 0 = not signed
    place       BIGINT NOT NULL,                    -- running number of the organ, kind and year
    sealed      TEXT NOT NULL,                      -- addressee, title, text; empty once erased
    drafted_by  TEXT NOT NULL CHECK (drafted_by <> ''),
    drafted_name TEXT NOT NULL,
    drafted_at  TEXT NOT NULL CHECK (drafted_at <> ''),
    signed_by   TEXT NOT NULL,
    signed_name TEXT NOT NULL,
    signed_at   TEXT NOT NULL,
    issuer      TEXT NOT NULL,                      -- the organ's name when it was signed, which no later change alters; empty = not signed
    way         TEXT NOT NULL,                      -- how it was delivered
    delivered_on TEXT NOT NULL,
    version     BIGINT NOT NULL CHECK (version > 0),
    CHECK (signed_at = '' OR state IN ('signed', 'delivered', 'dropped')), -- a dropped one keeps its number
    CHECK (signed_at <> '' OR state NOT IN ('signed', 'delivered')),
    CHECK (signed_by = '' OR signed_by <> drafted_by)
) {{without_rowid}};
CREATE INDEX case_letter_by_case ON case_letter (case_id);
CREATE INDEX case_letter_to_sign ON case_letter (drafted_at) WHERE state = 'draft';

-- Files of a case. Their bytes are sealed files of the store, their names are sealed here.
CREATE TABLE case_file (
    id       TEXT NOT NULL PRIMARY KEY,
    case_id  TEXT NOT NULL REFERENCES case_entry (id),
    digest   TEXT NOT NULL REFERENCES file (digest),
    sealed   TEXT NOT NULL,
    bytes    BIGINT NOT NULL CHECK (bytes >= 0),
    media    TEXT NOT NULL CHECK (media <> ''),     -- type with which it is handed out
    origin   TEXT NOT NULL CHECK (origin IN ('party', 'office')),
    letter   TEXT NOT NULL,                         -- the letter with which it goes out; empty = none
    print    TEXT NOT NULL,                         -- SHA-256 of the plain bytes, sealed: the same file again is known
    source   TEXT NOT NULL,                         -- the file of which it is the copy without some parts (区分处理); empty = none
    away_at  TEXT NOT NULL,                         -- since when it is put away and goes out with nothing; empty = in use
    at       TEXT NOT NULL CHECK (at <> '')
) {{without_rowid}};
CREATE INDEX case_file_by_case ON case_file (case_id);
CREATE INDEX case_file_by_digest ON case_file (digest);

-- What is published of a case: question and answer without the person, in words that the office wrote for it.
CREATE TABLE case_public (
    case_id      TEXT NOT NULL PRIMARY KEY REFERENCES case_entry (id),
    kind         TEXT NOT NULL CHECK (kind <> ''),
    organ        TEXT NOT NULL CHECK (organ <> ''),
    question     TEXT NOT NULL CHECK (question <> ''),
    answer       TEXT NOT NULL CHECK (answer <> ''),
    published_at TEXT NOT NULL CHECK (published_at <> ''),
    withdrawn_at TEXT NOT NULL
) {{without_rowid}};
CREATE INDEX case_public_newest ON case_public (kind, published_at) WHERE withdrawn_at = '';
