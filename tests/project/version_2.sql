BEGIN TRANSACTION;
CREATE TABLE fragment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    audio TEXT NOT NULL,
    rate_hz INTEGER NOT NULL,
    n_channels INTEGER NOT NULL,
    duration_s REAL NOT NULL,
    start_s REAL NOT NULL,
    length_s REAL NOT NULL,
    created TEXT NOT NULL,
    beats TEXT,
    key TEXT NOT NULL DEFAULT '',
    voice TEXT NOT NULL DEFAULT '[]',
    removed INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "fragment" VALUES(1,'song','/home/someone/song.wav','0f0f.wav',8000,1,2.0,0.0,2.0,'2026-01-02T03:04:05+00:00',NULL,'','[]',0);
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    fragment INTEGER NOT NULL REFERENCES fragment (number),
    start_s REAL NOT NULL,
    length_s REAL NOT NULL,
    engine TEXT NOT NULL,
    preset TEXT NOT NULL,
    device TEXT NOT NULL,
    seed INTEGER NOT NULL,
    options TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL CHECK (state IN ('training', 'stopped', 'finished', 'failed')),
    scales TEXT NOT NULL DEFAULT '[]',
    n_finished INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    peak_mib REAL NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT ''
);
INSERT INTO "run" VALUES(1,1,0.0,2.0,'frames','sketch','cpu',7,'{}','finished','["sound draft", "sound"]',2,0.0,0.0,'2026-01-02T03:04:05+00:00','');
CREATE TABLE take (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES run (number),
    audio TEXT NOT NULL,
    seconds REAL NOT NULL,
    mode TEXT NOT NULL,
    closeness REAL NOT NULL,
    seed INTEGER NOT NULL,
    created TEXT NOT NULL,
    name TEXT NOT NULL,
    device TEXT NOT NULL DEFAULT '',
    stars INTEGER NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
    request TEXT NOT NULL DEFAULT '{}',
    removed INTEGER NOT NULL DEFAULT 0
, layers TEXT NOT NULL DEFAULT '[]');
INSERT INTO "take" VALUES(1,1,'x.wav',3.0,'variation',0.25,11,'2026-01-02T03:04:05+00:00','','cpu',4,'{"seconds": 3.0, "mode": "variation", "closeness": 0.25, "seed": 11, "metre": true}',0,'[{"name": "320 Hz", "audio": "a.wav", "rate_hz": 320}, {"name": "8000 Hz", "audio": "x.wav", "rate_hz": 8000}]');
CREATE INDEX run_of_fragment ON run (fragment);
CREATE INDEX take_of_run ON take (run);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('fragment',1);
INSERT INTO "sqlite_sequence" VALUES('run',1);
INSERT INTO "sqlite_sequence" VALUES('take',1);
COMMIT;
