CREATE TABLE run (
    id TEXT NOT NULL PRIMARY KEY,
    key BLOB NOT NULL,
    count INTEGER NOT NULL,
    last BLOB NOT NULL,
    mac BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    run TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    after BLOB NOT NULL,
    mac BLOB NOT NULL,
    UNIQUE (run, number)
) STRICT;

CREATE TABLE component (
    digest TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE sealed (
    run TEXT NOT NULL,
    vault TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    mac BLOB NOT NULL
) STRICT;
