-- A record as the first schema and the first stored form left it. Never changed.
CREATE TABLE runs (
    key         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    name        TEXT,
    started     TEXT NOT NULL,  -- RFC 3339
    profile     TEXT NOT NULL,
    app         TEXT NOT NULL,
    finish      TEXT,           -- JSON; absent while the run goes on, and after it was cut off
    emu_version TEXT NOT NULL,
    format      TEXT NOT NULL,  -- version of the stored form of its events
    length_us   INTEGER NOT NULL DEFAULT 0,
    events      INTEGER NOT NULL DEFAULT 0,
    peak_bytes  INTEGER,
    kills       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE events (
    run   INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL,        -- JSON
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- Events are facts: they are added, and they go only with their whole run.
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_go_with_their_run BEFORE DELETE ON events
WHEN EXISTS (SELECT 1 FROM runs WHERE key = OLD.run)
BEGIN
    SELECT RAISE(ABORT, 'events are removed only with their run');
END;

INSERT INTO runs VALUES (1, '20260102-1000-aaaa', 'before', '2026-01-02T10:00:00+00:00', 'example', 'mimic', '"completed"', '0.1.0', '1.0', 250000, 6, 535822336, 1);
INSERT INTO events VALUES (1, 0, 0, 'header', '{"run":"20260102-1000-aaaa","name":"before","emu_version":"0.1.0","started":"2026-01-02T10:00:00+00:00","machine":{"engine":"fake","engine_version":"1.0 (API 1.41)","memory":"8 GiB","swap":"0 B","cpus":4,"platform":"linux/amd64","can":{"memory_limit":true,"swap_limit":true,"cpu_quota":true,"pids_limit":true,"cpuset":true,"fast_counters":true,"cgroup_version":2,"direct_address":true,"disk_size":false}},"spec":{"plan":{"id":"example","platform":"Example","name":"Free","summary":"a plan for tests","documentation":"https://example.com","checked":"2026-01-01","range":"exact","price":{"monthly":"$0","note":null}},"app":{"name":"mimic","image":"mimic","command":[]},"memory":{"limit":"512 MiB","swap":"0 B","at_limit":"kill-and-restart","kill_at":"512 MiB","slow_check":0,"tmp_is_memory":false},"cpu":{"share":"0.5 CPU","period":100000,"cores_seen":null,"burst":null,"while_serving_only":false},"disk":{"size":null,"kind":"lost-at-restart"},"limits":{"pids":null,"open_files":null,"shm":null},"port":{"variable":"PORT","number":10000,"bind":"0.0.0.0"},"start":{"delay":0,"delay_low":0,"delay_high":0},"boot":{"limit":30000000},"health":{"check":{"http":"/"},"initial_delay":10000000,"interval":5000000,"timeout":5000000,"unroute_after":15000000,"restart_after":60000000,"status_low":200,"status_high":399,"body":null},"sleep":{"after":15000000,"check_every":0,"counts":["request","websocket-message"]},"wake":{"browser":"page","client":"held","websocket":"held","held_max":100,"held_timeout":60000000,"held_body":"1 MiB","stand_ins":{},"sleeping_methods":[]},"router":{"first_byte":30000000,"idle":55000000,"total":null,"connect":5000000,"body":"10 MiB","head":"64 KiB","headers":100,"concurrency":null,"websockets":true,"request_headers":{"x-forwarded-for":"{client}"},"response_headers":{}},"answers":{"waking":{"status":503,"headers":{"content-type":"text/plain"},"body":"Waking"},"asleep":{"status":200,"headers":{"content-type":"text/plain"},"body":"Asleep"},"wake-failed":{"status":503,"headers":{"content-type":"text/plain"},"body":"WakeFailed"},"wake-overload":{"status":429,"headers":{"content-type":"text/plain"},"body":"WakeOverload"},"booting":{"status":503,"headers":{"content-type":"text/plain"},"body":"Booting"},"unreachable":{"status":502,"headers":{"content-type":"text/plain"},"body":"Unreachable"},"bad-response":{"status":502,"headers":{"content-type":"text/plain"},"body":"BadResponse"},"first-byte-timeout":{"status":503,"headers":{"content-type":"text/plain"},"body":"FirstByteTimeout"},"idle-timeout":{"status":503,"headers":{"content-type":"text/plain"},"body":"IdleTimeout"},"total-timeout":{"status":503,"headers":{"content-type":"text/plain"},"body":"TotalTimeout"},"body-too-large":{"status":413,"headers":{"content-type":"text/plain"},"body":"BodyTooLarge"},"head-too-large":{"status":431,"headers":{"content-type":"text/plain"},"body":"HeadTooLarge"},"bad-request":{"status":400,"headers":{"content-type":"text/plain"},"body":"BadRequest"},"overload":{"status":503,"headers":{"content-type":"text/plain"},"body":"Overload"},"no-websocket":{"status":426,"headers":{"content-type":"text/plain"},"body":"NoWebsocket"},"suspended":{"status":503,"headers":{"content-type":"text/plain"},"body":"Suspended"},"quota-spent":{"status":503,"headers":{"content-type":"text/plain"},"body":"QuotaSpent"}},"shutdown":{"signal":"SIGTERM","grace":10000000},"restart":{"policy":"always","delay":1000000,"factor_percent":200,"delay_max":60000000,"reset_after":600000000,"scheduled":null},"quota":{"hours":null},"process":{"user":null,"hostname":null,"home":null,"workdir":null,"blocked_ports":[]},"environment":{"PORT":"10000"},"lines":{},"warp":1,"fidelity":[],"origins":{},"sources":{}}}');
INSERT INTO events VALUES (1, 1, 50000, 'state', '{"from":"asleep","to":"starting","why":"begin"}');
INSERT INTO events VALUES (1, 2, 100000, 'sample', '{"i":1,"s":"cgroup-v2","u":104857600,"n":104857600,"c":20000,"p":10,"k":2,"t":4000,"d":3,"o":0}');
INSERT INTO events VALUES (1, 3, 150000, 'sample', '{"i":1,"s":"cgroup-v2","u":535822336,"n":535822336,"c":20000,"p":10,"k":2,"t":4000,"d":3,"o":0}');
INSERT INTO events VALUES (1, 4, 200000, 'exited', '{"instance":1,"code":137,"cause":"out-of-memory","need":"511 MiB","engine_says_oom":true,"kernel_oom_kills":1}');
INSERT INTO events VALUES (1, 5, 250000, 'finished', '"completed"');
PRAGMA user_version = 1;
